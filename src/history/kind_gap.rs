//! The times in which a node was watched, but one kind of its sessions couldn't be read.

use std::collections::HashMap;
use std::sync::Arc;

use super::database::{Database, Row};
use super::record::kind_from_value;
use super::time_range::TimeRange;
use super::{HistoryError, schema};
use crate::gateway::SessionKind;

/// A time in which an observer couldn't read a kind of sessions. In milliseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KindGap {
    pub(super) kind: SessionKind,
    pub(super) observer: Arc<str>,
    /// Time of the last read with the kind, which belongs to no gap.
    pub(super) from: i64,
    /// Time of the next one; `i64::MAX` as long as there is none.
    pub(super) to: i64,
}

impl KindGap {
    /// Returns `true` if the kind couldn't be read at a time.
    pub(super) fn contains(&self, time: i64) -> bool {
        self.from < time && time < self.to
    }
}

/// Reads the gaps of some nodes that overlap a range, by node. There are few: mostly none.
pub(super) fn overlapping(
    database: &mut dyn Database,
    nodes: &[i64],
    range: TimeRange,
) -> Result<HashMap<i64, Vec<KindGap>>, HistoryError> {
    if !schema::has_kind_gaps(database)? {
        return Ok(HashMap::new());
    }
    let of_node: Vec<Row> =
        nodes.iter().map(|node| vec![(*node).into(), range.to.into(), range.from.into()]).collect();
    let rows = database.query_each(
        r#"SELECT kind, observer, "from", "to" FROM kind_gap WHERE node = $1 AND "from" < $2 AND ("to" > $3 OR "to" IS NULL)"#,
        &of_node,
    )?;
    let gaps = |rows: &Vec<Row>| -> Vec<KindGap> { rows.iter().filter_map(gap_of_row).collect() };
    let by_node = nodes.iter().copied().zip(rows.iter().map(gaps));
    Ok(by_node.filter(|(_, gaps)| !gaps.is_empty()).collect())
}

/// Returns the nodes with a kind that couldn't be read at some time.
pub(super) fn nodes_with_gaps(database: &mut dyn Database, nodes: &[i64]) -> Result<Vec<i64>, HistoryError> {
    if !schema::has_kind_gaps(database)? {
        return Ok(Vec::new());
    }
    let of_node: Vec<Row> = nodes.iter().map(|node| vec![(*node).into()]).collect();
    let found = database.query_each("SELECT id FROM kind_gap WHERE node = $1 LIMIT 1", &of_node)?;
    Ok(nodes.iter().zip(&found).filter(|(_, rows)| !rows.is_empty()).map(|(node, _)| *node).collect())
}

fn gap_of_row(row: &Row) -> Option<KindGap> {
    let [kind, observer, from, to] = &row[..] else { return None };
    let (kind, observer) = (kind_from_value(kind)?, observer.text()?.clone());
    Some(KindGap { kind, observer, from: from.integer()?, to: to.integer().unwrap_or(i64::MAX) })
}
