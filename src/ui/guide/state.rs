//! The state of the guide, with the results of the connection test that it keeps.

use super::super::connection_test::{ConnectionTest, TestStage, TestedNode};
use super::super::gateway_draft::{AuthKind, Draft};
use super::found;
use crate::gateway::check::{CheckStep, StepName, is_readable};
use crate::gateway::{GatewayError, Version};

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
    /// Goes on with the addresses as they are entered.
    ContinueWithAddress,
    /// Goes on with the login as it is entered.
    ContinueWithLogin,
    /// Shows how to paste the script, or how to import the project.
    PasteScript(bool),
    /// Makes the password or token readable, or hides it.
    ToggleSecret,
}

/// The state of the guide.
#[derive(Default)]
pub(in crate::ui) struct GuideState {
    /// The gateway that was found at the addresses.
    pub(super) found: Option<Found>,
    /// The result of the last test of any addresses, whatever the login.
    pub(super) probe: Option<Probe>,
    /// The result of the last complete test.
    pub(super) result: Option<TestSummary>,
    /// A completed step that is open.
    pub(super) opened: Option<GuideStep>,
    /// The step whose contents were shown last.
    shown: Option<GuideStep>,
    /// The part of the login that the user has chosen.
    login: LoginChoice,
    /// The script is pasted instead of importing the project.
    pub(super) pastes_script: bool,
    /// The password or token is readable.
    pub(super) is_secret_shown: bool,
    /// The user has last used the keyboard, which needs the focus on buttons, too.
    pub(super) is_by_keyboard: bool,
}

/// The part of the login that the user has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LoginChoice {
    /// Nothing was chosen yet. The test suggests the kind of authentication.
    #[default]
    Suggested,
    /// The user has chosen the kind of authentication.
    Kind,
    /// The user goes on with the login as it is entered.
    Complete,
}

/// The gateway that was found.
pub(super) struct Found {
    /// The addresses, as they were entered.
    pub(super) addresses: String,
    /// Its name, version and number of nodes.
    pub(super) description: String,
}

/// The result of a test that has ended, as far as it is about the addresses.
pub(super) struct Probe {
    /// The addresses, as they were entered.
    pub(super) addresses: String,
    /// The reason why no gateway was found; `None` if one was.
    pub(super) error: Option<String>,
    /// A node has no Gatewatch resource.
    pub(super) lacks_resource: bool,
    /// The version of the first node, if it is known.
    pub(super) version: Option<Version>,
}

/// The result of a complete test.
pub(super) struct TestSummary {
    /// The contents of the form when the test started.
    pub(super) draft: Draft,
    /// The sessions of each node can be read.
    pub(super) is_readable: bool,
    /// The error of a node that has rejected the login, or requires one.
    pub(super) rejection: Option<GatewayError>,
}

impl GuideState {
    /// Returns the guide for a gateway that is known already. `has_login`: it has a login.
    pub(in crate::ui) fn for_known(has_login: bool) -> Self {
        let login = if has_login { LoginChoice::Complete } else { LoginChoice::Suggested };
        Self { login, ..Self::default() }
    }

    /// Applies the results of a test.
    pub(in crate::ui) fn update(&mut self, test: &ConnectionTest) {
        let addresses = || test.draft().addresses.trim().to_owned();
        if let Some(description) = found::describe(&test.nodes) {
            self.found = Some(Found { addresses: addresses(), description });
        }
        if test.stage != TestStage::Ended {
            return;
        }
        let steps = || test.nodes.iter().flat_map(|node| &node.steps);
        self.probe = Some(Probe {
            addresses: addresses(),
            error: found::error(&test.nodes),
            lacks_resource: steps().any(lacks_resource),
            version: steps().find_map(|step| step.info.as_ref()?.version.clone()),
        });
        let is_complete = test.nodes.iter().all(|node| node.next_step().is_none());
        self.result = is_complete.then(|| TestSummary {
            draft: test.draft().clone(),
            is_readable: test.nodes.iter().all(can_be_read),
            rejection: steps().find_map(rejection).cloned(),
        });
    }

    /// Returns the kind of authentication that the gateway needs by the last test, unless the user has chosen one.
    pub(in crate::ui) fn suggested_auth(&self) -> Option<AuthKind> {
        let result = self.result.as_ref().filter(|_| self.found.is_some())?;
        match &result.rejection {
            _ if self.login != LoginChoice::Suggested || result.draft.auth != AuthKind::None => None,
            _ if result.is_readable => Some(AuthKind::None),
            Some(GatewayError::TokenNeeded { .. }) => Some(AuthKind::Token),
            // The resource requires a login, also if it isn't installed yet.
            _ => Some(AuthKind::Password),
        }
    }

    /// Applies a change.
    pub(in crate::ui) fn apply(&mut self, change: GuideChange) {
        match change {
            GuideChange::Open(step) => self.opened = Some(step),
            GuideChange::ContinueWithAddress => self.close_opened(),
            GuideChange::ContinueWithLogin => {
                self.close_opened();
                self.login = LoginChoice::Complete;
            }
            GuideChange::PasteScript(pastes) => self.pastes_script = pastes,
            GuideChange::ToggleSecret => self.is_secret_shown ^= true,
        }
    }

    /// Shows the step that comes next, rather than a completed one.
    pub(in crate::ui) fn close_opened(&mut self) {
        self.opened = None;
    }

    /// Returns `true` if the user goes on with the login as it is entered.
    pub(in crate::ui) fn has_chosen_login(&self) -> bool {
        self.login == LoginChoice::Complete
    }

    /// Notes that the user has chosen the kind of authentication.
    pub(in crate::ui) fn choose_auth(&mut self) {
        self.login = LoginChoice::Kind;
    }

    /// Forgets that the login was complete, because it or the addresses were edited.
    pub(in crate::ui) fn forget_login(&mut self) {
        if self.login == LoginChoice::Complete {
            self.login = LoginChoice::Kind;
        }
    }

    /// Notes whether the user has last used the keyboard.
    pub(in crate::ui) fn set_by_keyboard(&mut self, is_by_keyboard: bool) {
        self.is_by_keyboard = is_by_keyboard;
    }

    /// Notes which step is open. Returns `true` if another one was before.
    pub(super) fn set_shown(&mut self, open: GuideStep) -> bool {
        self.shown.replace(open) != Some(open)
    }
}

fn can_be_read(node: &TestedNode) -> bool {
    node.steps.last().is_some_and(is_readable)
}

fn rejection(step: &CheckStep) -> Option<&GatewayError> {
    step.error.as_ref().filter(|_| step.name == StepName::SignIn)
}

/// Returns `true` if the gateway has no Gatewatch resource.
pub(super) fn lacks_resource(step: &CheckStep) -> bool {
    matches!(step.error, Some(GatewayError::NoResource { .. }))
}
