//! Reading of many gateways in the background over real sockets.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::support::poll::{TIMEOUT, notify, wait_for};
use crate::support::wait::until;
use crate::support::{FakeGateway, PLANT, ok, read, status, unused_address, webdev_json};
use gatewatch::dataset::{Cell, names};
use gatewatch::gateway::{Client, Credentials, GatewayError, Limits, Profile};
use gatewatch::poll::{
    Access, BackgroundGateway, BackgroundPoller, BackgroundStatus, GatewayStatus, MAX_READS,
};

/// An interval that is over at once.
const SHORT: Option<Duration> = Some(Duration::from_millis(1));
/// An interval that never ends in a test.
const LONG: Option<Duration> = Some(Duration::from_hours(1));

struct TestBackground {
    handle: BackgroundPoller,
    notifications: Receiver<()>,
}

impl TestBackground {
    fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    fn with_limits(limits: Limits) -> Self {
        let (sender, notifications) = sync_channel(10_000);
        let handle = BackgroundPoller::spawn(Client::new(limits), None, notify(sender)).unwrap();
        Self { handle, notifications }
    }

    fn wait_for(&mut self, what: &str, matches: impl Fn(&BackgroundStatus) -> bool) -> Arc<BackgroundStatus> {
        wait_for(what, &self.notifications, || self.handle.status(), matches)
    }
}

fn gateway(name: &str, url: &str, access: Access, interval: Option<Duration>) -> BackgroundGateway {
    let profile = Profile::from_address(url).unwrap().with_name(name);
    BackgroundGateway { profile, access, interval, last: None }
}

fn openly() -> Access {
    Access::Sessions(Credentials::None)
}

fn with_password() -> Access {
    Access::Sessions(Credentials::basic("billy", "wrong").unwrap())
}

fn plant(sessions: usize) -> FakeGateway {
    FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT[..sessions])))
}

fn rejecting() -> FakeGateway {
    FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""))
}

fn session_requests(gateway: &FakeGateway) -> usize {
    gateway.paths().iter().filter(|path| path.ends_with("sessions")).count()
}

fn sessions(status: &GatewayStatus) -> Option<usize> {
    status.dataset.as_ref().map(|dataset| dataset.len())
}

fn error(status: &GatewayStatus) -> Option<GatewayError> {
    status.nodes[0].error.clone()
}

fn are_all_read(status: &BackgroundStatus) -> bool {
    status.gateways.iter().all(|(_, status)| status.nodes.iter().all(|node| !node.is_unread()))
}

fn wait_until(what: &str, is_true: impl Fn() -> bool) {
    until(what, || is_true().then_some(()));
}

#[test]
fn reads_each_gateway_again_and_again_and_an_error_hides_no_other() {
    let (north, south) = (plant(2), plant(3));
    let unused = format!("http://{}", unused_address());
    let mut background = TestBackground::new();
    background.handle.set_gateways(vec![
        gateway("North", &north.url, openly(), SHORT),
        gateway("West", &unused, openly(), SHORT),
        gateway("South", &south.url, openly(), SHORT),
    ]);
    let status =
        background.wait_for("all gateways", |status| status.gateways.len() == 3 && are_all_read(status));
    let names: Vec<_> = status.gateways.iter().map(|(name, status)| (&**name, sessions(status))).collect();
    assert_eq!(names, [("North", Some(2)), ("West", None), ("South", Some(3))]);
    assert!(matches!(error(&status.gateways[1].1), Some(GatewayError::Connect { .. })));
    assert!(status.combined.is_none());
    wait_until("further reads", || session_requests(&north) > 3 && session_requests(&south) > 3);
}

#[test]
fn removed_gateway_is_not_read_any_more() {
    let (closed, ended) = sync_channel::<()>(1);
    let silent = FakeGateway::new(move |_, stream| {
        while read(stream).is_some() {}
        let _ended = closed.send(());
    });
    let north = plant(1);
    let mut background = TestBackground::new();
    let kept = gateway("North", &north.url, openly(), SHORT);
    background.handle.set_gateways(vec![kept.clone(), gateway("South", &silent.url, openly(), SHORT)]);
    wait_until("the read of South", || !silent.requests().is_empty());
    background.handle.set_gateways(vec![kept]);
    // The read in progress is cancelled.
    ended.recv_timeout(TIMEOUT).unwrap();
    let status = background.wait_for("the other", |status| status.gateways.len() == 1);
    assert_eq!(status.gateways[0].0, "North");
    let before = session_requests(&north);
    wait_until("further reads of North", || session_requests(&north) > before + 3);
    assert_eq!(silent.requests().len(), 1);
}

#[test]
fn gateway_that_stays_is_not_read_again_at_once() {
    let (north, south) = (plant(1), plant(1));
    let mut background = TestBackground::new();
    let kept = gateway("North", &north.url, openly(), LONG);
    background.handle.set_gateways(vec![kept.clone()]);
    background.wait_for("North", are_all_read);
    let south_of = |interval| gateway("South", &south.url, openly(), interval);
    background.handle.set_gateways(vec![south_of(LONG), kept.clone()]);
    let status = background.wait_for("South", |status| status.gateways.len() == 2 && are_all_read(status));
    assert_eq!(sessions(&status.gateways[1].1), Some(1));
    assert_eq!(session_requests(&north), 1);
    // Without an interval it isn't read at all.
    let unread = gateway("West", &south.url, openly(), None);
    background.handle.set_gateways(vec![unread, south_of(SHORT), kept]);
    wait_until("further reads of South", || session_requests(&south) > 4);
    let status = background.wait_for("a status", |status| status.gateways.len() == 3);
    assert!(status.gateways[0].1.nodes[0].is_unread());
}

#[test]
fn without_login_only_the_health_is_read() {
    let (north, unused) = (plant(1), format!("http://{}", unused_address()));
    let mut background = TestBackground::new();
    background.handle.set_gateways(vec![
        gateway("North", &north.url, Access::Health, SHORT),
        gateway("South", &unused, Access::Health, SHORT),
    ]);
    let status = background.wait_for("both", |status| status.gateways.len() == 2 && are_all_read(status));
    assert_eq!(error(&status.gateways[0].1), Some(GatewayError::Unauthorized { tried: false }));
    assert!(matches!(error(&status.gateways[1].1), Some(GatewayError::Connect { .. })));
    wait_until("further reads", || north.requests().len() > 3);
    assert_eq!(session_requests(&north), 0);
}

#[test]
fn gateway_that_requires_a_login_is_only_asked_for_its_health() {
    let north = rejecting();
    let mut background = TestBackground::new();
    background.handle.set_gateways(vec![gateway("North", &north.url, openly(), SHORT)]);
    background.wait_for("the refusal", |status| {
        status
            .gateways
            .first()
            .is_some_and(|(_, status)| error(status) == Some(GatewayError::Unauthorized { tried: false }))
    });
    wait_until("further reads", || north.requests().len() > 5);
    assert_eq!(session_requests(&north), 1);
}

#[test]
fn login_that_was_rejected_is_tried_again_after_the_gateway_could_not_be_reached() {
    // Rejects, then isn't ready, then accepts.
    let phase = Arc::new(AtomicUsize::new(0));
    let current = phase.clone();
    let north = FakeGateway::new(move |request, stream| {
        let response = match (current.load(Ordering::SeqCst), request.path().ends_with("sessions")) {
            (1, _) => status("503 Service Unavailable", ""),
            (0, true) => status("401 Unauthorized", ""),
            (_, true) => ok(&webdev_json(&PLANT[..2])),
            (_, false) => ok("ContextStatus=RUNNING;Version=8.1.0"),
        };
        let _closed = stream.write_all(&response);
    });
    let mut background = TestBackground::new();
    background.handle.set_gateways(vec![gateway("North", &north.url, with_password(), SHORT)]);
    background.wait_for("the rejection", |status| {
        status.gateways.first().is_some_and(|(_, status)| error(status).is_some())
    });
    let logins =
        || north.requests().iter().filter(|request| request.header("authorization").is_some()).count();
    wait_until("further reads", || north.requests().len() > 10);
    let rejected = logins();
    phase.store(2, Ordering::SeqCst);
    let requests = north.requests().len();
    wait_until("further reads", || north.requests().len() > requests + 10);
    assert_eq!(logins(), rejected, "it stays as it is");
    phase.store(1, Ordering::SeqCst);
    let requests = north.requests().len();
    wait_until("failures", || north.requests().len() > requests + 3);
    phase.store(2, Ordering::SeqCst);
    background.wait_for("the sessions", |status| sessions(&status.gateways[0].1) == Some(2));
}

#[test]
fn password_that_gateways_reject_is_sent_to_three_of_them() {
    let gateways: Vec<FakeGateway> = (0..8).map(|_| rejecting()).collect();
    let all = gateways.iter().enumerate();
    let all = all.map(|(number, node)| gateway(&format!("G{number}"), &node.url, with_password(), SHORT));
    let mut background = TestBackground::new();
    background.handle.set_gateways(all.collect());
    background.wait_for("all gateways", |status| status.gateways.len() == 8 && are_all_read(status));
    for node in &gateways {
        wait_until("reads of the health", || node.requests().len() > 4);
    }
    // Not even a manual refresh sends it again.
    background.handle.refresh_now();
    for node in &gateways {
        let before = node.requests().len();
        wait_until("reads after the refresh", || node.requests().len() > before + 2);
    }
    assert_eq!(gateways.iter().map(session_requests).sum::<usize>(), 3);
}

/// Gateways that hold their responses, and the number of requests in flight.
#[derive(Default)]
struct Held {
    in_flight: AtomicUsize,
    max_in_flight: AtomicUsize,
    is_open: Mutex<bool>,
    opened: Condvar,
}

#[test]
fn reads_a_limited_number_of_nodes_at_a_time() {
    let held = Arc::<Held>::default();
    let gateways: Vec<FakeGateway> = (0..MAX_READS + 8)
        .map(|_| {
            let held = held.clone();
            FakeGateway::new(move |_, stream| {
                let in_flight = held.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
                held.max_in_flight.fetch_max(in_flight, Ordering::SeqCst);
                let open = held.is_open.lock().unwrap();
                drop(held.opened.wait_while(open, |is_open| !*is_open).unwrap());
                // Another one would be in flight at the same time.
                std::thread::sleep(Duration::from_millis(50));
                held.in_flight.fetch_sub(1, Ordering::SeqCst);
                let _closed = stream.write_all(&ok(&webdev_json(&PLANT[..1])));
            })
        })
        .collect();
    let all = gateways.iter().enumerate();
    let all = all.map(|(number, node)| gateway(&format!("G{number}"), &node.url, openly(), LONG));
    // None times out while its response is held.
    let hour = Duration::from_hours(1);
    let limits = Limits { total_timeout: hour, connect_timeout: hour, ..Limits::default() };
    let mut background = TestBackground::with_limits(limits);
    background.handle.set_combined(true);
    background.handle.set_gateways(all.collect());
    // All are due at once.
    background.handle.refresh_now();
    let max_in_flight = || held.max_in_flight.load(Ordering::SeqCst);
    wait_until("the first reads", || max_in_flight() >= MAX_READS);
    *held.is_open.lock().unwrap() = true;
    held.opened.notify_all();
    background
        .wait_for("all gateways", |status| status.gateways.len() == gateways.len() && are_all_read(status));
    assert_eq!(max_in_flight(), MAX_READS);
}

#[test]
fn first_reads_are_spread_over_time() {
    let gateways: Vec<FakeGateway> = (0..4).map(|_| plant(1)).collect();
    let all = gateways.iter().enumerate();
    let all = all.map(|(number, node)| gateway(&format!("G{number}"), &node.url, openly(), LONG));
    let mut background = TestBackground::new();
    let start = Instant::now();
    background.handle.set_gateways(all.collect());
    wait_until("the last gateway", || !gateways[3].requests().is_empty());
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
}

#[test]
fn combines_gateways_and_names_their_nodes_as_their_rows() {
    let (a, b, south) = (plant(1), plant(1), plant(2));
    let unused = format!("http://{}", unused_address());
    let nodes = [&a.url, &b.url].map(|url| url.parse().unwrap()).to_vec();
    let mut north = gateway("North", &a.url, openly(), None);
    north.profile = Profile::new("North".to_owned(), nodes).unwrap();
    let mut background = TestBackground::new();
    background.handle.set_gateways(vec![
        north,
        gateway("West", &unused, openly(), None),
        gateway("South", &south.url, openly(), None),
    ]);
    // Gateways without an interval are read once.
    background.handle.set_combined(true);
    let status = background.wait_for("all gateways", |status| {
        let sessions = status.combined.as_ref().and_then(|status| sessions(status));
        sessions == Some(4) && are_all_read(status)
    });
    let combined = status.combined.as_ref().unwrap();
    let dataset = combined.dataset.as_ref().unwrap();
    let column = dataset.column(&names::GATEWAY.into()).unwrap();
    for row in 0..dataset.len() {
        let Cell::Text(name) = column.cell(row) else { panic!("row {row} has no gateway") };
        let node: Vec<_> = combined.nodes.iter().filter(|node| node.name.as_deref() == Some(name)).collect();
        assert_eq!(node.len(), 1, "{name}");
        let gateway = node[0].gateway.as_deref();
        assert_eq!(gateway, Some(if row < 2 { "North" } else { "South" }));
    }
    // The fake nodes have one name, so their addresses distinguish them.
    let b = combined.nodes[1].name.as_deref().unwrap();
    assert_eq!(b, format!("North / {}", combined.nodes[1].url.authority()));
    assert!(combined.nodes[2].error.is_some() && combined.nodes[3].error.is_none());
}

#[test]
fn combined_status_shows_the_last_table_until_a_gateway_is_read() {
    let north = plant(3);
    let mut background = TestBackground::new();
    background.handle.set_gateways(vec![gateway("North", &north.url, openly(), LONG)]);
    let status = background.wait_for("North", are_all_read_and_some);
    let unused = format!("http://{}", unused_address());
    let mut moved = gateway("North", &unused, openly(), LONG);
    moved.last = Some(status.gateways[0].1.clone());
    background.handle.set_gateways(vec![moved]);
    background.handle.set_combined(true);
    let status =
        background.wait_for("the failure", |status| are_all_read(status) && status.combined.is_some());
    let combined = status.combined.as_ref().unwrap();
    assert_eq!(sessions(combined), Some(3));
    assert_eq!(combined.updated_at, status.combined.as_ref().unwrap().nodes[0].updated_at);
}

fn are_all_read_and_some(status: &BackgroundStatus) -> bool {
    !status.gateways.is_empty() && are_all_read(status)
}

#[test]
fn hidden_window_reads_once_a_minute_at_most() {
    let north = plant(1);
    let mut background = TestBackground::new();
    background.handle.set_gateways(vec![gateway("North", &north.url, openly(), SHORT)]);
    wait_until("several reads", || session_requests(&north) > 3);
    background.handle.set_hidden(true);
    let status = background.wait_for("a long pause", |status| {
        let next = status.gateways.first().and_then(|(_, status)| status.nodes[0].next_read_at);
        next.is_some_and(|next| {
            next.duration_since(std::time::SystemTime::now()).is_ok_and(|left| left > Duration::from_secs(30))
        })
    });
    drop(status);
    let before = session_requests(&north);
    background.handle.set_hidden(false);
    wait_until("further reads", || session_requests(&north) > before + 3);
}
