//! Sorts sessions into series: the largest ones by name, the rest together.

use std::collections::HashMap;
use std::sync::Arc;

use super::request::{ChartSeries, ChartSplit, SeriesName};
use super::sweep::{Maxima, SLOTS};
use crate::history::HistoryError;
use crate::history::database::{Database, Row};
use crate::history::query::Node;
use crate::history::span;

/// The largest number of series with a name. The last slot is the one of the rest.
const MAX_NAMED: usize = SLOTS - 1;
/// The number of times at which sessions are counted to find the largest series.
const SAMPLES: i64 = 24;

/// Returns the column of `session` by which sessions are divided into series.
pub(super) fn column(split: ChartSplit) -> &'static str {
    match split {
        ChartSplit::Designer => "designer",
        ChartSplit::Project => "project",
        ChartSplit::Gateway => "node",
    }
}

/// Sorts sessions into slots.
pub(super) struct Slots {
    split: ChartSplit,
    /// The names of gateways. Their values are indexes.
    gateways: Vec<Arc<str>>,
    /// The index of the gateway of each node, by its id.
    of_node: Vec<(i64, i64)>,
    /// The values of the named slots.
    values: Vec<Option<i64>>,
}

impl Slots {
    /// Returns the slots for a range. The largest series are those with most sessions at some times that are spread evenly over
    /// it. If that leaves slots without a name, the next values that are met get them.
    pub(super) fn new(
        database: &mut dyn Database,
        split: ChartSplit,
        nodes: &[Node],
        range: (i64, i64),
        of_nodes: &str,
    ) -> Result<Self, HistoryError> {
        let mut gateways: Vec<Arc<str>> = nodes.iter().map(|node| node.gateway.clone()).collect();
        gateways.sort();
        gateways.dedup();
        let index =
            |node: &Node| gateways.binary_search(&node.gateway).ok().and_then(|index| index.try_into().ok());
        let mut of_node: Vec<(i64, i64)> =
            nodes.iter().filter_map(|node| Some((node.id, index(node)?))).collect();
        of_node.sort_unstable();
        let mut slots = Self { split, gateways, of_node, values: Vec::new() };
        let may_overflow = match split {
            ChartSplit::Designer => false,
            ChartSplit::Project => true,
            ChartSplit::Gateway => slots.gateways.len() > MAX_NAMED,
        };
        if may_overflow {
            slots.name_largest(database, range, of_nodes)?;
        }
        Ok(slots)
    }

    /// Returns the slot of a value of the column.
    pub(super) fn slot(&mut self, value: Option<i64>) -> usize {
        let value = self.series_value(value);
        let known = self.values.iter().position(|known| *known == value);
        known.unwrap_or_else(|| {
            if self.values.len() < MAX_NAMED {
                self.values.push(value);
                self.values.len() - 1
            } else {
                MAX_NAMED
            }
        })
    }

    /// Returns the value that the sessions of a series share: the value of the column, or the index
    /// of the node's gateway.
    fn series_value(&self, value: Option<i64>) -> Option<i64> {
        match self.split {
            ChartSplit::Gateway => {
                let index = self.of_node.binary_search_by_key(&value?, |(node, _)| *node).ok()?;
                Some(self.of_node[index].1)
            }
            ChartSplit::Designer => Some(i64::from(value.is_some_and(|value| value != 0))),
            ChartSplit::Project => value,
        }
    }

    fn name_largest(
        &mut self,
        database: &mut dyn Database,
        (from, to): (i64, i64),
        of_nodes: &str,
    ) -> Result<(), HistoryError> {
        let column = column(self.split);
        let sessions = span::overlapping(&format!("{column} AS value"), of_nodes);
        let sql = format!("SELECT value, COUNT(*) FROM ({sessions}) s GROUP BY value");
        let step = to.saturating_sub(from) / SAMPLES;
        let times = (0..SAMPLES).map(|index| from + step * index + step / 2);
        // Those that have begun and are not missed yet.
        let times: Vec<Row> = times.map(|time| vec![(time + 1).into(), time.into()]).collect();
        let mut sizes: HashMap<Option<i64>, i64> = HashMap::new();
        for row in database.query_each(&sql, &times)?.iter().flatten() {
            let [value, count] = &row[..] else { continue };
            *sizes.entry(self.series_value(value.integer())).or_default() += count.integer().unwrap_or(0);
        }
        let mut sizes: Vec<(Option<i64>, i64)> = sizes.into_iter().collect();
        sizes.sort_by_key(|(value, size)| (-size, *value));
        self.values = sizes.into_iter().take(MAX_NAMED).map(|(value, _)| value).collect();
        Ok(())
    }

    /// Returns the series that have sessions, by name.
    pub(super) fn into_series(
        self,
        database: &mut dyn Database,
        maxima: &Maxima,
    ) -> Result<Vec<ChartSeries>, HistoryError> {
        let mut series = Vec::new();
        for slot in 0..SLOTS {
            let of_slot: Vec<u32> = maxima.by_slot.iter().map(|maxima| maxima[slot]).collect();
            if of_slot.iter().all(|maximum| *maximum == 0) {
                continue;
            }
            let name = match self.values.get(slot) {
                Some(value) => self.name(database, *value)?,
                None => SeriesName::Other,
            };
            series.push(ChartSeries { name, maxima: of_slot });
        }
        series.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(series)
    }

    fn name(&self, database: &mut dyn Database, value: Option<i64>) -> Result<SeriesName, HistoryError> {
        Ok(match self.split {
            ChartSplit::Designer if value == Some(0) => SeriesName::Clients,
            ChartSplit::Designer => SeriesName::Designers,
            ChartSplit::Project => {
                let texts = database.query("SELECT value FROM text WHERE id = $1", vec![value.into()])?;
                SeriesName::Project(texts.first().and_then(|row| row.first()?.text().cloned()))
            }
            ChartSplit::Gateway => {
                let gateway = value.and_then(|index| self.gateways.get(usize::try_from(index).ok()?));
                gateway.map_or(SeriesName::Other, |gateway| SeriesName::Gateway(gateway.clone()))
            }
        })
    }
}
