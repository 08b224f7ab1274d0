//! Removes line anchors that always hold in a match of a whole value.

use super::super::ast::{Assertion, Node};

/// Removes `^` and `$` at the start and the end of a pattern that is matched against whole values.
pub(in crate::filter) fn resolve_anchors(node: Node) -> Node {
    let is_nonempty = node.min_len() > 0;
    resolve(node, true, true, is_nonempty)
}

fn resolve(node: Node, at_start: bool, at_end: bool, is_nonempty: bool) -> Node {
    let are_empty = |nodes: &[Node]| nodes.iter().all(|n| n.max_len() == Some(0));
    match node {
        Node::Assertion(Assertion::TextEndOrTerminator(_) | Assertion::LineEnd(_)) if at_end => Node::Empty,
        // Java's `(?m)^` doesn't match an empty value.
        Node::Assertion(Assertion::LineStart(_)) if at_start && is_nonempty => Node::Empty,
        Node::Concat(nodes) => {
            let edges: Vec<(bool, bool)> = (0..nodes.len())
                .map(|i| (at_start && are_empty(&nodes[..i]), at_end && are_empty(&nodes[i + 1..])))
                .collect();
            let mut edges = edges.into_iter();
            Node::Concat(nodes).map_children(|child| {
                let (at_start, at_end) = edges.next().unwrap_or_default();
                resolve(child, at_start, at_end, is_nonempty)
            })
        }
        // Not in an atomic group, where an anchor decides which alternative the group keeps.
        Node::Alternation(_) | Node::Capture(..) => {
            node.map_children(|child| resolve(child, at_start, at_end, is_nonempty))
        }
        other => other,
    }
}
