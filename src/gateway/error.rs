//! The errors of reading a gateway. A message says what happened, then one thing to do. It never holds the address.

use super::endpoint::after_colon;
use super::webdev::WebDevError;
use super::{
    CaFileError, Cause, ConnectFailure, Endpoint, ListError, ProxyFailure, ProxySettingError,
    RejectedCertificate, SessionKind,
};

/// A failure to read a gateway, or to terminate one of its sessions.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// The HTTP client can't be built.
    #[error("Can't set up the HTTP client. Check the system's certificate store")]
    Setup(#[source] Cause),
    /// No connection to the gateway.
    #[error("{failure}")]
    Connect {
        /// The kind of failure.
        failure: ConnectFailure,
        /// The error of the HTTP client.
        source: Cause,
    },
    /// The proxy failed, or reports that the gateway did.
    #[error("{}", failure.message(proxy))]
    Proxy {
        /// Host and port of the proxy.
        proxy: String,
        /// The kind of failure.
        failure: ProxyFailure,
        /// The error of the HTTP client; `None` where the proxy answered with a status.
        source: Option<Cause>,
    },
    /// The proxy that is configured for the gateway can't be used.
    #[error("{}", .0.message())]
    ProxySetting(#[from] ProxySettingError),
    /// The response wasn't complete in time.
    #[error("No complete response within {seconds} s. Try again")]
    Timeout {
        /// The time limit in seconds.
        seconds: f64,
    },
    /// The connection was closed before the response was complete.
    #[error("Connection lost. Try again")]
    ConnectionLost(#[source] Cause),
    /// The profile's file of certificate authorities can't be used.
    #[error(transparent)]
    CaFile(#[from] CaFileError),
    /// The gateway's certificate isn't trusted.
    #[error(transparent)]
    Certificate(Box<RejectedCertificate>),
    /// The TLS handshake failed for another reason than the certificate.
    #[error("Can't establish a secure connection. Check that the port is the gateway's HTTPS port")]
    Tls(#[source] Cause),
    /// The response isn't valid HTTP.
    #[error("Invalid HTTP response. Check that the port is the gateway's")]
    Protocol(#[source] Cause),
    /// The response is larger than the limit.
    #[error("Response larger than {} MiB. Check that this is the gateway's own address", .limit >> 20)]
    TooLarge {
        /// The limit in bytes, unpacked.
        limit: u64,
    },
    /// 401 from the Web Dev resource.
    #[error("{}", if *.tried { "Wrong user name or password. Sign in again" } else { "Sign in to this gateway" })]
    Unauthorized {
        /// `true` if a user name and password were sent.
        tried: bool,
    },
    /// The node wasn't read because the login was rejected before, and more attempts could lock the account.
    #[error("Not read because this password was rejected. Sign in with another one")]
    LoginNotTried,
    /// 401 from the Web Dev resource, which doesn't take tokens.
    #[error("The Web Dev module doesn't accept API tokens. Sign in with a user name and password")]
    TokenNotAccepted,
    /// 401 from the REST API.
    #[error("API token not recognized. Copy the whole token again, as NAME:KEY")]
    TokenRejected,
    /// The REST API was requested without a token.
    #[error("An API token is required. Sign in with one (Ignition 8.3 and later)")]
    TokenNeeded {
        /// `true` if there is a user name and password, which wasn't sent.
        has_password: bool,
    },
    /// 404 for each of the REST lists.
    #[error("This gateway has no REST API (404). Sign in with a user name and password")]
    NoRestApi,
    /// Filters for the gateway to apply, which the REST API can't.
    #[error("The REST API doesn't support regular expressions. Filter here instead")]
    FiltersUnsupported,
    /// 403.
    #[error("{}", forbidden(*.token, *.https, .message.as_deref()))]
    Forbidden {
        /// `true` if an API token was sent.
        token: bool,
        /// `true` if the connection was encrypted.
        https: bool,
        /// The message of the gateway.
        message: Option<String>,
    },
    /// 404 or 405 in place of the Web Dev resource.
    #[error(
        "No Gatewatch resource on this gateway ({status}). {}",
        if *.has_rest { "Sign in with an API token, or install the resource" } else { "Install the resource" }
    )]
    NoResource {
        /// The HTTP status.
        status: u16,
        /// `true` if the gateway has the REST API, which needs no resource.
        has_rest: bool,
    },
    /// Another HTTP status than success.
    #[error("{}", endpoint.message(*.status, .message.as_deref()))]
    Status {
        /// The HTTP status.
        status: u16,
        /// The interface that answered.
        endpoint: Endpoint,
        /// The message of the gateway.
        message: Option<String>,
        /// The beginning of a response that has no such message.
        source: Option<Cause>,
    },
    /// The gateway reports that it isn't running, or answers with 503.
    #[error("{}", not_running(.state))]
    NotRunning {
        /// Its `ContextStatus`, such as `STARTING`, `NEEDS_COMMISSIONING` or `FAULTED`.
        state: String,
    },
    /// The gateway was asked over http and requires HTTPS, so that nothing secret was sent.
    #[error(
        "The gateway requires HTTPS. Use {address}{}",
        if *.is_certain { "" } else { " if that is its HTTPS address" }
    )]
    HttpsRequired {
        /// The address to use.
        address: String,
        /// `true` if the gateway itself named the address, for its own host.
        is_certain: bool,
    },
    /// The port speaks HTTPS in place of HTTP, or the other way round.
    #[error("{}", other_scheme(.address, *.is_certain))]
    OtherScheme {
        /// The same address with the other scheme.
        address: String,
        /// `true` if the port answered in that scheme.
        is_certain: bool,
        /// The error with the scheme of the address; `None` if the port's response said so.
        source: Option<Box<Self>>,
    },
    /// A redirect to another gateway or host.
    #[error("The gateway redirects to {location}. Use that address if it is the gateway's")]
    Redirect {
        /// The address of the other gateway, or the target without its query.
        location: String,
    },
    /// A redirect to a login page.
    #[error(
        "A login page is in front of the gateway, {location}. Use an address of the gateway without single sign-on"
    )]
    SignOn {
        /// The target without its query.
        location: String,
    },
    /// A redirect to another page of the same server.
    #[error("The gateway redirects to {location}. Check that this is the address of an Ignition gateway")]
    OtherPage {
        /// The target without its query.
        location: String,
    },
    /// A redirect without an address that can be read.
    #[error(
        "Redirect without a valid address ({status}). Check that this is the address of an Ignition gateway"
    )]
    UnreadableRedirect {
        /// The HTTP status.
        status: u16,
    },
    /// A list of the REST API can't be read.
    #[error("Can't read the list of {kind} sessions. Check that this is the gateway's own address")]
    InvalidList {
        /// The kind of sessions in the list.
        kind: SessionKind,
        /// The reason why it isn't a list.
        source: ListError,
    },
    /// The session to terminate doesn't exist.
    #[error("No such {kind} session. It has already ended")]
    NoSuchSession {
        /// The kind of the session.
        kind: SessionKind,
    },
    /// The session to terminate is a Designer that is in use. Only a dormant one can be terminated.
    #[error("The Designer is in use. Close it first")]
    DesignerInUse,
    /// The response of the Web Dev resource isn't a dataset.
    #[error(transparent)]
    InvalidResponse(#[from] WebDevError),
}

fn forbidden(token: bool, https: bool, message: Option<&str>) -> String {
    let message = after_colon(message);
    match (token, https) {
        (false, _) => {
            format!("Access denied (403){message}. Give the user the role that the Web Dev resource requires")
        }
        (true, true) => {
            format!("API token denied (403){message}. Give it a higher permission on the gateway")
        }
        (true, false) => format!("API token denied (403){message}. Use the gateway's https address"),
    }
}

/// The `ContextStatus` of a gateway that starts.
pub(super) const STARTING: &str = "STARTING";
/// The `ContextStatus` of a gateway that was never set up.
pub(super) const NEEDS_COMMISSIONING: &str = "NEEDS_COMMISSIONING";

fn not_running(state: &str) -> String {
    match state {
        STARTING => "The gateway is starting. Try again in a minute".to_owned(),
        NEEDS_COMMISSIONING => "The gateway isn't commissioned. Finish its setup in a browser".to_owned(),
        state => format!("The gateway isn't running ({state}). Look at its status page"),
    }
}

fn other_scheme(address: &str, is_certain: bool) -> String {
    let [other, own] = if address.starts_with("https:") { ["HTTPS", "HTTP"] } else { ["HTTP", "HTTPS"] };
    if is_certain {
        format!("This port is for {other}, not {own}. Use {address}")
    } else {
        format!("No valid response over {own}. Use {address} if this port is for {other}")
    }
}

impl GatewayError {
    /// Returns `true` if the gateway rejected the login. Sending it again could lock the account.
    #[must_use]
    pub fn is_wrong_login(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized { tried: true }
                | Self::LoginNotTried
                | Self::TokenNotAccepted
                | Self::TokenRejected
        )
    }

    /// Returns `true` if a proxy requires a login of its own, or another one.
    #[must_use]
    pub fn is_proxy_login_required(&self) -> bool {
        matches!(self, Self::Proxy { failure: ProxyFailure::LoginRequired, .. })
    }

    /// Returns `true` if the gateway rejected the login, or requires one.
    #[must_use]
    pub fn is_login_rejected_or_missing(&self) -> bool {
        self.is_wrong_login() || matches!(self, Self::Unauthorized { .. } | Self::TokenNeeded { .. })
    }

    /// Returns `true` if signing in to the gateway, or signing in differently, may help. A proxy's own login isn't meant.
    #[must_use]
    pub fn can_be_fixed_by_signing_in(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized { .. }
                | Self::LoginNotTried
                | Self::Forbidden { .. }
                | Self::TokenNotAccepted
                | Self::TokenNeeded { .. }
                | Self::TokenRejected
                | Self::NoRestApi
        )
    }

    /// Returns `true` if nothing that looks like a gateway answered.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Proxy { .. } | Self::Tls(_)) || self.is_without_response()
    }

    /// Returns `true` if the gateway may have received the request, although no valid response arrived.
    #[must_use]
    pub fn is_without_response(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::ConnectionLost(_) | Self::Protocol(_))
    }

    /// Returns `true` if the gateway reports that it is starting.
    #[must_use]
    pub fn is_starting(&self) -> bool {
        matches!(self, Self::NotRunning { state } if state == STARTING)
    }

    /// Returns the certificate that was rejected, if that is the error.
    pub(crate) fn rejected_certificate(&self) -> Option<&RejectedCertificate> {
        match self {
            Self::Certificate(rejected) => Some(rejected),
            _ => None,
        }
    }

    /// Returns `true` if certificates are missing, or the TLS handshake failed.
    pub(super) fn is_about_tls(&self) -> bool {
        matches!(self, Self::Certificate(_) | Self::CaFile(_) | Self::Tls(_))
    }

    /// Returns `true` if the health pages show that credentials must not be sent to this address.
    pub(super) fn forbids_credentials(&self) -> bool {
        matches!(
            self,
            Self::HttpsRequired { .. }
                | Self::OtherScheme { .. }
                | Self::Redirect { .. }
                | Self::SignOn { .. }
                | Self::OtherPage { .. }
                | Self::UnreadableRedirect { .. }
        )
    }

    /// Returns the error for a gateway that is starting.
    pub(super) fn starting() -> Self {
        Self::NotRunning { state: STARTING.to_owned() }
    }
}
