//! Valid responses in every form, and each way in which a response can be invalid.

use super::*;
use crate::dataset::{Dataset, DatasetError};

const COLUMNS: &str = r#"{"name":"username","type":"String"},{"name":"project","type":"String"},{"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"}"#;
const BILLY: &str = r#"["billy","Packaging","10.1.2.3",false,"A1B2C3D4",1790000000000]"#;

fn webdev_json(columns: &str, rows: &str) -> String {
    format!(
        r#"{{"ok":true,"v":1,"now":1790000000123,"timezone":"America/Los_Angeles","columns":[{columns}],"rows":[{rows}]}}"#
    )
}

fn read(json: &str) -> Result<Dataset, WebDevError> {
    parse(json.as_bytes()).map(|response| response.dataset)
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
    let dataset = read(&webdev_json(COLUMNS, BILLY)).unwrap();
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
fn reads_a_response_without_rows() {
    assert!(read(&webdev_json(COLUMNS, "")).unwrap().is_empty());
}

#[test]
fn accepts_a_byte_order_mark_and_white_space() {
    let spaced = webdev_json(COLUMNS, BILLY).replace(':', ": ").replace(',', " ,\r\n\t").replace('[', "[ ");
    assert_eq!(read(&format!("\u{feff} {spaced}\n")), read(&webdev_json(COLUMNS, BILLY)));
}

#[test]
fn accepts_a_response_that_was_encoded_twice() {
    let encoded = |json: &str| serde_json::to_string(json).unwrap();
    let json = webdev_json(COLUMNS, BILLY);
    assert_eq!(read(&encoded(&json)), read(&json));
    assert_eq!(read(&encoded("no JSON")), read("no JSON"));
    assert!(matches!(read(&encoded(&encoded(&json))), Err(WebDevError::OtherJson(_))));
}

#[test]
fn accepts_columns_in_any_order() {
    let columns = r#"{"name":"creationTime","type":"Date"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"address","type":"String"},{"name":"project","type":"String"},{"name":"username","type":"String"}"#;
    let row = r#"[1790000000000,false,"A1B2C3D4","10.1.2.3","Packaging","billy"]"#;
    assert_eq!(read(&webdev_json(columns, row)), read(&webdev_json(COLUMNS, BILLY)));
}

#[test]
fn accepts_keys_in_any_order() {
    let json = format!(
        r#"{{"rows":[{BILLY}],"columns":[{COLUMNS}],"timezone":"America/Los_Angeles","now":1790000000123,"later":{{"x":[1]}},"ok":true}}"#
    );
    assert_eq!(read(&json), read(&webdev_json(COLUMNS, BILLY)));
}

#[test]
fn ignores_other_keys_and_texts_that_look_like_rows() {
    let json = webdev_json(COLUMNS, BILLY)
        .replace("\"ok\":true", r#""ok":true,"x":{"rows":[1],"columns":[2]},"y":"\"rows\":[]""#);
    assert_eq!(read(&json), read(&webdev_json(COLUMNS, BILLY)));
}

#[test]
fn keeps_other_columns_in_their_types() {
    let columns = format!(
        r#"{COLUMNS},{{"name":"memory","type":"Long"}},{{"name":"load","type":"Double"}},{{"name":"kind","type":"String"}},{{"name":"pages","type":"List"}},{{"name":"note","type":"Note"}}"#
    );
    let row = r#"["b","P","h",true,"A",0,9007199254740993,0.5,"Vision",["a",1],"x"]"#;
    let dataset = read(&webdev_json(&columns, row)).unwrap();
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
    let dataset = read(&webdev_json(COLUMNS, "[null,null,null,null,null,null]")).unwrap();
    assert_eq!(rows(&dataset), [["Null"; 6]]);
}

#[test]
fn decodes_escapes_and_any_script() {
    let row = r#"["j\u00fcrgen \"x\" \ud83d\ude00","生産","h",false,"A",0]"#;
    let dataset = read(&webdev_json(COLUMNS, row)).unwrap();
    assert_eq!(dataset.username().get(0), Some("jürgen \"x\" 😀"));
    assert_eq!(dataset.project().get(0), Some("生産"));
}

/// The response is parsed again after this message only.
#[test]
fn json_parser_reports_number_out_of_range() {
    for number in ["1e999", "-1E+400", "[1,1e309]"] {
        let error = serde_json::from_str::<serde_json::Value>(number).unwrap_err();
        let error = WebDevError::from_json(error, number);
        let WebDevError::Syntax { source, .. } = &error else { panic!("{error:?}") };
        assert!(response::is_number_out_of_range(source), "{error:?}");
    }
}

#[test]
fn accepts_whole_numbers_with_exponent_or_fraction_as_dates() {
    for (number, expected) in [("1.79E12", 1_790_000_000_000_i64), ("1.0", 1), ("-0", 0), ("1e3", 1_000)] {
        let dataset = read(&webdev_json(COLUMNS, &BILLY.replace("1790000000000", number))).unwrap();
        assert_eq!(rows(&dataset)[0][5], format!("Date({expected})"), "{number}");
    }
}

#[test]
fn reports_missing_perspective_module() {
    let perspective = |value: &str| {
        let json = webdev_json(COLUMNS, "").replace("\"v\":1", &format!("\"v\":1{value}"));
        parse(json.as_bytes()).unwrap().has_perspective
    };
    assert_eq!(perspective(""), None);
    assert_eq!(perspective(r#","perspective":true"#), Some(true));
    assert_eq!(perspective(r#","perspective":false"#), Some(false));
}

#[test]
fn reports_why_perspective_sessions_are_missing() {
    let error = |value: &str| {
        let json = webdev_json(COLUMNS, BILLY)
            .replace("\"v\":1", &format!(r#""v":1,"perspective":false,"perspectiveError":{value}"#));
        let response = parse(json.as_bytes()).unwrap();
        assert_eq!((response.dataset.len(), response.has_perspective), (1, Some(false)), "{value}");
        response.perspective_error
    };
    assert_eq!(error(r#""trial \u001b expired""#).as_deref(), Some("trial \u{fffd} expired"));
    assert_eq!(error("[1]").as_deref(), Some("[1]"));
    assert_eq!(error("null"), None);
}

#[test]
fn rejects_wrong_columns() {
    let missing = COLUMNS.replacen("username", "other", 1);
    assert_eq!(
        read(&webdev_json(&missing, BILLY)),
        Err(WebDevError::Columns(DatasetError::MissingColumn { name: "username".into() }))
    );
    let twice = format!(r#"{COLUMNS},{{"name":"project","type":"String"}}"#);
    assert_eq!(
        read(&webdev_json(&twice, BILLY)),
        Err(WebDevError::Columns(DatasetError::DuplicateColumn { name: "project".into() }))
    );
    let many: Vec<String> =
        (6..257).map(|number| format!(r#"{{"name":"c{number}","type":"Long"}}"#)).collect();
    assert_eq!(
        read(&webdev_json(&format!("{COLUMNS},{}", many.join(",")), "")),
        Err(WebDevError::Columns(DatasetError::TooManyColumns { found: 257 }))
    );
}

/// Returns the cells of a column and the number of replaced values.
fn replaced(columns: &str, rows: &str, column: usize) -> (Vec<String>, usize) {
    let response = parse(webdev_json(columns, rows).as_bytes()).unwrap();
    let cells = self::rows(&response.dataset).iter().map(|row| row[column].clone()).collect();
    (cells, response.replaced)
}

#[test]
fn replaces_and_counts_single_values_that_cannot_be_represented() {
    for (cell, wrong, column, expected, count) in [
        ("1790000000000", "253402300800000", 5, "Null", 1),
        ("1790000000000", "-62167219200001", 5, "Null", 1),
        ("1790000000000", "9223372036854775807", 5, "Null", 1),
        ("1790000000000", "9223372036854775808", 5, "Null", 1),
        ("1790000000000", "1e300", 5, "Null", 1),
        ("1790000000000", "1e999", 5, "Null", 1),
        ("1790000000000", "-1E+400", 5, "Null", 1),
        ("1790000000000", "1.5", 5, "Null", 1),
        ("1790000000000", r#""yesterday""#, 5, "Null", 1),
        ("1790000000000", "{\"a\":[1]}", 5, "Null", 1),
        ("1790000000000", r#"" 1790000000000 ""#, 5, "Date(1790000000000)", 0),
        ("1790000000000", r#""1.79E12""#, 5, "Date(1790000000000)", 0),
        ("1790000000000", r#""""#, 5, "Null", 0),
        ("false", r#""no""#, 3, "Null", 1),
        ("false", "0", 3, "Null", 1),
        ("false", "[1]", 3, "Null", 1),
        ("false", r#""True""#, 3, "Boolean(true)", 0),
        (r#""billy""#, r#""bil\ud83dly""#, 0, "Text(\"bil\u{fffd}ly\")", 1),
        (r#""billy""#, r#""\udc00\ud83d""#, 0, "Text(\"\u{fffd}\u{fffd}\")", 1),
        (r#""billy""#, "7", 0, "Text(\"7\")", 0),
        (r#""billy""#, "1e999", 0, "Text(\"1e999\")", 0),
        (r#""billy""#, r#"{"a":1}"#, 0, r#"Text("{\"a\":1}")"#, 0),
        (r#""billy""#, "[1, 1e309]", 0, "Text(\"[1, 1e309]\")", 0),
        ("1790000000000", r#"{"a":1e309}"#, 5, "Null", 1),
    ] {
        // In the second row, before another one.
        let json = format!("{BILLY},{},{BILLY}", BILLY.replacen(cell, wrong, 1));
        let (cells, replaced) = replaced(COLUMNS, &json, column);
        assert_eq!((cells[1].as_str(), replaced), (expected, count), "{wrong}");
        assert_eq!(cells[0], cells[2], "{wrong}");
    }
    let columns = format!(r#"{COLUMNS},{{"name":"memory","type":"Long"}}"#);
    let row = |value: &str| BILLY.replace(']', &format!(",{value}]"));
    let rows = [row("much"), row("1E3"), row("9e18"), row("2.0")].join(",").replace("much", "\"much\"");
    let (cells, replaced) = replaced(&columns, &rows, 6);
    assert_eq!(
        (cells, replaced),
        (["Null", "Integer(1000)", "Null", "Integer(2)"].map(str::to_owned).into(), 2)
    );
}

#[test]
fn replaces_invalid_bytes_in_texts_only() {
    let mut bytes = webdev_json(COLUMNS, &format!("{BILLY},{BILLY}")).into_bytes();
    let billy = bytes.windows(5).position(|text| text == b"billy").unwrap();
    bytes[billy + 1] = 0xFC;
    let response = parse(&bytes).unwrap();
    assert_eq!((response.dataset.username().get(0), response.replaced), (Some("b\u{fffd}lly"), 1));
    assert_eq!(response.dataset.username().get(1), Some("billy"));
    bytes[0] = 0xFC;
    assert_eq!(parse(&bytes).err(), Some(WebDevError::NotUtf8 { offset: 0 }));
}

#[test]
fn accepts_rows_before_columns_with_a_number_out_of_range() {
    let json = format!(
        r#"{{"rows":[{}],"columns":[{COLUMNS}],"ok":true}}"#,
        BILLY.replace("1790000000000", "1e999")
    );
    let response = parse(json.as_bytes()).unwrap();
    assert_eq!((rows(&response.dataset)[0][5].as_str(), response.replaced), ("Null", 1));
}

#[test]
fn accepts_whole_numbers_in_any_form_for_version_and_clock() {
    for (now, expected, count) in [
        ("1.79E12", Some(1_790_000_000_000), 0),
        ("1790000000000.0", Some(1_790_000_000_000), 0),
        ("null", None, 0),
        ("253402300800000", None, 1),
        ("1e999", None, 1),
    ] {
        let json = webdev_json(COLUMNS, BILLY).replace("1790000000123", now).replace("\"v\":1", "\"v\":1.0");
        let response = parse(json.as_bytes()).unwrap();
        assert_eq!((response.dataset.now(), response.replaced), (expected, count), "{now}");
    }
}

#[test]
fn reads_last_communication_scope_and_agent_like_the_rest_api() {
    const NOW: i64 = 1_790_000_000_123;
    let columns = format!(
        r#"{COLUMNS},{{"name":"kind","type":"String"}},{{"name":"lastcomm","type":"Long"}},{{"name":"SessionScope","type":"Note"}},{{"name":"userAgent","type":"String"}}"#
    );
    let session =
        |last_comm: &str| BILLY.replace(']', &format!(r#","Perspective",{last_comm},"browser",null]"#));
    let sessions =
        ["2500", "1789999990000", "\"2.5E3\"", "null", "-1", "0", "100000000000"].map(session).join(",");
    // The gateway's clock may come last.
    let clock_last = webdev_json(&columns, &sessions).replace(&format!("\"now\":{NOW},"), "");
    let clock_last = clock_last.strip_suffix('}').unwrap().to_owned() + &format!(",\"now\":{NOW}}}");
    for json in [webdev_json(&columns, &sessions), clock_last] {
        let response = parse(json.as_bytes()).unwrap();
        let names: Vec<String> = response.dataset.headers().into_iter().map(|header| header.name).collect();
        assert_eq!(names[6..], ["kind", "lastComm", "sessionScope", "userAgent"]);
        let cells: Vec<String> = rows(&response.dataset).iter().map(|row| row[7].clone()).collect();
        let age = |age: i64| format!("Date({})", NOW - age);
        let null = || "Null".to_owned();
        assert_eq!(
            cells,
            [
                age(2_500),
                "Date(1789999990000)".into(),
                age(2_500),
                null(),
                null(),
                age(0),
                age(100_000_000_000)
            ]
        );
        assert_eq!(rows(&response.dataset)[0][8], r#"Text("browser")"#);
    }
}

#[test]
fn exposes_text_of_the_gateway_to_sanitize_it() {
    let columns = COLUMNS.replacen("String", "Secret", 1);
    let mut error = read(&webdev_json(&columns, BILLY)).unwrap_err();
    assert_eq!(error.gateway_text().map(|text| text.as_str()), Some("Secret"));
    let mut error = read(&webdev_json(&COLUMNS.replacen("String", "Date", 1), BILLY)).unwrap_err();
    assert_eq!(error.gateway_text(), None);
}

#[test]
fn names_a_row_of_wrong_length() {
    for (row, found) in [("[]", 0), (r#"["a","b"]"#, 2), (&BILLY.replace(']', ",1,2]"), 8)] {
        assert_eq!(
            reason(&webdev_json(COLUMNS, &format!("{BILLY},{row}"))),
            format!("row 2 has {found} cells, but there are 6 columns")
        );
    }
}

#[test]
fn names_a_row_that_is_not_a_list() {
    for (row, found) in
        [("{}", "an object"), ("null", "null"), (r#""x""#, "text"), ("-1", "a number"), ("true", "a Boolean")]
    {
        assert_eq!(
            reason(&webdev_json(COLUMNS, row)),
            format!("row 1 is {found} instead of a list of cells")
        );
    }
}

#[test]
fn rejects_rows_that_are_not_a_list() {
    for (rows, found) in [
        ("null", "null"),
        ("{}", "an object"),
        ("5", "a number"),
        ("-5", "a number"),
        ("0.5", "a number"),
        ("true", "a Boolean"),
        ("\"[]\"", "text"),
    ] {
        let json = webdev_json(COLUMNS, "").replace("\"rows\":[]", &format!("\"rows\":{rows}"));
        assert_eq!(reason(&json), format!("\"rows\" in the response is {found} instead of a list of rows"));
    }
}

#[test]
fn rejects_duplicate_rows() {
    for json in [
        format!(r#"{{"ok":true,"columns":[{COLUMNS}],"rows":[],"rows":[{BILLY}]}}"#),
        format!(r#"{{"ok":true,"rows":[],"rows":[{BILLY}],"columns":[{COLUMNS}]}}"#),
    ] {
        assert_eq!(reason(&json), r#"the response has "rows" twice"#);
    }
}

#[test]
fn rejects_missing_and_wrong_keys() {
    for (json, expected) in [
        ("{}".to_owned(), r#"the response has no "ok""#),
        (r#"{"ok":true}"#.to_owned(), r#"the response has no "columns""#),
        (format!(r#"{{"ok":true,"columns":[{COLUMNS}]}}"#), r#"the response has no "rows""#),
        (r#"{"ok":"yes"}"#.to_owned(), r#""ok" in the response is not true or false"#),
        (r#"{"ok":true,"now":"noon"}"#.to_owned(), r#""now" in the response is not milliseconds since 1970"#),
        (
            r#"{"ok":true,"columns":{}}"#.to_owned(),
            r#""columns" in the response is not a list of names and types"#,
        ),
        (
            r#"{"ok":true,"columns":[{"name":"username"}]}"#.to_owned(),
            r#""columns" in the response is not a list of names and types"#,
        ),
    ] {
        assert_eq!(reason(&json), expected);
    }
    assert_eq!(
        read(&webdev_json(COLUMNS, "").replace("\"v\":1", "\"v\":2")),
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
    let page = "<!DOCTYPE html><html><head><TITLE>Log\n In</TITLE></head>";
    let Err(WebDevError::Html { title, source }) = read(page) else { panic!("{page}") };
    assert_eq!(title.as_deref(), Some("Log In"));
    assert!(source.to_string().starts_with("the response begins with: <!DOCTYPE html>"), "{source}");
    assert_eq!(parse(b"{\"ok\":tr\xffue}").err(), Some(WebDevError::NotUtf8 { offset: 8 }));
    assert!(matches!(read("{\"ok\":true,\n\"v\":one}"), Err(WebDevError::Syntax { line: 2, column: 5, .. })));
    for other in ["[1,2]", "3", "null", r#"{"ok":true,"columns":[],"rows":{}}"#] {
        let error = read(other).unwrap_err();
        // What the parser expected is the cause, not the message.
        assert!(!error.to_string().contains("expected"), "{error}");
        assert!(!error.to_string().contains("invalid type"), "{error}");
    }
    let error = read("[1,2]").unwrap_err();
    assert!(matches!(error, WebDevError::OtherJson(_)), "{error:?}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.starts_with("invalid type: sequence, expected a JSON object"), "{cause}");
    assert!(matches!(read("{\"ok\":true} x"), Err(WebDevError::Syntax { .. })));
    let twice = webdev_json(COLUMNS, BILLY).repeat(2);
    assert!(matches!(read(&twice), Err(WebDevError::Syntax { .. })));
}

#[test]
fn rejects_invalid_cells() {
    for (cell, wrong) in [
        ("1790000000000", "01"),
        ("1790000000000", "-"),
        ("false", "fals"),
        ("\"billy\"", "\"bil\u{1}ly\""),
        ("\"billy\"", "\"bil\\xly\""),
        ("\"billy\"", "\"billy"),
        ("\"billy\"", "\"billy\\"),
    ] {
        assert!(read(&webdev_json(COLUMNS, &BILLY.replace(cell, wrong))).is_err(), "{wrong}");
    }
}

#[test]
fn rejects_a_response_cut_off_anywhere() {
    let whole = webdev_json(COLUMNS, &format!(r#"{BILLY},["jürgen","P","h",true,"B",1]"#));
    for end in 1..whole.len() {
        match parse(&whole.as_bytes()[..end]) {
            Err(WebDevError::Truncated { line: 1, column, .. }) => assert!(column <= end),
            other => panic!("cut off after {end} bytes: {other:?}"),
        }
    }
}

#[test]
fn rejects_deep_nesting_without_overflow() {
    let nested = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(read(&nested), Err(WebDevError::Syntax { .. } | WebDevError::Unexpected { .. })));
    let cell = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(read(&webdev_json(COLUMNS, &cell)), Err(WebDevError::Syntax { .. })));
}

#[test]
fn reads_many_rows_on_two_threads() {
    let row = |number: usize| {
        format!(r#"["u{}","P","10.0.0.{}",false,"id-{number}",{number}]"#, number % 700, number % 200)
    };
    let list: Vec<String> = (0..9_000).map(row).collect();
    let dataset = read(&webdev_json(COLUMNS, &list.join(","))).unwrap();
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
    /// Replaces one byte of a valid response.
    #[test]
    fn never_panics_on_damaged_responses(place in 0_usize..1000, with in "[\\[\\]{},:\"\\\\ nt0-9.e\u{1}-]{0,2}") {
        let rows = format!(r#"{BILLY},["j\u00fcrgen",null,"h",true,"B",-1]"#);
        let mut json = webdev_json(COLUMNS, &rows);
        let place = place % json.len();
        json.replace_range(place..=place, &with);
        let _result = read(&json);
    }
}
