//! The address of a gateway, as people type it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// The port on which a gateway answers plain HTTP unless somebody changed it.
const HTTP_PORT: u16 = 8088;

/// Where one gateway node answers: scheme, host and port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NodeUrl(Url);

impl NodeUrl {
    /// The address of a path on this node. `path` begins with a slash and may have a query.
    ///
    /// # Panics
    /// When `path` is no path.
    #[must_use]
    pub(super) fn join(&self, path: &str) -> Url {
        self.0.join(path).expect("a path beginning with a slash fits behind any host")
    }

    /// Host and port, by which people tell nodes apart.
    ///
    /// # Panics
    /// Never: an address of http or https has a host.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.0.host_str().expect("an address of http or https has a host");
        self.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The host's name or IP address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.0.host_str().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port, also where the address leaves it to the scheme.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.0.port_or_known_default()
    }

    /// Whether what is sent there could be read on its way: it is not encrypted, and leaves this machine.
    #[must_use]
    pub fn is_readable_by_others(&self) -> bool {
        self.0.scheme() == "http" && !self.is_loopback()
    }

    /// Whether the node is on this very machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Whether an address is one of this very machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = bare.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    loopback || host == "localhost"
}

impl FromStr for NodeUrl {
    type Err = NodeUrlError;

    /// Takes `http://host:8088`, `https://host:8043` and, for short, `host` and `host:8088`. What stands behind the
    /// host, such as a page copied from a browser, is left away.
    fn from_str(text: &str) -> Result<Self, NodeUrlError> {
        let text = text.trim();
        let short = !text.contains("://");
        let url = if short { Url::parse(&format!("http://{text}")) } else { Url::parse(text) };
        let url =
            url.map_err(|error| NodeUrlError::NotAUrl { text: shown(text), reason: error.to_string() })?;
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
        // `host:80` reads as no port, because 80 is HTTP's own; typed out, it is meant.
        let says_port = text.split('/').next().is_some_and(|host| host.ends_with(":80"));
        if short && origin.port().is_none() && !says_port {
            origin.set_port(Some(HTTP_PORT)).expect("an http address can have a port");
        }
        Ok(Self(origin))
    }
}

/// What was typed, without what might be a password.
fn shown(text: &str) -> String {
    text.rsplit_once('@').map_or(text, |(_secret, host)| host).to_owned()
}

impl fmt::Display for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// A text that is no address of a gateway.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NodeUrlError {
    /// It can't be read at all.
    #[error("{text:?} is no address of a gateway ({reason}); write it as http://host:8088")]
    NotAUrl {
        /// What was typed.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is the address of something else.
    #[error("a gateway speaks http or https, not {scheme}; write its address as http://host:8088")]
    Scheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// It holds a user or a password.
    #[error(
        "an address must not hold a user or password, because others can read it; for `gatewatch sessions` set GATEWATCH_USER and GATEWATCH_PASSWORD"
    )]
    Credentials,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        text.parse::<NodeUrl>().map_or_else(|error| error.to_string(), |url| url.to_string())
    }

    #[test]
    fn addresses_are_read_as_people_type_them() {
        assert_eq!(read("plant-a"), "http://plant-a:8088");
        assert_eq!(read(" 10.1.2.3:9088 "), "http://10.1.2.3:9088");
        assert_eq!(read("[fe80::1]:8088"), "http://[fe80::1]:8088");
        assert_eq!(read("http://plant-a:8088/web/home?x=1#y"), "http://plant-a:8088");
        assert_eq!(read("https://plant-a:8043/"), "https://plant-a:8043");
        assert_eq!(read("http://plant-a"), "http://plant-a");
        assert_eq!(read("plant-a:80"), "http://plant-a");
    }

    #[test]
    fn what_is_no_address_says_how_to_write_one() {
        for text in ["", "ftp://plant-a", "http://", "plant a", "http://a:b:c"] {
            assert!(read(text).contains("http://host:8088"), "{text}: {}", read(text));
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_never_repeated() {
        for text in ["http://billy:secret@plant-a:8088", "billy:secret@plant a"] {
            assert!(text.parse::<NodeUrl>().is_err());
            assert!(!read(text).contains("secret"), "{}", read(text));
        }
    }

    #[test]
    fn this_machine_is_known_by_any_of_its_names() {
        for (text, loopback) in
            [("localhost", true), ("127.0.0.2:1", true), ("[::1]:1", true), ("10.0.0.1", false)]
        {
            assert_eq!(text.parse::<NodeUrl>().unwrap().is_loopback(), loopback, "{text}");
        }
    }
}
