//! Valid responses with unusual content: duplicate client ids, clocks that are hours off.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use gatewatch::dataset::{Cell, ColumnId, RowMapping};
use gatewatch::gateway::Credentials;

use super::{FaultyGateway, bytes, error, healthy, mode};
use crate::support::poll::{TestPoller, profile};
use crate::support::{ok, webdev_json};

#[test]
fn maps_rows_with_duplicate_client_ids() {
    let row = |user: &str, id: &str| format!(r#""{user}","Packaging","10.2.0.9",false,"{id}",1795365700123"#);
    let sessions =
        |rows: &[String]| bytes(ok(&webdev_json(&rows.iter().map(String::as_str).collect::<Vec<_>>())));
    let gateway = FaultyGateway::with_mode(sessions(&[
        row("anna", "A"),
        row("billy", "TWICE"),
        row("carl", "TWICE"),
        row("dora", "D"),
    ]));
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&gateway.gateway.url]), Credentials::None);
    let before =
        poller.wait_for("the first read", |status| status.dataset.is_some()).dataset.clone().unwrap();
    assert_eq!(before.len(), 4);
    // One session starts, one ends, and both duplicates remain.
    gateway.set_mode(sessions(&[
        row("eve", "E"),
        row("billy", "TWICE"),
        row("carl", "TWICE"),
        row("dora", "D"),
    ]));
    poller.handle.refresh_now();
    let after = poller
        .wait_for("the next read", |status| status.dataset.as_ref() != Some(&before))
        .dataset
        .clone()
        .unwrap();
    let mapping = RowMapping::between(&before, &after);
    let user = |row: u32| after.column(&ColumnId::Username).unwrap().cell(row as usize);
    let mapped: Vec<Option<Cell<'_>>> = (0..4).map(|row| mapping.row(row).map(user)).collect();
    let expected = [None, Some("billy"), Some("carl"), Some("dora")].map(|user| user.map(Cell::Text));
    assert_eq!(mapped, expected);
}

#[test]
fn distinguishes_equal_client_ids_of_two_nodes() {
    let row = |user: &str| format!(r#""{user}","Packaging","10.2.0.9",false,"A",1795365700123"#);
    let [north, south] =
        ["anna", "billy"].map(|user| FaultyGateway::with_mode(bytes(ok(&webdev_json(&[&row(user)])))));
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&north.gateway.url, &south.gateway.url]), Credentials::None);
    let has_rows = |len: usize| {
        move |status: &gatewatch::poll::GatewayStatus| {
            status.dataset.as_ref().is_some_and(|table| table.len() == len)
        }
    };
    let before = poller.wait_for("both sessions", has_rows(2)).dataset.clone().unwrap();
    // The session of the first node ends.
    north.set_mode(bytes(ok(&webdev_json(&[]))));
    poller.handle.refresh_now();
    let after = poller.wait_for("the remaining session", has_rows(1)).dataset.clone().unwrap();
    let mapping = RowMapping::between(&before, &after);
    assert_eq!((mapping.row(0), mapping.row(1)), (None, Some(0)));
}

#[test]
fn reports_difference_of_clocks() {
    const HOUR_MS: i64 = 3_600_000;
    for offset in [-26 * HOUR_MS, -5 * HOUR_MS, 5 * HOUR_MS] {
        let healthy = healthy();
        let gateway = FaultyGateway::with_mode(mode(move |request, stream| {
            if request.path().ends_with("gwinfo") {
                return healthy(request, stream);
            }
            let here = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
            let now = i64::try_from(here.as_millis()).unwrap() + offset;
            // A session that started ten minutes ago by the gateway's clock.
            let row = format!(r#""billy","Packaging","h",false,"A",{}"#, now - 600_000);
            let body = webdev_json(&[&row]).replace("1790000000000", &now.to_string());
            let _closed = stream.write_all(&ok(&body));
        }));
        let mut poller = TestPoller::new();
        poller.handle.connect(profile(&[&gateway.gateway.url]), Credentials::None);
        let first = poller.wait_for("the first read", |status| status.dataset.is_some());
        assert_eq!(error(&first), None);
        let ahead = first.nodes[0].clock_offset_ms.unwrap();
        assert!(ahead.abs_diff(offset) < 600_000, "{ahead} {offset}");
        // The time of the read is by this machine's clock.
        assert!(first.updated_at.unwrap().elapsed().unwrap() < Duration::from_mins(10));
    }
}
