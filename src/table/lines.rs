//! The lines of the table: one per session, and one per group above its sessions.

use std::ops::Range;

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The head of a group, by its number.
    Group(usize),
    /// A session, by its place among the rows.
    Session(usize),
}

/// A group of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The line of its head.
    pub line: usize,
    /// Where its rows begin.
    pub start: usize,
    /// How many rows it has; one at least.
    pub len: usize,
    /// Whether its sessions are shown.
    pub is_open: bool,
}

impl Group {
    /// Its rows, by their places.
    #[must_use]
    pub fn places(self) -> Range<usize> {
        self.start..self.start + self.len
    }
}

/// What stands on which line.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    rows: Vec<u32>,
    groups: Vec<Group>,
    len: usize,
}

impl Lines {
    /// Rows in order, with groups that begin at these places, or without any. `is_open` is asked with the first row of
    /// each group.
    #[must_use]
    pub fn new(rows: Vec<u32>, begins: &[u32], is_open: impl Fn(u32) -> bool) -> Self {
        let ends = begins.iter().skip(1).map(|&end| end as usize).chain([rows.len()]);
        let mut groups = Vec::with_capacity(begins.len());
        for (&start, end) in begins.iter().zip(ends) {
            let start = start as usize;
            groups.push(Group { line: 0, start, len: end - start, is_open: is_open(rows[start]) });
        }
        let mut lines = Self { rows, groups, len: 0 };
        lines.count();
        lines
    }

    /// Gives every group its line.
    fn count(&mut self) {
        if self.groups.is_empty() {
            self.len = self.rows.len();
            return;
        }
        self.len = 0;
        for group in &mut self.groups {
            group.line = self.len;
            self.len += 1 + if group.is_open { group.len } else { 0 };
        }
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The rows in order, those of closed groups included.
    #[must_use]
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The groups in order; none where rows are not grouped.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// What stands on a line; `None` below the last.
    #[must_use]
    pub fn get(&self, line: usize) -> Option<Line> {
        if line >= self.len {
            return None;
        }
        if self.groups.is_empty() {
            return Some(Line::Session(line));
        }
        let number = self.groups.partition_point(|group| group.line <= line) - 1;
        let group = self.groups[number];
        Some(match line - group.line {
            0 => Line::Group(number),
            below => Line::Session(group.start + below - 1),
        })
    }

    /// The rows that a line stands for: its session, or all of its group.
    #[must_use]
    pub fn rows_of(&self, line: usize) -> &[u32] {
        match self.get(line) {
            None => &[],
            Some(Line::Session(place)) => &self.rows[place..=place],
            Some(Line::Group(number)) => &self.rows[self.groups[number].places()],
        }
    }

    /// The rows that the lines from one to another stand for, both included.
    #[must_use]
    pub fn rows_between(&self, first: usize, last: usize) -> &[u32] {
        let place = |line: usize| match self.get(line)? {
            Line::Session(place) => Some(place..place + 1),
            Line::Group(number) => Some(self.groups[number].places()),
        };
        match (place(first), place(last)) {
            // The head of a group stands before all that it stands for.
            (Some(first), Some(last)) => &self.rows[first.start..last.end.max(first.start)],
            _ => &[],
        }
    }

    /// The group that a place belongs to.
    #[must_use]
    pub fn group_of(&self, place: usize) -> Option<usize> {
        self.groups.partition_point(|group| group.start <= place).checked_sub(1)
    }

    /// The line of the row at this place; the head of its group where that is closed.
    #[must_use]
    pub fn line_of(&self, place: usize) -> usize {
        match self.group_of(place) {
            None => place,
            Some(number) => {
                let group = self.groups[number];
                if group.is_open { group.line + 1 + place - group.start } else { group.line }
            }
        }
    }

    /// The place of a row; `None` where it is not among them. CellStyle through all of them.
    #[must_use]
    pub fn place_of(&self, row: u32) -> Option<usize> {
        self.rows.iter().position(|&other| other == row)
    }

    /// Opens or closes groups.
    pub fn open(&mut self, is_open: impl Fn(u32) -> bool) {
        for group in &mut self.groups {
            group.is_open = is_open(self.rows[group.start]);
        }
        self.count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_groups_every_line_is_a_session() {
        let lines = Lines::new(vec![7, 3], &[], |_| true);
        assert_eq!((lines.len(), lines.get(1), lines.get(2)), (2, Some(Line::Session(1)), None));
        assert_eq!((lines.line_of(1), lines.place_of(3), lines.place_of(4)), (1, Some(1), None));
        assert_eq!(lines.rows_of(0), [7]);
    }

    #[test]
    fn a_group_has_a_head_and_shows_its_sessions_while_open() {
        // Groups of 3, 1 and 2 rows; the middle one is closed.
        let mut lines = Lines::new(vec![10, 11, 12, 20, 30, 31], &[0, 3, 4], |row| row != 20);
        let all: Vec<Line> = (0..lines.len()).map(|line| lines.get(line).unwrap()).collect();
        let (group, session) = (Line::Group, Line::Session);
        assert_eq!(
            all,
            [group(0), session(0), session(1), session(2), group(1), group(2), session(4), session(5)]
        );
        assert_eq!(lines.rows_of(4), [20]);
        assert_eq!(lines.rows_of(0), [10, 11, 12]);
        assert_eq!(lines.rows_between(2, 4), [11, 12, 20]);
        assert_eq!(lines.rows_between(4, 5), [20, 30, 31]);
        assert_eq!(lines.rows_between(7, 7), [31]);
        assert_eq!(lines.rows_between(0, 8), [0; 0]);
        let found: Vec<usize> = (0..6).map(|place| lines.line_of(place)).collect();
        assert_eq!(found, [1, 2, 3, 4, 6, 7]);

        lines.open(|_| false);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.get(2), Some(Line::Group(2)));
        lines.open(|_| true);
        assert_eq!(lines.len(), 9);
        assert_eq!(lines.get(5), Some(Line::Session(3)));
    }
}
