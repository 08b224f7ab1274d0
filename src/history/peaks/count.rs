//! Counts sessions by day: exact maxima, in memory for the days, the sessions of a part of the range and those that are on.

use std::collections::HashMap;

use crate::gateway::SessionKind;
use crate::history::overlap::Sink;
use crate::history::record::kind_from_value;

/// The columns of a session that are counted by.
pub(super) const COLUMNS: &str = "node, kind, project";

/// The number of gauges: one for all sessions and one for each kind.
const GAUGES: usize = 1 + SessionKind::ALL.len();

/// The largest number on a day, and the first time with it; `None` if there was no session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) count: u32,
    pub(super) at: Option<i64>,
}

/// The largest numbers of all sessions and of each kind.
pub(super) type KindCounts = [Count; GAUGES];

/// The results of a count.
pub(super) struct Counted {
    /// The numbers by day.
    pub(super) total: Vec<KindCounts>,
    /// The numbers by gateway and day.
    pub(super) by_gateway: Vec<Vec<KindCounts>>,
    /// The numbers by day, for each project with sessions, with its index in `projects`.
    pub(super) by_project: Vec<Vec<(usize, Count)>>,
    /// The ids of the texts of all projects.
    pub(super) projects: Vec<Option<i64>>,
}

/// The number of sessions that are on, and its maximum on the current day.
#[derive(Clone, Copy, Default)]
struct Gauge {
    on: u32,
    max: Count,
}

impl Gauge {
    fn begin(&mut self, time: i64) {
        self.on += 1;
        if self.on > self.max.count {
            self.max = Count { count: self.on, at: Some(time) };
        }
    }

    /// Returns the maximum of a day, and goes on to the next one, which begins at this time.
    fn next_day(&mut self, from: i64) -> Count {
        let at = (self.on > 0).then_some(from);
        std::mem::replace(&mut self.max, Count { count: self.on, at })
    }
}

/// The attributes by which a session is counted.
#[derive(Clone, Copy)]
struct Class {
    gateway: usize,
    kind: Option<SessionKind>,
    project: usize,
}

/// Counts sessions, one part of the range after another.
pub(super) struct Counter {
    /// The start of each day, and the end of the last one. There is at least one day.
    days: Vec<i64>,
    /// The index of the gateway of each node.
    of_node: HashMap<i64, usize>,
    /// The indexes of `classes`, by the values of the columns of sessions.
    indexes: HashMap<[Option<i64>; 3], u32>,
    classes: Vec<Class>,
    /// The indexes of projects.
    project_indexes: HashMap<Option<i64>, usize>,
    /// Starts and ends within the range that aren't counted yet, with the class.
    starts: Vec<(i64, u32)>,
    ends: Vec<(i64, u32)>,
    total: [Gauge; GAUGES],
    gateways: Vec<[Gauge; GAUGES]>,
    projects: Vec<Gauge>,
    /// The index of the current day.
    day: usize,
    counted: Counted,
}

impl Counter {
    /// Creates a counter without sessions.
    pub(super) fn new(days: Vec<i64>, of_node: HashMap<i64, usize>, gateways: usize) -> Self {
        let counted = Counted {
            total: Vec::new(),
            by_gateway: vec![Vec::new(); gateways],
            by_project: Vec::new(),
            projects: Vec::new(),
        };
        Self {
            days,
            of_node,
            indexes: HashMap::new(),
            classes: Vec::new(),
            project_indexes: HashMap::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            total: [Gauge::default(); GAUGES],
            gateways: vec![[Gauge::default(); GAUGES]; gateways],
            projects: Vec::new(),
            day: 0,
            counted,
        }
    }

    /// Returns the index of the class of a session; `None` if its node isn't asked for.
    fn class(&mut self, values: [Option<i64>; 3]) -> Option<u32> {
        if let Some(index) = self.indexes.get(&values) {
            return Some(*index);
        }
        let [node, kind, project] = values;
        let gateway = *self.of_node.get(&node?)?;
        let next = self.projects.len();
        let project_index = *self.project_indexes.entry(project).or_insert(next);
        if project_index == next {
            self.projects.push(Gauge::default());
            self.counted.projects.push(project);
        }
        let index = u32::try_from(self.classes.len()).ok()?;
        self.classes.push(Class { gateway, kind: kind_from_value(&kind.into()), project: project_index });
        self.indexes.insert(values, index);
        Some(index)
    }

    /// Calls `change` for all gauges that count a class.
    fn each_gauge(&mut self, class: u32, change: impl Fn(&mut Gauge)) {
        let Class { gateway, kind, project } = self.classes[class as usize];
        for gauges in [&mut self.total, &mut self.gateways[gateway]] {
            change(&mut gauges[0]);
            if let Some(kind) = kind {
                change(&mut gauges[1 + kind as usize]);
            }
        }
        change(&mut self.projects[project]);
    }

    /// Goes on to the day of a time.
    fn advance(&mut self, time: i64) {
        while self.day + 2 < self.days.len() && time >= self.days[self.day + 1] {
            self.end_day();
        }
    }

    fn end_day(&mut self) {
        let next = self.days[self.day + 1];
        self.day += 1;
        self.counted.total.push(self.total.each_mut().map(|gauge| gauge.next_day(next)));
        for (gauges, days) in self.gateways.iter_mut().zip(&mut self.counted.by_gateway) {
            days.push(gauges.each_mut().map(|gauge| gauge.next_day(next)));
        }
        let projects = self.projects.iter_mut().map(|gauge| gauge.next_day(next)).enumerate();
        let projects = projects.filter(|(_, max)| max.count > 0).collect();
        self.counted.by_project.push(projects);
    }

    /// Goes on to the end of the range.
    pub(super) fn finish(mut self) -> Counted {
        let end = self.days.last().copied().unwrap_or_default();
        self.count_until(end);
        while self.day + 1 < self.days.len() {
            self.end_day();
        }
        self.counted
    }
}

impl Sink for Counter {
    fn add(&mut self, start: i64, end: i64, values: &[Option<i64>]) {
        let (Some(from), Some(to)) = (self.days.first().copied(), self.days.last().copied()) else { return };
        let start = start.max(from);
        let Ok(values) = values.try_into() else { return };
        if start < end
            && start < to
            && let Some(class) = self.class(values)
        {
            self.starts.push((start, class));
            if end < to {
                self.ends.push((end, class));
            }
        }
    }

    fn count_until(&mut self, until: i64) {
        let mut starts: Vec<(i64, u32)> = self.starts.extract_if(.., |(start, _)| *start < until).collect();
        starts.sort_unstable();
        let mut ends: Vec<(i64, u32)> = self.ends.extract_if(.., |(end, _)| *end < until).collect();
        ends.sort_unstable();
        let mut ends = ends.into_iter().peekable();
        let end_one = |counter: &mut Self, (end, class): (i64, u32)| {
            // It is on until just before.
            counter.advance(end - 1);
            counter.each_gauge(class, |gauge| gauge.on -= 1);
        };
        for (start, class) in starts.drain(..) {
            while let Some(end) = ends.next_if(|(end, _)| *end <= start) {
                end_one(self, end);
            }
            self.advance(start);
            self.each_gauge(class, |gauge| gauge.begin(start));
        }
        ends.for_each(|end| end_one(self, end));
    }
}
