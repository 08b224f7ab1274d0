//! Rejects patterns that Java accepts but none of the engines here would match in the same way.

mod back_reference;
mod look_behind;

use super::ast::{Node, Repetition};
use super::error::PatternError;

/// Child indices from the root to a node.
type Path = Vec<usize>;

/// Validates a tree, and rewrites back-references that never match and look-behinds that Java matches by code units.
pub(super) fn validate(tree: &Node) -> Result<Node, PatternError> {
    let mut groups = Vec::new();
    find_groups(tree, &mut Vec::new(), &mut groups);
    let validator = Validator { tree, groups };
    validator.rewritten(tree.clone(), &mut Vec::new())
}

/// Rejects repetitions that Java ends at an empty iteration although another one could follow. The engines here
/// continue, so that `find` would return another part of the value; whether there is a match isn't affected.
pub(super) fn validate_for_find(node: &Node) -> Result<(), PatternError> {
    if let Node::Repetition(repetition) = node
        && repetition.max != Some(1)
        && repetition.body.min_len() == 0
        && !repetition.body.tries_empty_last()
    {
        let construct = "Searching for a repetition that prefers an empty match";
        return Err(PatternError::unsupported(repetition.column, construct));
    }
    node.children().iter().try_for_each(validate_for_find)
}

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

struct Validator<'a> {
    tree: &'a Node,
    /// Numbers and paths of all capturing groups.
    groups: Vec<(usize, Path)>,
}

impl Validator<'_> {
    /// Validates and rewrites the node at `path`.
    fn rewritten(&self, node: Node, path: &mut Path) -> Result<Node, PatternError> {
        match node {
            Node::BackReference(reference) => self.back_reference(reference, path),
            Node::Lookaround(lookaround, body) => {
                if lookaround.behind {
                    look_behind::validate(lookaround, &body)?;
                }
                path.push(0);
                let body = self.rewritten(*body, path);
                path.pop();
                let body =
                    if lookaround.behind { look_behind::match_code_units(lookaround, body?)? } else { body? };
                Ok(Node::Lookaround(lookaround, Box::new(body)))
            }
            Node::Repetition(ref repetition) if counts_empty_iterations(repetition) => {
                let construct = "Counting repetitions of something that is empty only at some positions";
                Err(PatternError::unsupported(repetition.column, construct))
            }
            other => {
                let mut first_error = None;
                let mut index = 0;
                let node = other.map_children(|child| {
                    path.push(index);
                    index += 1;
                    let child = self.rewritten(child, path);
                    path.pop();
                    child.unwrap_or_else(|error| {
                        first_error.get_or_insert(error);
                        Node::Empty
                    })
                });
                first_error.map_or(Ok(node), Err)
            }
        }
    }
}

/// Returns `true` if the minimum of a repetition may have to be reached by iterations that are empty, but only at some
/// positions. Engines differ there.
fn counts_empty_iterations(repetition: &Repetition) -> bool {
    let body = &repetition.body;
    repetition.min >= 2 && body.min_len() == 0 && !body.can_always_match_empty() && !body.is_deterministic()
}
