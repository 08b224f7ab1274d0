//! Writes a line for each event.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::json;
use super::text::TextFormat;
use crate::cli::EventsFormat;
use crate::cli::node_error::{NodeError, NodeNotice};
use crate::cli::report::report;
use crate::cli::target::OpenTarget;
use crate::gateway::{NodeUrl, Notice};
use crate::poll::{Event, Events, NodeUpdate, ReadOutcome};

/// The lines on standard output.
pub(super) struct Output {
    targets: Arc<Vec<OpenTarget>>,
    events: Events,
    /// The text format; `None` for JSON.
    text: Option<TextFormat>,
    /// The nodes that were read, or whose failure was reported, with the notices about the last list.
    known: HashMap<(Arc<str>, NodeUrl), Vec<Notice>>,
}

/// The reason why no more lines are written.
pub(super) enum End {
    /// The reader of a pipe stopped, as `head` does.
    ReaderStopped,
    /// Standard output can't be written.
    Failed(io::Error),
    /// Reading has ended, so there are no more updates.
    NoMoreUpdates,
}

impl Output {
    pub(super) fn new(targets: Arc<Vec<OpenTarget>>, format: EventsFormat) -> Self {
        let text = match format {
            EventsFormat::Text => Some(TextFormat::new(&targets)),
            EventsFormat::Json => None,
        };
        Self { targets, events: Events::default(), text, known: HashMap::new() }
    }

    /// Writes the events of all updates, each line at once.
    pub(super) fn write_all(mut self, updates: &Receiver<NodeUpdate>) -> End {
        for update in updates {
            self.report(&update);
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

    /// Reports a node that can't be read at the start, with what to do about it, and why sessions may be missing in a list.
    /// What the list before lacked as well isn't reported again.
    fn report(&mut self, update: &NodeUpdate) {
        let is_target = |target: &&OpenTarget| *target.profile.name == *update.gateway;
        let Some(target) = self.targets.iter().find(is_target) else {
            return;
        };
        let node = target.label(&update.url);
        let key = (update.gateway.clone(), update.url.clone());
        let known = self.known.get(&key);
        match &update.outcome {
            ReadOutcome::Failed(_) if known.is_some() => {}
            ReadOutcome::Failed(error) => {
                let error = NodeError { node, error: error.clone() };
                report(&error, target.hint(&error.error).as_deref());
                self.known.insert(key, Vec::new());
            }
            ReadOutcome::List(list) => {
                let is_said = |notice: &Notice| {
                    known.into_iter().flatten().any(|known| known.to_string() == notice.to_string())
                };
                for notice in list.notices.iter().filter(|notice| lacks_sessions(notice) && !is_said(notice))
                {
                    report(&NodeNotice { node: node.clone(), notice: notice.clone() }, None);
                }
                if known != Some(&list.notices) {
                    self.known.insert(key, list.notices.clone());
                }
            }
        }
    }
}

/// Returns `true` if sessions are missing for another reason than a module that isn't installed.
fn lacks_sessions(notice: &Notice) -> bool {
    matches!(notice, Notice::Inactive { .. } | Notice::ListFailed { .. })
}
