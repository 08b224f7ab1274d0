//! Peaks as rows, to export them.

use std::sync::Arc;

use super::request::{DayWatched, KindPeaks, Peak, Peaks};
use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};
use crate::gateway::SessionKind;

/// The columns that sessions don't have.
const OTHERS: [(&str, ColumnType); 10] = [
    ("day", ColumnType::String),
    (names::GATEWAY, ColumnType::String),
    (names::KIND, ColumnType::String),
    ("peak", ColumnType::Integer),
    ("isMinimum", ColumnType::Boolean),
    ("peakTime", ColumnType::Date),
    ("limit", ColumnType::Integer),
    ("overLimit", ColumnType::Integer),
    ("watched", ColumnType::String),
    ("unwatchedSeconds", ColumnType::Integer),
];

/// The columns of an export, in order.
const EXPORTED: [&str; 11] = [
    "day",
    names::GATEWAY,
    names::KIND,
    names::PROJECT,
    "peak",
    "isMinimum",
    "peakTime",
    "limit",
    "overLimit",
    "watched",
    "unwatchedSeconds",
];

/// The attribute by which the sessions of a day are divided into rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeaksBy {
    /// One row for each day.
    Day,
    /// One row for each kind.
    Kind,
    /// One row for each project.
    Project,
    /// One row for each kind on each gateway.
    Gateway,
}

/// The most sessions at once of one kind, project or gateway on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeakRow {
    /// The name of the day.
    pub day: String,
    /// The gateway; `None` for all that were asked for.
    pub gateway: Option<Arc<str>>,
    /// The kind; `None` for all.
    pub kind: Option<SessionKind>,
    /// The project; `None` for all, and for sessions without one.
    pub project: Option<Arc<str>>,
    /// The peak.
    pub peak: Peak,
    /// The number of sessions of the kind that the gateway may have; `None` without a limit.
    pub limit: Option<u32>,
}

impl Peaks {
    /// Returns rows by day. `day` names the day that begins at a time, and `limit` returns the largest number of sessions of a
    /// kind that a gateway may have. Kinds and gateways that were never on have no rows.
    #[must_use]
    pub fn rows(
        &self,
        by: PeaksBy,
        day: impl Fn(i64) -> String,
        limit: impl Fn(&str, SessionKind) -> Option<u32>,
    ) -> Vec<PeakRow> {
        // A limit is one of a gateway.
        let only = match &self.gateways[..] {
            [only] => Some(&only.gateway),
            _ => None,
        };
        let kinds = |day: &String, gateway: Option<&Arc<str>>, peaks: &KindPeaks| {
            let row = |kind| PeakRow {
                day: day.clone(),
                gateway: gateway.cloned(),
                kind: Some(kind),
                project: None,
                peak: *peaks.of(Some(kind)),
                limit: gateway.and_then(|gateway| limit(gateway, kind)),
            };
            SessionKind::ALL.map(row)
        };
        let mut rows = Vec::new();
        for (index, of_day) in self.days.iter().enumerate() {
            let name = day(of_day.from);
            let total = of_day.peaks.total;
            let row = |peak| PeakRow {
                day: name.clone(),
                gateway: only.cloned(),
                kind: None,
                project: None,
                peak,
                limit: None,
            };
            match by {
                PeaksBy::Day => rows.push(row(total)),
                PeaksBy::Kind => rows.extend(kinds(&name, only, &of_day.peaks)),
                PeaksBy::Project => rows.extend(of_day.projects.iter().map(|(project, count, at)| {
                    let peak = Peak { count: *count, at: *at, watched: total.watched };
                    PeakRow { project: project.clone(), ..row(peak) }
                })),
                PeaksBy::Gateway => rows.extend(
                    self.gateways.iter().flat_map(|of| kinds(&name, Some(&of.gateway), &of.days[index])),
                ),
            }
        }
        rows
    }
}

impl PeakRow {
    /// Returns rows in their order as a dataset.
    #[must_use]
    pub fn dataset(rows: &[Self]) -> Dataset {
        let others = OTHERS.map(|(name, column_type)| Header { name: name.to_owned(), column_type });
        let standard = Header::standard();
        let project = standard.iter().position(|header| header.name == names::PROJECT);
        let length = standard.len();
        let headers = standard.into_iter().chain(others).collect();
        let Ok(mut builder) = DatasetBuilder::new(headers) else { unreachable!("the columns are distinct") };
        let integer = |value: Option<u32>| value.map_or(Cell::Null, |value| Cell::Integer(value.into()));
        for row in rows {
            let Self { day, gateway, kind, project: name, peak, limit } = row;
            let cell = |index| if Some(index) == project { Cell::from(name.as_deref()) } else { Cell::Null };
            let over = limit.map(|limit| peak.count.saturating_sub(limit));
            let (watched, unwatched) = match peak.watched {
                DayWatched::Full => ("full", Some(0)),
                DayWatched::Partial { unwatched_secs } => ("partly", Some(unwatched_secs)),
                DayWatched::Never => ("never", None),
            };
            let others = [
                Cell::Text(day),
                Cell::from(gateway.as_deref()),
                Cell::from(kind.map(SessionKind::name)),
                // Nothing is known of it.
                if peak.watched == DayWatched::Never && peak.count == 0 {
                    Cell::Null
                } else {
                    Cell::Integer(peak.count.into())
                },
                Cell::Boolean(peak.is_minimum()),
                peak.at.map_or(Cell::Null, Cell::Date),
                integer(*limit),
                integer(over),
                Cell::Text(watched),
                integer(unwatched),
            ];
            builder.push_row((0..length).map(cell).chain(others));
        }
        builder.finish(None, None)
    }

    /// Returns the names of the columns of an export, in order.
    #[must_use]
    pub fn exported_columns() -> &'static [&'static str] {
        &EXPORTED
    }
}
