//! What a program, a spreadsheet and a person get to read.

use super::*;

const ANSWER: &str = r#"{"ok":true,"v":1,"columns":[
    {"name":"username","type":"String"},{"name":"project","type":"String"},
    {"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},
    {"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"},
    {"name":"memory","type":"Long"}],
    "rows":[["billy","Packaging","10.1.2.3",false,"A1",1795365700123,5],
            ["=1+1","a,\"b\"\r\nc",null,true,"-B","0",null],
            ["jürgen",null,"hmi-7",null,"@C",0,-7]]}"#;

fn written(rows: &[u32], format: Format) -> String {
    let json = ANSWER.replace("\"0\"", "0");
    let dataset = Dataset::from_json(json.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    write(&mut bytes, &dataset, rows, format).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn csv_follows_rfc_4180() {
    assert_eq!(
        written(&[2, 0, 1], Format::Csv),
        "username,project,address,isDesigner,clientId,creationTime,memory\r\n\
         jürgen,,hmi-7,,@C,1970-01-01T00:00:00.000Z,-7\r\n\
         billy,Packaging,10.1.2.3,false,A1,2026-11-22T16:41:40.123Z,5\r\n\
         =1+1,\"a,\"\"b\"\"\r\nc\",,true,-B,1970-01-01T00:00:00.000Z,\r\n"
    );
}

#[test]
fn a_spreadsheet_gets_a_mark_and_no_formula() {
    assert_eq!(
        written(&[1, 2], Format::SpreadsheetCsv),
        "\u{feff}username,project,address,isDesigner,clientId,creationTime,memory\r\n\
         '=1+1,\"a,\"\"b\"\"\r\nc\",,true,'-B,1970-01-01T00:00:00.000Z,\r\n\
         jürgen,,hmi-7,,'@C,1970-01-01T00:00:00.000Z,-7\r\n"
    );
}

#[test]
fn json_is_read_back_as_it_was() {
    let json: serde_json::Value = serde_json::from_str(&written(&[1], Format::Json)).unwrap();
    assert_eq!(
        json,
        serde_json::json!([{
            "username": "=1+1", "project": "a,\"b\"\r\nc", "address": null, "isDesigner": true,
            "clientId": "-B", "creationTime": "1970-01-01T00:00:00.000Z", "memory": null
        }])
    );
}

#[test]
fn no_row_at_all_is_still_a_whole_document() {
    assert_eq!(
        written(&[], Format::Csv),
        "username,project,address,isDesigner,clientId,creationTime,memory\r\n"
    );
    assert_eq!(written(&[], Format::Json), "[\n]\n");
}

#[test]
fn a_table_is_aligned_and_harmless_in_a_terminal() {
    assert_eq!(
        written(&[0, 1], Format::Table),
        "username  project    address   isDesigner  clientId  creationTime              memory\n\
         billy     Packaging  10.1.2.3  false       A1        2026-11-22T16:41:40.123Z  5\n\
         =1+1      a,\"b\"\u{fffd}\u{fffd}c             true        -B        1970-01-01T00:00:00.000Z\n"
    );
}
