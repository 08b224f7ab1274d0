//! Groups of all kinds, and inline flags.

use super::super::ast::{Lookaround, Node, RepeatedGroup};
use super::super::error::invalid;
use super::super::matcher::study::Study;
use super::{Flags, Parser, Result};

/// A group without its closing parenthesis.
const UNCLOSED: &str = "Missing \")\" for \"(\"";

impl Parser {
    /// Parses a group; returns `None` for one that only sets flags.
    pub(super) fn group(&mut self) -> Result<Option<(Node, RepeatedGroup)>> {
        let column = self.cursor.column();
        let flags = self.cursor.flags;
        let by_code_point = self.cursor.has_supplementary_ahead();
        if self.cursor.advance() != Some('?') {
            return Ok(Some((self.capture(column, flags)?, RepeatedGroup::Capturing)));
        }
        let kind = self.cursor.peek_raw(1);
        self.cursor.skip_raw(2);
        let behind = kind == Some('<') && matches!(self.cursor.peek(), Some('=' | '!'));
        Ok(Some(match kind {
            Some('<') if !behind => {
                let name = self.group_name()?;
                if self.names.contains_key(&name) {
                    return invalid(column, format_args!("Duplicate group name <{name}>"));
                }
                self.names.insert(name, self.groups + 1);
                (self.capture(column, flags)?, RepeatedGroup::Capturing)
            }
            Some('=' | '!' | '<') => {
                let sign = if behind { self.cursor.read() } else { kind };
                let inner = self.group_body(column, flags)?;
                let Study { min, max, has_max, .. } = Study::of(&inner);
                if behind && !has_max {
                    return invalid(column, "Look-behind without a maximum length");
                }
                let lookaround = Lookaround { behind, negative: sign == Some('!'), by_code_point, min, max };
                (Node::Lookaround(lookaround, Box::new(inner)), RepeatedGroup::None)
            }
            Some('>') => (Node::Atomic(Box::new(self.group_body(column, flags)?)), RepeatedGroup::None),
            None => return invalid(column, UNCLOSED),
            Some(_) => {
                self.cursor.position -= 1;
                let first = self.cursor.position;
                self.inline_flags();
                let start = self.cursor.position;
                match self.cursor.read() {
                    Some(')') => return Ok(None),
                    Some(':') => (self.group_body(column, flags)?, RepeatedGroup::Plain),
                    None => return invalid(column, UNCLOSED),
                    Some(c) => {
                        let construct = if start == first { "group or flag \"(?" } else { "flag \"" };
                        let message = format_args!("Unknown {construct}{c}\"");
                        return invalid(self.cursor.column_of(start), message);
                    }
                }
            }
        }))
    }

    /// Parses the body of a capturing group.
    fn capture(&mut self, column: usize, flags: Flags) -> Result<Node> {
        self.groups += 1;
        let number = self.groups;
        Ok(Node::Capture(number, Box::new(self.group_body(column, flags)?)))
    }

    /// Parses the body of a group and its `)`, and restores the flags from before the group.
    fn group_body(&mut self, column: usize, flags: Flags) -> Result<Node> {
        let inner = self.alternation()?;
        if self.cursor.read() != Some(')') {
            return invalid(column, UNCLOSED);
        }
        self.cursor.flags = flags;
        Ok(inner)
    }

    /// Parses the name of a group and its `>`.
    pub(super) fn group_name(&mut self) -> Result<String> {
        let first = self.cursor.peek();
        let column = self.cursor.column();
        if first.is_some_and(|c| !c.is_ascii_alphabetic()) {
            return invalid(column, "Group name doesn't start with an ASCII letter");
        }
        let mut name = String::new();
        loop {
            match self.cursor.read() {
                Some('>') => return Ok(name),
                Some(c) if c.is_ascii_alphanumeric() => name.push(c),
                Some(c) => return invalid(column, format_args!("Invalid character \"{c}\" in group name")),
                None => return invalid(column, "Missing \">\" after the group name"),
            }
        }
    }

    /// Parses the flags of `(?i)`, `(?i-s:…)` and similar.
    fn inline_flags(&mut self) {
        let mut enable = true;
        while let Some(c) = self.cursor.peek() {
            let flag = match c {
                'i' => Flags::IGNORE_CASE,
                'm' => Flags::MULTILINE,
                's' => Flags::DOT_ALL,
                'd' => Flags::UNIX_LINES,
                'u' => Flags::UNICODE_CASE,
                'x' => Flags::COMMENTS,
                'U' => Flags::UNICODE_CLASS | Flags::UNICODE_CASE,
                'c' => Flags::CANONICAL,
                '-' if enable => {
                    enable = false;
                    self.cursor.advance();
                    continue;
                }
                _ => break,
            };
            self.cursor.flags.set(flag, enable);
            self.cursor.advance();
        }
    }
}
