//! The interface between the history and a database. SQLite and PostgreSQL share all other SQL.

use std::sync::Arc;

use super::HistoryError;

/// A value of a parameter or a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Value {
    /// No value.
    Null,
    /// A number, a time in milliseconds since 1970 UTC, or a Boolean as 0 or 1.
    Integer(i64),
    /// A text.
    Text(Arc<str>),
}

/// The columns of a row.
pub(super) type Row = Vec<Value>;

/// Returns the integer in the first column of the first row.
pub(super) fn first_integer(rows: &[Row]) -> Option<i64> {
    rows.first()?.first()?.integer()
}

/// A connection to a database.
///
/// Statements use `$1`, `$2`, … in this order for parameters, and only SQL that both databases understand.
pub(super) trait Database: Send {
    /// Returns the parts of SQL in which the databases differ.
    fn dialect(&self) -> &'static Dialect;

    /// Executes several statements without parameters.
    fn execute_batch(&mut self, sql: &str) -> Result<(), HistoryError>;

    /// Executes a statement once for each set of values. Returns the number of changed rows.
    fn execute_each(&mut self, sql: &str, values: &[Row]) -> Result<u64, HistoryError>;

    /// Executes a query once for each set of values. Returns the rows of each.
    fn query_each(&mut self, sql: &str, values: &[Row]) -> Result<Vec<Vec<Row>>, HistoryError>;

    /// Executes a statement. Returns the number of changed rows.
    fn execute(&mut self, sql: &str, values: Row) -> Result<u64, HistoryError> {
        self.execute_each(sql, &[values])
    }

    /// Executes a query.
    fn query(&mut self, sql: &str, values: Row) -> Result<Vec<Row>, HistoryError> {
        Ok(self.query_each(sql, &[values])?.pop().unwrap_or_default())
    }

    /// Executes a query whose columns are numbers, or null, and hands over each row, without keeping it where the database
    /// allows that.
    fn for_each(
        &mut self,
        sql: &str,
        values: Row,
        each: &mut dyn FnMut(&[Option<i64>]),
    ) -> Result<(), HistoryError> {
        for row in self.query(sql, values)? {
            each(&row.iter().map(Value::integer).collect::<Vec<_>>());
        }
        Ok(())
    }

    /// Begins a transaction that may write.
    fn begin(&mut self) -> Result<(), HistoryError>;

    /// Begins a transaction during which no other connection writes.
    fn begin_exclusive(&mut self) -> Result<(), HistoryError>;

    /// Begins a transaction that reads one state of the database, also while other connections write.
    fn begin_snapshot(&mut self) -> Result<(), HistoryError>;

    /// Ends a transaction and keeps its changes.
    fn commit(&mut self) -> Result<(), HistoryError> {
        self.execute_batch("COMMIT")
    }

    /// Ends a transaction, if there is one, and drops its changes.
    fn rollback(&mut self);

    /// Returns the version of the schema; 0 if there is none.
    fn schema_version(&mut self) -> Result<i64, HistoryError>;

    /// Sets the version of the schema, within the transaction that changed it.
    fn set_schema_version(&mut self, version: i64) -> Result<(), HistoryError>;

    /// Copies the database before its schema is migrated from this version, where it is a file.
    fn back_up(&mut self, _version: i64) -> Result<(), HistoryError> {
        Ok(())
    }

    /// Returns `false` if the database must be opened again: its file was removed or replaced, or was opened as immutable and
    /// has been written since.
    fn is_current(&self) -> bool {
        true
    }

    /// Waits until no other connection adds nodes or texts, up to the end of the transaction. Two that add the same ones in
    /// different orders would deadlock.
    fn lock_names(&mut self) -> Result<(), HistoryError>;

    /// Tries to become the only writer of a node. Returns `false` while another process writes it.
    fn claim(&mut self, node: i64) -> Result<bool, HistoryError>;

    /// Returns `true` if the process that writes a node as this observer is still alive.
    fn is_recorded(&mut self, node: i64, observer: &str) -> Result<bool, HistoryError>;

    /// Releases a node.
    fn release(&mut self, node: i64) -> Result<(), HistoryError>;

    /// Returns the name under which this process writes coverage.
    fn observer(&self) -> &str;

    /// Returns the size of the database in bytes.
    fn size_bytes(&mut self) -> Result<u64, HistoryError>;

    /// Checks the files of the database. Returns the problems.
    fn check_files(&mut self) -> Result<Vec<String>, HistoryError>;

    /// Removes the last copies of deleted rows that the database keeps, where other connections let it.
    fn forget_deleted(&mut self) -> Result<(), HistoryError>;

    /// Returns free pages to the system after rows were deleted.
    fn shrink(&mut self) -> Result<(), HistoryError>;
}

/// Runs `work` in a transaction, which is dropped if it fails.
pub(super) fn in_transaction<T>(
    database: &mut dyn Database,
    work: impl FnOnce(&mut dyn Database) -> Result<T, HistoryError>,
) -> Result<T, HistoryError> {
    let begun = database.begin();
    run(database, begun, work)
}

/// Runs `work` in a transaction during which no other connection writes.
pub(super) fn in_exclusive_transaction<T>(
    database: &mut dyn Database,
    work: impl FnOnce(&mut dyn Database) -> Result<T, HistoryError>,
) -> Result<T, HistoryError> {
    let begun = database.begin_exclusive();
    run(database, begun, work)
}

/// Runs `work` on one state of the database, so that the results of its queries fit together.
pub(super) fn in_snapshot<T>(
    database: &mut dyn Database,
    work: impl FnOnce(&mut dyn Database) -> Result<T, HistoryError>,
) -> Result<T, HistoryError> {
    let begun = database.begin_snapshot();
    run(database, begun, work)
}

fn run<T>(
    database: &mut dyn Database,
    begun: Result<(), HistoryError>,
    work: impl FnOnce(&mut dyn Database) -> Result<T, HistoryError>,
) -> Result<T, HistoryError> {
    let result = begun.and_then(|()| work(database));
    let result = result.and_then(|value| database.commit().map(|()| value));
    if result.is_err() {
        // Also if it couldn't begin: it may have begun and not got its lock.
        database.rollback();
    }
    result
}

/// The parts of SQL in which the databases differ.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The type of a primary key that the database numbers.
    pub(super) key: &'static str,
    /// The SQL before and after a time in milliseconds that makes it readable for people and tools.
    pub(super) time: [&'static str; 2],
}

impl Value {
    /// Returns the number; `None` if the value isn't one.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Null | Self::Text(_) => None,
        }
    }

    /// Returns the text; `None` if the value isn't one.
    pub(super) fn text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Integer(_) => None,
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
