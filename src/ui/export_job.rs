//! An export in the background: to a file that the user chooses, or to memory for the clipboard.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::model::ExportOptions;
use crate::atomic_file::{self, FileError};
use crate::dataset::{ColumnId, Dataset};
use crate::error_chain::ErrorChain;
use crate::export::{self, Format, Progress};

/// A dialog that closes sooner was never shown, because no user cancels that fast.
const MIN_DIALOG_TIME: Duration = Duration::from_millis(300);

/// Shows the file dialog with a suggested name and returns the file; `None` if the user cancelled or no dialog could be
/// shown. Called on the window's thread, because some platforms require that, and awaited on another one.
pub type PickFile = Arc<dyn Fn(&str) -> PickedFile>;

/// The future result of a file dialog.
pub type PickedFile = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// The rows and columns to write.
pub(super) struct Extract {
    /// The dataset of the rows.
    pub(super) dataset: Arc<Dataset>,
    /// The columns to write, in order.
    pub(super) columns: Vec<ColumnId>,
    /// The rows to write, in order.
    pub(super) rows: Vec<u32>,
}

/// The outcome of an export.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The file is written.
    Written(PathBuf),
    /// The text for the clipboard.
    Text(String),
    /// The user cancelled.
    Cancelled,
    /// The system can't show a file dialog.
    NoDialog {
        /// The folder to suggest.
        folder: PathBuf,
    },
    /// The file exists and must not be replaced.
    FileExists(PathBuf),
    /// The file couldn't be written.
    Failed(FileError),
    /// The text couldn't be created, or the thread has panicked.
    Broken,
}

/// A running export.
///
/// Dropping it waits for a file that is being written, but not for a file dialog: the program may end while one is open.
pub(super) struct ExportJob {
    /// Receives the outcome.
    outcomes: Receiver<Outcome>,
    /// The progress, which also cancels the export.
    progress: Arc<Progress>,
    /// The file is chosen and being written.
    is_writing: Arc<AtomicBool>,
    /// The thread; `None` once it was joined.
    thread: Option<JoinHandle<()>>,
}

impl ExportJob {
    /// Lets the user choose a file and writes it. Calls `wake` when that is done.
    pub(super) fn pick_and_write(
        picked: PickedFile,
        extract: Extract,
        options: ExportOptions,
        progress: Arc<Progress>,
        wake: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn(progress, wake, move |progress, is_writing| match chosen_file(picked, Instant::now) {
            Ok(path) => write_file(&path, &extract, options, progress, is_writing),
            Err(outcome) => outcome,
        })
    }

    /// Writes a file, unless it exists and `replace` is `false`. Calls `wake` when that is done.
    pub(super) fn write(
        path: PathBuf,
        replace: bool,
        extract: Extract,
        options: ExportOptions,
        progress: Arc<Progress>,
        wake: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn(progress, wake, move |progress, is_writing| {
            // A folder can't be replaced, which is the error of writing.
            if !replace && path.exists() && !path.is_dir() {
                return Outcome::FileExists(path);
            }
            write_file(&path, &extract, options, progress, is_writing)
        })
    }

    /// Writes to memory. Calls `wake` when that is done.
    pub(super) fn write_text(
        extract: Extract,
        format: Format,
        progress: Arc<Progress>,
        wake: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn(progress, wake, move |progress, _| {
            let Extract { dataset, columns, rows } = &extract;
            let mut text = Vec::new();
            let written = export::write(&mut text, dataset, columns, rows, format, progress);
            match (written, String::from_utf8(text)) {
                (Ok(()), Ok(text)) => Outcome::Text(text),
                (Err(error), _) if export::is_cancelled_error(&error) => Outcome::Cancelled,
                _ => Outcome::Broken,
            }
        })
    }

    fn spawn(
        progress: Arc<Progress>,
        wake: impl FnOnce() + Send + 'static,
        work: impl FnOnce(&Progress, &AtomicBool) -> Outcome + Send + 'static,
    ) -> io::Result<Self> {
        let (outcome_sender, outcomes) = sync_channel(1);
        let is_writing = Arc::new(AtomicBool::new(false));
        let (thread_progress, thread_is_writing) = (progress.clone(), is_writing.clone());
        let thread = thread::Builder::new().name("export".to_owned()).spawn(move || {
            let outcome = work(&thread_progress, &thread_is_writing);
            if outcome_sender.send(outcome).is_err() {
                tracing::debug!("outcome of an export dropped: the window is closed");
            }
            wake();
        })?;
        Ok(Self { outcomes, progress, is_writing, thread: Some(thread) })
    }

    /// Returns the number of rows and the outcome, once the export has ended.
    pub(super) fn outcome(&self) -> Option<(usize, Outcome)> {
        let outcome = match self.outcomes.try_recv() {
            Ok(outcome) => outcome,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Outcome::Broken,
        };
        Some((self.progress.total(), outcome))
    }
}

impl Drop for ExportJob {
    fn drop(&mut self) {
        if self.is_writing.load(Ordering::SeqCst) {
            if let Some(thread) = self.thread.take()
                && thread.join().is_err()
            {
                tracing::error!("the export thread has panicked");
            }
        } else {
            self.progress.cancel();
        }
    }
}

/// Returns the outcome that suggests the user's documents folder, or else the home folder.
fn no_dialog() -> Outcome {
    let dirs = directories::UserDirs::new();
    let folder = dirs.as_ref().map(|dirs| dirs.document_dir().unwrap_or(dirs.home_dir()));
    Outcome::NoDialog { folder: folder.map(Path::to_owned).unwrap_or_default() }
}

/// Waits for the file dialog, by the clock `now`. Returns the outcome of an export without a file.
fn chosen_file(picked: PickedFile, now: impl Fn() -> Instant) -> Result<PathBuf, Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| {
        tracing::error!(%error, "can't wait for the file dialog");
        no_dialog()
    })?;
    match runtime.block_on(picked_file(picked, now)) {
        Ok(path) => path.ok_or(Outcome::Cancelled),
        Err(NoDialog) => Err(no_dialog()),
    }
}

/// The system can't show a file dialog.
pub(super) struct NoDialog;

/// Waits for the file dialog, by the clock `now`. Returns the file; `None` if the user cancelled.
///
/// # Errors
/// If the dialog was never shown.
pub(super) async fn picked_file(
    picked: PickedFile,
    now: impl Fn() -> Instant,
) -> Result<Option<PathBuf>, NoDialog> {
    // Excludes the start of the thread, which may take long on a busy machine.
    let started = now();
    match picked.await {
        None if now().duration_since(started) < MIN_DIALOG_TIME => Err(NoDialog),
        path => Ok(path),
    }
}

fn write_file(
    path: &Path,
    extract: &Extract,
    options: ExportOptions,
    progress: &Progress,
    is_writing: &AtomicBool,
) -> Outcome {
    is_writing.store(true, Ordering::SeqCst);
    let started = Instant::now();
    let Extract { dataset, columns, rows } = extract;
    let format = options.for_file(path).format();
    let written =
        atomic_file::write_file(path, |out| export::write(out, dataset, columns, rows, format, progress));
    match written {
        Ok(()) => {
            let elapsed_ms = started.elapsed().as_millis();
            tracing::info!(rows = rows.len(), format = format_name(format), elapsed_ms, "exported");
            Outcome::Written(path.to_owned())
        }
        Err(error) if export::is_cancelled_error(&error.source) => {
            tracing::info!(rows = rows.len(), "export cancelled");
            Outcome::Cancelled
        }
        Err(error) => {
            tracing::warn!(error = %ErrorChain(&error), "export failed");
            Outcome::Failed(error)
        }
    }
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Csv(_) => "csv",
        Format::SpreadsheetCsv(_) => "csv for spreadsheets",
        Format::ClipboardCsv => "csv for the clipboard",
        Format::Json => "json",
        Format::Table => "table",
        Format::Tabs => "tab-separated",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use std::future;
    use std::sync::Mutex;

    use super::super::model::FileFormat;
    use super::*;
    use crate::demo::{DEFAULT_SEED, web_dev_response};
    use crate::export::Delimiter;
    use crate::gateway::webdev;

    /// More text than a pipe holds.
    fn extract() -> Extract {
        let response = web_dev_response(DEFAULT_SEED, 5_000).unwrap();
        let dataset = Arc::new(webdev::parse(&response).unwrap().dataset);
        let rows = (0..u32::try_from(dataset.len()).unwrap()).collect();
        let columns = export::all_columns(&dataset);
        Extract { dataset, columns, rows }
    }

    #[test]
    fn cancelled_dialog_is_not_a_missing_dialog() {
        let start = Instant::now();
        let shown_for = |time: Duration, path: Option<PathBuf>| {
            let elapsed = Arc::new(Mutex::new(Duration::ZERO));
            let clock = elapsed.clone();
            let picked = Box::pin(async move {
                *elapsed.lock().unwrap() = time;
                path
            });
            chosen_file(picked, move || start + *clock.lock().unwrap())
        };
        assert!(matches!(shown_for(MIN_DIALOG_TIME, None), Err(Outcome::Cancelled)));
        let too_short = MIN_DIALOG_TIME.saturating_sub(Duration::from_millis(1));
        assert!(matches!(shown_for(too_short, None), Err(Outcome::NoDialog { .. })));
        // A path that comes at once is one, too.
        let path = PathBuf::from("out.csv");
        assert_eq!(shown_for(Duration::ZERO, Some(path.clone())).unwrap(), path);
    }

    #[cfg(unix)]
    #[test]
    fn closing_waits_until_the_file_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let ended = Arc::new(AtomicBool::new(false));
        let wake = {
            let ended = ended.clone();
            move || ended.store(true, Ordering::SeqCst)
        };
        let progress = Arc::new(Progress::new(0));
        let job = ExportJob::write(pipe.clone(), true, extract(), json(), progress, wake).unwrap();
        let (opened_sender, opened) = sync_channel(1);
        let (closing_sender, closing) = sync_channel(1);
        let reader = thread::spawn(move || {
            let mut pipe = std::fs::File::open(pipe).unwrap();
            opened_sender.send(()).unwrap();
            closing.recv().unwrap();
            let mut text = Vec::new();
            io::Read::read_to_end(&mut pipe, &mut text).unwrap();
            text
        });
        // The export has opened the pipe, and can't end before the reader goes on.
        opened.recv().unwrap();
        assert!(!ended.load(Ordering::SeqCst));
        closing_sender.send(()).unwrap();
        drop(job);
        assert!(ended.load(Ordering::SeqCst), "closed while the file was written");
        assert!(reader.join().unwrap().ends_with(b"\n]\n"));
    }

    #[test]
    fn closing_does_not_wait_for_a_dialog() {
        let progress = Arc::new(Progress::new(0));
        let job = ExportJob::pick_and_write(
            Box::pin(future::pending()),
            extract(),
            json(),
            progress.clone(),
            || (),
        );
        drop(job.unwrap());
        assert!(progress.is_cancelled());
    }

    #[test]
    fn existing_file_is_replaced_only_if_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        std::fs::write(&path, "precious").unwrap();
        let export = |replace| write(&path, replace, json());
        assert!(matches!(export(false), Outcome::FileExists(_)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
        assert!(matches!(export(true), Outcome::Written(_)));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("[\n{"));
    }

    #[test]
    fn extension_of_the_file_counts_more_than_the_chosen_format() {
        let folder = tempfile::tempdir().unwrap();
        let csv = ExportOptions { delimiter: Delimiter::SEMICOLON, ..ExportOptions::default() };
        let unsafe_csv = ExportOptions { is_safe: false, ..csv };
        let (as_json, as_csv, as_unsafe_csv) = ("[\n{", "\u{feff}username;project;", "username;project;");
        for (name, options, expected) in [
            ("out.json", csv, as_json),
            ("out.JSON", unsafe_csv, as_json),
            ("out.json.csv", csv, as_csv),
            ("out.csv", ExportOptions { format: FileFormat::Json, ..csv }, as_csv),
            ("out.csv", ExportOptions { format: FileFormat::Json, ..unsafe_csv }, as_unsafe_csv),
            ("out.txt", unsafe_csv, as_unsafe_csv),
            ("json", csv, as_csv),
            ("out.txt", json(), as_json),
        ] {
            let path = folder.path().join(name);
            assert!(matches!(write(&path, true, options), Outcome::Written(_)));
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with(expected), "{name}: {:?}", text.lines().next());
        }
    }

    #[test]
    fn folder_is_not_offered_for_replacement() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(write(folder.path(), false, json()), Outcome::Failed(_)));
        assert!(folder.path().is_dir());
    }

    fn json() -> ExportOptions {
        ExportOptions { format: FileFormat::Json, ..ExportOptions::default() }
    }

    fn write(path: &Path, replace: bool, options: ExportOptions) -> Outcome {
        let (wake, woken) = sync_channel(1);
        let progress = Arc::new(Progress::new(0));
        let wake = move || wake.send(()).unwrap();
        let job = ExportJob::write(path.to_owned(), replace, extract(), options, progress, wake).unwrap();
        woken.recv().unwrap();
        job.outcome().unwrap().1
    }
}
