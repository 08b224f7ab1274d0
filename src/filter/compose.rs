//! Patterns made from values and from other patterns, for whoever points at values instead of typing a pattern.
//!
//! What comes out is a pattern like any other: a person can read and change it, and a gateway takes it as it is.
//! Whether a pattern has a certain form is asked of the parser, never of its text.

use std::fmt::Write as _;

use super::cursor::Flags;
use super::error::PatternError;
use super::parse::parse;
use super::tree::{Look, Node};
use super::{Filter, Mode, is_literal};

/// Every value there is, line breaks included.
const ANYTHING: &str = "(?s:.*)";

/// Begins what [`without`] puts in front.
const NOT: &str = "(?!";
/// Ends it.
const WHOLE: &str = r"\z)";

/// The pattern that matches this value and no other.
///
/// The empty value is `(?:)`, because an empty pattern is no filter at all.
#[must_use]
pub fn escape(value: &str) -> String {
    if value.is_empty() {
        return "(?:)".to_owned();
    }
    let mut pattern = String::with_capacity(value.len());
    for c in value.chars() {
        let mut plain = [0; 4];
        match c {
            '\n' => pattern.push_str(r"\n"),
            '\r' => pattern.push_str(r"\r"),
            '\t' => pattern.push_str(r"\t"),
            // All control characters are below U+0100. What breaks a line would vanish in a box of one line.
            _ if c.is_control() => {
                let _infallible = write!(pattern, r"\x{:02x}", u32::from(c));
            }
            '\u{2028}' | '\u{2029}' => {
                let _infallible = write!(pattern, r"\u{:04x}", u32::from(c));
            }
            _ => {
                if !is_literal(c.encode_utf8(&mut plain)) {
                    pattern.push('\\');
                }
                pattern.push(c);
            }
        }
    }
    pattern
}

/// The pattern that matches these values and no other, in this order. Of no value it is empty, which is no filter.
#[must_use]
pub fn any_of(values: &[impl AsRef<str>]) -> String {
    let patterns: Vec<_> = values.iter().map(|value| escape(value.as_ref())).collect();
    patterns.join("|")
}

/// The values that a pattern names one by one, as [`any_of`] does or a person who types `billy|anna`; `None` where the
/// pattern is of any other form. An empty pattern names none, an empty alternative the empty value.
#[must_use]
pub fn values_of(pattern: &str) -> Option<Vec<String>> {
    if pattern.is_empty() {
        return Some(Vec::new());
    }
    match read(pattern).ok()? {
        Node::Alternate(branches) => branches.iter().map(value_of).collect(),
        single => Some(vec![value_of(&single)?]),
    }
}

/// The pattern that matches what `pattern` does, as a gateway reads it, except this one value. An empty pattern stands
/// for everything.
///
/// Values excluded one after the other are kept together: `(?!(?:billy|anna)\z)bi.*`. What is no pattern is given back
/// as it is.
#[must_use]
pub fn exclude(pattern: &str, value: &str) -> String {
    if pattern.is_empty() {
        return excluding(&[value]) + ANYTHING;
    }
    if read(pattern).is_err() {
        return pattern.to_owned();
    }
    if let Some((mut values, rest)) = excluded(pattern) {
        if values.iter().any(|known| known == value) {
            return pattern.to_owned();
        }
        values.push(value.to_owned());
        return excluding(&values) + rest;
    }
    let mut narrowed = excluding(&[value]);
    let joined = format!("{narrowed}{pattern}");
    // Else it would be the first of several alternatives only, or repeated by the pattern's first characters.
    if looks_ahead_first(&joined) {
        return joined;
    }
    // Where it can't be closed, it is too long to be a filter anyway.
    let inner = closed(pattern).unwrap_or_else(|| pattern.to_owned());
    let _infallible = write!(narrowed, "(?:{inner})");
    narrowed
}

/// One pattern that a gateway, which knows no modes, matches exactly as [`Filter`] matches this one in this mode.
/// `None` where there is none, or where the pattern is no filter in the first place.
///
/// The default mode is the gateway's own and leaves every pattern as it is, an empty one too.
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
        (false, true) => format!("{NOT}{part}{WHOLE}{ANYTHING}"),
        (true, true) => format!("{NOT}{ANYTHING}{part}){ANYTHING}"),
    };
    Filter::new(&whole, Mode::default()).ok()?;
    Some(whole)
}

fn read(pattern: &str) -> Result<Node, PatternError> {
    parse(pattern, Flags::default())
}

/// The only value that a piece matches; `None` where it could match others.
fn value_of(node: &Node) -> Option<String> {
    match node {
        Node::Empty => Some(String::new()),
        Node::Set(set) => match set.ranges() {
            [(first, last)] if first == last => char::from_u32(*first).map(String::from),
            _ => None,
        },
        Node::Concat(nodes) => nodes.iter().map(value_of).collect(),
        _ => None,
    }
}

/// What stands in front of a pattern to keep it from matching these values.
fn excluding(values: &[impl AsRef<str>]) -> String {
    let values_pattern = any_of(values);
    if values.len() == 1 {
        format!("{NOT}{values_pattern}{WHOLE}")
    } else {
        format!("{NOT}(?:{values_pattern}){WHOLE}")
    }
}

/// The values that [`without`] excluded, and the rest of the pattern; `None` where it is not from there.
fn excluded(pattern: &str) -> Option<(Vec<String>, &str)> {
    let (inside, rest) = pattern.strip_prefix(NOT)?.split_once(WHOLE)?;
    let values = values_of(inside)?;
    // Somebody may have typed the like, or on behind it.
    let is_ours = pattern.strip_suffix(rest) == Some(&excluding(&values)) && looks_ahead_first(pattern);
    is_ours.then_some((values, rest))
}

/// Whether a pattern is a negative look ahead and then something, both of which must hold.
fn looks_ahead_first(pattern: &str) -> bool {
    let is_look = |node: &Node| matches!(node, Node::Look(Look { behind: false, negative: true, .. }, _));
    match read(pattern) {
        Ok(Node::Concat(nodes)) => nodes.first().is_some_and(is_look),
        Ok(single) => is_look(&single),
        Err(_) => false,
    }
}

/// The pattern with its end made fit for a closing parenthesis, which an open quote or an open comment would swallow.
/// `pattern` must be one that can be read.
fn closed(pattern: &str) -> Option<String> {
    let ends = ["", r"\E", "\n", "\\E\n"];
    let mut tries = ends.iter().map(|end| format!("{pattern}{end}"));
    // As the pattern has no spare parenthesis, it is the last one that closes the group.
    tries.find(|inner| read(&format!("(?:{inner})")).is_ok())
}

#[cfg(test)]
mod tests;
