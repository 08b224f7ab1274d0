//! Converts the updates of a poller into steps to write.

use super::record::{Records, SessionRecord};
use super::step::{Changes, List, NodeKey, NodeSteps, ReadStep, epoch_ms};
use crate::poll::{ListUpdate, NodeUpdate, PreviousList, ReadOutcome};

/// Returns the steps to write about a read.
pub(super) fn steps(update: &NodeUpdate) -> NodeSteps {
    let time = epoch_ms(update.time);
    let (step, latest) = match &update.outcome {
        ReadOutcome::Failed(_) => (ReadStep::Failed { first: time, last: time }, None),
        ReadOutcome::List(read) => {
            let list = List {
                time,
                sessions: read.list.clone(),
                missing_kinds: read.missing_kinds.clone(),
                clock_offset: read.clock_offset_ms.unwrap_or(0),
            };
            (step(read, &list), Some(list))
        }
    };
    let node = NodeKey { gateway: update.gateway.clone(), url: update.url.to_string().into() };
    NodeSteps { node, steps: vec![step], latest, every: update.interval, written_until: None }
}

fn step(read: &ListUpdate, list: &List) -> ReadStep {
    let Some(before) = &read.previous else {
        return ReadStep::List(list.clone());
    };
    let PreviousList { changes, is_continuous, restarted_at, .. } = before;
    let is_continuous = *is_continuous;
    let missing_kinds = read.missing_kinds.clone();
    let mut listed_kinds = before.missing_kinds.clone();
    listed_kinds.retain(|kind| !missing_kinds.contains(kind));
    if changes.is_empty() && listed_kinds.is_empty() {
        return ReadStep::Seen { time: list.time, is_continuous, missing_kinds };
    }
    let (old, new) = (Records::of(&before.list), Records::of(&read.list));
    let is_listed = |session: &SessionRecord| session.is_of(&listed_kinds);
    let listed = if listed_kinds.is_empty() { Vec::new() } else { new.iter().filter(is_listed).collect() };
    let arrived = changes.arrived.iter().map(|row| new.get(*row));
    let left = changes.left.iter().map(|row| (old.get(*row), epoch_ms(before.last_seen(*row))));
    let changed = changes.changed.iter().map(|pair| (old.get(pair.previous), new.get(pair.current)));
    ReadStep::Changes(Changes {
        time: list.time,
        previous: epoch_ms(before.read_at),
        is_continuous,
        clock_offset: list.clock_offset,
        restarted: restarted_at.map(epoch_ms),
        missing_kinds,
        arrived: arrived.filter(|session| !is_listed(session)).collect(),
        left: left.filter(|(session, _)| !is_listed(session)).collect(),
        changed: changed.filter(|(session, _)| !is_listed(session)).collect(),
        listed,
        listed_kinds,
    })
}
