//! Groups of all kinds, and inline flags.

use super::super::ast::{Lookaround, Node, RepeatedGroup};
use super::super::error::PatternError;
use super::super::matcher::study::Study;
use super::{Flags, Parser};

/// A group without its closing parenthesis.
const UNCLOSED: &str = "Missing \")\" for \"(\"";

impl Parser {
    /// Parses a group; returns `None` for one that only sets flags.
    pub(super) fn group(&mut self) -> Result<Option<(Node, RepeatedGroup)>, PatternError> {
        let column = self.cursor.column();
        let flags = self.cursor.flags;
        let by_code_point = self.cursor.has_supplementary_ahead();
        if self.cursor.advance() != Some('?') {
            self.groups += 1;
            let number = self.groups;
            let inner = self.group_body(column, flags)?;
            return Ok(Some((Node::Capture(number, Box::new(inner)), RepeatedGroup::Capturing)));
        }
        let kind = self.cursor.peek_raw(1);
        self.cursor.skip_raw(2);
        let mut group = RepeatedGroup::None;
        let node = match kind {
            Some(':') => {
                group = RepeatedGroup::Plain;
                self.group_body(column, flags)?
            }
            Some(sign @ ('=' | '!')) => {
                let inner = self.group_body(column, flags)?;
                let negative = sign == '!';
                let lookaround = Lookaround { behind: false, negative, by_code_point, min: 0, max: 0 };
                Node::Lookaround(lookaround, Box::new(inner))
            }
            Some('>') => Node::Atomic(Box::new(self.group_body(column, flags)?)),
            Some('<') => match self.cursor.read() {
                Some(sign @ ('=' | '!')) => {
                    let inner = self.group_body(column, flags)?;
                    let Study { min, max, has_max, .. } = Study::of(&inner);
                    if !has_max {
                        let message = "Look-behind without a maximum length";
                        return Err(PatternError::invalid(column, message));
                    }
                    let negative = sign == '!';
                    let lookaround = Lookaround { behind: true, negative, by_code_point, min, max };
                    Node::Lookaround(lookaround, Box::new(inner))
                }
                first => {
                    let name = self.group_name(first)?;
                    self.groups += 1;
                    let number = self.groups;
                    if self.names.insert(name.clone(), number).is_some() {
                        let message = format!("Duplicate group name <{name}>");
                        return Err(PatternError::invalid(column, &message));
                    }
                    group = RepeatedGroup::Capturing;
                    let inner = self.group_body(column, flags)?;
                    Node::Capture(number, Box::new(inner))
                }
            },
            None => return Err(PatternError::incomplete(column, UNCLOSED)),
            Some(_) => {
                self.cursor.set_position(self.cursor.position() - 1);
                self.inline_flags();
                let start = self.cursor.position();
                match self.cursor.read() {
                    Some(')') => return Ok(None),
                    Some(':') => {
                        group = RepeatedGroup::Plain;
                        self.group_body(column, flags)?
                    }
                    None => return Err(PatternError::incomplete(column, UNCLOSED)),
                    Some(c) => {
                        let message = format!("Unknown group or flag \"(?{c}\"");
                        return Err(PatternError::invalid(self.cursor.column_of(start), &message));
                    }
                }
            }
        };
        Ok(Some((node, group)))
    }

    /// Parses the body of a group and its `)`, and restores the flags from before the group.
    fn group_body(&mut self, column: usize, flags: Flags) -> Result<Node, PatternError> {
        let inner = self.alternation()?;
        if self.cursor.read() != Some(')') {
            return Err(PatternError::incomplete(column, UNCLOSED));
        }
        self.cursor.flags = flags;
        Ok(inner)
    }

    /// Parses the name of a group and its `>`. The first character has been read already.
    pub(super) fn group_name(&mut self, first: Option<char>) -> Result<String, PatternError> {
        let column = self.cursor.column();
        let mut next = first;
        if next.is_some_and(|c| !c.is_ascii_alphabetic()) {
            let message = "Group name doesn't start with an ASCII letter";
            return Err(PatternError::invalid(column, message));
        }
        let mut name = String::new();
        while let Some(c) = next.filter(char::is_ascii_alphanumeric) {
            name.push(c);
            next = self.cursor.read();
        }
        match next {
            Some('>') => Ok(name),
            None => Err(PatternError::incomplete(column, "Missing \">\" after the group name")),
            Some(c) => {
                let message = format!("Invalid character \"{c}\" in group name");
                Err(PatternError::invalid(column, &message))
            }
        }
    }

    /// Parses the flags of `(?i)`, `(?i-s:…)` and similar.
    fn inline_flags(&mut self) {
        let mut enable = true;
        while let Some(c) = self.cursor.peek() {
            let flags = self.cursor.flags;
            let flag = match c {
                'i' => Flags::IGNORE_CASE,
                'm' => Flags::MULTILINE,
                's' => Flags::DOT_ALL,
                'd' => Flags::UNIX_LINES,
                'u' => Flags::UNICODE_CASE,
                'x' => Flags::COMMENTS,
                'U' => Flags::UNICODE_CLASS.with(Flags::UNICODE_CASE),
                'c' => Flags::CANONICAL,
                '-' if enable => {
                    enable = false;
                    self.cursor.advance();
                    continue;
                }
                _ => break,
            };
            self.cursor.flags = if enable { flags.with(flag) } else { flags.without(flag) };
            self.cursor.advance();
        }
    }
}
