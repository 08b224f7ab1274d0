//! The menu of the gateway's name: other gateways, and what can be done with them.

use egui::{FocusDirection, Key, Response, ScrollArea, Ui};

use super::super::button::Button;
use super::super::command::{Command, GuideCommand};
use super::super::icons;
use super::super::menu::{self, Item};
use super::super::model::AppState;
use super::super::theme;
use super::super::tooltip::ResponseExt as _;
use crate::gateway::GatewayError;

/// Shows the menu while it is open.
pub(super) fn show(name: &Response, state: &AppState, commands: &mut Vec<Command>) {
    if name.clicked() {
        commands.push(Command::ReadSettings);
    }
    menu::popup(name).show(|ui| contents(ui, state, commands));
}

fn contents(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    menu::start(ui, theme::GATEWAY_MENU_WIDTH);
    let mut rows = Vec::new();
    if !state.profiles.is_empty() {
        ScrollArea::vertical().max_height(theme::NODES_HEIGHT).show(ui, |ui| {
            rows.extend(state.profiles.iter().map(|profile| saved(ui, state, profile, commands)));
        });
        menu::line(ui);
    }
    let connect = Item::new("Connect to an address…").icon(icons::PLUG_ZAP);
    let connect = ui.add(connect.keys_of(&Command::EnterAddress));
    if connect.clicked() {
        commands.push(Command::EnterAddress);
    }
    move_focus(ui, &rows, &connect);
    let is_unsaved = state.can_edit && !state.profiles.contains(&state.gateway);
    if is_unsaved && ui.add(Item::new("Save this gateway…").icon(icons::BOOKMARK)).clicked() {
        commands.push(Command::EditGateway(None));
    }
    let mut set_up = || ui.add(Item::new("Set up this gateway…").icon(icons::PACKAGE_X));
    if state.can_edit && lacks_resource(state) && set_up().clicked() {
        commands.push(Command::Guide(GuideCommand::SetUp));
    }
    if ui.add(Item::new("Add gateway…").icon(icons::PLUS)).clicked() {
        commands.push(Command::AddGateway);
    }
    let demo = ui.add(Item::new("Demo gateway").icon(icons::CIRCLE));
    if demo.tooltip_beside("Made-up sessions, to try the program").clicked() {
        commands.push(Command::ConnectDemo);
    }
    if state.has_licenses() {
        menu::line(ui);
        let item = Item::new("Licenses").check(state.layout.licenses).keys_of(&Command::ToggleLicenses);
        if ui.add(item).tooltip_beside("Peak concurrent sessions per day, and unused sessions").clicked() {
            commands.push(Command::ToggleLicenses);
        }
    }
}

/// Moves the keyboard focus by the arrow keys: up and down between the rows, and sideways between a row and its button.
/// `after` is the item below the rows.
fn move_focus(ui: &Ui, rows: &[[Response; 2]], after: &Response) {
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    let in_row = rows.iter().position(|row| row.iter().any(Response::has_focus));
    let target = match in_row {
        Some(row) if pressed(Key::ArrowDown) => rows.get(row + 1).map_or(Some(after), |[item, _]| Some(item)),
        Some(row) if pressed(Key::ArrowUp) => row.checked_sub(1).map(|above| &rows[above][0]),
        Some(row) if pressed(Key::ArrowRight) => Some(&rows[row][1]),
        Some(row) if pressed(Key::ArrowLeft) => Some(&rows[row][0]),
        None if after.has_focus() && pressed(Key::ArrowUp) => rows.last().map(|[item, _]| item),
        _ => None,
    };
    if let Some(target) = target {
        // Otherwise, egui moves it to the next control, which is the button beside.
        ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
        target.request_focus();
        target.scroll_to_me(None);
    }
}

/// Draws a saved gateway, with the button that edits it. Returns both.
fn saved(ui: &mut Ui, state: &AppState, profile: &str, commands: &mut Vec<Command>) -> [Response; 2] {
    let row = ui.horizontal(|ui| {
        let edit = Button::ghost("Edit").small().name(format!("Edit {profile}…"));
        let width = edit.width(ui);
        let item = Item::new(profile).radio(*profile == state.gateway).reserve(width);
        let item = ui.add(item);
        if item.clicked() {
            commands.push(Command::Connect(profile.to_owned()));
        }
        let edit = ui.add(edit).tooltip_beside("Edit or remove this gateway");
        if edit.clicked() {
            commands.push(Command::EditGateway(Some(profile.to_owned())));
            ui.close();
        }
        [item, edit]
    });
    row.inner
}

/// Returns `true` if a node has neither the Gatewatch resource nor another way to be read.
fn lacks_resource(state: &AppState) -> bool {
    let errors = state.status.iter().flat_map(|status| &status.nodes).filter_map(|node| node.error.as_ref());
    errors.into_iter().any(|error| matches!(error, GatewayError::NoResource { .. }))
}
