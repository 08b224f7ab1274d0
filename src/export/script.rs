//! Writes filters as a line of Python that calls the gateway's function with the same filters.
//!
//! The line is for Ignition's script console or a script, which run Jython 2.5 or 2.7. It is ASCII only, because the
//! encoding of the source is unknown.

use std::fmt::Write as _;

use crate::dataset::{ColumnId, Value};
use crate::display::{self, Clock};
use crate::filter::{self, Filter};
use crate::query::{CellFilter, DateFilter, DateRange, DesignerFilter, FilterStatus};

/// The active filters.
#[derive(Clone, Copy, Debug)]
pub struct ActiveFilters<'a> {
    /// The username filter.
    pub username: Option<&'a Filter>,
    /// The project filter.
    pub project: Option<&'a Filter>,
    /// The filters on other columns.
    pub columns: &'a [(ColumnId, FilterStatus)],
    /// The filters on dates.
    pub dates: &'a [DateFilter],
    /// Clients, Designers or both.
    pub designer: DesignerFilter,
    /// Filters on single values.
    pub cells: &'a [CellFilter],
}

/// Returns a call of `system.util.getSessionInfo` with these filters. Filters that the call can't express follow in a
/// comment.
#[must_use]
pub fn session_info_call(filters: &ActiveFilters<'_>, clock: &Clock) -> String {
    let ActiveFilters { username, project, columns, dates, designer, cells } = *filters;
    let mut omitted = Vec::new();
    let mut pattern_on = |filter: Option<&Filter>, column: &ColumnId| {
        let mut pattern = filter.and_then(|filter| {
            let portable = filter::to_portable(filter.pattern(), filter.mode());
            if portable.is_none() {
                omitted.push(describe_column_filter(column, filter));
            }
            portable
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
    match designer {
        DesignerFilter::All => {}
        DesignerFilter::Clients => omitted.push("only clients".to_owned()),
        DesignerFilter::Designers => omitted.push("only designers".to_owned()),
    }
    for (column, status) in columns {
        if let Some(filter) = &status.filter {
            omitted.push(describe_column_filter(column, filter));
        }
    }
    omitted.extend(dates.iter().map(|date| describe_date_filter(date, clock)));
    let is_in_call = |cell: &CellFilter| {
        let is_text = matches!(cell.value, Value::Text(_));
        is_text && !cell.keep && matches!(cell.column, ColumnId::Username | ColumnId::Project)
    };
    omitted.extend(
        cells
            .iter()
            .filter(|cell| !is_in_call(cell))
            .map(|cell| describe_cell_filter(&display::title(&cell.column), cell, clock)),
    );
    let mut call = call_with(username.as_deref(), project.as_deref());
    if !omitted.is_empty() {
        // A line break would end the comment, and Python 2 rejects a script with characters beyond ASCII.
        let omitted = omitted.join("; ").replace(|letter| !matches!(letter, ' '..='~'), "?");
        call.push_str("  # not in this call: ");
        call.push_str(&omitted);
    }
    call
}

/// Describes a filter on a single value of the column with this title, such as `Project is Boiler`.
#[must_use]
pub fn describe_cell_filter(title: &str, filter: &CellFilter, clock: &Clock) -> String {
    let relation = if filter.keep { "is" } else { "is not" };
    format!("{title} {relation} {}", display::full_cell(&filter.column, filter.value.cell(), clock))
}

/// Describes a filter on dates, such as `Created last 7 days`.
#[must_use]
pub fn describe_date_filter(filter: &DateFilter, clock: &Clock) -> String {
    format!("{} {}", display::title(&filter.column), describe_range(filter.range, clock))
}

/// Describes a range of dates, such as `last 7 days` or `before 14:05:08`.
#[must_use]
pub fn describe_range(range: DateRange, clock: &Clock) -> String {
    match range {
        DateRange::Last(seconds) => {
            let (amount, unit) = [(86_400, "day"), (3_600, "hour"), (60, "minute")]
                .into_iter()
                .find(|(unit, _)| seconds.is_multiple_of(*unit) && seconds > 0)
                .map_or((seconds, "second"), |(unit, name)| (seconds / unit, name));
            if amount == 1 {
                format!("last {unit}")
            } else {
                format!("last {} {unit}s", display::number(amount as usize))
            }
        }
        DateRange::Before(end) => format!("before {}", clock.full_date(end)),
        DateRange::Since(start) => format!("since {}", clock.full_date(start)),
    }
}

/// Describes a text filter, such as `Address not 10\..*`.
fn describe_column_filter(column: &ColumnId, filter: &Filter) -> String {
    let title = display::title(column);
    let words: Vec<&str> =
        std::iter::once(&*title).chain(filter.mode().labels()).chain([filter.pattern()]).collect();
    words.join(" ")
}

/// Returns the call with these patterns. An empty pattern is no filter.
///
/// A project filter alone is a keyword argument, which needs 7.9.9.
fn call_with(username: Option<&str>, project: Option<&str>) -> String {
    let argument = |pattern: Option<&str>| pattern.filter(|pattern| !pattern.is_empty()).map(literal);
    let arguments = match (argument(username), argument(project)) {
        (None, None) => String::new(),
        (Some(username), None) => username,
        (Some(username), Some(project)) => format!("{username}, {project}"),
        (None, Some(project)) => format!("projectFilter={project}"),
    };
    format!("system.util.getSessionInfo({arguments})")
}

/// Returns a string literal of Python 2.
fn literal(text: &str) -> String {
    if is_better_raw(text) {
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
            // Jython rejects surrogates, so a character beyond U+FFFF needs the long form.
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

/// Returns `true` if a raw literal avoids escapes and can hold the text: without quotes, without a last backslash that
/// would escape the closing quote, and in ASCII, because `ur""` still interprets `\u`.
fn is_better_raw(text: &str) -> bool {
    let trailing_backslashes = text.bytes().rev().take_while(|byte| *byte == b'\\').count();
    text.contains('\\')
        && trailing_backslashes.is_multiple_of(2)
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::DateStyle;
    use crate::filter::Mode;

    #[test]
    fn writes_call_and_comment_for_the_rest() {
        let contains = Mode { contains: true, ..Mode::default() };
        let username = Filter::new("bi.*", Mode::default()).unwrap();
        let project = Filter::new("oil", contains).unwrap();
        let cell = |column: &str, text: &str, keep| CellFilter {
            column: column.into(),
            value: Value::Text(text.into()),
            keep,
        };
        let clock = Clock::new(DateStyle::Utc, None, 0);
        let (columns, dates) = (Vec::new(), Vec::new());
        let written = |designer, cells: &[CellFilter]| {
            let (username, project) = (Some(&username), Some(&project));
            let filters =
                ActiveFilters { username, project, columns: &columns, dates: &dates, designer, cells };
            session_info_call(&filters, &clock)
        };
        assert_eq!(
            written(DesignerFilter::All, &[]),
            r#"system.util.getSessionInfo("bi.*", "(?s:.*)oil(?s:.*)")"#
        );
        let cells = [
            cell("username", "billy", false),
            cell("address", "h\u{fc}\nx", true),
            cell("project", "P", true),
        ];
        assert_eq!(
            written(DesignerFilter::Designers, &cells),
            "system.util.getSessionInfo(r\"(?!billy\\z)bi.*\", \"(?s:.*)oil(?s:.*)\")  \
             # not in this call: only designers; Address is h??x; Project is P"
        );
    }

    #[test]
    fn pattern_that_is_not_in_the_call_has_its_mode_in_the_comment() {
        let mode = Mode { ignore_case: true, contains: true, invert: false };
        // With its mode, it would be too long.
        let username = Filter::new(&"a".repeat(1_000_000), mode).unwrap();
        let filters = ActiveFilters {
            username: Some(&username),
            project: None,
            columns: &[],
            dates: &[],
            designer: DesignerFilter::All,
            cells: &[],
        };
        let call = session_info_call(&filters, &Clock::new(DateStyle::Utc, None, 0));
        let expected = "system.util.getSessionInfo()  # not in this call: Username part A=a aaa";
        assert!(call.starts_with(expected), "{call:.100}");
    }

    #[test]
    fn passes_only_given_patterns() {
        assert_eq!(call_with(None, None), "system.util.getSessionInfo()");
        assert_eq!(call_with(Some(""), Some("")), "system.util.getSessionInfo()");
        assert_eq!(call_with(Some("bi.*"), None), r#"system.util.getSessionInfo("bi.*")"#);
        assert_eq!(
            call_with(Some("bi.*"), Some("Pack.*")),
            r#"system.util.getSessionInfo("bi.*", "Pack.*")"#
        );
        assert_eq!(call_with(None, Some("Pack.*")), r#"system.util.getSessionInfo(projectFilter="Pack.*")"#);
    }

    /// Jython 2.7.3 evaluates each of these literals to the text.
    #[test]
    fn writes_literals_that_python_reads_back() {
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
