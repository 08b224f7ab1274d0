//! Queries over a small dataset whose right answers can be read off.

use super::*;
use crate::dataset::{Cell, ColumnId, ColumnType, DatasetBuilder, Header, TextColumn, Value};
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
                ("-", _) => Cell::Null,
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
        ..Query::default()
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
    let query = Query { username: filter("bil"), project: filter("Boiler"), ..Query::default() };
    let selection = query.run(&dataset()).unwrap();
    assert_eq!((selection.no_username, selection.no_project), (true, false));
    // Each finds something, and only together they find nothing.
    let query = Query { username: filter("bianca"), project: filter("Packaging"), ..Query::default() };
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
    for (text, written) in [
        ("creationTime:desc", "creationTime:desc"),
        ("creationTime:asc", "creationTime"),
        ("cpu:load:asc", "cpu:load:asc"),
        ("cpu:load:desc", "cpu:load:desc"),
    ] {
        let key: SortKey = text.parse().unwrap();
        assert_eq!(key.to_string(), written);
        assert_eq!(written.parse(), Ok(key));
    }
}

#[test]
fn a_click_that_adds_puts_the_column_last_turns_it_and_takes_it_away() {
    let sort = toggled(&[], &ColumnId::Project);
    let sort = added(&sort, &ColumnId::Username);
    let texts = |sort: &[SortKey]| sort.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts(&sort), ["project", "username"]);
    let sort = added(&sort, &ColumnId::Project);
    assert_eq!(texts(&sort), ["project:desc", "username"]);
    let sort = added(&sort, &ColumnId::Project);
    assert_eq!(texts(&sort), ["username"]);
}

fn cell(column: &str, value: Value, keep: bool) -> CellFilter {
    CellFilter { column: column.into(), value, keep }
}

fn filtered(kind: Kind, cells: Vec<CellFilter>) -> Vec<u32> {
    Query { kind, cells, ..Query::default() }.run(&dataset()).unwrap().rows
}

#[test]
fn clients_and_designers_are_told_apart_and_the_unknown_is_neither() {
    assert_eq!(filtered(Kind::Clients, Vec::new()), [0, 2, 3, 6]);
    assert_eq!(filtered(Kind::Designers, Vec::new()), [1, 5]);
    assert_eq!(filtered(Kind::All, Vec::new()).len(), ROWS.len());
}

#[test]
fn values_are_kept_or_left_out() {
    let address = |text: &str, keep| cell("address", Value::Text(text.into()), keep);
    assert_eq!(filtered(Kind::All, vec![address("10.2.0.9", true)]), [0, 4]);
    // Several to keep are alternatives, several to leave out go together.
    assert_eq!(filtered(Kind::All, vec![address("10.2.0.9", true), address("::1", true)]), [0, 3, 4]);
    assert_eq!(filtered(Kind::All, vec![address("10.2.0.9", false), address("::1", false)]), [1, 2, 5, 6]);
    let both = vec![address("10.2.0.9", true), cell("username", Value::Text("billy".into()), false)];
    assert_eq!(filtered(Kind::All, both), [4]);
    assert_eq!(filtered(Kind::All, vec![address("nowhere", true)]), [0; 0]);
    assert_eq!(filtered(Kind::All, vec![cell("project", Value::Null, true)]), [4]);
    assert_eq!(filtered(Kind::All, vec![cell("project", Value::Null, false)]), [0, 1, 2, 3, 5, 6]);
    assert_eq!(filtered(Kind::All, vec![cell("creationTime", Value::Date(10), true)]), [1, 5]);
    assert_eq!(filtered(Kind::All, vec![cell("load", Value::Null, true)]), [2]);
    assert_eq!(filtered(Kind::All, vec![cell("gone", Value::Null, true)]).len(), ROWS.len());
}

#[test]
fn what_is_shown_is_counted() {
    let query = |username: Option<&str>| Query {
        username: username.map(|text| Filter::new(text, Mode::default()).unwrap()),
        ..Query::default()
    };
    let counts = |username| query(username).run(&dataset()).unwrap().counts;
    assert_eq!(counts(None), Counts { clients: 4, designers: 2, users: 4 });
    assert_eq!(counts(Some("b.*")), Counts { clients: 3, designers: 0, users: 2 });
}

#[test]
fn each_facet_is_counted_without_its_own_filter() {
    let filter = |text| Some(Filter::new(text, Mode::default()).unwrap());
    let facets = |order| {
        let query = Query { username: filter("billy"), facets: Some(order), ..Query::default() };
        query.run(&dataset()).unwrap().facets.unwrap()
    };
    let dataset = dataset();
    let names = |column: &TextColumn, facet: &Facet| {
        let name = |&(code, sessions): &(u32, u32)| format!("{} {sessions}", column.text(code));
        facet.values.iter().map(name).collect::<Vec<_>>()
    };
    let by_count = facets(FacetOrder::Count);
    assert_eq!(names(dataset.username(), &by_count.users), ["anna 2", "billy 2", "Zoe 1", "bianca 1"]);
    assert_eq!(names(dataset.project(), &by_count.projects), ["Boiler 1", "Packaging 1"]);
    let by_name = facets(FacetOrder::Name);
    assert_eq!(names(dataset.username(), &by_name.users), ["Zoe 1", "anna 2", "bianca 1", "billy 2"]);
}

fn grouped(column: &str, largest_first: bool, sort: &str) -> Vec<Vec<u32>> {
    let query = Query {
        grouping: Some(Grouping { column: column.into(), largest_first }),
        sort: sort.split(',').filter(|key| !key.is_empty()).map(|key| key.parse().unwrap()).collect(),
        ..Query::default()
    };
    let Selection { rows, groups, .. } = query.run(&dataset()).unwrap();
    let ends = groups.iter().skip(1).copied().chain([u32::try_from(rows.len()).unwrap()]);
    groups.iter().zip(ends).map(|(&start, end)| rows[start as usize..end as usize].to_vec()).collect()
}

#[test]
fn groups_stand_by_value_or_by_size_and_are_sorted_inside() {
    let by_name: [&[u32]; 3] = [&[1, 2, 6], &[0, 3, 5], &[4]];
    assert_eq!(grouped("project", false, ""), by_name);
    let by_name_sorted: [&[u32]; 3] = [&[2, 6, 1], &[0, 5, 3], &[4]];
    assert_eq!(grouped("project", false, "username:desc"), by_name_sorted);
    let by_name_down: [&[u32]; 3] = [&[0, 3, 5], &[1, 2, 6], &[4]];
    assert_eq!(grouped("project", false, "project:desc"), by_name_down);
    let by_size: [&[u32]; 5] = [&[1, 5], &[0, 2], &[4], &[6], &[3]];
    assert_eq!(grouped("username", true, ""), by_size);
    // Neither a column of numbers nor one that is not there makes groups.
    assert_eq!(grouped("load", false, "").len() + grouped("gone", false, "").len(), 0);
}

#[test]
fn only_the_same_user_in_the_same_project_repeats() {
    let mut builder = DatasetBuilder::new(
        ["username", "project", "address", "clientId"]
            .map(|name| Header { name: name.to_owned(), kind: ColumnType::String })
            .into_iter()
            .chain([
                Header { name: "isDesigner".to_owned(), kind: ColumnType::Boolean },
                Header { name: "creationTime".to_owned(), kind: ColumnType::Date },
            ])
            .collect(),
    )
    .unwrap();
    for (user, project) in
        [("a", "P"), ("b", "P"), ("a", "Q"), ("a", "P"), ("", ""), ("", ""), ("b", "P"), ("b", "P")]
    {
        let text = |text: &'static str| if text.is_empty() { Cell::Null } else { Cell::Text(text) };
        for (column, cell) in [text(user), text(project), Cell::Null, Cell::Null, Cell::Null, Cell::Null]
            .into_iter()
            .enumerate()
        {
            builder.push(column, cell).unwrap();
        }
    }
    let repeats = DuplicateLogins::of(&builder.finish(None, None));
    let times: Vec<_> = (0..8).map(|row| repeats.times(row)).collect();
    assert_eq!(times, [Some(2), Some(3), None, Some(2), None, None, Some(3), Some(3)]);
}
