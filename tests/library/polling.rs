//! Polling over real sockets: several nodes, slow ones, changes of the gateway, and rejected logins.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::poll::{TIMEOUT, TestPoller, profile};
use crate::support::wait::until;
use crate::support::{FakeGateway, PLANT, Request, ok, read, status, unused_address, webdev_json};
use gatewatch::gateway::{Credentials, Endpoint, GatewayError};
use gatewatch::poll::{Activity, GatewayStatus};

/// An interval that is over at once.
const SHORT: Duration = Duration::from_millis(1);

fn is_waiting(status: &GatewayStatus) -> bool {
    matches!(status.activity, Activity::Waiting { .. })
}

fn are_all_read(status: &GatewayStatus) -> bool {
    status.nodes.iter().all(|node| node.updated_at.is_some() || node.error.is_some())
}

/// The number of sessions in the dataset; `None` before the first snapshot.
fn sessions(status: &GatewayStatus) -> Option<usize> {
    status.dataset.as_ref().map(|dataset| dataset.len())
}

fn basic(password: &str) -> Credentials {
    Credentials::basic("billy", password).unwrap()
}

/// Returns how often the sessions of a gateway were requested.
fn session_requests(gateway: &FakeGateway) -> usize {
    gateway.paths().iter().filter(|path| path.ends_with("sessions")).count()
}

/// A gateway with all sessions.
fn good_gateway() -> FakeGateway {
    FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT)))
}

/// A gateway with one session.
fn small_gateway() -> FakeGateway {
    FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT[..1])))
}

/// A gateway that rejects every login.
fn rejecting_gateway() -> FakeGateway {
    FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""))
}

/// A gateway that sends its health page once per message, and at once after the sender is dropped.
fn gated_gateway() -> (FakeGateway, SyncSender<()>) {
    let (open, gate) = sync_channel::<()>(1);
    let gate = Mutex::new(gate);
    let gateway = FakeGateway::new(move |request, stream| {
        let body = if request.path().ends_with("gwinfo") {
            let _ended = gate.lock().unwrap().recv();
            "ContextStatus=RUNNING;Version=8.1.0".to_owned()
        } else {
            webdev_json(&PLANT)
        };
        // The read may have been cancelled.
        let _gone = stream.write_all(&ok(&body));
    });
    (gateway, open)
}

/// A gateway that never responds, and sends a message when the client closes the connection.
fn silent_gateway() -> (FakeGateway, Receiver<()>) {
    let (sender, closed) = sync_channel::<()>(1);
    let gateway = FakeGateway::new(move |_, stream| {
        while read(stream).is_some() {}
        let _ended = sender.send(());
    });
    (gateway, closed)
}

fn wait_for_requests(gateway: &FakeGateway, count: usize) {
    until(&format!("{count} requests"), || (gateway.requests().len() >= count).then_some(()));
}

#[test]
fn failing_node_is_named_and_hides_no_other() {
    let (first, last) = (good_gateway(), good_gateway());
    let unlicensed = FakeGateway::gateway("8.1.0", status("402 Payment Required", ""));
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&first.url, &unlicensed.url, &last.url]), Credentials::None);
    let status = poller.wait_for("all nodes read", are_all_read);
    assert_eq!(sessions(&status), Some(2 * PLANT.len()));
    let errors: Vec<Option<GatewayError>> = status.nodes.iter().map(|node| node.error.clone()).collect();
    assert_eq!(
        errors,
        [
            None,
            Some(GatewayError::Status {
                status: 402,
                endpoint: Endpoint::WebDev,
                message: None,
                source: None
            }),
            None
        ]
    );
    assert_eq!(status.nodes[1].url.to_string(), unlicensed.url);
}

#[test]
fn refresh_starts_no_second_read_of_a_node() {
    let (gated, open) = gated_gateway();
    let quick = small_gateway();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&gated.url, &quick.url]), Credentials::None);
    let mut last = poller.wait_for("the quick node", |status| status.nodes[1].updated_at.is_some());
    for _ in 0..3 {
        poller.handle.refresh_now();
        let before = last.nodes[1].updated_at;
        // Once the quick node was read again, the refresh was applied to the gated one, too.
        last = poller.wait_for("the quick node again", |status| status.nodes[1].updated_at > before);
        assert_eq!(last.nodes[0].updated_at, None);
    }
    drop(open);
    let first = poller.wait_for("the gated node", |status| status.nodes[0].updated_at.is_some());
    poller.handle.refresh_now();
    // A second read that was in progress would have sent its request by the end of this one.
    poller.wait_for("the gated node again", |status| status.nodes[0].updated_at > first.nodes[0].updated_at);
    assert_eq!(session_requests(&gated), 2);
}

#[test]
fn slow_node_does_not_delay_others() {
    let (slow, open) = gated_gateway();
    let quick = small_gateway();
    let mut poller = TestPoller::new();
    poller.handle.set_interval(Some(SHORT));
    poller.handle.connect(profile(&[&slow.url, &quick.url]), Credentials::None);
    let status = poller.wait_for("the quick node's sessions", |status| status.dataset.is_some());
    let dataset = status.dataset.clone().unwrap();
    assert_eq!(dataset.len(), 1);
    // The dataset names the node, although the other one hasn't answered.
    assert!(dataset.column(&"gateway".into()).is_some());
    let before = status.nodes[1].updated_at;
    poller.wait_for("the quick node read again", |status| status.nodes[1].updated_at > before);
    assert!(slow.requests().len() <= 1);
    drop(open);
    poller.wait_for("both nodes' sessions", |status| sessions(status) == Some(PLANT.len() + 1));
}

#[test]
fn unchanged_sessions_keep_their_dataset() {
    let gateway = good_gateway();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&gateway.url]), Credentials::None);
    let first = poller.wait_for("the first read", |status| status.dataset.is_some());
    poller.handle.refresh_now();
    let second = poller.wait_for("the second read", |status| status.updated_at > first.updated_at);
    assert!(Arc::ptr_eq(first.dataset.as_ref().unwrap(), second.dataset.as_ref().unwrap()));
}

#[test]
fn unchanged_status_notifies_only_after_a_manual_refresh() {
    let gateway = good_gateway();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&gateway.url]), Credentials::None);
    let first = poller.wait_for("the first read", |status| status.dataset.is_some() && is_waiting(status));
    poller.handle.set_interval(Some(SHORT));
    // The notification of the first read comes after its status. A slow machine may also report a slow read.
    let is_quiet = (0..10).any(|_| {
        wait_for_requests(&gateway, gateway.requests().len() + 10);
        while poller.notifications.try_recv().is_ok() {}
        wait_for_requests(&gateway, gateway.requests().len() + 20);
        poller.notifications.try_recv().is_err()
    });
    assert!(is_quiet, "notified of an unchanged status");
    poller.handle.set_interval(None);
    let last =
        poller.wait_for("a later read", |status| is_waiting(status) && status.updated_at > first.updated_at);
    while poller.notifications.try_recv().is_ok() {}
    poller.handle.refresh_now();
    assert!(poller.notifications.recv_timeout(TIMEOUT).is_ok(), "not notified of a manual refresh");
    poller.wait_for("a later read", |status| status.updated_at > last.updated_at);
}

#[test]
fn connecting_cancels_the_read_of_the_previous_gateway() {
    let (silent, closed) = silent_gateway();
    let small = small_gateway();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&silent.url]), Credentials::None);
    wait_for_requests(&silent, 1);
    let generation = poller.handle.connect(profile(&[&small.url]), Credentials::None);
    let status = poller.wait_for("the second gateway read", is_waiting);
    assert_eq!((status.generation, sessions(&status)), (generation, Some(1)));
    assert_eq!(closed.recv_timeout(TIMEOUT), Ok(()));
}

#[test]
fn rejected_login_is_sent_again_only_by_a_manual_refresh() {
    let gateway = rejecting_gateway();
    let mut poller = TestPoller::new();
    poller.handle.set_interval(Some(SHORT));
    poller.handle.connect(profile(&[&gateway.url]), basic("wrong"));
    let status = poller.wait_for("the rejection", |status| status.nodes[0].error.is_some());
    assert_eq!(status.activity, Activity::Waiting { next_read_at: None });
    assert_eq!(session_requests(&gateway), 1);
    poller.handle.refresh_now();
    poller.wait_for("another rejection", |_| session_requests(&gateway) == 2);
}

#[test]
fn disconnecting_cancels_the_read_and_ends_the_status() {
    let (silent, closed) = silent_gateway();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&silent.url]), Credentials::None);
    wait_for_requests(&silent, 1);
    poller.handle.disconnect();
    assert!(poller.handle.status().is_none());
    assert_eq!(closed.recv_timeout(TIMEOUT), Ok(()));
    // The poller still works with another gateway.
    let small = small_gateway();
    poller.handle.connect(profile(&[&small.url]), Credentials::None);
    let status = poller.wait_for("the other gateway read", |status| status.dataset.is_some());
    assert_eq!((status.nodes.len(), sessions(&status)), (1, Some(1)));
}

#[test]
fn reads_at_the_interval_and_without_one_only_manually() {
    let gateway = good_gateway();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&gateway.url]), Credentials::None);
    let mut last = poller.wait_for("the first read", is_waiting);
    assert_eq!(last.activity, Activity::Waiting { next_read_at: None });
    poller.handle.set_interval(Some(SHORT));
    for _ in 0..3 {
        let before = last.updated_at;
        last = poller.wait_for("a later read", |status| status.updated_at > before);
    }
    poller.handle.set_interval(None);
    poller.wait_for("no next read", |status| status.activity == Activity::Waiting { next_read_at: None });
}

#[test]
fn dropping_the_handle_stops_the_thread_during_a_read() {
    let (silent, closed) = silent_gateway();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&silent.url]), Credentials::None);
    wait_for_requests(&silent, 1);
    let TestPoller { handle, notifications } = poller;
    drop(handle);
    let deadline = Instant::now() + TIMEOUT;
    // The thread owns the sender of notifications.
    while notifications.recv_timeout(deadline.saturating_duration_since(Instant::now()))
        != Err(RecvTimeoutError::Disconnected)
    {
        assert!(Instant::now() < deadline, "the thread still runs");
    }
    assert_eq!(closed.recv_timeout(TIMEOUT), Ok(()));
}

#[test]
fn rejected_password_is_sent_to_three_nodes_only() {
    let rejecting: Vec<FakeGateway> = (0..12).map(|_| rejecting_gateway()).collect();
    let urls: Vec<&str> = rejecting.iter().map(|gateway| gateway.url.as_str()).collect();
    let mut poller = TestPoller::new();
    poller.handle.set_interval(Some(SHORT));
    poller.handle.connect(profile(&urls), basic("wrong"));
    let status = poller
        .wait_for("an error of each node", |status| status.nodes.iter().all(|node| node.error.is_some()));
    let attempts = || rejecting.iter().map(session_requests).sum::<usize>();
    assert_eq!(attempts(), 3);
    let skipped = status.nodes.iter().filter(|node| node.error == Some(GatewayError::LoginNotTried)).count();
    assert_eq!(skipped, 12 - 3);
    // Not even a manual refresh sends it again.
    poller.handle.refresh_now();
    poller.wait_for("the end of all reads of the refresh", |status| {
        status.nodes.iter().all(|node| node.error == Some(GatewayError::LoginNotTried))
    });
    assert_eq!(attempts(), 3);
}

#[test]
fn password_goes_to_one_node_first() {
    let (respond_first, gate) = sync_channel::<()>(1);
    let gate = Mutex::new(gate);
    let (sent, attempts) = sync_channel::<()>(10);
    let gateway = move |request: &Request, stream: &mut TcpStream| {
        let response = if request.path().ends_with("gwinfo") {
            ok("ContextStatus=RUNNING;Version=8.1.0")
        } else {
            sent.send(()).unwrap();
            let _ended = gate.lock().unwrap().recv();
            ok(&webdev_json(&PLANT[..1]))
        };
        // The read may have been cancelled.
        let _gone = stream.write_all(&response);
    };
    let gateway = Arc::new(gateway);
    let nodes: Vec<FakeGateway> = (0..4)
        .map(|_| {
            let gateway = gateway.clone();
            FakeGateway::new(move |request, stream| gateway(request, stream))
        })
        .collect();
    let urls: Vec<&str> = nodes.iter().map(|node| node.url.as_str()).collect();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&urls), basic("secret"));
    attempts.recv_timeout(TIMEOUT).unwrap();
    // The health of all nodes is known, so the others wait for the first one.
    for node in &nodes {
        wait_for_requests(node, 1);
    }
    assert_eq!(nodes.iter().map(session_requests).sum::<usize>(), 1);
    drop(respond_first);
    poller.wait_for("all nodes", |status| sessions(status) == Some(4));
}

#[test]
fn accepted_password_is_sent_to_all_nodes_despite_unreachable_ones() {
    let unreachable: Vec<String> = (0..5).map(|_| format!("http://{}", unused_address())).collect();
    let good: Vec<FakeGateway> = (0..6).map(|_| small_gateway()).collect();
    let urls = unreachable.iter().map(String::as_str).chain(good.iter().map(|gateway| gateway.url.as_str()));
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&urls.collect::<Vec<&str>>()), basic("secret"));
    let status = poller.wait_for("all good nodes", |status| sessions(status) == Some(6));
    assert!(status.nodes[..5].iter().all(|node| matches!(node.error, Some(GatewayError::Connect { .. }))));
}

#[test]
fn unreachable_nodes_do_not_block_one_that_accepts_the_password() {
    let unreachable: Vec<String> = (0..40).map(|_| format!("http://{}", unused_address())).collect();
    let good = small_gateway();
    let urls: Vec<&str> = unreachable.iter().map(String::as_str).chain([good.url.as_str()]).collect();
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&urls), basic("secret"));
    poller.wait_for("the good node", |status| status.dataset.is_some());
}
