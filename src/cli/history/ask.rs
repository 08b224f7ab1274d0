//! Writes who was on at a time or within a range.

use std::sync::Arc;

use super::HistoryArgs;
use super::error::CommandError;
use super::time_query::TimeQuery;
use super::{location, settings, times, unwatched};
use crate::cli::ExitStatus;
use crate::cli::report::note;
use crate::cli::rows::RowWriter;
use crate::gateway::NodeUrl;
use crate::history::{History, HistoryGateway};

/// Writes the sessions that the history has for the query. What was not watched is reported on standard error.
pub(super) fn run(args: &HistoryArgs) -> Result<ExitStatus, CommandError> {
    // Wrong usage is reported before the history is opened.
    let writer = RowWriter::new(&args.rows)?;
    let clock = times::clock(args.utc);
    let query = TimeQuery::parse(args, &clock)?;
    let mut history = History::open_read_only(&location(&settings()?)?)?;
    let gateway = args.gateway.as_deref().map(|gateway| find(&mut history, gateway)).transpose()?;
    let stored = query.run(&mut history, gateway.as_ref())?;
    for line in unwatched::lines(query, &stored.nodes, &clock) {
        note(&line);
    }
    writer.write(&Arc::new(stored.dataset()))?;
    Ok(ExitStatus::Done)
}

/// Returns the recorded gateway with a name, or the one of a recorded node with an address.
pub(super) fn find(history: &mut History, gateway: &str) -> Result<HistoryGateway, CommandError> {
    let nodes = history.nodes()?;
    let known: Vec<(&str, &str)> = nodes.iter().map(|node| (&*node.gateway, &*node.url)).collect();
    matching(&known, gateway).map(HistoryGateway::from).ok_or_else(|| {
        let mut recorded: Vec<String> = known.iter().map(|(gateway, _)| (*gateway).to_owned()).collect();
        recorded.dedup();
        CommandError::UnknownGateway { recorded }
    })
}

/// Returns the name or address that a text stands for: exactly, in another letter case, or in another form of the address.
fn matching<'a>(known: &[(&'a str, &'a str)], text: &str) -> Option<&'a str> {
    let text = text.trim();
    let names = || known.iter().map(|(gateway, _)| *gateway);
    let exact = || names().find(|name| *name == text);
    let in_other_case = || {
        let mut found = names().filter(|name| name.eq_ignore_ascii_case(text));
        let first = found.next()?;
        found.all(|name| name == first).then_some(first)
    };
    let address = || {
        let url = text.parse::<NodeUrl>().ok()?.to_string();
        known.iter().map(|(_, url)| *url).find(|known| *known == url)
    };
    exact().or_else(in_other_case).or_else(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_gateway_by_name_or_address() {
        let known = [
            ("North", "http://n1:8088"),
            ("North", "http://n2:8088"),
            ("rest", "http://r:8088"),
            ("REST", "http://s:8088"),
            ("http://x:8088", "http://x:8088"),
        ];
        for (text, expected) in [
            ("North", Some("North")),
            (" north ", Some("North")),
            ("rest", Some("rest")),
            ("REST", Some("REST")),
            // Two names differ only in their case.
            ("Rest", None),
            ("http://n2:8088", Some("http://n2:8088")),
            ("n2", Some("http://n2:8088")),
            ("N2:8088/web/home", Some("http://n2:8088")),
            ("x", Some("http://x:8088")),
            ("n3", None),
            ("", None),
        ] {
            assert_eq!(matching(&known, text), expected, "{text}");
        }
    }
}
