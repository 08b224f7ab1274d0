//! The title of the window.

use std::borrow::Cow;

use super::super::model::{AppState, Health};
use crate::display;
use crate::sanitize::sanitize;

/// Returns the title, such as `Plant North: 41 sessions – Gatewatch`.
pub(super) fn of(state: &AppState) -> String {
    if state.gateway.is_empty() {
        return "Gatewatch".to_owned();
    }
    let gateway = sanitize(&state.gateway);
    let dataset = state.status.as_ref().and_then(|status| status.dataset.as_ref());
    let fact: Option<Cow<'_, str>> = match state.health() {
        Health::Unreachable(error) if error.can_be_fixed_by_signing_in() => Some("sign in".into()),
        Health::Unreachable(_) => Some("unreachable".into()),
        _ => dataset.map(|dataset| display::sessions(dataset.len()).into()),
    };
    match fact {
        Some(fact) => format!("{gateway}: {fact} – Gatewatch"),
        None => format!("{gateway} – Gatewatch"),
    }
}
