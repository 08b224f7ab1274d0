//! The address of a gateway, as users type it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::sanitize::one_line;

/// The default port of a gateway for plain HTTP.
const HTTP_PORT: u16 = 8088;
/// The default port of a gateway for HTTPS.
const HTTPS_PORT: u16 = 8043;
/// The longest part of a malformed address that is repeated in an error, in characters.
const MAX_TEXT: usize = 120;

/// The error of the URL parser.
type ParseError = <Url as FromStr>::Err;

/// The address of a gateway node: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NodeUrl(Url);

impl NodeUrl {
    /// Returns the URL of an absolute path on this node.
    ///
    /// # Panics
    /// If `path` isn't a path.
    #[must_use]
    pub(super) fn join(&self, path: &str) -> Url {
        self.0.join(path).expect("an absolute path is valid on any host")
    }

    /// Returns host and port, the shortest unique label of a node.
    ///
    /// # Panics
    /// Never: an address of http or https has a host.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.0.host_str().expect("an address of http or https has a host");
        self.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Returns the host name or IP address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.0.host_str().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Returns the port, the scheme's default included.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.0.port_or_known_default()
    }

    /// Returns `true` if requests leave this machine without encryption.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        self.0.scheme() == "http" && !self.is_loopback()
    }

    /// Returns `true` if requests are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns the address with the same host and port, and https in place of http or the other way round.
    pub(super) fn other_scheme(&self) -> Self {
        let scheme = if self.is_https() { "http" } else { "https" };
        self.with(scheme, self.port())
    }

    /// Returns the https address that a gateway with this http address has by default.
    pub(super) fn default_https(&self) -> Self {
        // Where port 80 is in use, so is its counterpart.
        let port = if self.port() == Some(80) { 443 } else { HTTPS_PORT };
        self.with("https", Some(port))
    }

    fn with(&self, scheme: &str, port: Option<u16>) -> Self {
        let mut url = self.0.clone();
        url.set_scheme(scheme).expect("http and https can replace each other");
        url.set_port(port).expect("an http address can have a port");
        Self(url)
    }

    /// Returns `true` if the node is on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Returns `true` if an address is one of this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = bare.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    loopback || host == "localhost"
}

impl FromStr for NodeUrl {
    type Err = NodeUrlError;

    /// Parses `http://host:8088`, `https://host:8043` and the short forms `host` and `host:8088`. Path and query, as in an
    /// address copied from a browser, are dropped.
    fn from_str(text: &str) -> Result<Self, NodeUrlError> {
        let text = text.trim();
        let short = !text.contains("://");
        let url = if short { Url::parse(&format!("http://{text}")) } else { Url::parse(text) };
        let url = url.map_err(|source| NodeUrlError::Invalid { text: without_user(text), source })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NodeUrlError::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NodeUrlError::Credentials);
        }
        let mut origin = url;
        origin.set_path("/");
        origin.set_query(None);
        origin.set_fragment(None);
        // The parser drops port 80, the default of the scheme, although the user typed it.
        let is_port_80 = text.split('/').next().is_some_and(|host| host.ends_with(":80"));
        if short && origin.port().is_none() && !is_port_80 {
            origin.set_port(Some(HTTP_PORT)).expect("an http address can have a port");
        }
        Ok(Self(origin))
    }
}

/// Returns the typed text without what may be a password.
fn without_user(text: &str) -> String {
    let text = text.rsplit_once('@').map_or(text, |(_user, host)| host);
    one_line(text, MAX_TEXT)
}

impl fmt::Display for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The text isn't a gateway address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NodeUrlError {
    /// The text isn't a URL.
    #[error("{text:?} isn't a gateway address. Enter it as http://host:8088")]
    Invalid {
        /// The text without user and password.
        text: String,
        /// The error of the URL parser.
        source: ParseError,
    },
    /// The scheme is neither `http` nor `https`.
    #[error("Unsupported scheme {scheme}. Enter the address as http://host:8088")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// The address holds a user name or password, which others could read.
    #[error("The address must not hold a user name or password. Enter them separately")]
    Credentials,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        text.parse::<NodeUrl>().map_or_else(|error| error.to_string(), |url| url.to_string())
    }

    #[test]
    fn parses_addresses_as_users_type_them() {
        assert_eq!(read("plant-a"), "http://plant-a:8088");
        assert_eq!(read(" 10.1.2.3:9088 "), "http://10.1.2.3:9088");
        assert_eq!(read("[fe80::1]:8088"), "http://[fe80::1]:8088");
        assert_eq!(read("http://plant-a:8088/web/home?x=1#y"), "http://plant-a:8088");
        assert_eq!(read("https://plant-a:8043/"), "https://plant-a:8043");
        assert_eq!(read("http://plant-a"), "http://plant-a");
        assert_eq!(read("plant-a:80"), "http://plant-a");
    }

    #[test]
    fn rejects_invalid_addresses_with_an_example() {
        for text in ["", "ftp://plant-a", "http://", "plant a", "http://a:b:c"] {
            assert!(read(text).contains("http://host:8088"), "{text}: {}", read(text));
        }
    }

    #[test]
    fn rejects_passwords_without_repeating_them() {
        for text in ["http://billy:secret@plant-a:8088", "billy:secret@plant a"] {
            assert!(text.parse::<NodeUrl>().is_err());
            assert!(!read(text).contains("secret"), "{}", read(text));
        }
    }

    #[test]
    fn changes_the_scheme_and_keeps_the_port() {
        for (text, other, default) in [
            ("http://plant-a:8088", "https://plant-a:8088", "https://plant-a:8043"),
            ("http://plant-a", "https://plant-a:80", "https://plant-a"),
            ("https://plant-a", "http://plant-a:443", "https://plant-a:8043"),
            ("http://[::1]:9088", "https://[::1]:9088", "https://[::1]:8043"),
        ] {
            let node: NodeUrl = text.parse().unwrap();
            assert_eq!(node.other_scheme().to_string(), other);
            assert_eq!(node.default_https().to_string(), default);
        }
    }

    #[test]
    fn recognizes_loopback_addresses() {
        for (text, loopback) in
            [("localhost", true), ("127.0.0.2:1", true), ("[::1]:1", true), ("10.0.0.1", false)]
        {
            assert_eq!(text.parse::<NodeUrl>().unwrap().is_loopback(), loopback, "{text}");
        }
    }
}
