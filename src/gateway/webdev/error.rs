//! The errors of parsing a response, with advice for an administrator.

use crate::dataset::{ColumnType, DatasetError};
use crate::gateway::Cause;
use crate::sanitize::capitalize;

/// The reason why a response can't be parsed, and advice. Rows and columns are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebDevError {
    /// No bytes, or white space only. A script that does not start with `def doGet` returns that.
    #[error("The response is empty. {INSTALL_SCRIPT}")]
    Empty,
    /// A web page instead of JSON.
    #[error(
        "The response is a web page{}, not a list of sessions. Check the address, and that the Web Dev project is installed",
        title_in_brackets(.title.as_deref())
    )]
    Html {
        /// The title of the page, if it has one.
        title: Option<String>,
        /// The beginning of the page.
        source: Cause,
    },
    /// The bytes are not UTF-8.
    #[error("The response is not UTF-8 text from byte {offset} on. {CHECK_PROXY}")]
    NotUtf8 {
        /// The number of valid bytes.
        offset: usize,
    },
    /// The response ends too early.
    #[error("The response is cut off at line {line}, column {column}. {CHECK_PROXY}")]
    Truncated {
        /// Line of the end.
        line: usize,
        /// Byte in that line.
        column: usize,
        /// The error of the JSON parser.
        source: Cause,
    },
    /// The response is not JSON.
    #[error("The response is not valid JSON at line {line}, column {column}. {INSTALL_SCRIPT}")]
    Syntax {
        /// Line of the error.
        line: usize,
        /// Byte in that line.
        column: usize,
        /// The error of the JSON parser.
        source: Cause,
    },
    /// The response is JSON of another kind, such as a list.
    #[error("The response is JSON, but not that of the Gatewatch resource. {INSTALL_SCRIPT}")]
    OtherJson(#[source] Cause),
    /// The script on the gateway reported an error.
    #[error("The gateway reports an error: {message}. Check the gateway's log")]
    Refused {
        /// The message of the script.
        message: String,
    },
    /// The response has a newer format.
    #[error("The response has version {found}, but only version 1 is supported. Update Gatewatch")]
    UnknownVersion {
        /// The version of the response.
        found: i64,
    },
    /// The response has another form, such as a missing key or a cell of the wrong type.
    #[error("{}. {INSTALL_SCRIPT}", capitalize(.reason))]
    Unexpected {
        /// The difference from the expected form.
        reason: String,
    },
    /// The columns are not those of a dataset.
    #[error("{}. {INSTALL_SCRIPT}", capitalize(&.0.to_string()))]
    Columns(DatasetError),
}

/// Advice if the script on the gateway may belong to another version.
const INSTALL_SCRIPT: &str = "Install the Gatewatch resource again";
/// Advice if the response may have been damaged on its way.
const CHECK_PROXY: &str = "Retry, then check for a proxy in between";

// Not `#[from]`, which makes it the cause too: the message has all of it.
impl From<DatasetError> for WebDevError {
    fn from(error: DatasetError) -> Self {
        Self::Columns(error)
    }
}

impl WebDevError {
    /// Returns the text in this error that came from the gateway, so that the caller can sanitize it.
    pub(crate) fn gateway_text(&mut self) -> Option<&mut String> {
        match self {
            Self::Html { title: Some(text), .. }
            | Self::Refused { message: text }
            | Self::Columns(
                DatasetError::DuplicateColumn { name: text }
                | DatasetError::WrongColumnType { found: ColumnType::Other(text), .. },
            ) => Some(text),
            _ => None,
        }
    }

    /// Returns the cause, whose message may quote the response.
    pub(crate) fn cause_mut(&mut self) -> Option<&mut Cause> {
        match self {
            Self::Html { source: cause, .. }
            | Self::Truncated { source: cause, .. }
            | Self::Syntax { source: cause, .. }
            | Self::OtherJson(cause) => Some(cause),
            _ => None,
        }
    }

    pub(super) fn from_json(error: serde_json::Error, text: &str) -> Self {
        if error.is_eof() {
            // Not the parser's own position, which is that of a token that it began.
            let line = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
            let column = text.len() - text.rfind('\n').map_or(0, |newline| newline + 1);
            return Self::Truncated { line, column, source: Cause::new(error) };
        }
        if error.is_data() {
            return Self::OtherJson(Cause::new(error));
        }
        Self::Syntax { line: error.line(), column: error.column(), source: Cause::new(error) }
    }
}

/// Stores a typed error in `slot`, because serde's errors only hold text, and returns an error of serde to stop with.
pub(super) fn fail<E: serde::de::Error>(slot: &mut Option<WebDevError>, error: WebDevError) -> E {
    *slot = Some(error);
    E::custom("stopped by a typed error")
}

fn title_in_brackets(title: Option<&str>) -> String {
    title.map_or_else(String::new, |title| format!(" ({title:?})"))
}
