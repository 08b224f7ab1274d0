//! Quantifiers: `?`, `*`, `+` and counted ones, each greedy, lazy or possessive.

use super::super::ast::{Node, QuantifierKind, RepeatedGroup, Repetition};
use super::super::error::{invalid, invalid_with_hint};
use super::super::matcher::study::Study;
use super::{Parser, Result};

impl Parser {
    /// Parses the quantifier after `body`, if there is one.
    pub(super) fn quantified(&mut self, body: Node, group: RepeatedGroup) -> Result<Node> {
        let Some(c) = self.cursor.peek() else {
            return Ok(body);
        };
        let (min, max) = match c {
            '?' => (0, Some(1)),
            '*' => (0, None),
            '+' => (1, None),
            '{' => self.counted_range()?,
            _ => return Ok(body),
        };
        // A counted range has consumed its brace already.
        let next = if c == '{' { self.cursor.peek() } else { self.cursor.advance() };
        let kind = match next {
            Some('?') => QuantifierKind::Lazy,
            Some('+') => QuantifierKind::Possessive,
            _ => QuantifierKind::Greedy,
        };
        if kind != QuantifierKind::Greedy {
            self.cursor.skip_raw(1);
        }
        let is_deterministic = group != RepeatedGroup::None && Study::of(&body).is_deterministic;
        let repetition = Repetition { body, min, max, kind, group, is_deterministic };
        Ok(Node::Repetition(Box::new(repetition)))
    }

    /// Parses `{2}`, `{2,}` or `{2,3}`.
    fn counted_range(&mut self) -> Result<(u32, Option<u32>)> {
        const UNCLOSED: &str = "Missing \"}\" for \"{\"";
        let column = self.cursor.column();
        match self.cursor.peek_raw(1) {
            Some(c) if c.is_ascii_digit() => self.cursor.skip_raw(1),
            None => return invalid(column, UNCLOSED),
            Some(_) => {
                let hint = "Write \\{ for a literal brace";
                return invalid_with_hint(column, "Missing number after \"{\"", hint);
            }
        }
        let (min, mut next) = self.count(column)?;
        let mut max = Some(min);
        if next == Some(',') {
            next = self.cursor.read();
            max = None;
            if next != Some('}') {
                self.cursor.position -= usize::from(next.is_some());
                let (count, after) = self.count(column)?;
                (max, next) = (Some(count), after);
            }
        }
        match next {
            Some('}') if max.is_some_and(|max| max < min) => {
                invalid(column, "Minimum exceeds maximum in the quantifier")
            }
            Some('}') => Ok((min, max)),
            _ => invalid(column, UNCLOSED),
        }
    }

    /// Parses a number and reads the character after it. Without any digit, the number is 0.
    fn count(&mut self, column: usize) -> Result<(u32, Option<char>)> {
        let mut count: u32 = 0;
        loop {
            let next = self.cursor.read();
            let Some(digit) = next.and_then(|c| c.to_digit(10)) else {
                return Ok((count, next));
            };
            count = match count.checked_mul(10).and_then(|count| count.checked_add(digit)) {
                Some(count) if i32::try_from(count).is_ok() => count,
                _ => return invalid(column, "Number too large in the quantifier"),
            };
        }
    }
}
