//! What stands between the user and a gateway: a login that it asks for, a certificate that nobody vouches for.

use chrono::{DateTime, Local};
use egui::{Grid, Key, Label, RichText, TextEdit, Ui};

use super::command::Command;
use super::model::{Health, LoginForm, Model};
use super::theme::{self, Tone};
use crate::gateway::{GatewayError, Refused, Why};

/// Whether there is something to draw.
pub(super) fn is_needed(model: &Model) -> bool {
    matches!(what(model), What::Login | What::Certificate(_))
}

/// What stands in the way.
enum What<'a> {
    Nothing,
    Login,
    Certificate(&'a Refused),
}

fn what(model: &Model) -> What<'_> {
    let error = match model.health() {
        Health::Lost(error) | Health::Partly(_, error, _) => error,
        Health::Connecting | Health::Running(_) => return What::Nothing,
    };
    match error {
        GatewayError::Unauthorized { .. }
        | GatewayError::TokenInVain
        | GatewayError::TokenNeeded
        | GatewayError::TokenRefused => What::Login,
        GatewayError::Certificate(refused) => What::Certificate(refused),
        _ => What::Nothing,
    }
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    match what(model) {
        What::Nothing => {}
        What::Login => {
            let warns = model.sends_in_the_clear;
            login(ui, &mut model.login, warns, commands);
        }
        What::Certificate(refused) => certificate(ui, refused, commands),
    }
    ui.add_space(4.0);
}

fn login(ui: &mut Ui, form: &mut LoginForm, warns: bool, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label("The gateway asks who you are");
        ui.selectable_value(&mut form.is_token, false, "with a password");
        ui.selectable_value(&mut form.is_token, true, "with an API token")
            .on_hover_text("Of a gateway of 8.3");
    });
    ui.horizontal(|ui| {
        if !form.is_token {
            let user =
                TextEdit::singleline(&mut form.user).hint_text("user").desired_width(theme::LOGIN_WIDTH);
            ui.add(user).accessible_name("User");
        }
        let (hint, name) = if form.is_token { ("name:key", "API token") } else { ("password", "Password") };
        let secret = TextEdit::singleline(&mut form.secret)
            .password(true)
            .hint_text(hint)
            .desired_width(theme::LOGIN_WIDTH);
        let secret = ui.add(secret).accessible_name(name);
        let entered = secret.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let is_whole = !form.secret.is_empty() && (form.is_token || !form.user.is_empty());
        let log_in = ui.add_enabled(is_whole, egui::Button::new("Log in"));
        ui.checkbox(&mut form.keep, "keep in the keyring");
        if log_in.clicked() || (entered && is_whole) {
            commands.push(Command::LogIn);
        }
    });
    if warns {
        let text = "▲ over plain http others on the network can read it; https keeps it secret";
        let colour = theme::colour(ui.visuals(), Tone::Warning);
        ui.add(Label::new(RichText::new(text).color(colour)).wrap());
    }
}

fn certificate(ui: &mut Ui, refused: &Refused, commands: &mut Vec<Command>) {
    let certificate = &refused.certificate;
    ui.label(RichText::new(format!("The certificate of {}", refused.host)).strong());
    Grid::new("certificate").num_columns(2).show(ui, |ui| {
        let mut line = |title: &str, text: String| {
            ui.label(title);
            ui.add(Label::new(text).wrap().selectable(true));
            ui.end_row();
        };
        line("Fingerprint", certificate.fingerprint.to_string());
        line("Made for", certificate.subject.clone());
        line("Names", certificate.names.join(", "));
        let issuer = if certificate.is_self_signed { "itself" } else { &certificate.issuer };
        line("Vouched for by", issuer.to_owned());
        line("Valid", format!("{} to {}", day(certificate.not_before), day(certificate.not_after)));
    });
    // What can't be used at all would be trusted in vain.
    if matches!(refused.why, Why::Unusable(_)) {
        return;
    }
    ui.horizontal(|ui| {
        ui.label("Compare the fingerprint with the gateway's own, then");
        if ui.button("Trust it until the window closes").clicked() {
            commands.push(Command::Trust { for_good: false });
        }
        if ui.button("Trust it for good").clicked() {
            commands.push(Command::Trust { for_good: true });
        }
    });
}

/// A day in this machine's time zone. Takes seconds since 1970 UTC.
fn day(epoch_secs: i64) -> String {
    DateTime::from_timestamp(epoch_secs, 0)
        .map_or_else(|| "–".to_owned(), |time| time.with_timezone(&Local).format("%Y-%m-%d").to_string())
}
