//! Copies events.

use std::collections::HashMap;

use super::PAGE;
use crate::history::database::{Database, Row, Value, first_integer, in_transaction};
use crate::history::texts::text_ids;
use crate::history::{HistoryError, schema};

/// The columns in which an event of the source and one of the target are the same.
const KEY: &str = r#"node, kind, time, COALESCE(client, ''), COALESCE(detail, ''),
    COALESCE((SELECT value FROM text WHERE id = e."user"), '')"#;

/// The texts of an event.
const TEXTS: &str = r#"(SELECT value FROM text WHERE id = e."user"), (SELECT value FROM text WHERE id = e.project),
    (SELECT value FROM text WHERE id = e.address)"#;

/// The other columns of an event.
const COLUMNS: &str = "client, detail, earliest, last_failed, back_at, designer, session_kind, created";

/// Copies the events of these nodes. `nodes` maps the id of each node in the source to that in the target. No recorder extends
/// what is copied.
pub(super) fn copy(
    from: &mut dyn Database,
    to: &mut dyn Database,
    nodes: &HashMap<i64, i64>,
) -> Result<(), HistoryError> {
    if !schema::has_events(from)? {
        return Ok(());
    }
    let mut after = 0;
    loop {
        let page = from.query(
            &format!(
                "SELECT {KEY}, {TEXTS}, {COLUMNS}, id FROM event e WHERE id > $1 ORDER BY id LIMIT {PAGE}"
            ),
            vec![after.into()],
        )?;
        let Some(last) = page.last().and_then(|row| row.last()?.integer()) else { return Ok(()) };
        after = last;
        let events: Vec<Event> = page.iter().filter_map(|row| Event::from_row(row, nodes)).collect();
        in_transaction(to, |to| write(to, &events))?;
    }
}

/// An event of the source.
struct Event {
    /// The values of the columns in `KEY`, with the node of the target.
    key: Row,
    texts: [Value; 3],
    columns: [Value; 8],
}

impl Event {
    fn from_row(row: &Row, nodes: &HashMap<i64, i64>) -> Option<Self> {
        let (key, rest) = row.split_first_chunk::<6>()?;
        let (texts, rest) = rest.split_first_chunk::<3>()?;
        let (columns, _) = rest.split_first_chunk::<8>()?;
        let mut key = key.to_vec();
        key[0] = (*nodes.get(&key[0].integer()?)?).into();
        Some(Self { key, texts: texts.clone(), columns: columns.clone() })
    }
}

/// Adds the events that aren't there yet, and ends outages that have ended in the source.
fn write(to: &mut dyn Database, events: &[Event]) -> Result<(), HistoryError> {
    let keys: Vec<Row> = events.iter().map(|event| event.key.clone()).collect();
    let found = to.query_each(
        r#"SELECT id FROM event e WHERE node = $1 AND kind = $2 AND time = $3 AND COALESCE(client, '') = $4
AND COALESCE(detail, '') = $5 AND COALESCE((SELECT value FROM text WHERE id = e."user"), '') = $6"#,
        &keys,
    )?;
    let texts = events.iter().flat_map(|event| &event.texts).filter_map(Value::text);
    let ids = text_ids(to, texts)?;
    let (mut added, mut ended) = (Vec::new(), Vec::new());
    for (event, found) in events.iter().zip(&found) {
        let [.., last_failed, back_at, _, _, _] = &event.columns;
        if let Some(known) = first_integer(found) {
            ended.push(vec![last_failed.clone(), back_at.clone(), known.into()]);
        } else {
            let key = event.key[..3].iter().cloned();
            let texts = event.texts.iter().map(|text| ids.of(text.text()));
            added.push(key.chain(texts).chain(event.columns.iter().cloned()).collect());
        }
    }
    to.execute_each(
        &format!(
            r#"INSERT INTO event (is_open, node, kind, time, "user", project, address, {COLUMNS})
VALUES (0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"#
        ),
        &added,
    )?;
    // One that a recorder of the target is extending stays open.
    to.execute_each(
        "UPDATE event SET last_failed = $1, back_at = $2 WHERE id = $3 AND is_open = 0 AND back_at IS NULL",
        &ended.into_iter().filter(|row| row[0] != Value::Null).collect::<Vec<_>>(),
    )?;
    Ok(())
}
