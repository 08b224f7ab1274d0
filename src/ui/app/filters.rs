//! Filters that are clicked rather than typed.

use super::super::model::{Export, FilterBox, Model};
use super::{App, PATIENCE};
use crate::dataset::{ColumnId, Value};
use crate::export::{self, ActiveFilters};
use crate::query::{CellFilter, FilterText, Kind, Side, SortKey};

impl App {
    pub(super) fn filter_box(&mut self, side: Side) -> &mut FilterBox {
        match side {
            Side::Username => &mut self.model.username,
            Side::Project => &mut self.model.project,
        }
    }

    pub(super) fn filter_by(&mut self, username: FilterText, project: FilterText) {
        self.model.username.text = username;
        self.model.project.text = project;
        self.ask(PATIENCE);
    }

    pub(super) fn clear_filters(&mut self) {
        self.model.kind = Kind::All;
        self.model.cells.clear();
        self.filter_by(FilterText::default(), FilterText::default());
    }

    /// Nothing is lost at once: the selection goes first, the filters go next.
    pub(super) fn escape(&mut self) {
        if matches!(self.model.export, Export::AskingForPath { .. }) {
            self.model.export = Export::Idle;
        } else if self.model.table.selected() > 0 {
            self.model.table.act(crate::table::Action::SelectNothing);
        } else if self.model.is_filtered() {
            self.clear_filters();
        }
    }

    pub(super) fn sort(&mut self, keys: Vec<SortKey>) {
        self.model.layout.sort = keys;
        self.ask(PATIENCE);
    }

    pub(super) fn facet(&mut self, side: Side, value: &str, adds: bool) {
        let text = &mut self.filter_box(side).text;
        if adds {
            text.add(value);
        } else {
            text.choose(value);
        }
        self.ask(PATIENCE);
    }

    /// Users and projects go into their boxes, where they can be seen and changed; the others stand on their own.
    pub(super) fn keep_value(&mut self, column: ColumnId, value: Value) {
        let side = match &column {
            ColumnId::Username => Some(Side::Username),
            ColumnId::Project => Some(Side::Project),
            _ => None,
        };
        match (side, &value) {
            (Some(side), Value::Text(text)) => self.filter_box(side).text = FilterText::only(text),
            _ => CellFilter { column, value, keep: true }.put(&mut self.model.cells),
        }
        self.ask(PATIENCE);
    }

    pub(super) fn exclude_value(&mut self, column: ColumnId, value: Value) {
        CellFilter { column, value, keep: false }.put(&mut self.model.cells);
        self.ask(PATIENCE);
    }

    /// The filters in force as a call for a script on the gateway.
    pub(super) fn session_info_call(&self) -> String {
        let Model { username, project, kind, cells, .. } = &self.model;
        let (username, project) = (username.filter.as_ref(), project.filter.as_ref());
        export::session_info_call(
            &ActiveFilters { username, project, kind: *kind, cells },
            &self.model.clock(),
        )
    }
}
