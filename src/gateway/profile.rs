//! A gateway that is watched: a name and its nodes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Credentials, Fingerprint, GatewayInfo, NodeUrl, NodeUrlError, ReadOptions, Trust};

/// A gateway under a name. A cluster or a redundant pair has several nodes, each of which knows only its own sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What people call it.
    pub name: String,
    /// Its nodes, at least one.
    nodes: Vec<NodeUrl>,
    /// What opens it. The secret that belongs to this is in the keyring.
    pub login: Login,
    /// Which certificates it may show beyond those that the platform trusts.
    pub trust: Trust,
    /// Through which of its interfaces it is read; found out at each read without it.
    pub api: Option<Api>,
    /// Whether its Web Dev resource is asked for Perspective sessions, too. The REST lists always have them.
    pub perspective: bool,
    /// How often it is read: zero for only when told, `None` for as often as any other.
    pub refresh: Option<Duration>,
    /// Whether its sessions may be terminated from here.
    pub may_terminate: bool,
}

/// An interface through which a gateway tells its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// Our script in its Web Dev module.
    WebDev,
    /// The REST API of 8.3, which an API token opens.
    Rest,
}

/// What opens a gateway, without the secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Nothing: the resource is open.
    #[default]
    None,
    /// A user with a password.
    Basic {
        /// The user's name.
        user: String,
    },
    /// An API token of 8.3.
    Token,
}

impl Login {
    /// What is sent to a gateway that is opened so, with this password or token.
    #[must_use]
    pub fn with(&self, secret: &str) -> Credentials {
        let secret = secret.to_owned();
        match self {
            Self::None => Credentials::None,
            Self::Basic { user } => Credentials::Basic { user: user.clone(), password: secret },
            Self::Token => Credentials::Token(secret),
        }
    }

    /// The user, where it is one's.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Basic { user } => Some(user),
            Self::None | Self::Token => None,
        }
    }
}

impl Profile {
    /// A profile with these nodes; `None` without any.
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
            may_terminate: false,
        })
    }

    /// A gateway that nobody saved, named by its address.
    ///
    /// # Errors
    /// When the text is no address of a gateway.
    ///
    /// # Panics
    /// Never: one address makes one node.
    pub fn from_address(text: &str) -> Result<Self, NodeUrlError> {
        let url: NodeUrl = text.parse()?;
        let profile = Self::new(url.to_string(), vec![url]);
        Ok(profile.expect("there is a node"))
    }

    /// The same nodes under another name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// For whom and for which nodes its secret is. One that was kept for others is never sent: not to a node that was
    /// added since, and not under another user's name.
    #[must_use]
    pub fn binding(&self) -> String {
        let mut nodes: Vec<String> = self.nodes.iter().map(ToString::to_string).collect();
        nodes.sort_unstable();
        let login = match &self.login {
            Login::None => String::new(),
            Login::Basic { user } => format!("user {user}"),
            Login::Token => "token".to_owned(),
        };
        // Of a settled length, because not every keyring takes long texts.
        Fingerprint::of(format!("{login}\n{}", nodes.join("\n")).as_bytes()).to_string().replace(':', "")
    }

    /// How its nodes are asked.
    #[must_use]
    pub fn ask(&self) -> ReadOptions {
        ReadOptions { api: self.api, perspective: self.perspective, ..ReadOptions::default() }
    }

    /// The nodes, at least one.
    #[must_use]
    pub fn nodes(&self) -> &[NodeUrl] {
        &self.nodes
    }
}

/// What several nodes are called: by their own names where these tell them apart, by their addresses where not.
#[must_use]
pub fn node_names(nodes: &[(&NodeUrl, Option<&GatewayInfo>)]) -> Vec<String> {
    let own = |info: Option<&GatewayInfo>| info.and_then(|info| info.name.clone());
    let is_alone =
        |name: &str| nodes.iter().filter(|(_, info)| own(*info).as_deref() == Some(name)).count() == 1;
    let name = |(url, info): &(&NodeUrl, Option<&GatewayInfo>)| {
        own(*info).filter(|name| is_alone(name)).unwrap_or_else(|| url.authority())
    };
    nodes.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_for_one_user_on_these_nodes() {
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
    fn nodes_go_by_their_names_where_these_tell_them_apart() {
        let urls: Vec<NodeUrl> =
            ["n1", "https://n2", "n3:9000"].map(|text| text.parse().unwrap()).into_iter().collect();
        let info = |name: &str| GatewayInfo::read(&format!("PlatformName={name};Version=8.1.0")).unwrap();
        let (plant, site) = (info("Plant"), info("Site"));
        let names =
            |infos: [Option<&GatewayInfo>; 3]| node_names(&urls.iter().zip(infos).collect::<Vec<_>>());
        assert_eq!(names([Some(&plant), Some(&site), None]), ["Plant", "Site", "n3:9000"]);
        assert_eq!(names([Some(&plant), Some(&plant), Some(&site)]), ["n1:8088", "n2:443", "Site"]);
    }
}
