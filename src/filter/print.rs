//! Prints a regular tree as a pattern for the crate `regex`.
//!
//! Only explicit ranges, groups, counts, `\A`, `\z` and ASCII word boundaries are printed, because shorthands have other
//! meanings in that crate than in Java.

use std::fmt::{self, Write as _};

use super::ast::{Assertion, Node, QuantifierKind};
use super::code_points::{CodePointSet, MAX_CODE_POINT};

/// Prints a tree that [is regular](Node::is_regular).
pub(super) fn print(node: &Node) -> String {
    let mut out = String::new();
    let _infallible = write_node(&mut out, node);
    out
}

fn write_node(out: &mut String, node: &Node) -> fmt::Result {
    match node {
        Node::Class(set) => write_class(out, set),
        Node::Concat(nodes) => nodes.iter().try_for_each(|node| write_node(out, node)),
        Node::Alternation(nodes) => {
            out.write_str("(?:")?;
            for (index, node) in nodes.iter().enumerate() {
                out.write_str(if index == 0 { "" } else { "|" })?;
                write_node(out, node)?;
            }
            out.write_char(')')
        }
        Node::Repetition(repetition) => {
            out.write_str("(?:")?;
            write_node(out, &repetition.body)?;
            write!(out, "){{{},", repetition.min)?;
            if let Some(max) = repetition.max {
                write!(out, "{max}")?;
            }
            out.write_str(if repetition.kind == QuantifierKind::Lazy { "}?" } else { "}" })
        }
        Node::LineBreak => out.write_str(r"(?:\r\n|[\n-\r\x{85}\x{2028}-\x{2029}])"),
        Node::Assertion(Assertion::TextStart | Assertion::SearchStart) => out.write_str(r"\A"),
        Node::Assertion(Assertion::TextEnd) => out.write_str(r"\z"),
        Node::Assertion(Assertion::WordBoundary { negated: true, .. }) => out.write_str(r"(?-u:\B)"),
        Node::Assertion(Assertion::WordBoundary { negated: false, .. }) => out.write_str(r"(?-u:\b)"),
        // Empty, or removed before, or not regular.
        _ => Ok(()),
    }
}

/// Prints a class without surrogates, which values don't contain.
fn write_class(out: &mut String, set: &CodePointSet) -> fmt::Result {
    let set = set.difference(&CodePointSet::range(0xD800, 0xDFFF));
    out.write_char('[')?;
    if set.is_empty() {
        write!(out, "^\\x{{0}}-\\x{{{MAX_CODE_POINT:X}}}")?;
    }
    for (first, last) in set.ranges() {
        write!(out, "\\x{{{first:X}}}-\\x{{{last:X}}}")?;
    }
    out.write_char(']')
}
