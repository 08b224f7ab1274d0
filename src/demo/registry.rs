//! Who is logged in to the demo gateway: `system.util.getSessionInfo`, logging in and out, coming and going.
//!
//! One lock, held for moments only: whoever needs all sessions takes a snapshot and works on that.

use std::{
    error::Error,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::filter::{Filter, MatchError, Mode, PatternError};

use super::{
    roster::Roster,
    session::{ClientId, PerspectiveId, PerspectiveSession, Session},
    session_generator::{Person, Plant},
};

/// How often to look for somebody who may leave, where most of those present stay.
const TRIES: usize = 8;

/// The sessions of this gateway.
#[derive(Debug)]
pub struct Registry {
    /// Everything that changes.
    state: Mutex<State>,
}

/// What changes when somebody comes or goes.
#[derive(Debug)]
struct State {
    /// Where new sessions come from.
    plant: Plant,
    /// Vision clients and Designers, in login order.
    sessions: Roster<Session>,
    /// Perspective sessions, oldest first.
    perspective: Roster<PerspectiveSession>,
    /// Those who may come.
    away: Vec<Person>,
}

impl Registry {
    /// The sessions of the plant with this seed and size, at `now` in epoch milliseconds.
    #[must_use]
    pub fn new(seed: u64, sessions: usize, now: i64) -> Self {
        let mut plant = Plant::new(seed, sessions);
        let state = State {
            sessions: plant.sessions(now).into_iter().collect(),
            perspective: plant.perspective_sessions(now).into_iter().collect(),
            away: plant.away(),
            plant,
        };
        Self { state: Mutex::new(state) }
    }

    /// `system.util.getSessionInfo([usernameFilter] [, projectFilter])`: this node's Vision clients and Designers, in
    /// login order. A filter is a regular expression for the whole value; an empty one counts as omitted.
    ///
    /// # Errors
    /// When a filter is no regular expression, or matching was given up.
    pub fn get_session_info(
        &self,
        username_filter: Option<&str>,
        project_filter: Option<&str>,
    ) -> Result<SessionInfo, FilterError> {
        let username_filter = ArgumentFilter::new("usernameFilter", username_filter)?;
        let project_filter = ArgumentFilter::new("projectFilter", project_filter)?;
        let sessions = self.sessions();
        let kept = if username_filter.is_none() && project_filter.is_none() {
            None
        } else {
            let keep = |session: &Session| {
                Ok(matches(username_filter.as_ref(), &session.username)?
                    && matches(project_filter.as_ref(), &session.project)?)
            };
            Some(sessions.iter().map(keep).collect::<Result<_, _>>()?)
        };
        Ok(SessionInfo { sessions, kept })
    }

    /// A snapshot of the Vision clients and Designers, in login order.
    #[must_use]
    pub fn sessions(&self) -> Roster<Session> {
        self.state().sessions.clone()
    }

    /// A snapshot of the Perspective sessions, oldest first.
    #[must_use]
    pub fn perspective_sessions(&self) -> Roster<PerspectiveSession> {
        self.state().perspective.clone()
    }

    /// Somebody logs in, and stays until logged out.
    pub fn log_in(
        &self,
        username: &str,
        project: &str,
        address: &str,
        is_designer: bool,
        now: i64,
    ) -> ClientId {
        let mut state = self.state();
        let client_id = state.plant.client_id();
        state.sessions.push(Session {
            username: username.into(),
            project: project.into(),
            address: address.into(),
            is_designer,
            client_id,
            creation_time: now,
            is_dormant: false,
            stays: true,
        });
        client_id
    }

    /// Ends the session with this id if it `may` be ended. False when there is none such.
    pub fn log_out(&self, client_id: ClientId, may: impl Fn(&Session) -> bool) -> bool {
        let mut state = self.state();
        let ended = state.sessions.remove_first(|session| session.client_id == client_id && may(session));
        match ended {
            Some(session) => {
                state.away.extend(Person::of(session));
                true
            }
            None => false,
        }
    }

    /// Ends those of the Perspective sessions that exist, and counts them.
    pub fn end_perspective_sessions(&self, ids: &[PerspectiveId]) -> usize {
        let mut state = self.state();
        ids.iter().filter_map(|&id| state.perspective.remove_first(|session| session.id == id)).count()
    }

    /// One person comes or goes. The numbers stay near those of the start.
    pub fn step(&self, now: i64) {
        let State { plant, sessions, perspective, away } = &mut *self.state();
        if plant.one_in(5) {
            if somebody_comes(plant, perspective.len(), plant.perspective_count()) {
                let session = plant.perspective_arrival(now);
                perspective.push(session);
            } else if !perspective.is_empty() {
                let position = plant.below(perspective.len());
                perspective.remove_at(position, |_| true);
            }
        } else if somebody_comes(plant, sessions.len(), plant.session_count()) {
            if !away.is_empty() {
                let person = away.swap_remove(plant.below(away.len()));
                sessions.push(plant.arrival(&person, now));
            }
        } else if !sessions.is_empty() {
            let gone = (0..TRIES).find_map(|_| {
                let position = plant.below(sessions.len());
                sessions.remove_at(position, |session| !session.stays)
            });
            away.extend(gone.and_then(Person::of));
        }
    }

    /// How long it takes until the next [`step`](Self::step).
    pub(super) fn pause(&self) -> Duration {
        self.state().plant.pause()
    }

    /// The state, also after a panic elsewhere: every change leaves it whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the next change is somebody coming: the surer, the fewer are here; never where there was nobody to start with.
fn somebody_comes(plant: &mut Plant, present: usize, usual: usize) -> bool {
    let slack = (usual / 20).clamp(2, 8);
    let missing = (usual + slack).saturating_sub(present);
    usual > 0 && plant.below(2 * slack) < missing
}

impl Person {
    /// Whoever had this session and may come again. Those who were to stay don't.
    fn of(session: Session) -> Option<Self> {
        let Session { username, project, stays, .. } = session;
        (!stays).then_some(Self { username, project })
    }
}

/// What `system.util.getSessionInfo` returns.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// Everybody at the time of the call.
    sessions: Roster<Session>,
    /// For each of `sessions`, whether it passed the filters; `None` without filters.
    kept: Option<Vec<bool>>,
}

impl SessionInfo {
    /// The sessions that passed the filters, in login order.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> + Clone {
        let kept = self.kept.as_deref();
        self.sessions
            .iter()
            .enumerate()
            .filter(move |&(position, _)| kept.is_none_or(|kept| kept[position]))
            .map(|(_, session)| session)
    }

    /// How many they are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.kept {
            None => self.sessions.len(),
            Some(kept) => kept.iter().filter(|&&kept| kept).count(),
        }
    }

    /// Whether nobody passed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A filter argument that the function can't use.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// It is no regular expression.
    #[error("{argument} is not a regular expression")]
    Pattern {
        /// Which argument.
        argument: &'static str,
        /// What is wrong with it.
        source: PatternError,
    },
    /// It takes too long on some value.
    #[error("{argument} could not be matched")]
    Match {
        /// Which argument.
        argument: &'static str,
        /// Why matching was given up.
        source: MatchError,
    },
}

impl FilterError {
    /// The fault and its cause in one line, for an answer that is text.
    pub(super) fn in_one_line(&self) -> String {
        match self.source() {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }
}

/// A filter that knows which argument it came from.
struct ArgumentFilter {
    /// The argument's name.
    argument: &'static str,
    /// What it says.
    filter: Filter,
}

impl ArgumentFilter {
    /// `None` for an omitted or empty argument.
    fn new(argument: &'static str, pattern: Option<&str>) -> Result<Option<Self>, FilterError> {
        let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) else {
            return Ok(None);
        };
        let filter = Filter::new(pattern, Mode::default())
            .map_err(|source| FilterError::Pattern { argument, source })?;
        Ok(Some(Self { argument, filter }))
    }
}

/// Whether `value` passes; everything passes no filter.
fn matches(filter: Option<&ArgumentFilter>, value: &str) -> Result<bool, FilterError> {
    let Some(&ArgumentFilter { argument, ref filter }) = filter else {
        return Ok(true);
    };
    filter.is_match(value).map_err(|source| FilterError::Match { argument, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some moment of 2026.
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
    fn a_bad_pattern_names_its_argument() {
        let registry = Registry::new(42, 1, NOW);
        let error = registry.get_session_info(None, Some("(")).unwrap_err();
        assert!(error.in_one_line().starts_with("projectFilter is not a regular expression: "));
    }

    #[test]
    fn people_come_and_go_but_their_number_and_the_cast_stay() {
        for size in [0, 1, 5, 120] {
            let registry = Registry::new(42, size, NOW);
            let tester = registry.log_in("tester", "Lab", "127.0.0.1", false, NOW);
            let before = registry.sessions();
            let mut changes = 0;
            for second in 1..=3_000 {
                let ids =
                    |sessions: &Roster<Session>| sessions.iter().map(|s| s.client_id).collect::<Vec<_>>();
                let previous = ids(&registry.sessions());
                registry.step(NOW + 1_000 * second);
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
            assert_eq!(before.iter().filter(|s| s.stays).count(), size.min(4) + 1);
            assert_eq!(changes > 1_000, size > 1, "{size}: {changes}");
        }
    }

    #[test]
    fn the_same_seed_goes_the_same_way() {
        let after = |steps| {
            let registry = Registry::new(5, 50, NOW);
            (0..steps).for_each(|_| registry.step(NOW));
            registry.sessions().iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(after(500), after(500));
        assert_ne!(after(500), after(499 + 20));
    }

    #[test]
    fn logging_out_takes_the_right_session_once() {
        let registry = Registry::new(42, 10, NOW);
        let id = registry.log_in("tester", "Lab", "hmi-1", true, NOW);
        assert!(!registry.log_out(id, |session| !session.is_designer));
        assert!(registry.log_out(id, |_| true));
        assert!(!registry.log_out(id, |_| true));
        assert_eq!(registry.sessions().len(), 10);
    }
}
