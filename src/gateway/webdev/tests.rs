//! Valid answers in every form, and each way in which an answer can be invalid.

use super::*;
use crate::dataset::{Dataset, DatasetError};

const COLUMNS: &str = r#"{"name":"username","type":"String"},{"name":"project","type":"String"},{"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"}"#;
const BILLY: &str = r#"["billy","Packaging","10.1.2.3",false,"A1B2C3D4",1790000000000]"#;

fn answer(columns: &str, rows: &str) -> String {
    format!(
        r#"{{"ok":true,"v":1,"now":1790000000123,"timezone":"America/Los_Angeles","columns":[{columns}],"rows":[{rows}]}}"#
    )
}

fn read(json: &str) -> Result<Dataset, WebDevError> {
    parse(json.as_bytes()).map(|answer| answer.dataset)
}

/// Returns the reason of a [`WebDevError::Unexpected`].
fn reason(json: &str) -> String {
    match read(json) {
        Err(WebDevError::Unexpected { reason }) => reason,
        other => panic!("{json}: {other:?}"),
    }
}

fn rows(dataset: &Dataset) -> Vec<Vec<String>> {
    (0..dataset.len())
        .map(|row| dataset.columns().map(|(_, column)| format!("{:?}", column.cell(row))).collect())
        .collect()
}

#[test]
fn reads_the_example_of_the_manual() {
    let dataset = read(&answer(COLUMNS, BILLY)).unwrap();
    assert_eq!(dataset.now(), Some(1_790_000_000_123));
    assert_eq!(dataset.timezone(), Some("America/Los_Angeles"));
    assert_eq!(
        rows(&dataset),
        [[
            r#"Text("billy")"#,
            r#"Text("Packaging")"#,
            r#"Text("10.1.2.3")"#,
            "Boolean(false)",
            r#"Text("A1B2C3D4")"#,
            "Date(1790000000000)"
        ]]
    );
}

#[test]
fn reads_an_answer_without_rows() {
    assert!(read(&answer(COLUMNS, "")).unwrap().is_empty());
}

#[test]
fn accepts_a_byte_order_mark_and_white_space() {
    let spaced = answer(COLUMNS, BILLY).replace(':', ": ").replace(',', " ,\r\n\t").replace('[', "[ ");
    assert_eq!(read(&format!("\u{feff} {spaced}\n")), read(&answer(COLUMNS, BILLY)));
}

#[test]
fn accepts_an_answer_that_was_encoded_twice() {
    let encoded = |json: &str| serde_json::to_string(json).unwrap();
    let json = answer(COLUMNS, BILLY);
    assert_eq!(read(&encoded(&json)), read(&json));
    assert_eq!(read(&encoded("no JSON")), read("no JSON"));
    assert!(matches!(read(&encoded(&encoded(&json))), Err(WebDevError::Unexpected { .. })));
}

#[test]
fn accepts_columns_in_any_order() {
    let columns = r#"{"name":"creationTime","type":"Date"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"address","type":"String"},{"name":"project","type":"String"},{"name":"username","type":"String"}"#;
    let row = r#"[1790000000000,false,"A1B2C3D4","10.1.2.3","Packaging","billy"]"#;
    assert_eq!(read(&answer(columns, row)), read(&answer(COLUMNS, BILLY)));
}

#[test]
fn accepts_keys_in_any_order() {
    let json = format!(
        r#"{{"rows":[{BILLY}],"columns":[{COLUMNS}],"timezone":"America/Los_Angeles","now":1790000000123,"later":{{"x":[1]}},"ok":true}}"#
    );
    assert_eq!(read(&json), read(&answer(COLUMNS, BILLY)));
}

#[test]
fn ignores_other_keys_and_texts_that_look_like_rows() {
    let json = answer(COLUMNS, BILLY)
        .replace("\"ok\":true", r#""ok":true,"x":{"rows":[1],"columns":[2]},"y":"\"rows\":[]""#);
    assert_eq!(read(&json), read(&answer(COLUMNS, BILLY)));
}

#[test]
fn keeps_other_columns_in_their_types() {
    let columns = format!(
        r#"{COLUMNS},{{"name":"memory","type":"Long"}},{{"name":"load","type":"Double"}},{{"name":"kind","type":"String"}},{{"name":"pages","type":"List"}},{{"name":"note","type":"Note"}}"#
    );
    let row = r#"["b","P","h",true,"A",0,9007199254740993,0.5,"Vision",["a",1],"x"]"#;
    let dataset = read(&answer(&columns, row)).unwrap();
    assert_eq!(
        rows(&dataset)[0][6..],
        [
            "Integer(9007199254740993)",
            "Real(0.5)",
            r#"Text("Vision")"#,
            r#"Text("[\"a\",1]")"#,
            r#"Text("x")"#
        ]
    );
}

#[test]
fn accepts_null_in_any_cell() {
    let dataset = read(&answer(COLUMNS, "[null,null,null,null,null,null]")).unwrap();
    assert_eq!(rows(&dataset), [["Null"; 6]]);
}

#[test]
fn decodes_escapes_and_any_script() {
    let row = r#"["j\u00fcrgen \"x\" \ud83d\ude00","生産","h",false,"A",0]"#;
    let dataset = read(&answer(COLUMNS, row)).unwrap();
    assert_eq!(dataset.username().get(0), Some("jürgen \"x\" 😀"));
    assert_eq!(dataset.project().get(0), Some("生産"));
}

#[test]
fn accepts_whole_numbers_with_exponent_or_fraction_as_dates() {
    for (number, expected) in [("1.79E12", 1_790_000_000_000_i64), ("1.0", 1), ("-0", 0), ("1e3", 1_000)] {
        let dataset = read(&answer(COLUMNS, &BILLY.replace("1790000000000", number))).unwrap();
        assert_eq!(rows(&dataset)[0][5], format!("Date({expected})"), "{number}");
    }
}

#[test]
fn reports_missing_perspective_module() {
    let perspective = |value: &str| {
        let json = answer(COLUMNS, "").replace("\"v\":1", &format!("\"v\":1{value}"));
        parse(json.as_bytes()).unwrap().has_perspective
    };
    assert_eq!(perspective(""), None);
    assert_eq!(perspective(r#","perspective":true"#), Some(true));
    assert_eq!(perspective(r#","perspective":false"#), Some(false));
}

#[test]
fn rejects_wrong_columns() {
    let missing = COLUMNS.replacen("username", "other", 1);
    assert_eq!(
        read(&answer(&missing, BILLY)),
        Err(WebDevError::Columns(DatasetError::MissingColumn { name: "username".into() }))
    );
    let twice = format!(r#"{COLUMNS},{{"name":"project","type":"String"}}"#);
    assert_eq!(
        read(&answer(&twice, BILLY)),
        Err(WebDevError::Columns(DatasetError::DuplicateColumn { name: "project".into() }))
    );
    let many: Vec<String> =
        (6..257).map(|number| format!(r#"{{"name":"c{number}","type":"Long"}}"#)).collect();
    assert_eq!(
        read(&answer(&format!("{COLUMNS},{}", many.join(",")), "")),
        Err(WebDevError::Columns(DatasetError::TooManyColumns { found: 257 }))
    );
}

#[test]
fn names_row_and_column_of_a_wrong_cell() {
    for (cell, wrong, expected) in [
        (r#""billy""#, "7", r#""username": expected a String, found 7"#),
        (r#""billy""#, r#"{"a":1}"#, r#""username": expected a String, found {"a":1}"#),
        ("false", r#""no""#, r#""isDesigner": expected a Boolean, found "no""#),
        ("false", "[1]", r#""isDesigner": expected a Boolean, found [1]"#),
        ("false", "0", r#""isDesigner": expected a Boolean, found 0"#),
        ("1790000000000", r#""yesterday""#, r#""creationTime": expected a Date, found "yesterday""#),
        ("1790000000000", "1.5", r#""creationTime": expected a Date, found 1.5"#),
        ("1790000000000", "9223372036854775807", "expected a Date, found 9223372036854775807"),
        ("1790000000000", "9223372036854775808", "expected a Date, found 9223372036854775808"),
    ] {
        let reason = reason(&answer(COLUMNS, &format!("{BILLY},{}", BILLY.replacen(cell, wrong, 1))));
        assert!(reason.starts_with("row 2, column ") && reason.ends_with(expected), "{wrong}: {reason}");
    }
}

#[test]
fn names_the_type_of_a_wrong_cell_in_other_columns() {
    let columns = format!(r#"{COLUMNS},{{"name":"memory","type":"Long"}}"#);
    let row = BILLY.replace(']', r#","much"]"#);
    assert_eq!(
        reason(&answer(&columns, &row)),
        r#"row 1, column "memory": expected an Integer, found "much""#
    );
}

#[test]
fn exposes_text_of_the_gateway_to_sanitize_it() {
    let columns = COLUMNS.replacen("String", "Secret", 1);
    let mut error = read(&answer(&columns, BILLY)).unwrap_err();
    assert_eq!(error.gateway_text().map(|text| text.as_str()), Some("Secret"));
    let mut error = read(&answer(&COLUMNS.replacen("String", "Date", 1), BILLY)).unwrap_err();
    assert_eq!(error.gateway_text(), None);
}

#[test]
fn names_a_row_of_wrong_length() {
    for (row, found) in [("[]", 0), (r#"["a","b"]"#, 2), (&BILLY.replace(']', ",1,2]"), 8)] {
        assert_eq!(
            reason(&answer(COLUMNS, &format!("{BILLY},{row}"))),
            format!("row 2 has {found} cells, but there are 6 columns")
        );
    }
}

#[test]
fn names_a_row_that_is_not_a_list() {
    for (row, found) in
        [("{}", "an object"), ("null", "null"), (r#""x""#, "text"), ("-1", "a number"), ("true", "a Boolean")]
    {
        assert_eq!(reason(&answer(COLUMNS, row)), format!("row 1 is {found} instead of a list of cells"));
    }
}

#[test]
fn rejects_rows_that_are_not_a_list() {
    for rows in ["null", "{}", "5"] {
        let json = answer(COLUMNS, "").replace("\"rows\":[]", &format!("\"rows\":{rows}"));
        let reason = reason(&json);
        assert!(reason.contains("a list of rows"), "{reason}");
    }
}

#[test]
fn rejects_duplicate_rows() {
    for json in [
        format!(r#"{{"ok":true,"columns":[{COLUMNS}],"rows":[],"rows":[{BILLY}]}}"#),
        format!(r#"{{"ok":true,"rows":[],"rows":[{BILLY}],"columns":[{COLUMNS}]}}"#),
    ] {
        assert_eq!(reason(&json), r#"the answer has "rows" twice"#);
    }
}

#[test]
fn rejects_missing_and_wrong_keys() {
    for (json, expected) in [
        ("{}".to_owned(), r#"the answer has no "ok""#),
        (r#"{"ok":true}"#.to_owned(), r#"the answer has no "columns""#),
        (format!(r#"{{"ok":true,"columns":[{COLUMNS}]}}"#), r#"the answer has no "rows""#),
        (r#"{"ok":"yes"}"#.to_owned(), r#""ok" in the answer is not true or false"#),
        (r#"{"ok":true,"now":"noon"}"#.to_owned(), r#""now" in the answer is not milliseconds since 1970"#),
        (
            r#"{"ok":true,"columns":{}}"#.to_owned(),
            r#""columns" in the answer is not a list of names and types"#,
        ),
        (
            r#"{"ok":true,"columns":[{"name":"username"}]}"#.to_owned(),
            r#""columns" in the answer is not a list of names and types"#,
        ),
    ] {
        assert_eq!(reason(&json), expected);
    }
    assert_eq!(
        read(&answer(COLUMNS, "").replace("\"v\":1", "\"v\":2")),
        Err(WebDevError::UnknownVersion { found: 2 })
    );
}

#[test]
fn keeps_the_error_message_of_the_script() {
    let refused = |message: &str| Err(WebDevError::Refused { message: message.into() });
    assert_eq!(read(r#"{"ok":false,"v":1,"error":"Dangling meta"}"#), refused("Dangling meta"));
    assert_eq!(
        read(r#"{"ok":false,"error":"Unclosed group near index 1\n(\u001b"}"#),
        refused("Unclosed group near index 1 (\u{fffd}")
    );
    assert_eq!(read(r#"{"ok":false}"#), refused("no reason given"));
    assert_eq!(read(r#"{"error":["a",1],"ok":false}"#), refused(r#"["a",1]"#));
}

#[test]
fn rejects_what_is_not_json() {
    assert_eq!(read(""), Err(WebDevError::Empty));
    assert_eq!(read(" \r\n"), Err(WebDevError::Empty));
    assert_eq!(
        read("<!DOCTYPE html><html><head><TITLE>Log\n In</TITLE></head>"),
        Err(WebDevError::Html { title: Some("Log In".into()) })
    );
    assert_eq!(parse(b"{\"ok\":tr\xffue}").err(), Some(WebDevError::NotUtf8 { offset: 8 }));
    assert!(matches!(read("{\"ok\":true,\n\"v\":one}"), Err(WebDevError::Syntax { line: 2, column: 5, .. })));
    assert!(matches!(read("[1,2]"), Err(WebDevError::Unexpected { .. })));
    assert!(matches!(read("{\"ok\":true} x"), Err(WebDevError::Syntax { .. })));
    let twice = answer(COLUMNS, BILLY).repeat(2);
    assert!(matches!(read(&twice), Err(WebDevError::Syntax { .. })));
}

#[test]
fn rejects_invalid_cells() {
    for (cell, wrong) in [
        ("1790000000000", "01"),
        ("1790000000000", "-"),
        ("1790000000000", "1234567890123456789"),
        ("false", "fals"),
        ("\"billy\"", "\"bil\u{1}ly\""),
        ("\"billy\"", "\"bil\\xly\""),
        ("\"billy\"", "\"bil\\ud83dly\""),
        ("\"billy\"", "\"billy"),
        ("\"billy\"", "\"billy\\"),
    ] {
        assert!(read(&answer(COLUMNS, &BILLY.replace(cell, wrong))).is_err(), "{wrong}");
    }
}

#[test]
fn rejects_an_answer_cut_off_anywhere() {
    let whole = answer(COLUMNS, &format!(r#"{BILLY},["jürgen","P","h",true,"B",1]"#));
    for end in 1..whole.len() {
        match parse(&whole.as_bytes()[..end]) {
            Err(WebDevError::Truncated { line: 1, column }) => assert!(column <= end),
            other => panic!("cut off after {end} bytes: {other:?}"),
        }
    }
}

#[test]
fn rejects_deep_nesting_without_overflow() {
    let nested = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(read(&nested), Err(WebDevError::Syntax { .. } | WebDevError::Unexpected { .. })));
    let cell = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(read(&answer(COLUMNS, &cell)), Err(WebDevError::Syntax { .. })));
}

#[test]
fn reads_many_rows_on_two_threads() {
    let row = |number: usize| {
        format!(r#"["u{}","P","10.0.0.{}",false,"id-{number}",{number}]"#, number % 700, number % 200)
    };
    let list: Vec<String> = (0..9_000).map(row).collect();
    let dataset = read(&answer(COLUMNS, &list.join(","))).unwrap();
    assert_eq!(dataset.len(), 9_000);
    assert_eq!(
        rows(&dataset)[8_999],
        [
            r#"Text("u599")"#,
            r#"Text("P")"#,
            r#"Text("10.0.0.199")"#,
            "Boolean(false)",
            r#"Text("id-8999")"#,
            "Date(8999)"
        ]
    );
}

proptest::proptest! {
    /// Replaces one byte of a valid answer.
    #[test]
    fn never_panics_on_damaged_answers(place in 0_usize..1000, with in "[\\[\\]{},:\"\\\\ nt0-9.e\u{1}-]{0,2}") {
        let rows = format!(r#"{BILLY},["j\u00fcrgen",null,"h",true,"B",-1]"#);
        let mut json = answer(COLUMNS, &rows);
        let place = place % json.len();
        json.replace_range(place..=place, &with);
        let _result = read(&json);
    }
}
