//! A tree as a pattern for the crates `regex` and `fancy-regex`, in which every class is spelled
//! out.
//!
//! Nothing is left to what a shorthand means there: only literals, ranges, groups, counted
//! repetitions, `\A`, `\z` and looks around are printed.

use std::fmt::Write as _;

use super::case::Folding;
use super::class::{CodeSet, LAST};
use super::tree::{Assert, Greed, Lines, Node, Repeat};
use super::unicode;

/// Whether `regex` alone can match it. In `plain` values word boundaries are those of ASCII.
pub(super) fn is_regular(node: &Node, plain: bool) -> bool {
    !node.any(&|node| match node {
        Node::Atomic(_) | Node::Look(..) | Node::BackReference(_) => true,
        Node::Repeat(repeat) => repeat.commits || repeat.greed == Greed::Possessive,
        Node::Assert(Assert::Word { .. }) => !plain,
        Node::Assert(assert) => !matches!(assert, Assert::Begin | Assert::End),
        _ => false,
    })
}

/// A measure of how large the compiled pattern will be: ranges, and repetitions of ranges.
pub(super) fn weight(node: &Node) -> usize {
    let own = match node {
        Node::Set(set) => set.ranges().len(),
        // Four looks, two of them at large sets.
        Node::Assert(Assert::Word { .. }) => 5_000,
        _ => 1,
    };
    let inner = node.children().iter().fold(own, |sum, child| sum.saturating_add(weight(child)));
    match node {
        Node::Repeat(repeat) => {
            let rounds = repeat.most.unwrap_or(repeat.least).max(1);
            inner.saturating_mul(rounds as usize)
        }
        _ => inner,
    }
}

pub(super) fn print(node: &Node, plain: bool) -> String {
    let mut printer = Printer { out: String::new(), groups: Vec::new(), plain };
    printer.number_groups(node);
    printer.node(node);
    printer.out
}

struct Printer {
    out: String,
    /// The numbers in Java of the groups that are printed, in order.
    groups: Vec<usize>,
    plain: bool,
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
            Node::Set(set) => self.set(set),
            Node::Concat(nodes) => {
                for node in nodes {
                    if matches!(node, Node::Alternate(_) | Node::LineBreak) {
                        self.wrapped("(?:", node);
                    } else {
                        self.node(node);
                    }
                }
            }
            Node::Alternate(nodes) => {
                for (index, node) in nodes.iter().enumerate() {
                    if index > 0 {
                        self.out.push('|');
                    }
                    self.node(node);
                }
            }
            Node::Repeat(repeat) => self.repeat(repeat),
            Node::Capture(_, node) => self.wrapped("(", node),
            Node::Atomic(node) => self.wrapped("(?>", node),
            Node::Look(look, node) => {
                let opening = match (look.behind, look.negative) {
                    (false, false) => "(?=",
                    (false, true) => "(?!",
                    (true, false) => "(?<=",
                    (true, true) => "(?<!",
                };
                self.wrapped(opening, node);
            }
            Node::BackReference(reference) => {
                let number = self.groups.iter().position(|&g| g == reference.group);
                let number = number.map_or(0, |index| index + 1);
                let opening = match reference.folding {
                    Folding::Exact => "(?:",
                    Folding::Ascii | Folding::Unicode => "(?i:",
                };
                // In a group of its own, so that no digit can join it.
                self.write(format_args!("{opening}\\{number})"));
            }
            Node::Assert(assert) => self.assert(*assert),
            Node::LineBreak => self.out.push_str(r"\r\n|[\n-\r\x{85}\x{2028}-\x{2029}]"),
        }
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        // A String takes everything.
        let _ = self.out.write_fmt(text);
    }

    fn wrapped(&mut self, opening: &str, node: &Node) {
        self.out.push_str(opening);
        self.node(node);
        self.out.push(')');
    }

    fn repeat(&mut self, repeat: &Repeat) {
        let possessive = repeat.greed == Greed::Possessive;
        if possessive {
            self.out.push_str("(?>");
        }
        if repeat.commits {
            self.wrapped("(?>", &repeat.body);
        } else if matches!(repeat.body, Node::Set(_)) {
            self.node(&repeat.body);
        } else {
            self.wrapped("(?:", &repeat.body);
        }
        match (repeat.least, repeat.most) {
            (0, Some(1)) => self.out.push('?'),
            (0, None) => self.out.push('*'),
            (1, None) => self.out.push('+'),
            (least, None) => self.write(format_args!("{{{least},}}")),
            (least, Some(most)) if least == most => self.write(format_args!("{{{least}}}")),
            (least, Some(most)) => self.write(format_args!("{{{least},{most}}}")),
        }
        if possessive {
            self.out.push(')');
        } else if repeat.greed == Greed::Lazy && Some(repeat.least) != repeat.most {
            self.out.push('?');
        }
    }

    fn set(&mut self, set: &CodeSet) {
        match set.single().and_then(char::from_u32) {
            Some(c) if c.is_ascii_alphanumeric() => self.out.push(c),
            Some(c) => self.write(format_args!("\\x{{{:X}}}", u32::from(c))),
            None => {
                self.out.push('[');
                self.ranges(set);
                self.out.push(']');
            }
        }
    }

    /// The inside of a class. Surrogates can't be printed and don't occur.
    fn ranges(&mut self, set: &CodeSet) {
        let surrogates = CodeSet::range(0xD800, 0xDFFF);
        let set = set.minus(&surrogates);
        if set.is_empty() {
            self.write(format_args!("^\\x{{0}}-\\x{{{LAST:X}}}"));
        }
        for &(first, last) in set.ranges() {
            self.write(format_args!("\\x{{{first:X}}}"));
            if last > first {
                self.write(format_args!("-\\x{{{last:X}}}"));
            }
        }
    }

    fn assert(&mut self, assert: Assert) {
        self.out.push_str(match assert {
            Assert::Begin => r"\A",
            Assert::End => r"\z",
            // None of these stands between the two characters of \r\n.
            Assert::LastEnd(Lines::Java) => r"(?:(?=(?:\r\n|[\r\x{85}\x{2028}\x{2029}])?\z)|(?<!\r)(?=\n\z))",
            Assert::LastEnd(Lines::Unix) => r"(?=\n?\z)",
            Assert::LineEnd(Lines::Java) => r"(?:\z|(?=[\r\x{85}\x{2028}\x{2029}])|(?<!\r)(?=\n))",
            Assert::LineEnd(Lines::Unix) => r"(?:\z|(?=\n))",
            // Never at the very end.
            Assert::LineBegin(Lines::Java) => {
                r"(?:(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))(?!\z))"
            }
            Assert::LineBegin(Lines::Unix) => r"(?:(?:\A|(?<=\n))(?!\z))",
            Assert::Word { negated, .. } if self.plain => {
                if negated {
                    r"(?-u:\B)"
                } else {
                    r"(?-u:\b)"
                }
            }
            Assert::Word { negated, unicode } => return self.word_boundary(negated, unicode),
        });
    }

    /// A place with a part of a word on just one side. Java counts a mark that follows a letter as
    /// part of a word, but it finds letter and marks only below U+10000.
    fn word_boundary(&mut self, negated: bool, unicode: bool) {
        let class = |set: &CodeSet| {
            let mut printer = Printer { out: "[".to_owned(), groups: Vec::new(), plain: false };
            printer.ranges(set);
            printer.out + "]"
        };
        let (before, after) = if unicode {
            let word = class(&unicode::word());
            (word.clone(), format!("(?={word})"))
        } else {
            let low = CodeSet::range(0, 0xFFFF);
            let letters = unicode::letters_and_digits();
            let marks = unicode::marks();
            let word = class(&letters.union(&CodeSet::of("_")));
            let base = class(&letters.intersect(&low));
            let low_marks = class(&marks.intersect(&low));
            let marks = class(&marks);
            (
                format!("{word}|{base}{low_marks}+"),
                format!("(?:(?={word})|(?={marks})(?<={base}{low_marks}*))"),
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
