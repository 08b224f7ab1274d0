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
    // The certificate needs the height.
    let is_low = ui.available_height() < theme::CERTIFICATE_MIN_HEIGHT;
    // In a small window it moves up. The height is known after it is drawn.
    let id = ui.scope_id().with("height of the certificate");
    let known = ui.data(|data| data.get_temp::<f32>(id));
    let room = ui.available_height() - known.unwrap_or_default() - theme::VIEW_MARGIN;
    let top = theme::VIEW_TOP.min(room).max(tokens::UNIT);
    let height = page::show(ui, theme::VIEW_WIDTH, top, |ui| {
        let title = "The certificate isn't trusted";
        if is_low {
            page::title(ui, title);
        } else {
            page::heading(ui, icons::SHIELD_ALERT, title);
        }
        page::sentence(ui, &certificate::reason(rejected));
        ui.add_space(if is_low { 2.0 * tokens::UNIT } else { 4.0 * tokens::UNIT });
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
    if known != Some(height) {
        ui.data_mut(|data| data.insert_temp(id, height));
        ui.ctx().request_discard("the certificate has another height");
    }
}
