//! The step of the guide that comes next.

use super::super::gateway_form::GatewayForm;
use super::state::{Found, GuideState, GuideStep};
use crate::gateway::GatewayError;
use crate::gateway::check::Step;

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
    use super::super::state::GuideChange;
    use super::*;
    use crate::gateway::check::{Outcome, StepName};
    use crate::ui::connection_test::{ConnectionTest, TestStage};
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
