//! The step of the guide that comes next.

use super::super::gateway_form::GatewayForm;
use super::state::{GuideState, GuideStep};
use crate::gateway::{GatewayError, Version};

/// The progress of the guide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::ui) struct Progress<'a> {
    /// The step to do.
    pub(in crate::ui) now: GuideStep,
    /// The step whose contents are shown, in addition to the last one.
    pub(in crate::ui) open: GuideStep,
    /// The gateway that answers.
    pub(super) description: Option<&'a str>,
    /// The reason why none answers.
    pub(super) address_error: Option<&'a str>,
    /// The reason why the login doesn't work.
    pub(in crate::ui) rejection: Option<&'a GatewayError>,
    /// The version of the gateway.
    pub(super) version: Option<&'a Version>,
}

impl<'a> Progress<'a> {
    /// Returns the progress of a form with a guide.
    pub(in crate::ui) fn of(form: &GatewayForm, guide: &'a GuideState) -> Self {
        let addresses = form.draft.addresses.trim();
        let found = guide.found.as_ref().filter(|found| found.addresses == addresses);
        let probe = guide.probe.as_ref().filter(|probe| probe.addresses == addresses);
        let result = guide.result.as_ref().filter(|result| result.draft.has_same_connection(&form.draft));
        let is_readable = result.is_some_and(|result| result.is_readable);
        // A token that is recognized needs permissions, which the tasks are about.
        let is_denied_token =
            |error: &GatewayError| matches!(error, GatewayError::Forbidden { token: true, .. });
        let rejection = result.and_then(|result| result.rejection.as_ref());
        let rejection = rejection.filter(|error| !is_denied_token(error));
        let has_login = form.has_saved_secret() || matches!(form.credentials(), Ok(Some(_)));
        let can_sign_in = guide.has_chosen_login() && has_login && rejection.is_none();
        // The first test of a login ends before the resource is blamed for its failure.
        let lacks_resource = probe.is_some_and(|probe| probe.lacks_resource);
        let now = match (found, probe) {
            (None, _) => GuideStep::Address,
            // What is installed there decides how to sign in.
            (Some(_), None) => GuideStep::Found,
            _ if is_readable && has_login => GuideStep::Name,
            _ if can_sign_in && (result.is_some() || lacks_resource) => GuideStep::Resource,
            _ => GuideStep::SignIn,
        };
        Self {
            now,
            open: guide.opened.filter(|opened| *opened < now).unwrap_or(now),
            description: found.map(|found| found.description.as_str()),
            address_error: probe.and_then(|probe| probe.error.as_deref()).filter(|_| found.is_none()),
            rejection: rejection.filter(|_| guide.has_chosen_login()),
            version: probe.and_then(|probe| probe.version.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::TextBuffer as _;
    use egui::text::CharIndex;

    use super::super::follow::{follow, progress, receive_results};
    use super::super::state::GuideChange;
    use super::*;
    use crate::gateway::GatewayInfo;
    use crate::gateway::check::{CheckStep, Outcome, StepName};
    use crate::ui::connection_test::{ConnectionTest, TestStage};
    use crate::ui::gateway_draft::AuthKind;
    use crate::ui::gateway_form::{FormChange, Reveal};

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
            let info = GatewayInfo::parse("PlatformName=North;Version=8.1.44");
            let info = info.filter(|_| name == StepName::Health && outcome == Outcome::Ok);
            test.nodes[0].steps.push(CheckStep { name, outcome, message, advice: None, error, info });
        }
        test.stage = TestStage::Ended;
        form.test = Some(test);
        receive_results(form, true, false);
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
        form.apply(FormChange::SetAuth(AuthKind::None));
        form.guide.as_mut().unwrap().apply(GuideChange::ContinueWithLogin);
        assert_eq!(now(&form), GuideStep::Resource);
        // A password that isn't typed yet.
        form.draft.auth = AuthKind::Password;
        assert_eq!(now(&form), GuideStep::SignIn);
        form.draft.auth = AuthKind::None;
        test(&mut form, &[]);
        assert_eq!(now(&form), GuideStep::Name);
    }

    fn rejected(tried: bool) -> [(StepName, Outcome, Option<GatewayError>); 2] {
        let error = Some(GatewayError::Unauthorized { tried });
        [(StepName::SignIn, Outcome::Failed, error), (StepName::Sessions, Outcome::Skipped, None)]
    }

    #[test]
    fn rejected_login_leads_back_to_the_sign_in() {
        let mut form = form("http://n1:8088");
        test(&mut form, &rejected(false));
        let rejection = |form: &GatewayForm| progress(form).unwrap().rejection.cloned();
        assert_eq!((now(&form), rejection(&form)), (GuideStep::SignIn, None));
        form.draft.auth = AuthKind::Password;
        form.draft.user = "billy".to_owned();
        form.draft.secret.insert_text("wrong", CharIndex(0));
        form.guide.as_mut().unwrap().apply(GuideChange::ContinueWithLogin);
        // The resource isn't blamed before the login was tested.
        assert_eq!(now(&form), GuideStep::SignIn);
        test(&mut form, &rejected(true));
        assert_eq!(now(&form), GuideStep::SignIn);
        assert_eq!(rejection(&form), Some(GatewayError::Unauthorized { tried: true }));
        form.draft.secret.clear();
        assert_eq!(rejection(&form), None);
    }

    #[test]
    fn opened_step_takes_the_focus_unless_the_form_leads_elsewhere_or_a_name_is_typed() {
        let mut form = form("http://n1:8088");
        follow(&mut form, false);
        form.reveal = None;
        test(&mut form, &missing());
        follow(&mut form, false);
        assert_eq!(form.reveal.take(), Some(Reveal::GuideStep));

        form.draft.auth = AuthKind::Password;
        form.draft.user = "billy".to_owned();
        form.draft.secret.insert_text("wrong", CharIndex(0));
        form.guide.as_mut().unwrap().apply(GuideChange::ContinueWithLogin);
        follow(&mut form, false);
        form.reveal = None;
        // The rejected password, although it opens another step.
        test(&mut form, &rejected(true));
        follow(&mut form, false);
        assert_eq!(form.reveal.take(), Some(Reveal::Secret));

        receive_results(&mut form, true, true);
        follow(&mut form, true);
        assert_eq!(form.reveal, None);
        // What was asked for with Enter in the name.
        form.reveal = Some(Reveal::Addresses);
        follow(&mut form, true);
        assert_eq!(form.reveal, Some(Reveal::Addresses));
    }

    #[test]
    fn denied_token_leads_to_its_permissions() {
        let mut form = form("http://n1:8088");
        test(&mut form, &missing());
        form.apply(FormChange::SetAuth(AuthKind::Token));
        form.draft.secret.insert_text("tok:key", CharIndex(0));
        form.guide.as_mut().unwrap().apply(GuideChange::ContinueWithLogin);
        let denied = Some(GatewayError::Forbidden { token: true, https: false, message: None });
        test(
            &mut form,
            &[(StepName::SignIn, Outcome::Failed, denied), (StepName::Sessions, Outcome::Skipped, None)],
        );
        assert_eq!(now(&form), GuideStep::Resource);
    }

    #[test]
    fn suggests_the_authentication_that_the_test_has_shown() {
        let token =
            (StepName::SignIn, Outcome::Failed, Some(GatewayError::TokenNeeded { has_password: true }));
        for (steps, expected) in [
            (vec![], AuthKind::None),
            (rejected(false).to_vec(), AuthKind::Password),
            (missing().to_vec(), AuthKind::Password),
            (vec![token, (StepName::Sessions, Outcome::Skipped, None)], AuthKind::Token),
        ] {
            let mut form = form("http://n1:8088");
            let original = form.is_changed();
            test(&mut form, &steps);
            assert_eq!(form.draft.auth, expected, "{steps:?}");
            assert_eq!(form.is_changed(), original);
            // The choice of the user stays.
            form.apply(FormChange::SetAuth(AuthKind::None));
            test(&mut form, &steps);
            assert_eq!(form.draft.auth, AuthKind::None);
        }
    }

    #[test]
    fn address_that_leads_to_no_gateway_is_an_error() {
        let error = GatewayError::NoResource { status: 404, has_rest: false };
        let unknown = [
            (StepName::Health, Outcome::Warning, None),
            (StepName::WebDev, Outcome::Failed, Some(error)),
            (StepName::SignIn, Outcome::Skipped, None),
        ];
        for (address, expected) in [
            ("n1/foo", "No Ignition gateway answers at /foo. Remove the path"),
            ("n1", "No Ignition gateway answers here. Check host and port"),
        ] {
            let mut form = form(address);
            test(&mut form, &unknown);
            let progress = progress(&form).unwrap();
            assert_eq!((progress.now, progress.description), (GuideStep::Address, None));
            assert_eq!(progress.address_error, Some(expected));
        }
        // With a token, the resource isn't needed.
        let mut other_server = form("n1");
        other_server.draft.auth = AuthKind::Token;
        other_server.draft.secret.insert_text("tok:key", CharIndex(0));
        let no_api = (StepName::Rest, Outcome::Failed, Some(GatewayError::NoRestApi));
        test(&mut other_server, &[(StepName::Health, Outcome::Warning, None), no_api]);
        assert_eq!(now(&other_server), GuideStep::Address);
        // A proxy may show nothing but the resource.
        let mut form = form("n1/foo");
        test(&mut form, &[(StepName::Health, Outcome::Warning, None)]);
        assert_eq!(now(&form), GuideStep::Name);
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
        form.guide.as_mut().unwrap().apply(GuideChange::ContinueWithAddress);
        assert_eq!(open(&form), GuideStep::SignIn);
    }
}
