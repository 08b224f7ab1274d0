//! The schema of the history, and its migrations.

use super::HistoryError;
use super::database::{Database, Dialect, in_exclusive_transaction};

/// The statements that lead from each version of the schema to the next one. `{key}` is the type of a numbered key and
/// `{time:…}` a time in a form that people and tools can read.
const MIGRATIONS: [&str; 4] = [TABLES, VIEWS, EVENTS, KIND_GAPS];

/// The tables of the first version. Texts are stored once. Times are milliseconds since 1970 UTC by
/// the clock of the recorder.
///
/// `started` is when the session began: its creation time by the recorder's clock, not before the last read that didn't list
/// the session and not after `first_seen`. `created_after` is the creation time by the gateway's clock, in milliseconds after
/// `started`: mostly a small number, which takes a byte instead of six. `dc` is the duration class of the time from `started`
/// to `missed_at`.
///
/// A session that hasn't been missed has no `last_seen`: it is the end of its node's coverage. While its kind can't be read, it
/// has one.
const TABLES: &str = r#"
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE text (
    id {key},
    value TEXT NOT NULL UNIQUE
);
CREATE TABLE node (
    id {key},
    url TEXT NOT NULL UNIQUE,
    gateway TEXT NOT NULL
);
CREATE TABLE session (
    id {key},
    node INTEGER NOT NULL,
    "user" BIGINT,
    project BIGINT,
    address BIGINT,
    designer SMALLINT,
    kind SMALLINT,
    client TEXT,
    created_after BIGINT,
    started BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT,
    missed_at BIGINT,
    dc SMALLINT NOT NULL
);
CREATE INDEX session_span ON session (dc, started);
CREATE INDEX session_open ON session (node, client) WHERE missed_at IS NULL;
CREATE TABLE coverage (
    id {key},
    node INTEGER NOT NULL,
    observer TEXT NOT NULL,
    "from" BIGINT NOT NULL,
    "to" BIGINT NOT NULL,
    every BIGINT,
    is_open SMALLINT NOT NULL
);
CREATE INDEX coverage_node ON coverage (node, "to");
CREATE INDEX coverage_newest ON coverage (node, id);
CREATE INDEX coverage_open ON coverage (node) WHERE is_open = 1;
"#;

/// The views for other programs. Their names and columns stay as they are.
const VIEWS: &str = r#"
CREATE VIEW gatewatch_sessions AS
SELECT s.id, n.gateway, n.url AS node, u.value AS username, p.value AS project, a.value AS address,
    s.designer <> 0 AS is_designer,
    CASE s.kind WHEN 0 THEN 'Vision' WHEN 1 THEN 'Designer' WHEN 2 THEN 'Perspective' END AS kind,
    s.client AS client_id, {time:s.started + s.created_after} AS creation_time, {time:s.started} AS started,
    {time:s.first_seen} AS first_seen,
    {time:COALESCE(s.last_seen, (SELECT MAX(c."to") FROM coverage c WHERE c.node = s.node))} AS last_seen,
    {time:s.missed_at} AS missed_at
FROM session s
JOIN node n ON n.id = s.node
LEFT JOIN text u ON u.id = s."user"
LEFT JOIN text p ON p.id = s.project
LEFT JOIN text a ON a.id = s.address;

CREATE VIEW gatewatch_now AS
SELECT v.* FROM session s JOIN gatewatch_sessions v ON v.id = s.id WHERE s.dc = 99;

CREATE VIEW gatewatch_coverage AS
SELECT n.gateway, n.url AS node, c.observer, {time:c."from"} AS watched_from, {time:c."to"} AS watched_to
FROM coverage c
JOIN node n ON n.id = c.node;
"#;

/// The table of events, which neither sessions nor coverage contain. `kind` is the number of an
/// [`EventKind`](super::event::EventKind).
///
/// An event happened from `earliest` to `time`. An outage is written like a coverage: `last_failed` is the time of the last
/// read that failed, `back_at` that of the next one that succeeded, if the node was being watched until then, and `is_open` is
/// 1 until it ends. The other columns are those of the session.
const EVENTS: &str = r#"
CREATE TABLE event (
    id {key},
    node INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    earliest BIGINT NOT NULL,
    time BIGINT NOT NULL,
    last_failed BIGINT,
    back_at BIGINT,
    is_open SMALLINT NOT NULL,
    "user" BIGINT,
    project BIGINT,
    address BIGINT,
    designer SMALLINT,
    session_kind SMALLINT,
    client TEXT,
    created BIGINT,
    detail TEXT
);
CREATE INDEX event_time ON event (time);
CREATE INDEX event_back ON event (back_at) WHERE back_at IS NOT NULL;
CREATE INDEX event_open ON event (node) WHERE is_open = 1;
"#;

/// The table of times in which a node was watched, but one kind of its sessions couldn't be read.
/// `from` is the last read with the kind and `to` the next one; neither is without it. Only the
/// coverage of the same observer has this gap.
const KIND_GAPS: &str = r#"
CREATE TABLE kind_gap (
    id {key},
    node INTEGER NOT NULL,
    observer TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    "from" BIGINT NOT NULL,
    "to" BIGINT
);
CREATE INDEX kind_gap_node ON kind_gap (node);

CREATE VIEW gatewatch_kind_gaps AS
SELECT n.gateway, n.url AS node, g.observer,
    CASE g.kind WHEN 0 THEN 'Vision' WHEN 1 THEN 'Designer' WHEN 2 THEN 'Perspective' END AS kind,
    {time:g."from"} AS unwatched_from, {time:g."to"} AS unwatched_to
FROM kind_gap g
JOIN node n ON n.id = g.node;
"#;

/// The version with the table of events.
const EVENTS_VERSION: i64 = 3;

/// The version with the table of gaps of kinds.
const KIND_GAPS_VERSION: i64 = 4;

/// Returns `true` if a schema has the table of events. One that is opened to be read may be older.
pub(super) fn has_events(database: &mut dyn Database) -> Result<bool, HistoryError> {
    Ok(database.schema_version()? >= EVENTS_VERSION)
}

/// Returns `true` if a schema has the table of gaps of kinds.
pub(super) fn has_kind_gaps(database: &mut dyn Database) -> Result<bool, HistoryError> {
    Ok(database.schema_version()? >= KIND_GAPS_VERSION)
}

/// The newest version of the schema.
pub(super) const VERSION: i64 = {
    #[expect(clippy::cast_possible_wrap, reason = "there are few migrations")]
    let version = MIGRATIONS.len() as i64;
    version
};

/// Migrates the schema to [`VERSION`] in one transaction, after a file was copied. Does nothing if it is the newest one.
///
/// # Errors
/// If the schema is newer than this program, the file can't be copied, or a statement fails. The schema is as it was then.
pub(super) fn migrate(database: &mut dyn Database) -> Result<(), HistoryError> {
    let version = database.schema_version()?;
    require_known(version)?;
    if version == VERSION {
        return Ok(());
    }
    if version > 0 {
        database.back_up(version)?;
    }
    in_exclusive_transaction(database, run_steps)
}

/// Returns an error if a schema is newer than this program.
pub(super) fn require_known(found: i64) -> Result<(), HistoryError> {
    if found > VERSION { Err(HistoryError::NewerSchema { found, known: VERSION }) } else { Ok(()) }
}

/// Runs the missing steps. Another process may have done so since the version was read.
fn run_steps(database: &mut dyn Database) -> Result<(), HistoryError> {
    let version = database.schema_version()?;
    require_known(version)?;
    tracing::info!(from = version, to = VERSION, "migrating the history");
    for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        database.execute_batch(&in_dialect(migration, database.dialect()))?;
    }
    database.set_schema_version(VERSION)
}

/// Replaces the placeholders of a migration.
fn in_dialect(migration: &str, dialect: &Dialect) -> String {
    let [before, after] = dialect.time;
    let mut parts = migration.split("{time:");
    let mut sql = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (time, rest) = part.split_once('}').unwrap_or((part, ""));
        sql.extend([before, time, after, rest]);
    }
    sql.replace("{key}", dialect.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::database::{Row, first_integer};
    use crate::history::sqlite::Sqlite;

    #[test]
    fn copies_a_file_before_it_is_migrated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let mut database = Sqlite::open(&path, "test").unwrap();
        database.execute_batch(&in_dialect(TABLES, database.dialect())).unwrap();
        database.set_schema_version(1).unwrap();
        database.execute_batch("INSERT INTO node (url, gateway) VALUES ('http://a', 'Plant')").unwrap();
        // What an attempt that was killed left.
        std::fs::write(folder.path().join("history.db.incomplete-1"), "x").unwrap();
        migrate(&mut database).unwrap();
        let nodes = |database: &mut Sqlite| {
            first_integer(&database.query("SELECT COUNT(*) FROM node", Row::new()).unwrap())
        };
        assert_eq!(database.schema_version().unwrap(), VERSION);
        assert_eq!(nodes(&mut database), Some(1));
        database.query("SELECT * FROM gatewatch_sessions", Row::new()).unwrap();
        let mut copy = Sqlite::open_read_only(&folder.path().join("history.db.schema-1")).unwrap();
        assert_eq!(copy.schema_version().unwrap(), 1);
        assert_eq!(nodes(&mut copy), Some(1));
        assert!(!folder.path().join("history.db.incomplete-1").exists());
    }

    #[test]
    fn a_migration_that_fails_leaves_the_schema_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let mut database = Sqlite::open(&folder.path().join("history.db"), "test").unwrap();
        // In the way of the last view.
        database.execute_batch("CREATE TABLE gatewatch_coverage (x)").unwrap();
        migrate(&mut database).unwrap_err();
        assert_eq!(database.schema_version().unwrap(), 0);
        let tables = database.query("SELECT COUNT(*) FROM sqlite_schema", Row::new()).unwrap();
        assert_eq!(first_integer(&tables), Some(1));
    }
}
