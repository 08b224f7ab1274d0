//! The table's state, and what each action of the user makes of it.

use super::action::{Action, SelectMode, Side, Step};
use super::collapsed_groups::CollapsedGroups;
use super::lines::{Line, Lines};
use super::row_set::RowSet;
use super::scroll::{Metrics, Scroll};
use super::sessions::{Cursor, Sessions};
use crate::dataset::ColumnId;
use crate::query::View;

/// So many sessions are tried to hold the view in place. Looking for one goes through all rows.
const HOLDERS: usize = 8;

/// What the table shows, and what stays the same from one answer to the next: the selection, the cursor, the place.
#[derive(Clone, Debug, Default)]
pub struct PowerTable {
    sessions: Option<Sessions>,
    /// The selected rows, also those that a filter hides at the moment.
    selected: RowSet,
    /// How many of them are shown.
    selected_shown: usize,
    /// Where the keyboard is.
    cursor: Option<Cursor>,
    /// The column that the keyboard is in.
    column: Option<ColumnId>,
    /// Where a range begins.
    anchor: Option<Cursor>,
    /// The groups that are not as all others are.
    folded: CollapsedGroups,
    scroll: Scroll,
    metrics: Metrics,
}

impl PowerTable {
    /// What is shown; `None` until a gateway has answered.
    #[must_use]
    pub fn sessions(&self) -> Option<&Sessions> {
        self.sessions.as_ref()
    }

    /// The place that is scrolled to.
    #[must_use]
    pub fn scroll(&self) -> Scroll {
        self.scroll
    }

    /// How much there is to see.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.metrics
    }

    /// The column that the keyboard is in.
    #[must_use]
    pub fn column(&self) -> Option<&ColumnId> {
        self.column.as_ref()
    }

    /// Whether a row is selected.
    #[must_use]
    pub fn is_selected(&self, row: u32) -> bool {
        self.selected.contains(row)
    }

    /// Whether all sessions of a group are selected.
    #[must_use]
    pub fn is_group_selected(&self, number: usize) -> bool {
        let all = self.sessions.as_ref().map_or(0, |sessions| sessions.lines.rows().len());
        if self.selected_shown == all {
            return true;
        }
        let group = self.sessions.as_ref().and_then(|sessions| {
            let group = sessions.lines.groups().get(number)?;
            Some(&sessions.lines.rows()[group.places()])
        });
        group.is_some_and(|rows| rows.iter().all(|&row| self.selected.contains(row)))
    }

    /// How many of the shown sessions are selected.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selected_shown
    }

    /// How many selected sessions a filter hides.
    #[must_use]
    pub fn selected_hidden(&self) -> usize {
        self.selected.len() - self.selected_shown
    }

    /// The shown sessions that are selected, in the order shown.
    #[must_use]
    pub fn selected_rows(&self) -> Vec<u32> {
        let rows = self.sessions.as_ref().map_or(&[][..], |sessions| sessions.lines.rows());
        rows.iter().copied().filter(|&row| self.selected.contains(row)).collect()
    }

    /// The line that the keyboard is on.
    #[must_use]
    pub fn cursor_line(&self) -> Option<usize> {
        self.line_of(self.cursor?)
    }

    /// The session that the keyboard is on.
    #[must_use]
    pub fn cursor_row(&self) -> Option<u32> {
        match self.cursor? {
            Cursor::Session(row) => Some(row),
            Cursor::Group(_) => None,
        }
    }

    /// Whether the keyboard is here.
    #[must_use]
    pub fn is_cursor(&self, at: Cursor) -> bool {
        self.cursor == Some(at)
    }

    /// Where the keyboard is, if that is in view.
    #[must_use]
    pub fn cursor_in_view(&self) -> Option<Cursor> {
        let mut visible = self.scroll.visible(self.metrics);
        self.cursor.filter(|_| visible.any(|line| self.cursor_at(line) == self.cursor))
    }

    /// Forgets all sessions, as with another gateway.
    pub fn forget(&mut self) {
        let metrics = Metrics { lines: 0, ..self.metrics };
        *self = Self { metrics, folded: std::mem::take(&mut self.folded), ..Self::default() };
    }

    /// How high a line and the view are, in physical pixels.
    pub fn set_view(&mut self, line_px: u32, view_px: u32) {
        let before = self.metrics;
        self.metrics = Metrics { line_px, view_px, ..before };
        if self.metrics != before {
            self.scroll.clamp(self.metrics);
        }
    }

    /// Shows what a query selected. Selection, cursor and place stay with their sessions.
    pub fn show(&mut self, view: View) {
        let View { dataset, selection, grouping, repeats, follow } = view;
        let held = self.hold();
        let was_at_top = self.is_at_top();
        let old_line = self.cursor_line();
        let went = |at: Cursor| follow.as_ref().map_or(Some(at), |follow| at.follow(follow));
        if let Some(follow) = &follow {
            self.selected = self.selected.follow(follow);
            self.cursor = self.cursor.and_then(|cursor| cursor.follow(follow));
            self.anchor = self.anchor.and_then(|anchor| anchor.follow(follow));
        }
        self.folded.group_by(grouping.as_ref());
        // Where nobody is shown, there is no group either, and those that were closed stay so.
        let grouping = grouping.filter(|_| !selection.groups.is_empty());
        let lines = Lines::new(selection.rows, &selection.groups, |row| self.folded.is_open(&dataset, row));
        self.metrics.lines = lines.len();
        let (counts, facets) = (selection.counts, selection.facets);
        self.sessions = Some(Sessions { dataset, lines, grouping, counts, facets, repeats });
        self.settle_cursor();
        // Where the cursor's session is gone or hidden, the keyboard stays where it was on the screen.
        if self.cursor_line().is_none()
            && let Some(line) = old_line
        {
            self.cursor = self.cursor_at(line.min(self.metrics.lines.saturating_sub(1)));
        }
        self.restore(was_at_top, held.into_iter().filter_map(|(at, place)| Some((went(at)?, place))));
        self.count_selected();
    }

    /// The sessions by which the view is held in place, the best first, and where each stands in it. At the very top
    /// without a cursor there is none: who watches the first lines wants to see what comes first.
    fn hold(&self) -> Vec<(Cursor, i64)> {
        let visible = self.scroll.visible(self.metrics);
        let cursor = self.cursor_line().filter(|line| visible.contains(line));
        let others = visible.filter(|_| !self.is_at_top()).take(HOLDERS);
        cursor
            .into_iter()
            .chain(others)
            .filter_map(|line| Some((self.cursor_at(line)?, self.scroll.place(line, self.metrics)?)))
            .collect()
    }

    /// Puts the first of these that is still shown where it was in the view. At the very top, what comes first is to be
    /// seen, as long as the cursor is seen, too.
    fn restore(&mut self, was_at_top: bool, mut held: impl Iterator<Item = (Cursor, i64)>) {
        self.scroll.clamp(self.metrics);
        if was_at_top && self.cursor_in_view().is_some() {
            return;
        }
        let found = held.find_map(|(at, place)| Some((self.line_of(at)?, place)));
        if let Some((line, place)) = found {
            self.scroll.put(line, place, self.metrics);
        }
    }

    fn is_at_top(&self) -> bool {
        self.scroll.line() == 0 && self.scroll.out_px() == 0
    }

    /// Puts the cursor on the line where it is found: the head of a group goes by its first row, which may be another one
    /// now, and a session in a closed group is found at the group's head.
    fn settle_cursor(&mut self) {
        if let Some(line) = self.cursor_line() {
            self.cursor = self.cursor_at(line);
        }
    }

    /// Does what the user wants.
    pub fn act(&mut self, action: Action) {
        match action {
            Action::SelectMode(line, column, choose) => {
                self.column = column.or(self.column.take());
                self.choose(line, choose);
            }
            Action::Step(step, choose) => {
                if let Some(line) = self.stepped(step) {
                    self.choose(line, choose);
                    self.scroll.reveal(line, self.metrics);
                }
            }
            Action::MoveColumn(side, columns) => self.sideways(side, &columns),
            Action::ChooseCursor(choose) => {
                if let Some(line) = self.cursor_line() {
                    self.choose(line, choose);
                }
            }
            Action::Fold(number) => self.fold(number),
            Action::FoldAll { closed } => {
                let held = self.hold();
                self.folded.set_all(closed);
                self.fold_lines(held);
            }
            Action::SelectAll => {
                if let Some(sessions) = &self.sessions {
                    self.selected.extend(sessions.lines.rows().iter().copied());
                }
                self.count_selected();
            }
            Action::SelectNothing => {
                self.selected.clear();
                self.anchor = None;
                self.count_selected();
            }
            Action::ScrollBy(pixels) => self.scroll.by(pixels, self.metrics),
            Action::ScrollTo(fraction) => self.scroll.to_fraction(fraction, self.metrics),
        }
    }

    fn choose(&mut self, line: usize, choose: SelectMode) {
        let Some(sessions) = &self.sessions else {
            return;
        };
        let Some(cursor) = self.cursor_at(line) else {
            return;
        };
        let rows = sessions.lines.rows_of(line);
        match choose {
            SelectMode::Keep if rows.iter().all(|&row| self.selected.contains(row)) => {}
            SelectMode::Only | SelectMode::Keep => self.selected = rows.iter().copied().collect(),
            SelectMode::Toggle => {
                if rows.iter().all(|&row| self.selected.contains(row)) {
                    for &row in rows {
                        self.selected.remove(row);
                    }
                } else {
                    self.selected.extend(rows.iter().copied());
                }
            }
            SelectMode::Range | SelectMode::AddRange => {
                // An anchor that a filter hides is none.
                let found = |at: Cursor| Some((at, self.line_of(at)?));
                let anchor = self.anchor.and_then(found).or_else(|| self.cursor.and_then(found));
                let (anchor, from) = anchor.unwrap_or((cursor, line));
                if choose == SelectMode::Range {
                    self.selected.clear();
                }
                let range = sessions.lines.rows_between(from.min(line), from.max(line));
                self.selected.extend(range.iter().copied());
                self.anchor = Some(anchor);
            }
            SelectMode::Move => {}
        }
        self.cursor = Some(cursor);
        if !matches!(choose, SelectMode::Range | SelectMode::AddRange | SelectMode::Move) {
            self.anchor = Some(cursor);
        }
        self.count_selected();
    }

    fn stepped(&self, step: Step) -> Option<usize> {
        let last = self.metrics.lines.checked_sub(1)?;
        // One line of the view before stays in view.
        let page = self.metrics.page().saturating_sub(1).max(1);
        let Some(line) = self.cursor_line() else {
            // The keyboard comes in where the eye is.
            return Some(match step {
                Step::Home => 0,
                Step::End => last,
                _ => self.scroll.line().min(last),
            });
        };
        Some(match step {
            Step::Up => line.saturating_sub(1),
            Step::Down => (line + 1).min(last),
            Step::PageUp => line.saturating_sub(page),
            Step::PageDown => (line + page).min(last),
            Step::Home => 0,
            Step::End => last,
        })
    }

    fn sideways(&mut self, side: Side, columns: &[ColumnId]) {
        if let Some(Cursor::Group(row)) = self.cursor {
            let group = self.sessions.as_ref().and_then(|sessions| {
                let number = sessions.lines.group_of(sessions.lines.place_of(row)?)?;
                Some((number, sessions.lines.groups()[number].is_open))
            });
            if let Some((number, is_open)) = group
                && is_open == (side == Side::Left)
            {
                self.fold(number);
            }
            return;
        }
        let Some(last) = columns.len().checked_sub(1) else {
            return;
        };
        let at = self.column.as_ref().and_then(|id| columns.iter().position(|other| other == id));
        let next = match (at, side) {
            (None, _) => 0,
            (Some(at), Side::Left) => at.saturating_sub(1),
            (Some(at), Side::Right) => (at + 1).min(last),
        };
        self.column = Some(columns[next].clone());
    }

    fn fold(&mut self, number: usize) {
        let Some(sessions) = &self.sessions else {
            return;
        };
        let Some(group) = sessions.lines.groups().get(number) else {
            return;
        };
        let (first, line) = (sessions.lines.rows()[group.start], group.line);
        self.folded.toggle(&sessions.dataset, first);
        // The head stays under the hand.
        let place = self.scroll.place(line, self.metrics);
        self.fold_lines(place.map(|place| (Cursor::Group(first), place)).into_iter().collect());
    }

    /// Shows and hides the sessions of groups. What holds the view stays in its place.
    fn fold_lines(&mut self, held: Vec<(Cursor, i64)>) {
        let was_at_top = self.is_at_top();
        if let Some(Sessions { dataset, lines, .. }) = &mut self.sessions {
            lines.open(|row| self.folded.is_open(dataset, row));
            self.metrics.lines = lines.len();
            self.settle_cursor();
            self.restore(was_at_top, held.into_iter());
        }
    }

    fn line_of(&self, cursor: Cursor) -> Option<usize> {
        let lines = &self.sessions.as_ref()?.lines;
        let place = lines.place_of(cursor.row())?;
        Some(match cursor {
            Cursor::Session(_) => lines.line_of(place),
            Cursor::Group(_) => match lines.group_of(place) {
                Some(number) => lines.groups()[number].line,
                // No longer grouped.
                None => lines.line_of(place),
            },
        })
    }

    /// Where the keyboard is when it is on this line; `None` below the last.
    #[must_use]
    pub fn cursor_at(&self, line: usize) -> Option<Cursor> {
        let lines = &self.sessions.as_ref()?.lines;
        let row = *lines.rows_of(line).first()?;
        Some(match lines.get(line)? {
            Line::Group(_) => Cursor::Group(row),
            Line::Session(_) => Cursor::Session(row),
        })
    }

    fn count_selected(&mut self) {
        self.selected_shown = match &self.sessions {
            Some(sessions) if !self.selected.is_empty() => {
                sessions.lines.rows().iter().filter(|&&row| self.selected.contains(row)).count()
            }
            _ => 0,
        };
    }
}

#[cfg(test)]
mod tests;
