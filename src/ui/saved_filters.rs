//! The menu of saved filters: apply, save and remove them.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Key, PopupCloseBehavior, TextEdit, Ui};

use super::command::Command;
use super::model::{AppState, Drafts};

/// Draws the button of the menu.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    // A click into the text box must not close the menu.
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (menu, _) = MenuButton::new("Filters ▼").config(config).ui(ui, |ui| {
        ui.set_min_width(260.0);
        for saved in &state.saved_filters {
            ui.horizontal(|ui| {
                let remove = ui.button("×").on_hover_text("Remove");
                if remove.accessible_name(format!("Remove the filter {}", saved.name)).clicked() {
                    commands.push(Command::RemoveFilter(saved.name.clone()));
                }
                let name = egui::Button::new(&saved.name).truncate();
                if ui.add_sized([220.0, ui.spacing().interact_size.y], name).clicked() {
                    commands.push(Command::ApplySavedFilter(saved.clone()));
                    ui.close();
                }
            });
        }
        if state.saved_filters.is_empty() {
            ui.weak("No saved filters");
        }
        ui.separator();
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut drafts.filter_name)
                .hint_text("Name this filter")
                .desired_width(190.0);
            let edit = ui.add(edit).accessible_name("Name of the filter to save");
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let has_name = !drafts.filter_name.trim().is_empty();
            let save = ui.add_enabled(has_name, egui::Button::new("Save"));
            if save.accessible_name("Save filter").clicked() || (entered && has_name) {
                commands.push(Command::SaveFilter(drafts.filter_name.trim().to_owned()));
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
