//! The sign-in panel, which asks for a login or for trust in a certificate of the current gateway.

use egui::{Context, Id, Key, TextEdit, Ui};

use super::certificate;
use super::command::Command;
use super::labels;
use super::model::{AppState, KeyringState, LoginDraft, Shown};
use super::secret_box;
use super::theme::{self, Severity};
use crate::gateway::{GatewayError, RejectedCertificate};

/// Returns `true` if the panel is shown.
pub(super) fn is_needed(state: &AppState) -> bool {
    prompt(state).is_some()
}

/// Moves the keyboard focus into the first empty text box of the panel, if it asks for a login.
pub(super) fn focus(ctx: &Context, state: &AppState, draft: &LoginDraft) {
    if matches!(prompt(state), Some(Prompt::Login)) {
        let id = if draft.is_token || !draft.user.is_empty() { secret_id(draft.is_token) } else { user_id() };
        ctx.memory_mut(|memory| memory.request_focus(id));
    }
}

fn user_id() -> Id {
    Id::unique("login user")
}

fn secret_id(is_token: bool) -> Id {
    Id::unique(("login secret", is_token))
}

/// Returns `true` if a password can't help: the gateway has only the REST API, or its sessions need a token.
pub(super) fn wants_token(state: &AppState) -> bool {
    let nodes = state.status.iter().flat_map(|status| &status.nodes);
    nodes.filter_map(|node| node.error.as_ref()).any(|error| {
        matches!(error, GatewayError::TokenNeeded | GatewayError::NoResource { has_rest: true, .. })
    })
}

/// The content of the panel.
enum Prompt<'a> {
    /// Asks for a login.
    Login,
    /// Asks whether to trust a certificate.
    Certificate(&'a RejectedCertificate),
}

/// Returns the content of the panel; `None` if it is hidden.
fn prompt(state: &AppState) -> Option<Prompt<'_>> {
    // The rail says which of them want a login.
    if state.gateways.shown == Shown::All {
        return None;
    }
    // The keyring may never reply, so the user can sign in without it. Usually it replies at once, and a panel that appears
    // for a moment would take what is typed then.
    if state.waits_for_secret {
        return state.keyring.is_slow.then_some(Prompt::Login);
    }
    let errors =
        || state.status.iter().flat_map(|status| &status.nodes).filter_map(|node| node.error.as_ref());
    let rejected = errors().find_map(|error| match error {
        GatewayError::Certificate(rejected) => Some(&**rejected),
        _ => None,
    });
    if let Some(rejected) = rejected {
        return Some(Prompt::Certificate(rejected));
    }
    let needs_login = errors().any(|error| {
        matches!(
            error,
            GatewayError::Unauthorized { .. }
                | GatewayError::LoginNotTried
                | GatewayError::Forbidden { .. }
                | GatewayError::TokenNotAccepted
                | GatewayError::TokenNeeded
                | GatewayError::TokenRejected
                | GatewayError::NoRestApi
                // A gateway of 8.3 without the Web Dev resource can be read with a token.
                | GatewayError::NoResource { has_rest: true, .. }
        )
    });
    needs_login.then_some(Prompt::Login)
}

/// Draws the offer to continue without a keyring that doesn't respond.
pub(super) fn slow_keyring(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        labels::severity_label(
            ui,
            Severity::Warning,
            "The keyring doesn't respond. Check whether it shows a prompt",
        );
        let go_on = ui.button("Continue without the keyring");
        if go_on.on_hover_text("Passwords and tokens are kept for this session only").clicked() {
            commands.push(Command::AbandonKeyring);
        }
    });
    ui.add_space(4.0);
}

/// Draws the panel.
pub(super) fn show(ui: &mut Ui, state: &AppState, draft: &mut LoginDraft, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    match prompt(state) {
        None => {}
        Some(Prompt::Login) => login(ui, &state.keyring, draft, commands),
        Some(Prompt::Certificate(rejected)) => certificate(ui, rejected, commands),
    }
    ui.add_space(4.0);
}

fn login(ui: &mut Ui, keyring: &KeyringState, draft: &mut LoginDraft, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label("Sign in to this gateway");
        // Distinguishes the buttons from the text boxes with the same caption.
        let password = ui
            .selectable_value(&mut draft.is_token, false, "Password")
            .accessible_name("Sign in with a password");
        let token = ui
            .selectable_value(&mut draft.is_token, true, "API token")
            .on_hover_text("For the REST API of 8.3 and later")
            .accessible_name("Sign in with an API token");
        if password.changed() || token.changed() {
            draft.error = None;
        }
    });
    ui.horizontal(|ui| {
        if !draft.is_token {
            let user = TextEdit::singleline(&mut draft.user).id(user_id());
            let user = user.hint_text("User name").desired_width(theme::LOGIN_WIDTH);
            if ui.add(user).accessible_name("User name").changed() {
                draft.error = None;
            }
        }
        let (hint, name) = if draft.is_token { ("name:key", "API token") } else { ("Password", "Password") };
        let id = secret_id(draft.is_token);
        let secret = TextEdit::singleline(&mut draft.secret).id(id).password(true);
        let secret = ui.add(secret.hint_text(hint).desired_width(theme::LOGIN_WIDTH)).accessible_name(name);
        secret_box::forget_undo(ui, id);
        if secret.changed() {
            draft.error = None;
        }
        let entered = secret.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let is_complete = !draft.secret.is_empty() && (draft.is_token || !draft.user.is_empty());
        let sign_in = ui.add_enabled(is_complete, egui::Button::new("Sign in"));
        ui.checkbox(&mut draft.save, keyring.save_caption(draft.is_token));
        if sign_in.clicked() || (entered && is_complete) {
            commands.push(Command::SignIn);
        }
    });
    if let Some(error) = draft.error {
        labels::severity_label(ui, Severity::Error, &format!("▲ {error}"));
    }
    if let Some(limit) = keyring.limit() {
        ui.weak(limit);
    }
    if draft.is_unencrypted {
        secret_box::unencrypted_warning(ui);
    }
}

fn certificate(ui: &mut Ui, rejected: &RejectedCertificate, commands: &mut Vec<Command>) {
    if !certificate::show(ui, rejected) {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label("Compare the fingerprint with the one on the gateway");
        if ui.button("Trust until the window closes").clicked() {
            commands.push(Command::Trust { rejected: Box::new(rejected.clone()), permanently: false });
        }
        if ui.button("Trust always").clicked() {
            commands.push(Command::Trust { rejected: Box::new(rejected.clone()), permanently: true });
        }
    });
}
