//! Queries over a small dataset with expected rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::cancel::{CHUNK, CancelToken, Stopped};
use super::*;
use crate::dataset::{Cell, ColumnId, ColumnType, Dataset, DatasetBuilder, Header, TextColumn, Value};
use crate::filter::{MatchError, Mode};

/// Username, project, address, designer, created, load; a dash is a null.
const ROWS: [&str; 7] = [
    "billy Packaging 10.2.0.9 false 30 0.5",
    "anna Boiler 10.10.0.1 true 10 -2",
    "billy Boiler hmi-7 false 20 -",
    "- Packaging ::1 false 40 0",
    "Zoe - 10.2.0.9 - - -0.5",
    "anna Packaging hmi-10 true 10 -0.0",
    "bianca Boiler 9.1.1.1 false 30 1000",
];

fn dataset() -> Arc<Dataset> {
    dataset_of(&ROWS)
}

fn dataset_of(rows: &[&str]) -> Arc<Dataset> {
    let columns = [
        ("username", ColumnType::String),
        ("project", ColumnType::String),
        ("address", ColumnType::String),
        ("isDesigner", ColumnType::Boolean),
        ("creationTime", ColumnType::Date),
        ("load", ColumnType::Real),
        ("clientId", ColumnType::String),
    ];
    let headers =
        columns.into_iter().map(|(name, column_type)| Header { name: name.to_owned(), column_type });
    let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
    for &row in rows {
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
    Arc::new(builder.finish(None, None))
}

fn text(pattern: &str) -> FilterText {
    FilterText { pattern: pattern.to_owned(), ..FilterText::default() }
}

fn rows(username: &str, project: &str, sort: &str) -> Vec<u32> {
    let keys = sort.split(',').filter(|key| !key.is_empty());
    let query = Query {
        username: text(username),
        project: text(project),
        sort: keys.map(|key| key.parse().unwrap()).collect(),
        ..Query::default()
    };
    query.run(&dataset()).unwrap().rows
}

#[test]
fn keeps_the_gateways_order_by_default() {
    assert_eq!(rows("", "", ""), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn filters_match_whole_values_and_no_null() {
    assert_eq!(rows("bi.*", "", ""), [0, 2, 6]);
    assert_eq!(rows("", "Pack.*", ""), [0, 3, 5]);
    assert_eq!(rows("bi.*", "Boiler", ""), [2, 6]);
    assert_eq!(rows(".*", "", ""), [0, 1, 2, 4, 5, 6]);
    assert_eq!(rows("ill", "", ""), [0; 0]);
}

#[test]
fn reports_filters_that_match_nothing() {
    let match_nothing = |username, project| {
        let query = Query { username: text(username), project: text(project), ..Query::default() };
        let result = query.run(&dataset()).unwrap();
        assert_eq!(result.rows, [0; 0]);
        (result.username.matches_nothing, result.project.matches_nothing)
    };
    assert_eq!(match_nothing("bil", "Boiler"), (true, false));
    // Both match something, but not together.
    assert_eq!(match_nothing("bianca", "Packaging"), (false, false));
}

#[test]
fn sorting_is_stable_with_nulls_last_in_both_directions() {
    assert_eq!(rows("", "", "username"), [1, 5, 6, 0, 2, 4, 3]);
    assert_eq!(rows("", "", "username:desc"), [4, 0, 2, 6, 1, 5, 3]);
    assert_eq!(rows("", "", "isDesigner"), [0, 2, 3, 6, 1, 5, 4]);
    assert_eq!(rows("", "", "isDesigner:desc"), [1, 5, 0, 2, 3, 6, 4]);
    assert_eq!(rows("", "", "creationTime:desc"), [3, 0, 6, 2, 1, 5, 4]);
}

#[test]
fn sorts_addresses_and_numbers_as_numbers() {
    assert_eq!(rows("", "", "address"), [6, 0, 4, 1, 3, 5, 2]);
    assert_eq!(rows("", "", "load"), [1, 4, 3, 5, 0, 6, 2]);
    assert_eq!(rows("", "", "load:desc"), [6, 0, 3, 5, 4, 1, 2]);
}

#[test]
fn later_keys_order_rows_that_earlier_keys_leave_equal() {
    assert_eq!(rows("", "", "project,creationTime:desc"), [6, 2, 1, 3, 0, 5, 4]);
    assert_eq!(rows("bi.*", "", "username:desc,creationTime"), [2, 0, 6]);
}

#[test]
fn ignores_sort_keys_of_missing_columns() {
    assert_eq!(rows("", "", "memory,username"), rows("", "", "username"));
}

#[test]
fn toggles_sort_order() {
    let up = toggle_sort(&[], &ColumnId::Username);
    assert_eq!(up, ["username".parse().unwrap()]);
    let down = toggle_sort(&up, &ColumnId::Username);
    assert_eq!(down, ["username:desc".parse().unwrap()]);
    assert_eq!(toggle_sort(&down, &ColumnId::Username), []);
    assert_eq!(toggle_sort(&down, &ColumnId::Project), ["project".parse().unwrap()]);
}

#[test]
fn parses_sort_keys() {
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
fn toggles_additional_sort_keys() {
    let sort = toggle_sort(&[], &ColumnId::Project);
    let sort = toggle_additional_sort(&sort, &ColumnId::Username);
    let texts = |sort: &[SortKey]| sort.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts(&sort), ["project", "username"]);
    let sort = toggle_additional_sort(&sort, &ColumnId::Project);
    assert_eq!(texts(&sort), ["project:desc", "username"]);
    let sort = toggle_additional_sort(&sort, &ColumnId::Project);
    assert_eq!(texts(&sort), ["username"]);
}

fn cell(column: &str, value: Value, keep: bool) -> CellFilter {
    CellFilter { column: column.into(), value, keep }
}

fn filtered(designer: DesignerFilter, cells: Vec<CellFilter>) -> Vec<u32> {
    Query { designer, cells, ..Query::default() }.run(&dataset()).unwrap().rows
}

#[test]
fn sessions_with_null_designer_are_neither_clients_nor_designers() {
    assert_eq!(filtered(DesignerFilter::Clients, Vec::new()), [0, 2, 3, 6]);
    assert_eq!(filtered(DesignerFilter::Designers, Vec::new()), [1, 5]);
    assert_eq!(filtered(DesignerFilter::All, Vec::new()).len(), ROWS.len());
}

#[test]
fn keeps_and_excludes_values() {
    let address = |text: &str, keep| cell("address", Value::Text(text.into()), keep);
    assert_eq!(filtered(DesignerFilter::All, vec![address("10.2.0.9", true)]), [0, 4]);
    // Several values to keep are alternatives.
    assert_eq!(
        filtered(DesignerFilter::All, vec![address("10.2.0.9", true), address("::1", true)]),
        [0, 3, 4]
    );
    assert_eq!(
        filtered(DesignerFilter::All, vec![address("10.2.0.9", false), address("::1", false)]),
        [1, 2, 5, 6]
    );
    let both = vec![address("10.2.0.9", true), cell("username", Value::Text("billy".into()), false)];
    assert_eq!(filtered(DesignerFilter::All, both), [4]);
    assert_eq!(filtered(DesignerFilter::All, vec![address("nowhere", true)]), [0; 0]);
    assert_eq!(filtered(DesignerFilter::All, vec![cell("project", Value::Null, true)]), [4]);
    assert_eq!(filtered(DesignerFilter::All, vec![cell("project", Value::Null, false)]), [0, 1, 2, 3, 5, 6]);
    assert_eq!(filtered(DesignerFilter::All, vec![cell("creationTime", Value::Date(10), true)]), [1, 5]);
    assert_eq!(filtered(DesignerFilter::All, vec![cell("load", Value::Null, true)]), [2]);
    assert_eq!(filtered(DesignerFilter::All, vec![cell("gone", Value::Null, true)]).len(), ROWS.len());
}

#[test]
fn counts_selected_sessions() {
    let query = |username| Query { username: text(username), ..Query::default() };
    let counts = |username| query(username).run(&dataset()).unwrap().counts;
    assert_eq!(counts(""), Counts { clients: 4, designers: 2, users: 4 });
    assert_eq!(counts("b.*"), Counts { clients: 3, designers: 0, users: 2 });
}

#[test]
fn counts_of_designers_ignore_their_filter() {
    let counts = |username, designer, cells| {
        let query = Query { username: text(username), designer, cells, ..Query::default() };
        query.run(&dataset()).unwrap().designer_counts
    };
    for designer in [DesignerFilter::All, DesignerFilter::Clients, DesignerFilter::Designers] {
        assert_eq!(counts("", designer, Vec::new()), DesignerCounts { all: 7, clients: 4, designers: 2 });
        assert_eq!(counts("b.*", designer, Vec::new()), DesignerCounts { all: 3, clients: 3, designers: 0 });
        let address = cell("address", Value::Text("10.2.0.9".into()), true);
        assert_eq!(counts("", designer, vec![address]), DesignerCounts { all: 2, clients: 1, designers: 0 });
    }
}

#[test]
fn facets_ignore_their_own_filter() {
    let facets = |order| {
        let query = Query { username: text("billy"), facets: Some(order), ..Query::default() };
        query.run(&dataset()).unwrap().facets.unwrap()
    };
    let dataset = dataset();
    let names = |column: &TextColumn, facet: &Facet| {
        let name = |&(code, sessions): &(u32, u32)| format!("{} {sessions}", column.text(code));
        facet.values.iter().map(name).collect::<Vec<_>>()
    };
    let by_count = facets(FacetOrder::Count);
    assert_eq!(names(dataset.username(), &by_count.users), ["anna 2", "billy 2", "bianca 1", "Zoe 1"]);
    assert_eq!(names(dataset.project(), &by_count.projects), ["Boiler 1", "Packaging 1"]);
    let by_name = facets(FacetOrder::Name);
    assert_eq!(names(dataset.username(), &by_name.users), ["anna 2", "bianca 1", "billy 2", "Zoe 1"]);
}

fn grouped(column: &str, largest_first: bool, sort: &str) -> Vec<Vec<u32>> {
    let query = Query {
        grouping: Some(Grouping { column: column.into(), largest_first }),
        sort: sort.split(',').filter(|key| !key.is_empty()).map(|key| key.parse().unwrap()).collect(),
        ..Query::default()
    };
    let QueryResult { rows, groups, .. } = query.run(&dataset()).unwrap();
    let ends = groups.iter().skip(1).copied().chain([u32::try_from(rows.len()).unwrap()]);
    groups.iter().zip(ends).map(|(&start, end)| rows[start as usize..end as usize].to_vec()).collect()
}

#[test]
fn groups_by_value_or_size_and_sorts_within_groups() {
    let by_name: [&[u32]; 3] = [&[1, 2, 6], &[0, 3, 5], &[4]];
    assert_eq!(grouped("project", false, ""), by_name);
    let by_name_sorted: [&[u32]; 3] = [&[2, 6, 1], &[0, 5, 3], &[4]];
    assert_eq!(grouped("project", false, "username:desc"), by_name_sorted);
    let by_name_descending: [&[u32]; 3] = [&[0, 3, 5], &[1, 2, 6], &[4]];
    assert_eq!(grouped("project", false, "project:desc"), by_name_descending);
    let by_size: [&[u32]; 5] = [&[1, 5], &[0, 2], &[6], &[4], &[3]];
    assert_eq!(grouped("username", true, ""), by_size);
    // Only existing text columns make groups.
    assert_eq!(grouped("load", false, "").len() + grouped("gone", false, "").len(), 0);
}

#[test]
fn finds_duplicate_logins() {
    let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
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
    let duplicates = DuplicateLogins::find(&builder.finish(None, None));
    let counts: Vec<_> = (0..8).map(|row| duplicates.get(row).map(|login| login.sessions)).collect();
    assert_eq!(counts, [Some(2), Some(3), None, Some(2), None, None, Some(3), Some(3)]);
}

/// A dataset with this many users, each with one session.
fn large_dataset(sessions: u32) -> Arc<Dataset> {
    let users: Vec<String> = (0..sessions).map(|number| format!("user{number:06}")).collect();
    let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
    for (number, user) in (0..).zip(&users) {
        // The positions of the standard columns: username, project, address, isDesigner, clientId, creationTime.
        let cells = [
            Cell::Text(user),
            Cell::Text("P"),
            Cell::Null,
            Cell::Boolean(number % 2 == 0),
            Cell::Null,
            Cell::Date(i64::from(number * 7_919 % sessions)),
        ];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    Arc::new(builder.finish(None, None))
}

/// Runs a query that is cancelled at this check, and returns its result and the number of checks.
fn select_until(query: &Query, dataset: &Arc<Dataset>, last: usize) -> (Result<QueryResult, Stopped>, usize) {
    let checks = AtomicUsize::new(0);
    let is_cancelled = || checks.fetch_add(1, Ordering::SeqCst) + 1 >= last;
    let filters = query.compile().unwrap();
    let result = query.select(&filters, dataset, CancelToken::new(&is_cancelled));
    (result, checks.into_inner())
}

#[test]
fn stops_at_the_first_check_after_cancellation() {
    let sessions = 3 * u32::try_from(CHUNK).unwrap();
    let dataset = large_dataset(sessions);
    let query = Query {
        username: text(".*7.*"),
        project: text("(?<letter>P)|\\k<letter>"),
        designer: DesignerFilter::Clients,
        cells: vec![cell("creationTime", Value::Date(0), false), cell("project", Value::Null, false)],
        sort: ["username", "creationTime", "isDesigner"].map(|key| key.parse().unwrap()).into(),
        facets: Some(FacetOrder::Count),
        ..Query::default()
    };
    let (result, checks) = select_until(&query, &dataset, usize::MAX);
    assert!(!result.unwrap().rows.is_empty());
    // The username filter alone checks once per 64 values.
    assert!(checks > sessions as usize / 64, "{checks} checks");
    for last in (1..=checks).step_by(3).chain([checks]) {
        let (result, checked) = select_until(&query, &dataset, last);
        assert_eq!((result.map(|result| result.rows), checked), (Err(Stopped::Cancelled), last));
    }
}

#[test]
fn limits_the_time_of_backtracking_only_on_request() {
    let dataset = large_dataset(1_000);
    let query = Query { username: text(r"(u)\1?.*7"), ..Query::default() };
    let limited = CancelToken::NEVER.with_match_timeout(Duration::ZERO);
    let stopped = query.select(&query.compile().unwrap(), &dataset, limited).unwrap_err();
    assert_eq!(stopped, Stopped::Match(FilterField::Username, MatchError::Limit));
    assert_eq!(query.run(&dataset).unwrap().rows.len(), 100);
}

#[test]
fn finds_the_matches_to_highlight() {
    let highlights = |pattern: &str, mode: Mode| {
        let username = FilterText { pattern: pattern.to_owned(), mode };
        let dataset = dataset();
        let result = Query { username, ..Query::default() }.run(&dataset).unwrap();
        let found = (0..ROWS.len()).map(|row| result.username.highlights.find(dataset.username(), row));
        (result.rows, found.collect::<Vec<_>>())
    };
    let contains = Mode { contains: true, ..Mode::default() };
    let none = vec![None; ROWS.len()];
    // Linear, and with backtracking.
    for pattern in ["l+", r"(l)\1?"] {
        let (rows, found) = highlights(pattern, contains);
        assert_eq!(rows, [0, 2], "{pattern}");
        assert_eq!(found, [Some(2..4), None, Some(2..4), None, None, None, None], "{pattern}");
    }
    let (rows, found) = highlights("n", contains);
    assert_eq!(rows, [1, 5, 6]);
    assert_eq!(found, [None, Some(1..2), None, None, None, Some(1..2), Some(3..4)]);
    // An empty match, an inverted filter and one on the whole value have nothing to highlight.
    assert_eq!(highlights("x*", contains), (vec![0, 1, 2, 4, 5, 6], none.clone()));
    assert_eq!(highlights("l", Mode { invert: true, ..contains }), (vec![1, 4, 5, 6], none.clone()));
    assert_eq!(highlights("bi.*", Mode::default()), (vec![0, 2, 6], none));
}

fn column(column: &str, pattern: &str, mode: Mode) -> ColumnFilter {
    ColumnFilter { column: column.into(), text: FilterText { pattern: pattern.to_owned(), mode } }
}

#[test]
fn filters_any_text_column() {
    let rows = |columns| Query { columns, ..Query::default() }.run(&dataset()).unwrap().rows;
    let exact = Mode::default();
    assert_eq!(rows(vec![column("address", r"10\..*", exact)]), [0, 1, 4]);
    let invert = Mode { invert: true, ..exact };
    assert_eq!(rows(vec![column("address", r"10\..*", invert)]), [2, 3, 5, 6]);
    assert_eq!(rows(vec![column("address", "hmi.*", exact), column("clientId", ".*Boiler.*", exact)]), [2]);
    // A column of another type, one that isn't there, and an empty pattern filter nothing.
    for (name, pattern) in [("load", "x"), ("memory", "x"), ("address", "")] {
        assert_eq!(rows(vec![column(name, pattern, exact)]).len(), 7, "{name}");
    }
}

#[test]
fn filters_addresses_by_prefix_although_they_are_sorted_by_number() {
    let addresses = ["10.2.0.9", "10.10.0.1", "20.1.1.1", "172.16.0.1", "192.168.0.1", "10.2.1.1"];
    let rows = addresses.map(|address| format!("billy Boiler {address} false 1 0"));
    let dataset = dataset_of(&rows.each_ref().map(String::as_str));
    for (pattern, expected) in
        [(r"10\.2\..*", [0, 5].as_slice()), (r"20\..*", &[2]), (r"1.*", &[0, 1, 3, 4, 5])]
    {
        let columns = vec![column("address", pattern, Mode::default())];
        let result = Query { columns, ..Query::default() }.run(&dataset).unwrap();
        assert_eq!(result.rows, expected, "{pattern}");
        assert!(!result.columns[0].1.matches_nothing, "{pattern}");
    }
}

#[test]
fn reports_each_column_filter() {
    let columns = vec![
        column("address", "HMI", Mode { contains: true, ..Mode::default() }),
        column("clientId", ".*Zoe.*", Mode::default()),
    ];
    let result = Query { columns, ..Query::default() }.run(&dataset()).unwrap();
    let statuses: Vec<_> =
        result.columns.iter().map(|(column, status)| (column.name(), status.matches_nothing)).collect();
    assert_eq!(statuses, [("address", true), ("clientId", false)]);
    let invalid = Query { columns: vec![column("address", "(", Mode::default())], ..Query::default() };
    assert_eq!(invalid.run(&dataset()).unwrap_err().field, FilterField::Column(0));
}

#[test]
fn filters_dates() {
    let result = |range| {
        let dates = vec![DateFilter { column: ColumnId::CreationTime, range }];
        Query { dates, now_epoch_ms: 1_029, ..Query::default() }.run(&dataset()).unwrap()
    };
    // Rows created at 30, 10, 20, 40, null, 10 and 30. A second ago it was 29.
    let last = result(DateRange::Last(1));
    assert_eq!(last.rows, [0, 3, 6]);
    assert_eq!(last.changes_at_epoch_ms, Some(1_031));
    assert_eq!(result(DateRange::Last(0)).rows, [0; 0]);
    assert_eq!(result(DateRange::Last(u32::MAX)).rows, [0, 1, 2, 3, 5, 6]);
    assert_eq!(result(DateRange::Before(20)).rows, [1, 5]);
    assert_eq!(result(DateRange::Since(30)).rows, [0, 3, 6]);
    assert_eq!(result(DateRange::Since(30)).changes_at_epoch_ms, None);
    // Other columns filter nothing.
    let dates = vec![DateFilter { column: "load".into(), range: DateRange::Before(0) }];
    assert_eq!(Query { dates, ..Query::default() }.run(&dataset()).unwrap().rows.len(), 7);
}

/// Returns the suggestions of a query as fields, changes and sessions.
fn suggestions(query: &Query) -> Vec<(Vec<FilterField>, &'static str, usize)> {
    let query = Query { suggestions: true, ..query.clone() };
    let suggestions = query.run(&dataset()).unwrap().suggestions.into_iter();
    let words = |suggestion: &Suggestion| match (suggestion.contains, suggestion.ignore_case) {
        (true, true) => "both",
        (true, false) => "part",
        _ => "case",
    };
    suggestions
        .map(|suggestion| (suggestion.fields.clone(), words(&suggestion), suggestion.sessions))
        .collect()
}

#[test]
fn suggests_modes_where_a_plain_text_finds_nothing() {
    use FilterField::{Column, Project, Username};
    let username = |pattern| Query { username: text(pattern), ..Query::default() };
    assert_eq!(suggestions(&username("bi")), [(vec![Username], "part", 3)]);
    assert_eq!(suggestions(&username("ANNA")), [(vec![Username], "case", 2)]);
    assert_eq!(suggestions(&username("ILL")), [(vec![Username], "both", 2)]);
    // Ignoring the case as well finds no more.
    assert_eq!(suggestions(&username("Z")), [(vec![Username], "part", 1)]);
    // Nothing helps, something is found, or the text is a pattern.
    for pattern in ["unknown", "anna", "bi.*x", ""] {
        assert_eq!(suggestions(&username(pattern)), [], "{pattern}");
    }
    let inverted = FilterText { pattern: "a".to_owned(), mode: Mode { invert: true, ..Mode::default() } };
    assert_eq!(suggestions(&Query { username: inverted, project: text("x"), ..Query::default() }), []);

    // Other filters count, and those that find nothing change together.
    let query = Query { project: text("Packaging"), ..username("bi") };
    assert_eq!(suggestions(&query), [(vec![Username], "part", 1)]);
    let query = Query { project: text("Boil"), ..username("bi") };
    assert_eq!(suggestions(&query), [(vec![Username, Project], "part", 2)]);
    let query = Query { designer: DesignerFilter::Designers, ..username("bi") };
    assert_eq!(suggestions(&query), []);
    let query = Query { columns: vec![column("address", "10", Mode::default())], ..Query::default() };
    assert_eq!(suggestions(&query), [(vec![Column(0)], "part", 4)]);
    // Filters that exclude each other change one at a time.
    let query = Query { project: text("Boiler"), ..username("Zoe") };
    assert_eq!(suggestions(&query), []);
    // Without being asked for, there are none.
    assert_eq!(username("bi").run(&dataset()).unwrap().suggestions, []);
}

#[test]
fn suggestions_are_cancelled_with_their_query() {
    let dataset = dataset();
    let query = Query { username: text("bi"), suggestions: true, ..Query::default() };
    let filters = query.compile().unwrap();
    let checks = AtomicUsize::new(0);
    let count = || {
        checks.fetch_add(1, Ordering::Relaxed);
        false
    };
    query.select(&filters, &dataset, CancelToken::new(&count)).unwrap();
    let all = checks.load(Ordering::Relaxed);
    let without = Query { suggestions: false, ..query.clone() };
    checks.store(0, Ordering::Relaxed);
    without.select(&filters, &dataset, CancelToken::new(&count)).unwrap();
    let before = checks.load(Ordering::Relaxed);
    assert!(before < all, "{before} of {all}");
    for last in before..all {
        checks.store(0, Ordering::Relaxed);
        let cancels = || checks.fetch_add(1, Ordering::Relaxed) == last;
        let stopped = query.select(&filters, &dataset, CancelToken::new(&cancels)).unwrap_err();
        assert_eq!(stopped, Stopped::Cancelled);
    }
}
