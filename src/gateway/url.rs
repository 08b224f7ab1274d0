//! The address of a gateway, as users type it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use super::Version;
use crate::sanitize::one_line;

/// The default port of a gateway for plain HTTP.
const HTTP_PORT: u16 = 8088;
/// The default port of a gateway for HTTPS.
const HTTPS_PORT: u16 = 8043;
/// The first segments of the paths of a gateway's pages, which users copy from a browser. They and what follows them
/// aren't part of the gateway's own address.
const ROOTS: [&str; 10] =
    ["web", "app", "idp", "data", "system", "openapi", "res", "main", "StatusPing", "welcome"];
/// The longest part of a malformed address that is repeated in an error, in characters.
const MAX_TEXT: usize = 120;

/// The error of the URL parser.
type ParseError = <Url as FromStr>::Err;

/// The address of a gateway node: scheme, host, port and, behind a reverse proxy, the path in front of the gateway's own
/// paths.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NodeUrl(Url);

impl NodeUrl {
    /// Returns the URL of one of the gateway's own paths on this node.
    #[must_use]
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.prefix()));
        url
    }

    /// Returns the address of the gateway's page where projects are imported, which depends on its version.
    #[must_use]
    pub fn projects_page(&self, version: Option<&Version>) -> String {
        let has_new_pages = version.is_some_and(Version::has_rest);
        let path =
            if has_new_pages { "/app/platform/system/projects" } else { "/web/config/system.projects" };
        self.join(path).to_string()
    }

    /// Returns the path in front of the gateway's own paths, such as `/plantA`; empty without one.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// Returns host, port and prefix, the shortest unique label of a node.
    ///
    /// # Panics
    /// Never: an address of http or https has a host.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.0.host_str().expect("an address of http or https has a host");
        let port = self.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{host}{port}{}", self.prefix())
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

    /// Returns `true` if requests are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns `true` if requests leave this machine without encryption.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        !self.is_https() && !self.is_loopback()
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

    /// Returns the part of a typed address that is dropped because it is a page of the gateway, such as `/web/home`.
    #[must_use]
    pub fn dropped_page(text: &str) -> Option<String> {
        let text = text.trim();
        let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
        let url = url.ok()?;
        let path = url.path();
        let page = path[without_page(path).len()..].trim_end_matches('/');
        (!page.is_empty()).then(|| one_line(page, MAX_TEXT))
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

    /// Parses `http://host:8088`, `https://host:8043`, the short forms `host` and `host:8088`, and addresses with a prefix
    /// such as `https://proxy/plantA`. Of an address copied from a browser, page and query are dropped.
    fn from_str(text: &str) -> Result<Self, NodeUrlError> {
        let text = text.trim();
        let short = !text.contains("://");
        let url = if short { Url::parse(&format!("http://{text}")) } else { Url::parse(text) };
        let mut url = url.map_err(|source| {
            if has_zone_id(text) {
                NodeUrlError::ZoneId
            } else {
                NodeUrlError::Invalid { text: without_user(text), source }
            }
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NodeUrlError::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NodeUrlError::Credentials);
        }
        let prefix = without_page(url.path()).to_owned();
        url.set_path(&prefix);
        url.set_query(None);
        url.set_fragment(None);
        // The parser drops port 80, the default of the scheme, although the user typed it.
        let is_port_80 = text.split(['/', '?', '#']).next().is_some_and(|host| host.ends_with(":80"));
        if short && url.port().is_none() && !is_port_80 {
            url.set_port(Some(HTTP_PORT)).expect("an http address can have a port");
        }
        Ok(Self(url))
    }
}

/// Returns the part of a path in front of a gateway's page, without a slash at the end.
fn without_page(path: &str) -> &str {
    let mut segments = path.match_indices('/').map(|(slash, _)| (slash, &path[slash + 1..]));
    let page = segments.find(|(_, rest)| ROOTS.contains(&rest.split('/').next().unwrap_or_default()));
    path[..page.map_or(path.len(), |(slash, _)| slash)].trim_end_matches('/')
}

/// Returns `true` for an IPv6 address with a network interface, as in `[fe80::1%25eth0]`.
fn has_zone_id(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_scheme, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_user, host)| host);
    host.split_once('%')
        .is_some_and(|(address, _zone)| address.trim_start_matches('[').parse::<std::net::Ipv6Addr>().is_ok())
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

/// The error for a text that isn't a gateway address.
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
    /// The address is that of a network interface, which the HTTP client can't connect to.
    #[error(
        "Zone IDs such as %eth0 are not supported. Enter the gateway's host name or another of its addresses"
    )]
    ZoneId,
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
        assert_eq!(read("plant-a?x=1"), "http://plant-a:8088");
        assert_eq!(read("plant-a:80#y"), "http://plant-a");
        assert_eq!(read("https://plant-a:8043/"), "https://plant-a:8043");
        assert_eq!(read("http://plant-a"), "http://plant-a");
        assert_eq!(read("plant-a:80"), "http://plant-a");
    }

    #[test]
    fn page_for_projects_depends_on_the_version() {
        let info = |version| crate::gateway::GatewayInfo::parse(version).unwrap().version;
        let node: NodeUrl = "http://proxy/plantA".parse().unwrap();
        let old = "http://proxy/plantA/web/config/system.projects";
        assert_eq!(node.projects_page(None), old);
        assert_eq!(node.projects_page(info("Version=8.1.44").as_ref()), old);
        let new = "http://proxy/plantA/app/platform/system/projects";
        assert_eq!(node.projects_page(info("Version=8.3.4").as_ref()), new);
    }

    #[test]
    fn keeps_prefix_of_a_reverse_proxy() {
        for (text, expected) in [
            ("http://proxy/plantA", "http://proxy/plantA"),
            ("https://proxy/plantA/", "https://proxy/plantA"),
            ("proxy/plantA", "http://proxy:8088/plantA"),
            ("proxy:80/a/b//?x=1", "http://proxy/a/b"),
            ("http://proxy/plantA/web/home?x=1", "http://proxy/plantA"),
            ("http://proxy/plant%20A/StatusPing", "http://proxy/plant%20A"),
            ("http://proxy/website", "http://proxy/website"),
            ("http://proxy/Web/plantA", "http://proxy/Web/plantA"),
            ("http://proxy/plantA/", "http://proxy/plantA"),
            ("http://proxy/a/../b", "http://proxy/b"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        let node: NodeUrl = "http://proxy/plantA/".parse().unwrap();
        assert_eq!(node.join("/system/gwinfo").as_str(), "http://proxy/plantA/system/gwinfo");
        assert_eq!(node.authority(), "proxy:80/plantA");
        assert_ne!(node, "http://proxy/plantB".parse().unwrap());
        let root: NodeUrl = "http://proxy//".parse().unwrap();
        assert_eq!(root.join("/system/gwinfo").as_str(), "http://proxy/system/gwinfo");
        assert_eq!((root.to_string(), root.authority()), ("http://proxy".to_owned(), "proxy:80".to_owned()));
    }

    #[test]
    fn drops_each_page_of_a_gateway() {
        for page in [
            "openapi",
            "app/platform/overview",
            "web",
            "web/login?x=1",
            "web/homes",
            "idp/default/authn",
            "data/app/login",
            "data/perspective/client/Boiler",
            "system/webdev/gatewatch/sessions",
            "res/perspective/js/a.js",
            "main",
            "main/web/config",
            "StatusPing",
            "welcome/#/x",
        ] {
            assert_eq!(read(&format!("http://plant-a:8088/{page}")), "http://plant-a:8088", "{page}");
            assert_eq!(read(&format!("https://proxy/a/b//{page}/")), "https://proxy/a/b", "{page}");
        }
    }

    #[test]
    fn says_which_page_is_dropped() {
        for (text, page) in [
            ("http://plant-a:8088", None),
            ("plant-a/", None),
            ("plant-a:8088/plantA", None),
            ("plant-a:8088/web/home?x=1", Some("/web/home")),
            ("https://proxy/plantA/app/", Some("/app")),
            ("plant a", None),
        ] {
            assert_eq!(NodeUrl::dropped_page(text).as_deref(), page, "{text}");
        }
    }

    #[test]
    fn rejects_zone_ids_with_a_reason() {
        for text in
            ["http://[fe80::1%25eth0]:8088", "[fe80::1%eth0]", "https://[fe80::1%252]/web", "fe80::1%eth0"]
        {
            assert_eq!(text.parse::<NodeUrl>(), Err(NodeUrlError::ZoneId), "{text}");
        }
        assert!(!matches!("http://a b%eth0:1".parse::<NodeUrl>(), Err(NodeUrlError::ZoneId)));
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
