//! What stands between the user and a gateway: a login that it asks for, a certificate that nobody vouches for.

use egui::{Id, Key, TextEdit, Ui};

use super::certificate;
use super::command::Command;
use super::gateway_panel::{self, forget_undo};
use super::model::{AppState, LoginDraft};
use super::theme;
use crate::gateway::{GatewayError, Refused};

/// Whether there is something to draw.
pub(super) fn is_needed(state: &AppState) -> bool {
    matches!(what(state), What::Login | What::Certificate(_))
}

/// What stands in the way.
enum What<'a> {
    Nothing,
    Login,
    Certificate(&'a Refused),
}

fn what(state: &AppState) -> What<'_> {
    if state.waits_for_secret {
        return What::Login;
    }
    let errors =
        || state.status.iter().flat_map(|status| &status.nodes).filter_map(|node| node.error.as_ref());
    // Of several nodes any may be the one that asks.
    let refused = errors().find_map(|error| match error {
        GatewayError::Certificate(refused) => Some(&**refused),
        _ => None,
    });
    if let Some(refused) = refused {
        return What::Certificate(refused);
    }
    let asks = errors().any(|error| {
        matches!(
            error,
            GatewayError::Unauthorized { .. }
                | GatewayError::Forbidden
                | GatewayError::TokenNotAccepted
                | GatewayError::TokenNeeded
                | GatewayError::TokenRefused
                | GatewayError::TokenForbidden { .. }
                | GatewayError::TokenUnsendable
                | GatewayError::NoLists
                // A gateway of 8.3 needs nothing installed: a token opens it.
                | GatewayError::NoResourceButLists { .. }
        )
    });
    if asks { What::Login } else { What::Nothing }
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, state: &AppState, draft: &mut LoginDraft, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    match what(state) {
        What::Nothing => {}
        What::Login => login(ui, draft, commands),
        What::Certificate(refused) => certificate(ui, refused, commands),
    }
    ui.add_space(4.0);
}

fn login(ui: &mut Ui, form: &mut LoginDraft, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label("The gateway asks who you are");
        ui.selectable_value(&mut form.is_token, false, "with a password");
        ui.selectable_value(&mut form.is_token, true, "with an API token")
            .on_hover_text("Of a gateway of 8.3");
    });
    ui.horizontal(|ui| {
        if !form.is_token {
            let user = TextEdit::singleline(&mut form.user).id(Id::unique("login user"));
            let user = user.hint_text("user").desired_width(theme::LOGIN_WIDTH);
            ui.add(user).accessible_name("User");
        }
        let (hint, name) = if form.is_token { ("name:key", "API token") } else { ("password", "Password") };
        let id = Id::unique(("login secret", form.is_token));
        let secret = TextEdit::singleline(&mut form.secret).id(id).password(true);
        let secret = ui.add(secret.hint_text(hint).desired_width(theme::LOGIN_WIDTH)).accessible_name(name);
        forget_undo(ui, id);
        let entered = secret.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let is_whole = !form.secret.is_empty() && (form.is_token || !form.user.is_empty());
        let log_in = ui.add_enabled(is_whole, egui::Button::new("Log in"));
        ui.checkbox(&mut form.keep, "keep in the keyring");
        if log_in.clicked() || (entered && is_whole) {
            commands.push(Command::LogIn);
        }
    });
    if form.is_readable {
        gateway_panel::readable(ui);
    }
}

fn certificate(ui: &mut Ui, refused: &Refused, commands: &mut Vec<Command>) {
    if !certificate::show(ui, refused) {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label("Compare the fingerprint with the gateway's own, then");
        if ui.button("Trust it until the window closes").clicked() {
            commands.push(Command::Trust { refused: Box::new(refused.clone()), for_good: false });
        }
        if ui.button("Trust it for good").clicked() {
            commands.push(Command::Trust { refused: Box::new(refused.clone()), for_good: true });
        }
    });
}
