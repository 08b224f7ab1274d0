//! Answers that are good and strange: client ids that are there twice, clocks that are hours off.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use gatewatch::dataset::{Cell, ColumnId, RowMapping};
use gatewatch::gateway::Credentials;

use super::{FaultyGateway, bytes, error, good, way};
use crate::support::poll::{TestPoller, profile};
use crate::support::{answer, ok};

#[test]
fn client_ids_that_are_there_twice_are_all_shown_and_none_is_taken_for_another() {
    let row = |user: &str, id: &str| format!(r#""{user}","Packaging","10.2.0.9",false,"{id}",1795365700123"#);
    let of = |rows: &[String]| bytes(ok(&answer(&rows.iter().map(String::as_str).collect::<Vec<_>>())));
    let evil = FaultyGateway::of(of(&[
        row("anna", "A"),
        row("billy", "TWICE"),
        row("carl", "TWICE"),
        row("dora", "D"),
    ]));
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&evil.gateway.url]), Credentials::None);
    let before = poller.wait_for("the first read", |news| news.dataset.is_some()).dataset.clone().unwrap();
    assert_eq!(before.len(), 4);
    // Somebody comes, somebody goes, and the two stay.
    evil.turn(of(&[row("eve", "E"), row("billy", "TWICE"), row("carl", "TWICE"), row("dora", "D")]));
    poller.handle.refresh_now();
    let after = poller
        .wait_for("the next read", |news| news.dataset.as_ref() != Some(&before))
        .dataset
        .clone()
        .unwrap();
    let follow = RowMapping::between(&before, &after);
    let user = |row: u32| after.column(&ColumnId::Username).unwrap().cell(row as usize);
    let went: Vec<Option<Cell<'_>>> = (0..4).map(|row| follow.row(row).map(user)).collect();
    let expected = [None, Some("billy"), Some("carl"), Some("dora")].map(|user| user.map(Cell::Text));
    assert_eq!(went, expected);
}

#[test]
fn two_gateways_that_give_the_same_client_ids_keep_their_rows_apart() {
    let row = |user: &str| format!(r#""{user}","Packaging","10.2.0.9",false,"A",1795365700123"#);
    let [north, south] = ["anna", "billy"].map(|user| FaultyGateway::of(bytes(ok(&answer(&[&row(user)])))));
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&north.gateway.url, &south.gateway.url]), Credentials::None);
    let both = |len: usize| {
        move |news: &gatewatch::poll::GatewayStatus| {
            news.dataset.as_ref().is_some_and(|table| table.len() == len)
        }
    };
    let before = poller.wait_for("both", both(2)).dataset.clone().unwrap();
    // The first one's session ends: the other one's is not it.
    north.turn(bytes(ok(&answer(&[]))));
    poller.handle.refresh_now();
    let after = poller.wait_for("the second alone", both(1)).dataset.clone().unwrap();
    let follow = RowMapping::between(&before, &after);
    assert_eq!((follow.row(0), follow.row(1)), (None, Some(0)));
}

#[test]
fn a_gateway_whose_clock_is_hours_off_is_read_and_how_far_is_told() {
    const HOUR_MS: i64 = 3_600_000;
    for off in [-26 * HOUR_MS, -5 * HOUR_MS, 5 * HOUR_MS] {
        let good = good();
        let evil = FaultyGateway::of(way(move |request, stream| {
            if request.path().ends_with("gwinfo") {
                return good(request, stream);
            }
            let ours = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
            let now = i64::try_from(ours.as_millis()).unwrap() + off;
            // Who came ten minutes ago by the gateway's clock.
            let row = format!(r#""billy","Packaging","h",false,"A",{}"#, now - 600_000);
            let body = answer(&[&row]).replace("1790000000000", &now.to_string());
            let _gone = stream.write_all(&ok(&body));
        }));
        let mut poller = TestPoller::new();
        poller.handle.connect(profile(&[&evil.gateway.url]), Credentials::None);
        let news = poller.wait_for("the first read", |news| news.dataset.is_some());
        assert_eq!(error(&news), None);
        let ahead = news.clock_offset_ms.unwrap();
        assert!(ahead.abs_diff(off) < 600_000, "{ahead} {off}");
        // What was received when goes by our clock.
        assert!(news.updated_at.unwrap().elapsed().unwrap() < Duration::from_mins(10));
    }
}
