//! Simplifies a tree without changing what it matches, so that as many patterns as possible run in linear time.

mod anchors;
mod ascii_line;

use super::ast::Node;

pub(super) use anchors::resolve_anchors;
pub(super) use ascii_line::{is_ascii_line, restrict_to_ascii_line};

/// Removes nodes without effect: groups and nested sequences.
pub(super) fn simplify(node: Node) -> Node {
    match node.map_children(simplify) {
        Node::Capture(_, body) => *body,
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
