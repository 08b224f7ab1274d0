//! The effect of each action on the table.

use fixedbitset::FixedBitSet;

use super::PowerTable;
use crate::dataset::ColumnId;
use crate::table::action::{Action, Direction, Motion, SelectMode, Step};
use crate::table::cursor::Cursor;
use crate::table::lines::Line;

impl PowerTable {
    /// Applies an action.
    pub fn act(&mut self, action: Action) {
        let scrolls = matches!(action, Action::ScrollBy(_) | Action::ScrollTo(_));
        self.apply(action);
        if !scrolls {
            self.update_details();
        }
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Select(line, column, mode) => {
                self.cursor_column = column.or(self.cursor_column.take());
                self.select(line, mode);
            }
            Action::MoveCursor(motion, mode) => {
                if let Some(line) = self.line_after(motion).and_then(|line| self.skip_left(line, motion)) {
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
            Action::ToggleGroup(index) => self.toggle_group(index),
            Action::SetAllCollapsed(collapsed) => {
                let anchors = self.scroll_anchors(None);
                self.collapsed.set_all(collapsed);
                self.update_lines(&anchors);
            }
            Action::StepSelected(step) => self.step_selected(step),
            Action::GoToChange(step) => self.go_to_change(step),
            Action::SelectAll => {
                let Self { result, selected, .. } = self;
                extend(selected, result.as_ref().map_or(&[], |result| &result.rows));
                self.selected_shown = self.rows().len();
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

    pub(super) fn select(&mut self, line: usize, mode: SelectMode) {
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
        self.last_change = None;
        self.hidden_cursor = None;
        if !matches!(mode, SelectMode::Range | SelectMode::AddRange | SelectMode::Move) {
            self.range_start = Some(cursor);
        }
        match mode {
            // As with each move of the cursor. Counting takes milliseconds in a large table.
            SelectMode::Only => self.selected_shown = self.rows_of(line).len(),
            SelectMode::Move => {}
            _ => self.count_selected(),
        }
    }

    /// Selects only the session in this row and scrolls to it, out of a collapsed group. Returns `false` if it isn't shown.
    pub fn go_to(&mut self, row: u32) -> bool {
        let Some(index) = self.index_of(row) else {
            return false;
        };
        if let Some(group) = self.lines.group_of(index)
            && !self.lines.groups()[group].is_expanded
        {
            self.toggle_group(group);
        }
        let line = self.lines.line_of(index);
        self.select(line, SelectMode::Only);
        self.scroll.reveal(line, self.metrics);
        self.update_details();
        true
    }

    fn step_selected(&mut self, step: Step) {
        let Some(index) = self.selected_session().and_then(|row| self.index_of(row)) else {
            return;
        };
        let is_selected = |index: &usize| self.is_selected(self.rows()[*index]);
        let next = match step {
            Step::Previous => (0..index).rev().find(is_selected),
            Step::Next => (index + 1..self.rows().len()).find(is_selected),
        };
        let Some(next) = next else {
            return;
        };
        let row = self.rows()[next];
        // A session in a collapsed group has no line of its own.
        self.cursor = Some(Cursor::Session(row));
        self.hidden_cursor = None;
        self.last_change = None;
        let line = self.lines.line_of(next);
        if self.cursor_at(line) == self.cursor {
            self.scroll.reveal(line, self.metrics);
        }
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

    /// Returns this line, or the next one in the direction of a motion that isn't that of a session that has left.
    pub(super) fn skip_left(&self, line: usize, motion: Motion) -> Option<usize> {
        let is_left = |line: &usize| matches!(self.lines.get(*line), Some(Line::Left(_)));
        let up = || (0..=line).rev().find(|line| !is_left(line));
        let down = || (line..self.metrics.lines).find(|line| !is_left(line));
        match motion {
            Motion::Up | Motion::PageUp | Motion::End => up().or_else(down),
            Motion::Down | Motion::PageDown | Motion::Home => down().or_else(up),
        }
    }

    fn move_column(&mut self, direction: Direction, columns: &[ColumnId]) {
        if self.cursor.is_none() {
            self.cursor_column = columns.first().cloned();
            return self.apply(Action::MoveCursor(Motion::Down, SelectMode::Move));
        }
        if let Some(Cursor::Group(row)) = self.cursor {
            if let Some(group) = self.index_of(row).and_then(|index| self.lines.group_of(index))
                && self.lines.groups()[group].is_expanded == (direction == Direction::Left)
            {
                self.toggle_group(group);
            }
            return;
        }
        let Some(last) = columns.len().checked_sub(1) else {
            return;
        };
        let current = self.cursor_column.as_ref().and_then(|id| columns.iter().position(|other| other == id));
        let next = match (current, direction) {
            // The cursor is shown in the first one.
            (None, Direction::Left) => 0,
            (None, Direction::Right) => last.min(1),
            (Some(index), Direction::Left) => index.saturating_sub(1),
            (Some(index), Direction::Right) => (index + 1).min(last),
        };
        self.cursor_column = Some(columns[next].clone());
    }

    fn toggle_group(&mut self, index: usize) {
        let (Some(result), Some(group)) = (&self.result, self.lines.groups().get(index)) else {
            return;
        };
        let first = result.rows[group.start];
        self.collapsed.toggle(&result.dataset, first);
        // The header stays under the mouse.
        self.update_lines(&self.header_anchor(index));
    }
}

fn extend(set: &mut FixedBitSet, rows: &[u32]) {
    set.extend(rows.iter().map(|&row| row as usize));
}
