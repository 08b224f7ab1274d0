//! The request that terminates a session, and its response.

use reqwest::{Response, Url};
use serde_json::Value;

use super::SessionKind;
use super::error_body::ErrorBody;
use crate::gateway::body;
use crate::gateway::{Endpoint, GatewayError, NodeUrl};

/// The confirmation that a session was terminated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminated {
    /// The gateway's message on one line; `None` if it sent none.
    pub message: Option<String>,
}

/// Returns the URL to delete for this session. Only Perspective takes a message.
pub(super) fn url(node: &NodeUrl, kind: SessionKind, id: &str, message: Option<&str>) -> Url {
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
            let parameters = [("sessionId", Some(id)), ("message", message)];
            let given = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
            url.query_pairs_mut().extend_pairs(given);
            // Not every server takes a plus for a space. One that was typed is escaped.
            let query = url.query().map(|query| query.replace('+', "%20"));
            url.set_query(query.as_deref());
            url
        }
    }
}

/// Reads the response to a termination.
pub(super) async fn outcome(response: Response, kind: SessionKind) -> Result<Terminated, GatewayError> {
    if response.status().is_redirection()
        && let Some(error) = GatewayError::from_token_status(&response)
    {
        return Err(error);
    }
    let (status, is_https) = (response.status(), response.url().scheme() == "https");
    // The status decides. The message may be missing, malformed or a web page.
    let body = body::read_error(response).await;
    let ErrorBody { status: error_status, message } = ErrorBody::parse(&body);
    // Some errors come with the status 200.
    let status = match error_status {
        Some(error_status) if status.is_success() => error_status,
        _ => status.as_u16(),
    };
    match status {
        200..=299 => {
            let json: Value = serde_json::from_slice(&body).unwrap_or_default();
            if json.get("terminated").and_then(Value::as_u64) == Some(0) {
                return Err(GatewayError::NoSuchSession { kind });
            }
            Ok(Terminated { message })
        }
        401 => Err(GatewayError::TokenRejected),
        403 => Err(GatewayError::Forbidden { token: true, https: is_https, message }),
        404 => Err(GatewayError::NoSuchSession { kind }),
        409 if kind == SessionKind::Designer => Err(GatewayError::DesignerInUse),
        503 => Err(GatewayError::starting()),
        status => Err(GatewayError::other_status(status, Endpoint::Terminate, message).with_response(&body)),
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
            (SessionKind::Perspective, "/data/perspective/api/v1/sessions?sessionId=a%2Fb%3Fc%20%26d"),
        ] {
            let url = url(&node, kind, "a/b?c &d", None);
            assert_eq!(url.as_str(), format!("http://plant-a:8088{expected}"));
        }
    }

    #[test]
    fn escapes_the_message_and_sends_it_to_perspective_only() {
        let node = "http://plant-a:8088".parse().unwrap();
        let message = Some("Schlu\u{df} & #1 + 50%?");
        for (kind, expected) in [
            (SessionKind::Vision, "/data/vision/api/v1/client/A"),
            (SessionKind::Designer, "/data/api/v1/designer/A"),
            (
                SessionKind::Perspective,
                "/data/perspective/api/v1/sessions?sessionId=A&message=Schlu%C3%9F%20%26%20%231%20%2B%2050%25%3F",
            ),
        ] {
            let url = url(&node, kind, "A", message);
            assert_eq!(url.as_str(), format!("http://plant-a:8088{expected}"));
        }
    }
}
