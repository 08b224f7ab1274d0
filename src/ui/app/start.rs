//! Opens the window: starts the background threads and connects to the first gateway.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use egui::Context;

use super::super::desktop_theme::DesktopTheme;
use super::super::error_report::ErrorReport;
use super::super::export_job::PickFile;
use super::super::keyring_worker::KeyringWorker;
use super::super::missing_scripts::HasGlyph;
use super::super::model::{
    AppState, Drafts, ExportOptions, HistoryChoice, Task, Timeline, TimelineRange, UiState,
};
use super::super::open_path::OpenPath;
use super::super::settings_worker::SettingsWorker;
use super::super::theme;
use super::super::wake::wake;
use super::activity::ActivityReads;
use super::alerts::{AlertSetup, Alerting};
use super::away::AwayReads;
use super::background::Background;
use super::dialogs::ConfigOpener;
use super::form::Closing;
use super::frame_timer::FrameTimer;
use super::jobs::ExportSource;
use super::license::LicenseReads;
use super::past::PastReads;
use super::recording::Recording;
use super::remembered::Remembered;
use super::timeline::HistoryReads;
use super::typing::{InputOrder, Typing};
use super::user_history::UserHistoryReads;
use super::zoomed_pointer::ZoomedPointer;
use super::{App, stored_history};
use crate::gateway::{Client, Credentials, Limits};
use crate::history::Location;
use crate::logging::LogLines;
use crate::poll::{Clocks, Poller};
use crate::query::{FilterSet, Query, Worker};
use crate::secrets::Secrets;
use crate::settings::{Settings, State, Target};
use crate::table::{Layout, MARK_TIME};

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
    /// The location of the history; `None` to record nothing.
    pub history: Option<Location>,
    /// The credentials for the first gateway. Never sent to another one.
    pub credentials: Credentials,
    /// An error to show at the start.
    pub error: Option<ErrorReport>,
    /// The file dialog for exports.
    pub pick_file: PickFile,
    /// Opens the store of passwords and tokens. Called on the keyring thread.
    pub open_secrets: Arc<dyn Fn() -> Secrets + Send + Sync>,
    /// Returns the current time. Measures how long the keyring takes and how long sessions are marked.
    pub clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// Returns the time of day, for reads and for what is shown.
    pub wall_clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// The lines that the log view shows.
    pub log: LogLines,
    /// The renderer and its driver, for the diagnostics.
    pub renderer: String,
    /// The theme that the desktop prefers.
    pub desktop_theme: DesktopTheme,
    /// Returns whether a font of the system has a character.
    pub has_glyph: HasGlyph,
    /// Opens a file or folder with the desktop's program for it.
    pub open_path: OpenPath,
    /// The storage and the delivery of alerts.
    pub alerts: AlertSetup,
}

impl App {
    /// Starts the background threads and connects to the first gateway.
    ///
    /// # Errors
    /// If a thread can't be started.
    #[expect(clippy::too_many_lines, reason = "one line per field")]
    pub fn new(ctx: &Context, start: Start) -> io::Result<Self> {
        let Start {
            target,
            settings,
            state,
            folder,
            history,
            credentials,
            error,
            pick_file,
            open_secrets,
            clock,
            wall_clock,
            log,
            renderer,
            desktop_theme,
            has_glyph,
            open_path,
            alerts,
        } = start;
        theme::apply(ctx);
        ctx.add_plugin(InputOrder::default());
        ctx.set_zoom_factor(state.table.zoom);
        desktop_theme.wake_with(wake(ctx));
        let client = Client::new(Limits::default());
        let stored_history = stored_history::stored_at(history.as_ref());
        let reads = HistoryReads::spawn(history.clone(), wake(ctx))?;
        let recording = Recording::spawn(history, Some(settings.history.keep()), wake(ctx))?;
        let mut alerting = Alerting::new(alerts, wake(ctx));
        alerting.set_rules(&settings.alerts, &recording)?;
        let observer = || recording.observer(alerting.observer());
        let clocks = || {
            let wall_clock = wall_clock.clone();
            Clocks::with_wall_clock(move || wall_clock())
        };
        let poller = Poller::spawn_with_clocks(clocks(), client.clone(), Some(observer()), wake(ctx))?;
        let background = Background::spawn(clocks(), client.clone(), Some(observer()), wake(ctx))?;
        let query_worker = Worker::spawn(wake(ctx))?;
        let FilterSet { username, project, columns, dates, cells } = state.filters.filters();
        let mut app_state = AppState {
            frame_time: wall_clock().into(),
            designer: state.filters.designer(),
            dates,
            cells,
            profiles: settings.profile_names(),
            alert_rules: settings.alerts.clone(),
            alert_problems: settings.alert_problems.clone(),
            saved_filters: settings.filters.clone(),
            stored_history,
            // The panels share one place.
            layout: Layout { counts: state.table.counts && !state.table.details, ..state.table.clone() },
            theme: state.theme,
            filter_history: state.filter_history.clone(),
            mark_time: settings.mark_time.unwrap_or(MARK_TIME),
            timeline: Timeline {
                range: TimelineRange::Last(state.table.timeline_span),
                ..Timeline::default()
            },
            ..AppState::default()
        };
        if let Some(error) = &error {
            app_state.toasts.error(Task::Settings, error.clone());
        }
        let export = ExportOptions { delimiter: state.csv_delimiter, ..ExportOptions::default() };
        let drafts = Drafts { username, project, columns, export, ..Drafts::default() };
        let settings_worker = folder
            .clone()
            .map(|folder| SettingsWorker::spawn(folder, state.clone(), wake(ctx)))
            .transpose()?;
        let keyring_worker = KeyringWorker::spawn(move || open_secrets(), wake(ctx), clock.clone())?;
        let mut app = Self {
            state: app_state,
            drafts,
            ui_state: UiState::default(),
            typing: Typing::default(),
            commands: Vec::new(),
            zoomed_pointer: ZoomedPointer::default(),
            connecting_since: clock(),
            frame_timer: FrameTimer::default(),
            history_at_start: HistoryChoice::of(&settings.history),
            info_read: None,
            settings,
            remembered: Remembered::new(&state),
            away: AwayReads::new(state.open_until, wall_clock()),
            saved_state: state,
            folder,
            settings_worker,
            closing: Closing::default(),
            keyring_worker,
            pending_login: None,
            clock,
            wall_clock,
            trusted_once: Vec::new(),
            supplied_credentials: None,
            open_history_entry: None,
            profile: None,
            active_credentials: Credentials::None,
            alert_test: None,
            test_task: None,
            saved_project: None,
            waiting_test: None,
            termination: None,
            pick_file,
            client,
            poller,
            ends_pause: false,
            last_view: Query::default(),
            is_view_changed: false,
            submitted_due: None,
            background,
            alerting,
            recording,
            history: reads,
            activity_reads: ActivityReads::default(),
            license_reads: LicenseReads::default(),
            export_source: ExportSource::default(),
            is_past_on_screen: false,
            past_reads: PastReads::default(),
            user_history_reads: UserHistoryReads::default(),
            query_worker,
            pattern_task: None,
            export_job: None,
            copy_job: None,
            log,
            renderer,
            desktop_theme,
            has_glyph,
            scripts_task: None,
            config_opener: ConfigOpener::new(open_path),
            title: String::new(),
            demo: None,
        };
        app.list_gateways();
        app.update_alerts();
        match target {
            Some(Target::Gateway(profile)) => {
                app.supplied_credentials = Some((profile.clone(), credentials));
                app.connect_and_remember(profile);
            }
            Some(Target::All) => app.show_all(),
            Some(Target::Demo) => app.connect_demo(),
            None => app.update_background(),
        }
        if app.state.is_filtered(&app.drafts) {
            // Applies the filters to the history, too, which needs no gateway that answers.
            app.query(Duration::ZERO);
        }
        Ok(app)
    }
}
