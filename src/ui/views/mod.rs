//! The views in the place of the table: what the window shows while there are no sessions, or before it may show any.

mod certificate;
mod empty;
mod first_run;
mod no_resource;
mod page;
mod sign_in;
mod unread;

use egui::{Context, Ui};

use super::command::Command;
use super::guide;
use super::model::{AppState, Drafts, Health, Prompt};
use crate::gateway::{GatewayError, NodeUrl, RejectedCertificate};

pub(super) use empty::no_sessions;
pub(super) use page::{heading, sentence, show_at};
pub(super) use sign_in::{rejection_text, slow_keyring};

/// A view in the place of the table.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'a> {
    /// There is no gateway.
    FirstRun,
    /// The gateway hasn't answered yet.
    Connecting,
    /// The gateway requires a login.
    SignIn,
    /// The certificate of the gateway isn't trusted.
    Certificate(&'a RejectedCertificate),
    /// The gateway answers, but has nothing that lists its sessions.
    NoResource {
        /// The error.
        error: &'a GatewayError,
        /// The gateway has the REST API, which needs only a token.
        has_rest: bool,
    },
    /// No session was read from the gateway.
    Unread(&'a GatewayError),
}

/// Returns the view to show; `None` if there is a table.
pub(super) fn choose(state: &AppState) -> Option<View<'_>> {
    // The history needs no gateway.
    if state.past.is_some() {
        return None;
    }
    match state.prompt() {
        Some(Prompt::SignIn) => return Some(View::SignIn),
        Some(Prompt::Certificate(rejected)) => return Some(View::Certificate(rejected)),
        None => {}
    }
    if state.table.result().is_some() {
        return None;
    }
    if state.gateway.is_empty() {
        return Some(View::FirstRun);
    }
    Some(match state.health() {
        Health::Unreachable(error) if no_gateway(state).is_some() => View::Unread(error),
        Health::Unreachable(error @ GatewayError::NoResource { has_rest, .. }) => {
            View::NoResource { error, has_rest: *has_rest }
        }
        Health::Unreachable(error) => View::Unread(error),
        Health::Connecting | Health::Running(_) | Health::Degraded => View::Connecting,
    })
}

/// Returns the first address at which no gateway answers. A gateway without the resource would still identify itself.
fn no_gateway(state: &AppState) -> Option<&NodeUrl> {
    let nodes = state.status.iter().flat_map(|status| &status.nodes);
    let mut missing = nodes.filter(|node| {
        let is_missing =
            matches!(node.error, Some(GatewayError::NoResource { status: 404, has_rest: false }));
        is_missing && node.info.is_none()
    });
    missing.next().map(|node| &node.url)
}

/// Returns the text for an address at which no gateway answers.
pub(super) fn no_gateway_text(state: &AppState) -> Option<String> {
    no_gateway(state).map(guide::none_at)
}

/// Returns `true` if the view asks for a login or for trust.
pub(super) fn is_prompting(state: &AppState) -> bool {
    state.prompt().is_some()
}

/// Returns the command of the button with which the view can be cancelled; `None` if it has none.
pub(super) fn cancel(state: &AppState) -> Option<Command> {
    match choose(state)? {
        View::SignIn => state.can_cancel_sign_in().then_some(Command::CancelSignIn),
        View::Connecting => unread::can_cancel(state).then_some(Command::CancelConnect),
        _ => None,
    }
}

/// Returns `true` if a password can't help: the gateway's sessions need a token.
pub(super) fn requires_token(state: &AppState) -> bool {
    let nodes = state.status.iter().flat_map(|status| &status.nodes);
    nodes
        .filter_map(|node| node.error.as_ref())
        .any(|error| matches!(error, GatewayError::TokenNeeded { .. }))
}

/// Returns `true` for the views that ask for an address, a login or trust. They need the room, and typed text is no filter.
pub(super) fn takes_text(state: &AppState) -> bool {
    matches!(choose(state), Some(View::SignIn | View::Certificate(_) | View::FirstRun))
}

/// Moves the keyboard focus into the first empty text box of the view.
pub(super) fn focus(ctx: &Context, state: &AppState, drafts: &Drafts) {
    let id = match choose(state) {
        Some(View::SignIn) => sign_in::first_empty(&drafts.login),
        Some(View::FirstRun) => first_run::address_id(),
        _ => return,
    };
    ctx.memory_mut(|memory| memory.request_focus(id));
}

/// Draws a view.
pub(super) fn show(
    ui: &mut Ui,
    view: View<'_>,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    match view {
        View::FirstRun => first_run::show(ui, drafts, commands),
        View::Connecting => unread::connecting(ui, state, commands),
        View::SignIn => sign_in::show(ui, state, &mut drafts.login, commands),
        View::Certificate(rejected) => certificate::show(ui, rejected, commands),
        View::NoResource { error, has_rest } => no_resource::show(ui, error, has_rest, state, commands),
        View::Unread(error) => unread::failed(ui, error, state, commands),
    }
}

#[cfg(test)]
mod tests;
