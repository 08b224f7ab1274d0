//! What the user can want of the window.

use std::path::PathBuf;
use std::time::Duration;

use crate::dataset::ColumnId;
use crate::query::Side;
use crate::settings::SavedFilter;

/// One wish of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// To watch the gateway of this name or address.
    Connect(String),
    /// To read the gateway now.
    Refresh,
    /// To read it this often, or only when told.
    RefreshEvery(Option<Duration>),
    /// To apply the filters as they are typed now.
    Filter,
    /// To let this filter's pattern match a part of the value.
    Contains(Side),
    /// To filter as saved.
    ApplyFilter(SavedFilter),
    /// To keep both filters under this name.
    SaveFilter(String),
    /// To forget the filters of this name.
    RemoveFilter(String),
    /// To empty both filters.
    ClearFilters,
    /// To sort by a column: ascending, then descending, then unsorted.
    SortBy(ColumnId),
    /// To export the shown rows.
    Export,
    /// To export them into this file.
    ExportTo(PathBuf),
    /// Not to export after all.
    CancelExport,
    /// To leave.
    Quit,
    /// To be rid of the message in the status bar.
    DismissMessage,
}
