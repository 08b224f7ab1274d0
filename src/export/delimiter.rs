//! The character between two fields of CSV.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The character between two fields of CSV. In many countries spreadsheets expect a semicolon, because the comma is the
/// decimal sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Delimiter(u8);

/// A text that isn't a delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one character such as , ; or |, or the word tab")]
pub struct DelimiterError;

impl Delimiter {
    /// The comma of RFC 4180.
    pub const COMMA: Self = Self(b',');
    /// The semicolon.
    pub const SEMICOLON: Self = Self(b';');
    /// The tab.
    pub const TAB: Self = Self(b'\t');

    /// Returns the character.
    pub(super) fn byte(self) -> u8 {
        self.0
    }
}

impl Default for Delimiter {
    fn default() -> Self {
        Self::COMMA
    }
}

impl FromStr for Delimiter {
    type Err = DelimiterError;

    /// Parses one ASCII character, or `tab` or `\t` for a tab. A character that dates, numbers or quoting need is an error.
    fn from_str(text: &str) -> Result<Self, DelimiterError> {
        match text.as_bytes() {
            b"tab" | b"\\t" | b"\t" => Ok(Self::TAB),
            [b'"' | b'\'' | b'+' | b'-' | b'.' | b':'] => Err(DelimiterError),
            [byte] if byte.is_ascii_punctuation() || *byte == b' ' => Ok(Self(*byte)),
            _ => Err(DelimiterError),
        }
    }
}

impl TryFrom<String> for Delimiter {
    type Error = DelimiterError;

    fn try_from(text: String) -> Result<Self, DelimiterError> {
        text.parse()
    }
}

impl From<Delimiter> for String {
    fn from(delimiter: Delimiter) -> Self {
        match delimiter {
            Delimiter::TAB => "tab".to_owned(),
            Delimiter(byte) => char::from(byte).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_one_character_or_tab() {
        for (text, byte) in [(",", b','), (";", b';'), ("|", b'|'), (" ", b' '), ("^", b'^')] {
            let delimiter: Delimiter = text.parse().unwrap();
            assert_eq!((delimiter.byte(), String::from(delimiter)), (byte, text.to_owned()));
        }
        for text in ["tab", "\\t", "\t"] {
            assert_eq!(text.parse(), Ok(Delimiter::TAB), "{text:?}");
        }
        assert_eq!(String::from(Delimiter::TAB).parse(), Ok(Delimiter::TAB));
    }

    #[test]
    fn refuses_characters_that_break_csv() {
        for text in [
            "", "\"", "'", "\r", "\n", "\r\n", ";;", ", ", "ab", "a", "0", "-", "+", ".", ":", "\0", "\u{b}",
            "；", "é", "TAB",
        ] {
            assert_eq!(text.parse::<Delimiter>(), Err(DelimiterError), "{text:?}");
        }
    }
}
