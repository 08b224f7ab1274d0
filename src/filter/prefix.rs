//! The literal prefix of a pattern: text that every match begins with.

use super::ast::Node;

/// Returns the longest literal prefix that is easy to determine. It can be empty.
pub(super) fn literal_prefix(node: &Node) -> String {
    prefix(node).0
}

/// Returns a prefix, and `true` if the node matches exactly this text.
fn prefix(node: &Node) -> (String, bool) {
    match node {
        Node::Empty | Node::Assertion(_) | Node::Lookaround(..) => (String::new(), true),
        Node::Class(set) => match set.as_single().and_then(char::from_u32) {
            Some(c) => (c.to_string(), true),
            None => (String::new(), false),
        },
        Node::Concat(nodes) => {
            let mut text = String::new();
            for node in nodes {
                let (part, is_exact) = prefix(node);
                text.push_str(&part);
                if !is_exact {
                    return (text, false);
                }
            }
            (text, true)
        }
        Node::Alternation(nodes) => {
            let mut branches = nodes.iter().map(prefix);
            let (mut common, mut is_exact) = branches.next().unwrap_or_default();
            for (text, is_branch_exact) in branches {
                is_exact &= is_branch_exact && text == common;
                let same = common.chars().zip(text.chars());
                let length = same.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
                common.truncate(length);
            }
            (common, is_exact)
        }
        // Every match begins with the first iteration.
        Node::Repetition(repetition) if repetition.min > 0 => (prefix(&repetition.body).0, false),
        Node::Capture(_, node) | Node::Atomic(node) => prefix(node),
        _ => (String::new(), false),
    }
}
