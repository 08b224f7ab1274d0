//! Recording of what a poller reads, over real sockets.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, UNIX_EPOCH};

use gatewatch::gateway::{Api, Client, Credentials, Limits, SessionKind};
use gatewatch::history::{History, Location, Recorder, SessionState, StoredSessions};
use gatewatch::poll::{NodeUpdate, Poller};

use crate::support::poll::{TIMEOUT, profile};
use crate::support::{FakeGateway, ok, status};

/// An interval that never ends in a test.
const LONG: Duration = Duration::from_hours(1);

fn states(stored: &StoredSessions) -> Vec<(&str, SessionState)> {
    let sessions = stored.sessions.iter();
    let mut states: Vec<_> = sessions
        .map(|stored| (stored.session.client_id.as_deref().unwrap_or_default(), stored.state))
        .collect();
    states.sort();
    states
}

#[test]
fn a_list_that_fails_is_a_gap_of_its_kind() {
    let (fails, has_left) = (Arc::new(AtomicBool::default()), Arc::new(AtomicBool::default()));
    let (list_fails, session_has_left) = (fails.clone(), has_left.clone());
    let gateway = FakeGateway::new(move |request, stream| {
        let list = |items: &str| {
            ok(&format!(r#"{{"items":[{items}],"metadata":{{"limit":-1,"offset":0}},"metrics":{{}}}}"#))
        };
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            "/data/perspective/api/v1/sessions/" if list_fails.load(Ordering::SeqCst) => {
                status("500 Server Error", "")
            }
            "/data/perspective/api/v1/sessions/" if session_has_left.load(Ordering::SeqCst) => {
                list(r#"{"id":"P"}"#)
            }
            "/data/perspective/api/v1/sessions/" => list(r#"{"id":"P"},{"id":"Q"}"#),
            "/data/vision/api/v1/clients" => list(r#"{"id":"V"}"#),
            _ => list(""),
        };
        let _closed = stream.write_all(&response);
    });
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("history.db"));
    let recorder = Recorder::spawn(location.clone(), None, |_| ()).unwrap();
    let (sender, times) = sync_channel(10);
    let mut observe = recorder.observer();
    let observer = Box::new(move |update: NodeUpdate| {
        observe(&update);
        sender.send(update.time).unwrap();
    });
    let mut poller = Poller::spawn(Client::new(Limits::default()), Some(observer), || ()).unwrap();
    poller.set_interval(Some(LONG));
    let mut profile = profile(&[&gateway.url]);
    profile.api = Some(Api::Rest);
    poller.connect(profile, Credentials::token("reader:k3y:2").unwrap());
    let time = || {
        let time = times.recv_timeout(TIMEOUT).unwrap().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(time.as_millis()).unwrap()
    };
    let first = time();
    fails.store(true, Ordering::SeqCst);
    poller.refresh_now();
    let partial = time();
    fails.store(false, Ordering::SeqCst);
    has_left.store(true, Ordering::SeqCst);
    poller.refresh_now();
    let last = time();
    drop(poller);
    drop(recorder);

    let mut history = History::open_read_only(&location).unwrap();
    let stored = history.at(partial, None).unwrap();
    assert_eq!(
        states(&stored),
        [("P", SessionState::Proved), ("Q", SessionState::Possible), ("V", SessionState::Seen)]
    );
    let node = &stored.nodes[0];
    let (kind, gaps) = &node.unwatched_kinds[0];
    assert_eq!((&node.unwatched[..], *kind), (&[][..], SessionKind::Perspective));
    assert_eq!((gaps[0].from, gaps[0].to), (first, last));
    let stored = history.between(first, last, None).unwrap();
    assert_eq!(
        states(&stored),
        [("P", SessionState::Unknown), ("Q", SessionState::LeftBetween), ("V", SessionState::Unknown)]
    );
    assert_eq!(stored.nodes[0].unwatched_kinds, node.unwatched_kinds);
    assert_eq!(history.check().unwrap(), [""; 0]);
}
