//! Checks the consistency of a stored history.

use super::HistoryError;
use super::database::{Database, Row};
use super::{schema, span};

/// The largest number of problems of one kind that are listed.
const MAX_LISTED: usize = 20;
const PAGE: i64 = 20_000;

/// Returns one line for each problem, at most 20 of each kind; empty if there are none.
pub(super) fn check(database: &mut dyn Database) -> Result<Vec<String>, HistoryError> {
    let mut problems = database.check_files()?;
    problems.truncate(MAX_LISTED);
    problems.extend(check_coverage(database)?);
    problems.extend(check_references(database, "session")?);
    problems.extend(check_sessions(database)?);
    problems.extend(check_doubled_sessions(database)?);
    if schema::has_events(database)? {
        problems.extend(check_events(database)?);
    }
    if schema::has_kind_gaps(database)? {
        problems.extend(check_kind_gaps(database)?);
    }
    Ok(problems)
}

fn check_coverage(database: &mut dyn Database) -> Result<Vec<String>, HistoryError> {
    let negative = database.query(
        &format!(r#"SELECT id FROM coverage WHERE "to" < "from" ORDER BY id LIMIT {MAX_LISTED}"#),
        Row::new(),
    )?;
    let twice = nodes_with_two_open(database, "coverage")?;
    let negative = ids(&negative).map(|id| format!("coverage {id} ends before it begins"));
    let twice = twice.into_iter().map(|node| format!("node {node} has two open coverages"));
    Ok(negative.chain(twice).collect())
}

/// Looks for rows of a table that refer to a text or a node that isn't there.
fn check_references(database: &mut dyn Database, from: &str) -> Result<Vec<String>, HistoryError> {
    let mut problems = Vec::new();
    let references = [("\"user\"", "text"), ("project", "text"), ("address", "text"), ("node", "node")];
    for (column, table) in references {
        let rows = database.query(
            &format!(
                "SELECT s.id FROM {from} s WHERE s.{column} IS NOT NULL \
                 AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = s.{column}) ORDER BY s.id LIMIT {MAX_LISTED}"
            ),
            Row::new(),
        )?;
        let column = column.trim_matches('"');
        problems.extend(ids(&rows).map(|id| format!("{from} {id} has an unknown {column}")));
    }
    Ok(problems)
}

/// Checks the times of all sessions.
fn check_sessions(database: &mut dyn Database) -> Result<Vec<String>, HistoryError> {
    let mut problems = Vec::new();
    let mut last = 0;
    loop {
        let rows = database.query(
            &format!(
                "SELECT id, started, first_seen, last_seen, missed_at, dc FROM session \
                 WHERE id > $1 ORDER BY id LIMIT {PAGE}"
            ),
            vec![last.into()],
        )?;
        let Some(id) = rows.last().and_then(|row| row.first()?.integer()) else {
            return Ok(problems);
        };
        last = id;
        let found = rows.iter().filter_map(check_times);
        problems.extend(found.take(MAX_LISTED.saturating_sub(problems.len())));
    }
}

fn check_times(row: &Row) -> Option<String> {
    let [id, started, first_seen, last_seen, missed_at, class] = &row[..] else { return None };
    let (id, started, first_seen, class) =
        (id.integer()?, started.integer()?, first_seen.integer()?, class.integer()?);
    if started > first_seen {
        return Some(format!("session {id} was seen before it began"));
    }
    match (last_seen.integer(), missed_at.integer()) {
        // While its kind can't be read.
        (Some(last_seen), None) if class == span::OPEN && last_seen < first_seen => {
            Some(format!("session {id} was seen last before it was seen first"))
        }
        (_, None) if class == span::OPEN => None,
        (Some(last_seen), Some(_)) if last_seen < first_seen => {
            Some(format!("session {id} ends before it begins"))
        }
        (Some(last_seen), Some(missed_at)) if missed_at < last_seen => {
            Some(format!("session {id} was missed before it was seen last"))
        }
        (Some(_), Some(missed_at)) if span::class(started, missed_at) != class => {
            Some(format!("session {id} has the wrong duration class"))
        }
        (Some(_), Some(_)) => None,
        _ => Some(format!("session {id} has inconsistent end times")),
    }
}

/// Looks for sessions that were recorded twice: those that are on by what identifies them, the others also by their start.
fn check_doubled_sessions(database: &mut dyn Database) -> Result<Vec<String>, HistoryError> {
    let mut problems = Vec::new();
    for (condition, begin) in [("IS NULL", ""), ("IS NOT NULL", ", first_seen")] {
        let doubled = database.query(
            &format!(
                "SELECT MIN(id), MAX(id) FROM session WHERE missed_at {condition} AND client IS NOT NULL \
                 GROUP BY node, client, kind, started + created_after{begin} HAVING COUNT(*) > 1 LIMIT {MAX_LISTED}"
            ),
            Row::new(),
        )?;
        let problem = |row: &Row| match &row[..] {
            [first, other] => {
                Some(format!("sessions {} and {} are the same one", first.integer()?, other.integer()?))
            }
            _ => None,
        };
        problems.extend(doubled.iter().filter_map(problem));
    }
    Ok(problems)
}

/// Checks the references and times of all events.
fn check_events(database: &mut dyn Database) -> Result<Vec<String>, HistoryError> {
    let mut problems = check_references(database, "event")?;
    let wrong = database.query(
        &format!(
            "SELECT id FROM event WHERE earliest > time OR last_failed < time OR back_at < last_failed \
             OR (is_open = 1 AND (kind <> 0 OR back_at IS NOT NULL)) ORDER BY id LIMIT {MAX_LISTED}"
        ),
        Row::new(),
    )?;
    problems.extend(ids(&wrong).map(|id| format!("event {id} has wrong times")));
    let twice = nodes_with_two_open(database, "event")?;
    problems.extend(twice.into_iter().map(|node| format!("node {node} has two open outages")));
    Ok(problems)
}

/// Checks the times in which kinds of sessions couldn't be read.
fn check_kind_gaps(database: &mut dyn Database) -> Result<Vec<String>, HistoryError> {
    let wrong = database.query(
        &format!(
            r#"SELECT id FROM kind_gap g WHERE "to" < "from" OR NOT EXISTS (SELECT 1 FROM node n WHERE n.id = g.node)
OR ("to" IS NULL AND EXISTS (SELECT 1 FROM kind_gap o WHERE o.id < g.id AND o.node = g.node AND o.observer = g.observer
    AND o.kind = g.kind AND o."to" IS NULL)) ORDER BY id LIMIT {MAX_LISTED}"#
        ),
        Row::new(),
    )?;
    let problem = |id| format!("kind gap {id} has wrong times, a wrong node, or is open twice");
    Ok(ids(&wrong).map(problem).collect())
}

/// Returns the nodes with several open rows in a table.
fn nodes_with_two_open(database: &mut dyn Database, table: &str) -> Result<Vec<i64>, HistoryError> {
    let nodes = database.query(
        &format!(
            "SELECT node FROM {table} WHERE is_open = 1 GROUP BY node HAVING COUNT(*) > 1 LIMIT {MAX_LISTED}"
        ),
        Row::new(),
    )?;
    Ok(ids(&nodes).collect())
}

fn ids(rows: &[Row]) -> impl Iterator<Item = i64> {
    rows.iter().filter_map(|row| row.first()?.integer())
}
