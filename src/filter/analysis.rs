//! Properties of syntax trees: match lengths, first characters, the order in which alternatives are tried.

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

    /// Returns the length of a match if all matches have the same length.
    pub(super) fn fixed_len(&self) -> Option<usize> {
        self.max_len().filter(|&length| length == self.min_len())
    }

    /// Returns `true` if the node can match the empty string at every position.
    pub(super) fn can_always_match_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Concat(nodes) => nodes.iter().all(Node::can_always_match_empty),
            Self::Alternation(nodes) => nodes.iter().any(Node::can_always_match_empty),
            Self::Repetition(repetition) => {
                repetition.kind != QuantifierKind::Possessive
                    && (repetition.min == 0
                        || !repetition.has_atomic_iterations() && repetition.body.can_always_match_empty())
            }
            Self::Capture(_, node) => node.can_always_match_empty(),
            // An atomic group keeps a longer match where there is one.
            _ => false,
        }
    }

    /// Returns `true` if the empty match, where possible, is the last one that the node tries.
    pub(super) fn tries_empty_last(&self) -> bool {
        match self {
            Self::Alternation(nodes) => nodes.split_last().is_none_or(|(last, before)| {
                last.tries_empty_last() && before.iter().all(|n| n.min_len() > 0)
            }),
            Self::Concat(nodes) => self.min_len() > 0 || nodes.iter().all(Node::tries_empty_last),
            Self::Repetition(repetition) => {
                let lazy = repetition.kind == QuantifierKind::Lazy && repetition.min == 0;
                !lazy && repetition.body.tries_empty_last()
            }
            Self::Capture(_, node) | Self::Atomic(node) => node.tries_empty_last(),
            _ => true,
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
            Self::Assertion(assertion) => !matches!(assertion, Assertion::TextStart | Assertion::TextEnd),
            _ => false,
        })
    }

    /// Returns `true` if Java ends a repetition in the node at an empty iteration although another one could follow, and that
    /// makes a difference: always if empty iterations may be needed to reach the minimum, and otherwise to which part of a
    /// value is found.
    pub(super) fn ends_at_empty_iterations(&self, matches_whole: bool) -> bool {
        self.any(&|node| {
            let Self::Repetition(repetition) = node else { return false };
            let Repetition { body, min, max, .. } = &**repetition;
            let needs_empty = *min >= 2
                && !body.can_always_match_empty()
                && repetition.form() == RepetitionForm::GeneralGroup;
            let prefers_empty = !matches_whole && *max != Some(1) && !body.tries_empty_last();
            body.min_len() == 0 && (needs_empty || prefers_empty)
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
        !is_general && self.body.fixed_len().is_none()
    }
}
