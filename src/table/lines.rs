//! The lines of the table: one per session, one per group above its sessions, and one per session that has just left.
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
    /// The session with this index among those that have just left.
    Left(usize),
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
    /// Number of sessions above each session that has just left, in ascending order.
    left: Vec<usize>,
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
        let mut lines = Self { sessions, groups: groups.collect(), left: Vec::new(), len: 0 };
        lines.update_lines();
        lines
    }

    /// Sets the line of every group.
    fn update_lines(&mut self) {
        if self.groups.is_empty() {
            self.len = self.sessions + self.left.len();
            return;
        }
        self.len = 0;
        for index in 0..self.groups.len() {
            let left = self.left_in(Some(index)).len();
            let group = &mut self.groups[index];
            group.line = self.len;
            self.len += 1 + if group.is_expanded { group.len + left } else { 0 };
        }
    }

    /// Sets the places of the sessions that have just left: for each the number of sessions above it, in ascending order. They
    /// are lines of the group of the session above.
    pub fn set_left(&mut self, places: Vec<usize>) {
        self.left = places;
        self.update_lines();
    }

    /// Returns the indices of those that have left, in a group or without groups.
    fn left_in(&self, group: Option<usize>) -> Range<usize> {
        let Some(index) = group else {
            return 0..self.left.len();
        };
        let before = |sessions: usize| self.left.partition_point(|place| *place <= sessions);
        let range = self.groups[index].range();
        // Those above all sessions have no session above.
        let start = if index == 0 { 0 } else { before(range.start) };
        let end = if index + 1 == self.groups.len() { self.left.len() } else { before(range.end) };
        start..end
    }

    /// Returns how many of those that have left are above the line at this index among the sessions from `start` on and those
    /// that have left between them.
    fn left_before(&self, index: usize, start: usize, left: &Range<usize>) -> usize {
        let mut above = 0..left.len();
        while !above.is_empty() {
            let middle = usize::midpoint(above.start, above.end);
            let line = self.left[left.start + middle] - start + middle;
            if line < index {
                above.start = middle + 1;
            } else {
                above.end = middle;
            }
        }
        above.start
    }

    /// Returns the line at this index among the sessions from `start` on and those that have left between them.
    fn line_at(&self, index: usize, start: usize, left: &Range<usize>) -> Line {
        let above = self.left_before(index, start, left);
        let next = self.left.get(left.start + above).filter(|_| above < left.len());
        if next.is_some_and(|place| place - start + above == index) {
            Line::Left(left.start + above)
        } else {
            Line::Session(start + index - above)
        }
    }

    /// Returns how many of those that have left are above a line, those in collapsed groups included.
    #[must_use]
    pub fn left_above(&self, line: usize) -> usize {
        let line = line.min(self.len);
        if self.groups.is_empty() {
            return self.left_before(line, 0, &self.left_in(None));
        }
        let Some(index) = self.groups.partition_point(|group| group.line <= line).checked_sub(1) else {
            return 0;
        };
        let (group, left) = (self.groups[index], self.left_in(Some(index)));
        let above = (line - group.line).checked_sub(1).filter(|_| group.is_expanded);
        left.start + above.map_or(0, |above| self.left_before(above, group.start, &left))
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
            return Some(self.line_at(line, 0, &self.left_in(None)));
        }
        let index = self.groups.partition_point(|group| group.line <= line) - 1;
        let group = self.groups[index];
        Some(match line - group.line {
            0 => Line::Group(index),
            below => self.line_at(below - 1, group.start, &self.left_in(Some(index))),
        })
    }

    /// Returns the sessions of a line: one, or all of its group. Where one has left there is none, at the place between
    /// others.
    #[must_use]
    pub fn sessions_of(&self, line: usize) -> Range<usize> {
        match self.get(line) {
            None => 0..0,
            Some(Line::Left(index)) => self.left[index]..self.left[index],
            Some(Line::Session(index)) => index..index + 1,
            Some(Line::Group(index)) => self.groups[index].range(),
        }
    }

    /// Returns the sessions of the lines from `first` to `last`, inclusive.
    #[must_use]
    pub fn sessions_between(&self, first: usize, last: usize) -> Range<usize> {
        if last >= self.len {
            return 0..0;
        }
        let (first, last) = (self.sessions_of(first), self.sessions_of(last));
        first.start..last.end.max(first.start)
    }

    /// Returns the index of the group of a session; `None` if rows aren't grouped.
    #[must_use]
    pub fn group_of(&self, session: usize) -> Option<usize> {
        self.groups.partition_point(|group| group.start <= session).checked_sub(1)
    }

    /// Returns the index of the group in which a session that has left is a line: that of the session above. `None` if rows
    /// aren't grouped.
    #[must_use]
    pub fn group_of_left(&self, index: usize) -> Option<usize> {
        self.group_of(self.left.get(index)?.saturating_sub(1))
    }

    /// Returns the line of a session; the header of its group if that is collapsed.
    #[must_use]
    pub fn line_of(&self, session: usize) -> usize {
        let group = self.group_of(session);
        let left = &self.left[self.left_in(group)];
        let above = left.partition_point(|place| *place <= session);
        match group.map(|index| self.groups[index]) {
            None => session + above,
            Some(group) if group.is_expanded => group.line + 1 + session - group.start + above,
            Some(group) => group.line,
        }
    }

    /// Returns the line of the session with this index among those that have left; `None` in a collapsed group.
    #[must_use]
    pub fn line_of_left(&self, index: usize) -> Option<usize> {
        let place = *self.left.get(index)?;
        if self.groups.is_empty() {
            return Some(place + index);
        }
        let number = self.group_of_left(index)?;
        let group = self.groups[number];
        let above = place - group.start + index - self.left_in(Some(number)).start;
        group.is_expanded.then_some(group.line + 1 + above)
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
    fn those_that_have_left_are_between_the_sessions() {
        let (group, session, left) = (Line::Group, Line::Session, Line::Left);
        let all =
            |lines: &Lines| -> Vec<Line> { (0..lines.len()).map(|line| lines.get(line).unwrap()).collect() };
        let left_lines = |lines: &Lines| -> Vec<Option<usize>> {
            (0..=lines.left.len()).map(|index| lines.line_of_left(index)).collect()
        };
        let mut lines = Lines::new(3, &[], |_| true);
        lines.set_left(vec![0, 2, 2, 3]);
        assert_eq!(left_lines(&lines), [Some(0), Some(3), Some(4), Some(6), None]);
        assert_eq!(all(&lines), [left(0), session(0), session(1), left(1), left(2), session(2), left(3)]);
        assert_eq!((0..3).map(|index| lines.line_of(index)).collect::<Vec<_>>(), [1, 2, 5]);
        assert_eq!((lines.sessions_of(3), lines.sessions_of(6)), (2..2, 3..3));
        assert_eq!((lines.sessions_between(3, 6), lines.sessions_between(0, 2)), (2..3, 0..2));
        assert_eq!(lines.sessions_between(3, 4), 2..2);
        assert_eq!((0..8).map(|line| lines.left_above(line)).collect::<Vec<_>>(), [0, 1, 1, 1, 2, 3, 3, 4]);

        // Groups of 2, 1 and 1 sessions; the middle one is collapsed.
        let mut lines = Lines::new(4, &[0, 2, 3], |start| start != 2);
        lines.set_left(vec![0, 1, 2, 3, 4]);
        assert_eq!(
            all(&lines),
            [
                group(0),
                left(0),
                session(0),
                left(1),
                session(1),
                left(2),
                group(1),
                group(2),
                session(3),
                left(4)
            ]
        );
        assert_eq!((0..4).map(|index| lines.line_of(index)).collect::<Vec<_>>(), [2, 4, 6, 8]);
        let above: Vec<usize> = (0..lines.len()).map(|line| lines.left_above(line)).collect();
        assert_eq!(above, [0, 0, 1, 1, 2, 2, 3, 4, 4, 4]);
        assert_eq!(left_lines(&lines), [Some(1), Some(3), Some(5), None, Some(9), None]);
        lines.set_expanded(|_| true);
        assert_eq!(all(&lines)[6..9], [group(1), session(2), left(3)]);
        lines.set_left(Vec::new());
        assert_eq!(lines.len(), 7);
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
