//! The target of a redirect, which shows why a gateway or a server in front of it answers with one.
//!
//! No redirect is followed: it could carry the credentials to another host.

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Response, Url};

use crate::sanitize::ELLIPSIS;

/// The page of a gateway that was never set up.
const WELCOME: &str = "/welcome";
/// The segments that the requested paths begin with, after the prefix of a reverse proxy.
const FIRST_SEGMENTS: [&str; 4] = ["main", "system", "data", "StatusPing"];
/// Segments in the paths of login pages, and first labels of hosts that serve nothing else.
const LOGIN_WORDS: [&str; 22] = [
    ".auth",
    "adfs",
    "auth",
    "authenticate",
    "authentication",
    "authorize",
    "cas",
    "idp",
    "log-in",
    "login",
    "logon",
    "oauth",
    "oauth2",
    "oidc",
    "openid",
    "openid-connect",
    "saml",
    "saml2",
    "sign-in",
    "sign_in",
    "signin",
    "sso",
];
/// Parameters of redirects to login pages.
const LOGIN_PARAMETERS: [&str; 4] = ["samlrequest", "client_id", "response_type", "redirect_uri"];

/// The target of a redirect. Texts hold neither user nor query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Redirect {
    /// The page of a gateway that was never set up.
    Welcome,
    /// An https address in place of an http one: on the same host, or of the requested page on
    /// another one.
    Https {
        /// The address of the gateway.
        address: String,
        /// `true` if the host is the same.
        is_same_host: bool,
    },
    /// A login page.
    Login(String),
    /// Another host, or another address of a gateway.
    Elsewhere(String),
    /// Another page of the same server.
    OtherPage(String),
    /// An address that is missing or can't be read.
    Unreadable,
}

/// Returns the target of a response with a redirect.
pub(super) fn of(response: &Response) -> Redirect {
    classify(response.url(), location(response.headers()))
}

/// Returns `true` if a redirect leads from http to https, even if the rest of its address can't be read.
pub(super) fn is_to_https(response: &Response) -> bool {
    let location = location(response.headers());
    response.status().is_redirection()
        && response.url().scheme() == "http"
        && match target(response.url(), location) {
            Some(target) => target.scheme() == "https",
            None => location.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"https:")),
        }
}

/// Returns `true` if a redirect leads to the page of a gateway that was never set up.
pub(super) fn is_to_welcome(response: &Response) -> bool {
    let target = target(response.url(), location(response.headers()));
    response.status().is_redirection() && target.is_some_and(|target| is_welcome(response.url(), &target))
}

fn location(headers: &HeaderMap) -> &[u8] {
    headers.get(LOCATION).map_or(b"", |value| value.as_bytes().trim_ascii())
}

/// Returns the address that a redirect leads to; `None` if there is none that can be read.
fn target(requested: &Url, location: &[u8]) -> Option<Url> {
    let location = std::str::from_utf8(location).ok().filter(|location| !location.is_empty())?;
    let target = requested.join(location).ok()?;
    matches!(target.scheme(), "http" | "https").then_some(target)
}

fn classify(requested: &Url, location: &[u8]) -> Redirect {
    let Some(target) = target(requested, location) else {
        return Redirect::Unreadable;
    };
    if is_welcome(requested, &target) {
        return Redirect::Welcome;
    }
    let gateway = gateway_with_same_page(requested, &target);
    let is_same_host = requested.host() == target.host();
    let is_to_https = requested.scheme() == "http" && target.scheme() == "https";
    if is_to_https && let Some(address) = gateway {
        return Redirect::Https { address, is_same_host };
    }
    if is_login(requested, &target) {
        return Redirect::Login(without_query(&target));
    }
    if is_to_https && is_same_host {
        return Redirect::Https { address: origin(&target), is_same_host };
    }
    match gateway {
        Some(address) => Redirect::Elsewhere(address),
        None if requested.origin() != target.origin() => Redirect::Elsewhere(without_query(&target)),
        None => Redirect::OtherPage(without_query(&target)),
    }
}

/// Returns `true` for the page of a gateway that was never set up, on the requested host and behind the same prefix.
fn is_welcome(requested: &Url, target: &Url) -> bool {
    let path = plain_path(target);
    let prefix = path.find(WELCOME).and_then(|start| {
        let rest = &path[start + WELCOME.len()..];
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}/", &path[..start]))
    });
    // The ports for http and https differ.
    let is_https = requested.scheme() != target.scheme() && requested.host() == target.host();
    (is_https || requested.origin() == target.origin())
        && prefix.is_some_and(|prefix| plain_path(requested).starts_with(&prefix))
}

/// Returns the path in lower case, without the session id that Java servers add to it.
fn plain_path(url: &Url) -> String {
    let path = url.path().to_ascii_lowercase();
    path.split(';').next().unwrap_or_default().to_owned()
}

/// Returns the address of the gateway that a redirect leads to, if it leads to the requested page of a gateway.
fn gateway_with_same_page(requested: &Url, target: &Url) -> Option<String> {
    let (wanted, found) = (segments(requested), segments(target));
    let (own_prefix, page) = wanted.split_at(prefix_len(&wanted)?);
    let prefix = found.strip_suffix(page)?;
    let address = |url, prefix: &[&str]| [&[origin(url).as_str()], prefix].concat().join("/");
    let found = address(target, prefix);
    // A redirect to itself leads nowhere.
    (found != address(requested, own_prefix)).then_some(found)
}

fn segments(url: &Url) -> Vec<&str> {
    let path = url.path().split(';').next().unwrap_or_default();
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// Returns the number of segments in front of those of the gateway.
fn prefix_len(requested: &[&str]) -> Option<usize> {
    requested.iter().position(|name| FIRST_SEGMENTS.contains(name))
}

fn is_login(requested: &Url, target: &Url) -> bool {
    let is_same_host = requested.host() == target.host();
    let (wanted, found) = (segments(requested), segments(target));
    // A gateway's own prefix may look like a login page.
    let prefix = prefix_len(&wanted).filter(|_| is_same_host).map_or(&[][..], |len| &wanted[..len]);
    let path = found.strip_prefix(prefix).unwrap_or(&found);
    let is_word = |text: &str| LOGIN_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let label = target.domain().and_then(|domain| domain.split('.').next());
    let mut names = target.query_pairs().map(|(name, _)| name.to_ascii_lowercase());
    path.iter().copied().any(is_word)
        || (!is_same_host && label.is_some_and(is_word))
        || names.any(|name| LOGIN_PARAMETERS.contains(&name.as_str()))
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Returns an address without its user, query and fragment, which may repeat credentials.
fn without_query(target: &Url) -> String {
    let cut = if target.query().is_some() || target.fragment().is_some() {
        ELLIPSIS.to_string()
    } else {
        String::new()
    };
    format!("{}{}{cut}", origin(target), target.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "/system/webdev/gatewatch/sessions";

    fn from(requested: &str, location: impl AsRef<[u8]>) -> Redirect {
        classify(&requested.parse().unwrap(), location.as_ref().trim_ascii())
    }

    #[test]
    fn only_the_welcome_page_means_not_commissioned() {
        let requested = format!("http://plant-a:8088{PAGE}");
        for location in [
            "/welcome",
            "/Welcome/",
            "/welcome/step?x=1",
            "/welcome;jsessionid=1A",
            "../../../welcome",
            "welcome",
            "//plant-a:8088/welcome",
            "//PLANT-A:8088/welcome",
            "HTTP://PLANT-A:8088/WELCOME",
            "https://plant-a:8043/welcome",
        ] {
            assert_eq!(from(&requested, location), Redirect::Welcome, "{location}");
        }
        let behind_prefix = format!("http://proxy/plantA{PAGE}");
        assert_eq!(from(&behind_prefix, "/plantA/welcome"), Redirect::Welcome);
        for location in [
            "/plantB/welcome",
            "/welcomes",
            "/web/home",
            "http://plant-b/welcome",
            "http://proxy:81/welcome",
            "/idp/welcome",
        ] {
            assert_ne!(from(&behind_prefix, location), Redirect::Welcome, "{location}");
        }
    }

    #[test]
    fn same_page_over_https_means_that_https_is_required() {
        let requested = format!("http://plant-a:8088{PAGE}");
        for (location, address, is_same_host) in [
            (format!("https://plant-a:8043{PAGE}?x=1"), "https://plant-a:8043", true),
            (format!("HTTPS://PLANT-A{PAGE}"), "https://plant-a", true),
            (format!("https://plant-a/plantA{PAGE}"), "https://plant-a/plantA", true),
            (format!("https://plant-a.example:8043{PAGE}"), "https://plant-a.example:8043", false),
            ("https://plant-a:8043/".to_owned(), "https://plant-a:8043", true),
        ] {
            let expected = Redirect::Https { address: address.to_owned(), is_same_host };
            assert_eq!(from(&requested, &location), expected, "{location}");
        }
        let behind_prefix = from("http://proxy/plantA/system/gwinfo", "https://proxy/plantA/system/gwinfo");
        let expected = Redirect::Https { address: "https://proxy/plantA".to_owned(), is_same_host: true };
        assert_eq!(behind_prefix, expected);
    }

    #[test]
    fn names_single_sign_on() {
        let requested = format!("http://plant-a:8088{PAGE}");
        for (location, shown) in [
            ("/idp/default/authn?token=x", "http://plant-a:8088/idp/default/authn…"),
            ("/oauth2/start?rd=%2Fsystem", "http://plant-a:8088/oauth2/start…"),
            ("/OAuth2/sign_in", "http://plant-a:8088/OAuth2/sign_in"),
            ("https://sso.example/realms/plant", "https://sso.example/realms/plant"),
            ("https://portal.example/start?SAMLRequest=x", "https://portal.example/start…"),
            ("//plant-a:8088/Login#x", "http://plant-a:8088/Login…"),
        ] {
            assert_eq!(from(&requested, location), Redirect::Login(shown.to_owned()));
        }
    }

    #[test]
    fn prefix_of_the_gateway_is_no_login_page() {
        for prefix in ["cas", "auth/login", "SSO"] {
            let requested = format!("http://proxy/{prefix}{PAGE}");
            let login = |location: String| matches!(from(&requested, location), Redirect::Login(_));
            let shown = format!("http://proxy/{prefix}/web/home");
            assert_eq!(from(&requested, format!("/{prefix}/web/home")), Redirect::OtherPage(shown));
            assert!(!login(format!("http://proxy:8088/{prefix}/")));
            assert!(login(format!("/{prefix}/idp/authn")));
            assert!(login(format!("http://portal/{prefix}/start")));
        }
        let requested = format!("http://proxy/sso/plantA{PAGE}");
        assert!(matches!(from(&requested, "/sso/start"), Redirect::Login(_)));
    }

    #[test]
    fn other_hosts_and_other_pages_are_different_errors() {
        let requested = format!("http://plant-a:8088{PAGE}");
        for (location, shown) in [
            (format!("http://plant-b:8088{PAGE}?x=1"), "http://plant-b:8088"),
            (format!("//plant-b{PAGE}"), "http://plant-b"),
            (format!("/plantA{PAGE}"), "http://plant-a:8088/plantA"),
            ("http://plant-b:8088/welcome".to_owned(), "http://plant-b:8088/welcome"),
            ("http://billy:secret@plant-b/home".to_owned(), "http://plant-b/home"),
        ] {
            assert_eq!(from(&requested, location), Redirect::Elsewhere(shown.to_owned()));
        }
        for (location, shown) in
            [("/web/home?x=1", "http://plant-a:8088/web/home…".to_owned()), (PAGE, requested.clone())]
        {
            assert_eq!(from(&requested, location), Redirect::OtherPage(shown));
        }
    }

    #[test]
    fn missing_or_unreadable_location_is_no_page_of_the_gateway() {
        let requested = format!("http://plant-a:8088{PAGE}");
        for location in
            [&b""[..], b"  ", b"http://", b"https://[::1", b"/\xff", b"mailto:a@b", b"http://a b/"]
        {
            let text = String::from_utf8_lossy(location);
            assert_eq!(from(&requested, location), Redirect::Unreadable, "{text}");
        }
    }
}
