//! Tests with a real history.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::*;
use crate::dataset::{Cell, DatasetBuilder, Header};
use crate::history::{Action, Location, NodeKey, Recorder};
use crate::poll::{ListUpdate, NodeUpdate, ReadOutcome};
use crate::query::{DesignerFilter, FilterText};

/// A history with lists of one node.
struct Fixture {
    folder: TempDir,
    lists: u64,
}

impl Fixture {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), lists: 0 }
    }

    fn location(&self) -> Location {
        Location::File(self.folder.path().join("history.db"))
    }

    fn history(&self) -> History {
        History::open_read_only(&self.location()).unwrap()
    }

    /// Records lists of users, a minute apart. Each has users of its own.
    fn record(&mut self, lists: u64, users: usize) {
        let first = self.lists + 1;
        self.lists += lists;
        self.record_minutes("http://a.example:8088", first..=self.lists, users);
    }

    /// Records a list of a node in each of these minutes.
    fn record_minutes(&self, url: &str, minutes: RangeInclusive<u64>, users: usize) {
        let recorder = Recorder::spawn(self.location(), None, |_| ()).unwrap();
        let mut observe = recorder.observer();
        for minute in minutes {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + minute * 60);
            let mut builder = DatasetBuilder::new(Header::standard().to_vec()).unwrap();
            for user in 0..users {
                let name = format!("user{user}");
                let id = format!("{minute}-{user}");
                let cells = [
                    Cell::Text(&name),
                    Cell::Text("Packaging"),
                    Cell::Text("10.1.2.3"),
                    Cell::Boolean(user % 10 == 0),
                    Cell::Text(&id),
                    Cell::Null,
                ];
                for (column, cell) in cells.into_iter().enumerate() {
                    builder.push(column, cell).unwrap();
                }
            }
            let list = ListUpdate {
                list: Arc::new(builder.finish(None, None)),
                missing_kinds: Vec::new(),
                notices: Vec::new(),
                previous: None,
                clock_offset_ms: None,
                certificate: None,
            };
            observe(&NodeUpdate {
                gateway: "Plant".into(),
                url: url.parse().unwrap(),
                is_recorded: true,
                time,
                interval: Some(Duration::from_mins(1)),
                outcome: ReadOutcome::List(list),
            });
        }
    }
}

fn request(pattern: &str, designer: DesignerFilter, tab: ActivityTab) -> ActivityRequest {
    let username = FilterText { pattern: pattern.to_owned(), ..FilterText::default() };
    ActivityRequest {
        tab,
        query: Query { username, designer, ..Query::default() },
        ..ActivityRequest::default()
    }
}

fn requests() -> Vec<ActivityRequest> {
    let range = TimeRange { from: 1_790_000_150_000, to: 1_790_000_240_000 };
    vec![
        ActivityRequest::default(),
        request("user7", DesignerFilter::All, ActivityTab::All),
        request("", DesignerFilter::Designers, ActivityTab::Left),
        request("", DesignerFilter::All, ActivityTab::SignedIn),
        request("unknown", DesignerFilter::All, ActivityTab::All),
        request("", DesignerFilter::All, ActivityTab::Alerts),
        ActivityRequest {
            range: Some(range),
            ..request("user.*[05]", DesignerFilter::All, ActivityTab::All)
        },
    ]
}

/// Returns what the request lists, read at once.
fn naive(history: &mut History, request: &ActivityRequest) -> Vec<ActivityKey> {
    let all = history.activity(None, usize::MAX, None).unwrap();
    let in_range = |entry: &ActivityEntry| {
        request.range.is_none_or(|range| (range.from..=range.to).contains(&entry.time()))
    };
    let entries: Vec<ActivityEntry> = all.into_iter().filter(in_range).collect();
    let passing = request.filter(entries).unwrap();
    passing.iter().filter(|entry| has_kind(request.tab, entry.kind)).map(|entry| entry.key).collect()
}

fn keys(rows: &ActivityRows) -> Vec<ActivityKey> {
    rows.entries.iter().map(|entry| entry.key).collect()
}

#[test]
fn pages_are_the_whole_list() {
    let mut fixture = Fixture::new();
    fixture.record(20, 120);
    let mut history = fixture.history();
    for request in requests() {
        let expected = naive(&mut history, &request);
        let mut rows = ActivityRows::default();
        let mut reads = 0;
        while !rows.is_complete {
            rows = rows.with_older(&mut history, &request, &|| false).unwrap();
            reads += 1;
        }
        assert_eq!(keys(&rows), expected, "{request:?}");
        assert!(reads > 1 || request.is_filtered(), "{reads} reads of {}", expected.len());
        let all = request.read_all(&[], &mut history, &|| false).unwrap();
        assert_eq!(all.len(), expected.len());
    }
}

#[test]
fn newer_entries_are_added_in_front() {
    for (lists, users) in [(1, 3), (6, 120), (30, 120)] {
        let mut fixture = Fixture::new();
        fixture.record(2, 120);
        let mut history = fixture.history();
        let before = requests().into_iter().map(|request| {
            let rows = ActivityRows::default().with_older(&mut history, &request, &|| false).unwrap();
            (request, rows)
        });
        let before: Vec<_> = before.collect();
        fixture.record(lists, users);
        for (request, rows) in before {
            let mut rows = rows.with_newer(&mut history, &request, &|| false).unwrap();
            while !rows.is_complete {
                rows = rows.with_older(&mut history, &request, &|| false).unwrap();
            }
            assert_eq!(keys(&rows), naive(&mut history, &request), "{request:?}");
            let groups: usize = rows.groups.iter().map(|group| 1 + group.others.len()).sum();
            assert_eq!(groups, rows.entries.len(), "each entry is in one row");
        }
    }
}

#[test]
fn all_that_was_read_is_kept_while_newer_ones_come() {
    let mut fixture = Fixture::new();
    fixture.record(12, 1_000);
    let mut history = fixture.history();
    let request = ActivityRequest::default();
    let mut rows = ActivityRows::default();
    while !rows.is_complete {
        rows = rows.with_older(&mut history, &request, &|| false).unwrap();
    }
    let before = rows.all.len();
    assert!(before > MAX_KEPT, "{before}");
    fixture.record(1, 1_000);
    let rows = rows.with_newer(&mut history, &request, &|| false).unwrap();
    assert_eq!(rows.all.len(), before);
}

#[test]
fn rows_keep_their_place_while_newer_ones_come() {
    let mut fixture = Fixture::new();
    fixture.record(2, 5);
    let mut history = fixture.history();
    let request = ActivityRequest::default();
    let rows = ActivityRows::default().with_older(&mut history, &request, &|| false).unwrap();
    let key = rows.key_of(3).unwrap();
    fixture.record(1, 5);
    let rows = rows.with_newer(&mut history, &request, &|| false).unwrap();
    let row = rows.row_of(key).unwrap();
    let ActivityGroup { newest, others, .. } = &rows.groups[row];
    assert!(others.iter().chain([newest]).any(|index| rows.entries[*index].key == key));
}

#[test]
fn entries_that_are_written_later_are_added() {
    let mut fixture = Fixture::new();
    fixture.record(40, 20);
    let mut history = fixture.history();
    for request in requests() {
        let mut rows = ActivityRows::default();
        while !rows.is_complete {
            rows = rows.with_older(&mut history, &request, &|| false).unwrap();
        }
        // Of a node whose recorder was away for a while.
        let url = format!("http://{}.example:8088", fixture.lists);
        fixture.lists += 1;
        fixture.record_minutes(&url, 37..=38, 3);
        let rows = rows.with_newer(&mut history, &request, &|| false).unwrap();
        assert_eq!(keys(&rows), naive(&mut history, &request), "{request:?}");
    }
}

#[test]
fn rows_of_another_request_are_not_kept() {
    let mut fixture = Fixture::new();
    fixture.record(2, 20);
    let mut history = fixture.history();
    let all =
        ActivityRows::default().with_older(&mut history, &ActivityRequest::default(), &|| false).unwrap();
    let request = request("user7", DesignerFilter::All, ActivityTab::All);
    let expected = naive(&mut history, &request);
    let newer = all.clone().with_newer(&mut history, &request, &|| false).unwrap();
    let older = all.with_older(&mut history, &request, &|| false).unwrap();
    assert_eq!([keys(&newer), keys(&older)], [expected.clone(), expected]);
}

#[test]
fn tabs_have_the_numbers_of_all_that_was_read() {
    let mut fixture = Fixture::new();
    fixture.record(4, 20);
    let mut history = fixture.history();
    let filtered = request("user.*[05]", DesignerFilter::All, ActivityTab::Left);
    for request in [ActivityRequest::default(), filtered] {
        let mut rows = ActivityRows::default();
        for (tab, _) in ActivityTab::ALL {
            // A change of the tab keeps what was read.
            let of_tab = request_with_tab(&request, tab);
            rows = rows.with_older(&mut history, &of_tab, &|| false).unwrap();
            assert_eq!(keys(&rows), naive(&mut history, &of_tab));
            for ((tab, _), count) in ActivityTab::ALL.into_iter().zip(rows.counts()) {
                let of_tab = request_with_tab(&request, tab);
                assert_eq!((count, rows.has_all_of(tab)), (naive(&mut history, &of_tab).len(), true));
            }
        }
    }
}

const SENT_AT: i64 = 1_790_000_150_000;

fn alert(gateway: &str, rule: &str, time: i64, number: u32) -> LiveAlert {
    LiveAlert {
        rule: rule.to_owned(),
        entry: ActivityEntry {
            key: ActivityKey::unstored(time, number),
            kind: if time > SENT_AT + 1_000 { ActivityKind::AlertEnd } else { ActivityKind::Alert },
            earliest: time,
            latest: time,
            gateway: gateway.into(),
            node: "http://a.example:8088".into(),
            session: crate::history::SessionRecord::default(),
            duration_ms: None,
            detail: Some(format!("{rule}: text {number}").into()),
        },
    }
}

#[test]
fn alerts_of_this_run_are_listed_once_with_their_text() {
    let mut fixture = Fixture::new();
    fixture.record(3, 2);
    let recorder = Recorder::spawn(fixture.location(), None, |_| ()).unwrap();
    let node = NodeKey { gateway: "Plant".into(), url: "http://a.example:8088".into() };
    let stored_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_150);
    let text = "Busy: text of another process".into();
    recorder.note(node, stored_at, Action::Alert { text, is_end: false, session: None });
    drop(recorder);
    let mut history = fixture.history();
    let alerts = [
        alert("Plant", "Busy", SENT_AT + 20_000, 4),
        alert("Other", "Busy", SENT_AT, 3),
        // Another process has stored the first one.
        alert("Plant", "Busy", SENT_AT + 1_000, 2),
        alert("Plant", "Not recorded", SENT_AT, 1),
    ];
    let request = ActivityRequest { gateway: Some("Plant".into()), ..ActivityRequest::default() };
    let texts = |rows: &ActivityRows| -> Vec<String> {
        let alerts = rows.entries.iter().filter(|entry| has_kind(ActivityTab::Alerts, entry.kind));
        alerts.map(|entry| entry.detail.as_deref().unwrap_or_default().to_owned()).collect()
    };
    let stored = "Busy: text of another process";
    let expected = ["Busy: text 4", stored, "Not recorded: text 1"];
    let mut rows = ActivityRows::default().with_older(&mut history, &request, &|| false).unwrap();
    assert_eq!(texts(&rows), [stored]);
    for _ in 0..2 {
        rows = rows.with_alerts(&alerts, &request).unwrap();
        assert_eq!(texts(&rows), expected);
        let keys = keys(&rows);
        assert!(keys.is_sorted_by(|a, b| a > b));
        assert!(keys.iter().all(|key| rows.row_of(*key).is_some()));
        let found = alerts.each_ref().map(|alert| {
            let entry = rows.entry(rows.row_of_alert(alert)?)?;
            entry.detail.clone()
        });
        let found = found.each_ref().map(|detail| detail.as_deref().unwrap_or_default());
        assert_eq!(found, ["Busy: text 4", "", stored, "Not recorded: text 1"]);
        rows = rows.with_newer(&mut history, &request, &|| false).unwrap();
    }
    let other = request_with_tab(&request, ActivityTab::SignedIn);
    let rows = rows.with_newer(&mut history, &other, &|| false).unwrap();
    assert_eq!(texts(&rows.with_alerts(&alerts, &other).unwrap()), [""; 0]);
}

#[test]
fn export_has_the_alerts_of_this_run() {
    let mut fixture = Fixture::new();
    fixture.record(2, 3);
    let mut history = fixture.history();
    let request = ActivityRequest::default();
    let stored = naive(&mut history, &request).len();
    let alerts = [alert("Plant", "Busy", SENT_AT, 1)];
    assert_eq!(request.read_all(&alerts, &mut history, &|| false).unwrap().len(), stored + 1);
}

#[test]
fn export_without_a_history_has_the_alerts_of_this_run() {
    let alerts = [alert("Plant", "Busy", SENT_AT, 1), alert("Other", "Busy", SENT_AT, 2)];
    let request = ActivityRequest { gateway: Some("Plant".into()), ..ActivityRequest::default() };
    let rows = ActivityRows::without_history(&alerts, &request).unwrap();
    assert_eq!(rows.entries.len(), 1);
    assert_eq!(ActivityEntry::dataset(&rows.entries).len(), 1);
}

#[test]
fn history_without_entries_keeps_the_tab_and_is_read_again() {
    let of_alerts = request("", DesignerFilter::All, ActivityTab::Alerts);
    let rows = ActivityRows::nothing(&of_alerts);
    assert_eq!(rows.tab(), ActivityTab::Alerts);
    let mut fixture = Fixture::new();
    fixture.record(2, 3);
    let all = request_with_tab(&of_alerts, ActivityTab::All);
    let rows = rows.with_older(&mut fixture.history(), &all, &|| false).unwrap();
    assert!(!rows.entries.is_empty());
}

fn request_with_tab(request: &ActivityRequest, tab: ActivityTab) -> ActivityRequest {
    ActivityRequest { tab, ..request.clone() }
}
