//! The line above the table: which kind of session, in which groups, what is kept or left out, and what else is open.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Button, Layout, PopupCloseBehavior, ScrollArea, Ui};

use super::command::Command;
use super::grid;
use super::model::Model;
use super::theme;
use crate::dataset::ColumnId;
use crate::display;
use crate::export::described;
use crate::query::{Grouping, Kind};
use crate::table::Action;

/// By what sessions can be grouped.
const GROUPS: [ColumnId; 3] = [ColumnId::Username, ColumnId::Project, ColumnId::Address];

/// Draws the line. Single values that are filtered stand in it, so that the table below never moves.
pub(super) fn show(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        kinds(ui, model, commands);
        ui.separator();
        groups(ui, model, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (counts, details) = (&mut model.layout.counts, &mut model.layout.details);
            if ui
                .toggle_value(counts, "Counts")
                .on_hover_text("Users and projects with their sessions")
                .clicked()
                && *counts
            {
                commands.push(Command::Filter);
            }
            ui.toggle_value(details, "Details")
                .on_hover_text("Everything about the selected session (Enter)");
            columns(ui, model);
            if !model.cells.is_empty() {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| cell_filters(ui, model, commands));
            }
        });
    });
}

fn kinds(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    for (kind, text) in [(Kind::All, "All"), (Kind::Clients, "Clients"), (Kind::Designers, "Designers")] {
        if ui.add(Button::selectable(model.kind == kind, text)).clicked() {
            model.kind = kind;
            commands.push(Command::Filter);
        }
    }
}

fn groups(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    let grouping = model.layout.grouping.clone();
    let title = match &grouping {
        None => "Group ▼".to_owned(),
        Some(grouping) => format!("Group: {} ▼", display::title(&grouping.column)),
    };
    let (menu, _) = MenuButton::new(title).ui(ui, |ui| {
        ui.set_min_width(theme::MENU_WIDTH);
        let mut wanted = grouping.clone();
        ui.radio_value(&mut wanted, None, "No groups");
        let largest_first = grouping.as_ref().is_some_and(|grouping| grouping.largest_first);
        for column in GROUPS {
            let text = format!("By {}", display::title(&column).to_lowercase());
            ui.radio_value(&mut wanted, Some(Grouping { column, largest_first }), text);
        }
        if let Some(wanted) = &mut wanted {
            ui.separator();
            ui.checkbox(&mut wanted.largest_first, "Largest group first");
            if ui.button("Close all groups").clicked() {
                commands.push(Command::Table(Action::FoldAll { closed: true }));
            }
            if ui.button("Open all groups").clicked() {
                commands.push(Command::Table(Action::FoldAll { closed: false }));
            }
        }
        if wanted != grouping {
            model.layout.grouping = wanted;
            commands.push(Command::Filter);
        }
    });
    menu.on_hover_text("Sessions of one user, project or address together").accessible_name("Group");
}

fn columns(ui: &mut Ui, model: &mut Model) {
    // Several are chosen in one go.
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (menu, _) = MenuButton::new("Columns ▼").config(config).ui(ui, |ui| grid::choose_columns(ui, model));
    menu.accessible_name("Columns");
}

/// The single values that are kept or left out, each with a way to be rid of it; in a menu where there is no room.
fn cell_filters(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    if ui.available_width() < theme::ROOM_FOR_FILTERS {
        let number = model.cells.len();
        let (menu, _) =
            MenuButton::new(format!("{number} ▼")).ui(ui, |ui| each_cell_filter(ui, model, commands));
        let of = if number == 1 { "value is" } else { "values are" };
        menu.on_hover_text(format!("{number} {of} filtered")).accessible_name("Filtered values");
    } else {
        ScrollArea::horizontal().show(ui, |ui| each_cell_filter(ui, model, commands));
    }
}

fn each_cell_filter(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    let clock = model.clock();
    for (index, filter) in model.cells.iter().enumerate() {
        let text = described(filter, &clock);
        let button = ui.button(format!("{text}  ×")).on_hover_text("Remove this filter");
        if button.accessible_name(format!("Remove the filter: {text}")).clicked() {
            commands.push(Command::DropCellFilter(index));
        }
    }
}
