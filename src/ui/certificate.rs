//! What a gateway's certificate says of itself, for somebody to compare.

use chrono::{DateTime, Local};
use egui::{Grid, Label, RichText, Ui};

use super::theme::{self, Severity};
use crate::gateway::{Fingerprint, Refused, Why};

/// Draws a certificate that was refused. Whether it could be trusted: what can't be used at all would be in vain.
pub(super) fn show(ui: &mut Ui, refused: &Refused) -> bool {
    let certificate = &refused.certificate;
    ui.label(RichText::new(format!("The certificate of {}", refused.host)).strong());
    let mut trusted: &[Fingerprint] = &[];
    if let Why::Changed { pinned, .. } = &refused.why {
        trusted = pinned;
        let colour = theme::colour(ui.visuals(), Severity::Fault);
        let text = "▲ This is NOT the one that you trusted: ask who runs the gateway before you trust it";
        ui.add(Label::new(RichText::new(text).color(colour).strong()).wrap());
    }
    Grid::new("certificate").num_columns(2).show(ui, |ui| {
        let mut line = |title: &str, text: String| {
            ui.label(title);
            ui.add(Label::new(text).wrap().selectable(true));
            ui.end_row();
        };
        line("Fingerprint", certificate.fingerprint.to_string());
        for fingerprint in trusted {
            line("Trusted until now", fingerprint.to_string());
        }
        line("Made for", certificate.subject.clone());
        line("Names", certificate.names.join(", "));
        let issuer = if certificate.is_self_signed { "itself" } else { &certificate.issuer };
        line("Vouched for by", issuer.to_owned());
        line("Valid", format!("{} to {}", day(certificate.not_before), day(certificate.not_after)));
    });
    !matches!(refused.why, Why::Unusable(_))
}

/// A day in this machine's time zone. Takes seconds since 1970 UTC.
fn day(epoch_secs: i64) -> String {
    DateTime::from_timestamp(epoch_secs, 0)
        .map_or_else(|| "–".to_owned(), |time| time.with_timezone(&Local).format("%Y-%m-%d").to_string())
}
