//! The watch over real sockets: several nodes, changed minds, and an end without waiting.

use std::io::Write as _;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::poll::{PATIENCE, Watch, profile};
use crate::support::{FakeGateway, PLANT, answer, nobody, ok, status};
use gatewatch::gateway::{Credentials, GatewayError};
use gatewatch::poll::{Activity, GatewayStatus};

fn waiting(news: &GatewayStatus) -> bool {
    matches!(news.activity, Activity::Waiting { .. })
}

#[test]
fn one_node_down_hides_no_other_and_is_named() {
    let good = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT)));
    let bad = FakeGateway::gateway("8.1.0", status("402 Payment Required", ""));
    let mut watch = Watch::new();
    watch.watcher.connect(profile(&[&good.url, &bad.url, &good.url]), Credentials::None);
    let news = watch.until("all nodes read", waiting);
    assert_eq!(news.table.as_ref().unwrap().len(), 2 * PLANT.len());
    let errors: Vec<Option<GatewayError>> = news.nodes.iter().map(|node| node.error.clone()).collect();
    assert_eq!(errors, [None, Some(GatewayError::Unlicensed), None]);
    assert_eq!(news.nodes[1].url.to_string(), bad.url);
}

/// A gateway that answers who it is only when it is let to.
fn slow_gateway() -> (FakeGateway, std::sync::mpsc::Sender<()>) {
    let (let_go, held) = channel::<()>();
    let held = Mutex::new(held);
    let gateway = FakeGateway::new(move |request, stream| {
        let body = if request.path().ends_with("gwinfo") {
            // Without anybody left to let it go, it goes.
            let _ended = held.lock().unwrap().recv();
            "ContextStatus=RUNNING;Version=8.1.0".to_owned()
        } else {
            answer(&PLANT)
        };
        // The watch may have turned to another gateway.
        let _gone = stream.write_all(&ok(&body));
    });
    (gateway, let_go)
}

#[test]
fn a_read_under_way_is_never_doubled() {
    let (gateway, let_go) = slow_gateway();
    let mut watch = Watch::new();
    watch.watcher.connect(profile(&[&gateway.url]), Credentials::None);
    watch.until("the first read begun", |news| news.activity == Activity::Reading);
    for _ in 0..5 {
        watch.watcher.refresh();
    }
    let_go.send(()).unwrap();
    watch.until("the first read ended", waiting);
    assert_eq!(gateway.paths().iter().filter(|path| path.ends_with("sessions")).count(), 1);
}

#[test]
fn a_slow_node_holds_up_no_other() {
    let (slow, let_go) = slow_gateway();
    let quick = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT[..1])));
    let mut watch = Watch::new();
    watch.watcher.every(Some(Duration::from_millis(1)));
    watch.watcher.connect(profile(&[&slow.url, &quick.url]), Credentials::None);
    let news = watch.until("the quick node's rows", |news| news.table.is_some());
    let table = news.table.clone().unwrap();
    assert_eq!(table.len(), 1);
    // Which node they are from is said although the other has not spoken yet.
    assert!(table.column(&"gateway".into()).is_some());
    let before = news.nodes[1].as_of;
    watch.until("the quick node read again", |news| news.nodes[1].as_of > before);
    assert!(slow.requests().len() <= 1);
    let_go.send(()).unwrap();
    watch.until("both nodes' rows", |news| news.table.as_ref().is_some_and(|table| table.len() == 7));
}

#[test]
fn sessions_that_are_still_the_same_are_the_very_same_table() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT)));
    let mut watch = Watch::new();
    watch.watcher.connect(profile(&[&gateway.url]), Credentials::None);
    let first = watch.until("the first read", |news| news.table.is_some());
    watch.watcher.refresh();
    let second = watch.until("the second read", |news| news.as_of > first.as_of);
    assert!(Arc::ptr_eq(first.table.as_ref().unwrap(), second.table.as_ref().unwrap()));
}

#[test]
fn a_gateway_that_says_nothing_new_wakes_nobody_unless_it_was_asked_to() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT)));
    let mut watch = Watch::new();
    watch.watcher.connect(profile(&[&gateway.url]), Credentials::None);
    let mut last = watch.until("the first read", |news| news.table.is_some() && waiting(news));
    watch.watcher.every(Some(Duration::from_millis(1)));
    let wait_for_requests = |count: usize| {
        let end = Instant::now() + PATIENCE;
        while gateway.requests().len() < count {
            assert!(Instant::now() < end, "never {count} requests");
            std::thread::yield_now();
        }
    };
    // The first read is seen a moment before its wake; both are over once others follow.
    wait_for_requests(10);
    while watch.wakes.try_recv().is_ok() {}
    wait_for_requests(30);
    watch.watcher.every(None);
    let news = watch.watcher.news().expect("it is known all the same how old the table is");
    assert!(news.as_of > last.as_of);
    assert!(watch.wakes.try_recv().is_err(), "nothing has changed");
    last = news;
    watch.watcher.refresh();
    assert!(watch.wakes.recv_timeout(crate::support::poll::PATIENCE).is_ok(), "somebody waits for this one");
    watch.until("a later read", |news| news.as_of > last.as_of);
}

#[test]
fn another_gateway_ends_the_read_of_the_first() {
    let (slow, _never) = slow_gateway();
    let quick = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT[..1])));
    let mut watch = Watch::new();
    watch.watcher.connect(profile(&[&slow.url]), Credentials::None);
    watch.until("the first read begun", |news| news.activity == Activity::Reading);
    let generation = watch.watcher.connect(profile(&[&quick.url]), Credentials::None);
    let news = watch.until("the second read", waiting);
    assert_eq!((news.generation, news.table.as_ref().unwrap().len()), (generation, 1));
}

#[test]
fn a_login_that_was_refused_is_not_tried_again_by_itself() {
    let gateway = FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""));
    let mut watch = Watch::new();
    watch.watcher.every(Some(Duration::from_millis(1)));
    let wrong = Credentials::Basic { user: "billy".to_owned(), password: "wrong".to_owned() };
    watch.watcher.connect(profile(&[&gateway.url]), wrong);
    let news = watch.until("the refusal", |news| news.nodes[0].error.is_some());
    assert_eq!(news.activity, Activity::Waiting { next: None });
    let before = gateway.requests().len();
    watch.watcher.refresh();
    watch.until("another refusal, as told", |_| gateway.requests().len() > before);
}

#[test]
fn a_gateway_that_is_left_is_heard_of_no_more() {
    let (slow, let_go) = slow_gateway();
    let mut watch = Watch::new();
    watch.watcher.every(Some(Duration::from_millis(1)));
    watch.watcher.connect(profile(&[&slow.url]), Credentials::None);
    watch.until("the read begun", |news| news.activity == Activity::Reading);
    watch.watcher.leave();
    let_go.send(()).unwrap();
    assert!(watch.watcher.news().is_none());
    // And another one is watched as ever.
    let quick = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT[..1])));
    watch.watcher.connect(profile(&[&quick.url]), Credentials::None);
    let news = watch.until("the other one read", |news| news.table.is_some());
    assert_eq!((news.nodes.len(), news.table.as_ref().unwrap().len()), (1, 1));
}

#[test]
fn an_interval_reads_again_and_none_reads_only_when_told() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT)));
    let mut watch = Watch::new();
    watch.watcher.connect(profile(&[&gateway.url]), Credentials::None);
    let news = watch.until("the first read", waiting);
    assert_eq!(news.activity, Activity::Waiting { next: None });
    watch.watcher.every(Some(Duration::from_millis(1)));
    for _ in 0..3 {
        let before = news.as_of;
        watch.until("a later read", |news| news.as_of > before);
    }
    watch.watcher.every(None);
    watch.until("no more reads", |news| news.activity == Activity::Waiting { next: None });
}

#[test]
fn dropping_the_watch_ends_it_in_the_middle_of_a_read() {
    let (gateway, _never) = slow_gateway();
    let mut watch = Watch::new();
    watch.watcher.connect(profile(&[&gateway.url]), Credentials::None);
    watch.until("the read begun", |news| news.activity == Activity::Reading);
    let Watch { watcher, wakes } = watch;
    drop(watcher);
    let end = Instant::now() + PATIENCE;
    // The thread owns the sender; when it is gone, so is the thread.
    while wakes.recv_timeout(end.saturating_duration_since(Instant::now()))
        != Err(RecvTimeoutError::Disconnected)
    {
        assert!(Instant::now() < end, "the thread lives on");
    }
}

#[test]
fn a_password_that_opens_nothing_is_tried_on_a_few_nodes_only() {
    let refusing: Vec<FakeGateway> =
        (0..12).map(|_| FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""))).collect();
    let urls: Vec<&str> = refusing.iter().map(|gateway| gateway.url.as_str()).collect();
    let mut watch = Watch::new();
    watch.watcher.every(Some(Duration::from_millis(1)));
    let wrong = Credentials::Basic { user: "billy".to_owned(), password: "wrong".to_owned() };
    watch.watcher.connect(profile(&urls), wrong);
    let news = watch.until("all told", |news| news.nodes.iter().all(|node| node.error.is_some()));
    let tries =
        || refusing.iter().flat_map(FakeGateway::paths).filter(|path| path.ends_with("sessions")).count();
    assert_eq!(tries(), 3);
    let spared = news.nodes.iter().filter(|node| node.error == Some(GatewayError::LoginNotTried)).count();
    assert_eq!(spared, 12 - 3);
    // Told to, it tries once more, as carefully.
    watch.watcher.refresh();
    watch.until("tried again", |_| tries() == 6);
}

#[test]
fn a_password_that_opens_one_node_is_tried_on_all_and_a_dead_one_holds_up_none() {
    let dead: Vec<String> = (0..5).map(|_| format!("http://{}", nobody())).collect();
    let good: Vec<FakeGateway> =
        (0..6).map(|_| FakeGateway::gateway("8.1.0", ok(&answer(&PLANT[..1])))).collect();
    let urls: Vec<&str> =
        dead.iter().map(String::as_str).chain(good.iter().map(|gateway| gateway.url.as_str())).collect();
    let mut watch = Watch::new();
    let billy = Credentials::Basic { user: "billy".to_owned(), password: "secret".to_owned() };
    watch.watcher.connect(profile(&urls), billy);
    let news = watch.until("all good ones", |news| news.table.as_ref().is_some_and(|table| table.len() == 6));
    assert!(news.nodes[..5].iter().all(|node| node.error == Some(GatewayError::Refused)));
}

#[test]
fn dead_nodes_do_not_stand_before_the_one_that_takes_the_password() {
    let dead: Vec<String> = (0..40).map(|_| format!("http://{}", nobody())).collect();
    let good = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT[..1])));
    let urls: Vec<&str> = dead.iter().map(String::as_str).chain([good.url.as_str()]).collect();
    let mut watch = Watch::new();
    let billy = Credentials::Basic { user: "billy".to_owned(), password: "secret".to_owned() };
    watch.watcher.connect(profile(&urls), billy);
    watch.until("the good one", |news| news.table.is_some());
}
