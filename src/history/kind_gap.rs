//! The times in which a node was watched, but one kind of its sessions couldn't be read.

use std::collections::HashMap;
use std::sync::Arc;

use super::engine::{Engine, Row};
use super::record::kind_from_value;
use super::watched::Watched;
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

/// Reads the gaps that overlap a range, by node. There are few: mostly none.
pub(super) fn overlapping(
    engine: &mut dyn Engine,
    range: Watched,
) -> Result<HashMap<i64, Vec<KindGap>>, HistoryError> {
    if !schema::has_kind_gaps(engine)? {
        return Ok(HashMap::new());
    }
    let rows = engine.query(
        r#"SELECT node, kind, observer, "from", "to" FROM kind_gap WHERE "from" < $1 AND ("to" > $2 OR "to" IS NULL)"#,
        vec![range.to.into(), range.from.into()],
    )?;
    let mut gaps: HashMap<i64, Vec<KindGap>> = HashMap::new();
    for (node, gap) in rows.iter().filter_map(gap_of_row) {
        gaps.entry(node).or_default().push(gap);
    }
    Ok(gaps)
}

fn gap_of_row(row: &Row) -> Option<(i64, KindGap)> {
    let [node, kind, observer, from, to] = &row[..] else { return None };
    let (kind, observer) = (kind_from_value(kind)?, observer.text()?.clone());
    let gap = KindGap { kind, observer, from: from.integer()?, to: to.integer().unwrap_or(i64::MAX) };
    Some((node.integer()?, gap))
}
