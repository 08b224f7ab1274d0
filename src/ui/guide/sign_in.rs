//! How to sign in to the gateway.

use egui::{Id, Key, Ui};

use super::super::button::Button;
use super::super::command::Command;
use super::super::gateway_draft::{AuthKind, Field};
use super::super::gateway_form::{FormChange, GatewayForm, Reveal};
use super::super::model::KeyringState;
use super::super::secret_box;
use super::super::segments;
use super::super::text_field::TextField;
use super::super::tokens;
use super::state::GuideChange;
use super::{error_ui, step};

/// The kinds of authentication.
const KINDS: [(AuthKind, &str); 3] =
    [(AuthKind::Password, "Password"), (AuthKind::Token, "API token"), (AuthKind::None, "None")];

/// Returns how the user signs in.
pub(super) fn summary(form: &GatewayForm, keyring: &KeyringState) -> String {
    let place = keyring.limit().map_or("kept in the keyring", |_| "kept for this session only");
    match form.draft.auth {
        AuthKind::None => "Without a login".to_owned(),
        AuthKind::Password => format!("User {}, password {place}", form.draft.user.trim()),
        AuthKind::Token => format!("API token, {place}"),
    }
}

/// Draws the boxes for the login. `is_secret_shown`: the password or token is readable.
pub(super) fn show(
    ui: &mut Ui,
    form: &mut GatewayForm,
    keyring: &KeyringState,
    is_secret_shown: bool,
    commands: &mut Vec<Command>,
) {
    let auth = form.draft.auth;
    ui.add_space(tokens::UNIT);
    if let Some(chosen) = segments::show(ui, "Authentication", auth, KINDS) {
        commands.push(Command::Form(FormChange::SetAuth(chosen)));
    }
    ui.add_space(tokens::UNIT);
    step::fact(
        ui,
        match auth {
            AuthKind::Password => "For the Gatewatch resource of the Web Dev module",
            AuthKind::Token => "For the REST API of 8.3 and later",
            AuthKind::None => "For a resource without authentication",
        },
    );
    let mut entered = false;
    let mut edited = false;
    if auth == AuthKind::Password {
        ui.add_space(2.0 * tokens::UNIT);
        let id = Id::unique("guide user");
        let field = TextField::new(id, "User name").name("Gateway user name").hint("gatewatch");
        let edit = field.show(ui, &mut form.draft.user, false).edit;
        if form.reveal == Some(Reveal::User) {
            edit.request_focus();
        }
        edited |= edit.changed();
        entered |= edit.lost_focus();
    }
    if auth != AuthKind::None {
        ui.add_space(2.0 * tokens::UNIT);
        let (title, name, hint) = match auth {
            AuthKind::Token => ("API token", "Gateway API token", "NAME:KEY"),
            AuthKind::None | AuthKind::Password => ("Password", "Gateway password", ""),
        };
        let hint = if form.has_saved_secret() { keyring.place(&form.before).unwrap_or(hint) } else { hint };
        // The form's box has the same id, so that its undo history is forgotten in the same way.
        let id = Id::unique(("gateway secret", auth == AuthKind::Token));
        let field = TextField::new(id, title).name(name).hint(hint);
        let shown = field.secret().show(ui, &mut form.draft.secret, is_secret_shown);
        if shown.reveal_clicked {
            commands.push(Command::Form(FormChange::Guide(GuideChange::ToggleSecret)));
        }
        let edit = shown.edit;
        if form.reveal == Some(Reveal::Secret) {
            edit.request_focus();
        }
        secret_box::forget_undo(ui, id);
        edited |= edit.changed();
        entered |= edit.lost_focus();
        ui.add_space(tokens::UNIT);
        step::fact(ui, keyring.limit().unwrap_or("Saved in the system's keyring, never in a file"));
    }
    if edited {
        commands.push(Command::Form(FormChange::Edited(Field::Authentication)));
    }
    if form.draft.sends_unencrypted() {
        secret_box::unencrypted_warning(ui);
    }
    error_ui(ui, form, Field::Authentication);
    ui.add_space(2.0 * tokens::UNIT);
    let entered = entered && ui.input(|input| input.key_pressed(Key::Enter));
    // A test of the same login that is running goes on.
    if ui.add(Button::primary("Continue").name("Continue with this login")).clicked() || entered {
        commands.push(Command::Form(FormChange::Guide(GuideChange::Continue)));
        commands.push(Command::TestGateway);
    }
}
