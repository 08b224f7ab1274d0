//! Patterns made from values and from other patterns, for commands such as "exclude this value".
//!
//! The results are ordinary patterns: a user can read and edit them, and a gateway accepts them unchanged. The form of a
//! pattern is determined by the parser, never by its text.

use std::fmt::Write as _;

use super::ast::{Lookaround, Node};
use super::error::PatternError;
use super::large_stack::with_stack_for;
use super::parser::{self, Flags};
use super::{Filter, Mode, is_literal};

/// Matches every value, including values with line breaks.
const ANYTHING: &str = "(?s:.*)";

/// Start of the look-ahead that [`exclude`] prepends.
const NOT_START: &str = "(?!";
/// End of the look-ahead that [`exclude`] prepends.
const NOT_END: &str = r"\z)";

/// Returns the pattern that matches `value` only.
///
/// For the empty value it is `(?:)`, because an empty pattern means no filter.
///
/// # Examples
/// ```
/// use gatewatch::filter::escape;
///
/// assert_eq!(escape("bill.smith"), r"bill\.smith");
/// ```
#[must_use]
pub fn escape(value: &str) -> String {
    if value.is_empty() {
        return "(?:)".to_owned();
    }
    let mut pattern = String::with_capacity(value.len());
    for c in value.chars() {
        let mut buffer = [0; 4];
        match c {
            '\n' | '\r' | '\t' => pattern.extend(c.escape_default()),
            // All control characters are below U+0100. Line breaks would be lost in a single-line text box.
            _ if c.is_control() => {
                let _infallible = write!(pattern, r"\x{:02x}", u32::from(c));
            }
            '\u{2028}' | '\u{2029}' => {
                let _infallible = write!(pattern, r"\u{:04x}", u32::from(c));
            }
            _ => {
                if !is_literal(c.encode_utf8(&mut buffer)) {
                    pattern.push('\\');
                }
                pattern.push(c);
            }
        }
    }
    pattern
}

/// Returns the pattern that matches `values` only, as alternatives in this order. Without values it is empty, which means
/// no filter.
#[must_use]
pub fn any_of(values: &[impl AsRef<str>]) -> String {
    let patterns: Vec<_> = values.iter().map(|value| escape(value.as_ref())).collect();
    patterns.join("|")
}

/// Returns the values of a pattern that is a list of literals, such as `billy|anna` or a result of [`any_of`], or `None`
/// for all other patterns. An empty pattern has no values; an empty alternative is the empty value.
#[must_use]
pub fn values_of(pattern: &str) -> Option<Vec<String>> {
    if pattern.is_empty() {
        return Some(Vec::new());
    }
    with_tree(pattern, |tree| match tree.ok()? {
        Node::Alternation(branches) => branches.iter().map(value_of).collect(),
        single => Some(vec![value_of(&single)?]),
    })
}

/// Returns the pattern that matches what `pattern` matches on a gateway, except `value`. An empty pattern matches
/// everything.
///
/// Repeated exclusions are combined: `(?!(?:billy|anna)\z)bi.*`. An invalid pattern is returned unchanged.
#[must_use]
pub fn exclude(pattern: &str, value: &str) -> String {
    if pattern.is_empty() {
        return exclusion(&[value]) + ANYTHING;
    }
    if !is_valid(pattern) {
        return pattern.to_owned();
    }
    if let Some((mut values, rest)) = split_exclusion(pattern) {
        if values.iter().any(|known| known == value) {
            return pattern.to_owned();
        }
        values.push(value.to_owned());
        return exclusion(&values) + rest;
    }
    let mut narrowed = exclusion(&[value]);
    let joined = format!("{narrowed}{pattern}");
    // Otherwise it would apply to the first of several alternatives only, or be repeated by a quantifier at the start.
    if starts_with_look_ahead(&joined) {
        return joined;
    }
    // A pattern that can't be closed exceeds the length limit anyway.
    let inner = closed(pattern).unwrap_or_else(|| pattern.to_owned());
    let _infallible = write!(narrowed, "(?:{inner})");
    narrowed
}

/// Returns a pattern that a gateway, which has no modes, matches exactly as [`Filter`] matches `pattern` in `mode`, or
/// `None` if there is none or `pattern` is invalid.
///
/// In the default mode every pattern is returned unchanged, even an empty or invalid one.
#[must_use]
pub fn to_portable(pattern: &str, mode: Mode) -> Option<String> {
    let Mode { ignore_case, contains, invert } = mode;
    if mode == Mode::default() {
        return Some(pattern.to_owned());
    }
    Filter::new(pattern, mode).ok()?;
    let part = if ignore_case {
        format!("(?iu:{})", closed(pattern)?)
    } else if is_literal(pattern) {
        pattern.to_owned()
    } else {
        format!("(?:{})", closed(pattern)?)
    };
    let whole = match (contains, invert) {
        (false, false) => part,
        (true, false) => format!("{ANYTHING}{part}{ANYTHING}"),
        (false, true) => format!("{NOT_START}{part}{NOT_END}{ANYTHING}"),
        (true, true) => format!("{NOT_START}{ANYTHING}{part}){ANYTHING}"),
    };
    Filter::new(&whole, Mode::default()).ok()?;
    Some(whole)
}

/// Parses a pattern and calls `read` with the tree.
fn with_tree<T: Send>(pattern: &str, read: impl FnOnce(Result<Node, PatternError>) -> T + Send) -> T {
    with_stack_for(pattern, || read(parser::parse(pattern, Flags::default()).map(|(tree, _)| tree)))
}

fn is_valid(pattern: &str) -> bool {
    with_tree(pattern, |tree| tree.is_ok())
}

/// Returns the only value that a node matches, or `None` if it can match others.
fn value_of(node: &Node) -> Option<String> {
    match node {
        Node::Empty => Some(String::new()),
        Node::Concat(nodes) => nodes.iter().map(value_of).collect(),
        _ => node.as_char().map(String::from),
    }
}

/// Returns the look-ahead that excludes `values` from a pattern after it.
fn exclusion(values: &[impl AsRef<str>]) -> String {
    let values_pattern = any_of(values);
    if values.len() == 1 {
        format!("{NOT_START}{values_pattern}{NOT_END}")
    } else {
        format!("{NOT_START}(?:{values_pattern}){NOT_END}")
    }
}

/// Splits a result of [`exclude`] into the excluded values and the rest of the pattern.
fn split_exclusion(pattern: &str) -> Option<(Vec<String>, &str)> {
    let (inside, rest) = pattern.strip_prefix(NOT_START)?.split_once(NOT_END)?;
    let values = values_of(inside)?;
    // A pattern that a user typed may only look similar.
    let is_exclusion =
        pattern.strip_suffix(rest) == Some(&exclusion(&values)) && starts_with_look_ahead(pattern);
    is_exclusion.then_some((values, rest))
}

/// Returns `true` if a pattern is a sequence that begins with a negative look-ahead.
fn starts_with_look_ahead(pattern: &str) -> bool {
    let is_look_ahead =
        |node: &Node| matches!(node, Node::Lookaround(Lookaround { behind: false, negative: true, .. }, _));
    with_tree(pattern, |tree| match tree {
        Ok(Node::Concat(nodes)) => nodes.first().is_some_and(is_look_ahead),
        Ok(single) => is_look_ahead(&single),
        Err(_) => false,
    })
}

/// Returns a valid pattern with an open quote or comment at its end closed, so that a closing parenthesis can follow.
fn closed(pattern: &str) -> Option<String> {
    let ends = ["", r"\E", "\n", "\\E\n"];
    let mut candidates = ends.iter().map(|end| format!("{pattern}{end}"));
    // The pattern itself has balanced parentheses, so the last one closes the group.
    candidates.find(|inner| is_valid(&format!("(?:{inner})")))
}

#[cfg(test)]
mod tests;
