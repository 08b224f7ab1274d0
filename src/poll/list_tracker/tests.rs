//! Tests of lists across gaps, restarts, partial lists and suspends.

use super::*;
use crate::dataset::{Cell, ColumnType, DatasetBuilder, Header, names};
use crate::gateway::Api;

const INTERVAL: Option<Duration> = Some(Duration::from_secs(5));

/// A session: its kind, client id, and creation time in seconds.
type Session = (SessionKind, &'static str, Option<i64>);

fn vision(client_id: &'static str, creation_time: i64) -> Session {
    (SessionKind::Vision, client_id, Some(creation_time))
}

fn perspective(client_id: &'static str) -> Session {
    (SessionKind::Perspective, client_id, None)
}

fn dataset(sessions: &[Session]) -> Arc<Dataset> {
    let kind = Header { name: names::KIND.to_owned(), column_type: ColumnType::String };
    let mut builder = DatasetBuilder::new(Header::standard().into_iter().chain([kind]).collect()).unwrap();
    for (kind, client_id, creation_time) in sessions {
        let time = creation_time.map_or(Cell::Null, |seconds| Cell::Date(seconds * 1_000));
        let cells = [Cell::Text("billy"), Cell::Null, Cell::Null, Cell::Null, Cell::Text(client_id), time];
        for (column, cell) in cells.into_iter().chain([Cell::Text(kind.name())]).enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    Arc::new(builder.finish(None, None))
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The lists of a node whose clock is an hour ahead.
#[derive(Default)]
struct Lists(ListTracker);

impl Lists {
    const OFFSET_SECONDS: i64 = 3_600;

    fn read_with(
        &mut self,
        seconds: u64,
        dataset: Arc<Dataset>,
        missing: &[SessionKind],
        interval: Option<Duration>,
    ) -> ListUpdate {
        let error = GatewayError::Timeout { seconds: 10.0 };
        let notices =
            missing.iter().map(|kind| Notice::ListFailed { kind: *kind, error: error.clone() }).collect();
        let received = time(seconds);
        let snapshot = NodeSnapshot {
            info: None,
            api: Api::Rest,
            dataset,
            notices,
            received,
            now: None,
            certificate: None,
        };
        self.0.accept(&snapshot, interval, Some(Self::OFFSET_SECONDS * 1_000))
    }

    fn read(&mut self, seconds: u64, sessions: &[Session]) -> ListUpdate {
        self.read_with(seconds, dataset(sessions), &[], INTERVAL)
    }

    fn read_partly(&mut self, seconds: u64, sessions: &[Session], missing: SessionKind) -> ListUpdate {
        self.read_with(seconds, dataset(sessions), &[missing], INTERVAL)
    }

    fn fail(&mut self, seconds: u64) {
        self.0.fail(&GatewayError::Timeout { seconds: 10.0 }, time(seconds));
    }
}

/// Returns the client ids of these rows.
fn ids(list: &Dataset, rows: &[u32]) -> Vec<String> {
    rows.iter().map(|row| list.client_id().get(*row as usize).unwrap().to_owned()).collect()
}

fn arrived(update: &ListUpdate) -> Vec<String> {
    ids(&update.list, &update.previous.as_ref().unwrap().changes.arrived)
}

fn left(update: &ListUpdate) -> Vec<String> {
    let previous = update.previous.as_ref().unwrap();
    ids(&previous.list, &previous.changes.left)
}

fn is_continuous(update: &ListUpdate) -> bool {
    update.previous.as_ref().unwrap().is_continuous
}

fn restarted_at(update: &ListUpdate) -> Option<SystemTime> {
    update.previous.as_ref().unwrap().restarted_at
}

#[test]
fn first_list_is_a_baseline() {
    let mut lists = Lists::default();
    lists.fail(0);
    assert!(lists.read(5, &[vision("A", 0)]).previous.is_none());
    let second = lists.read(10, &[vision("A", 0), vision("B", 9)]);
    assert_eq!((arrived(&second), left(&second)), (vec!["B".to_owned()], Vec::new()));
    assert!(is_continuous(&second));
}

#[test]
fn unchanged_list_is_not_compared() {
    let mut lists = Lists::default();
    let list = dataset(&[vision("A", 0)]);
    lists.read_with(0, list.clone(), &[], INTERVAL);
    let second = lists.read_with(5, list.clone(), &[], INTERVAL);
    let previous = second.previous.unwrap();
    assert!(previous.changes.is_empty() && Arc::ptr_eq(&previous.list, &second.list));
    assert_eq!(previous.read_at, time(0));
}

#[test]
fn reports_gap_without_departures() {
    let mut lists = Lists::default();
    lists.read(0, &[vision("A", 0), vision("B", 0)]);
    lists.fail(5);
    let after = lists.read(10, &[vision("A", 0), vision("C", 9)]);
    assert_eq!((arrived(&after), left(&after)), (vec!["C".to_owned()], vec!["B".to_owned()]));
    assert!(!is_continuous(&after) && after.previous.as_ref().unwrap().has_gap_after(1));
    assert!(is_continuous(&lists.read(15, &[])));
}

#[test]
fn long_time_suspend_and_clock_set_back_are_gaps() {
    let continuous = |seconds: u64, interval: [Option<u64>; 2]| {
        let mut lists = Lists::default();
        let [before, after] = interval.map(|interval| interval.map(Duration::from_secs));
        lists.read_with(1_000, dataset(&[]), &[], before);
        is_continuous(&lists.read_with(seconds, dataset(&[]), &[], after))
    };
    assert!(continuous(1_020, [Some(5); 2]) && !continuous(1_021, [Some(5); 2]));
    assert!(continuous(1_130, [Some(60); 2]) && !continuous(1_131, [Some(60); 2]));
    assert!(continuous(1_065, [Some(60), Some(5)]), "the interval became shorter");
    assert!(!continuous(1_001, [None; 2]), "manual refresh");
    assert!(!continuous(999, [Some(5); 2]), "set back");

    let mut lists = Lists::default();
    lists.read(0, &[]);
    lists.0.interrupt();
    assert!(!is_continuous(&lists.read(5, &[])));
    assert!(is_continuous(&lists.read(10, &[])));
}

#[test]
fn sessions_of_a_missing_kind_are_carried_over() {
    let mut lists = Lists::default();
    lists.read(0, &[vision("A", 0), perspective("P"), perspective("Q")]);
    let partial = lists.read_partly(5, &[vision("B", 1)], SessionKind::Perspective);
    assert_eq!((arrived(&partial), left(&partial)), (vec!["B".to_owned()], vec!["A".to_owned()]));
    assert_eq!(partial.list.len(), 3);
    assert_eq!(partial.missing_kinds, [SessionKind::Perspective]);

    let partial = lists.read_partly(10, &[vision("B", 1)], SessionKind::Perspective);
    assert!(partial.previous.as_ref().unwrap().changes.is_empty());

    let full = lists.read(15, &[vision("B", 1), perspective("Q")]);
    assert_eq!((arrived(&full), left(&full)), (Vec::new(), vec!["P".to_owned()]));
    let previous = full.previous.unwrap();
    let [row] = previous.changes.left[..] else { panic!("one session left") };
    // It was listed last before the first partial list.
    assert_eq!((previous.last_seen(row), previous.has_gap_after(row)), (time(0), true));
    let row_of_b = u32::from(previous.list.client_id().get(0) != Some("B"));
    assert_eq!((previous.last_seen(row_of_b), previous.has_gap_after(row_of_b)), (time(10), false));
    assert!(previous.is_continuous);
}

#[test]
fn unchanged_partial_list_is_not_compared() {
    let mut lists = Lists::default();
    let (full, partial) = (dataset(&[vision("A", 0), perspective("P")]), dataset(&[vision("A", 0)]));
    lists.read_with(0, full, &[], INTERVAL);
    let mut read = |seconds| lists.read_with(seconds, partial.clone(), &[SessionKind::Perspective], INTERVAL);
    let (first, second) = (read(5), read(10));
    assert!(Arc::ptr_eq(&first.list, &second.list) && first.list.len() == 2);
}

#[test]
fn kind_that_is_listed_for_the_first_time_is_a_baseline() {
    let mut lists = Lists::default();
    let first = lists.read_partly(0, &[vision("A", 0)], SessionKind::Perspective);
    assert_eq!(first.missing_kinds, [SessionKind::Perspective]);
    lists.fail(5);
    let still = lists.read_partly(10, &[vision("A", 0)], SessionKind::Perspective);
    assert_eq!(still.missing_kinds, [SessionKind::Perspective]);
    let full = lists.read(15, &[vision("A", 0), vision("B", 14), perspective("P")]);
    assert_eq!((arrived(&full), full.missing_kinds.len()), (vec!["B".to_owned()], 0));
    let previous = full.previous.unwrap();
    assert_eq!(ids(&full.list, &previous.first_listed), ["P"]);
    assert_eq!(previous.missing_kinds, [SessionKind::Perspective]);
    let next = lists.read(20, &[vision("A", 0), vision("B", 14), perspective("P"), perspective("Q")]);
    assert_eq!(arrived(&next), ["Q"]);
}

#[test]
fn gateway_that_was_starting_was_restarted_unless_a_session_stayed() {
    let restarted = |after: &[Session]| {
        let mut lists = Lists::default();
        lists.read(0, &[vision("A", 0)]);
        lists.fail(5);
        lists.0.fail(&GatewayError::NotRunning { state: "STARTING".to_owned() }, time(10));
        lists.0.fail(&GatewayError::NotRunning { state: "STARTING".to_owned() }, time(15));
        restarted_at(&lists.read(20, after))
    };
    assert_eq!(restarted(&[]), Some(time(10)));
    assert_eq!(restarted(&[vision("A", 30)]), Some(time(10)));
    // A proxy reported it.
    assert_eq!(restarted(&[vision("A", 0), vision("B", 30)]), None);
}

/// Returns when a gateway was restarted that had the sessions `before`, failed twice and had the sessions `after`.
fn restarted_after_an_outage(before: &[Session], seconds: u64, after: &[Session]) -> Option<SystemTime> {
    let mut lists = Lists::default();
    lists.read(1_000, before);
    lists.fail(1_005);
    lists.fail(1_010);
    restarted_at(&lists.read(seconds, after))
}

#[test]
fn unreachable_gateway_was_restarted_if_all_sessions_are_new() {
    let hour = Lists::OFFSET_SECONDS;
    let restarted = restarted_after_an_outage;
    let [a, b] = ["A", "B"].map(|id| vision(id, 900 + hour));
    let [c, d] = ["C", "D"].map(|id| vision(id, 1_100 + hour));
    assert_eq!(restarted(&[a, b], 1_120, &[c, d]), Some(time(1_005)));
    assert_eq!(restarted(&[a, b], 1_120, &[b, c]), None, "one stayed");
    assert_eq!(restarted(&[a], 1_120, &[c]), None, "only one left");
    assert_eq!(restarted(&[a, b], 1_120, &[]), None, "no session is back");
    assert_eq!(restarted(&[a, b], 1_120, &[c, vision("E", 990 + hour)]), None, "one began before");
    assert_eq!(restarted(&[a, b], 5_000, &[c, d]), None, "too long ago");
    // In a suspend, the gateway wasn't seen to be down.
    let mut lists = Lists::default();
    lists.read(1_000, &[a, b]);
    lists.0.interrupt();
    assert_eq!(restarted_at(&lists.read(1_120, &[c, d])), None);
}

#[test]
fn sessions_that_the_last_list_lacked_although_they_were_on_show_a_restart() {
    let hour = Lists::OFFSET_SECONDS;
    let restarted = restarted_after_an_outage;
    let before = ["A", "B"].map(|id| vision(id, 900 + hour));
    let later = vision("C", 1_100 + hour);
    let [first, second] = ["A", "F"].map(|id| vision(id, 500 + hour));
    assert_eq!(restarted(&before, 1_120, &[later, first, second]), Some(time(1_005)));
    assert_eq!(restarted(&before, 1_120, &[later, first]), None, "the time of one may be wrong");
    assert_eq!(restarted(&before, 5_000, &[later, first, second]), None, "too long ago");
    let renamed = ["R1", "R2"].map(|id| vision(id, 900 + hour));
    assert_eq!(restarted(&before, 1_120, &renamed), None, "the same sessions under other ids");
}
