//! Turns possessive quantifiers and atomic groups into greedy ones where that doesn't change the matches.

use super::super::ast::{Node, QuantifierKind, Repetition};
use super::super::code_points::CodePointSet;

/// The constraints on the text after a node.
#[derive(Clone)]
pub(in crate::filter) struct Following {
    /// Characters that can come next.
    first_chars: CodePointSet,
    /// An assertion or similar comes before the next character or the end.
    has_condition: bool,
    /// The end of the pattern is the end of the whole value.
    matches_whole: bool,
}

impl Following {
    pub(in crate::filter) fn nothing(matches_whole: bool) -> Self {
        Self { first_chars: CodePointSet::default(), has_condition: false, matches_whole }
    }

    /// Returns the constraints after a node that is followed by `node`.
    fn prepended(&self, node: &Node) -> Self {
        let nullable = node.min_len() == 0;
        let is_condition =
            |n: &Node| matches!(n, Node::Assertion(_) | Node::Lookaround(..) | Node::BackReference(_));
        let mut first_chars = node.first_chars();
        if nullable {
            first_chars = first_chars.union(&self.first_chars);
        }
        Self {
            first_chars,
            has_condition: (nullable && self.has_condition) || node.any(&is_condition),
            matches_whole: self.matches_whole,
        }
    }

    /// Returns `true` if a possessive and a greedy repetition of `body` match the same in front of this. That holds if
    /// nothing here begins with a character that `body` can begin with, so that giving back iterations never helps.
    fn allows_greedy(&self, body: &Node) -> bool {
        body.fixed_len().is_some_and(|length| length > 0)
            && body.first_chars().is_disjoint(&self.first_chars)
            && (self.matches_whole || !self.has_condition)
    }
}

/// Turns possessive repetitions and atomic groups into greedy repetitions and plain groups where possible.
pub(in crate::filter) fn relax_possessive(node: Node, following: &Following) -> Node {
    match node {
        Node::Concat(nodes) => {
            let mut after = following.clone();
            let mut relaxed: Vec<Node> = nodes
                .into_iter()
                .rev()
                .map(|node| {
                    let node = relax_possessive(node, &after);
                    after = after.prepended(&node);
                    node
                })
                .collect();
            relaxed.reverse();
            Node::Concat(relaxed)
        }
        Node::Repetition(mut repetition) => {
            if repetition.kind == QuantifierKind::Possessive && following.allows_greedy(&repetition.body) {
                repetition.kind = QuantifierKind::Greedy;
            }
            let Repetition { body, max, .. } = &*repetition;
            // Nothing after an atomic part influences how its inside matches.
            let end = if repetition.has_atomic_iterations() || repetition.kind == QuantifierKind::Possessive {
                Following::nothing(false)
            } else {
                following.clone()
            };
            let inside = if *max == Some(1) {
                end
            } else {
                let mut inside = end.prepended(body);
                inside.first_chars = inside.first_chars.union(&end.first_chars);
                inside.has_condition |= end.has_condition;
                inside
            };
            Node::Repetition(repetition).map_children(|body| relax_possessive(body, &inside))
        }
        Node::Alternation(_) | Node::Capture(..) => {
            node.map_children(|child| relax_possessive(child, following))
        }
        Node::Atomic(body) => {
            let body = relax_possessive(*body, &Following::nothing(false));
            if final_greedy_body(&body).is_some_and(|last| following.allows_greedy(last)) {
                body
            } else {
                Node::Atomic(Box::new(body))
            }
        }
        Node::Lookaround(..) => {
            node.map_children(|child| relax_possessive(child, &Following::nothing(false)))
        }
        other => other,
    }
}

/// Returns the body of the greedy repetition at the end of a node, if everything before it has a fixed length.
fn final_greedy_body(node: &Node) -> Option<&Node> {
    match node {
        Node::Repetition(repetition) if repetition.kind == QuantifierKind::Greedy => Some(&repetition.body),
        Node::Concat(nodes) => {
            let (last, before) = nodes.split_last()?;
            let fixed = before.iter().all(|n| n.fixed_len().is_some());
            fixed.then(|| final_greedy_body(last)).flatten()
        }
        _ => None,
    }
}
