//! Explains how a filter matches one value, for a tester of patterns.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::ast::Node;
use super::error::{MatchError, PatternError};
use super::large_stack::with_stack_for;
use super::matcher::{Groups, Program};
use super::parser::parse;
use super::{Filter, Mode};

/// The explanation of how a filter matches a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// `true` if the value passes the filter.
    pub passes: bool,
    /// The byte ranges of the match and of the capturing groups; `None` for a group that has not taken part. Empty if the
    /// pattern doesn't match.
    pub groups: Vec<Option<Range<usize>>>,
    /// The engine that decides whether the value passes.
    pub engine: MatchEngine,
}

/// An engine that matches values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchEngine {
    /// Takes linear time.
    Linear,
    /// Backtracks up to a limit.
    Backtracking,
}

impl Filter {
    /// Explains how the filter matches a value. The first time, it compiles the pattern once more.
    ///
    /// # Errors
    /// The same as for [`Filter::is_match`]. Groups that exceed the backtracking limit are omitted.
    ///
    /// # Examples
    /// ```
    /// use gatewatch::filter::{Filter, MatchEngine, Mode};
    ///
    /// let filter = Filter::new(r"(\w+)\.(?<last>\w+)", Mode::default())?;
    /// assert_eq!(filter.group_names(), [(2, "last".to_owned())].into());
    ///
    /// let explanation = filter.explain("bill.smith")?;
    /// assert!(explanation.passes);
    /// assert_eq!(explanation.groups, [Some(0..10), Some(0..4), Some(5..10)]);
    /// assert_eq!(explanation.engine, MatchEngine::Linear);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, value: &str) -> Result<Explanation, MatchError> {
        let Mode { contains, invert, .. } = self.mode();
        let passes = self.is_match(value)?;
        let engine = self.engine_for(value);
        let groups = if passes == invert { None } else { self.groups(value, !contains) };
        Ok(Explanation { passes, groups: groups.unwrap_or_default(), engine })
    }

    fn groups(&self, value: &str, matches_whole: bool) -> Option<Groups> {
        let compile = || Some(Program::new(&self.parse().ok()?.0));
        let program = self.inner.with_groups.get_or_init(|| with_stack_for(self.pattern(), compile));
        program.as_ref()?.groups(value, matches_whole).ok().flatten()
    }

    /// Returns the engine that decides whether a value passes.
    #[must_use]
    pub fn engine_for(&self, value: &str) -> MatchEngine {
        if self.inner.engine.is_linear_for(value) { MatchEngine::Linear } else { MatchEngine::Backtracking }
    }

    /// Returns the names of the groups that have one, by the number of the group.
    #[must_use]
    pub fn group_names(&self) -> BTreeMap<usize, String> {
        let names = with_stack_for(self.pattern(), || self.parse().map(|(_, names)| names));
        names.unwrap_or_default().into_iter().map(|(name, number)| (number, name)).collect()
    }

    fn parse(&self) -> Result<(Node, HashMap<String, usize>), PatternError> {
        parse(self.pattern(), self.mode().flags())
    }
}
