//! The table's state, and the effect of each action on it.

use fixedbitset::FixedBitSet;

use super::action::{Action, Direction, Motion, SelectMode};
use super::collapsed_groups::CollapsedGroups;
use super::cursor::Cursor;
use super::lines::{Line, Lines};
use super::scroll::{Metrics, Scroll};
use crate::dataset::{ColumnId, RowMapping};
use crate::query::QueryResult;

/// Number of sessions in view that are tried as scroll anchors. The search for one goes through all rows.
const MAX_SCROLL_ANCHORS: usize = 8;

/// What the table shows, and what stays from one query result to the next: selection, cursor and scroll position.
#[derive(Clone, Debug, Default)]
pub struct PowerTable {
    sessions: Option<QueryResult>,
    lines: Lines,
    /// The selected rows, those hidden by a filter included.
    selected: FixedBitSet,
    /// Number of selected rows that are shown.
    selected_shown: usize,
    cursor: Option<Cursor>,
    cursor_column: Option<ColumnId>,
    /// The line where a range selection starts.
    range_start: Option<Cursor>,
    collapsed: CollapsedGroups,
    scroll: Scroll,
    metrics: Metrics,
}

impl PowerTable {
    /// Returns what is shown; `None` before the first result.
    #[must_use]
    pub fn sessions(&self) -> Option<&QueryResult> {
        self.sessions.as_ref()
    }

    /// Returns the lines of the table.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Returns the rows of a line: one, or all of its group; none below the last line.
    #[must_use]
    pub fn rows_of(&self, line: usize) -> &[u32] {
        &self.rows()[self.lines.sessions_of(line)]
    }

    /// Returns the scroll position.
    #[must_use]
    pub fn scroll(&self) -> Scroll {
        self.scroll
    }

    /// Returns the sizes that scrolling depends on.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.metrics
    }

    /// Returns the column of the cursor.
    #[must_use]
    pub fn column(&self) -> Option<&ColumnId> {
        self.cursor_column.as_ref()
    }

    /// Returns `true` if a row is selected.
    #[must_use]
    pub fn is_selected(&self, row: u32) -> bool {
        self.selected.contains(row as usize)
    }

    /// Returns `true` if all sessions of a group are selected.
    #[must_use]
    pub fn is_group_selected(&self, number: usize) -> bool {
        if self.selected_shown == self.rows().len() {
            return true;
        }
        let group = self.lines.groups().get(number);
        group.is_some_and(|group| self.are_selected(&self.rows()[group.range()]))
    }

    /// Returns the number of selected sessions that are shown.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selected_shown
    }

    /// Returns the number of selected sessions that a filter hides.
    #[must_use]
    pub fn selected_hidden(&self) -> usize {
        self.selected.count_ones(..) - self.selected_shown
    }

    /// Returns the selected sessions that are shown, in display order.
    #[must_use]
    pub fn selected_rows(&self) -> Vec<u32> {
        self.rows().iter().copied().filter(|&row| self.is_selected(row)).collect()
    }

    /// Returns the line of the cursor.
    #[must_use]
    pub fn cursor_line(&self) -> Option<usize> {
        self.line_of(self.cursor?)
    }

    /// Returns the row of the cursor; `None` on a group header.
    #[must_use]
    pub fn cursor_row(&self) -> Option<u32> {
        match self.cursor? {
            Cursor::Session(row) => Some(row),
            Cursor::Group(_) => None,
        }
    }

    /// Returns `true` if this is the cursor.
    #[must_use]
    pub fn is_cursor(&self, cursor: Cursor) -> bool {
        self.cursor == Some(cursor)
    }

    /// Returns the cursor if it is in view.
    #[must_use]
    pub fn cursor_in_view(&self) -> Option<Cursor> {
        let mut visible = self.scroll.visible(self.metrics);
        self.cursor.filter(|_| visible.any(|line| self.cursor_at(line) == self.cursor))
    }

    /// Returns the cursor as it would be on this line; `None` below the last line.
    #[must_use]
    pub fn cursor_at(&self, line: usize) -> Option<Cursor> {
        let row = *self.rows_of(line).first()?;
        Some(match self.lines.get(line)? {
            Line::Group(_) => Cursor::Group(row),
            Line::Session(_) => Cursor::Session(row),
        })
    }

    /// Removes all sessions, for instance when the gateway changes. Collapsed groups stay collapsed.
    pub fn clear(&mut self) {
        let metrics = Metrics { lines: 0, ..self.metrics };
        *self = Self { metrics, collapsed: std::mem::take(&mut self.collapsed), ..Self::default() };
    }

    /// Sets the height of a line and of the view, in physical pixels.
    pub fn set_view(&mut self, line_px: u32, view_px: u32) {
        let before = self.metrics;
        self.metrics = Metrics { line_px, view_px, ..before };
        if self.metrics != before {
            self.scroll.clamp(self.metrics);
        }
    }

    /// Shows a query result. Selection, cursor and scroll position stay with their sessions.
    pub fn show(&mut self, mut result: QueryResult) {
        let anchors = self.scroll_anchors();
        let was_at_top = self.is_at_top();
        let old_line = self.cursor_line();
        let mapping = result.row_mapping.take();
        if let Some(mapping) = &mapping {
            self.selected = map_rows(&self.selected, mapping);
            self.cursor = self.cursor.and_then(|cursor| cursor.map(mapping));
            self.range_start = self.range_start.and_then(|start| start.map(mapping));
        }
        self.collapsed.set_column(result.grouping.as_ref());
        self.lines = Lines::new(result.rows.len(), &result.groups, |index| {
            self.collapsed.is_expanded(&result.dataset, result.rows[index])
        });
        self.metrics.lines = self.lines.len();
        self.sessions = Some(result);
        self.settle_cursor();
        // If the cursor's session is gone or hidden, the cursor stays on its line.
        if self.cursor_line().is_none()
            && let Some(line) = old_line
        {
            self.cursor = self.cursor_at(line.min(self.metrics.lines.saturating_sub(1)));
        }
        let map = |cursor: Cursor| mapping.as_ref().map_or(Some(cursor), |mapping| cursor.map(mapping));
        self.restore_scroll(was_at_top, anchors.into_iter().filter_map(|(at, y)| Some((map(at)?, y))));
        self.count_selected();
    }

    /// Returns the lines that keep the scroll position, the best first, each with its y. At the top without a cursor
    /// there is none: new first lines are scrolled into view there.
    fn scroll_anchors(&self) -> Vec<(Cursor, i64)> {
        let visible = self.scroll.visible(self.metrics);
        let cursor = self.cursor_line().filter(|line| visible.contains(line));
        let others = visible.filter(|_| !self.is_at_top()).take(MAX_SCROLL_ANCHORS);
        cursor
            .into_iter()
            .chain(others)
            .filter_map(|line| Some((self.cursor_at(line)?, self.scroll.y_of(line, self.metrics)?)))
            .collect()
    }

    /// Scrolls so that the first anchor that is still shown keeps its y. A table that was at its top stays there as long as
    /// the cursor stays in view.
    fn restore_scroll(&mut self, was_at_top: bool, mut anchors: impl Iterator<Item = (Cursor, i64)>) {
        self.scroll.clamp(self.metrics);
        if was_at_top && self.cursor_in_view().is_some() {
            return;
        }
        let found = anchors.find_map(|(at, y)| Some((self.line_of(at)?, y)));
        if let Some((line, y)) = found {
            self.scroll.put(line, y, self.metrics);
        }
    }

    fn is_at_top(&self) -> bool {
        self.scroll.line() == 0 && self.scroll.offset_px() == 0
    }

    /// Updates the row of the cursor: the first row of its group may have changed, and the cursor of a session in a
    /// collapsed group moves to the group's header.
    fn settle_cursor(&mut self) {
        if let Some(line) = self.cursor_line() {
            self.cursor = self.cursor_at(line);
        }
    }

    /// Applies an action.
    pub fn act(&mut self, action: Action) {
        match action {
            Action::Select(line, column, mode) => {
                self.cursor_column = column.or(self.cursor_column.take());
                self.select(line, mode);
            }
            Action::MoveCursor(motion, mode) => {
                if let Some(line) = self.line_after(motion) {
                    self.select(line, mode);
                    self.scroll.reveal(line, self.metrics);
                }
            }
            Action::MoveColumn(direction, columns) => self.move_column(direction, &columns),
            Action::SelectCursor(mode) => {
                if let Some(line) = self.cursor_line() {
                    self.select(line, mode);
                }
            }
            Action::ToggleGroup(number) => self.toggle_group(number),
            Action::SetAllCollapsed(collapsed) => {
                let anchors = self.scroll_anchors();
                self.collapsed.set_all(collapsed);
                self.update_lines(anchors);
            }
            Action::SelectAll => {
                let Self { sessions, selected, .. } = self;
                extend(selected, sessions.as_ref().map_or(&[], |sessions| &sessions.rows));
                self.count_selected();
            }
            Action::ClearSelection => {
                self.selected.clear();
                self.range_start = None;
                self.count_selected();
            }
            Action::ScrollBy(pixels) => self.scroll.by(pixels, self.metrics),
            Action::ScrollTo(fraction) => self.scroll.to_fraction(fraction, self.metrics),
        }
    }

    fn select(&mut self, line: usize, mode: SelectMode) {
        let Some(cursor) = self.cursor_at(line) else {
            return;
        };
        let mut selected = std::mem::take(&mut self.selected);
        let rows = self.rows_of(line);
        let are_selected = rows.iter().all(|&row| selected.contains(row as usize));
        match mode {
            SelectMode::Keep if are_selected => {}
            SelectMode::Only | SelectMode::Keep => {
                selected.clear();
                extend(&mut selected, rows);
            }
            SelectMode::Toggle if are_selected => rows.iter().for_each(|&row| selected.remove(row as usize)),
            SelectMode::Toggle => extend(&mut selected, rows),
            SelectMode::Range | SelectMode::AddRange => {
                // A start that a filter hides doesn't count.
                let found = |at: Cursor| Some((at, self.line_of(at)?));
                let start = self.range_start.and_then(found).or_else(|| self.cursor.and_then(found));
                let (start, from) = start.unwrap_or((cursor, line));
                if mode == SelectMode::Range {
                    selected.clear();
                }
                let range = self.lines.sessions_between(from.min(line), from.max(line));
                extend(&mut selected, &self.rows()[range]);
                self.range_start = Some(start);
            }
            SelectMode::Move => {}
        }
        self.selected = selected;
        self.cursor = Some(cursor);
        if !matches!(mode, SelectMode::Range | SelectMode::AddRange | SelectMode::Move) {
            self.range_start = Some(cursor);
        }
        self.count_selected();
    }

    fn line_after(&self, motion: Motion) -> Option<usize> {
        let last = self.metrics.lines.checked_sub(1)?;
        // One line of the previous page stays in view.
        let page = self.metrics.page().saturating_sub(1).max(1);
        let Some(line) = self.cursor_line() else {
            // Without a cursor, it appears in view.
            return Some(match motion {
                Motion::Home => 0,
                Motion::End => last,
                _ => self.scroll.line().min(last),
            });
        };
        Some(match motion {
            Motion::Up => line.saturating_sub(1),
            Motion::Down => (line + 1).min(last),
            Motion::PageUp => line.saturating_sub(page),
            Motion::PageDown => (line + page).min(last),
            Motion::Home => 0,
            Motion::End => last,
        })
    }

    fn move_column(&mut self, direction: Direction, columns: &[ColumnId]) {
        if let Some(Cursor::Group(row)) = self.cursor {
            if let Some(number) = self.index_of(row).and_then(|index| self.lines.group_of(index))
                && self.lines.groups()[number].is_expanded == (direction == Direction::Left)
            {
                self.toggle_group(number);
            }
            return;
        }
        let Some(last) = columns.len().checked_sub(1) else {
            return;
        };
        let current = self.cursor_column.as_ref().and_then(|id| columns.iter().position(|other| other == id));
        let next = match (current, direction) {
            (None, _) => 0,
            (Some(index), Direction::Left) => index.saturating_sub(1),
            (Some(index), Direction::Right) => (index + 1).min(last),
        };
        self.cursor_column = Some(columns[next].clone());
    }

    fn toggle_group(&mut self, number: usize) {
        let (Some(sessions), Some(group)) = (&self.sessions, self.lines.groups().get(number)) else {
            return;
        };
        let first = sessions.rows[group.start];
        self.collapsed.toggle(&sessions.dataset, first);
        // The header stays under the mouse.
        let y = self.scroll.y_of(group.line, self.metrics);
        self.update_lines(y.map(|y| (Cursor::Group(first), y)).into_iter().collect());
    }

    /// Shows and hides the sessions of groups. The anchors keep the scroll position.
    fn update_lines(&mut self, anchors: Vec<(Cursor, i64)>) {
        let was_at_top = self.is_at_top();
        if let Some(QueryResult { dataset, rows, .. }) = &self.sessions {
            self.lines.set_expanded(|index| self.collapsed.is_expanded(dataset, rows[index]));
            self.metrics.lines = self.lines.len();
            self.settle_cursor();
            self.restore_scroll(was_at_top, anchors.into_iter());
        }
    }

    /// Returns the shown rows in order, those of collapsed groups included.
    fn rows(&self) -> &[u32] {
        self.sessions.as_ref().map_or(&[], |sessions| &sessions.rows)
    }

    /// Returns the index of a row in the shown rows. Searches through all of them.
    fn index_of(&self, row: u32) -> Option<usize> {
        self.rows().iter().position(|&other| other == row)
    }

    fn line_of(&self, cursor: Cursor) -> Option<usize> {
        let index = self.index_of(cursor.row())?;
        // A session's line is that of its group's header while the group is collapsed.
        Some(match (cursor, self.lines.group_of(index)) {
            (Cursor::Group(_), Some(number)) => self.lines.groups()[number].line,
            _ => self.lines.line_of(index),
        })
    }

    fn are_selected(&self, rows: &[u32]) -> bool {
        rows.iter().all(|&row| self.is_selected(row))
    }

    fn count_selected(&mut self) {
        self.selected_shown = if self.selected.is_clear() {
            0
        } else {
            self.rows().iter().filter(|&&row| self.is_selected(row)).count()
        };
    }
}

fn extend(set: &mut FixedBitSet, rows: &[u32]) {
    set.extend(rows.iter().map(|&row| row as usize));
}

/// Returns the same sessions in a newer dataset, without those that are gone.
fn map_rows(set: &FixedBitSet, mapping: &RowMapping) -> FixedBitSet {
    set.ones().filter_map(|row| mapping.row(u32::try_from(row).ok()?)).map(|row| row as usize).collect()
}

#[cfg(test)]
mod tests;
