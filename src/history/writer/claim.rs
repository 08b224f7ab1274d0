//! Claims nodes, so that each one is written by one process.

use super::WrittenNode;
use super::coverage::OpenCoverage;
use crate::history::HistoryError;
use crate::history::engine::Engine;
use crate::history::step::NodeKey;

/// Tries to become the writer of a node, which is created if it isn't known. Returns `None` while another process writes it.
/// The flag is `true` if this process was its writer before and nothing came between.
pub(super) fn claim(
    engine: &mut dyn Engine,
    node: &NodeKey,
) -> Result<Option<(WrittenNode, bool)>, HistoryError> {
    let id = node_id(engine, node)?;
    let open = engine.query(
        r#"SELECT id, observer, "to" FROM coverage WHERE node = $1 AND is_open = 1 ORDER BY id DESC LIMIT 1"#,
        vec![id.into()],
    )?;
    let open = open.first().and_then(|row| match &row[..] {
        [id, observer, to] => Some((id.integer()?, observer.text()?.clone(), to.integer()?)),
        _ => None,
    });
    let last_observer = open.as_ref().map(|(_, observer, _)| &**observer);
    if !engine.claim(id, last_observer)? {
        return Ok(None);
    }
    let known_until = engine.query(r#"SELECT MAX("to") FROM coverage WHERE node = $1"#, vec![id.into()])?;
    let known_until = known_until.first().and_then(|row| row.first()?.integer());
    let is_resumed = last_observer.is_some_and(|observer| observer == engine.observer());
    let coverage = match open {
        Some((coverage, _, to)) if is_resumed => Some(OpenCoverage::resume(coverage, to)),
        Some(_) => {
            tracing::info!(node = %node.url, "recording a node that another process has recorded before");
            engine.execute(
                "UPDATE coverage SET is_open = 0 WHERE node = $1 AND is_open = 1",
                vec![id.into()],
            )?;
            None
        }
        None => None,
    };
    Ok(Some((WrittenNode { id, coverage, known_until }, is_resumed)))
}

/// Returns the number of a node. Its gateway is renamed if that has changed.
fn node_id(engine: &mut dyn Engine, node: &NodeKey) -> Result<i64, HistoryError> {
    let (url, gateway) = (&node.url, &node.gateway);
    engine.execute(
        "INSERT INTO node (url, gateway) VALUES ($1, $2) \
         ON CONFLICT (url) DO UPDATE SET gateway = excluded.gateway WHERE node.gateway <> excluded.gateway",
        vec![url.clone().into(), gateway.clone().into()],
    )?;
    let rows = engine.query("SELECT id FROM node WHERE url = $1", vec![url.clone().into()])?;
    let id = rows.first().and_then(|row| row.first()?.integer());
    id.ok_or_else(|| HistoryError::Database("a node that was written can't be read".into()))
}
