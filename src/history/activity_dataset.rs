//! Activity entries as a dataset, for filters and exports.

use super::activity::ActivityEntry;
use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};
use crate::gateway::SessionKind;

/// The columns after the standard ones.
const OTHERS: [(&str, ColumnType); 9] = [
    ("time", ColumnType::Date),
    ("event", ColumnType::String),
    ("earliest", ColumnType::Date),
    ("latest", ColumnType::Date),
    ("durationSeconds", ColumnType::Integer),
    (names::GATEWAY, ColumnType::String),
    ("node", ColumnType::String),
    (names::KIND, ColumnType::String),
    ("rule", ColumnType::String),
];

/// The columns of an export, in order.
const EXPORTED: [&str; 15] = [
    "time",
    "event",
    names::USERNAME,
    names::PROJECT,
    names::ADDRESS,
    names::GATEWAY,
    "node",
    "durationSeconds",
    names::IS_DESIGNER,
    names::KIND,
    names::CLIENT_ID,
    names::CREATION_TIME,
    "earliest",
    "latest",
    "rule",
];

impl ActivityEntry {
    /// Returns entries in their order as a dataset, with the session's columns and those of the event. A date outside of the
    /// years 0 to 9999 is null, such as the earliest time where it isn't known.
    #[must_use]
    pub fn dataset(entries: &[Self]) -> Dataset {
        let others = OTHERS.map(|(name, column_type)| Header { name: name.to_owned(), column_type });
        let headers = Header::standard().into_iter().chain(others).collect();
        let Ok(mut builder) = DatasetBuilder::new(headers) else { unreachable!("the columns are distinct") };
        for entry in entries {
            let session = &entry.session;
            let event = [
                Cell::Date(entry.time()),
                Cell::Text(entry.kind.name()),
                Cell::Date(entry.earliest),
                Cell::Date(entry.latest),
                entry.duration_ms.map_or(Cell::Null, |duration| Cell::Integer(duration / 1_000)),
                Cell::Text(&entry.gateway),
                Cell::Text(&entry.node),
                Cell::from(session.kind.map(SessionKind::name)),
                Cell::from(entry.detail.as_deref()),
            ];
            builder.push_row(session.cells().into_iter().chain(event));
        }
        builder.finish(None, None)
    }

    /// Returns the names of the columns of an export, in order.
    #[must_use]
    pub fn exported_columns() -> &'static [&'static str] {
        &EXPORTED
    }
}
