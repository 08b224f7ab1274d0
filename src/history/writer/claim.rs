//! Claims nodes, so that each one is written by one process.

use std::sync::Arc;

use super::WrittenNode;
use super::coverage::OpenCoverage;
use crate::history::HistoryError;
use crate::history::coverage;
use crate::history::engine::Engine;
use crate::history::step::NodeKey;

/// Tries to become the writer of a node, which is created if it isn't known. Returns `None` while another process writes it.
/// `time` is the one of its first read. The flag is `true` if this recorder was its writer before, maybe through another connection, and nothing came between.
pub(super) fn claim(
    engine: &mut dyn Engine,
    node: &NodeKey,
    time: i64,
) -> Result<Option<(WrittenNode, bool)>, HistoryError> {
    let (id, gateway) = node_row(engine, node)?;
    if !engine.claim(id)? {
        return Ok(None);
    }
    if gateway != node.gateway {
        engine.execute(
            "UPDATE node SET gateway = $1 WHERE id = $2",
            vec![node.gateway.clone().into(), id.into()],
        )?;
    }
    let newest = engine.query(
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
        Some((coverage, observer, to, is_open)) if *observer == *engine.observer() => {
            // One that was closed when the node was idle is continued if the next step says so.
            (Some(OpenCoverage::resume(coverage, to, is_open)), true)
        }
        Some((_, observer, ..)) => {
            tracing::info!(node = %node.url, %observer, "recording a node that another process has recorded before");
            engine.execute(
                "UPDATE coverage SET is_open = 0 WHERE node = $1 AND is_open = 1",
                vec![id.into()],
            )?;
            (None, false)
        }
        None => (None, false),
    };
    let known_until = match &coverage {
        Some(coverage) => Some(coverage.to()),
        None => coverage::newest(engine, &[id], time)?.pop().flatten().map(|newest| newest.to),
    };
    let gateway = node.gateway.clone();
    Ok(Some((WrittenNode { id, gateway, coverage, known_until }, is_resumed)))
}

/// Returns the number of a node and the gateway that it is stored with. Nothing is locked if it is known: others may stand
/// by for it.
fn node_row(engine: &mut dyn Engine, node: &NodeKey) -> Result<(i64, Arc<str>), HistoryError> {
    if let Some(known) = known_node(engine, &node.url)? {
        return Ok(known);
    }
    engine.lock_names()?;
    engine.execute(
        "INSERT INTO node (url, gateway) VALUES ($1, $2) ON CONFLICT (url) DO NOTHING",
        vec![node.url.clone().into(), node.gateway.clone().into()],
    )?;
    let added = known_node(engine, &node.url)?;
    added.ok_or_else(|| HistoryError::Database("a node that was written can't be read".into()))
}

fn known_node(engine: &mut dyn Engine, url: &Arc<str>) -> Result<Option<(i64, Arc<str>)>, HistoryError> {
    let rows = engine.query("SELECT id, gateway FROM node WHERE url = $1", vec![url.clone().into()])?;
    Ok(rows.first().and_then(|row| match &row[..] {
        [id, gateway] => Some((id.integer()?, gateway.text()?.clone())),
        _ => None,
    }))
}
