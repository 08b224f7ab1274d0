//! The views of a gateway without sessions: it hasn't answered yet, or can't be read.

use std::time::Duration;

use egui::{Id, Ui};

use super::super::button::Button;
use super::super::command::Command;
use super::super::error_report::ErrorReport;
use super::super::model::{AppState, ShownGateways};
use super::super::small_text;
use super::super::tokens;
use super::super::{icons, theme};
use super::page;
use crate::gateway::{ConnectFailure, GatewayError};

/// Time after which the view appears. A gateway nearby answers sooner, and the view would flicker.
const DELAY: Duration = Duration::from_millis(200);
/// Time after which the seconds are counted, and the connection can be cancelled.
const SLOW: Duration = Duration::from_secs(1);

/// Draws the view while the gateway hasn't answered.
pub(super) fn connecting(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let elapsed = state.connecting_for;
    if elapsed < DELAY {
        ui.ctx().request_repaint_after(DELAY.saturating_sub(elapsed));
        return;
    }
    let seconds = elapsed.as_secs();
    ui.ctx().request_repaint_after(Duration::from_secs(seconds + 1).saturating_sub(elapsed));
    page::show(ui, theme::VIEW_WIDTH, theme::VIEW_TOP, |ui| {
        page::heading(ui, icons::LOADER_CIRCLE, &format!("Connecting to {}", title_name(state)));
        let what = if state.waits_for_secret {
            "Reading the login from the keyring".to_owned()
        } else {
            addresses(state)
        };
        if !can_cancel(state) {
            small_text::note(ui, &what);
            return;
        }
        small_text::note(ui, &format!("{what}, {seconds} s"));
        page::buttons(ui, |ui| {
            if ui.add(Button::soft("Cancel").name("Cancel connecting")).clicked() {
                commands.push(Command::CancelConnect);
            }
        });
    });
}

/// Returns whether connecting takes so long that it can be cancelled.
pub(super) fn can_cancel(state: &AppState) -> bool {
    state.connecting_for >= SLOW
}

/// Draws the view of a gateway that can't be read.
pub(super) fn failed(ui: &mut Ui, error: &GatewayError, state: &AppState, commands: &mut Vec<Command>) {
    let name = title_name(state);
    let (icon, title) = if error.is_unreachable() {
        (icons::UNPLUG, format!("Can't reach {name}"))
    } else {
        (icons::TRIANGLE_ALERT, format!("Can't read {name}"))
    };
    page::show(ui, theme::VIEW_WIDTH, theme::VIEW_TOP, |ui| {
        page::heading(ui, icon, &title);
        page::sentence(ui, &advice(error, state));
        page::buttons(ui, |ui| {
            if ui.add(Button::primary("Retry").name("Retry now")).clicked() {
                commands.push(Command::Refresh);
            }
            if state.can_edit && ui.add(Button::soft("Edit gateway…")).clicked() {
                commands.push(Command::EditGateway(None));
            }
        });
        ui.add_space(5.0 * tokens::UNIT);
        page::details(ui, Id::unique("details of the view"), &texts(error, state), commands);
    });
}

/// Returns the name of the gateway without `http://`.
pub(super) fn title_name(state: &AppState) -> &str {
    state.gateway.strip_prefix("http://").unwrap_or(&state.gateway)
}

/// Returns the addresses of the gateway.
pub(super) fn addresses(state: &AppState) -> String {
    match &state.addresses[..] {
        [] => String::new(),
        [only] => only.to_string(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    }
}

/// Returns what the user can do.
fn advice(error: &GatewayError, state: &AppState) -> String {
    if let GatewayError::Connect { failure: ConnectFailure::Refused, .. } = error
        && let [node] = &state.addresses[..]
        && let Some(port) = node.port()
    {
        return format!("Check that the gateway is running and that {port} is its port");
    }
    if let Some(text) = super::no_gateway_text(state) {
        return text;
    }
    if state.gateways.shown == ShownGateways::All && error.can_be_fixed_by_signing_in() {
        return "Choose a gateway at the left to sign in".to_owned();
    }
    // The details say what happened.
    let report = ErrorReport::new(error);
    match report.advice() {
        Some(advice) if error.is_unreachable() => advice.to_owned(),
        _ => report.summary().to_owned(),
    }
}

/// Returns the errors of all nodes with their causes.
fn texts(error: &GatewayError, state: &AppState) -> Vec<String> {
    let nodes = state.status.iter().flat_map(|status| &status.nodes);
    let failed: Vec<_> = nodes.filter_map(|node| Some((&node.url, node.error.as_ref()?))).collect();
    if failed.len() < 2 {
        return page::texts(&ErrorReport::new(error));
    }
    let node = |(url, error): (_, &GatewayError)| {
        let mut texts = page::texts(&ErrorReport::new(error));
        texts[0] = format!("{url}: {}", texts[0]);
        texts
    };
    failed.into_iter().flat_map(node).collect()
}
