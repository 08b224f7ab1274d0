//! Reads the chart of the timeline, and starts the readers of the history.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;

use super::super::command::TimelineCommand;
use super::super::error_report::ErrorReport;
use super::super::model::{SeriesCounts, ShownGateways, Task, TimelineRange, epoch_ms};
use super::super::regions;
use super::super::timeline;
use super::App;
use super::refresh_timer::RefreshTimer;
use crate::error_chain::ErrorChain;
use crate::gateway::Profile;
use crate::history::{
    Chart, ChartRequest, HistoryError, HistoryGateway, HistoryRead, Location, Reader, TimeRange,
};
use crate::poll::GatewayStatus;
use crate::settings::DEMO_NAME;

/// The shortest time between two charts of a day without a change. What is missing at its end is too narrow to be seen, and
/// each chart costs a frame.
const CHART_REFRESH: Duration = Duration::from_secs(150);
/// The same for a shorter chart: its length divided by this.
const CHART_PARTS: u32 = 100;
/// The shortest time between a change and its chart. The numbers in the legend change sooner.
const CHART_DELAY: Duration = Duration::from_secs(5);
/// A change is shown after at least this many times the duration of the last read.
const CHART_SHARE: u32 = 100;

/// The reads of the history.
pub(super) struct HistoryReads {
    /// `None` if there is no history.
    pub(super) reader: Option<Reader>,
    /// The location of the history; `None` if there is none.
    location: Option<Location>,
    /// Reads the history of the demo gateway while that is shown.
    demo: Option<Reader>,
    /// The location of the demo gateway's history.
    demo_location: Option<Location>,
    /// Called after each read.
    wake: Arc<dyn Fn() + Send + Sync>,
    chart: ChartRead,
}

/// The part of the history that belongs to what the window shows.
#[derive(Clone, Debug)]
pub(super) struct HistoryScope {
    /// The gateway; `None` for all.
    pub(super) gateway: Option<HistoryGateway>,
}

/// The read of the chart.
#[derive(Default)]
struct ChartRead {
    /// The request for the chart that is on screen or being read.
    request: Option<ChartRequest>,
    running: Option<HistoryRead<Option<Chart>>>,
    started_at: Option<Instant>,
    /// Duration of the last read.
    took: Duration,
    /// The time that the timeline showed when the request was made.
    range: Option<TimelineRange>,
    timer: RefreshTimer,
}

impl HistoryReads {
    /// Starts to read a history, if there is one. `wake` is called after each read.
    pub(super) fn spawn(
        location: Option<Location>,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        let spawn = |location| spawn_reader(location, &wake);
        let reader = location.clone().map(spawn).transpose()?;
        let chart = ChartRead::default();
        Ok(Self { reader, location, demo: None, demo_location: None, wake, chart })
    }
}

impl App {
    /// Returns `true` if a history of what is shown is recorded.
    pub(super) fn has_history(&self) -> bool {
        let is_recorded = match self.state.gateways.shown {
            ShownGateways::All | ShownGateways::Demo => true,
            ShownGateways::Gateway(_) => self.profile.as_ref().is_some_and(|profile| profile.history),
            ShownGateways::Nothing => false,
        };
        is_recorded && self.history_reader().is_some()
    }

    /// Returns what to ask the history for; `None` where no history is recorded. Formats the addresses of all gateways.
    pub(super) fn history_scope(&self) -> Option<HistoryScope> {
        if !self.has_history() {
            return None;
        }
        let gateway = match &self.state.gateways.shown {
            ShownGateways::Gateway(_) => Some(self.history_gateway(self.profile.as_ref()?)),
            ShownGateways::Demo => Some(DEMO_NAME.into()),
            ShownGateways::All | ShownGateways::Nothing => None,
        };
        Some(HistoryScope { gateway })
    }

    /// Returns the gateway of a profile as the history is asked for it.
    pub(super) fn history_gateway(&self, profile: &Profile) -> HistoryGateway {
        HistoryGateway::of_profile(profile, &self.settings.profiles)
    }

    /// Returns the reader of the history of what is shown.
    pub(super) fn history_reader(&self) -> Option<&Reader> {
        match self.state.gateways.shown {
            ShownGateways::Demo => self.history.demo.as_ref(),
            _ => self.history.reader.as_ref(),
        }
    }

    /// Starts another reader of that history, for a read that takes long; `None` if there is none.
    pub(super) fn spawn_history_reader(&self) -> io::Result<Option<Reader>> {
        let location = match self.state.gateways.shown {
            ShownGateways::Demo => &self.history.demo_location,
            _ => &self.history.location,
        };
        location.clone().map(|location| spawn_reader(location, &self.history.wake)).transpose()
    }

    /// Starts to record the demo gateway, before it is connected to.
    pub(super) fn record_demo(&mut self) {
        (self.history.demo, self.history.demo_location) = (None, None);
        let Some(demo) = self.recording.demo() else { return };
        let reader = demo
            .start()
            .and_then(|location| Ok((spawn_reader(location.clone(), &self.history.wake)?, location)));
        match reader {
            Ok((reader, location)) => {
                (self.history.demo, self.history.demo_location) = (Some(reader), Some(location));
            }
            Err(error) => tracing::warn!(error = %ErrorChain(&error), "can't record the demo gateway"),
        }
    }

    /// Ends the recording of the demo gateway, which isn't shown any more.
    pub(super) fn forget_demo(&mut self) {
        (self.history.demo, self.history.demo_location) = (None, None);
        if let Some(demo) = self.recording.demo() {
            demo.stop();
        }
    }

    /// Changes what the timeline shows.
    pub(super) fn run_in_timeline(&mut self, ctx: &Context, command: TimelineCommand) {
        let now = epoch_ms(self.state.now());
        let timeline = &mut self.state.timeline;
        match command {
            TimelineCommand::SetWidth(width_px) => timeline.width_px = width_px,
            TimelineCommand::SetSpan(span) => {
                timeline.range = TimelineRange::Last(span);
                self.state.layout.timeline_span = span;
            }
            TimelineCommand::SetSplit(split) => timeline.split = split,
            TimelineCommand::Zoom(range) => timeline.zoom(range, now),
            TimelineCommand::Select(range) => timeline.selection = range,
            TimelineCommand::Reveal(range) => self.reveal(ctx, range),
            TimelineCommand::RevealCursor => {
                if let Some(range) =
                    self.state.table.cursor_row().and_then(|row| self.state.session_time(row))
                {
                    self.reveal(ctx, range);
                }
            }
        }
    }

    /// Opens the timeline with a range in it.
    fn reveal(&mut self, ctx: &Context, range: TimeRange) {
        let now = epoch_ms(self.state.now());
        // A menu may have been open for a while.
        let to = if self.state.past.is_none() { now } else { range.to };
        self.state.layout.timeline = true;
        self.state.timeline.reveal(TimeRange { to, ..range }, now);
        if !regions::has_room_for_timeline(ctx) {
            self.state.toasts.notice(Task::Timeline, timeline::NO_ROOM);
        }
    }

    /// Reads the chart when it is due or another one is shown, and shows what was read.
    pub(super) fn update_timeline(&mut self, ctx: &Context) {
        self.state.timeline.is_available = self.has_history();
        let is_shown = self.state.layout.timeline && regions::has_room_for_timeline(ctx);
        let scope = if is_shown { self.history_scope() } else { None };
        let Some(HistoryScope { gateway }) = scope else {
            self.history.chart = ChartRead::default();
            (self.state.timeline.chart, self.state.timeline.error) = (None, None);
            self.state.timeline.counts = None;
            return;
        };
        self.receive_chart();
        self.count_shown();
        let timeline = &self.state.timeline;
        if timeline.width_px == 0 {
            return;
        }
        let now = epoch_ms(self.state.now());
        let range = timeline.wanted(now);
        let request = ChartRequest {
            from: range.from,
            to: range.to,
            buckets: timeline.width_px,
            split: timeline.split,
            gateway,
        };
        let read = &mut self.history.chart;
        let is_other_gateway = read.request.as_ref().is_some_and(|before| before.gateway != request.gateway);
        if is_other_gateway || read.request.is_none() {
            (self.state.timeline.chart, self.state.timeline.error) = (None, None);
        }
        let instant = (self.clock)();
        read.timer.note_changes(self.state.changes, instant);
        let is_same = read.request.as_ref().is_some_and(|before| {
            let is_same_range = read.range == Some(self.state.timeline.range);
            is_same_range
                && (before.buckets, before.split, &before.gateway)
                    == (request.buckets, request.split, &request.gateway)
        });
        if !is_same || (read.timer.is_due(instant) && read.running.is_none()) {
            read.range = Some(self.state.timeline.range);
            read.request = Some(request.clone());
            let length = Duration::from_millis(u64::try_from(range.length()).unwrap_or(0));
            let delay = CHART_DELAY.max(read.took * CHART_SHARE);
            let refresh = chart_refresh(length, request.buckets, delay);
            read.timer.start(instant, self.state.changes, delay, refresh);
            read.started_at = Some(instant);
            let chart = |request: ChartRequest| {
                move |history: &mut crate::history::History, is_cancelled: &dyn Fn() -> bool| {
                    history.chart(&request, is_cancelled)
                }
            };
            let running = self.history_reader().map(|reader| reader.read(chart(request)));
            self.history.chart.running = running;
        }
        // The end of a read lets the window draw.
        if self.history.chart.running.is_none() {
            self.history.chart.timer.request_frame(ctx, instant);
        }
    }

    /// Counts the sessions that are on now, or were on at the moment of the past, if others were read since. A gateway that
    /// can't be read has those of its last list.
    fn count_shown(&mut self) {
        let dataset = if let Some(past) = &self.state.past {
            let sessions = past.sessions.as_ref().filter(|sessions| sessions.at == past.at);
            sessions.map(|sessions| sessions.dataset.clone())
        } else {
            let has_dataset = |status: &&Arc<GatewayStatus>| status.dataset.is_some();
            let status = self.state.status.as_ref().filter(has_dataset);
            let status = status.or(self.state.previous_status.as_ref());
            status.and_then(|status| status.dataset.clone())
        };
        let timeline = &mut self.state.timeline;
        let is_same = |counts: &SeriesCounts| {
            dataset.as_ref().is_some_and(|dataset| counts.is_of(dataset, timeline.split))
        };
        if !timeline.counts.as_ref().is_some_and(is_same) {
            timeline.counts = dataset.map(|dataset| SeriesCounts::of(&dataset, timeline.split));
        }
    }

    fn receive_chart(&mut self) {
        let read = &mut self.history.chart;
        let Some(result) = read.running.as_ref().and_then(HistoryRead::take) else { return };
        read.running = None;
        read.took = read.started_at.map_or(Duration::ZERO, |started_at| (self.clock)() - started_at);
        let timeline = &mut self.state.timeline;
        timeline.error = None;
        match result {
            Ok(Some(chart)) => timeline.chart = Some(Arc::new(chart)),
            // It was cancelled.
            Ok(None) => {}
            // An empty chart shows it.
            Err(HistoryError::Missing { .. }) => {
                let request = read.request.as_ref();
                let chart = request.map(empty_chart);
                timeline.chart = chart.map(Arc::new);
            }
            Err(error) => {
                timeline.chart = None;
                timeline.error = Some(ErrorReport::new(&error));
            }
        }
    }
}

/// Returns the time between two charts of this length without a change, if a change is shown after `delay`.
fn chart_refresh(length: Duration, buckets: usize, delay: Duration) -> Duration {
    let buckets = u32::try_from(buckets.max(1)).unwrap_or(u32::MAX);
    (length / CHART_PARTS).clamp(delay.min(CHART_REFRESH), CHART_REFRESH).max(length / buckets)
}

fn spawn_reader(location: Location, wake: &Arc<dyn Fn() + Send + Sync>) -> io::Result<Reader> {
    let wake = wake.clone();
    Reader::spawn(location, move || wake())
}

/// Returns a chart of a time in which nothing was recorded.
fn empty_chart(request: &ChartRequest) -> Chart {
    let ChartRequest { from, to, buckets, .. } = *request;
    let unwatched = vec![TimeRange { from, to }];
    Chart { from, to, total: vec![0; buckets], unwatched, ..Chart::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_of_a_short_time_are_read_more_often() {
        let refresh = |minutes, delay| {
            let length = Duration::from_mins(minutes);
            chart_refresh(length, 1_000, Duration::from_secs(delay)).as_secs()
        };
        assert_eq!([1, 60, 24 * 60, 7 * 24 * 60].map(|minutes| refresh(minutes, 5)), [5, 36, 150, 604]);
        assert_eq!([60, 200].map(|delay| refresh(1, delay)), [60, 150], "reads that take long");
    }
}
