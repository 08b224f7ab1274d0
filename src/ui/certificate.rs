//! A rejected certificate, which the user compares with the one on the gateway.

use chrono::{DateTime, Local};
use egui::{Grid, Label, RichText, Ui};

use super::labels;
use super::theme::Severity;
use crate::gateway::{Fingerprint, RejectReason, RejectedCertificate};

/// Draws a rejected certificate. Returns `true` if it can be trusted.
pub(super) fn show(ui: &mut Ui, rejected: &RejectedCertificate) -> bool {
    let certificate = &rejected.certificate;
    ui.label(RichText::new(format!("Certificate of {}", rejected.host)).strong());
    let mut trusted: &[Fingerprint] = &[];
    if let RejectReason::Changed { pinned, .. } = &rejected.reason {
        trusted = pinned;
        let text = "▲ The certificate has changed. Ask the gateway's administrator before you trust it";
        labels::severity_label(ui, Severity::Error, text);
    }
    Grid::new("certificate").num_columns(2).show(ui, |ui| {
        let mut line = |title: &str, text: String| {
            ui.label(title);
            ui.add(Label::new(text).wrap().selectable(true));
            ui.end_row();
        };
        line("Fingerprint", certificate.fingerprint.to_string());
        for fingerprint in trusted {
            line("Trusted before", fingerprint.to_string());
        }
        line("Subject", certificate.subject.clone());
        line("Names", certificate.names.join(", "));
        let issuer = if certificate.is_self_signed { "Self-signed" } else { &certificate.issuer };
        line("Issuer", issuer.to_owned());
        line("Valid", format!("{} to {}", day(certificate.not_before), day(certificate.not_after)));
    });
    !matches!(rejected.reason, RejectReason::Unusable)
}

/// Formats a day in the local time zone. `epoch_secs` are seconds since 1970 UTC.
fn day(epoch_secs: i64) -> String {
    DateTime::from_timestamp(epoch_secs, 0)
        .map_or_else(|| "–".to_owned(), |time| time.with_timezone(&Local).format("%Y-%m-%d").to_string())
}
