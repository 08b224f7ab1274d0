//! The parser: from Java's notation to a syntax tree.
//!
//! It reads in the same order as Java 17, because many results depend on that order: `a{2}{3}` matches two a's, flags set
//! in a group end with the group, and `\11` is group 1 followed by a "1" if there are fewer than 11 groups.

mod class;
mod cursor;
mod escape;
mod flags;
mod group;
mod quantifier;

use std::collections::HashMap;
use std::sync::Arc;

use super::ast::{Assertion, CharClass, Node, RepeatedGroup};
use super::case_folding::CaseFolding;
use super::code_points::CodePointSet;
use super::error::{Result, invalid, invalid_with_hint, too_large, too_long};
use cursor::Cursor;
use escape::Escaped;

pub(super) use flags::Flags;

/// Maximum length of a pattern.
const MAX_CHARS: usize = 1_000_000;

/// Maximum number of ranges in all classes of a pattern.
const MAX_RANGES: usize = 2_000_000;

/// Maximum nesting depth of groups and classes. Java's own limit is its stack: 1,000 to 8,000 levels.
const MAX_DEPTH: usize = 5_000;

/// Maximum nesting depth of patterns of any length.
const MAX_DEPTH_OF_LONGEST: usize = 200;

/// Maximum number of characters times levels: each level can take a walk through all that it contains.
const MAX_CHARS_TIMES_DEPTH: usize = MAX_CHARS * MAX_DEPTH_OF_LONGEST;

/// Parses a pattern under the given initial flags. Returns its tree and the numbers of its named groups.
pub(super) fn parse(pattern: &str, flags: Flags) -> Result<(Node, HashMap<String, usize>)> {
    let chars = pattern.chars().take(MAX_CHARS + 1).count();
    if chars > MAX_CHARS {
        return too_long("1,000,000", MAX_CHARS + 1);
    }
    let mut parser = Parser {
        cursor: Cursor::new(pattern, flags),
        groups: 0,
        names: HashMap::new(),
        depth: 0,
        max_depth: MAX_DEPTH.min(MAX_CHARS_TIMES_DEPTH / chars.max(1)),
        sets: HashMap::new(),
        characters: HashMap::new(),
        ranges: 0,
    };
    let tree = parser.alternation()?;
    if parser.cursor.peek() == Some(')') {
        return invalid(parser.cursor.column(), "Unmatched \")\"");
    }
    Ok((tree, parser.names))
}

/// The state of the parser.
struct Parser {
    cursor: Cursor,
    /// Number of capturing groups opened so far.
    groups: usize,
    /// Numbers of the named groups.
    names: HashMap<String, usize>,
    depth: usize,
    max_depth: usize,
    /// Sets of the properties and shorthands parsed so far: computing one is slow, and a pattern may contain it many times.
    sets: HashMap<(String, Flags), Arc<CodePointSet>>,
    /// Sets of the literal characters parsed so far.
    characters: HashMap<(u32, CaseFolding, bool), Arc<CodePointSet>>,
    /// Number of ranges in the classes parsed so far.
    ranges: usize,
}

impl Parser {
    fn has(&self, flag: Flags) -> bool {
        self.cursor.flags.contains(flag)
    }

    fn folding(&self) -> CaseFolding {
        match (self.has(Flags::IGNORE_CASE), self.has(Flags::UNICODE_CASE)) {
            (false, _) => CaseFolding::None,
            (true, false) => CaseFolding::Ascii,
            (true, true) => CaseFolding::Unicode,
        }
    }

    /// Parses something nested one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == self.max_depth {
            return too_large(self.cursor.column(), "Groups and classes nested too deeply");
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    fn alternation(&mut self) -> Result<Node> {
        let mut branches = vec![self.sequence()?];
        while self.cursor.peek() == Some('|') {
            self.cursor.skip_raw(1);
            branches.push(self.sequence()?);
        }
        Ok(match branches.len() {
            1 => branches.swap_remove(0),
            _ => Node::Alternation(branches),
        })
    }

    fn sequence(&mut self) -> Result<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.cursor.peek() {
            let node = match c {
                '|' | ')' => break,
                '(' => {
                    // A group that only sets flags, such as `(?i)`, takes no quantifier.
                    if let Some((node, group)) = self.nested(Self::group)? {
                        nodes.push(self.quantified(node, group)?);
                    }
                    continue;
                }
                '[' => {
                    let class = self.nested(Self::class)?;
                    self.class_node(class)
                }
                '*' => {
                    // As in a wildcard for the name of a file.
                    let message = "Nothing to repeat before \"*\"";
                    return invalid_with_hint(self.cursor.column(), message, "For any text, write .*");
                }
                '+' | '?' => {
                    return invalid(self.cursor.column(), format_args!("Nothing to repeat before \"{c}\""));
                }
                '^' | '$' | '.' => {
                    self.cursor.skip_raw(1);
                    self.metacharacter(c)
                }
                _ => {
                    self.literal_or_escape(&mut nodes)?;
                    continue;
                }
            };
            let node = self.quantified(node, RepeatedGroup::None)?;
            nodes.push(node);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.swap_remove(0),
            _ => Node::Concat(nodes),
        })
    }

    fn class_node(&self, class: CharClass) -> Node {
        match class {
            class if self.has(Flags::CANONICAL) => Node::Composed(Arc::new(class)),
            class if class.fails.is_empty() => Node::class(class.set),
            class => Node::FailingClass(Arc::new(class)),
        }
    }

    /// Returns the node of `^`, `$` or `.`.
    fn metacharacter(&self, c: char) -> Node {
        let multiline = self.has(Flags::MULTILINE);
        let terminators = self.cursor.flags.line_terminators();
        match c {
            '^' if multiline => Node::Assertion(Assertion::LineStart(terminators)),
            '^' => Node::Assertion(Assertion::TextStart),
            '$' if multiline => Node::Assertion(Assertion::LineEnd(terminators)),
            '$' => Node::Assertion(Assertion::TextEndOrTerminator(terminators)),
            _ if self.has(Flags::DOT_ALL) => Node::class(CodePointSet::all()),
            _ => Node::class(CodePointSet::from_chars(terminators.chars()).negate()),
        }
    }

    /// Parses a run of literal characters, written as they are or escaped, or one other escape. A quantifier after a run
    /// applies to its last character only.
    fn literal_or_escape(&mut self, nodes: &mut Vec<Node>) -> Result<()> {
        let mut run: Vec<u32> = Vec::new();
        let mut last = self.cursor.position;
        while let Some(c) = self.cursor.peek() {
            let start = self.cursor.position;
            let is_property = matches!(self.cursor.peek_raw(1), Some('p' | 'P'));
            match c {
                '*' | '+' | '?' | '{' => {
                    if run.len() > 1 {
                        run.pop();
                        self.cursor.position = last;
                    }
                    break;
                }
                '|' | ')' | '(' | '[' | '^' | '$' | '.' => break,
                '\\' => match self.escape(false, false)? {
                    Escaped::CodePoint(code) => {
                        last = start;
                        run.push(code);
                    }
                    Escaped::Class(set) if run.is_empty() => {
                        let node = if is_property && self.has(Flags::CANONICAL) {
                            Node::Composed(Arc::new((*set).clone().into()))
                        } else {
                            Node::Class(set)
                        };
                        nodes.push(self.quantified(node, RepeatedGroup::None)?);
                        return Ok(());
                    }
                    Escaped::Node(node) if run.is_empty() => {
                        nodes.push(self.quantified(node, RepeatedGroup::None)?);
                        return Ok(());
                    }
                    _ => {
                        self.cursor.position = start;
                        break;
                    }
                },
                _ => {
                    last = start;
                    run.push(u32::from(c));
                    self.cursor.skip_raw(1);
                }
            }
        }
        let folding = self.folding();
        match run[..] {
            // An empty run can have a quantifier: Java accepts `{3}` alone, and the second one of `a{2}{3}`.
            [] => nodes.push(self.quantified(Node::Empty, RepeatedGroup::None)?),
            [single] => {
                let node = Node::Class(self.character(single, folding, false));
                nodes.push(self.quantified(node, RepeatedGroup::None)?);
            }
            _ => nodes.extend(run.iter().map(|&code| Node::Class(self.character(code, folding, true)))),
        }
        Ok(())
    }

    /// Returns what a literal character matches, alone or in a literal of several characters.
    fn character(&mut self, code: u32, folding: CaseFolding, in_literal: bool) -> Arc<CodePointSet> {
        let set = self.characters.entry((code, folding, in_literal)).or_insert_with(|| {
            Arc::new(if in_literal {
                folding.equivalents_in_literal(code)
            } else {
                folding.equivalents(code)
            })
        });
        Arc::clone(set)
    }
}
