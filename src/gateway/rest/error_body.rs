//! The body of an error under `/data`: a web page, or JSON in one of several forms.

use serde_json::Value;

use crate::sanitize::one_line;

/// The longest message of a gateway that is kept, in characters.
const MAX_MESSAGE_CHARS: usize = 200;
/// The keys of a message, in order of preference.
const MESSAGE_KEYS: [&str; 8] =
    ["message", "detail", "error_description", "description", "reason", "title", "error", "errors"];
/// The keys of a status.
const STATUS_KEYS: [&str; 3] = ["status", "statusCode", "code"];

/// The status and the message of an error.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ErrorBody {
    /// The HTTP status of an error, which may differ from that of the response.
    pub(super) status: Option<u16>,
    /// The message on one line.
    pub(super) message: Option<String>,
}

impl ErrorBody {
    /// Parses a body. Anything but a JSON object has neither status nor message.
    pub(super) fn parse(body: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let status = STATUS_KEYS.into_iter().filter_map(|key| get(&value, key)).find_map(status);
        let message = if value.is_object() { message(&value) } else { None };
        Self { status, message }
    }
}

/// Returns the value of a key, whose letter case is ignored.
fn get<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let (_, value) = value.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    Some(value)
}

fn status(value: &Value) -> Option<u16> {
    let number = match value {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (400..600).contains(&number).then_some(number)
}

/// Returns the message of an object, or of the first object in a list.
fn message(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(one_line(text, MAX_MESSAGE_CHARS)).filter(|text| !text.is_empty()),
        Value::Array(values) => values.iter().find_map(message),
        Value::Object(_) => MESSAGE_KEYS.into_iter().filter_map(|key| get(value, key)).find_map(message),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_status_and_message_in_several_forms() {
        for (body, status, message) in [
            (r#"{"message":"no such client"}"#, None, Some("no such client")),
            (r#"{"status":"404","message":" a\n b "}"#, Some(404), Some("a b")),
            (
                r#"{"Status":503,"error":"Service Unavailable","path":"/data"}"#,
                Some(503),
                Some("Service Unavailable"),
            ),
            (
                r#"{"title":"Forbidden","detail":"needs a level","status":403}"#,
                Some(403),
                Some("needs a level"),
            ),
            (r#"{"error":{"code":"403","message":"denied\u001b"}}"#, None, Some("denied\u{fffd}")),
            (r#"{"errors":[{"message":""},{"message":"first"}]}"#, None, Some("first")),
            (r#"{"status":"404"}"#, Some(404), None),
            (r#"{"status":"ok","message":null}"#, None, None),
            (r#"{"status":200}"#, None, None),
            (r#"["message"]"#, None, None),
            ("<html><title>Error</title>", None, None),
            ("", None, None),
        ] {
            let expected = ErrorBody { status, message: message.map(str::to_owned) };
            assert_eq!(ErrorBody::parse(body.as_bytes()), expected, "{body}");
        }
    }
}
