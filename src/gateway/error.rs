//! Why a gateway could not be read: the cause, and what to do next, in one line.

use std::error::Error;
use std::io;

use reqwest::{Response, StatusCode};

use super::webdev::WebDevError;
use super::{Credentials, ProxyFault, Refused, SessionKind, TrustError, Why, proxy};

/// The most that is told of an address, in characters.
const MOST_OF_AN_ADDRESS: usize = 120;

/// Why a gateway could not be read. The text names the cause and the next step, without the gateway's address.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// The HTTP client could not be made.
    #[error("the HTTP client can't be set up ({reason}); are the system's certificates in order?")]
    Setup {
        /// What the client says.
        reason: String,
    },
    /// No such host.
    #[error(
        "there is no host of this name; check the spelling, the name server, and the names of saved gateways"
    )]
    NameNotFound,
    /// Nobody listens there.
    #[error("the connection was refused; is the gateway running, and is this its port?")]
    Refused,
    /// No way leads there.
    #[error("the host can't be reached from here; check the network or the VPN")]
    Unreachable,
    /// The system opens no connection, for a reason that is seldom.
    #[error(
        "no connection can be opened ({reason}); check the address, and this machine's network and firewall"
    )]
    NoConnection {
        /// What the system says.
        reason: String,
    },
    /// The proxy in between failed.
    #[error("the proxy {proxy} {fault}")]
    Proxy {
        /// Its host and port.
        proxy: String,
        /// What went wrong with it.
        fault: ProxyFault,
    },
    /// Nobody answered the call.
    #[error("no connection within {seconds} s; check the address, the network and firewalls")]
    ConnectTimeout {
        /// How long was waited.
        seconds: f64,
    },
    /// The answer did not end in time.
    #[error("no whole answer within {seconds} s; try again, or allow more time")]
    Timeout {
        /// How long was waited.
        seconds: f64,
    },
    /// The connection broke.
    #[error("the connection broke before the answer was whole; try again ({reason})")]
    Broken {
        /// What the connection says.
        reason: String,
    },
    /// The profile's file of authorities can't be used.
    #[error("the profile's CA file {0}; set the right one as ca_file in config.toml")]
    Trust(#[from] TrustError),
    /// The gateway's certificate is not trusted.
    #[error("the gateway's certificate is refused: {0}; {step}", step = next_step(&.0.why))]
    Certificate(Box<Refused>),
    /// Encryption could not be agreed on.
    #[error("no secure connection: {reason}; check the gateway's https port and its certificate")]
    Tls {
        /// What the TLS library says.
        reason: String,
    },
    /// The host answers something that is no HTTP.
    #[error("what answers there does not speak HTTP as it should ({reason}); is this the gateway's port?")]
    Protocol {
        /// What the HTTP client says.
        reason: String,
    },
    /// The answer is larger than is taken.
    #[error("the answer is larger than {} MiB, the most that is taken; let the gateway filter it", .limit >> 20)]
    TooLarge {
        /// The limit in bytes, unpacked.
        limit: u64,
    },
    /// 401.
    #[error(
        "the gateway wants a user and a password, and {}; log in, or set GATEWATCH_USER and GATEWATCH_PASSWORD",
        if *.tried { "did not take the given ones" } else { "none were given" }
    )]
    Unauthorized {
        /// Whether a user and a password were sent.
        tried: bool,
    },
    /// Another node of the same gateway refused the login, and trying it everywhere could lock the account.
    #[error(
        "not asked, because another node did not take the login; log in again, or refresh to try once more"
    )]
    LoginNotTried,
    /// 401 while there is a token, which does not help here.
    #[error(
        "the gateway wants a user and a password: a token does not open its Web Dev module; log in with these, or set GATEWATCH_USER and GATEWATCH_PASSWORD"
    )]
    TokenNotAccepted,
    /// 402.
    #[error(
        "the Web Dev module is unlicensed, or its trial has ended (402); an administrator can reset the trial"
    )]
    Unlicensed,
    /// 403.
    #[error(
        "the gateway forbids it (403); the user needs the role that the resource asks for, or the call must come over https"
    )]
    Forbidden,
    /// 404 or 405 in place of the resource.
    #[error(
        "the gateway has no Gatewatch resource ({status}); create it in the Web Dev module as the README says"
    )]
    NoResource {
        /// The HTTP status.
        status: u16,
    },
    /// The same on a gateway of 8.3 or later, which can do without.
    #[error(
        "the gateway has no Gatewatch resource ({status}); log in with an API token of the gateway, or create the resource as the README says"
    )]
    NoResourceButLists {
        /// The HTTP status.
        status: u16,
    },
    /// 501.
    #[error("the gateway's Gatewatch resource has no doGet (501); paste it again as the README says")]
    NoDoGet,
    /// 500.
    #[error("the script on the gateway failed (500); the gateway's log says why")]
    ScriptFailed,
    /// 503, or a status that says so.
    #[error("the gateway is starting; try again in a minute")]
    Starting,
    /// The gateway was never set up.
    #[error("the gateway is not commissioned yet; finish its set-up in a browser")]
    NotCommissioned,
    /// The gateway says that it is in no state to answer.
    #[error("the gateway says that it is {status}, not running; wait, or look at its status page")]
    NotRunning {
        /// Its own word.
        status: String,
    },
    /// The gateway sends us elsewhere. Credentials never follow.
    #[error("the gateway redirects to {location}; if that is the gateway, use that address")]
    Redirect {
        /// Where to.
        location: String,
    },
    /// Any other status.
    #[error("the gateway answered with HTTP status {status}; is this the address of an Ignition gateway?")]
    Status {
        /// The status.
        status: u16,
    },
    /// 401 from the lists of 8.3.
    #[error(
        "the gateway does not recognise the API token (401); is it whole, as NAME:KEY, and still there on the gateway?"
    )]
    TokenRefused,
    /// 403 from the lists of 8.3.
    #[error(
        "the gateway forbids it to this API token (403); {}",
        if *.plain {
            "a token wants a secure connection unless it is told otherwise, so use the gateway's https address; or its permission is too low, which an administrator can raise"
        } else {
            "its permission is too low, which an administrator can raise"
        }
    )]
    TokenForbidden {
        /// Whether the call was plain http.
        plain: bool,
    },
    /// The token can't go into a header.
    #[error("the API token holds characters that none can have; copy it again, as NAME:KEY")]
    TokenUnsendable,
    /// Something that only a token opens, without one.
    #[error(
        "this needs an API token of the gateway, which must be of 8.3 or later; log in with one, or set GATEWATCH_TOKEN"
    )]
    TokenNeeded,
    /// 404 from each of the lists of 8.3.
    #[error(
        "the gateway has none of the lists that an API token opens (404); they came with 8.3, so for an older one use a user and a password, and its Web Dev module as the README says"
    )]
    NoLists,
    /// Patterns for the gateway to apply, beside a token.
    #[error("what an API token opens can't be filtered by the gateway; filter here, without --ask-gateway")]
    ListsTakeNoPattern,
    /// Another status in place of a list.
    #[error("the gateway can't list its {kind} sessions ({status}); its log may say why")]
    ListFailed {
        /// Of which sessions.
        kind: SessionKind,
        /// The HTTP status.
        status: u16,
    },
    /// A list came whole, and can't be read.
    #[error("the gateway's list of {kind} sessions can't be read: {reason}; is this the gateway itself?")]
    NotAList {
        /// Of which sessions.
        kind: SessionKind,
        /// What came instead.
        reason: String,
    },
    /// A list has more than the gateway gives.
    #[error(
        "the gateway gives {len} of its {total} {kind} sessions and no more; try again, or use its Web Dev module as the README says"
    )]
    ListCutShort {
        /// Of which sessions.
        kind: SessionKind,
        /// How many came.
        len: usize,
        /// How many there are.
        total: usize,
    },
    /// There is no session to end.
    #[error(
        "the gateway has no such {kind} session; {}",
        if *.kind == SessionKind::Designer {
            "it is gone already, or in use: only a dormant one can be ended"
        } else {
            "it is gone already"
        }
    )]
    NoSuchSession {
        /// Of which kind.
        kind: SessionKind,
    },
    /// Another status instead of the end of a session.
    #[error(
        "the gateway did not end the session ({status}){}; try again, or look at the gateway's log",
        .message.as_ref().map_or_else(String::new, |message| format!(": {message}"))
    )]
    NotTerminated {
        /// The HTTP status.
        status: u16,
        /// The gateway's own words.
        message: Option<String>,
    },
    /// The answer came whole, and is no dataset.
    #[error("{_0}; {}", _0.advice())]
    Answer(#[source] WebDevError),
}

impl GatewayError {
    /// Whether a login was not taken, by the gateway or by a proxy: trying the same one again can only do harm.
    #[must_use]
    pub fn is_wrong_login(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized { tried: true }
                | Self::LoginNotTried
                | Self::TokenNotAccepted
                | Self::TokenRefused
                | Self::Proxy { fault: ProxyFault::WantsLogin, .. }
        )
    }

    /// What a failed request means.
    pub(super) fn from_request(error: &reqwest::Error, connect_seconds: f64) -> Self {
        let direct = Self::from_direct_request(error, connect_seconds);
        proxy::behind_request(error, &direct).unwrap_or(direct)
    }

    /// What it means without a proxy in between.
    fn from_direct_request(error: &reqwest::Error, connect_seconds: f64) -> Self {
        let io = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>());
        let reason = root_cause(error);

        if error.is_timeout() && error.is_connect() {
            return Self::ConnectTimeout { seconds: connect_seconds };
        }
        if let Some(refused) = Refused::behind(error) {
            return Self::Certificate(Box::new(refused));
        }
        if let Some(tls) = causes(error).find(|cause| is_tls(*cause)) {
            return Self::Tls { reason: tls.to_string() };
        }
        if error.is_connect() {
            if causes(error).any(|cause| cause.to_string().contains("dns error")) {
                return Self::NameNotFound;
            }
            return match io.map(io::Error::kind) {
                Some(kind) => Self::from_connect(kind, reason, connect_seconds),
                None => Self::Broken { reason },
            };
        }
        let broken = io.is_some() || reason.contains("incomplete") || reason.contains("connection closed");
        if broken { Self::Broken { reason } } else { Self::Protocol { reason } }
    }

    /// What it means that no connection came about.
    fn from_connect(kind: io::ErrorKind, reason: String, seconds: f64) -> Self {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkDown,
            NetworkUnreachable, NotConnected, TimedOut, UnexpectedEof,
        };
        match kind {
            ConnectionRefused => Self::Refused,
            HostUnreachable | NetworkUnreachable | NetworkDown => Self::Unreachable,
            TimedOut => Self::ConnectTimeout { seconds },
            ConnectionReset | ConnectionAborted | BrokenPipe | NotConnected | UnexpectedEof => {
                Self::Broken { reason }
            }
            _ => Self::NoConnection { reason },
        }
    }

    /// What an HTTP status in place of the sessions means; `None` for 200.
    pub(super) fn from_status(response: &Response, credentials: &Credentials) -> Option<Self> {
        let tried = matches!(credentials, Credentials::Basic { .. });
        let has_token = matches!(credentials, Credentials::Token(_));
        Some(match response.status().as_u16() {
            200 => return None,
            401 if has_token => Self::TokenNotAccepted,
            401 => Self::Unauthorized { tried },
            402 => Self::Unlicensed,
            403 => Self::Forbidden,
            status @ (404 | 405) => Self::NoResource { status },
            500 => Self::ScriptFailed,
            501 => Self::NoDoGet,
            status => Self::from_common_status(response).unwrap_or(Self::Status { status }),
        })
    }

    /// What an HTTP status in place of a list means; `None` for 200.
    pub(super) fn from_list_status(response: &Response, kind: SessionKind) -> Option<Self> {
        match response.status().as_u16() {
            200 => None,
            status => Some(Self::from_token_status(response).unwrap_or(Self::ListFailed { kind, status })),
        }
    }

    /// What an HTTP status means to whoever comes with a token; `None` where that depends on what was asked for.
    pub(super) fn from_token_status(response: &Response) -> Option<Self> {
        match response.status().as_u16() {
            401 => Some(Self::TokenRefused),
            403 => Some(Self::TokenForbidden { plain: response.url().scheme() == "http" }),
            _ => Self::from_common_status(response),
        }
    }

    /// What an HTTP status means whatever was asked for; `None` where that depends.
    fn from_common_status(response: &Response) -> Option<Self> {
        match response.status() {
            StatusCode::SERVICE_UNAVAILABLE => Some(Self::Starting),
            status if status.is_redirection() => {
                let location = response.headers().get(reqwest::header::LOCATION);
                let location = location.and_then(|value| value.to_str().ok()).unwrap_or("somewhere unsaid");
                // To a page of its own a gateway sends whoever comes before it was set up.
                let target = response.url().join(location);
                Some(if target.is_ok_and(|target| target.origin() == response.url().origin()) {
                    Self::NotCommissioned
                } else {
                    Self::Redirect { location: shown(location) }
                })
            }
            _ => None,
        }
    }
}

/// An address to be told: without what a gateway may have put into its query, and not too long.
fn shown(location: &str) -> String {
    let end = location.find(['?', '#']).unwrap_or(location.len());
    let (bare, rest) = location.split_at(end);
    let mut shown: String = bare.chars().take(MOST_OF_AN_ADDRESS).collect();
    if !rest.is_empty() || shown.len() < bare.len() {
        shown.push('…');
    }
    shown
}

/// What to do about a refused certificate.
fn next_step(why: &Why) -> &'static str {
    match why {
        Why::Changed { .. } => "ask who runs the gateway before you trust the new one",
        Why::Unusable(_) => "the gateway needs another one",
        _ => "if it is the gateway's, trust it in the window, or set ca_file for its profile in config.toml",
    }
}

/// The causes of an error, the nearest first.
pub(super) fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    fn next<'a>(cause: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        // What an input or output error wraps is not its source: it stands in for it, source and all.
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => Error::source(*cause),
        }
    }
    std::iter::successors(error.source(), next)
}

impl GatewayError {
    /// What it means that a body could not be read to its end.
    pub(super) fn from_body(error: &reqwest::Error) -> Self {
        let reason = root_cause(error);
        let io = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
        let garbled = [io::ErrorKind::InvalidData, io::ErrorKind::InvalidInput];
        match io.map(io::Error::kind) {
            Some(kind) if garbled.contains(&kind) => Self::Protocol { reason },
            _ => Self::Broken { reason },
        }
    }
}

/// The words of the innermost cause: those of the outer ones only say that a request failed.
fn root_cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

/// A peer that hangs up amid the handshake is no error of rustls's.
fn is_tls(cause: &(dyn Error + 'static)) -> bool {
    cause.is::<rustls::Error>() || cause.to_string().contains("tls handshake")
}
