//! What the guide knows of the gateway, and the step that comes next.

use super::super::connection_test::{ConnectionTest, TestStage, TestedNode};
use super::super::gateway_draft::Draft;
use super::super::gateway_form::GatewayForm;
use crate::gateway::GatewayError;
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
    found: Option<Found>,
    /// The result of the last complete test.
    result: Option<TestSummary>,
    /// A completed step that is open.
    opened: Option<GuideStep>,
    /// The user has chosen how to sign in.
    has_chosen_login: bool,
    /// The script is pasted instead of importing the project.
    pub(super) pastes_script: bool,
    /// The password or token is readable.
    pub(super) is_secret_shown: bool,
}

/// The gateway that was found.
struct Found {
    /// The addresses, as they were entered.
    addresses: String,
    /// Its name, version and number of nodes.
    description: String,
}

/// The result of a complete test.
struct TestSummary {
    /// What was tested.
    draft: Draft,
    /// The sessions of each node can be read.
    is_readable: bool,
    /// A node has rejected the login, or wants one.
    is_login_rejected: bool,
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

/// The progress of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Progress<'a> {
    /// The step to do.
    pub(in crate::ui) now: GuideStep,
    /// The step whose contents are shown, in addition to the last one.
    pub(super) open: GuideStep,
    /// The gateway that answers.
    pub(super) description: Option<&'a str>,
}

impl<'a> Progress<'a> {
    /// Returns the progress of a form with a guide.
    pub(in crate::ui) fn of(form: &GatewayForm, guide: &'a GuideState) -> Self {
        let is_same = |found: &&Found| found.addresses.trim() == form.draft.addresses.trim();
        let found = guide.found.as_ref().filter(is_same);
        let result = guide.result.as_ref().filter(|result| result.draft.has_same_connection(&form.draft));
        let is_readable = result.is_some_and(|result| result.is_readable);
        let is_rejected = result.is_some_and(|result| result.is_login_rejected);
        let has_login = form.has_saved_secret() || matches!(form.credentials(), Ok(Some(_)));
        let now = if found.is_none() {
            GuideStep::Address
        } else if is_readable {
            GuideStep::Name
        } else if !guide.has_chosen_login || !has_login || is_rejected {
            GuideStep::SignIn
        } else {
            GuideStep::Resource
        };
        let open = guide.opened.filter(|opened| *opened < now).unwrap_or(now);
        Self { now, open, description: found.map(|found| found.description.as_str()) }
    }
}

/// Returns `true` if the gateway has no Gatewatch resource.
pub(super) fn lacks_resource(step: &Step) -> bool {
    matches!(step.error, Some(GatewayError::NoResource { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::gateway_draft::AuthKind;

    fn form(addresses: &str) -> GatewayForm {
        let mut form = GatewayForm::add();
        form.draft.addresses = addresses.to_owned();
        form
    }

    /// Ends a test of the form's gateway in which these steps complete.
    fn test(form: &mut GatewayForm, steps: &[(StepName, Outcome, Option<GatewayError>)]) {
        let profile = form.profile_to_test().unwrap();
        let mut test = ConnectionTest::new(&form.draft, &profile, None);
        for name in StepName::ALL {
            let given = steps.iter().find(|(step, ..)| *step == name);
            let (outcome, error) =
                given.map_or((Outcome::Ok, None), |(_, outcome, error)| (*outcome, error.clone()));
            let message = format!("Reachable, {}", name.id());
            test.nodes[0].steps.push(Step { name, outcome, message, advice: None, error });
        }
        test.stage = TestStage::Ended;
        form.guide.as_mut().unwrap().update(&test);
    }

    fn now(form: &GatewayForm) -> GuideStep {
        Progress::of(form, form.guide.as_ref().unwrap()).now
    }

    fn missing() -> [(StepName, Outcome, Option<GatewayError>); 3] {
        let error = GatewayError::NoResource { status: 404, has_rest: false };
        [
            (StepName::WebDev, Outcome::Failed, Some(error)),
            (StepName::SignIn, Outcome::Skipped, None),
            (StepName::Sessions, Outcome::Skipped, None),
        ]
    }

    #[test]
    fn leads_from_the_address_over_sign_in_and_resource_to_the_name() {
        let mut form = form("http://n1:8088");
        assert_eq!(now(&form), GuideStep::Address);
        let unreachable = Some(GatewayError::Timeout { seconds: 1.0 });
        test(&mut form, &[(StepName::Health, Outcome::Failed, unreachable)]);
        assert_eq!(now(&form), GuideStep::Address);
        test(&mut form, &missing());
        assert_eq!(now(&form), GuideStep::SignIn);
        form.guide.as_mut().unwrap().apply(GuideChange::Continue);
        assert_eq!(now(&form), GuideStep::Resource);
        // A password that isn't typed yet.
        form.draft.auth = AuthKind::Password;
        assert_eq!(now(&form), GuideStep::SignIn);
        form.draft.auth = AuthKind::None;
        test(&mut form, &[]);
        assert_eq!(now(&form), GuideStep::Name);
    }

    #[test]
    fn rejected_login_leads_back_to_the_sign_in() {
        let mut form = form("http://n1:8088");
        form.guide.as_mut().unwrap().apply(GuideChange::Continue);
        let rejected = Some(GatewayError::Unauthorized { tried: false });
        let rejected =
            [(StepName::SignIn, Outcome::Failed, rejected), (StepName::Sessions, Outcome::Skipped, None)];
        test(&mut form, &rejected);
        assert_eq!(now(&form), GuideStep::SignIn);
    }

    #[test]
    fn other_addresses_start_again_and_a_name_changes_nothing() {
        let mut form = form("http://n1:8088");
        test(&mut form, &[]);
        form.draft.name = "North".to_owned();
        assert_eq!(now(&form), GuideStep::Name);
        form.draft.addresses = "http://n2:8088".to_owned();
        assert_eq!(now(&form), GuideStep::Address);
    }

    #[test]
    fn completed_step_can_be_opened_again() {
        let mut form = form("http://n1:8088");
        test(&mut form, &missing());
        let open = |form: &GatewayForm| Progress::of(form, form.guide.as_ref().unwrap()).open;
        assert_eq!(open(&form), GuideStep::SignIn);
        form.guide.as_mut().unwrap().apply(GuideChange::Open(GuideStep::Address));
        assert_eq!((open(&form), now(&form)), (GuideStep::Address, GuideStep::SignIn));
        form.guide.as_mut().unwrap().apply(GuideChange::Continue);
        assert_eq!(open(&form), GuideStep::Resource);
    }
}
