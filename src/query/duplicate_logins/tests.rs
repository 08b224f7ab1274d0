//! Duplicate logins by host, user and kind.

use super::*;
use crate::dataset::{Cell, ColumnType, DatasetBuilder, Header, names};
use crate::query::Query;

/// A session: user, project, address, kind, id. A dash is a null.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

fn dataset(rows: &[Row<'_>]) -> Dataset {
    let kind = Header { name: names::KIND.to_owned(), column_type: ColumnType::String };
    let mut builder = DatasetBuilder::new(Header::standard().into_iter().chain([kind]).collect()).unwrap();
    for &(user, project, address, kind, id) in rows {
        let text = |text| if text == "-" { Cell::Null } else { Cell::Text(text) };
        let is_designer = Cell::Boolean(kind == "Designer" || kind == "Preview");
        let kind = if kind == "Preview" { "Perspective" } else { kind };
        let cells = [text(user), text(project), text(address), is_designer, text(id), Cell::Null, text(kind)];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    builder.finish(None, None)
}

/// Returns the sessions and those on the same host of each row.
fn logins(rows: &[Row<'_>]) -> Vec<Option<(u32, u32)>> {
    let found = DuplicateLogins::find(&dataset(rows));
    let rows = 0..u32::try_from(rows.len()).unwrap();
    rows.map(|row| found.get(row).map(|login| (login.sessions, login.on_host))).collect()
}

/// Returns the logins of two Vision clients at these addresses.
fn at(first: &str, second: &str) -> Vec<Option<(u32, u32)>> {
    logins(&[("billy", "P", first, "Vision", "A"), ("billy", "P", second, "Vision", "B")])
}

#[test]
fn counts_each_gateway_on_its_own() {
    use std::sync::Arc;

    use crate::dataset::concat_named;

    let north = Arc::new(dataset(&[("billy", "P", "h", "Vision", "A"), ("billy", "P", "h", "Vision", "B")]));
    let south = Arc::new(dataset(&[("billy", "P", "h", "Vision", "C")]));
    let empty = Arc::new(dataset(&[]));
    let parts = [("South", &south), ("Empty", &empty), ("North", &north)];
    let all = concat_named(&parts.map(|(name, part)| (name.to_owned(), part.clone())));
    let found = DuplicateLogins::find(&all);
    let logins = [0, 1, 2].map(|row| found.get(row).map(|login| login.sessions));
    assert_eq!(logins, [None, Some(2), Some(2)]);
}

#[test]
fn distinguishes_same_host_from_different_hosts() {
    for (first, second) in [
        ("10.0.0.9", "10.0.0.9"),
        ("10.0.0.9:52526", "10.0.0.9:52527"),
        ("10.0.0.9", "10.0.0.9:52526"),
        ("::ffff:10.0.0.9", "10.0.0.9"),
        ("HMI-7", "hmi-7:8088"),
        ("hmi-7.plant.", "HMI-7.plant"),
        ("::1", "[::1]:52526"),
        ("[::1]", "0:0:0:0:0:0:0:1"),
        ("[FE80::A%eth0]:1", "fe80::a"),
        (" 10.0.0.9 ", "10.0.0.9"),
    ] {
        assert_eq!(at(first, second), [Some((2, 2)); 2], "{first} {second}");
    }
    for (first, second) in [
        ("10.0.0.9", "10.0.0.90"),
        ("10.0.0.9:5", "10.0.0.95"),
        ("::1", "::1:1"),
        ("hmi-7", "hmi-70"),
        ("hmi-7", "hmi-7.plant"),
    ] {
        assert_eq!(at(first, second), [Some((2, 1)); 2], "{first} {second}");
    }
    assert_eq!(at("-", "-"), [Some((2, 0)); 2]);
}

#[test]
fn counts_all_sessions_and_those_on_one_host() {
    let vision = |address, id| ("billy", "P", address, "Vision", id);
    assert_eq!(
        logins(&[
            vision("h1", "A"),
            vision("h2", "B"),
            vision("H1:5", "C"),
            ("billy", "Q", "h1", "Vision", "D")
        ]),
        [Some((3, 2)), Some((3, 1)), Some((3, 2)), None]
    );
}

#[test]
fn unauthenticated_is_no_user() {
    for user in ["Unauthenticated", "unauthenticated", "", " ", "-"] {
        let row = |id| (user, "P", "h", "Perspective", id);
        assert_eq!(logins(&[row("A"), row("B"), row("C")]), [None; 3], "{user}");
        let counts =
            Query::default().run(&std::sync::Arc::new(dataset(&[row("A"), row("B")]))).unwrap().counts;
        assert_eq!(counts.users, 0, "{user}");
    }
}

#[test]
fn designer_and_its_preview_are_one_person() {
    let designer = ("anna", "P", "h1", "Designer", "A");
    let preview = ("anna", "P", "h1:5", "Preview", "A");
    assert_eq!(logins(&[designer, preview]), [None; 2]);
    // Another client makes two sessions, and the preview isn't a third one.
    let client = |address| ("anna", "P", address, "Vision", "B");
    assert_eq!(logins(&[designer, preview, client("h1")]), [Some((2, 2)); 3]);
    assert_eq!(logins(&[preview, client("h2"), designer]), [Some((2, 1)); 3]);
    // A browser has an id of its own, and so does a Vision client even if it's the same one.
    assert_eq!(logins(&[designer, ("anna", "P", "h1", "Perspective", "C")]), [Some((2, 2)); 2]);
    assert_eq!(logins(&[designer, ("anna", "P", "h1", "Vision", "A")]), [Some((2, 2)); 2]);
    assert_eq!(
        logins(&[("anna", "P", "h", "Designer", "-"), ("anna", "P", "h", "Preview", "-")]),
        [Some((2, 2)); 2]
    );
}

#[test]
fn counts_a_designer_with_its_preview_once() {
    let designers = |rows: &[Row<'_>]| {
        Query::default().run(&std::sync::Arc::new(dataset(rows))).unwrap().counts.designers
    };
    let designer = ("anna", "P", "h1", "Designer", "A");
    let preview = ("anna", "P", "h1", "Preview", "A");
    assert_eq!(designers(&[designer, preview]), 1);
    // The list of Designers may be missing.
    assert_eq!(designers(&[preview]), 1);
    assert_eq!(designers(&[designer, ("anna", "P", "h1", "Preview", "B")]), 2);
}

#[test]
fn previews_belong_to_the_designer_of_their_own_gateway() {
    let part = |name: &str, rows: &[Row<'_>]| (name.to_owned(), std::sync::Arc::new(dataset(rows)));
    let both = crate::dataset::concat(&[
        part("north", &[("anna", "P", "h1", "Designer", "A")]),
        part("south", &[("anna", "P", "h1", "Preview", "A")]),
    ]);
    let login = DuplicateLogins::find(&both).get(1);
    assert_eq!(login, Some(DuplicateLogin { sessions: 2, on_host: 2 }));
}

/// A session whose fields may be null: user, kind, id, designer, gateway.
type Mixed = (Option<String>, Option<&'static str>, Option<String>, Option<bool>, Option<String>);

fn mixed(rows: &[Mixed]) -> std::sync::Arc<Dataset> {
    let text = |name: &str| Header { name: name.to_owned(), column_type: ColumnType::String };
    let headers = Header::standard().into_iter().chain([text(names::KIND), text(names::GATEWAY)]);
    let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
    for (user, kind, id, designer, gateway) in rows {
        let designer = designer.map_or(Cell::Null, Cell::Boolean);
        let [user, id, gateway] =
            [user, id, gateway].map(|text| text.as_deref().map_or(Cell::Null, Cell::Text));
        let kind = kind.map_or(Cell::Null, Cell::Text);
        let cells = [user, Cell::Null, Cell::Null, designer, id, Cell::Null, kind, gateway];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    std::sync::Arc::new(builder.finish(None, None))
}

#[test]
fn subtracts_no_preview_that_is_not_counted_as_a_designer() {
    let session = |kind, id: &str, designer| (None, Some(kind), Some(id.to_owned()), designer, None);
    let designers = |previews: &[Mixed]| {
        let rows = [session("Designer", "A", Some(true)), session("Designer", "B", Some(true))];
        Query::default().run(&mixed(&[&rows, previews].concat())).unwrap().counts.designers
    };
    // A session without a scope is neither a client nor a designer.
    let preview = |id| session("Perspective", id, None);
    assert_eq!(designers(&[preview("A"), preview("B")]), 2);
    assert_eq!(designers(&[preview("A"), preview("A"), preview("B")]), 2);
    assert_eq!(designers(&[session("Perspective", "A", Some(true)), preview("A")]), 2);
}

proptest::proptest! {
    #[test]
    fn counts_never_exceed_the_sessions(
        rows in proptest::collection::vec(
            (
                proptest::option::of("[ab]"),
                proptest::option::of(proptest::sample::select(vec!["Designer", "Perspective", "Vision"])),
                proptest::option::of("[AB]"),
                proptest::option::of(proptest::bool::ANY),
                proptest::option::of("[NS]"),
            ),
            0..20,
        ),
        username in proptest::sample::select(vec!["", "a"]),
        sort in proptest::sample::subsequence(vec!["isDesigner", "kind:desc"], 0..=2),
    ) {
        let query = Query {
            username: crate::query::FilterText { pattern: username.to_owned(), ..Default::default() },
            sort: sort.into_iter().map(|key| key.parse().unwrap()).collect(),
            ..Query::default()
        };
        let result = query.run(&mixed(&rows)).unwrap();
        let selected = || result.rows.iter().map(|&row| &rows[row as usize]);
        let (clients, designers) = (result.counts.clients, result.counts.designers);
        proptest::prop_assert_eq!(clients, selected().filter(|row| row.3 == Some(false)).count());
        // Each designer counts, except a preview whose Designer is selected as well.
        let is_preview = |row: &Mixed| {
            let is_its_designer = |other: &Mixed| other.1 == Some("Designer") && (&other.2, &other.4) == (&row.2, &row.4);
            row.1 == Some("Perspective") && row.2.is_some() && selected().any(is_its_designer)
        };
        let expected = selected().filter(|row| row.3 == Some(true) && !is_preview(row)).count();
        proptest::prop_assert_eq!(designers, expected);
        proptest::prop_assert!(clients + designers <= result.rows.len());
        proptest::prop_assert!(result.counts.users <= result.rows.len());
    }
}
