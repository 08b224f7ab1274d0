//! A query as the line of Python that asks the gateway for the same.
//!
//! The line is pasted into Ignition's script console or a script, which run Jython 2.5 or 2.7. It is ASCII only,
//! because what those make of other characters depends on how the source reaches them.

use std::fmt::Write as _;

use crate::dataset::{ColumnId, Value};
use crate::display::{self, Clock};
use crate::filter::{self, Filter};
use crate::query::{CellFilter, Kind};

/// The filters that are in force.
#[derive(Clone, Copy, Debug)]
pub struct ActiveFilters<'a> {
    /// On usernames.
    pub username: Option<&'a Filter>,
    /// On projects.
    pub project: Option<&'a Filter>,
    /// Clients, designers or both.
    pub kind: Kind,
    /// Single values that are kept or left out.
    pub cells: &'a [CellFilter],
}

/// The filters in force as a call of `system.util.getSessionInfo`. What the call can't say stands behind it, in a comment.
#[must_use]
pub fn session_info_call(filters: &ActiveFilters<'_>, clock: &Clock) -> String {
    let ActiveFilters { username, project, kind, cells } = *filters;
    let mut unsaid = Vec::new();
    let mut pattern_on = |filter: Option<&Filter>, column: &ColumnId| {
        let mut pattern = filter.and_then(|filter| {
            let standalone = filter::to_portable(filter.pattern(), filter.mode());
            if standalone.is_none() {
                unsaid.push(format!("{} {}", display::title(column), filter.pattern()));
            }
            standalone
        });
        for cell in cells.iter().filter(|cell| !cell.keep && cell.column == *column) {
            if let Value::Text(text) = &cell.value {
                pattern = Some(filter::exclude(pattern.as_deref().unwrap_or_default(), text));
            }
        }
        pattern
    };
    let username = pattern_on(username, &ColumnId::Username);
    let project = pattern_on(project, &ColumnId::Project);
    match kind {
        Kind::All => {}
        Kind::Clients => unsaid.push("only clients".to_owned()),
        Kind::Designers => unsaid.push("only designers".to_owned()),
    }
    let is_said = |cell: &CellFilter| {
        let is_text = matches!(cell.value, Value::Text(_));
        is_text && !cell.keep && matches!(cell.column, ColumnId::Username | ColumnId::Project)
    };
    unsaid.extend(cells.iter().filter(|cell| !is_said(cell)).map(|cell| described(cell, clock)));
    let mut call = call_with(username.as_deref(), project.as_deref());
    if !unsaid.is_empty() {
        // A line break would end the comment, and Python 2 refuses a script with letters beyond ASCII.
        let unsaid = unsaid.join("; ").replace(|letter| !matches!(letter, ' '..='~'), "?");
        call.push_str("  # not in this call: ");
        call.push_str(&unsaid);
    }
    call
}

/// A filter on a single value in words.
#[must_use]
pub fn described(filter: &CellFilter, clock: &Clock) -> String {
    let is = if filter.keep { "is" } else { "is not" };
    format!("{} {is} {}", display::title(&filter.column), display::cell(filter.value.cell(), clock))
}

/// The call of `system.util.getSessionInfo` with these patterns. An empty pattern is none, as an empty box is.
///
/// A project alone is named as a keyword argument, which gateways know from 7.9.9 on.
fn call_with(username: Option<&str>, project: Option<&str>) -> String {
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
    use crate::display::DateStyle;
    use crate::filter::Mode;

    #[test]
    fn the_filters_in_force_become_a_call_and_the_rest_a_comment() {
        let contains = Mode { contains: true, ..Mode::default() };
        let username = Filter::new("bi.*", Mode::default()).unwrap();
        let project = Filter::new("oil", contains).unwrap();
        let cell = |column: &str, text: &str, keep| CellFilter {
            column: column.into(),
            value: Value::Text(text.into()),
            keep,
        };
        let clock = Clock::new(DateStyle::Utc, None, 0);
        let written = |kind, cells: &[CellFilter]| {
            let (username, project) = (Some(&username), Some(&project));
            session_info_call(&ActiveFilters { username, project, kind, cells }, &clock)
        };
        assert_eq!(written(Kind::All, &[]), r#"system.util.getSessionInfo("bi.*", "(?s:.*)oil(?s:.*)")"#);
        let cells = [
            cell("username", "billy", false),
            cell("address", "h\u{fc}\nx", true),
            cell("project", "P", true),
        ];
        assert_eq!(
            written(Kind::Designers, &cells),
            "system.util.getSessionInfo(r\"(?!billy\\z)bi.*\", \"(?s:.*)oil(?s:.*)\")  \
             # not in this call: only designers; Address is h??x; Project is P"
        );
    }

    #[test]
    fn only_what_is_given_is_passed() {
        assert_eq!(call_with(None, None), "system.util.getSessionInfo()");
        assert_eq!(call_with(Some(""), Some("")), "system.util.getSessionInfo()");
        assert_eq!(call_with(Some("bi.*"), None), r#"system.util.getSessionInfo("bi.*")"#);
        assert_eq!(
            call_with(Some("bi.*"), Some("Pack.*")),
            r#"system.util.getSessionInfo("bi.*", "Pack.*")"#
        );
        assert_eq!(call_with(None, Some("Pack.*")), r#"system.util.getSessionInfo(projectFilter="Pack.*")"#);
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
