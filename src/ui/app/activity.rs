//! Reads the activity list.

use std::sync::Arc;
use std::time::Duration;

use egui::Context;

use super::super::activity_panel;
use super::super::activity_rows::{ActivityError, ActivityRequest, ActivityResult, ActivityRows, LiveAlert};
use super::super::command::ActivityCommand;
use super::super::error_report::ErrorReport;
use super::super::model::Task;
use super::App;
use super::refresh_timer::RefreshTimer;
use super::timeline::HistoryScope;
use crate::dataset::{ColumnId, Dataset, names};
use crate::history::{ActivityEntry, History, HistoryError, HistoryRead};
use crate::query::{ColumnFilter, Query};
use crate::table::ActivityTab;

/// A read of all entries.
type ExportRead = HistoryRead<Result<Arc<Dataset>, ActivityError>>;

/// The reads of the activity list.
#[derive(Default)]
pub(super) struct ActivityReads {
    /// The request for the entries that the list shows.
    request: Option<ActivityRequest>,
    running: Option<HistoryRead<ActivityResult>>,
    timer: RefreshTimer,
    /// The read for an export, and what it reads.
    export: Option<(ActivityRequest, ExportRead)>,
    /// The alert to which the cursor goes once its row was read.
    wanted: Option<Box<LiveAlert>>,
    /// The filters of the table that the list ignores until they change.
    unfiltered: Option<Query>,
}

impl App {
    /// Changes the activity panel.
    pub(super) fn run_in_activity(&mut self, ctx: &Context, command: ActivityCommand) {
        let activity = &mut self.state.activity;
        match command {
            ActivityCommand::SetTab(tab) => {
                self.state.layout.activity_tab = tab;
                self.activity_reads.wanted = None;
            }
            ActivityCommand::ShowAlert(alert) => self.show_alert_in_activity(ctx, alert),
            ActivityCommand::Select(index) => {
                activity.cursor = Some(index);
                self.activity_reads.wanted = None;
            }
            ActivityCommand::ApplyFilters => self.activity_reads.unfiltered = None,
            ActivityCommand::ReadOlder if self.activity_reads.running.is_none() => self.read_older_activity(),
            ActivityCommand::ReadOlder => {}
            ActivityCommand::SetHeight(height) => self.state.layout.activity_height = height,
            ActivityCommand::Export => self.read_activity_for_export(ctx),
        }
    }

    /// Shows an alert in the panel. Where nothing is recorded, there is none.
    fn show_alert_in_activity(&mut self, ctx: &Context, alert: Box<LiveAlert>) {
        if !self.has_history() {
            return;
        }
        self.state.layout.activity_tab = ActivityTab::Alerts;
        self.state.timeline.selection = None;
        self.state.layout.activity = true;
        self.state.layout.licenses = false;
        self.activity_reads.wanted = Some(alert);
        self.list_unfiltered_activity();
        activity_panel::focus_list(ctx);
        // It may have been sent since the last read.
        self.read_newer_activity();
    }

    /// Lists all entries, whatever the filters of the table are, until the user changes them.
    pub(super) fn list_unfiltered_activity(&mut self) {
        self.activity_reads.unfiltered = Some(self.activity_query()).filter(Query::is_filtering);
    }

    /// Moves the cursor to the alert that is to be shown, or reads on while it may be an older one.
    fn find_wanted_alert(&mut self, ctx: &Context) {
        let ActivityReads { request, running, wanted, .. } = &self.activity_reads;
        let (Some(alert), Some(rows)) = (wanted, &self.state.activity.rows) else { return };
        // What is on screen may be another tab, or other times.
        if running.is_some() || request.is_none() || *request != self.activity_request() {
            return;
        }
        if let Some(row) = rows.row_of_alert(alert) {
            self.state.activity.cursor = Some(row);
            self.activity_reads.wanted = None;
            activity_panel::reveal_cursor(ctx);
        } else if rows.may_have_older(alert) && self.state.activity.error.is_none() {
            self.read_older_activity();
        } else {
            self.activity_reads.wanted = None;
        }
    }

    fn read_newer_activity(&mut self) {
        let rows = self.state.activity.rows.clone().unwrap_or_default();
        self.read_activity(move |history, request, is_cancelled| {
            ActivityRows::clone(&rows).with_newer(history, request, is_cancelled)
        });
    }

    /// Reads older entries, if there are any.
    fn read_older_activity(&mut self) {
        let rows = self.state.activity.rows.clone().filter(|rows| !rows.is_complete);
        if let Some(rows) = rows {
            self.read_activity(move |history, request, is_cancelled| {
                ActivityRows::clone(&rows).with_older(history, request, is_cancelled)
            });
        }
    }

    /// Returns what the list is to show; `None` without a history, and until all filters are applied.
    fn activity_request(&self) -> Option<ActivityRequest> {
        let HistoryScope { gateway } = self.history_scope()?;
        let (state, drafts) = (&self.state, &self.drafts);
        let mut columns = drafts.columns.iter().filter(|filter| has_column(&filter.column));
        let are_applied = state.username.is_of(&drafts.username)
            && state.project.is_of(&drafts.project)
            && columns.all(|ColumnFilter { column, text }| {
                let status = state.column_filter(column);
                status.map_or(text.pattern.is_empty(), |status| status.is_of(text))
            });
        let query = self.activity_query();
        let is_unfiltered = self.activity_reads.unfiltered.as_ref() == Some(&query);
        let query = if is_unfiltered { Query::default() } else { query };
        let (range, tab) = (state.timeline.selection, state.layout.activity_tab);
        are_applied.then_some(ActivityRequest { gateway, range, tab, query })
    }

    /// Returns the filters of the table that entries can pass.
    fn activity_query(&self) -> Query {
        let (state, drafts) = (&self.state, &self.drafts);
        let columns = drafts.columns.iter().filter(|filter| has_column(&filter.column));
        let cells = state.cells.iter().filter(|filter| has_column(&filter.column));
        Query {
            username: drafts.username.clone(),
            project: drafts.project.clone(),
            columns: columns.cloned().collect(),
            cells: cells.cloned().collect(),
            designer: state.designer,
            ..Query::default()
        }
    }

    /// Reads the list when it is due or another one is shown, and shows what was read.
    pub(super) fn update_activity(&mut self, ctx: &Context) {
        self.receive_activity_for_export(ctx);
        if !self.state.layout.activity || !self.has_history() {
            self.forget_activity();
            (self.activity_reads.wanted, self.activity_reads.unfiltered) = (None, None);
            self.state.activity.is_unfiltered = false;
            return;
        }
        if self.activity_reads.unfiltered.is_some() {
            let query = self.activity_query();
            self.activity_reads.unfiltered.take_if(|unfiltered| *unfiltered != query);
        }
        self.state.activity.is_unfiltered = self.activity_reads.unfiltered.is_some();
        let is_of_scope = |request: &ActivityRequest, scope: &HistoryScope| request.gateway == scope.gateway;
        let scope = self.history_scope();
        let before = self.activity_reads.request.as_ref();
        if before.zip(scope.as_ref()).is_some_and(|(before, scope)| !is_of_scope(before, scope)) {
            self.forget_activity();
        }
        self.receive_activity();
        let request = self.activity_request();
        if let Some(request) = request.filter(|request| self.activity_reads.request.as_ref() != Some(request))
        {
            self.state.activity.cursor = None;
            self.activity_reads.request = Some(request);
            let rows = self.state.activity.rows.clone().unwrap_or_default();
            self.read_activity(move |history, request, is_cancelled| {
                // Those of another tab may have been read already.
                ActivityRows::clone(&rows).with_older(history, request, is_cancelled)
            });
        }
        self.find_wanted_alert(ctx);
        let now = (self.clock)();
        self.activity_reads.timer.note_changes(self.state.changes, now);
        // Not before the first valid filter. The end of a read lets the window draw.
        let ActivityReads { request, running, timer, .. } = &self.activity_reads;
        if request.is_none() || running.is_some() {
            return;
        }
        if timer.is_due(now) {
            self.read_newer_activity();
        }
        if self.activity_reads.running.is_none() {
            self.activity_reads.timer.request_frame(ctx, now);
        }
    }

    fn forget_activity(&mut self) {
        self.activity_reads.request = None;
        self.activity_reads.running = None;
        let activity = &mut self.state.activity;
        (activity.rows, activity.error, activity.cursor) = (None, None, None);
        activity.is_reading = false;
    }

    /// Starts a read, which replaces a running one.
    fn read_activity(
        &mut self,
        read: impl FnOnce(&mut History, &ActivityRequest, &dyn Fn() -> bool) -> ActivityResult + Send + 'static,
    ) {
        let (Some(reader), Some(request)) = (self.history_reader(), self.activity_reads.request.clone())
        else {
            return;
        };
        let alerts = self.state.alerts.live();
        let read = move |history: &mut History, is_cancelled: &dyn Fn() -> bool| {
            let rows = read(history, &request, is_cancelled)?;
            Ok(rows.with_alerts(&alerts, &request)?)
        };
        let running = reader.read(move |history, is_cancelled| match read(history, is_cancelled) {
            // The connection is opened again after these.
            Err(ActivityError::History(error)) => Err(error),
            result => Ok(result),
        });
        let now = (self.clock)();
        self.activity_reads.running = Some(running);
        self.activity_reads.timer.start(now, self.state.changes, Duration::ZERO, RefreshTimer::MIN_REFRESH);
        self.state.activity.is_reading = true;
    }

    fn receive_activity(&mut self) {
        let Some(result) = self.activity_reads.running.as_ref().and_then(HistoryRead::take) else { return };
        self.activity_reads.running = None;
        let (alerts, request) = (self.state.alerts.live(), self.activity_reads.request.clone());
        let activity = &mut self.state.activity;
        activity.is_reading = false;
        activity.error = None;
        match result {
            Ok(Ok(rows)) => {
                // The row at the cursor stays there while newer ones come.
                let before = activity.rows.as_ref().and_then(|rows| rows.key_of(activity.cursor?));
                activity.cursor = before.and_then(|key| rows.row_of(key));
                activity.rows = Some(Arc::new(rows));
            }
            Ok(Err(error)) => activity.error = Some(ErrorReport::new(&error)),
            // Nothing was recorded yet, but alerts may have been sent.
            Err(HistoryError::Missing { .. }) => {
                let request = request.unwrap_or_default();
                let rows = ActivityRows::without_history(&alerts, &request);
                activity.rows = Some(Arc::new(rows.unwrap_or_else(|_| ActivityRows::nothing(&request))));
            }
            Err(error) => activity.error = Some(ErrorReport::new(&error)),
        }
    }

    /// Reads all entries that pass the filters, to export them.
    fn read_activity_for_export(&mut self, ctx: &Context) {
        let (Some(reader), Some(request)) = (self.history_reader(), self.activity_reads.request.clone())
        else {
            return;
        };
        if self.export_job.is_some() || self.state.is_export_busy(&self.drafts) {
            return;
        }
        let alerts = self.state.alerts.live();
        let of_read = request.clone();
        let read = move |history: &mut History, is_cancelled: &dyn Fn() -> bool| match of_read.read_all(
            &alerts,
            history,
            is_cancelled,
        ) {
            Err(ActivityError::History(error)) => Err(error),
            result => Ok(result),
        };
        self.activity_reads.export = Some((request, reader.read(read)));
        self.state.activity.is_exporting = true;
        self.state.toasts.running(Task::Export, "Reading the activity…".to_owned());
        ctx.request_repaint();
    }

    /// Cancels the read for an export, if one is running.
    pub(super) fn forget_activity_export(&mut self) {
        self.activity_reads.export = None;
        self.state.activity.is_exporting = false;
    }

    fn receive_activity_for_export(&mut self, ctx: &Context) {
        let Some((request, read)) = &self.activity_reads.export else { return };
        let Some(mut result) = read.take() else { return };
        // Nothing was recorded yet, but alerts may have been sent.
        if let Err(HistoryError::Missing { .. }) = result {
            let rows = ActivityRows::without_history(&self.state.alerts.live(), request);
            let dataset = rows.map(|rows| Arc::new(ActivityEntry::dataset(&rows.entries)));
            result = Ok(dataset.map_err(ActivityError::from));
        }
        self.forget_activity_export();
        self.state.toasts.clear(Task::Export);
        match result {
            Ok(Ok(dataset)) => self.export_activity(ctx, dataset),
            Ok(Err(error)) => self.state.toasts.error(Task::Export, ErrorReport::new(&error)),
            Err(error) => self.state.toasts.error(Task::Export, ErrorReport::new(&error)),
        }
    }
}

/// Returns `true` if entries of the activity have a column.
fn has_column(id: &ColumnId) -> bool {
    ColumnId::STANDARD.contains(id) || *id == names::KIND.into()
}
