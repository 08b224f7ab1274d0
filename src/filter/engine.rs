//! Compiles a tree and runs it.
//!
//! Regular patterns are compiled by `regex` and match in linear time. All others are compiled by `fancy-regex`, which
//! backtracks up to a limit. If such a pattern is regular for ASCII lines, these values are matched by `regex`, too.

use std::ops::Range;

use super::ast::{Assertion, Node};
use super::error::{MatchError, PatternError};
use super::print::print;
use super::simplify::{
    Following, is_ascii_line, referenced_groups, relax_possessive, resolve_anchors, restrict_to_ascii_line,
    simplify,
};

/// Maximum size of a compiled pattern, as `regex` counts them.
const MAX_SIZE_BYTES: usize = 16 << 20;

/// Maximum weight of a tree. It bounds the time that compiling takes.
const MAX_WEIGHT: usize = 100_000;

/// Maximum nesting depth of a printed pattern, above that of any pattern that the parser accepts.
const MAX_PRINTED_DEPTH: u32 = 1_000;

/// Maximum number of backtracking steps per value; reached after some milliseconds.
const MAX_BACKTRACKING_STEPS: usize = 100_000;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// Matches ASCII lines where `general` would backtrack.
    ascii_line: Option<regex::Regex>,
    general: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    Linear(regex::Regex),
    Backtracking(Box<fancy_regex::Regex>),
}

impl Engine {
    /// Compiles a tree, to match whole values (`matches_whole`) or to be found anywhere in them.
    pub(super) fn new(tree: Node, matches_whole: bool) -> Result<Self, PatternError> {
        let mut groups = Vec::new();
        referenced_groups(&tree, &mut groups);
        let tree = simplify(tree, &groups);
        if tree.weight() > MAX_WEIGHT {
            return Err(PatternError::compiled_too_large());
        }
        let finish = |tree: Node| {
            let tree = if matches_whole { resolve_anchors(tree) } else { tree };
            let tree = relax_possessive(simplify(tree, &groups), &Following::nothing(matches_whole));
            if matches_whole {
                let start = Node::Assertion(Assertion::TextStart);
                let end = Node::Assertion(Assertion::TextEnd);
                simplify(Node::Concat(vec![start, tree, end]), &groups)
            } else {
                tree
            }
        };
        let general = finish(tree.clone());
        if general.is_regular(false) {
            let regex = compile_linear(&print(&general, false))?;
            return Ok(Self { ascii_line: None, general: Matcher::Linear(regex) });
        }
        let ascii_line = finish(restrict_to_ascii_line(tree));
        let ascii_line =
            if ascii_line.is_regular(true) { Some(compile_linear(&print(&ascii_line, true))?) } else { None };
        let general = fancy_regex::RegexBuilder::new(&print(&general, false))
            .backtrack_limit(MAX_BACKTRACKING_STEPS)
            .delegate_size_limit(MAX_SIZE_BYTES)
            // Its optimizations aren't exact: `(?>ab*c??b*)d` would match "abcbbd", although the group keeps "ab".
            .optimize(false)
            .build()
            .map_err(|_| PatternError::compiled_too_large())?;
        Ok(Self { ascii_line, general: Matcher::Backtracking(Box::new(general)) })
    }

    /// Returns `true` if the time for any value is linear in its length.
    pub(super) fn is_linear(&self) -> bool {
        matches!(self.general, Matcher::Linear(_))
    }

    pub(super) fn is_match(&self, value: &str) -> Result<bool, MatchError> {
        #[cfg(test)]
        count_search();
        match (&self.general, &self.ascii_line) {
            (Matcher::Linear(regex), _) => Ok(regex.is_match(value)),
            (_, Some(regex)) if is_ascii_line(value) => Ok(regex.is_match(value)),
            (Matcher::Backtracking(regex), _) => {
                regex.is_match(value).map_err(|_| MatchError::too_much_backtracking(value))
            }
        }
    }

    /// Returns the first match; `None` if there is none.
    pub(super) fn find(&self, value: &str) -> Result<Option<Range<usize>>, MatchError> {
        #[cfg(test)]
        count_search();
        match (&self.general, &self.ascii_line) {
            (Matcher::Linear(regex), _) => Ok(regex.find(value).map(|found| found.range())),
            (_, Some(regex)) if is_ascii_line(value) => Ok(regex.find(value).map(|found| found.range())),
            (Matcher::Backtracking(regex), _) => match regex.find(value) {
                Ok(found) => Ok(found.map(|found| found.start()..found.end())),
                Err(_) => Err(MatchError::too_much_backtracking(value)),
            },
        }
    }
}

#[cfg(test)]
thread_local! {
    /// The number of searches of this thread.
    static SEARCHES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
fn count_search() {
    SEARCHES.set(SEARCHES.get() + 1);
}

/// Returns the number of searches of this thread in values.
#[cfg(test)]
pub(crate) fn searches_on_this_thread() -> usize {
    SEARCHES.get()
}

fn compile_linear(pattern: &str) -> Result<regex::Regex, PatternError> {
    regex::RegexBuilder::new(pattern)
        .size_limit(MAX_SIZE_BYTES)
        .nest_limit(MAX_PRINTED_DEPTH)
        .build()
        .map_err(|error| {
            // Any other error would be a bug in the printer.
            debug_assert!(matches!(error, regex::Error::CompiledTooBig(_)), "{error}");
            PatternError::compiled_too_large()
        })
}
