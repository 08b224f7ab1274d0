//! The state of the gateway, as the bar shows it.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use super::super::command::Command;
use super::super::error_report::ErrorReport;
use super::super::mark::Mark;
use super::super::model::{AppState, ChangeCounts, Health, Pause, ShownGateways};
use super::super::notices::Notices;
use super::super::regions::Room;
use super::super::views;
use crate::display;
use crate::gateway::{GatewayError, GatewayInfo, Notice};
use crate::poll::NodeStatus;
use crate::sanitize::sanitize;

/// The age from which it is shown even without an error.
const MIN_SHOWN_AGE: Duration = Duration::from_mins(1);

/// The state of the gateway in words.
pub(super) struct Status {
    /// The state as a mark.
    pub(super) mark: Mark,
    /// The gateway doesn't answer, which the whole bar shows.
    pub(super) is_unreachable: bool,
    /// The table is paused, which the whole bar shows.
    pub(super) is_paused: bool,
    /// The state in words, for screen readers and the tooltip.
    pub(super) text: String,
    /// The facts, in order.
    pub(super) facts: Vec<Fact>,
    /// The error or the warning with its causes.
    pub(super) report: Option<ErrorReport>,
    /// The time until the texts change by themselves, if that isn't with the next minute.
    pub(super) repaint_after: Option<Duration>,
}

/// The importance of a fact. The less important ones are left out first if there isn't room for
/// all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A fact that needs no attention, such as the version or the time of the next attempt.
    Detail,
    /// The time of the last read.
    Time,
    /// An unusual state.
    State,
    /// The error.
    Error,
}

/// A part of the bar.
pub(super) enum Fact {
    /// A text, and its accessible name where that says more.
    Text(Rank, String, Option<String>),
    /// The error, which is truncated if it is long.
    Error(String),
    /// A text that stands out.
    Strong(String),
    /// A text about something that may be wrong.
    Warning(String),
    /// A gateway that waits for a login, as a link to it.
    SignIn {
        /// The text.
        text: String,
        /// The command that the link runs.
        command: Command,
    },
    /// The number of nodes that answer, with a menu.
    Nodes {
        /// The nodes that answer.
        running: usize,
        /// All nodes.
        all: usize,
    },
}

impl Status {
    /// Returns what is known of the current gateway.
    pub(super) fn of(state: &AppState, room: Room, now: SystemTime) -> Self {
        let mut facts = Vec::new();
        let mut repaint_after = None;
        let Notices { warnings, without, report } =
            state.status.as_deref().map(Notices::of).unwrap_or_default();
        let nodes = nodes(state);
        // A refresh without changes doesn't repaint.
        let updated =
            state.updated_at().map(|updated_at| updated_text(updated_at, now, state.is_stale(), room));
        let (mark, text, report) = match state.health() {
            Health::Connecting => {
                if !state.gateway.is_empty() {
                    facts.push(Fact::state("Connecting…"));
                }
                facts.extend(updated.map(Fact::time));
                (Mark::Waiting, "Connecting".to_owned(), None)
            }
            Health::Running(info) => {
                if !room.is_compact {
                    // An address says less than the name that the gateway reports.
                    let is_address = state.can_edit && !state.profiles.contains(&state.gateway);
                    let reported = reported_name(&state.gateway, info).filter(|_| is_address);
                    facts.extend(reported.map(Fact::detail));
                    facts.extend(version(info));
                    facts.extend(nodes);
                }
                facts.extend(updated.map(Fact::time));
                facts.extend(state.is_reading().then(|| Fact::detail("Reading…")));
                facts.extend(warnings.into_iter().map(Fact::Warning));
                facts.extend(without.map(Fact::detail));
                let mark = if report.is_some() { Mark::Degraded } else { Mark::Fine };
                (mark, running(info), report)
            }
            Health::Degraded => {
                let failed = failed_text(state);
                if !room.is_compact {
                    let mut infos = state.status.iter().flat_map(|status| &status.nodes);
                    facts.extend(version(infos.find_map(|node| node.info.as_ref())));
                }
                facts.extend(nodes);
                let without_login = without_login(state);
                facts.extend(without_login.clone().map(|(text, gateway)| match gateway {
                    Some(gateway) => Fact::SignIn { text, command: Command::Connect(gateway) },
                    None => Fact::Warning(text),
                }));
                facts.extend(ask_for_login(state));
                facts.extend(updated.map(Fact::time));
                facts.extend(warnings.into_iter().map(Fact::Warning));
                let mark = if failed.is_some() { Mark::Degraded } else { Mark::SignIn };
                // The menu of the nodes has the causes.
                (mark, failed.or(without_login.map(|(text, _)| text)).unwrap_or_default(), None)
            }
            Health::Unreachable(error) => {
                let report = ErrorReport::new(error);
                let report = match views::no_gateway_text(state) {
                    Some(text) => ErrorReport::with_summary(&text, error),
                    None => report,
                };
                let summary = report.summary().to_owned();
                let mark = match error {
                    GatewayError::Certificate(_) => Mark::Certificate,
                    error if error.can_be_fixed_by_signing_in() => Mark::SignIn,
                    _ => Mark::Unreachable,
                };
                let link = ask_for_login(state);
                if mark == Mark::Unreachable {
                    facts.push(Fact::Error(report.first_sentence().to_owned()));
                } else {
                    if !room.is_compact {
                        let mut infos = state.status.iter().flat_map(|status| &status.nodes);
                        facts.extend(version(infos.find_map(|node| node.info.as_ref())));
                    }
                    // The view in the table's place shows it with more detail.
                    if !room.is_compact && link.is_none() {
                        let text =
                            if mark == Mark::SignIn { "Not signed in" } else { "Certificate not trusted" };
                        facts.push(Fact::state(text));
                    }
                }
                facts.extend(link);
                facts.extend(nodes);
                facts.extend(updated.map(Fact::time));
                if mark == Mark::Unreachable {
                    facts.extend(retry_text(state, now).map(Fact::detail));
                }
                // For the countdown, and only while there is an error.
                repaint_after = Some(Duration::from_secs(1));
                // The view in the table's place has the details of the others.
                (mark, summary, Some(report).filter(|_| mark == Mark::Unreachable))
            }
        };
        let is_unreachable = mark == Mark::Unreachable;
        if let Some(pause) = &state.pause {
            let place = usize::from(is_unreachable);
            facts.truncate(place);
            facts.push(Fact::Strong("Paused".to_owned()));
            if let Some(updated_at) = state.updated_at() {
                facts.push(Fact::time(updated_text(updated_at, now, true, room)));
                let age = now.duration_since(updated_at).unwrap_or_default();
                repaint_after = repaint_after.into_iter().chain([until_new_age(age)]).min();
            }
            facts.push(Fact::state(waiting_text(pause, state.changes)));
        }
        let is_paused = state.pause.is_some() && !is_unreachable;
        Self { mark, is_unreachable, is_paused, text, facts, report, repaint_after }
    }

    /// Returns `true` if the background of the bar has the color of a state.
    pub(super) fn is_tinted(&self) -> bool {
        self.is_unreachable || self.is_paused
    }
}

impl Fact {
    fn state(text: impl Into<String>) -> Self {
        Self::Text(Rank::State, text.into(), None)
    }

    fn time(text: String) -> Self {
        Self::Text(Rank::Time, text, None)
    }

    fn detail(text: impl Into<String>) -> Self {
        Self::Text(Rank::Detail, text.into(), None)
    }

    /// Returns how important it is.
    pub(super) fn rank(&self) -> Rank {
        match self {
            Self::Text(rank, ..) => *rank,
            Self::Error(_) => Rank::Error,
            Self::Nodes { running, all } if running == all => Rank::Detail,
            Self::Nodes { .. } | Self::Strong(_) | Self::Warning(_) | Self::SignIn { .. } => Rank::State,
        }
    }

    /// Returns the text.
    pub(super) fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(_, text, _) | Self::Error(text) | Self::Strong(text) | Self::Warning(text) => {
                text.into()
            }
            Self::SignIn { text, .. } => text.into(),
            Self::Nodes { running, all } => format!("{running} of {all} nodes").into(),
        }
    }
}

/// Returns how much has changed since the table was paused.
fn waiting_text(pause: &Pause, changes: Option<ChangeCounts>) -> String {
    match changes.map_or(0, |changes| changes.after(pause.before)) {
        0 => "No changes waiting".to_owned(),
        1 => "1 change waiting".to_owned(),
        waiting => format!("{} changes waiting", display::number(waiting)),
    }
}

/// Returns the number of nodes, if there are several. Those of gateways that wait for a login aren't down.
fn nodes(state: &AppState) -> Option<Fact> {
    let status = state.status.as_ref().filter(|status| status.nodes.len() > 1)?;
    let is_running = |node: &&NodeStatus| node.error.is_none() && node.updated_at.is_some();
    let running = status.nodes.iter().filter(is_running).count();
    let all = status.nodes.iter().filter(|node| !lacks_login(state, node)).count();
    (all > 1).then_some(Fact::Nodes { running, all })
}

/// Returns `true` if a node of all gateways waits for the login of its gateway. A gateway alone asks for it in the table's
/// place.
fn lacks_login(state: &AppState, node: &NodeStatus) -> bool {
    state.gateways.shown == ShownGateways::All
        && node.error.as_ref().is_some_and(GatewayError::can_be_fixed_by_signing_in)
}

/// Returns the first error of a node for another reason than a missing login, and how many more nodes have one.
fn failed_text(state: &AppState) -> Option<String> {
    let nodes = state.status.iter().flat_map(|status| &status.nodes);
    let failed = nodes.filter(|node| !lacks_login(state, node));
    let mut failed = failed.filter_map(|node| Some((&node.url, node.error.as_ref()?)));
    let (url, error) = failed.next()?;
    let others = match failed.count() {
        0 => String::new(),
        1 => " (and 1 more node)".to_owned(),
        others => format!(" (and {others} more nodes)"),
    };
    Some(format!("{url}: {}{others}", ErrorReport::new(error).summary()))
}

/// Returns the link that opens the card for the login, where the card was closed without one.
fn ask_for_login(state: &AppState) -> Option<Fact> {
    let is_closed = state.lacks_login() && state.can_ask_for_login();
    is_closed.then(|| Fact::SignIn { text: "Sign in…".to_owned(), command: Command::AskSignIn(None) })
}

/// Returns which of all gateways wait for a login, and the name of the gateway if it is only one.
fn without_login(state: &AppState) -> Option<(String, Option<String>)> {
    let nodes = state.status.iter().flat_map(|status| &status.nodes);
    let waiting = nodes.filter(|node| lacks_login(state, node));
    let mut gateways: Vec<&str> = waiting.filter_map(|node| node.gateway.as_deref()).collect();
    gateways.dedup();
    match gateways[..] {
        [] => None,
        [only] => Some((format!("Sign in to {}", sanitize(only)), Some(only.to_owned()))),
        _ => Some((format!("Sign in to {} gateways", gateways.len()), None)),
    }
}

fn version(info: Option<&GatewayInfo>) -> Option<Fact> {
    let version = info?.version.as_ref()?.to_string();
    // Says nothing about a gateway without a partner.
    let redundancy = info.and_then(GatewayInfo::redundancy).filter(|text| text != "independent");
    let text = [Some(version), redundancy].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Some(Fact::Text(Rank::Detail, text, Some(running(info))))
}

/// Returns the state of a gateway that answers, with its version and its place in a redundant pair.
pub(super) fn running(info: Option<&GatewayInfo>) -> String {
    let version = info.and_then(|info| info.version.as_ref()).map(ToString::to_string);
    let redundancy = info.and_then(GatewayInfo::redundancy);
    let parts = [Some("Running".to_owned()), version, redundancy];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Returns the name that a gateway reports, if it isn't the one in the settings.
fn reported_name(name: &str, info: Option<&GatewayInfo>) -> Option<String> {
    let reported = info?.name.as_deref()?;
    (reported != name).then(|| sanitize(reported).into_owned())
}

/// The state of a node.
pub(super) struct NodeLine {
    /// The mark of the state.
    pub(super) mark: Mark,
    /// The address, and the name that the node reports.
    pub(super) name: String,
    /// The state in words.
    pub(super) state: String,
    /// The time of the last read.
    pub(super) time: Option<String>,
    /// The notices of the node.
    pub(super) notices: Vec<String>,
    /// The reason why the node can't be read.
    pub(super) report: Option<ErrorReport>,
}

impl NodeLine {
    /// Returns all of it in one line.
    pub(super) fn text(&self) -> String {
        let parts = [Some(&self.name), Some(&self.state), self.time.as_ref()].into_iter().flatten();
        parts.chain(&self.notices).map(String::as_str).collect::<Vec<_>>().join(" · ")
    }
}

/// Returns the state of a node.
pub(super) fn node_line(node: &NodeStatus, now: SystemTime) -> NodeLine {
    let report = node.error.as_ref().map(|error| ErrorReport::new(error));
    let (mark, state) = match (&report, node.updated_at) {
        (Some(report), _) => (mark_of(node), report.summary().to_owned()),
        (None, None) => (Mark::Waiting, "Connecting…".to_owned()),
        (None, Some(_)) if node.notices.iter().any(Notice::is_warning) => {
            (Mark::Degraded, running(node.info.as_ref()))
        }
        (None, Some(_)) => (Mark::Fine, running(node.info.as_ref())),
    };
    let name = node.url.authority();
    let name = match reported_name(&name, node.info.as_ref()) {
        Some(reported) => format!("{name} ({reported})"),
        None => name,
    };
    let notices = node.notices.iter().map(|notice| ErrorReport::new(notice).summary().to_owned()).collect();
    let is_stale = node.error.is_some();
    let roomy = Room { is_compact: false, has_words: true, has_updated: true };
    let time = node.updated_at.map(|updated_at| updated_text(updated_at, now, is_stale, roomy));
    NodeLine { mark, name, state, time, notices, report }
}

/// Returns the mark of a node that can't be read.
fn mark_of(node: &NodeStatus) -> Mark {
    match &node.error {
        Some(GatewayError::Certificate(_)) => Mark::Certificate,
        Some(error) if error.can_be_fixed_by_signing_in() => Mark::SignIn,
        _ => Mark::Unreachable,
    }
}

fn retry_text(state: &AppState, now: SystemTime) -> Option<String> {
    if state.is_reading() {
        return Some("Retrying…".to_owned());
    }
    let left = state.next_read()?.duration_since(now).unwrap_or_default();
    // Rounded up, so that the countdown ends with 1.
    Some(format!("Retrying in {}", display::coarse_duration(left + Duration::from_millis(999))))
}

/// Returns the time until the text of an age changes, which counts seconds in the first minute.
fn until_new_age(age: Duration) -> Duration {
    let step = if age < MIN_SHOWN_AGE { 1_000 } else { 60_000 };
    Duration::from_millis(step - u64::from(age.subsec_millis()) - age.as_secs() * 1_000 % step)
}

/// Returns the time of the last read, with the date unless it is today, and with its age if it is old or stale.
fn updated_text(updated_at: SystemTime, now: SystemTime, is_stale: bool, room: Room) -> String {
    let age = now.duration_since(updated_at).unwrap_or_default();
    let time = display::time_text(updated_at, now);
    let word = match (is_stale, room.is_compact, room.has_updated) {
        // In little room, the age says enough.
        (true, true, _) => return format!("{} ago", display::coarse_duration(age)),
        (true, false, _) => "Showing ",
        (false, _, true) => "Updated ",
        (false, _, false) => "",
    };
    let ago = if is_stale || age >= MIN_SHOWN_AGE {
        format!(", {} ago", display::coarse_duration(age))
    } else {
        String::new()
    };
    format!("{word}{time}{ago}")
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Local};

    use super::*;

    const ROOMY: Room = Room { is_compact: false, has_words: true, has_updated: true };

    #[test]
    fn shows_the_time_always_and_the_age_when_it_matters() {
        let now = SystemTime::now();
        let text =
            |secs_ago, is_stale, room| updated_text(now - Duration::from_secs(secs_ago), now, is_stale, room);
        let time = DateTime::<Local>::from(now).format("%H:%M:%S");
        assert_eq!(text(0, false, ROOMY), format!("Updated {time}"));
        assert_eq!(text(0, true, ROOMY), format!("Showing {time}, 0 s ago"));
        assert!(text(60, false, ROOMY).ends_with(", 1 min ago"));
        assert!(text(90_000, false, ROOMY).starts_with("Updated 20"));
    }

    #[test]
    fn age_changes_by_the_second_in_the_first_minute() {
        let left = |age| until_new_age(Duration::from_millis(age)).as_millis();
        assert_eq!([0, 400, 59_999, 60_000, 61_400].map(left), [1_000, 600, 1, 60_000, 58_600]);
    }

    #[test]
    fn shortens_the_time_in_a_small_window() {
        let now = SystemTime::now();
        let time = DateTime::<Local>::from(now).format("%H:%M:%S").to_string();
        let small = Room { is_compact: true, has_words: false, has_updated: false };
        assert_eq!(updated_text(now, now, false, small), time);
        assert_eq!(updated_text(now - Duration::from_mins(12), now, true, small), "12 min ago");
    }
}
