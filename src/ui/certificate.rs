//! A rejected certificate, which the user compares with the one on the gateway.

use chrono::{DateTime, Local};
use egui::accesskit::Role;
use egui::{Label, RichText, TextStyle, Ui, WidgetInfo, vec2};

use super::a11y_hidden;
use super::button::Button;
use super::command::{Command, Copied};
use super::icons;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::gateway::{Fingerprint, RejectReason, RejectedCertificate};

/// The numbers of characters of half and of a quarter of a fingerprint. Short lines are easier to compare, and the longest that
/// fit are used.
const FINGERPRINT_LINES: [usize; 2] = [48, 24];

/// Returns why a certificate was rejected, and what to do unless it is only to be compared.
pub(super) fn reason(rejected: &RejectedCertificate) -> String {
    let advice = rejected.reason.advice().map(|advice| format!(". {advice}")).unwrap_or_default();
    format!("It {}{advice}", rejected.problem())
}

/// Draws the certificate, one line per fact.
pub(super) fn lines(ui: &mut Ui, rejected: &RejectedCertificate, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let certificate = &rejected.certificate;
    line(ui, "Subject", &certificate.subject);
    if !certificate.names.is_empty() {
        line(ui, "Names", &certificate.names.join(", "));
    }
    let issuer = if certificate.is_self_signed { "Self-signed" } else { &certificate.issuer };
    line(ui, "Issuer", issuer);
    line(ui, "Valid", &format!("{} to {}", day(certificate.not_before), day(certificate.not_after)));
    fingerprint(ui, "SHA-256", &certificate.fingerprint, commands);
    if let RejectReason::Changed { pinned, .. } = &rejected.reason {
        for pinned in pinned {
            fingerprint(ui, "Trusted before", pinned, commands);
        }
    }
}

/// Draws a rejected certificate in a form. Returns `true` if it can be trusted.
pub(super) fn show(ui: &mut Ui, rejected: &RejectedCertificate, commands: &mut Vec<Command>) -> bool {
    ui.add_space(2.0 * tokens::UNIT);
    ui.label(RichText::new(format!("Certificate of {}", rejected.host)).strong());
    ui.add(Label::new(reason(rejected)).wrap());
    ui.add_space(tokens::UNIT);
    ui.scope(|ui| lines(ui, rejected, commands));
    ui.add_space(2.0 * tokens::UNIT);
    !matches!(rejected.reason, RejectReason::Unusable)
}

fn line(ui: &mut Ui, caption: &str, text: &str) {
    let color = palette(ui.visuals()).text;
    fact(ui, caption, |ui| {
        let text = RichText::new(text).line_height(Some(tokens::LINE_BODY)).color(color);
        ui.add(Label::new(text).wrap().selectable(true));
    });
}

/// Draws a fingerprint with a button that copies it.
fn fingerprint(ui: &mut Ui, caption: &str, fingerprint: &Fingerprint, commands: &mut Vec<Command>) {
    let color = palette(ui.visuals()).text;
    let text = fingerprint.to_string();
    fact(ui, caption, |ui| {
        ui.horizontal_top(|ui| {
            let glyph =
                ui.fonts_mut(|fonts| fonts.glyph_width(&TextStyle::Monospace.resolve(ui.style()), 'A'));
            let room = ui.available_width() - tokens::CONTROL_HEIGHT_SMALL;
            #[expect(clippy::cast_precision_loss, reason = "a line has few characters")]
            let fits = |length: &usize| *length as f32 * glyph <= room;
            let [half, quarter] = FINGERPRINT_LINES;
            let length = if fits(&half) { half } else { quarter };
            let lines: Vec<&str> =
                text.as_bytes().chunks(length).filter_map(|line| str::from_utf8(line).ok()).collect();
            let lines =
                RichText::new(lines.join("\n")).monospace().line_height(Some(tokens::LINE_BODY)).color(color);
            let label = ui.add(Label::new(lines).extend());
            label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
            let copy = Button::ghost_icon(icons::COPY, format!("Copy {caption}")).small();
            if ui.add(copy).tooltip("Copy").clicked() {
                commands.push(Command::Copy(Copied::Text(text.clone())));
            }
        });
    });
}

/// Draws a caption with `contents` next to it.
fn fact(ui: &mut Ui, caption: &str, contents: impl FnOnce(&mut Ui)) {
    let color = palette(ui.visuals()).secondary;
    ui.horizontal_top(|ui| {
        ui.set_min_height(theme::FACT_HEIGHT);
        ui.add_space(theme::PANEL_PADDING);
        ui.allocate_ui(vec2(theme::FACT_CAPTION, theme::FACT_HEIGHT), |ui| {
            ui.set_width(theme::FACT_CAPTION);
            let font = egui::FontId::proportional(tokens::TYPE_SECONDARY);
            a11y_hidden::line(ui, caption, font, color, theme::FACT_HEIGHT);
        });
        ui.vertical(|ui| {
            ui.add_space((theme::FACT_HEIGHT - tokens::LINE_BODY) / 2.0);
            contents(ui);
        });
    });
}

/// Formats a day in the local time zone, such as `3 Mar 2026`. `epoch_secs` are seconds since 1970 UTC.
fn day(epoch_secs: i64) -> String {
    DateTime::from_timestamp(epoch_secs, 0)
        .map_or_else(|| "–".to_owned(), |time| time.with_timezone(&Local).format("%-d %b %Y").to_string())
}
