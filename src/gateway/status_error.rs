//! The errors for responses with another status than success.

use reqwest::{Response, StatusCode};

use super::error::NEEDS_COMMISSIONING;
use super::redirect::{self, Redirect};
use super::{Cause, Credentials, Endpoint, GatewayError, SessionKind};

impl GatewayError {
    /// Returns the error for a status that has no variant of its own, with the gateway's message.
    pub(super) fn other_status(status: u16, endpoint: Endpoint, message: Option<String>) -> Self {
        Self::Status { status, endpoint, message, source: None }
    }

    /// Returns the error with the beginning of the response, if it is one for a status without a message.
    pub(super) fn with_response(self, response: &[u8]) -> Self {
        match self {
            Self::Status { status, endpoint, message: None, source: _ } => {
                let source = Cause::beginning_of(&String::from_utf8_lossy(response));
                Self::Status { status, endpoint, message: None, source }
            }
            error => error,
        }
    }

    /// Returns the error for a status of the Web Dev resource; `None` for 200.
    pub(super) fn from_status(
        response: &Response,
        credentials: &Credentials,
        has_rest: bool,
    ) -> Option<Self> {
        let has_token = matches!(credentials, Credentials::Token(_));
        let tried = matches!(credentials, Credentials::Basic { .. });
        Some(match response.status().as_u16() {
            200 => return None,
            401 if has_token => Self::TokenNotAccepted,
            401 => Self::Unauthorized { tried },
            403 => Self::Forbidden { token: false, https: is_https(response), message: None },
            status @ (404 | 405) => Self::NoResource { status, has_rest },
            status => Self::from_common_status(response)
                .unwrap_or_else(|| Self::other_status(status, Endpoint::WebDev, None)),
        })
    }

    /// Returns the error for a status of a REST list other than 200. `message` is the gateway's.
    pub(super) fn from_list_status(
        status: u16,
        is_https: bool,
        kind: SessionKind,
        message: Option<String>,
    ) -> Self {
        match status {
            401 => Self::TokenRejected,
            403 => Self::Forbidden { token: true, https: is_https, message },
            status => Self::other_status(status, Endpoint::List(kind), message),
        }
    }

    /// Returns the error for a status that means the same for every request with a token.
    pub(super) fn from_token_status(response: &Response) -> Option<Self> {
        match response.status().as_u16() {
            401 => Some(Self::TokenRejected),
            403 => Some(Self::Forbidden { token: true, https: is_https(response), message: None }),
            _ => Self::from_common_status(response),
        }
    }

    /// Returns the error for a redirect. It isn't followed, because it could carry the credentials away.
    pub(super) fn from_redirect(response: &Response) -> Self {
        match redirect::of(response) {
            Redirect::Welcome => Self::NotRunning { state: NEEDS_COMMISSIONING.to_owned() },
            Redirect::Https { address, is_same_host } => {
                Self::HttpsRequired { address, is_certain: is_same_host }
            }
            Redirect::Login(location) => Self::SignOn { location },
            Redirect::Elsewhere(location) => Self::Redirect { location },
            Redirect::OtherPage(location) => Self::OtherPage { location },
            Redirect::Unreadable => Self::UnreadableRedirect { status: response.status().as_u16() },
        }
    }

    /// Returns the error for a status that means the same for every request.
    fn from_common_status(response: &Response) -> Option<Self> {
        match response.status() {
            StatusCode::SERVICE_UNAVAILABLE => Some(Self::starting()),
            status if status.is_redirection() => Some(Self::from_redirect(response)),
            _ => None,
        }
    }
}

fn is_https(response: &Response) -> bool {
    response.url().scheme() == "https"
}
