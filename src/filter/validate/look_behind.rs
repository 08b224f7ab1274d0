//! Validates look-behinds and rewrites those that Java matches by UTF-16 code units.

use std::rc::Rc;

use super::super::ast::{Lookaround, Node, QuantifierKind};
use super::super::code_points::{CodePointSet, MAX_CODE_POINT};
use super::super::error::PatternError;

/// Length that Java assumes for an unbounded repetition.
const JAVA_UNBOUNDED: u64 = i32::MAX as u64;

/// Rejects look-behinds that Java rejects or matches differently.
pub(super) fn validate(lookaround: Lookaround, body: &Node) -> Result<(), PatternError> {
    let unsupported = |construct| Err(PatternError::unsupported(lookaround.column, construct));
    let Some(max_len) = java_max_len(body) else {
        return Err(PatternError::invalid(lookaround.column, "Look-behind without a maximum length"));
    };
    // Beyond, Java's number overflows and the result is hard to predict, except for a single unbounded repetition.
    if max_len > JAVA_UNBOUNDED && (lookaround.by_code_point || !has_one_unbounded_class(body)) {
        return unsupported("Look-behind with an overflowing length");
    }
    // Java matches forward from an earlier position, so an atomic part can run past the end of the look-behind.
    let is_atomic = |node: &Node| match node {
        Node::Atomic(body) => body.fixed_len().is_none(),
        Node::Repetition(repetition) => {
            let is_fixed = repetition.body.fixed_len().is_some();
            repetition.atomic_body && !is_fixed
                || repetition.kind == QuantifierKind::Possessive && Some(repetition.min) != repetition.max
        }
        _ => false,
    };
    if body.any(&is_atomic) {
        return unsupported("Look-behind with an atomic or possessive part");
    }
    Ok(())
}

/// Returns `true` for a sequence of classes exactly one of which has an unbounded greedy quantifier.
fn has_one_unbounded_class(body: &Node) -> bool {
    let Node::Concat(nodes) = body else {
        return false;
    };
    let is_unbounded = |node: &&Node| {
        matches!(node, Node::Repetition(repetition) if repetition.max.is_none()
            && repetition.kind == QuantifierKind::Greedy
            && matches!(repetition.body, Node::Class(_)))
    };
    let mut others = nodes.iter().filter(|node| !is_unbounded(node));
    nodes.iter().filter(is_unbounded).count() == 1 && others.all(|n| matches!(n, Node::Class(_)))
}

/// Rewrites the body of a look-behind for characters beyond U+FFFF. Java measures its length in UTF-16 code units,
/// unless a literal character beyond U+FFFF follows in the pattern.
pub(super) fn match_code_units(lookaround: Lookaround, body: Node) -> Result<Node, PatternError> {
    if lookaround.by_code_point || !body.any(&has_supplementary) {
        return Ok(body);
    }
    match body {
        Node::Class(set) => Ok(Node::class(match_low_surrogate(&set))),
        Node::Concat(nodes) if nodes.iter().all(|n| matches!(n, Node::Class(_))) => {
            let mut first = true;
            Ok(Node::Concat(nodes).map_children(|node| match node {
                Node::Class(set) if std::mem::take(&mut first) => Node::class(match_low_surrogate(&set)),
                Node::Class(set) => Node::class(set.intersection(&CodePointSet::range(0, 0xFFFF))),
                other => other,
            }))
        }
        _ => {
            let construct = "Look-behind over characters beyond U+FFFF";
            Err(PatternError::unsupported(lookaround.column, construct))
        }
    }
}

fn has_supplementary(node: &Node) -> bool {
    matches!(node, Node::Class(set) if set.ranges().last().is_some_and(|range| range.1 > 0xFFFF))
}

/// Returns the characters that Java matches if it steps back by one code unit and compares only that one: those beyond
/// U+FFFF match if the set contains their low surrogate.
fn match_low_surrogate(set: &Rc<CodePointSet>) -> CodePointSet {
    let low_surrogates = set.intersection(&CodePointSet::range(0xDC00, 0xDFFF));
    let mut ranges = set.intersection(&CodePointSet::range(0, 0xFFFF)).ranges().to_vec();
    if low_surrogates == CodePointSet::range(0xDC00, 0xDFFF) {
        ranges.push((0x1_0000, MAX_CODE_POINT));
    } else {
        // All characters with the same high surrogate.
        for first in (0x1_0000..MAX_CODE_POINT).step_by(0x400) {
            let moved = low_surrogates.ranges().iter();
            ranges.extend(moved.map(|r| (first + r.0 - 0xDC00, first + r.1 - 0xDC00)));
        }
    }
    CodePointSet::new(ranges)
}

/// Returns the maximum length that Java computes for a node, or `None` if Java rejects a look-behind for it.
fn java_max_len(node: &Node) -> Option<u64> {
    match node {
        Node::Class(_) => Some(1),
        Node::LineBreak => Some(2),
        Node::Concat(nodes) => {
            nodes.iter().try_fold(0, |sum: u64, n| Some(sum.saturating_add(java_max_len(n)?)))
        }
        Node::Alternation(nodes) => {
            nodes.iter().try_fold(0, |longest: u64, n| Some(longest.max(java_max_len(n)?)))
        }
        Node::Capture(_, node) | Node::Atomic(node) => java_max_len(node),
        Node::Repetition(repetition) => {
            let max = repetition.max.map_or(JAVA_UNBOUNDED, u64::from);
            let length = java_max_len(&repetition.body)?.saturating_mul(max);
            let optional = (repetition.min, repetition.max) == (0, Some(1));
            // Java gives no maximum to a loop over something that it doesn't consider deterministic.
            let is_general_loop = repetition.kind != QuantifierKind::Possessive
                && !repetition.body.is_deterministic()
                && !matches!(repetition.body, Node::Atomic(_));
            (optional || !is_general_loop).then_some(length)
        }
        Node::BackReference(_) => None,
        Node::Empty | Node::Lookaround(..) | Node::Assertion(_) => Some(0),
    }
}
