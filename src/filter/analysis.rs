//! Properties of syntax trees: match lengths, first characters, which engine can match them.

use super::ast::{Assertion, Node, QuantifierKind, Repetition, VERTICAL_SPACE};
use super::code_points::{CodePointSet, MAX_CODE_POINT};
use super::matcher::study::RepetitionForm;

impl Node {
    /// Returns the minimum length of a match in characters.
    pub(super) fn min_len(&self) -> usize {
        match self {
            Self::Class(_) | Self::FailingClass(_) | Self::Composed(_) | Self::LineBreak | Self::Grapheme => {
                1
            }
            Self::Concat(nodes) => nodes.iter().fold(0, |sum, n| sum.saturating_add(n.min_len())),
            Self::Alternation(nodes) => nodes.iter().map(Node::min_len).min().unwrap_or(0),
            Self::Repetition(repetition) => repetition.body.min_len().saturating_mul(repetition.min as usize),
            Self::Capture(_, node) | Self::Atomic(node) => node.min_len(),
            Self::Empty | Self::Lookaround(..) | Self::BackReference(_) | Self::Assertion(_) => 0,
        }
    }

    /// Returns the maximum length of a match in characters, or `None` if it is unbounded or unknown.
    pub(super) fn max_len(&self) -> Option<usize> {
        match self {
            Self::Class(_) | Self::FailingClass(_) => Some(1),
            Self::LineBreak => Some(2),
            Self::Concat(nodes) => nodes.iter().try_fold(0_usize, |sum, n| sum.checked_add(n.max_len()?)),
            Self::Alternation(nodes) => {
                nodes.iter().try_fold(0, |longest, n| Some(n.max_len()?.max(longest)))
            }
            Self::Repetition(repetition) => match (repetition.body.max_len()?, repetition.max) {
                (0, _) => Some(0),
                (length, max) => length.checked_mul(max? as usize),
            },
            Self::Capture(_, node) | Self::Atomic(node) => node.max_len(),
            Self::BackReference(_) | Self::Grapheme | Self::Composed(_) => None,
            Self::Empty | Self::Lookaround(..) | Self::Assertion(_) => Some(0),
        }
    }

    /// Returns the text of the single characters at the start of a sequence, which every match begins with.
    pub(super) fn literal_prefix(&self) -> String {
        let nodes = if let Self::Concat(nodes) = self { nodes } else { std::slice::from_ref(self) };
        let nodes = nodes.iter().filter(|node| !matches!(node, Self::Assertion(_) | Self::Lookaround(..)));
        nodes.map_while(Node::as_char).collect()
    }

    /// Returns the character that a node matches if it is the only one.
    pub(super) fn as_char(&self) -> Option<char> {
        let Self::Class(set) = self else { return None };
        match set.ranges() {
            [(first, last)] if first == last => char::from_u32(*first),
            _ => None,
        }
    }

    /// Returns the characters that a match can begin with, ignoring lookarounds; all characters where that is unknown.
    pub(super) fn first_chars(&self) -> CodePointSet {
        let mut ranges = Vec::new();
        self.add_first_chars(&mut ranges);
        CodePointSet::new(ranges)
    }

    fn add_first_chars(&self, ranges: &mut Vec<(u32, u32)>) {
        match self {
            Self::Class(set) => ranges.extend_from_slice(set.ranges()),
            Self::LineBreak => ranges.extend_from_slice(CodePointSet::from_chars(VERTICAL_SPACE).ranges()),
            Self::Concat(nodes) => {
                for node in nodes {
                    node.add_first_chars(ranges);
                    if node.min_len() > 0 {
                        break;
                    }
                }
            }
            Self::Alternation(nodes) => nodes.iter().for_each(|node| node.add_first_chars(ranges)),
            Self::Repetition(repetition) => repetition.body.add_first_chars(ranges),
            Self::Capture(_, node) | Self::Atomic(node) => node.add_first_chars(ranges),
            Self::BackReference(_) | Self::Grapheme | Self::Composed(_) | Self::FailingClass(_) => {
                ranges.push((0, MAX_CODE_POINT));
            }
            Self::Empty | Self::Lookaround(..) | Self::Assertion(_) => {}
        }
    }

    /// Returns `true` if the crate `regex` can match the node. With `ascii_line`, values are those of
    /// [`is_ascii_line`](super::simplify::is_ascii_line), for which its ASCII word boundaries are exact.
    pub(super) fn is_regular(&self, ascii_line: bool) -> bool {
        !self.any(&|node| match node {
            Self::Atomic(_)
            | Self::Lookaround(..)
            | Self::BackReference(_)
            | Self::Grapheme
            | Self::FailingClass(_)
            | Self::Composed(_) => true,
            Self::Repetition(repetition) => {
                repetition.has_atomic_iterations() || repetition.kind == QuantifierKind::Possessive
            }
            Self::Assertion(Assertion::WordBoundary { .. }) => !ascii_line,
            Self::Assertion(assertion) => {
                !matches!(assertion, Assertion::TextStart | Assertion::SearchStart | Assertion::TextEnd)
            }
            _ => false,
        })
    }

    /// Returns `true` if the node repeats a part that can be empty, and it can matter that Java stops at an empty iteration: for
    /// reaching the minimum, or for which part of a value is found.
    pub(super) fn ends_at_empty_iterations(&self, matches_whole: bool) -> bool {
        self.any(&|node| match node {
            Self::Repetition(repetition) => {
                let is_single = repetition.max == Some(1);
                repetition.body.min_len() == 0 && !is_single && (repetition.min >= 2 || !matches_whole)
            }
            _ => false,
        })
    }

    /// Returns `true` if the node does more than to match at a position: how it matches depends on earlier attempts, or Java
    /// can throw an exception.
    pub(super) fn has_side_effects(&self) -> bool {
        self.any(&|node| {
            matches!(
                node,
                Self::BackReference(_)
                    | Self::FailingClass(_)
                    | Self::Composed(_)
                    | Self::Assertion(Assertion::GraphemeBoundary)
            )
        })
    }

    /// Returns `true` for a class with characters beyond `U+FFFF` or halves of them, but not for the set of `.`, as Java does.
    pub(super) fn has_surrogates(&self, dot: &CodePointSet) -> bool {
        match self {
            Self::Class(set) => **set != *dot && set.has_surrogates(),
            Self::FailingClass(class) | Self::Composed(class) => {
                class.set.union(&class.fails).has_surrogates()
            }
            _ => false,
        }
    }

    /// Estimates the size of the compiled pattern: the number of ranges, multiplied by repetition counts.
    pub(super) fn weight(&self) -> usize {
        let own = match self {
            Self::Class(set) => set.ranges().len(),
            _ => 1,
        };
        let total = self.children().iter().fold(own, |sum, child| sum.saturating_add(child.weight()));
        match self {
            Self::Repetition(repetition) => {
                let iterations = repetition.max.unwrap_or(repetition.min).max(1);
                total.saturating_mul(iterations as usize)
            }
            _ => total,
        }
    }
}

impl Repetition {
    /// Returns `true` if an iteration that can match in several ways isn't backtracked into.
    pub(super) fn has_atomic_iterations(&self) -> bool {
        let is_general = matches!(self.form(), RepetitionForm::GeneralGroup | RepetitionForm::OptionalGroup);
        !is_general && self.body.max_len() != Some(self.body.min_len())
    }
}
