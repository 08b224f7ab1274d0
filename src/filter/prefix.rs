//! The text that every match of a tree begins with.

use super::tree::Node;

/// The longest prefix that is plain to see; may be empty.
pub(super) fn literal_prefix(node: &Node) -> String {
    prefix(node).0
}

/// A prefix, and whether it is all that the node matches.
fn prefix(node: &Node) -> (String, bool) {
    match node {
        Node::Empty | Node::Assert(_) | Node::Look(..) => (String::new(), true),
        Node::Set(set) => match set.single().and_then(char::from_u32) {
            Some(c) => (c.to_string(), true),
            None => (String::new(), false),
        },
        Node::Concat(nodes) => {
            let mut text = String::new();
            for node in nodes {
                let (more, is_all) = prefix(node);
                text.push_str(&more);
                if !is_all {
                    return (text, false);
                }
            }
            (text, true)
        }
        Node::Alternate(nodes) => {
            let mut branches = nodes.iter().map(prefix);
            let (mut common, mut is_all) = branches.next().unwrap_or_default();
            for (text, whole) in branches {
                is_all &= whole && text == common;
                let same = common.chars().zip(text.chars());
                let length = same.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
                common.truncate(length);
            }
            (common, is_all)
        }
        // The first round of at least one begins in the same way; whether it is all depends on the
        // rest.
        Node::Repeat(repeat) if repeat.least > 0 => (prefix(&repeat.body).0, false),
        Node::Capture(_, node) | Node::Atomic(node) => prefix(node),
        Node::Repeat(_) | Node::BackReference(_) | Node::LineBreak => (String::new(), false),
    }
}
