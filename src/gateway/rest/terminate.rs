//! The request that terminates a session, and its response.

use reqwest::{Response, StatusCode, Url};
use serde_json::Value;

use super::SessionKind;
use crate::gateway::body::{self, SizeLimit};
use crate::gateway::{Endpoint, GatewayError, NodeUrl};
use crate::sanitize::one_line;

/// The largest response, in bytes. A real one has one sentence.
const MAX_RESPONSE: u64 = 64 << 10;
/// The longest message of a gateway that is kept, in characters.
const MAX_MESSAGE: usize = 200;

/// The confirmation that a session was terminated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminated {
    /// The gateway's message on one line; `None` if it sent none.
    pub message: Option<String>,
}

/// Returns the URL to delete for this session.
pub(super) fn url(node: &NodeUrl, kind: SessionKind, id: &str) -> Url {
    let with_last = |path: &str| {
        let mut url = node.join(path);
        url.path_segments_mut().expect("an http address has a path").push(id);
        url
    };
    match kind {
        SessionKind::Vision => with_last("/data/vision/api/v1/client"),
        SessionKind::Designer => with_last("/data/api/v1/designer"),
        SessionKind::Perspective => {
            let mut url = node.join("/data/perspective/api/v1/sessions");
            url.query_pairs_mut().append_pair("sessionId", id);
            url
        }
    }
}

/// Reads the response to a termination.
pub(super) async fn outcome(response: Response, kind: SessionKind) -> Result<Terminated, GatewayError> {
    let status = response.status();
    if let Some(error) = GatewayError::from_token_status(&response) {
        return Err(error);
    }
    // The status decides. The message may be missing, malformed or a web page.
    let answer = body::read_to_end(response, &SizeLimit::new(MAX_RESPONSE)).await.unwrap_or_default();
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let message = answer.get("message").and_then(Value::as_str).map(|text| one_line(text, MAX_MESSAGE));
    let message = message.filter(|message| !message.is_empty());
    let is_none_terminated = answer.get("terminated").and_then(Value::as_u64) == Some(0);
    match status {
        StatusCode::NOT_FOUND => Err(GatewayError::NoSuchSession { kind }),
        _ if status.is_success() && is_none_terminated => Err(GatewayError::NoSuchSession { kind }),
        _ if status.is_success() => Ok(Terminated { message }),
        _ => {
            let (status, endpoint) = (status.as_u16(), Endpoint::Terminate);
            Err(GatewayError::Status { status, endpoint, message })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_ids_in_urls() {
        let node = "http://plant-a:8088".parse().unwrap();
        for (kind, expected) in [
            (SessionKind::Vision, "/data/vision/api/v1/client/a%2Fb%3Fc%20&d"),
            (SessionKind::Designer, "/data/api/v1/designer/a%2Fb%3Fc%20&d"),
            (SessionKind::Perspective, "/data/perspective/api/v1/sessions?sessionId=a%2Fb%3Fc+%26d"),
        ] {
            let url = url(&node, kind, "a/b?c &d");
            assert_eq!(url.as_str(), format!("http://plant-a:8088{expected}"));
        }
    }
}
