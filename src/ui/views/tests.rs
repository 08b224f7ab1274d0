//! Tests which view is shown in place of the table.

use std::sync::Arc;

use super::*;
use crate::dataset::{Cell, Dataset, DatasetBuilder, Header};
use crate::gateway::GatewayInfo;
use crate::poll::{Activity, GatewayStatus, NodeStatus};
use crate::query::Query;
use crate::table::{OutdatedLists, ResultContext};
use crate::ui::model::SignInChoice;

/// Returns the state of a window on a gateway whose nodes have these errors.
fn state(errors: Vec<Option<GatewayError>>) -> AppState {
    let node = |error: Option<GatewayError>| NodeStatus {
        url: "http://north:8088".parse().unwrap(),
        name: None,
        gateway: None,
        info: None::<GatewayInfo>,
        api: None,
        notices: Vec::new(),
        updated_at: None,
        error,
        list: None,
        clock_offset_ms: None,
        next_read_at: None,
    };
    let status = GatewayStatus {
        generation: 1,
        nodes: errors.into_iter().map(node).collect(),
        dataset: None,
        updated_at: None,
        activity: Activity::Waiting { next_read_at: None },
    };
    AppState { gateway: "North".to_owned(), status: Some(Arc::new(status)), ..AppState::default() }
}

fn with_table(mut state: AppState) -> AppState {
    let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
    for (column, text) in ["billy", "P", "h", "", "A", ""].into_iter().enumerate() {
        builder.push(column, if text.is_empty() { Cell::Null } else { Cell::Text(text) }).unwrap();
    }
    let dataset: Arc<Dataset> = Arc::new(builder.finish(None, None));
    let result = Query::default().run(&dataset).unwrap();
    let outdated = &OutdatedLists::default();
    let now = std::time::SystemTime::UNIX_EPOCH;
    state.table.show(
        result,
        ResultContext { outdated, left_at: Some(now), pointer: None, is_refresh: false, has_marks: true },
    );
    state
}

const NO_LOGIN: GatewayError = GatewayError::Unauthorized { tried: false };

fn no_resource() -> GatewayError {
    GatewayError::NoResource { status: 404, has_rest: true }
}

fn timeout() -> GatewayError {
    GatewayError::Timeout { seconds: 5.0 }
}

#[test]
fn without_a_table_there_is_always_a_view() {
    assert!(matches!(choose(&AppState::default()), Some(View::FirstRun)));
    assert!(matches!(choose(&state(vec![])), Some(View::Connecting)));
    assert!(matches!(choose(&state(vec![None])), Some(View::Connecting)));
    assert!(matches!(choose(&state(vec![Some(NO_LOGIN)])), Some(View::SignIn)));
    assert!(matches!(
        choose(&state(vec![Some(timeout())])),
        Some(View::Unread(GatewayError::Timeout { .. }))
    ));
    let without_resource = state(vec![Some(no_resource())]);
    assert!(matches!(choose(&without_resource), Some(View::NoResource { has_rest: true, .. })));
    // Another node may still answer.
    assert!(matches!(choose(&state(vec![Some(timeout()), None])), Some(View::Connecting)));
}

#[test]
fn only_questions_take_the_place_of_a_table() {
    for error in [None, Some(timeout()), Some(no_resource())] {
        assert!(choose(&with_table(state(vec![error.clone()]))).is_none(), "{error:?}");
    }
    let mut asking = with_table(state(vec![Some(NO_LOGIN), None]));
    assert!(matches!(choose(&asking), Some(View::SignIn)));
    asking.sign_in = SignInChoice::Dismissed;
    assert!(choose(&asking).is_none());
    // There is nothing else to show.
    let mut without_table = state(vec![Some(NO_LOGIN)]);
    without_table.sign_in = SignInChoice::Dismissed;
    assert!(matches!(choose(&without_table), Some(View::SignIn)));
}

#[test]
fn token_can_be_typed_for_a_gateway_without_the_resource() {
    let mut state = state(vec![Some(no_resource())]);
    assert!(!takes_text(&state) && !is_prompting(&state));
    state.sign_in = SignInChoice::Asked;
    assert!(matches!(choose(&state), Some(View::SignIn)));
    assert!(takes_text(&state));
}

#[test]
fn sign_in_can_be_asked_for_and_cancelled_whatever_is_shown() {
    let login_error = || Some(GatewayError::TokenRejected);
    for (mut state, can_ask, can_cancel) in [
        (with_table(state(vec![None])), true, true),
        (with_table(state(vec![Some(timeout())])), true, true),
        (state(vec![Some(no_resource())]), true, true),
        (state(vec![Some(timeout())]), true, true),
        // It is open already, and there is nothing else to show.
        (state(vec![login_error()]), false, false),
    ] {
        state.can_edit = true;
        assert_eq!(state.can_ask_for_login(), can_ask);
        state.sign_in = SignInChoice::Asked;
        assert!(matches!(choose(&state), Some(View::SignIn)));
        assert!(!state.can_ask_for_login());
        assert_eq!(state.can_cancel_sign_in(), can_cancel);
    }
    let mut dismissed = with_table(state(vec![login_error()]));
    (dismissed.can_edit, dismissed.sign_in) = (true, SignInChoice::Dismissed);
    assert!(dismissed.can_ask_for_login());
    // Several gateways and the demo gateway have no card.
    dismissed.can_edit = false;
    assert!(!dismissed.can_ask_for_login());
}

#[test]
fn rejected_login_is_shown_before_a_node_that_times_out() {
    let rejected = || Some(GatewayError::Unauthorized { tried: true });
    for errors in [vec![Some(timeout()), rejected()], vec![rejected(), Some(timeout())]] {
        let state = state(errors);
        assert!(matches!(sign_in::rejection(&state), Some(GatewayError::Unauthorized { tried: true })));
    }
    let state = state(vec![Some(NO_LOGIN), Some(timeout())]);
    assert!(matches!(sign_in::rejection(&state), Some(GatewayError::Timeout { .. })));
}

#[test]
fn keyring_is_waited_for_before_it_is_slow() {
    let mut state = state(vec![Some(NO_LOGIN)]);
    state.waits_for_secret = true;
    state.status = None;
    assert!(matches!(choose(&state), Some(View::Connecting)));
    state.keyring.is_slow = true;
    assert!(matches!(choose(&state), Some(View::SignIn)));
}
