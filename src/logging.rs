//! Logging: `tracing` events become lines on standard error, in a file and in memory.
//!
//! The window keeps the last lines in memory, for its log view and its diagnostics; `--log` and `--log-file` write them
//! to standard error or a file. Every line is sanitized, because it may quote a gateway.

mod log_file;

use std::collections::VecDeque;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::log_file::LogFile;
use crate::sanitize::{sanitize, shorten};

/// The most lines that are kept in memory.
const MAX_LINES: usize = 2_000;
/// The longest line, in characters.
const MAX_LINE: usize = 1_000;
/// The time that the end of the program waits for the log file.
const EXIT_TIMEOUT: Duration = Duration::from_secs(1);
/// The target of this crate's events.
const CRATE: &str = env!("CARGO_CRATE_NAME");

/// The events to log: a level for this program, or levels by module.
///
/// ```
/// use gatewatch::logging::LogLevel;
///
/// assert!("debug".parse::<LogLevel>().is_ok());
/// assert!("gatewatch::gateway=trace,rustls=info".parse::<LogLevel>().is_ok());
/// assert!("loud".parse::<LogLevel>().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct LogLevel(Targets);

impl Default for LogLevel {
    /// `info` for this program, `warn` for its libraries.
    fn default() -> Self {
        Self::of_this_crate(LevelFilter::INFO)
    }
}

impl LogLevel {
    fn of_this_crate(level: LevelFilter) -> Self {
        Self(Targets::new().with_target(CRATE, level).with_default(level.min(LevelFilter::WARN)))
    }
}

/// The text isn't a log level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected off, error, warn, info, debug or trace, or MODULE=LEVEL[,…]")]
pub struct LogLevelError;

impl FromStr for LogLevel {
    type Err = LogLevelError;

    fn from_str(text: &str) -> Result<Self, LogLevelError> {
        if let Ok(level) = text.trim().parse() {
            return Ok(Self::of_this_crate(level));
        }
        // `Targets` takes a bare word for a module.
        let has_levels = text.split(',').all(|part| part.contains('='));
        match text.trim().parse() {
            Ok(targets) if has_levels => Ok(Self(targets)),
            _ => Err(LogLevelError),
        }
    }
}

/// The log can't be written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file can't be opened for appending.
    #[error("Can't open the log file {}. Choose another one", path.display())]
    Open {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The thread that writes the file can't be started.
    #[error("Can't start the thread of the log file")]
    Thread(#[source] io::Error),
}

/// The last [`MAX_LINES`] lines of the log. Clones share them.
#[derive(Clone, Default)]
pub struct LogLines(Arc<Mutex<Buffer>>);

#[derive(Default)]
struct Buffer {
    /// The lines, the oldest first.
    lines: VecDeque<Box<str>>,
    /// The callback for the next line that another thread than this one adds.
    notify: Option<(ThreadId, Box<dyn FnOnce() + Send>)>,
}

impl LogLines {
    /// Returns the lines, the oldest first.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Box<str>> {
        self.lock().lines.iter().cloned().collect()
    }

    /// Calls `notify` once, when another thread adds a line. Replaces an earlier `notify`.
    ///
    /// A line of the calling thread doesn't count, because that thread may hold a lock that `notify` needs.
    pub fn notify_once(&self, notify: impl FnOnce() + Send + 'static) {
        self.lock().notify = Some((thread::current().id(), Box::new(notify)));
    }

    fn push(&self, line: &str) {
        let mut buffer = self.lock();
        if buffer.lines.len() == MAX_LINES {
            buffer.lines.pop_front();
        }
        buffer.lines.push_back(line.into());
        let notify = buffer.notify.take_if(|(thread, _)| *thread != thread::current().id());
        // `notify` may log as well.
        drop(buffer);
        if let Some((_, notify)) = notify {
            notify();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> FromIterator<&'a str> for LogLines {
    fn from_iter<T: IntoIterator<Item = &'a str>>(lines: T) -> Self {
        let log = Self::default();
        lines.into_iter().for_each(|line| log.push(line));
        log
    }
}

impl fmt::Debug for LogLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LogLines").field(&self.lock().lines.len()).finish()
    }
}

/// Starts logging. Call it once, at the start of the process.
///
/// Events go to `file`, or without one to standard error if there is a `level`, and to `memory` if the program shows
/// the lines itself. Such a program doesn't wait for the disk: the last lines are in the file when the returned value is
/// dropped. Without any of these, nothing is logged.
///
/// # Errors
/// If `file` can't be opened for appending, or the system can't start a thread.
pub fn start(
    level: Option<LogLevel>,
    file: Option<&Path>,
    memory: Option<LogLines>,
) -> Result<FlushOnDrop, LogError> {
    let file = file.map(open).transpose()?;
    let mut flush = FlushOnDrop(None);
    let external = match (file, &level) {
        (Some(file), _) if memory.is_some() => {
            let file = LogFile::start(file).map_err(LogError::Thread)?;
            flush.0 = Some(file.clone());
            Some(Destination::Queue(file))
        }
        (Some(file), _) => Some(Destination::File(Arc::new(file))),
        (None, Some(_)) => Some(Destination::StandardError),
        (None, None) => None,
    };
    let filter = level.unwrap_or_default().0;
    let layers: Vec<_> = external
        .into_iter()
        .chain(memory.map(Destination::Memory))
        .map(|destination| layer(destination, &filter))
        .collect();
    if layers.is_empty() {
        return Ok(flush);
    }
    if let Err(error) = tracing_subscriber::registry().with(layers).try_init() {
        // The first subscriber of a process stays, as in tests that start several windows.
        tracing::debug!(%error, "logging was started before");
    }
    Ok(flush)
}

/// Writes the last lines of the log file when it or a clone is dropped.
#[derive(Clone, Debug)]
#[must_use]
pub struct FlushOnDrop(Option<LogFile>);

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            file.flush(EXIT_TIMEOUT);
        }
    }
}

fn layer<S>(destination: Destination, filter: &Targets) -> impl Layer<S> + use<S>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    tracing_subscriber::fmt::layer().with_ansi(false).with_writer(destination).with_filter(filter.clone())
}

fn open(path: &Path) -> Result<File, LogError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|source| LogError::Open { path: path.to_owned(), source })
}

/// A place that lines are written to.
#[derive(Clone, Debug)]
enum Destination {
    Memory(LogLines),
    File(Arc<File>),
    Queue(LogFile),
    StandardError,
}

impl<'a> MakeWriter<'a> for Destination {
    type Writer = LineWriter<'a>;

    fn make_writer(&'a self) -> LineWriter<'a> {
        LineWriter(self)
    }
}

/// Writes events as lines. Each write is one whole event with a line end.
struct LineWriter<'a>(&'a Destination);

impl Write for LineWriter<'_> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = sanitize(text.trim_end());
        let line = shorten(&text, MAX_LINE);
        match self.0 {
            Destination::Memory(lines) => lines.push(&line),
            Destination::Queue(file) => file.push(&line),
            // In one write, so that lines of several threads don't mix.
            Destination::File(file) => (&**file).write_all(format!("{line}\n").as_bytes())?,
            Destination::StandardError => writeln!(io::stderr(), "{line}")?,
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(level: &LogLevel, log: impl FnOnce()) -> Vec<Box<str>> {
        // While there is only one subscriber, a thread without one can turn an event off for all threads.
        let second = layer(Destination::Memory(LogLines::default()), &level.0);
        let _second = tracing::Dispatch::new(tracing_subscriber::registry().with(second));
        let lines = LogLines::default();
        let layer = layer(Destination::Memory(lines.clone()), &level.0);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        lines.snapshot()
    }

    #[test]
    fn logs_one_harmless_line_per_event() {
        let lines = logged(&LogLevel::default(), || {
            tracing::info!(said = "a\nb\u{1b}[2J", "refused");
            tracing::debug!("too detailed");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(!lines[0].contains(char::is_control), "{lines:?}");
    }

    #[test]
    fn keeps_the_newest_lines_up_to_the_limit() {
        let lines = logged(&LogLevel::default(), || {
            for number in 0..=MAX_LINES {
                tracing::info!("line {number}.");
            }
        });
        assert_eq!(lines.len(), MAX_LINES);
        assert!(lines[0].ends_with("line 1."), "{}", lines[0]);
    }

    #[test]
    fn notifies_once_about_lines_of_other_threads() {
        let lines = LogLines::default();
        let (sender, notified) = std::sync::mpsc::sync_channel(2);
        lines.notify_once(move || sender.send(()).unwrap());
        lines.push("line of the same thread");
        assert!(notified.try_recv().is_err());
        let other = lines.clone();
        let writer = thread::Builder::new().spawn(move || {
            other.push("first line of another thread");
            other.push("second line of another thread");
        });
        writer.unwrap().join().unwrap();
        assert_eq!(notified.iter().count(), 1);
        assert_eq!(lines.snapshot().len(), 3);
    }
}
