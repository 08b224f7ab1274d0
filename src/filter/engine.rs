//! The compiled form of a tree, and how it is run.
//!
//! What is regular runs in `regex`, in linear time. The rest runs in `fancy-regex`, which goes back
//! and tries again, up to a limit; but where it is regular for plain values (see `simplify`),
//! those, which is most names, run in `regex` too.

use std::ops::Range;

use super::error::{MatchError, PatternError};
use super::print::{is_regular, print, weight};
use super::simplify::{Follow, for_plain_values, is_plain, referenced, relax, settle_anchors, tidy};
use super::tree::{Assert, Node};

/// The largest compiled pattern, in bytes as `regex` counts them.
const SIZE_LIMIT: usize = 16 << 20;

/// The greatest weight of a tree that is compiled at all. It keeps the compilation short.
const WEIGHT_LIMIT: usize = 100_000;

/// Attempts at one value. A fault is told within some milliseconds.
const BACKTRACK_LIMIT: usize = 100_000;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// For plain values, where `full` is slow.
    plain: Option<regex::Regex>,
    full: Full,
}

#[derive(Clone, Debug)]
enum Full {
    Linear(regex::Regex),
    Backtracking(Box<fancy_regex::Regex>),
}

impl Engine {
    /// Compiles a tree, for whole values or to be found anywhere.
    pub(super) fn new(tree: Node, whole: bool) -> Result<Self, PatternError> {
        let mut groups = Vec::new();
        referenced(&tree, &mut groups);
        let tree = tidy(tree, &groups);
        if weight(&tree) > WEIGHT_LIMIT {
            return Err(PatternError::grows_too_large());
        }
        let finish = |tree: Node| {
            let tree = if whole { settle_anchors(tree) } else { tree };
            let tree = relax(tidy(tree, &groups), &Follow::nothing(whole));
            if whole {
                let ends = [Node::Assert(Assert::Begin), Node::Assert(Assert::End)];
                let [begin, end] = ends;
                tidy(Node::Concat(vec![begin, tree, end]), &groups)
            } else {
                tree
            }
        };
        let full = finish(tree.clone());
        if is_regular(&full, false) {
            return Ok(Self { plain: None, full: Full::Linear(linear(&print(&full, false))?) });
        }
        let plain = finish(for_plain_values(tree));
        let plain = if is_regular(&plain, true) { Some(linear(&print(&plain, true))?) } else { None };
        let full = fancy_regex::RegexBuilder::new(&print(&full, false))
            .backtrack_limit(BACKTRACK_LIMIT)
            .delegate_size_limit(SIZE_LIMIT)
            // Its rewriting is not exact: `(?>ab*c??b*)d` would match "abcbbd", although the group
            // keeps "ab".
            .optimize(false)
            .build();
        let full = full.map_err(|_| PatternError::grows_too_large())?;
        Ok(Self { plain, full: Full::Backtracking(Box::new(full)) })
    }

    /// Whether every value is judged in a time that grows with its length only.
    pub(super) fn is_linear(&self) -> bool {
        matches!(self.full, Full::Linear(_))
    }

    pub(super) fn is_match(&self, value: &str) -> Result<bool, MatchError> {
        match (&self.full, &self.plain) {
            (Full::Linear(regex), _) => Ok(regex.is_match(value)),
            (_, Some(regex)) if is_plain(value) => Ok(regex.is_match(value)),
            (Full::Backtracking(regex), _) => {
                regex.is_match(value).map_err(|_| MatchError::too_much_backtracking(value))
            }
        }
    }

    /// The first match; nothing where the search was given up.
    pub(super) fn find(&self, value: &str) -> Option<Range<usize>> {
        match (&self.full, &self.plain) {
            (Full::Linear(regex), _) => regex.find(value).map(|found| found.range()),
            (_, Some(regex)) if is_plain(value) => regex.find(value).map(|found| found.range()),
            (Full::Backtracking(regex), _) => {
                regex.find(value).ok().flatten().map(|found| found.start()..found.end())
            }
        }
    }
}

fn linear(pattern: &str) -> Result<regex::Regex, PatternError> {
    regex::RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).nest_limit(1_000).build().map_err(|error| {
        // Whatever else the engine said would be a fault of our printer.
        debug_assert!(matches!(error, regex::Error::CompiledTooBig(_)), "{error}");
        PatternError::grows_too_large()
    })
}
