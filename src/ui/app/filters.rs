//! Commands that change filters.

use std::time::Duration;

use egui::Context;

use super::super::command::FilterCommand;
use super::super::filter_row;
use super::super::grid;
use super::super::model::{DateDraft, FilterKey};
use super::{App, FRAME_WAIT};
use crate::dataset::{ColumnId, Value};
use crate::export::{self, ActiveFilters};
use crate::filter::Mode;
use crate::query::{
    CellFilter, ColumnFilter, DateFilter, DateRange, DesignerFilter, FilterField, FilterSet, FilterText,
    SortKey, Suggestion,
};
use crate::table::{Action, Direction, Motion, SelectMode};

/// The range of a new filter on dates: a week.
const NEW_RANGE: DateRange = DateRange::Last(7 * 86_400);
/// The longest pattern that is compiled in a frame, in bytes.
const MAX_COMPILED: usize = 1_000;
/// Minimum time between two queries that a filter on ages causes.
const MIN_REQUERY: Duration = Duration::from_secs(1);

impl App {
    /// Runs a command of the filter row.
    pub(super) fn run_filter_command(&mut self, ctx: &Context, command: FilterCommand) {
        match command {
            FilterCommand::ApplySuggestion(suggestion) => self.apply_suggestion(ctx, &suggestion),
            FilterCommand::Clear(field) => self.clear_filter(ctx, field),
            FilterCommand::Commit { field, ends } => self.commit_filter(field, ends),
            FilterCommand::ApplyHistory(field, text) => self.apply_history(ctx, field, text),
            FilterCommand::Edit(key) => self.edit_filter(ctx, key),
            FilterCommand::EditAsPattern(index) => self.edit_as_pattern(ctx, index),
            FilterCommand::CloseEditor(key) => self.close_filter_editor(ctx, &key),
            FilterCommand::SetDate(filter) => self.set_date_filter(filter),
            FilterCommand::Remove(key) => self.remove_filter_of(&key),
        }
    }

    /// Sets the mode of a filter.
    pub(super) fn set_filter_mode(&mut self, field: FilterField, mode: Mode) {
        if let Some(text) = self.drafts.filter_mut(field) {
            text.mode = mode;
            self.query(FRAME_WAIT);
        }
    }

    /// Changes the modes of filters as suggested, and focuses the text box of the first one.
    fn apply_suggestion(&mut self, ctx: &Context, suggestion: &Suggestion) {
        let history = &mut self.state.filter_history;
        for &field in &suggestion.fields {
            if let (Some(column), Some(text)) = (self.drafts.column_of(field), self.drafts.filter_mut(field))
            {
                // The filter that found nothing isn't worth remembering.
                history.remove(&column, text);
                text.mode = suggestion.apply_to(text.mode);
                history.add(&column, text);
            }
        }
        if let Some(field @ (FilterField::Username | FilterField::Project)) = suggestion.fields.first() {
            self.focus_filter(ctx, *field);
        }
        self.query(FRAME_WAIT);
    }

    /// Clears a text filter, and focuses its text box.
    fn clear_filter(&mut self, ctx: &Context, field: FilterField) {
        if let Some(text) = self.drafts.filter_mut(field) {
            text.pattern.clear();
            self.focus_filter(ctx, field);
            self.query(FRAME_WAIT);
        }
    }

    fn focus_filter(&self, ctx: &Context, field: FilterField) {
        if let (Some(column), Some(text)) = (self.drafts.column_of(field), self.drafts.filter(field)) {
            filter_row::focus(ctx, &column, text);
        }
    }

    /// Moves the keyboard focus to the table, and the cursor to its first row and column if there is no cursor.
    /// Does nothing without lines, none of which could show the focus.
    pub(super) fn focus_table(&mut self, ctx: &Context) {
        if self.state.table.lines().is_empty() {
            return;
        }
        ctx.memory_mut(|memory| memory.request_focus(grid::id()));
        if !self.state.table.has_cursor() {
            self.state.table.act(Action::MoveCursor(Motion::Home, SelectMode::Only));
        }
        let columns = self.state.shown_columns();
        let has_column = self.state.table.column().is_some_and(|column| columns.contains(column));
        if self.state.table.cursor_row().is_some() && !has_column {
            self.state.table.act(Action::MoveColumn(Direction::Left, columns));
        }
    }

    /// Adds a text filter to the history if it is active, or will be once its query has run.
    fn commit_filter(&mut self, field: FilterField, ends: bool) {
        let Some((column, text)) = self.drafts.column_of(field).zip(self.drafts.filter(field)) else {
            return;
        };
        let status = match field {
            FilterField::Username => Some(&self.state.username),
            FilterField::Project => Some(&self.state.project),
            FilterField::Column(_) => self.state.column_filter(&column),
        };
        let is_active = !text.pattern.is_empty() && status.is_some_and(|status| status.is_of(text));
        // The result of its query may not have arrived yet, and never does if the next key starts another query.
        let is_valid = || text.pattern.len() <= MAX_COMPILED && matches!(text.compile(), Ok(Some(_)));
        if is_active || is_valid() {
            let history = &mut self.state.filter_history;
            // What was typed up to a pause is only a part.
            let newest = history.entries(&column).next();
            if let Some(part) = newest.filter(|_| self.open_history_entry == Some(field)) {
                history.remove(&column, &part);
            }
            history.add(&column, text);
            self.open_history_entry = Some(field);
        }
        if ends {
            self.open_history_entry = None;
        }
    }

    /// Applies a filter from the history, and focuses its text box.
    fn apply_history(&mut self, ctx: &Context, field: FilterField, text: FilterText) {
        if let Some(filter) = self.drafts.filter_mut(field) {
            *filter = text;
            self.focus_filter(ctx, field);
            self.query(FRAME_WAIT);
        }
    }

    /// Opens the popup that edits a filter without a box. A new filter is added.
    fn edit_filter(&mut self, ctx: &Context, key: FilterKey) {
        // Before its text box gets the focus, which returns to what has it now.
        filter_row::open_editor(ctx);
        match &key {
            FilterKey::Column(column) => {
                let is_column = |filter: &ColumnFilter| filter.column == *column;
                if !self.drafts.columns.iter().any(is_column) {
                    let text = FilterText::default();
                    self.drafts.columns.push(ColumnFilter { column: column.clone(), text });
                }
                if let Some(filter) = self.drafts.columns.iter().find(|filter| is_column(filter)) {
                    filter_row::focus(ctx, column, &filter.text);
                }
            }
            FilterKey::Date(column) => {
                let dates = &mut self.state.dates;
                let range = dates.iter().find(|filter| filter.column == *column).map(|filter| filter.range);
                if range.is_none() {
                    dates.push(DateFilter { column: column.clone(), range: NEW_RANGE });
                    self.query(FRAME_WAIT);
                }
                self.drafts.date = DateDraft::new(range.or(Some(NEW_RANGE)), &self.state.clock());
            }
            FilterKey::Cell(_) => {}
        }
        self.ui_state.editor = Some(key);
    }

    /// Replaces the filter on a single value by a pattern, and edits it.
    fn edit_as_pattern(&mut self, ctx: &Context, index: usize) {
        let Some(CellFilter { column, value: Value::Text(text), keep }) =
            self.state.cells.get(index).cloned()
        else {
            return;
        };
        self.state.cells.remove(index);
        let mut text = FilterText::exactly(&text);
        text.mode.invert = !keep;
        self.drafts.columns.retain(|filter| filter.column != column);
        self.drafts.columns.push(ColumnFilter { column: column.clone(), text });
        self.query(FRAME_WAIT);
        self.edit_filter(ctx, FilterKey::Column(column));
    }

    /// Closes the popup that edits this filter. An empty filter is removed.
    fn close_filter_editor(&mut self, ctx: &Context, key: &FilterKey) {
        // Another one may already be open.
        if self.ui_state.editor.as_ref() == Some(key) {
            self.ui_state.editor = None;
            filter_row::close_editor(ctx);
        }
        if let FilterKey::Column(column) = key
            && self
                .drafts
                .columns
                .iter()
                .any(|filter| filter.column == *column && filter.text.pattern.is_empty())
        {
            self.remove_filter_of(key);
        }
    }

    /// Sets the filter on a column of dates.
    fn set_date_filter(&mut self, filter: DateFilter) {
        let dates = &mut self.state.dates;
        match dates.iter_mut().find(|other| other.column == filter.column) {
            Some(other) => *other = filter,
            None => dates.push(filter),
        }
        self.query(FRAME_WAIT);
    }

    /// Removes a filter without a box.
    fn remove_filter_of(&mut self, key: &FilterKey) {
        match key {
            FilterKey::Column(column) => self.drafts.columns.retain(|filter| filter.column != *column),
            FilterKey::Date(column) => self.state.dates.retain(|filter| filter.column != *column),
            FilterKey::Cell(index) if *index < self.state.cells.len() => {
                self.state.cells.remove(*index);
            }
            FilterKey::Cell(_) => {}
        }
        self.query(FRAME_WAIT);
    }

    /// Returns all filters but the one on clients and designers.
    pub(super) fn filters(&self) -> FilterSet {
        FilterSet {
            username: self.drafts.username.clone(),
            project: self.drafts.project.clone(),
            columns: self.drafts.columns.clone(),
            dates: self.state.dates.clone(),
            cells: self.state.cells.clone(),
        }
    }

    /// Replaces all filters but the one on clients and designers.
    pub(super) fn set_filters(&mut self, filters: FilterSet) {
        let FilterSet { username, project, columns, dates, cells } = filters;
        (self.drafts.username, self.drafts.project, self.drafts.columns) = (username, project, columns);
        (self.state.dates, self.state.cells) = (dates, cells);
        self.ui_state.editor = None;
        self.query(FRAME_WAIT);
    }

    /// Clears all filters.
    pub(super) fn clear_filters(&mut self) {
        self.state.designer = DesignerFilter::All;
        self.set_filters(FilterSet::default());
    }

    /// Does the first of these that applies: closes the export path or its error, resets the typed time, clears the selection,
    /// leaves the past, clears the chosen time, clears the filters.
    pub(super) fn escape(&mut self) {
        if self.drafts.export_path.is_some() || self.drafts.export_error.is_some() {
            self.drafts.forget_export();
        } else if self.reset_typed_time() {
            // The next Escape does what follows.
        } else if self.state.table.selected() > 0 {
            self.state.table.act(Action::ClearSelection);
        } else if self.state.past.is_some() {
            self.leave_past();
        } else if self.state.timeline.selection.is_some() {
            self.state.timeline.selection = None;
        } else if self.state.is_filtered(&self.drafts) {
            self.clear_filters();
        }
    }

    /// Queries again when a filter on the age of a date leaves out another row.
    pub(super) fn requery_when_due(&mut self, ctx: &Context) {
        let due = self.state.table.result().and_then(|result| result.changes_at_epoch_ms);
        let Some(due) = due.filter(|_| !self.state.dates.is_empty()) else {
            return;
        };
        let left = due.saturating_sub(self.state.clock().now_epoch_ms);
        // Once, because another query would cancel the running one.
        if left <= 0 && self.submitted_due.replace(due) != Some(due) {
            self.query(FRAME_WAIT);
        }
        let left = Duration::from_millis(u64::try_from(left).unwrap_or_default());
        ctx.request_repaint_after(left.max(MIN_REQUERY));
    }

    /// Replaces the sort.
    pub(super) fn sort(&mut self, keys: Vec<SortKey>) {
        self.state.layout.sort = keys;
        self.query(FRAME_WAIT);
    }

    /// Toggles a filter on a value. `adds`: keeps the other values of the filter.
    pub(super) fn toggle_facet(&mut self, field: FilterField, value: &str, adds: bool) {
        let Some(text) = self.drafts.filter_mut(field) else {
            return;
        };
        if adds {
            text.toggle_value(value);
        } else {
            text.toggle_only(value);
        }
        self.query(FRAME_WAIT);
    }

    /// Shows only sessions with this value. Users and projects go into the text boxes, where they can be edited.
    pub(super) fn filter_to_value(&mut self, column: ColumnId, value: Value) {
        let filter = CellFilter { column, value, keep: true };
        let text_box = match filter.column {
            ColumnId::Username => Some(&mut self.drafts.username),
            ColumnId::Project => Some(&mut self.drafts.project),
            _ => None,
        };
        if let (Some(text_box), Value::Text(text)) = (text_box, &filter.value) {
            *text_box = FilterText::exactly(text);
            filter.remove_replaced(&mut self.state.cells);
        } else {
            filter.add_to(&mut self.state.cells);
        }
        self.query(FRAME_WAIT);
    }

    /// Returns the column and the value at the cursor.
    pub(super) fn cursor_value(&self) -> Option<(ColumnId, Value)> {
        self.state.cursor_cell().map(|(column, cell)| (column, cell.into()))
    }

    /// Hides sessions with this value.
    pub(super) fn exclude_value(&mut self, column: ColumnId, value: Value) {
        CellFilter { column, value, keep: false }.add_to(&mut self.state.cells);
        self.query(FRAME_WAIT);
    }

    /// Returns the active filters as a call for a script on the gateway.
    pub(super) fn session_info_call(&self) -> String {
        let filters = ActiveFilters {
            username: self.state.username.filter.as_ref(),
            project: self.state.project.filter.as_ref(),
            columns: &self.state.columns,
            dates: &self.state.dates,
            designer: self.state.designer,
            cells: &self.state.cells,
        };
        export::session_info_call(&filters, &self.state.clock())
    }
}
