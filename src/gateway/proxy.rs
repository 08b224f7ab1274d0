//! The proxy between us and a gateway, where the environment or the system names one: which it is, and what its failures
//! mean. Speaking through it is reqwest's business; this only says whose fault it was.

use std::fmt;
use std::io;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Response, StatusCode, Url};

use super::error::causes;
use super::{GatewayError, url};

/// What went wrong with the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyFault {
    /// No such host.
    NameNotFound,
    /// Nobody listens there.
    Refused,
    /// It can't be reached.
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// 407: it asks who we are.
    WantsLogin,
    /// It opens no way to the gateway.
    NoWay {
        /// What it says.
        reason: String,
    },
    /// 502, 503 or 504: its word that it gets no answer from the gateway. A gateway that start_times says 503, too.
    GatewaySilent {
        /// The HTTP status.
        status: u16,
    },
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameNotFound => f.write_str("has a name that is not known; correct it in http_proxy or https_proxy"),
            Self::Refused => f.write_str("refuses the connection; is it running, and is this its port?"),
            Self::Unreachable { reason } => {
                write!(f, "can't be reached ({reason}); check the network, or http_proxy and https_proxy")
            }
            Self::WantsLogin => f.write_str(
                "wants a user and a password of its own (407); put them into the address in http_proxy or https_proxy",
            ),
            Self::NoWay { reason } => write!(
                f,
                "opens no way to the gateway ({reason}); is the gateway running? if it needs no proxy, name it in NO_PROXY"
            ),
            Self::GatewaySilent { status } => write!(
                f,
                "gets no answer from the gateway ({status}); is the gateway running? if it needs no proxy, name it in NO_PROXY"
            ),
        }
    }
}

/// The host and port of the proxy that requests to this address go through. Never its user or password.
fn before(address: &Url) -> Option<String> {
    if url::is_loopback(address) {
        return None;
    }
    // Looked up as reqwest does it. Only where something failed, so it need not be kept.
    let proxy = Matcher::from_system().intercept(&address.as_str().parse().ok()?)?;
    let authority = proxy.uri().authority()?;
    let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}", authority.host()))
}

/// A failed request as the proxy's fault; `None` where there is none, or where it is not to blame.
pub(super) fn behind_request(error: &reqwest::Error, direct: &GatewayError) -> Option<GatewayError> {
    if !error.is_connect() {
        return None;
    }
    let address = error.url()?;
    let proxy = before(address)?;
    let tunnel = causes(error).map(ToString::to_string).find_map(|text| {
        let reason = text.strip_prefix("tunnel error: ")?;
        Some(reason.to_owned())
    });
    let fault = match (tunnel.as_deref(), direct) {
        (Some("proxy authorization required"), _) => ProxyFault::WantsLogin,
        (Some(reason), _) if !reason.starts_with("failed to create") && !reason.starts_with("io error") => {
            let reason = if reason == "unsuccessful" { "it says no to CONNECT" } else { reason };
            ProxyFault::NoWay { reason: reason.to_owned() }
        }
        (_, GatewayError::NameNotFound) => ProxyFault::NameNotFound,
        (_, GatewayError::Refused) => ProxyFault::Refused,
        (_, GatewayError::ConnectTimeout { seconds }) => {
            ProxyFault::Unreachable { reason: format!("no connection within {seconds} s") }
        }
        // Behind the tunnel it is the gateway that speaks TLS, or not.
        (None, _) if address.scheme() == "https" => return None,
        _ => {
            let io = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
            let reason = io.map_or_else(|| "the connection broke".to_owned(), ToString::to_string);
            ProxyFault::Unreachable { reason }
        }
    };
    Some(GatewayError::Proxy { proxy, fault })
}

/// What a status says that only a proxy gives, or a proxy in a gateway's place; `None` for the gateway's own.
pub(super) fn behind_status(response: &Response) -> Option<GatewayError> {
    let fault = match response.status() {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => ProxyFault::WantsLogin,
        status
        @ (StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT) => {
            ProxyFault::GatewaySilent { status: status.as_u16() }
        }
        _ => return None,
    };
    // Within https nobody can answer in the gateway's place.
    let address = response.url();
    let proxy = if address.scheme() == "http" { before(address) } else { None };
    proxy.map(|proxy| GatewayError::Proxy { proxy, fault })
}
