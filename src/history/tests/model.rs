//! The answers that a history should give, computed from all reads in the simplest way.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};
use crate::gateway::SessionKind;
use crate::history::activity::ActivityKind;
use crate::history::record::SessionRecord;
use crate::history::step::Changes;
use crate::history::stored_sessions::{SessionState, StoredSessions};
use crate::history::time_range::TimeRange;

/// A read that succeeded.
#[derive(Clone)]
pub(super) struct ModelRead {
    pub(super) time: i64,
    pub(super) sessions: Vec<SessionRecord>,
    /// The kinds that couldn't be read.
    pub(super) missing: Vec<SessionKind>,
    pub(super) is_continuous: bool,
}

/// A session with its first, last and missed time, and its state.
pub(super) type ModelSession = (Option<String>, Option<String>, i64, i64, Option<i64>, SessionState);

/// The time of an entry, its kind, client id, earliest and latest time, and duration.
pub(super) type ModelEntry = (i64, ActivityKind, Option<String>, i64, i64, Option<i64>);

/// All reads of a node.
#[derive(Default)]
pub(super) struct Model {
    reads: Vec<ModelRead>,
    /// The times of reads that failed.
    failures: Vec<i64>,
}

/// A time in which the node couldn't be read: the first read that failed, and the next one, or else the last one that failed as
/// it is written.
pub(super) struct ModelOutage {
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) is_over: bool,
}

/// A session over the reads in which it is listed without a change.
struct Stretch<'a> {
    session: &'a SessionRecord,
    started: i64,
    first: i64,
    last: i64,
    missed_at: Option<i64>,
    is_missed_at_once: bool,
}

impl Model {
    pub(super) fn add(&mut self, read: ModelRead) {
        self.reads.push(read);
    }

    /// Returns the reads that list one kind.
    fn of_kind(&self, kind: SessionKind) -> Self {
        let mut reads: Vec<ModelRead> = Vec::new();
        let mut is_missing = false;
        for read in &self.reads {
            let was_missing = is_missing;
            is_missing = read.missing.contains(&kind);
            if !is_missing {
                let mut of_kind = read.clone();
                of_kind.is_continuous &= !was_missing;
                of_kind.sessions.retain(|session| session.kind == Some(kind));
                reads.push(of_kind);
            }
        }
        Self { reads, failures: Vec::new() }
    }

    /// Returns all kinds, each on its own.
    fn kinds(&self) -> [Self; SessionKind::ALL.len()] {
        SessionKind::ALL.map(|kind| self.of_kind(kind))
    }

    pub(super) fn add_failure(&mut self, time: i64) {
        self.failures.push(time);
    }

    /// Returns the outages. No pause between two reads is so long that it seems as if no one watched.
    pub(super) fn outages(&self) -> Vec<ModelOutage> {
        let mut outages: Vec<ModelOutage> = Vec::new();
        for (index, read) in self.reads.iter().enumerate() {
            let next = self.reads.get(index + 1).map(|next| next.time);
            let is_between = |time: &&i64| **time > read.time && next.is_none_or(|next| **time < next);
            let mut failures = self.failures.iter().filter(is_between).copied();
            let Some(from) = failures.next() else { continue };
            // It is written every 30 s.
            let last_failed =
                failures.fold(from, |last, time| if time - last >= 30_000 { time } else { last });
            let until = next.unwrap_or(last_failed);
            outages.push(ModelOutage { from, until, is_over: next.is_some() });
        }
        outages
    }

    /// Returns all entries of the activity list, the newest first.
    pub(super) fn activity(&self) -> Vec<ModelEntry> {
        let mut entries: Vec<ModelEntry> = self.kinds().iter().flat_map(Self::activity_of_kind).collect();
        for ModelOutage { from, until, is_over, .. } in self.outages() {
            let duration = is_over.then_some(until - from);
            entries.push((from, ActivityKind::Unreachable, None, from, from, duration));
            if is_over {
                entries.push((until, ActivityKind::Reachable, None, until, until, duration));
            }
        }
        entries.sort();
        entries.reverse();
        entries
    }

    fn activity_of_kind(&self) -> Vec<ModelEntry> {
        let mut entries = Vec::new();
        for stretch in self.stretches() {
            let id = stretch.session.client_id.as_ref().map(ToString::to_string);
            let before = self.reads.iter().rposition(|read| read.time < stretch.first);
            let is_watched = before.is_some_and(|before| self.reads[before + 1].is_continuous);
            let earliest = match stretch.session.creation_time {
                Some(_) => stretch.started,
                None if is_watched => stretch.first,
                None => before.map_or(i64::MIN, |before| self.reads[before].time),
            };
            let latest = stretch.session.creation_time.map_or(stretch.first, |_| stretch.started);
            entries.push((stretch.first, ActivityKind::Arrived, id.clone(), earliest, latest, None));
            let Some(missed_at) = stretch.missed_at else { continue };
            let earliest = if stretch.is_missed_at_once { missed_at } else { stretch.last };
            let duration = Some(stretch.last - stretch.started);
            entries.push((missed_at, ActivityKind::Left, id, earliest, missed_at, duration));
        }
        entries
    }

    /// Returns the largest number of sessions that match and are known to have been on, at one time from `from` to before `to`,
    /// and the first such time.
    pub(super) fn peak(
        &self,
        from: i64,
        to: i64,
        matches: impl Fn(&SessionRecord) -> bool,
    ) -> (u32, Option<i64>) {
        let kinds = self.kinds();
        let on = kinds.iter().flat_map(|kind| {
            let stretches = kind.stretches().into_iter().filter(|stretch| matches(stretch.session));
            // It may have begun right after a read without it.
            stretches
                .map(|stretch| stretch.started + i64::from(stretch.first > stretch.started)..stretch.last + 1)
        });
        most(&on.collect::<Vec<_>>(), from, to)
    }

    /// Returns the time from `from` to `to` in which sessions of a kind were not watched; `None` if
    /// they were never watched.
    pub(super) fn unwatched(&self, kind: Option<SessionKind>, from: i64, to: i64) -> Option<i64> {
        let of_kind = kind.map(|kind| self.of_kind(kind));
        let reads = &of_kind.as_ref().unwrap_or(self).reads;
        let pairs = reads.iter().zip(reads.iter().skip(1)).filter(|(_, next)| next.is_continuous);
        let parts = pairs.map(|(read, next)| (read.time.max(from), next.time.min(to)));
        let parts: Vec<(i64, i64)> = parts.filter(|(from, to)| from < to).collect();
        let is_read = reads.iter().any(|read| (from..to).contains(&read.time));
        let watched: i64 = parts.iter().map(|(from, to)| to - from).sum();
        (is_read || !parts.is_empty()).then_some(to - from - watched)
    }

    /// Returns the times of all reads, and times close to them.
    pub(super) fn interesting_times(&self) -> Vec<i64> {
        let times = self.reads.iter().flat_map(|read| [-5_000, -1, 0, 1].map(|offset| read.time + offset));
        let times: BTreeSet<i64> = times.chain([0, 50_000, 100_000, 200_000]).collect();
        times.into_iter().collect()
    }

    pub(super) fn is_watched(&self, time: i64) -> bool {
        let pairs = self.reads.iter().zip(self.reads.iter().skip(1));
        self.reads.iter().any(|read| read.time == time)
            || pairs.into_iter().any(|(a, b)| b.is_continuous && (a.time..=b.time).contains(&time))
    }

    /// Returns the kinds that weren't watched at a time.
    pub(super) fn unwatched_kinds(&self, time: i64) -> Vec<SessionKind> {
        let is_unwatched = |kind: &SessionKind| !self.of_kind(*kind).is_watched(time);
        SessionKind::ALL.into_iter().filter(is_unwatched).collect()
    }

    fn stretches(&self) -> Vec<Stretch<'_>> {
        let mut stretches = Vec::new();
        for (index, read) in self.reads.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| &self.reads[before]);
            for session in &read.sessions {
                if before.is_some_and(|before| before.sessions.contains(session)) {
                    continue;
                }
                let is_changed = before.is_some_and(|before| {
                    before.sessions.iter().any(|other| {
                        other.client_id.is_some()
                            && (&other.client_id, other.creation_time)
                                == (&session.client_id, session.creation_time)
                    })
                });
                let created = if is_changed { read.time } else { session.creation_time.unwrap_or(read.time) };
                let started = created.max(before.map_or(i64::MIN, |before| before.time)).min(read.time);
                let later = &self.reads[index..];
                let listed = later.iter().take_while(|read| read.sessions.contains(session)).count();
                let missed = later.get(listed);
                stretches.push(Stretch {
                    session,
                    started,
                    first: read.time,
                    last: later[listed - 1].time,
                    missed_at: missed.map(|read| read.time),
                    is_missed_at_once: missed.is_some_and(|read| read.is_continuous),
                });
            }
        }
        stretches
    }

    pub(super) fn at(&self, time: i64) -> Vec<ModelSession> {
        sorted(self.kinds().iter().flat_map(|kind| kind.at_of_kind(time)))
    }

    fn at_of_kind(&self, time: i64) -> Vec<ModelSession> {
        let is_watched = self.is_watched(time);
        let found = self.stretches().into_iter().filter_map(|stretch| {
            let is_on = stretch.started <= time
                && (time <= stretch.last || stretch.missed_at.is_none_or(|missed_at| time < missed_at));
            let state = if time > stretch.last {
                SessionState::Possible
            } else if is_watched && time >= stretch.first {
                SessionState::Seen
            } else {
                SessionState::Proved
            };
            is_on.then(|| stretch.with_state(state))
        });
        found.collect()
    }

    pub(super) fn between(&self, range: TimeRange) -> Vec<ModelSession> {
        sorted(self.kinds().iter().flat_map(|kind| kind.between_of_kind(range)))
    }

    fn between_of_kind(&self, range: TimeRange) -> Vec<ModelSession> {
        let found = self.stretches().into_iter().filter_map(|stretch| {
            let is_on = stretch.started <= range.to
                && stretch.missed_at.is_none_or(|missed_at| missed_at >= range.from);
            let state = match stretch.missed_at {
                None => SessionState::Unknown,
                Some(_) if stretch.is_missed_at_once => SessionState::Left,
                Some(_) => SessionState::LeftBetween,
            };
            is_on.then(|| stretch.with_state(state))
        });
        found.collect()
    }
}

/// Returns the largest number of these times at once, from `from` to before `to`, and the first time with it.
fn most(on: &[std::ops::Range<i64>], from: i64, to: i64) -> (u32, Option<i64>) {
    let times = on.iter().map(|on| on.start).filter(|start| (from..to).contains(start)).chain([from]);
    let counts = times.map(|time| (on.iter().filter(|on| on.contains(&time)).count(), time));
    let most = counts.max_by_key(|(count, time)| (*count, -time));
    let (count, at) = most.unwrap_or((0, from));
    (count.try_into().unwrap(), (count > 0).then_some(at))
}

impl Stretch<'_> {
    fn with_state(&self, state: SessionState) -> ModelSession {
        let (id, user) = (&self.session.client_id, &self.session.username);
        let text = |text: &Option<Arc<str>>| text.as_ref().map(ToString::to_string);
        (text(id), text(user), self.first, self.last, self.missed_at, state)
    }
}

fn sorted(sessions: impl Iterator<Item = ModelSession>) -> Vec<ModelSession> {
    let mut sessions: Vec<ModelSession> = sessions.collect();
    sessions.sort();
    sessions
}

/// Returns the stored sessions in the form of the model.
pub(super) fn stored(stored: &StoredSessions) -> Vec<ModelSession> {
    sorted(stored.sessions.iter().map(|stored| {
        let text = |text: &Option<Arc<str>>| text.as_ref().map(ToString::to_string);
        let (id, user) = (&stored.session.client_id, &stored.session.username);
        (text(id), text(user), stored.first_seen, stored.last_seen, stored.missed_at, stored.state)
    }))
}

/// Returns the differences of two lists.
pub(super) fn changes(
    before: &[SessionRecord],
    previous: i64,
    after: &[SessionRecord],
    time: i64,
    is_continuous: bool,
) -> Changes {
    let mut left = before.to_vec();
    let (mut arrived, mut changed) = (Vec::new(), Vec::new());
    for session in after {
        match left.iter().position(|other| other.is_same_session(session)) {
            Some(index) => {
                let before = left.swap_remove(index);
                if before != *session {
                    changed.push((before, session.clone()));
                }
            }
            None => arrived.push(session.clone()),
        }
    }
    let left = left.into_iter().map(|session| (session, previous)).collect();
    Changes {
        time,
        previous,
        is_continuous,
        clock_offset: 0,
        restarted: None,
        arrived,
        missing_kinds: Vec::new(),
        listed_kinds: Vec::new(),
        listed: Vec::new(),
        left,
        changed,
    }
}

/// Returns a dataset of these sessions.
pub(super) fn dataset(sessions: &[SessionRecord]) -> Dataset {
    let kind = Header { name: names::KIND.to_owned(), column_type: ColumnType::String };
    let mut builder = DatasetBuilder::new(Header::standard().into_iter().chain([kind]).collect()).unwrap();
    for session in sessions {
        let texts =
            [(0, &session.username), (1, &session.project), (2, &session.address), (4, &session.client_id)];
        for (column, text) in texts {
            builder.push(column, text.as_deref().map_or(Cell::Null, Cell::Text)).unwrap();
        }
        builder.push(3, session.is_designer.map_or(Cell::Null, Cell::Boolean)).unwrap();
        builder.push(5, session.creation_time.map_or(Cell::Null, Cell::Date)).unwrap();
        builder.push(6, session.kind.map_or(Cell::Null, |kind| Cell::Text(kind.name()))).unwrap();
    }
    builder.finish(None, None)
}
