//! The menu of saved filters: apply, save and remove them.

use egui::{Align, Id, Key, Layout, PopupCloseBehavior, Rect, Ui, UiBuilder, pos2, vec2};

use super::toggles;
use crate::ui::button::Button;
use crate::ui::command::Command;
use crate::ui::focus_request;
use crate::ui::icons;
use crate::ui::menu;
use crate::ui::model::{AppState, Drafts};
use crate::ui::text_field::{self, TextField};
use crate::ui::theme;
use crate::ui::tokens;
use crate::ui::tooltip::ResponseExt as _;

/// Room for the button that removes a filter.
const REMOVE_ROOM: f32 = tokens::TOGGLE_SIZE + 2.0 * tokens::UNIT;

/// Draws the button of the menu.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let button = ui.add(Button::ghost_icon(icons::BOOKMARK, "Saved filters"));
    if button.clicked() {
        focus_request::request(ui.ctx(), name_id());
    }
    // A click into the text box must not close the menu.
    menu::popup(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| items(ui, state, drafts, commands));
    button.tooltip("Saved filters");
}

/// Returns the ID of the item that brings a removed filter back.
fn undo_id() -> Id {
    Id::unique("undo removing a filter")
}

/// Returns the ID of the box for the name of a filter.
fn name_id() -> Id {
    Id::unique("filter name")
}

/// Draws the items of the menu.
pub(super) fn items(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    menu::start(ui, theme::SAVED_FILTERS_WIDTH);
    ui.set_max_width(theme::SAVED_FILTERS_WIDTH);
    menu::title(ui, if state.saved_filters.is_empty() { "No saved filters" } else { "Saved filters" });
    for saved in &state.saved_filters {
        let item = ui.add(menu::Item::new(saved.name.as_str()).icon(icons::BOOKMARK).inner_room(REMOVE_ROOM));
        let center = pos2(item.rect.right() - tokens::TOGGLE_SIZE, item.rect.center().y);
        let place = Rect::from_center_size(center, vec2(tokens::TOGGLE_SIZE, tokens::TOGGLE_SIZE));
        let name = format!("Remove the filter {}", saved.name);
        let remove =
            toggles::icon_button(ui, item.id.with("remove"), place, icons::X, tokens::ICON_SMALL, &name);
        let remove = remove.tooltip_beside("Remove");
        if remove.clicked() {
            if remove.has_focus() {
                focus_request::request_from(ui.ctx(), remove.id, undo_id());
            }
            commands.push(Command::RemoveFilter(saved.name.clone()));
        }
        if item.clicked() {
            commands.push(Command::ApplySavedFilter(saved.clone()));
            ui.close();
        }
    }
    if let Some(removed) = &drafts.removed_filter {
        let undo = menu::Item::new(format!("Restore {}", removed.name)).icon(icons::ROTATE_CCW);
        // The number of items above it changes.
        let builder = UiBuilder::new().scope_id(undo_id());
        let undo = ui.scope_builder(builder, |ui| ui.add(undo)).inner;
        if focus_request::take(ui, undo_id()) {
            undo.request_focus();
        }
        if undo.clicked() {
            focus_request::request(ui.ctx(), name_id());
            commands.push(Command::RestoreFilter);
        }
    }
    menu::line(ui);
    let replaces = state.saved_filters.iter().any(|saved| saved.name == drafts.filter_name.trim());
    let (label, name) = if replaces { ("Replace", "Replace filter") } else { ("Save", "Save filter") };
    let button = Button::soft(label).name(name);
    ui.horizontal(|ui| {
        ui.add_space(2.0 * tokens::UNIT);
        let button_room = theme::SAVE_BUTTON_WIDTH.max(button.width(ui) + 4.0 * tokens::UNIT);
        let width = ui.available_width() - button_room;
        let size = vec2(width, tokens::CONTROL_HEIGHT);
        let field = TextField::new(name_id(), "").name("Name of the filter to save");
        let field = field.hint("Name this filter");
        let edit = ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            field.show(ui, &mut drafts.filter_name, false).edit
        });
        let edit = edit.inner;
        if focus_request::take(ui, name_id()) {
            // Typing replaces a name that wasn't saved.
            text_field::focus_and_select(ui.ctx(), name_id(), &drafts.filter_name);
        }
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let has_name = !drafts.filter_name.trim().is_empty();
        ui.add_space(2.0 * tokens::UNIT);
        let save = ui.add_enabled(has_name, button);
        let save = if has_name { save } else { save.tooltip_beside("Enter a name first") };
        if save.clicked() || (entered && has_name) {
            commands.push(Command::SaveFilter(drafts.filter_name.trim().to_owned()));
            ui.close();
        }
    });
    menu::line(ui);
    let clear = menu::Item::new("Clear all filters").icon(icons::X).shortcut("Esc");
    if ui.add(clear.enabled(state.is_filtered(drafts), "No filters are set")).clicked() {
        commands.push(Command::ClearFilters);
        ui.close();
    }
}
