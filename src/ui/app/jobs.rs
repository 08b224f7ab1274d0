//! Exports: sessions written to a file or to the clipboard, in the background.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Local};
use egui::Context;

use super::super::error_report::ErrorReport;
use super::super::export_controls;
use super::super::export_job::{ExportJob, Extract, Outcome};
use super::super::model::{ExportPath, ExportRows, Question, Task};
use super::super::wake::wake;
use super::App;
use crate::dataset::Dataset;
use crate::display;
use crate::export::{self, Format, Progress};
use crate::history::{ActivityEntry, PeakRow};

/// A copy of more rows shows a message while it runs. A smaller one ends before the message could be read.
const MIN_ROWS_FOR_MESSAGE: usize = 10_000;

/// The source of an export.
#[derive(Default)]
pub(super) enum ExportSource {
    /// Sessions of the table.
    #[default]
    Sessions,
    /// All entries of the activity list.
    Activity(Arc<Dataset>),
    /// The peaks of days.
    Peaks(Arc<Dataset>),
}

impl App {
    /// Lets the user choose a file, and exports sessions to it.
    pub(super) fn export(&mut self, ctx: &Context) {
        if self.export_job.is_some() || !self.state.can_export(&self.drafts) {
            return;
        }
        self.export_source = ExportSource::Sessions;
        self.pick_and_export(ctx);
    }

    /// Lets the user choose a file, and exports entries of the activity list to it.
    pub(super) fn export_activity(&mut self, ctx: &Context, dataset: Arc<Dataset>) {
        self.export_source = ExportSource::Activity(dataset);
        self.pick_and_export(ctx);
    }

    /// Lets the user choose a file, and exports peaks to it.
    pub(super) fn export_peaks(&mut self, ctx: &Context, dataset: Arc<Dataset>) {
        self.export_source = ExportSource::Peaks(dataset);
        self.pick_and_export(ctx);
    }

    /// Lets the user choose a file, and exports the same as last time to it.
    pub(super) fn retry_export(&mut self, ctx: &Context) {
        match self.export_source {
            ExportSource::Sessions => self.export(ctx),
            _ if self.export_job.is_none() && !self.state.is_export_busy(&self.drafts) => {
                self.pick_and_export(ctx);
            }
            _ => {}
        }
    }

    fn pick_and_export(&mut self, ctx: &Context) {
        export_controls::remember_focused(ctx);
        let picked = (self.pick_file)(&self.suggested_name());
        let options = self.drafts.export;
        self.start_export(ctx, |extract, progress, wake| {
            ExportJob::pick_and_write(picked, extract, options, progress, wake)
        });
    }

    /// Returns a number of what is exported, such as `12 sessions`.
    fn exported_text(&self, number: usize) -> String {
        match self.export_source {
            ExportSource::Sessions => display::sessions(number),
            ExportSource::Activity(_) => display::counted(number, "entry", "entries"),
            ExportSource::Peaks(_) => display::counted(number, "row", "rows"),
        }
    }

    /// Exports to this file. `replace`: an existing file may be replaced.
    pub(super) fn export_to(&mut self, ctx: &Context, path: PathBuf, replace: bool) {
        let options = self.drafts.export;
        self.start_export(ctx, |extract, progress, wake| {
            ExportJob::write(path, replace, extract, options, progress, wake)
        });
    }

    /// Cancels the running export, or else forgets the path of the next one.
    pub(super) fn cancel_export(&mut self) {
        if let Some(progress) = &self.state.export {
            progress.cancel();
        } else {
            self.forget_activity_export();
            self.forget_peaks_export();
            self.drafts.forget_export();
            self.state.toasts.clear(Task::Export);
        }
    }

    /// Starts an export of the chosen rows.
    fn start_export(
        &mut self,
        ctx: &Context,
        start: impl FnOnce(Extract, Arc<Progress>, Box<dyn FnOnce() + Send>) -> io::Result<ExportJob>,
    ) {
        self.drafts.forget_export();
        self.state.toasts.clear(Task::Export);
        let Some(extract) = self.extract() else {
            return;
        };
        // They may have gone while the path was typed.
        if extract.rows.is_empty() {
            let text = match self.export_source {
                ExportSource::Sessions => "No sessions to export",
                ExportSource::Activity(_) => "No entries to export",
                ExportSource::Peaks(_) => "No days to export",
            };
            self.state.toasts.done(Task::Export, text);
            return;
        }
        let progress = Arc::new(Progress::new(extract.rows.len()));
        match start(extract, progress.clone(), Box::new(wake(ctx))) {
            Ok(job) => {
                self.export_job = Some(job);
                self.state.export = Some(progress);
            }
            Err(error) => {
                self.drafts.export_error = Some(ErrorReport::with_summary("Can't export", &error));
            }
        }
    }

    /// Returns the rows and columns to export; `None` without a table.
    fn extract(&self) -> Option<Extract> {
        let listed = match &self.export_source {
            ExportSource::Sessions => None,
            ExportSource::Activity(dataset) => Some((dataset, ActivityEntry::exported_columns())),
            ExportSource::Peaks(dataset) => Some((dataset, PeakRow::exported_columns())),
        };
        if let Some((dataset, columns)) = listed {
            let columns = columns.iter().map(|name| (*name).into()).collect();
            let rows = (0..u32::try_from(dataset.len()).unwrap_or(u32::MAX)).collect();
            return Some(Extract { dataset: dataset.clone(), columns, rows });
        }
        let sessions = self.state.table.result()?;
        let dataset = sessions.dataset.clone();
        let (columns, rows) = match self.state.export_rows(&self.drafts) {
            ExportRows::Shown => (self.state.shown_columns(), sessions.rows.clone()),
            ExportRows::Selected => (self.state.shown_columns(), self.state.table.selected_rows()),
            ExportRows::All => {
                let all = 0..u32::try_from(dataset.len()).unwrap_or(u32::MAX);
                (export::all_columns(&dataset), all.collect())
            }
        };
        Some(Extract { dataset, columns, rows })
    }

    /// Copies the selected rows. A newer copy replaces a running one.
    pub(super) fn copy_rows(&mut self, ctx: &Context, format: Format) {
        let Some(sessions) = self.state.table.result() else {
            return;
        };
        let rows = self.state.table.selected_rows();
        if rows.is_empty() {
            return;
        }
        let progress = Arc::new(Progress::new(rows.len()));
        let extract =
            Extract { dataset: sessions.dataset.clone(), columns: self.state.shown_columns(), rows };
        self.state.toasts.clear(Task::Copy);
        if extract.rows.len() > MIN_ROWS_FOR_MESSAGE {
            let text = format!("Copying {}…", display::sessions(extract.rows.len()));
            self.state.toasts.running(Task::Copy, text);
        }
        match ExportJob::write_text(extract, format, progress, wake(ctx)) {
            Ok(job) => self.copy_job = Some(job),
            Err(error) => {
                self.state.toasts.error(Task::Copy, ErrorReport::with_summary("Can't copy", &error));
            }
        }
    }

    /// Finishes a copy.
    pub(super) fn finish_copy(&mut self, ctx: &Context) {
        let Some((sessions, outcome)) = self.copy_job.as_ref().and_then(ExportJob::outcome) else {
            return;
        };
        self.copy_job = None;
        if let Outcome::Text(text) = outcome {
            ctx.copy_text(text);
            self.state.toasts.done(Task::Copy, format!("{} copied", display::sessions(sessions)));
        } else {
            self.state.toasts.error(Task::Copy, "Can't copy. There may not be enough memory");
        }
    }

    /// Finishes an export.
    pub(super) fn finish_export(&mut self, ctx: &Context) {
        let Some((sessions, outcome)) = self.export_job.as_ref().and_then(ExportJob::outcome) else {
            return;
        };
        self.export_job = None;
        self.state.export = None;
        match outcome {
            Outcome::Written(path) => {
                let text = format!("Exported {} to {}", self.exported_text(sessions), path.display());
                self.state.toasts.done(Task::Export, text);
                self.export_source = ExportSource::Sessions;
            }
            Outcome::Cancelled => {
                self.state.toasts.done(Task::Export, "Export cancelled");
                self.export_source = ExportSource::Sessions;
            }
            Outcome::Text(_) => {}
            Outcome::FileExists(path) => {
                self.ask_for_path(ctx, ExportPath::new(&path));
                self.ui_state.question = Some(Question::ReplaceFile(path));
            }
            Outcome::NoDialog { folder } => {
                self.ask_for_path(ctx, ExportPath::new(&folder.join(self.suggested_name())));
            }
            Outcome::Broken => {
                let text = "Export interrupted. No file was written";
                self.drafts.export_error = Some(text.into());
            }
            Outcome::Failed(error) => {
                // Shown below the path, and cleared when that is edited.
                let report = ErrorReport::of_file(&error);
                self.ask_for_path(ctx, ExportPath { error: Some(report), ..ExportPath::new(&error.path) });
            }
        }
    }

    /// Asks for the path of the export.
    fn ask_for_path(&mut self, ctx: &Context, path: ExportPath) {
        let listed = match &self.export_source {
            ExportSource::Sessions => None,
            ExportSource::Activity(dataset) | ExportSource::Peaks(dataset) => {
                Some(self.exported_text(dataset.len()))
            }
        };
        self.drafts.export_path = Some(ExportPath { listed, ..path });
        export_controls::focus_path(ctx);
    }

    /// Returns a file name with the current time.
    fn suggested_name(&self) -> String {
        let now: DateTime<Local> = self.state.now().into();
        let extension = self.drafts.export.format.extension();
        let name = match self.export_source {
            ExportSource::Sessions => "sessions",
            ExportSource::Activity(_) => "activity",
            ExportSource::Peaks(_) => "peaks",
        };
        format!("{name}-{}.{extension}", now.format("%Y-%m-%d-%H%M%S"))
    }
}
