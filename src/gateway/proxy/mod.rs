//! The proxy between us and a gateway, if the environment or the system configures one.
//!
//! - `settings`: the choice of the proxy; `no_proxy`: the addresses without one
//! - here: the hop that failed

mod no_proxy;
mod settings;

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use reqwest::{Response, StatusCode};
use tower_service::Service;

use super::ConnectFailure;
use super::chain::find_cause;

pub use settings::ProxySettingError;
pub(super) use settings::{ProxyServer, ProxySettings};

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

/// Returns the failure of a proxy behind a request that didn't connect; `None` if the gateway failed.
pub(super) fn request_failure(error: &reqwest::Error, connect_seconds: f64) -> Option<ProxyFailure> {
    let connect = || ProxyFailure::Connect(ConnectFailure::from_request_error(error, connect_seconds));
    let is_https = error.url().is_some_and(|url| url.scheme() == "https");
    Some(match find_cause::<TunnelError>(error) {
        Some(TunnelError::ProxyAuthRequired) => ProxyFailure::LoginRequired,
        Some(TunnelError::ConnectFailed(_) | TunnelError::Io(_)) => connect(),
        Some(_) => ProxyFailure::TunnelFailed,
        // A tunnel that was opened leads to the gateway: the failure is the gateway's.
        None if is_https && !error.is_timeout() => return None,
        None => connect(),
    })
}

/// Returns the failure for a status that only a proxy answers with, or a proxy in place of a gateway.
pub(super) fn status_failure(response: &Response) -> Option<ProxyFailure> {
    // Within https only the gateway can answer.
    if response.url().scheme() == "https" {
        return None;
    }
    match response.status() {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Some(ProxyFailure::LoginRequired),
        status
        @ (StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT) => {
            Some(ProxyFailure::NoResponse { status: status.as_u16() })
        }
        _ => None,
    }
}
