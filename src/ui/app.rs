//! The program behind the window: takes in news, carries out commands, lays out the parts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Local};
use egui::{CentralPanel, Context, Key, KeyboardShortcut, Modifiers, Panel, Ui};

use super::command::Command;
use super::export_job::{ExportJob, Extract, Outcome, PickFile};
use super::model::{Export, Message, Model, Table};
use super::settings_thread::{Change, SettingsThread};
use super::{connection_bar, filter_bar, grid, status_bar, theme};
use crate::demo::{self, DemoGateway};
use crate::export::Format;
use crate::gateway::{Client, Credentials, Limits, Profile};
use crate::query::{self, Answer, FilterText, Question, Side, Worker};
use crate::settings::{SavedFilter, Settings, Target};
use crate::watch::Watcher;

/// How often a gateway is read unless the settings say otherwise.
const REFRESH: Duration = Duration::from_secs(5);
/// How long a frame waits for its query, so that a small table answers in the very frame of the keystroke.
const PATIENCE: Duration = Duration::from_millis(2);

/// What the window starts with.
#[derive(Clone)]
pub struct Start {
    /// The gateway to show first; none where it is not known which.
    pub target: Option<Target>,
    /// The saved gateways and the interval.
    pub settings: Settings,
    /// Where the last gateway is remembered; nowhere without it.
    pub folder: Option<PathBuf>,
    /// What opens the first gateway. Never sent to another.
    pub credentials: Credentials,
    /// Something to tell at once.
    pub trouble: Option<String>,
    /// How a file to export to is chosen.
    pub pick_file: PickFile,
}

/// The window's state and its helpers in the background.
pub struct App {
    model: Model,
    settings: Settings,
    /// `None` where there is no folder to keep settings in.
    settings_thread: Option<SettingsThread>,
    /// The gateway that the environment's credentials are for.
    credentials: Option<(Profile, Credentials)>,
    pick_file: PickFile,
    watcher: Watcher,
    worker: Worker,
    export: Option<ExportJob>,
    /// Runs as long as it is watched.
    demo: Option<DemoGateway>,
}

impl App {
    /// Starts the threads in the background and connects to the first gateway.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(ctx: &Context, start: Start) -> io::Result<Self> {
        let Start { target, settings, folder, credentials, trouble, pick_file } = start;
        theme::apply(ctx);
        let wake = |ctx: &Context| {
            let ctx = ctx.clone();
            move || ctx.request_repaint()
        };
        let watcher = Watcher::spawn(Client::new(Limits::default()), wake(ctx))?;
        let worker = Worker::spawn(wake(ctx))?;
        let refresh = match settings.refresh {
            None => Some(REFRESH),
            Some(interval) => (!interval.is_zero()).then_some(interval),
        };
        watcher.every(refresh);
        let model = Model {
            profiles: settings.profiles.iter().map(|profile| profile.name.clone()).collect(),
            saved_filters: settings.filters.clone(),
            refresh,
            spreadsheet: true,
            message: trouble.map(Message::Trouble),
            ..Model::default()
        };
        let settings_thread = folder.map(|folder| SettingsThread::spawn(folder, wake(ctx))).transpose()?;
        let mut app = Self {
            model,
            settings,
            settings_thread,
            credentials: None,
            pick_file,
            watcher,
            worker,
            export: None,
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

    fn watch_demo(&mut self) {
        let started = DemoGateway::start(demo::Options::in_process()).map_err(|error| error.to_string());
        let profile = started.and_then(|demo| {
            let profile = Profile::from_address(demo.url()).map_err(|error| error.to_string())?;
            Ok((demo, profile))
        });
        match profile {
            Ok((demo, profile)) => {
                self.watch(profile.named("Demo gateway"));
                self.demo = Some(demo);
            }
            Err(error) => self.model.message = Some(Message::Trouble(error)),
        }
    }

    /// Watches another gateway from now on. The table of the one before goes: under another name it would be a lie.
    fn watch(&mut self, profile: Profile) {
        // Never to another gateway than the one they are for.
        let credentials = match &self.credentials {
            Some((theirs, credentials)) if theirs.nodes() == profile.nodes() => credentials.clone(),
            _ => Credentials::None,
        };
        self.worker.forget();
        self.demo = None;
        self.model.gateway.clone_from(&profile.name);
        self.model.gateway_box.clone_from(&profile.name);
        self.model.gateway_fault = None;
        self.model.news = None;
        self.model.table = None;
        self.watcher.connect(profile, credentials);
    }

    fn run(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::Connect(wanted) => self.connect(wanted.trim()),
            Command::Refresh => self.watcher.refresh(),
            Command::RefreshEvery(interval) => {
                self.model.refresh = interval;
                self.watcher.every(interval);
            }
            Command::Filter => self.ask(PATIENCE),
            Command::Contains(side) => {
                let filter = match side {
                    Side::Username => &mut self.model.username,
                    Side::Project => &mut self.model.project,
                };
                filter.text.mode.contains = true;
                filter.take_focus = true;
                self.ask(PATIENCE);
            }
            Command::ApplyFilter(saved) => self.filter_by(saved.username(), saved.project()),
            Command::ClearFilters => self.filter_by(FilterText::default(), FilterText::default()),
            Command::SaveFilter(name) => {
                let Model { username, project, .. } = &self.model;
                let saved = SavedFilter::new(name, &username.text, &project.text);
                self.change_settings(Change::SaveFilter(saved));
            }
            Command::RemoveFilter(name) => self.change_settings(Change::RemoveFilter(name)),
            Command::SortBy(column) => {
                self.model.sort = query::toggled(&self.model.sort, &column);
                self.ask(PATIENCE);
            }
            Command::Export => self.export(ctx),
            Command::ExportTo(path) => {
                self.model.export = Export::Running;
                self.start_export(ctx, |extract, wake| ExportJob::to(path, extract, wake));
            }
            Command::CancelExport => self.model.export = Export::Idle,
            Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Command::DismissMessage => self.model.message = None,
        }
    }

    fn connect(&mut self, wanted: &str) {
        match self.settings.target(Some(wanted), None) {
            Ok(Target::Gateway(profile)) => self.watch_and_remember(profile),
            Ok(Target::Demo) => self.watch_demo(),
            Err(error) => self.model.gateway_fault = Some(error.to_string()),
        }
    }

    fn filter_by(&mut self, username: FilterText, project: FilterText) {
        self.model.username.text = username;
        self.model.project.text = project;
        self.ask(PATIENCE);
    }

    fn watch_and_remember(&mut self, profile: Profile) {
        let last = profile.name.clone();
        self.watch(profile);
        if self.settings_thread.is_some() {
            self.change_settings(Change::Remember(last));
        }
    }

    fn change_settings(&mut self, change: Change) {
        let trouble = match &self.settings_thread {
            None => "there is no folder to keep settings in; set GATEWATCH_CONFIG_DIR",
            Some(thread) if thread.make(change) => return,
            Some(_) => "the settings can't be written; is the disk full or gone?",
        };
        self.model.message = Some(Message::Trouble(trouble.to_owned()));
    }

    fn take_settings(&mut self) {
        match self.settings_thread.as_ref().and_then(SettingsThread::changed) {
            None | Some(Ok(None)) => {}
            Some(Ok(Some(settings))) => {
                self.model.saved_filters.clone_from(&settings.filters);
                self.settings = settings;
            }
            Some(Err(trouble)) => self.model.message = Some(Message::Trouble(trouble)),
        }
    }

    /// Asks for the rows of the newest table, and takes them if they come within `patience`.
    fn ask(&mut self, patience: Duration) {
        let dataset = self.model.news.as_ref().and_then(|news| news.table.clone());
        self.worker.ask(Question {
            dataset,
            username: self.model.username.text.clone(),
            project: self.model.project.text.clone(),
            sort: self.model.sort.clone(),
        });
        if let Some(answer) = self.worker.answer_within(patience) {
            self.take(answer);
        }
    }

    fn take(&mut self, answer: Answer) {
        let Answer { generation: _, table, username, project } = answer;
        self.model.username.take(username);
        self.model.project.take(project);
        self.model.table = table.map(|(dataset, rows)| Table { dataset, rows: Arc::new(rows) });
    }

    fn export(&mut self, ctx: &Context) {
        if self.export.is_some() || self.model.table.is_none() {
            return;
        }
        let picking = (self.pick_file)(&suggested_name());
        self.model.export = Export::Running;
        self.start_export(ctx, |extract, wake| ExportJob::choose(picking, extract, wake));
    }

    fn start_export(
        &mut self,
        ctx: &Context,
        start: impl FnOnce(Extract, Box<dyn FnOnce() + Send>) -> io::Result<ExportJob>,
    ) {
        let Some(table) = &self.model.table else {
            self.model.export = Export::Idle;
            return;
        };
        let format = if self.model.spreadsheet { Format::SpreadsheetCsv } else { Format::Csv };
        let extract = Extract { dataset: table.dataset.clone(), rows: table.rows.clone(), format };
        let ctx = ctx.clone();
        match start(extract, Box::new(move || ctx.request_repaint())) {
            Ok(job) => self.export = Some(job),
            Err(error) => {
                self.model.export = Export::Idle;
                self.model.message = Some(Message::Trouble(format!("can't export: {error}")));
            }
        }
    }

    fn take_export(&mut self) {
        let Some((sessions, outcome)) =
            self.export.as_ref().and_then(|job| Some((job.sessions, job.outcome()?)))
        else {
            return;
        };
        self.export = None;
        self.model.export = Export::Idle;
        match outcome {
            Outcome::Written(path) => self.model.message = Some(Message::Exported { path, sessions }),
            Outcome::Cancelled => {}
            Outcome::NoDialog => {
                let dirs = directories::UserDirs::new();
                let folder = dirs.as_ref().map(|dirs| dirs.document_dir().unwrap_or(dirs.home_dir()));
                let path = folder.unwrap_or(Path::new("")).join(suggested_name());
                self.model.export = Export::asking_for(&path);
            }
            Outcome::Broken => {
                let text = "the export ended before its time; nothing was written".to_owned();
                self.model.message = Some(Message::Trouble(text));
            }
            Outcome::Failed(error) => {
                self.model.export = Export::asking_for(&error.path);
                self.model.message = Some(Message::Trouble(error.to_string()));
            }
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, _ctx: &Context, _frame: &mut eframe::Frame) {
        if let Some(news) = self.watcher.news() {
            let before = self.model.news.as_ref().and_then(|news| news.table.clone());
            let same = match (&before, &news.table) {
                (Some(before), Some(now)) => Arc::ptr_eq(before, now),
                (None, None) => true,
                _ => false,
            };
            self.model.news = Some(news);
            if !same {
                self.ask(PATIENCE);
            }
        }
        if let Some(answer) = self.worker.answer() {
            self.take(answer);
        }
        self.take_export();
        self.take_settings();
        if !(self.watcher.is_alive() && self.worker.is_alive()) {
            let text =
                "a part of the program has failed, and what is shown no longer changes; start it again";
            self.model.message = Some(Message::Trouble(text.to_owned()));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let mut commands = shortcuts(ui);
        let model = &mut self.model;
        Panel::top("bars").show(ui, |ui| {
            ui.add_space(4.0);
            connection_bar::show(ui, model, &mut commands);
            ui.add_space(2.0);
            filter_bar::show(ui, model, &mut commands);
        });
        // Here, so that the rows of a filter typed in this frame are in this frame.
        for command in commands.drain(..) {
            self.run(&ctx, command);
        }
        Panel::bottom("status").show(ui, |ui| {
            ui.add_space(2.0);
            status_bar::show(ui, &mut self.model, &mut commands);
            ui.add_space(2.0);
        });
        CentralPanel::default().show(ui, |ui| grid::show(ui, &self.model, &mut commands));
        // What these change is in the next frame.
        if !commands.is_empty() {
            ctx.request_repaint();
        }
        for command in commands {
            self.run(&ctx, command);
        }
    }
}

/// A name for an export that none before it has.
fn suggested_name() -> String {
    let now: DateTime<Local> = SystemTime::now().into();
    now.format("sessions-%Y-%m-%d-%H%M%S.csv").to_string()
}

fn shortcuts(ui: &Ui) -> Vec<Command> {
    let shortcuts = [
        (KeyboardShortcut::new(Modifiers::NONE, Key::F5), Command::Refresh),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::E), Command::Export),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::Q), Command::Quit),
    ];
    ui.ctx().input_mut(|input| {
        let pressed = shortcuts.into_iter().filter(|(shortcut, _)| input.consume_shortcut(shortcut));
        pressed.map(|(_, command)| command).collect()
    })
}
