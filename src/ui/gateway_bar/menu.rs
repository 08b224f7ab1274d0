//! The menu of the gateway's name: other gateways, and what can be done with them.

use egui::{Response, ScrollArea, Ui};

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
    if !state.profiles.is_empty() {
        ScrollArea::vertical().max_height(theme::NODES_HEIGHT).show(ui, |ui| {
            for profile in &state.profiles {
                saved(ui, state, profile, commands);
            }
        });
        menu::line(ui);
    }
    let connect = Item::new("Connect to an address…").icon(icons::PLUG_ZAP);
    if ui.add(connect.keys_of(&Command::EnterAddress)).clicked() {
        commands.push(Command::EnterAddress);
    }
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
}

/// Draws a saved gateway, with the button that edits it.
fn saved(ui: &mut Ui, state: &AppState, profile: &str, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let edit = Button::ghost("Edit").small().name(format!("Edit {profile}…"));
        let width = edit.width(ui);
        let item = Item::new(profile).radio(*profile == state.gateway).reserve(width);
        if ui.add(item).clicked() {
            commands.push(Command::Connect(profile.to_owned()));
            ui.close();
        }
        if ui.add(edit).tooltip_beside("Edit or remove this gateway").clicked() {
            commands.push(Command::EditGateway(Some(profile.to_owned())));
            ui.close();
        }
    });
}

/// Returns `true` if a node has neither the Gatewatch resource nor another way to be read.
fn lacks_resource(state: &AppState) -> bool {
    let errors = state.status.iter().flat_map(|status| &status.nodes).filter_map(|node| node.error.as_ref());
    errors.into_iter().any(|error| matches!(error, GatewayError::NoResource { .. }))
}
