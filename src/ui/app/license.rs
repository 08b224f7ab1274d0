//! Reads what the license panel shows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;

use super::super::command::LicenseCommand;
use super::super::error_report::ErrorReport;
use super::super::model::{LicensePage, SessionKey, ShownGateways, Task, epoch_ms};
use super::refresh_timer::RefreshTimer;
use super::timeline::HistoryScope;
use super::{App, FRAME_WAIT};
use crate::dataset::Dataset;
use crate::gateway::SessionKind;
use crate::history::{History, HistoryError, HistoryRead, PeakRow, Peaks, PeaksRequest};
use crate::query::UnusedRequest;

/// The shortest time between two reads without a change. A year of a large plant takes a quarter of a second.
const PEAKS_REFRESH: Duration = Duration::from_secs(150);
/// The time after which unused sessions are looked for again although nothing was read, because more become silent.
const UNUSED_REFRESH: Duration = Duration::from_secs(30);
const DAY_MS: i64 = 86_400_000;

/// The reads of the license panel.
#[derive(Default)]
pub(super) struct LicenseReads {
    /// The request for the peaks that are shown or being read.
    request: Option<PeaksRequest>,
    running: Option<HistoryRead<Option<Peaks>>>,
    timer: RefreshTimer,
    export: Option<HistoryRead<Arc<Dataset>>>,
    /// Time of the last search for unused sessions.
    unused_at: Option<Instant>,
}

impl App {
    /// Opens or closes the license panel, which has the place of the activity panel.
    pub(super) fn toggle_licenses(&mut self) {
        self.state.layout.licenses ^= true;
        self.state.layout.activity &= !self.state.layout.licenses;
        self.drafts.limit = None;
        self.query(FRAME_WAIT);
    }

    /// Changes the license panel.
    pub(super) fn run_in_license(&mut self, command: LicenseCommand) {
        let license = &mut self.state.license;
        match command {
            LicenseCommand::SetPage(page) => {
                license.page = page;
                self.query(FRAME_WAIT);
            }
            LicenseCommand::SetSpan(span) => license.span = span,
            LicenseCommand::SetSeries(series) => license.series = series,
            LicenseCommand::SetLimit { gateway, kind, limit } => self.set_limit(&gateway, kind, limit),
            LicenseCommand::SelectDay(row) => license.day = Some(row),
            LicenseCommand::SetSilent(silent) => {
                license.silent = silent;
                license.session = None;
                self.query(FRAME_WAIT);
            }
            LicenseCommand::SelectSession(row) => {
                license.session =
                    self.state.table.result().map(|result| SessionKey::of(&result.dataset, row));
            }
            LicenseCommand::Export => self.prepare_peaks_for_export(),
        }
    }

    /// Saves the largest number of sessions of a kind on a saved gateway, which may not be the shown one any more.
    fn set_limit(&mut self, gateway: &str, kind: SessionKind, limit: Option<u32>) {
        self.drafts.limit = None;
        let Some(saved) = self.settings.profiles.iter().find(|saved| saved.name == gateway).cloned() else {
            return;
        };
        self.change_profile(&saved, |profile| *profile.limits.of_mut(kind) = limit);
    }

    /// Returns which sessions to look for that are probably not used; `None` while they aren't shown.
    pub(super) fn unused_request(&self) -> Option<UnusedRequest> {
        let state = &self.state;
        let is_shown = state.layout.licenses && state.license.page == LicensePage::Unused;
        if !is_shown || state.past.is_some() {
            return None;
        }
        let now = epoch_ms(self.state.now());
        let nodes = state.table_status().map_or(&[][..], |status| &status.nodes[..]);
        let now_on = nodes.iter().filter_map(|node| {
            let offset = node.clock_offset_ms?;
            Some((node.name.clone()?, now.saturating_add(offset)))
        });
        Some(UnusedRequest {
            silent_ms: i64::try_from(state.license.silent.as_millis()).unwrap_or(i64::MAX),
            now_epoch_ms: state.clock().now_epoch_ms,
            now_on: now_on.collect(),
        })
    }

    /// Reads the peaks when they are due or others are shown, and shows what was read.
    pub(super) fn update_licenses(&mut self, ctx: &Context) {
        self.receive_peaks_for_export(ctx);
        let is_open = self.state.shows_licenses();
        self.update_unused(is_open);
        let Some(HistoryScope { gateway }) = is_open.then(|| self.history_scope()).flatten() else {
            self.license_reads.request = None;
            self.license_reads.running = None;
            self.state.license.forget();
            return;
        };
        let before = self.license_reads.request.as_ref();
        if before.is_some_and(|before| before.gateway != gateway) {
            self.license_reads.running = None;
            self.state.license.forget();
        }
        self.receive_peaks();
        if self.state.license.page != LicensePage::Days {
            return;
        }
        let now = epoch_ms(self.state.now());
        let from = now - i64::from(self.state.license.span.days() - 1) * DAY_MS;
        let request = PeaksRequest { days: self.state.history_clock().days(from, now), gateway };
        let instant = (self.clock)();
        let reads = &mut self.license_reads;
        reads.timer.note_changes(self.state.changes, instant);
        let is_same = reads.request.as_ref() == Some(&request);
        if !is_same || (reads.timer.is_due(instant) && reads.running.is_none()) {
            reads.request = Some(request.clone());
            reads.timer.start(instant, self.state.changes, RefreshTimer::MIN_REFRESH, PEAKS_REFRESH);
            let read = move |history: &mut History, is_cancelled: &dyn Fn() -> bool| {
                history.peaks(&request, is_cancelled)
            };
            let running = self.history_reader().map(|reader| reader.read(read));
            self.license_reads.running = running;
        }
        // The end of a read lets the window draw.
        if self.license_reads.running.is_none() {
            self.license_reads.timer.request_frame(ctx, instant);
        }
    }

    fn receive_peaks(&mut self) {
        let Some(result) = self.license_reads.running.as_ref().and_then(HistoryRead::take) else { return };
        self.license_reads.running = None;
        let license = &mut self.state.license;
        match result {
            Ok(Some(peaks)) => license.set_peaks(peaks),
            // It was cancelled.
            Ok(None) => {}
            Err(HistoryError::Missing { .. }) => license.set_peaks(Peaks::default()),
            Err(error) => license.error = Some(ErrorReport::new(&error)),
        }
    }

    /// Looks for unused sessions again at intervals.
    fn update_unused(&mut self, is_open: bool) {
        if !is_open || self.unused_request().is_none() {
            self.license_reads.unused_at = None;
            return;
        }
        let now = (self.clock)();
        let is_due = |at: Instant| now.saturating_duration_since(at) >= UNUSED_REFRESH;
        match self.license_reads.unused_at {
            Some(at) if !is_due(at) => {}
            before => {
                self.license_reads.unused_at = Some(now);
                // A command has asked for the first ones, but not at the start.
                let has_first = || self.state.table.result().is_some_and(|result| result.unused.is_some());
                if before.is_some() || !has_first() {
                    self.query(FRAME_WAIT);
                }
            }
        }
    }

    /// Writes the peaks to a dataset, to export it.
    fn prepare_peaks_for_export(&mut self) {
        let Some(peaks) = self.state.license.peaks.clone() else { return };
        if self.export_job.is_some() || self.state.is_export_busy(&self.drafts) {
            return;
        }
        let clock = self.state.history_clock();
        let by = self.state.license.series.exported_by(self.state.gateways.shown == ShownGateways::All);
        let limits: HashMap<_, _> = peaks
            .gateways
            .iter()
            .filter_map(|of| Some((of.gateway.clone(), self.state.gateways.get(&of.gateway)?.profile.limits)))
            .collect();
        let Some(reader) = self.history_reader() else { return };
        // Not by this thread: a thousand gateways have a million rows.
        let write = move |_: &mut History, _: &dyn Fn() -> bool| {
            let limit = |gateway: &str, kind| limits.get(gateway)?.of(kind);
            let rows = peaks.rows(by, |time| clock.iso_day(time), limit);
            Ok(Arc::new(PeakRow::dataset(&rows)))
        };
        self.license_reads.export = Some(reader.read(write));
        self.state.license.is_exporting = true;
    }

    /// Cancels the export that is being prepared, if one is.
    pub(super) fn forget_peaks_export(&mut self) {
        self.license_reads.export = None;
        self.state.license.is_exporting = false;
    }

    fn receive_peaks_for_export(&mut self, ctx: &Context) {
        let Some(result) = self.license_reads.export.as_ref().and_then(HistoryRead::take) else { return };
        self.forget_peaks_export();
        match result {
            Ok(dataset) => self.export_peaks(ctx, dataset),
            Err(error) => self.state.toasts.error(Task::Export, ErrorReport::new(&error)),
        }
    }
}
