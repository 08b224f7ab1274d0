//! A gateway as it is typed into the form: added, or changed.

use std::path::PathBuf;
use std::time::Duration;

use super::connection_test::Test;
use crate::gateway::{Api, Login, NodeUrl, Pin, Profile, Refused, Trust};
use crate::secrets::{KeyringError, Secret};

/// What is typed, and what came of trying it.
pub(super) struct GatewayForm {
    /// The gateway as it was when the form was opened.
    pub(super) before: Profile,
    /// It is saved under its name already.
    pub(super) is_saved: bool,
    /// What stands in the boxes.
    pub(super) typed: Typed,
    /// What stood there at first.
    untouched: Typed,
    /// Why it can't be saved or tested.
    pub(super) fault: Option<FormFault>,
    /// What a test found.
    pub(super) test: Option<Test>,
    /// The values that the test was started with.
    tested: Option<Typed>,
    /// How far it is.
    pub(super) stage: Stage,
    /// What the user is to be shown in the next frame.
    pub(super) attention: Option<Attention>,
}

/// A gateway as it is typed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Typed {
    /// What people call it.
    pub(super) name: String,
    /// Its nodes, each on a line of its own.
    pub(super) addresses: String,
    /// Through which interface it is read; found out without it.
    pub(super) api: Option<Api>,
    /// What opens it.
    pub(super) opened_by: OpenedBy,
    /// The user, where that is a password.
    pub(super) user: String,
    /// The password or the token; empty for the one that is kept already.
    pub(super) secret: String,
    /// How often it is read: zero for only when told, `None` for as often as any other.
    pub(super) refresh: Option<Duration>,
    /// Whether Web Dev is asked for Perspective sessions, too.
    pub(super) perspective: bool,
    /// Whether its sessions may be terminated.
    pub(super) may_terminate: bool,
    /// A file of authorities to trust; empty without one.
    pub(super) ca_file: String,
    /// The certificates that are trusted for good.
    pub(super) pins: Vec<Pin>,
}

/// How far a form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It is filled in.
    Typing,
    /// The user is asked whether the gateway is to be deleted.
    AskingToDelete,
    /// The settings are being written.
    Writing,
}

/// What the user is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attention {
    /// The first box, which is to have the keyboard.
    Name,
    /// The box for the user, likewise.
    User,
    /// The box for the password or the token, likewise.
    Secret,
    /// What was just found, or found wrong.
    Finding,
}

/// What opens a gateway, before it is said who.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenedBy {
    /// Nothing: it is open.
    Nothing,
    /// A user with a password.
    Password,
    /// An API token.
    Token,
}

impl From<&Login> for OpenedBy {
    fn from(login: &Login) -> Self {
        match login {
            Login::None => Self::Nothing,
            Login::Basic { .. } => Self::Password,
            Login::Token => Self::Token,
        }
    }
}

/// What is typed wrongly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormFault {
    /// Gateways are told apart by their names.
    #[error("give the gateway a name")]
    NoName,
    /// There is one of this name.
    #[error("there is a gateway of this name already; choose another one")]
    NameTaken,
    /// There is nothing to connect to.
    #[error("type the gateway's address, as http://host:8088; several nodes each on a line of its own")]
    NoAddress,
    /// An address is none.
    #[error("{0}")]
    Address(#[from] crate::gateway::NodeUrlError),
    /// A password is somebody's.
    #[error("type the user whose password this is")]
    NoUser,
    /// HTTP Basic puts one behind the user.
    #[error("a user with a colon can't log in over HTTP Basic; create one without")]
    ColonInUser,
    /// A token has a name.
    #[error("type the whole token, as NAME:KEY")]
    HalfToken,
    /// There is nothing to be let in with.
    #[error("type the password or the token to try it with")]
    NoSecret,
    /// The one that is kept can't be had.
    #[error("{0}; type the password or the token to try it with")]
    Keyring(KeyringError),
    /// It could not be written.
    #[error("{0}")]
    NotSaved(String),
}

impl FormFault {
    /// Which box it is about.
    pub(super) fn place(&self) -> Place {
        match self {
            Self::NoName | Self::NameTaken => Place::Name,
            Self::NoAddress | Self::Address(_) => Place::Addresses,
            Self::NoUser | Self::ColonInUser | Self::HalfToken | Self::NoSecret | Self::Keyring(_) => {
                Place::Login
            }
            Self::NotSaved(_) => Place::Whole,
        }
    }
}

/// A part of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The box for the name.
    Name,
    /// The box for the addresses.
    Addresses,
    /// The boxes for what opens it.
    Login,
    /// All of it.
    Whole,
}

impl GatewayForm {
    /// A form with this gateway in it. `is_saved`: it is in the settings under its name.
    pub(super) fn of(profile: &Profile, is_saved: bool) -> Self {
        let Profile { name, login, trust, api, perspective, refresh, may_terminate, .. } = profile;
        let urls: Vec<String> = profile.nodes().iter().map(ToString::to_string).collect();
        Self::with(
            profile.clone(),
            is_saved,
            Typed {
                // An address is no name yet.
                name: if is_saved || !urls.contains(name) { name.clone() } else { String::new() },
                addresses: urls.join("\n"),
                api: *api,
                opened_by: login.into(),
                user: login.user().unwrap_or_default().to_owned(),
                secret: String::new(),
                refresh: *refresh,
                perspective: *perspective,
                may_terminate: *may_terminate,
                ca_file: trust.ca_file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
                pins: trust.pins.clone(),
            },
        )
    }

    /// A form with nothing in it.
    pub(super) fn empty() -> Self {
        // Stands for the nodes that nobody has typed yet.
        let nowhere = Profile::from_address("http://localhost").expect("an address");
        let of_nowhere = Self::of(&nowhere, false).typed;
        Self::with(nowhere, false, Typed { name: String::new(), addresses: String::new(), ..of_nowhere })
    }

    fn with(before: Profile, is_saved: bool, typed: Typed) -> Self {
        Self {
            before,
            is_saved,
            untouched: typed.clone(),
            typed,
            fault: None,
            test: None,
            tested: None,
            stage: Stage::Typing,
            attention: Some(Attention::Name),
        }
    }

    /// The gateway as typed. `others` are the names that other gateways have.
    pub(super) fn profile(&self, others: &[String]) -> Result<Profile, FormFault> {
        let name = self.typed.name.trim();
        if name.is_empty() {
            return Err(FormFault::NoName);
        }
        let is_its_own = self.is_saved && name == self.before.name;
        if !is_its_own && others.iter().any(|other| other == name) {
            return Err(FormFault::NameTaken);
        }
        Ok(self.unnamed()?.named(name))
    }

    /// The gateway as typed, whatever its name.
    pub(super) fn unnamed(&self) -> Result<Profile, FormFault> {
        let Typed { api, refresh, perspective, may_terminate, ca_file, pins, .. } = &self.typed;
        let nodes = self.typed.nodes()?;
        let login = self.typed.login()?;
        let ca_file = Some(ca_file.trim()).filter(|file| !file.is_empty()).map(PathBuf::from);
        let mut profile = Profile::new(self.before.name.clone(), nodes).ok_or(FormFault::NoAddress)?;
        profile.login = login;
        profile.trust = Trust { ca_file, pins: pins.clone() };
        profile.api = *api;
        profile.perspective = *perspective;
        profile.refresh = *refresh;
        profile.may_terminate = *may_terminate;
        Ok(profile)
    }

    /// Whether there may be a secret in the keyring that opens the gateway as it is typed: one for the same user and the
    /// same nodes.
    pub(super) fn has_kept_secret(&self) -> bool {
        self.is_saved
            && self.typed.opened_by != OpenedBy::Nothing
            && self.unnamed().is_ok_and(|profile| profile.binding() == self.before.binding())
    }

    /// Whether anything in it would be lost.
    pub(super) fn is_changed(&self) -> bool {
        self.stage == Stage::Writing || self.typed != self.untouched
    }

    /// Whether this is to be shown, once.
    pub(super) fn take(&mut self, attention: Attention) -> bool {
        self.attention.take_if(|wanted| *wanted == attention).is_some()
    }

    /// Starts a test of the values as they are now.
    pub(super) fn start_test(&mut self, profile: &Profile) {
        self.test = Some(Test::new(profile));
        self.tested = Some(self.typed.clone());
    }

    /// What was found was found for something else, once that was changed.
    pub(super) fn forget_old_test(&mut self) {
        if self.tested.as_ref() != Some(&self.typed) {
            self.test = None;
        }
    }

    /// Trusts a certificate that a test was shown.
    pub(super) fn trust(&mut self, refused: &Refused) {
        let mut trust = Trust { ca_file: None, pins: std::mem::take(&mut self.typed.pins) };
        trust.accept(refused);
        self.typed.pins = trust.pins;
    }
}

impl Typed {
    fn nodes(&self) -> Result<Vec<NodeUrl>, FormFault> {
        let lines = self.addresses.split(['\n', ',', ' ']).map(str::trim).filter(|line| !line.is_empty());
        let mut nodes: Vec<NodeUrl> = Vec::new();
        for line in lines {
            let node = line.parse()?;
            // Read twice, its sessions would be there twice.
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        Ok(nodes)
    }

    fn login(&self) -> Result<Login, FormFault> {
        match self.opened_by {
            OpenedBy::Nothing => Ok(Login::None),
            OpenedBy::Token if !self.secret.is_empty() && !self.secret.contains(':') => {
                Err(FormFault::HalfToken)
            }
            OpenedBy::Token => Ok(Login::Token),
            OpenedBy::Password => match self.user.trim() {
                "" => Err(FormFault::NoUser),
                user if user.contains(':') => Err(FormFault::ColonInUser),
                user => Ok(Login::Basic { user: user.to_owned() }),
            },
        }
    }

    /// The password or the token that was typed; `None` where the one that is kept is meant.
    pub(super) fn secret(&self) -> Option<Secret> {
        let is_typed = self.opened_by != OpenedBy::Nothing && !self.secret.is_empty();
        is_typed.then(|| Secret::new(self.secret.clone()))
    }

    /// Whether a password or a token could be read on its way to one of the addresses.
    pub(super) fn sends_in_the_clear(&self) -> bool {
        self.opened_by != OpenedBy::Nothing
            && self.nodes().is_ok_and(|nodes| nodes.iter().any(NodeUrl::is_readable_by_others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let nodes = ["http://n1:8088", "https://n2:8043"].map(|url| url.parse().unwrap()).to_vec();
        let mut profile = Profile::new("North".to_owned(), nodes).unwrap();
        profile.login = Login::Basic { user: "billy".to_owned() };
        profile.refresh = Some(Duration::from_secs(2));
        profile
    }

    #[test]
    fn what_is_not_touched_stays() {
        let form = GatewayForm::of(&profile(), true);
        assert_eq!(form.profile(&["North".to_owned()]), Ok(profile()));
        assert!(!form.is_changed() && form.has_kept_secret() && form.typed.secret().is_none());
        assert!(!GatewayForm::empty().is_changed());
    }

    #[test]
    fn a_kept_secret_is_for_the_same_user_and_nodes_only() {
        type Change = fn(&mut Typed);
        let changes: [(Change, bool); 5] = [
            (|typed| typed.name = "South".to_owned(), true),
            (|typed| typed.may_terminate = true, true),
            (|typed| typed.addresses.push_str("\nhttp://n3"), false),
            (|typed| typed.user = "anna".to_owned(), false),
            (|typed| typed.opened_by = OpenedBy::Token, false),
        ];
        for (change, is_kept) in changes {
            let mut form = GatewayForm::of(&profile(), true);
            change(&mut form.typed);
            assert_eq!(form.has_kept_secret(), is_kept);
        }
    }

    #[test]
    fn whatever_is_typed_would_be_lost() {
        let mut form = GatewayForm::empty();
        form.typed.ca_file = "ca.pem".to_owned();
        assert!(form.is_changed());
    }

    #[test]
    fn each_fault_is_told_in_its_place() {
        type Change = fn(&mut GatewayForm);
        let cases: [(Change, Place); 7] = [
            (|form| form.typed.name = " ".to_owned(), Place::Name),
            (|form| form.typed.name = "South".to_owned(), Place::Name),
            (|form| form.typed.addresses = "\n ".to_owned(), Place::Addresses),
            (|form| form.typed.addresses = "n1\nftp://n2".to_owned(), Place::Addresses),
            (|form| form.typed.user = String::new(), Place::Login),
            (|form| form.typed.user = "a:b".to_owned(), Place::Login),
            (
                |form| {
                    form.typed.opened_by = OpenedBy::Token;
                    form.typed.secret = "key".to_owned();
                },
                Place::Login,
            ),
        ];
        for (change, place) in cases {
            let mut form = GatewayForm::of(&profile(), true);
            change(&mut form);
            let fault = form.profile(&["North".to_owned(), "South".to_owned()]).unwrap_err();
            assert_eq!(fault.place(), place, "{fault}");
            assert!(form.is_changed());
        }
    }

    #[test]
    fn addresses_are_read_as_they_are_pasted_and_each_once() {
        let mut form = GatewayForm::of(&profile(), true);
        form.typed.addresses = "n1, n1:8088\nhttps://n2:8043/web/home\n".to_owned();
        assert_eq!(form.profile(&[]).unwrap().nodes(), profile().nodes());
        assert!(form.typed.sends_in_the_clear());
        form.typed.addresses = "https://n2:8043".to_owned();
        assert!(!form.typed.sends_in_the_clear());
    }

    #[test]
    fn a_gateway_that_goes_by_its_address_has_no_name_yet() {
        let form = GatewayForm::of(&Profile::from_address("http://n1:8088").unwrap(), false);
        assert_eq!(form.profile(&[]), Err(FormFault::NoName));
    }
}
