//! Prints a tree as a pattern for the crates `regex` and `fancy-regex`.
//!
//! Only literals, explicit ranges, groups, quantifiers, lookarounds, `\A` and `\z` are printed, because shorthands have
//! other meanings in these crates than in Java.

use std::fmt::Write as _;

use super::ast::{Assertion, LineTerminators, Node, QuantifierKind, Repetition};
use super::case_folding::CaseFolding;
use super::code_points::{CodePointSet, MAX_CODE_POINT};
use super::properties;

/// Prints a tree. With `ascii_line`, the pattern is only used for ASCII lines, and word boundaries are ASCII ones.
pub(super) fn print(node: &Node, ascii_line: bool) -> String {
    let mut printer = Printer { out: String::new(), groups: Vec::new(), ascii_line };
    printer.number_groups(node);
    printer.node(node);
    printer.out
}

struct Printer {
    out: String,
    /// Java's numbers of the printed groups, in order.
    groups: Vec<usize>,
    ascii_line: bool,
}

impl Printer {
    fn number_groups(&mut self, node: &Node) {
        if let Node::Capture(number, _) = node {
            self.groups.push(*number);
        }
        for child in node.children() {
            self.number_groups(child);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
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
            Node::Capture(_, node) => self.group("(", node),
            Node::Atomic(node) => self.group("(?>", node),
            Node::Lookaround(lookaround, node) => {
                let opening = match (lookaround.behind, lookaround.negative) {
                    (false, false) => "(?=",
                    (false, true) => "(?!",
                    (true, false) => "(?<=",
                    (true, true) => "(?<!",
                };
                self.group(opening, node);
            }
            Node::BackReference(reference) => {
                let number = self.groups.iter().position(|&g| g == reference.group);
                let number = number.map_or(0, |index| index + 1);
                let opening = match reference.folding {
                    CaseFolding::None => "(?:",
                    CaseFolding::Ascii | CaseFolding::Unicode => "(?i:",
                };
                // In a group, so that a following digit isn't part of the number.
                self.write(format_args!("{opening}\\{number})"));
            }
            Node::Assertion(assertion) => self.assertion(*assertion),
            Node::LineBreak => self.out.push_str(r"\r\n|[\n-\r\x{85}\x{2028}-\x{2029}]"),
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
        let possessive = repetition.kind == QuantifierKind::Possessive;
        if possessive {
            self.out.push_str("(?>");
        }
        if repetition.atomic_body {
            self.group("(?>", &repetition.body);
        } else if matches!(repetition.body, Node::Class(_)) {
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
        if possessive {
            self.out.push(')');
        } else if repetition.kind == QuantifierKind::Lazy && Some(repetition.min) != repetition.max {
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
            // No position between \r and \n is the end of a line.
            Assertion::TextEndOrTerminator(LineTerminators::Java) => {
                r"(?:(?=(?:\r\n|[\r\x{85}\x{2028}\x{2029}])?\z)|(?<!\r)(?=\n\z))"
            }
            Assertion::TextEndOrTerminator(LineTerminators::Unix) => r"(?=\n?\z)",
            Assertion::LineEnd(LineTerminators::Java) => {
                r"(?:\z|(?=[\r\x{85}\x{2028}\x{2029}])|(?<!\r)(?=\n))"
            }
            Assertion::LineEnd(LineTerminators::Unix) => r"(?:\z|(?=\n))",
            // The end of the text is not the start of a line.
            Assertion::LineStart(LineTerminators::Java) => {
                r"(?:(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))(?!\z))"
            }
            Assertion::LineStart(LineTerminators::Unix) => r"(?:(?:\A|(?<=\n))(?!\z))",
            Assertion::WordBoundary { negated, .. } if self.ascii_line => {
                if negated {
                    r"(?-u:\B)"
                } else {
                    r"(?-u:\b)"
                }
            }
            Assertion::WordBoundary { negated, unicode } => return self.word_boundary(negated, unicode),
        });
    }

    /// Prints `\b` or `\B`. In Java, a mark that follows a letter is part of a word, but only if letter and mark are below
    /// U+10000.
    fn word_boundary(&mut self, negated: bool, unicode: bool) {
        let class = |set: &CodePointSet| {
            let mut printer = Printer { out: "[".to_owned(), groups: Vec::new(), ascii_line: false };
            printer.ranges(set);
            printer.out + "]"
        };
        let (before, after) = if unicode {
            let word = class(&properties::word());
            (word.clone(), format!("(?={word})"))
        } else {
            let bmp = CodePointSet::range(0, 0xFFFF);
            let letters = properties::letters_and_digits();
            let marks = properties::marks();
            let word = class(&letters.union(&CodePointSet::from_chars("_")));
            let base = class(&letters.intersection(&bmp));
            let bmp_marks = class(&marks.intersection(&bmp));
            let marks = class(&marks);
            (
                format!("{word}|{base}{bmp_marks}+"),
                format!("(?:(?={word})|(?={marks})(?<={base}{bmp_marks}*))"),
            )
        };
        let (before, not_before) = (format!("(?<={before})"), format!("(?<!{before})"));
        let not_after = format!("(?!{after})");
        let text = if negated {
            format!("(?:{before}{after}|{not_before}{not_after})")
        } else {
            format!("(?:{before}{not_after}|{not_before}{after})")
        };
        self.out.push_str(&text);
    }
}
