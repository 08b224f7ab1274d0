//! What the window shows, without how it looks.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use egui::Id;

use super::command::TerminateTarget;
use super::gateway_form::GatewayForm;
use super::theme::Severity;
use crate::dataset::{Cell, ColumnId, Value};
use crate::display::Clock;
use crate::export::{Format, Progress};
use crate::filter::Filter;
use crate::gateway::{Api, GatewayError, GatewayInfo, Login, NodeUrl, Profile, Role, SessionKind};
use crate::poll::{Activity, GatewayStatus, NodeStatus};
use crate::query::{CellFilter, FacetOrder, FilterError, FilterStatus, FilterText, Kind};
use crate::settings::SavedFilter;
use crate::table::{Layout, PowerTable};

/// Everything that the window shows.
#[derive(Default)]
pub(super) struct Model {
    /// What stands in the box for the gateway.
    pub(super) gateway_box: String,
    /// Why that can't be connected to.
    pub(super) gateway_fault: Option<String>,
    /// The saved gateways' names, to choose from.
    pub(super) profiles: Vec<String>,
    /// The watched gateway is a real one, whose form can be opened.
    pub(super) can_edit: bool,
    /// The gateway that is being added or changed.
    pub(super) form: Option<GatewayForm>,
    /// Whether sessions of the watched gateway may be terminated.
    pub(super) may_terminate: bool,
    /// The session that an open menu is about, where it can be terminated.
    pub(super) menu_session: Option<TerminateTarget>,
    /// The session that is to be terminated, if the user says so once more.
    pub(super) doomed: Option<TerminateTarget>,
    /// What is typed to get into the gateway.
    pub(super) login: LoginForm,
    /// The keyring was asked for what opens the gateway, and has not answered yet.
    pub(super) waits_for_secret: bool,
    /// The name of the watched gateway.
    pub(super) gateway: String,
    /// The state of the watched gateway.
    pub(super) news: Option<Arc<GatewayStatus>>,
    /// How often it is read; `None` for only when told.
    pub(super) refresh: Option<Duration>,
    /// The filters kept under a name.
    pub(super) saved_filters: Vec<SavedFilter>,
    /// What stands in the box for the name of a filter to keep.
    pub(super) filter_name: String,
    /// The box for the username.
    pub(super) username: FilterBox,
    /// The box for the project.
    pub(super) project: FilterBox,
    /// Clients, designers or both.
    pub(super) kind: Kind,
    /// Single values to keep or to leave out.
    pub(super) cells: Vec<CellFilter>,
    /// How the table is arranged; survives a restart.
    pub(super) layout: Layout,
    /// In which order users and projects are listed.
    pub(super) facet_order: FacetOrder,
    /// The sessions on screen, and where the user is among them.
    pub(super) table: PowerTable,
    /// What had the keyboard when the keys of this frame were pressed: a text box that Enter or Escape leaves has given it
    /// up by now.
    pub(super) focused: Option<Id>,
    /// The cell that an open menu is about: the session may move or end while it is open.
    pub(super) menu_cell: Option<(ColumnId, Value)>,
    /// What is exported, and as what.
    pub(super) export_as: ExportAs,
    /// What the export is doing.
    pub(super) export: Export,
    /// Something to tell, until it is dismissed.
    pub(super) message: Option<Message>,
    /// When it was first told.
    pub(super) said_at: Option<Instant>,
}

/// A login as it is typed.
#[derive(Default)]
pub(super) struct LoginForm {
    /// An API token rather than a user with a password.
    pub(super) is_token: bool,
    /// The user.
    pub(super) user: String,
    /// The password or the token.
    pub(super) secret: String,
    /// Whether it is to be kept.
    pub(super) keep: bool,
    /// Whether it could be read on its way.
    pub(super) is_readable: bool,
}

impl LoginForm {
    /// As it is at first for this gateway.
    pub(super) fn of(profile: &Profile) -> Self {
        let login = &profile.login;
        Self {
            is_token: *login == Login::Token,
            user: login.user().unwrap_or_default().to_owned(),
            secret: String::new(),
            keep: *login != Login::None,
            is_readable: profile.nodes().iter().any(NodeUrl::is_readable_by_others),
        }
    }
}

/// A filter as it is typed.
#[derive(Default)]
pub(super) struct FilterBox {
    /// The pattern, and how it is read.
    pub(super) text: FilterText,
    /// The filter in force: the last good one.
    pub(super) filter: Option<Filter>,
    /// Why that is not the text.
    pub(super) fault: Option<FilterError>,
    /// The filter in force lets no value at all pass.
    pub(super) finds_nothing: bool,
    /// The box is to have the keyboard in the next frame.
    pub(super) take_focus: bool,
}

impl FilterBox {
    /// Takes what came of the filter.
    pub(super) fn take(&mut self, answer: FilterStatus) {
        let FilterStatus { filter, fault, finds_nothing } = answer;
        (self.filter, self.fault, self.finds_nothing) = (filter, fault, finds_nothing);
    }

    /// How bad it is. A pattern that is still being typed is no fault yet.
    pub(super) fn tone(&self) -> Option<Severity> {
        let fault = self.fault.as_ref()?;
        Some(if fault.is_incomplete() { Severity::Warning } else { Severity::Fault })
    }

    /// The plain text that no value is equal to: whoever typed it may have meant a part.
    pub(super) fn literal_that_finds_nothing(&self) -> Option<&str> {
        let filter = self.filter.as_ref().filter(|_| self.finds_nothing)?;
        let mode = filter.mode();
        filter.literal().filter(|_| !mode.contains && !mode.invert)
    }
}

/// Which sessions are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ExportRows {
    /// Those shown, in the order and with the columns shown.
    #[default]
    Shown,
    /// Those selected, likewise.
    Selected,
    /// All that the gateway gave, with all columns, in its order.
    All,
}

/// What is exported, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExportAs {
    /// Which sessions.
    pub(super) rows: ExportRows,
    /// In which format.
    pub(super) format: Format,
}

impl Default for ExportAs {
    fn default() -> Self {
        Self { rows: ExportRows::default(), format: Format::SpreadsheetCsv }
    }
}

/// What the export is doing.
#[derive(Debug, Default)]
pub(super) enum Export {
    /// Nothing.
    #[default]
    Idle,
    /// The user is choosing a file, or it is being written; how far it is.
    Running(Arc<Progress>),
    /// No file dialog came up, so the path is typed here.
    AskingForPath {
        /// The path.
        path: String,
        /// There is such a file, and it was said so.
        replace: bool,
        /// The box is to have the keyboard in the next frame.
        take_focus: bool,
    },
}

impl Export {
    /// Asking for a path, with this one to begin with.
    pub(super) fn asking_for(path: &Path) -> Self {
        Self::AskingForPath { path: path.display().to_string(), replace: false, take_focus: true }
    }
}

/// Something to tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Something was done, and this is it.
    Done(String),
    /// Something did not work.
    Error(String),
}

/// How it stands with the gateway, in one word and a few more.
pub(super) enum Health<'a> {
    /// Nothing was heard yet.
    Connecting,
    /// All is well. What the first node says of itself, or the first that is a backup not in charge.
    Running(Option<&'a GatewayInfo>),
    /// Some of its nodes don't answer: the first of them and why, and how many others.
    Degraded(&'a NodeUrl, &'a GatewayError, usize),
    /// It does not answer.
    Unreachable(&'a GatewayError),
}

impl Model {
    /// How dates are shown now. Ages go by the gateway's clock, which need not agree with ours.
    pub(super) fn clock(&self) -> Clock {
        let dataset = self.table.sessions().map(|sessions| &sessions.dataset);
        let ours = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let ahead = self.news.as_ref().and_then(|news| news.ahead_ms).unwrap_or(0);
        let now = milliseconds(ours).saturating_add(ahead);
        Clock::new(self.layout.dates, dataset.and_then(|dataset| dataset.timezone()), now)
    }

    /// The pattern in force on this column.
    pub(super) fn filter_on(&self, column: &ColumnId) -> Option<&Filter> {
        match column {
            ColumnId::Username => self.username.filter.as_ref(),
            ColumnId::Project => self.project.filter.as_ref(),
            _ => None,
        }
    }

    /// Whether anything keeps sessions from being shown.
    pub(super) fn is_filtered(&self) -> bool {
        let Self { username, project, kind, cells, .. } = self;
        let is_empty = |filter: &FilterBox| filter.text.pattern.is_empty();
        !(is_empty(username) && is_empty(project) && *kind == Kind::All && cells.is_empty())
    }

    /// The cell that the keyboard is in.
    pub(super) fn cell_at_keyboard(&self) -> Option<(ColumnId, Cell<'_>)> {
        let dataset = &self.table.sessions()?.dataset;
        let row = self.table.cursor_row()?;
        let shown = || self.layout.columns.shown(dataset).map(|setting| &setting.id);
        let at = self.table.column().filter(|at| shown().any(|id| id == *at));
        let id = at.or_else(|| shown().next())?;
        Some((id.clone(), dataset.column(id)?.cell(row as usize)))
    }

    /// Whether there is something to export, and nothing is being exported.
    pub(super) fn can_export(&self) -> bool {
        let nothing = self.export_as.rows == ExportRows::Selected && self.table.selected() == 0;
        self.table.sessions().is_some() && matches!(self.export, Export::Idle) && !nothing
    }

    /// The session in this row, if it can be terminated: only where that is allowed for the gateway, and only where the
    /// node that it is on was read through the interface that does it.
    pub(super) fn terminable(&self, row: u32) -> Option<TerminateTarget> {
        let (news, sessions) = (self.news.as_ref().filter(|_| self.may_terminate)?, self.table.sessions()?);
        let text = |id: &ColumnId| match sessions.dataset.column(id)?.cell(row as usize) {
            Cell::Text(text) => Some(text.to_owned()),
            _ => None,
        };
        let node = match &news.nodes[..] {
            [only] => only,
            several => {
                let name = text(&NodeStatus::COLUMN.into())?;
                let mut called_so = several.iter().filter(|node| node.name.as_ref() == Some(&name));
                called_so.next().filter(|_| called_so.next().is_none())?
            }
        };
        let can = node.api == Some(Api::Rest) && node.error.is_none();
        Some(TerminateTarget {
            node: node.url.clone(),
            kind: SessionKind::from_name(&text(&SessionKind::COLUMN.into())?)?,
            id: text(&ColumnId::ClientId)?,
            user: text(&ColumnId::Username),
            project: text(&ColumnId::Project),
            address: text(&ColumnId::Address),
        })
        .filter(|_| can)
    }

    /// The columns shown, in order.
    pub(super) fn shown_columns(&self) -> Vec<ColumnId> {
        let dataset = self.table.sessions().map(|sessions| &sessions.dataset);
        let shown = dataset.map(|dataset| self.layout.columns.shown(dataset));
        shown.into_iter().flatten().map(|setting| setting.id.clone()).collect()
    }

    /// How it stands with the gateway.
    pub(super) fn health<'a>(&'a self) -> Health<'a> {
        let Some(news) = &self.news else {
            return Health::Connecting;
        };
        let failed = |node: &'a NodeStatus| Some((&node.url, node.error.as_ref()?));
        let mut failures = news.nodes.iter().filter_map(failed);
        match (failures.next(), failures.count()) {
            (Some((_, error)), others) if others + 1 == news.nodes.len() => Health::Unreachable(error),
            (Some((url, error)), others) => Health::Degraded(url, error, others),
            (None, _) if news.table.is_none() => Health::Connecting,
            (None, _) => {
                let infos = || news.nodes.iter().filter_map(|node| node.info.as_ref());
                let cold = infos().find(|info| info.role == Some(Role::ColdBackup));
                Health::Running(cold.or_else(|| infos().next()))
            }
        }
    }

    /// Whether the rows on screen may no longer be true.
    pub(super) fn is_stale(&self) -> bool {
        self.table.sessions().is_some() && matches!(self.health(), Health::Unreachable(_))
    }

    /// When the rows on screen were received.
    pub(super) fn as_of(&self) -> Option<SystemTime> {
        self.news.as_ref().and_then(|news| news.as_of)
    }

    /// When the gateway is asked again, where that is settled.
    pub(super) fn next_read(&self) -> Option<SystemTime> {
        match self.news.as_ref()?.activity {
            Activity::Reading => None,
            Activity::Waiting { next } => next,
        }
    }

    /// Whether the gateway's answer is being waited for, and long enough to say so.
    pub(super) fn is_reading(&self) -> bool {
        self.news.as_ref().is_some_and(|news| news.activity == Activity::Reading)
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
