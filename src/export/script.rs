//! A query as the line of Python that asks the gateway for the same.
//!
//! The line is pasted into Ignition's script console or a script, which run Jython 2.5 or 2.7. It is ASCII only,
//! because what those make of other characters depends on how the source reaches them.

use std::fmt::Write as _;

/// The call of `system.util.getSessionInfo` with these patterns. An empty pattern is none, as an empty box is.
///
/// A project alone is named as a keyword argument, which gateways know from 7.9.9 on.
#[must_use]
pub fn session_info_call(username: Option<&str>, project: Option<&str>) -> String {
    let given = |pattern: Option<&str>| pattern.filter(|pattern| !pattern.is_empty()).map(literal);
    let arguments = match (given(username), given(project)) {
        (None, None) => String::new(),
        (Some(username), None) => username,
        (Some(username), Some(project)) => format!("{username}, {project}"),
        (None, Some(project)) => format!("projectFilter={project}"),
    };
    format!("system.util.getSessionInfo({arguments})")
}

/// A text as a literal of Python 2.
fn literal(text: &str) -> String {
    if reads_better_raw(text) {
        return format!("r\"{text}\"");
    }
    let mut literal = String::from(if text.is_ascii() { "\"" } else { "u\"" });
    for c in text.chars() {
        match c {
            '\\' | '"' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            ' '..='~' => literal.push(c),
            // Jython refuses halves of surrogate pairs, so a character beyond U+FFFF needs the long form.
            _ => {
                let code = u32::from(c);
                let _infallible = match code {
                    ..=0x7F => write!(literal, "\\x{code:02x}"),
                    0x80..=0xFFFF => write!(literal, "\\u{code:04x}"),
                    _ => write!(literal, "\\U{code:08x}"),
                };
            }
        }
    }
    literal.push('"');
    literal
}

/// Whether there are backslashes to be saved, and a raw literal can hold the text: not with its own quote within, nor
/// with a last backslash that would take the closing quote. Never beyond ASCII: `ur""` reads `\u` all the same.
fn reads_better_raw(text: &str) -> bool {
    let last_backslashes = text.bytes().rev().take_while(|byte| *byte == b'\\').count();
    text.contains('\\')
        && last_backslashes.is_multiple_of(2)
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_given_is_passed() {
        let call = session_info_call;
        assert_eq!(call(None, None), "system.util.getSessionInfo()");
        assert_eq!(call(Some(""), Some("")), "system.util.getSessionInfo()");
        assert_eq!(call(Some("bi.*"), None), r#"system.util.getSessionInfo("bi.*")"#);
        assert_eq!(call(Some("bi.*"), Some("Pack.*")), r#"system.util.getSessionInfo("bi.*", "Pack.*")"#);
        assert_eq!(call(None, Some("Pack.*")), r#"system.util.getSessionInfo(projectFilter="Pack.*")"#);
    }

    /// Each of these was evaluated by Jython 2.7.3 and gave the text.
    #[test]
    fn every_text_has_a_literal_that_python_reads_back() {
        for (text, expected) in [
            ("bi.*", r#""bi.*""#),
            (r"bill\.smith", r#"r"bill\.smith""#),
            (r"\\", r#"r"\\""#),
            (r"\Qa\", r#""\\Qa\\""#),
            (r#"a"b"#, r#""a\"b""#),
            (r#"\d"b"#, r#""\\d\"b""#),
            ("it's", r#""it's""#),
            ("a\tb\r\n\0\u{7f}", r#""a\tb\r\n\x00\x7f""#),
            ("\\.\n", r#""\\.\n""#),
            (r"\u00fc", r#"r"\u00fc""#),
            ("jürgen", r#"u"j\u00fcrgen""#),
            ("ü\\u00fc", r#"u"\u00fc\\u00fc""#),
            ("\u{85}\u{2028}\u{ffff}", r#"u"\u0085\u2028\uffff""#),
            ("😀", r#"u"\U0001f600""#),
        ] {
            assert_eq!(literal(text), expected);
        }
    }
}
