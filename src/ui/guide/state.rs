//! What the guide knows of the gateway.

use super::super::connection_test::{ConnectionTest, TestStage, TestedNode};
use super::super::gateway_draft::Draft;
use crate::gateway::check::{Outcome, Step, StepName, is_readable};

/// A step of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ui) enum GuideStep {
    /// The addresses are entered.
    Address,
    /// Something answers there.
    Found,
    /// The login is entered.
    SignIn,
    /// The gateway is prepared for reading.
    Resource,
    /// The gateway gets a name and is saved.
    Name,
}

/// A change of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum GuideChange {
    /// Opens a completed step to change it.
    Open(GuideStep),
    /// Goes on with the login as it is entered.
    Continue,
    /// Shows how to paste the script, or how to import the project.
    PasteScript(bool),
    /// Makes the password or token readable, or hides it.
    ToggleSecret,
}

/// The state of the guide.
#[derive(Default)]
pub(in crate::ui) struct GuideState {
    /// What answers at the addresses.
    pub(super) found: Option<Found>,
    /// The result of the last complete test.
    pub(super) result: Option<TestSummary>,
    /// A completed step that is open.
    pub(super) opened: Option<GuideStep>,
    /// The user has chosen how to sign in.
    pub(super) has_chosen_login: bool,
    /// The script is pasted instead of importing the project.
    pub(super) pastes_script: bool,
    /// The password or token is readable.
    pub(super) is_secret_shown: bool,
}

/// The gateway that was found.
pub(super) struct Found {
    /// The addresses, as they were entered.
    pub(super) addresses: String,
    /// Its name, version and number of nodes.
    pub(super) description: String,
}

/// The result of a complete test.
pub(super) struct TestSummary {
    /// What was tested.
    pub(super) draft: Draft,
    /// The sessions of each node can be read.
    pub(super) is_readable: bool,
    /// A node has rejected the login, or wants one.
    pub(super) is_login_rejected: bool,
}

impl GuideState {
    /// Takes in the results of a test.
    pub(in crate::ui) fn update(&mut self, test: &ConnectionTest) {
        if let Some(description) = describe(&test.nodes) {
            self.found = Some(Found { addresses: test.draft().addresses.clone(), description });
        }
        if test.stage == TestStage::Ended {
            let steps = || test.nodes.iter().flat_map(|node| &node.steps);
            let is_complete = test.nodes.iter().all(|node| node.next_step().is_none());
            self.result = is_complete.then(|| TestSummary {
                draft: test.draft().clone(),
                is_readable: test.nodes.iter().all(|node| node.steps.last().is_some_and(is_readable)),
                is_login_rejected: steps().any(is_login_rejected),
            });
        }
    }

    /// Applies a change.
    pub(in crate::ui) fn apply(&mut self, change: GuideChange) {
        match change {
            GuideChange::Open(step) => self.opened = Some(step),
            GuideChange::Continue => {
                self.opened = None;
                self.has_chosen_login = true;
            }
            GuideChange::PasteScript(pastes) => self.pastes_script = pastes,
            GuideChange::ToggleSecret => self.is_secret_shown ^= true,
        }
    }

    /// Forgets that the login was complete, because it or the addresses were edited.
    pub(in crate::ui) fn forget_login(&mut self) {
        self.has_chosen_login = false;
    }
}

fn is_login_rejected(step: &Step) -> bool {
    step.name == StepName::SignIn && step.error.is_some()
}

/// Returns the name and the version of a gateway whose nodes all answer, and their number.
fn describe(nodes: &[TestedNode]) -> Option<String> {
    let step = |node: &'_ TestedNode, name| {
        let step = node.steps.iter().find(|step| step.name == name);
        step.filter(|step| matches!(step.outcome, Outcome::Ok | Outcome::Warning)).cloned()
    };
    let are_running = nodes.iter().all(|node| step(node, StepName::Commissioning).is_some());
    let health = step(nodes.first()?, StepName::Health).filter(|_| are_running)?.message;
    let description = match health.strip_prefix("Reachable, ") {
        Some(rest) => rest.to_owned(),
        None => health,
    };
    Some(if nodes.len() > 1 { format!("{description}, {} nodes", nodes.len()) } else { description })
}
