//! Commands that change filters.

use egui::Context;

use super::super::filter_bar;
use super::{App, FRAME_WAIT};
use crate::dataset::{ColumnId, Value};
use crate::export::{self, ActiveFilters};
use crate::filter::Mode;
use crate::query::{CellFilter, FilterField, FilterText, KindFilter, SortKey};
use crate::table::Action;

impl App {
    /// Sets the mode of a filter.
    pub(super) fn set_filter_mode(&mut self, field: FilterField, mode: Mode) {
        self.drafts.filter_mut(field).mode = mode;
        self.query(FRAME_WAIT);
    }

    /// Lets a filter match any part of the value, and focuses its text box.
    pub(super) fn match_part(&mut self, ctx: &Context, field: FilterField) {
        let text = self.drafts.filter_mut(field);
        text.mode.contains = true;
        filter_bar::focus(ctx, field, text);
        self.query(FRAME_WAIT);
    }

    /// Replaces both filters.
    pub(super) fn set_filters(&mut self, username: FilterText, project: FilterText) {
        self.drafts.username = username;
        self.drafts.project = project;
        self.query(FRAME_WAIT);
    }

    /// Clears all filters.
    pub(super) fn clear_filters(&mut self) {
        self.state.kind = KindFilter::All;
        self.state.cells.clear();
        self.set_filters(FilterText::default(), FilterText::default());
    }

    /// Closes the export path, or else clears the selection, or else the filters.
    pub(super) fn escape(&mut self) {
        if self.drafts.export_path.is_some() || self.drafts.export_error.is_some() {
            self.drafts.forget_export();
        } else if self.state.table.selected() > 0 {
            self.state.table.act(Action::ClearSelection);
        } else if self.state.is_filtered(&self.drafts) {
            self.clear_filters();
        }
    }

    /// Replaces the sort.
    pub(super) fn sort(&mut self, keys: Vec<SortKey>) {
        self.state.layout.sort = keys;
        self.query(FRAME_WAIT);
    }

    /// Toggles a filter on a value. `adds`: keeps the other values of the filter.
    pub(super) fn toggle_facet(&mut self, field: FilterField, value: &str, adds: bool) {
        let text = self.drafts.filter_mut(field);
        if adds {
            text.toggle_value(value);
        } else {
            text.toggle_only(value);
        }
        self.query(FRAME_WAIT);
    }

    /// Shows only sessions with this value. Users and projects go into the text boxes, where they can be edited.
    pub(super) fn filter_to_value(&mut self, column: ColumnId, value: Value) {
        let field = match &column {
            ColumnId::Username => Some(FilterField::Username),
            ColumnId::Project => Some(FilterField::Project),
            _ => None,
        };
        match (field, &value) {
            (Some(field), Value::Text(text)) => *self.drafts.filter_mut(field) = FilterText::exactly(text),
            _ => CellFilter { column, value, keep: true }.add_to(&mut self.state.cells),
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

    /// Removes the cell filter with this index.
    pub(super) fn remove_cell_filter(&mut self, index: usize) {
        if index < self.state.cells.len() {
            self.state.cells.remove(index);
            self.query(FRAME_WAIT);
        }
    }

    /// Returns the active filters as a call for a script on the gateway.
    pub(super) fn session_info_call(&self) -> String {
        let filters = ActiveFilters {
            username: self.state.username.filter.as_ref(),
            project: self.state.project.filter.as_ref(),
            kind: self.state.kind,
            cells: &self.state.cells,
        };
        export::session_info_call(&filters, &self.state.clock())
    }
}
