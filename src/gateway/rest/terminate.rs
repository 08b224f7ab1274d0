//! What a gateway answers to being told to end a session.

use reqwest::{Response, StatusCode, Url};
use serde_json::Value;

use super::SessionKind;
use crate::gateway::body::{self, SizeLimit};
use crate::gateway::{GatewayError, NodeUrl};

/// An answer has one sentence; whatever is much larger is none.
const ANSWER_LIMIT: u64 = 64 << 10;
/// The longest words of a gateway that are passed on, in characters.
const MOST_WORDS: usize = 200;

/// A session that was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminated {
    /// The gateway's own words, in one line, where it said any.
    pub message: Option<String>,
}

/// The address to delete, to end this session.
pub(super) fn address(node: &NodeUrl, kind: SessionKind, id: &str) -> Url {
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

/// Whether the session is ended.
pub(super) async fn outcome(response: Response, kind: SessionKind) -> Result<Terminated, GatewayError> {
    let status = response.status();
    if let Some(error) = GatewayError::from_token_status(&response) {
        return Err(error);
    }
    // The status says it all; the words may be missing, broken or a web page.
    let answer = body::whole(response, &SizeLimit::new(ANSWER_LIMIT)).await.unwrap_or_default();
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let message = answer.get("message").and_then(Value::as_str).and_then(words);
    let ended_none = answer.get("terminated").and_then(Value::as_u64) == Some(0);
    match status {
        StatusCode::NOT_FOUND => Err(GatewayError::NoSuchSession { kind }),
        _ if status.is_success() && ended_none => Err(GatewayError::NoSuchSession { kind }),
        _ if status.is_success() => Ok(Terminated { message }),
        _ => Err(GatewayError::NotTerminated { status: status.as_u16(), message }),
    }
}

/// On one line, and not too long.
fn words(text: &str) -> Option<String> {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(MOST_WORDS) {
        line.truncate(end);
        line.push('…');
    }
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_any_characters_stays_one_id() {
        let node = "http://plant-a:8088".parse().unwrap();
        for (kind, expected) in [
            (SessionKind::Vision, "/data/vision/api/v1/client/a%2Fb%3Fc%20&d"),
            (SessionKind::Designer, "/data/api/v1/designer/a%2Fb%3Fc%20&d"),
            (SessionKind::Perspective, "/data/perspective/api/v1/sessions?sessionId=a%2Fb%3Fc+%26d"),
        ] {
            let address = address(&node, kind, "a/b?c &d");
            assert_eq!(address.as_str(), format!("http://plant-a:8088{expected}"));
        }
    }

    #[test]
    fn a_message_is_one_line_of_some_length() {
        assert_eq!(words(" a\nb "), Some("a b".into()));
        assert_eq!(words(" \n"), None);
        assert_eq!(words(&"x".repeat(500)).unwrap().chars().count(), MOST_WORDS + 1);
    }
}
