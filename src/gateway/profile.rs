//! The profile of a gateway: its name, its nodes, and the options to read them.

use std::time::Duration;

use super::{
    Api, Credentials, Fingerprint, GatewayInfo, InvalidLogin, NodeUrl, NodeUrlError, ReadOptions,
    SessionKind, Trust,
};
use crate::secrets::Secret;

/// A gateway with a name. A cluster or a redundant pair has several nodes, each of which lists only its own sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The name shown to the user.
    pub name: String,
    /// The nodes, at least one.
    nodes: Vec<NodeUrl>,
    /// The login, without its secret, which is in the keyring.
    pub login: Login,
    /// Certificates to trust in addition to the platform's.
    pub trust: Trust,
    /// The interface to read; `None` to choose it at each read.
    pub api: Option<Api>,
    /// `true` if Web Dev includes Perspective sessions. The REST API always does.
    pub perspective: bool,
    /// Interval between two reads: zero for manual refresh, `None` for the default.
    pub refresh: Option<Duration>,
    /// Interval between two reads while the window shows another gateway: zero for none, `None` for the default.
    pub background: Option<Duration>,
    /// `true` if the user may terminate sessions.
    pub may_terminate: bool,
    /// `true` if sessions are recorded in the history.
    pub history: bool,
    /// The largest numbers of sessions that its license allows.
    pub limits: SessionLimits,
}

/// The largest number of sessions of each kind that a license allows; `None` for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionLimits {
    /// Vision clients.
    pub clients: Option<u32>,
    /// Designers.
    pub designers: Option<u32>,
    /// Perspective sessions.
    pub perspective: Option<u32>,
}

impl SessionLimits {
    /// Returns the limit of a kind.
    #[must_use]
    pub fn of(&self, kind: SessionKind) -> Option<u32> {
        match kind {
            SessionKind::Vision => self.clients,
            SessionKind::Designer => self.designers,
            SessionKind::Perspective => self.perspective,
        }
    }

    /// Returns the limit of a kind, to change it.
    pub fn of_mut(&mut self, kind: SessionKind) -> &mut Option<u32> {
        match kind {
            SessionKind::Vision => &mut self.clients,
            SessionKind::Designer => &mut self.designers,
            SessionKind::Perspective => &mut self.perspective,
        }
    }
}

/// The login of a gateway, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// No login.
    #[default]
    None,
    /// A user name and password.
    Basic {
        /// The user name.
        user: String,
    },
    /// An API token of 8.3.
    Token,
}

impl Login {
    /// Returns the credentials of this login with its password or token.
    ///
    /// # Errors
    /// If they can't be sent.
    pub fn with(&self, secret: &Secret) -> Result<Credentials, InvalidLogin> {
        match self {
            Self::None => Ok(Credentials::None),
            Self::Basic { user } => Credentials::basic(user, secret),
            Self::Token => Credentials::token(secret),
        }
    }

    /// Returns the user name; `None` for other logins.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Basic { user } => Some(user),
            Self::None | Self::Token => None,
        }
    }
}

impl From<&Credentials> for Login {
    fn from(credentials: &Credentials) -> Self {
        match credentials {
            Credentials::None => Self::None,
            Credentials::Basic(login) => Self::Basic { user: login.user().to_owned() },
            Credentials::Token(_) => Self::Token,
        }
    }
}

impl Profile {
    /// Returns a profile with these nodes; `None` without any.
    #[must_use]
    pub fn new(name: String, nodes: Vec<NodeUrl>) -> Option<Self> {
        (!nodes.is_empty()).then(|| Self {
            name,
            nodes,
            login: Login::None,
            trust: Trust::default(),
            api: None,
            perspective: false,
            refresh: None,
            background: None,
            may_terminate: false,
            history: true,
            limits: SessionLimits::default(),
        })
    }

    /// Returns a profile for an address, which is also its name.
    ///
    /// # Errors
    /// If the text isn't a gateway address.
    ///
    /// # Panics
    /// Never: there is one node.
    pub fn from_address(text: &str) -> Result<Self, NodeUrlError> {
        let url: NodeUrl = text.parse()?;
        let profile = Self::new(url.to_string(), vec![url]);
        Ok(profile.expect("one address is one node"))
    }

    /// Returns `true` if this is its name or the address of one of its nodes.
    #[must_use]
    pub fn has_name_or_address(&self, text: &str) -> bool {
        self.name == text || self.nodes.iter().any(|node| node.to_string() == text)
    }

    /// Returns `true` if another profile is of the same gateway: it has this name and these nodes.
    #[must_use]
    pub fn is_same_gateway(&self, other: &Self) -> bool {
        self.name == other.name && self.nodes == other.nodes
    }

    /// Returns the profile with another name.
    #[must_use]
    pub fn with_name(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// Returns a digest of login and nodes, stored with the secret. A secret with another binding is never sent: not to a
    /// node that was added later, and not for another user.
    #[must_use]
    pub fn binding(&self) -> String {
        let mut nodes: Vec<String> = self.nodes.iter().map(ToString::to_string).collect();
        nodes.sort_unstable();
        let login = match &self.login {
            Login::None => String::new(),
            Login::Basic { user } => format!("user {user}"),
            Login::Token => "token".to_owned(),
        };
        // A digest, because not every keyring takes long texts.
        Fingerprint::of(format!("{login}\n{}", nodes.join("\n")).as_bytes()).to_string().replace(':', "")
    }

    /// Returns the options to read its nodes with.
    #[must_use]
    pub fn read_options(&self) -> ReadOptions {
        let needs_token = self.login == Login::Token;
        ReadOptions { api: self.api, needs_token, perspective: self.perspective, ..ReadOptions::default() }
    }

    /// Returns the nodes, at least one.
    #[must_use]
    pub fn nodes(&self) -> &[NodeUrl] {
        &self.nodes
    }
}

/// Returns a distinct label for each node: its own name if no other node has it, its host and port otherwise.
#[must_use]
pub fn node_names(nodes: &[(&NodeUrl, Option<&GatewayInfo>)]) -> Vec<String> {
    let own = |info: Option<&GatewayInfo>| info.and_then(|info| info.name.clone());
    let is_unique =
        |name: &str| nodes.iter().filter(|(_, info)| own(*info).as_deref() == Some(name)).count() == 1;
    let name = |(url, info): &(&NodeUrl, Option<&GatewayInfo>)| {
        own(*info).filter(|name| is_unique(name)).unwrap_or_else(|| url.authority())
    };
    nodes.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binding_depends_on_login_and_nodes() {
        let profile = |name: &str, urls: &[&str], login| {
            let nodes = urls.iter().map(|url| url.parse().unwrap()).collect();
            Profile { login, ..Profile::new(name.to_owned(), nodes).unwrap() }
        };
        let user = |user: &str| Login::Basic { user: user.to_owned() };
        let binding = profile("North", &["http://a", "http://b"], user("billy")).binding();
        assert_eq!(profile("South", &["http://b", "http://a"], user("billy")).binding(), binding);
        for other in [
            profile("North", &["http://a", "http://b"], user("anna")),
            profile("North", &["http://a", "http://b"], Login::Token),
            profile("North", &["http://a"], user("billy")),
            profile("North", &["http://a", "https://b"], user("billy")),
        ] {
            assert_ne!(other.binding(), binding, "{other:?}");
        }
    }

    #[test]
    fn labels_nodes_by_unique_names() {
        let urls: Vec<NodeUrl> =
            ["n1", "https://n2", "n3:9000"].map(|text| text.parse().unwrap()).into_iter().collect();
        let info = |name: &str| GatewayInfo::parse(&format!("PlatformName={name};Version=8.1.0")).unwrap();
        let (plant, site) = (info("Plant"), info("Site"));
        let names =
            |infos: [Option<&GatewayInfo>; 3]| node_names(&urls.iter().zip(infos).collect::<Vec<_>>());
        assert_eq!(names([Some(&plant), Some(&site), None]), ["Plant", "Site", "n3:9000"]);
        assert_eq!(names([Some(&plant), Some(&plant), Some(&site)]), ["n1:8088", "n2:443", "Site"]);
    }
}
