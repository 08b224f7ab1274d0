//! Groups the entries of a session that comes and goes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::entry::{ActivityEntry, ActivityKind};

/// The number of arrivals within [`FLAPPING_WINDOW`] from which a session is flapping.
pub const FLAPPING_ARRIVALS: usize = 3;

/// The time within which [`FLAPPING_ARRIVALS`] make a flapping session. It goes on as long as the next arrival comes within
/// this time.
///
/// A client that can't hold its connection tries again after seconds to a few minutes; a person who signs in three times in
/// ten minutes is equally interesting.
pub const FLAPPING_WINDOW: Duration = Duration::from_mins(10);

/// An entry, or those of a flapping session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityGroup {
    /// The index of the newest entry.
    pub newest: usize,
    /// The indexes of the other entries, the newest first; empty unless the session is flapping.
    pub others: Vec<usize>,
    /// The number of arrivals, such as 7 for "×7"; 1 unless the session is flapping.
    pub count: usize,
}

/// The values that identify a session that comes and goes: the gateway, and the user, project and
/// address.
type SessionKey<'a> = (&'a Arc<str>, [Option<&'a str>; 3]);

/// Groups the arrivals and departures of each flapping session, at the place of its newest entry. Sessions are
/// the same if gateway, user, project and address are. All other entries are groups of their own.
///
/// `entries` are sorted, the newest first, and may be any part of the list: sessions that began to flap before it are grouped as
/// far as they are in it.
#[must_use]
pub fn group_flapping(entries: &[ActivityEntry]) -> Vec<ActivityGroup> {
    let mut sessions: HashMap<SessionKey<'_>, Vec<usize>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if matches!(entry.kind, ActivityKind::Arrived | ActivityKind::Left) {
            let session = &entry.session;
            let values = [&session.username, &session.project, &session.address];
            sessions.entry((&entry.gateway, values.map(Option::as_deref))).or_default().push(index);
        }
    }
    // The group of each entry that begins one, and the entries that are in another one.
    let mut groups: HashMap<usize, (Vec<usize>, usize)> = HashMap::new();
    let mut is_in_group = vec![false; entries.len()];
    for indexes in sessions.into_values().filter(|indexes| indexes.len() >= FLAPPING_ARRIVALS) {
        for (group, count) in flapping(entries, &indexes) {
            let [newest, others @ ..] = group else { continue };
            for index in others {
                is_in_group[*index] = true;
            }
            groups.insert(*newest, (others.to_vec(), count));
        }
    }
    let own = (0..entries.len()).filter(|index| !is_in_group[*index]);
    own.map(|newest| {
        let (others, count) = groups.remove(&newest).unwrap_or((Vec::new(), 1));
        ActivityGroup { newest, others, count }
    })
    .collect()
}

/// Returns the parts of a session's entries in which it is flapping, with the number of arrivals. They are sorted, the newest
/// first.
fn flapping<'a>(entries: &[ActivityEntry], indexes: &'a [usize]) -> Vec<(&'a [usize], usize)> {
    let window = i64::try_from(FLAPPING_WINDOW.as_millis()).unwrap_or(i64::MAX);
    let time = |place: usize| entries[indexes[place]].time();
    let is_arrival = |place: &usize| entries[indexes[*place]].kind == ActivityKind::Arrived;
    // The places of all arrivals among the indexes.
    let arrivals: Vec<usize> = (0..indexes.len()).filter(is_arrival).collect();
    let is_within = |newer: usize, older: usize| time(newer).saturating_sub(time(older)) <= window;
    let mut parts = Vec::new();
    let mut first = 0;
    while first + FLAPPING_ARRIVALS <= arrivals.len() {
        let mut last = first + FLAPPING_ARRIVALS - 1;
        if !is_within(arrivals[first], arrivals[last]) {
            first += 1;
            continue;
        }
        while last + 1 < arrivals.len() && is_within(arrivals[last], arrivals[last + 1]) {
            last += 1;
        }
        // The departure after the newest arrival belongs to it if it comes as soon.
        let newest = arrivals[first];
        let is_departure_soon = newest > 0 && !is_arrival(&(newest - 1)) && is_within(newest - 1, newest);
        let begin = if is_departure_soon { newest - 1 } else { newest };
        parts.push((&indexes[begin..=arrivals[last]], last + 1 - first));
        first = last + 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::entry::{ActivityKey, Source};
    use super::*;
    use crate::history::record::SessionRecord;

    /// Returns entries with these seconds, kinds and users, in the order of time.
    fn entries(list: &[(i64, ActivityKind, &str)]) -> Vec<ActivityEntry> {
        let mut entries: Vec<ActivityEntry> = list
            .iter()
            .zip(0..)
            .map(|((seconds, kind, user), id)| ActivityEntry {
                key: ActivityKey { time: seconds * 1_000, source: Source::Arrived, id },
                kind: *kind,
                earliest: seconds * 1_000,
                latest: seconds * 1_000,
                gateway: "Plant".into(),
                node: "http://a.example:8088".into(),
                session: SessionRecord { username: Some((*user).into()), ..SessionRecord::default() },
                duration_ms: None,
                detail: None,
            })
            .collect();
        entries.reverse();
        entries
    }

    /// Returns arrivals every minute, each with a departure 30 s later.
    fn flapping_since(minute: i64, arrivals: i64) -> impl Iterator<Item = (i64, ActivityKind, &'static str)> {
        (minute..minute + arrivals).flat_map(|minute| {
            [(minute * 60, ActivityKind::Arrived, "billy"), (minute * 60 + 30, ActivityKind::Left, "billy")]
        })
    }

    fn counts(entries: &[ActivityEntry]) -> Vec<(i64, usize, usize)> {
        let groups = group_flapping(entries);
        groups
            .iter()
            .map(|group| (entries[group.newest].time() / 1_000, group.others.len(), group.count))
            .collect()
    }

    #[test]
    fn a_flapping_session_is_one_entry() {
        let mut list: Vec<_> = flapping_since(0, 7).collect();
        list.insert(5, (155, ActivityKind::Arrived, "anna"));
        list.insert(0, (-1, ActivityKind::Restarted, "billy"));
        assert_eq!(counts(&entries(&list)), [(390, 13, 7), (155, 0, 1), (-1, 0, 1)]);
    }

    #[test]
    fn two_arrivals_or_slow_ones_are_not_flapping() {
        let two: Vec<_> = flapping_since(0, 2).collect();
        assert_eq!(counts(&entries(&two)).len(), 4);
        let slow = [0, 301, 602].map(|seconds| (seconds, ActivityKind::Arrived, "billy"));
        assert_eq!(counts(&entries(&slow)).len(), 3);
        let quick = [0, 300, 600].map(|seconds| (seconds, ActivityKind::Arrived, "billy"));
        assert_eq!(counts(&entries(&quick)), [(600, 2, 3)]);
    }

    #[test]
    fn a_long_pause_begins_another_group() {
        let list: Vec<_> = flapping_since(0, 3).chain(flapping_since(60, 4)).collect();
        assert_eq!(counts(&entries(&list)), [(3_810, 7, 4), (150, 5, 3)]);
    }

    #[test]
    fn groups_any_part_of_a_list() {
        let list: Vec<_> =
            flapping_since(0, 5).chain(flapping_since(100, 1)).chain(flapping_since(200, 6)).collect();
        let all = entries(&list);
        for from in 0..all.len() {
            for to in from..=all.len() {
                let part = &all[from..to];
                let groups = group_flapping(part);
                let mut indexes: Vec<usize> = groups
                    .iter()
                    .flat_map(|group| [group.newest].into_iter().chain(group.others.clone()))
                    .collect();
                assert!(groups.is_sorted_by(|a, b| a.newest < b.newest));
                assert!(
                    groups.iter().all(|group| group.others.is_empty() == (group.count < FLAPPING_ARRIVALS))
                );
                indexes.sort_unstable();
                assert_eq!(indexes, (0..part.len()).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn keeps_sessions_with_other_values_apart() {
        let list: Vec<_> = flapping_since(0, 3).collect();
        let mut all = entries(&list);
        all[1].session.project = Some("Packaging".into());
        assert_eq!(counts(&all).len(), 6);
        let mut all = entries(&list);
        all[1].gateway = "Other".into();
        assert_eq!(counts(&all).len(), 6);
    }
}
