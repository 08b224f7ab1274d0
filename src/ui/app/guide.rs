//! The guide that adds a gateway: repeated tests, the project file, the gateway's page.

use std::iter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use directories::UserDirs;
use egui::{Context, Event, OpenUrl};

use super::super::background_task::{BackgroundTask, Ended};
use super::super::command::GuideCommand;
use super::super::connection_test::TestStage;
use super::super::error_report::ErrorReport;
use super::super::export_controls;
use super::super::export_job::{NoDialog, picked_file};
use super::super::gateway_form::{FormStage, GatewayForm, Reveal};
use super::super::guide::{self, GuideStep, Progress, REPEAT_TEST};
use super::super::model::{AfterDiscard, Task};
use super::super::wake::wake;
use super::App;
use super::form::Closing;
use crate::atomic_file::{FileError, write_file};
use crate::gateway::Login;
use crate::gateway::webdev::{PROJECT_FILE, project_zip};

/// The project file that is being saved. The result has its path; `None` if the user cancelled.
pub(super) type SavedProject = BackgroundTask<Result<Option<PathBuf>, FileError>>;

impl App {
    /// Runs a command of the guide.
    pub(super) fn run_in_guide(&mut self, ctx: &Context, command: GuideCommand) {
        match command {
            GuideCommand::SetUp => self.set_up(ctx),
            GuideCommand::SaveProject => self.save_project(ctx),
            GuideCommand::OpenPage(address) => ctx.open_url(OpenUrl::new_tab(address)),
        }
    }

    /// Opens the guide for the current gateway, which can't be read yet.
    fn set_up(&mut self, ctx: &Context) {
        let Some(mut current) = self.profile.clone() else {
            return;
        };
        if !self.leave_form(AfterDiscard::SetUp) {
            return;
        }
        let form = if let Some(saved) = self.saved(&current) {
            GatewayForm::set_up(&saved, true)
        } else {
            // The guide starts with the login in use.
            current.login = Login::from(&self.active_credentials);
            let mut form = GatewayForm::set_up(&current, false);
            form.accepted_login = Some(self.active_credentials.clone());
            form
        };
        self.open_form(form);
        self.test_gateway(ctx);
    }

    /// Moves the keyboard focus into the step of the guide that has opened, unless a name is being typed.
    pub(super) fn follow_guide(&mut self, ctx: &Context) {
        let Some(form) = self.drafts.form.as_mut().filter(|form| form.guide.is_some()) else {
            return;
        };
        let is_key = |event: &Event| matches!(event, Event::Key { pressed: true, .. });
        let [is_pressed, is_clicked] =
            ctx.input(|input| [input.events.iter().any(is_key), input.pointer.any_pressed()]);
        if let Some(guide) = form.guide.as_mut().filter(|_| is_pressed || is_clicked) {
            guide.set_by_keyboard(is_pressed);
        }
        guide::follow(form, guide::is_naming(ctx));
    }

    /// Repeats the test every few seconds while the user prepares the gateway.
    pub(super) fn repeat_test(&mut self, ctx: &Context) {
        let Some(form) = self.drafts.form.as_ref().filter(|form| form.stage == FormStage::Editing) else {
            return;
        };
        let Some(guide) = &form.guide else {
            return;
        };
        let test = form.current_test().filter(|test| test.stage == TestStage::Ended);
        let Some(ended_at) = test.and_then(|test| test.ended_at) else {
            return;
        };
        if Progress::of(form, guide).now != GuideStep::Resource {
            return;
        }
        let left = (ended_at + REPEAT_TEST).saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.test_gateway(ctx);
        } else {
            ctx.request_repaint_after(left);
        }
    }

    /// Closes the question. The keyboard focus returns to the open step of the guide, or to the path of the export.
    pub(super) fn close_question(&mut self, ctx: &Context) {
        self.ui_state.question = None;
        if self.closing == Closing::Confirming {
            self.closing = Closing::NotRequested;
        }
        if self.drafts.export_path.is_some() {
            export_controls::focus_path(ctx);
        }
        if let Some(form) = self.drafts.form.as_mut().filter(|form| form.guide.is_some()) {
            form.reveal = Some(Reveal::GuideStep);
        }
    }

    /// Saves the project to a file that the user chooses, or to a new one in the folder of downloads where there is no file
    /// dialog.
    fn save_project(&mut self, ctx: &Context) {
        self.state.toasts.clear(Task::Gateway);
        let picked = (self.pick_file)(PROJECT_FILE);
        let task = BackgroundTask::spawn(wake(ctx), move |results| async move {
            let path = match picked_file(picked, Instant::now).await {
                Ok(path) => path,
                Err(NoDialog) => Some(download_path()),
            };
            let write = |path: PathBuf| write_file(&path, |out| out.write_all(&project_zip())).map(|()| path);
            results.send(path.map(write).transpose()).await;
        });
        match task {
            Ok(task) => self.saved_project = Some(task),
            Err(error) => {
                let report = ErrorReport::with_summary("Can't save the project", &error);
                self.state.toasts.error(Task::Gateway, report);
            }
        }
    }

    /// Shows where the project was saved.
    pub(super) fn receive_saved_project(&mut self) {
        let Some(task) = &mut self.saved_project else {
            return;
        };
        match task.next_result() {
            Ok(None) => return,
            Ok(Some(Ok(Some(path)))) => {
                self.state.toasts.done(Task::Gateway, format!("Project saved as {}", path.display()));
            }
            Ok(Some(Ok(None))) => {}
            Ok(Some(Err(error))) => {
                self.state.toasts.error(Task::Gateway, ErrorReport::of_file(&error));
            }
            Err(Ended) => {
                self.state.toasts.error(Task::Gateway, "The project wasn't saved. Try again");
            }
        }
        self.saved_project = None;
    }
}

/// Returns a path without a file, for the project in the user's downloads folder, or else in the home folder.
fn download_path() -> PathBuf {
    let folder = UserDirs::new().map(|user| user.download_dir().unwrap_or(user.home_dir()).to_owned());
    free_path(&folder.unwrap_or_default(), PROJECT_FILE)
}

/// Returns the path of a new file in this folder, with a number after its name if the name is taken.
fn free_path(folder: &Path, name: &str) -> PathBuf {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = (2_u32..).map(|number| folder.join(format!("{stem}-{number}.{extension}")));
    let mut paths = iter::once(folder.join(name)).chain(numbered);
    // A link to a file that is missing has the name, too.
    paths.find(|path| path.symlink_metadata().is_err()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_never_replaces_a_file() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["gatewatch.zip", "gatewatch-2.zip", "gatewatch-3.zip"] {
            let path = free_path(folder.path(), "gatewatch.zip");
            assert_eq!(path, folder.path().join(name));
            std::fs::write(path, "precious").unwrap();
        }
    }
}
