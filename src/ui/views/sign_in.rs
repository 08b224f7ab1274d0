//! The card that asks for a login. The user name and the tab stay after a wrong password, and the error is below the box
//! that gets the keyboard focus.

use egui::accesskit::Role;
use egui::{Id, Key, Ui, UiBuilder};

use super::super::button::Button;
use super::super::check_box;
use super::super::command::Command;
use super::super::equal_segments::{self, Segment};
use super::super::error_report::ErrorReport;
use super::super::model::{AppState, LoginDraft, LoginError, LoginField};
use super::super::secret_box;
use super::super::small_text;
use super::super::text_field::{self, TextField};
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{icons, theme};
use super::{page, unread};
use crate::gateway::{GatewayError, NodeUrl};

/// Returns the ID of the first empty text box.
pub(super) fn first_empty(draft: &LoginDraft) -> Id {
    if draft.is_token || !draft.user.is_empty() { secret_id(draft.is_token) } else { user_id() }
}

fn user_id() -> Id {
    Id::unique("login user")
}

fn secret_id(is_token: bool) -> Id {
    Id::unique(("login secret", is_token))
}

/// Draws the card.
pub(super) fn show(ui: &mut Ui, state: &AppState, draft: &mut LoginDraft, commands: &mut Vec<Command>) {
    let title = format!("Sign in to {}", unread::title_name(state));
    // The card needs the height.
    let is_low = ui.available_height() < theme::SIGN_IN_MIN_HEIGHT;
    let top = if is_low { tokens::UNIT } else { theme::SIGN_IN_TOP };
    page::show(ui, theme::SIGN_IN_WIDTH, top, |ui| {
        if is_low {
            page::title(ui, &title);
        } else {
            page::heading(ui, icons::KEY_ROUND, &title);
            small_text::note(ui, &unread::addresses(state));
            ui.add_space(5.0 * tokens::UNIT);
        }
        let error = rejection(state);
        let builder =
            UiBuilder::new().accessibility_role(Role::Form).accessibility_label("Sign in to this gateway");
        let card = ui.scope_builder(builder, |ui| {
            let padding = if is_low { theme::SIGN_IN_LOW_PADDING } else { theme::SIGN_IN_PADDING };
            page::card(ui, padding, |ui| form(ui, is_low, state, draft, error, commands));
        });
        page::set_bounds(ui, &card.response);
        below(ui, is_low, state, error, commands);
    });
}

/// Returns the error to show: one about the login before that of a node that can't be read.
pub(super) fn rejection(state: &AppState) -> Option<&GatewayError> {
    let nodes = state.status.iter().flat_map(|status| &status.nodes);
    let errors = nodes.filter_map(|node| node.error.as_ref()).filter(|error| !is_first_request(error));
    errors.min_by_key(|error| !error.can_be_fixed_by_signing_in())
}

/// Returns `true` for a gateway that asks for a login and has received none.
fn is_first_request(error: &GatewayError) -> bool {
    matches!(
        error,
        GatewayError::Unauthorized { tried: false } | GatewayError::TokenNeeded { has_password: false }
    )
}

/// Returns the error below the box; `None` if there was no login to reject.
fn error_text(error: &GatewayError) -> Option<String> {
    let is_rejection = error.can_be_fixed_by_signing_in() && !is_first_request(error);
    is_rejection.then(|| rejection_text(error))
}

/// Returns what is below the box of a rejected password or token.
pub(in crate::ui) fn rejection_text(error: &GatewayError) -> String {
    match error {
        GatewayError::Unauthorized { tried: true } => "Wrong user name or password".to_owned(),
        GatewayError::LoginNotTried => "Not sent, because this password was rejected before".to_owned(),
        GatewayError::TokenRejected => "API token not recognized. Copy the whole token again".to_owned(),
        GatewayError::TokenNotAccepted => "The Web Dev module doesn't accept API tokens".to_owned(),
        GatewayError::TokenNeeded { .. } => "An API token is required".to_owned(),
        _ => ErrorReport::new(error).summary().to_owned(),
    }
}

fn form(
    ui: &mut Ui,
    is_low: bool,
    state: &AppState,
    draft: &mut LoginDraft,
    rejection: Option<&GatewayError>,
    commands: &mut Vec<Command>,
) {
    let gap = if is_low { 2.0 * tokens::UNIT } else { 3.0 * tokens::UNIT };
    let is_other_kind = tabs(ui, draft);
    ui.add_space(gap);
    let error = match draft.error {
        LoginError::Gateway => rejection.and_then(error_text),
        LoginError::Invalid(error) => Some(error.to_string()),
        LoginError::Edited(_) => None,
    };
    let place = match draft.error {
        LoginError::Edited(place) => place,
        LoginError::Invalid(error) if error.is_about_user() => Some(LoginField::User),
        LoginError::Gateway | LoginError::Invalid(_) => error.is_some().then_some(LoginField::Secret),
    };
    let field = |field, id, caption| {
        let is_there = place == Some(field);
        TextField::new(id, caption).error(error.as_deref().filter(|_| is_there)).error_room(is_there)
    };
    if !draft.is_token {
        let user = field(LoginField::User, user_id(), "User name");
        let user = ui.scope(|ui| user.show(ui, &mut draft.user, false)).inner;
        if user.edit.changed() {
            draft.error = LoginError::Edited(place);
        }
        if user.edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            ui.memory_mut(|memory| memory.request_focus(secret_id(false)));
        }
        ui.add_space(gap);
    }
    let caption = if draft.is_token { "API token" } else { "Password" };
    let secret = field(LoginField::Secret, secret_id(draft.is_token), caption);
    let (is_edited, entered) = secret_ui(ui, draft, secret);
    if is_edited {
        draft.error = LoginError::Edited(place);
    }
    if is_other_kind {
        // After the boxes, because egui takes the focus from a box that is drawn in the frame of a click elsewhere.
        ui.memory_mut(|memory| memory.request_focus(first_empty(draft)));
    }
    if error.is_some() && matches!(draft.error, LoginError::Edited(_)) {
        ui.ctx().request_discard("the error went with the edit");
    }
    ui.add_space(gap);
    check_box::show(ui, &mut draft.save, state.keyring.save_caption(draft.is_token));
    if let Some(limit) = state.keyring.limit() {
        small_text::note(ui, limit);
    }
    ui.add_space(gap);
    let sign_in = Button::primary("Sign in").fixed_width(ui.available_width());
    if ui.add(sign_in).clicked() || entered {
        commands.push(Command::SignIn);
    }
    if state.can_cancel_sign_in() {
        ui.add_space(2.0 * tokens::UNIT);
        let cancel = Button::soft("Cancel").fixed_width(ui.available_width()).name("Cancel sign-in");
        let cancel = ui.add(cancel);
        let cancel = match state.table.result() {
            Some(_) => cancel.tooltip("Show the sessions read before"),
            None => cancel,
        };
        if cancel.clicked() {
            commands.push(Command::CancelSignIn);
        }
    }
}

/// Draws the kinds of login. Returns `true` if another one was chosen.
fn tabs(ui: &mut Ui, draft: &mut LoginDraft) -> bool {
    // Distinguishes the tabs from the text boxes with the same caption.
    let tabs = [
        Segment { label: "Password", name: "Sign in with a password", hint: "" },
        Segment {
            label: "API token",
            name: "Sign in with an API token",
            hint: "For the REST API of 8.3 and later",
        },
    ];
    let selected = usize::from(draft.is_token);
    let chosen = equal_segments::show(ui, Id::unique("login kind"), ui.available_width(), selected, &tabs);
    let chosen = chosen.filter(|chosen| *chosen != selected);
    if let Some(chosen) = chosen {
        draft.is_token = chosen == 1;
        draft.error = LoginError::Edited(None);
    }
    chosen.is_some()
}

/// Draws the box for the password or token. Returns whether it was edited, and whether Enter was pressed in it.
fn secret_ui(ui: &mut Ui, draft: &mut LoginDraft, field: TextField<'_>) -> (bool, bool) {
    let field = field.hint(if draft.is_token { "NAME:KEY" } else { "" }).secret();
    let response = ui.scope(|ui| field.show(ui, &mut draft.secret, draft.is_revealed)).inner;
    secret_box::forget_undo(ui, secret_id(draft.is_token));
    if response.reveal_clicked {
        draft.is_revealed = !draft.is_revealed;
    }
    let is_enter = response.edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    (response.edit.changed(), is_enter)
}

/// Draws what is below the card: warnings and details.
fn below(
    ui: &mut Ui,
    is_low: bool,
    state: &AppState,
    rejection: Option<&GatewayError>,
    commands: &mut Vec<Command>,
) {
    let indented = |ui: &mut Ui, contents: &mut dyn FnMut(&mut Ui)| {
        ui.add_space(if is_low { tokens::UNIT } else { 3.0 * tokens::UNIT });
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(theme::DIALOG_PADDING);
            ui.vertical(|ui| {
                ui.set_width(ui.available_width() - theme::DIALOG_PADDING);
                contents(ui);
            });
        });
    };
    if state.addresses.iter().any(NodeUrl::is_insecure) {
        indented(ui, &mut secret_box::unencrypted_warning);
    }
    if state.keyring.is_slow {
        indented(ui, &mut |ui| slow_keyring(ui, commands));
    }
    if let Some(error) = rejection {
        indented(ui, &mut |ui| {
            let texts = page::texts(&ErrorReport::new(error));
            page::details(ui, Id::unique("details of the view"), &texts, commands);
        });
    }
}

/// Draws the offer to continue without a keyring that doesn't respond.
pub(in crate::ui) fn slow_keyring(ui: &mut Ui, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    let text = "The keyring doesn't respond. Check whether it shows a prompt";
    text_field::line(ui, icons::TRIANGLE_ALERT, p.warning, text, p.secondary);
    ui.add_space(2.0 * tokens::UNIT);
    let go_on = ui.add(Button::soft("Continue without the keyring").small());
    if go_on.tooltip("Passwords and tokens are kept for this session only").clicked() {
        commands.push(Command::AbandonKeyring);
    }
}
