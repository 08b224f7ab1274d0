//! Makes text of gateways, files, certificates and proxies safe for a terminal, a label or a log.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Replaces text that was cut off.
pub(crate) const ELLIPSIS: char = '…';

/// Returns `true` for characters that could move the cursor, hide text or reverse its direction.
fn is_unsafe(c: char) -> bool {
    let is_direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}');
    let is_line_end = matches!(c, '\u{2028}' | '\u{2029}');
    // Not U+200C and U+200D, which Persian, Indic scripts and emoji need.
    let is_invisible = matches!(
        c,
        '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    c.is_control() || is_direction || is_line_end || is_invisible
}

/// Replaces control characters, bidirectional formatting and invisible characters by U+FFFD. Line ends and tabs are control
/// characters.
pub(crate) fn sanitize(text: &str) -> Cow<'_, str> {
    if text.contains(is_unsafe) { text.replace(is_unsafe, "\u{fffd}").into() } else { text.into() }
}

/// Writes control characters, bidirectional formatting and invisible characters as the escapes of a Java pattern, such as
/// `\t` and `\u200B`, so that they can be seen. A backslash stays as it is, as in a pattern: a tab and the text `\t` look the
/// same.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return text.into();
    }
    let mut escaped = String::with_capacity(2 * text.len());
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a string never fails.
        let _ok = match c {
            '\t' => escaped.write_str(r"\t"),
            '\n' => escaped.write_str(r"\n"),
            '\r' => escaped.write_str(r"\r"),
            c if !is_unsafe(c) => escaped.write_char(c),
            _ if code <= 0xff => write!(escaped, r"\x{code:02X}"),
            _ if code <= 0xffff => write!(escaped, r"\u{code:04X}"),
            _ => write!(escaped, r"\x{{{code:X}}}"),
        };
    }
    escaped.into()
}

/// Returns at most `max_chars` characters of `text`, followed by an ellipsis if something was cut off.
pub(crate) fn shorten(text: &str, max_chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}{ELLIPSIS}", &text[..end]).into(),
        None => text.into(),
    }
}

/// Returns `text` on one line, sanitized and shortened. Each run of white space becomes one space.
pub(crate) fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // Enough for `max_chars`, and the text may be megabytes long.
        if line.len() > max_chars.saturating_mul(4) {
            break;
        }
    }
    shorten(&sanitize(&line), max_chars).into_owned()
}

/// Returns `text` as the beginning of a sentence: its first letter in upper case. Library errors and a few of our own
/// start in lower case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_control_characters_and_bidirectional_overrides() {
        assert_eq!(sanitize("a\u{1b}[2Jb\u{202e}c\n"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}");
        for c in "\0\t\r\u{7f}\u{9b}\u{61c}\u{200b}\u{200f}\u{2028}\u{2066}\u{feff}\u{e0041}".chars() {
            assert_eq!(sanitize(&c.to_string()), "\u{fffd}", "{c:?}");
        }
        // The joiners in Persian and in an emoji.
        for plain in ["plain, ünïcode", "می\u{200c}خواهم", "👩\u{200d}🔧", "日本"] {
            assert!(matches!(sanitize(plain), Cow::Borrowed(_)), "{plain}");
        }
    }

    #[test]
    fn escapes_as_java_patterns_do() {
        assert_eq!(escape("a\tb\r\n"), r"a\tb\r\n");
        assert_eq!(escape("\u{1b}[2J\u{9b}"), r"\x1B[2J\x9B");
        assert_eq!(escape("\u{200b}\u{202e}\u{e0041}"), r"\u200B\u202E\x{E0041}");
        assert!(matches!(escape(r"plain\t, ünïcode"), Cow::Borrowed(_)));
    }

    #[test]
    fn shortens_by_characters() {
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(shorten("äöüß", 3), "äöü…");
    }

    #[test]
    fn joins_lines_and_keeps_the_limit() {
        assert_eq!(one_line(" no\n such\tuser\u{7} ", 40), "no such user\u{fffd}");
        assert_eq!(one_line(&"x ".repeat(1 << 20), 5), "x x x…");
    }
}
