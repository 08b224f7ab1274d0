//! Tests of events, with the lists of real trackers.

use proptest::prelude::*;

use super::*;
use crate::dataset::Value;
use crate::gateway::{Api, NodeSnapshot, Notice};
use crate::poll::list_tracker::ListTracker;
use crate::poll::test_lists::{self, any_session, list, session};

/// A session as tests write it.
type TestSession = test_lists::Session;

/// A node whose clock is an hour ahead, and the events of its reads.
struct Node {
    url: NodeUrl,
    tracker: ListTracker,
}

const OFFSET_MS: i64 = 3_600_000;

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn timeout() -> GatewayError {
    GatewayError::Timeout { seconds: 10.0 }
}

impl Node {
    fn new(host: &str) -> Self {
        Self { url: format!("http://{host}:8088").parse().unwrap(), tracker: ListTracker::default() }
    }

    fn update(&self, seconds: u64, outcome: ReadOutcome) -> NodeUpdate {
        let interval = Some(Duration::from_secs(5));
        NodeUpdate {
            gateway: "Plant".into(),
            url: self.url.clone(),
            is_recorded: false,
            time: time(seconds),
            interval,
            outcome,
        }
    }

    fn fail(&mut self, seconds: u64) -> NodeUpdate {
        self.fail_with(seconds, timeout())
    }

    fn fail_with(&mut self, seconds: u64, error: GatewayError) -> NodeUpdate {
        self.tracker.fail(&error, time(seconds));
        self.update(seconds, ReadOutcome::Failed(error))
    }

    fn read(&mut self, seconds: u64, sessions: &[TestSession]) -> NodeUpdate {
        self.read_without(seconds, sessions, None)
    }

    fn read_without(
        &mut self,
        seconds: u64,
        sessions: &[TestSession],
        missing: Option<SessionKind>,
    ) -> NodeUpdate {
        let notice = |kind| Notice::ListFailed { kind, error: timeout() };
        let snapshot = NodeSnapshot {
            info: None,
            api: Api::Rest,
            dataset: Arc::new(list(sessions)),
            notices: missing.into_iter().map(notice).collect(),
            received: time(seconds),
            now: None,
            certificate: None,
        };
        let list = self.tracker.accept(&snapshot, Some(Duration::from_secs(5)), Some(OFFSET_MS));
        self.update(seconds, ReadOutcome::List(list))
    }
}

/// Returns a session without a creation time.
fn timeless(username: &'static str) -> TestSession {
    session(username, Some(username), None)
}

/// Returns a session with a creation time by our clock, in seconds.
fn since(username: &'static str, seconds: i64) -> TestSession {
    session(username, Some(username), Some(seconds + OFFSET_MS / 1_000))
}

fn username(session: &Session) -> String {
    match session.cell(&ColumnId::Username) {
        Cell::Text(text) => text.to_owned(),
        _ => "?".to_owned(),
    }
}

/// Returns each event of an update in short.
fn short(events: &mut Events, update: &NodeUpdate) -> Vec<String> {
    let events = events.apply(update);
    assert!(events.iter().all(|event| event.time == update.time && event.node == update.url));
    let short = |event: Event| match event.kind {
        EventKind::Arrived(session) => format!("+{}", username(&session)),
        EventKind::Left(Departure { session, last_seen, duration, has_gap }) => {
            let last_seen = last_seen.duration_since(UNIX_EPOCH).unwrap().as_secs();
            let gap = if has_gap { " gap" } else { "" };
            format!("-{} {} s, seen {last_seen}{gap}", username(&session), duration.as_secs())
        }
        EventKind::Changed { before, after, fields } => {
            format!("{} -> {} {fields:?}", username(&before), username(&after))
        }
        EventKind::Unreachable(error) => error.to_string(),
        EventKind::Back { after } => format!("back {} s", after.as_secs()),
        EventKind::Restarted { since } => {
            format!("restarted {}", since.duration_since(UNIX_EPOCH).unwrap().as_secs())
        }
    };
    events.into_iter().map(short).collect()
}

#[test]
fn first_list_is_a_baseline_and_a_failure_no_departure() {
    let (mut events, mut node) = (Events::default(), Node::new("n"));
    assert_eq!(short(&mut events, &node.read(100, &[since("anna", 90)])), [""; 0]);
    assert_eq!(short(&mut events, &node.fail(105)), [timeout().to_string()]);
    assert_eq!(short(&mut events, &node.fail(110)), [""; 0]);
    assert_eq!(short(&mut events, &node.read(120, &[since("anna", 90)])), ["back 15 s"]);
    assert_eq!(short(&mut events, &node.read(125, &[since("anna", 90), since("billy", 123)])), ["+billy"]);
}

#[test]
fn node_that_is_unreachable_from_the_start_is_reported_once() {
    let (mut events, mut node) = (Events::default(), Node::new("n"));
    assert_eq!(short(&mut events, &node.fail(100)).len(), 1);
    assert_eq!(short(&mut events, &node.fail(105)).len(), 0);
    assert_eq!(short(&mut events, &node.read(110, &[since("anna", 90)])), ["back 10 s"]);
}

#[test]
fn duration_is_by_the_creation_time_or_since_first_seen() {
    let (mut events, mut node) = (Events::default(), Node::new("n"));
    events.apply(&node.read(100, &[since("anna", 40), timeless("billy")]));
    events.apply(&node.read(105, &[since("anna", 40), timeless("billy"), timeless("carl")]));
    let left = short(&mut events, &node.read(110, &[timeless("carl")]));
    assert_eq!(left, ["-anna 65 s, seen 105", "-billy 5 s, seen 105"]);
    assert_eq!(short(&mut events, &node.read(115, &[])), ["-carl 5 s, seen 110"]);
}

#[test]
fn departure_says_that_a_gap_lies_before_it() {
    let (mut events, mut node) = (Events::default(), Node::new("n"));
    events.apply(&node.read(100, &[since("anna", 90), since("billy", 90)]));
    events.apply(&node.fail(105));
    let after = short(&mut events, &node.read(200, &[since("anna", 90)]));
    assert_eq!(after, ["back 95 s", "-billy 10 s, seen 100 gap"]);
    assert_eq!(short(&mut events, &node.read(300, &[])), ["-anna 110 s, seen 200 gap"]);
}

#[test]
fn restart_comes_before_the_sessions_that_it_ended() {
    let (mut events, mut node) = (Events::default(), Node::new("n"));
    events.apply(&node.read(100, &[since("anna", 90)]));
    events.apply(&node.fail_with(105, GatewayError::NotRunning { state: "STARTING".to_owned() }));
    let after = short(&mut events, &node.read(130, &[since("billy", 125)]));
    assert_eq!(after, ["back 25 s", "restarted 105", "-anna 10 s, seen 100 gap", "+billy"]);
}

#[test]
fn session_that_moves_to_another_node_leaves_and_arrives() {
    let mut events = Events::default();
    let [mut north, mut south] = ["north", "south"].map(Node::new);
    let anna = [since("anna", 90)];
    events.apply(&north.read(100, &anna));
    events.apply(&south.read(101, &[]));
    assert_eq!(short(&mut events, &north.read(105, &[])), ["-anna 10 s, seen 100"]);
    assert_eq!(short(&mut events, &south.read(106, &anna)), ["+anna"]);
}

#[test]
fn newly_listed_kind_does_not_arrive() {
    let (mut events, mut node) = (Events::default(), Node::new("n"));
    let dora = (Some("dora"), None, None, None, Some("D"), None, Some("Perspective"));
    events.apply(&node.read_without(100, &[since("anna", 90)], Some(SessionKind::Perspective)));
    assert_eq!(short(&mut events, &node.read(110, &[since("anna", 90), dora])), [""; 0]);
    assert_eq!(short(&mut events, &node.read(115, &[since("anna", 90)])), ["-dora 0 s, seen 110"]);
}

#[test]
fn kind_is_the_gateways_or_found_by_other_columns() {
    let of = |is_designer, kind| (None, None, None, is_designer, None, None, kind);
    let all = [of(Some(true), Some("Perspective")), of(Some(true), None), of(None, None)];
    let list = Arc::new(list(&all));
    let kinds = [0, 1, 2].map(|row| Session::new(list.clone(), row).kind().map(str::to_owned));
    assert_eq!(kinds, [Some("Perspective".to_owned()), Some("Designer".to_owned()), None]);
}

/// A read of a random gateway.
#[derive(Clone, Debug)]
enum Step {
    List(Vec<TestSession>),
    Partial(Vec<TestSession>),
    Failure,
}

fn any_step() -> impl Strategy<Value = Step> {
    let sessions = || prop::collection::vec(any_session(), 0..8);
    prop_oneof![
        4 => sessions().prop_map(Step::List),
        2 => sessions().prop_map(Step::Partial),
        1 => Just(Step::Failure),
    ]
}

/// The cells of a session, with whether its creation time is known in place of the time.
fn cells(session: &Session) -> Vec<Value> {
    let columns = ColumnId::STANDARD.into_iter().chain([names::KIND.into()]);
    let cell = |column: ColumnId| match session.cell(&column) {
        Cell::Date(_) => Value::Boolean(true),
        cell => cell.into(),
    };
    columns.map(cell).collect()
}

fn remove(all: &mut Vec<Vec<Value>>, session: &Session) {
    let index = all.iter().position(|cells| *cells == self::cells(session));
    all.swap_remove(index.expect("what leaves or changes was there"));
}

proptest! {
    #[test]
    fn replaying_the_events_over_the_first_list_gives_the_last_one(
        steps in prop::collection::vec(any_step(), 1..8),
    ) {
        let (mut events, mut node) = (Events::default(), Node::new("n"));
        let mut replayed: Vec<Vec<Value>> = Vec::new();
        for (step, seconds) in steps.into_iter().zip((100..).step_by(5)) {
            let update = match step {
                Step::List(sessions) => node.read(seconds, &sessions),
                Step::Partial(mut sessions) => {
                    sessions.retain(|session| session.6 == Some("Vision"));
                    node.read_without(seconds, &sessions, Some(SessionKind::Designer))
                }
                Step::Failure => node.fail(seconds),
            };
            let kinds = events.apply(&update).into_iter().map(|event| event.kind);
            for kind in kinds {
                match kind {
                    EventKind::Arrived(session) => replayed.push(cells(&session)),
                    EventKind::Left(departure) => remove(&mut replayed, &departure.session),
                    EventKind::Changed { before, after, .. } => {
                        remove(&mut replayed, &before);
                        replayed.push(cells(&after));
                    }
                    EventKind::Unreachable(_) | EventKind::Back { .. } | EventKind::Restarted { .. } => {}
                }
            }
            let ReadOutcome::List(list) = update.outcome else { continue };
            let rows = 0..u32::try_from(list.list.len()).unwrap();
            let baseline = match &list.previous {
                None => rows.clone().collect(),
                Some(previous) => previous.first_listed.clone(),
            };
            let cells_of = |row: u32| cells(&Session::new(list.list.clone(), row));
            replayed.extend(baseline.into_iter().map(cells_of));
            let mut rest = replayed.clone();
            for row in rows {
                let index = rest.iter().position(|cells| *cells == cells_of(row));
                prop_assert!(index.is_some(), "{:?} is in the list only", cells_of(row));
                rest.swap_remove(index.unwrap_or_default());
            }
            prop_assert!(rest.is_empty(), "{rest:?} aren't in the list");
        }
    }
}
