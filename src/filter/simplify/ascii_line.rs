//! Patterns for ASCII lines: values that aren't empty and consist of ASCII without line terminators.
//!
//! Nearly all names are such values, and many patterns that aren't regular in general are regular for them.

use std::sync::Arc;

use super::super::ast::{Assertion, Node};
use super::super::code_points::CodePointSet;

/// Returns a pattern that matches the same ASCII lines as `node`; for other values its result is wrong.
pub(in crate::filter) fn restrict_to_ascii_line(node: Node) -> Node {
    let chars = CodePointSet::ascii().difference(&CodePointSet::from_chars("\n\r"));
    match node {
        Node::Class(set) if set.is_subset(&chars) => Node::Class(Arc::clone(&set)),
        Node::Class(set) => Node::class(set.intersection(&chars)),
        Node::LineBreak => Node::class(CodePointSet::from_chars("\u{B}\u{C}")),
        Node::Assertion(Assertion::TextEndOrTerminator(_) | Assertion::LineEnd(_)) => {
            Node::Assertion(Assertion::TextEnd)
        }
        Node::Assertion(Assertion::LineStart(_)) => Node::Assertion(Assertion::TextStart),
        other => other.map_children(restrict_to_ascii_line),
    }
}

/// Returns `true` if `value` is an ASCII line.
pub(in crate::filter) fn is_ascii_line(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii() && b != b'\n' && b != b'\r')
}
