//! Machines that sleep and resume, and clocks that are set: timers stop during sleep, the wall clock doesn't.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use gatewatch::gateway::{Credentials, GatewayError, Limits};
use gatewatch::poll::{Activity, GatewayStatus};

use super::{FaultyGateway, bytes, error, healthy, mode};
use crate::support::poll::{TestPoller, profile};
use crate::support::wait::until;
use crate::support::{FakeGateway, PLANT, Request, read, webdev_json};

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// A wall clock that tests can set: its offset in seconds.
#[derive(Clone, Default)]
struct WallClock(Arc<AtomicI64>);

impl WallClock {
    fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn poller(&self, limits: Limits) -> TestPoller {
        let offset = self.0.clone();
        TestPoller::with_clock(limits, move || {
            let seconds = offset.load(Ordering::SeqCst);
            let offset = Duration::from_secs(seconds.unsigned_abs());
            if seconds < 0 { SystemTime::now() - offset } else { SystemTime::now() + offset }
        })
    }
}

fn is_waiting(status: &GatewayStatus) -> bool {
    matches!(status.activity, Activity::Waiting { .. })
}

/// Returns how often the sessions were requested.
fn session_requests(gateway: &FakeGateway) -> usize {
    gateway.paths().iter().filter(|path| path.ends_with("sessions")).count()
}

#[test]
fn reads_due_node_once_after_resume() {
    let (faulty, clock) = (FaultyGateway::new(), WallClock::default());
    let mut poller = clock.poller(Limits::default());
    poller.handle.set_interval(Some(Duration::from_hours(1)));
    poller.handle.connect(profile(&[&faulty.gateway.url]), Credentials::None);
    let first = poller.wait_for("the first read", |status| status.dataset.is_some());
    // Sleep within the interval causes no read.
    clock.advance(HOUR / 2);
    poller.wait_for("the resume", is_waiting);
    assert_eq!(session_requests(&faulty.gateway), 1);

    clock.advance(HOUR / 2);
    let second = poller.wait_for("the read after the resume", |status| status.updated_at > first.updated_at);
    assert_eq!(session_requests(&faulty.gateway), 2);
    // The next read is an hour from now.
    let next = second.nodes[0].next_read_at.unwrap().duration_since(SystemTime::now()).unwrap();
    assert!(next > Duration::from_secs(5_000) && next < Duration::from_secs(8_000), "{next:?}");
}

#[test]
fn ends_backoff_after_resume() {
    let (faulty, clock) =
        (FaultyGateway::with_mode(bytes(super::status("402 Payment Required", ""))), WallClock::default());
    let mut poller = clock.poller(Limits::default());
    poller.handle.connect(profile(&[&faulty.gateway.url]), Credentials::None);
    for failures in 1..8 {
        // Each advance ends a backoff that would take minutes.
        poller.wait_for("one more failure", |status| {
            error(status).is_some() && status.nodes[0].next_read_at.is_some()
        });
        assert!(session_requests(&faulty.gateway) >= failures);
        clock.advance(60);
    }
    faulty.set_mode(healthy());
    clock.advance(60);
    poller.wait_for("the recovery", |status| error(status).is_none() && status.dataset.is_some());
}

#[test]
fn resume_does_not_retry_a_rejected_login() {
    let (faulty, clock) =
        (FaultyGateway::with_mode(bytes(super::status("401 Unauthorized", ""))), WallClock::default());
    let mut poller = clock.poller(Limits::default());
    poller.handle.set_interval(Some(Duration::from_mins(1)));
    let login = Credentials::basic("billy", "wrong").unwrap();
    poller.handle.connect(profile(&[&faulty.gateway.url]), login);
    poller.wait_for("the rejection", |status| error(status).is_some());
    // No read is scheduled, so the clocks are only checked with the next request: a new interval.
    clock.advance(HOUR);
    poller.handle.set_interval(Some(Duration::from_mins(2)));
    poller.wait_for("the resume", is_waiting);
    assert_eq!(session_requests(&faulty.gateway), 1);
}

/// A gateway that keeps connections open. The first one is dead after one response each of health page and sessions.
fn gateway_with_dead_connection() -> (FakeGateway, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        let mut request = Some(request.clone());
        let mut responses = 0;
        while let Some(current) = request {
            if is_first && responses == 2 {
                // The connection stays open without a response.
                while read(stream).is_some() {}
                return;
            }
            responses += 1;
            if !respond(&current, stream) {
                return;
            }
            request = read(stream);
        }
    });
    (gateway, connections)
}

/// Sends a response that leaves the connection open; returns `false` if the client has closed it.
fn respond(request: &Request, stream: &mut TcpStream) -> bool {
    let body = if request.path().ends_with("gwinfo") {
        "ContextStatus=RUNNING;Version=8.1.44".to_owned()
    } else {
        webdev_json(&PLANT)
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).is_ok()
}

#[test]
fn uses_new_connections_after_resume() {
    let ((gateway, connections), clock) = (gateway_with_dead_connection(), WallClock::default());
    let mut poller = clock.poller(Limits::default());
    poller.handle.connect(profile(&[&gateway.url]), Credentials::None);
    let first = poller.wait_for("the first read", |status| status.dataset.is_some());
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    clock.advance(HOUR);
    poller.handle.refresh_now();
    let second = poller
        .wait_for("the next read", |status| status.updated_at > first.updated_at || error(status).is_some());
    assert_eq!(error(&second), None);
}

#[test]
fn restarts_read_that_was_interrupted_by_sleep() {
    // The first request gets no response.
    let requests = AtomicUsize::new(0);
    let healthy = healthy();
    let faulty = FaultyGateway::with_mode(mode(move |request, stream| {
        if requests.fetch_add(1, Ordering::SeqCst) == 0 {
            while read(stream).is_some() {}
        } else {
            healthy(request, stream);
        }
    }));
    let clock = WallClock::default();
    let limits = Limits { total_timeout: Duration::from_hours(1), ..Limits::default() };
    let mut poller = clock.poller(limits);
    poller.handle.connect(profile(&[&faulty.gateway.url]), Credentials::None);
    poller.wait_for("the first read", |status| status.activity == Activity::Reading);
    until("the first request", || (!faulty.gateway.requests().is_empty()).then_some(()));
    clock.advance(HOUR);
    poller.wait_for("the read after the resume", |status| status.dataset.is_some());
    assert_eq!(session_requests(&faulty.gateway), 1);
}

#[test]
fn shifts_times_when_the_clock_is_set_back() {
    let (faulty, clock) = (FaultyGateway::new(), WallClock::default());
    let mut poller = clock.poller(Limits::default());
    poller.handle.set_interval(Some(Duration::from_hours(1)));
    poller.handle.connect(profile(&[&faulty.gateway.url]), Credentials::None);
    let first = poller.wait_for("the first read", |status| status.dataset.is_some() && is_waiting(status));
    clock.advance(-2 * HOUR);
    let after = poller.wait_for("the new time", |status| status.updated_at < first.updated_at);
    let is_shifted = |before: Option<SystemTime>, after: Option<SystemTime>| {
        before.unwrap().duration_since(after.unwrap()).unwrap().as_secs().abs_diff(7_200) < 2
    };
    assert!(
        is_shifted(first.updated_at, after.updated_at)
            && is_shifted(first.nodes[0].next_read_at, after.nodes[0].next_read_at)
    );
    assert!(Arc::ptr_eq(first.dataset.as_ref().unwrap(), after.dataset.as_ref().unwrap()));
    assert_eq!(session_requests(&faulty.gateway), 1);
    // The gateway's clock hasn't changed, so its offset has grown.
    let offset = after.nodes[0].clock_offset_ms.unwrap() - first.nodes[0].clock_offset_ms.unwrap();
    assert!(offset.abs_diff(7_200_000) < 2_000, "{offset}");
}

#[test]
fn dead_connections_cost_one_timeout() {
    // The connections that the first read leaves open are dead at the second.
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let is_first_read = counted.fetch_add(1, Ordering::SeqCst) < 3;
        let mut request = Some(request.clone());
        let mut responses = 0;
        while let Some(current) = request {
            let is_dead = is_first_read && current.path().ends_with("gwinfo") && responses > 0;
            if is_dead {
                while read(stream).is_some() {}
                return;
            }
            responses += 1;
            let body = if current.path().ends_with("gwinfo") {
                "ContextStatus=RUNNING;Version=8.3.4"
            } else {
                r#"{"items":[{"id":"A","user":"billy"}]}"#
            };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            if stream.write_all(head.as_bytes()).is_err() {
                return;
            }
            request = read(stream);
        }
    });
    let limits = Limits { total_timeout: Duration::from_secs(5), ..Limits::default() };
    let mut poller = TestPoller::with_limits(limits);
    poller.handle.connect(profile(&[&gateway.url]), Credentials::token("a:b").unwrap());
    let first = poller.wait_for("the first read", |status| status.dataset.is_some());
    poller.handle.refresh_now();
    let failed = poller.wait_for("the timeout", |status| error(status).is_some());
    assert_eq!(error(&failed), Some(&GatewayError::Timeout { seconds: 5.0 }));
    let failures = std::cell::Cell::new(0);
    poller.wait_for("the recovery", |status| {
        // A read in progress keeps the last error.
        let has_failed = error(status).is_some() && status.nodes[0].next_read_at.is_some();
        failures.set(failures.get() + usize::from(has_failed));
        error(status).is_none() && status.updated_at > first.updated_at
    });
    assert_eq!(failures.get(), 0);
}
