#![doc = include_str!("README.md")]

mod analysis;
mod ast;
mod case_folding;
mod code_points;
mod compose;
mod engine;
mod error;
mod explain;
mod generated;
mod graphemes;
mod large_stack;
mod matcher;
mod names;
mod parser;
mod print;
mod properties;
mod simplify;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use compose::{any_of, escape, exclude, to_portable, values_of};
pub use error::{MatchError, PatternError};
pub use explain::{Explanation, MatchEngine};

use engine::Engine;
#[cfg(test)]
pub(crate) use engine::searches;
use large_stack::with_stack_for;
use matcher::Program;
use parser::Flags;

/// The mode in which a filter applies its pattern. The default is that of a gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mode {
    /// Ignores the case of all letters: Java's `CASE_INSENSITIVE` and `UNICODE_CASE`.
    pub ignore_case: bool,
    /// Searches the pattern anywhere in a value, as Java's `Matcher.find` does, instead of matching the whole value.
    /// Half of a surrogate pair, which Java can find, is never found.
    pub contains: bool,
    /// Passes the values that the pattern doesn't match.
    pub invert: bool,
}

impl Mode {
    /// Returns the labels of the options that are on: `not`, `part` and `A=a`.
    #[must_use]
    pub fn labels(self) -> Vec<&'static str> {
        let labels = [(self.invert, "not"), (self.contains, "part"), (self.ignore_case, "A=a")];
        labels.into_iter().filter(|(is_on, _)| *is_on).map(|(_, label)| label).collect()
    }

    /// Returns the initial flags of a pattern.
    fn flags(self) -> Flags {
        if self.ignore_case { Flags::IGNORE_CASE | Flags::UNICODE_CASE } else { Flags::default() }
    }
}

/// A compiled pattern and its mode. Clones are cheap and share the compiled pattern.
#[derive(Clone, Debug)]
pub struct Filter {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pattern: String,
    mode: Mode,
    engine: Engine,
    /// Finds the groups of a match, for [`Filter::explain`].
    with_groups: OnceLock<Option<Program>>,
    /// Text that every match begins with; can be empty.
    prefix: String,
}

impl Filter {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// If Java rejects the pattern, or if it exceeds a limit of length, nesting depth or number of character ranges.
    pub fn new(pattern: &str, mode: Mode) -> Result<Self, PatternError> {
        with_stack_for(pattern, || Self::compile(pattern, mode))
    }

    fn compile(pattern: &str, mode: Mode) -> Result<Self, PatternError> {
        let (tree, _) = parser::parse(pattern, mode.flags())?;
        // A value without the prefix can make Java fail.
        let has_prefix = !mode.contains && !tree.has_side_effects();
        let prefix = if has_prefix { tree.literal_prefix() } else { String::new() };
        let engine = Engine::new(&tree, !mode.contains);
        Ok(Self {
            inner: Arc::new(Inner {
                pattern: pattern.to_owned(),
                mode,
                engine,
                with_groups: OnceLock::new(),
                prefix,
            }),
        })
    }

    /// Returns the pattern as passed to [`Filter::new`].
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.inner.pattern
    }

    /// Returns the mode.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    /// Returns `true` if a value passes the filter.
    ///
    /// # Errors
    /// If the value exceeds the backtracking limit, or if Java throws an exception for it. Neither happens to a filter that
    /// [is linear](Self::is_linear).
    pub fn is_match(&self, value: &str) -> Result<bool, MatchError> {
        let Inner { engine, prefix, mode, .. } = &*self.inner;
        // Comparing with an empty prefix is slower than many searches.
        let may_match = prefix.is_empty() || value.starts_with(prefix.as_str());
        let matched = may_match && engine.is_match(value)?;
        Ok(matched != mode.invert)
    }

    /// Returns `true` if the time for any value is linear in its length. Other filters backtrack, which can take
    /// milliseconds per value before [`Filter::is_match`] fails.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.inner.engine.is_linear()
    }

    /// Returns `true` if [`Filter::find`] finds something in each value that passes: the filter has the mode `contains` and
    /// isn't inverted.
    #[must_use]
    pub fn has_matches(&self) -> bool {
        let Mode { contains, invert, .. } = self.inner.mode;
        contains && !invert
    }

    /// Returns the byte range of the first match in a value, for highlighting; `None` if there is no match, and for filters
    /// without [matches](Self::has_matches).
    ///
    /// # Errors
    /// The same as for [`Filter::is_match`].
    pub fn find(&self, value: &str) -> Result<Option<Range<usize>>, MatchError> {
        if self.has_matches() { self.inner.engine.find(value) } else { Ok(None) }
    }

    /// Returns the text that every passing value begins with, if there is any. It narrows a sorted dictionary to a range.
    #[must_use]
    pub fn literal_prefix(&self) -> Option<&str> {
        let Inner { prefix, mode, .. } = &*self.inner;
        (!mode.invert && !prefix.is_empty()).then_some(prefix.as_str())
    }

    /// Returns the pattern if it is a literal: a text without metacharacters.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        let pattern = self.pattern();
        is_literal(pattern).then_some(pattern)
    }

    /// Returns `true` if the pattern is plain text, as typed to find part of a value: a literal, or one with dots as in
    /// `bill.smith`.
    #[must_use]
    pub fn is_plain_text(&self) -> bool {
        is_literal(&self.inner.pattern.replace('.', ""))
    }
}

/// Returns `true` if a pattern contains no metacharacters.
fn is_literal(pattern: &str) -> bool {
    !pattern.contains(['\\', '^', '$', '.', '|', '?', '*', '+', '(', ')', '[', ']', '{', '}'])
}
