//! The limits, the interface and the options of a read.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Credentials, Version};

/// Limits of one read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Time limit for opening a connection.
    pub connect_timeout: Duration,
    /// Time limit for the whole read of one node.
    pub total_timeout: Duration,
    /// The largest response in bytes, unpacked.
    pub max_body: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(10),
            max_body: 512 << 20,
        }
    }
}

/// Options of a read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The interface to read; `None` to choose it by version and credentials.
    pub api: Option<Api>,
    /// `true` if the gateway is read with a token. Without credentials, the REST API is then still
    /// preferred to Web Dev.
    pub needs_token: bool,
    /// `true` if the Web Dev resource includes Perspective sessions.
    pub perspective: bool,
    /// The first argument of `getSessionInfo`; normally `None`, because filters are applied here.
    pub username_filter: Option<String>,
    /// The second argument of `getSessionInfo`; normally `None`.
    pub project_filter: Option<String>,
}

impl ReadOptions {
    /// Returns the interface to read on a node of this version.
    #[must_use]
    pub fn api_for(&self, credentials: &Credentials, version: Option<&Version>) -> Api {
        let is_for_rest = match credentials {
            Credentials::None => self.needs_token,
            Credentials::Basic(_) => false,
            Credentials::Token(_) => true,
        };
        let automatic =
            if is_for_rest && version.is_none_or(Version::has_rest) { Api::Rest } else { Api::WebDev };
        self.api.unwrap_or(automatic)
    }
}

/// An interface that lists a gateway's sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// The Gatewatch script in the Web Dev module.
    WebDev,
    /// The REST API of 8.3, which requires an API token.
    Rest,
}
