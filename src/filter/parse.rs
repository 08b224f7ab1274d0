//! From Java's spelling to a tree: sequences and quantifiers. Groups, classes and escapes have
//! files of their own.
//!
//! The parser follows the order in which Java 17 reads, because many answers depend on it: that
//! `a{2}{3}` is two a's, that a flag in a group ends with it, or that `\11` is group 1 and a "1"
//! where there are fewer groups.

use std::collections::HashMap;
use std::rc::Rc;

use super::case::Folding;
use super::class::CodeSet;
use super::cursor::{Cursor, Flags};
use super::error::PatternError;
use super::parse_escape::Escaped;
use super::tree::{Assert, Greed, Lines, Node, Repeat, TERMINATORS};

/// The longest pattern, in characters.
const MAX_LENGTH: usize = 10_000;

/// How deep groups and classes may be nested. Recursion follows it, here and in the engines.
const MAX_DEPTH: usize = 100;

pub(super) fn parse(pattern: &str, flags: Flags) -> Result<Node, PatternError> {
    if pattern.chars().nth(MAX_LENGTH).is_some() {
        let what = format!("the pattern is longer than {MAX_LENGTH} characters");
        return Err(PatternError::too_large(MAX_LENGTH + 1, &what));
    }
    let mut parser = Parser {
        cursor: Cursor::new(pattern, flags),
        groups: 0,
        names: HashMap::new(),
        depth: 0,
        properties: HashMap::new(),
    };
    let tree = parser.alternatives()?;
    if parser.cursor.peek() == Some(')') {
        let column = parser.cursor.column();
        let what = "unmatched group end: the ) {at} has no (";
        return Err(PatternError::wrong(column, what));
    }
    Ok(tree)
}

/// A pattern half read.
pub(super) struct Parser {
    pub(super) cursor: Cursor,
    /// Capturing groups opened so far.
    pub(super) groups: usize,
    pub(super) names: HashMap<String, usize>,
    depth: usize,
    /// Properties met before: a long pattern may name the same one again and again.
    pub(super) properties: HashMap<(String, Flags), Rc<CodeSet>>,
}

impl Parser {
    pub(super) fn has(&self, flag: Flags) -> bool {
        self.cursor.flags.has(flag)
    }

    pub(super) fn folding(&self) -> Folding {
        match (self.has(Flags::IGNORE_CASE), self.has(Flags::UNICODE_CASE)) {
            (false, _) => Folding::Exact,
            (true, false) => Folding::Ascii,
            (true, true) => Folding::Unicode,
        }
    }

    fn lines(&self) -> Lines {
        if self.has(Flags::UNIX_LINES) { Lines::Unix } else { Lines::Java }
    }

    /// Goes one level deeper into groups or classes.
    pub(super) fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, PatternError>,
    ) -> Result<T, PatternError> {
        if self.depth == MAX_DEPTH {
            let what = format!("groups and classes are nested more than {MAX_DEPTH} deep");
            return Err(PatternError::too_large(self.cursor.column(), &what));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    pub(super) fn alternatives(&mut self) -> Result<Node, PatternError> {
        let mut branches = vec![self.sequence()?];
        while self.cursor.peek() == Some('|') {
            self.cursor.skip(1);
            branches.push(self.sequence()?);
        }
        Ok(match branches.len() {
            1 => branches.swap_remove(0),
            _ => Node::Alternate(branches),
        })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        while let Some(c) = self.cursor.peek() {
            let node = match c {
                '|' | ')' => break,
                '(' => {
                    // A group without content, such as `(?i)`, takes no quantifier.
                    if let Some(group) = self.nested(Self::group)? {
                        nodes.push(self.quantified(group)?);
                    }
                    continue;
                }
                '[' => Node::set(self.nested(Self::class)?),
                '*' | '+' | '?' => {
                    let what = format!("the quantifier {c} {{at}} has nothing to repeat");
                    return Err(PatternError::wrong(self.cursor.column(), &what));
                }
                '^' | '$' | '.' => {
                    self.cursor.skip(1);
                    self.sign(c)
                }
                _ => {
                    self.text(&mut nodes)?;
                    continue;
                }
            };
            let node = self.quantified(node)?;
            nodes.push(node);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.swap_remove(0),
            _ => Node::Concat(nodes),
        })
    }

    fn sign(&self, sign: char) -> Node {
        let multiline = self.has(Flags::MULTILINE);
        match sign {
            '^' if multiline => Node::Assert(Assert::LineBegin(self.lines())),
            '^' => Node::Assert(Assert::Begin),
            '$' if multiline => Node::Assert(Assert::LineEnd(self.lines())),
            '$' => Node::Assert(Assert::LastEnd(self.lines())),
            _ if self.has(Flags::DOT_ALL) => Node::set(CodeSet::all()),
            _ if self.has(Flags::UNIX_LINES) => Node::set(CodeSet::of("\n").negate()),
            _ => Node::set(CodeSet::of(TERMINATORS).negate()),
        }
    }

    pub(super) fn last_end(&self) -> Node {
        Node::Assert(Assert::LastEnd(self.lines()))
    }

    /// A run of plain characters and the escapes of such, or one other escape; a quantifier takes
    /// only the last character.
    fn text(&mut self, nodes: &mut Vec<Node>) -> Result<(), PatternError> {
        let mut run: Vec<char> = Vec::new();
        let mut last = self.cursor.at();
        while let Some(c) = self.cursor.peek() {
            let here = self.cursor.at();
            match c {
                '*' | '+' | '?' | '{' => {
                    if run.len() > 1 {
                        run.pop();
                        self.cursor.set_at(last);
                    }
                    break;
                }
                '|' | ')' | '(' | '[' | '^' | '$' | '.' => break,
                '\\' => match self.escape(false, false)? {
                    Escaped::Code(code) => {
                        last = here;
                        run.push(self.scalar(code, here)?);
                    }
                    Escaped::Set(set) if run.is_empty() => {
                        nodes.push(self.quantified(Node::Set(set))?);
                        return Ok(());
                    }
                    Escaped::Node(node) if run.is_empty() => {
                        nodes.push(self.quantified(node)?);
                        return Ok(());
                    }
                    _ => {
                        self.cursor.set_at(here);
                        break;
                    }
                },
                _ => {
                    last = here;
                    run.push(c);
                    self.cursor.skip(1);
                }
            }
        }
        let folding = self.folding();
        match run[..] {
            // An empty piece may still have a quantifier: Java takes `{3}` alone, and the second of
            // `a{2}{3}`.
            [] => nodes.push(self.quantified(Node::Empty)?),
            [single] => {
                let node = Node::set(folding.single(u32::from(single)));
                nodes.push(self.quantified(node)?);
            }
            _ => {
                let sets = run.iter().map(|&c| folding.in_text(u32::from(c)));
                nodes.extend(sets.map(Node::set));
            }
        }
        Ok(())
    }

    /// A character to be matched by itself; Java would also find halves of a pair.
    fn scalar(&self, code: u32, at: usize) -> Result<char, PatternError> {
        char::from_u32(code).ok_or_else(|| {
            let column = self.cursor.column_of(at);
            PatternError::unsupported(column, "half of a surrogate pair")
        })
    }

    fn quantified(&mut self, body: Node) -> Result<Node, PatternError> {
        let Some(c) = self.cursor.peek() else {
            return Ok(body);
        };
        let column = self.cursor.column();
        let (least, most) = match c {
            '?' => (0, Some(1)),
            '*' => (0, None),
            '+' => (1, None),
            '{' => self.counts()?,
            _ => return Ok(body),
        };
        // The counted form has stepped over its brace already.
        let next = if c == '{' { self.cursor.peek() } else { self.cursor.step() };
        let greed = match next {
            Some('?') => Greed::Lazy,
            Some('+') => Greed::Possessive,
            _ => Greed::Greedy,
        };
        if greed != Greed::Greedy {
            self.cursor.skip(1);
        }
        let optional = (least, most) == (0, Some(1));
        let commits = greed == Greed::Possessive
            || matches!(body, Node::LineBreak)
            // Only a line break may match in several ways and still pass for deterministic.
            || !optional
                && body.is_deterministic()
                && body.any(&|node| matches!(node, Node::LineBreak));
        Ok(Node::Repeat(Box::new(Repeat { body, least, most, greed, commits, column })))
    }

    /// `{2}`, `{2,}`, `{2,3}`.
    fn counts(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        let column = self.cursor.column();
        match self.cursor.raw(1) {
            Some(c) if c.is_ascii_digit() => self.cursor.skip(1),
            None => return Err(PatternError::incomplete(column, "the { {at} has no }")),
            Some(_) => {
                let what = "the { {at} needs a number; a plain { is written \\{";
                return Err(PatternError::wrong(column, what));
            }
        }
        let (least, mut next) = self.count(column)?;
        let mut most = Some(least);
        if next == Some(',') {
            next = self.cursor.take();
            most = None;
            if next != Some('}') {
                self.cursor.set_at(self.cursor.at() - usize::from(next.is_some()));
                let (count, after) = self.count(column)?;
                (most, next) = (Some(count), after);
            }
        }
        match next {
            Some('}') if most.is_some_and(|most| most < least) => {
                Err(PatternError::wrong(column, "the repetition {at} has its greater number first"))
            }
            Some('}') => Ok((least, most)),
            None => Err(PatternError::incomplete(column, "the { {at} has no }")),
            Some(_) => Err(PatternError::wrong(column, "the { {at} has no }")),
        }
    }

    /// A number and the character after it; no digit at all is 0.
    fn count(&mut self, column: usize) -> Result<(u32, Option<char>), PatternError> {
        let mut count: u32 = 0;
        loop {
            let next = self.cursor.take();
            let Some(digit) = next.and_then(|c| c.to_digit(10)) else {
                return Ok((count, next));
            };
            let more = count.checked_mul(10).and_then(|c| c.checked_add(digit));
            count = more
                .filter(|&c| i32::try_from(c).is_ok())
                .ok_or_else(|| PatternError::wrong(column, "the repetition {at} has too great a number"))?;
        }
    }
}
