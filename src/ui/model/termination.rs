//! The sessions that the user wants to terminate, and how far that is.

use crate::gateway::{NodeUrl, SessionKind};
use crate::sanitize::sanitize;

/// A session to terminate, as it was when the user chose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct TerminateTarget {
    /// The name of its gateway where all gateways are shown; `None` for the current gateway.
    pub(in crate::ui) gateway: Option<String>,
    /// The node of the session.
    pub(in crate::ui) node: NodeUrl,
    /// The name of its gateway, with the address of the node if the gateway has several.
    pub(in crate::ui) node_name: String,
    /// The kind of the session.
    pub(in crate::ui) kind: SessionKind,
    /// The client ID.
    pub(in crate::ui) id: String,
    /// The user.
    pub(in crate::ui) user: Option<String>,
    /// The project.
    pub(in crate::ui) project: Option<String>,
    /// The address of the client.
    pub(in crate::ui) address: Option<String>,
}

impl TerminateTarget {
    /// Returns `true` if the gateway can show a message to the user when it ends the session.
    pub(in crate::ui) fn has_message(&self) -> bool {
        self.kind == SessionKind::Perspective
    }

    /// Returns the user, project and client ID, which identify it, sanitized.
    pub(in crate::ui) fn name(&self) -> String {
        let Self { id, user, project, .. } = self;
        let user = user.as_deref().unwrap_or("an unknown user");
        let project = project.as_ref().map(|project| format!(" in {project}")).unwrap_or_default();
        sanitize(&format!("{user}{project} ({id})")).into_owned()
    }

    /// Returns a description for messages, sanitized.
    pub(in crate::ui) fn description(&self) -> String {
        let Self { node_name, kind, user, project, .. } = self;
        let user = user.as_deref().unwrap_or("an unknown user");
        let project = project.as_ref().map(|project| format!(" in {project}")).unwrap_or_default();
        sanitize(&format!("the {kind} session of {user}{project} on {node_name}")).into_owned()
    }
}

/// The selected sessions, divided into those that can be terminated and those that can't.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct TerminationPlan {
    /// The sessions that can be terminated, in their order.
    pub(in crate::ui) targets: Vec<TerminateTarget>,
    /// The reasons why others can't be terminated, each with the number of sessions.
    pub(in crate::ui) refused: Vec<(&'static str, usize)>,
}

impl TerminationPlan {
    /// Adds a session, or the reason why it can't be terminated.
    pub(in crate::ui) fn add(&mut self, session: Result<TerminateTarget, &'static str>) {
        match session {
            Ok(target) => self.targets.push(target),
            Err(reason) => match self.refused.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => self.refused.push((reason, 1)),
            },
        }
    }

    /// Returns the words for the sessions that can be terminated, such as `2 sessions`.
    pub(in crate::ui) fn sessions(&self) -> String {
        sessions_to_terminate(self.targets.len())
    }

    /// Returns `true` if a session can show a message to its user.
    pub(in crate::ui) fn has_message(&self) -> bool {
        self.targets.iter().any(TerminateTarget::has_message)
    }

    /// Returns the name of the node of all sessions; `None` if there are several.
    pub(in crate::ui) fn node_name(&self) -> Option<&str> {
        let (first, others) = self.targets.split_first()?;
        // Two gateways may have the same address.
        let is_same =
            |target: &TerminateTarget| (&target.gateway, &target.node) == (&first.gateway, &first.node);
        others.iter().all(is_same).then_some(&first.node_name)
    }
}

/// Returns the words for sessions on a button: `session` or `2 sessions`.
pub(in crate::ui) fn sessions_to_terminate(count: usize) -> String {
    if count == 1 { "session".to_owned() } else { crate::display::sessions(count) }
}

/// The progress of the termination of several sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct TerminationProgress {
    /// The number of sessions whose request was answered.
    pub(in crate::ui) done: usize,
    /// The number of sessions to terminate.
    pub(in crate::ui) total: usize,
    /// No further session is terminated after the current one.
    pub(in crate::ui) is_cancelled: bool,
}
