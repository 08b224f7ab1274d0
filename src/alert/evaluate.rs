//! Evaluates the conditions that are states, not occurrences.

mod gateway_sessions;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(super) use self::gateway_sessions::GatewaySessions;
use super::entry::millis;
use super::hours::Hours;
use super::incident::{Detail, Subject};
use super::observation::{Failure, List};
use super::rule::Condition;
use super::selection::{Selection, id_of, session_id};
use super::text;
use crate::dataset::{Column, Dataset, hosts, names};
use crate::gateway::{RowKinds, SessionKind};
use crate::history::SessionRecord;
use crate::query::{DuplicateLogins, QueryError, is_no_user};

/// The largest number of findings in one evaluation. A rule with more is of no use.
const MAX_FINDINGS: usize = 10_000;

/// The subjects for which a condition holds.
pub(super) type Holding = Vec<(Subject, Detail)>;

/// The result of evaluating a condition.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) holding: Holding,
    /// `true` if the condition is known not to hold for all other subjects. Otherwise their state
    /// is unknown.
    pub(super) is_complete: bool,
    /// The node of the subjects; `None` for subjects of the whole gateway.
    pub(super) node: Option<Arc<str>>,
    /// The kinds of sessions that couldn't be read, so that their state is unknown.
    pub(super) missing_kinds: Vec<SessionKind>,
    /// Time at or after which all evaluated lists were read.
    pub(super) read_since: i64,
}

impl Findings {
    /// Drops findings beyond the limit. The state of the dropped ones is unknown.
    pub(super) fn bounded(mut self) -> Self {
        if self.holding.len() > MAX_FINDINGS {
            self.holding.truncate(MAX_FINDINGS);
            self.is_complete = false;
        }
        self
    }
}

/// A node with its current list.
#[derive(Clone)]
pub(super) struct Listed<'a> {
    pub(super) url: &'a Arc<str>,
    pub(super) list: &'a List,
    /// Time of the list.
    pub(super) time: i64,
    /// Time at which each session without a creation time was first listed, by its id.
    pub(super) first_seen: &'a HashMap<String, i64>,
}

/// The gateway of an evaluation.
#[derive(Clone, Copy)]
pub(super) struct Gateway<'a> {
    pub(super) name: &'a Arc<str>,
    /// The addresses of all its nodes.
    pub(super) nodes: &'a [Arc<str>],
}

impl Gateway<'_> {
    fn node_name(&self, url: &str) -> String {
        text::node(self.name, url, self.nodes.len() < 2)
    }
}

/// Evaluates a condition about nodes after a failed read.
pub(super) fn failed(
    condition: Condition,
    gateway: Gateway<'_>,
    url: &Arc<str>,
    time: i64,
    failure: &Failure,
) -> Option<Findings> {
    let name = gateway.node_name(url);
    match condition {
        Condition::Unreachable => {
            let holding = (!failure.is_login).then(|| text::unreachable(&name, &failure.reason));
            Some(of_node(url, time, holding))
        }
        Condition::CertificateExpires(_) => {
            let left = failure.certificate_end?.saturating_sub(time);
            Some(of_node(url, time, Some(text::certificate(&name, left))))
        }
        _ => None,
    }
}

/// Evaluates a condition about one node after it was read; `None` if nothing is known.
pub(super) fn listed(
    condition: Condition,
    selection: &Selection,
    gateway: Gateway<'_>,
    node: &Listed<'_>,
) -> Result<Option<Findings>, QueryError> {
    Ok(match condition {
        Condition::Unreachable => Some(of_node(node.url, node.time, None)),
        Condition::CertificateExpires(limit) => node.list.certificate_end.map(|end| {
            let left = end.saturating_sub(node.time);
            let holding =
                (left < millis(limit)).then(|| text::certificate(&gateway.node_name(node.url), left));
            of_node(node.url, node.time, holding)
        }),
        Condition::DesignerOutsideHours(hours) => {
            Some(designers(condition, selection, gateway, node, &hours)?)
        }
        Condition::OlderThan(limit) => {
            let created = node.list.sessions.creation_time();
            let now = node.time.saturating_add(node.list.clock_offset);
            let age = |row: u32| {
                if let Some(created) = created.get(row as usize) {
                    return Some(now.saturating_sub(created));
                }
                // It may be older.
                let session = SessionRecord::from_row(&node.list.sessions, row);
                let first_seen = node.first_seen.get(&session_id(&session))?;
                Some(node.time.saturating_sub(*first_seen))
            };
            Some(sessions(condition, selection, gateway, node, |row| {
                age(row).filter(|age| *age > millis(limit))
            })?)
        }
        Condition::SilentFor(limit) => {
            let Some(Column::Date(last)) = node.list.sessions.column(&names::LAST_COMM.into()) else {
                return Ok(None);
            };
            let now = node.time.saturating_add(node.list.clock_offset);
            let silent = |row: u32| Some(now.saturating_sub(last.get(row as usize)?));
            Some(sessions(condition, selection, gateway, node, |row| {
                silent(row).filter(|silent| *silent >= millis(limit))
            })?)
        }
        _ => None,
    })
}

fn of_node(url: &Arc<str>, time: i64, holding: Option<String>) -> Findings {
    let subject = Subject { node: Some(url.to_string()), id: String::new() };
    let detail = |text| Detail { node: url.to_string(), session: None, text };
    Findings {
        holding: holding.map(|text| (subject, detail(text))).into_iter().collect(),
        is_complete: true,
        node: Some(url.clone()),
        missing_kinds: Vec::new(),
        read_since: time,
    }
}

fn designers(
    condition: Condition,
    selection: &Selection,
    gateway: Gateway<'_>,
    node: &Listed<'_>,
    hours: &Hours,
) -> Result<Findings, QueryError> {
    let kinds = RowKinds::of(&node.list.sessions);
    let is_outside = !hours.contains(node.time);
    sessions(condition, selection, gateway, node, |row| {
        (is_outside && kinds.kind(row) == Some(SessionKind::Designer)).then_some(0)
    })
}

/// Finds the sessions for which `value` returns something.
fn sessions(
    condition: Condition,
    selection: &Selection,
    gateway: Gateway<'_>,
    node: &Listed<'_>,
    value: impl Fn(u32) -> Option<i64>,
) -> Result<Findings, QueryError> {
    let List { sessions, missing_kinds, .. } = node.list;
    let rows = selection.rows(sessions, missing_kinds)?;
    let found = rows.into_iter().filter_map(|row| Some((row, value(row)?)));
    let finding = |(row, value): (u32, i64)| {
        let session = SessionRecord::from_row(sessions, row);
        let subject = Subject { node: Some(node.url.to_string()), id: session_id(&session) };
        let text = text::session(condition, &session, gateway.name, value);
        (subject, Detail { node: node.url.to_string(), session: Some(session), text })
    };
    Ok(Findings {
        // One more means that there are too many.
        holding: found.take(MAX_FINDINGS + 1).map(finding).collect(),
        is_complete: true,
        node: Some(node.url.clone()),
        missing_kinds: missing_kinds.clone(),
        read_since: node.time,
    })
}

/// Evaluates a condition about a whole gateway. `nodes` are those that can be read at the moment,
/// in the order of the gateway. `known` has their selected sessions from earlier evaluations.
pub(super) fn gateway(
    condition: Condition,
    selection: &Selection,
    gateway: Gateway<'_>,
    nodes: &[Listed<'_>],
    known: &mut GatewaySessions,
) -> Result<Option<Findings>, QueryError> {
    let is_about_gateway = matches!(
        condition,
        Condition::SignedInTwice
            | Condition::DifferentHosts
            | Condition::CountAbove(_)
            | Condition::CountBelow(_)
    );
    if !is_about_gateway {
        return Ok(None);
    }
    let mut is_complete = nodes.len() == gateway.nodes.len();
    is_complete &= !nodes.iter().any(|node| selection.misses(&node.list.missing_kinds));
    let selected = known.select(selection, nodes)?;
    let first = nodes.first().map(|node| node.url.to_string()).unwrap_or_default();
    let read_since = nodes.iter().map(|node| node.time).min().unwrap_or_default();
    let findings = |holding| Findings { holding, is_complete, read_since, ..Findings::default() };
    let count = selected.iter().map(|sessions| sessions.len()).sum::<usize>();
    let of_gateway = || {
        let subject = Subject { node: None, id: String::new() };
        let text = text::count(condition, count, gateway.name);
        vec![(subject, Detail { node: first.clone(), session: None, text })]
    };
    Ok(match condition {
        // Those that can be read are enough to prove more, and to disprove fewer.
        Condition::CountAbove(limit) if count > limit => Some(findings(of_gateway())),
        Condition::CountAbove(_) => Some(findings(Vec::new())),
        Condition::CountBelow(limit) if count >= limit => {
            Some(Findings { is_complete: true, ..findings(Vec::new()) })
        }
        Condition::CountBelow(_) if !is_complete => Some(findings(Vec::new())),
        Condition::CountBelow(_) => Some(findings(of_gateway())),
        Condition::SignedInTwice => {
            Some(findings(known.find(selected, |sessions| twice(sessions, gateway, &first))))
        }
        Condition::DifferentHosts => {
            Some(findings(known.find(selected, |sessions| different_hosts(sessions, gateway, &first))))
        }
        _ => None,
    })
}

/// Finds the users with several sessions in one project.
fn twice(list: &Dataset, gateway: Gateway<'_>, node: &str) -> Holding {
    let logins = DuplicateLogins::find(list);
    let mut found: BTreeMap<String, (Subject, Detail)> = BTreeMap::new();
    for row in 0..u32::try_from(list.len()).unwrap_or(u32::MAX) {
        let Some(login) = logins.get(row) else { continue };
        let session = SessionRecord::from_row(list, row);
        let (Some(user), Some(project)) = (session.username.as_deref(), session.project.as_deref()) else {
            continue;
        };
        let id = id_of(&[user, project]);
        if found.len() > MAX_FINDINGS || found.contains_key(&id) {
            continue;
        }
        let text = text::twice(user, project, login.sessions, gateway.name);
        let subject = Subject { node: None, id: id.clone() };
        found.insert(id, (subject, Detail { node: node.to_owned(), session: Some(session), text }));
    }
    found.into_values().collect()
}

/// Finds the users with sessions on different hosts.
fn different_hosts(list: &Dataset, gateway: Gateway<'_>, node: &str) -> Holding {
    let hosts = hosts(list.address());
    // For each user, the first row and address of each host.
    let mut users: BTreeMap<u32, BTreeMap<u32, u32>> = BTreeMap::new();
    for row in 0..u32::try_from(list.len()).unwrap_or(u32::MAX) {
        let code = |column: &crate::dataset::TextColumn| column.code(row as usize);
        let (Some(user), Some(address)) = (code(list.username()), code(list.address())) else { continue };
        users.entry(user).or_default().entry(hosts[address as usize]).or_insert(row);
    }
    let mut found = Vec::new();
    for (user, rows) in users {
        let user = list.username().text(user);
        if rows.len() < 2 || is_no_user(user) || found.len() > MAX_FINDINGS {
            continue;
        }
        let addresses: Vec<&str> =
            rows.values().filter_map(|row| list.address().get(*row as usize)).collect();
        let text = text::hosts(user, &addresses, gateway.name);
        let session = rows.values().next().map(|row| SessionRecord::from_row(list, *row));
        let subject = Subject { node: None, id: user.to_owned() };
        found.push((subject, Detail { node: node.to_owned(), session, text }));
    }
    found
}
