//! The menu of saved filters: apply, save and remove them.

use egui::{Key, Popup, PopupCloseBehavior, Rect, TextEdit, Ui, pos2, vec2};

use super::toggles;
use crate::ui::button::Button;
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::menu;
use crate::ui::model::{AppState, Drafts};
use crate::ui::theme;
use crate::ui::tokens;

/// Draws the button of the menu.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let button = ui.add(Button::ghost_icon(icons::BOOKMARK, "Saved filters"));
    // A click into the text box must not close the menu.
    let popup = Popup::menu(&button).gap(tokens::POPUP_GAP);
    popup
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| items(ui, state, drafts, commands));
    button.on_hover_text("Saved filters");
}

/// Draws the items of the menu.
pub(super) fn items(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    ui.set_width(theme::SAVED_FILTERS_WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    menu::title(ui, if state.saved_filters.is_empty() { "No saved filters" } else { "Saved filters" });
    for saved in &state.saved_filters {
        let item = ui.add(menu::Item::new(saved.name.as_str()));
        let center = pos2(item.rect.right() - tokens::TOGGLE_SIZE, item.rect.center().y);
        let place = Rect::from_center_size(center, vec2(tokens::TOGGLE_SIZE, tokens::TOGGLE_SIZE));
        let name = format!("Remove the filter {}", saved.name);
        let remove =
            toggles::icon_button(ui, item.id.with("remove"), place, icons::X, tokens::ICON_SMALL, &name);
        if remove.on_hover_text("Remove").clicked() {
            commands.push(Command::RemoveFilter(saved.name.clone()));
        }
        if item.clicked() {
            commands.push(Command::ApplySavedFilter(saved.clone()));
            ui.close();
        }
    }
    menu::line(ui);
    ui.horizontal(|ui| {
        ui.add_space(2.0 * tokens::UNIT);
        let width = ui.available_width() - theme::SAVE_BUTTON_WIDTH;
        let edit = TextEdit::singleline(&mut drafts.filter_name)
            .hint_text("Name this filter")
            .desired_width(width)
            .min_size(vec2(0.0, tokens::CONTROL_HEIGHT))
            .align(egui::Align2::LEFT_CENTER);
        let edit = ui.add(edit).accessible_name("Name of the filter to save");
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let has_name = !drafts.filter_name.trim().is_empty();
        let save = ui.add_enabled(has_name, Button::soft("Save").name("Save filter"));
        if save.clicked() || (entered && has_name) {
            commands.push(Command::SaveFilter(drafts.filter_name.trim().to_owned()));
            ui.close();
        }
    });
    menu::line(ui);
    if ui.add_enabled(state.is_filtered(drafts), menu::Item::new("Clear all filters")).clicked() {
        commands.push(Command::ClearFilters);
        ui.close();
    }
}
