//! The past in the table.

use std::collections::HashMap;
use std::sync::Arc;

use egui::Context;

use super::super::command::PastCommand;
use super::super::error_report::ErrorReport;
use super::super::gateway_bar;
use super::super::model::{PAST_STATES, Past, PastSessions, ShownGateways, epoch_ms};
use super::timeline::HistoryScope;
use super::{App, FRAME_WAIT};
use crate::display::Repeated;
use crate::history::{History, HistoryError, HistoryRead, StoredSession, StoredSessions};
use crate::table::Step;

/// The reads of moments of the past.
#[derive(Default)]
pub(super) struct PastReads {
    sessions: Option<HistoryRead<PastSessions>>,
    step: Option<StepRead>,
}

/// The read of the time of a change.
struct StepRead {
    time: HistoryRead<Option<i64>>,
    direction: Step,
    /// The number of steps in the same direction that follow.
    more: u32,
}

impl App {
    /// Shows the past or the present.
    pub(super) fn run_in_past(&mut self, ctx: &Context, command: PastCommand) {
        match command {
            PastCommand::EnterTime => self.enter_past_time(ctx),
            PastCommand::Show(time) => self.show_past(time),
            PastCommand::ShowTyped => self.show_typed_past(ctx),
            PastCommand::LeaveTimeBox => self.leave_time_box(),
            PastCommand::ClearError => self.drafts.moment_error = None,
            PastCommand::Step(step) => self.step_in_past(step),
            PastCommand::Leave => self.leave_past(),
        }
    }

    /// Shows the sessions at a time.
    fn show_past(&mut self, time: i64) {
        if !self.has_history() {
            return;
        }
        let at = time.min(epoch_ms(self.state.now()));
        let before = self.state.past.take();
        self.state.past = Some(Past {
            // Until the others are read.
            sessions: before.and_then(|before| before.sessions),
            ..Past::new(at)
        });
        if let Some(pause) = self.state.pause.take() {
            self.note_pause(pause.since);
        }
        self.drafts.moment = self.state.history_clock().describe_moment(at);
        self.drafts.moment_error = None;
        self.past_reads = PastReads::default();
        self.read_past(at);
    }

    /// Moves the keyboard focus to the box with the time, which shows the present at first.
    fn enter_past_time(&mut self, ctx: &Context) {
        if self.state.past.is_none() {
            self.show_past(epoch_ms(self.state.now()));
            if let Some(past) = &mut self.state.past {
                past.is_chosen = false;
            }
        }
        if self.state.past.is_some() {
            gateway_bar::focus_time_box(ctx, &self.drafts.moment);
        }
    }

    /// Discards what is typed into the box with the time, and goes back to the present if no time was chosen.
    fn leave_time_box(&mut self) {
        if self.state.past.as_ref().is_some_and(|past| !past.is_chosen) {
            self.leave_past();
        } else {
            self.reset_typed_time();
        }
    }

    fn read_past(&mut self, at: i64) {
        let (Some(HistoryScope { gateway }), Some(reader)) = (self.history_scope(), self.history_reader())
        else {
            return;
        };
        let places = self.places();
        let timezone = self.state.status.as_ref().and_then(|status| status.dataset.as_ref());
        let timezone = timezone.and_then(|dataset| dataset.timezone()).map(str::to_owned);
        let read = move |history: &mut History, _: &dyn Fn() -> bool| {
            let stored = history.at(at, gateway.as_ref())?;
            Ok(sessions(at, stored, &places, timezone))
        };
        self.past_reads.sessions = Some(reader.read(read));
    }

    /// Returns how the column of places names each session's place.
    fn places(&self) -> Places {
        if self.state.gateways.shown == ShownGateways::All {
            return Places::Gateways;
        }
        let nodes = self.state.status.iter().flat_map(|status| &status.nodes);
        let names: HashMap<String, String> = nodes
            .map(|node| {
                let name = node.name.as_deref().map_or_else(|| node.url.authority(), str::to_owned);
                (node.url.to_string(), name)
            })
            .collect();
        if names.len() > 1 { Places::Nodes(names) } else { Places::None }
    }

    /// Shows the sessions at the typed time.
    fn show_typed_past(&mut self, ctx: &Context) {
        let typed = self.drafts.moment.trim();
        match self.state.history_clock().parse_moment(typed, Repeated::First) {
            Ok(moment) if moment.epoch_ms > epoch_ms(self.state.now()) => {
                self.reject_typed_time(ctx, "This time is in the future".to_owned());
            }
            Ok(moment) => {
                self.show_past(moment.epoch_ms);
                self.drafts.moment_error = moment.note.map(|note| note.to_string());
            }
            Err(error) => self.reject_typed_time(ctx, error.to_string()),
        }
    }

    /// Says what is wrong with the typed time, and leads to its box.
    fn reject_typed_time(&mut self, ctx: &Context, error: String) {
        self.drafts.moment_error = Some(error);
        gateway_bar::focus_time_box(ctx, &self.drafts.moment);
    }

    /// Shows the time of the table in its box again. Returns `false` if it was there.
    pub(super) fn reset_typed_time(&mut self) -> bool {
        let Some(past) = &self.state.past else { return false };
        let text = self.state.history_clock().describe_moment(past.at);
        let is_reset = self.drafts.moment != text;
        if is_reset {
            self.drafts.moment = text;
            self.drafts.moment_error = None;
        }
        is_reset
    }

    /// Looks for the next or previous change, from the past that is shown or from now.
    fn step_in_past(&mut self, step: Step) {
        if let Some(running) = self.past_reads.step.as_mut().filter(|running| running.direction == step) {
            running.more += 1;
            return;
        }
        let (Some(HistoryScope { gateway }), Some(reader)) = (self.history_scope(), self.history_reader())
        else {
            return;
        };
        let from = self.state.past.as_ref().map_or_else(|| epoch_ms(self.state.now()), |past| past.at);
        let read = move |history: &mut History, _: &dyn Fn() -> bool| match step {
            Step::Previous => history.change_before(from, gateway.as_ref()),
            Step::Next => history.change_after(from, gateway.as_ref()),
        };
        self.past_reads.step = Some(StepRead { time: reader.read(read), direction: step, more: 0 });
    }

    /// Shows the present again.
    pub(super) fn leave_past(&mut self) {
        if self.forget_past() {
            self.query(FRAME_WAIT);
        }
    }

    /// Forgets the past, such as that of another gateway. Returns `true` if it was shown.
    pub(super) fn forget_past(&mut self) -> bool {
        self.past_reads = PastReads::default();
        self.drafts.moment.clear();
        self.drafts.moment_error = None;
        self.state.past.take().is_some()
    }

    /// Shows the moment to which a step leads.
    fn receive_step(&mut self) {
        let Some(StepRead { time, direction, more }) = &self.past_reads.step else { return };
        let Some(result) = time.take() else { return };
        let (direction, more) = (*direction, *more);
        self.past_reads.step = None;
        match result {
            Ok(Some(time)) => {
                self.show_past(time);
                if more > 0 {
                    self.step_in_past(direction);
                }
                if let Some(running) = &mut self.past_reads.step {
                    running.more = more - 1;
                }
            }
            // After the last change comes the present.
            Ok(None) if direction == Step::Next => self.leave_past(),
            Ok(None) => {
                self.drafts.moment_error = Some("Nothing was recorded before this time".to_owned());
            }
            Err(error) => self.drafts.moment_error = Some(error_text(&error)),
        }
    }

    /// Shows what was read of the past.
    pub(super) fn receive_past(&mut self) {
        if self.state.past.is_some() && !self.has_history() {
            self.leave_past();
        }
        self.receive_step();
        let Some(result) = self.past_reads.sessions.as_ref().and_then(HistoryRead::take) else { return };
        self.past_reads.sessions = None;
        let Some(past) = &mut self.state.past else { return };
        match result {
            Ok(sessions) => past.sessions = Some(Arc::new(sessions)),
            Err(error) => {
                past.sessions = None;
                past.error = Some(ErrorReport::new(&error));
            }
        }
        self.query(FRAME_WAIT);
    }
}

fn error_text(error: &HistoryError) -> String {
    ErrorReport::new(error).summary().to_owned()
}

/// The names in the column with the place of each session.
enum Places {
    /// There is no such column.
    None,
    /// The names of the gateways.
    Gateways,
    /// The names of the nodes, by their addresses.
    Nodes(HashMap<String, String>),
}

impl Places {
    fn of<'a>(&'a self, session: &'a StoredSession) -> Option<&'a str> {
        match self {
            Self::None => None,
            Self::Gateways => Some(&session.gateway),
            Self::Nodes(names) => Some(names.get(&*session.node).map_or(&*session.node, String::as_str)),
        }
    }
}

fn sessions(at: i64, stored: StoredSessions, places: &Places, timezone: Option<String>) -> PastSessions {
    let counts = PAST_STATES.map(|state| {
        let is_in_it = |session: &&StoredSession| session.state == state;
        stored.sessions.iter().filter(is_in_it).count()
    });
    let dataset = Arc::new(stored.dataset_with(|session| places.of(session), timezone));
    PastSessions { at, dataset, counts, nodes: stored.nodes }
}
