//! Refuses what Java takes but none of the engines here would answer in the same way.
//!
//! Back-references are the delicate part: engines differ in what a group holds after a repetition.
//! Allowed is only a reference to a group that, wherever the reference is reached, was matched last
//! in the same round of every repetition around both.

use std::rc::Rc;

use super::case::Folding;
use super::class::{CodeSet, LAST};
use super::error::PatternError;
use super::tree::{BackReference, Greed, Look, Node, Repeat};

/// The greatest length in Java.
const ENDLESS: u64 = i32::MAX as u64;

/// Checks a whole tree and rewrites what needs it: references that can never match, and looks
/// behind.
pub(super) fn check(tree: &Node) -> Result<Node, PatternError> {
    let mut groups = Vec::new();
    find_groups(tree, &mut Vec::new(), &mut groups);
    let checker = Checker { tree, groups };
    checker.rewritten(tree.clone(), &mut Vec::new())
}

/// Refuses repetitions that Java leaves at an empty round although more could follow: the engines
/// here go on, so they would find another part of a value. Whether there is one is not affected.
pub(super) fn check_extent(node: &Node) -> Result<(), PatternError> {
    if let Node::Repeat(repeat) = node
        && repeat.most != Some(1)
        && repeat.body.min_len() == 0
        && !repeat.body.tries_nothing_last()
    {
        let what = "repeating something that would rather be empty, looked for anywhere,";
        return Err(PatternError::unsupported(repeat.column, what));
    }
    node.children().iter().try_for_each(check_extent)
}

/// The way from the root to a node: which child, at each level.
type Path = Vec<usize>;

fn find_groups(node: &Node, path: &mut Path, groups: &mut Vec<(usize, Path)>) {
    if let Node::Capture(number, _) = node {
        groups.push((*number, path.clone()));
    }
    for (index, child) in node.children().iter().enumerate() {
        path.push(index);
        find_groups(child, path, groups);
        path.pop();
    }
}

struct Checker<'a> {
    tree: &'a Node,
    groups: Vec<(usize, Path)>,
}

impl Checker<'_> {
    fn rewritten(&self, node: Node, path: &mut Path) -> Result<Node, PatternError> {
        match node {
            Node::BackReference(reference) => self.reference(reference, path),
            Node::Look(look, inner) => {
                if look.behind {
                    check_length(look, &inner)?;
                }
                path.push(0);
                let inner = self.rewritten(*inner, path);
                path.pop();
                let inner = if look.behind { seen_by_halves(look, inner?)? } else { inner? };
                Ok(Node::Look(look, Box::new(inner)))
            }
            Node::Repeat(ref repeat) if is_uneven(repeat) => {
                let what = "counting rounds of something that is empty only at some places";
                Err(PatternError::unsupported(repeat.column, what))
            }
            other => {
                let mut fault = None;
                let mut index = 0;
                let node = other.map(|child| {
                    path.push(index);
                    index += 1;
                    let child = self.rewritten(child, path);
                    path.pop();
                    child.unwrap_or_else(|error| {
                        fault.get_or_insert(error);
                        Node::Empty
                    })
                });
                fault.map_or(Ok(node), Err)
            }
        }
    }

    fn reference(&self, reference: BackReference, path: &Path) -> Result<Node, PatternError> {
        let refuse = |what| Err(PatternError::unsupported(reference.column, what));
        let number = reference.group;
        let Some((_, group)) = self.groups.iter().find(|group| group.0 == number) else {
            return Ok(Node::never());
        };
        let shared = group.iter().zip(path).take_while(|(a, b)| a == b).count();
        let levels = self.levels(group);
        let (around_both, below) = levels.split_at(shared);
        let repeated = |node: &&Node| matches!(node, Node::Repeat(r) if r.most != Some(1));
        let in_loop = around_both.iter().any(repeated);
        // Java forgets a group when it goes back over it, but not over one of these as a whole.
        let keeps_groups = |node: &&Node| {
            matches!(node, Node::Atomic(_) | Node::Look(..))
                || matches!(node, Node::Repeat(r) if r.commits || r.most != Some(1))
        };
        let kept = levels.iter().any(keeps_groups);
        // Else later in the text, or still open.
        let is_before = shared < group.len() && group[shared] < path[shared];
        let is_choice = |node: &&Node| matches!(node, Node::Alternate(_) | Node::Repeat(_));
        if below.iter().any(repeated) {
            return refuse("a back-reference to a group within a repetition");
        }
        let looks = |node: &&Node| matches!(node, Node::Look(l, _) if l.behind || l.negative);
        if below.iter().any(looks) {
            return refuse("a back-reference to a group that only looks around");
        }
        if (in_loop || kept) && (!is_before || below.iter().any(is_choice)) {
            return refuse("a back-reference to a group of an earlier round or try");
        }
        // In another alternative, which excludes this one.
        if !is_before || matches!(below.first(), Some(Node::Alternate(_))) {
            return Ok(Node::never());
        }
        if reference.folding != Folding::Exact {
            let group = below.last().map(|parent| &parent.children()[*group.last().unwrap_or(&0)]);
            if !group.is_some_and(|group| folds_within_ascii(group, reference.folding)) {
                return refuse("a back-reference without regard to case, to more than ASCII,");
            }
        }
        Ok(Node::BackReference(reference))
    }

    /// The nodes along a path, from the root to the parent of its end.
    fn levels(&self, path: &[usize]) -> Vec<&Node> {
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

/// Java wants to know how far it may have to look back.
fn check_length(look: Look, inner: &Node) -> Result<(), PatternError> {
    let Some(longest) = java_max_len(inner) else {
        let what = "the look-behind {at} could be of any length, which Java does not take";
        return Err(PatternError::wrong(look.column, what));
    };
    // Beyond, Java's number overflows, with strange effects; but not for a single endless
    // repetition.
    if longest > ENDLESS && (look.by_characters || !has_one_endless_piece(inner)) {
        let what = "a look-behind of more than endless length";
        return Err(PatternError::unsupported(look.column, what));
    }
    // Java matches forward from a place before, so what never gives back may run past the place
    // looked from.
    let keeps = |node: &Node| match node {
        Node::Atomic(inner) => inner.fixed_len().is_none(),
        Node::Repeat(repeat) => {
            let fixed = repeat.body.fixed_len().is_some();
            repeat.commits && !fixed || repeat.greed == Greed::Possessive && Some(repeat.least) != repeat.most
        }
        _ => false,
    };
    if inner.any(&keeps) {
        let what = "a look-behind at something that never gives back";
        return Err(PatternError::unsupported(look.column, what));
    }
    Ok(())
}

fn has_one_endless_piece(inner: &Node) -> bool {
    let Node::Concat(nodes) = inner else {
        return false;
    };
    let endless = |node: &&Node| {
        matches!(node, Node::Repeat(repeat) if repeat.most.is_none()
            && repeat.greed == Greed::Greedy
            && matches!(repeat.body, Node::Set(_)))
    };
    let others = nodes.iter().filter(|node| !endless(node));
    nodes.iter().filter(endless).count() == 1 && { others }.all(|n| matches!(n, Node::Set(_)))
}

/// Java measures in halves of surrogate pairs, unless a character beyond U+FFFF is written out
/// somewhere after the look.
fn seen_by_halves(look: Look, inner: Node) -> Result<Node, PatternError> {
    if look.by_characters || !inner.any(&is_supplementary) {
        return Ok(inner);
    }
    match inner {
        Node::Set(set) => Ok(Node::set(seen_by_half(&set))),
        Node::Concat(nodes) if nodes.iter().all(|n| matches!(n, Node::Set(_))) => {
            let mut first = true;
            Ok(Node::Concat(nodes).map(|node| match node {
                Node::Set(set) if std::mem::take(&mut first) => Node::set(seen_by_half(&set)),
                Node::Set(set) => Node::set(set.intersect(&CodeSet::range(0, 0xFFFF))),
                other => other,
            }))
        }
        _ => {
            let what = "a look-behind over characters beyond U+FFFF";
            Err(PatternError::unsupported(look.column, what))
        }
    }
}

/// Whether rounds that take nothing, but only at some places, count towards a least number: engines
/// differ there.
fn is_uneven(repeat: &Repeat) -> bool {
    let body = &repeat.body;
    repeat.least >= 2 && body.min_len() == 0 && !body.is_always_optional() && !body.is_deterministic()
}

fn is_supplementary(node: &Node) -> bool {
    matches!(node, Node::Set(set) if set.ranges().last().is_some_and(|range| range.1 > 0xFFFF))
}

/// What Java finds when it steps back by one half of a pair and looks at that half alone.
fn seen_by_half(set: &Rc<CodeSet>) -> CodeSet {
    let low_halves = set.intersect(&CodeSet::range(0xDC00, 0xDFFF));
    let mut ranges = set.intersect(&CodeSet::range(0, 0xFFFF)).ranges().to_vec();
    if low_halves == CodeSet::range(0xDC00, 0xDFFF) {
        ranges.push((0x1_0000, LAST));
    } else {
        for plane in (0x1_0000..LAST).step_by(0x400) {
            let moved = low_halves.ranges().iter();
            ranges.extend(moved.map(|r| (plane + r.0 - 0xDC00, plane + r.1 - 0xDC00)));
        }
    }
    CodeSet::new(ranges)
}

/// How long Java thinks that something may be; None where it refuses to look behind for it.
fn java_max_len(node: &Node) -> Option<u64> {
    match node {
        Node::Set(_) => Some(1),
        Node::LineBreak => Some(2),
        Node::Concat(nodes) => {
            nodes.iter().try_fold(0, |sum: u64, n| Some(sum.saturating_add(java_max_len(n)?)))
        }
        Node::Alternate(nodes) => {
            nodes.iter().try_fold(0, |longest: u64, n| Some(longest.max(java_max_len(n)?)))
        }
        Node::Capture(_, node) | Node::Atomic(node) => java_max_len(node),
        Node::Repeat(repeat) => {
            let most = repeat.most.map_or(ENDLESS, u64::from);
            let length = java_max_len(&repeat.body)?.saturating_mul(most);
            let optional = (repeat.least, repeat.most) == (0, Some(1));
            // A loop over something that may match in several ways has no length at all for Java.
            let loops = repeat.greed != Greed::Possessive
                && !repeat.body.is_deterministic()
                && !matches!(repeat.body, Node::Atomic(_));
            (optional || !loops).then_some(length)
        }
        Node::BackReference(_) => None,
        Node::Empty | Node::Look(..) | Node::Assert(_) => Some(0),
    }
}

/// Whether no character that a group may hold has a counterpart beyond ASCII.
fn folds_within_ascii(node: &Node, folding: Folding) -> bool {
    let ascii = CodeSet::ascii();
    !node.any(&|node| match node {
        Node::Set(set) => {
            let ranges = set.ranges().iter();
            !set.is_subset(&ascii)
                || ranges
                    .flat_map(|range| range.0..=range.1)
                    .any(|code| !folding.in_text(code).is_subset(&ascii))
        }
        Node::LineBreak | Node::BackReference(_) => true,
        _ => false,
    })
}
