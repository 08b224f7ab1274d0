//! Observations from a stored history, to try rules over what was.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;

use super::engine::Engine;
use super::incident::Alert;
use super::observation::{Changes, Failure, List, Observation, Outcome};
use super::rule::Rule;
use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};
use crate::gateway::SessionKind;
use crate::history::{
    ChartRequest, ChartSplit, History, HistoryError, MAX_BUCKETS, MarkKind, NodeAnswer, StoredSession,
    Watched,
};

/// The shortest time between two observations in which nothing happened, in milliseconds. The intervals of reads aren't stored.
const MIN_STEP_MS: i64 = 60_000;
/// The largest number of such observations of a node.
const MAX_STEPS: i64 = 50_000;

/// What a rule would have sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// What would have been sent or listed, the oldest first.
    pub alerts: Vec<Alert>,
    /// Whether anything was recorded in the range.
    pub is_recorded: bool,
}

/// Returns what a rule would have sent within a range of a stored history, in milliseconds since 1970 UTC. Sessions that were on at
/// its begin didn't arrive then. `goes_on` gets the time that has been reached; once it returns `false`, the result is `None`.
///
/// The history is looked at each minute, in long ranges less often, and whenever a session begins or ends.
///
/// # Errors
/// If the history can't be read.
pub fn replay(
    rule: Rule,
    history: &mut History,
    from: i64,
    to: i64,
    goes_on: &dyn Fn(i64) -> bool,
) -> Result<Option<Replay>, HistoryError> {
    let answer = history.between(from, to, None)?;
    let buckets = usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX).clamp(1, MAX_BUCKETS);
    let request = ChartRequest { from, to, buckets, split: ChartSplit::Kind, gateway: None };
    let Some(chart) = history.chart(&request, &|| !goes_on(from))? else { return Ok(None) };
    let marks = chart.marks;
    let mut sessions: HashMap<(Arc<str>, Arc<str>), Vec<StoredSession>> = HashMap::new();
    for session in answer.sessions {
        sessions.entry((session.gateway.clone(), session.node.clone())).or_default().push(session);
    }
    let mut engine = Engine::new([rule]);
    let mut gateways: HashMap<Arc<str>, Vec<Arc<str>>> = HashMap::new();
    for node in &answer.nodes {
        gateways.entry(node.gateway.clone()).or_default().push(node.url.clone());
    }
    for (name, nodes) in gateways {
        engine.set_gateway(&name, nodes);
    }

    let mut nodes: Vec<NodeReplay> = Vec::new();
    for node in answer.nodes {
        let of_node = sessions.remove(&(node.gateway.clone(), node.url.clone())).unwrap_or_default();
        let mut replay = NodeReplay::new(node, of_node, Watched { from, to });
        for mark in marks.iter().filter(|mark| mark.node == replay.url) {
            match mark.kind {
                MarkKind::Unreachable { from, until, .. } => replay.outages.push((from, until)),
                MarkKind::Restarted { at } => replay.restarts.push(at),
            }
        }
        nodes.push(replay);
    }
    let is_recorded = nodes.iter().any(|node| node.next().is_some());
    Ok(run(engine, nodes, to, goes_on).map(|alerts| Replay { alerts, is_recorded }))
}

/// Observes nodes up to a time. Returns what is sent; `None` if it doesn't go on.
fn run(
    mut engine: Engine,
    mut nodes: Vec<NodeReplay>,
    to: i64,
    goes_on: &dyn Fn(i64) -> bool,
) -> Option<Vec<Alert>> {
    let mut due: BinaryHeap<Reverse<(i64, usize)>> =
        nodes.iter().enumerate().filter_map(|(index, node)| Some(Reverse((node.next()?, index)))).collect();
    let mut alerts = Vec::new();
    while let Some(Reverse((time, index))) = due.pop() {
        if !goes_on(time) {
            return None;
        }
        // What becomes due between two observations.
        while let Some(at) = engine.wake_at(time).filter(|at| *at < time) {
            alerts.extend(engine.tick(at));
        }
        let observation = nodes[index].observe(time);
        alerts.extend(engine.observe(observation));
        due.extend(nodes[index].next().map(|next| Reverse((next, index))));
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
    range: Watched,
    sessions: Vec<StoredSession>,
    /// The times at which sessions begin and end, with their indexes.
    events: Vec<(i64, usize, bool)>,
    /// The number of events that have been applied.
    applied: usize,
    /// The indexes of the sessions that are on.
    present: BTreeSet<usize>,
    unwatched: Vec<Watched>,
    outages: Vec<(i64, i64)>,
    restarts: Vec<i64>,
    step_ms: i64,
    /// Time of the last observation, and whether it was a list.
    observed: Option<(i64, bool)>,
    /// The last list, and its time.
    list: Option<(Arc<Dataset>, i64)>,
}

impl NodeReplay {
    fn new(node: NodeAnswer, sessions: Vec<StoredSession>, range: Watched) -> Self {
        let mut events = Vec::new();
        for (index, session) in sessions.iter().enumerate() {
            events.push((session.first_seen, index, true));
            events.extend(session.missed_at.map(|missed_at| (missed_at, index, false)));
        }
        events.sort_unstable();
        let step_ms = (range.to.saturating_sub(range.from) / MAX_STEPS).max(MIN_STEP_MS);
        Self {
            gateway: node.gateway,
            url: node.url,
            range,
            sessions,
            events,
            applied: 0,
            present: BTreeSet::new(),
            unwatched: node.unwatched,
            outages: Vec::new(),
            restarts: Vec::new(),
            step_ms,
            observed: None,
            list: None,
        }
    }

    /// Returns the time of the next observation.
    fn next(&self) -> Option<i64> {
        let after = self.observed.map_or(self.range.from - 1, |(time, _)| time);
        let step = match self.observed {
            Some((time, _)) => time.saturating_add(self.step_ms),
            None => self.range.from,
        };
        let event = self.events.get(self.applied).map(|(time, ..)| *time).filter(|time| *time > after);
        let begins = self.outages.iter().map(|(begin, _)| *begin);
        // A node is watched again at the end of a gap.
        let ends = self.unwatched.iter().map(|gap| gap.to).chain(self.outages.iter().map(|(_, end)| *end));
        let marks = begins.chain(ends).filter(|time| *time > after);
        let mut candidates: Vec<i64> = marks.chain(event).chain([step]).collect();
        candidates.sort_unstable();
        let mut candidates = candidates.into_iter().filter(|time| *time <= self.range.to);
        candidates.find(|time| self.is_down(*time) || self.is_watched(*time))
    }

    fn is_down(&self, time: i64) -> bool {
        self.outages.iter().any(|(begin, end)| (*begin..*end).contains(&time))
    }

    fn is_watched(&self, time: i64) -> bool {
        // The ends of a gap are reads.
        !self.unwatched.iter().any(|gap| {
            let is_after_begin = time > gap.from || gap.from <= self.range.from && time == gap.from;
            let is_before_end = time < gap.to || gap.to >= self.range.to && time == gap.to;
            is_after_begin && is_before_end
        })
    }

    fn observe(&mut self, time: i64) -> Observation {
        let before = self.observed.replace((time, !self.is_down(time)));
        let outcome = if self.is_down(time) {
            let reason = "It couldn't be read".to_owned();
            Outcome::Failed(Failure { reason, is_login: false, certificate_end: None })
        } else {
            Outcome::List(self.list(time, before))
        };
        let interval = Some(std::time::Duration::from_millis(self.step_ms.try_into().unwrap_or_default()));
        Observation { gateway: self.gateway.clone(), node: self.url.clone(), time, interval, outcome }
    }

    fn list(&mut self, time: i64, before: Option<(i64, bool)>) -> List {
        let previous: Vec<usize> = self.present.iter().copied().collect();
        while let Some((_, index, is_begin)) = self.events.get(self.applied).filter(|(at, ..)| *at <= time) {
            if *is_begin {
                self.present.insert(*index);
            } else {
                self.present.remove(index);
            }
            self.applied += 1;
        }
        let is_same = previous.iter().eq(&self.present);
        let last = self.list.take();
        let sessions = match &last {
            Some((last, _)) if is_same => last.clone(),
            _ => Arc::new(dataset(self.present.iter().map(|index| &self.sessions[*index]))),
        };
        self.list = Some((sessions.clone(), time));
        let changes = last.zip(before).map(|((last, listed_at), (_, was_list))| {
            let row = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
            let left = previous.iter().enumerate().filter(|(_, index)| !self.present.contains(index));
            let known: BTreeSet<usize> = previous.iter().copied().collect();
            let arrived = self.present.iter().enumerate().filter(|(_, index)| !known.contains(index));
            let is_gap = self.unwatched.iter().any(|gap| gap.from < time && gap.to > listed_at);
            Changes {
                previous: last,
                arrived: arrived.map(|(place, _)| row(place)).collect(),
                left: left.map(|(place, _)| row(place)).collect(),
                is_continuous: was_list && !is_gap,
                is_restart: self.restarts.iter().any(|at| (listed_at + 1..=time).contains(at)),
            }
        });
        List { sessions, missing_kinds: Vec::new(), clock_offset: 0, certificate_end: None, changes }
    }
}

/// Returns sessions as a list.
fn dataset<'a>(sessions: impl Iterator<Item = &'a StoredSession>) -> Dataset {
    let kind = Header { name: names::KIND.to_owned(), kind: ColumnType::String };
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
