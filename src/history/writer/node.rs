//! The nodes that are stored.

use std::sync::Arc;

use crate::history::HistoryError;
use crate::history::database::Database;
use crate::history::step::NodeKey;

/// Returns the id of a node and the gateway that it is stored with. Nothing is locked if it is known: others may stand
/// by for it.
pub(super) fn node_row(database: &mut dyn Database, node: &NodeKey) -> Result<(i64, Arc<str>), HistoryError> {
    if let Some(known) = known_node(database, &node.url)? {
        return Ok(known);
    }
    database.lock_names()?;
    database.execute(
        "INSERT INTO node (url, gateway) VALUES ($1, $2) ON CONFLICT (url) DO NOTHING",
        vec![node.url.clone().into(), node.gateway.clone().into()],
    )?;
    let added = known_node(database, &node.url)?;
    added.ok_or_else(|| HistoryError::Database("a node that was written can't be read".into()))
}

/// Returns the id of a node and its gateway, if it is stored.
pub(super) fn known_node(
    database: &mut dyn Database,
    url: &Arc<str>,
) -> Result<Option<(i64, Arc<str>)>, HistoryError> {
    let rows = database.query("SELECT id, gateway FROM node WHERE url = $1", vec![url.clone().into()])?;
    Ok(rows.first().and_then(|row| match &row[..] {
        [id, gateway] => Some((id.integer()?, gateway.text()?.clone())),
        _ => None,
    }))
}
