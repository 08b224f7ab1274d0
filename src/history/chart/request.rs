//! The request for a chart, and the chart.

use std::sync::Arc;

use crate::history::HistoryGateway;
use crate::history::time_range::TimeRange;

/// The largest number of buckets of a chart: more than a screen has pixels.
pub const MAX_BUCKETS: usize = 20_000;

/// The request for a chart. Times are milliseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartRequest {
    /// The start of the first bucket.
    pub from: i64,
    /// The end of the last bucket, which doesn't belong to it.
    pub to: i64,
    /// The number of buckets, such as the width in pixels. At most [`MAX_BUCKETS`], and one for each millisecond.
    pub buckets: usize,
    /// The attribute by which sessions are divided into series.
    pub split: ChartSplit,
    /// The gateway; `None` for all.
    pub gateway: Option<HistoryGateway>,
}

/// The attribute by which the sessions of a chart are divided into series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChartSplit {
    /// One series for clients and one for designers.
    Designer,
    /// One series for each project.
    Project,
    /// One series for each gateway.
    Gateway,
}

/// The number of sessions over time. Times are milliseconds since 1970 UTC.
///
/// A session counts while it is known to have been on, as in peaks: from its start until it was seen last. One that hasn't been
/// missed counts until its node was read last, or its kind of sessions if that couldn't be read any more. Those that may have
/// been on after that don't count, so that a number is never larger than what there was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The start of the first bucket.
    pub from: i64,
    /// The end of the last bucket.
    pub to: i64,
    /// The largest number of sessions at one time, for each bucket. The sum of the series may be larger: they may have their
    /// maxima at different times.
    pub total: Vec<u32>,
    /// The series, by name. The last one is [`SeriesName::Other`], if there is one.
    pub series: Vec<ChartSeries>,
    /// The times up to now in which no node was watched, in order. A node that can't be read isn't
    /// watched.
    pub unwatched: Vec<TimeRange>,
    /// Outages and restarts, by time.
    pub marks: Vec<ChartMark>,
}

impl Chart {
    /// Returns the start of a bucket, or the end of the last one.
    #[must_use]
    pub fn time_of(&self, bucket: usize) -> i64 {
        bucket_start((self.from, self.to), self.total.len(), bucket)
    }
}

/// Returns the start of one of a number of buckets in a range.
pub(super) fn bucket_start((from, to): (i64, i64), buckets: usize, bucket: usize) -> i64 {
    let part = (i128::from(to) - i128::from(from)) * bucket as i128 / buckets.max(1) as i128;
    i64::try_from(i128::from(from) + part).unwrap_or(to)
}

/// A series of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartSeries {
    /// The name of the series.
    pub name: SeriesName,
    /// The largest number of its sessions at one time, for each bucket.
    pub maxima: Vec<u32>,
}

/// The name of a series, which is the value that its sessions have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SeriesName {
    /// Sessions that aren't in a Designer, or for which it isn't known.
    Clients,
    /// Sessions in a Designer.
    Designers,
    /// Sessions of a project; `None` for those without one.
    Project(Option<Arc<str>>),
    /// Sessions of the gateway with this name.
    Gateway(Arc<str>),
    /// Sessions that belong to no other series.
    Other,
}

/// Outages or restarts of a node, at one place of a chart. Times are milliseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartMark {
    /// The name of the gateway.
    pub gateway: Arc<str>,
    /// The address of the node.
    pub node: Arc<str>,
    /// The kind of the mark, with its times.
    pub kind: MarkKind,
    /// The number of outages or restarts of the node that began in the same bucket.
    pub count: u32,
}

/// The kind of a chart mark: an outage or a restart, with its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The node couldn't be read.
    Unreachable {
        /// Time of the first read that failed.
        from: i64,
        /// Time of the next read that succeeded, or else of the last one that is known to have failed.
        until: i64,
        /// `true` if the node could be read again at `until`.
        is_over: bool,
    },
    /// The gateway of the node was restarted.
    Restarted {
        /// Time of the first sign of the restart.
        at: i64,
    },
}

impl MarkKind {
    /// Returns the start of the outage, or the time of the restart.
    #[must_use]
    pub fn begin(&self) -> i64 {
        match self {
            Self::Unreachable { from, .. } => *from,
            Self::Restarted { at } => *at,
        }
    }
}
