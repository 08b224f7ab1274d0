//! Tests of all formats.

use super::*;
use crate::dataset::{ColumnType, DatasetBuilder, Header};
use crate::display::DateStyle;

fn dataset() -> Dataset {
    with_first_session("billy", "Packaging")
}

/// Three sessions, of which the first has this username and project.
fn with_first_session(username: &str, project: &str) -> Dataset {
    let memory = Header { name: "memory".to_owned(), kind: ColumnType::Integer };
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

fn clock(style: DateStyle) -> Clock {
    Clock::new(style, Some("America/Los_Angeles"), 1_795_365_700_123)
}

#[test]
fn csv_follows_rfc_4180() {
    assert_eq!(
        export(&[2, 0, 1], Format::Csv),
        "username,project,address,isDesigner,clientId,creationTime,memory\r\n\
         jürgen,,hmi-7,,@C,1970-01-01T00:00:00.000Z,-7\r\n\
         billy,Packaging,10.1.2.3,false,A1,2026-11-22T16:41:40.123Z,5\r\n\
         =1+1,\"a,\"\"b\"\"\r\nc\",,true,-B,1970-01-01T00:00:00.000Z,\r\n"
    );
}

#[test]
fn spreadsheet_csv_has_byte_order_mark_and_no_formulas() {
    assert_eq!(
        export(&[1, 2], Format::SpreadsheetCsv),
        "\u{feff}username,project,address,isDesigner,clientId,creationTime,memory\r\n\
         '=1+1,\"a,\"\"b\"\"\r\nc\",,true,'-B,1970-01-01T00:00:00.000Z,\r\n\
         jürgen,,hmi-7,,'@C,1970-01-01T00:00:00.000Z,-7\r\n"
    );
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
    assert_eq!(
        export(&[], Format::Csv),
        "username,project,address,isDesigner,clientId,creationTime,memory\r\n"
    );
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
        export(&[1, 0], Format::Tabs(clock(DateStyle::Gateway))),
        "username\tproject\taddress\tisDesigner\tclientId\tcreationTime\tmemory\n\
         '=1+1\t\"a,\"\"b\"\"\r\nc\"\t\ttrue\t'-B\t1969-12-31 16:00:00\t\n\
         billy\tPackaging\t10.1.2.3\tfalse\tA1\t2026-11-22 08:41:40\t5\n"
    );
    let dataset = with_first_session("\tbil\tly", "a,b");
    let mut bytes = Vec::new();
    let columns = [ColumnId::Username, ColumnId::Project];
    let format = Format::Tabs(clock(DateStyle::Utc));
    write(&mut bytes, &dataset, &columns, &[0], format, &Progress::new(1)).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), "username\tproject\n\"'\tbil\tly\"\ta,b\n");
}

#[test]
fn tabs_show_ages() {
    let columns = [ColumnId::CreationTime];
    let text = export_columns(&columns, &[0, 1], Format::Tabs(clock(DateStyle::Age)));
    assert_eq!(text, "creationTime\nunder 1 min\n20779 d\n");
}

#[test]
fn keeps_order_of_columns_and_writes_null_for_missing_ones() {
    let columns = [ColumnId::from("memory"), ColumnId::from("gateway"), ColumnId::Username];
    assert_eq!(export_columns(&columns, &[0], Format::Csv), "memory,gateway,username\r\n5,,billy\r\n");
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
    assert_eq!(export_columns(&columns, &[2], Format::Csv), "project\r\n\"\"\r\n");
}

const FORMATS: [Format; 4] = [Format::Csv, Format::SpreadsheetCsv, Format::Json, Format::Table];

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
    let written = write(&mut out, &dataset(), &[ColumnId::Username], &[0], Format::Csv, &progress);
    assert!(is_cancelled_error(&written.unwrap_err()));
}

#[test]
fn other_errors_are_not_cancellations() {
    assert!(!is_cancelled_error(&io::Error::other("the disk is full")));
    assert!(!is_cancelled_error(&io::ErrorKind::StorageFull.into()));
}
