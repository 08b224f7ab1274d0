//! The table's state.

use std::time::SystemTime;

use fixedbitset::FixedBitSet;

use super::action::Motion;
use super::arrivals::{Arrivals, OutdatedLists};
use super::collapsed_groups::CollapsedGroups;
use super::cursor::Cursor;
use super::departures::{DepartureFilter, Departures};
use super::lines::{Line, Lines};
use super::scroll::{Metrics, Scroll};
use crate::dataset::{ColumnId, RowMapping};
use crate::query::QueryResult;

mod actions;
mod details;
mod marks;
mod scroll_anchors;

pub use details::{Details, OtherSessions};
pub use marks::MARK_TIME;
use scroll_anchors::ScrollAnchors;

/// The circumstances under which a query result is shown.
#[derive(Clone, Copy, Debug)]
pub struct ResultContext<'a> {
    /// The nodes whose older list was out of date. Their sessions aren't marked as new or left.
    pub outdated: &'a OutdatedLists,
    /// Time at which the sessions that are missing now left; `None` after a pause, in which
    /// they may have left at any time.
    pub left_at: Option<SystemTime>,
    /// The line under the pointer. A refresh doesn't move it.
    pub pointer: Option<usize>,
    /// `true` if the user has changed neither the filters nor the order nor the groups since the result before.
    pub is_refresh: bool,
    /// `true` if sessions that have just signed in or left are marked.
    pub has_marks: bool,
}

/// The query result that is shown, and the state that outlives it: selection, cursor, collapsed groups and scroll position.
#[derive(Clone, Debug, Default)]
pub struct PowerTable {
    result: Option<QueryResult>,
    lines: Lines,
    /// The selected rows, including those hidden by a filter.
    selected: FixedBitSet,
    /// Number of selected rows that are shown.
    selected_shown: usize,
    cursor: Option<Cursor>,
    cursor_column: Option<ColumnId>,
    /// The cursor's session while a filter hides it, and its y where it was in view.
    hidden_cursor: Option<(Cursor, Option<i64>)>,
    /// The line where a range selection starts.
    range_start: Option<Cursor>,
    collapsed: CollapsedGroups,
    scroll: Scroll,
    metrics: Metrics,
    /// The details of the selected session, while they are shown.
    details: Option<Details>,
    has_details: bool,
    /// The sessions that have just signed in.
    arrivals: Arrivals,
    /// The sessions that have just left.
    departures: Departures,
    /// The line of the change that was gone to last, until lines change.
    last_change: Option<usize>,
}

impl PowerTable {
    /// Returns the query result that is shown; `None` before the first one.
    #[must_use]
    pub fn result(&self) -> Option<&QueryResult> {
        self.result.as_ref()
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
    pub fn is_group_selected(&self, index: usize) -> bool {
        if self.selected_shown == self.rows().len() {
            return true;
        }
        let group = self.lines.groups().get(index);
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
        let selected = self.rows().iter().copied().filter(|&row| self.is_selected(row));
        // After the last one, the search ends.
        selected.take(self.selected_shown).collect()
    }

    /// Returns the selected session that is shown in detail: the one at the cursor, or else the first one.
    #[must_use]
    pub fn selected_session(&self) -> Option<u32> {
        let at_cursor = self.cursor_row().filter(|&row| self.is_selected(row));
        let first = || self.rows().iter().copied().find(|&row| self.is_selected(row));
        at_cursor.or_else(|| (self.selected_shown > 0).then(first).flatten())
    }

    /// Returns what is known of the session that is shown in detail.
    #[must_use]
    pub fn details(&self) -> Option<&Details> {
        self.details.as_ref()
    }

    /// Returns the number of selected sessions up to this one, which is selected. Searches through all rows.
    fn selected_up_to(&self, row: u32) -> Option<usize> {
        if self.selected_shown == 1 {
            return Some(1);
        }
        let index = self.index_of(row)?;
        if self.selected_shown == self.rows().len() {
            return Some(index + 1);
        }
        Some(self.rows()[..=index].iter().filter(|&&row| self.is_selected(row)).count())
    }

    /// Returns `true` if there is a cursor.
    #[must_use]
    pub fn has_cursor(&self) -> bool {
        self.cursor.is_some()
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

    /// Returns `true` if the cursor is here.
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
            Line::Session(_) | Line::Left(_) => Cursor::Session(row),
        })
    }

    /// Removes all sessions, for instance when the gateway changes. Collapsed groups stay collapsed.
    pub fn clear(&mut self) {
        let metrics = Metrics { lines: 0, room_px: 0, ..self.metrics };
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

    /// Shows a query result. Selection, cursor and scroll position stay with their sessions. Sessions that have signed in since
    /// the result before are new, and the lines of those that have left stay for a while. Returns the line that is under the
    /// pointer now.
    pub fn show(&mut self, mut result: QueryResult, context: ResultContext<'_>) -> Option<usize> {
        let mapping = result.row_mapping.take();
        let held_line = context.pointer.filter(|_| context.is_refresh);
        let pointer_y = context.pointer.and_then(|line| self.y_of(line));
        let mut anchors = self.scroll_anchors(held_line);
        let old_line = self.cursor_line();
        let old_y = old_line.and_then(|line| self.scroll.y_of(line, self.metrics));
        let pointed_row = held_line.and_then(|line| self.session_at(line));
        match (&self.result, &mapping) {
            (Some(before), Some(mapping)) if context.has_marks && context.is_refresh => {
                let ResultContext { outdated, left_at, .. } = context;
                self.departures.update(
                    before,
                    &result,
                    mapping,
                    &DepartureFilter { outdated, pointed_row },
                    left_at,
                );
            }
            // As with another order of the counts.
            (Some(before), None) if context.has_marks && before.has_lines_of(&result) => {}
            // Or other rows are shown.
            _ => self.departures.clear(),
        }
        if let Some(mapping) = &mapping {
            anchors = self.map_anchors(anchors, mapping);
            if context.has_marks {
                self.arrivals.update(mapping, &result.dataset, context.outdated);
            } else {
                self.arrivals = Arrivals::default();
            }
            self.selected = map_rows(&self.selected, mapping);
            self.cursor = self.cursor.and_then(|cursor| cursor.map(mapping));
            self.hidden_cursor = self.hidden_cursor.and_then(|(cursor, y)| Some((cursor.map(mapping)?, y)));
            self.range_start = self.range_start.and_then(|start| start.map(mapping));
        }
        self.collapsed.set_column(result.grouping.as_ref());
        self.lines = Lines::new(result.rows.len(), &result.groups, |index| {
            self.collapsed.is_expanded(&result.dataset, result.rows[index])
        });
        self.lines.set_left(self.departures.places());
        self.last_change = None;
        self.metrics.lines = self.lines.len();
        self.result = Some(result);
        self.settle_cursor();
        // If the cursor's session is gone or hidden, the cursor stays on its line.
        if self.cursor_line().is_none()
            && let Some(line) = old_line
        {
            self.hidden_cursor = self.hidden_cursor.or(self.cursor.map(|cursor| (cursor, old_y)));
            self.cursor = self.nearest_session(line).and_then(|line| self.cursor_at(line));
        }
        if !self.restore_hidden_cursor() {
            self.restore_scroll(&anchors);
        }
        self.count_selected();
        self.details = self.find_details();
        self.scroll.line_at(pointer_y?, self.metrics)
    }

    /// Returns the row of the session in a line; `None` on another line.
    fn session_at(&self, line: usize) -> Option<u32> {
        let Line::Session(_) = self.lines.get(line)? else { return None };
        self.rows_of(line).first().copied()
    }

    /// Returns this line, or the nearest one with a session or a group.
    fn nearest_session(&self, line: usize) -> Option<usize> {
        let line = line.min(self.metrics.lines.checked_sub(1)?);
        self.skip_left(line, Motion::Down)
    }

    /// Moves the cursor back to its session if that is shown again, and the session to where it was. Returns `true` if so.
    fn restore_hidden_cursor(&mut self) -> bool {
        let Some((cursor, y)) = self.hidden_cursor else {
            return false;
        };
        let Some(line) = self.line_of(cursor) else {
            return false;
        };
        self.hidden_cursor = None;
        self.cursor = Some(cursor);
        self.settle_cursor();
        self.scroll.clamp(self.metrics);
        if let Some(y) = y {
            self.scroll.put(line, y, self.metrics);
        }
        true
    }

    /// Updates the row of the cursor: the first row of its group may have changed, and the cursor of a session in a
    /// collapsed group moves to the group's header.
    fn settle_cursor(&mut self) {
        if let Some(line) = self.cursor_line() {
            self.cursor = self.cursor_at(line);
        }
    }

    /// Shows and hides the sessions of groups. The anchors keep the scroll position.
    fn update_lines(&mut self, anchors: &ScrollAnchors) {
        if let Some(QueryResult { dataset, rows, .. }) = &self.result {
            self.lines.set_expanded(|index| self.collapsed.is_expanded(dataset, rows[index]));
            self.metrics.lines = self.lines.len();
            self.last_change = None;
            self.settle_cursor();
            self.restore_scroll(anchors);
        }
    }

    /// Returns the shown rows in order, including those of collapsed groups.
    fn rows(&self) -> &[u32] {
        self.result.as_ref().map_or(&[], |result| &result.rows)
    }

    /// Returns the index of a row in the shown rows. Searches through all of them.
    fn index_of(&self, row: u32) -> Option<usize> {
        self.rows().iter().position(|&other| other == row)
    }

    fn line_of(&self, cursor: Cursor) -> Option<usize> {
        let index = self.index_of(cursor.row())?;
        // A session's line is that of its group's header while the group is collapsed.
        Some(match (cursor, self.lines.group_of(index)) {
            (Cursor::Group(_), Some(group)) => self.lines.groups()[group].line,
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

/// Returns the same sessions in a newer dataset, without those that are gone.
fn map_rows(set: &FixedBitSet, mapping: &RowMapping) -> FixedBitSet {
    set.ones().filter_map(|row| mapping.row(u32::try_from(row).ok()?)).map(|row| row as usize).collect()
}

#[cfg(test)]
mod tests;
