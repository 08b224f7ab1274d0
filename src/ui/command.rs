//! What the user can want of the window.

use std::path::PathBuf;
use std::time::Duration;

use crate::dataset::{ColumnId, Value};
use crate::gateway::{NodeUrl, Refused, SessionKind};
use crate::query::{Side, SortKey};
use crate::settings::SavedFilter;
use crate::table::Action;

/// One wish of the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// To watch the gateway of this name or address.
    Connect(String),
    /// To try the login that was typed.
    LogIn,
    /// To trust the certificate that the gateway shows.
    Trust {
        /// Which, as it was shown.
        refused: Box<Refused>,
        /// Also at the next start.
        for_good: bool,
    },
    /// To have a form for another gateway.
    AddGateway,
    /// To have the form of the saved gateway of this name or, without one, of the gateway that is watched.
    EditGateway(Option<String>),
    /// To see what other windows saved.
    ReadSettings,
    /// To try what stands in the form.
    TestGateway,
    /// To keep what stands in the form.
    SaveGateway,
    /// To forget the gateway in the form.
    DeleteGateway,
    /// To be rid of the form.
    CloseGateway,
    /// To be asked whether this session is to be terminated.
    AskTerminate(TerminateTarget),
    /// To terminate the session that was asked about.
    Terminate,
    /// Not to terminate it.
    CancelTerminate,
    /// To read the gateway now.
    Refresh,
    /// To read it this often, or only when told.
    RefreshEvery(Option<Duration>),
    /// To apply the filters and the groups as they are set now.
    Filter,
    /// To look for users by a text that is typed over the table.
    TypeUsername(String),
    /// To have the keyboard in the box for usernames.
    FindUsername,
    /// To let this filter's pattern match a part of the value.
    Contains(Side),
    /// To filter as saved.
    ApplyFilter(SavedFilter),
    /// To keep both filters under this name.
    SaveFilter(String),
    /// To forget the filters of this name.
    RemoveFilter(String),
    /// To be rid of all filters.
    ClearFilters,
    /// To step back: first from the selection, then from the filters.
    Escape,
    /// To see only this user or project, or all again; or to add it to those seen, or to take it from them.
    Facet {
        /// Whether it is a user or a project.
        side: Side,
        /// Which.
        value: String,
        /// Whether the others stay.
        adds: bool,
    },
    /// To see only sessions with this value in this column.
    Keep(ColumnId, Value),
    /// To see no session with this value in this column.
    Exclude(ColumnId, Value),
    /// To be rid of the single-value filter of this number.
    DropCellFilter(usize),
    /// To sort by a column: ascending, then descending, then unsorted.
    SortBy(ColumnId),
    /// The same for a column beside those that are sorted by already.
    AddSort(ColumnId),
    /// To sort so.
    Sort(Vec<SortKey>),
    /// To do something with the groups.
    Table(Action),
    /// To copy something.
    Copy(Copied),
    /// To open or close the pane of the selected session.
    ToggleDetails,
    /// To open it.
    ShowDetails,
    /// To export as chosen.
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

/// What is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The cell that the keyboard is in, as it is shown.
    Cell,
    /// This text.
    Text(String),
    /// The selected sessions with a header, for a spreadsheet.
    Rows,
    /// The selected sessions as CSV.
    Csv,
    /// The selected sessions as JSON.
    Json,
    /// The filters in force, as a call for a script on the gateway.
    Call,
}

/// A session that can be terminated, as it was when that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminateTarget {
    /// The node that it is on.
    pub node: NodeUrl,
    /// What it is a session of.
    pub kind: SessionKind,
    /// Its client id.
    pub id: String,
    /// Who is logged in.
    pub user: Option<String>,
    /// Into which project.
    pub project: Option<String>,
    /// From where.
    pub address: Option<String>,
}

impl TerminateTarget {
    /// What people call it.
    pub(super) fn in_words(&self) -> String {
        let Self { node, kind, user, project, .. } = self;
        let user = user.as_deref().unwrap_or("an unknown user");
        let project = project.as_ref().map(|project| format!(" in {project}")).unwrap_or_default();
        format!("the {kind} session of {user}{project} on {}", node.authority())
    }
}
