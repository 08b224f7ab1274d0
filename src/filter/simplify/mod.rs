//! Simplifies a tree without changing what it matches, so that as many patterns as possible run in linear time.

mod anchors;
mod ascii_line;
mod possessive;

use super::ast::{Node, QuantifierKind};

pub(super) use anchors::resolve_anchors;
pub(super) use ascii_line::{is_ascii_line, restrict_to_ascii_line};
pub(super) use possessive::{Following, relax_possessive};

/// Removes nodes without effect: groups that aren't referenced, repeated assertions, nested sequences.
pub(super) fn simplify(node: Node, referenced: &[usize]) -> Node {
    let has_captures =
        |node: &Node| node.any(&|n| matches!(n, Node::Capture(g, _) if referenced.contains(g)));
    let node = node.map_children(|child| simplify(child, referenced));
    match node {
        Node::Capture(group, body) if !referenced.contains(&group) => *body,
        // With a fixed length there is nothing to backtrack to.
        Node::Atomic(body) if body.fixed_len().is_some() && !has_captures(&body) => *body,
        Node::Repetition(repetition)
            if repetition.body.max_len() == Some(0) && !has_captures(&repetition.body) =>
        {
            if repetition.min == 0 { Node::Empty } else { repetition.body }
        }
        Node::Repetition(repetition) if repetition.max == Some(0) && !has_captures(&repetition.body) => {
            Node::Empty
        }
        Node::Repetition(mut repetition) => {
            if repetition.body.fixed_len().is_some() && !has_captures(&repetition.body) {
                repetition.atomic_body = false;
            }
            if Some(repetition.min) == repetition.max && !repetition.atomic_body {
                repetition.kind = QuantifierKind::Greedy;
            }
            match (repetition.min, repetition.max) {
                (1, Some(1)) if !repetition.atomic_body => repetition.body,
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

/// Collects the numbers of the groups that back-references refer to.
pub(super) fn referenced_groups(node: &Node, groups: &mut Vec<usize>) {
    if let Node::BackReference(reference) = node {
        groups.push(reference.group);
    }
    for child in node.children() {
        referenced_groups(child, groups);
    }
}
