//! Removes line anchors that always hold in a match of a whole value.

use super::super::ast::{Assertion, Node};

/// Removes `^` and `$` at the start and the end of a pattern that is matched against whole values.
pub(in crate::filter) fn resolve_anchors(node: Node) -> Node {
    let is_nonempty = node.min_len() > 0;
    resolve(node, true, true, is_nonempty)
}

fn resolve(node: Node, at_start: bool, at_end: bool, is_nonempty: bool) -> Node {
    match node {
        Node::Assertion(Assertion::TextEndOrTerminator(_) | Assertion::LineEnd(_)) if at_end => Node::Empty,
        // Java's `(?m)^` doesn't match an empty value.
        Node::Assertion(Assertion::LineStart(_)) if at_start && is_nonempty => Node::Empty,
        Node::Concat(nodes) => {
            let is_empty = |node: &&Node| node.max_len() == Some(0);
            let first = nodes.iter().take_while(is_empty).count();
            let last = nodes.len() - nodes.iter().rev().take_while(is_empty).count();
            let mut index = 0;
            Node::Concat(nodes).map_children(|child| {
                index += 1;
                resolve(child, at_start && index <= first + 1, at_end && index >= last, is_nonempty)
            })
        }
        // Not in an atomic group, where an anchor decides which alternative the group keeps.
        Node::Alternation(_) | Node::Capture(..) => {
            node.map_children(|child| resolve(child, at_start, at_end, is_nonempty))
        }
        other => other,
    }
}
