//! The choice of the proxy for an address, by the environment or the system's settings.
//!
//! It is made here and nowhere else: the HTTP client gets the proxy that was chosen, or none.

use std::error::Error;
use std::fmt;

use hyper::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;
use reqwest::header::HeaderValue;

use super::no_proxy::NoProxy;
use crate::gateway::url::is_loopback;

/// A proxy. Its login can't be displayed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::gateway) struct ProxyServer {
    /// Scheme, host and port, without the login.
    url: Url,
    /// The login as it is sent, marked as sensitive.
    authorization: Option<HeaderValue>,
}

/// A proxy setting that can't be used. It never holds the setting's text, which may have a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxySettingError {
    /// The name of the setting.
    setting: &'static str,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("isn't a proxy address")]
    NoUrl(#[source] <Url as std::str::FromStr>::Err),
    #[error("is the address of a SOCKS proxy")]
    Socks,
    #[error("has an unsupported scheme, expected http:// or https://")]
    Scheme,
    #[error(
        "has a path or, in its user name or password, one of / \\ ? # that isn't written as %2F, %5C, %3F or %23"
    )]
    Delimiter,
    #[error("isn't a proxy address")]
    Other,
}

impl Reason {
    /// Returns the reason against a scheme; `None` if it is supported.
    fn against_scheme(scheme: &str) -> Option<Self> {
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => None,
            scheme if scheme.starts_with("socks") => Some(Self::Socks),
            _ => Some(Self::Scheme),
        }
    }
}

impl ProxySettingError {
    /// Returns what happened and what to do, without the name of the setting.
    pub(in crate::gateway) fn message(&self) -> &'static str {
        match self.reason {
            Reason::Socks => "SOCKS proxies aren't supported. Use an HTTP proxy",
            _ => "Invalid proxy address. Correct the proxy settings",
        }
    }
}

impl fmt::Display for ProxySettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.setting, self.reason)
    }
}

impl Error for ProxySettingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // The reason is part of the message.
        self.reason.source()
    }
}

/// The proxies that are configured.
#[derive(Debug)]
pub(in crate::gateway) struct ProxySettings {
    http: Option<Result<ProxyServer, ProxySettingError>>,
    https: Option<Result<ProxyServer, ProxySettingError>>,
    no_proxy: NoProxy,
    /// The settings of Windows and macOS, for what the environment doesn't set.
    system: Matcher,
}

impl ProxySettings {
    /// Reads the environment and the system's settings.
    pub(in crate::gateway) fn load() -> Self {
        let variable = |name: &str| Some(std::env::var_os(name)?.to_string_lossy().into_owned());
        Self::new(variable, Matcher::from_system())
    }

    fn new(variable: impl Fn(&str) -> Option<String>, system: Matcher) -> Self {
        let read = |names: [&'static str; 2]| {
            let mut values = names.into_iter().filter_map(|name| Some((name, variable(name)?)));
            values.find(|(_, value)| !value.trim().is_empty())
        };
        let proxy = |names| {
            let (setting, value) = read(names)?;
            Some(ProxyServer::parse(value.trim()).map_err(|reason| ProxySettingError { setting, reason }))
        };
        let all = proxy(["ALL_PROXY", "all_proxy"]);
        Self {
            http: proxy(["HTTP_PROXY", "http_proxy"]).or_else(|| all.clone()),
            https: proxy(["HTTPS_PROXY", "https_proxy"]).or(all),
            no_proxy: read(["NO_PROXY", "no_proxy"])
                .map(|(_, list)| NoProxy::parse(&list))
                .unwrap_or_default(),
            system,
        }
    }

    /// Returns the proxy for an address; `None` if requests go directly to it.
    ///
    /// # Errors
    /// If the setting for the address can't be used. Requests must not go past the proxy then.
    pub(in crate::gateway) fn for_address(
        &self,
        address: &Url,
    ) -> Result<Option<ProxyServer>, ProxySettingError> {
        if is_loopback(address) || self.no_proxy.contains(address) {
            return Ok(None);
        }
        let configured = if address.scheme() == "https" { &self.https } else { &self.http };
        if let Some(proxy) = configured {
            return proxy.clone().map(Some);
        }
        let uri: Option<Uri> = address.as_str().parse().ok();
        let Some(intercept) = uri.and_then(|uri| self.system.intercept(&uri)) else {
            return Ok(None);
        };
        let proxy = ProxyServer::from_intercept(&intercept);
        proxy.map(Some).map_err(|reason| ProxySettingError { setting: "The system's proxy setting", reason })
    }
}

impl ProxyServer {
    /// Parses `http://user:password@host:port`, where only the host is required.
    fn parse(text: &str) -> Result<Self, Reason> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        if let Some(reason) = Reason::against_scheme(scheme) {
            return Err(reason);
        }
        // The URL parser would take the beginning of such a password for the host.
        let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        if !matches!(&rest[end..], "" | "/") {
            return Err(Reason::Delimiter);
        }
        let url = Url::parse(&format!("{scheme}://{rest}")).map_err(Reason::NoUrl)?;
        // Computes the header of the login.
        let matcher = Matcher::builder().all(url.as_str()).build();
        let intercept = matcher.intercept(&Uri::from_static("http://gateway/")).ok_or(Reason::Other)?;
        Self::from_intercept(&intercept)
    }

    fn from_intercept(intercept: &Intercept) -> Result<Self, Reason> {
        let url: Url = intercept.uri().to_string().parse().map_err(Reason::NoUrl)?;
        if let Some(reason) = Reason::against_scheme(url.scheme()) {
            return Err(reason);
        }
        if url.host_str().is_none() || !url.username().is_empty() || url.password().is_some() {
            return Err(Reason::Other);
        }
        Ok(Self { url, authorization: intercept.basic_auth().cloned() })
    }

    /// Returns host and port, without the login.
    pub(in crate::gateway) fn authority(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }

    /// Returns `true` if requests to the proxy itself are encrypted.
    pub(in crate::gateway) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns the setting of the HTTP client that sends all requests through this proxy.
    pub(in crate::gateway) fn to_reqwest(&self) -> reqwest::Result<reqwest::Proxy> {
        let proxy = reqwest::Proxy::all(self.url.clone())?;
        Ok(match &self.authorization {
            Some(authorization) => proxy.custom_http_auth(authorization.clone()),
            None => proxy,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> ProxySettings {
        let find = |name: &str| variables.iter().find(|(set, _)| *set == name);
        ProxySettings::new(
            |name| find(name).map(|(_, value)| (*value).to_owned()),
            Matcher::builder().build(),
        )
    }

    /// Returns host and port of the proxy for an address, or the error.
    fn proxy(variables: &[(&str, &str)], address: &str) -> Result<Option<String>, String> {
        let proxy = settings(variables).for_address(&address.parse().unwrap());
        proxy.map(|proxy| proxy.map(|proxy| proxy.authority())).map_err(|error| error.to_string())
    }

    #[test]
    fn chooses_variable_by_scheme() {
        for [http, https, all] in
            [["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"], ["http_proxy", "https_proxy", "all_proxy"]]
        {
            let variables = [(http, "http://h:1"), (https, "http://s:2"), (all, "http://a:3")];
            assert_eq!(proxy(&variables, "http://plant-a:8088"), Ok(Some("h:1".to_owned())));
            assert_eq!(proxy(&variables, "https://plant-a:8043"), Ok(Some("s:2".to_owned())));
            assert_eq!(proxy(&variables[2..], "http://plant-a:8088"), Ok(Some("a:3".to_owned())));
            assert_eq!(proxy(&variables[2..], "https://plant-a:8043"), Ok(Some("a:3".to_owned())));
            assert_eq!(proxy(&variables[..1], "https://plant-a:8043"), Ok(None));
        }
        // An empty variable is as good as none.
        let variables = [("HTTP_PROXY", " "), ("http_proxy", "h")];
        assert_eq!(proxy(&variables, "http://plant-a:8088"), Ok(Some("h".to_owned())));
    }

    #[test]
    fn parses_addresses_of_proxies() {
        for (text, expected) in [
            ("h", "h"),
            ("h:3128", "h:3128"),
            ("http://h:3128/", "h:3128"),
            ("HTTP://h", "h"),
            ("https://h:3129", "h:3129"),
            ("[fe80::1]:3128", "[fe80::1]:3128"),
            (" http://bob:pw@h:3128 ", "h:3128"),
            ("bob@h", "h"),
        ] {
            assert_eq!(
                proxy(&[("http_proxy", text)], "http://plant-a:8088"),
                Ok(Some(expected.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn keeps_login_of_the_proxy() {
        for (login, expected) in [
            ("bob:pr0xy", "bob:pr0xy"),
            ("bob", "bob:"),
            ("bob:a%23b%40c%2F", "bob:a#b@c/"),
            ("bob:a@b:c", "bob:a@b:c"),
            ("jürgen:ü", "jürgen:ü"),
        ] {
            use base64::Engine as _;
            let proxy = ProxyServer::parse(&format!("http://{login}@h:3128")).unwrap();
            let base64 = base64::engine::general_purpose::STANDARD.encode(expected);
            assert_eq!(proxy.authorization.as_ref().unwrap(), &format!("Basic {base64}"), "{login}");
            assert_eq!(proxy.authority(), "h:3128");
            assert!(!format!("{proxy:?}").contains(&base64), "{proxy:?}");
        }
    }

    #[test]
    fn names_the_malformed_setting_without_its_text() {
        for value in [
            "http://user:2024#x@proxy",
            "http://user:2024/x@proxy",
            "http://user:2024?x@proxy:3128",
            "user:2024#x@proxy",
            "http://user\\2024:x@proxy",
            "http://user:2024@",
            "http://user:2024@proxy:31280000",
            "http://user:2024@pro xy",
            "http://2024:x:y",
            "socks5://user:2024@proxy",
            "2024://proxy",
            "http://",
            "http://proxy/2024",
        ] {
            for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
                let error = proxy(&[(name, value)], "http://plant-a:8088").unwrap_err();
                assert!(error.starts_with(name), "{value}: {error}");
                assert!(!error.contains("2024") && !error.contains("user:"), "{value}: {error}");
            }
        }
    }

    #[test]
    fn malformed_setting_matters_only_where_it_is_used() {
        let variables =
            [("http_proxy", "http://a:b:c"), ("https_proxy", "http://s:2"), ("no_proxy", "direct")];
        assert!(proxy(&variables, "http://plant-a:8088").is_err());
        assert_eq!(proxy(&variables, "https://plant-a:8043"), Ok(Some("s:2".to_owned())));
        assert_eq!(proxy(&variables, "http://direct:8088"), Ok(None));
        assert_eq!(proxy(&variables, "http://127.0.0.1:8088"), Ok(None));
    }

    #[test]
    fn takes_the_systems_proxy_where_the_environment_sets_none() {
        let system = Matcher::builder().https("http://s:2").http("socks5://bob:pw@h:1").build();
        let settings = ProxySettings::new(|name| (name == "NO_PROXY").then(|| "direct".to_owned()), system);
        let proxy = |address: &str| settings.for_address(&address.parse().unwrap());
        assert_eq!(proxy("https://plant-a:8043").unwrap().unwrap().authority(), "s:2");
        assert_eq!(proxy("https://direct:8043"), Ok(None));
        let error = proxy("http://plant-a:8088").unwrap_err();
        assert_eq!(error.to_string(), "The system's proxy setting is the address of a SOCKS proxy");
        assert_eq!(error.message(), "SOCKS proxies aren't supported. Use an HTTP proxy");
    }

    #[test]
    fn says_that_socks_is_not_supported() {
        let error = |value: &str| {
            let settings = settings(&[("ALL_PROXY", value)]);
            settings.for_address(&"https://plant-a:8043".parse().unwrap()).unwrap_err()
        };
        for scheme in ["socks5", "SOCKS5H", "socks4", "socks4a", "socks"] {
            let error = error(&format!("{scheme}://bob:pw@proxy:1080"));
            assert_eq!(error.message(), "SOCKS proxies aren't supported. Use an HTTP proxy");
            assert_eq!(error.to_string(), "ALL_PROXY is the address of a SOCKS proxy");
        }
        let scheme = error("ftp://proxy");
        assert_eq!(scheme.message(), "Invalid proxy address. Correct the proxy settings");
        // The parser's text is a cause of its own.
        let invalid = error("http://proxy:31280000");
        assert_eq!(invalid.to_string(), "ALL_PROXY isn't a proxy address");
        assert_eq!(invalid.source().map(ToString::to_string).as_deref(), Some("invalid port number"));
    }
}
