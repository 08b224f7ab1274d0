//! Runs commands.

use std::time::{Duration, Instant};

use egui::{Context, ViewportCommand};

use super::super::command::{ColumnChange, Command, Copied};
use super::super::diagnostics;
use super::super::error_report::ErrorReport;
use super::super::filter_row;
use super::super::gateway_bar;
use super::super::model::{AfterDiscard, CountsOrder, NarrowRail, SettingsPage, Shown, SignInChoice, Task};
use super::super::settings_worker::Change;
use super::super::view_row;
use super::{App, FRAME_WAIT};
use crate::dataset::ColumnId;
use crate::demo::{self, DemoGateway};
use crate::display;
use crate::export::Format;
use crate::gateway::{NodeUrl, Profile};
use crate::query::{self, Query, QueryResult};
use crate::settings::{DEMO_NAME, SavedFilter, State, Target};
use crate::table::{Action, Day};

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
            Command::ClearGatewayError => drafts.gateway_error.is_some(),
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
                self.drafts.gateway.clone_from(&self.state.gateway);
                self.drafts.gateway_error = None;
                gateway_bar::open_address(ctx);
            }
            Command::ClearGatewayError => self.drafts.gateway_error = None,
            Command::SignIn => self.sign_in(ctx),
            Command::CancelSignIn => self.state.sign_in = SignInChoice::Dismissed,
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
            Command::TestGateway => self.test_gateway(ctx),
            Command::SaveGateway => self.save_gateway(),
            Command::LeaveGateway => {
                self.leave_form(AfterDiscard::Nothing);
            }
            Command::RemoveGateway(name) => self.remove_saved_gateway(&name),
            Command::CloseGateway => self.close_form(),
            Command::Form(change) => {
                if let Some(form) = &mut self.drafts.form {
                    form.apply(change);
                }
            }

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
            Command::SetKind(kind) => {
                self.state.kind = kind;
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
                    let text = "The filters hide this session";
                    self.state.toasts.done(Task::Copy, text);
                }
            }
            Command::SetViewport { line_px, view_px } => self.state.table.set_view(line_px, view_px),
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
            Command::ExportTo(path) => self.export_to(ctx, path, false),
            Command::ReplaceFile(path) => self.export_to(ctx, path, true),
            Command::ResetExportPath => self.drafts.reset_export(),
            Command::CancelExport => self.cancel_export(),
            Command::CloseQuestion => self.close_question(),
            Command::DismissToast(id) => self.state.toasts.dismiss(id),

            Command::OpenPalette => self.toggle_palette(ctx),
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
            Command::SetDefaultRefresh(interval) => self.set_default_refresh(interval),
            Command::OpenConfig(place) => self.open_config(ctx, place),

            Command::OpenLog => self.open_settings(ctx, SettingsPage::Log),
            Command::CopyLog => self.copy_text(ctx, self.log.snapshot().join("\n"), "Copied the log"),
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

    /// Starts the demo gateway and connects to it.
    pub(super) fn connect_demo(&mut self) {
        let started = DemoGateway::start(demo::Options::in_process()).map_err(|error| error.to_string());
        let profile = started.and_then(|demo| {
            let profile = Profile::from_address(demo.url()).map_err(|error| error.to_string())?;
            Ok((demo, profile))
        });
        match profile {
            Ok((demo, profile)) => {
                self.connect(profile.with_name(DEMO_NAME));
                self.state.gateways.shown = Shown::Demo;
                self.state.can_edit = false;
                self.demo = Some(demo);
                self.save_state(State { last: Some(DEMO_NAME.to_owned()), ..self.saved_state.clone() });
            }
            Err(error) => self.state.toasts.error(Task::Connect, error),
        }
    }

    /// Connects to a gateway, and clears the table of another one. The same gateway keeps it until it answers.
    pub(super) fn connect(&mut self, profile: Profile) {
        let is_same = self
            .profile
            .as_ref()
            .is_some_and(|current| current.name == profile.name && current.nodes() == profile.nodes());
        self.state.previous_status =
            if is_same { self.state.table_status().cloned() } else { self.last_table(&profile) };
        if !is_same || self.state.previous_status.is_none() {
            self.query_worker.cancel();
            self.state.table.clear();
        }
        self.demo = None;
        self.state.sign_in = SignInChoice::Automatic;
        self.state.connecting_since = Some(Instant::now());
        self.state.addresses = profile.nodes().to_vec();
        self.state.gateway.clone_from(&profile.name);
        self.drafts.gateway.clone_from(&profile.name);
        self.drafts.gateway_error = None;
        self.state.toasts.clear(Task::Connect);
        self.state.toasts.clear_error(Task::Keyring);
        self.state.status = None;
        self.ui_state.forget_sessions();
        // The answer may come before a frame without the card.
        self.ui_state.was_sign_in_shown = false;
        self.typing.is_signing_in = false;
        self.state.gateways.shown = Shown::Gateway(profile.name.clone());
        self.ui_state.narrow_rail = NarrowRail::Closed;
        self.start_polling(profile);
        if !is_same && self.state.previous_status.is_some() {
            self.query(FRAME_WAIT);
        }
        self.background.poller.set_combined(false);
        self.update_background();
    }

    /// Connects to the gateway with this name or address.
    fn connect_by_name(&mut self, gateway: &str) {
        gateway.clone_into(&mut self.drafts.gateway);
        if self.state.has_rejected_login() {
            // The saved login may work.
            self.supplied_credentials = None;
        }
        match self.settings.target(Some(gateway), None) {
            Ok(Target::Gateway(profile)) => {
                let page = NodeUrl::dropped_page(gateway).filter(|_| profile.name != gateway);
                self.connect_and_remember(profile);
                if let Some(page) = page {
                    let text = format!("Connected without {page}, which is a page of the gateway");
                    self.state.toasts.done(Task::Connect, text);
                }
            }
            Ok(Target::All) => self.show_all(),
            Ok(Target::Demo) => self.connect_demo(),
            Err(error) => self.drafts.gateway_error = Some(ErrorReport::new(error.reason())),
        }
    }

    /// Connects to a gateway and saves it as the one to start with.
    pub(super) fn connect_and_remember(&mut self, profile: Profile) {
        let last = profile.name.clone();
        let recent = self.recent_with(&profile);
        self.connect(profile);
        self.save_state(State { last: Some(last), recent, ..self.saved_state.clone() });
        self.list_gateways();
    }

    /// Saves the table's layout, the delimiter and the typed filters if they have changed.
    pub(super) fn save_layout(&mut self) {
        let csv_delimiter = self.drafts.export.delimiter;
        let (layout, history, saved) = (&self.state.layout, &self.state.filter_history, &self.saved_state);
        if *layout != saved.table || *history != saved.filter_history || csv_delimiter != saved.csv_delimiter
        {
            let (table, filter_history) = (layout.clone(), history.clone());
            self.save_state(State { csv_delimiter, filter_history, table, ..self.saved_state.clone() });
        }
    }

    /// Saves the state for the next run, if it has changed.
    pub(super) fn save_state(&mut self, state: State) {
        let should_save = self.settings_worker.is_some() && state != self.saved_state;
        if !should_save || self.change_settings(Change::State(state.clone())) {
            self.saved_state = state;
        }
    }

    /// Sends a change to the settings worker. On failure, shows the error and returns `false`.
    pub(super) fn change_settings(&mut self, change: Change) -> bool {
        let report = match &mut self.settings_worker {
            None => "Can't save settings: no home folder found".into(),
            Some(worker) => match worker.send(change) {
                Ok(()) => return true,
                Err(error) => ErrorReport::new(&error),
            },
        };
        self.state.toasts.error(Task::Settings, report);
        false
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
            kind: state.kind,
            cells: state.cells.clone(),
            grouping: state.layout.grouping.clone(),
            sort: state.layout.sort.clone(),
            facets: state.layout.counts.then_some(state.facet_order),
            offers: true,
        };
        let dataset = state.table_status().and_then(|status| status.dataset.clone()).unwrap_or_default();
        let on_screen = state.table.result().map(|sessions| sessions.dataset.clone());
        self.query_worker.submit(query, dataset, on_screen);
        if let Some(result) = self.query_worker.wait_result(timeout) {
            self.show_result(result);
        }
    }

    /// Shows the result of a query.
    pub(super) fn show_result(&mut self, mut result: QueryResult) {
        self.keep_facet_order(&mut result);
        self.state.username = result.username.clone();
        self.state.project = result.project.clone();
        self.state.columns.clone_from(&result.columns);
        // Without a dataset, the query only validated the filters.
        if self.state.table_status().is_some() {
            self.state.layout.columns.merge_new(&result.dataset, Day::today());
            self.state.table.show(result, Instant::now());
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

    fn copy_text(&mut self, ctx: &Context, text: String, done: &str) {
        ctx.copy_text(text);
        self.state.toasts.done(Task::Copy, done);
    }

    fn copy(&mut self, ctx: &Context, content: Copied) {
        let format = match content {
            Copied::Cell => {
                let text = self.state.cursor_cell().map(|(_, cell)| display::clipboard_text(cell));
                return text.map_or((), |text| self.copy_text(ctx, text, "Cell copied"));
            }
            Copied::Text(text) => return self.copy_text(ctx, text, "Value copied"),
            Copied::Call => return self.copy_text(ctx, self.session_info_call(), "Call copied"),
            Copied::Rows => Format::Tabs,
            Copied::Csv => Format::ClipboardCsv,
            Copied::Json => Format::Json,
        };
        self.copy_rows(ctx, format);
    }
}
