//! The application behind the window: `logic` runs the commands of the last frame and receives the results of the
//! background threads, `ui` draws.

mod activity;
mod alert_form;
mod alerts;
mod auth;
mod away;
mod background;
mod changes;
mod commands;
mod debounced_read;
mod demo_history;
mod dialogs;
mod draw;
mod filters;
mod focus;
mod form;
mod frame_timer;
mod gateways;
mod guide;
mod jobs;
mod license;
mod past;
mod pattern_tester;
mod rail;
mod recording;
mod refresh_timer;
mod remembered;
mod saving;
mod settings;
mod shortcuts;
mod start;
mod status;
mod stored_history;
mod terminating;
mod timeline;
mod title;
mod typing;
mod user_history;
mod zoomed_pointer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use egui::{Context, Memory, Theme, Ui, ViewportCommand};

use self::activity::ActivityReads;
use self::alert_form::AlertTest;
use self::alerts::Alerting;
pub use self::alerts::{AlertSetup, OpenDelivery};
use self::away::AwayReads;
use self::background::Background;
use self::dialogs::ConfigOpener;
use self::form::Closing;
use self::frame_timer::FrameTimer;
use self::guide::SavedProject;
use self::jobs::ExportSource;
use self::license::LicenseReads;
use self::past::PastReads;
use self::pattern_tester::PatternTask;
use self::recording::Recording;
use self::remembered::Remembered;
pub use self::start::Start;
use self::stored_history::InfoRead;
use self::terminating::Termination;
use self::timeline::HistoryReads;
use self::typing::Typing;
use self::user_history::UserHistoryReads;
use self::zoomed_pointer::ZoomedPointer;
use super::alert_form::multiline_ids;
use super::background_task::BackgroundTask;
use super::command::Command;
use super::connection_test::TestResult;
use super::desktop_theme::DesktopTheme;
use super::export_job::{ExportJob, PickFile};
use super::gateway_form::addresses_id;
use super::keyring_worker::KeyringWorker;
use super::missing_scripts::{HasGlyph, MissingScripts};
use super::model::{AppState, CountsOrder, Drafts, HistoryChoice, PatternTester, Task, UiState};
use super::settings_worker::SettingsWorker;
use super::wake::until_next_frame;
use super::{arrow_keys, counts_panel, popup, single_line, toasts};
use crate::demo::DemoGateway;
use crate::gateway::{Client, Credentials, NodeUrl, Profile, RejectedCertificate};
use crate::logging::LogLines;
use crate::poll::Poller;
use crate::query::{FilterField, Query, Worker};
use crate::settings::{Settings, State, ThemeChoice};

/// Maximum time that a frame waits for its query. Filtering a million sessions takes less, so that the rows change in the
/// same frame as the filter. Waiting and drawing together fit into a frame at 60 Hz.
const FRAME_WAIT: Duration = Duration::from_millis(6);
/// The longest side of a texture, in pixels: that of the atlas of glyphs.
const MAX_TEXTURE_SIDE: usize = 2048;

/// The state of the window and its background threads.
pub struct App {
    /// The state that the views show.
    state: AppState,
    /// The values behind the window's input widgets.
    drafts: Drafts,
    /// The focus, open menus and dialogs.
    ui_state: UiState,
    /// The reasons why typed text may belong to a text box that is gone.
    typing: Typing,
    /// The commands that the views emitted in the last frame.
    commands: Vec<Command>,
    /// Corrects the place of the pointer after a change of the zoom.
    zoomed_pointer: ZoomedPointer,
    /// The time at which connecting to the current gateway began.
    connecting_since: Instant,
    /// Logs slow frames.
    frame_timer: FrameTimer,
    /// The settings as last read.
    settings: Settings,
    /// The state that was saved last.
    saved_state: State,
    /// The configuration folder; `None` where the platform has none.
    folder: Option<PathBuf>,
    /// Writes the settings; `None` without a configuration folder.
    settings_worker: Option<SettingsWorker>,
    /// The state of an attempt to close the window.
    closing: Closing,
    /// Reads and writes passwords and tokens.
    keyring_worker: KeyringWorker,
    /// The login that was typed last, with its gateway, until the gateway has accepted it.
    pending_login: Option<(Profile, Credentials)>,
    /// Returns the current time. Measures how long sessions are marked.
    clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// Returns the time of day.
    wall_clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// The certificates that are trusted until the window closes, with the nodes of their gateways.
    trusted_once: Vec<(Vec<NodeUrl>, RejectedCertificate)>,
    /// The credentials from the environment or the user, with their gateway.
    supplied_credentials: Option<(Profile, Credentials)>,
    /// The text filter whose newest entry of the history the next one replaces.
    open_history_entry: Option<FilterField>,
    /// The current gateway.
    profile: Option<Profile>,
    /// The credentials of the current gateway.
    active_credentials: Credentials,
    /// The running test of an alert.
    alert_test: Option<AlertTest>,
    /// The running connection test.
    test_task: Option<BackgroundTask<TestResult>>,
    /// The project file that is being saved.
    saved_project: Option<SavedProject>,
    /// The gateway whose connection test waits for the keyring.
    waiting_test: Option<Profile>,
    /// The sessions that are being terminated.
    termination: Option<Termination>,
    /// Opens the file dialog.
    pick_file: PickFile,
    /// The client from which all others are derived, so that they share the login throttle.
    client: Client,
    /// Polls the current gateway.
    poller: Poller,
    /// The table was paused until now, and the next result shows what has changed since.
    ends_pause: bool,
    /// The filters, order and groups of the last query.
    last_view: Query,
    /// `true` if they have changed since the result that is shown.
    is_view_changed: bool,
    /// The due time for which [`Self::requery_when_due`] has submitted a query, until a result is shown.
    submitted_due: Option<i64>,
    /// Reads the other gateways.
    background: Background,
    /// Evaluates alerts. After the pollers, so that what they have read last is evaluated at the end.
    alerting: Alerting,
    /// Records the sessions that are read, and counts what changes.
    recording: Recording,
    /// Reads what was recorded.
    history: HistoryReads,
    /// The settings for recording at the start of the program.
    history_at_start: HistoryChoice,
    /// The running read for the settings.
    info_read: Option<InfoRead>,
    /// The reads of the activity list.
    activity_reads: ActivityReads,
    /// The reads of the license panel.
    license_reads: LicenseReads,
    /// The source of the export.
    export_source: ExportSource,
    /// The table on screen has sessions of the past.
    is_past_on_screen: bool,
    /// The reads that lead into the past.
    past_reads: PastReads,
    /// The reads about users.
    user_history_reads: UserHistoryReads,
    /// The summary of what happened while the window couldn't be seen.
    away: AwayReads,
    /// Filters and sorts the sessions.
    query_worker: Worker,
    /// The running test of a pattern.
    pattern_task: Option<PatternTask>,
    /// The running export to a file.
    export_job: Option<ExportJob>,
    /// The running copy to the clipboard.
    copy_job: Option<ExportJob>,
    /// The lines that the log view shows.
    log: LogLines,
    /// The renderer and its driver, for the diagnostics.
    renderer: String,
    /// The theme that the desktop prefers.
    desktop_theme: DesktopTheme,
    /// Returns whether a font of the system has a character.
    has_glyph: HasGlyph,
    /// The running search for scripts without a font.
    scripts_task: Option<BackgroundTask<Vec<MissingScripts>>>,
    /// Opens the configuration with the desktop's programs.
    config_opener: ConfigOpener,
    /// The title of the window.
    title: String,
    /// The changes that are saved once they have settled.
    remembered: Remembered,
    /// The demo gateway, while it is the current gateway.
    demo: Option<DemoGateway>,
}

impl App {
    /// Returns the title of the window.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Holds the order of the counts while the pointer is over them. Returns `true` once it has left and the order is that of
    /// an earlier result.
    fn hold_counts_order(&mut self, ctx: &Context) -> bool {
        let is_hovered = self.state.layout.counts && counts_panel::is_hovered(ctx);
        let order = &mut self.ui_state.counts_order;
        match (is_hovered, *order) {
            (true, CountsOrder::Free) => *order = CountsOrder::Held,
            (true, _) => {}
            (false, before) => {
                *order = CountsOrder::Free;
                return before == CountsOrder::Outdated;
            }
        }
        false
    }

    /// Removes the messages of success whose time is over.
    fn expire_toasts(&mut self, ctx: &Context) {
        let before = self.state.toasts.shown().len();
        if let Some(left) = self.state.toasts.expire((self.clock)(), |id| toasts::is_hovered(ctx, id)) {
            ctx.request_repaint_after(left);
        }
        if self.state.toasts.shown().len() != before {
            ctx.request_repaint();
        }
    }

    /// Applies the chosen theme, or that of the desktop where the window toolkit doesn't know it.
    fn update_theme(&self, ctx: &Context) {
        let chosen = dialogs::preference(self.state.theme);
        let is_applied = ctx.options(|options| options.theme_preference) == chosen;
        if self.state.theme != ThemeChoice::System && !is_applied {
            ctx.set_theme(chosen);
        }
        let theme = self.desktop_theme.get().unwrap_or(Theme::Dark);
        if ctx.options(|options| options.fallback_theme) != theme {
            ctx.options_mut(|options| options.fallback_theme = theme);
        }
    }

    fn update_title(&mut self, ctx: &Context) {
        let title = title::of(&self.state);
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

impl eframe::App for App {
    fn raw_input_hook(&mut self, _ctx: &Context, input: &mut egui::RawInput) {
        // The atlas of glyphs is as wide as a texture may be. With 16,384 pixels it takes four times the memory.
        input.max_texture_side =
            Some(input.max_texture_side.map_or(MAX_TEXTURE_SIDE, |side| side.min(MAX_TEXTURE_SIDE)));
        self.zoomed_pointer.correct(input);
    }

    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.frame_timer.start();
        self.state.frame_time = (self.wall_clock)().into();
        self.state.connecting_for = (self.clock)().saturating_duration_since(self.connecting_since);
        let was_outdated = self.hold_counts_order(ctx);
        // First, because they refer to the last frame.
        self.run_commands(ctx);
        self.state.table.set_has_details(self.state.layout.details);
        self.return_focus(ctx);
        if was_outdated {
            self.query(FRAME_WAIT);
        }
        self.follow_visibility(ctx);
        self.receive_status();
        self.receive_background();
        self.receive_changes();
        self.receive_recording();
        self.receive_alerts();
        self.receive_past();
        self.update_timeline(ctx);
        self.update_activity(ctx);
        self.update_licenses(ctx);
        if let Some(result) = self.query_worker.take_result() {
            self.show_result(result);
        }
        self.requery_when_due(ctx);
        self.update_pattern_test(ctx);
        self.update_user_history(ctx);
        self.update_last_seen(ctx);
        self.update_away(ctx);
        self.finish_export(ctx);
        self.finish_copy(ctx);
        self.receive_settings(ctx);
        self.receive_keyring_replies(ctx);
        self.receive_test_results(ctx);
        self.receive_alert_test();
        self.repeat_test(ctx);
        self.follow_guide(ctx);
        self.receive_saved_project();
        self.receive_termination();
        self.receive_missing_scripts();
        self.receive_history_info();
        self.receive_opened_path();
        self.warn_about_form(ctx);
        let is_alive = self.poller.is_alive()
            && self.background.poller.is_alive()
            && self.query_worker.is_alive()
            && self.alerting.is_alive();
        if !is_alive {
            let text = "A background thread has stopped. Restart Gatewatch";
            self.state.toasts.error(Task::Program, text);
        }
        self.expire_toasts(ctx);
        let pointer = self.ui_state.pointer_line;
        if let Some(left) = self.state.table.expire_marks((self.clock)(), self.state.mark_time, pointer) {
            ctx.request_repaint_after(left);
        }
        let zoom_before = std::mem::replace(&mut self.state.layout.zoom, ctx.zoom_factor());
        let pointer = ctx.input(|input| input.pointer.latest_pos());
        if self.zoomed_pointer.note(pointer, zoom_before, self.state.layout.zoom) {
            ctx.request_repaint();
        }
        // A column that is being dragged is saved when it is dropped.
        if !ctx.input(|input| input.pointer.any_down()) {
            self.save_layout();
        }
        self.save_settled(ctx);
        self.update_theme(ctx);
        self.update_title(ctx);
        let refresh = self.poll_interval().filter(|_| ctx.input(|input| input.focused));
        ctx.request_repaint_after(until_next_frame(self.state.now(), refresh));
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label("Gatewatch"));
        self.note_input(&ctx);
        self.direct_typing(&ctx);
        let [quiet, arguments] = multiline_ids();
        let multiline = [addresses_id(), quiet, arguments, PatternTester::values_id()];
        single_line::remove_line_ends(&ctx, &multiline);
        popup::keep_focus(&ctx);
        self.draw(ui);
        self.drop_idle_commands();
        if !self.commands.is_empty() {
            draw::run_before_showing(&ctx);
        }
        arrow_keys::end(&ctx);
        self.return_focus_after_click(&ctx);
        // Also `true` for a text box that was removed in this frame.
        self.typing.was_in_text_box = ctx.text_edit_focused();
        self.restore_lost_focus(&ctx);
        self.ui_state.focused = ctx.memory(Memory::focused);
        self.remember_filter();
        self.ui_state.reveals_cursor_column = false;
        self.frame_timer.end();
    }
}

#[cfg(test)]
mod tests;
