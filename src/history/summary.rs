//! Arrivals, departures and outages in a range.

use std::sync::Arc;

use super::database::{Database, first_integer};
use super::history_gateway::HistoryGateway;
use super::outage::{self, Outage};
use super::query::{self, Node};
use super::time_range::TimeRange;
use super::{HistoryError, span};

/// The arrivals, departures and outages in a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The number of sessions that arrived, without those that were there when their node was watched for the first time.
    pub arrived: usize,
    /// The number of sessions that left.
    pub left: usize,
    /// The nodes that couldn't be read, by gateway.
    pub outages: Vec<NodeOutages>,
}

/// The times in which a node couldn't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeOutages {
    /// The name of its gateway.
    pub gateway: Arc<str>,
    /// The address of the node.
    pub node: Arc<str>,
    /// The total duration of the outages in the range, in milliseconds.
    pub duration_ms: i64,
    /// The start of the outage that isn't over at the end of the range, in milliseconds since 1970
    /// UTC.
    pub since: Option<i64>,
}

/// Returns the summary of the time after `range.from` and up to `range.to` on the nodes of some
/// gateways.
pub(super) fn summary(
    database: &mut dyn Database,
    range: TimeRange,
    gateways: &[HistoryGateway],
    now: i64,
) -> Result<Summary, HistoryError> {
    let nodes = query::nodes_of(database, gateways)?;
    if nodes.is_empty() {
        return Ok(Summary::default());
    }
    let [arrived, left] = [
        // A session that is found by the first read of a node may have been there all the time.
        r#"JOIN (SELECT node, MIN("from") AS first_read FROM coverage GROUP BY node) c ON c.node = s.node
            WHERE s.first_seen > c.first_read"#,
        "",
    ];
    Ok(Summary {
        arrived: count(database, range, &nodes, "first_seen", arrived)?,
        left: count(database, range, &nodes, "missed_at", left)?,
        outages: outages(database, range, &nodes, now)?,
    })
}

/// Returns the number of sessions `s` with a time in the range that meet a condition, which is empty or begins with a join.
fn count(
    database: &mut dyn Database,
    range: TimeRange,
    nodes: &[Node],
    column: &str,
    condition: &str,
) -> Result<usize, HistoryError> {
    let in_range = format!(" AND {column} > $1 AND {column} <= $2{}", query::of_nodes(nodes));
    let sessions = span::overlapping(&format!("node, {column}"), &in_range);
    let sql = format!("SELECT COUNT(*) FROM ({sessions}) s {condition}");
    let rows = database.query(&sql, vec![range.from.into(), range.to.into()])?;
    let count = first_integer(&rows);
    Ok(count.and_then(|count| count.try_into().ok()).unwrap_or(0))
}

fn outages(
    database: &mut dyn Database,
    range: TimeRange,
    nodes: &[Node],
    now: i64,
) -> Result<Vec<NodeOutages>, HistoryError> {
    let ids: Vec<i64> = nodes.iter().map(|node| node.id).collect();
    let all = outage::overlapping(database, &ids, range, now)?;
    let of_node = |node: &Node| {
        // One may have begun later, if the last read before it is in the range.
        let is_in_range = |outage: &&Outage| outage.node == node.id && outage.from <= range.to;
        let mut outages = all.iter().filter(is_in_range).peekable();
        outages.peek()?;
        let mut found = NodeOutages {
            gateway: node.gateway.clone(),
            node: node.url.clone(),
            duration_ms: 0,
            since: None,
        };
        for outage in outages {
            let until = outage.until.min(range.to);
            found.duration_ms += until.saturating_sub(outage.from.max(range.from)).max(0);
            // One whose end isn't known ended when its recorder did, or goes on.
            if !outage.is_over && outage.until >= range.to {
                found.since = Some(outage.from);
            }
        }
        Some(found)
    };
    Ok(nodes.iter().filter_map(of_node).collect())
}
