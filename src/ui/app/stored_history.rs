//! Reads what the settings show of the stored history, and changes how sessions are recorded.

use super::super::error_report::ErrorReport;
use super::super::model::{HistoryContents, StoredHistory};
use super::super::settings_worker::Change;
use super::App;
use crate::history::{History, HistoryError, HistoryInfo, HistoryRead, Location};

/// The read of the page of the settings.
pub(super) type InfoRead = HistoryRead<HistoryInfo>;

/// Returns where the history is, which isn't read yet.
pub(super) fn stored_at(location: Option<&Location>) -> StoredHistory {
    let folder = location.and_then(|location| match location {
        Location::File(path) => path.parent().map(Into::into),
        Location::Postgres(_) => None,
    });
    StoredHistory { place: location.map(ToString::to_string), folder, ..StoredHistory::default() }
}

impl App {
    /// Starts to read what the history holds.
    pub(super) fn read_history_info(&mut self) {
        let read = |history: &mut History, _: &dyn Fn() -> bool| history.info();
        self.info_read = self.history.reader.as_ref().map(|reader| reader.read(read));
    }

    /// Receives what the history holds.
    pub(super) fn receive_history_info(&mut self) {
        let Some(result) = self.info_read.as_ref().and_then(HistoryRead::take) else { return };
        self.info_read = None;
        self.state.stored_history.contents = match result {
            Ok(info) => HistoryContents::Info(info),
            Err(HistoryError::Missing { .. }) => HistoryContents::Nothing,
            Err(error) => HistoryContents::Failed(ErrorReport::new(&error)),
        };
    }

    /// Sets whether sessions are recorded, and saves it.
    pub(super) fn set_recording(&mut self, is_enabled: bool) {
        if self.change_settings(Change::Recording(is_enabled)) {
            self.settings.history.enabled = is_enabled;
        }
    }

    /// Sets for how many days sessions are kept, and saves it.
    pub(super) fn set_keep_days(&mut self, days: u32) {
        if self.change_settings(Change::KeepDays(days)) {
            self.settings.history.keep_days = days;
        }
    }
}
