//! Simplifies a tree without changing what it matches, so that as many patterns as possible run in linear time.

mod anchors;
mod ascii_line;

use super::ast::{Node, QuantifierKind};

pub(super) use anchors::resolve_anchors;
pub(super) use ascii_line::{is_ascii_line, restrict_to_ascii_line};

/// Removes nodes without effect: groups, repeated assertions, nested sequences.
pub(super) fn simplify(node: Node) -> Node {
    match node.map_children(simplify) {
        Node::Capture(_, body) => *body,
        // With a fixed length there is nothing to backtrack to.
        Node::Atomic(body) if body.fixed_len().is_some() => *body,
        Node::Repetition(repetition) if repetition.body.max_len() == Some(0) => {
            if repetition.min == 0 {
                Node::Empty
            } else {
                repetition.body
            }
        }
        Node::Repetition(repetition) if repetition.max == Some(0) => Node::Empty,
        Node::Repetition(mut repetition) => {
            let is_atomic = repetition.has_atomic_iterations();
            if Some(repetition.min) == repetition.max && !is_atomic {
                repetition.kind = QuantifierKind::Greedy;
            }
            match (repetition.min, repetition.max) {
                (1, Some(1)) if !is_atomic => repetition.body,
                _ => Node::Repetition(repetition),
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
