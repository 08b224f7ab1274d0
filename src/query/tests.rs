//! Queries over a small dataset whose right answers can be read off.

use super::*;
use crate::dataset::{Cell, ColumnId, ColumnType, DatasetBuilder, Header};
use crate::filter::Mode;

/// Username, project, address, designer, created, load; a dash stands for unknown.
const ROWS: [&str; 7] = [
    "billy Packaging 10.2.0.9 false 30 0.5",
    "anna Boiler 10.10.0.1 true 10 -2",
    "billy Boiler hmi-7 false 20 -",
    "- Packaging ::1 false 40 0",
    "Zoe - 10.2.0.9 - - -0.5",
    "anna Packaging hmi-10 true 10 -0.0",
    "bianca Boiler 9.1.1.1 false 30 1000",
];

fn dataset() -> Dataset {
    let columns = [
        ("username", ColumnType::String),
        ("project", ColumnType::String),
        ("address", ColumnType::String),
        ("isDesigner", ColumnType::Boolean),
        ("creationTime", ColumnType::Date),
        ("load", ColumnType::Real),
        ("clientId", ColumnType::String),
    ];
    let headers = columns.into_iter().map(|(name, kind)| Header { name: name.to_owned(), kind });
    let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
    for row in ROWS {
        let cells: Vec<&str> = row.split(' ').collect();
        for (column, &text) in cells.iter().enumerate() {
            let cell = match (text, column) {
                ("-", _) => Cell::Unknown,
                (text, 3) => Cell::Boolean(text.parse().unwrap()),
                (text, 4) => Cell::Date(text.parse().unwrap()),
                (text, 5) => Cell::Real(text.parse().unwrap()),
                (text, _) => Cell::Text(text),
            };
            builder.push(column, cell).unwrap();
        }
        builder.push(6, Cell::Text(row)).unwrap();
    }
    builder.finish(None, None)
}

fn rows(username: &str, project: &str, sort: &str) -> Vec<u32> {
    let filter = |text: &str| (!text.is_empty()).then(|| Filter::new(text, Mode::default()).unwrap());
    let keys = sort.split(',').filter(|key| !key.is_empty());
    let query = Query {
        username: filter(username),
        project: filter(project),
        sort: keys.map(|key| key.parse().unwrap()).collect(),
    };
    query.run(&dataset()).unwrap().rows
}

#[test]
fn without_filter_and_sort_all_rows_stand_in_the_gateways_order() {
    assert_eq!(rows("", "", ""), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn filters_match_whole_values_and_never_an_unknown_one() {
    assert_eq!(rows("bi.*", "", ""), [0, 2, 6]);
    assert_eq!(rows("", "Pack.*", ""), [0, 3, 5]);
    assert_eq!(rows("bi.*", "Boiler", ""), [2, 6]);
    assert_eq!(rows(".*", "", ""), [0, 1, 2, 4, 5, 6]);
    assert_eq!(rows("ill", "", ""), [0; 0]);
}

#[test]
fn a_filter_that_finds_nothing_by_itself_is_told() {
    let filter = |text| Some(Filter::new(text, Mode::default()).unwrap());
    let query = Query { username: filter("bil"), project: filter("Boiler"), sort: Vec::new() };
    let selection = query.run(&dataset()).unwrap();
    assert_eq!((selection.no_username, selection.no_project), (true, false));
    // Each finds something, and only together they find nothing.
    let query = Query { username: filter("bianca"), project: filter("Packaging"), sort: Vec::new() };
    let selection = query.run(&dataset()).unwrap();
    assert_eq!(selection, Selection::default());
}

#[test]
fn sorting_is_stable_both_ways_with_unknown_last() {
    assert_eq!(rows("", "", "username"), [4, 1, 5, 6, 0, 2, 3]);
    assert_eq!(rows("", "", "username:desc"), [0, 2, 6, 1, 5, 4, 3]);
    assert_eq!(rows("", "", "isDesigner"), [0, 2, 3, 6, 1, 5, 4]);
    assert_eq!(rows("", "", "isDesigner:desc"), [1, 5, 0, 2, 3, 6, 4]);
    assert_eq!(rows("", "", "creationTime:desc"), [3, 0, 6, 2, 1, 5, 4]);
}

#[test]
fn addresses_and_numbers_sort_as_numbers() {
    assert_eq!(rows("", "", "address"), [6, 0, 4, 1, 3, 5, 2]);
    assert_eq!(rows("", "", "load"), [1, 4, 3, 5, 0, 6, 2]);
    assert_eq!(rows("", "", "load:desc"), [6, 0, 3, 5, 4, 1, 2]);
}

#[test]
fn later_keys_settle_what_earlier_ones_leave_equal() {
    assert_eq!(rows("", "", "project,creationTime:desc"), [6, 2, 1, 3, 0, 5, 4]);
    assert_eq!(rows("bi.*", "", "username:desc,creationTime"), [2, 0, 6]);
}

#[test]
fn a_column_that_is_not_there_sorts_nothing() {
    assert_eq!(rows("", "", "memory,username"), rows("", "", "username"));
}

#[test]
fn a_header_click_goes_up_down_and_away() {
    let up = toggled(&[], &ColumnId::Username);
    assert_eq!(up, ["username".parse().unwrap()]);
    let down = toggled(&up, &ColumnId::Username);
    assert_eq!(down, ["username:desc".parse().unwrap()]);
    assert_eq!(toggled(&down, &ColumnId::Username), []);
    assert_eq!(toggled(&down, &ColumnId::Project), ["project".parse().unwrap()]);
}

#[test]
fn a_sort_key_is_read_from_text() {
    assert_eq!("x:up".parse::<SortKey>(), Err(SortKeyError::Direction("up".into())));
    assert_eq!(":desc".parse::<SortKey>(), Err(SortKeyError::NoColumn));
    let key: SortKey = "creationTime:desc".parse().unwrap();
    assert_eq!(key.to_string(), "creationTime:desc");
}
