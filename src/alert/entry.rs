//! The state of one subject of a rule: its phase, its duration, and the last alert about it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::incident::{Detail, Phase};
use super::rule::Rule;

/// A state that holds or held, or something that happened. It lives from the first sign until nothing more is to be sent about
/// it, so that a state that comes and goes stays one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    state: State,
    /// Time for which it has held while it was watched, in milliseconds.
    held_ms: i64,
    /// Time of the last observation in which it held.
    #[serde(skip)]
    observed_at: Option<i64>,
    /// Time since which it doesn't hold any more although it is firing.
    #[serde(skip)]
    absent_since: Option<i64>,
    /// Time of the first sign, which makes the entry unique.
    pub(super) began: i64,
    /// Time since which it holds, or at which it happened last.
    pub(super) since: i64,
    /// Time at which it resolved.
    pub(super) resolved: Option<i64>,
    /// Number of times that it fired or happened.
    pub(super) count: u32,
    sent: Option<Sent>,
    pub(super) detail: Detail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// Holds, but not for long enough.
    Pending,
    /// Has held for long enough, or has happened.
    Firing,
    /// Doesn't hold any more.
    Resolved,
}

/// The last alert about an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    at: i64,
    phase: Phase,
    count: u32,
    is_quiet: bool,
}

impl Sent {
    /// Returns `true` during the cooldown. Setting the clock back ends it.
    fn is_cooling(self, rule: &Rule, now: i64) -> bool {
        (self.at..self.cooled_at(rule)).contains(&now)
    }

    fn cooled_at(self, rule: &Rule) -> i64 {
        self.at.saturating_add(millis(rule.cooldown))
    }
}

/// The timing of an observation in which an entry holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    pub(super) now: i64,
    /// `true` if the entry has been watched since the previous observation.
    pub(super) is_continuous: bool,
    /// Time at or after which all lists that show the entry were read.
    pub(super) read_since: i64,
}

/// An alert to send about an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) phase: Phase,
    /// `true` if the alert is only listed.
    pub(super) is_quiet: bool,
}

impl Entry {
    /// Returns an entry about which nothing is known yet.
    pub(super) fn new(time: i64, detail: Detail) -> Self {
        Self {
            state: State::Resolved,
            held_ms: 0,
            observed_at: None,
            absent_since: None,
            began: time,
            since: time,
            resolved: None,
            count: 0,
            sent: None,
            detail,
        }
    }

    /// Returns `true` for a state that has held for long enough and hasn't resolved.
    pub(super) fn is_firing(&self) -> bool {
        self.state == State::Firing
    }

    /// Notes that it holds. Only watched time counts, and it fires once all its nodes were read since it was first seen: a
    /// client that moves to another node may be in the older list of one and the newer list of the other. Returns `true` unless
    /// it was firing before.
    pub(super) fn hold(&mut self, rule: &Rule, watch: Watch, detail: Detail) -> bool {
        let Watch { now: time, is_continuous, read_since } = watch;
        if self.state == State::Resolved {
            (self.state, self.held_ms, self.since) = (State::Pending, 0, time);
            (self.observed_at, self.resolved) = (None, None);
        }
        if self.state == State::Pending {
            // The clock may have been set back.
            self.since = self.since.min(time);
        }
        self.absent_since = None;
        if is_continuous && let Some(observed_at) = self.observed_at {
            self.held_ms = self.held_ms.saturating_add(time.saturating_sub(observed_at).max(0));
        }
        self.observed_at = Some(time);
        self.detail = detail;
        let is_changed = self.state == State::Pending;
        if self.state == State::Pending && self.held_ms >= millis(rule.hold) && read_since >= self.since {
            self.state = State::Firing;
            self.count = self.count.saturating_add(1);
        }
        is_changed
    }

    /// Returns the time at which it will have held for long enough, if it is watched and holds until then.
    pub(super) fn ready_at(&self, rule: &Rule) -> Option<i64> {
        let observed_at = self.observed_at.filter(|_| self.state == State::Pending)?;
        Some(ready_at(rule, observed_at, self.held_ms))
    }

    /// Notes that it doesn't hold. A firing entry resolves once all its nodes were read since then,
    /// as in [`hold`](Self::hold). Returns `true` if it resolves.
    pub(super) fn end(&mut self, time: i64, read_since: i64) -> bool {
        self.observed_at = None;
        let ended = match self.state {
            State::Resolved => return false,
            State::Pending => time,
            State::Firing => self.absent_since.map_or(time, |since| since.min(time)),
        };
        if self.state == State::Firing && read_since < ended {
            self.absent_since = Some(ended);
            return false;
        }
        (self.state, self.resolved, self.absent_since) = (State::Resolved, Some(ended), None);
        true
    }

    /// Notes that nothing is known of it at the moment.
    pub(super) fn interrupt(&mut self) {
        self.observed_at = None;
    }

    /// Notes that it happened.
    pub(super) fn occur(&mut self, time: i64, detail: Detail) {
        (self.state, self.since, self.detail) = (State::Firing, time, detail);
        self.count = self.count.saturating_add(1);
    }

    /// Returns the alert to send; `None` if there is none.
    pub(super) fn due(&self, rule: &Rule, now: i64, is_quiet: bool) -> Option<Due> {
        let phase = match self.state {
            State::Pending => return None,
            State::Firing => Phase::Firing,
            State::Resolved => Phase::Resolved,
        };
        let due = Due { phase, is_quiet };
        let Some(sent) = self.sent else {
            // An entry that was over before it could be sent isn't sent.
            return (phase == Phase::Firing).then_some(due);
        };
        if self.count > sent.count {
            if !self.is_wanted(rule) {
                return None;
            }
            return (!sent.is_cooling(rule, now) || sent.is_quiet && !is_quiet).then_some(due);
        }
        match (sent.phase, phase) {
            (Phase::Firing, Phase::Resolved) if rule.sends_resolved => {
                Some(Due { phase, is_quiet: is_quiet || sent.is_quiet })
            }
            // The state began in quiet hours and still holds. An occurrence in them isn't sent later.
            (Phase::Firing, Phase::Firing)
                if sent.is_quiet && !is_quiet && !rule.condition.is_occurrence() =>
            {
                Some(due)
            }
            _ => None,
        }
    }

    /// Returns `false` if it has resolved and the rule doesn't send that.
    fn is_wanted(&self, rule: &Rule) -> bool {
        self.state != State::Resolved || rule.sends_resolved
    }

    /// Notes that the alert which is [due](Self::due) is sent.
    pub(super) fn mark_sent(&mut self, due: Due, now: i64) {
        self.sent = Some(Sent { at: now, phase: due.phase, count: self.count, is_quiet: due.is_quiet });
    }

    /// Returns the next time at which something may become [due](Self::due) although nothing happens. `quiet_end` is the end of
    /// the current quiet hours.
    pub(super) fn wake_at(&self, rule: &Rule, now: i64, quiet_end: Option<i64>) -> Option<i64> {
        let sent = self.sent?;
        if self.state == State::Pending {
            return None;
        }
        let is_new = self.count > sent.count && self.is_wanted(rule);
        let cooled_at = if now < sent.at { now } else { sent.cooled_at(rule) };
        let cooled = is_new.then_some(cooled_at);
        let quiet_end = quiet_end.filter(|_| sent.is_quiet && self.state == State::Firing);
        [cooled, quiet_end].into_iter().flatten().min()
    }

    /// Returns `true` if nothing more is to be sent, and another occurrence would be sent as a new one.
    pub(super) fn is_over(&self, rule: &Rule, now: i64) -> bool {
        let is_past = match self.state {
            State::Pending => false,
            State::Firing => rule.condition.is_occurrence(),
            State::Resolved => true,
        };
        is_past
            && match self.sent {
                None => self.state == State::Resolved,
                Some(sent) => {
                    let is_known = sent.count == self.count || !self.is_wanted(rule);
                    is_known && !sent.is_cooling(rule, now)
                }
            }
    }
}

/// Returns the time at which something will have lasted for long enough that had lasted for
/// `held_ms` when it was last observed.
pub(super) fn ready_at(rule: &Rule, observed_at: i64, held_ms: i64) -> i64 {
    observed_at.saturating_add(millis(rule.hold).saturating_sub(held_ms).max(0))
}

/// Returns a duration in milliseconds.
pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
