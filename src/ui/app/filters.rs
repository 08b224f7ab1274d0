//! Filters that are clicked rather than typed.

use std::fmt::Write as _;

use super::super::model::{FilterBox, Model};
use super::{App, PATIENCE};
use crate::dataset::{ColumnId, Value};
use crate::display;
use crate::export;
use crate::filter::{self, Mode};
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
        if self.model.table.selected() > 0 {
            self.model.table.act(crate::table::Action::SelectNothing);
        } else if self.model.is_filtered() {
            self.clear_filters();
        }
    }

    pub(super) fn sort(&mut self, keys: Vec<SortKey>) {
        self.model.arrangement.sort = keys;
        self.ask(PATIENCE);
    }

    /// A click on a user or a project: that alone, or all again; or it joins or leaves those that are seen.
    pub(super) fn facet(&mut self, side: Side, value: &str, adds: bool) {
        let text = &mut self.filter_box(side).text;
        let mut values = if text.mode == Mode::default() { filter::values_of(&text.pattern) } else { None }
            .unwrap_or_default();
        let known = values.iter().position(|other| other == value);
        match known {
            Some(_) if !adds && values.len() == 1 => values.clear(),
            Some(at) if adds => {
                values.remove(at);
            }
            None if adds => values.push(value.to_owned()),
            _ => values = vec![value.to_owned()],
        }
        *text = FilterText { pattern: filter::any_of(&values), mode: Mode::default() };
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
            (Some(side), Value::Text(text)) => {
                self.filter_box(side).text =
                    FilterText { pattern: filter::exactly(text), mode: Mode::default() };
            }
            _ => self.add_cell_filter(CellFilter { column, value, keep: true }),
        }
        self.ask(PATIENCE);
    }

    pub(super) fn exclude_value(&mut self, column: ColumnId, value: Value) {
        self.add_cell_filter(CellFilter { column, value, keep: false });
        self.ask(PATIENCE);
    }

    fn add_cell_filter(&mut self, filter: CellFilter) {
        let cells = &mut self.model.cells;
        // What was said of the same value before no longer holds.
        cells.retain(|other| (&other.column, &other.value) != (&filter.column, &filter.value));
        if filter.keep {
            // Only this value: not this one beside another.
            cells.retain(|other| !(other.keep && other.column == filter.column));
        }
        cells.push(filter);
    }

    /// The filters in force as a call for a script on the gateway. What the call can't say stands behind it.
    pub(super) fn session_info_call(&self) -> String {
        let Model { username, project, kind, cells, .. } = &self.model;
        let mut unsaid = Vec::new();
        let mut side = |filter: &FilterBox, column: ColumnId| {
            let whole = filter.filter.as_ref().map(|filter| (filter.pattern(), filter.mode()));
            let mut pattern = match whole {
                None => None,
                Some((pattern, mode)) => {
                    let standalone = filter::standalone(pattern, mode);
                    if standalone.is_none() {
                        unsaid.push(format!("{} {pattern}", display::title(&column)));
                    }
                    standalone
                }
            };
            for cell in cells.iter().filter(|cell| !cell.keep && cell.column == column) {
                if let Value::Text(text) = &cell.value {
                    pattern = Some(filter::without(pattern.as_deref().unwrap_or_default(), text));
                }
            }
            pattern
        };
        let (username, project) = (side(username, ColumnId::Username), side(project, ColumnId::Project));
        match kind {
            Kind::All => {}
            Kind::Clients => unsaid.push("only clients".to_owned()),
            Kind::Designers => unsaid.push("only designers".to_owned()),
        }
        let clock = self.model.clock();
        for cell in cells {
            let is_said = matches!(cell.column, ColumnId::Username | ColumnId::Project)
                && matches!(cell.value, Value::Text(_))
                && !cell.keep;
            if !is_said {
                unsaid.push(described(cell, &clock));
            }
        }
        let mut call = export::session_info_call(username.as_deref(), project.as_deref());
        if !unsaid.is_empty() {
            // A line break would end the comment, and Python 2 refuses a script with letters beyond ASCII.
            let unsaid = unsaid.join("; ").replace(|letter| !matches!(letter, ' '..='~'), "?");
            let _never_fails = write!(call, "  # not in this call: {unsaid}");
        }
        call
    }
}

/// A single-value filter in words.
pub(in super::super) fn described(filter: &CellFilter, clock: &display::Clock) -> String {
    let is = if filter.keep { "is" } else { "is not" };
    let value = display::cell(filter.value.cell(), clock);
    format!("{} {is} {value}", display::title(&filter.column))
}
