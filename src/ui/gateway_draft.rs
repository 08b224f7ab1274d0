//! The content of the gateway form, and its validation.

use std::num::ParseIntError;
use std::path::PathBuf;
use std::time::Duration;

use super::keyring_worker::RequestError;
use super::secret_box::SecretText;
use super::settings_worker::ChangeError;
use crate::gateway::{
    Api, Credentials, InvalidLogin, Login, NodeUrl, NodeUrlError, Pin, Profile, SessionKind, Trust,
    valid_user,
};

/// The content of the form.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// Name of the gateway.
    pub(super) name: String,
    /// Addresses of the nodes, one per line.
    pub(super) addresses: String,
    /// Interface to read from; `None` to detect it.
    pub(super) api: Option<Api>,
    /// Kind of authentication.
    pub(super) auth: AuthKind,
    /// User name, for [`AuthKind::Password`].
    pub(super) user: String,
    /// Password or token; empty to use the one in the keyring.
    pub(super) secret: SecretText,
    /// Interval between two reads: zero for manual refresh, `None` for the default.
    pub(super) refresh: Option<Duration>,
    /// Interval between two reads while another gateway is shown: zero for none, `None` for the default.
    pub(super) background: Option<Duration>,
    /// Reads Perspective sessions from Web Dev.
    pub(super) perspective: bool,
    /// Allows terminating sessions.
    pub(super) may_terminate: bool,
    /// Records its sessions in the history.
    pub(super) history: bool,
    /// The largest number of sessions of each kind, in the order of [`SessionKind::ALL`]; empty for no limit.
    pub(super) limits: [String; SessionKind::ALL.len()],
    /// Path of a file with certificate authorities; empty for none.
    pub(super) ca_file: String,
    /// Certificates that are always trusted.
    pub(super) pins: Vec<Pin>,
}

/// The kind of authentication that a gateway requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AuthKind {
    /// No authentication.
    None,
    /// HTTP Basic.
    Password,
    /// API token of the REST API.
    Token,
}

impl AuthKind {
    /// All kinds with their names, in the order of the segments.
    pub(super) const CHOICES: [(Self, &str); 3] =
        [(Self::Password, "Password"), (Self::Token, "API token"), (Self::None, "None")];
}

impl From<&Login> for AuthKind {
    fn from(login: &Login) -> Self {
        match login {
            Login::None => Self::None,
            Login::Basic { .. } => Self::Password,
            Login::Token => Self::Token,
        }
    }
}

/// The form can't be saved or tested.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormError {
    #[error("Enter a name")]
    NoName,
    #[error("A gateway with this name exists. Choose another name")]
    NameTaken,
    #[error("Enter an address, for example http://host:8088")]
    NoAddress,
    #[error(transparent)]
    Address(#[from] NodeUrlError),
    #[error(transparent)]
    Login(#[from] InvalidLogin),
    #[error("Enter the password or token to test the connection")]
    NoSecret,
    #[error("Can't read the saved password or token. Enter it to test the connection")]
    Keyring(#[source] RequestError),
    #[error("Enter a whole number, or nothing for no limit")]
    Limit(SessionKind),
    #[error(transparent)]
    NotSaved(ChangeError),
}

/// A part of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The name.
    Name,
    /// The addresses.
    Addresses,
    /// User name, password and token.
    Authentication,
    /// The limit of a kind of sessions.
    Limit(SessionKind),
    /// The form as a whole.
    Form,
}

impl FormError {
    /// Returns the part of the form that the error belongs to.
    pub(super) fn field(&self) -> Field {
        match self {
            Self::NoName | Self::NameTaken => Field::Name,
            Self::NoAddress | Self::Address(_) => Field::Addresses,
            Self::Login(_) | Self::NoSecret | Self::Keyring(_) => Field::Authentication,
            Self::Limit(kind) => Field::Limit(*kind),
            Self::NotSaved(_) => Field::Form,
        }
    }
}

impl FormError {
    /// Returns `true` if another user name is needed, rather than another password or token.
    pub(super) fn is_about_user(&self) -> bool {
        matches!(self, Self::Login(error) if error.is_about_user())
    }
}

impl Draft {
    /// Creates a draft of a gateway. `is_saved`: it is saved under its name.
    pub(super) fn new(profile: &Profile, is_saved: bool) -> Self {
        let Profile {
            name,
            login,
            trust,
            api,
            perspective,
            refresh,
            background,
            may_terminate,
            history,
            limits,
            ..
        } = profile;
        let urls: Vec<String> = profile.nodes().iter().map(ToString::to_string).collect();
        let has_name = is_saved || !urls.contains(name);
        Self {
            name: if has_name { name.clone() } else { String::new() },
            addresses: urls.join("\n"),
            api: *api,
            auth: login.into(),
            user: login.user().unwrap_or_default().to_owned(),
            secret: SecretText::default(),
            refresh: *refresh,
            background: *background,
            perspective: *perspective,
            may_terminate: *may_terminate,
            history: *history,
            limits: SessionKind::ALL
                .map(|kind| limits.of(kind).map(|limit| limit.to_string()).unwrap_or_default()),
            ca_file: trust.ca_file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
            pins: trust.pins.clone(),
        }
    }

    /// Returns the profile of this draft under another name.
    pub(super) fn profile_named(&self, name: &str) -> Result<Profile, FormError> {
        let nodes = self.nodes()?;
        let login = self.login()?;
        let ca_file = Some(self.ca_file.trim()).filter(|file| !file.is_empty()).map(PathBuf::from);
        let mut profile = Profile::new(name.to_owned(), nodes).ok_or(FormError::NoAddress)?;
        profile.login = login;
        profile.trust = Trust { ca_file, pins: self.pins.clone() };
        profile.api = self.api;
        profile.perspective = self.perspective;
        profile.refresh = self.refresh;
        profile.background = self.background;
        profile.may_terminate = self.may_terminate;
        profile.history = self.history;
        for kind in SessionKind::ALL {
            let limit = parse_limit(&self.limits[kind as usize]);
            *profile.limits.of_mut(kind) = limit.map_err(|_| FormError::Limit(kind))?;
        }
        Ok(profile)
    }

    /// Returns `true` if both lead to the same nodes in the same way, whatever else is saved with them.
    pub(super) fn has_same_connection(&self, other: &Self) -> bool {
        let Self { name: _, addresses, api, auth, user, secret, perspective, ca_file, pins, .. } = self;
        (addresses, api, auth) == (&other.addresses, &other.api, &other.auth)
            && (user, secret) == (&other.user, &other.secret)
            && (perspective, ca_file, pins) == (&other.perspective, &other.ca_file, &other.pins)
    }

    /// Returns `true` if both have the same nodes and trust, whatever the login.
    pub(super) fn has_same_nodes(&self, other: &Self) -> bool {
        let Self { addresses, ca_file, pins, .. } = self;
        (addresses.trim(), ca_file, pins) == (other.addresses.trim(), &other.ca_file, &other.pins)
    }

    /// Returns the nodes, each once.
    pub(super) fn nodes(&self) -> Result<Vec<NodeUrl>, NodeUrlError> {
        let addresses = self.addresses.split(['\n', ',', ' ']).map(str::trim);
        let mut nodes: Vec<NodeUrl> = Vec::new();
        for address in addresses.filter(|address| !address.is_empty()) {
            let node = address.parse()?;
            // The sessions of a node that is read twice would be listed twice.
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        Ok(nodes)
    }

    /// Returns the login without its secret, which is checked if it is typed.
    fn login(&self) -> Result<Login, InvalidLogin> {
        self.credentials()?;
        Ok(match self.auth {
            AuthKind::None => Login::None,
            AuthKind::Token => Login::Token,
            AuthKind::Password => Login::Basic { user: valid_user(&self.user)?.to_owned() },
        })
    }

    /// Returns the typed login; `None` if its secret isn't typed, but in the keyring.
    pub(super) fn credentials(&self) -> Result<Option<Credentials>, InvalidLogin> {
        match self.auth {
            AuthKind::None => Ok(Some(Credentials::None)),
            AuthKind::Token | AuthKind::Password if self.secret.is_empty() => Ok(None),
            AuthKind::Token => Credentials::token(self.secret.secret()).map(Some),
            AuthKind::Password => Credentials::basic(&self.user, self.secret.secret()).map(Some),
        }
    }

    /// Returns `true` if a password or token would be sent unencrypted over the network.
    pub(super) fn sends_unencrypted(&self) -> bool {
        self.auth != AuthKind::None && self.nodes().is_ok_and(|nodes| nodes.iter().any(NodeUrl::is_insecure))
    }
}

/// Parses the largest number of sessions; an empty text is no limit.
pub(super) fn parse_limit(text: &str) -> Result<Option<u32>, ParseIntError> {
    // As it is shown elsewhere.
    let digits = text.trim().replace(',', "");
    if digits.is_empty() { Ok(None) } else { digits.parse().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_limits() {
        for (text, expected) in [
            ("", Some(None)),
            (" ", Some(None)),
            ("50", Some(Some(50))),
            (" 1,000 ", Some(Some(1_000))),
            ("0", Some(Some(0))),
            ("-1", None),
            ("1.5", None),
            ("many", None),
            ("99999999999", None),
        ] {
            assert_eq!(parse_limit(text).ok(), expected, "{text:?}");
        }
    }
}
