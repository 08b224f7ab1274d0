//! What each command does.

use std::time::Duration;

use egui::Context;

use super::super::command::{Command, Copied};
use super::super::export_job::ExportJob;
use super::super::gateway_form::GatewayForm;
use super::super::model::{Export, Message};
use super::super::settings_worker::Change;
use super::{App, PATIENCE};
use crate::demo::{self, DemoGateway};
use crate::display;
use crate::export::Format;
use crate::filter::Mode;
use crate::gateway::Profile;
use crate::query::{self, Answer, FilterText, Question};
use crate::settings::{SavedFilter, State, Target};

impl App {
    pub(super) fn run(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::Connect(wanted) => self.connect(wanted.trim()),
            Command::LogIn => self.log_in(),
            Command::Trust { refused, for_good } => self.trust(*refused, for_good),
            Command::AddGateway => self.open_form(GatewayForm::empty()),
            Command::EditGateway(name) => self.edit_gateway(name.as_deref()),
            Command::ReadSettings => {
                if self.settings_worker.is_some() {
                    self.change_settings(Change::Nothing);
                }
            }
            Command::TestGateway => self.test_gateway(ctx),
            Command::SaveGateway => self.save_gateway(),
            Command::DeleteGateway => self.delete_gateway(),
            Command::CloseGateway => self.close_form(),
            Command::AskTerminate(session) => self.model.doomed = Some(session),
            Command::Terminate => self.terminate(ctx),
            Command::CancelTerminate => self.model.doomed = None,
            Command::Refresh => self.watcher.refresh(),
            Command::RefreshEvery(interval) => self.refresh_every(interval),
            Command::Filter => self.ask(PATIENCE),
            Command::TypeUsername(text) => {
                // Whoever types a few letters means a part of a name.
                let mode = Mode { contains: true, ..Mode::default() };
                self.model.username.text = FilterText { pattern: text, mode };
                self.model.username.take_focus = true;
                self.ask(PATIENCE);
            }
            Command::FindUsername => self.model.username.take_focus = true,
            Command::Contains(side) => {
                let filter = self.filter_box(side);
                filter.text.mode.contains = true;
                filter.take_focus = true;
                self.ask(PATIENCE);
            }
            Command::ApplyFilter(saved) => self.filter_by(saved.username(), saved.project()),
            Command::ClearFilters => self.clear_filters(),
            Command::Escape => self.escape(),
            Command::Facet { side, value, adds } => self.facet(side, &value, adds),
            Command::Keep(column, value) => self.keep_value(column, value),
            Command::Exclude(column, value) => self.exclude_value(column, value),
            Command::DropCellFilter(index) => {
                if index < self.model.cells.len() {
                    self.model.cells.remove(index);
                    self.ask(PATIENCE);
                }
            }
            Command::SaveFilter(name) => {
                let username = &self.model.username.text;
                let saved = SavedFilter::new(name, username, &self.model.project.text);
                self.change_settings(Change::SaveFilter(saved));
            }
            Command::RemoveFilter(name) => {
                self.change_settings(Change::RemoveFilter(name));
            }
            Command::SortBy(column) => self.sort(query::toggled(&self.model.layout.sort, &column)),
            Command::AddSort(column) => self.sort(query::added(&self.model.layout.sort, &column)),
            Command::Sort(keys) => self.sort(keys),
            Command::Table(action) => self.model.table.act(action),
            Command::Copy(what) => self.copy(ctx, what),
            Command::ToggleDetails => self.model.layout.details ^= true,
            Command::ShowDetails => self.model.layout.details = true,
            Command::Export => self.export(ctx),
            Command::ExportTo(path) => {
                self.start_export(ctx, |extract, progress, wake| {
                    ExportJob::to(path, extract, progress, wake)
                });
            }
            Command::CancelExport => match &self.model.export {
                Export::Running(progress) => progress.cancel(),
                _ => self.model.export = Export::Idle,
            },
            Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Command::DismissMessage => self.model.message = None,
        }
    }

    pub(super) fn watch_demo(&mut self) {
        let started = DemoGateway::start(demo::Options::in_process()).map_err(|error| error.to_string());
        let profile = started.and_then(|demo| {
            let profile = Profile::from_address(demo.url()).map_err(|error| error.to_string())?;
            Ok((demo, profile))
        });
        match profile {
            Ok((demo, profile)) => {
                self.watch(profile.named("Demo gateway"));
                self.model.can_edit = false;
                self.demo = Some(demo);
            }
            Err(error) => self.model.message = Some(Message::Error(error)),
        }
    }

    /// Watches another gateway from now on. The table of the one before goes: under another name it would be a lie.
    pub(super) fn watch(&mut self, profile: Profile) {
        self.worker.forget();
        self.demo = None;
        self.model.gateway.clone_from(&profile.name);
        self.model.gateway_box.clone_from(&profile.name);
        self.model.gateway_fault = None;
        self.model.news = None;
        self.model.doomed = None;
        self.model.table.forget();
        self.open(profile);
    }

    fn connect(&mut self, wanted: &str) {
        match self.settings.target(Some(wanted), None) {
            Ok(Target::Gateway(profile)) => self.watch_and_remember(profile),
            Ok(Target::Demo) => self.watch_demo(),
            Err(error) => self.model.gateway_fault = Some(error.to_string()),
        }
    }

    pub(super) fn watch_and_remember(&mut self, profile: Profile) {
        let last = profile.name.clone();
        self.watch(profile);
        self.keep(State { last: Some(last), ..self.kept.clone() });
    }

    /// Keeps the table's layout for the next run, if it has changed.
    pub(super) fn keep_arrangement(&mut self) {
        if self.model.layout != self.kept.table {
            self.keep(State { table: self.model.layout.clone(), ..self.kept.clone() });
        }
    }

    pub(super) fn keep(&mut self, state: State) {
        let wanted = self.settings_worker.is_some() && state != self.kept;
        if !wanted || self.change_settings(Change::Remember(state.clone())) {
            self.kept = state;
        }
    }

    /// Whether somebody makes the change. Where not, it is said.
    pub(super) fn change_settings(&mut self, change: Change) -> bool {
        let trouble = match &self.settings_worker {
            None => "there is no folder to keep settings in; set GATEWATCH_CONFIG_DIR",
            Some(thread) if thread.make(change) => return true,
            Some(_) => "the settings can't be written; is the disk full or gone?",
        };
        self.model.message = Some(Message::Error(trouble.to_owned()));
        false
    }

    /// Asks for the rows of the newest table, and takes them if they come within `patience`.
    pub(super) fn ask(&mut self, patience: Duration) {
        let model = &self.model;
        self.worker.ask(Question {
            dataset: model.news.as_ref().and_then(|news| news.table.clone()),
            username: model.username.text.clone(),
            project: model.project.text.clone(),
            kind: model.kind,
            cells: model.cells.clone(),
            grouping: model.layout.grouping.clone(),
            sort: model.layout.sort.clone(),
            facets: model.layout.counts.then_some(model.facet_order),
            shown: model.table.sessions().map(|sessions| sessions.dataset.clone()),
        });
        if let Some(answer) = self.worker.answer_within(patience) {
            self.take(answer);
        }
    }

    pub(super) fn take(&mut self, answer: Answer) {
        let Answer { generation: _, table, username, project } = answer;
        self.model.username.take(username);
        self.model.project.take(project);
        match table {
            Some(view) => {
                self.model.layout.columns.take_in(&view.dataset);
                self.model.table.show(view);
            }
            None => self.model.table.forget(),
        }
    }

    fn copy_text(&mut self, ctx: &Context, text: String, done: &str) {
        ctx.copy_text(text);
        self.model.message = Some(Message::Done(done.to_owned()));
    }

    fn copy(&mut self, ctx: &Context, what: Copied) {
        let format = match what {
            Copied::Cell => {
                let clock = self.model.clock();
                let text = self.model.cell_at_keyboard().map(|(_, cell)| display::copied(cell, &clock));
                return text.map_or((), |text| self.copy_text(ctx, text, "the cell is copied"));
            }
            Copied::Text(text) => return self.copy_text(ctx, text, "the value is copied"),
            Copied::Call => return self.copy_text(ctx, self.session_info_call(), "the call is copied"),
            Copied::Rows => Format::Tabs(self.model.clock()),
            Copied::Csv => Format::Csv,
            Copied::Json => Format::Json,
        };
        self.copy_rows(ctx, format);
    }
}
