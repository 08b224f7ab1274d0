//! Decides which sessions can be terminated, and why others can't.

use super::{AppState, TerminateTarget, TerminationPlan};
use crate::dataset::{Cell, ColumnId};
use crate::gateway::{Api, SessionKind};
use crate::poll::NodeStatus;

/// The largest number of sessions that are checked one by one in each frame.
const MAX_CHECKED: usize = 1_000;

/// The reason why a session can't be terminated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NotTerminable {
    /// It is a Perspective session in a Designer.
    InDesigner,
    /// The settings of its gateway don't allow it.
    NotAllowed,
    /// Its node wasn't read through the REST API.
    NotRest,
    /// Its node can't be read at the moment.
    NodeFails,
    /// The table isn't that of the present: another session may have its place, or it may have ended.
    NotCurrent,
    /// The gateway doesn't give its kind or its client ID.
    Unidentified,
}

impl NotTerminable {
    /// Returns `true` if terminating is offered nevertheless, with the reason why it isn't possible.
    fn is_offered(self) -> bool {
        self == Self::InDesigner
    }

    fn message(self) -> &'static str {
        match self {
            Self::InDesigner => "Can't be terminated, because it runs in a Designer. Close the Designer",
            Self::NotAllowed => "Can't be terminated, because the settings of its gateway don't allow it",
            Self::NotRest => "Can't be terminated, because its node isn't read through the REST API",
            Self::NodeFails => "Can't be terminated, because its node can't be read",
            Self::NotCurrent => "Can't be terminated, because it may have ended",
            Self::Unidentified => "Can't be terminated, because its kind or client ID isn't known",
        }
    }
}

impl AppState {
    /// Returns which sessions of these rows can be terminated; `None` where terminating isn't offered for any of them.
    pub(in crate::ui) fn termination_plan(&self, rows: &[u32]) -> Option<TerminationPlan> {
        let mut plan = TerminationPlan::default();
        let mut is_offered = false;
        for &row in rows {
            let session = self.find_target(row);
            is_offered |= session.as_ref().err().is_none_or(|reason| reason.is_offered());
            plan.add(session.map_err(NotTerminable::message));
        }
        is_offered.then_some(plan)
    }

    /// Returns how many sessions of these rows can be terminated, or the number of rows if there are more than 1,000.
    pub(in crate::ui) fn terminable_count(&self, rows: &[u32]) -> usize {
        if rows.len() > MAX_CHECKED {
            return rows.len();
        }
        rows.iter().filter(|row| self.find_target(**row).is_ok()).count()
    }

    fn node_name(&self, node: &NodeStatus) -> String {
        let gateway = node.gateway.as_ref().unwrap_or(&self.gateway);
        let all = self.status.iter().flat_map(|status| &status.nodes);
        if all.filter(|other| other.gateway == node.gateway).count() > 1 {
            format!("{gateway} ({})", node.url.authority())
        } else {
            gateway.clone()
        }
    }

    /// Returns the session in a row if it can be terminated, or the reason why not; `None` where terminating isn't offered,
    /// for any other reason than that it runs in a Designer.
    pub(in crate::ui) fn terminate_target(&self, row: u32) -> Option<Result<TerminateTarget, &'static str>> {
        match self.find_target(row) {
            Ok(target) => Some(Ok(target)),
            Err(reason) => reason.is_offered().then(|| Err(reason.message())),
        }
    }

    fn find_target(&self, row: u32) -> Result<TerminateTarget, NotTerminable> {
        if self.previous_status.is_some() || self.past.is_some() {
            return Err(NotTerminable::NotCurrent);
        }
        let (Some(result), Some(node)) = (self.table.result(), self.node_of(row)) else {
            return Err(NotTerminable::NotCurrent);
        };
        let may_terminate = match &node.gateway {
            Some(gateway) => self.gateways.get(gateway).is_some_and(|entry| entry.profile.may_terminate),
            None => self.may_terminate,
        };
        if !may_terminate {
            return Err(NotTerminable::NotAllowed);
        }
        if node.error.is_some() {
            return Err(NotTerminable::NodeFails);
        }
        if node.api != Some(Api::Rest) {
            return Err(NotTerminable::NotRest);
        }
        let cell = |id: &ColumnId| result.dataset.column(id).map(|column| column.cell(row as usize));
        let text = |id: &ColumnId| match cell(id)? {
            Cell::Text(text) => Some(text.to_owned()),
            _ => None,
        };
        let kind = text(&SessionKind::COLUMN.into()).and_then(|name| SessionKind::from_text(&name));
        let (Some(kind), Some(id)) = (kind, text(&ColumnId::ClientId)) else {
            return Err(NotTerminable::Unidentified);
        };
        if kind == SessionKind::Perspective && cell(&ColumnId::IsDesigner) == Some(Cell::Boolean(true)) {
            return Err(NotTerminable::InDesigner);
        }
        Ok(TerminateTarget {
            gateway: node.gateway.clone(),
            node: node.url.clone(),
            node_name: self.node_name(node),
            kind,
            id,
            user: text(&ColumnId::Username),
            project: text(&ColumnId::Project),
            address: text(&ColumnId::Address),
        })
    }
}
