//! Shows what the history holds, checks it and removes from it.

use std::time::Duration;

use super::error::CommandError;
use super::{InfoArgs, PurgeArgs, PurgeWhat, location, settings, times, write_lines};
use crate::cli::ExitStatus;
use crate::cli::report::note;
use crate::display::{Clock, bytes, number, sessions};
use crate::history::{History, HistoryError, HistoryInfo, Location, NodeInfo, Purge, PurgeProgress};
use crate::sanitize::sanitize;

/// The pause between two batches of a purge.
const PAUSE: Duration = Duration::from_millis(20);

/// Writes where the history is, what it holds, and since when each node is watched.
pub(super) fn info(args: &InfoArgs) -> Result<ExitStatus, CommandError> {
    let settings = settings()?;
    let location = location(&settings)?;
    let info = History::open_read_only(&location)?.info()?;
    write_lines(&info_lines(&location, &info, settings.history.keep_days, &times::clock(args.utc)))
}

fn info_lines(location: &Location, info: &HistoryInfo, keep_days: u32, clock: &Clock) -> Vec<String> {
    let HistoryInfo { schema_version, size_bytes, sessions, open_sessions, oldest, last_purge, nodes } = info;
    let count = |count: i64| number(usize::try_from(count).unwrap_or(0));
    let time = |time: Option<i64>| time.map_or_else(|| "none".to_owned(), |time| clock.moment_text(time));
    let facts = [
        ("Location", sanitize(&location.to_string()).into_owned()),
        ("Schema", schema_version.to_string()),
        ("Size", bytes(i64::try_from(*size_bytes).unwrap_or(i64::MAX))),
        ("Sessions", format!("{}, {} still open", count(*sessions), count(*open_sessions))),
        ("Oldest read", time(*oldest)),
        ("Kept for", if keep_days == 1 { "1 day".to_owned() } else { format!("{keep_days} days") }),
        ("Last purge", time(*last_purge)),
        ("Times", clock.zone_name().into_owned()),
    ];
    let mut lines: Vec<String> = facts.iter().map(|(name, value)| format!("{name:<11}  {value}")).collect();
    if !nodes.is_empty() {
        lines.push(String::new());
    }
    let width = nodes.iter().map(|node| node.gateway.chars().count()).max().unwrap_or(0);
    lines.extend(nodes.iter().map(|node| node_line(node, width, clock)));
    lines
}

fn node_line(node: &NodeInfo, width: usize, clock: &Clock) -> String {
    let watched = match node.watched {
        None => "not watched yet".to_owned(),
        Some(watched) if node.is_watched_now => format!("watched since {}", clock.moment_text(watched.from)),
        Some(watched) => format!("last watched {}", clock.moment_text(watched.to)),
    };
    format!("{:<width$}  {}  {watched}", sanitize(&node.gateway), sanitize(&node.url))
}

/// Checks the history, and writes a line for each problem.
pub(super) fn check() -> Result<ExitStatus, CommandError> {
    let location = location(&settings()?)?;
    let problems = match History::open_read_only(&location).and_then(|mut history| history.check()) {
        // Its advice is to run this check.
        Err(HistoryError::Damaged(error)) => vec![format!("The file is damaged: {error}")],
        problems => problems?,
    };
    if problems.is_empty() {
        return write_lines(&["No problems found".to_owned()]);
    }
    write_lines(&problems.iter().map(|problem| sanitize(problem).into_owned()).collect::<Vec<_>>())?;
    Ok(ExitStatus::Failed)
}

/// Removes sessions in batches. Reports on standard error after each one how many were removed.
pub(super) fn purge(args: &PurgeArgs) -> Result<ExitStatus, CommandError> {
    let mut purge = match &args.what {
        PurgeWhat { username: Some(username), .. } => Purge::user(username),
        PurgeWhat { before, username: None } => {
            // Without either, the options were rejected.
            let before = before.as_deref().unwrap_or_default();
            Purge::before(times::parse_past(&times::clock(args.utc), "--before", before)?)
        }
    };
    let mut history = History::open(&location(&settings()?)?)?;
    let count = |removed: u64| sessions(usize::try_from(removed).unwrap_or(usize::MAX));
    let mut reported = 0;
    loop {
        match history.purge(&mut purge)? {
            PurgeProgress::Running { sessions } => {
                if sessions > reported {
                    note(&format!("Removed {} so far", count(sessions)));
                }
                reported = sessions;
                // A recorder can write between two batches.
                std::thread::sleep(PAUSE);
            }
            PurgeProgress::Done { sessions } => {
                return write_lines(&[format!("Removed {}", count(sessions))]);
            }
        }
    }
}
