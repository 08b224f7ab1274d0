//! Compiles a tree and runs it.
//!
//! Regular patterns are compiled by `regex` and match in linear time. All others are run by the [`matcher`](super::matcher),
//! which backtracks up to a limit. If such a pattern is regular for ASCII lines, these values are matched by `regex`, too.

use std::ops::Range;

use super::ast::{Assertion, Node};
use super::error::MatchError;
use super::matcher::{Program, Stop};
use super::print::print;
use super::simplify::{is_ascii_line, resolve_anchors, restrict_to_ascii_line, simplify};

/// Maximum size of a compiled pattern, as `regex` counts them.
const MAX_SIZE_BYTES: usize = 16 << 20;

/// Maximum weight of a tree for `regex`. It bounds the time that compiling takes.
const MAX_WEIGHT: usize = 100_000;

/// Maximum depth of a tree for `regex`. It bounds the recursion and the repeated walks over parts of it.
const MAX_DEPTH: usize = 300;

/// Maximum nesting depth of a printed pattern, above that of any tree of [`MAX_DEPTH`].
const MAX_PRINTED_DEPTH: u32 = 1_000;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// Matches ASCII lines where `general` would backtrack.
    ascii_line: Option<regex::Regex>,
    general: Matcher,
    matches_whole: bool,
}

#[derive(Clone, Debug)]
enum Matcher {
    Linear(regex::Regex),
    Backtracking(Box<Program>),
}

impl Engine {
    /// Compiles a tree, to match whole values (`matches_whole`) or to be found anywhere in them.
    pub(super) fn new(tree: &Node, matches_whole: bool) -> Self {
        let linear = |ascii_line| compile_linear(tree, ascii_line, matches_whole);
        if let Some(regex) = linear(false) {
            return Self { ascii_line: None, general: Matcher::Linear(regex), matches_whole };
        }
        let general = Matcher::Backtracking(Box::new(Program::new(tree)));
        Self { ascii_line: linear(true), general, matches_whole }
    }

    /// Returns `true` if the time for any value is linear in its length.
    pub(super) fn is_linear(&self) -> bool {
        matches!(self.general, Matcher::Linear(_))
    }

    /// Returns `true` if the time for a value is linear in its length.
    pub(super) fn is_linear_for(&self, value: &str) -> bool {
        self.is_linear() || self.ascii_line.is_some() && is_ascii_line(value)
    }

    /// Returns the regex or the program for a value.
    fn select(&self, value: &str) -> Result<&regex::Regex, &Program> {
        #[cfg(test)]
        searches::count();
        match (&self.general, &self.ascii_line) {
            (Matcher::Linear(regex), _) => Ok(regex),
            (_, Some(regex)) if is_ascii_line(value) => Ok(regex),
            (Matcher::Backtracking(program), _) => Err(program),
        }
    }

    pub(super) fn is_match(&self, value: &str) -> Result<bool, MatchError> {
        match self.select(value) {
            Ok(regex) => Ok(regex.is_match(value)),
            Err(program) => program.matches(value, self.matches_whole).map_err(error),
        }
    }

    /// Returns the first match; `None` if there is none.
    pub(super) fn find(&self, value: &str) -> Result<Option<Range<usize>>, MatchError> {
        match self.select(value) {
            Ok(regex) => Ok(regex.find(value).map(|found| found.range())),
            Err(program) => {
                let groups = program.groups(value, self.matches_whole).map_err(error)?;
                Ok(groups.and_then(|groups| groups.into_iter().next().flatten()))
            }
        }
    }
}

fn error(stop: Stop) -> MatchError {
    match stop {
        Stop::Limit => MatchError::Limit,
        Stop::Exception => MatchError::Exception,
    }
}

/// Compiles a tree for `regex`, or returns `None` if it isn't regular or too large.
fn compile_linear(tree: &Node, ascii_line: bool, matches_whole: bool) -> Option<regex::Regex> {
    let is_large = tree.weight() > MAX_WEIGHT || tree.depth() > MAX_DEPTH;
    if is_large || tree.ends_at_empty_iterations(matches_whole) {
        return None;
    }
    let mut tree = if ascii_line { restrict_to_ascii_line(tree.clone()) } else { tree.clone() };
    if matches_whole {
        let start = Node::Assertion(Assertion::TextStart);
        let end = Node::Assertion(Assertion::TextEnd);
        tree = Node::Concat(vec![start, resolve_anchors(tree), end]);
    }
    let tree = simplify(tree);
    if !tree.is_regular(ascii_line) {
        return None;
    }
    let regex = regex::RegexBuilder::new(&print(&tree))
        .size_limit(MAX_SIZE_BYTES)
        .nest_limit(MAX_PRINTED_DEPTH)
        .build();
    // Any other error would be a bug in the printer.
    debug_assert!(matches!(regex, Ok(_) | Err(regex::Error::CompiledTooBig(_))), "{regex:?}");
    regex.ok()
}

#[cfg(test)]
pub(crate) mod searches {
    use std::cell::Cell;

    thread_local! {
        static SEARCHES: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        SEARCHES.set(SEARCHES.get() + 1);
    }

    /// Returns the number of searches of this thread in values.
    pub(crate) fn on_this_thread() -> usize {
        SEARCHES.get()
    }
}
