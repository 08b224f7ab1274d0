//! Prints a regular tree as a pattern for the crate `regex`.
//!
//! Only literals, explicit ranges, groups, quantifiers, `\A`, `\z` and ASCII word boundaries are printed, because shorthands
//! have other meanings in that crate than in Java.

use std::fmt::Write as _;

use super::ast::{Assertion, Node, QuantifierKind, Repetition};
use super::code_points::{CodePointSet, MAX_CODE_POINT};

/// Prints a tree that [is regular](Node::is_regular).
pub(super) fn print(node: &Node) -> String {
    let mut printer = Printer { out: String::new() };
    printer.node(node);
    printer.out
}

struct Printer {
    out: String,
}

impl Printer {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Class(set) => self.set(set),
            Node::Concat(nodes) => {
                for node in nodes {
                    if matches!(node, Node::Alternation(_) | Node::LineBreak) {
                        self.group("(?:", node);
                    } else {
                        self.node(node);
                    }
                }
            }
            Node::Alternation(nodes) => {
                for (index, node) in nodes.iter().enumerate() {
                    if index > 0 {
                        self.out.push('|');
                    }
                    self.node(node);
                }
            }
            Node::Repetition(repetition) => self.repetition(repetition),
            Node::Assertion(assertion) => self.assertion(*assertion),
            Node::Capture(_, node) => self.group("(?:", node),
            Node::LineBreak => self.out.push_str(r"\r\n|[\n-\r\x{85}\x{2028}-\x{2029}]"),
            // Empty, or not regular.
            _ => {}
        }
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        let _infallible = self.out.write_fmt(text);
    }

    fn group(&mut self, opening: &str, node: &Node) {
        self.out.push_str(opening);
        self.node(node);
        self.out.push(')');
    }

    fn repetition(&mut self, repetition: &Repetition) {
        if matches!(repetition.body, Node::Class(_)) {
            self.node(&repetition.body);
        } else {
            self.group("(?:", &repetition.body);
        }
        match (repetition.min, repetition.max) {
            (0, Some(1)) => self.out.push('?'),
            (0, None) => self.out.push('*'),
            (1, None) => self.out.push('+'),
            (min, None) => self.write(format_args!("{{{min},}}")),
            (min, Some(max)) if min == max => self.write(format_args!("{{{min}}}")),
            (min, Some(max)) => self.write(format_args!("{{{min},{max}}}")),
        }
        if repetition.kind == QuantifierKind::Lazy && Some(repetition.min) != repetition.max {
            self.out.push('?');
        }
    }

    fn set(&mut self, set: &CodePointSet) {
        match set.as_single().and_then(char::from_u32) {
            Some(c) if c.is_ascii_alphanumeric() => self.out.push(c),
            Some(c) => self.write(format_args!("\\x{{{:X}}}", u32::from(c))),
            None => {
                self.out.push('[');
                self.ranges(set);
                self.out.push(']');
            }
        }
    }

    /// Prints the ranges of a class without surrogates, which values don't contain.
    fn ranges(&mut self, set: &CodePointSet) {
        let surrogates = CodePointSet::range(0xD800, 0xDFFF);
        let set = set.difference(&surrogates);
        if set.is_empty() {
            self.write(format_args!("^\\x{{0}}-\\x{{{MAX_CODE_POINT:X}}}"));
        }
        for &(first, last) in set.ranges() {
            self.write(format_args!("\\x{{{first:X}}}"));
            if last > first {
                self.write(format_args!("-\\x{{{last:X}}}"));
            }
        }
    }

    fn assertion(&mut self, assertion: Assertion) {
        self.out.push_str(match assertion {
            Assertion::TextStart => r"\A",
            Assertion::TextEnd => r"\z",
            Assertion::WordBoundary { negated: true, .. } => r"(?-u:\B)",
            Assertion::WordBoundary { negated: false, .. } => r"(?-u:\b)",
            // Not regular.
            _ => return,
        });
    }
}
