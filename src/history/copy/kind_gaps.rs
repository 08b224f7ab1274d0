//! Copies the time in which kinds of sessions couldn't be read.

use std::collections::HashMap;

use crate::history::database::{Database, Row, Value};
use crate::history::{HistoryError, schema};

const SELECT: &str = r#"SELECT observer, kind, "from", "to", id FROM kind_gap WHERE node = $1"#;

/// Copies the gaps of a node, which has these ids in the source and in the target. They belong to the coverage of their
/// observers, so those of the target stay as they are.
pub(super) fn copy(
    from: &mut dyn Database,
    to: &mut dyn Database,
    (source, target): (i64, i64),
) -> Result<(), HistoryError> {
    if !schema::has_kind_gaps(from)? {
        return Ok(());
    }
    let known = to.query(SELECT, vec![target.into()])?;
    let known: HashMap<&[Value], &[Value]> = known.iter().map(|row| row.split_at(3)).collect();
    let (mut added, mut ended): (Vec<Row>, Vec<Row>) = (Vec::new(), Vec::new());
    for row in from.query(SELECT, vec![source.into()])? {
        let (key, rest) = row.split_at(3);
        let [end, _] = rest else { continue };
        match known.get(key) {
            None => added.push([&[target.into()], key, std::slice::from_ref(end)].concat()),
            Some([Value::Null, id]) if *end != Value::Null => ended.push(vec![end.clone(), id.clone()]),
            Some(_) => {}
        }
    }
    to.execute_each(
        r#"INSERT INTO kind_gap (node, observer, kind, "from", "to") VALUES ($1, $2, $3, $4, $5)"#,
        &added,
    )?;
    to.execute_each(r#"UPDATE kind_gap SET "to" = $1 WHERE id = $2"#, &ended)?;
    Ok(())
}
