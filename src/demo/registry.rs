//! The sessions of the demo gateway: `system.util.getSessionInfo`, logins, logouts and simulated changes.
//!
//! The lock is held only briefly: callers that need all sessions take a snapshot, which is an `Arc`, and read that.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::filter::{Filter, MatchError, Mode, PatternError};

use super::{
    session::{ClientId, PerspectiveId, PerspectiveSession, Session},
    session_generator::{Account, SessionGenerator},
};

/// Maximum number of random picks to find a session that may end.
const MAX_PICKS: usize = 8;

/// The sessions of this gateway.
#[derive(Debug)]
pub struct Registry {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    generator: SessionGenerator,
    /// Vision clients and Designers in login order. A change copies the list if a snapshot of it is in use.
    sessions: Arc<Vec<Session>>,
    /// Perspective sessions, oldest first.
    perspective: Arc<Vec<PerspectiveSession>>,
    /// Accounts that can log in.
    logged_out: Vec<Account>,
}

impl Registry {
    /// Creates `sessions` Vision clients and Designers, and Perspective sessions, that are open at `now` in epoch
    /// milliseconds.
    #[must_use]
    pub fn new(seed: u64, sessions: usize, now: i64) -> Self {
        let mut generator = SessionGenerator::new(seed, sessions);
        let state = State {
            sessions: Arc::new(generator.sessions(now)),
            perspective: Arc::new(generator.perspective_sessions(now)),
            logged_out: generator.logged_out(),
            generator,
        };
        Self { state: Mutex::new(state) }
    }

    /// Implements `system.util.getSessionInfo([usernameFilter] [, projectFilter])`: returns this node's Vision clients and
    /// Designers in login order. A filter is a regular expression for the whole value; an empty one is ignored.
    ///
    /// # Errors
    /// If a filter is invalid or can't be matched.
    pub fn get_session_info(
        &self,
        username_filter: Option<&str>,
        project_filter: Option<&str>,
    ) -> Result<SessionInfo, ArgumentError> {
        let username_filter = ArgumentFilter::new("usernameFilter", username_filter)?;
        let project_filter = ArgumentFilter::new("projectFilter", project_filter)?;
        let sessions = self.sessions();
        let mask = if username_filter.is_none() && project_filter.is_none() {
            None
        } else {
            let passes = |session: &Session| {
                Ok(matches(username_filter.as_ref(), &session.username)?
                    && matches(project_filter.as_ref(), &session.project)?)
            };
            Some(sessions.iter().map(passes).collect::<Result<_, _>>()?)
        };
        Ok(SessionInfo { sessions, mask })
    }

    /// Returns a snapshot of the Vision clients and Designers in login order.
    #[must_use]
    pub fn sessions(&self) -> Arc<Vec<Session>> {
        Arc::clone(&self.state().sessions)
    }

    /// Returns a snapshot of the Perspective sessions, oldest first.
    #[must_use]
    pub fn perspective_sessions(&self) -> Arc<Vec<PerspectiveSession>> {
        Arc::clone(&self.state().perspective)
    }

    /// Creates a session that doesn't end by itself, and returns its ID.
    pub fn log_in(
        &self,
        username: &str,
        project: &str,
        address: &str,
        is_designer: bool,
        now: i64,
    ) -> ClientId {
        let mut state = self.state();
        let client_id = state.generator.client_id();
        Arc::make_mut(&mut state.sessions).push(Session {
            username: username.into(),
            project: project.into(),
            address: address.into(),
            is_designer,
            client_id,
            creation_time: now,
            is_dormant: false,
            is_permanent: true,
        });
        client_id
    }

    /// Ends the session with this ID if it satisfies `condition`. Returns `false` if there is none.
    pub fn log_out(&self, client_id: ClientId, condition: impl Fn(&Session) -> bool) -> bool {
        let mut state = self.state();
        let is_wanted = |session: &Session| session.client_id == client_id && condition(session);
        match remove_first(&mut state.sessions, is_wanted) {
            Some(session) => {
                state.logged_out.extend(Account::of(session));
                true
            }
            None => false,
        }
    }

    /// Ends Perspective sessions and returns how many of them existed. One that runs in a Designer can't be ended.
    pub fn end_perspective_sessions(&self, ids: &[PerspectiveId]) -> usize {
        let mut state = self.state();
        let mut end = |id| {
            let is_wanted = |session: &PerspectiveSession| session.id == id && session.scope != "designer";
            remove_first(&mut state.perspective, is_wanted)
        };
        ids.iter().filter_map(|&id| end(id)).count()
    }

    /// Simulates one login or logout. The number of sessions stays close to the initial one.
    pub fn simulate_change(&self, now: i64) {
        let State { generator, sessions, perspective, logged_out } = &mut *self.state();
        if generator.one_in(5) {
            if is_login_next(generator, perspective.len(), generator.perspective_count()) {
                let session = generator.new_perspective_session(now);
                Arc::make_mut(perspective).push(session);
            } else if !perspective.is_empty() {
                let index = generator.below(perspective.len());
                Arc::make_mut(perspective).remove(index);
            }
        } else if is_login_next(generator, sessions.len(), generator.session_count()) {
            if !logged_out.is_empty() {
                let account = logged_out.swap_remove(generator.below(logged_out.len()));
                Arc::make_mut(sessions).push(generator.new_session(&account, now));
            }
        } else if !sessions.is_empty() {
            let picked = (0..MAX_PICKS)
                .map(|_| generator.below(sessions.len()))
                .find(|&index| !sessions[index].is_permanent);
            let ended = picked.map(|index| Arc::make_mut(sessions).remove(index));
            logged_out.extend(ended.and_then(Account::of));
        }
    }

    /// Returns the time until the next [`simulate_change`](Self::simulate_change).
    pub(super) fn next_delay(&self) -> Duration {
        self.state().generator.next_delay()
    }

    /// Locks the state. A poisoned lock is ignored: no change leaves the state inconsistent.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the first item that satisfies `condition`.
fn remove_first<T: Clone>(items: &mut Arc<Vec<T>>, condition: impl Fn(&T) -> bool) -> Option<T> {
    let index = items.iter().position(condition)?;
    Some(Arc::make_mut(items).remove(index))
}

/// Decides at random whether the next change is a login. The fewer sessions there are, the more likely it is. Returns
/// `false` if there were no sessions initially.
fn is_login_next(generator: &mut SessionGenerator, current: usize, initial: usize) -> bool {
    let slack = (initial / 20).clamp(2, 8);
    let missing = (initial + slack).saturating_sub(current);
    initial > 0 && generator.below(2 * slack) < missing
}

impl Account {
    /// Returns the account of an ended session; `None` for permanent ones, which don't log in again.
    fn of(session: Session) -> Option<Self> {
        let Session { username, project, is_permanent, .. } = session;
        (!is_permanent).then_some(Self { username, project })
    }
}

/// The result of `system.util.getSessionInfo`.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// All sessions at the time of the call.
    sessions: Arc<Vec<Session>>,
    /// `true` for each of `sessions` that passed the filters; `None` without filters.
    mask: Option<Vec<bool>>,
}

impl SessionInfo {
    /// Returns the sessions that passed the filters, in login order.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> + Clone {
        let mask = self.mask.as_deref();
        self.sessions
            .iter()
            .enumerate()
            .filter(move |&(index, _)| mask.is_none_or(|mask| mask[index]))
            .map(|(_, session)| session)
    }

    /// Returns the number of sessions that passed the filters.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.mask {
            None => self.sessions.len(),
            Some(mask) => mask.iter().filter(|&&passes| passes).count(),
        }
    }

    /// Returns `true` if no session passed the filters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A filter argument of `system.util.getSessionInfo` can't be applied.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentError {
    /// The argument isn't a regular expression.
    #[error("{argument} is not a regular expression")]
    Pattern {
        /// Name of the argument.
        argument: &'static str,
        /// Error of the pattern.
        source: PatternError,
    },
    /// A value can't be matched: it exceeds the limit of backtracking, or Java throws an exception for it.
    #[error("{argument} can't be matched")]
    Match {
        /// Name of the argument.
        argument: &'static str,
        /// Error of the match.
        source: MatchError,
    },
}

/// A filter and the argument that it was passed in.
struct ArgumentFilter {
    /// Name of the argument.
    argument: &'static str,
    filter: Filter,
}

impl ArgumentFilter {
    /// Compiles an argument; returns `None` if it is omitted or empty.
    fn new(argument: &'static str, pattern: Option<&str>) -> Result<Option<Self>, ArgumentError> {
        let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) else {
            return Ok(None);
        };
        let filter = Filter::new(pattern, Mode::default())
            .map_err(|source| ArgumentError::Pattern { argument, source })?;
        Ok(Some(Self { argument, filter }))
    }
}

/// Returns `true` if `value` passes the filter. Without a filter every value passes.
fn matches(filter: Option<&ArgumentFilter>, value: &str) -> Result<bool, ArgumentError> {
    let Some(&ArgumentFilter { argument, ref filter }) = filter else {
        return Ok(true);
    };
    filter.is_match(value).map_err(|source| ArgumentError::Match { argument, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A time in 2026.
    const NOW: i64 = 1_790_000_000_000;

    fn users(registry: &Registry, username: Option<&str>, project: Option<&str>) -> Vec<String> {
        let info = registry.get_session_info(username, project).unwrap();
        info.sessions().map(|s| s.username.to_string()).collect()
    }

    #[test]
    fn filters_match_whole_values_in_login_order() {
        let registry = Registry::new(42, 120, NOW);
        let bi = ["billy", "bill.smith", "bianca.ericson", "billy"];
        assert_eq!(users(&registry, Some("bi.*"), None), bi);
        assert_eq!(users(&registry, Some("bi.*"), Some("")), bi);
        assert_eq!(users(&registry, Some("billy"), None), ["billy"; 2]);
        assert_eq!(users(&registry, Some(r"bill\.smith"), None), ["bill.smith"]);
        assert_eq!(users(&registry, Some("bi.*"), Some("Boiler_02")), ["bill.smith"]);
        assert!(users(&registry, Some("bill"), None).is_empty());
        assert_eq!(users(&registry, None, None).len(), 120);
        assert_eq!(users(&registry, Some(""), Some("")).len(), 120);

        let some = registry.get_session_info(None, Some("Packaging")).unwrap();
        assert_eq!(some.len(), some.sessions().count());
        assert!(some.sessions().all(|session| &*session.project == "Packaging"));
    }

    #[test]
    fn names_the_argument_of_an_invalid_pattern() {
        let registry = Registry::new(42, 1, NOW);
        let error = registry.get_session_info(None, Some("(")).unwrap_err();
        assert_eq!(error.to_string(), "projectFilter is not a regular expression");
    }

    #[test]
    fn simulated_changes_keep_the_number_and_the_permanent_sessions() {
        for size in [0, 1, 5, 120] {
            let registry = Registry::new(42, size, NOW);
            let tester = registry.log_in("tester", "Lab", "127.0.0.1", false, NOW);
            let before = registry.sessions();
            let mut changes = 0;
            for second in 1..=3_000 {
                let ids = |sessions: &[Session]| sessions.iter().map(|s| s.client_id).collect::<Vec<_>>();
                let previous = ids(&registry.sessions());
                registry.simulate_change(NOW + 1_000 * second);
                let sessions = registry.sessions();
                changes += usize::from(ids(&sessions) != previous);
                assert!(sessions.len().abs_diff(size) <= 9, "{}", sessions.len());
                assert!(sessions.iter().is_sorted_by_key(|s| s.creation_time));
                assert!(sessions.iter().any(|s| s.client_id == tester));
                let bi = sessions.iter().filter(|s| s.username.contains("bi"));
                assert_eq!(bi.count(), size.min(4));
                let perspective = registry.perspective_sessions().len();
                assert!(perspective.abs_diff(size / 5) <= 3);
            }
            assert_eq!(before.iter().filter(|s| s.is_permanent).count(), size.min(4) + 1);
            assert_eq!(changes > 1_000, size > 1, "{size}: {changes}");
        }
    }

    #[test]
    fn same_seed_simulates_the_same_changes() {
        let after = |changes| {
            let registry = Registry::new(5, 50, NOW);
            (0..changes).for_each(|_| registry.simulate_change(NOW));
            registry.sessions()
        };
        assert_eq!(after(500), after(500));
        assert_ne!(after(500), after(520));
    }

    #[test]
    fn snapshot_is_not_affected_by_changes() {
        let registry = Registry::new(42, 10, NOW);
        let snapshot = registry.sessions();
        let id = registry.log_in("tester", "Lab", "hmi-1", true, NOW);
        assert!(registry.log_out(snapshot[0].client_id, |_| true));
        assert_eq!(snapshot.len(), 10);
        assert_eq!(registry.sessions()[..9], snapshot[1..]);
        assert_eq!(registry.sessions()[9].client_id, id);
    }

    #[test]
    fn logs_out_a_session_once() {
        let registry = Registry::new(42, 10, NOW);
        let id = registry.log_in("tester", "Lab", "hmi-1", true, NOW);
        assert!(!registry.log_out(id, |session| !session.is_designer));
        assert!(registry.log_out(id, |_| true));
        assert!(!registry.log_out(id, |_| true));
        assert_eq!(registry.sessions().len(), 10);
    }
}
