//! The outages and restarts of a chart. Those that are too close to be distinguished are merged.

use std::collections::HashMap;

use super::request::{ChartMark, MarkKind, bucket_start};
use crate::history::HistoryError;
use crate::history::database::Database;
use crate::history::event::EventKind;
use crate::history::outage::Outage;
use crate::history::query::Node;
use crate::history::schema;

/// Returns each outage and restart of nodes in a range, by its start.
pub(super) fn each<'a>(
    database: &mut dyn Database,
    nodes: &'a [Node],
    outages: &[Outage],
    range: (i64, i64),
) -> Result<Vec<(&'a Node, MarkKind)>, HistoryError> {
    let outages = outages.iter().map(|outage| {
        let Outage { from, until, is_over, .. } = *outage;
        (outage.node, MarkKind::Unreachable { from, until, is_over })
    });
    let mut found: Vec<(i64, MarkKind)> = outages.collect();
    if schema::has_events(database)? {
        let restarts = database.query(
            "SELECT node, time FROM event WHERE kind = $1 AND time >= $2 AND time < $3",
            vec![EventKind::Restarted.into(), range.0.into(), range.1.into()],
        )?;
        found.extend(restarts.iter().filter_map(|row| match &row[..] {
            [node, at] => Some((node.integer()?, MarkKind::Restarted { at: at.integer()? })),
            _ => None,
        }));
    }
    let nodes: HashMap<i64, &Node> = nodes.iter().map(|node| (node.id, node)).collect();
    let in_range = found.into_iter().filter(|(_, kind)| kind.begin() < range.1);
    let mut found: Vec<_> = in_range.filter_map(|(id, kind)| Some((*nodes.get(&id)?, kind))).collect();
    found.sort_by_key(|(_, kind)| kind.begin());
    Ok(found)
}

/// Returns the marks of nodes in a range, by time. Those of one kind that begin in the same bucket are one mark.
pub(super) fn marks(
    database: &mut dyn Database,
    nodes: &[Node],
    outages: &[Outage],
    range: (i64, i64),
    buckets: usize,
) -> Result<Vec<ChartMark>, HistoryError> {
    let found = each(database, nodes, outages, range)?;
    let mut marks: Vec<ChartMark> = Vec::new();
    // The last mark of each node and kind.
    let mut last: HashMap<(i64, bool), usize> = HashMap::new();
    let mut bucket_end = BucketEnds { range, buckets, bucket: 0 };
    let mut current_end = i64::MIN;
    for (node, kind) in found {
        if kind.begin() >= current_end {
            current_end = bucket_end.after(kind.begin());
            last.clear();
        }
        let is_restart = matches!(kind, MarkKind::Restarted { .. });
        if let Some(&index) = last.get(&(node.id, is_restart)) {
            marks[index].merge(kind);
        } else {
            last.insert((node.id, is_restart), marks.len());
            marks.push(ChartMark::new(node, kind));
        }
    }
    Ok(marks)
}

/// The ends of buckets, in this order.
struct BucketEnds {
    range: (i64, i64),
    buckets: usize,
    bucket: usize,
}

impl BucketEnds {
    /// Returns the end of the bucket with a time, which is not before an earlier one.
    fn after(&mut self, time: i64) -> i64 {
        loop {
            let end = bucket_start(self.range, self.buckets, self.bucket + 1);
            if end > time || self.bucket + 1 >= self.buckets {
                return end;
            }
            self.bucket += 1;
        }
    }
}

impl ChartMark {
    /// Returns the mark of one outage or restart.
    pub(super) fn new(node: &Node, kind: MarkKind) -> Self {
        Self { gateway: node.gateway.clone(), node: node.url.clone(), kind, count: 1 }
    }

    /// Adds another outage or restart of the same node.
    fn merge(&mut self, other: MarkKind) {
        self.count += 1;
        if let MarkKind::Unreachable { until, is_over, .. } = &mut self.kind
            && let MarkKind::Unreachable { until: other_until, is_over: is_other_over, .. } = other
            && other_until >= *until
        {
            (*until, *is_over) = (other_until, is_other_over);
        }
    }
}
