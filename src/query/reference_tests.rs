//! The same answers as the plain way gives them, on any dataset.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::dataset::{Cell, ColumnType, DatasetBuilder, Header};
use crate::filter::Mode;

type Row = (Option<String>, Option<String>, Option<bool>, Option<i64>, Option<i32>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    use proptest::option::of;
    let row = (of("[ab]{0,3}"), of("[PQ]?"), of(any::<bool>()), of(-3..3_i64), of(-2..2_i32));
    proptest::collection::vec(row, 0..80)
}

fn made(rows: &[Row]) -> Dataset {
    let columns = [
        ("username", ColumnType::String),
        ("project", ColumnType::String),
        ("isDesigner", ColumnType::Boolean),
        ("creationTime", ColumnType::Date),
        ("load", ColumnType::Real),
        ("address", ColumnType::String),
        ("clientId", ColumnType::String),
    ];
    let headers = columns.into_iter().map(|(name, kind)| Header { name: name.to_owned(), kind });
    let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
    for (username, project, designer, created, load) in rows {
        let cells = [
            username.as_deref().map(Cell::Text),
            project.as_deref().map(Cell::Text),
            designer.map(Cell::Boolean),
            created.map(Cell::Date),
            load.map(|load| Cell::Real(f64::from(load))),
            None,
            None,
        ];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell.unwrap_or(Cell::Null)).unwrap();
        }
    }
    builder.finish(None, None)
}

/// Known before unknown, and within the known by value, in the direction asked for.
fn ordering<T: PartialOrd>(a: Option<T>, b: Option<T>, descending: bool) -> std::cmp::Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.partial_cmp(&a).unwrap(),
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap(),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn sorted(rows: &[Row], keys: &[SortKey], mut passing: Vec<u32>) -> Vec<u32> {
    passing.sort_by(|&a, &b| {
        let (a, b) = (&rows[a as usize], &rows[b as usize]);
        let by = |key: &SortKey| match key.column.name() {
            "username" => ordering(a.0.as_ref(), b.0.as_ref(), key.descending),
            "project" => ordering(a.1.as_ref(), b.1.as_ref(), key.descending),
            "isDesigner" => ordering(a.2, b.2, key.descending),
            "creationTime" => ordering(a.3, b.3, key.descending),
            _ => ordering(a.4, b.4, key.descending),
        };
        keys.iter().map(by).fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    passing
}

proptest! {
    #[test]
    fn filters_and_sorts(
        rows in rows(),
        keys in proptest::sample::subsequence(vec!["username", "project:desc", "isDesigner", "creationTime:desc", "load"], 0..4),
        (username, project) in (proptest::option::of("[ab.]"), proptest::option::of("[PQ.]")),
        kind in proptest::sample::select(vec![Kind::All, Kind::Clients, Kind::Designers]),
    ) {
        let keys: Vec<SortKey> = keys.into_iter().map(|key| key.parse().unwrap()).collect();
        let starting = |with: &Option<String>| {
            with.as_ref().map(|with| Filter::new(&format!("{with}.*"), Mode::default()).unwrap())
        };
        let query = Query {
            username: starting(&username),
            project: starting(&project),
            kind,
            sort: keys.clone(),
            facets: Some(FacetOrder::Name),
            ..Query::default()
        };
        let starts = |value: &Option<String>, with: &Option<String>| match (value, with) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(value), Some(with)) => value.starts_with(with.as_str()) || with == "." && !value.is_empty(),
        };
        let is_kind = |row: &Row| match kind {
            Kind::All => true,
            Kind::Clients => row.2 == Some(false),
            Kind::Designers => row.2 == Some(true),
        };
        let numbered = || (0..).zip(&rows);
        let passing: Vec<u32> = numbered()
            .filter(|(_, row)| starts(&row.0, &username) && starts(&row.1, &project) && is_kind(row))
            .map(|(number, _)| number)
            .collect();
        let expected = sorted(&rows, &keys, passing);
        let dataset = made(&rows);
        let selection = query.run(&dataset).unwrap();
        prop_assert_eq!(&selection.rows, &expected);

        let mut users = HashMap::new();
        for (_, row) in numbered().filter(|(_, row)| starts(&row.1, &project) && is_kind(row)) {
            if let Some(user) = &row.0 {
                *users.entry(user.clone()).or_insert(0) += 1;
            }
        }
        let counted = selection.facets.unwrap().users.values.into_iter();
        let counted = counted.map(|(code, number)| (dataset.username().text(code).to_owned(), number));
        prop_assert_eq!(counted.collect::<HashMap<_, _>>(), users);
    }

    #[test]
    fn repeats(rows in rows()) {
        let repeats = DuplicateLogins::of(&made(&rows));
        for (number, row) in (0..).zip(&rows) {
            let same = rows.iter().filter(|other| (&other.0, &other.1) == (&row.0, &row.1)).count();
            let is_known = row.0.is_some() && row.1.is_some();
            let expected = (is_known && same > 1).then(|| u32::try_from(same).unwrap());
            prop_assert_eq!(repeats.times(number), expected);
        }
    }
}

#[test]
fn a_filter_over_many_values_is_judged_in_parts() {
    let rows: Vec<Row> =
        (0..100_000).map(|number| (Some(format!("user{number}")), None, None, None, None)).collect();
    let dataset = made(&rows);
    let query =
        |text| Query { username: Some(Filter::new(text, Mode::default()).unwrap()), ..Query::default() };
    let expected: Vec<u32> = (0..100_000).filter(|number| number % 10 == 7).collect();
    assert_eq!(query(".*7").run(&dataset).unwrap().rows, expected);
    // Backtracking that is given up in one part is told.
    let endless: Vec<Row> =
        rows.into_iter().chain([(Some("a".repeat(100)), None, None, None, None)]).collect();
    let error = query(r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5b").run(&made(&endless)).unwrap_err();
    assert_eq!(error.side, Side::Username);
}
