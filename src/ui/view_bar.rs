//! The view bar above the table: session kind, groups, cell filters, columns and panels.

use egui::containers::menu::MenuButton;
use egui::{Align, Layout, Popup, PopupCloseBehavior, ScrollArea, Ui};

use super::button::Button;
use super::command::Command;
use super::grid;
use super::icons;
use super::model::AppState;
use super::theme;
use crate::dataset::ColumnId;
use crate::display;
use crate::export::describe_cell_filter;
use crate::query::{Grouping, KindFilter};
use crate::table::Action;

/// The columns to group by.
const GROUPS: [ColumnId; 3] = [ColumnId::Username, ColumnId::Project, ColumnId::Address];

/// Draws the bar. Cell filters share its line, so that the table below never moves.
pub(super) fn show(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        kinds(ui, state.kind, commands);
        ui.separator();
        groups(ui, state.layout.grouping.as_ref(), commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let counts = ui.add(Button::ghost("Counts").icon(icons::CHART_BAR).on(state.layout.counts));
            if counts.on_hover_text("Number of sessions of each user and project").clicked() {
                commands.push(Command::ToggleCounts);
            }
            let details = ui.add(Button::ghost("Details").icon(icons::PANEL_RIGHT).on(state.layout.details));
            if details.on_hover_text("All values of the selected session (Enter)").clicked() {
                commands.push(Command::ToggleDetails);
            }
            columns(ui, state, commands);
            if !state.cells.is_empty() {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| cell_filters(ui, state, commands));
            }
        });
    });
}

fn kinds(ui: &mut Ui, current: KindFilter, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    for (kind, text) in
        [(KindFilter::All, "All"), (KindFilter::Clients, "Clients"), (KindFilter::Designers, "Designers")]
    {
        if ui.add(Button::ghost(text).on(kind == current)).clicked() {
            commands.push(Command::SetKind(kind));
        }
    }
}

fn groups(ui: &mut Ui, current: Option<&Grouping>, commands: &mut Vec<Command>) {
    let title = match current {
        None => "Group".to_owned(),
        Some(grouping) => format!("Group: {}", display::title(&grouping.column)),
    };
    let button = Button::ghost(title).icon(icons::LIST_TREE).trailing(icons::CHEVRON_DOWN).name("Group");
    let menu = ui.add(button);
    Popup::menu(&menu).show(|ui| {
        ui.set_min_width(theme::MENU_WIDTH);
        if ui.radio(current.is_none(), "None").clicked() {
            commands.push(Command::GroupBy(None));
        }
        let largest_first = current.is_some_and(|grouping| grouping.largest_first);
        for column in GROUPS {
            let text = format!("By {}", display::title(&column).to_lowercase());
            let is_current = current.is_some_and(|grouping| grouping.column == column);
            if ui.radio(is_current, text).clicked() {
                commands.push(Command::GroupBy(Some(Grouping { column, largest_first })));
            }
        }
        if let Some(Grouping { column, .. }) = current {
            ui.separator();
            let mut largest_first = largest_first;
            if ui.checkbox(&mut largest_first, "Largest group first").changed() {
                commands.push(Command::GroupBy(Some(Grouping { column: column.clone(), largest_first })));
            }
            if ui.button("Collapse all groups").clicked() {
                commands.push(Command::Table(Action::SetAllCollapsed(true)));
            }
            if ui.button("Expand all groups").clicked() {
                commands.push(Command::Table(Action::SetAllCollapsed(false)));
            }
        }
    });
    menu.on_hover_text("Group sessions by user, project or address");
}

fn columns(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    // Stays open so that several columns can be chosen.
    let menu = ui.add(Button::ghost("Columns").icon(icons::COLUMNS_3).trailing(icons::CHEVRON_DOWN));
    let popup = Popup::menu(&menu).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.show(|ui| grid::choose_columns(ui, state, commands));
}

/// Draws a button for each cell filter that removes it. In a menu where there is no room.
fn cell_filters(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    if ui.available_width() < theme::CELL_FILTERS_WIDTH {
        let number = state.cells.len();
        let (menu, _) =
            MenuButton::new(format!("{number} ▼")).ui(ui, |ui| each_cell_filter(ui, state, commands));
        let values = if number == 1 { "filtered value" } else { "filtered values" };
        menu.on_hover_text(format!("{number} {values}")).accessible_name("Filtered values");
    } else {
        ScrollArea::horizontal().show(ui, |ui| each_cell_filter(ui, state, commands));
    }
}

fn each_cell_filter(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let clock = state.clock();
    for (index, filter) in state.cells.iter().enumerate() {
        let text = describe_cell_filter(filter, &clock);
        let button = ui.button(format!("{text}  ×")).on_hover_text("Remove this filter");
        if button.accessible_name(format!("Remove the filter: {text}")).clicked() {
            commands.push(Command::RemoveCellFilter(index));
        }
    }
}
