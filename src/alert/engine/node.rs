//! The state of an observed node.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::compare;
use crate::alert::entry::millis;
use crate::alert::observation::{Changes, List, Outcome};
use crate::alert::selection::{session_id, visitor_id};
use crate::dataset::Dataset;
use crate::history::SessionRecord;
use crate::poll::{longest_failure_pause, longest_read_pause};

/// The longest time between two lists that are compared although the node was read by two pollers.
const LONGEST_HANDOVER_MS: i64 = 10 * 60_000;
/// The time after a restart of a gateway in which users who were on before only come back.
const RETURN_TIME_MS: i64 = 10 * 60_000;

/// A node as it was observed.
#[derive(Debug, Default)]
pub(super) struct Node {
    list: Option<(List, i64)>,
    /// The interval between two reads; zero for manual refresh.
    interval: Duration,
    /// `true` if the last read failed for another reason than the login.
    pub(super) is_failing: bool,
    observed_at: Option<i64>,
    /// Time at which each session without a creation time was first listed, by its id.
    pub(super) first_seen: HashMap<String, i64>,
    /// Time of the previous list.
    previous_at: Option<i64>,
    /// The visitors who left, with the time of the first list without them.
    departed: HashMap<String, i64>,
    /// The visitors who were on before the gateway was restarted, and when that was noticed. For a while, their return isn't an
    /// arrival.
    returning: Option<(HashSet<String>, i64)>,
}

impl Node {
    /// Accepts an observation. Returns the difference from the previous list, and whether the node
    /// has been watched since the previous observation.
    pub(super) fn accept(
        &mut self,
        outcome: Outcome,
        time: i64,
        interval: Option<Duration>,
    ) -> (Option<Changes>, bool) {
        let before = self.observed_at.replace(time);
        self.interval = interval.unwrap_or_default();
        match outcome {
            Outcome::Failed(failure) => {
                let since = before.map(|before| time.saturating_sub(before));
                let longest_pause = millis(longest_failure_pause(interval));
                // With a wrong login it isn't read, but it isn't down either.
                self.is_failing = !failure.is_login;
                if failure.is_login {
                    self.list = None;
                }
                (None, since.is_some_and(|since| (0..=longest_pause).contains(&since)))
            }
            Outcome::List(list) => {
                self.is_failing = false;
                let changes = list.changes.clone().or_else(|| {
                    let (previous, read_at) = self.list.as_ref()?;
                    let is_recent = (0..=LONGEST_HANDOVER_MS).contains(&time.saturating_sub(*read_at));
                    is_recent.then(|| compare(previous, &list))
                });
                self.returning.take_if(|(_, noticed_at)| {
                    !(0..=RETURN_TIME_MS).contains(&time.saturating_sub(*noticed_at))
                });
                if let Some(changes) = changes.as_ref().filter(|changes| changes.is_restart) {
                    self.returning = Some((visitors(&changes.previous).collect(), time));
                }
                let is_recent = |at: i64| (0..=RETURN_TIME_MS).contains(&time.saturating_sub(at));
                self.departed.retain(|_, at| is_recent(*at));
                if let Some(changes) = &changes {
                    let left = changes.left.iter();
                    let left = left.map(|row| visitor_id(&SessionRecord::from_row(&changes.previous, *row)));
                    self.departed.extend(left.map(|visitor| (visitor, time)));
                }
                let is_continuous = changes.as_ref().is_some_and(|changes| changes.is_continuous);
                self.previous_at = self.list.as_ref().map(|(_, time)| *time);
                self.list = Some((list, time));
                (changes, is_continuous)
            }
        }
    }

    /// Notes that the node isn't watched any more.
    pub(super) fn interrupt(&mut self) {
        self.observed_at = None;
    }

    /// Notes which sessions without a creation time are listed.
    pub(super) fn note_first_seen(&mut self) {
        let Some((list, time)) = &self.list else { return };
        let created = list.sessions.creation_time();
        let rows = (0..u32::try_from(list.sessions.len()).unwrap_or(u32::MAX))
            .filter(|row| created.get(*row as usize).is_none());
        let mut before = std::mem::take(&mut self.first_seen);
        self.first_seen = rows
            .map(|row| session_id(&SessionRecord::from_row(&list.sessions, row)))
            .map(|id| {
                // The clock may have been set back.
                let first_seen = before.remove(&id).unwrap_or(*time).min(*time);
                (id, first_seen)
            })
            .collect();
    }

    /// Returns the last list and its time; `None` if the node can't be read at the moment, or if
    /// the list is older than [`Self::longest_age_ms`]. The node may be hanging then, or nothing
    /// was watched.
    pub(super) fn current(&self, now: i64) -> Option<(&List, i64)> {
        let is_recent = |time: i64| (0..=self.longest_age_ms()).contains(&now.saturating_sub(time));
        let (list, time) = self.list.as_ref()?;
        (!self.is_failing && is_recent(*time)).then_some((list, *time))
    }

    /// Returns the time of the last list, unless the node can't be read at the moment.
    pub(super) fn read_at(&self) -> Option<i64> {
        self.list.as_ref().filter(|_| !self.is_failing).map(|(_, time)| *time)
    }

    /// Returns the largest age of the last list while the node is being read, in milliseconds.
    pub(super) fn longest_age_ms(&self) -> i64 {
        millis(longest_read_pause(self.interval))
    }

    /// Returns the largest difference between the times at which two processes notice the same
    /// incident, in milliseconds.
    pub(super) fn spread_ms(&self) -> i64 {
        if self.interval.is_zero() { millis(longest_failure_pause(None)) } else { self.longest_age_ms() }
    }

    /// Returns the time of the list before the last one.
    pub(super) fn previous_at(&self) -> Option<i64> {
        self.previous_at
    }

    /// Returns the visitors in the last list.
    fn visitors(&self) -> impl Iterator<Item = String> {
        self.list.iter().flat_map(|(list, _)| visitors(&list.sessions))
    }

    /// Returns the visitors that this node had after `since`, as far as that is known: those in the last list, even if the node
    /// can't be read any more, and those who left after that time.
    pub(super) fn visitors_since(&self, since: Option<i64>, now: i64) -> impl Iterator<Item = String> {
        let age = self.list.as_ref().map(|(_, time)| now.saturating_sub(*time));
        let is_recent = age.is_some_and(|age| (0..=RETURN_TIME_MS).contains(&age));
        let present = self.visitors().filter(move |_| is_recent);
        let departed = self.departed.iter();
        let departed = departed.filter(move |(_, at)| since.is_some_and(|since| **at >= since));
        present.chain(departed.map(|(visitor, _)| visitor.clone()))
    }

    /// Returns `true` if a session was on before a restart of the gateway, and only comes back.
    pub(super) fn is_returning(&self, session: &SessionRecord) -> bool {
        self.returning.as_ref().is_some_and(|(visitors, _)| visitors.contains(&visitor_id(session)))
    }
}

/// Returns the visitors in a list.
pub(super) fn visitors(list: &Dataset) -> impl Iterator<Item = String> {
    let rows = 0..u32::try_from(list.len()).unwrap_or(u32::MAX);
    rows.map(|row| visitor_id(&SessionRecord::from_row(list, row)))
}
