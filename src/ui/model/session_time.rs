//! The time of a session, as the timeline shows it.

use super::{AppState, epoch_ms};
use crate::dataset::{Cell, ColumnId};
use crate::history::TimeRange;

impl AppState {
    /// Returns the time from the creation of the session in a row to now, or to the moment of the past that is shown; `None` if
    /// the gateway gave no creation time.
    pub(in crate::ui) fn session_time(&self, row: u32) -> Option<TimeRange> {
        let dataset = &self.table.result()?.dataset;
        let date = |id: &ColumnId| match dataset.column(id)?.cell(row as usize) {
            Cell::Date(time) => Some(time),
            _ => None,
        };
        let created = date(&ColumnId::CreationTime)?;
        let now = epoch_ms(self.now());
        // By the clock of its node.
        let ahead = self.row_clock(row).now_epoch_ms - self.history_clock().now_epoch_ms;
        let to = self.past.as_ref().map_or(now, |past| past.at);
        Some(TimeRange { from: created.saturating_sub(ahead).clamp(0, to.max(0)), to })
    }
}
