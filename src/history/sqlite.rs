//! The history in a SQLite file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};

use super::HistoryError;
use super::database::{Database, Dialect, Row, Value};
use super::file_state::{FileIdentity, FileVersion, has_less_space, size, with_ending};
use super::observers::Observers;

/// The time for which a statement waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The size to which the write-ahead log is truncated after a checkpoint.
const JOURNAL_LIMIT_BYTES: u32 = 16 << 20;
/// The first version of SQLite that can't damage a file when a checkpoint resets the write-ahead
/// log.
const REQUIRED_VERSION: (i32, &str) = (3_051_003, "3.51.3");
/// The number of free pages that are returned to the system at once.
const SHRINK_PAGES: u32 = 2_000;
const CACHED_STATEMENTS: usize = 64;
/// The size of a writer's page cache, in KiB. It touches few of them, and the
/// system keeps the others.
const CACHE_KIB: u32 = 512;
/// The ending of the log, which is there while the file is being written, or after its writer was killed.
const LOG: &str = "-wal";
/// The endings of all files of a database.
pub(super) const FILES: [&str; 3] = ["", LOG, "-shm"];

static DIALECT: Dialect = Dialect {
    key: "INTEGER PRIMARY KEY",
    time: ["strftime('%Y-%m-%dT%H:%M:%fZ', (", ") / 1000.0, 'unixepoch')"],
};

/// A connection to a SQLite file.
pub(super) struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// The file that was opened.
    identity: Option<FileIdentity>,
    /// The version of a file that was opened as one that doesn't change; `None` for any other.
    immutable: Option<FileVersion>,
    observers: Observers,
}

impl Sqlite {
    /// Opens the file to write it as `observer`. Creates it and its folder if they are missing.
    pub(super) fn open(path: &Path, observer: &str) -> Result<Self, HistoryError> {
        require_sound_version()?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .map_err(|source| HistoryError::Folder { path: folder.to_owned(), source })?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let sqlite = Self::connect(path, flags, observer)?;
        // Only takes effect before the first table is created.
        sqlite.connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL").map_err(error)?;
        let pragmas = format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = {JOURNAL_LIMIT_BYTES}; \
             PRAGMA secure_delete = ON; PRAGMA cache_size = -{CACHE_KIB};"
        );
        sqlite.connection.execute_batch(&pragmas).map_err(error)?;
        Ok(sqlite)
    }

    /// Opens the file to read it.
    pub(super) fn open_read_only(path: &Path) -> Result<Self, HistoryError> {
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(HistoryError::Missing { path: path.to_owned() });
            }
            Err(source) => return Err(HistoryError::Folder { path: path.to_owned(), source }),
            Ok(_) => {}
        }
        // The log of the last writer may have to be recovered, which needs write access where that is possible.
        let sqlite = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, "")
            .or_else(|_| Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, ""))?;
        let first_read = "PRAGMA query_only = ON; SELECT COUNT(*) FROM sqlite_schema";
        match sqlite.connection.execute_batch(first_read).map_err(error) {
            Ok(()) => Ok(sqlite),
            Err(HistoryError::ReadOnly(_) | HistoryError::CannotOpen(_))
                if !with_ending(path, LOG).exists() =>
            {
                Self::open_immutable(path)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens a file without a log to read it, in a folder that only its recorder may write. SQLite would otherwise create a
    /// log even to read.
    fn open_immutable(path: &Path) -> Result<Self, HistoryError> {
        let absolute = std::path::absolute(path)
            .map_err(|source| HistoryError::Folder { path: path.to_owned(), source })?;
        let mut url = Url::from_file_path(absolute)
            .map_err(|()| HistoryError::Database("the path of the file is no URL".into()))?;
        url.set_query(Some("immutable=1"));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let immutable = Some(FileVersion::of(path));
        let sqlite = Self::connect_as(url.as_str().as_ref(), path, flags, "")?;
        Ok(Self { immutable, ..sqlite })
    }

    fn connect(path: &Path, flags: OpenFlags, observer: &str) -> Result<Self, HistoryError> {
        Self::connect_as(path, path, flags, observer)
    }

    /// Connects to the file at `path`. `name` is the path or the URL by which SQLite opens it.
    fn connect_as(name: &Path, path: &Path, flags: OpenFlags, observer: &str) -> Result<Self, HistoryError> {
        let connection =
            Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(error)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(error)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        let (identity, observers) = (FileIdentity::of(path), Observers::new(path, observer));
        Ok(Self { connection, path: path.to_owned(), identity, immutable: None, observers })
    }
}

fn require_sound_version() -> Result<(), HistoryError> {
    let (number, required) = REQUIRED_VERSION;
    if rusqlite::version_number() < number {
        return Err(HistoryError::OldSqlite { found: rusqlite::version().to_owned(), required });
    }
    Ok(())
}

/// Sorts an error by what the user can do about it.
fn error(error: rusqlite::Error) -> HistoryError {
    let code = error.sqlite_error_code();
    let error = Box::new(error);
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => HistoryError::Locked(error),
        Some(ErrorCode::DiskFull) => HistoryError::Full(error),
        Some(ErrorCode::CannotOpen) => HistoryError::CannotOpen(error),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => HistoryError::ReadOnly(error),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => HistoryError::Damaged(error),
        _ => HistoryError::Database(error),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Integer(value) => Self::Integer(value),
            ValueRef::Text(text) => Self::Text(Arc::from(String::from_utf8_lossy(text))),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Self::Null,
        }
    }
}

impl Database for Sqlite {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn execute_batch(&mut self, sql: &str) -> Result<(), HistoryError> {
        self.connection.execute_batch(sql).map_err(error)
    }

    fn execute_each(&mut self, sql: &str, values: &[Row]) -> Result<u64, HistoryError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(error)?;
        let mut changed = 0;
        for values in values {
            changed += statement.execute(params_from_iter(values)).map_err(error)?;
        }
        Ok(changed as u64)
    }

    fn query_each(&mut self, sql: &str, values: &[Row]) -> Result<Vec<Vec<Row>>, HistoryError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(error)?;
        let columns = statement.column_count();
        let mut results = Vec::with_capacity(values.len());
        for values in values {
            let mut found = Vec::new();
            let mut rows = statement.query(params_from_iter(values)).map_err(error)?;
            while let Some(row) = rows.next().map_err(error)? {
                let row = (0..columns).map(|column| row.get_ref(column).map(Value::from));
                found.push(row.collect::<Result<Row, _>>().map_err(error)?);
            }
            results.push(found);
        }
        Ok(results)
    }

    fn for_each(
        &mut self,
        sql: &str,
        values: Row,
        each: &mut dyn FnMut(&[Option<i64>]),
    ) -> Result<(), HistoryError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(error)?;
        let mut found = vec![None; statement.column_count()];
        let mut rows = statement.query(params_from_iter(values)).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            for (column, value) in found.iter_mut().enumerate() {
                *value = match row.get_ref(column).map_err(error)? {
                    ValueRef::Integer(value) => Some(value),
                    _ => None,
                };
            }
            each(&found);
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), HistoryError> {
        // A transaction that begins as a reader can fail when it writes.
        self.execute_batch("BEGIN IMMEDIATE")
    }

    fn begin_exclusive(&mut self) -> Result<(), HistoryError> {
        // One process writes at a time anyway.
        self.begin()
    }

    fn begin_snapshot(&mut self) -> Result<(), HistoryError> {
        self.execute_batch("BEGIN")
    }

    fn rollback(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.execute_batch("ROLLBACK")
        {
            tracing::debug!(%error, "can't roll back");
        }
    }

    fn schema_version(&mut self) -> Result<i64, HistoryError> {
        self.connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(error)
    }

    fn set_schema_version(&mut self, version: i64) -> Result<(), HistoryError> {
        self.connection.pragma_update(None, "user_version", version).map_err(error)
    }

    fn back_up(&mut self, version: i64) -> Result<(), HistoryError> {
        let bytes = self.size_bytes()?;
        if has_less_space(&self.path, bytes) {
            return Err(HistoryError::NoSpaceToMigrate);
        }
        let (copy, incomplete) = [".schema", ".incomplete"]
            .map(|ending| with_ending(&self.path, &format!("{ending}-{version}")))
            .into();
        let failure = |source| HistoryError::Folder { path: incomplete.clone(), source };
        match fs::remove_file(&incomplete) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failure(error)),
            _ => {}
        }
        let name = incomplete.to_string_lossy();
        let result = self.connection.execute("VACUUM INTO ?1", [&*name]).map_err(error);
        match result {
            Err(HistoryError::Full(_)) => Err(HistoryError::NoSpaceToMigrate),
            Err(error) => Err(error),
            Ok(_) => fs::rename(&incomplete, &copy).map_err(failure),
        }
    }

    fn is_current(&self) -> bool {
        let is_same = self.identity.is_some() && FileIdentity::of(&self.path) == self.identity;
        let is_unchanged = |version: &FileVersion| {
            *version == FileVersion::of(&self.path) && !with_ending(&self.path, LOG).exists()
        };
        is_same && self.immutable.as_ref().is_none_or(is_unchanged)
    }

    fn lock_names(&mut self) -> Result<(), HistoryError> {
        // One process writes at a time anyway.
        Ok(())
    }

    fn claim(&mut self, node: i64) -> Result<bool, HistoryError> {
        let open = self.query(
            "SELECT observer FROM coverage WHERE node = $1 AND is_open = 1 ORDER BY id DESC LIMIT 1",
            vec![node.into()],
        )?;
        let observer = open.first().and_then(|row| row.first()?.text());
        if observer.is_some_and(|observer| !self.observers.is_own_or_gone(observer)) {
            return Ok(false);
        }
        self.observers.register()?;
        Ok(true)
    }

    fn is_recorded(&mut self, _node: i64, observer: &str) -> Result<bool, HistoryError> {
        Ok(observer == self.observers.own_name() || !self.observers.is_own_or_gone(observer))
    }

    fn release(&mut self, _node: i64) -> Result<(), HistoryError> {
        Ok(())
    }

    fn observer(&self) -> &str {
        self.observers.own_name()
    }

    fn size_bytes(&mut self) -> Result<u64, HistoryError> {
        Ok(FILES.into_iter().map(|ending| size(&with_ending(&self.path, ending))).sum())
    }

    fn check_files(&mut self) -> Result<Vec<String>, HistoryError> {
        let rows = self.query("PRAGMA quick_check", Row::new())?;
        let messages = rows.iter().filter_map(|row| row.first()?.text().map(ToString::to_string));
        Ok(messages.filter(|message| message != "ok").collect())
    }

    fn forget_deleted(&mut self) -> Result<(), HistoryError> {
        // Pages from before the deletion may be in the log. It stays as it is while another connection reads it.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(error)
    }

    fn shrink(&mut self) -> Result<(), HistoryError> {
        // It frees one page for each row that is read.
        self.query(&format!("PRAGMA incremental_vacuum({SHRINK_PAGES})"), Row::new())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_unchanging_file_and_leaves_its_folder_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a #%41é").join("history.db");
        let mut sqlite = Sqlite::open(&path, "test").unwrap();
        sqlite.execute_batch("CREATE TABLE a (b INTEGER); INSERT INTO a VALUES (7)").unwrap();
        assert!(with_ending(&path, LOG).exists());
        drop(sqlite);
        assert!(!with_ending(&path, LOG).exists());
        let mut sqlite = Sqlite::open_immutable(&path).unwrap();
        assert_eq!(sqlite.query("SELECT b FROM a", Row::new()).unwrap(), [vec![Value::Integer(7)]]);
        assert!(!with_ending(&path, LOG).exists());
        assert!(matches!(sqlite.execute_batch("DELETE FROM a"), Err(HistoryError::ReadOnly(_))));
    }

    #[test]
    fn an_immutable_file_is_opened_again_once_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let open = || Sqlite::open(&path, "test").unwrap();
        open().execute_batch("CREATE TABLE a (b INTEGER)").unwrap();
        let before = Sqlite::open_immutable(&path).unwrap();
        assert!(before.is_current());
        let mut recorder = open();
        recorder.execute_batch("INSERT INTO a VALUES (7)").unwrap();
        assert!(!before.is_current(), "it has a log");
        assert!(recorder.is_current());
        recorder.execute_batch("CREATE TABLE c (d INTEGER)").unwrap();
        // The end of the recorder writes the log into the file.
        drop(recorder);
        assert!(!with_ending(&path, LOG).exists());
        assert!(!before.is_current(), "it has changed");
        assert!(Sqlite::open_immutable(&path).unwrap().is_current());
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_not_called_read_only() {
        let folder = tempfile::tempdir().unwrap();
        let error = Sqlite::open(folder.path(), "test").err().unwrap();
        assert!(matches!(error, HistoryError::CannotOpen(_)), "{error:?}");
    }
}
