//! The databases that a test runs with.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::server::Server;
use crate::history::Location;
use crate::history::database::Database;
use crate::history::observers::unique_name;

/// A new, empty database.
pub(super) struct TestDatabase {
    pub(super) location: Location,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    pub(super) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { location: Location::File(folder.path().join("history.db")), _folder: Some(folder) }
    }

    pub(super) fn postgres(server: &Server) -> Self {
        let database = server.create_database();
        Self { location: Location::Postgres(server.location(&database)), _folder: None }
    }

    /// Connects as another recorder than any before.
    pub(super) fn open(&self) -> Box<dyn Database> {
        self.open_as(&unique_name())
    }

    pub(super) fn open_as(&self, observer: &str) -> Box<dyn Database> {
        self.location.open(observer).unwrap()
    }

    /// Waits until only this number of connections is left. A server notices a little later that one was closed.
    pub(super) fn wait_for_connections(&self, left: i64) {
        if let Location::File(_) = self.location {
            return;
        }
        let mut database = self.open();
        let connected = "SELECT COUNT(*) FROM pg_stat_activity \
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let deadline = Instant::now() + Duration::from_mins(1);
        while database.query(connected, Vec::new()).unwrap()[0][0].integer() != Some(left) {
            assert!(Instant::now() < deadline, "a connection is still there");
            std::thread::yield_now();
        }
    }
}

/// The functions that create a database; `None` if there is no PostgreSQL.
const CREATE: [fn() -> Option<TestDatabase>; 2] =
    [|| Some(TestDatabase::sqlite()), || Server::shared().map(TestDatabase::postgres)];

/// Runs a test with SQLite and, where it is installed, with PostgreSQL, side by side.
pub(super) fn on_each_database(test: impl Fn(&TestDatabase) + Sync) {
    std::thread::scope(|scope| {
        let test = &test;
        for database in CREATE.iter().filter_map(|create| create()) {
            scope.spawn(move || {
                println!("with {}", database.location);
                test(&database);
            });
        }
    });
}

/// Runs a test with each pair of databases.
pub(super) fn on_each_pair(test: impl Fn(&TestDatabase, &TestDatabase)) {
    for (first, second) in CREATE.iter().flat_map(|first| CREATE.map(|second| (first, second))) {
        if let (Some(first), Some(second)) = (first(), second()) {
            println!("with {} and {}", first.location, second.location);
            test(&first, &second);
        }
    }
}
