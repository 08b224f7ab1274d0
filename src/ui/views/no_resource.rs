//! The view of a gateway that has nothing to list its sessions with.

use egui::{Id, Ui};

use super::super::button::Button;
use super::super::command::{Command, GuideCommand};
use super::super::error_report::ErrorReport;
use super::super::model::AppState;
use super::super::tokens;
use super::super::{icons, theme};
use super::page;
use crate::gateway::GatewayError;

/// Draws the view. `has_rest`: a token is enough.
pub(super) fn show(
    ui: &mut Ui,
    error: &GatewayError,
    has_rest: bool,
    state: &AppState,
    commands: &mut Vec<Command>,
) {
    page::show(ui, theme::VIEW_WIDTH, theme::VIEW_TOP, |ui| {
        page::heading(ui, icons::PACKAGE_X, "Gatewatch isn't set up on this gateway");
        page::sentence(ui, "The gateway answers, but has no Gatewatch resource");
        page::buttons(ui, |ui| {
            if state.can_edit && ui.add(Button::primary("Set up this gateway")).clicked() {
                commands.push(Command::Guide(GuideCommand::SetUp));
            }
            if has_rest && ui.add(Button::soft("Use an API token")).clicked() {
                commands.push(Command::UseToken);
            }
        });
        ui.add_space(5.0 * tokens::UNIT);
        let texts = page::texts(&ErrorReport::new(error));
        page::details(ui, Id::unique("details of the view"), &texts, commands);
    });
}
