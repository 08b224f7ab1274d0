//! Validates back-references.
//!
//! Engines differ in what a group holds after a repetition. Therefore a reference is only accepted to a group that, on
//! every way to the reference, was last matched in the same iteration of all repetitions around both.

use super::super::ast::{BackReference, Node};
use super::super::case_folding::CaseFolding;
use super::super::code_points::CodePointSet;
use super::super::error::PatternError;
use super::{Path, Validator};

impl Validator<'_> {
    /// Validates the back-reference at `path`; returns a node that never matches for one whose group is never set.
    pub(super) fn back_reference(&self, reference: BackReference, path: &Path) -> Result<Node, PatternError> {
        let unsupported = |construct| Err(PatternError::unsupported(reference.column, construct));
        let Some((_, group)) = self.groups.iter().find(|group| group.0 == reference.group) else {
            return Ok(Node::never());
        };
        let common = group.iter().zip(path).take_while(|(a, b)| a == b).count();
        let ancestors = self.ancestors(group);
        let (around_both, around_group) = ancestors.split_at(common);
        let is_loop = |node: &&Node| matches!(node, Node::Repetition(r) if r.max != Some(1));
        let both_repeated = around_both.iter().any(is_loop);
        // Java clears a group when it backtracks over it, but not when it backtracks over one of these as a whole.
        let keeps_groups = |node: &&Node| {
            matches!(node, Node::Atomic(_) | Node::Lookaround(..))
                || matches!(node, Node::Repetition(r) if r.atomic_body || r.max != Some(1))
        };
        let kept = ancestors.iter().any(keeps_groups);
        // Otherwise the group is later in the pattern or contains the reference.
        let is_before = common < group.len() && group[common] < path[common];
        let is_choice = |node: &&Node| matches!(node, Node::Alternation(_) | Node::Repetition(_));
        if around_group.iter().any(is_loop) {
            return unsupported("Back-reference to a group inside a repetition");
        }
        let is_lookaround = |node: &&Node| matches!(node, Node::Lookaround(l, _) if l.behind || l.negative);
        if around_group.iter().any(is_lookaround) {
            return unsupported("Back-reference to a group inside a look-behind or negative look-ahead");
        }
        if (both_repeated || kept) && (!is_before || around_group.iter().any(is_choice)) {
            return unsupported("Back-reference to a group of an earlier iteration or attempt");
        }
        // In another alternative, a group is never set.
        if !is_before || matches!(around_group.first(), Some(Node::Alternation(_))) {
            return Ok(Node::never());
        }
        if reference.folding != CaseFolding::None {
            let group = around_group.last().map(|parent| &parent.children()[*group.last().unwrap_or(&0)]);
            if !group.is_some_and(|group| folds_within_ascii(group, reference.folding)) {
                return unsupported("Case-insensitive back-reference to a group that isn't ASCII only");
            }
        }
        Ok(Node::BackReference(reference))
    }

    /// Returns the nodes along a path, from the root to the parent of its last node.
    fn ancestors(&self, path: &[usize]) -> Vec<&Node> {
        let mut node = self.tree;
        path.iter()
            .map(|&index| {
                let parent = node;
                node = &parent.children()[index];
                parent
            })
            .collect()
    }
}

/// Returns `true` if no character that a group can capture has a case variant beyond ASCII.
fn folds_within_ascii(node: &Node, folding: CaseFolding) -> bool {
    let ascii = CodePointSet::ascii();
    !node.any(&|node| match node {
        Node::Class(set) => {
            let ranges = set.ranges().iter();
            !set.is_subset(&ascii)
                || ranges
                    .flat_map(|range| range.0..=range.1)
                    .any(|code| !folding.equivalents_in_literal(code).is_subset(&ascii))
        }
        Node::LineBreak | Node::BackReference(_) => true,
        _ => false,
    })
}
