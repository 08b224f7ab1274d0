//! Commands of the filter row, the pattern tester, the bottom panels, the timeline and the bar of the past.

use std::time::Duration;

use crate::dataset::ColumnId;
use crate::filter::Mode;
use crate::gateway::SessionKind;
use crate::history::{ChartSplit, TimeRange};
use crate::query::{DateFilter, FilterField, FilterText, Suggestion};
use crate::table::{ActivityTab, Step, TimelineSpan};
use crate::ui::activity_rows::LiveAlert;
use crate::ui::model::{FilterKey, LicensePage, LicenseSeries, LicenseSpan, ListedValues, ValueSource};

/// An action in the filter row.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum FilterCommand {
    /// Changes the modes of filters as suggested, and moves the keyboard focus to the first of them.
    ApplySuggestion(Suggestion),
    /// Clears a text filter, and moves the keyboard focus there.
    Clear(FilterField),
    /// Adds a text filter to the history. The next one replaces it unless `ends` is set.
    Commit {
        /// The filter.
        field: FilterField,
        /// The user has left the text box.
        ends: bool,
    },
    /// Applies a filter from the history.
    ApplyHistory(FilterField, FilterText),
    /// Opens the popup that edits a filter without a box, which is added if it is new.
    Edit(FilterKey),
    /// Replaces the filter on a single value with this index by a pattern, and edits it.
    EditAsPattern(usize),
    /// Closes the popup that edits this filter.
    CloseEditor(FilterKey),
    /// Sets the filter on a column of dates.
    SetDate(DateFilter),
    /// Removes a filter without a box.
    Remove(FilterKey),
}

/// An action in the dialog that tests a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum PatternCommand {
    /// Opens the dialog with the pattern of the filter that was used last.
    Open,
    /// Closes the dialog.
    Close,
    /// The pattern or the values were edited.
    Edited,
    /// Sets the column that the pattern is for.
    SetColumn(ColumnId),
    /// Sets the mode of the pattern.
    SetMode(Mode),
    /// Sets where the values come from.
    SetSource(ValueSource),
    /// Sets the values that are listed.
    List(ListedValues),
    /// Moves the cursor of the list.
    Select(usize),
    /// Copies the pattern as a call of `getSessionInfo`.
    CopyCall,
    /// Closes the dialog, and makes the pattern the filter of its column.
    UseAsFilter,
}

/// An action in the activity panel.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum ActivityCommand {
    /// Lists these kinds of entries.
    SetTab(ActivityTab),
    /// Opens the panel with the alerts of all times, and moves the cursor to this one.
    ShowAlert(Box<LiveAlert>),
    /// Applies the filters of the table, after all entries were listed.
    ApplyFilters,
    /// Moves the cursor to the row with this index.
    Select(usize),
    /// Reads older entries.
    ReadOlder,
    /// Sets the height of the panel, in points.
    SetHeight(f32),
    /// Exports all entries that pass the filters.
    Export,
}

/// An action in the license panel.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum LicenseCommand {
    /// Shows this page.
    SetPage(LicensePage),
    /// Shows these days.
    SetSpan(LicenseSpan),
    /// Shows the peaks of these sessions.
    SetSeries(LicenseSeries),
    /// Saves the largest number of sessions of a kind on a gateway.
    SetLimit {
        /// The name of the saved gateway.
        gateway: String,
        /// The kind.
        kind: SessionKind,
        /// The number; `None` for no limit.
        limit: Option<u32>,
    },
    /// Moves the cursor to the day in this row.
    SelectDay(usize),
    /// Sets the time without a communication from which a session is silent.
    SetSilent(Duration),
    /// Moves the cursor of the list to the session in this row of the dataset.
    SelectSession(u32),
    /// Exports the peaks of all days.
    Export,
}

/// An action in the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum TimelineCommand {
    /// Sets the width of the chart, in physical pixels.
    SetWidth(usize),
    /// Shows a time up to now.
    SetSpan(TimelineSpan),
    /// Sorts the sessions into other series.
    SetSplit(ChartSplit),
    /// Shows this range.
    Zoom(TimeRange),
    /// Selects this range; `None` clears the selection.
    Select(Option<TimeRange>),
    /// Selects this range and brings it into view.
    Reveal(TimeRange),
    /// Selects the time of the session at the cursor and brings it into view.
    RevealCursor,
}

/// An action that leads into the past or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum PastCommand {
    /// Shows the sessions at a time in milliseconds since 1970 UTC.
    Show(i64),
    /// Moves the keyboard focus to the box for a time.
    EnterTime,
    /// Shows the sessions at the typed time.
    ShowTyped,
    /// Clears the error of the typed time, because it was edited.
    ClearError,
    /// Discards what is typed into the box with the time. If no time was chosen, the table shows the present again.
    LeaveTimeBox,
    /// Shows the sessions at the time of the next or previous change.
    Step(Step),
    /// Shows the present again.
    Leave,
}
