//! The contents of a history, in a few numbers.

use std::sync::Arc;

use super::HistoryError;
use super::database::{Database, Row, first_integer};
use super::time_range::TimeRange;
use super::{coverage, span};

/// The contents of a history, in a few numbers. Times are milliseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryInfo {
    /// The version of its schema.
    pub schema_version: i64,
    /// The size of the database in bytes.
    pub size_bytes: u64,
    /// The number of sessions.
    pub sessions: i64,
    /// The number of sessions that haven't been missed.
    pub open_sessions: i64,
    /// Time of the oldest read.
    pub oldest: Option<i64>,
    /// Time of the last purge.
    pub last_purge: Option<i64>,
    /// The nodes, by gateway.
    pub nodes: Vec<NodeInfo>,
}

/// A recorded node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    /// The name of its gateway.
    pub gateway: Arc<str>,
    /// Its address.
    pub url: Arc<str>,
    /// The newest interval in which it was watched.
    pub watched: Option<TimeRange>,
    /// `true` if a recorder is watching the node.
    pub is_watched_now: bool,
}

pub(super) fn info(database: &mut dyn Database, now: i64) -> Result<HistoryInfo, HistoryError> {
    let mut number = |sql: &str| Ok::<_, HistoryError>(first_integer(&database.query(sql, Row::new())?));
    let sessions = number("SELECT COUNT(*) FROM session")?.unwrap_or(0);
    let open = format!("SELECT COUNT(*) FROM session WHERE dc = {}", span::OPEN);
    let open_sessions = number(&open)?.unwrap_or(0);
    let oldest = number(r#"SELECT MIN("from") FROM coverage"#)?;
    let last_purge = database.query("SELECT value FROM meta WHERE key = 'last_purge'", Row::new())?;
    let last_purge = last_purge.first().and_then(|row| row.first()?.text()?.parse().ok());
    Ok(HistoryInfo {
        schema_version: database.schema_version()?,
        size_bytes: database.size_bytes()?,
        sessions,
        open_sessions,
        oldest,
        last_purge,
        nodes: nodes(database, now)?,
    })
}

/// Returns the recorded nodes, by gateway.
pub(super) fn nodes(database: &mut dyn Database, now: i64) -> Result<Vec<NodeInfo>, HistoryError> {
    let nodes = database.query("SELECT id, gateway, url FROM node ORDER BY gateway, url", Row::new())?;
    let nodes: Vec<(i64, Arc<str>, Arc<str>)> = nodes
        .iter()
        .filter_map(|row| match &row[..] {
            [id, gateway, url] => Some((id.integer()?, gateway.text()?.clone(), url.text()?.clone())),
            _ => None,
        })
        .collect();
    let ids: Vec<i64> = nodes.iter().map(|(id, ..)| *id).collect();
    let newest = coverage::newest(database, &ids, now)?;
    let nodes = nodes.into_iter().zip(newest).map(|((_, gateway, url), watched)| NodeInfo {
        gateway,
        url,
        watched,
        is_watched_now: watched.is_some_and(|watched| watched.to >= now),
    });
    Ok(nodes.collect())
}
