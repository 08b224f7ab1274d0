//! The activity list: what happened, the newest first.

use std::sync::Arc;

use super::Away;
use crate::history::TimeRange;
use crate::ui::activity_rows::ActivityRows;
use crate::ui::error_report::ErrorReport;

/// The activity list.
#[derive(Default)]
pub(in crate::ui) struct ActivityList {
    /// The rows that were read so far; `None` until the first ones were.
    pub(in crate::ui) rows: Option<Arc<ActivityRows>>,
    /// Rows are being read.
    pub(in crate::ui) is_reading: bool,
    /// All entries are being read, to export them.
    pub(in crate::ui) is_exporting: bool,
    /// The reason why the last rows couldn't be read.
    pub(in crate::ui) error: Option<ErrorReport>,
    /// All entries are listed, although there are filters.
    pub(in crate::ui) is_unfiltered: bool,
    /// A time in which the window couldn't be seen, and its summary; `None` until its activity is
    /// opened.
    pub(in crate::ui) summary: Option<(TimeRange, Away)>,
    /// The index of the row at the cursor.
    pub(in crate::ui) cursor: Option<usize>,
}
