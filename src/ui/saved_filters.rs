//! Filters kept under a name: a menu to apply, keep and remove them.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Key, PopupCloseBehavior, TextEdit, Ui};

use super::command::Command;
use super::model::Model;

/// Draws the menu's button.
pub(super) fn show(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    // A click into the box for the name must not close the menu; what is chosen closes it itself.
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (menu, _) = MenuButton::new("Filters ▼").config(config).ui(ui, |ui| {
        ui.set_min_width(260.0);
        for saved in &model.saved_filters {
            ui.horizontal(|ui| {
                let remove = ui.button("×").on_hover_text("Remove this filter");
                if remove.accessible_name(format!("Remove the filter {}", saved.name)).clicked() {
                    commands.push(Command::RemoveFilter(saved.name.clone()));
                }
                let name = egui::Button::new(&saved.name).truncate();
                if ui.add_sized([220.0, ui.spacing().interact_size.y], name).clicked() {
                    commands.push(Command::ApplyFilter(saved.clone()));
                    ui.close();
                }
            });
        }
        if model.saved_filters.is_empty() {
            ui.weak("No filter is saved yet");
        }
        ui.separator();
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut model.filter_name)
                .hint_text("name for the present filters")
                .desired_width(190.0);
            let edit = ui.add(edit).accessible_name("Name of the filter to save");
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let named = !model.filter_name.trim().is_empty();
            let save = ui.add_enabled(named, egui::Button::new("Save"));
            if save.accessible_name("Save filter").clicked() || (entered && named) {
                commands.push(Command::SaveFilter(model.filter_name.trim().to_owned()));
                model.filter_name.clear();
                ui.close();
            }
        });
        if ui.button("Clear all filters").clicked() {
            commands.push(Command::ClearFilters);
            ui.close();
        }
    });
    menu.accessible_name("Saved filters");
}
