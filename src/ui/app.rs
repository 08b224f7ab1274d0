//! The program behind the window: takes in news, carries out commands, lays out the parts.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Local};
use egui::{CentralPanel, Context, Key, KeyboardShortcut, Modifiers, Panel, Ui};

use super::command::Command;
use super::export_job::{ExportJob, Extract, Outcome, PickFile};
use super::model::{Export, FilterBox, Message, Model, Table};
use super::{connection_bar, filter_bar, grid, status_bar, theme};
use crate::demo::{self, DemoGateway};
use crate::export::Format;
use crate::gateway::{Client, Credentials, Limits, Profile};
use crate::query::{self, Answer, Question, Worker};
use crate::settings::{Settings, State, Target};
use crate::watch::Watcher;

/// How often a gateway is read unless the settings say otherwise.
const REFRESH: Duration = Duration::from_secs(5);
/// How long a frame waits for its query, so that a small table answers in the very frame of the keystroke.
const PATIENCE: Duration = Duration::from_millis(2);

/// What the window starts with.
pub struct Start {
    /// The gateway to show first.
    pub target: Target,
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
    folder: Option<PathBuf>,
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
            refresh,
            spreadsheet: true,
            message: trouble.map(Message::Trouble),
            ..Model::default()
        };
        let mut app = Self { model, settings, folder, pick_file, watcher, worker, export: None, demo: None };
        match target {
            Target::Gateway(profile) => app.watch(profile, credentials),
            Target::Demo => app.watch_demo(),
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
                self.watch(profile.named("Demo gateway"), Credentials::None);
                self.demo = Some(demo);
            }
            Err(error) => self.model.message = Some(Message::Trouble(error)),
        }
    }

    /// Watches another gateway from now on. Its table replaces the present one as soon as it is there.
    fn watch(&mut self, profile: Profile, credentials: Credentials) {
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
            Ok(Target::Gateway(profile)) => {
                let last = profile.name.clone();
                self.watch(profile, Credentials::None);
                self.remember(last);
            }
            Ok(Target::Demo) => self.watch_demo(),
            Err(error) => self.model.gateway_fault = Some(error.to_string()),
        }
    }

    fn remember(&mut self, last: String) {
        let Some(folder) = &self.folder else {
            return;
        };
        if let Err(error) = (State { last: Some(last) }).save(folder) {
            self.model.message = Some(Message::Trouble(error.to_string()));
        }
    }

    /// Asks for the rows of the newest table, and takes them if they come within `patience`.
    fn ask(&mut self, patience: Duration) {
        let Some(dataset) = self.model.news.as_ref().and_then(|news| news.table.clone()) else {
            return;
        };
        let text = |filter: &FilterBox| (filter.text.clone(), filter.mode);
        self.worker.ask(Question {
            dataset,
            username: text(&self.model.username),
            project: text(&self.model.project),
            sort: self.model.sort.clone(),
        });
        if let Some(answer) = self.worker.answer_within(patience) {
            self.take(answer);
        }
    }

    fn take(&mut self, answer: Answer) {
        let Answer { generation: _, dataset, rows, username_fault, project_fault } = answer;
        self.model.username.fault = username_fault;
        self.model.project.fault = project_fault;
        self.model.table = Some(Table { dataset, rows: Arc::new(rows) });
    }

    fn export(&mut self, ctx: &Context) {
        if self.export.is_some() {
            return;
        }
        let time: DateTime<Local> = SystemTime::now().into();
        let picking = (self.pick_file)(&time.format("sessions-%Y-%m-%d-%H%M%S.csv").to_string());
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
                let folder = directories::UserDirs::new();
                let folder = folder.as_ref().map(|dirs| dirs.document_dir().unwrap_or(dirs.home_dir()));
                let path = folder.unwrap_or(std::path::Path::new("")).join("sessions.csv");
                self.model.export = Export::AskingForPath(path.display().to_string());
            }
            Outcome::Broken => {
                let text = "the export ended before its time; nothing was written".to_owned();
                self.model.message = Some(Message::Trouble(text));
            }
            Outcome::Failed(error) => {
                let path = error.path.display().to_string();
                self.model.message = Some(Message::Trouble(error.to_string()));
                self.model.export = Export::AskingForPath(path);
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
