//! The stored history, as the settings show it.

use std::path::PathBuf;

use crate::history::HistoryInfo;
use crate::settings::HistorySettings;
use crate::ui::error_report::ErrorReport;

/// The part of the settings of the history that the window changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct HistoryChoice {
    /// `true` if sessions are recorded.
    pub(in crate::ui) is_enabled: bool,
    /// The number of days for which they are kept.
    pub(in crate::ui) keep_days: u32,
}

impl HistoryChoice {
    /// Returns that part.
    pub(in crate::ui) fn of(settings: &HistorySettings) -> Self {
        Self { is_enabled: settings.enabled, keep_days: settings.keep_days }
    }
}

/// The stored history.
#[derive(Default)]
pub(in crate::ui) struct StoredHistory {
    /// The file or the database; `None` if nothing is recorded.
    pub(in crate::ui) place: Option<String>,
    /// The folder of the file; `None` for a database.
    pub(in crate::ui) folder: Option<PathBuf>,
    /// The contents, as far as they were read.
    pub(in crate::ui) contents: HistoryContents,
}

/// The contents of the stored history, as far as they were read.
#[derive(Default)]
pub(in crate::ui) enum HistoryContents {
    /// It wasn't read yet.
    #[default]
    Unread,
    /// Nothing has been recorded yet.
    Nothing,
    /// It was read.
    Info(HistoryInfo),
    /// It can't be read.
    Failed(ErrorReport),
}
