//! Gateways that can't be reached by name or address, or that restart during a response.

use std::io::Write as _;
use std::sync::Arc;

use gatewatch::gateway::{ConnectFailure, Credentials, GatewayError};
use gatewatch::poll::GatewayStatus;

use super::{check_message, connect_failure, error, healthy};
use crate::support::poll::{TestPoller, profile};
use crate::support::{FakeGateway, PLANT, ok, skip, status, unused_address, webdev_json};

/// Polls two nodes, the first of which is healthy. Returns the error of the second.
fn error_of_second_node(url: &str) -> GatewayError {
    let healthy = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)));
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&healthy.url, url]), Credentials::None);
    let both = poller.wait_for("both outcomes", |status| {
        status.nodes[1].error.is_some() && status.nodes[0].updated_at.is_some()
    });
    assert_eq!(both.dataset.as_ref().unwrap().len(), PLANT.len());
    assert_eq!(both.nodes[0].error, None);
    assert!(both.nodes[1].next_read_at.is_some());
    both.nodes[1].error.clone().unwrap()
}

#[test]
fn reports_unknown_host() {
    // Longer than a label of a host name can be, so that no name server is asked.
    let error = error_of_second_node(&format!("http://{}:8088", "a".repeat(64)));
    assert_eq!(connect_failure(Some(&error)), Some(ConnectFailure::HostNotFound));
    check_message(&error, "Host not found", "Check the spelling");
}

#[test]
fn reports_address_without_a_route() {
    if !cfg!(target_os = "linux") {
        return skip("an address without a route", "a system known to reject the broadcast address");
    }
    // No connection can be opened to the broadcast address, so the kernel reports that there is no route.
    let error = error_of_second_node("http://255.255.255.255:8088");
    assert_eq!(connect_failure(Some(&error)), Some(ConnectFailure::Unreachable));
    check_message(&error, "Host unreachable", "Check the network");
}

#[test]
fn reports_invalid_address_as_failed_connection() {
    // A link-local address without its interface.
    let error = error_of_second_node("http://[fe80::1]:8088");
    assert!(matches!(error, GatewayError::Connect { .. }), "{error:?}");
}

fn is_starting(error: Option<&GatewayError>) -> bool {
    matches!(error, Some(GatewayError::NotRunning { state }) if state == "STARTING")
}

fn is_newer_than(first: &GatewayStatus) -> impl Fn(&GatewayStatus) -> bool {
    let before = first.updated_at;
    move |status| error(status).is_none() && status.updated_at > before
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "nothing can listen at a reserved address there")]
fn keeps_dataset_while_a_gateway_restarts() {
    // The first response is complete, the second one truncated.
    let responses = std::sync::atomic::AtomicUsize::new(0);
    let address = unused_address();
    let before = FakeGateway::at(address, move |request, stream| {
        let response = if request.path().ends_with("gwinfo") {
            ok("ContextStatus=RUNNING;Version=8.1.44")
        } else {
            let whole = ok(&webdev_json(&PLANT));
            let is_truncated = responses.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0;
            let end = if is_truncated { whole.len() / 2 } else { whole.len() };
            whole[..end].to_vec()
        };
        let _closed = stream.write_all(&response);
    });
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&before.url]), Credentials::None);
    let first = poller.wait_for("the first snapshot", |status| status.dataset.is_some());
    let keeps_table = |status: &GatewayStatus| {
        Arc::ptr_eq(status.dataset.as_ref().unwrap(), first.dataset.as_ref().unwrap())
    };

    poller.handle.refresh_now();
    let truncated = poller.wait_for("the truncated response", |status| error(status).is_some());
    assert!(matches!(error(&truncated), Some(GatewayError::ConnectionLost(_))), "{truncated:?}");
    assert!(keeps_table(&truncated));

    before.stop();
    let stopped = poller.wait_for("a refused connection", |status| {
        connect_failure(error(status)) == Some(ConnectFailure::Refused)
    });
    assert!(keeps_table(&stopped));
    check_message(error(&stopped).unwrap(), "Connection refused", "Check that the gateway is running");

    let starting = FakeGateway::at(address, |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=STARTING;Version=8.1.44"),
            _ => status("503 Service Unavailable", "<html>"),
        };
        let _closed = stream.write_all(&response);
    });
    let started = poller.wait_for("the starting gateway", |status| is_starting(error(status)));
    assert!(keeps_table(&started));

    starting.stop();
    let healthy = healthy();
    let _restarted = FakeGateway::at(address, move |request, stream| healthy(request, stream));
    let recovered = poller.wait_for("the restarted gateway", is_newer_than(&first));
    // Equal sessions share one dataset.
    assert!(keeps_table(&recovered));
}
