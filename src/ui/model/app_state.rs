//! Application state: the gateway's status, the settings, the table and the active filters.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::{
    ActivityList, AlertList, Away, ChangeCounts, Drafts, ExportRows, GatewayList, KeyringState, LastSeen,
    License, Past, Pause, ShownGateways, StoredHistory, TerminationProgress, Timeline, Toasts, UserHistory,
};
use crate::alert::Rule;
use crate::dataset::{Cell, ColumnId, Dataset, names};
use crate::display::{self, Clock};
use crate::export::Progress;
use crate::gateway::{GatewayError, GatewayInfo, NodeUrl};
use crate::poll::{Activity, GatewayStatus, NodeStatus};
use crate::query::{
    CellFilter, DateFilter, DesignerFilter, FacetOrder, FilterField, FilterStatus, Highlights,
};
use crate::settings::{AlertProblem, FilterHistory, MissingGateway, SavedFilter, ThemeChoice};
use crate::table::{Layout, LeftSession, OutdatedLists, PowerTable};
use crate::ui::missing_scripts::MissingScripts;

/// The title of the column with the nodes of a gateway.
const NODE: &str = "Node";

/// The results of polls and queries, the settings, and the applied choices of the user.
#[derive(Default)]
pub(in crate::ui) struct AppState {
    /// The time of day at the start of the frame.
    pub(in crate::ui) frame_time: DateTime<Utc>,
    /// The name of the current gateway; empty without one.
    pub(in crate::ui) gateway: String,
    /// The status of the current gateway.
    pub(in crate::ui) status: Option<Arc<GatewayStatus>>,
    /// The status before the current gateway was connected to again, until it answers. The table shows its dataset.
    pub(in crate::ui) previous_status: Option<Arc<GatewayStatus>>,
    /// The current gateway can be edited, as all but the demo gateway can.
    pub(in crate::ui) can_edit: bool,
    /// Sessions of the current gateway may be terminated.
    pub(in crate::ui) may_terminate: bool,
    /// The keyring has not yet answered with the secret for the current gateway.
    pub(in crate::ui) waits_for_secret: bool,
    /// The addresses of the current gateway.
    pub(in crate::ui) addresses: Vec<NodeUrl>,
    /// The time since connecting to the current gateway began, at the start of the frame.
    pub(in crate::ui) connecting_for: Duration,
    /// The user's choice about the card that asks for a login.
    pub(in crate::ui) sign_in: SignInChoice,
    /// The state of the keyring.
    pub(in crate::ui) keyring: KeyringState,
    /// Interval between two reads; `None` for manual refresh.
    pub(in crate::ui) refresh: Option<Duration>,
    /// The names of the saved gateways.
    pub(in crate::ui) profiles: Vec<String>,
    /// The gateways of the rail.
    pub(in crate::ui) gateways: GatewayList,
    /// The rules for alerts.
    pub(in crate::ui) alert_rules: Vec<Rule>,
    /// The alerts in the settings that are wrong.
    pub(in crate::ui) alert_problems: Vec<AlertProblem>,
    /// The gateways that alerts name and that don't exist.
    pub(in crate::ui) missing_gateways: Vec<MissingGateway>,
    /// The saved filters.
    pub(in crate::ui) saved_filters: Vec<SavedFilter>,
    /// The active username filter.
    pub(in crate::ui) username: FilterStatus,
    /// The active project filter.
    pub(in crate::ui) project: FilterStatus,
    /// The active text filters on other columns.
    pub(in crate::ui) columns: Vec<(ColumnId, FilterStatus)>,
    /// The filters on dates.
    pub(in crate::ui) dates: Vec<DateFilter>,
    /// The filters that were typed last, which are saved.
    pub(in crate::ui) filter_history: FilterHistory,
    /// Clients, designers or both.
    pub(in crate::ui) designer: DesignerFilter,
    /// Single values to keep or to exclude.
    pub(in crate::ui) cells: Vec<CellFilter>,
    /// The theme of the window.
    pub(in crate::ui) theme: ThemeChoice,
    /// The scripts that no font has; `None` until they are known.
    pub(in crate::ui) missing_scripts: Option<Vec<MissingScripts>>,
    /// The location and the contents of the history.
    pub(in crate::ui) stored_history: StoredHistory,
    /// The order of the lists of users and projects.
    pub(in crate::ui) facet_order: FacetOrder,
    /// The table's layout, which is saved.
    pub(in crate::ui) layout: Layout,
    /// The sessions shown, with selection, cursor and scroll position.
    pub(in crate::ui) table: PowerTable,
    /// The number of changes since the gateway on screen was first read; `None` before.
    pub(in crate::ui) changes: Option<ChangeCounts>,
    /// The pause of the table; `None` while it follows the gateway.
    pub(in crate::ui) pause: Option<Pause>,
    /// The moment of the past that the table shows; `None` while it shows the present.
    pub(in crate::ui) past: Option<Past>,
    /// The license panel.
    pub(in crate::ui) license: License,
    /// The activity list.
    pub(in crate::ui) activity: ActivityList,
    /// The alerts.
    pub(in crate::ui) alerts: AlertList,
    /// The timeline.
    pub(in crate::ui) timeline: Timeline,
    /// The history of the user whose session is shown in detail; `None` until it was read.
    pub(in crate::ui) user_history: Option<UserHistory>,
    /// The last session of the user in the filter; `None` until it was read, and if it isn't known.
    pub(in crate::ui) last_seen: Option<LastSeen>,
    /// The summary of what happened while the window couldn't be seen; `None` if nothing did, and
    /// once it was dismissed.
    pub(in crate::ui) away: Option<Away>,
    /// Time for which sessions that have just signed in or left are marked; zero to mark none.
    pub(in crate::ui) mark_time: Duration,
    /// The nodes whose list on screen was out of date when a newer one was read that isn't shown yet.
    pub(in crate::ui) outdated: OutdatedLists,
    /// The progress of a running export; a file may not be chosen yet.
    pub(in crate::ui) export: Option<Arc<Progress>>,
    /// The progress of the termination of several sessions.
    pub(in crate::ui) termination: Option<TerminationProgress>,
    /// The messages about tasks.
    pub(in crate::ui) toasts: Toasts,
}

/// The user's choice about the card that asks for a login. Reset with the connection, and when the
/// gateway is read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum SignInChoice {
    /// Asks if a node requires a login.
    #[default]
    Automatic,
    /// Doesn't ask while a table is shown.
    Dismissed,
    /// Asks even if no node requires a login, such as for a token that a gateway without the Gatewatch resource accepts.
    Asked,
}

/// The health of the current gateway.
pub(in crate::ui) enum Health<'a> {
    /// No node has answered yet.
    Connecting,
    /// All nodes answer. Contains the information about the first node that isn't active, or else about the first node.
    Running(Option<&'a GatewayInfo>),
    /// Some nodes don't answer.
    Degraded,
    /// No node answers. Contains an error about the login, or else that of the first node.
    Unreachable(&'a GatewayError),
}

impl AppState {
    /// Returns the status with the dataset that the table shows; `None` before the first one.
    pub(in crate::ui) fn table_status(&self) -> Option<&Arc<GatewayStatus>> {
        if let Some(pause) = &self.pause {
            return Some(&pause.status);
        }
        let has_dataset = |status: &&Arc<GatewayStatus>| status.dataset.is_some();
        self.status.as_ref().filter(has_dataset).or(self.previous_status.as_ref())
    }

    /// Returns the sessions to show: those of the present or of the past.
    pub(in crate::ui) fn table_dataset(&self) -> Option<&Arc<Dataset>> {
        match &self.past {
            Some(past) => past.sessions.as_ref().map(|sessions| &sessions.dataset),
            None => self.table_status().and_then(|status| status.dataset.as_ref()),
        }
    }

    /// Returns the clock for dates that belong to no row.
    pub(in crate::ui) fn clock(&self) -> Clock {
        let offset = self
            .table_status()
            .into_iter()
            .flat_map(|status| &status.nodes)
            .find_map(|node| node.clock_offset_ms);
        self.clock_with_offset(offset)
    }

    /// Returns the clock for times of the history, which are by this machine's clock.
    pub(in crate::ui) fn history_clock(&self) -> Clock {
        self.clock_with_offset(None)
    }

    /// Returns the clock for the dates of a row. Ages are relative to the clock of the row's node, which may differ from ours
    /// and from those of other nodes.
    pub(in crate::ui) fn row_clock(&self, row: u32) -> Clock {
        self.clock_with_offset(self.node_of(row).and_then(|node| node.clock_offset_ms))
    }

    /// Returns the time of day at the start of the frame.
    pub(in crate::ui) fn now(&self) -> SystemTime {
        self.frame_time.into()
    }

    /// Returns the clock for the dates of a session that has left, whose node may be unknown by now.
    pub(in crate::ui) fn left_clock(&self, session: &LeftSession) -> Clock {
        let clock = self.clock();
        Clock::new(self.layout.dates, session.dataset.timezone(), clock.now_epoch_ms)
    }

    fn clock_with_offset(&self, offset_ms: Option<i64>) -> Clock {
        let dataset = self.table.result().map(|result| &result.dataset);
        let ours = self.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = milliseconds(ours).saturating_add(offset_ms.unwrap_or(0));
        Clock::new(self.layout.dates, dataset.and_then(|dataset| dataset.timezone()), now)
    }

    /// Returns the names of the rules that are firing for the session in a row; `None` for none, and in the past.
    pub(in crate::ui) fn alert_mark(&self, row: u32) -> Option<String> {
        if self.alerts.marks_nothing() || self.past.is_some() {
            return None;
        }
        let dataset = &self.table.result()?.dataset;
        let text = |id: ColumnId| match dataset.column(&id)?.cell(row as usize) {
            Cell::Text(text) => Some(text),
            _ => None,
        };
        let texts = [text(ColumnId::ClientId), text(ColumnId::Username), text(ColumnId::Project)];
        let gateway = match self.gateways.shown {
            ShownGateways::All => self.node_of(row)?.gateway.as_deref()?,
            _ => &*self.gateway,
        };
        self.alerts.mark_of(gateway, texts)
    }

    /// Returns the node of a row; `None` if its name is that of several nodes, or of none.
    pub(super) fn node_of(&self, row: u32) -> Option<&NodeStatus> {
        let nodes = &self.table_status()?.nodes[..];
        if let [only] = nodes {
            return Some(only);
        }
        let dataset = &self.table.result()?.dataset;
        let Cell::Text(name) = dataset.column(&names::GATEWAY.into())?.cell(row as usize) else {
            return None;
        };
        let mut named = nodes.iter().filter(|node| node.name.as_deref() == Some(name));
        // A name that two nodes share identifies neither.
        named.next().filter(|_| named.next().is_none())
    }

    /// Returns the matches of the active filter on a column.
    pub(in crate::ui) fn highlights_in(&self, column: &ColumnId) -> Option<&Highlights> {
        match column {
            ColumnId::Username => Some(&self.username.highlights),
            ColumnId::Project => Some(&self.project.highlights),
            _ => self.column_filter(column).map(|status| &status.highlights),
        }
    }

    /// Returns the status of a filter; `None` if it isn't applied yet.
    pub(in crate::ui) fn filter(&self, field: FilterField) -> Option<&FilterStatus> {
        match field {
            FilterField::Username => Some(&self.username),
            FilterField::Project => Some(&self.project),
            FilterField::Column(index) => self.columns.get(index).map(|(_, status)| status),
        }
    }

    /// Returns the status of the text filter on another column.
    pub(in crate::ui) fn column_filter(&self, column: &ColumnId) -> Option<&FilterStatus> {
        self.columns.iter().find(|(other, _)| other == column).map(|(_, status)| status)
    }

    /// Returns whether any filter is set, active or not.
    pub(in crate::ui) fn is_filtered(&self, drafts: &Drafts) -> bool {
        let has_text = !(drafts.username.pattern.is_empty() && drafts.project.pattern.is_empty());
        let has_chip = !(drafts.columns.is_empty() && self.dates.is_empty() && self.cells.is_empty());
        has_text || has_chip || self.designer != DesignerFilter::All
    }

    /// Returns the column and the value of the cell at the cursor.
    pub(in crate::ui) fn cursor_cell(&self) -> Option<(ColumnId, Cell<'_>)> {
        let dataset = &self.table.result()?.dataset;
        let row = self.table.cursor_row()?;
        let shown = || self.layout.columns.shown(dataset).map(|setting| &setting.id);
        let column = self.table.column().filter(|column| shown().any(|id| id == *column));
        let id = column.or_else(|| shown().next())?;
        Some((id.clone(), dataset.column(id)?.cell(row as usize)))
    }

    /// Returns whether an export can start: there are sessions to write, and no export is running.
    pub(in crate::ui) fn can_export(&self, drafts: &Drafts) -> bool {
        let has_rows = self.export_count(self.export_rows(drafts)) > 0;
        has_rows && !self.is_export_busy(drafts)
    }

    /// Returns whether there is something to show in the license panel: a history, or sessions.
    pub(in crate::ui) fn has_licenses(&self) -> bool {
        self.timeline.is_available || self.table_status().is_some()
    }

    /// Returns whether the license panel is shown.
    pub(in crate::ui) fn shows_licenses(&self) -> bool {
        self.layout.licenses && self.has_licenses()
    }

    /// Returns whether an export is being prepared or is running.
    pub(in crate::ui) fn is_export_busy(&self, drafts: &Drafts) -> bool {
        self.export.is_some()
            || self.activity.is_exporting
            || self.license.is_exporting
            || drafts.export_path.is_some()
    }

    /// Returns the rows that an export writes: the chosen ones, or those shown if the selected ones are chosen and none is.
    pub(in crate::ui) fn export_rows(&self, drafts: &Drafts) -> ExportRows {
        match drafts.export.rows {
            ExportRows::Selected if self.table.selected() == 0 => ExportRows::Shown,
            rows => rows,
        }
    }

    /// Returns the number of sessions that an export writes.
    pub(in crate::ui) fn export_count(&self, rows: ExportRows) -> usize {
        let result = self.table.result();
        match rows {
            ExportRows::Shown => result.map_or(0, |result| result.rows.len()),
            ExportRows::Selected => self.table.selected(),
            ExportRows::All => result.map_or(0, |result| result.dataset.len()),
        }
    }

    /// Returns what an export writes, such as `12 sessions, 5 of 6 columns`.
    pub(in crate::ui) fn export_summary(&self, rows: ExportRows) -> String {
        let all = self.table.result().map_or(0, |result| result.dataset.columns().count());
        let written = if rows == ExportRows::All { all } else { self.shown_columns().len() };
        let columns = if written == all {
            "all columns".to_owned()
        } else {
            format!("{} of {} columns", display::number(written), display::number(all))
        };
        format!("{}, {columns}", display::sessions(self.export_count(rows)))
    }

    /// Returns the columns shown, in order.
    pub(in crate::ui) fn shown_columns(&self) -> Vec<ColumnId> {
        let dataset = self.table.result().map(|sessions| &sessions.dataset);
        let shown = dataset.map(|dataset| self.layout.columns.shown(dataset));
        shown.into_iter().flatten().map(|setting| setting.id.clone()).collect()
    }

    /// Returns the health of the gateway.
    pub(in crate::ui) fn health(&self) -> Health<'_> {
        let Some(status) = &self.status else {
            return Health::Connecting;
        };
        let failures = || status.nodes.iter().filter_map(|node| node.error.as_ref());
        // The card that asks for a login has the same one.
        match failures().min_by_key(|error| !error.can_be_fixed_by_signing_in()) {
            Some(error) if failures().count() == status.nodes.len() => Health::Unreachable(error),
            Some(_) => Health::Degraded,
            None if status.dataset.is_none() => Health::Connecting,
            None => {
                let infos = || status.nodes.iter().filter_map(|node| node.info.as_ref());
                let inactive = infos().find(|info| !info.is_active());
                Health::Running(inactive.or_else(|| infos().next()))
            }
        }
    }

    /// Returns the title of a column. Of a single gateway, the column of gateways has its nodes.
    pub(in crate::ui) fn column_title<'a>(&self, id: &'a ColumnId) -> Cow<'a, str> {
        match id {
            ColumnId::Other(name)
                if &**name == names::GATEWAY && self.gateways.shown != ShownGateways::All =>
            {
                NODE.into()
            }
            id => display::title(id),
        }
    }

    /// Returns whether each node has answered, one has accepted the login of the current gateway and none has rejected it.
    pub(in crate::ui) fn has_accepted_login(&self) -> bool {
        let mut nodes = self.status.iter().flat_map(|status| &status.nodes);
        let is_read = |node: &NodeStatus| node.updated_at.is_some() && node.error.is_none();
        nodes.clone().any(is_read)
            && nodes.all(|node| node.updated_at.is_some() || node.error.is_some())
            && !self.has_rejected_login()
    }

    /// Returns whether a node has rejected the login of the current gateway.
    pub(in crate::ui) fn has_rejected_login(&self) -> bool {
        let mut errors =
            self.status.iter().flat_map(|status| &status.nodes).filter_map(|node| node.error.as_ref());
        errors.any(GatewayError::is_wrong_login)
    }

    /// Returns whether the table may be out of date.
    pub(in crate::ui) fn is_stale(&self) -> bool {
        self.table.result().is_some()
            && self.past.is_none()
            && (self.previous_status.is_some() || matches!(self.health(), Health::Unreachable(_)))
    }

    /// Returns whether the session in a row may be out of date, because its node can't be read although others can.
    pub(in crate::ui) fn is_row_stale(&self, row: u32) -> bool {
        self.past.is_none() && self.node_of(row).is_some_and(|node| node.error.is_some())
    }

    /// Returns `true` if there is no table and none is on its way, so that nothing can be filtered or grouped.
    pub(in crate::ui) fn has_nothing_to_show(&self) -> bool {
        let is_coming = matches!(self.health(), Health::Connecting) && !self.gateway.is_empty();
        self.table.result().is_none() && !is_coming
    }

    /// Returns the time at which the table was read. Nodes that can't be read don't count while others can: their sessions are
    /// stale, and the list of nodes says since when.
    pub(in crate::ui) fn updated_at(&self) -> Option<SystemTime> {
        let status = self.table_status()?;
        let readable = status.nodes.iter().filter(|node| node.error.is_none());
        readable.filter_map(|node| node.updated_at).min().or(status.updated_at)
    }

    /// Returns the time of the next read, where it is scheduled.
    pub(in crate::ui) fn next_read(&self) -> Option<SystemTime> {
        match self.status.as_ref()?.activity {
            Activity::Reading => None,
            Activity::Waiting { next_read_at } => next_read_at,
        }
    }

    /// Returns whether a read is in progress. A short read isn't reported.
    pub(in crate::ui) fn is_reading(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.activity == Activity::Reading)
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
