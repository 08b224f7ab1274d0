//! Decides which sessions can be terminated, and why others can't.

use super::{AppState, TerminateTarget, TerminationPlan};
use crate::dataset::{Cell, ColumnId};
use crate::gateway::{Api, SessionKind};
use crate::poll::NodeStatus;

/// The reason why a Perspective session in a Designer can't be terminated.
const IN_DESIGNER: &str = "Can't be terminated, because it runs in a Designer. Close the Designer";
/// The reasons why a session can't be terminated while others can.
const NOT_OFFERED: &str = "Can't be terminated, because that isn't allowed for its gateway, \
     or its node wasn't read through the REST API";

impl AppState {
    /// Returns which sessions of these rows can be terminated; `None` where terminating isn't offered for any of them.
    pub(in crate::ui) fn termination_plan(&self, rows: &[u32]) -> Option<TerminationPlan> {
        let mut plan = TerminationPlan::default();
        let mut is_offered = false;
        for &row in rows {
            let session = self.terminate_target(row);
            is_offered |= session.is_some();
            plan.add(session.unwrap_or(Err(NOT_OFFERED)));
        }
        is_offered.then_some(plan)
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

    /// Returns the session in a row if it can be terminated, or the reason why not; `None` where terminating isn't offered:
    /// the settings don't allow it for the gateway, or the node wasn't read through the REST API.
    pub(in crate::ui) fn terminate_target(&self, row: u32) -> Option<Result<TerminateTarget, &'static str>> {
        let result = self.table.result()?;
        let cell = |id: &ColumnId| result.dataset.column(id).map(|column| column.cell(row as usize));
        let text = |id: &ColumnId| match cell(id)? {
            Cell::Text(text) => Some(text.to_owned()),
            _ => None,
        };
        // A gateway that hasn't answered again may have another session in its place, and sessions of the past may have ended.
        if self.previous_status.is_some() || self.past.is_some() {
            return None;
        }
        let node = self.node_of(row)?;
        let may_terminate = match &node.gateway {
            Some(gateway) => self.gateways.get(gateway).is_some_and(|entry| entry.profile.may_terminate),
            None => self.may_terminate,
        };
        if !may_terminate || node.api != Some(Api::Rest) || node.error.is_some() {
            return None;
        }
        let kind = SessionKind::from_name(&text(&SessionKind::COLUMN.into())?)?;
        let target = TerminateTarget {
            gateway: node.gateway.clone(),
            node: node.url.clone(),
            node_name: self.node_name(node),
            kind,
            id: text(&ColumnId::ClientId)?,
            user: text(&ColumnId::Username),
            project: text(&ColumnId::Project),
            address: text(&ColumnId::Address),
        };
        let is_in_designer =
            kind == SessionKind::Perspective && cell(&ColumnId::IsDesigner) == Some(Cell::Boolean(true));
        Some(if is_in_designer { Err(IN_DESIGNER) } else { Ok(target) })
    }
}
