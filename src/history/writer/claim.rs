//! Claims nodes, so that each one is written by one process.

use super::WrittenNode;
use super::coverage::OpenCoverage;
use super::kind_gaps::OpenKindGaps;
use super::node::node_row;
use super::outage::OpenOutage;
use crate::history::HistoryError;
use crate::history::coverage;
use crate::history::database::{Database, first_integer};
use crate::history::step::NodeKey;

/// The outcome of an attempt to become the writer of a node.
pub(super) enum Claim {
    /// This process writes the node now. The flag is `true` if it was its writer before, through
    /// the same gateway and maybe through another connection, and nothing came between.
    Own(WrittenNode, bool),
    /// Another process writes the node.
    OfAnother {
        /// Time of the last read that it has written.
        known_until: Option<i64>,
    },
}

/// Tries to become the writer of a node, which is created if it isn't known. `time` is the one of its first read.
pub(super) fn claim(database: &mut dyn Database, node: &NodeKey, time: i64) -> Result<Claim, HistoryError> {
    let (id, gateway) = node_row(database, node)?;
    if !database.claim(id)? {
        let newest = r#"SELECT "to" FROM coverage WHERE node = $1 ORDER BY id DESC LIMIT 1"#;
        let newest = database.query(newest, vec![id.into()])?;
        return Ok(Claim::OfAnother { known_until: first_integer(&newest) });
    }
    if gateway != node.gateway {
        database.execute(
            "UPDATE node SET gateway = $1 WHERE id = $2",
            vec![node.gateway.clone().into(), id.into()],
        )?;
    }
    let newest = database.query(
        r#"SELECT id, observer, "to", is_open FROM coverage WHERE node = $1 ORDER BY id DESC LIMIT 1"#,
        vec![id.into()],
    )?;
    let newest = newest.first().and_then(|row| match &row[..] {
        [id, observer, to, is_open] => {
            Some((id.integer()?, observer.text()?.clone(), to.integer()?, is_open.integer()? != 0))
        }
        _ => None,
    });
    let (coverage, is_resumed) = match newest {
        Some((coverage, observer, to, is_open)) if *observer == *database.observer() => {
            // One that was closed when the node was idle is continued if the next step says so. The steps of another gateway
            // follow a list that wasn't written.
            (Some(OpenCoverage::resume(coverage, to, is_open)), gateway == node.gateway)
        }
        Some((_, observer, ..)) => {
            tracing::info!(node = %node.url, %observer, "recording a node that another process has recorded before");
            database.execute(
                "UPDATE coverage SET is_open = 0 WHERE node = $1 AND is_open = 1",
                vec![id.into()],
            )?;
            (None, false)
        }
        None => (None, false),
    };
    let known_until = match &coverage {
        Some(coverage) => Some(coverage.to()),
        None => coverage::newest(database, &[id], time)?.pop().flatten().map(|newest| newest.to),
    };
    let gateway = node.gateway.clone();
    let outage = OpenOutage::stored(database, id)?;
    let kind_gaps = OpenKindGaps::stored(database, id)?;
    Ok(Claim::Own(WrittenNode { id, gateway, coverage, kind_gaps, outage, known_until }, is_resumed))
}
