//! Match lengths and determinism by Java's own reckoning.
//!
//! Java decides by them which repetitions it backtracks into, which look-behinds it rejects, and how far a look-behind steps
//! back. The numbers are Java's, including overflows.

use super::super::ast::{Node, QuantifierKind, RepeatedGroup, Repetition};

/// The maximum of an unbounded quantifier in Java.
const UNBOUNDED: i32 = i32::MAX;

/// The match lengths and the determinism of a part of a pattern, as Java computes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filter) struct Study {
    /// Minimum length of a match.
    pub(in crate::filter) min: i32,
    /// Maximum length of a match, if `has_max`.
    pub(in crate::filter) max: i32,
    pub(in crate::filter) has_max: bool,
    /// `true` if Java assumes that there is only one way to match at a position.
    pub(in crate::filter) is_deterministic: bool,
}

impl Study {
    const EMPTY: Self = Self { min: 0, max: 0, has_max: true, is_deterministic: true };

    /// Studies a node as a whole.
    pub(in crate::filter) fn of(node: &Node) -> Self {
        let mut chain = Chain::new(Self::EMPTY);
        chain.add(node);
        chain.total()
    }

    fn plus(self, other: Self) -> Self {
        Self {
            min: self.min.wrapping_add(other.min),
            max: self.max.wrapping_add(other.max),
            has_max: self.has_max && other.has_max,
            is_deterministic: self.is_deterministic && other.is_deterministic,
        }
    }
}

/// A sequence that is studied from left to right.
struct Chain {
    /// Everything up to the last alternation, after which Java counts from 0.
    before: Study,
    current: Study,
    /// `true` after a loop over a group that isn't deterministic. Java doesn't look beyond it.
    is_stopped: bool,
}

impl Chain {
    fn new(current: Study) -> Self {
        Self { before: Study::EMPTY, current, is_stopped: false }
    }

    fn total(self) -> Study {
        self.before.plus(self.current)
    }

    fn add_lengths(&mut self, min: i32, max: i32) {
        self.current.min = self.current.min.wrapping_add(min);
        self.current.max = self.current.max.wrapping_add(max);
    }

    fn add(&mut self, node: &Node) {
        match node {
            _ if self.is_stopped => {}
            Node::Class(_) | Node::FailingClass(_) => self.add_lengths(1, 1),
            Node::LineBreak => self.add_lengths(1, 2),
            Node::Grapheme | Node::Composed(_) => {
                self.add_lengths(1, 0);
                self.current.is_deterministic = false;
            }
            Node::Concat(nodes) => nodes.iter().for_each(|node| self.add(node)),
            Node::Alternation(nodes) => self.add_alternatives(nodes.iter().map(Study::of)),
            Node::Capture(_, body) => self.add(body),
            Node::Atomic(body) => self.add_part(body),
            Node::Repetition(repetition) => self.add_repetition(repetition),
            Node::BackReference(_) => self.current.has_max = false,
            Node::Empty | Node::Lookaround(..) | Node::Assertion(_) => {}
        }
    }

    /// Adds a node that is a sequence of its own.
    fn add_part(&mut self, node: &Node) {
        let mut part = Chain::new(self.current);
        part.add(node);
        self.current = part.total();
    }

    fn add_alternatives(&mut self, alternatives: impl Iterator<Item = Study>) {
        let start = Study { min: i32::MAX, max: -1, has_max: true, is_deterministic: false };
        let choice = alternatives.fold(start, |all, one| Study {
            min: all.min.min(one.min),
            max: all.max.max(one.max),
            has_max: all.has_max && one.has_max,
            ..all
        });
        self.before = self.before.plus(self.current).plus(choice);
        self.current = Study::EMPTY;
    }

    fn add_repetition(&mut self, repetition: &Repetition) {
        let max = repetition.max.map_or(UNBOUNDED, |max| i32::try_from(max).unwrap_or(UNBOUNDED));
        let min = i32::try_from(repetition.min).unwrap_or(UNBOUNDED);
        match repetition.form() {
            RepetitionForm::OptionalGroup => {
                self.add_alternatives([Study::of(&repetition.body), Study::EMPTY].into_iter());
            }
            RepetitionForm::OptionalAtom => {
                let before = self.current.min;
                self.add_part(&repetition.body);
                self.current.min = before;
                self.current.is_deterministic = false;
            }
            RepetitionForm::GreedyClass if max == UNBOUNDED => {
                self.current.min = self.current.min.wrapping_add(min);
                if self.current.has_max {
                    self.current.max = self.current.max.wrapping_add(UNBOUNDED);
                }
                self.current.is_deterministic = false;
            }
            RepetitionForm::GreedyClass | RepetitionForm::Atoms | RepetitionForm::DeterministicGroup => {
                let body = Study::of(&repetition.body);
                let current = &mut self.current;
                let total_min = body.min.wrapping_mul(min).wrapping_add(current.min);
                current.min = if total_min < current.min { 0xFFF_FFFF } else { total_min };
                let total_max = body.max.wrapping_mul(max).wrapping_add(current.max);
                current.has_max = current.has_max && body.has_max && total_max >= current.max;
                if body.has_max {
                    current.max = total_max;
                }
                current.is_deterministic &= body.is_deterministic && min == max;
            }
            RepetitionForm::GeneralGroup => {
                self.current.has_max = false;
                self.current.is_deterministic = false;
                self.is_stopped = true;
            }
        }
    }
}

/// The kinds of repetitions that Java treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filter) enum RepetitionForm {
    /// `?` after anything but a group: an attempt that isn't backtracked into.
    OptionalAtom,
    /// `?` after a group: a choice between the group and nothing.
    OptionalGroup,
    /// A greedy quantifier after a class or character.
    GreedyClass,
    /// Another quantifier after anything but a group, or a possessive one: iterations aren't backtracked into.
    Atoms,
    /// Iterations of a group that aren't backtracked into.
    DeterministicGroup,
    /// Iterations of a group that are backtracked into.
    GeneralGroup,
}

impl Repetition {
    /// Returns how Java matches the repetition.
    pub(in crate::filter) fn form(&self) -> RepetitionForm {
        let is_atom = self.group == RepeatedGroup::None || self.kind == QuantifierKind::Possessive;
        let is_optional = (self.min, self.max) == (0, Some(1));
        match (is_atom, is_optional) {
            (true, true) => RepetitionForm::OptionalAtom,
            (true, false)
                if self.kind == QuantifierKind::Greedy
                    && matches!(self.body, Node::Class(_) | Node::FailingClass(_)) =>
            {
                RepetitionForm::GreedyClass
            }
            (true, false) => RepetitionForm::Atoms,
            (false, true) => RepetitionForm::OptionalGroup,
            (false, false) if self.is_deterministic => RepetitionForm::DeterministicGroup,
            (false, false) => RepetitionForm::GeneralGroup,
        }
    }
}
