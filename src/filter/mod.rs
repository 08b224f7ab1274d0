//! One pattern, matched against whole values.
//!
//! What an operator types must select the rows that the gateway would have selected. This module knows nobody else
//! in the house: a pattern goes in, yes or no comes out.

use regex::Regex;
use regex_syntax::hir::{Hir, Look};

/// How a filter reads its pattern; the default is what the gateway does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mode {
    /// Capital and small letters are the same.
    pub ignore_case: bool,
    /// The pattern may match a part of the value instead of the whole.
    pub contains: bool,
    /// What does not match passes.
    pub invert: bool,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Filter {
    pattern: String,
    mode: Mode,
    regex: Regex,
}

impl Filter {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When the pattern is no regular expression, or too large.
    pub fn new(pattern: &str, mode: Mode) -> Result<Self, PatternError> {
        let tree = regex_syntax::ParserBuilder::new()
            .case_insensitive(mode.ignore_case)
            .build()
            .parse(pattern)
            .map_err(|error| PatternError::from_syntax(pattern, &error))?;
        let tree = if mode.contains {
            tree
        } else {
            // The anchors go around the tree: around the text they would break on `a|b` or a trailing comment.
            Hir::concat(vec![Hir::look(Look::Start), tree, Hir::look(Look::End)])
        };
        let regex = Regex::new(&tree.to_string()).map_err(|error| PatternError {
            column: 1,
            reason: match error {
                regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
                other => other.to_string(),
            },
        })?;
        Ok(Self { pattern: pattern.to_owned(), mode, regex })
    }

    /// The pattern as it was typed.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// How it is read.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether a value passes.
    ///
    /// # Errors
    /// Never yet: every pattern accepted so far matches in linear time.
    #[must_use]
    pub fn is_match(&self, value: &str) -> Result<bool, MatchError> {
        Ok(self.regex.is_match(value) != self.mode.invert)
    }
}

/// A pattern that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at column {column}")]
pub struct PatternError {
    column: usize,
    reason: String,
}

impl PatternError {
    fn from_syntax(pattern: &str, error: &regex_syntax::Error) -> Self {
        let (offset, reason) = match error {
            regex_syntax::Error::Parse(error) => (error.span().start.offset, error.kind().to_string()),
            regex_syntax::Error::Translate(error) => (error.span().start.offset, error.kind().to_string()),
            other => (0, other.to_string()),
        };
        Self { column: 1 + pattern.get(..offset).unwrap_or(pattern).chars().count(), reason }
    }

    /// Where the fault is, in characters counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

/// A value on which a pattern gave up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching<'a>(pattern: &str, mode: Mode, values: &[&'a str]) -> Vec<&'a str> {
        let filter = Filter::new(pattern, mode).unwrap();
        let passes = |value: &&str| filter.is_match(value).unwrap();
        values.iter().copied().filter(passes).collect()
    }

    const USERS: [&str; 5] = ["bianca", "bill.smith", "billy", "bi-ly", "Billy"];

    #[test]
    fn the_manuals_examples_match_whole_values() {
        let whole = |pattern| matching(pattern, Mode::default(), &USERS);
        assert_eq!(whole("billy"), ["billy"]);
        assert_eq!(whole("bi.*"), ["bianca", "bill.smith", "billy", "bi-ly"]);
        assert_eq!(whole("bi.ly"), ["billy", "bi-ly"]);
        assert_eq!(whole(r"bill\.smith"), ["bill.smith"]);
        assert_eq!(whole("bi|billy"), ["billy"]);
    }

    #[test]
    fn the_modes_change_what_passes() {
        let mode = Mode { contains: true, ..Mode::default() };
        assert_eq!(matching("ill", mode, &USERS), ["bill.smith", "billy", "Billy"]);
        let mode = Mode { ignore_case: true, ..Mode::default() };
        assert_eq!(matching("billy", mode, &USERS), ["billy", "Billy"]);
        let mode = Mode { invert: true, ..Mode::default() };
        assert_eq!(matching("bi.*", mode, &USERS), ["Billy"]);
    }

    #[test]
    fn a_fault_has_its_column_in_characters() {
        let error = Filter::new("jü(rgen", Mode::default()).unwrap_err();
        assert_eq!(error.column(), 3);
    }
}
