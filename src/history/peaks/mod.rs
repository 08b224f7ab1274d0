//! The largest number of sessions at once on each day: in total, by kind, project and gateway.
//!
//! Only sessions that were seen, or are proved by what was read later, count. One that ended while nothing was watched counts
//! until it was seen last, so that a number is never larger than what there was.

mod count;
mod request;
mod rows;
mod watch;

use std::collections::HashMap;
use std::sync::Arc;

use self::count::{Count, Counter};
pub use self::request::{
    DayPeaks, DayWatched, GatewayPeaks, KindPeaks, MAX_PEAK_DAYS, Peak, Peaks, PeaksRequest,
};
pub use self::rows::{PeakRow, PeaksBy};
use self::watch::Watch;
use super::database::{Database, Row};
use super::overlap::Sessions;
use super::time_range::{MAX_TIME, TimeRange};
use super::{HistoryError, coverage, query};

/// Returns the peaks; `None` if that was cancelled.
pub(super) fn peaks(
    database: &mut dyn Database,
    request: &PeaksRequest,
    now: i64,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<Peaks>, HistoryError> {
    let days = request.bounds(MAX_TIME);
    let (Some(&from), Some(&to)) = (days.first(), days.last()) else { return Ok(Some(Peaks::default())) };
    let nodes = query::nodes(database, request.gateway.as_ref())?;
    let mut gateways: Vec<Arc<str>> = nodes.iter().map(|node| node.gateway.clone()).collect();
    gateways.dedup();
    let of_node = nodes.iter().filter_map(|node| {
        let index = gateways.iter().position(|gateway| *gateway == node.gateway)?;
        Some((node.id, index))
    });
    let of_node: HashMap<i64, usize> = of_node.collect();
    let is_all = request.gateway.is_none();
    let sessions = Sessions::new(database, (from, to), &nodes, is_all, count::COLUMNS, now)?;
    let mut counter = Counter::new(days.clone(), of_node.clone(), gateways.len());
    if !sessions.read_all(database, &mut counter, is_cancelled)? {
        return Ok(None);
    }
    let sums = counter.finish();
    let ids: Vec<i64> = nodes.iter().map(|node| node.id).collect();
    let coverage = coverage::overlapping(database, &ids, TimeRange { from, to }, now)?;
    let first_reads = coverage::first_reads(database, &ids)?;
    let projects = project_names(database, &sums.projects)?;
    if is_cancelled() {
        return Ok(None);
    }
    let mut all = Watch::new(&days);
    let mut of_gateways: Vec<Watch> = gateways.iter().map(|_| Watch::new(&days)).collect();
    for ((node, coverage), first_read) in nodes.iter().zip(&coverage).zip(first_reads) {
        let Some(first_read) = first_read else { continue };
        let mut watches = vec![&mut all];
        watches.extend(of_node.get(&node.id).and_then(|index| of_gateways.get_mut(*index)));
        watch::add_node(&mut watches, &days, coverage, first_read, now);
    }
    let days = days.windows(2).zip(sums.total).zip(sums.by_project).enumerate();
    let days = days.map(|(day, ((bounds, counts), by_project))| {
        let peaks = all.peaks(day, counts);
        DayPeaks { from: bounds[0], to: bounds[1], peaks, projects: largest(by_project, &projects) }
    });
    let days = days.collect();
    let gateways = gateways.into_iter().zip(sums.by_gateway).zip(&of_gateways);
    let gateways = gateways.map(|((gateway, counts), watch)| {
        let days = counts.into_iter().enumerate().map(|(day, counts)| watch.peaks(day, counts)).collect();
        GatewayPeaks { gateway, days }
    });
    Ok(Some(Peaks { days, gateways: gateways.collect() }))
}

/// Returns the names of projects; those that have none, or are gone, have no name.
fn project_names(
    database: &mut dyn Database,
    projects: &[Option<i64>],
) -> Result<Vec<Option<Arc<str>>>, HistoryError> {
    let ids: Vec<Row> = projects.iter().map(|id| vec![(*id).into()]).collect();
    let found = database.query_each("SELECT value FROM text WHERE id = $1", &ids)?;
    Ok(found.iter().map(|rows| rows.first()?.first()?.text().cloned()).collect())
}

/// Returns the projects with the largest numbers, these first, and of those with the same number the first by name.
fn largest(
    counts: Vec<(usize, Count)>,
    names: &[Option<Arc<str>>],
) -> Vec<(Option<Arc<str>>, u32, Option<i64>)> {
    let mut projects: Vec<_> =
        counts.into_iter().map(|(index, Count { count, at })| (names[index].clone(), count, at)).collect();
    projects.sort_by(|(name, count, _), (other_name, other, _)| other.cmp(count).then(name.cmp(other_name)));
    projects.truncate(request::MAX_PROJECTS);
    projects
}
