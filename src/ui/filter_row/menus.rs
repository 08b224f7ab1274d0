//! The menus of the row for the menu at its end, where they have no room of their own.

use egui::Ui;
use egui::containers::menu::SubMenu;

use super::{add_menu, help, saved};
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::menu::Item;
use crate::ui::model::{AppState, Drafts};

/// Draws an item for each menu.
pub(in crate::ui) fn items(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let add = ui.add(Item::new("Add filter").icon(icons::FUNNEL).submenu());
    SubMenu::new().show(ui, &add, |ui| add_menu::items(ui, state, drafts, commands));
    let saved = ui.add(Item::new("Saved filters").icon(icons::BOOKMARK).submenu());
    SubMenu::new().show(ui, &saved, |ui| saved::items(ui, state, drafts, commands));
    let help = ui.add(Item::new("Help on filters").icon(icons::CIRCLE_HELP).submenu());
    SubMenu::new().show(ui, &help, help::contents);
}
