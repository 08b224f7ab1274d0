//! The lines of the table: one per session, and one per group above its sessions.
//!
//! Lines are counted from the top of the table, without collapsed sessions. Sessions are identified by their index in the
//! rows of the query result.

use std::ops::Range;

/// The content of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The header of the group with this index.
    Group(usize),
    /// The session at this index of the rows.
    Session(usize),
}

/// A group of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Line of the header.
    pub line: usize,
    /// Index of the first session.
    pub start: usize,
    /// Number of sessions, at least 1.
    pub len: usize,
    /// `true` if the sessions are shown.
    pub is_expanded: bool,
}

impl Group {
    /// Returns the indices of the sessions.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.start + self.len
    }
}

/// The lines of the table.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    sessions: usize,
    groups: Vec<Group>,
    len: usize,
}

impl Lines {
    /// Creates the lines of `sessions` sessions, in groups that start at these indices. `is_expanded` gets the index of the
    /// first session of a group.
    #[must_use]
    pub fn new(sessions: usize, starts: &[u32], is_expanded: impl Fn(usize) -> bool) -> Self {
        let ends = starts.iter().skip(1).map(|&end| end as usize).chain([sessions]);
        let groups = starts.iter().zip(ends).map(|(&start, end)| {
            let start = start as usize;
            Group { line: 0, start, len: end - start, is_expanded: is_expanded(start) }
        });
        let mut lines = Self { sessions, groups: groups.collect(), len: 0 };
        lines.update_lines();
        lines
    }

    /// Sets the line of every group.
    fn update_lines(&mut self) {
        if self.groups.is_empty() {
            self.len = self.sessions;
            return;
        }
        self.len = 0;
        for group in &mut self.groups {
            group.line = self.len;
            self.len += 1 + if group.is_expanded { group.len } else { 0 };
        }
    }

    /// Returns the number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns `true` if there is no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the groups in order; none if rows aren't grouped.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Returns the content of a line; `None` below the last.
    #[must_use]
    pub fn get(&self, line: usize) -> Option<Line> {
        if line >= self.len {
            return None;
        }
        if self.groups.is_empty() {
            return Some(Line::Session(line));
        }
        let index = self.groups.partition_point(|group| group.line <= line) - 1;
        let group = self.groups[index];
        Some(match line - group.line {
            0 => Line::Group(index),
            below => Line::Session(group.start + below - 1),
        })
    }

    /// Returns the sessions of a line: one, or all of its group.
    #[must_use]
    pub fn sessions_of(&self, line: usize) -> Range<usize> {
        match self.get(line) {
            None => 0..0,
            Some(Line::Session(index)) => index..index + 1,
            Some(Line::Group(index)) => self.groups[index].range(),
        }
    }

    /// Returns the sessions of the lines from `first` to `last`, inclusive.
    #[must_use]
    pub fn sessions_between(&self, first: usize, last: usize) -> Range<usize> {
        let (first, last) = (self.sessions_of(first), self.sessions_of(last));
        if first.is_empty() || last.is_empty() {
            return 0..0;
        }
        first.start..last.end
    }

    /// Returns the index of the group of a session; `None` if rows aren't grouped.
    #[must_use]
    pub fn group_of(&self, session: usize) -> Option<usize> {
        self.groups.partition_point(|group| group.start <= session).checked_sub(1)
    }

    /// Returns the line of a session; the header of its group if that is collapsed.
    #[must_use]
    pub fn line_of(&self, session: usize) -> usize {
        match self.group_of(session) {
            None => session,
            Some(index) => {
                let group = self.groups[index];
                if group.is_expanded { group.line + 1 + session - group.start } else { group.line }
            }
        }
    }

    /// Collapses and expands groups. `is_expanded` gets the index of the first session of a group.
    pub fn set_expanded(&mut self, is_expanded: impl Fn(usize) -> bool) {
        for group in &mut self.groups {
            group.is_expanded = is_expanded(group.start);
        }
        self.update_lines();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_one_line_per_session_without_groups() {
        let lines = Lines::new(2, &[], |_| true);
        assert_eq!((lines.len(), lines.get(1), lines.get(2)), (2, Some(Line::Session(1)), None));
        assert_eq!((lines.line_of(1), lines.group_of(1)), (1, None));
        assert_eq!(lines.sessions_of(0), 0..1);
    }

    #[test]
    fn has_a_header_per_group_and_hides_collapsed_sessions() {
        // Groups of 3, 1 and 2 sessions; the middle one is collapsed.
        let mut lines = Lines::new(6, &[0, 3, 4], |start| start != 3);
        let all: Vec<Line> = (0..lines.len()).map(|line| lines.get(line).unwrap()).collect();
        let (group, session) = (Line::Group, Line::Session);
        assert_eq!(
            all,
            [group(0), session(0), session(1), session(2), group(1), group(2), session(4), session(5)]
        );
        assert_eq!(lines.sessions_of(4), 3..4);
        assert_eq!(lines.sessions_of(0), 0..3);
        assert_eq!(lines.sessions_between(2, 4), 1..4);
        assert_eq!(lines.sessions_between(4, 5), 3..6);
        assert_eq!(lines.sessions_between(7, 7), 5..6);
        assert!(lines.sessions_between(0, 8).is_empty());
        let found: Vec<usize> = (0..6).map(|session| lines.line_of(session)).collect();
        assert_eq!(found, [1, 2, 3, 4, 6, 7]);

        lines.set_expanded(|_| false);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.get(2), Some(Line::Group(2)));
        lines.set_expanded(|_| true);
        assert_eq!(lines.len(), 9);
        assert_eq!(lines.get(5), Some(Line::Session(3)));
    }
}
