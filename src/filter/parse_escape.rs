//! What follows a backslash, in a class and outside.

use std::rc::Rc;

use super::class::{CodeSet, LAST};
use super::cursor::Flags;
use super::error::PatternError;
use super::parse::Parser;
use super::tree::{Assert, BackReference, Node, VERTICAL_SPACE};
use super::unicode;

/// What an escape stands for.
pub(super) enum Escaped {
    /// One character, or half of a surrogate pair.
    Code(u32),
    Set(Rc<CodeSet>),
    Node(Node),
}

impl From<CodeSet> for Escaped {
    fn from(set: CodeSet) -> Self {
        Self::Set(Rc::new(set))
    }
}

impl Parser {
    /// Reads the escape that begins here. `in_range`: a `-` follows or came before, so that `\v` is
    /// one character.
    pub(super) fn escape(&mut self, in_class: bool, in_range: bool) -> Result<Escaped, PatternError> {
        let column = self.cursor.column();
        let Some(c) = self.cursor.raw(1) else {
            let what = "the \\ {at} has nothing after it";
            return Err(PatternError::incomplete(column, what));
        };
        if matches!(c, 'p' | 'P') {
            self.cursor.skip(1);
            return self.property(c == 'P').map(Escaped::Set);
        }
        self.cursor.skip(2);
        let code = |c: char| Ok(Escaped::Code(u32::from(c)));
        match c {
            '0' => self.octal(column),
            'a' => code('\u{7}'),
            'c' => match self.cursor.take() {
                Some(c) => Ok(Escaped::Code(u32::from(c) ^ 64)),
                None => Err(PatternError::incomplete(column, "the \\c {at} needs a character")),
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
                let set = self.shorthand(c.to_ascii_lowercase());
                Ok(if c.is_ascii_uppercase() { set.negate().into() } else { set.into() })
            }
            'N' => Err(PatternError::unsupported(column, "a character by its name (\\N)")),
            _ if !c.is_ascii_alphanumeric() => code(c),
            _ if in_class => {
                let what = format!("\\{c} has no meaning in a class");
                Err(PatternError::wrong(column, &what))
            }
            _ => self.outside_class(c, column).map(Escaped::Node),
        }
    }

    fn outside_class(&mut self, c: char, column: usize) -> Result<Node, PatternError> {
        let unicode = self.has(Flags::UNICODE_CLASS);
        let assert = match c {
            'A' | 'G' => Assert::Begin,
            'z' => Assert::End,
            'Z' => return Ok(self.last_end()),
            'B' => Assert::Word { negated: true, unicode },
            'b' if self.cursor.peek() == Some('{') && self.cursor.raw(1) == Some('g') => {
                let what = "a boundary between letters as people see them (\\b{g})";
                return Err(PatternError::unsupported(column, what));
            }
            'b' => Assert::Word { negated: false, unicode },
            'R' => return Ok(Node::LineBreak),
            'X' => {
                let what = "a letter as people see it (\\X)";
                return Err(PatternError::unsupported(column, what));
            }
            '1'..='9' => {
                let group = self.group_number(u32::from(c) as usize - '0' as usize);
                return Ok(self.back_reference(group, column));
            }
            'k' => {
                if self.cursor.take() != Some('<') {
                    let what = "\\k needs the name of a group: \\k<name>";
                    return Err(PatternError::wrong(column, what));
                }
                let first = self.cursor.take();
                let name = self.group_name(first)?;
                let Some(&group) = self.names.get(&name) else {
                    let what = format!("no group before this is named <{name}>");
                    return Err(PatternError::wrong(column, &what));
                };
                return Ok(self.back_reference(group, column));
            }
            _ => {
                let what = format!("unknown escape \\{c}");
                return Err(PatternError::wrong(column, &what));
            }
        };
        Ok(Node::Assert(assert))
    }

    fn back_reference(&self, group: usize, column: usize) -> Node {
        Node::BackReference(BackReference { group, folding: self.folding(), column })
    }

    /// Takes further digits as long as there are so many groups.
    fn group_number(&mut self, first: usize) -> usize {
        let mut number = first;
        while let Some(digit) = self.cursor.peek().and_then(|c| c.to_digit(10)) {
            let longer = number.saturating_mul(10).saturating_add(digit as usize);
            if longer > self.groups {
                break;
            }
            number = longer;
            self.cursor.skip(1);
        }
        number
    }

    /// `\0n`, `\0nn`, `\0mnn` with m up to 3.
    fn octal(&mut self, column: usize) -> Result<Escaped, PatternError> {
        let mut code = 0;
        let mut digits = 0;
        while digits < 3 {
            let before = self.cursor.at();
            match self.cursor.take().and_then(|c| c.to_digit(8)) {
                Some(digit) if digits < 2 || code < 0o40 => code = code * 8 + digit,
                _ => {
                    self.cursor.set_at(before);
                    break;
                }
            }
            digits += 1;
        }
        if digits == 0 {
            let what = "the \\0 {at} needs octal digits";
            return Err(if self.cursor.is_done() {
                PatternError::incomplete(column, what)
            } else {
                PatternError::wrong(column, what)
            });
        }
        Ok(Escaped::Code(code))
    }

    fn hexadecimal(&mut self, column: usize) -> Result<Escaped, PatternError> {
        let first = self.cursor.take();
        if first != Some('{') {
            let code = self.hex_digits(first, 2, column)?;
            return Ok(Escaped::Code(code));
        }
        let mut code = 0;
        let mut digits = 0;
        loop {
            let next = self.cursor.take();
            match next.and_then(|c| c.to_digit(16)) {
                Some(digit) if code * 16 + digit <= LAST => code = code * 16 + digit,
                Some(_) => {
                    let what = "there is no character with so great a number";
                    return Err(PatternError::wrong(column, what));
                }
                None if next == Some('}') && digits > 0 => return Ok(Escaped::Code(code)),
                None if next.is_none() => {
                    return Err(PatternError::incomplete(column, "the \\x{ {at} has no }"));
                }
                None => {
                    let what = "\\x needs hexadecimal digits";
                    return Err(PatternError::wrong(column, what));
                }
            }
            digits += 1;
        }
    }

    /// `\uXXXX`; two such that form a surrogate pair are one character.
    fn utf16(&mut self, column: usize) -> Result<Escaped, PatternError> {
        let first = self.cursor.take();
        let high = self.hex_digits(first, 4, column)?;
        if !(0xD800..0xDC00).contains(&high) {
            return Ok(Escaped::Code(high));
        }
        let after = self.cursor.at();
        if self.cursor.take() == Some('\\') && self.cursor.take() == Some('u') {
            let first = self.cursor.take();
            let low = self.hex_digits(first, 4, column)?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(Escaped::Code(code));
            }
        }
        self.cursor.set_at(after);
        Ok(Escaped::Code(high))
    }

    fn hex_digits(&mut self, first: Option<char>, count: usize, column: usize) -> Result<u32, PatternError> {
        let mut code = 0;
        let mut next = first;
        for done in 1..=count {
            match next.map(|c| c.to_digit(16)) {
                Some(Some(digit)) => code = code * 16 + digit,
                Some(None) => {
                    let what = format!("the escape {{at}} needs {count} hexadecimal digits");
                    return Err(PatternError::wrong(column, &what));
                }
                None => {
                    let what = format!("the escape {{at}} needs {count} hexadecimal digits");
                    return Err(PatternError::incomplete(column, &what));
                }
            }
            if done < count {
                next = self.cursor.take();
            }
        }
        Ok(code)
    }

    /// `\d`, `\h`, `\s`, `\v`, `\w`.
    fn shorthand(&mut self, letter: char) -> CodeSet {
        let unicode = self.has(Flags::UNICODE_CLASS);
        match (letter, unicode) {
            ('d', false) => CodeSet::of("0123456789"),
            ('d', true) => unicode::digits(),
            ('s', false) => CodeSet::of(" \t\n\u{B}\u{C}\r"),
            ('s', true) => unicode::white_space(),
            ('w', false) => CodeSet::new([(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]),
            ('w', true) => unicode::word(),
            ('v', _) => CodeSet::of(VERTICAL_SPACE),
            _ => CodeSet::new([(0x2000, 0x200A)])
                .union(&CodeSet::of(" \t\u{A0}\u{1680}\u{180E}\u{202F}\u{205F}\u{3000}")),
        }
    }

    /// `\pL`, `\p{Lu}`, `\p{IsGreek}`, …; the cursor is on the p.
    fn property(&mut self, negated: bool) -> Result<Rc<CodeSet>, PatternError> {
        let column = self.cursor.column().saturating_sub(1);
        let first = self.cursor.step();
        let unclosed = || PatternError::incomplete(column, "the property {at} has no name or no }");
        let name = if first == Some('{') {
            self.cursor.step();
            let from = self.cursor.at();
            loop {
                let here = self.cursor.at();
                match self.cursor.take() {
                    Some('}') => break self.cursor.slice(from, here.max(self.cursor.at() - 1)),
                    Some(_) => {}
                    None => return Err(unclosed()),
                }
            }
        } else {
            let name = first.ok_or_else(unclosed)?;
            self.cursor.skip(1);
            name.to_string()
        };
        let key = (name, self.cursor.flags);
        if !self.properties.contains_key(&key) {
            let ignore_case = self.has(Flags::IGNORE_CASE);
            let unicode = self.has(Flags::UNICODE_CLASS);
            let Some(set) = unicode::property(&key.0, ignore_case, unicode) else {
                let what = format!("there is no property {}", key.0);
                return Err(PatternError::wrong(column, &what));
            };
            self.properties.insert(key.clone(), Rc::new(set));
        }
        let set = Rc::clone(&self.properties[&key]);
        Ok(if negated { Rc::new(set.negate()) } else { set })
    }
}
