//! The number of sessions over time.
//!
//! Sessions are read once, by their start, in parts of the range that have some ten thousand
//! sessions each. Only the ends of sessions that are on are kept. A range with most of the stored
//! sessions is read in the order of the table instead.

mod marks;
mod request;
mod series;
mod sweep;

pub use self::request::{
    Chart, ChartMark, ChartRequest, ChartSeries, ChartSplit, MAX_BUCKETS, MarkKind, SeriesName,
};
use super::coverage;
use super::database::Database;
use super::overlap::{Sessions, Sink};
use super::query;
use super::time_range::{self, MAX_TIME, TimeRange};
use super::{HistoryError, outage};

/// Returns a chart; `None` if it was cancelled.
pub(super) fn chart(
    database: &mut dyn Database,
    request: &ChartRequest,
    now: i64,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<Chart>, HistoryError> {
    let ChartRequest { from, to, buckets, split, ref gateway } = *request;
    let (from, to) = (from.max(-MAX_TIME), to.min(MAX_TIME));
    let milliseconds = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
    let buckets = buckets.min(MAX_BUCKETS).min(milliseconds);
    let mut chart = Chart { from, to, ..Chart::default() };
    if buckets == 0 {
        return Ok(Some(chart));
    }
    let nodes = query::nodes(database, gateway.as_ref())?;
    let ids: Vec<i64> = nodes.iter().map(|node| node.id).collect();
    let columns = series::column(split);
    let sessions = Sessions::new(database, (from, to), &nodes, gateway.is_none(), columns, now)?;
    let slots = series::Slots::new(database, split, &nodes, (from, to), sessions.of_nodes())?;
    let mut counter = Counter { slots, sweep: sweep::Sweep::new((from, to), buckets) };
    if !sessions.read_all(database, &mut counter, is_cancelled)? {
        return Ok(None);
    }
    let maxima = counter.sweep.finish();
    chart.series = counter.slots.into_series(database, &maxima)?;
    chart.total = maxima.totals;
    if is_cancelled() {
        return Ok(None);
    }
    let range = TimeRange { from, to };
    let outages = outage::overlapping(database, &ids, range, now)?;
    let watched = coverage::overlapping(database, &ids, range, now)?;
    let mut watched: Vec<TimeRange> = watched.into_iter().flat_map(|watched| watched.all).collect();
    watched.sort_unstable();
    if from < now {
        let past = TimeRange { from, to: to.min(now) };
        chart.unwatched = time_range::gaps(&time_range::merged(watched.into_iter()), past);
    }
    chart.marks = marks::marks(database, &nodes, &outages, (from, to), buckets)?;
    Ok(Some(chart))
}

/// Returns each outage and restart of all nodes from `range.from` up to `range.to`, by its start.
pub(super) fn marks(
    database: &mut dyn Database,
    range: TimeRange,
    now: i64,
) -> Result<Vec<ChartMark>, HistoryError> {
    let nodes = query::nodes(database, None)?;
    let ids: Vec<i64> = nodes.iter().map(|node| node.id).collect();
    let outages = outage::overlapping(database, &ids, range, now)?;
    let found = marks::each(database, &nodes, &outages, (range.from, range.to.saturating_add(1)))?;
    Ok(found.into_iter().map(|(node, kind)| ChartMark::new(node, kind)).collect())
}

/// Counts the sessions of each series.
struct Counter {
    slots: series::Slots,
    sweep: sweep::Sweep,
}

impl Sink for Counter {
    fn add(&mut self, start: i64, end: i64, values: &[Option<i64>]) {
        self.sweep.add(start, end, self.slots.slot(values.first().copied().flatten()));
    }

    fn count_until(&mut self, time: i64) {
        self.sweep.count_until(time);
    }
}
