//! A backtracking matcher for the patterns that aren't regular, with the rules of Java 17.
//!
//! [`Program::new`] compiles a tree; [`run`] has the machine.

mod program;
mod run;
pub(super) mod study;
mod text;

use std::ops::Range;

pub(super) use program::Program;
pub(super) use run::Stop;
use run::{Group, Machine};
use text::Text;

/// The byte ranges of the match and of its groups; `None` for a group that has not taken part.
pub(super) type Groups = Vec<Option<Range<usize>>>;

impl Program {
    /// Returns `true` if the pattern matches the whole value or is found in it.
    pub(super) fn matches(&self, value: &str, matches_whole: bool) -> Result<bool, Stop> {
        Ok(self.run(&Text::new(value), matches_whole)?.is_some())
    }

    /// Returns the first match, or the match of the whole value, and its groups.
    pub(super) fn groups(&self, value: &str, matches_whole: bool) -> Result<Option<Groups>, Stop> {
        let Some(groups) = self.run(&Text::new(value), matches_whole)? else { return Ok(None) };
        // For each code unit, the start of its character and the end of the one before. Half of a pair extends to the whole.
        let mut offsets = vec![(0, 0)];
        for (start, c) in value.char_indices() {
            let end = start + c.len_utf8();
            offsets.extend((1..c.len_utf16()).map(|_| (start, end)));
            offsets.push((end, end));
        }
        let range = |(start, end): (usize, usize)| offsets[start].0..offsets[end].1;
        Ok(Some(groups.into_iter().map(|group| group.map(range)).collect()))
    }

    fn run(&self, text: &Text, matches_whole: bool) -> Result<Option<Vec<Group>>, Stop> {
        let mut machine = Machine::new(self, text, matches_whole);
        let matched = if matches_whole { machine.match_at(0)? } else { self.search(text, &mut machine)? };
        Ok(matched.then_some(machine.groups))
    }

    /// Tries all positions of a value from left to right.
    fn search(&self, text: &Text, machine: &mut Machine<'_>) -> Result<bool, Stop> {
        let mut at = 0;
        while at + self.min_len <= text.len() {
            let next = text.code_point_at(at);
            let may_start =
                self.first.as_ref().is_none_or(|first| next.is_some_and(|(code, _)| first.contains(code)));
            if may_start && machine.match_at(at)? {
                return Ok(true);
            }
            let Some((_, length)) = next else { break };
            if length == 2 && self.tries_halves && at + 1 + self.min_len <= text.len() {
                // A match would be half of a pair, but the attempt can set groups or fail.
                machine.match_at(at + 1)?;
            }
            at += length;
        }
        Ok(false)
    }
}
