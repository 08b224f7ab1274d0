//! The step that signs in to the gateway.

use egui::{Id, Key, TextBuffer as _, Ui};

use super::super::button::Button;
use super::super::command::Command;
use super::super::details_text;
use super::super::error_report::ErrorReport;
use super::super::gateway_draft::{AuthKind, Field, FormError};
use super::super::gateway_form::{FormChange, GatewayForm, Reveal};
use super::super::model::KeyringState;
use super::super::small_text::note;
use super::super::text_field::{self, TextField};
use super::super::{icons, secret_box, segments, tokens, views};
use super::focus;
use super::state::GuideChange;
use crate::gateway::GatewayError;

/// The state of the step.
#[derive(Clone, Copy)]
pub(super) struct LoginStep {
    /// The password or token is readable.
    pub(super) is_secret_shown: bool,
    /// The login is being tested.
    pub(super) is_checked: bool,
    /// Buttons take the keyboard focus, too.
    pub(super) is_by_keyboard: bool,
}

/// Returns how the user signs in.
pub(super) fn summary(form: &GatewayForm, keyring: &KeyringState) -> String {
    let place = keyring.limit().map_or("kept in the keyring", |_| "kept for this session only");
    match form.draft.auth {
        AuthKind::None => "Without a login".to_owned(),
        AuthKind::Password => format!("User {}, password {place}", form.draft.user.trim()),
        AuthKind::Token => format!("API token, {place}"),
    }
}

/// The errors of the step, each at its box.
#[derive(Default)]
struct Errors {
    user: Option<String>,
    secret: Option<String>,
    /// The error of a gateway that requires a login.
    kind: Option<String>,
}

impl Errors {
    /// Returns the errors of the last attempt to go on. `rejection` is that of the gateway.
    fn of(form: &GatewayForm, rejection: Option<&GatewayError>) -> Self {
        let error = form.error.as_ref().filter(|error| error.field() == Field::Authentication);
        if let Some(error) = error {
            let text = Some(ErrorReport::new(error).summary().to_owned());
            return if error.is_about_user() {
                Self { user: text, ..Self::default() }
            } else {
                Self { secret: text, ..Self::default() }
            };
        }
        match rejection {
            None => Self::default(),
            Some(_) if form.draft.auth == AuthKind::None => {
                Self { kind: Some("This gateway requires a login".to_owned()), ..Self::default() }
            }
            Some(error) => Self { secret: Some(views::rejection_text(error)), ..Self::default() },
        }
    }
}

/// Draws the boxes for the login. `rejection` is the error of a gateway that has rejected it.
pub(super) fn show(
    ui: &mut Ui,
    form: &mut GatewayForm,
    login: LoginStep,
    rejection: Option<&GatewayError>,
    keyring: &KeyringState,
    commands: &mut Vec<Command>,
) {
    let auth = form.draft.auth;
    let errors = Errors::of(form, rejection);
    ui.add_space(tokens::UNIT);
    if let Some(chosen) = segments::show(ui, "Authentication", auth, AuthKind::CHOICES) {
        commands.push(Command::Form(FormChange::SetAuth(chosen)));
    }
    ui.add_space(tokens::UNIT);
    let fact = match auth {
        AuthKind::Password => "For the Gatewatch resource of the Web Dev module",
        AuthKind::Token => "For the REST API of 8.3 and later",
        AuthKind::None => "For a resource without authentication",
    };
    note(ui, fact);
    let p = tokens::palette(ui.visuals());
    if let Some(error) = &errors.kind {
        ui.add_space(tokens::UNIT);
        text_field::line(ui, icons::CIRCLE_ALERT, p.error, error, p.error);
    }
    let mut entered = false;
    let mut edited = false;
    if auth == AuthKind::Password {
        ui.add_space(2.0 * tokens::UNIT);
        let id = Id::unique("guide user");
        let field = TextField::new(id, "User name").name("Gateway user name").hint("gatewatch");
        let is_empty = form.draft.user.is_empty();
        let edit = ui
            .scope(|ui| field.error(errors.user.as_deref()).show(ui, &mut form.draft.user, false).edit)
            .inner;
        if form.reveal == Some(Reveal::User) || (form.reveal == Some(Reveal::GuideStep) && is_empty) {
            form.reveal = None;
            focus(&edit);
        }
        edited |= edit.changed();
        entered |= edit.lost_focus();
    }
    if auth != AuthKind::None {
        ui.add_space(2.0 * tokens::UNIT);
        let [is_edited, is_entered] = secret(ui, form, login, errors.secret.as_deref(), keyring, commands);
        edited |= is_edited;
        entered |= is_entered;
    }
    if edited {
        commands.push(Command::Form(FormChange::Edited(Field::Authentication)));
    }
    if form.draft.sends_unencrypted() {
        ui.add_space(tokens::UNIT);
        secret_box::unencrypted_warning(ui);
    }
    ui.add_space(2.0 * tokens::UNIT);
    let entered = entered && ui.input(|input| input.key_pressed(Key::Enter));
    let label = if login.is_checked { "Signing in…" } else { "Continue" };
    let go_on = ui.add(Button::primary(label).name("Continue with this login"));
    if auth == AuthKind::None && login.is_by_keyboard && form.reveal == Some(Reveal::GuideStep) {
        focus(&go_on);
    }
    // A test of the same login that is running goes on.
    if go_on.clicked() || entered {
        commands.push(Command::Form(FormChange::Guide(GuideChange::ContinueWithLogin)));
        commands.push(Command::TestGateway);
    }
}

/// Draws the box for the password or token. Returns whether it was edited, and whether it was left.
fn secret(
    ui: &mut Ui,
    form: &mut GatewayForm,
    login: LoginStep,
    error: Option<&str>,
    keyring: &KeyringState,
    commands: &mut Vec<Command>,
) -> [bool; 2] {
    let is_token = form.draft.auth == AuthKind::Token;
    let (title, name, hint) = if is_token {
        ("API token", "Gateway API token", "NAME:KEY")
    } else {
        ("Password", "Gateway password", "")
    };
    let hint = if form.has_saved_secret() { keyring.place(&form.before).unwrap_or(hint) } else { hint };
    // The form's box has the same id, so that its undo history is forgotten in the same way.
    let id = Id::unique(("gateway secret", is_token));
    if form.reveal == Some(Reveal::Secret) && error.is_some() {
        // What was rejected.
        text_field::focus_and_select(ui.ctx(), id, form.draft.secret.as_str());
    }
    let field = TextField::new(id, title).name(name).hint(hint).error(error).secret();
    let shown = ui.scope(|ui| field.show(ui, &mut form.draft.secret, login.is_secret_shown)).inner;
    if shown.reveal_clicked {
        commands.push(Command::Form(FormChange::Guide(GuideChange::ToggleSecret)));
    }
    let edit = shown.edit;
    if matches!(form.reveal, Some(Reveal::Secret | Reveal::GuideStep)) {
        focus(&edit);
    }
    secret_box::forget_undo(ui, id);
    ui.add_space(tokens::UNIT);
    note(ui, keyring.limit().unwrap_or("Saved in the system's keyring, never in a file"));
    if let Some(error @ FormError::Keyring(_)) = &form.error {
        details_text::causes(ui, Id::unique("guide login error"), &ErrorReport::new(error), commands);
    }
    [edit.changed(), edit.lost_focus()]
}
