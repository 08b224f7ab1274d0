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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::gateway::GatewayError;
    use crate::poll::{Activity, GatewayStatus, NodeStatus};

    #[test]
    fn asks_for_a_login_whichever_node_requires_it() {
        let timeout = || GatewayError::Timeout { seconds: 5.0 };
        for errors in [[timeout(), GatewayError::TokenRejected], [GatewayError::TokenRejected, timeout()]] {
            let node = |error| {
                let node = NodeStatus::new("http://n1:8088".parse().unwrap());
                NodeStatus { error: Some(error), ..node }
            };
            let status = GatewayStatus {
                generation: 1,
                nodes: errors.map(node).into(),
                dataset: None,
                updated_at: None,
                activity: Activity::Waiting { next_read_at: None },
            };
            let gateway = "Plant".to_owned();
            let state = AppState { gateway, status: Some(Arc::new(status)), ..AppState::default() };
            assert_eq!(of(&state), "Plant: sign in – Gatewatch");
        }
    }
}
