//! A pattern as a tree, free of flags and of Java's spelling: what the parser makes and the printer
//! reads.

use std::rc::Rc;

use super::case::Folding;
use super::class::CodeSet;

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Matches nothing of the text, always.
    Empty,
    /// One character of a set; an empty set never matches.
    Set(Rc<CodeSet>),
    /// One after the other.
    Concat(Vec<Node>),
    /// The first that leads to a match.
    Alternate(Vec<Node>),
    Repeat(Box<Repeat>),
    /// A capturing group and its number in Java.
    Capture(usize, Box<Node>),
    /// Once matched, never tried again.
    Atomic(Box<Node>),
    Look(Look, Box<Node>),
    BackReference(BackReference),
    Assert(Assert),
    /// `\R`: like an alternation, unless it is repeated itself.
    LineBreak,
}

/// A repeated piece.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repeat {
    pub(super) body: Node,
    pub(super) least: u32,
    /// None: without end.
    pub(super) most: Option<u32>,
    pub(super) greed: Greed,
    /// Each round keeps the first way in which it matched, even if another would lead on.
    pub(super) commits: bool,
    /// Where the quantifier stands, for messages.
    pub(super) column: usize,
}

/// How much a repetition takes first, and whether it gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// A look at the text around, without taking any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) behind: bool,
    pub(super) negative: bool,
    /// Java steps back by characters; else by halves of surrogate pairs.
    pub(super) by_characters: bool,
    /// For messages.
    pub(super) column: usize,
}

/// `\1`, `\k<name>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BackReference {
    pub(super) group: usize,
    pub(super) folding: Folding,
    /// For messages.
    pub(super) column: usize,
}

/// A place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assert {
    /// `\A`, `\G`, and `^` without `(?m)`.
    Begin,
    /// `\z`.
    End,
    /// `\Z`, and `$` without `(?m)`: the end, or before the last line terminator.
    LastEnd(Lines),
    /// `^` under `(?m)`.
    LineBegin(Lines),
    /// `$` under `(?m)`.
    LineEnd(Lines),
    /// `\b` and, negated, `\B`; `(?U)` widens what a word is.
    Word { negated: bool, unicode: bool },
}

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Any of Java's line terminators.
    Java,
    /// `(?d)`: only `\n`.
    Unix,
}

/// The characters that end a line.
pub(super) const TERMINATORS: &str = "\n\r\u{85}\u{2028}\u{2029}";

/// What `\R` and `\v` match.
pub(super) const VERTICAL_SPACE: &str = "\n\u{B}\u{C}\r\u{85}\u{2028}\u{2029}";

impl Node {
    pub(super) fn set(set: CodeSet) -> Self {
        Self::Set(Rc::new(set))
    }

    /// A piece that never matches.
    pub(super) fn never() -> Self {
        Self::set(CodeSet::default())
    }

    /// The pieces directly below.
    pub(super) fn children(&self) -> &[Node] {
        match self {
            Self::Concat(nodes) | Self::Alternate(nodes) => nodes,
            Self::Repeat(repeat) => std::slice::from_ref(&repeat.body),
            Self::Capture(_, node) | Self::Atomic(node) | Self::Look(_, node) => {
                std::slice::from_ref(&**node)
            }
            _ => &[],
        }
    }

    /// The same node over other children.
    pub(super) fn map(self, mut change: impl FnMut(Node) -> Node) -> Self {
        match self {
            Self::Concat(nodes) => Self::Concat(nodes.into_iter().map(change).collect()),
            Self::Alternate(nodes) => Self::Alternate(nodes.into_iter().map(change).collect()),
            Self::Repeat(mut repeat) => {
                repeat.body = change(repeat.body);
                Self::Repeat(repeat)
            }
            Self::Capture(number, node) => Self::Capture(number, Box::new(change(*node))),
            Self::Atomic(node) => Self::Atomic(Box::new(change(*node))),
            Self::Look(look, node) => Self::Look(look, Box::new(change(*node))),
            other => other,
        }
    }

    /// Whether this node or one below satisfies a condition.
    pub(super) fn any(&self, condition: &dyn Fn(&Node) -> bool) -> bool {
        condition(self) || self.children().iter().any(|child| child.any(condition))
    }

    /// The least number of characters that it takes.
    pub(super) fn min_len(&self) -> usize {
        match self {
            Self::Set(_) | Self::LineBreak => 1,
            Self::Concat(nodes) => nodes.iter().fold(0, |sum, n| sum.saturating_add(n.min_len())),
            Self::Alternate(nodes) => nodes.iter().map(Node::min_len).min().unwrap_or(0),
            Self::Repeat(repeat) => repeat.body.min_len().saturating_mul(repeat.least as usize),
            Self::Capture(_, node) | Self::Atomic(node) => node.min_len(),
            Self::Empty | Self::Look(..) | Self::BackReference(_) | Self::Assert(_) => 0,
        }
    }

    /// The greatest number of characters that it takes; None: without end.
    pub(super) fn max_len(&self) -> Option<usize> {
        match self {
            Self::Set(_) => Some(1),
            Self::LineBreak => Some(2),
            Self::Concat(nodes) => nodes.iter().try_fold(0_usize, |sum, n| sum.checked_add(n.max_len()?)),
            Self::Alternate(nodes) => nodes.iter().try_fold(0, |longest, n| Some(n.max_len()?.max(longest))),
            Self::Repeat(repeat) => match (repeat.body.max_len()?, repeat.most) {
                (0, _) => Some(0),
                (length, most) => length.checked_mul(most? as usize),
            },
            Self::Capture(_, node) | Self::Atomic(node) => node.max_len(),
            Self::BackReference(_) => None,
            Self::Empty | Self::Look(..) | Self::Assert(_) => Some(0),
        }
    }

    /// The length, where every match has the same.
    pub(super) fn fixed_len(&self) -> Option<usize> {
        self.max_len().filter(|&length| length == self.min_len())
    }

    /// Whether it may take nothing, wherever it stands.
    pub(super) fn is_always_optional(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Concat(nodes) => nodes.iter().all(Node::is_always_optional),
            Self::Alternate(nodes) => nodes.iter().any(Node::is_always_optional),
            Self::Repeat(repeat) => {
                repeat.greed != Greed::Possessive
                    && (repeat.least == 0 || !repeat.commits && repeat.body.is_always_optional())
            }
            Self::Capture(_, node) => node.is_always_optional(),
            // What never gives back may be kept from taking nothing by what it could take.
            _ => false,
        }
    }

    /// Whether taking nothing is the last thing that it tries, if it can at all.
    pub(super) fn tries_nothing_last(&self) -> bool {
        match self {
            Self::Alternate(nodes) => nodes.split_last().is_none_or(|(last, before)| {
                last.tries_nothing_last() && before.iter().all(|n| n.min_len() > 0)
            }),
            Self::Concat(nodes) => self.min_len() > 0 || nodes.iter().all(Node::tries_nothing_last),
            Self::Repeat(repeat) => {
                let lazy = repeat.greed == Greed::Lazy && repeat.least == 0;
                !lazy && repeat.body.tries_nothing_last()
            }
            Self::Capture(_, node) | Self::Atomic(node) => node.tries_nothing_last(),
            _ => true,
        }
    }

    /// Whether Java takes it for something that matches in one way only, and so commits to it when
    /// it is repeated.
    pub(super) fn is_deterministic(&self) -> bool {
        match self {
            Self::Alternate(_) => false,
            Self::Concat(nodes) => nodes.iter().all(Node::is_deterministic),
            Self::Capture(_, node) | Self::Atomic(node) => node.is_deterministic(),
            Self::Repeat(repeat) => Some(repeat.least) == repeat.most && repeat.body.is_deterministic(),
            _ => true,
        }
    }

    /// The characters that it can begin with, looks around left aside; all of them where that is
    /// not known.
    pub(super) fn first(&self) -> CodeSet {
        match self {
            Self::Set(set) => (**set).clone(),
            Self::LineBreak => CodeSet::of(VERTICAL_SPACE),
            Self::Concat(nodes) => {
                let mut first = CodeSet::default();
                for node in nodes {
                    first = first.union(&node.first());
                    if node.min_len() > 0 {
                        break;
                    }
                }
                first
            }
            Self::Alternate(nodes) => {
                nodes.iter().fold(CodeSet::default(), |first, n| first.union(&n.first()))
            }
            Self::Repeat(repeat) => repeat.body.first(),
            Self::Capture(_, node) | Self::Atomic(node) => node.first(),
            Self::BackReference(_) => CodeSet::all(),
            Self::Empty | Self::Look(..) | Self::Assert(_) => CodeSet::default(),
        }
    }
}
