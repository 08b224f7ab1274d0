//! What a poller observed, as steps to write.

use super::record::Records;
use super::step::{Changes, List, NodeKey, NodeSteps, Step, since_1970};
use crate::poll::{ListUpdate, NodeUpdate, PreviousList, ReadOutcome};

/// Returns the steps to write about a read.
pub(super) fn steps(update: &NodeUpdate) -> NodeSteps {
    let time = since_1970(update.time);
    let (step, latest) = match &update.outcome {
        ReadOutcome::Failed(_) => (Step::Failed { first: time, last: time }, None),
        ReadOutcome::List(read) => {
            let list = List {
                time,
                sessions: read.list.clone(),
                unlisted_kinds: read.unlisted_kinds.clone(),
                clock_offset: read.clock_offset_ms.unwrap_or(0),
            };
            (step(read, &list), Some(list))
        }
    };
    let node = NodeKey { gateway: update.gateway.clone(), url: update.url.to_string().into() };
    NodeSteps { node, steps: vec![step], latest, every: update.interval, written_until: None }
}

fn step(read: &ListUpdate, list: &List) -> Step {
    let Some(before) = &read.previous else {
        return Step::List(list.clone());
    };
    let PreviousList { changes, is_continuous, first_listed, newly_listed, restarted_at, .. } = before;
    let is_continuous = *is_continuous;
    if changes.is_empty() && newly_listed.is_empty() {
        return Step::Seen { time: list.time, is_continuous };
    }
    let (old, new) = (Records::of(&before.list), Records::of(&read.list));
    Step::Changes(Changes {
        time: list.time,
        previous: since_1970(before.read_at),
        is_continuous,
        clock_offset: list.clock_offset,
        restarted: restarted_at.map(since_1970),
        arrived: changes.arrived.iter().map(|row| new.get(*row)).collect(),
        found: first_listed.iter().map(|row| new.get(*row)).collect(),
        newly_listed: newly_listed.clone(),
        left: changes.left.iter().map(|row| (old.get(*row), since_1970(before.last_seen(*row)))).collect(),
        changed: changes.changed.iter().map(|pair| (old.get(pair.previous), new.get(pair.current))).collect(),
    })
}
