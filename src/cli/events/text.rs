//! Events as lines of text, aligned and sanitized.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::SystemTime;

use chrono::{DateTime, Local};
use unicode_width::UnicodeWidthStr as _;

use crate::cli::target::OpenTarget;
use crate::dataset::{Cell, ColumnId};
use crate::display::{duration, iso_utc};
use crate::gateway::NodeUrl;
use crate::poll::{Departure, Event, EventKind, Session};
use crate::sanitize::sanitize;

const COLUMN_GAP: &str = "  ";
/// The format of a local time.
const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";
/// The largest width of the column of nodes. A longer name shifts the rest of its line.
const MAX_NODE_WIDTH: usize = 40;
/// The width of the longest type of event.
const TYPE_WIDTH: usize = "unreachable".len();
/// The widths of username, project, address and kind. Longer values shift the rest of their line.
const FIELD_WIDTHS: [usize; 4] = [16, 16, 15, 11];
/// The text of a null.
const NULL: &str = "-";

/// The text format for a number of gateways.
pub(super) struct TextFormat {
    /// The names of the nodes: that of the gateway, and the address where it has several.
    nodes: HashMap<(String, NodeUrl), String>,
    width: usize,
}

impl TextFormat {
    pub(super) fn new(targets: &[OpenTarget]) -> Self {
        let nodes = targets.iter().flat_map(|target| {
            let profile = &target.profile;
            profile.nodes().iter().map(|url| {
                let name = match profile.nodes() {
                    [_] => sanitize(&profile.name).into_owned(),
                    _ => sanitize(&format!("{} / {}", profile.name, url.authority())).into_owned(),
                };
                ((profile.name.clone(), url.clone()), name)
            })
        });
        let nodes: HashMap<_, String> = nodes.collect();
        let width = nodes.values().map(|name| name.width()).max().unwrap_or_default().min(MAX_NODE_WIDTH);
        Self { nodes, width }
    }

    /// Returns the line of an event, without its end.
    pub(super) fn line(&self, event: &Event) -> String {
        let mut line = local(event.time);
        let node = self.nodes.get(&(event.gateway.to_string(), event.node.clone()));
        let node = node.map_or_else(|| sanitize(&event.gateway), Into::into);
        push(&mut line, &node, self.width);
        let kind = match &event.kind {
            EventKind::Arrived(_) => "arrived",
            EventKind::Left(_) => "left",
            EventKind::Changed { .. } => "changed",
            EventKind::Unreachable(_) => "unreachable",
            EventKind::Back { .. } => "back",
            EventKind::Restarted { .. } => "restarted",
        };
        push(&mut line, kind, TYPE_WIDTH);
        match &event.kind {
            EventKind::Arrived(session) => push_session(&mut line, session),
            EventKind::Left(departure) => push_departure(&mut line, departure),
            EventKind::Changed { before, after, fields } => {
                push_session(&mut line, after);
                for field in fields.iter() {
                    let [before, after] = [before, after].map(|session| cell(session, &field));
                    push(&mut line, &format!("{field}: {before} -> {after}"), 0);
                }
            }
            EventKind::Unreachable(error) => push(&mut line, &sanitize(&error.to_string()), 0),
            EventKind::Back { after } => push(&mut line, &format!("after {}", duration(*after)), 0),
            EventKind::Restarted { since } => push(&mut line, &format!("since {}", local(*since)), 0),
        }
        line.truncate(line.trim_end().len());
        line
    }
}

fn push_session(line: &mut String, session: &Session) {
    let columns = [ColumnId::Username, ColumnId::Project, ColumnId::Address];
    let kind = session.kind().map_or(NULL.into(), sanitize);
    let cells = columns.iter().map(|column| cell(session, column)).chain([kind]);
    for (text, width) in cells.zip(FIELD_WIDTHS) {
        push(line, &text, width);
    }
    push(line, &cell(session, &ColumnId::ClientId), 0);
}

fn push_departure(line: &mut String, departure: &Departure) {
    let Departure { session, last_seen, duration: lasted, has_gap } = departure;
    push_session(line, session);
    push(line, &format!("after {}", duration(*lasted)), 0);
    if *has_gap {
        push(line, &format!("last seen {}", local(*last_seen)), 0);
    }
}

/// Appends a column of this width.
fn push(line: &mut String, text: &str, width: usize) {
    line.push_str(COLUMN_GAP);
    line.push_str(text);
    line.extend(std::iter::repeat_n(' ', width.saturating_sub(text.width())));
}

fn cell<'a>(session: &'a Session, column: &ColumnId) -> Cow<'a, str> {
    match session.cell(column) {
        Cell::Null => NULL.into(),
        Cell::Text(text) => sanitize(text),
        Cell::Boolean(value) => value.to_string().into(),
        Cell::Date(value) => iso_utc(value).into(),
        Cell::Integer(value) => value.to_string().into(),
        Cell::Real(value) => value.to_string().into(),
    }
}

fn local(time: SystemTime) -> String {
    DateTime::<Local>::from(time).format(TIME_FORMAT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_display_width() {
        let mut line = String::from("T");
        for (text, width) in [("漢字", 6), ("é", 3), ("longer than its column", 4), ("end", 0)] {
            push(&mut line, text, width);
        }
        assert_eq!(line, "T  漢字    é    longer than its column  end");
    }
}
