//! The menus of the row for the menu at its end, where they have no room of their own.

use egui::{Frame, Margin, Ui};

use super::{add_menu, help, saved};
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::menu::{self, Item};
use crate::ui::model::{AppState, Drafts};
use crate::ui::theme;

/// Draws an item for each menu.
pub(in crate::ui) fn items(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let add = Item::new("Add filter").icon(icons::FUNNEL);
    menu::submenu(ui, add, |ui| add_menu::items(ui, state, drafts, commands));
    let saved = Item::new("Saved filters").icon(icons::BOOKMARK);
    menu::submenu(ui, saved, |ui| saved::items(ui, state, drafts, commands));
    menu::submenu(ui, Item::new("Help on filters").icon(icons::CIRCLE_HELP), |ui| {
        // The margin of a menu is smaller than that of text.
        let margin = Margin::same(theme::PANEL_POPUP_MARGIN - theme::MENU_MARGIN);
        Frame::NONE.inner_margin(margin).show(ui, |ui| help::contents(ui, commands));
    });
}
