//! Records the sessions that the window reads.

use std::collections::HashSet;
use std::io;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::App;
use super::changes::ChangeCounter;
use super::demo_history::DemoHistory;
use crate::gateway::{NodeUrl, Profile};
use crate::history::{Action, Location, NodeKey, Recorder, RecorderStatus};
use crate::poll::{NodeUpdate, Observer};
use crate::ui::error_report::ErrorReport;
use crate::ui::model::Task;

/// The number of reports of the recorder that wait for a frame. There is one per minute at most.
const MAX_REPORTS: usize = 16;

/// The recorder of this window.
pub(super) struct Recording {
    /// `None` if nothing is to be recorded.
    recorder: Option<Arc<Recorder>>,
    reports: Receiver<RecorderStatus>,
    changes: ChangeCounter,
    demo: DemoHistory,
    recorded: RecordedGateways,
}

/// The gateways that are recorded. Clones share them.
#[derive(Clone, Default)]
struct RecordedGateways(Arc<Mutex<HashSet<Arc<str>>>>);

impl RecordedGateways {
    fn lock(&self) -> MutexGuard<'_, HashSet<Arc<str>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, update: &NodeUpdate) {
        let mut recorded = self.lock();
        if !update.is_recorded {
            recorded.remove(&update.gateway);
        } else if !recorded.contains(&update.gateway) {
            recorded.insert(update.gateway.clone());
        }
    }

    fn contains(&self, gateway: &str) -> bool {
        self.lock().contains(gateway)
    }
}

impl Recording {
    /// Starts to record. `keep` is how long sessions are kept; `wake` is called when there is something to report.
    pub(super) fn spawn(
        location: Option<Location>,
        keep: Option<Duration>,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, reports) = sync_channel(MAX_REPORTS);
        let report = move |status: RecorderStatus| {
            if !is_shown(&status) {
                return;
            }
            // A window that doesn't draw reads no reports.
            let _is_full = sender.try_send(status);
            wake();
        };
        let recorder = location.map(|location| Recorder::spawn(location, keep, report)).transpose()?;
        let recorder = recorder.map(Arc::new);
        let (changes, demo) = (ChangeCounter::default(), DemoHistory::default());
        Ok(Self { recorder, reports, changes, demo, recorded: RecordedGateways::default() })
    }

    /// Returns `true` if sessions are recorded.
    pub(super) fn is_on(&self) -> bool {
        self.recorder.is_some()
    }

    /// Returns an observer for a poller, which counts changes, passes on to `alerts`, and records, if anything is to be
    /// recorded.
    pub(super) fn observer(&self, alerts: impl Fn(&NodeUpdate) + Send + 'static) -> Observer {
        let mut record = self.recorder.as_deref().map(Recorder::observer);
        let (changes, demo, gateways) = (self.changes.clone(), self.demo.clone(), self.recorded.clone());
        Box::new(move |update: NodeUpdate| {
            changes.add(&update);
            demo.observe(&update);
            gateways.note(&update);
            alerts(&update);
            if let Some(record) = &mut record {
                record(&update);
            }
        })
    }

    /// Returns a function that records what has happened on a node, if its gateway is recorded.
    pub(super) fn action_recorder(&self) -> impl Fn(NodeKey, SystemTime, Action) + Send + 'static {
        let (recorder, demo) = (self.recorder.clone(), self.demo.clone());
        let gateways = self.recorded.clone();
        move |node, time, action| {
            if gateways.contains(&node.gateway) {
                if let Some(recorder) = &recorder {
                    recorder.note(node, time, action);
                }
            } else {
                demo.note(node, time, action);
            }
        }
    }

    /// Ends what is recorded of a gateway under this name.
    pub(super) fn end_gateway(&self, name: &str) {
        if let Some(recorder) = &self.recorder {
            recorder.end_gateway(name);
        }
    }

    /// Records what the user did on a node of a gateway, if its profile lets it be recorded.
    pub(super) fn note(&self, profile: &Profile, node: &NodeUrl, time: SystemTime, action: Action) {
        if let Some(recorder) = self.recorder.as_ref().filter(|_| profile.history) {
            self.changes.note_action(&profile.name);
            let node = NodeKey { gateway: profile.name.as_str().into(), url: node.to_string().into() };
            recorder.note(node, time, action);
        }
    }

    /// Returns the history of the demo gateway; `None` if nothing is to be recorded.
    pub(super) fn demo(&self) -> Option<&DemoHistory> {
        self.recorder.as_ref().map(|_| &self.demo)
    }

    /// Returns the counts of the sessions that have arrived and left.
    pub(super) fn changes(&self) -> &ChangeCounter {
        &self.changes
    }
}

/// Returns `false` for reports that the window doesn't show, because they don't change what is stored. They would take the place
/// of others while the window doesn't draw.
fn is_shown(status: &RecorderStatus) -> bool {
    !matches!(
        status,
        RecorderStatus::StandingBy(_) | RecorderStatus::TakenOver(_) | RecorderStatus::StoppedUnwritten
    )
}

impl App {
    /// Shows whether sessions can be recorded, when that changes.
    pub(super) fn receive_recording(&mut self) {
        loop {
            let status = match self.recording.reports.try_recv() {
                Ok(status) => status,
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => return self.notice_end_of_recording(),
            };
            match status {
                // `is_shown` filters these out.
                RecorderStatus::StandingBy(_)
                | RecorderStatus::TakenOver(_)
                | RecorderStatus::StoppedUnwritten => {}
                RecorderStatus::Recording => self.state.toasts.clear_error(Task::HistoryWrites),
                RecorderStatus::SetAside(path) => {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    let text = format!("The history was damaged and is now {name}. A new one was started");
                    self.state.toasts.error(Task::History, text);
                }
                RecorderStatus::Replaced => {
                    let text =
                        "The file of the history was removed or replaced. Recording continues in the new one";
                    self.state.toasts.error(Task::History, text);
                }
                RecorderStatus::OnNetworkShare => {
                    let text = "The history is on a network share, where it can be damaged. \
                                Move the data folder to a local disk, or use PostgreSQL";
                    self.state.toasts.error(Task::History, text);
                }
                RecorderStatus::Waiting(error) => {
                    let report = ErrorReport::new(&*error).followed_by("Sessions are kept and written later");
                    self.state.toasts.error(Task::HistoryWrites, report);
                }
            }
        }
    }

    /// Reports that the recorder has ended, which only a panic causes. Reading goes on.
    fn notice_end_of_recording(&mut self) {
        if self.recording.recorder.take().is_some() {
            let text = "Recording stopped because of an internal error. Restart Gatewatch";
            self.state.toasts.error(Task::HistoryWrites, text.to_owned());
        }
    }
}
