//! Tests of all formats.

use super::*;
use crate::dataset::{ColumnType, DatasetBuilder, Header};

const CSV: Format = Format::Csv(Delimiter::COMMA);
const SPREADSHEET: Format = Format::SpreadsheetCsv(Delimiter::COMMA);

fn dataset() -> Dataset {
    with_first_session("billy", "Packaging")
}

/// Three sessions, of which the first has this username and project.
fn with_first_session(username: &str, project: &str) -> Dataset {
    let memory = Header { name: "memory".to_owned(), column_type: ColumnType::Integer };
    let mut builder = DatasetBuilder::new(Header::standard().into_iter().chain([memory]).collect()).unwrap();
    let text = Cell::Text;
    #[rustfmt::skip]
    let rows = [
        [text(username), text(project), text("10.1.2.3"), Cell::Boolean(false), text("A1"), Cell::Date(1_795_365_700_123), Cell::Integer(5)],
        [text("=1+1"), text("a,\"b\"\r\nc"), Cell::Null, Cell::Boolean(true), text("-B"), Cell::Date(0), Cell::Null],
        [text("jürgen"), Cell::Null, text("hmi-7"), Cell::Null, text("@C"), Cell::Date(0), Cell::Integer(-7)],
    ];
    for row in rows {
        for (column, cell) in row.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    builder.finish(None, None)
}

fn export(rows: &[u32], format: Format) -> String {
    export_columns(&all_columns(&dataset()), rows, format)
}

fn export_columns(columns: &[ColumnId], rows: &[u32], format: Format) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes, &dataset(), columns, rows, format, &Progress::new(rows.len())).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn csv_follows_rfc_4180() {
    assert_eq!(
        export(&[2, 0, 1], CSV),
        "username,project,address,isDesigner,clientId,creationTime,memory\r\n\
         jürgen,,hmi-7,,@C,1970-01-01T00:00:00.000Z,-7\r\n\
         billy,Packaging,10.1.2.3,false,A1,2026-11-22T16:41:40.123Z,5\r\n\
         =1+1,\"a,\"\"b\"\"\r\nc\",,true,-B,1970-01-01T00:00:00.000Z,\r\n"
    );
}

#[test]
fn spreadsheet_csv_has_byte_order_mark_and_no_formulas() {
    assert_eq!(
        export(&[1, 2], SPREADSHEET),
        "\u{feff}username,project,address,isDesigner,clientId,creationTime,memory\r\n\
         '=1+1,\"a,\"\"b\"\"\r\nc\",,true,'-B,1970-01-01T00:00:00.000Z,\r\n\
         jürgen,,hmi-7,,'@C,1970-01-01T00:00:00.000Z,-7\r\n"
    );
}

/// Exports the username and the project of a session, without the header.
fn export_texts(username: &str, project: &str, format: Format) -> String {
    let mut bytes = Vec::new();
    let columns = [ColumnId::Username, ColumnId::Project];
    write(&mut bytes, &with_first_session(username, project), &columns, &[0], format, &Progress::new(1))
        .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (_header, row) = text.split_once('\n').unwrap();
    row.trim_end_matches("\r\n").trim_end_matches('\n').to_owned()
}

#[test]
fn quotes_every_kind_of_line_end_and_the_delimiter() {
    for text in ["a\rb", "\r", "b\r", "a\nb", "a\r\nb", "a\"b", "a,b"] {
        let quoted = format!("\"{}\",P", text.replace('"', "\"\""));
        assert_eq!(export_texts(text, "P", CSV), quoted, "{text:?}");
    }
    for (delimiter, special, plain) in [
        (Delimiter::COMMA, "a,b", "a;b"),
        (Delimiter::SEMICOLON, "a;b", "a,b"),
        (Delimiter::TAB, "a\tb", "a,b"),
    ] {
        let between = String::from_utf8(vec![delimiter.byte()]).unwrap();
        let format = Format::Csv(delimiter);
        assert_eq!(export_texts(special, "P", format), format!("\"{special}\"{between}P"));
        assert_eq!(export_texts(plain, "P", format), format!("{plain}{between}P"));
    }
}

#[test]
fn spreadsheets_and_clipboard_get_no_formulas() {
    let formulas = [
        "=1",
        "+1",
        "-1",
        "@a",
        "＝1",
        "＋1",
        "－1",
        "＠a",
        " =1",
        "\u{a0}=1",
        "\u{3000}＝1",
        "\u{feff}=1",
        "\u{200b}+1",
        "\u{0}@a",
        "  -1",
    ];
    let broken = ["\t1", "\r1", "\n1", "\r\n=1", "\n\n=1", " \t1", "\t=1", "\u{b}\n-1", "\t"];
    let harmless = ["a=1", "1+1", "a@b", "'=1", " a", "", "ü-1", "10.1.2.3", "１"];
    let semicolons = Format::SpreadsheetCsv(Delimiter::SEMICOLON);
    for (format, between) in
        [(SPREADSHEET, ','), (semicolons, ';'), (Format::ClipboardCsv, ','), (Format::Tabs, '\t')]
    {
        for text in formulas {
            assert_eq!(export_texts(text, "P", format), format!("'{text}{between}P"), "{text:?}");
            assert_eq!(export_texts("u", text, format), format!("u{between}'{text}"), "{text:?}");
        }
        for text in broken {
            assert_eq!(export_texts(text, "P", format), format!("\"'{text}\"{between}P"), "{text:?}");
        }
        for text in harmless {
            assert_eq!(export_texts(text, "P", format), format!("{text}{between}P"), "{text:?}");
        }
        // Another spreadsheet would split the cell there, and run the rest.
        for text in ["a,=1", "a;=1", "a\t=1"] {
            assert_eq!(export_texts(text, "P", format), format!("\"{text}\"{between}P"), "{text:?}");
        }
    }
    for text in formulas {
        assert_eq!(export_texts(text, "P", CSV), format!("{text},P"), "{text:?}");
    }
}

#[test]
fn column_names_are_escaped_like_values() {
    let header = |name: &str| Header { name: name.to_owned(), column_type: ColumnType::String };
    let names = ["=cmd", "a;b", "日本\u{1b}[2J", "\u{202e}x"];
    let headers = Header::standard().into_iter().chain(names.map(header)).collect();
    let dataset = DatasetBuilder::new(headers).unwrap().finish(None, None);
    let columns = names.map(ColumnId::from);
    let export = |format| {
        let mut bytes = Vec::new();
        write(&mut bytes, &dataset, &columns, &[], format, &Progress::new(0)).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(export(SPREADSHEET), "\u{feff}'=cmd,\"a;b\",日本\u{1b}[2J,\u{202e}x\r\n");
    assert_eq!(export(Format::Table), "=cmd  a;b  日本\u{fffd}[2J  \u{fffd}x\n");
}

#[test]
fn table_is_padded_by_display_width() {
    let wide = |username: &str| {
        let mut bytes = Vec::new();
        let columns = [ColumnId::Username, ColumnId::ClientId];
        let dataset = with_first_session(username, "P");
        write(&mut bytes, &dataset, &columns, &[0, 1], Format::Table, &Progress::new(2)).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(wide("日本語テスト"), "username      clientId\n日本語テスト  A1\n=1+1          -B\n");
    // An accent of its own takes no place.
    assert_eq!(wide("ju\u{308}rgen"), "username  clientId\nju\u{308}rgen    A1\n=1+1      -B\n");
}

#[test]
fn json_round_trips() {
    let json: serde_json::Value = serde_json::from_str(&export(&[1], Format::Json)).unwrap();
    assert_eq!(
        json,
        serde_json::json!([{
            "username": "=1+1", "project": "a,\"b\"\r\nc", "address": null, "isDesigner": true,
            "clientId": "-B", "creationTime": "1970-01-01T00:00:00.000Z", "memory": null
        }])
    );
}

#[test]
fn empty_exports_are_complete_documents() {
    assert_eq!(export(&[], CSV), "username,project,address,isDesigner,clientId,creationTime,memory\r\n");
    assert_eq!(export(&[], Format::Json), "[\n]\n");
}

#[test]
fn table_is_aligned_and_sanitized() {
    assert_eq!(
        export(&[0, 1], Format::Table),
        "username  project    address   isDesigner  clientId  creationTime              memory\n\
         billy     Packaging  10.1.2.3  false       A1        2026-11-22T16:41:40.123Z  5\n\
         =1+1      a,\"b\"\u{fffd}\u{fffd}c             true        -B        1970-01-01T00:00:00.000Z\n"
    );
}

#[test]
fn tabs_quote_cells_and_escape_formulas() {
    assert_eq!(
        export(&[1, 0], Format::Tabs),
        "username\tproject\taddress\tisDesigner\tclientId\tcreationTime\tmemory\n\
         '=1+1\t\"a,\"\"b\"\"\r\nc\"\t\ttrue\t'-B\t1970-01-01T00:00:00.000Z\t\n\
         billy\tPackaging\t10.1.2.3\tfalse\tA1\t2026-11-22T16:41:40.123Z\t5\n"
    );
    let dataset = with_first_session("\tbil\tly", "a,b");
    let mut bytes = Vec::new();
    let columns = [ColumnId::Username, ColumnId::Project];
    write(&mut bytes, &dataset, &columns, &[0], Format::Tabs, &Progress::new(1)).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), "username\tproject\n\"'\tbil\tly\"\t\"a,b\"\n");
}

#[test]
fn keeps_order_of_columns_and_writes_null_for_missing_ones() {
    let columns = [ColumnId::from("memory"), ColumnId::from("gateway"), ColumnId::Username];
    assert_eq!(export_columns(&columns, &[0], CSV), "memory,gateway,username\r\n5,,billy\r\n");
    assert_eq!(
        export_columns(&columns, &[0], Format::Json),
        "[\n{\"memory\":5,\"gateway\":null,\"username\":\"billy\"}\n]\n"
    );
    assert_eq!(
        export_columns(&columns, &[0], Format::Table),
        "memory  gateway  username\n5                billy\n"
    );
    assert_eq!(export_columns(&[], &[0], Format::Json), "[\n{}\n]\n");
}

#[test]
fn null_in_the_only_column_is_a_quoted_empty_cell() {
    // An empty line would be skipped by many readers.
    let columns = [ColumnId::Project];
    assert_eq!(export_columns(&columns, &[2], CSV), "project\r\n\"\"\r\n");
    let empty = |format| {
        let mut bytes = Vec::new();
        write(
            &mut bytes,
            &with_first_session("", "P"),
            &[ColumnId::Username],
            &[0],
            format,
            &Progress::new(1),
        )
        .unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(empty(CSV), "username\r\n\"\"\r\n");
    assert_eq!(empty(SPREADSHEET), "\u{feff}username\r\n\"\"\r\n");
    assert_eq!(empty(Format::Tabs), "username\n\"\"\n");
}

const FORMATS: [Format; 6] =
    [CSV, SPREADSHEET, Format::ClipboardCsv, Format::Tabs, Format::Json, Format::Table];

/// Cancels the export after a number of bytes.
struct CancellingWriter<'a> {
    progress: &'a Progress,
    max_bytes: usize,
    bytes: usize,
}

impl Write for CancellingWriter<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.bytes += buffer.len();
        if self.bytes > self.max_bytes {
            self.progress.cancel();
        }
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn progress_ends_at_the_total() {
    let rows = vec![0; 2_500];
    for format in FORMATS {
        let progress = Progress::new(rows.len());
        assert_eq!((progress.done(), progress.total()), (0, 2_500));
        write(io::sink(), &dataset(), &[ColumnId::Username], &rows, format, &progress).unwrap();
        assert_eq!((progress.done(), progress.total()), (2_500, 2_500), "{format:?}");
    }
}

#[test]
fn cancelled_export_stops_soon() {
    let rows = vec![0; 100_000];
    for format in FORMATS {
        let progress = Progress::new(rows.len());
        // A few thousand rows.
        let mut out = CancellingWriter { progress: &progress, max_bytes: 20_000, bytes: 0 };
        let error = write(&mut out, &dataset(), &[ColumnId::Username], &rows, format, &progress).unwrap_err();
        assert!(is_cancelled_error(&error), "{format:?}: {error}");
        assert!((1_000..10_000).contains(&progress.done()), "{format:?}: {}", progress.done());
        assert!(out.bytes < 100_000, "{format:?}: {} bytes", out.bytes);
    }
}

#[test]
fn can_be_cancelled_until_the_last_row() {
    let progress = Progress::new(1);
    let mut out = CancellingWriter { progress: &progress, max_bytes: 0, bytes: 0 };
    let written = write(&mut out, &dataset(), &[ColumnId::Username], &[0], CSV, &progress);
    assert!(is_cancelled_error(&written.unwrap_err()));
}

#[test]
fn other_errors_are_not_cancellations() {
    assert!(!is_cancelled_error(&io::Error::other("the disk is full")));
    assert!(!is_cancelled_error(&io::ErrorKind::StorageFull.into()));
}
