//! The syntax tree of a pattern, independent of flags and of Java's notation.

use std::sync::Arc;

use super::case_folding::CaseFolding;
use super::code_points::CodePointSet;

/// A node of the syntax tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Matches the empty string.
    Empty,
    /// One character of a set. An empty set never matches.
    Class(Arc<CodePointSet>),
    /// A class that Java evaluates with an exception for some characters.
    FailingClass(Arc<CharClass>),
    /// `(?c)`: one character of a set, which can be written as several characters that compose it.
    Composed(Arc<CharClass>),
    Concat(Vec<Node>),
    /// Alternatives in order of preference.
    Alternation(Vec<Node>),
    Repetition(Box<Repetition>),
    /// A capturing group and its number in Java.
    Capture(usize, Box<Node>),
    /// An atomic group `(?>…)`: once matched, it isn't backtracked into.
    Atomic(Box<Node>),
    Lookaround(Lookaround, Box<Node>),
    BackReference(BackReference),
    Assertion(Assertion),
    /// `\R`: behaves like an alternation, but like an atomic group where it is repeated directly.
    LineBreak,
    /// `\X`: a grapheme cluster.
    Grapheme,
}

/// A character class.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CharClass {
    pub(super) set: CodePointSet,
    /// Characters for which Java throws an exception: there is nothing after an `&&`.
    pub(super) fails: CodePointSet,
}

/// A node with a quantifier.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repetition {
    pub(super) body: Node,
    pub(super) min: u32,
    /// Maximum number of iterations; `None` if unbounded.
    pub(super) max: Option<u32>,
    pub(super) kind: QuantifierKind,
    /// The group that `body` is.
    pub(super) group: RepeatedGroup,
    /// `true` if Java assumes that `body` matches in one way at most.
    pub(super) is_deterministic: bool,
}

/// The kind of a group with a quantifier. Lookarounds and atomic groups don't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RepeatedGroup {
    None,
    /// `(?:…)`, which isn't a node of its own.
    Plain,
    Capturing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuantifierKind {
    Greedy,
    Lazy,
    Possessive,
}

/// The kind of a look-ahead or look-behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lookaround {
    pub(super) behind: bool,
    pub(super) negative: bool,
    /// `true` if Java steps back by code points, `false` if by UTF-16 code units.
    pub(super) by_code_point: bool,
    /// Minimum number of code points or code units that a look-behind steps back.
    pub(super) min: i32,
    /// Maximum number of code points or code units that a look-behind steps back.
    pub(super) max: i32,
}

/// `\1` or `\k<name>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BackReference {
    pub(super) group: usize,
    pub(super) folding: CaseFolding,
}

/// A condition on a position that consumes no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assertion {
    /// `\A`, and `^` without `(?m)`.
    TextStart,
    /// `\G`: the start of the value, because each value is searched once.
    SearchStart,
    /// `\z`.
    TextEnd,
    /// `\Z`, and `$` without `(?m)`: the end, or before the final line terminator.
    TextEndOrTerminator(LineTerminators),
    /// `^` under `(?m)`.
    LineStart(LineTerminators),
    /// `$` under `(?m)`.
    LineEnd(LineTerminators),
    /// `\b` and, negated, `\B`. `(?U)` extends the definition of a word character.
    WordBoundary { negated: bool, unicode: bool },
    /// `\b{g}`.
    GraphemeBoundary,
}

/// The line terminators that anchors and `.` recognize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineTerminators {
    /// All of Java's, and `\r\n`.
    Java,
    /// `(?d)`: `\n` only.
    Unix,
}

impl LineTerminators {
    /// Returns the line terminators of one character.
    pub(super) fn chars(self) -> &'static str {
        match self {
            Self::Java => "\n\r\u{85}\u{2028}\u{2029}",
            Self::Unix => "\n",
        }
    }
}

/// The characters of `\v`; `\R` matches these and `\r\n`.
pub(super) const VERTICAL_SPACE: &str = "\n\u{B}\u{C}\r\u{85}\u{2028}\u{2029}";

impl From<CodePointSet> for CharClass {
    fn from(set: CodePointSet) -> Self {
        Self { set, fails: CodePointSet::default() }
    }
}

impl CharClass {
    /// Adds what another class matches, in Java's order of evaluation.
    pub(super) fn unite(&mut self, other: &Self) {
        self.fails = self.fails.union(&other.fails.difference(&self.set));
        self.set = self.set.union(&other.set).difference(&self.fails);
    }

    /// Keeps what another class matches, too. Without another class, Java fails.
    pub(super) fn intersect(&mut self, other: Option<&Self>) {
        let (set, fails) = match other {
            Some(other) => (self.set.intersection(&other.set), self.set.intersection(&other.fails)),
            None => (CodePointSet::default(), std::mem::take(&mut self.set)),
        };
        self.set = set;
        self.fails = self.fails.union(&fails);
    }

    pub(super) fn negate(&self) -> Self {
        Self { set: self.set.negate().difference(&self.fails), fails: self.fails.clone() }
    }
}

impl Node {
    pub(super) fn class(set: CodePointSet) -> Self {
        Self::Class(Arc::new(set))
    }

    pub(super) fn children(&self) -> &[Node] {
        match self {
            Self::Concat(nodes) | Self::Alternation(nodes) => nodes,
            Self::Repetition(repetition) => std::slice::from_ref(&repetition.body),
            Self::Capture(_, node) | Self::Atomic(node) | Self::Lookaround(_, node) => {
                std::slice::from_ref(&**node)
            }
            _ => &[],
        }
    }

    /// Applies `change` to each direct child.
    pub(super) fn map_children(self, mut change: impl FnMut(Node) -> Node) -> Self {
        match self {
            Self::Concat(nodes) => Self::Concat(nodes.into_iter().map(change).collect()),
            Self::Alternation(nodes) => Self::Alternation(nodes.into_iter().map(change).collect()),
            Self::Repetition(mut repetition) => {
                repetition.body = change(repetition.body);
                Self::Repetition(repetition)
            }
            Self::Capture(number, node) => Self::Capture(number, Box::new(change(*node))),
            Self::Atomic(node) => Self::Atomic(Box::new(change(*node))),
            Self::Lookaround(lookaround, node) => Self::Lookaround(lookaround, Box::new(change(*node))),
            other => other,
        }
    }

    /// Returns the number of levels of the tree.
    pub(super) fn depth(&self) -> usize {
        1 + self.children().iter().map(Node::depth).max().unwrap_or(0)
    }

    /// Returns `true` if this node or a descendant satisfies `condition`.
    pub(super) fn any(&self, condition: &dyn Fn(&Node) -> bool) -> bool {
        condition(self) || self.children().iter().any(|child| child.any(condition))
    }
}
