//! Opens, reads and maintains a stored history.

use std::ops::ControlFlow;
use std::time::SystemTime;

use super::activity::{self, ActivityEntry, ActivityKey};
use super::chart::{self, Chart, ChartMark, ChartRequest};
use super::copy::{CopyProgress, copy};
use super::database::{Database, in_snapshot};
use super::history_gateway::HistoryGateway;
use super::info::{HistoryInfo, NodeInfo, info, nodes};
use super::observers::unique_name;
use super::peaks::{self, Peaks, PeaksRequest};
use super::purge::{Purge, PurgeProgress};
use super::step::epoch_ms;
use super::stored_sessions::{StoredSession, StoredSessions};
use super::summary::{self, Summary};
use super::time_range::TimeRange;
use super::user_sessions::{self, LastSessionQuery, UserSessions};
use super::{HistoryError, Location, check, query, recovery, schema};

/// A stored history.
pub struct History {
    database: Box<dyn Database>,
}

impl History {
    /// Opens a history to read it.
    ///
    /// # Errors
    /// If there is none, it can't be read, or it was written by a newer version.
    pub fn open_read_only(location: &Location) -> Result<Self, HistoryError> {
        let mut database = location.open_read_only()?;
        let version = database.schema_version()?;
        if version == 0 {
            // The program that created it ended before it wrote the tables.
            return Err(HistoryError::Missing { path: location.to_string().into() });
        }
        // A newer version may only have added to it, but that can't be known.
        schema::require_known(version)?;
        Ok(Self { database })
    }

    /// Opens a history to change it.
    ///
    /// # Errors
    /// If there is none, it can't be written, or it was written by a newer version.
    pub fn open(location: &Location) -> Result<Self, HistoryError> {
        // It must not be created just to find nothing in it.
        drop(Self::open_read_only(location)?);
        let mut database = location.open(&unique_name())?;
        schema::migrate(&mut *database)?;
        Ok(Self { database })
    }

    /// Opens a history to change it, and creates it if it is missing.
    ///
    /// # Errors
    /// If it can't be written, it was written by a newer version, or the file is one of another program.
    pub fn create(location: &Location) -> Result<Self, HistoryError> {
        if let Location::File(path) = location {
            recovery::refuse_others(path)?;
        }
        let mut database = location.open(&unique_name())?;
        schema::migrate(&mut *database)?;
        Ok(Self { database })
    }

    /// Returns the sessions that were, or may have been, on at a time in milliseconds since 1970 UTC. Only those of `gateway`,
    /// if there is one.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn at(
        &mut self,
        time: i64,
        gateway: Option<&HistoryGateway>,
    ) -> Result<StoredSessions, HistoryError> {
        in_snapshot(&mut *self.database, |database| query::at(database, time, gateway, now()))
    }

    /// Returns the sessions that were, or may have been, on at any time from `from` to `to`, in milliseconds since 1970 UTC.
    /// `gateway` is as for [`at`](Self::at).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn between(
        &mut self,
        from: i64,
        to: i64,
        gateway: Option<&HistoryGateway>,
    ) -> Result<StoredSessions, HistoryError> {
        let range = TimeRange { from, to };
        in_snapshot(&mut *self.database, |database| query::between(database, range, gateway, now()))
    }

    /// Returns the number of sessions over time; `None` if it was cancelled. `is_cancelled` is called now and then, at least
    /// after some ten thousand sessions.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn chart(
        &mut self,
        request: &ChartRequest,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Chart>, HistoryError> {
        in_snapshot(&mut *self.database, |database| chart::chart(database, request, now(), is_cancelled))
    }

    /// Returns each outage and restart of all nodes from `range.from` up to `range.to`, by its start. A [`chart`](Self::chart)
    /// merges those that are too close to be distinguished.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn marks(&mut self, range: TimeRange) -> Result<Vec<ChartMark>, HistoryError> {
        in_snapshot(&mut *self.database, |database| chart::marks(database, range, now()))
    }

    /// Returns the largest number of sessions at once on each day; `None` if it was cancelled. `is_cancelled` is called as for
    /// [`chart`](Self::chart).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn peaks(
        &mut self,
        request: &PeaksRequest,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Peaks>, HistoryError> {
        in_snapshot(&mut *self.database, |database| peaks::peaks(database, request, now(), is_cancelled))
    }

    /// Returns a page of the activity list, the newest entries first: at most `limit` entries,
    /// which come before the entry `before` if there is one. A page with fewer than `limit` is the
    /// last one. `gateway` is as for [`at`](Self::at).
    ///
    /// Each entry is on one page, also if new ones are written meanwhile. Those that are recorded with an older time, because
    /// their recorder couldn't write them earlier, may be missed.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn activity(
        &mut self,
        before: Option<ActivityKey>,
        limit: usize,
        gateway: Option<&HistoryGateway>,
    ) -> Result<Vec<ActivityEntry>, HistoryError> {
        in_snapshot(&mut *self.database, |database| {
            activity::activity(database, before, limit, gateway, now())
        })
    }

    /// Returns the time of the last change before a time, in milliseconds since 1970 UTC: something that
    /// [`activity`](Self::activity) lists. `gateway` is as for [`at`](Self::at).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn change_before(
        &mut self,
        time: i64,
        gateway: Option<&HistoryGateway>,
    ) -> Result<Option<i64>, HistoryError> {
        in_snapshot(&mut *self.database, |database| activity::change_before(database, time, gateway, now()))
    }

    /// Returns the time of the first change after a time, as [`change_before`](Self::change_before) does.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn change_after(
        &mut self,
        time: i64,
        gateway: Option<&HistoryGateway>,
    ) -> Result<Option<i64>, HistoryError> {
        in_snapshot(&mut *self.database, |database| activity::change_after(database, time, gateway, now()))
    }

    /// Returns the sessions of a user that were, or may have been, on at `from` or later, in milliseconds since 1970 UTC: at
    /// most `limit` of them, those that were on last first. `gateway` is as for [`at`](Self::at).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn user_sessions(
        &mut self,
        username: &str,
        from: i64,
        limit: usize,
        gateway: Option<&HistoryGateway>,
    ) -> Result<UserSessions, HistoryError> {
        in_snapshot(&mut *self.database, |database| {
            user_sessions::user_sessions(database, username, from, limit, gateway, now())
        })
    }

    /// Returns the session of a user that was seen last; `None` if there is none, or if it was cancelled.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn last_session(
        &mut self,
        query: &LastSessionQuery<'_>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<StoredSession>, HistoryError> {
        in_snapshot(&mut *self.database, |database| {
            user_sessions::last_session(database, query, now(), is_cancelled)
        })
    }

    /// Returns a summary of the time after `from` and up to `to`, in milliseconds since 1970 UTC,
    /// on these gateways.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn summary(
        &mut self,
        from: i64,
        to: i64,
        gateways: &[HistoryGateway],
    ) -> Result<Summary, HistoryError> {
        let range = TimeRange { from, to };
        in_snapshot(&mut *self.database, |database| summary::summary(database, range, gateways, now()))
    }

    /// Returns `false` if the database must be opened again: its file was removed or replaced, or was opened as immutable and
    /// has been written since.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.database.is_current()
    }

    /// Returns the contents of the history, in a few numbers.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn info(&mut self) -> Result<HistoryInfo, HistoryError> {
        in_snapshot(&mut *self.database, |database| info(database, now()))
    }

    /// Returns the recorded nodes, by gateway. Takes less time than [`info`](Self::info).
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn nodes(&mut self) -> Result<Vec<NodeInfo>, HistoryError> {
        in_snapshot(&mut *self.database, |database| nodes(database, now()))
    }

    /// Checks the history. Returns one line for each problem, at most 20 of each kind.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn check(&mut self) -> Result<Vec<String>, HistoryError> {
        in_snapshot(&mut *self.database, check::check)
    }

    /// Copies all sessions, coverage and events into another history, which may have some of them.
    /// Calls `progress` after each page, and stops if it returns [`ControlFlow::Break`]. Then, and after an error, the copy
    /// can be repeated.
    ///
    /// # Errors
    /// If one of the two can't be read or written, or something is missing at the end.
    pub fn copy_to(
        &mut self,
        target: &mut Self,
        progress: impl FnMut(CopyProgress) -> ControlFlow<()>,
    ) -> Result<CopyProgress, HistoryError> {
        copy(&mut *self.database, &mut *target.database, now(), progress)
    }

    /// Removes the next batch of a purge.
    ///
    /// # Errors
    /// If the database can't be written. The purge can be continued.
    pub fn purge(&mut self, purge: &mut Purge) -> Result<PurgeProgress, HistoryError> {
        purge.step(&mut *self.database, now())
    }
}

fn now() -> i64 {
    epoch_ms(SystemTime::now())
}
