//! Makes a JSON response valid UTF-8 without lone surrogates, which JSON can hold and Rust's strings can't.

use std::borrow::Cow;
use std::str::Utf8Error;

/// The text of `\uFFFD` after its backslash and `u`.
const REPLACEMENT: &[u8; 4] = b"FFFD";

/// A JSON text in which every string can be represented.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonText<'a> {
    pub(super) text: Cow<'a, str>,
    /// The number of strings with a replacement character in place of something else.
    pub(super) replaced: usize,
    /// The offset of the first byte that isn't UTF-8.
    pub(super) invalid_at: Option<usize>,
}

impl<'a> JsonText<'a> {
    /// Decodes a response. A character that is cut off at its end is dropped.
    pub(super) fn decode(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let mut decoded = match bytes.into() {
            Cow::Borrowed(bytes) => match str::from_utf8(bytes) {
                Ok(text) => Self::valid(text),
                Err(error) => Self::invalid(bytes, error),
            },
            Cow::Owned(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Self::valid(text),
                Err(error) => Self::invalid(error.as_bytes(), error.utf8_error()),
            },
        };
        let mut counter = StringCounter::default();
        let lone = lone_surrogates(decoded.text.as_bytes(), &mut counter);
        if !lone.is_empty() {
            let mut text = decoded.text.into_owned().into_bytes();
            for escape in lone {
                text[escape + 2..escape + 6].copy_from_slice(REPLACEMENT);
            }
            decoded.text = String::from_utf8(text).expect("digits were replaced by others").into();
            decoded.replaced += counter.strings;
        }
        decoded
    }

    fn valid(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), replaced: 0, invalid_at: None }
    }

    fn invalid(bytes: &[u8], error: Utf8Error) -> Self {
        let is_cut_off = error.error_len().is_none();
        let mut text = String::with_capacity(bytes.len());
        let mut counter = StringCounter::default();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if !(chunk.invalid().is_empty() || is_cut_off) {
                counter.count(text.as_bytes(), text.len());
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        let invalid_at = (!is_cut_off).then_some(error.valid_up_to());
        Self { text: text.into(), replaced: counter.strings, invalid_at }
    }
}

/// Counts the strings that have a replacement, each once.
#[derive(Default)]
struct StringCounter {
    strings: usize,
    /// The end of the text before the last replacement.
    last: Option<usize>,
}

impl StringCounter {
    /// Counts a replacement at `at`, unless the last one is in the same string.
    fn count(&mut self, text: &[u8], at: usize) {
        if self.last.is_none_or(|last| has_quote(&text[last..at])) {
            self.strings += 1;
        }
        self.last = Some(at);
    }
}

/// Returns `true` if a part of a JSON text that starts within a string has the end of that string.
fn has_quote(part: &[u8]) -> bool {
    let mut is_escaped = false;
    part.iter().any(|byte| {
        let is_quote = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_quote
    })
}

/// Returns the offsets of the escapes of surrogates that aren't part of a pair.
fn lone_surrogates(text: &[u8], counter: &mut StringCounter) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].iter().position(|byte| *byte == b'\\') {
        let escape = at + next;
        at = match (unicode_escape(text, escape), unicode_escape(text, escape + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => escape + 12,
            (Some(0xD800..=0xDFFF), _) => {
                counter.count(text, escape);
                lone.push(escape);
                escape + 6
            }
            // An escaped backslash doesn't start another escape.
            _ => (escape + 2).min(text.len()),
        };
    }
    lone
}

/// Returns the code unit of an escape such as `\u00fc` at this offset.
fn unicode_escape(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_lone_surrogates_and_counts_strings() {
        for (text, expected, replaced) in [
            (r#"["a","\u00fc"]"#, r#"["a","\u00fc"]"#, 0),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#, 0),
            (r#""\ud83d""#, r#""\uFFFD""#, 1),
            (r#""\uDE00x""#, r#""\uFFFDx""#, 1),
            (r#""\ud83d\ud83d\ude00""#, r#""\uFFFD\ud83d\ude00""#, 1),
            (r#""\ude00\ud83d\"\ud83d""#, r#""\uFFFD\uFFFD\"\uFFFD""#, 1),
            (r#"["\ud83d","\ud83d\\"," \ude00"]"#, r#"["\uFFFD","\uFFFD\\"," \uFFFD"]"#, 3),
            // An escaped backslash and four digits.
            (r#""\\ud83d""#, r#""\\ud83d""#, 0),
            (r#""\\\ud83d""#, r#""\\\uFFFD""#, 1),
            (r#""\ud83"#, r#""\ud83"#, 0),
            ("\"\\", "\"\\", 0),
        ] {
            let decoded = JsonText::decode(text.as_bytes());
            assert_eq!((&*decoded.text, decoded.replaced), (expected, replaced), "{text}");
            assert_eq!(matches!(decoded.text, Cow::Borrowed(_)), replaced == 0, "{text}");
        }
    }

    #[test]
    fn replaces_invalid_bytes_and_drops_an_incomplete_end() {
        let decoded = JsonText::decode(&b"[\"M\xfcller \xff\",\"\xed\xa0\x80\",\"\xc3\xbc\"]"[..]);
        assert_eq!(decoded.text, "[\"M\u{fffd}ller \u{fffd}\",\"\u{fffd}\u{fffd}\u{fffd}\",\"ü\"]");
        assert_eq!((decoded.replaced, decoded.invalid_at), (2, Some(3)));
        let decoded = JsonText::decode(&b"[\"\xc3"[..]);
        assert_eq!((&*decoded.text, decoded.replaced, decoded.invalid_at), ("[\"", 0, None));
    }
}
