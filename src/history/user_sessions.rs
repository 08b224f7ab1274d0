//! The sessions of one user: those of the last days, and the last one before a time.
//!
//! No index has the user, because the history of a year would be 54 MB instead of 48 with one. The sessions of some days are
//! found by the index of sessions; for others all are looked at, which takes 0.1 s for a year.

use super::HistoryError;
use super::database::{Database, first_integer};
use super::history_gateway::HistoryGateway;
use super::query::{self, Condition};
use super::record::storable;
use super::stored_sessions::{SessionState, StoredSession};
use super::time_range::TimeRange;

/// The range that is searched first for the last session, in milliseconds: a week, which has the same weekday before.
const RECENT_MS: i64 = 7 * 24 * 3_600_000;

/// The sessions of a user, those that were on last first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSessions {
    /// The sessions, at most as many as were asked for.
    pub sessions: Vec<StoredSession>,
    /// The number of all sessions, including those beyond the limit.
    pub count: usize,
}

/// A query for the last session of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastSessionQuery<'a> {
    /// The user.
    pub username: &'a str,
    /// The time before which the session began, in milliseconds since 1970 UTC.
    pub before: i64,
    /// The client id of a session to skip.
    pub except: Option<&'a str>,
    /// The gateway; `None` for any.
    pub gateway: Option<&'a HistoryGateway>,
}

/// Returns the sessions of a user that were on at a time or later.
pub(super) fn user_sessions(
    database: &mut dyn Database,
    username: &str,
    from: i64,
    limit: usize,
    gateway: Option<&HistoryGateway>,
    now: i64,
) -> Result<UserSessions, HistoryError> {
    let Some(of_user) = of_user(database, username)? else { return Ok(UserSessions::default()) };
    let mut sessions =
        query::between_where(database, TimeRange { from, to: now }, gateway, &of_user, now)?.sessions;
    // Those that are still on are the last ones, the longest first.
    sessions.sort_by_key(|session| (std::cmp::Reverse(end(session)), session.first_seen));
    let count = sessions.len();
    sessions.truncate(limit);
    Ok(UserSessions { sessions, count })
}

/// Returns the session of a user that was seen last; `None` if there is none, or if it was cancelled.
pub(super) fn last_session(
    database: &mut dyn Database,
    query: &LastSessionQuery<'_>,
    now: i64,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<StoredSession>, HistoryError> {
    let LastSessionQuery { username, before, except, gateway } = *query;
    let Some(of_user) = of_user(database, username)? else { return Ok(None) };
    let to = before.saturating_sub(1);
    let mut read = |from: i64, condition: &Condition| {
        let sessions =
            query::between_where(database, TimeRange { from, to }, gateway, condition, now)?.sessions;
        let others = sessions
            .into_iter()
            .filter(|session| except.is_none() || session.session.client_id.as_deref() != except);
        Ok(others.max_by_key(end))
    };
    let from = to.saturating_sub(RECENT_MS);
    // One that isn't in the range was missed before it, and so it was seen last before it.
    if let Some(last) = read(from, &of_user)?.filter(|last| last.last_seen >= from) {
        return Ok(Some(last));
    }
    if is_cancelled() {
        return Ok(None);
    }
    read(i64::MIN, &Condition { is_scan: true, ..of_user })
}

/// Returns the condition for the sessions of a user; `None` if there are none.
fn of_user(database: &mut dyn Database, username: &str) -> Result<Option<Condition>, HistoryError> {
    let ids = database.query("SELECT id FROM text WHERE value = $1", vec![storable(username).into()])?;
    let condition =
        |id: i64| Condition { sql: r#" AND "user" = $3"#, values: vec![id.into()], is_scan: false };
    Ok(first_integer(&ids).map(condition))
}

/// Returns the time when a session was seen last; the end of time if it is on.
fn end(session: &StoredSession) -> i64 {
    if session.state == SessionState::Present { i64::MAX } else { session.last_seen }
}
