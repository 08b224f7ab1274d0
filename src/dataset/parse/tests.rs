//! Good answers in every shape, and each way in which an answer can be bad.

use super::*;
use crate::dataset::ColumnType;

const SIX: &str = r#"{"name":"username","type":"String"},{"name":"project","type":"String"},{"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"}"#;
const BILLY: &str = r#"["billy","Packaging","10.1.2.3",false,"A1B2C3D4",1790000000000]"#;

fn answer(columns: &str, rows: &str) -> String {
    format!(
        r#"{{"ok":true,"v":1,"now":1790000000123,"timezone":"America/Los_Angeles","columns":[{columns}],"rows":[{rows}]}}"#
    )
}

/// As a dictionary may be written.
fn rows_first(columns: &str, rows: &str) -> String {
    format!(r#"{{"rows":[{rows}],"columns":[{columns}],"ok":true,"timezone":"America/Los_Angeles"}}"#)
}

fn read(json: &str) -> Result<Dataset, DatasetError> {
    parse(json.as_bytes(), None)
}

fn rows(dataset: &Dataset) -> Vec<Vec<String>> {
    (0..dataset.len())
        .map(|row| dataset.columns().map(|(_, column)| format!("{:?}", column.cell(row))).collect())
        .collect()
}

#[test]
fn the_answer_of_the_manual_is_read() {
    let dataset = read(&answer(SIX, BILLY)).unwrap();
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
fn nobody_logged_in_is_an_empty_dataset() {
    assert!(read(&answer(SIX, "")).unwrap().is_empty());
}

#[test]
fn any_order_of_columns_gives_the_same_dataset() {
    let shuffled = r#"{"name":"creationTime","type":"Date"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"address","type":"String"},{"name":"project","type":"String"},{"name":"username","type":"String"}"#;
    let row = r#"[1790000000000,false,"A1B2C3D4","10.1.2.3","Packaging","billy"]"#;
    assert_eq!(read(&answer(shuffled, row)), read(&answer(SIX, BILLY)));
}

#[test]
fn any_order_of_keys_gives_the_same_dataset() {
    let rows_first = format!(
        r#"{{"rows":[{BILLY}],"columns":[{SIX}],"timezone":"America/Los_Angeles","now":1790000000123,"later":{{"x":[1]}},"ok":true}}"#
    );
    assert_eq!(read(&rows_first), read(&answer(SIX, BILLY)));
}

#[test]
fn further_columns_are_kept_in_their_types() {
    let columns = format!(
        r#"{SIX},{{"name":"memory","type":"Long"}},{{"name":"load","type":"Double"}},{{"name":"kind","type":"String"}},{{"name":"pages","type":"List"}}"#
    );
    let row = r#"["b","P","h",true,"A",0,9007199254740993,0.5,"Vision",["a",1]]"#;
    let dataset = read(&answer(&columns, row)).unwrap();
    assert_eq!(
        rows(&dataset)[0][6..],
        ["Integer(9007199254740993)", "Real(0.5)", r#"Text("Vision")"#, r#"Text("[\"a\",1]")"#]
    );
}

#[test]
fn any_cell_may_be_null() {
    let dataset = read(&answer(SIX, "[null,null,null,null,null,null]")).unwrap();
    assert_eq!(rows(&dataset), [["Null"; 6]]);
}

#[test]
fn escapes_and_other_scripts_are_text() {
    let row = r#"["j\u00fcrgen \"x\" \ud83d\ude00","生産","h",false,"A",0]"#;
    let dataset = read(&answer(SIX, row)).unwrap();
    assert_eq!(dataset.username().get(0), Some("jürgen \"x\" 😀"));
    assert_eq!(dataset.project().get(0), Some("生産"));
}

#[test]
fn a_missing_column_of_the_six_is_named() {
    for name in ["username", "project", "address", "isDesigner", "clientId", "creationTime"] {
        let columns = SIX.replacen(name, "other", 1);
        assert_eq!(read(&answer(&columns, BILLY)), Err(DatasetError::MissingColumn { name }));
    }
}

#[test]
fn a_column_of_a_wrong_type_or_twice_is_named() {
    let columns = SIX.replace("Boolean", "String");
    assert_eq!(
        read(&answer(&columns, BILLY)),
        Err(DatasetError::WrongColumnType {
            name: "isDesigner".into(),
            expected: ColumnType::Boolean,
            found: ColumnType::String
        })
    );
    let columns = format!(r#"{SIX},{{"name":"project","type":"String"}}"#);
    assert_eq!(read(&answer(&columns, BILLY)), Err(DatasetError::DuplicateColumn { name: "project".into() }));
}

#[test]
fn a_cell_of_a_wrong_type_is_named_with_row_and_column() {
    for (cell, wrong, column, found) in [
        (r#""billy""#, "7", "username", "7"),
        (r#""billy""#, r#"{"a":1}"#, "username", r#"{"a":1}"#),
        ("false", r#""no""#, "isDesigner", r#""no""#),
        ("false", "[1]", "isDesigner", "[1]"),
        ("false", r#"{"a":1}"#, "isDesigner", r#"{"a":1}"#),
        ("false", "0", "isDesigner", "0"),
        ("1790000000000", r#""yesterday""#, "creationTime", r#""yesterday""#),
        ("1790000000000", "1.5", "creationTime", "1.5"),
        ("1790000000000", "9223372036854775807", "creationTime", "9223372036854775807"),
        ("1790000000000", "[1]", "creationTime", "[1]"),
    ] {
        let rows = format!("{BILLY},{}", BILLY.replacen(cell, wrong, 1));
        match read(&answer(SIX, &rows)) {
            Err(DatasetError::WrongCell { row: 2, column: named, found: told, .. }) => {
                assert_eq!((named.as_str(), told.as_str()), (column, found));
            }
            other => panic!("{wrong} in {column}: {other:?}"),
        }
    }
}

#[test]
fn a_row_of_another_length_is_named() {
    for (row, found) in [("[]", 0), (r#"["a","b"]"#, 2), (&BILLY.replace(']', ",1,2]"), 8)] {
        let rows = format!("{BILLY},{row}");
        assert_eq!(read(&answer(SIX, &rows)), Err(DatasetError::RowLength { row: 2, expected: 6, found }));
    }
}

#[test]
fn a_row_that_is_no_list_is_named() {
    for (row, found) in [("{}", "an object"), ("null", "null"), (r#""x""#, "a text"), ("-1", "a number")] {
        assert_eq!(read(&answer(SIX, row)), Err(DatasetError::NotARow { row: 1, found: found.into() }));
    }
}

#[test]
fn a_refusal_gives_the_gateways_own_words() {
    let refused = |message: &str| Err(DatasetError::Refused { message: message.into() });
    assert_eq!(read(r#"{"ok":false,"v":1,"error":"Dangling meta"}"#), refused("Dangling meta"));
    assert_eq!(
        read(r#"{"ok":false,"error":"Unclosed group near index 1\n("}"#),
        refused("Unclosed group near index 1 (")
    );
    assert_eq!(read(r#"{"ok":false}"#), refused("it did not say why"));
    assert_eq!(read(r#"{"error":["a",1],"ok":false}"#), refused(r#"["a",1]"#));
}

#[test]
fn rows_that_come_twice_are_no_dataset() {
    for json in [
        format!(r#"{{"ok":true,"columns":[{SIX}],"rows":[],"rows":[{BILLY}]}}"#),
        format!(r#"{{"ok":true,"rows":[],"rows":[{BILLY}],"columns":[{SIX}]}}"#),
    ] {
        assert_eq!(read(&json), Err(DatasetError::DuplicateField { field: "rows" }));
    }
}

#[test]
fn what_is_no_answer_of_ours_says_what_is_missing() {
    assert_eq!(read("{}"), Err(DatasetError::MissingField { field: "ok" }));
    assert_eq!(read(r#"{"ok":true}"#), Err(DatasetError::MissingField { field: "columns" }));
    assert_eq!(
        read(&format!(r#"{{"ok":true,"columns":[{SIX}]}}"#)),
        Err(DatasetError::MissingField { field: "rows" })
    );
    assert_eq!(
        read(&answer(SIX, "").replace("\"v\":1", "\"v\":2")),
        Err(DatasetError::UnknownVersion { found: 2 })
    );
    for (json, field) in [
        (r#"{"ok":"yes"}"#, "ok"),
        (r#"{"ok":true,"now":"noon"}"#, "now"),
        (r#"{"ok":true,"columns":{}}"#, "columns"),
        (r#"{"ok":true,"columns":[{"name":"username"}]}"#, "columns"),
    ] {
        match read(json) {
            Err(DatasetError::WrongField { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{json}: {other:?}"),
        }
    }
}

#[test]
fn rows_that_are_no_list_are_told_so() {
    for rows in ["null", "{}", "5"] {
        let json = answer(SIX, "").replace("\"rows\":[]", &format!("\"rows\":{rows}"));
        match read(&json) {
            Err(DatasetError::Unexpected { reason }) => {
                assert!(reason.contains("a list of rows"), "{reason}");
            }
            other => panic!("{json}: {other:?}"),
        }
    }
}

#[test]
fn bytes_that_are_no_json_are_told_apart() {
    assert_eq!(parse(b"", None), Err(DatasetError::Empty));
    assert_eq!(parse(b" \r\n", None), Err(DatasetError::Empty));
    assert_eq!(
        read("<!DOCTYPE html><html><head><TITLE>Log\n In</TITLE></head>"),
        Err(DatasetError::Html { title: Some("Log In".into()) })
    );
    assert_eq!(parse(b"{\"ok\":tr\xffue}", None), Err(DatasetError::NotUtf8 { offset: 8 }));
    assert!(matches!(
        read("{\"ok\":true,\n\"v\":one}"),
        Err(DatasetError::Syntax { line: 2, column: 5, .. })
    ));
    assert!(matches!(read("[1,2]"), Err(DatasetError::Unexpected { .. })));
    assert!(matches!(read(r#"{"ok":true,"columns":[],"rows":[]}"#), Err(DatasetError::MissingColumn { .. })));
    assert!(matches!(read("{\"ok\":true} x"), Err(DatasetError::Syntax { .. })));
    assert!(matches!(
        read(&format!("{}{}", answer(SIX, BILLY), answer(SIX, BILLY))),
        Err(DatasetError::Syntax { .. })
    ));
}

#[test]
fn an_answer_cut_off_anywhere_is_never_half_a_dataset() {
    let whole = answer(SIX, &format!(r#"{BILLY},["jürgen","P","h",true,"B",1]"#));
    for end in 1..whole.len() {
        match parse(&whole.as_bytes()[..end], None) {
            Err(DatasetError::Truncated { line: 1, column }) => assert!(column <= end),
            other => panic!("cut off after {end} bytes: {other:?}"),
        }
    }
}

#[test]
fn very_many_columns_are_not_taken() {
    let columns = |count: usize| -> String {
        let further = (6..count).map(|number| format!(r#",{{"name":"c{number}","type":"Long"}}"#));
        std::iter::once(SIX.to_owned()).chain(further).collect()
    };
    assert!(read(&answer(&columns(256), "")).is_ok());
    assert_eq!(read(&answer(&columns(257), "")), Err(DatasetError::TooManyColumns { found: 257, most: 256 }));
}

#[test]
fn a_deeply_nested_answer_is_an_error_and_no_overflow() {
    let nested = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(read(&nested), Err(DatasetError::Syntax { .. } | DatasetError::MissingField { .. })));
    let cell = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(read(&answer(SIX, &cell)), Err(DatasetError::Syntax { .. })));
}

#[test]
fn the_quick_reader_takes_what_is_usual_and_leaves_the_rest() {
    let spaced =
        |json: &str| json.replace(':', ": ").replace(',', " ,\r\n\t").replace('[', "[ ").replace(']', " ]");
    let escaped =
        r#"["j\u00fcrgen\\ \"x\"","生産","",true,null,-5],["\n",null,"\ud83d\ude00",null,"A",null]"#;
    let rows_in_a_text = format!(r#"{{"ok":true,"columns":[{SIX}],"error":"\"rows\":[]","rows":[{BILLY}]}}"#);
    for json in [
        answer(SIX, BILLY),
        answer(SIX, ""),
        answer(SIX, escaped),
        spaced(&answer(SIX, BILLY)),
        rows_in_a_text,
        rows_first(SIX, BILLY),
        rows_first(SIX, escaped),
        spaced(&rows_first(SIX, BILLY)),
        rows_first(SIX, BILLY).replace("{\"rows\"", "{\"now\":1,\"rows\""),
    ] {
        let quick = quick::read(&json, None);
        assert_eq!(quick.as_ref(), exact(&json).ok().as_ref(), "{json}");
        assert!(quick.is_some(), "{json}");
    }
    let rows_elsewhere = format!(r#"{{"ok":true,"x":{{"rows":[{BILLY}]}},"columns":[{SIX}],"rows":[]}}"#);
    let rows_behind = format!(r#"{{"ok":true,"columns":[{SIX}],"rows":[{BILLY}],"rows":[]}}"#);
    let rows_as_a_text = format!(r#"{{"ok":true,"columns":[{SIX}],"x":"rows","rows":[{BILLY}]}}"#);
    let rows_under_another_spelling =
        format!(r#"{{"ok":true,"columns":[{SIX}],"r\u006fws":[],"rows":[{BILLY}]}}"#);
    let columns_as_a_text = rows_first(SIX, BILLY).replace("\"ok\":true", "\"ok\":true,\"x\":\"columns\"");
    let columns_elsewhere =
        rows_first(SIX, BILLY).replace("\"ok\":true", &format!(r#""ok":true,"x":{{"columns":[{SIX}]}}"#));
    let columns_under_another_spelling = rows_first(SIX, BILLY)
        .replace("\"ok\":true", &format!(r#""ok":true,"c\u006flumns":[{SIX},{{"name":"x","type":"Date"}}]"#));
    let columns_nowhere = rows_first(SIX, BILLY).replace("columns", "other");
    let nothing_behind = format!("{{\"rows\":[{BILLY}]}}");
    for json in [
        rows_elsewhere,
        rows_behind,
        rows_as_a_text,
        rows_under_another_spelling,
        columns_as_a_text,
        columns_elsewhere,
        columns_under_another_spelling,
        columns_nowhere,
        nothing_behind,
    ] {
        assert!(quick::read(&json, None).is_none(), "{json}");
    }
}

#[test]
fn a_cell_that_is_not_quite_json_is_left_to_the_exact_reader() {
    for (cell, wrong) in [
        ("1790000000000", "01"),
        ("1790000000000", "-0"),
        ("1790000000000", "-"),
        ("1790000000000", "1.0"),
        ("1790000000000", "1e3"),
        ("1790000000000", "1234567890123456789"),
        ("false", "fals"),
        ("\"billy\"", "\"bil\u{1}ly\""),
        ("\"billy\"", "\"bil\\xly\""),
        ("\"billy\"", "\"bil\\ud83dly\""),
        ("\"billy\"", "\"billy"),
        ("\"billy\"", "\"billy\\"),
    ] {
        let json = answer(SIX, &BILLY.replace(cell, wrong));
        assert!(quick::read(&json, None).is_none(), "{wrong}");
        assert!(exact(&json).is_err(), "{wrong}");
    }
    assert!(quick::read(r#"{"ok":true,"columns":[],"rows":[["\"#, None).is_none());
}

#[test]
fn a_large_answer_is_read_from_two_places() {
    // Wherever the second reader begins, there are texts that look like rows, or none, or some with escapes.
    for text in ["billy", "],[", r#"] , [\"],[\"a\",\"b\""#, r"j\u00fcrgen"] {
        for tail in ["", ",null", ",1,\"x\""] {
            let count = 9_000;
            let row = |number: usize| {
                let user = if number.is_multiple_of(3) {
                    "null".to_owned()
                } else {
                    format!("\"{text}{}\"", number % 700)
                };
                format!(
                    r#"[{user},"P","10.0.{}.{}",false,"id-{number}",{number}{tail}]"#,
                    number / 200,
                    number % 200
                )
            };
            let columns = match tail {
                "" => SIX.to_owned(),
                ",null" => format!(r#"{SIX},{{"name":"m","type":"Double"}}"#),
                _ => format!(r#"{SIX},{{"name":"m","type":"Long"}},{{"name":"k","type":"String"}}"#),
            };
            let rows: Vec<String> = (0..count).map(row).collect();
            for json in [answer(&columns, &rows.join(",")), rows_first(&columns, &rows.join(" , "))] {
                assert!(json.len() > quick::TWO_THREADS, "{}", json.len());
                let quick = quick::read(&json, None).unwrap();
                assert_eq!(quick.len(), count);
                assert!(Ok(quick) == exact(&json), "{text} {tail}");
                let half = &json[..json.len() / 2 + json.len() / 4];
                assert!(quick::read(half, None).is_none());
            }
        }
    }
}

proptest::proptest! {
    /// One byte of a good answer is another, or missing, or twice.
    #[test]
    fn both_readers_agree_on_damaged_answers(place in 0_usize..1000, with in "[\\[\\]{},:\"\\\\ nt0-9.e\u{1}-]{0,2}") {
        for order in [answer, rows_first] {
            let mut json = order(SIX, &format!(r#"{BILLY},["j\u00fcrgen",null,"h",true,"B",-1]"#));
            let place = place % json.len();
            json.replace_range(place..=place, &with);
            if let Some(dataset) = quick::read(&json, None) {
                proptest::prop_assert_eq!(Ok(dataset), exact(&json));
            }
        }
    }
}

#[test]
fn what_stands_around_the_rows_is_not_glued_together() {
    let whole = answer(SIX, "");
    for (from, to) in [
        (r#""rows":[]}"#, r#""later":179,"rows":[]0}"#),
        (r#""rows":[]}"#, r#""later":179,"rows":[]e3}"#),
        (r#""rows":[]}"#, r#""later":179,"rows":[].5}"#),
        ("{", "{\u{a0}"),
    ] {
        let broken = whole.replacen(from, to, 1);
        assert_ne!(broken, whole);
        let error = read(&broken).unwrap_err();
        assert!(matches!(error, DatasetError::Syntax { .. }), "{broken}: {error:?}");
    }
}
