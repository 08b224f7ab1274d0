//! Copies the time in which a node was watched.

use std::collections::HashMap;
use std::sync::Arc;

use super::merge::Horizon;
use crate::history::HistoryError;
use crate::history::database::{Database, Row, Value};

const SELECT: &str = r#"SELECT observer, "from", "to", every, id FROM coverage WHERE node = $1"#;

/// Copies the coverage of a node, which has these ids in the source and in the target. No recorder extends what is copied.
///
/// While a recorder writes the node in the target, only what lies before its last read is copied: its open sessions would seem
/// to have been seen later. It covers the rest itself.
pub(super) fn copy(
    from: &mut dyn Database,
    to: &mut dyn Database,
    (source, target): (i64, i64),
    horizon: &Horizon,
) -> Result<(), HistoryError> {
    let known = to.query(SELECT, vec![target.into()])?;
    let known: HashMap<(Arc<str>, i64), (i64, i64)> = known
        .iter()
        .filter_map(|row| match &row[..] {
            [observer, from, to, _, id] => {
                Some(((observer.text()?.clone(), from.integer()?), (id.integer()?, to.integer()?)))
            }
            _ => None,
        })
        .collect();
    let (mut added, mut extended) = (Vec::new(), Vec::new());
    for row in from.query(SELECT, vec![source.into()])? {
        let [observer, from, to, every, _] = &row[..] else { continue };
        let (Some(name), Some(begin), Some(end)) = (observer.text(), from.integer(), to.integer()) else {
            continue;
        };
        let last = if horizon.is_target_recorded { horizon.target_until } else { i64::MAX };
        if begin > last {
            continue;
        }
        let end = end.min(last);
        match known.get(&(name.clone(), begin)) {
            None => {
                added.push(vec![target.into(), observer.clone(), from.clone(), end.into(), every.clone()]);
            }
            Some((id, known_end)) if *known_end < end => {
                extended.push(vec![Value::from(end), Value::from(*id)]);
            }
            Some(_) => {}
        }
    }
    write(to, &added, &extended)
}

fn write(to: &mut dyn Database, added: &[Row], extended: &[Row]) -> Result<(), HistoryError> {
    to.execute_each(
        r#"INSERT INTO coverage (node, observer, "from", "to", every, is_open) VALUES ($1, $2, $3, $4, $5, 0)"#,
        added,
    )?;
    to.execute_each(r#"UPDATE coverage SET "to" = $1 WHERE id = $2"#, extended)?;
    Ok(())
}
