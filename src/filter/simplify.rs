//! Makes a tree as plain as it can be without changing what it matches, so that as many patterns as
//! possible run in linear time.

use std::rc::Rc;

use super::class::CodeSet;
use super::tree::{Assert, Greed, Node, Repeat};

/// Removes what has no effect: groups that nothing refers to, repeated assertions, nested
/// sequences.
pub(super) fn tidy(node: Node, referenced: &[usize]) -> Node {
    let captures = |node: &Node| node.any(&|n| matches!(n, Node::Capture(g, _) if referenced.contains(g)));
    let node = node.map(|child| tidy(child, referenced));
    match node {
        Node::Capture(group, inner) if !referenced.contains(&group) => *inner,
        // Without a choice of lengths there is nothing to go back to.
        Node::Atomic(inner) if inner.fixed_len().is_some() && !captures(&inner) => *inner,
        Node::Repeat(repeat) if repeat.body.max_len() == Some(0) && !captures(&repeat.body) => {
            if repeat.least == 0 { Node::Empty } else { repeat.body }
        }
        Node::Repeat(repeat) if repeat.most == Some(0) && !captures(&repeat.body) => Node::Empty,
        Node::Repeat(mut repeat) => {
            if repeat.body.fixed_len().is_some() && !captures(&repeat.body) {
                repeat.commits = false;
            }
            if Some(repeat.least) == repeat.most && !repeat.commits {
                repeat.greed = Greed::Greedy;
            }
            match (repeat.least, repeat.most) {
                (1, Some(1)) if !repeat.commits => repeat.body,
                _ => Node::Repeat(repeat),
            }
        }
        Node::Concat(nodes) => {
            let mut flat = Vec::with_capacity(nodes.len());
            for node in nodes {
                match node {
                    Node::Concat(inner) => flat.extend(inner),
                    Node::Empty => {}
                    other => flat.push(other),
                }
            }
            match flat.len() {
                0 => Node::Empty,
                1 => flat.swap_remove(0),
                _ => Node::Concat(flat),
            }
        }
        other => other,
    }
}

/// The numbers of the groups that are referred to.
pub(super) fn referenced(node: &Node, groups: &mut Vec<usize>) {
    if let Node::BackReference(reference) = node {
        groups.push(reference.group);
    }
    for child in node.children() {
        referenced(child, groups);
    }
}

/// Settles the line anchors of a pattern for whole values, where only the very end or beginning can
/// be meant.
pub(super) fn settle_anchors(node: Node) -> Node {
    let filled = node.min_len() > 0;
    settle(node, true, true, filled)
}

fn settle(node: Node, at_start: bool, at_end: bool, filled: bool) -> Node {
    let takes_nothing = |nodes: &[Node]| nodes.iter().all(|n| n.max_len() == Some(0));
    match node {
        Node::Assert(Assert::LastEnd(_) | Assert::LineEnd(_)) if at_end => Node::Empty,
        // Java's `(?m)^` does not match an empty text.
        Node::Assert(Assert::LineBegin(_)) if at_start && filled => Node::Empty,
        Node::Concat(nodes) => {
            let edges: Vec<(bool, bool)> = (0..nodes.len())
                .map(|i| (at_start && takes_nothing(&nodes[..i]), at_end && takes_nothing(&nodes[i + 1..])))
                .collect();
            let mut edges = edges.into_iter();
            Node::Concat(nodes).map(|child| {
                let (start, end) = edges.next().unwrap_or_default();
                settle(child, start, end, filled)
            })
        }
        // An atomic group stays as it is: where an anchor holds decides which alternative it keeps.
        Node::Alternate(_) | Node::Capture(..) => node.map(|child| settle(child, at_start, at_end, filled)),
        other => other,
    }
}

/// What comes after a node.
#[derive(Clone)]
pub(super) struct Follow {
    /// The characters that may come next.
    first: CodeSet,
    /// A condition on the place may come before the next character or the end.
    asserted: bool,
    /// The end that comes at last is the end of the whole value.
    whole: bool,
}

impl Follow {
    pub(super) fn nothing(whole: bool) -> Self {
        Self { first: CodeSet::default(), asserted: false, whole }
    }

    fn before(&self, node: &Node) -> Self {
        let nullable = node.min_len() == 0;
        let condition = |n: &Node| matches!(n, Node::Assert(_) | Node::Look(..) | Node::BackReference(_));
        let mut first = node.first();
        if nullable {
            first = first.union(&self.first);
        }
        Self { first, asserted: (nullable && self.asserted) || node.any(&condition), whole: self.whole }
    }

    /// Whether a possessive repetition of `body` before this may as well give back. What it could
    /// give back ends before a character that `body` begins with, and nothing here does.
    fn frees(&self, body: &Node) -> bool {
        !body.any(&is_capture)
            && body.fixed_len().is_some_and(|length| length > 0)
            && body.first().is_disjoint(&self.first)
            && (self.whole || !self.asserted)
    }
}

/// Turns possessive repetitions and atomic groups into ordinary ones where that can't change a
/// match.
pub(super) fn relax(node: Node, follow: &Follow) -> Node {
    match node {
        Node::Concat(nodes) => {
            let mut after = follow.clone();
            let mut relaxed: Vec<Node> = nodes
                .into_iter()
                .rev()
                .map(|node| {
                    let node = relax(node, &after);
                    after = after.before(&node);
                    node
                })
                .collect();
            relaxed.reverse();
            Node::Concat(relaxed)
        }
        Node::Repeat(mut repeat) => {
            if repeat.greed == Greed::Possessive && follow.frees(&repeat.body) {
                repeat.greed = Greed::Greedy;
            }
            let Repeat { body, most, .. } = &*repeat;
            // What never gives back hides what follows: its own end is all that its inside can see.
            let end = if repeat.commits || repeat.greed == Greed::Possessive {
                Follow::nothing(false)
            } else {
                follow.clone()
            };
            let inside = if *most == Some(1) {
                end
            } else {
                let mut inside = end.before(body);
                inside.first = inside.first.union(&end.first);
                inside.asserted |= end.asserted;
                inside
            };
            Node::Repeat(repeat).map(|body| relax(body, &inside))
        }
        Node::Alternate(_) | Node::Capture(..) => node.map(|child| relax(child, follow)),
        Node::Atomic(inner) => {
            let inner = relax(*inner, &Follow::nothing(false));
            let frees = |body| !inner.any(&is_capture) && follow.frees(body);
            if ends_in_loop(&inner).is_some_and(frees) { inner } else { Node::Atomic(Box::new(inner)) }
        }
        Node::Look(..) => node.map(|child| relax(child, &Follow::nothing(false))),
        other => other,
    }
}

/// Only groups that are referred to are left by now: what they hold depends on the way of a match.
fn is_capture(node: &Node) -> bool {
    matches!(node, Node::Capture(..))
}

/// The body of the greedy repetition that ends a node, where everything before it has one length.
fn ends_in_loop(node: &Node) -> Option<&Node> {
    match node {
        Node::Repeat(repeat) if repeat.greed == Greed::Greedy => Some(&repeat.body),
        Node::Concat(nodes) => {
            let (last, before) = nodes.split_last()?;
            let fixed = before.iter().all(|n| n.fixed_len().is_some());
            fixed.then(|| ends_in_loop(last)).flatten()
        }
        _ => None,
    }
}

/// The same pattern for plain values only: ASCII without line terminators, and not empty. Most
/// names are such, and much that is hard in general is simple there.
pub(super) fn for_plain_values(node: Node) -> Node {
    let plain = CodeSet::ascii().minus(&CodeSet::of("\n\r"));
    match node {
        Node::Set(set) if set.is_subset(&plain) => Node::Set(Rc::clone(&set)),
        Node::Set(set) => Node::set(set.intersect(&plain)),
        Node::LineBreak => Node::set(CodeSet::of("\u{B}\u{C}")),
        Node::Assert(Assert::LastEnd(_) | Assert::LineEnd(_)) => Node::Assert(Assert::End),
        Node::Assert(Assert::LineBegin(_)) => Node::Assert(Assert::Begin),
        other => other.map(for_plain_values),
    }
}

/// Whether a value is plain in this sense.
pub(super) fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii() && b != b'\n' && b != b'\r')
}
