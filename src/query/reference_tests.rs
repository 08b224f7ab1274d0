//! Comparison with a simple implementation, on arbitrary datasets.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, compare_cells};
use crate::filter::MatchError;

type Row = (Option<String>, Option<String>, Option<bool>, Option<i64>, Option<i32>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    use proptest::option::of;
    let row = (of("[abAB]{0,3}"), of("[PQp]?"), of(any::<bool>()), of(-3..3_i64), of(-2..2_i32));
    proptest::collection::vec(row, 0..80)
}

fn dataset(rows: &[Row]) -> Arc<Dataset> {
    let columns = [
        ("username", ColumnType::String),
        ("project", ColumnType::String),
        ("isDesigner", ColumnType::Boolean),
        ("creationTime", ColumnType::Date),
        ("load", ColumnType::Real),
        ("address", ColumnType::String),
        ("clientId", ColumnType::String),
    ];
    let headers =
        columns.into_iter().map(|(name, column_type)| Header { name: name.to_owned(), column_type });
    let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
    for (username, project, designer, created, load) in rows {
        let address = load.map(|load| format!("10.{}.0.1", 10 + 5 * load));
        let cells = [
            username.as_deref().map(Cell::Text),
            project.as_deref().map(Cell::Text),
            designer.map(Cell::Boolean),
            created.map(Cell::Date),
            load.map(|load| Cell::Real(f64::from(load))),
            address.as_deref().map(Cell::Text),
            None,
        ];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell.unwrap_or(Cell::Null)).unwrap();
        }
    }
    Arc::new(builder.finish(None, None))
}

/// Compares values in one direction, with nulls last.
fn ordering<T: PartialOrd>(a: Option<T>, b: Option<T>, descending: bool) -> std::cmp::Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.partial_cmp(&a).unwrap(),
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap(),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// Returns what a text is sorted by.
fn ignoring_case(text: Option<&str>) -> Option<(String, &str)> {
    text.map(|text| (text.to_lowercase(), text))
}

fn sorted(rows: &[Row], keys: &[SortKey], mut passing: Vec<u32>) -> Vec<u32> {
    passing.sort_by(|&a, &b| {
        let (a, b) = (&rows[a as usize], &rows[b as usize]);
        let by = |key: &SortKey| match key.column.name() {
            "username" => {
                ordering(ignoring_case(a.0.as_deref()), ignoring_case(b.0.as_deref()), key.descending)
            }
            "project" => {
                ordering(ignoring_case(a.1.as_deref()), ignoring_case(b.1.as_deref()), key.descending)
            }
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
    fn rows_of_two_datasets_compare_as_they_sort_in_one(
        rows in rows(),
        half in 0..80_usize,
        column in proptest::sample::select(
            vec!["username", "isDesigner", "creationTime", "load", "address", "missing"]
        ),
        descending: bool,
    ) {
        let half = half.min(rows.len());
        let (all, parts) = (dataset(&rows), [dataset(&rows[..half]), dataset(&rows[half..])]);
        let key = SortKey { column: column.to_owned().into(), descending };
        let query = Query { sort: vec![key.clone()], ..Query::default() };
        let part = |row: u32| match (row as usize).checked_sub(half) {
            None => (&*parts[0], row),
            Some(row) => (&*parts[1], u32::try_from(row).unwrap()),
        };
        for pair in query.run(&all).unwrap().rows.windows(2) {
            let order = compare_cells(&key.column, descending, part(pair[0]), part(pair[1]));
            prop_assert!(order.is_le());
            let back = compare_cells(&key.column, descending, part(pair[1]), part(pair[0]));
            prop_assert_eq!(back, order.reverse());
            let same = compare_cells(&key.column, descending, (&*all, pair[0]), (&*all, pair[1]));
            prop_assert_eq!(same, order);
        }
    }

    #[test]
    fn filters_and_sorts(
        rows in rows(),
        keys in proptest::sample::subsequence(vec!["username", "project:desc", "isDesigner", "creationTime:desc", "load"], 0..4),
        (username, project) in (proptest::option::of("[ab.]"), proptest::option::of("[PQ.]")),
        designer in proptest::sample::select(vec![DesignerFilter::All, DesignerFilter::Clients, DesignerFilter::Designers]),
    ) {
        let keys: Vec<SortKey> = keys.into_iter().map(|key| key.parse().unwrap()).collect();
        let prefix = |prefix: &Option<String>| FilterText {
            pattern: prefix.as_ref().map_or_else(String::new, |prefix| format!("{prefix}.*")),
            ..FilterText::default()
        };
        let query = Query {
            username: prefix(&username),
            project: prefix(&project),
            designer,
            sort: keys.clone(),
            facets: Some(FacetOrder::Name),
            ..Query::default()
        };
        let starts_with = |value: &Option<String>, prefix: &Option<String>| match (value, prefix) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(value), Some(prefix)) => {
                value.starts_with(prefix.as_str()) || prefix == "." && !value.is_empty()
            },
        };
        let is_kept = |row: &Row| match designer {
            DesignerFilter::All => true,
            DesignerFilter::Clients => row.2 == Some(false),
            DesignerFilter::Designers => row.2 == Some(true),
        };
        let numbered = || (0..).zip(&rows);
        let passing: Vec<u32> = numbered()
            .filter(|(_, row)| starts_with(&row.0, &username) && starts_with(&row.1, &project) && is_kept(row))
            .map(|(number, _)| number)
            .collect();
        let expected = sorted(&rows, &keys, passing);
        let dataset = dataset(&rows);
        let result = query.run(&dataset).unwrap();
        prop_assert_eq!(&result.rows, &expected);

        let mut users = HashMap::new();
        for (_, row) in numbered().filter(|(_, row)| starts_with(&row.1, &project) && is_kept(row)) {
            // An empty name is no user.
            if let Some(user) = row.0.as_ref().filter(|user| !user.is_empty()) {
                *users.entry(user.clone()).or_insert(0) += 1;
            }
        }
        let counted = result.facets.unwrap().users.values.into_iter();
        let counted = counted.map(|(code, number)| (dataset.username().text(code).to_owned(), number));
        prop_assert_eq!(counted.collect::<HashMap<_, _>>(), users);
    }

    #[test]
    fn finds_duplicate_logins(rows in rows()) {
        let duplicates = DuplicateLogins::find(&dataset(&rows));
        for (number, row) in (0..).zip(&rows) {
            let same = rows.iter().filter(|other| (&other.0, &other.1) == (&row.0, &row.1)).count();
            // An empty name is no user.
            let has_both = row.0.as_ref().is_some_and(|user| !user.is_empty()) && row.1.is_some();
            let expected = (has_both && same > 1).then(|| u32::try_from(same).unwrap());
            prop_assert_eq!(duplicates.get(number).map(|login| login.sessions), expected);
        }
    }
}

#[test]
fn filters_many_distinct_values() {
    let rows: Vec<Row> =
        (0..100_000).map(|number| (Some(format!("user{number}")), None, None, None, None)).collect();
    let query = |pattern: &str| Query {
        username: FilterText { pattern: pattern.to_owned(), ..FilterText::default() },
        ..Query::default()
    };
    let expected: Vec<u32> = (0..100_000).filter(|number| number % 10 == 7).collect();
    assert_eq!(query(".*7").run(&dataset(&rows)).unwrap().rows, expected);
    // The last value exceeds the limit of backtracking.
    let endless: Vec<Row> =
        rows.into_iter().chain([(Some("z".repeat(100)), None, None, None, None)]).collect();
    let error = query(r"(z*)(z*)(z*)(z*)(z*)\1\2\3\4\5y").run(&dataset(&endless)).unwrap_err();
    assert_eq!(error.field, FilterField::Username);
    assert_eq!(error.source, FilterError::Match(MatchError::Limit));
}
