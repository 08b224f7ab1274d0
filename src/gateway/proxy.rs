//! The proxy between us and a gateway, if the environment or the system configures one.
//!
//! reqwest sends requests through it. This module determines its address and the hop that failed.

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Response, StatusCode, Url};
use tower_service::Service;

use super::chain::find_cause;
use super::{ConnectFailure, url};

/// The error of a CONNECT tunnel. hyper-util exports it only through its trait.
type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;

/// The kind of a proxy's failure.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProxyFailure {
    /// No connection to the proxy.
    Connect(ConnectFailure),
    /// 407: the proxy requires a login of its own.
    LoginRequired,
    /// The proxy opens no tunnel to the gateway.
    TunnelFailed,
    /// 502, 503 or 504: the proxy got no response from the gateway. A gateway that starts answers with 503, too.
    NoResponse {
        /// The HTTP status.
        status: u16,
    },
}

impl ProxyFailure {
    /// Returns the message for this proxy, given as host and port.
    pub(super) fn message(self, proxy: &str) -> String {
        match self {
            Self::Connect(ConnectFailure::HostNotFound) => {
                format!("Proxy {proxy} not found. Check the proxy settings")
            }
            Self::Connect(ConnectFailure::Refused) => {
                format!("The proxy {proxy} refused the connection. Check that it is running")
            }
            Self::Connect(ConnectFailure::Timeout { seconds }) => {
                format!(
                    "No connection through the proxy {proxy} within {seconds} s. Check the proxy settings"
                )
            }
            Self::Connect(ConnectFailure::Unreachable | ConnectFailure::Other) => {
                format!("Can't connect to the proxy {proxy}. Check the network and the proxy settings")
            }
            Self::LoginRequired => format!(
                "The proxy {proxy} requires a user name and password (407). Add them to the proxy settings"
            ),
            Self::TunnelFailed => {
                format!("The proxy {proxy} can't connect to the gateway. Check that the gateway is running")
            }
            Self::NoResponse { status } => format!(
                "The proxy {proxy} got no response from the gateway ({status}). Check that the gateway is running"
            ),
        }
    }
}

/// Returns host and port of the proxy that requests to this address go through, never its user or password.
pub(super) fn for_address(address: &Url) -> Option<String> {
    if url::is_loopback(address) {
        return None;
    }
    // The same lookup as reqwest's.
    let proxy = Matcher::from_system().intercept(&address.as_str().parse().ok()?)?;
    let authority = proxy.uri().authority()?;
    let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}", authority.host()))
}

/// Returns the proxy's failure behind a request that didn't connect; `None` without a proxy, or if the gateway failed.
pub(super) fn request_failure(
    error: &reqwest::Error,
    address: &Url,
    connect_seconds: f64,
) -> Option<(String, ProxyFailure)> {
    let proxy = for_address(address)?;
    let connect = || ProxyFailure::Connect(ConnectFailure::from_request_error(error, connect_seconds));
    let failure = match find_cause::<TunnelError>(error) {
        Some(TunnelError::ProxyAuthRequired) => ProxyFailure::LoginRequired,
        Some(TunnelError::ConnectFailed(_) | TunnelError::Io(_)) => connect(),
        Some(_) => ProxyFailure::TunnelFailed,
        // A tunnel that was opened leads to the gateway: the failure is the gateway's.
        None if address.scheme() == "https" && !error.is_timeout() => return None,
        None => connect(),
    };
    Some((proxy, failure))
}

/// Returns the proxy and its failure for a status that only a proxy answers with, or a proxy in place of a gateway.
pub(super) fn status_failure(response: &Response) -> Option<(String, ProxyFailure)> {
    let failure = match response.status() {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => ProxyFailure::LoginRequired,
        status
        @ (StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT) => {
            ProxyFailure::NoResponse { status: status.as_u16() }
        }
        _ => return None,
    };
    // Within https only the gateway can answer.
    let address = response.url();
    let proxy = if address.scheme() == "http" { for_address(address) } else { None };
    proxy.map(|proxy| (proxy, failure))
}
