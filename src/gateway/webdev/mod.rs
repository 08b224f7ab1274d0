//! The response of the Web Dev resource `gatewatch/sessions`.
//!
//! ```text
//! {"ok":true,"v":1,"now":EPOCH_MS,"timezone":"America/Los_Angeles","perspective":true,
//!  "columns":[{"name":"username","type":"String"},…],
//!  "rows":[["billy","Packaging","10.1.2.3",false,"A1B2C3D4",1790000000000],…]}
//! {"ok":false,"v":1,"error":"…"}
//! ```
//!
//! `"perspective":false` means that Perspective sessions are missing, and `"perspectiveError":"…"` why.
//!
//! Keys and columns may come in any order. The six standard columns are required, others are kept. Any cell may be null. A
//! date is in milliseconds since 1970 UTC; a whole number may also be written as `1.79E12` or in a text.

mod context;
mod error;
mod project;
mod response;
mod rows;

pub use error::WebDevError;
pub use project::{PROJECT_FILE, SCRIPT, project_zip};
pub use response::WebDevResponse;

use super::Cause;
use super::json_text::JsonText;
use crate::sanitize::one_line;

/// Maximum length of a text from the gateway in a message, in characters.
const MAX_MESSAGE_CHARS: usize = 200;

/// Maximum length of the title of a web page in a message, in characters.
const MAX_TITLE_CHARS: usize = 100;

/// Parses a response. A single value that can't be represented becomes null or has a replacement character, and is counted.
///
/// # Errors
/// If the response isn't a dataset: no JSON, a missing key or column, or a row of another length.
///
/// ```
/// use gatewatch::gateway::webdev;
///
/// let json = br#"{"ok":true,"v":1,"now":1790000000123,"timezone":"Europe/Berlin",
///     "columns":[{"name":"username","type":"String"},{"name":"project","type":"String"},
///                {"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},
///                {"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"}],
///     "rows":[["billy","Packaging","10.1.2.3",false,"A1B2C3D4",1790000000000]]}"#;
/// let dataset = webdev::parse(json)?.dataset;
/// assert_eq!(dataset.len(), 1);
/// assert_eq!(dataset.username().get(0), Some("billy"));
/// assert_eq!(dataset.timezone(), Some("Europe/Berlin"));
///
/// let error = webdev::parse(br#"{"ok":false,"v":1,"error":"Dangling meta character '*'"}"#);
/// assert!(matches!(error, Err(webdev::WebDevError::Refused { .. })));
/// # Ok::<(), webdev::WebDevError>(())
/// ```
pub fn parse(bytes: &[u8]) -> Result<WebDevResponse, WebDevError> {
    let json = JsonText::decode(bytes);
    match parse_text(&json) {
        // Invalid bytes can be replaced in texts only.
        Err(WebDevError::Syntax { .. }) if json.invalid_at.is_some() => {
            Err(WebDevError::NotUtf8 { offset: json.invalid_at.unwrap_or_default() })
        }
        result => result,
    }
}

fn parse_text(json: &JsonText<'_>) -> Result<WebDevResponse, WebDevError> {
    let text = json.text.strip_prefix('\u{feff}').unwrap_or(&json.text);
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Err(WebDevError::Empty);
    }
    if trimmed.starts_with('<')
        && let Some(source) = Cause::beginning_of(trimmed)
    {
        return Err(WebDevError::Html { title: title(trimmed), source });
    }
    // The script's result is a text. A gateway that encodes results of every type sends it as a JSON string.
    if trimmed.starts_with('"')
        && let Ok(decoded) = serde_json::from_str::<String>(trimmed)
    {
        let inner = JsonText::decode(decoded.as_bytes());
        return WebDevResponse::parse(&inner.text, inner.replaced + json.replaced);
    }
    WebDevResponse::parse(text, json.replaced)
}

/// Returns the title of a web page, unless it is empty.
fn title(html: &str) -> Option<String> {
    // Lowercases ASCII only, so that positions are the same in both texts.
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    let title = one_line(&html[start..end], MAX_TITLE_CHARS);
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests;
