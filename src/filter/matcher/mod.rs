//! A backtracking matcher for the patterns that aren't regular, with the rules of Java 17.
//!
//! [`Program::new`] compiles a tree; [`run`] has the machine.

mod program;
mod run;
pub(super) mod study;
mod text;

use std::ops::Range;

pub(super) use program::Program;
use run::Machine;
pub(super) use run::Stop;
use text::Text;

/// The byte ranges of the match and of its groups; `None` for a group that has not taken part.
pub(super) type Groups = Vec<Option<Range<usize>>>;

impl Program {
    /// Returns `true` if the pattern matches the whole value.
    pub(super) fn matches(&self, value: &str) -> Result<bool, Stop> {
        let text = Text::new(value);
        Ok(Machine::new(self, &text, true).match_at(0)?.is_some())
    }

    /// Returns the groups of the first match, or of the match of the whole value.
    pub(super) fn groups(&self, value: &str, matches_whole: bool) -> Result<Option<Groups>, Stop> {
        let text = Text::new(value);
        let mut machine = Machine::new(self, &text, matches_whole);
        let matched =
            if matches_whole { machine.match_at(0)?.is_some() } else { self.search(&text, &mut machine)? };
        if !matched {
            return Ok(None);
        }
        let ranges = machine.groups.iter();
        Ok(Some(ranges.map(|range| range.map(|(start, end)| byte_range(value, start, end))).collect()))
    }

    /// Tries all positions of a value from left to right.
    fn search(&self, text: &Text, machine: &mut Machine<'_>) -> Result<bool, Stop> {
        let mut at = 0;
        while at + self.min_len <= text.len() {
            let next = text.code_point_at(at);
            let may_start =
                self.first.as_ref().is_none_or(|first| next.is_some_and(|(code, _)| first.contains(code)));
            if may_start && machine.match_at(at)?.is_some() {
                return Ok(true);
            }
            match next {
                Some((_, length)) => at += length,
                None => break,
            }
        }
        Ok(false)
    }
}

/// Converts a range of code units to one of bytes. Half of a pair extends to the whole.
fn byte_range(value: &str, start: usize, end: usize) -> Range<usize> {
    let offset = |wanted: usize, is_end: bool| {
        let mut units = 0;
        for (index, c) in value.char_indices() {
            let next = units + c.len_utf16();
            if units >= wanted || !is_end && next > wanted {
                return index;
            }
            units = next;
        }
        value.len()
    };
    offset(start, false)..offset(end, true)
}
