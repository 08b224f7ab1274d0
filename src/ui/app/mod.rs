//! The program behind the window: takes in news, carries out commands, lays out the parts.

mod auth;
mod commands;
mod filters;
mod gateways;
mod jobs;
mod shortcuts;
mod terminating;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{CentralPanel, Context, Memory, Panel, Popup, ScrollArea, Ui, ViewportCommand};

use self::gateways::Pending;
use self::terminating::Terminating;
use super::background_task::BackgroundTask;
use super::connection_test::Step;
use super::export_job::{ExportJob, PickFile};
use super::gateway_form::GatewayForm;
use super::keyring_worker::KeyringWorker;
use super::model::{Message, Model};
use super::settings_worker::{Changed, SettingsWorker};
use super::{
    confirm_terminate, connection_bar, counts_panel, details_panel, filter_bar, gateway_panel, grid, sign_in,
    status_bar, theme, view_bar,
};
use crate::demo::DemoGateway;
use crate::display::DateStyle;
use crate::gateway::{Client, Credentials, GatewayError, Limits, NodeUrl, Profile, Refused};
use crate::poll::Poller;
use crate::query::Worker;
use crate::secrets::{Secret, Secrets};
use crate::settings::{Settings, State, Target};

/// How often a gateway is read unless the settings say otherwise.
const REFRESH: Duration = Duration::from_secs(5);
/// How long a frame waits for its query, so that the rows are in the very frame of the keystroke: a million sessions are
/// filtered in less. With what painting takes, it is still in time for a screen of 60 frames a second.
const PATIENCE: Duration = Duration::from_millis(6);
/// How long it is told that something went well.
const GOOD_NEWS: Duration = Duration::from_secs(10);
/// How often ages are shown anew: they are told in minutes.
const AGES: Duration = Duration::from_secs(30);

/// What the window starts with.
#[derive(Clone)]
pub struct Start {
    /// The gateway to show first; none where it is not known which.
    pub target: Option<Target>,
    /// The saved gateways and the interval.
    pub settings: Settings,
    /// What the last run left.
    pub state: State,
    /// Where settings and state are kept; nowhere without it.
    pub folder: Option<PathBuf>,
    /// What opens the first gateway. Never sent to another.
    pub credentials: Credentials,
    /// Something to tell at once.
    pub trouble: Option<String>,
    /// How a file to export to is chosen.
    pub pick_file: PickFile,
    /// Opens the store of passwords and tokens, on a thread of its own.
    pub open_secrets: fn() -> Secrets,
}

/// The window's state and its helpers in the background.
pub struct App {
    model: Model,
    settings: Settings,
    /// What was last kept for the next run.
    kept: State,
    /// Where settings are kept; nowhere without it.
    folder: Option<PathBuf>,
    /// `None` where there is no such folder.
    settings_worker: Option<SettingsWorker>,
    /// What was wrong with the settings, as long as it is told.
    settings_trouble: Option<String>,
    /// The window was to be closed although something in the form is not saved.
    was_warned: bool,
    secrets: KeyringWorker,
    /// A login that is kept once it has opened its gateway.
    to_keep: Option<(Profile, Secret)>,
    /// Certificates that are trusted until the window closes, and of which gateways.
    trusted_once: Vec<(Vec<NodeUrl>, Refused)>,
    /// What opens a gateway, from the environment or as it was typed, and which one.
    credentials: Option<(Profile, Credentials)>,
    /// The gateway that is watched.
    profile: Option<Profile>,
    /// What opens it.
    in_use: Credentials,
    /// What becomes of the form once it is written.
    pending: Option<Pending>,
    test: Option<BackgroundTask<Step>>,
    /// A test that waits for the keyring.
    test_waits: Option<Profile>,
    terminating: Option<Terminating>,
    pick_file: PickFile,
    watcher: Poller,
    worker: Worker,
    export: Option<ExportJob>,
    copy: Option<ExportJob>,
    /// Runs as long as it is watched.
    demo: Option<DemoGateway>,
}

impl App {
    /// Starts the threads in the background and connects to the first gateway.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(ctx: &Context, start: Start) -> io::Result<Self> {
        let Start { target, settings, state, folder, credentials, trouble, pick_file, open_secrets } = start;
        theme::apply(ctx);
        ctx.set_zoom_factor(state.table.zoom);
        let wake = |ctx: &Context| {
            let ctx = ctx.clone();
            move || ctx.request_repaint()
        };
        let watcher = Poller::spawn(Client::new(Limits::default()), wake(ctx))?;
        let worker = Worker::spawn(wake(ctx))?;
        let model = Model {
            profiles: settings.profile_names(),
            saved_filters: settings.filters.clone(),
            layout: state.table.clone(),
            message: trouble.clone().map(Message::Error),
            ..Model::default()
        };
        let settings_worker =
            folder.clone().map(|folder| SettingsWorker::spawn(folder, wake(ctx))).transpose()?;
        let secrets = KeyringWorker::spawn(open_secrets, wake(ctx))?;
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
            model,
            settings,
            kept: state,
            folder,
            settings_worker,
            settings_trouble: trouble,
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

    fn take_news(&mut self) {
        let Some(news) = self.watcher.news() else {
            return;
        };
        let before = self.model.news.as_ref().and_then(|news| news.table.clone());
        let same = match (&before, &news.table) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            (None, None) => true,
            _ => false,
        };
        let refused =
            news.nodes.iter().any(|node| node.error.as_ref().is_some_and(GatewayError::is_wrong_login));
        let opened = !refused && news.nodes.iter().any(|node| node.as_of.is_some() && node.error.is_none());
        self.model.news = Some(news);
        if opened {
            self.keep_login();
        }
        if !same {
            self.ask(PATIENCE);
        }
    }

    /// What went well is told for a while; what did not stays until it is dismissed.
    fn forget_old_message(&mut self, ctx: &Context) {
        let Model { message, said_at, .. } = &mut self.model;
        if !matches!(message, Some(Message::Done(_))) {
            *said_at = None;
            return;
        }
        let left = GOOD_NEWS.saturating_sub(said_at.get_or_insert_with(Instant::now).elapsed());
        if left.is_zero() {
            *message = None;
            ctx.request_repaint();
        } else {
            ctx.request_repaint_after(left);
        }
    }

    /// Asks once before something that was typed is lost with the window.
    fn stay_for_the_form(&mut self, ctx: &Context) {
        let is_changed = self.model.form.as_ref().is_some_and(GatewayForm::is_changed);
        if ctx.input(|input| input.viewport().close_requested()) && is_changed && !self.was_warned {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.was_warned = true;
            let text = "the gateway in the form is not saved; quit once more to discard it";
            self.model.message = Some(Message::Error(text.to_owned()));
        }
        self.was_warned &= is_changed;
    }

    fn take_settings(&mut self) {
        while let Some(Changed { is_form, outcome }) =
            self.settings_worker.as_ref().and_then(SettingsWorker::changed)
        {
            let trouble = match outcome {
                Ok(None) => None,
                Ok(Some(settings)) => {
                    self.model.saved_filters.clone_from(&settings.filters);
                    self.model.profiles = settings.profile_names();
                    self.settings = settings;
                    // What was wrong is mended.
                    let told = self.settings_trouble.take().map(Message::Error);
                    self.model.message.take_if(|message| Some(&*message) == told.as_ref());
                    None
                }
                Err(trouble) => Some(trouble),
            };
            if is_form {
                self.form_written(trouble);
            } else if let Some(trouble) = trouble {
                self.settings_trouble = Some(trouble.clone());
                self.model.message = Some(Message::Error(trouble));
            }
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.take_news();
        if let Some(answer) = self.worker.answer() {
            self.take(answer);
        }
        self.take_export();
        self.take_copy(ctx);
        self.take_settings();
        self.take_secrets(ctx);
        self.take_test();
        self.take_terminated();
        self.stay_for_the_form(ctx);
        if !(self.watcher.is_alive() && self.worker.is_alive()) {
            let text =
                "a part of the program has failed, and what is shown no longer changes; start it again";
            self.model.message = Some(Message::Error(text.to_owned()));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label("Gatewatch"));
        let form = self.model.form.as_ref().map(GatewayForm::is_changed);
        let mut commands = shortcuts::take(&ctx, self.model.focused, form);
        let model = &mut self.model;
        Panel::top("bars").show(ui, |ui| {
            ui.add_space(4.0);
            connection_bar::show(ui, model, &mut commands);
            ui.add_space(2.0);
            filter_bar::show(ui, model, &mut commands);
            view_bar::show(ui, model, &mut commands);
            ui.add_space(2.0);
        });
        // Here, so that the rows of a filter typed in this frame are in this frame.
        for command in commands.drain(..) {
            self.run(&ctx, command);
        }
        let model = &mut self.model;
        // Whoever fills in the form has the test there.
        if sign_in::is_needed(model) && model.form.is_none() {
            // Never so high that the bars below are pushed out of a small window.
            let most = ui.available_height() - theme::BELOW_DOOR;
            Panel::top("sign_in").max_size(most).show(ui, |ui| {
                ScrollArea::vertical()
                    .min_scrolled_height(most)
                    .show(ui, |ui| sign_in::show(ui, model, &mut commands));
            });
        }
        Panel::bottom("status").show(ui, |ui| {
            ui.add_space(2.0);
            status_bar::show(ui, model, &mut commands);
            ui.add_space(2.0);
        });
        let is_small =
            ui.available_width() < theme::ROOM_FOR_FORM || ui.available_height() < theme::FORM_HEIGHT;
        if let Some(form) = &mut model.form {
            let least = if is_small { ui.available_width() } else { theme::LEAST_FORM };
            let panel = Panel::right(egui::Id::unique(("gateway", is_small)));
            let panel = panel.default_size(theme::FORM_WIDTH).min_size(least);
            panel.show(ui, |ui| gateway_panel::show(ui, form, &mut commands));
        }
        if model.layout.counts {
            let panel = Panel::right("counts").default_size(theme::COUNTS_WIDTH).min_size(theme::LEAST_PANEL);
            panel.show(ui, |ui| counts_panel::show(ui, model, &mut commands));
        }
        if model.layout.details {
            let panel =
                Panel::right("details").default_size(theme::DETAILS_WIDTH).min_size(theme::LEAST_PANEL);
            panel.show(ui, |ui| details_panel::show(ui, model, &mut commands));
        }
        CentralPanel::default().show(ui, |ui| grid::show(ui, model, &mut commands));
        if let Some(session) = &model.doomed {
            confirm_terminate::show(ui, session, &mut commands);
        }
        // What these change is in the next frame.
        if !commands.is_empty() {
            ctx.request_repaint();
        }
        for command in commands {
            self.run(&ctx, command);
        }
        give_back_keyboard(&ctx);
        self.model.focused = ctx.memory(Memory::focused);
        self.model.layout.zoom = ctx.zoom_factor();
        self.forget_old_message(&ctx);
        // Not while a column is being dragged: once it is where it stays.
        if !ctx.input(|input| input.pointer.any_down()) {
            self.keep_arrangement();
        }
        if self.model.layout.dates == DateStyle::Age && self.model.table.sessions().is_some() {
            ctx.request_repaint_after(AGES);
        }
    }
}

/// A click on a button must not take the keyboard from the table: who clicks has the mouse in hand, and goes on with the
/// arrow keys. A text box keeps it, and so does a menu. Only here, where the frame is done: egui takes the keyboard from
/// whatever has it when something else is clicked.
fn give_back_keyboard(ctx: &Context) {
    let clicked = ctx.input(|input| input.pointer.any_click());
    let is_asked = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if clicked && !ctx.text_edit_focused() && !Popup::is_any_open(ctx) && !is_asked {
        ctx.memory_mut(|memory| memory.request_focus(grid::id()));
    }
}
