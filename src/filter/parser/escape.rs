//! Escapes: everything that starts with a backslash, inside and outside of classes.

use std::sync::Arc;

use super::super::ast::{Assertion, BackReference, Node};
use super::super::code_points::{CodePointSet, MAX_CODE_POINT};
use super::super::error::invalid;
use super::super::names;
use super::super::properties;
use super::{Flags, Parser, Result};

/// The meaning of an escape.
pub(super) enum Escaped {
    /// One character, or half of a surrogate pair.
    CodePoint(u32),
    Class(Arc<CodePointSet>),
    Node(Node),
}

impl Parser {
    /// Parses an escape. In a range of a class (`in_range`), `\v` is a single character instead of a class.
    pub(super) fn escape(&mut self, in_class: bool, in_range: bool) -> Result<Escaped> {
        let column = self.cursor.column();
        let Some(c) = self.cursor.peek_raw(1) else {
            return invalid(column, "Missing character after \"\\\"");
        };
        if matches!(c, 'p' | 'P') {
            self.cursor.skip_raw(1);
            return self.property(c == 'P').map(Escaped::Class);
        }
        self.cursor.skip_raw(2);
        let code = |c: char| Ok(Escaped::CodePoint(u32::from(c)));
        match c {
            '0' => self.octal(column),
            'a' => code('\u{7}'),
            'c' => match self.cursor.read() {
                Some(c) => Ok(Escaped::CodePoint(u32::from(c) ^ 64)),
                None => invalid(column, "Missing character after \\c"),
            },
            'e' => code('\u{1B}'),
            'f' => code('\u{C}'),
            'n' => code('\n'),
            'r' => code('\r'),
            't' => code('\t'),
            'u' => self.utf16(column),
            'x' => self.hexadecimal(column),
            'v' if in_range => code('\u{B}'),
            'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'v' | 'V' | 'w' | 'W' => {
                let set = self.cached(format!("\\{c}"), |parser, _| {
                    let set = properties::shorthand(c.to_ascii_lowercase(), parser.has(Flags::UNICODE_CLASS));
                    Some(if c.is_ascii_uppercase() { set.negate() } else { set })
                });
                Ok(Escaped::Class(set.unwrap_or_default()))
            }
            'N' => self.named_character(column),
            _ if !c.is_ascii_alphanumeric() => code(c),
            _ if in_class => invalid(column, format_args!("Escape \\{c} isn't allowed in a class")),
            _ => self.node_escape(c, column).map(Escaped::Node),
        }
    }

    /// Parses an escape that is valid only outside of classes.
    fn node_escape(&mut self, c: char, column: usize) -> Result<Node> {
        let unicode = self.has(Flags::UNICODE_CLASS);
        let assertion = match c {
            'A' => Assertion::TextStart,
            'G' => Assertion::SearchStart,
            'z' => Assertion::TextEnd,
            'Z' => Assertion::TextEndOrTerminator(self.cursor.flags.line_terminators()),
            'B' => Assertion::WordBoundary { negated: true, unicode },
            'b' if self.cursor.peek() == Some('{') && self.cursor.peek_raw(1) == Some('g') => {
                self.cursor.skip_raw(2);
                match self.cursor.read() {
                    Some('}') => Assertion::GraphemeBoundary,
                    None => return invalid(column, "Missing \"}\" for \"\\b{\""),
                    Some(_) => return invalid(column, "Unknown escape \\b{"),
                }
            }
            'b' => Assertion::WordBoundary { negated: false, unicode },
            'R' => return Ok(Node::LineBreak),
            'X' => return Ok(Node::Grapheme),
            '1'..='9' => {
                let group = self.group_number(u32::from(c) as usize - '0' as usize);
                return Ok(self.back_reference(group));
            }
            'k' => {
                if self.cursor.read() != Some('<') {
                    return invalid(column, "Missing <name> after \\k");
                }
                let name = self.group_name()?;
                let Some(&group) = self.names.get(&name) else {
                    return invalid(column, format_args!("Reference to undefined group <{name}>"));
                };
                return Ok(self.back_reference(group));
            }
            _ => return invalid(column, format_args!("Unknown escape \\{c}")),
        };
        Ok(Node::Assertion(assertion))
    }

    fn back_reference(&self, group: usize) -> Node {
        Node::BackReference(BackReference { group, folding: self.folding() })
    }

    /// Parses the name of `\N{LATIN SMALL LETTER A}`.
    fn named_character(&mut self, column: usize) -> Result<Escaped> {
        match self.cursor.read() {
            Some('{') => {}
            None => return invalid(column, "Missing name after \\N"),
            Some(_) => return invalid(column, "Missing {name} after \\N"),
        }
        let Some(name) = self.until_brace() else {
            return invalid(column, "Missing \"}\" for \"\\N{\"");
        };
        match names::code_point(&name) {
            Some(code) => Ok(Escaped::CodePoint(code)),
            None => invalid(column, format_args!("Unknown character name {name}")),
        }
    }

    /// Reads up to a `}` and returns what comes before it, or `None` if there is none.
    fn until_brace(&mut self) -> Option<String> {
        let start = self.cursor.position;
        while self.cursor.read()? != '}' {}
        Some(self.cursor.slice(start, self.cursor.position - 1))
    }

    /// Parses the rest of a group number: Java adds digits while a group with that number has been opened.
    fn group_number(&mut self, first: usize) -> usize {
        let mut number = first;
        while let Some(digit) = self.cursor.peek().and_then(|c| c.to_digit(10)) {
            let longer = number.saturating_mul(10).saturating_add(digit as usize);
            if longer > self.groups {
                break;
            }
            number = longer;
            self.cursor.skip_raw(1);
        }
        number
    }

    /// Parses the digits of `\0n`, `\0nn` or `\0mnn` with m up to 3.
    fn octal(&mut self, column: usize) -> Result<Escaped> {
        let mut code = 0;
        let mut digits = 0;
        while (digits < 2 || digits == 2 && code < 0o40)
            && let Some(digit) = self.cursor.peek().and_then(|c| c.to_digit(8))
        {
            self.cursor.skip_raw(1);
            code = code * 8 + digit;
            digits += 1;
        }
        if digits == 0 {
            return invalid(column, "Missing octal digits after \\0");
        }
        Ok(Escaped::CodePoint(code))
    }

    /// Parses the digits of `\x41` or `\x{1F600}`.
    fn hexadecimal(&mut self, column: usize) -> Result<Escaped> {
        if self.cursor.peek() != Some('{') {
            return self.hex_digits(2, column).map(Escaped::CodePoint);
        }
        self.cursor.skip_raw(1);
        let mut code = 0;
        let mut digits = 0;
        loop {
            let next = self.cursor.read();
            match next.and_then(|c| c.to_digit(16)) {
                Some(digit) if code * 16 + digit <= MAX_CODE_POINT => code = code * 16 + digit,
                Some(_) => return invalid(column, "Code point out of range"),
                None if next == Some('}') && digits > 0 => return Ok(Escaped::CodePoint(code)),
                None if next.is_none() => {
                    return invalid(column, "Missing \"}\" for \"\\x{\"");
                }
                None => return invalid(column, "Invalid hexadecimal digit after \\x"),
            }
            digits += 1;
        }
    }

    /// Parses the digits of `\uXXXX`. Two escapes that form a surrogate pair are one character.
    fn utf16(&mut self, column: usize) -> Result<Escaped> {
        let high = self.hex_digits(4, column)?;
        if !(0xD800..0xDC00).contains(&high) {
            return Ok(Escaped::CodePoint(high));
        }
        let after = self.cursor.position;
        if self.cursor.read() == Some('\\') && self.cursor.read() == Some('u') {
            let low = self.hex_digits(4, column)?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(Escaped::CodePoint(code));
            }
        }
        self.cursor.position = after;
        Ok(Escaped::CodePoint(high))
    }

    /// Parses `count` hexadecimal digits.
    fn hex_digits(&mut self, count: usize, column: usize) -> Result<u32> {
        let mut code = 0;
        for _ in 0..count {
            let next = self.cursor.read();
            let Some(digit) = next.and_then(|c| c.to_digit(16)) else {
                let message = format_args!("Expected {count} hexadecimal digits in the escape");
                return invalid(column, message);
            };
            code = code * 16 + digit;
        }
        Ok(code)
    }

    /// Parses `\pL`, `\p{Lu}`, `\p{IsGreek}` and similar. The cursor is on the `p`.
    fn property(&mut self, negated: bool) -> Result<Arc<CodePointSet>> {
        let column = self.cursor.column().saturating_sub(1);
        let name = match self.cursor.advance() {
            Some('{') => {
                self.cursor.advance();
                self.until_brace()
            }
            single => {
                self.cursor.skip_raw(1);
                single.map(String::from)
            }
        };
        let Some(name) = name else { return invalid(column, "Incomplete property") };
        let prefix = if negated { "P" } else { "p" };
        let set = self.cached(format!("{prefix}{name}"), |parser, key| {
            let (ignore_case, unicode) = (parser.has(Flags::IGNORE_CASE), parser.has(Flags::UNICODE_CLASS));
            let set = properties::property(&key[1..], ignore_case, unicode)?;
            Some(if negated { set.negate() } else { set })
        });
        match set {
            Some(set) => Ok(set),
            None => invalid(column, format_args!("Unknown property {name}")),
        }
    }

    /// Returns the set that was computed for a key under the current flags, or computes it.
    fn cached(
        &mut self,
        key: String,
        compute: impl FnOnce(&Self, &str) -> Option<CodePointSet>,
    ) -> Option<Arc<CodePointSet>> {
        let key = (key, self.cursor.flags);
        if !self.sets.contains_key(&key) {
            let set = compute(self, &key.0)?;
            self.sets.insert(key.clone(), Arc::new(set));
        }
        self.sets.get(&key).cloned()
    }
}
