//! The schema of the history, and its migrations.

use super::HistoryError;
use super::engine::{Dialect, Engine};

/// The statements that lead from each version of the schema to the next one. `{key}` is the type of a numbered key and
/// `{time:…}` a time in a form that people and tools can read.
const MIGRATIONS: [&str; 1] = [VERSION_1];

/// Texts are stored once. Times are milliseconds since 1970 UTC by the clock of the recorder, except `created`, which is by
/// the gateway's clock.
///
/// `started` is when the session began: `created` by the recorder's clock, not before the last read that didn't list the
/// session and not after `first_seen`. `dc` is the duration class of the time from `started` to `missed_at`.
const VERSION_1: &str = r#"
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
    created BIGINT,
    started BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT,
    missed_at BIGINT,
    dc SMALLINT NOT NULL
);
CREATE INDEX session_span ON session (dc, started);
CREATE INDEX session_open ON session (node, client) WHERE dc = 99;
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

CREATE VIEW gatewatch_sessions AS
SELECT s.id, n.gateway, n.url AS node, u.value AS username, p.value AS project, a.value AS address,
    s.designer <> 0 AS is_designer,
    CASE s.kind WHEN 0 THEN 'Vision' WHEN 1 THEN 'Designer' WHEN 2 THEN 'Perspective' END AS kind,
    s.client AS client_id, {time:s.created} AS creation_time, {time:s.started} AS started,
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

/// The newest version of the schema.
pub(super) const VERSION: i64 = {
    #[expect(clippy::cast_possible_wrap, reason = "there are few migrations")]
    let version = MIGRATIONS.len() as i64;
    version
};

/// Migrates the schema to [`VERSION`], in one transaction for each step. Does nothing if it is the newest one.
///
/// # Errors
/// If the schema is newer than this program, or a statement fails. A step that fails leaves the schema as it was.
pub(super) fn migrate(engine: &mut dyn Engine) -> Result<(), HistoryError> {
    while engine.schema_version()? < VERSION {
        engine.begin_exclusive()?;
        let result = step(engine).and_then(|()| engine.commit());
        if result.is_err() {
            engine.rollback();
        }
        result?;
    }
    require_known(engine.schema_version()?)
}

/// Returns an error if a schema is newer than this program.
pub(super) fn require_known(found: i64) -> Result<(), HistoryError> {
    if found > VERSION { Err(HistoryError::NewerSchema { found, known: VERSION }) } else { Ok(()) }
}

/// Migrates to the next version. Another process may have done so since the version was read.
fn step(engine: &mut dyn Engine) -> Result<(), HistoryError> {
    let version = engine.schema_version()?;
    let Some(migration) = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version)) else {
        return Ok(());
    };
    tracing::info!(from = version, to = version + 1, "migrating the history");
    engine.execute_batch(&in_dialect(migration, engine.dialect()))?;
    engine.set_schema_version(version + 1)
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
