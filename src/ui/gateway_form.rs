//! The state of the form that adds or changes a gateway.

use egui::Id;

use super::connection_test::ConnectionTest;
use super::gateway_draft::{AuthKind, Draft, Field, FormError};
use super::guide::{GuideChange, GuideState};
use crate::gateway::{Credentials, InvalidLogin, Login, Profile, RejectedCertificate, SessionKind, Trust};

/// The id of the box with the addresses, the only one with several lines.
pub(super) fn addresses_id() -> Id {
    Id::unique("gateway addresses")
}

/// An open form.
pub(super) struct GatewayForm {
    /// The gateway when the form was opened.
    pub(super) before: Profile,
    /// The gateway is saved under its name.
    pub(super) is_saved: bool,
    /// The current content.
    pub(super) draft: Draft,
    /// The draft when the form was opened.
    original: Draft,
    /// The login in use, which the gateway has accepted. It isn't typed into the form, so that it is used for the same user
    /// and nodes only.
    pub(super) accepted_login: Option<Credentials>,
    /// Error of the last attempt to save or test.
    pub(super) error: Option<FormError>,
    /// The last connection test.
    pub(super) test: Option<ConnectionTest>,
    /// The stage of the form.
    pub(super) stage: FormStage,
    /// The guide that leads through the form; `None` for the form alone.
    pub(super) guide: Option<GuideState>,
    /// Scrolls to or focuses a part of the form in the next frame.
    pub(super) reveal: Option<Reveal>,
    /// The password or token is readable.
    pub(super) is_secret_shown: bool,
    /// Its number among the forms that were opened, so that each starts at its top.
    pub(super) serial: u64,
}

/// The stage of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormStage {
    /// The user edits the form.
    Editing,
    /// The gateway is being saved.
    Saving,
    /// The gateway is being removed.
    Removing,
}

/// A part of the form to scroll to or to focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reveal {
    /// Focuses the name.
    Name,
    /// Focuses the addresses.
    Addresses,
    /// Focuses the first control of the guide's open step.
    GuideStep,
    /// Focuses the user name.
    User,
    /// Focuses the password or token.
    Secret,
    /// Focuses the limit of a kind.
    Limit(SessionKind),
    /// Scrolls to the error or the test results.
    Outcome,
}

/// A change of the form that isn't made by an input widget.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FormChange {
    /// The user has edited a field, so that its error no longer applies.
    Edited(Field),
    /// Chooses the kind of authentication.
    SetAuth(AuthKind),
    /// Trusts a certificate that was rejected in the test.
    Trust(Box<RejectedCertificate>),
    /// Stops trusting the certificate with this index.
    RemovePin(usize),
    /// Makes the password or token readable, or hides it.
    ToggleSecret,
    /// Changes the guide.
    Guide(GuideChange),
}

impl GatewayForm {
    /// Creates a form for a gateway. `is_saved`: it is saved under its name.
    pub(super) fn edit(profile: &Profile, is_saved: bool) -> Self {
        Self::new(profile.clone(), is_saved, Draft::new(profile, is_saved))
    }

    /// Creates an empty form with the guide.
    pub(super) fn add() -> Self {
        Self { guide: Some(GuideState::default()), reveal: None, ..Self::empty() }
    }

    /// Creates a form with the guide for a gateway that can't be read yet. `is_saved`: it is saved under its name.
    pub(super) fn set_up(profile: &Profile, is_saved: bool) -> Self {
        let guide = GuideState::for_known(profile.login != Login::None);
        Self { guide: Some(guide), reveal: None, ..Self::edit(profile, is_saved) }
    }

    /// Creates an empty form.
    pub(super) fn empty() -> Self {
        // A profile needs an address. This one is never shown.
        let placeholder = Profile::from_address("http://localhost").expect("the constant is a valid address");
        let defaults = Draft::new(&placeholder, false);
        Self::new(placeholder, false, Draft { addresses: String::new(), ..defaults })
    }

    fn new(before: Profile, is_saved: bool, draft: Draft) -> Self {
        Self {
            before,
            is_saved,
            original: draft.clone(),
            draft,
            accepted_login: None,
            error: None,
            test: None,
            stage: FormStage::Editing,
            guide: None,
            reveal: Some(Reveal::Name),
            is_secret_shown: false,
            serial: 0,
        }
    }

    /// Returns the gateway to save. `names` are those of all saved gateways.
    pub(super) fn profile(&self, names: &[String]) -> Result<Profile, FormError> {
        let name = self.draft.name.trim();
        if name.is_empty() {
            return Err(FormError::NoName);
        }
        let is_own_name = self.is_saved && name == self.before.name;
        if !is_own_name && names.iter().any(|other| other == name) {
            return Err(FormError::NameTaken);
        }
        self.draft.profile_named(name)
    }

    /// Returns the gateway to test. Its name is not validated.
    pub(super) fn profile_to_test(&self) -> Result<Profile, FormError> {
        self.draft.profile_named(&self.before.name)
    }

    /// Returns the draft to test. While the guide looks for the gateway, a login that isn't entered yet isn't needed.
    pub(super) fn draft_to_test(&self) -> Draft {
        let is_probe = self.guide.as_ref().is_some_and(|guide| !guide.has_chosen_login());
        let has_login = self.has_saved_secret() || matches!(self.credentials(), Ok(Some(_)));
        let auth = if is_probe && !has_login { AuthKind::None } else { self.draft.auth };
        Draft { auth, ..self.draft.clone() }
    }

    /// Returns `true` if the keyring may hold the secret: the gateway is saved with the same user and nodes.
    pub(super) fn has_saved_secret(&self) -> bool {
        self.is_saved && self.draft.auth != AuthKind::None && self.has_same_login()
    }

    /// Returns the login to test and to save: the typed one, or else the one in use for the same user and nodes; `None` if
    /// its secret is neither typed nor in use.
    pub(super) fn credentials(&self) -> Result<Option<Credentials>, InvalidLogin> {
        let typed = self.draft.credentials()?;
        Ok(typed.or_else(|| self.accepted_login.clone().filter(|_| self.has_same_login())))
    }

    /// Returns `true` if the login in use is tested and saved unless another one is typed.
    pub(super) fn has_login_in_use(&self) -> bool {
        self.accepted_login.is_some() && self.has_same_login()
    }

    fn has_same_login(&self) -> bool {
        self.profile_to_test().is_ok_and(|profile| profile.binding() == self.before.binding())
    }

    /// Returns `true` if closing the form would discard changes.
    pub(super) fn is_changed(&self) -> bool {
        self.draft != self.original
    }

    /// Returns the test; `None` if the draft has changed since.
    pub(super) fn current_test(&self) -> Option<&ConnectionTest> {
        self.test.as_ref().filter(|test| test.is_for(&self.draft))
    }

    /// Returns the last test of the same nodes, maybe with another login.
    pub(super) fn test_of_nodes(&self) -> Option<&ConnectionTest> {
        self.test.as_ref().filter(|test| test.has_same_nodes(&self.draft))
    }

    /// Sets the kind of authentication that a test has detected. It doesn't count as a change by the user.
    pub(super) fn suggest_auth(&mut self, auth: AuthKind) {
        self.draft.auth = auth;
        self.original.auth = auth;
    }

    /// Scrolls to the results, except in the guide, where they are always in view.
    pub(super) fn reveal_outcome(&mut self) {
        if self.guide.is_none() {
            self.reveal = Some(Reveal::Outcome);
        }
    }

    /// Sets the error of an attempt to save or test, and reveals its field.
    pub(super) fn fail(&mut self, error: FormError) {
        if let Some(guide) = &mut self.guide {
            guide.close_opened();
        }
        self.reveal = match error.field() {
            Field::Name => Some(Reveal::Name),
            Field::Addresses => Some(Reveal::Addresses),
            Field::Authentication if error.is_about_user() => Some(Reveal::User),
            Field::Authentication => Some(Reveal::Secret),
            Field::Limit(kind) => Some(Reveal::Limit(kind)),
            Field::Form => self.guide.is_none().then_some(Reveal::Outcome),
        };
        self.error = Some(error);
    }

    /// Returns `true` if a change has an effect. Most edits clear no error.
    pub(super) fn is_changed_by(&self, change: &FormChange) -> bool {
        let FormChange::Edited(field) = change else {
            return true;
        };
        let has_error = self.error.as_ref().is_some_and(|error| error.field() == *field);
        let is_login = matches!(field, Field::Addresses | Field::Authentication);
        has_error || (is_login && self.guide.as_ref().is_some_and(GuideState::has_chosen_login))
    }

    /// Applies a change.
    pub(super) fn apply(&mut self, change: FormChange) {
        match change {
            FormChange::Edited(field) => {
                if let (Field::Addresses | Field::Authentication, Some(guide)) = (field, &mut self.guide) {
                    guide.forget_login();
                }
                self.error.take_if(|error| error.field() == field);
            }
            FormChange::SetAuth(auth) => {
                self.draft.auth = auth;
                self.draft.secret.clear();
                self.error = None;
                self.guide.iter_mut().for_each(GuideState::choose_auth);
                self.reveal = match auth {
                    AuthKind::None => None,
                    AuthKind::Password => Some(Reveal::User),
                    AuthKind::Token => Some(Reveal::Secret),
                };
            }
            FormChange::Trust(rejected) => {
                let mut trust = Trust { ca_file: None, pins: std::mem::take(&mut self.draft.pins) };
                trust.accept(&rejected);
                self.draft.pins = trust.pins;
            }
            FormChange::RemovePin(index) => {
                if index < self.draft.pins.len() {
                    self.draft.pins.remove(index);
                }
            }
            FormChange::ToggleSecret => self.is_secret_shown ^= true,
            FormChange::Guide(change) => {
                if let Some(guide) = &mut self.guide {
                    guide.apply(change);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use egui::TextBuffer as _;
    use egui::text::CharIndex;

    use super::super::gateway_draft::Field;
    use super::*;
    use crate::gateway::Login;

    fn profile() -> Profile {
        let nodes = ["http://n1:8088", "https://n2:8043"].map(|url| url.parse().unwrap()).to_vec();
        let mut profile = Profile::new("North".to_owned(), nodes).unwrap();
        profile.login = Login::Basic { user: "billy".to_owned() };
        profile.refresh = Some(Duration::from_secs(2));
        profile.history = false;
        profile.limits.clients = Some(1_000);
        profile
    }

    #[test]
    fn keeps_unedited_fields() {
        let form = GatewayForm::edit(&profile(), true);
        assert_eq!(form.profile(&["North".to_owned()]).unwrap(), profile());
        assert!(!form.is_changed() && form.has_saved_secret() && form.draft.secret.is_empty());
        assert!(!GatewayForm::empty().is_changed());
    }

    #[test]
    fn uses_a_saved_secret_for_the_same_user_and_nodes_only() {
        type Change = fn(&mut Draft);
        let changes: [(Change, bool); 5] = [
            (|draft| draft.name = "South".to_owned(), true),
            (|draft| draft.may_terminate = true, true),
            (|draft| draft.addresses.push_str("\nhttp://n3"), false),
            (|draft| draft.user = "anna".to_owned(), false),
            (|draft| draft.auth = AuthKind::Token, false),
        ];
        for (number, (change, is_saved)) in changes.into_iter().enumerate() {
            let mut form = GatewayForm::edit(&profile(), true);
            change(&mut form.draft);
            assert_eq!(form.has_saved_secret(), is_saved, "change {number}");
        }
    }

    #[test]
    fn detects_any_change() {
        let mut form = GatewayForm::empty();
        form.draft.ca_file = "ca.pem".to_owned();
        assert!(form.is_changed());
    }

    #[test]
    fn assigns_each_error_to_its_field() {
        type Change = fn(&mut Draft);
        let cases: [(Change, Field); 8] = [
            (|draft| draft.name = " ".to_owned(), Field::Name),
            (|draft| draft.name = "South".to_owned(), Field::Name),
            (|draft| draft.limits[1] = "many".to_owned(), Field::Limit(SessionKind::Designer)),
            (|draft| draft.addresses = "\n ".to_owned(), Field::Addresses),
            (|draft| draft.addresses = "n1\nftp://n2".to_owned(), Field::Addresses),
            (|draft| draft.user = String::new(), Field::Authentication),
            (|draft| draft.user = "a:b".to_owned(), Field::Authentication),
            (
                |draft| {
                    draft.auth = AuthKind::Token;
                    draft.secret.insert_text("key", CharIndex(0));
                },
                Field::Authentication,
            ),
        ];
        for (change, field) in cases {
            let mut form = GatewayForm::edit(&profile(), true);
            change(&mut form.draft);
            let error = form.profile(&["North".to_owned(), "South".to_owned()]).unwrap_err();
            assert_eq!(error.field(), field, "{error}");
            assert!(form.is_changed());
        }
    }

    #[test]
    fn reads_pasted_addresses_and_drops_duplicates() {
        let mut form = GatewayForm::edit(&profile(), true);
        form.draft.addresses = "n1, n1:8088\nhttps://n2:8043/web/home\n".to_owned();
        assert_eq!(form.profile(&[]).unwrap().nodes(), profile().nodes());
        assert!(form.draft.sends_unencrypted());
        form.draft.addresses = "https://n2:8043".to_owned();
        assert!(!form.draft.sends_unencrypted());
    }

    #[test]
    fn does_not_suggest_the_address_as_name() {
        let form = GatewayForm::edit(&Profile::from_address("http://n1:8088").unwrap(), false);
        assert!(matches!(form.profile(&[]), Err(FormError::NoName)));
    }
}
