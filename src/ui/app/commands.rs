//! Runs commands.

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, ViewportCommand, gui_zoom};

use super::super::command::{AlertCommand, ColumnChange, Command, Copied, PatternCommand};
use super::super::diagnostics;
use super::super::filter_row;
use super::super::gateway_bar;
use super::super::model::{AfterDiscard, CountsOrder, SettingsPage, SignInChoice, Task};
use super::super::settings_worker::Change;
use super::super::view_row;
use super::{App, FRAME_WAIT};
use crate::dataset::ColumnId;
use crate::display;
use crate::export::Format;
use crate::query::{self, Query, QueryResult};
use crate::settings::SavedFilter;
use crate::table::{Action, Day, OutdatedLists, ResultContext};

impl App {
    /// Runs the commands of the last frame, in order.
    pub(super) fn run_commands(&mut self, ctx: &Context) {
        for command in std::mem::take(&mut self.commands) {
            self.run(ctx, command);
        }
    }

    /// Drops the commands that would change nothing, such as those of most edits, so that typing draws each frame only once.
    pub(super) fn drop_idle_commands(&mut self) {
        let Self { commands, drafts, .. } = self;
        commands.retain(|command| match command {
            Command::Form(change) => drafts.form.as_ref().is_some_and(|form| form.is_changed_by(change)),
            Command::Alert(AlertCommand::Form(change)) => {
                drafts.alert.as_ref().is_some_and(|form| form.is_changed_by(change))
            }
            Command::ClearGatewayError => drafts.gateway_error.is_some(),
            Command::Pattern(PatternCommand::Edited) => drafts.tester.cursor.is_some(),
            _ => true,
        });
    }

    #[expect(clippy::too_many_lines, reason = "one arm per command")]
    fn run(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::Connect(gateway) => {
                if !self.leave_form(AfterDiscard::Connect(gateway.clone())) {
                    return;
                }
                self.connect_by_name(gateway.trim());
                if self.drafts.gateway_error.is_none() {
                    gateway_bar::close_address(ctx);
                } else if !self.state.gateway.is_empty() {
                    gateway_bar::open_address(ctx);
                }
            }
            Command::ConnectDemo => {
                if self.leave_form(AfterDiscard::ConnectDemo) {
                    self.connect_demo();
                }
            }
            Command::ChooseColumns => view_row::open_columns(ctx),
            Command::EnterAddress => {
                let is_one = self.profile.is_some();
                self.drafts.gateway = if is_one { self.state.gateway.clone() } else { String::new() };
                self.drafts.gateway_error = None;
                gateway_bar::open_address(ctx);
            }
            Command::ClearGatewayError => self.drafts.gateway_error = None,
            Command::SignIn => self.sign_in(ctx),
            Command::AskSignIn(gateway) => self.ask_sign_in(ctx, gateway),
            Command::CancelSignIn => {
                // A login that is required later is asked for.
                let is_dismissed = self.state.lacks_login();
                self.state.sign_in =
                    if is_dismissed { SignInChoice::Dismissed } else { SignInChoice::Automatic };
            }
            Command::UseToken => self.use_token(ctx),
            Command::CancelConnect => self.cancel_connect(),
            Command::AbandonKeyring => self.abandon_keyring(),
            Command::Trust { rejected, permanently } => self.trust(*rejected, permanently),
            Command::Rail(command) => self.run_in_rail(ctx, command),
            Command::Refresh => {
                self.state.sign_in = SignInChoice::Automatic;
                self.refresh_now();
            }
            Command::RefreshEvery(interval) => self.refresh_every(interval),

            Command::AddGateway => self.add_gateway(),
            Command::Guide(command) => self.run_in_guide(ctx, command),
            Command::EditGateway(name) => self.edit_gateway(name.as_deref()),
            Command::ReadSettings => {
                if self.settings_worker.is_some() {
                    self.change_settings(Change::Reload);
                }
            }
            Command::TestGateway => {
                if let Some(form) = &mut self.drafts.form {
                    form.error = None;
                }
                self.test_gateway(ctx);
            }
            Command::SaveGateway => self.save_gateway(),
            Command::LeaveForm => self.leave_to_settings(ctx),
            Command::RemoveGateway(name) => self.remove_saved_gateway(&name),
            Command::DiscardForm => self.discard_form(),
            Command::Form(change) => {
                if let Some(form) = &mut self.drafts.form {
                    form.apply(change);
                }
            }

            Command::Alert(command) => self.run_with_alert(ctx, command),

            Command::AskTerminate(plan) => self.ask_terminate(plan),
            Command::AskTerminateSelected => {
                let plan = self.state.termination_plan(&self.state.table.selected_rows());
                if let Some(plan) = plan.filter(|plan| !plan.targets.is_empty()) {
                    self.ask_terminate(plan);
                }
            }
            Command::Terminate => self.terminate(ctx),
            Command::StopTerminating => self.stop_terminating(),
            Command::CancelTerminate => self.ui_state.termination = None,

            Command::ApplyFilters => self.query(FRAME_WAIT),
            Command::FocusUsername => filter_row::focus(ctx, &ColumnId::Username, &self.drafts.username),
            Command::FocusTable => self.focus_table(ctx),
            Command::SetFilterMode(field, mode) => self.set_filter_mode(field, mode),
            Command::Filter(command) => self.run_filter_command(ctx, command),
            Command::Pattern(command) => self.run_in_pattern_tester(ctx, command),
            Command::ApplySavedFilter(saved) => self.set_filters(saved.filters()),
            Command::SaveFilter(name) => {
                let saved = SavedFilter::new(name, &self.filters());
                self.drafts.filter_name.clear();
                self.drafts.removed_filter = None;
                self.change_settings(Change::SaveFilter(saved));
            }
            Command::RemoveFilter(name) => {
                let saved = self.state.saved_filters.iter().find(|saved| saved.name == name);
                self.drafts.removed_filter = saved.cloned();
                self.change_settings(Change::RemoveFilter(name));
            }
            Command::RestoreFilter => {
                if let Some(removed) = self.drafts.removed_filter.take() {
                    self.change_settings(Change::SaveFilter(removed));
                }
            }
            Command::ClearFilters => self.clear_filters(),
            Command::Escape => self.escape(),
            Command::Facet { field, value, adds } => self.toggle_facet(field, &value, adds),
            Command::FilterToCursor => {
                if let Some((column, value)) = self.cursor_value() {
                    self.filter_to_value(column, value);
                }
            }
            Command::ExcludeCursor => {
                if let Some((column, value)) = self.cursor_value() {
                    self.exclude_value(column, value);
                }
            }
            Command::FilterToValue(column, value) => self.filter_to_value(column, value),
            Command::ExcludeValue(column, value) => self.exclude_value(column, value),
            Command::SetDesignerFilter(designer) => {
                self.state.designer = designer;
                self.query(FRAME_WAIT);
            }

            Command::GroupBy(grouping) => {
                self.state.layout.grouping = grouping;
                self.query(FRAME_WAIT);
            }
            Command::SortBy(column) => self.sort(query::toggle_sort(&self.state.layout.sort, &column)),
            Command::AddSort(column) => {
                self.sort(query::toggle_additional_sort(&self.state.layout.sort, &column));
            }
            Command::Sort(keys) => self.sort(keys),
            Command::Table(action) => {
                self.ui_state.reveals_cursor_column |= matches!(action, Action::MoveColumn(..));
                self.state.table.act(action);
            }
            Command::GoToSession(row) => {
                if !self.state.table.go_to(row) {
                    self.state.toasts.notice(Task::GoToSession, "The filters hide this session");
                }
            }
            Command::SetViewport { line_px, view_px } => self.state.table.set_view(line_px, view_px),
            Command::SetPointerLine(line) => self.ui_state.pointer_line = line,
            Command::TogglePause => self.toggle_pause(),
            Command::SetCellMenu(menu) => self.ui_state.cell_menu = menu,
            Command::Column(id, change) => self.change_column(&id, change),
            Command::ResetColumns => self.state.layout.columns.reset(),
            Command::SetDateStyle(style) => self.state.layout.dates = style,
            Command::SetDensity(density) => self.state.layout.density = density,
            Command::Copy(content) => self.copy(ctx, content),

            Command::ToggleCounts => {
                self.state.layout.counts ^= true;
                self.state.layout.details &= !self.state.layout.counts;
                self.query(FRAME_WAIT);
            }
            Command::SetFacetOrder(order) => {
                self.state.facet_order = order;
                self.query(FRAME_WAIT);
            }
            Command::ToggleActivity => {
                self.state.layout.activity ^= true;
                self.state.layout.licenses &= !self.state.layout.activity;
            }
            Command::ToggleLicenses => self.toggle_licenses(),
            Command::License(command) => self.run_in_license(command),
            Command::Activity(command) => self.run_in_activity(ctx, command),
            Command::ToggleTimeline => self.state.layout.timeline ^= true,
            Command::Timeline(command) => self.run_in_timeline(ctx, command),
            Command::Past(command) => self.run_in_past(ctx, command),
            Command::ShowActivitySince(since) => self.show_activity_since(ctx, since),
            Command::DismissAway => self.state.away = None,
            Command::ShowAlerts => gateway_bar::open_alerts(ctx),
            Command::ToggleDetails => {
                self.state.layout.details ^= true;
                self.close_counts();
            }
            Command::ShowDetails => {
                self.state.layout.details = true;
                self.close_counts();
            }

            Command::SetExportOptions(options) => {
                self.drafts.export = options;
                self.drafts.reset_export();
            }
            Command::Export => self.export(ctx),
            Command::RetryExport => self.retry_export(ctx),
            Command::ExportTo(path) => self.export_to(ctx, path, false),
            Command::ReplaceFile(path) => self.export_to(ctx, path, true),
            Command::ResetExportPath => self.drafts.reset_export(),
            Command::CancelExport => self.cancel_export(),
            Command::CloseQuestion => self.close_question(ctx),
            Command::DismissToast(id) => self.state.toasts.dismiss(id),

            Command::TogglePalette => self.toggle_palette(ctx),
            Command::SelectInPalette(index) => {
                if let Some(palette) = &mut self.drafts.palette {
                    palette.selected = index;
                }
            }
            Command::ClosePalette => self.close_palette(ctx),

            Command::OpenSettings => self.open_settings(ctx, SettingsPage::General),
            Command::OpenKeys => self.open_settings(ctx, SettingsPage::Shortcuts),
            Command::OpenSettingsPage(page) => self.open_settings(ctx, page),
            Command::CloseSettings => self.close_settings(ctx),
            Command::SetTheme(theme) => self.set_theme(ctx, theme),
            Command::SetZoom(factor) => ctx.set_zoom_factor(factor),
            Command::ZoomIn => gui_zoom::zoom_in(ctx),
            Command::ZoomOut => gui_zoom::zoom_out(ctx),
            Command::SetDefaultRefresh(interval) => self.set_default_refresh(interval),
            Command::SetMarkTime(time) => self.set_mark_time(time),
            Command::SetRecording(is_enabled) => self.set_recording(is_enabled),
            Command::SetKeepDays(days) => self.set_keep_days(days),
            Command::OpenConfig(place) => self.open_config(ctx, place),

            Command::OpenLog => self.open_settings(ctx, SettingsPage::Log),
            Command::CopyLog => self.copy_text(ctx, self.log.snapshot().join("\n"), "Log copied"),
            Command::CopyDiagnostics => self.copy_diagnostics(ctx),

            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Makes room in the right panel for the details.
    fn close_counts(&mut self) {
        if self.state.layout.details {
            self.state.layout.counts = false;
        }
    }

    fn copy_diagnostics(&mut self, ctx: &Context) {
        let log = self.log.snapshot();
        let report = diagnostics::report(ctx, &self.renderer, &self.settings, &log);
        self.copy_text(ctx, report, "Diagnostics copied");
    }

    fn change_column(&mut self, id: &ColumnId, change: ColumnChange) {
        let columns = &mut self.state.layout.columns;
        let dataset = self.state.table.result().map(|sessions| &sessions.dataset);
        match (change, dataset) {
            (ColumnChange::Resize(width), _) => columns.resize(id, width),
            (ColumnChange::MoveBefore(next), _) => columns.move_before(id, next.as_ref()),
            (ColumnChange::Shift(direction), Some(dataset)) => columns.shift(id, direction, dataset),
            (ColumnChange::Show(visible), Some(dataset)) => columns.show(id, visible, dataset),
            (ColumnChange::Shift(_) | ColumnChange::Show(_), None) => {}
        }
    }

    /// Starts a query with the current dataset and filters, and waits up to `timeout` for its result.
    pub(super) fn query(&mut self, timeout: Duration) {
        let (state, drafts) = (&self.state, &self.drafts);
        let query = Query {
            username: drafts.username.clone(),
            project: drafts.project.clone(),
            columns: drafts.columns.clone(),
            dates: state.dates.clone(),
            now_epoch_ms: state.clock().now_epoch_ms,
            designer: state.designer,
            cells: state.cells.clone(),
            grouping: state.layout.grouping.clone(),
            sort: state.layout.sort.clone(),
            facets: state.layout.counts.then_some(state.facet_order),
            unused: self.unused_request(),
            suggestions: true,
        };
        let dataset = match (state.table_dataset(), &state.past, state.table.result()) {
            (Some(dataset), ..) => dataset.clone(),
            // Until the past is read.
            (None, Some(past), Some(result)) if past.error.is_none() => result.dataset.clone(),
            _ => Arc::default(),
        };
        // A date filter moves with the time, and the others say nothing about the rows.
        let view = Query { now_epoch_ms: 0, facets: None, unused: None, suggestions: false, ..query.clone() };
        self.is_view_changed |= view != self.last_view;
        self.last_view = view;
        let on_screen = state.table.result().map(|sessions| sessions.dataset.clone());
        self.query_worker.submit(query, dataset, on_screen);
        if let Some(result) = self.query_worker.wait_result(timeout) {
            self.show_result(result);
        }
    }

    /// Shows the result of a query.
    pub(super) fn show_result(&mut self, mut result: QueryResult) {
        self.submitted_due = None;
        self.keep_facet_order(&mut result);
        self.state.username = result.username.clone();
        self.state.project = result.project.clone();
        self.state.columns.clone_from(&result.columns);
        // Without a dataset, the query only validated the filters.
        if self.state.table_status().is_some() || self.state.past.is_some() {
            self.state.layout.columns.merge_new(&result.dataset, Day::today());
            // Until a large dataset is prepared, results are of the dataset on screen.
            let is_new =
                self.state.table.result().is_none_or(|old| !Arc::ptr_eq(&old.dataset, &result.dataset));
            let is_current = is_new || self.is_newest(&result.dataset);
            let outdated =
                if is_current { std::mem::take(&mut self.state.outdated) } else { OutdatedLists::default() };
            let ends_pause = is_current && std::mem::take(&mut self.ends_pause);
            // Sessions of another time haven't left.
            let past = self.state.past.as_ref().and_then(|past| past.sessions.as_ref());
            let is_past = past.is_some_and(|past| Arc::ptr_eq(&past.dataset, &result.dataset));
            let was_past = std::mem::replace(&mut self.is_past_on_screen, is_past);
            let context = ResultContext {
                outdated: &outdated,
                left_at: (!ends_pause).then(|| self.state.now()),
                pointer: self.ui_state.pointer_line,
                is_refresh: !std::mem::take(&mut self.is_view_changed),
                has_marks: !(self.state.mark_time.is_zero() || is_past || was_past),
            };
            self.ui_state.pointer_line = self.state.table.show(result, context);
        } else {
            self.state.table.clear();
        }
    }

    /// Keeps the order of users and projects while the pointer is over them, so that a click hits what was aimed at.
    fn keep_facet_order(&mut self, result: &mut QueryResult) {
        if self.ui_state.counts_order == CountsOrder::Free {
            return;
        }
        let before = self.state.table.result();
        let before = before.and_then(|before| Some((&before.dataset, before.facets.as_ref()?)));
        if let (Some((dataset_before, before)), Some(facets)) = (before, &mut result.facets) {
            facets.keep_order(&result.dataset, before, dataset_before);
            self.ui_state.counts_order = CountsOrder::Outdated;
        }
    }

    pub(super) fn copy_text(&mut self, ctx: &Context, text: String, done: &str) {
        ctx.copy_text(text);
        self.state.toasts.done(Task::Copy, done);
    }

    fn copy(&mut self, ctx: &Context, content: Copied) {
        let format = match content {
            Copied::Cell => {
                let text = self.state.cursor_cell().map(|(_, cell)| display::clipboard_text(cell));
                return text.map_or((), |text| self.copy_text(ctx, text, "Cell copied"));
            }
            Copied::CellText(text) => return self.copy_text(ctx, text, "Cell copied"),
            Copied::Text(text) => return self.copy_text(ctx, text, "Value copied"),
            Copied::Row(text) => return self.copy_text(ctx, text, "Row copied"),
            Copied::Call => return self.copy_text(ctx, self.session_info_call(), "Call copied"),
            Copied::Rows => Format::Tabs,
            Copied::Csv => Format::ClipboardCsv,
            Copied::Json => Format::Json,
        };
        self.copy_rows(ctx, format);
    }
}
