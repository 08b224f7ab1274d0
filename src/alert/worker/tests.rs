//! Tests of the thread.

use std::path::Path;

use super::*;
use crate::alert::observation::{List, Outcome};
use crate::alert::testing::list;
use crate::gateway::GatewayError;
use crate::poll::ReadOutcome;

const TIMEOUT: Duration = Duration::from_mins(1);

fn rule() -> Rule {
    Rule::new("Down".to_owned(), Condition::Unreachable)
}

/// A failed read of a node.
fn failure(host: &str) -> NodeUpdate {
    NodeUpdate {
        gateway: host.into(),
        url: format!("http://{host}:8088").parse().unwrap(),
        is_recorded: true,
        time: SystemTime::now(),
        interval: Some(Duration::from_secs(5)),
        outcome: ReadOutcome::Failed(GatewayError::Timeout { seconds: 10.0 }),
    }
}

fn outlet(channel: Channel) -> (Outlet, Receiver<Vec<Alert>>) {
    let (sender, receiver) = sync_channel(100);
    (Outlet::new(channel, sender), receiver)
}

fn options(folder: &Path, rules: Vec<Rule>, outlets: Vec<Outlet>) -> AlertOptions {
    AlertOptions { rules, gateways: None, folder: Some(folder.to_owned()), outlets }
}

/// Returns the number of alerts of each delivery.
fn delivered(receiver: &Receiver<Vec<Alert>>) -> Vec<usize> {
    receiver.try_iter().map(|alerts| alerts.len()).collect()
}

#[test]
fn one_of_several_processes_sends_an_alert() {
    let folder = tempfile::tempdir().unwrap();
    let channels = [Channel::Command, Channel::Desktop, Channel::Log, Channel::History];
    let rule = || {
        let command = Some(crate::alert::CommandLine { program: "true".into(), arguments: Vec::new() });
        Rule { command, ..rule() }
    };
    let (mut running, mut received) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let (outlets, receivers): (Vec<_>, Vec<_>) = channels.map(outlet).into_iter().unzip();
        running.push(Alerts::spawn(options(folder.path(), vec![rule()], outlets), || ()).unwrap());
        received.push(receivers);
    }
    for alerts in &running {
        alerts.observer()(&failure("north"));
    }
    drop(running);
    for (index, channel) in channels.into_iter().enumerate() {
        let all: usize = received.iter().map(|receivers| delivered(&receivers[index]).len()).sum();
        assert_eq!(all, 1, "{channel:?}");
    }
    // A process that starts later knows that it was sent.
    let (outlet, log) = outlet(Channel::Log);
    let alerts = Alerts::spawn(options(folder.path(), vec![rule()], vec![outlet]), || ()).unwrap();
    alerts.observer()(&failure("north"));
    drop(alerts);
    assert_eq!(delivered(&log), [0; 0]);
}

#[test]
fn publishes_states_that_hold_and_takes_other_rules() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, changes) = sync_channel(100);
    let notify = move || {
        let _gone = sender.send(());
    };
    let alerts = Alerts::spawn(options(folder.path(), Vec::new(), Vec::new()), notify).unwrap();
    alerts.set_gateways(vec![("north".to_owned(), vec!["http://north:8088".into()])]);
    alerts.set_rules(vec![rule()]);
    let mut observe = alerts.observer();
    observe(&failure("north"));
    changes.recv_timeout(TIMEOUT).unwrap();
    let active = alerts.active();
    assert_eq!((active.len(), &*active[0].rule.name, &*active[0].incident.gateway), (1, "Down", "north"));
    alerts.set_rules(Vec::new());
    changes.recv_timeout(TIMEOUT).unwrap();
    assert_eq!(alerts.active().len(), 0);
    assert!(alerts.is_alive());
}

#[test]
fn end_sends_what_is_held_for_a_summary() {
    let folder = tempfile::tempdir().unwrap();
    let ((log, logged), (desktop, notified)) = (outlet(Channel::Log), outlet(Channel::Desktop));
    let rules = ["A", "B"].map(|name| Rule { name: name.to_owned(), ..rule() });
    let alerts = Alerts::spawn(options(folder.path(), rules.to_vec(), vec![log, desktop]), || ()).unwrap();
    let mut observe = alerts.observer();
    for index in 0..20 {
        observe(&failure(&format!("n{index}")));
    }
    drop(alerts);
    let sent: Vec<Alert> = logged.try_iter().flatten().collect();
    let (singles, summaries): (Vec<_>, Vec<_>) = sent.iter().partition(|alert| !alert.is_summary());
    let all: usize = sent.iter().map(|alert| alert.incidents.len()).sum();
    assert_eq!(all, 40);
    // Unless the machine is so slow that five seconds pass: three of each rule, then a summary.
    assert!(singles.len() >= 6 && !summaries.is_empty() || sent.len() > 8, "{sent:?}");
    assert_eq!(delivered(&notified).iter().sum::<usize>(), sent.len());
}

#[test]
fn many_notifications_are_delivered_together() {
    let folder = tempfile::tempdir().unwrap();
    let (desktop, notified) = outlet(Channel::Desktop);
    let rules = ["A", "B"].map(|name| Rule { name: name.to_owned(), ..rule() });
    let options = options(folder.path(), rules.to_vec(), vec![desktop]);
    let notify = || ();
    let mut thread = Thread::new(options, Arc::default(), &notify);
    let time = now();
    let mut alerts = Vec::new();
    for host in ["north", "south", "west"] {
        alerts.extend(thread.engine.observe(Observation { time, ..Observation::from(&failure(host)) }));
    }
    thread.send_out(alerts);
    assert_eq!(delivered(&notified), [1, 1, 1]);
    for (outlet, gather) in &mut thread.outlets {
        deliver(outlet, &gather.flush_all());
    }
    assert_eq!(delivered(&notified), [3]);
}

#[test]
fn outage_is_sent_when_it_has_lasted_for_long_enough_without_another_read() {
    let folder = tempfile::tempdir().unwrap();
    let (log, logged) = outlet(Channel::Log);
    let rules = vec![Rule { hold: Duration::from_millis(1_500), ..rule() }];
    let alerts = Alerts::spawn(options(folder.path(), rules, vec![log]), || ()).unwrap();
    let failure = failure("north");
    alerts.observer()(&failure);
    let sent = logged.recv_timeout(TIMEOUT).unwrap();
    assert!(sent[0].time >= epoch_ms(failure.time) + 1_500, "{sent:?}");
    drop(alerts);
    assert_eq!(delivered(&logged), [0; 0]);
}

#[test]
fn quiet_and_unwanted_alerts_are_only_listed() {
    let folder = tempfile::tempdir().unwrap();
    let always = crate::alert::Hours::parse("00:00-24:00", "UTC".parse().unwrap()).unwrap();
    let rules =
        vec![Rule { quiet: vec![always], ..rule() }, Rule { name: "B".to_owned(), notify: false, ..rule() }];
    let channels = [Channel::History, Channel::Log, Channel::Desktop, Channel::Command].map(outlet);
    let (outlets, receivers): (Vec<_>, Vec<_>) = channels.into_iter().unzip();
    let alerts = Alerts::spawn(options(folder.path(), rules, outlets), || ()).unwrap();
    alerts.observer()(&failure("north"));
    drop(alerts);
    let counts: Vec<usize> = receivers.iter().map(|receiver| delivered(receiver).len()).collect();
    assert_eq!(counts, [2, 0, 0, 0]);
}

#[test]
fn lists_what_other_processes_have_sent() {
    let folder = tempfile::tempdir().unwrap();
    let running: Vec<_> = ["a", "b"]
        .map(|own| {
            let (list, listed) = outlet(Channel::List);
            let (sender, changes) = sync_channel(100);
            let notify = move || {
                let _gone = sender.send(());
            };
            let alerts = Alerts::spawn(options(folder.path(), vec![rule()], vec![list]), notify).unwrap();
            // It has read what is saved.
            alerts.observer()(&failure(own));
            changes.recv_timeout(TIMEOUT).unwrap();
            (alerts, listed)
        })
        .into();
    for (alerts, listed) in running {
        alerts.observer()(&failure("north"));
        drop(alerts);
        assert_eq!(delivered(&listed), [1, 1]);
    }
}

#[test]
fn owner_does_not_wait_while_a_delivery_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let (release, released) = sync_channel::<()>(0);
    let hang = move |_: &[Alert]| {
        let _end = released.recv();
    };
    let outlets = vec![Outlet::new(Channel::Log, hang)];
    let alerts = Alerts::spawn(options(folder.path(), vec![rule()], outlets), || ()).unwrap();
    let alerts = alerts.with_end_timeout(Duration::ZERO);
    let mut observe = alerts.observer();
    for _ in 0..=MAX_WAITING {
        observe(&failure("north"));
    }
    alerts.set_rules(Vec::new());
    alerts.set_gateways(Vec::new());
    drop(alerts);
    drop(release);
}

#[test]
fn what_could_not_be_saved_is_saved_later() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(crate::alert::ALERTS_FILE);
    std::fs::create_dir(&file).unwrap();
    let notify = || ();
    let mut thread = Thread::new(options(folder.path(), vec![rule()], Vec::new()), Arc::default(), &notify);
    thread.engine.observe((&failure("north")).into());
    thread.saved_at -= 2 * SAVE_INTERVAL;
    thread.check();
    std::fs::remove_dir(&file).unwrap();
    thread.check();
    assert!(!file.exists(), "it is tried again after a time");
    thread.saved_at -= 2 * SAVE_INTERVAL;
    thread.check();
    assert!(std::fs::read_to_string(&file).unwrap().contains("http://north:8088"));
}

const SECOND: i64 = 1_000;

fn watched(hosts: &[&str]) -> Gateways {
    hosts.iter().map(|host| ((*host).to_owned(), vec![format!("http://{host}:8088").into()])).collect()
}

/// Returns a thread that isn't started, with a rule without a cooldown.
fn thread<'a>(folder: &Path, notify: &'a fn()) -> Thread<'a, fn()> {
    let rules = vec![Rule { cooldown: Duration::ZERO, ..rule() }];
    let gateways = Some(watched(&["north"]));
    Thread::new(AlertOptions { gateways, ..options(folder, rules, Vec::new()) }, Arc::default(), notify)
}

impl Thread<'_, fn()> {
    /// Observes a node that can or can't be read. Returns the number of alerts.
    fn read(&mut self, host: &str, time: i64, is_reachable: bool) -> usize {
        let mut observation = Observation::from(&failure(host));
        observation.time = time;
        if is_reachable {
            observation.outcome = Outcome::List(List {
                sessions: list(&[]),
                missing_kinds: Vec::new(),
                clock_offset: 0,
                certificate_end: None,
                changes: None,
            });
        }
        self.engine.observe(observation).len()
    }
}

#[test]
fn gateway_that_is_not_watched_any_more_is_left_to_other_processes() {
    let folder = tempfile::tempdir().unwrap();
    let notify: fn() = || ();
    let [mut window, mut service] = [0, 1].map(|_| thread(folder.path(), &notify));
    let start = now();
    for thread in [&mut window, &mut service] {
        assert_eq!(thread.read("north", start, false), 1);
    }
    window.watch(watched(&["south"]));
    assert_eq!(service.read("north", start + 5 * SECOND, true), 1);
    service.save(&[]);
    assert_eq!(window.read("south", start + 6 * SECOND, false), 1);
    window.save(&[]);
    let saved = std::fs::read_to_string(folder.path().join(crate::alert::ALERTS_FILE)).unwrap();
    assert!(saved.contains("http://south:8088") && !saved.contains("http://north:8088"), "{saved}");
    // What the other process has saved counts when it is watched again.
    window.watch(watched(&["north", "south"]));
    assert_eq!(window.engine.active().len(), 1);
    assert_eq!(window.read("north", start + 9 * 3_600 * SECOND, true), 0);
}

#[test]
fn gateway_that_is_watched_again_fires_once() {
    let folder = tempfile::tempdir().unwrap();
    let notify: fn() = || ();
    let mut window = thread(folder.path(), &notify);
    let start = now();
    assert_eq!(window.read("north", start, false), 1);
    // It wasn't time to save it.
    window.watch(watched(&["south"]));
    assert_eq!(window.engine.active().len(), 0);
    window.watch(watched(&["north"]));
    assert_eq!(window.engine.active().len(), 1);
    assert_eq!(window.read("north", start + 60 * SECOND, false), 0);
    assert_eq!(window.read("north", start + 65 * SECOND, true), 1);
    // Also where the file can't be used.
    let file = folder.path().join(crate::alert::ALERTS_FILE);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert_eq!(window.read("north", start + 70 * SECOND, false), 1);
    window.watch(watched(&["south"]));
    window.watch(watched(&["north"]));
    assert_eq!(window.read("north", start + 75 * SECOND, false), 0);
}
