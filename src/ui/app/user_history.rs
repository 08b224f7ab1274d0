//! Reads what the history says about a user: the one whose session is shown in detail, and the one in the filter.

use std::time::Duration;

use egui::Context;

use super::super::model::{LastSeen, UserHistory, epoch_ms};
use super::App;
use super::debounced_read::DebouncedRead;
use super::refresh_timer::RefreshTimer;
use super::timeline::HistoryScope;
use crate::dataset::{Cell, ColumnId};
use crate::history::{
    History, HistoryError, HistoryGateway, HistoryRead, LastSessionQuery, Reader, SessionState,
};
use crate::query::is_no_user;

/// Time for which a selection has to stay the same before its user is looked up, so that a held key
/// reads nothing.
const SELECTION_DELAY: Duration = Duration::from_millis(100);
/// Time for which a filter has to stay the same before its user is looked up. It is longer than the
/// time between two typed letters.
const FILTER_DELAY: Duration = Duration::from_millis(300);
/// The maximum number of sessions of a user that are read.
const MAX_SESSIONS: usize = 200;
const DAY_MS: i64 = 24 * 3_600_000;

/// The reads about users.
#[derive(Default)]
pub(super) struct UserHistoryReads {
    in_detail: DebouncedRead<SessionInDetail, UserHistory>,
    /// The user of the filter and the gateway.
    absent: DebouncedRead<(String, Option<HistoryGateway>), Option<LastSeen>>,
    /// Decides when it is read again.
    timer: RefreshTimer,
}

/// The session whose user is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SessionInDetail {
    username: String,
    client_id: Option<String>,
    /// Start of the session by the gateway's clock, in milliseconds since 1970 UTC.
    created: Option<i64>,
    gateway: Option<HistoryGateway>,
}

impl App {
    /// Reads about the user of the session in detail when it is another one or the sessions have changed, and shows what was
    /// read.
    pub(super) fn update_user_history(&mut self, ctx: &Context) {
        let now = (self.clock)();
        let key = self.session_in_detail();
        let mut reads = std::mem::take(&mut self.user_history_reads);
        let UserHistoryReads { in_detail, timer, .. } = &mut reads;
        let user = key.as_ref().map(|key| (key.username.clone(), key.gateway.clone()));
        if in_detail.want(key, now, SELECTION_DELAY) {
            match &mut self.state.user_history {
                // The rest is the same for the other session.
                Some(user_history)
                    if user == Some((user_history.username.clone(), user_history.gateway.clone())) =>
                {
                    user_history.before = None;
                }
                user_history => *user_history = None,
            }
        }
        if user.is_some() {
            timer.note_changes(self.state.changes, now);
            if timer.is_due(now) {
                in_detail.read_again_at(now);
            }
            let left = in_detail.start_when_due(now, |key| {
                timer.start(now, self.state.changes, Duration::ZERO, RefreshTimer::MIN_REFRESH);
                Some(start_user_history(self.history_reader()?, key.clone(), epoch_ms(self.state.now())))
            });
            if !in_detail.is_running() {
                timer.request_frame(ctx, now);
                if let Some(left) = left {
                    ctx.request_repaint_after(left);
                }
            }
        }
        if let Some(result) = in_detail.take() {
            // Another read may be due already.
            ctx.request_repaint();
            // The reader has logged why nothing can be read, and the timeline shows it.
            self.state.user_history = result.ok();
        }
        self.user_history_reads = reads;
    }

    /// Looks up when the user in the filter was last on, once the filter has settled, and shows the result.
    pub(super) fn update_last_seen(&mut self, ctx: &Context) {
        let now = (self.clock)();
        let before = epoch_ms(self.state.now());
        let wanted = self.state.absent_user().and_then(|user| Some((user, self.history_scope()?.gateway)));
        if self.user_history_reads.absent.want(wanted, now, FILTER_DELAY) {
            self.state.last_seen = None;
        }
        let reader = self.history.reader.as_ref();
        let absent = &mut self.user_history_reads.absent;
        let left = absent.start_when_due(now, |(username, gateway)| {
            let (username, gateway) = (username.clone(), gateway.clone());
            let read = move |history: &mut History, is_cancelled: &dyn Fn() -> bool| {
                last_seen(history, username, before, gateway.as_ref(), is_cancelled)
            };
            Some(reader?.read(read))
        });
        if let Some(left) = left {
            ctx.request_repaint_after(left);
        }
        if let Some(result) = absent.take() {
            self.state.last_seen = result.ok().flatten();
        }
    }

    /// Returns the session in detail, if there is a history of its user.
    fn session_in_detail(&self) -> Option<SessionInDetail> {
        let state = &self.state;
        if !state.layout.details || state.past.is_some() {
            return None;
        }
        let (row, dataset) = (state.table.details()?.row, &state.table.result()?.dataset);
        let cell = |id| dataset.column(&id).map(|column| column.cell(row as usize));
        let username = dataset.username().get(row as usize).filter(|name| !is_no_user(name))?;
        let client_id = match cell(ColumnId::ClientId) {
            Some(Cell::Text(id)) => Some(id.to_owned()),
            _ => None,
        };
        let created = match cell(ColumnId::CreationTime) {
            Some(Cell::Date(created)) => Some(created),
            _ => None,
        };
        let HistoryScope { gateway } = self.history_scope()?;
        Some(SessionInDetail { username: username.to_owned(), client_id, created, gateway })
    }
}

fn start_user_history(reader: &Reader, key: SessionInDetail, now: i64) -> HistoryRead<UserHistory> {
    reader.read(move |history, is_cancelled| user_history(history, key, now, is_cancelled))
}

fn user_history(
    history: &mut History,
    key: SessionInDetail,
    now: i64,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<UserHistory, HistoryError> {
    let SessionInDetail { username, client_id, created, gateway } = key;
    let from = now - i64::from(UserHistory::DAYS) * DAY_MS;
    let recent = history.user_sessions(&username, from, MAX_SESSIONS, gateway.as_ref())?;
    let is_in_detail = |id: Option<&str>| client_id.is_some() && id == client_id.as_deref();
    let seen = recent.sessions.iter().find(|stored| is_in_detail(stored.session.client_id.as_deref()));
    let mut before = None;
    if let Some(began) = created.or(seen.map(|stored| stored.first_seen)) {
        let query = LastSessionQuery {
            username: &username,
            before: began,
            except: client_id.as_deref(),
            gateway: gateway.as_ref(),
        };
        let last = history.last_session(&query, is_cancelled)?;
        before = last.filter(|last| last.last_seen < began);
    }
    Ok(UserHistory { username, gateway, recent, before })
}

/// Returns when a user was on last before a time; `None` if the user never was, or is on.
fn last_seen(
    history: &mut History,
    username: String,
    before: i64,
    gateway: Option<&HistoryGateway>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<LastSeen>, HistoryError> {
    let query = LastSessionQuery { username: &username, before, except: None, gateway };
    let session = history.last_session(&query, is_cancelled)?;
    let session = session.filter(|session| session.state != SessionState::Present);
    Ok(session.map(|session| LastSeen { username, session }))
}
