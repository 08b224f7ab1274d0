//! The menu that adds a filter on any column.

use egui::{Response, Ui};

use crate::dataset::{Column, ColumnId, Dataset, Value, names};
use crate::display;
use crate::query::CellFilter;
use crate::ui::button::Button;
use crate::ui::command::{Command, FilterCommand};
use crate::ui::icons;
use crate::ui::menu;
use crate::ui::model::{AppState, Drafts, FilterKey};
use crate::ui::theme;
use crate::ui::tooltip::ResponseExt as _;

/// Number of kinds that are offered. Gateways have three.
const MAX_KINDS: u32 = 8;

/// Draws the button of the menu.
pub(super) fn button(
    ui: &mut Ui,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) -> Response {
    let button = ui.add(Button::ghost("Filter").icon(icons::PLUS).name("Add filter"));
    menu::popup(&button).show(|ui| items(ui, state, drafts, commands));
    button.tooltip("Filter by another column")
}

/// Draws the items of the menu.
pub(super) fn items(ui: &mut Ui, state: &AppState, drafts: &Drafts, commands: &mut Vec<Command>) {
    menu::start(ui, theme::MENU_WIDTH);
    let result = state.table.result();
    let dataset = result.map(|result| &*result.dataset);
    menu::title(ui, "Pattern");
    for column in text_columns(dataset) {
        let is_set = drafts.columns.iter().any(|filter| filter.column == column);
        item(ui, &state.column_title(&column), is_set, commands, || {
            Command::Filter(FilterCommand::Edit(FilterKey::Column(column.clone())))
        });
    }
    menu::line(ui);
    menu::title(ui, "Time");
    for column in date_columns(dataset) {
        let is_set = state.dates.iter().any(|filter| filter.column == column);
        item(ui, &state.column_title(&column), is_set, commands, || {
            Command::Filter(FilterCommand::Edit(FilterKey::Date(column.clone())))
        });
    }
    menu::line(ui);
    menu::title(ui, "Value");
    for (title, column, value) in values(dataset) {
        let is_set = state.cells.iter().any(|cell| cell.keep && cell.column == column && cell.value == value);
        item(ui, &title, is_set, commands, || Command::FilterToValue(column.clone(), value.clone()));
    }
}

fn item(ui: &mut Ui, title: &str, is_set: bool, commands: &mut Vec<Command>, command: impl Fn() -> Command) {
    let name = format!("Filter by {title}");
    if ui.add(menu::Item::new(title).name(name).check(is_set)).clicked() {
        commands.push(command());
        ui.close();
    }
}

/// Returns the text columns without a box. Before the first sessions, those that every gateway has.
pub(super) fn text_columns(dataset: Option<&Dataset>) -> Vec<ColumnId> {
    let Some(dataset) = dataset else {
        return vec![ColumnId::Address, ColumnId::ClientId];
    };
    let columns = dataset.columns().filter(|(_, column)| matches!(column, Column::Text(_)));
    columns.map(|(id, _)| id).filter(|id| !matches!(id, ColumnId::Username | ColumnId::Project)).collect()
}

fn date_columns(dataset: Option<&Dataset>) -> Vec<ColumnId> {
    let Some(dataset) = dataset else {
        return vec![ColumnId::CreationTime];
    };
    let columns = dataset.columns().filter(|(_, column)| matches!(column, Column::Date(_)));
    columns.map(|(id, _)| id).collect()
}

/// Returns the values that are offered: whether a session is a designer, and its kind.
fn values(dataset: Option<&Dataset>) -> Vec<(String, ColumnId, Value)> {
    let boolean = |text: &str, value| (text.to_owned(), ColumnId::IsDesigner, Value::Boolean(value));
    let mut values = vec![boolean("Designer: yes", true), boolean("Designer: no", false)];
    let kind = ColumnId::from(names::KIND);
    if let Some(Column::Text(kinds)) = dataset.and_then(|dataset| dataset.column(&kind)) {
        let number = u32::try_from(kinds.distinct()).unwrap_or(u32::MAX).min(MAX_KINDS);
        let value = |code| {
            let text = kinds.text(code);
            let title = format!("{}: {}", display::title(&kind), display::text(text));
            (title, kind.clone(), Value::Text(text.into()))
        };
        values.extend((0..number).map(value));
    }
    values
}

/// Returns whether a cell filter can be written as a pattern in a chip.
pub(super) fn can_be_pattern(filter: &CellFilter) -> bool {
    let has_box = matches!(filter.column, ColumnId::Username | ColumnId::Project);
    matches!(filter.value, Value::Text(_)) && !has_box
}
