//! Commands: the actions of the user, emitted by the views and run by [`App`](super::App).

mod parts;

use std::path::PathBuf;
use std::time::Duration;

pub(super) use super::alert_command::AlertCommand;
use super::gateway_form::FormChange;
use super::model::{CellMenu, ExportOptions, SettingsPage, TerminationPlan, ToastId};
use crate::dataset::{ColumnId, Value};
use crate::display::DateStyle;
use crate::filter::Mode;
use crate::gateway::RejectedCertificate;
use crate::query::{DesignerFilter, FacetOrder, FilterField, Grouping, SortKey};
use crate::settings::{SavedFilter, ThemeChoice};
use crate::table::{Action, Density, Direction};
pub(super) use parts::{
    ActivityCommand, FilterCommand, LicenseCommand, PastCommand, PatternCommand, TimelineCommand,
};

/// An action of the user.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    // Gateway
    /// Connects to the gateway with this name or address.
    Connect(String),
    /// Connects to the demo gateway.
    ConnectDemo,
    /// Opens the box that connects to an address.
    EnterAddress,
    /// Clears the error of the gateway box, because its text was edited.
    ClearGatewayError,
    /// Signs in with the typed login.
    SignIn,
    /// Opens the card that asks for the login of the gateway with this name or address; `None` for the current gateway.
    AskSignIn(Option<String>),
    /// Closes the card that asks for a login, and shows what it was opened over.
    CancelSignIn,
    /// Asks for an API token, for a gateway without the Gatewatch resource.
    UseToken,
    /// Stops connecting to the gateway.
    CancelConnect,
    /// Continues without the keyring, which doesn't respond.
    AbandonKeyring,
    /// Trusts a certificate of the gateway.
    Trust {
        /// The certificate, as it was shown.
        rejected: Box<RejectedCertificate>,
        /// Saves the certificate as trusted, rather than trusting it until the window closes.
        permanently: bool,
    },
    /// Reads the gateway now.
    Refresh,
    /// Sets the interval between two reads; `None` for manual refresh.
    RefreshEvery(Option<Duration>),

    // Rail
    /// Runs an action of the rail.
    Rail(RailCommand),

    // Gateway form
    /// Opens the guide for another gateway.
    AddGateway,
    /// Runs an action of the guide.
    Guide(GuideCommand),
    /// Opens the form of the saved gateway with this name; `None` for the current gateway.
    EditGateway(Option<String>),
    /// Reads the settings again, which other windows may have changed.
    ReadSettings,
    /// Tests the connection with the values in the form.
    TestGateway,
    /// Saves the gateway in the form.
    SaveGateway,
    /// Closes the form, after a question if it has changes.
    LeaveForm,
    /// Removes the saved gateway with this name.
    RemoveGateway(String),
    /// Closes the form and discards its changes.
    DiscardForm,
    /// Changes the form.
    Form(FormChange),

    // Alerts
    /// Changes an alert or its form.
    Alert(AlertCommand),

    // Termination of sessions
    /// Opens the dialog that asks whether to terminate these sessions.
    AskTerminate(TerminationPlan),
    /// Opens the dialog that asks whether to terminate the selected sessions.
    AskTerminateSelected,
    /// Terminates the sessions in the dialog, one by one.
    Terminate,
    /// Stops terminating after the current session.
    StopTerminating,
    /// Closes the dialog.
    CancelTerminate,

    // Filters
    /// Applies the typed filters.
    ApplyFilters,
    /// Moves the keyboard focus to the username filter.
    FocusUsername,
    /// Shows only sessions with the value at the cursor.
    FilterToCursor,
    /// Hides sessions with the value at the cursor.
    ExcludeCursor,
    /// Sets the mode of a filter.
    SetFilterMode(FilterField, Mode),
    /// Changes a filter of the filter row.
    Filter(FilterCommand),
    /// Tests a pattern.
    Pattern(PatternCommand),
    /// Moves the keyboard focus to the table.
    FocusTable,
    /// Replaces all filters by saved ones.
    ApplySavedFilter(SavedFilter),
    /// Saves all filters under this name.
    SaveFilter(String),
    /// Removes the saved filters with this name.
    RemoveFilter(String),
    /// Saves the last removed filters again.
    RestoreFilter,
    /// Clears all filters.
    ClearFilters,
    /// Does the first of these that applies: closes the export path or its error, resets the typed time, clears the selection,
    /// leaves the past, clears the chosen time, clears the filters.
    Escape,
    /// Toggles a filter on a user or project in the counts panel.
    Facet {
        /// Username or project.
        field: FilterField,
        /// The user or project.
        value: String,
        /// Adds the value to the filter or removes it, rather than replacing the filter.
        adds: bool,
    },
    /// Shows only sessions with this value.
    FilterToValue(ColumnId, Value),
    /// Hides sessions with this value.
    ExcludeValue(ColumnId, Value),
    /// Shows clients, designers or both.
    SetDesignerFilter(DesignerFilter),

    // Table
    /// Groups the sessions; `None` ungroups them.
    GroupBy(Option<Grouping>),
    /// Sorts by a column: ascending, then descending, then not at all.
    SortBy(ColumnId),
    /// Toggles a column in the same order, and keeps the other columns of the sort.
    AddSort(ColumnId),
    /// Replaces the sort.
    Sort(Vec<SortKey>),
    /// Selects the session in this row only and scrolls to it.
    GoToSession(u32),
    /// Changes selection, cursor, scroll position or collapsed groups.
    Table(Action),
    /// Sets the height of a row and of the visible part of the table, in physical pixels.
    SetViewport {
        /// The height of a row.
        line_px: u32,
        /// The height of the visible part.
        view_px: u32,
    },
    /// Sets the line of the table under the pointer.
    SetPointerLine(Option<usize>),
    /// Pauses or resumes the table.
    TogglePause,
    /// Sets the subject of the cell menu.
    SetCellMenu(CellMenu),
    /// Changes a column of the layout.
    Column(ColumnId, ColumnChange),
    /// Opens the menu of columns.
    ChooseColumns,
    /// Restores the order, widths and visibility of all columns.
    ResetColumns,
    /// Sets how dates are shown.
    SetDateStyle(DateStyle),
    /// Sets the height of the rows.
    SetDensity(Density),
    /// Copies to the clipboard.
    Copy(Copied),

    // Panels
    /// Opens or closes the counts panel.
    ToggleCounts,
    /// Sets the order of the lists in the counts panel.
    SetFacetOrder(FacetOrder),
    /// Opens or closes the activity panel.
    ToggleActivity,
    /// Changes the activity panel.
    Activity(ActivityCommand),
    /// Opens or closes the license panel.
    ToggleLicenses,
    /// Changes the license panel.
    License(LicenseCommand),
    /// Shows or hides the timeline.
    ToggleTimeline,
    /// Changes what the timeline shows.
    Timeline(TimelineCommand),
    /// Shows the past or the present.
    Past(PastCommand),
    /// Shows what happened since a time in milliseconds since 1970 UTC.
    ShowActivitySince(i64),
    /// Dismisses what happened while the window couldn't be seen.
    DismissAway,
    /// Opens the list of alerts.
    ShowAlerts,
    /// Opens or closes the details panel.
    ToggleDetails,
    /// Opens the details panel.
    ShowDetails,

    // Footer
    /// Sets the options of the export, and forgets the error of the last one.
    SetExportOptions(ExportOptions),
    /// Exports with the chosen options.
    Export,
    /// Repeats the export that failed.
    RetryExport,
    /// Exports to this file.
    ExportTo(PathBuf),
    /// Exports to this file, and replaces the one that exists.
    ReplaceFile(PathBuf),
    /// Clears the error of the export, because the path was edited.
    ResetExportPath,
    /// Cancels the export.
    CancelExport,
    /// Closes the question.
    CloseQuestion,
    /// Dismisses a message.
    DismissToast(ToastId),

    // Palette
    /// Opens or closes the command palette.
    TogglePalette,
    /// Highlights the entry with this index in the palette.
    SelectInPalette(usize),
    /// Closes the palette.
    ClosePalette,

    // Settings
    /// Opens the settings.
    OpenSettings,
    /// Opens the list of keys in the settings.
    OpenKeys,
    /// Opens this page of the settings.
    OpenSettingsPage(SettingsPage),
    /// Closes the settings.
    CloseSettings,
    /// Sets the theme.
    SetTheme(ThemeChoice),
    /// Sets the zoom factor of the window.
    SetZoom(f32),
    /// Makes everything larger.
    ZoomIn,
    /// Makes everything smaller.
    ZoomOut,
    /// Sets the interval of gateways without one of their own; zero for manual refresh.
    SetDefaultRefresh(Duration),
    /// Sets how long sessions that have just signed in or left are marked.
    SetMarkTime(Duration),
    /// Sets whether sessions are recorded.
    SetRecording(bool),
    /// Sets for how many days recorded sessions are kept.
    SetKeepDays(u32),
    /// Opens a part of the configuration, or the history, outside of the program.
    OpenConfig(ConfigPlace),

    // Log
    /// Opens the log in the settings.
    OpenLog,
    /// Copies the log.
    CopyLog,
    /// Copies the diagnostics.
    CopyDiagnostics,

    /// Closes the window.
    Quit,
}

/// An action in the rail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RailCommand {
    /// Opens or closes the rail.
    Toggle,
    /// Closes the rail over the table, after a click on something else.
    Close,
    /// Shows the sessions of all saved gateways.
    ShowAll,
    /// Opens the form that saves the recent gateway with this address.
    SaveRecent(String),
    /// Asks whether to remove the saved gateway with this name, or removes the recent one with this address.
    Remove(String),
}

/// A part of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConfigPlace {
    /// The folder.
    Folder,
    /// The file with the gateways and the saved filters.
    File,
    /// The folder of the history.
    History,
}

/// An action in the guide that adds a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GuideCommand {
    /// Opens the guide for the current gateway, which can't be read yet.
    SetUp,
    /// Saves the Web Dev project to a file.
    SaveProject,
    /// Opens this address of the gateway in a browser.
    OpenPage(String),
}

/// A change to one column of the layout.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ColumnChange {
    /// Sets the width, in points.
    Resize(f32),
    /// Moves the column in front of this one, or to the end.
    MoveBefore(Option<ColumnId>),
    /// Moves the column by one place.
    Shift(Direction),
    /// Shows or hides the column.
    Show(bool),
}

/// The content to copy to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    /// The value of the cell at the cursor: dates in ISO 8601 and UTC, null as an empty text.
    Cell,
    /// This text.
    Text(String),
    /// This text of a cell.
    CellText(String),
    /// This text of a row in a list.
    Row(String),
    /// The selected rows with a header, separated by tabs.
    Rows,
    /// The selected rows as CSV.
    Csv,
    /// The selected rows as JSON.
    Json,
    /// The active filters, as a call of `system.util.getSessionInfo`.
    Call,
}
