//! The number of sessions over time.
//!
//! Sessions are read once, by their begin, in parts of the range that have some ten thousand sessions each. What is kept of
//! them are the ends of those that are on. A range with most of what is stored is read in the order of the table instead.

mod marks;
mod read;
mod request;
mod series;
mod sweep;

use std::collections::HashMap;

pub use self::request::{
    Chart, ChartMark, ChartRequest, ChartSeries, ChartSplit, MAX_BUCKETS, MarkKind, SeriesName,
};
use super::coverage;
use super::engine::Engine;
use super::query;
use super::watched::{self, Watched};
use super::{HistoryError, outage};

/// Times beyond 9 million years are left out, so that no sum of them overflows.
const MAX_TIME: i64 = 1 << 58;

/// Returns a chart; `None` if it was cancelled.
pub(super) fn chart(
    engine: &mut dyn Engine,
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
    let nodes = query::nodes(engine, gateway.as_deref())?;
    let ids: Vec<i64> = nodes.iter().map(|node| node.id).collect();
    let known_until = coverage::newest(engine, &ids, now)?;
    let known_until = ids.iter().zip(known_until);
    let known_until: HashMap<i64, i64> =
        known_until.filter_map(|(id, newest)| Some((*id, newest?.to))).collect();
    let of_nodes = gateway.as_ref().map_or_else(String::new, |_| query::of_nodes(&nodes));
    let mut slots = series::Slots::new(engine, split, &nodes, (from, to), &of_nodes)?;
    let sessions = read::Sessions { range: (from, to), of_nodes, known_until };
    let Some(maxima) = sessions.count(engine, buckets, &mut slots, is_cancelled)? else { return Ok(None) };
    chart.series = slots.into_series(engine, &maxima)?;
    chart.total = maxima.totals;
    if is_cancelled() {
        return Ok(None);
    }
    let range = Watched { from, to };
    let outages = outage::overlapping(engine, &ids, range, now)?;
    let watched = coverage::overlapping(engine, &ids, range, now)?;
    let tried = outages.iter().map(|outage| Watched { from: outage.earliest, to: outage.until });
    let watched = watched.into_iter().flat_map(|watched| watched.all);
    let mut watched: Vec<Watched> = watched.chain(tried).collect();
    watched.sort_unstable();
    if from < now {
        let past = Watched { from, to: to.min(now) };
        chart.unwatched = watched::gaps(&watched::merged(watched.into_iter()), past);
    }
    chart.marks = marks::marks(engine, &nodes, &outages, (from, to), buckets)?;
    Ok(Some(chart))
}
