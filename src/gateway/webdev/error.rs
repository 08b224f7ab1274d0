//! The errors of parsing an answer, with advice for an administrator.

use crate::dataset::{ColumnType, DatasetError};

/// The reason why an answer can't be parsed. Rows and columns are counted from 1.
///
/// The message says what is wrong, [`advice`](Self::advice) what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebDevError {
    /// No bytes, or white space only.
    #[error("the answer is empty")]
    Empty,
    /// A web page instead of JSON.
    #[error("the answer is a web page{}, not a list of sessions", title_in_brackets(.title.as_deref()))]
    Html {
        /// The title of the page, if it has one.
        title: Option<String>,
    },
    /// The bytes are not UTF-8.
    #[error("the answer is not UTF-8 text from byte {offset} on")]
    NotUtf8 {
        /// The number of valid bytes.
        offset: usize,
    },
    /// The answer ends too early.
    #[error("the answer is cut off at line {line}, column {column}")]
    Truncated {
        /// Line of the end.
        line: usize,
        /// Byte in that line.
        column: usize,
    },
    /// The answer is not JSON.
    #[error("the answer is not valid JSON at line {line}, column {column}: {reason}")]
    Syntax {
        /// Line of the error.
        line: usize,
        /// Byte in that line.
        column: usize,
        /// The message of the JSON parser.
        reason: String,
    },
    /// The script on the gateway reported an error.
    #[error("the gateway reports an error: {message}")]
    Refused {
        /// The message of the script.
        message: String,
    },
    /// The answer has a newer format.
    #[error("the answer has version {found}, but only version 1 is supported")]
    UnknownVersion {
        /// The version of the answer.
        found: i64,
    },
    /// The answer is JSON, but has another form, such as a missing key or a cell of the wrong type.
    #[error("{reason}")]
    Unexpected {
        /// The difference to the expected form.
        reason: String,
    },
    /// The columns are not those of a dataset.
    #[error(transparent)]
    Columns(#[from] DatasetError),
}

/// Advice if the script on the gateway may belong to another version.
const INSTALL_SCRIPT: &str = "Install the Web Dev script again as the README says";
/// Advice if the answer may have been damaged on its way.
const CHECK_PROXY: &str = "Retry, then check for a proxy in between";

impl WebDevError {
    /// Returns one thing to do, as a sentence without a full stop.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            // An empty answer is what a script returns that does not start with `def doGet`.
            Self::Empty | Self::Syntax { .. } | Self::Unexpected { .. } | Self::Columns(_) => INSTALL_SCRIPT,
            Self::Html { .. } => "Check the address, and that the Web Dev project is installed",
            Self::NotUtf8 { .. } | Self::Truncated { .. } => CHECK_PROXY,
            Self::Refused { .. } => "Check the gateway's log",
            Self::UnknownVersion { .. } => "Update Gatewatch",
        }
    }

    /// Returns the text in this error that came from the gateway, so that the caller can sanitize it.
    pub(crate) fn gateway_text(&mut self) -> Option<&mut String> {
        match self {
            Self::Html { title: Some(text) }
            | Self::Syntax { reason: text, .. }
            | Self::Refused { message: text }
            | Self::Unexpected { reason: text }
            | Self::Columns(
                DatasetError::DuplicateColumn { name: text }
                | DatasetError::WrongColumnType { found: ColumnType::Other(text), .. },
            ) => Some(text),
            _ => None,
        }
    }

    /// Creates the error of an answer that ends after these bytes.
    pub(super) fn truncated(bytes: &[u8]) -> Self {
        let line = bytes.split(|byte| *byte == b'\n').count();
        let column = bytes.iter().rev().take_while(|byte| **byte != b'\n').count();
        Self::Truncated { line, column }
    }

    pub(super) fn from_json(error: &serde_json::Error, text: &str) -> Self {
        if error.is_eof() {
            return Self::truncated(text.as_bytes());
        }
        let (line, column) = (error.line(), error.column());
        // The position is at the end of the message.
        let message = error.to_string();
        let reason = message.split(" at line ").next().unwrap_or_default().to_owned();
        if error.is_data() { Self::Unexpected { reason } } else { Self::Syntax { line, column, reason } }
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
