//! Replays a stored history as observations, to test rules.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::engine::Engine;
use super::entry::millis;
use super::incident::Alert;
use super::observation::{Changes, Failure, List, Observation, Outcome};
use super::rule::{Condition, Rule};
use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};
use crate::gateway::SessionKind;
use crate::history::{History, HistoryError, HistoryGateway, MarkKind, NodeGaps, StoredSession, TimeRange};

/// The shortest time between two observations in which nothing happened, in milliseconds. The intervals of reads aren't stored.
const MIN_STEP_MS: i64 = 60_000;
/// The largest number of observations of a node in which nothing happened.
const MAX_STEPS: i64 = 50_000;

/// The result of replaying a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// The alerts that would have been sent or listed, the oldest first.
    pub alerts: Vec<Alert>,
    /// `true` if anything was recorded in the range.
    pub is_recorded: bool,
}

/// Returns the alerts that a rule would have sent within a range of a stored history, in
/// milliseconds since 1970 UTC. Sessions that were on at its start didn't arrive then. Rules know
/// `gateways` by their names, and others as they are stored. Calls `progress` with each time that is
/// reached, and returns `None` if `progress` returns [`ControlFlow::Break`].
///
/// The rule is evaluated every minute, less often in long ranges, whenever a session begins or ends, and at the times at which
/// something has lasted for long enough.
///
/// # Errors
/// If the history can't be read.
pub fn replay(
    rule: Rule,
    history: &mut History,
    gateways: &[HistoryGateway],
    (from, to): (i64, i64),
    mut progress: impl FnMut(i64) -> ControlFlow<()>,
) -> Result<Option<Replay>, HistoryError> {
    let mut stored = history.between(from, to, None)?;
    stored.use_names_of(gateways);
    if progress(from).is_break() {
        return Ok(None);
    }
    let marks = history.marks(TimeRange { from, to })?;
    let mut sessions: HashMap<Arc<str>, Vec<StoredSession>> = HashMap::new();
    for session in stored.sessions {
        sessions.entry(session.node.clone()).or_default().push(session);
    }
    let condition = rule.condition;
    let mut engine = Engine::new([rule]);
    let mut nodes_by_name: HashMap<Arc<str>, Vec<Arc<str>>> = HashMap::new();
    for node in &stored.nodes {
        nodes_by_name.entry(node.gateway.clone()).or_default().push(node.url.clone());
    }
    for (name, nodes) in nodes_by_name {
        engine.set_gateway(&name, nodes);
    }

    let mut nodes: Vec<NodeReplay> = Vec::new();
    for node in stored.nodes {
        let of_node = sessions.remove(&node.url).unwrap_or_default();
        let of_this = marks.iter().filter(|mark| mark.node == node.url);
        let marks = of_this.map(|mark| mark.kind).collect();
        let mut node = NodeReplay::new(node, &of_node, marks, TimeRange { from, to });
        if let Condition::OlderThan(limit) = condition {
            node.observe_ages(&of_node, limit);
        }
        nodes.push(node);
    }
    let is_recorded = nodes.iter_mut().any(|node| node.next().is_some());
    Ok(run(engine, nodes, to, progress).map(|alerts| Replay { alerts, is_recorded }))
}

/// Observes nodes up to a time. Returns the alerts to send; `None` once `progress` returns [`ControlFlow::Break`].
fn run(
    mut engine: Engine,
    mut nodes: Vec<NodeReplay>,
    to: i64,
    mut progress: impl FnMut(i64) -> ControlFlow<()>,
) -> Option<Vec<Alert>> {
    let mut due: BinaryHeap<Reverse<(i64, usize)>> = nodes
        .iter_mut()
        .enumerate()
        .filter_map(|(index, node)| Some(Reverse((node.next()?, index))))
        .collect();
    let mut alerts = Vec::new();
    let mut reached = i64::MIN;
    loop {
        let next = due.peek().map(|Reverse((time, _))| *time);
        let ready =
            engine.next_ready(reached).filter(|(at, _)| *at <= to && next.is_none_or(|next| *at < next));
        let Some(time) = ready.as_ref().map(|(at, _)| *at).or(next) else { break };
        if progress(time).is_break() {
            return None;
        }
        reached = time;
        // What becomes due between two observations.
        while let Some(at) = engine.wake_at(time).filter(|at| *at < time) {
            alerts.extend(engine.tick(at));
        }
        if let Some((_, gateway)) = ready {
            // Whether it still lasts may depend on all nodes.
            for node in nodes.iter_mut().filter(|node| node.gateway == gateway && node.may_be_read(time)) {
                alerts.extend(node.observe(time, &mut engine));
            }
        } else if let Some(Reverse((_, index))) = due.pop() {
            alerts.extend(nodes[index].observe(time, &mut engine));
            due.extend(nodes[index].next().map(|next| Reverse((next, index))));
        }
    }
    while let Some(at) = engine.wake_at(to).filter(|at| *at <= to) {
        alerts.extend(engine.tick(at));
    }
    alerts.extend(engine.flush(to));
    Some(alerts)
}

/// The stored past of a node.
struct NodeReplay {
    gateway: Arc<str>,
    url: Arc<str>,
    range: TimeRange,
    /// All sessions, from which lists are selected: much faster than building each list from its sessions.
    sessions: Dataset,
    /// The times at which sessions begin or, with `true`, end, and their rows. A session that ends when it begins is in no
    /// list.
    events: Vec<(i64, bool, u32)>,
    /// The number of events that have been applied.
    applied: usize,
    /// The rows of the sessions that are on.
    present: BTreeSet<u32>,
    unwatched: Ranges,
    outages: Ranges,
    /// The times between the last read that showed a session and the first one without it.
    departures: Ranges,
    restarts: Vec<i64>,
    /// The times at which gaps end, outages begin and end, and sessions get older than a limit, and the number of those that are
    /// past.
    turns: Vec<i64>,
    turned: usize,
    step_ms: i64,
    /// Time of the last observation, and whether it was a list.
    observed: Option<(i64, bool)>,
    /// The last list, and its time.
    list: Option<(Arc<Dataset>, i64)>,
}

impl NodeReplay {
    fn new(node: NodeGaps, sessions: &[StoredSession], marks: Vec<MarkKind>, range: TimeRange) -> Self {
        let mut events = Vec::new();
        for (row, session) in (0..).zip(sessions) {
            let is_end = true;
            events.push((session.first_seen, !is_end, row));
            events.extend(session.missed_at.map(|missed_at| (missed_at, is_end, row)));
        }
        events.sort_unstable();
        let (mut outages, mut restarts) = (Vec::new(), Vec::new());
        for mark in marks {
            match mark {
                MarkKind::Unreachable { from, until, .. } => outages.push(TimeRange { from, to: until }),
                MarkKind::Restarted { at } => restarts.push(at),
            }
        }
        let departure = |session: &StoredSession| {
            session.missed_at.map(|missed_at| TimeRange { from: session.last_seen, to: missed_at })
        };
        // A node is watched again at the end of a gap.
        let mut turns: Vec<i64> = node.unwatched.iter().map(|gap| gap.to).collect();
        turns.extend(outages.iter().flat_map(|outage| [outage.from, outage.to]));
        turns.sort_unstable();
        restarts.sort_unstable();
        let step_ms = (range.to.saturating_sub(range.from) / MAX_STEPS).max(MIN_STEP_MS);
        Self {
            gateway: node.gateway,
            url: node.url,
            range,
            sessions: dataset(sessions),
            events,
            applied: 0,
            present: BTreeSet::new(),
            unwatched: Ranges::new(node.unwatched),
            outages: Ranges::new(outages),
            departures: Ranges::new(sessions.iter().filter_map(departure).collect()),
            restarts,
            turns,
            turned: 0,
            step_ms,
            observed: None,
            list: None,
        }
    }

    /// Adds observations at the times at which sessions get older than a limit.
    fn observe_ages(&mut self, sessions: &[StoredSession], limit: Duration) {
        // Those without a creation time are known since they were listed first.
        let turns = sessions.iter().filter_map(|session| {
            let begin = session.session.creation_time.unwrap_or(session.first_seen.max(self.range.from));
            let turn = begin.saturating_add(millis(limit)).saturating_add(1);
            // Most sessions end before.
            session.missed_at.is_none_or(|missed_at| turn < missed_at).then_some(turn)
        });
        self.turns.extend(turns);
        self.turns.sort_unstable();
    }

    /// Returns the time of the next observation.
    fn next(&mut self) -> Option<i64> {
        let after = self.observed.map_or(self.range.from - 1, |(time, _)| time);
        let step = match self.observed {
            Some((time, _)) => time.saturating_add(self.step_ms),
            None => self.range.from,
        };
        let event = self.events.get(self.applied).map(|(time, ..)| *time).filter(|time| *time > after);
        self.turned += self.turns[self.turned..].partition_point(|time| *time <= after);
        let mut soonest: Vec<i64> = event.into_iter().chain([step]).collect();
        soonest.sort_unstable();
        let mut turns = self.turns[self.turned..].iter().copied().peekable();
        let mut soonest = soonest.into_iter().peekable();
        loop {
            let is_turn = match (turns.peek(), soonest.peek()) {
                (None, None) => return None,
                (Some(turn), Some(other)) => turn <= other,
                (turn, _) => turn.is_some(),
            };
            let time = if is_turn { turns.next() } else { soonest.next() }?;
            if time > self.range.to {
                return None;
            }
            // If nothing is known after an outage, its time doesn't count further.
            let is_outage_end = || self.outages.overlapping(time, time).any(|outage| outage.to == time);
            if self.is_down(time) || self.is_watched(time) || is_outage_end() {
                return Some(time);
            }
        }
    }

    /// Returns `false` if the node is known not to have been read at a time. The history may still
    /// have sessions then that had already left.
    fn may_be_read(&self, time: i64) -> bool {
        let is_departure = |range: TimeRange| range.from < time && time < range.to;
        let is_between_reads = || self.departures.overlapping(time, time).any(is_departure);
        self.is_down(time) || self.is_watched(time) && !is_between_reads()
    }

    fn is_down(&self, time: i64) -> bool {
        self.outages.overlapping(time, time).any(|outage| (outage.from..outage.to).contains(&time))
    }

    fn is_watched(&self, time: i64) -> bool {
        // The ends of a gap are reads.
        !self.unwatched.overlapping(time, time).any(|gap| {
            let is_after_begin = time > gap.from || gap.from <= self.range.from && time == gap.from;
            let is_before_end = time < gap.to || gap.to >= self.range.to && time == gap.to;
            is_after_begin && is_before_end
        })
    }

    /// Observes the node at a time. Returns the alerts to send.
    fn observe(&mut self, time: i64, engine: &mut Engine) -> Vec<Alert> {
        let (is_down, is_watched) = (self.is_down(time), self.is_watched(time));
        let before = self.observed.replace((time, !is_down && is_watched));
        let outcome = if is_down {
            let reason = "The reason wasn't recorded".to_owned();
            Outcome::Failed(Failure { reason, is_login: false, certificate_end: None })
        } else if !is_watched {
            engine.interrupt(&self.gateway, &self.url);
            return Vec::new();
        } else {
            Outcome::List(self.list(time, before))
        };
        let interval = Some(Duration::from_millis(self.step_ms.try_into().unwrap_or_default()));
        let (gateway, node) = (self.gateway.clone(), self.url.clone());
        engine.observe(Observation { gateway, node, time, interval, outcome })
    }

    fn list(&mut self, time: i64, before: Option<(i64, bool)>) -> List {
        let previous: Vec<u32> = self.present.iter().copied().collect();
        while let Some((_, is_end, row)) = self.events.get(self.applied).filter(|(at, ..)| *at <= time) {
            if *is_end {
                self.present.remove(row);
            } else {
                self.present.insert(*row);
            }
            self.applied += 1;
        }
        let present: Vec<u32> = self.present.iter().copied().collect();
        let last = self.list.take();
        let sessions = match &last {
            Some((last, _)) if previous == present => last.clone(),
            _ => Arc::new(self.sessions.select(&present)),
        };
        self.list = Some((sessions.clone(), time));
        let changes = last.zip(before).map(|((last, listed_at), (_, was_list))| {
            let is_gap =
                self.unwatched.overlapping(listed_at, time).any(|gap| gap.from < time && gap.to > listed_at);
            Changes {
                previous: last,
                arrived: places_without(&present, &previous),
                left: places_without(&previous, &present),
                is_continuous: was_list && !is_gap,
                is_restart: {
                    let past = self.restarts.partition_point(|at| *at <= listed_at);
                    self.restarts.get(past).is_some_and(|at| *at <= time)
                },
            }
        });
        List { sessions, missing_kinds: Vec::new(), clock_offset: 0, certificate_end: None, changes }
    }
}

/// Ranges of time, sorted by their start.
struct Ranges {
    /// Each range with the latest end of it and those before.
    ranges: Vec<(TimeRange, i64)>,
}

impl Ranges {
    fn new(mut ranges: Vec<TimeRange>) -> Self {
        ranges.sort_unstable();
        let mut latest = i64::MIN;
        let with_end = |range: TimeRange| {
            latest = latest.max(range.to);
            (range, latest)
        };
        Self { ranges: ranges.into_iter().map(with_end).collect() }
    }

    /// Returns at least the ranges that have a time from `from` up to `to`, both included.
    fn overlapping(&self, from: i64, to: i64) -> impl Iterator<Item = TimeRange> {
        let begun = self.ranges.partition_point(|(range, _)| range.from <= to);
        let overlapping = self.ranges[..begun].iter().rev().take_while(move |(_, latest)| *latest >= from);
        overlapping.map(|(range, _)| *range)
    }
}

/// Returns the places of the rows that aren't among others. Both are sorted.
fn places_without(rows: &[u32], others: &[u32]) -> Vec<u32> {
    let missing = (0..).zip(rows).filter(|(_, row)| others.binary_search(row).is_err());
    missing.map(|(place, _)| place).collect()
}

/// Returns sessions as a dataset.
fn dataset(sessions: &[StoredSession]) -> Dataset {
    let kind = Header { name: names::KIND.to_owned(), column_type: ColumnType::String };
    let headers = Header::standard().into_iter().chain([kind]).collect();
    let mut builder = DatasetBuilder::new(headers).expect("the columns are distinct");
    for StoredSession { session, .. } in sessions {
        let kind = session.kind.map_or(Cell::Null, |kind| Cell::Text(SessionKind::name(kind)));
        builder.push_row(session.cells().into_iter().chain([kind]));
    }
    builder.finish(None, None)
}

#[cfg(test)]
mod tests;
