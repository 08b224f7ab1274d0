//! Groups of every kind, and the flags that they may set.

use super::cursor::Flags;
use super::error::PatternError;
use super::parse::Parser;
use super::tree::{Look, Node};

impl Parser {
    /// A group from its `(` to its `)`; None for one that only sets flags.
    pub(super) fn group(&mut self) -> Result<Option<Node>, PatternError> {
        let column = self.cursor.column();
        let flags = self.cursor.flags;
        let by_characters = self.cursor.supplementary_follows();
        let look = |behind, negative| Look { behind, negative, by_characters, column };
        if self.cursor.step() != Some('?') {
            self.groups += 1;
            let number = self.groups;
            let inner = self.group_end(column, flags)?;
            return Ok(Some(Node::Capture(number, Box::new(inner))));
        }
        let kind = self.cursor.raw(1);
        self.cursor.skip(2);
        let node = match kind {
            Some(':') => self.group_end(column, flags)?,
            Some(sign @ ('=' | '!')) => {
                let inner = self.group_end(column, flags)?;
                Node::Look(look(false, sign == '!'), Box::new(inner))
            }
            Some('>') => Node::Atomic(Box::new(self.group_end(column, flags)?)),
            Some('<') => match self.cursor.take() {
                Some(sign @ ('=' | '!')) => {
                    let inner = self.group_end(column, flags)?;
                    Node::Look(look(true, sign == '!'), Box::new(inner))
                }
                first => {
                    let name = self.group_name(first)?;
                    self.groups += 1;
                    let number = self.groups;
                    if self.names.insert(name.clone(), number).is_some() {
                        let what = format!("two groups are named <{name}>, the second {{at}}");
                        return Err(PatternError::wrong(column, &what));
                    }
                    let inner = self.group_end(column, flags)?;
                    Node::Capture(number, Box::new(inner))
                }
            },
            None => return Err(unclosed_group(column)),
            Some(_) => {
                self.cursor.set_at(self.cursor.at() - 1);
                self.inline_flags()?;
                let here = self.cursor.at();
                match self.cursor.take() {
                    Some(')') => return Ok(None),
                    Some(':') => self.group_end(column, flags)?,
                    None => return Err(unclosed_group(column)),
                    Some(c) => {
                        let what = format!("unknown group or flag: (?{c}");
                        let column = self.cursor.column_of(here);
                        return Err(PatternError::wrong(column, &what));
                    }
                }
            }
        };
        Ok(Some(node))
    }

    /// The inside of a group and its end, after which the flags from before hold again.
    fn group_end(&mut self, column: usize, flags: Flags) -> Result<Node, PatternError> {
        let inner = self.alternatives()?;
        if self.cursor.take() != Some(')') {
            return Err(unclosed_group(column));
        }
        self.cursor.flags = flags;
        Ok(inner)
    }

    /// The name of a group up to its `>`; the first character is read already.
    pub(super) fn group_name(&mut self, first: Option<char>) -> Result<String, PatternError> {
        let column = self.cursor.column();
        let mut next = first;
        if next.is_some_and(|c| !c.is_ascii_alphabetic()) {
            let what = "the name of a group must begin with a letter from A to Z";
            return Err(PatternError::wrong(column, what));
        }
        let mut name = String::new();
        while let Some(c) = next.filter(char::is_ascii_alphanumeric) {
            name.push(c);
            next = self.cursor.take();
        }
        match next {
            Some('>') => Ok(name),
            None => Err(PatternError::incomplete(column, "the name of a group {at} has no >")),
            Some(c) => {
                let what = format!("{c} can't be part of a group's name");
                Err(PatternError::wrong(column, &what))
            }
        }
    }

    fn inline_flags(&mut self) -> Result<(), PatternError> {
        let mut on = true;
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
                'c' => {
                    let what = "the flag c (canonical equivalence)";
                    return Err(PatternError::unsupported(self.cursor.column(), what));
                }
                '-' if on => {
                    on = false;
                    self.cursor.step();
                    continue;
                }
                _ => break,
            };
            self.cursor.flags = if on { flags.with(flag) } else { flags.without(flag) };
            self.cursor.step();
        }
        Ok(())
    }
}

fn unclosed_group(column: usize) -> PatternError {
    PatternError::incomplete(column, "unclosed group: a ( {at} has no )")
}
