//! Observers of polling: the update about each read, over real sockets.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, SystemTime};

use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Client, Credentials, Limits, Profile};
use gatewatch::poll::{
    Access, BackgroundGateway, BackgroundPoller, Clocks, ListUpdate, NodeUpdate, Observer, Poller,
    ReadOutcome,
};

use crate::support::poll::{TIMEOUT, profile};
use crate::support::{FakeGateway, PLANT, ok, unused_address, webdev_json};

/// An interval that never ends in a test.
const LONG: Duration = Duration::from_hours(1);

/// Returns an observer and what it receives.
fn observer() -> (Option<Observer>, Receiver<NodeUpdate>) {
    let (sender, updates) = sync_channel(1_000);
    let observer = move |update| {
        // The test may have ended.
        let _ended = sender.send(update);
    };
    (Some(Box::new(observer)), updates)
}

fn next(updates: &Receiver<NodeUpdate>) -> NodeUpdate {
    updates.recv_timeout(TIMEOUT).unwrap()
}

fn next_list(updates: &Receiver<NodeUpdate>) -> ListUpdate {
    match next(updates).outcome {
        ReadOutcome::List(list) => list,
        ReadOutcome::Failed(error) => panic!("{error}"),
    }
}

/// Starts a gateway that lists one session more at each of the first reads.
fn growing() -> FakeGateway {
    let reads = AtomicUsize::new(0);
    FakeGateway::new(move |request, stream| {
        let response = if request.path().ends_with("sessions") {
            let count = 1 + reads.fetch_add(1, Ordering::SeqCst);
            ok(&webdev_json(&PLANT[..count.min(PLANT.len())]))
        } else {
            ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.0")
        };
        // The client may have closed the connection.
        let _closed = stream.write_all(&response);
    })
}

#[test]
fn observer_receives_each_read_and_a_suspend_is_a_gap() {
    let (gateway, offset) = (growing(), Arc::<AtomicU64>::default());
    let (observer, updates) = observer();
    let seconds = offset.clone();
    let clock = move || SystemTime::now() + Duration::from_secs(seconds.load(Ordering::SeqCst));
    let client = Client::new(Limits::default());
    let clocks = Clocks::new(clock, Duration::from_millis(20));
    let mut poller = Poller::spawn_with_clocks(clocks, client, observer, || ()).unwrap();
    poller.set_interval(Some(LONG));
    poller.connect(profile(&[&gateway.url]), Credentials::None);

    let first = next(&updates);
    assert_eq!((&*first.gateway, first.url.to_string()), ("Plant", gateway.url.clone()));
    assert_eq!(first.interval, Some(LONG));
    let ReadOutcome::List(first) = first.outcome else { panic!("not read") };
    assert!(first.previous.is_none() && first.list.len() == 1);

    poller.refresh_now();
    let second = next_list(&updates);
    let previous = second.previous.unwrap();
    assert_eq!((&previous.changes.arrived[..], &previous.changes.left[..]), (&[1][..], &[][..]));
    assert!(Arc::ptr_eq(&previous.list, &first.list) && previous.is_continuous);

    offset.store(LONG.as_secs(), Ordering::SeqCst);
    let previous = next_list(&updates).previous.unwrap();
    assert!(Arc::ptr_eq(&previous.list, &second.list) && !previous.is_continuous);

    // Another connection begins with a baseline.
    poller.connect(profile(&[&gateway.url]), Credentials::None);
    assert!(next_list(&updates).previous.is_none());
}

#[test]
fn observer_of_many_gateways_receives_lists_and_failures() {
    let plants: Vec<FakeGateway> =
        (0..20).map(|_| FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT)))).collect();
    let unused = format!("http://{}", unused_address());
    let (observer, updates) = observer();
    let mut poller = BackgroundPoller::spawn(Client::new(Limits::default()), observer, || ()).unwrap();
    let urls: Vec<&str> = plants.iter().map(|plant| plant.url.as_str()).chain([unused.as_str()]).collect();
    let gateway = |url: &&str| BackgroundGateway {
        profile: Profile::from_address(url).unwrap(),
        access: Access::Sessions(Credentials::None),
        interval: Some(Duration::from_millis(50)),
        last: None,
    };
    poller.set_gateways(urls.iter().map(gateway).collect());
    let (mut read_twice, mut has_failed) = (BTreeSet::new(), false);
    while read_twice.len() < plants.len() || !has_failed {
        let NodeUpdate { gateway, outcome, .. } = next(&updates);
        match outcome {
            ReadOutcome::List(ListUpdate { list, previous: Some(previous), .. }) => {
                // Unchanged lists are one.
                assert!(Arc::ptr_eq(&list, &previous.list) && previous.changes.is_empty());
                read_twice.insert(gateway);
            }
            ReadOutcome::List(_) => {}
            ReadOutcome::Failed(_) => {
                assert_eq!(*gateway, unused);
                has_failed = true;
            }
        }
    }
}

#[test]
fn history_of_a_gateway_in_the_background_is_switched_off_and_on() {
    let plant = FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT)));
    let (observer, updates) = observer();
    let mut poller = BackgroundPoller::spawn(Client::new(Limits::default()), observer, || ()).unwrap();
    let mut profile = Profile::from_address(&plant.url).unwrap();
    for is_recorded in [true, false, true] {
        profile.history = is_recorded;
        poller.set_gateways(vec![BackgroundGateway {
            profile: profile.clone(),
            access: Access::Sessions(Credentials::None),
            interval: Some(Duration::from_millis(50)),
            last: None,
        }]);
        // Reads before the change may come first.
        while next(&updates).is_recorded != is_recorded {}
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "nothing can listen at a reserved address there")]
fn restart_of_the_demo_gateway_is_recognized() {
    let listen = unused_address().to_string();
    // With the same seed, the sessions would have begun at nearly the same times.
    let start = |seed: u64| {
        let options = Options { listen: listen.clone(), seed, still: true, ..Options::in_process() };
        DemoGateway::start(options).unwrap()
    };
    let demo = start(1);
    let (observer, updates) = observer();
    let client = Client::new(Limits::default());
    let mut poller = Poller::spawn(client, observer, || ()).unwrap();
    poller.connect(profile(&[demo.url()]), Credentials::None);
    assert!(next_list(&updates).previous.is_none());
    drop(demo);
    poller.refresh_now();
    // A read before the end may have succeeded.
    while !matches!(next(&updates).outcome, ReadOutcome::Failed(_)) {}
    let _demo = start(2);
    poller.refresh_now();
    let list = loop {
        // A read before the start may have failed.
        if let ReadOutcome::List(list) = next(&updates).outcome {
            break list;
        }
    };
    assert!(list.previous.unwrap().restarted_at.is_some());
}
