//! The application behind the window: `logic` runs the commands of the last frame and takes what the background threads
//! have finished, `ui` draws.

mod auth;
mod commands;
mod filters;
mod frame_timer;
mod gateways;
mod jobs;
mod shortcuts;
mod terminating;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{CentralPanel, Context, Id, Memory, Panel, Popup, ScrollArea, Ui, ViewportCommand};

use self::frame_timer::FrameTimer;
use self::gateways::Pending;
use self::terminating::Terminating;
use super::background_task::BackgroundTask;
use super::command::Command;
use super::connection_test::TestResult;
use super::error_report::ErrorReport;
use super::export_job::{ExportJob, PickFile};
use super::gateway_form::GatewayForm;
use super::keyring_worker::KeyringWorker;
use super::model::{AppState, Drafts, Message, UiState};
use super::settings_worker::{Changed, SettingsWorker};
use super::{
    confirm_terminate, connection_bar, counts_panel, details_panel, filter_bar, gateway_panel, grid,
    log_view, sign_in, status_bar, theme, view_bar,
};
use crate::demo::DemoGateway;
use crate::display::DateStyle;
use crate::gateway::{Client, Credentials, GatewayError, Limits, NodeUrl, Profile, Refused};
use crate::logging::LogLines;
use crate::poll::Poller;
use crate::query::Worker;
use crate::secrets::{Secret, Secrets};
use crate::settings::{Settings, State, Target};

/// How long a frame waits for its query, so that the rows of a filter are shown in the frame that applies it: filtering a
/// million sessions takes less. Together with drawing it fits into a frame at 60 Hz.
const FRAME_WAIT: Duration = Duration::from_millis(6);
/// How long a message of success is shown.
const MESSAGE_TTL: Duration = Duration::from_secs(10);
/// Interval between two repaints while ages are shown, which count in minutes.
const AGE_REPAINT: Duration = Duration::from_secs(30);

/// The arguments of [`App::new`].
#[derive(Clone)]
pub struct Start {
    /// The gateway to connect to; `None` where the settings can't be read.
    pub target: Option<Target>,
    /// The saved gateways, filters and refresh interval.
    pub settings: Settings,
    /// The state that the last run saved.
    pub state: State,
    /// The configuration folder; `None` where the platform has none.
    pub folder: Option<PathBuf>,
    /// The credentials for the first gateway. Never sent to another one.
    pub credentials: Credentials,
    /// An error to show at the start.
    pub error: Option<ErrorReport>,
    /// The file dialog for exports.
    pub pick_file: PickFile,
    /// Opens the store of passwords and tokens. Called on the keyring thread.
    pub open_secrets: Arc<dyn Fn() -> Secrets + Send + Sync>,
    /// The lines that the log view shows.
    pub log: LogLines,
    /// The renderer and its driver, for the diagnostics.
    pub renderer: String,
}

/// The state of the window and its background threads.
pub struct App {
    state: AppState,
    drafts: Drafts,
    ui_state: UiState,
    /// The commands that the views emitted in the last frame.
    commands: Vec<Command>,
    frame_timer: FrameTimer,
    settings: Settings,
    /// The state that was saved last.
    kept: State,
    /// The configuration folder; `None` where the platform has none.
    folder: Option<PathBuf>,
    /// Writes the settings; `None` without a configuration folder.
    settings_worker: Option<SettingsWorker>,
    /// The error of the settings that is shown now.
    settings_trouble: Option<ErrorReport>,
    /// The user was warned that closing the window discards the form.
    was_warned: bool,
    secrets: KeyringWorker,
    /// A login that is saved once the gateway has accepted it.
    to_keep: Option<(Profile, Secret)>,
    /// The certificates that are trusted until the window closes, with the nodes of their gateways.
    trusted_once: Vec<(Vec<NodeUrl>, Refused)>,
    /// The credentials from the environment or the user, with their gateway.
    credentials: Option<(Profile, Credentials)>,
    /// The current gateway.
    profile: Option<Profile>,
    /// The credentials of the current gateway.
    in_use: Credentials,
    /// What follows once the settings thread has saved the form.
    pending: Option<Pending>,
    test: Option<BackgroundTask<TestResult>>,
    /// The gateway whose connection test waits for the keyring.
    test_waits: Option<Profile>,
    terminating: Option<Terminating>,
    pick_file: PickFile,
    watcher: Poller,
    worker: Worker,
    export: Option<ExportJob>,
    copy: Option<ExportJob>,
    /// The lines that the log view shows.
    log: LogLines,
    /// The renderer and its driver, for the diagnostics.
    renderer: String,
    /// The demo gateway, while it is the current gateway.
    demo: Option<DemoGateway>,
}

impl App {
    /// Starts the threads in the background and connects to the first gateway.
    ///
    /// # Errors
    /// Fails when a thread can't be started.
    pub fn new(ctx: &Context, start: Start) -> io::Result<Self> {
        let Start {
            target,
            settings,
            state,
            folder,
            credentials,
            error,
            pick_file,
            open_secrets,
            log,
            renderer,
        } = start;
        theme::apply(ctx);
        ctx.set_zoom_factor(state.table.zoom);
        let wake = |ctx: &Context| {
            let ctx = ctx.clone();
            move || ctx.request_repaint()
        };
        let watcher = Poller::spawn(Client::new(Limits::default()), wake(ctx))?;
        let worker = Worker::spawn(wake(ctx))?;
        let app_state = AppState {
            profiles: settings.profile_names(),
            saved_filters: settings.filters.clone(),
            layout: state.table.clone(),
            message: error.clone().map(Message::Error),
            ..AppState::default()
        };
        let settings_worker =
            folder.clone().map(|folder| SettingsWorker::spawn(folder, wake(ctx))).transpose()?;
        let secrets = KeyringWorker::spawn(move || open_secrets(), wake(ctx))?;
        let mut app = Self {
            secrets,
            to_keep: None,
            trusted_once: Vec::new(),
            profile: None,
            in_use: Credentials::None,
            pending: None,
            test: None,
            test_waits: None,
            terminating: None,
            state: app_state,
            drafts: Drafts::default(),
            ui_state: UiState::default(),
            commands: Vec::new(),
            frame_timer: FrameTimer::default(),
            settings,
            kept: state,
            folder,
            settings_worker,
            settings_trouble: error,
            log,
            renderer,
            was_warned: false,
            credentials: None,
            pick_file,
            watcher,
            worker,
            export: None,
            copy: None,
            demo: None,
        };
        match target {
            Some(Target::Gateway(profile)) => {
                app.credentials = Some((profile.clone(), credentials));
                app.watch_and_remember(profile);
            }
            Some(Target::Demo) => app.watch_demo(),
            None => {}
        }
        Ok(app)
    }

    fn take_status(&mut self) {
        let Some(status) = self.watcher.status() else {
            return;
        };
        let before = self.state.status.as_ref().and_then(|status| status.dataset.clone());
        let is_same = match (&before, &status.dataset) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            (None, None) => true,
            _ => false,
        };
        let is_refused =
            status.nodes.iter().any(|node| node.error.as_ref().is_some_and(GatewayError::is_wrong_login));
        let has_answered = status.nodes.iter().any(|node| node.updated_at.is_some() && node.error.is_none());
        self.state.status = Some(status);
        if has_answered && !is_refused {
            self.keep_login();
        }
        if !is_same {
            self.query(FRAME_WAIT);
        }
    }

    /// Dismisses a message of success after a while. An error stays until the user dismisses it.
    fn dismiss_old_message(&mut self, ctx: &Context) {
        let (message, shown_at) = (&mut self.state.message, &mut self.ui_state.message_shown_at);
        if !matches!(message, Some(Message::Done(_))) {
            *shown_at = None;
            return;
        }
        let left = MESSAGE_TTL.saturating_sub(shown_at.get_or_insert_with(Instant::now).elapsed());
        if left.is_zero() {
            *message = None;
            ctx.request_repaint();
        } else {
            ctx.request_repaint_after(left);
        }
    }

    /// Cancels the first attempt to close the window while the form has changes.
    fn warn_about_form(&mut self, ctx: &Context) {
        let is_changed = self.drafts.form.as_ref().is_some_and(GatewayForm::is_changed);
        if ctx.input(|input| input.viewport().close_requested()) && is_changed && !self.was_warned {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.was_warned = true;
            let text = "The gateway in the form isn't saved. Quit again to discard it";
            self.state.message = Some(Message::Error(text.into()));
        }
        self.was_warned &= is_changed;
    }

    fn take_settings(&mut self) {
        while let Some(Changed { is_form, outcome }) =
            self.settings_worker.as_mut().and_then(SettingsWorker::changed)
        {
            let trouble = match outcome {
                Ok(None) => None,
                Ok(Some(settings)) => {
                    self.state.saved_filters.clone_from(&settings.filters);
                    self.state.profiles = settings.profile_names();
                    self.settings = settings;
                    let told = self.settings_trouble.take().map(Message::Error);
                    self.state.message.take_if(|message| Some(&*message) == told.as_ref());
                    None
                }
                Err(trouble) => Some(trouble),
            };
            if is_form {
                self.form_handled(trouble);
            } else if let Some(trouble) = trouble {
                let report = ErrorReport::new(&trouble);
                self.settings_trouble = Some(report.clone());
                self.state.message = Some(Message::Error(report));
            }
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.frame_timer.start();
        // First, because they are about what the last frame showed.
        self.run_commands(ctx);
        self.take_status();
        if let Some(result) = self.worker.take_result() {
            self.take(result);
        }
        self.take_export(ctx);
        self.take_copy(ctx);
        self.take_settings();
        self.take_keyring_replies(ctx);
        self.take_test();
        self.take_terminated();
        self.warn_about_form(ctx);
        if !(self.watcher.is_alive() && self.worker.is_alive()) {
            let text = "A background thread has stopped. Restart Gatewatch";
            self.state.message = Some(Message::Error(text.into()));
        }
        self.dismiss_old_message(ctx);
        self.state.layout.zoom = ctx.zoom_factor();
        // A column that is being dragged is saved when it is dropped.
        if !ctx.input(|input| input.pointer.any_down()) {
            self.save_layout();
        }
        if self.state.layout.dates == DateStyle::Age && self.state.table.sessions().is_some() {
            ctx.request_repaint_after(AGE_REPAINT);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label("Gatewatch"));
        self.draw(ui);
        if !self.commands.is_empty() {
            run_before_showing(&ctx);
        }
        give_back_focus(&ctx);
        self.ui_state.focused = ctx.memory(Memory::focused);
        self.ui_state.reveals_cursor_column = false;
        self.frame_timer.end();
    }
}

impl App {
    fn draw(&mut self, ui: &mut Ui) {
        let default_refresh = self.default_refresh();
        let Self { state, drafts, ui_state, commands, log, .. } = self;
        let form = drafts.form.as_ref().map(GatewayForm::is_changed);
        shortcuts::handle(ui.ctx(), ui_state, form, commands);
        Panel::top("bars").show(ui, |ui| {
            ui.add_space(4.0);
            connection_bar::show(ui, state, drafts, commands);
            ui.add_space(2.0);
            filter_bar::show(ui, state, drafts, commands);
            view_bar::show(ui, state, commands);
            ui.add_space(2.0);
        });
        // The form has its own connection test, which shows the same.
        if sign_in::is_needed(state) && drafts.form.is_none() {
            // Never pushes the bars below out of a small window.
            let max_height = ui.available_height() - theme::BELOW_SIGN_IN;
            Panel::top("sign_in").max_size(max_height).show(ui, |ui| {
                ScrollArea::vertical()
                    .min_scrolled_height(max_height)
                    .show(ui, |ui| sign_in::show(ui, state, &mut drafts.login, commands));
            });
        }
        Panel::bottom("status").show(ui, |ui| {
            ui.add_space(2.0);
            status_bar::show(ui, state, drafts, commands);
            ui.add_space(2.0);
        });
        let is_small =
            ui.available_width() < theme::SPLIT_MIN_WIDTH || ui.available_height() < theme::SPLIT_MIN_HEIGHT;
        if let Some(form) = &mut drafts.form {
            let min_width = if is_small { ui.available_width() } else { theme::MIN_FORM };
            let panel = Panel::right(Id::unique(("gateway", is_small)));
            let panel = panel.default_size(theme::FORM_WIDTH).min_size(min_width);
            panel.show(ui, |ui| gateway_panel::show(ui, form, default_refresh, commands));
            form.reveal = None;
        }
        if state.layout.counts {
            let panel = Panel::right("counts").default_size(theme::COUNTS_WIDTH).min_size(theme::MIN_PANEL);
            panel.show(ui, |ui| counts_panel::show(ui, state, drafts, commands));
        }
        if state.layout.details {
            let panel = Panel::right("details").default_size(theme::DETAILS_WIDTH).min_size(theme::MIN_PANEL);
            panel.show(ui, |ui| details_panel::show(ui, state, commands));
        }
        // A password meant for the form must not become a filter.
        let may_type = drafts.form.is_none();
        CentralPanel::default().show(ui, |ui| {
            if ui_state.is_log_open {
                log_view::show(ui, log, commands);
            } else {
                grid::show(ui, state, ui_state, may_type, commands);
            }
        });
        if let Some(session) = &ui_state.terminate_target {
            confirm_terminate::show(ui, session, commands);
        }
    }
}

/// Has egui discard what this pass drew and start another one, whose `logic` runs the commands: what the user did shows
/// in the same frame. The second pass has no input, so it hardly ever emits commands; those wait for the next frame.
fn run_before_showing(ctx: &Context) {
    if ctx.current_pass_index() == 0 {
        ctx.request_discard("commands change what is shown");
    } else {
        ctx.request_repaint();
    }
}

/// Returns the keyboard focus to the table after a click on a button, so that the arrow keys go on there. Text boxes and
/// menus keep it. Runs at the end of the frame: egui takes the focus from a widget when another one is clicked.
fn give_back_focus(ctx: &Context) {
    let clicked = ctx.input(|input| input.pointer.any_click());
    let has_dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if clicked && !ctx.text_edit_focused() && !Popup::is_any_open(ctx) && !has_dialog {
        ctx.memory_mut(|memory| memory.request_focus(grid::id()));
    }
}
