//! Machines that sleep and wake, and clocks that somebody sets: the timers stand still meanwhile, the clock on the wall does
//! not.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use gatewatch::gateway::{Credentials, GatewayError, Limits};
use gatewatch::poll::{Activity, GatewayStatus};

use super::{FaultyGateway, bytes, error, good, way};
use crate::support::poll::{TestPoller, profile};
use crate::support::{FakeGateway, PLANT, Request, answer, read};

const HOUR: i64 = 3_600;

/// A clock on the wall that tests set.
#[derive(Clone, Default)]
struct Wall(Arc<AtomicI64>);

impl Wall {
    fn set_forth(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn poller(&self, limits: Limits) -> TestPoller {
        let ahead = self.0.clone();
        TestPoller::with_clock(limits, move || {
            let seconds = ahead.load(Ordering::SeqCst);
            let by = Duration::from_secs(seconds.unsigned_abs());
            if seconds < 0 { SystemTime::now() - by } else { SystemTime::now() + by }
        })
    }
}

fn is_waiting(news: &GatewayStatus) -> bool {
    matches!(news.activity, Activity::Waiting { .. })
}

fn reads(gateway: &FakeGateway) -> usize {
    gateway.paths().iter().filter(|path| path.ends_with("sessions")).count()
}

#[test]
fn after_waking_a_node_that_is_due_by_the_clock_on_the_wall_is_read_at_once_and_once() {
    let (evil, wall) = (FaultyGateway::new(), Wall::default());
    let mut poller = wall.poller(Limits::default());
    poller.handle.set_interval(Some(Duration::from_hours(1)));
    poller.handle.connect(profile(&[&evil.gateway.url]), Credentials::None);
    let first = poller.wait_for("the first read", |news| news.dataset.is_some());
    // A nap within the interval changes nothing.
    wall.set_forth(HOUR / 2);
    poller.wait_for("the nap noticed", is_waiting);
    assert_eq!(reads(&evil.gateway), 1);

    wall.set_forth(HOUR / 2);
    let second = poller.wait_for("the read after waking", |news| news.updated_at > first.updated_at);
    assert_eq!(reads(&evil.gateway), 2);
    // The next one is an hour from now.
    let next = second.nodes[0].next_read_at.unwrap().duration_since(SystemTime::now()).unwrap();
    assert!(next > Duration::from_secs(5_000) && next < Duration::from_secs(8_000), "{next:?}");
}

#[test]
fn after_waking_a_long_pause_after_failures_is_over() {
    let (evil, wall) = (FaultyGateway::of(bytes(super::status("402 Payment Required", ""))), Wall::default());
    let mut poller = wall.poller(Limits::default());
    poller.handle.connect(profile(&[&evil.gateway.url]), Credentials::None);
    for failures in 1..8 {
        // Each wakes it for the next try; the pauses would be minutes by now.
        poller.wait_for("one more failure", |news| {
            error(news).is_some() && news.nodes[0].next_read_at.is_some()
        });
        assert!(reads(&evil.gateway) >= failures);
        wall.set_forth(60);
    }
    evil.turn(good());
    wall.set_forth(60);
    poller.wait_for("all well", |news| error(news).is_none() && news.dataset.is_some());
}

#[test]
fn a_login_that_was_refused_is_not_tried_again_for_waking() {
    let (evil, wall) = (FaultyGateway::of(bytes(super::status("401 Unauthorized", ""))), Wall::default());
    let mut poller = wall.poller(Limits::default());
    poller.handle.set_interval(Some(Duration::from_mins(1)));
    let login = Credentials::Basic { user: "billy".to_owned(), password: "wrong".to_owned() };
    poller.handle.connect(profile(&[&evil.gateway.url]), login);
    poller.wait_for("the refusal", |news| error(news).is_some());
    // Something is to be waited for, so that the clocks are looked at: nothing is, here. So waking comes with a wish.
    wall.set_forth(HOUR);
    poller.handle.set_interval(Some(Duration::from_mins(2)));
    poller.wait_for("the waking noticed", is_waiting);
    assert_eq!(reads(&evil.gateway), 1);
}

/// Keeps connections open. The first one is dead after one answer each of who it is and of the sessions.
fn dies_in_its_sleep() -> (FakeGateway, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        let mut request = Some(request.clone());
        let mut answers = 0;
        while let Some(asked) = request {
            if is_first && answers == 2 {
                // Nobody hears it any more, and nobody says so.
                while read(stream).is_some() {}
                return;
            }
            answers += 1;
            if !keep_open(&asked, stream) {
                return;
            }
            request = read(stream);
        }
    });
    (gateway, connections)
}

fn keep_open(request: &Request, stream: &mut TcpStream) -> bool {
    let body = if request.path().ends_with("gwinfo") {
        "ContextStatus=RUNNING;Version=8.1.44".to_owned()
    } else {
        answer(&PLANT)
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).is_ok()
}

#[test]
fn after_waking_no_connection_from_before_is_used() {
    let ((gateway, connections), wall) = (dies_in_its_sleep(), Wall::default());
    let mut poller = wall.poller(Limits::default());
    poller.handle.connect(profile(&[&gateway.url]), Credentials::None);
    let first = poller.wait_for("the first read", |news| news.dataset.is_some());
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    wall.set_forth(HOUR);
    poller.handle.refresh_now();
    let second =
        poller.wait_for("the next read", |news| news.updated_at > first.updated_at || error(news).is_some());
    assert_eq!(error(&second), None);
}

#[test]
fn a_read_that_the_machine_fell_asleep_over_is_begun_anew() {
    // Whoever comes first is heard and never answered.
    let asked = AtomicUsize::new(0);
    let good = good();
    let evil = FaultyGateway::of(way(move |request, stream| {
        if asked.fetch_add(1, Ordering::SeqCst) == 0 {
            while read(stream).is_some() {}
        } else {
            good(request, stream);
        }
    }));
    let wall = Wall::default();
    let limits = Limits { total_timeout: Duration::from_hours(1), ..Limits::default() };
    let mut poller = wall.poller(limits);
    poller.handle.connect(profile(&[&evil.gateway.url]), Credentials::None);
    poller.wait_for("the read begun", |news| news.activity == Activity::Reading);
    while evil.gateway.requests().is_empty() {
        std::thread::yield_now();
    }
    wall.set_forth(HOUR);
    poller.wait_for("the answer after waking", |news| news.dataset.is_some());
    assert_eq!(reads(&evil.gateway), 1);
}

#[test]
fn a_clock_that_is_set_back_neither_hurries_nor_delays_and_takes_the_times_along() {
    let (evil, wall) = (FaultyGateway::new(), Wall::default());
    let mut poller = wall.poller(Limits::default());
    poller.handle.set_interval(Some(Duration::from_hours(1)));
    poller.handle.connect(profile(&[&evil.gateway.url]), Credentials::None);
    let first = poller.wait_for("the first read", |news| news.dataset.is_some() && is_waiting(news));
    wall.set_forth(-2 * HOUR);
    let after = poller.wait_for("the clock noticed", |news| news.updated_at < first.updated_at);
    let back = |before: Option<SystemTime>, after: Option<SystemTime>| {
        before.unwrap().duration_since(after.unwrap()).unwrap().as_secs().abs_diff(7_200) < 2
    };
    assert!(
        back(first.updated_at, after.updated_at)
            && back(first.nodes[0].next_read_at, after.nodes[0].next_read_at)
    );
    assert!(Arc::ptr_eq(first.dataset.as_ref().unwrap(), after.dataset.as_ref().unwrap()));
    assert_eq!(reads(&evil.gateway), 1);
    // The gateway's clock has not changed, so it is ahead by so much more.
    let ahead = after.clock_offset_ms.unwrap() - first.clock_offset_ms.unwrap();
    assert!(ahead.abs_diff(7_200_000) < 2_000, "{ahead}");
}

#[test]
fn connections_that_die_unheard_cost_the_time_limit_once() {
    // Four connections are open after the first read of the lists, and then none of them is heard any more.
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let is_of_the_first = counted.fetch_add(1, Ordering::SeqCst) < 3;
        let mut request = Some(request.clone());
        let mut answers = 0;
        while let Some(asked) = request {
            let is_dead = is_of_the_first && asked.path().ends_with("gwinfo") && answers > 0;
            if is_dead {
                while read(stream).is_some() {}
                return;
            }
            answers += 1;
            let body = if asked.path().ends_with("gwinfo") {
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
    poller.handle.connect(profile(&[&gateway.url]), Credentials::Token("a:b".to_owned()));
    let first = poller.wait_for("the first read", |news| news.dataset.is_some());
    poller.handle.refresh_now();
    let silent = poller.wait_for("the silence", |news| error(news).is_some());
    assert_eq!(error(&silent), Some(&GatewayError::Timeout { seconds: 5.0 }));
    let failures = std::cell::Cell::new(0);
    poller.wait_for("all well", |news| {
        failures.set(failures.get() + usize::from(error(news).is_some()));
        error(news).is_none() && news.updated_at > first.updated_at
    });
    assert_eq!(failures.get(), 0);
}
