//! The view of a certificate that isn't trusted. The user compares it with the one on the gateway.

use egui::Ui;

use super::super::button::Button;
use super::super::certificate;
use super::super::command::Command;
use super::super::tokens;
use super::super::tooltip::ResponseExt as _;
use super::super::{icons, theme};
use super::page;
use crate::gateway::{RejectReason, RejectedCertificate};

/// Draws the view.
pub(super) fn show(ui: &mut Ui, rejected: &RejectedCertificate, commands: &mut Vec<Command>) {
    page::show(ui, theme::VIEW_WIDTH, theme::VIEW_TOP, |ui| {
        page::heading(ui, icons::SHIELD_ALERT, "The certificate isn't trusted");
        page::sentence(ui, &certificate::reason(rejected));
        ui.add_space(4.0 * tokens::UNIT);
        page::card(ui, theme::LINES_PADDING, |ui| certificate::lines(ui, rejected, commands));
        if matches!(rejected.reason, RejectReason::Unusable) {
            return;
        }
        page::buttons(ui, |ui| {
            let trust = |permanently| Command::Trust { rejected: Box::new(rejected.clone()), permanently };
            let once = ui.add(Button::soft("Trust once"));
            if once.tooltip("Until the window closes").clicked() {
                commands.push(trust(false));
            }
            let always = ui.add(Button::soft("Always trust"));
            if always.tooltip("Saved with the gateway, for this host and port").clicked() {
                commands.push(trust(true));
            }
        });
    });
}
