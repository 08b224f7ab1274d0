//! Writes a line for each event.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::json;
use super::text::TextFormat;
use crate::cli::EventsFormat;
use crate::cli::node_error::NodeError;
use crate::cli::report::report;
use crate::cli::target::OpenTarget;
use crate::gateway::NodeUrl;
use crate::poll::{Event, Events, NodeUpdate, ReadOutcome};

/// The lines on standard output.
pub(super) struct Output {
    targets: Arc<Vec<OpenTarget>>,
    events: Events,
    /// The text format; `None` for JSON.
    text: Option<TextFormat>,
    /// The nodes that were read, or whose failure was reported.
    known: HashSet<(Arc<str>, NodeUrl)>,
}

/// The reason why no more lines are written.
pub(super) enum End {
    /// The reader of a pipe stopped, as `head` does.
    ReaderStopped,
    /// Standard output can't be written.
    Failed(io::Error),
    /// Nothing is read any more.
    NoMoreUpdates,
}

impl Output {
    pub(super) fn new(targets: Arc<Vec<OpenTarget>>, format: EventsFormat) -> Self {
        let text = match format {
            EventsFormat::Text => Some(TextFormat::new(&targets)),
            EventsFormat::Json => None,
        };
        Self { targets, events: Events::default(), text, known: HashSet::new() }
    }

    /// Writes the events of all updates, each line at once.
    pub(super) fn write_all(mut self, updates: &Receiver<NodeUpdate>) -> End {
        for update in updates {
            self.report_first_failure(&update);
            let events = self.events.apply(&update);
            if let Err(error) = self.write(&events) {
                return match error.kind() {
                    io::ErrorKind::BrokenPipe => End::ReaderStopped,
                    _ => End::Failed(error),
                };
            }
        }
        End::NoMoreUpdates
    }

    fn write(&self, events: &[Event]) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        for event in events {
            let mut line = match &self.text {
                Some(text) => text.line(event),
                None => json::line(event)?,
            };
            line.push('\n');
            out.write_all(line.as_bytes())?;
        }
        out.flush()
    }

    /// Reports a node that can't be read at the start, with what to do about it.
    fn report_first_failure(&mut self, update: &NodeUpdate) {
        if !self.known.insert((update.gateway.clone(), update.url.clone())) {
            return;
        }
        let ReadOutcome::Failed(error) = &update.outcome else {
            return;
        };
        let Some(target) = self.targets.iter().find(|target| *target.profile.name == *update.gateway) else {
            return;
        };
        let error = NodeError { node: target.label(&update.url), error: error.clone() };
        report(&error, target.hint(&error.error).as_deref());
    }
}
