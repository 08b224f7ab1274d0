//! Reading a pattern character by character, as Java does.
//!
//! Two things are peculiar. `\Q…\E` is turned into escapes before anything else looks at the
//! pattern, even inside classes and comments. And under `(?x)` blanks and comments are skipped
//! between almost any two characters, but not at every place: the methods here differ in just that.

/// The flags in force at a place of the pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Flags(u8);

impl Flags {
    pub(super) const IGNORE_CASE: Self = Self(1);
    pub(super) const MULTILINE: Self = Self(2);
    pub(super) const DOT_ALL: Self = Self(4);
    pub(super) const UNICODE_CASE: Self = Self(8);
    pub(super) const COMMENTS: Self = Self(16);
    pub(super) const UNIX_LINES: Self = Self(32);
    pub(super) const UNICODE_CLASS: Self = Self(64);

    pub(super) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(super) fn with(self, flag: Self) -> Self {
        Self(self.0 | flag.0)
    }

    pub(super) fn without(self, flag: Self) -> Self {
        Self(self.0 & !flag.0)
    }
}

/// A place in a pattern.
pub(super) struct Cursor {
    /// The characters, each with its column in what was typed.
    text: Vec<(char, usize)>,
    at: usize,
    pub(super) flags: Flags,
    /// The column after the last character.
    end_column: usize,
}

impl Cursor {
    pub(super) fn new(pattern: &str, flags: Flags) -> Self {
        Self { text: unquote(pattern), at: 0, flags, end_column: pattern.chars().count() + 1 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn set_at(&mut self, at: usize) {
        self.at = at;
    }

    /// Whether nothing is left, not even blanks.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The character so many places on, blanks counted.
    pub(super) fn raw(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).map(|&(c, _)| c)
    }

    /// The character just before, blanks counted.
    pub(super) fn before(&self) -> Option<char> {
        self.at.checked_sub(1).map(|at| self.text[at].0)
    }

    /// The column of a place, for messages.
    pub(super) fn column_of(&self, at: usize) -> usize {
        self.text.get(at).map_or(self.end_column, |&(_, column)| column)
    }

    pub(super) fn column(&self) -> usize {
        self.column_of(self.at)
    }

    /// The characters between two places as they were typed.
    pub(super) fn slice(&self, from: usize, to: usize) -> String {
        self.text[from..to].iter().map(|&(c, _)| c).collect()
    }

    /// Whether a character beyond U+FFFF is written out from here on.
    pub(super) fn supplementary_follows(&self) -> bool {
        self.text[self.at..].iter().any(|&(c, _)| u32::from(c) > 0xFFFF)
    }

    /// The next character that counts, which stays next.
    pub(super) fn peek(&mut self) -> Option<char> {
        if self.flags.has(Flags::COMMENTS) {
            self.skip_blanks();
        }
        self.raw(0)
    }

    /// Steps over one character, then peeks.
    pub(super) fn step(&mut self) -> Option<char> {
        self.skip(1);
        self.peek()
    }

    /// Steps over so many characters, whatever they are.
    pub(super) fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.text.len());
    }

    /// The next character that counts, stepped over.
    pub(super) fn take(&mut self) -> Option<char> {
        let next = self.peek();
        self.skip(1);
        next
    }

    fn skip_blanks(&mut self) {
        while let Some(c) = self.raw(0) {
            match c {
                '\t' | '\n' | '\u{B}' | '\u{C}' | '\r' | ' ' => self.at += 1,
                '#' => {
                    while self.raw(0).is_some_and(|c| !self.ends_line(c)) {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
    }

    fn ends_line(&self, c: char) -> bool {
        if self.flags.has(Flags::UNIX_LINES) { c == '\n' } else { super::tree::TERMINATORS.contains(c) }
    }
}

/// Replaces `\Q…\E` by escapes.
fn unquote(pattern: &str) -> Vec<(char, usize)> {
    let mut typed = pattern.chars().zip(1..).peekable();
    let mut text = Vec::with_capacity(pattern.len());
    let mut quoted = false;
    let mut just_opened = false;
    while let Some((c, column)) = typed.next() {
        let opened = std::mem::take(&mut just_opened);
        if c == '\\' {
            let next = typed.peek().map(|&(next, _)| next);
            match next {
                Some('E') if quoted => {
                    typed.next();
                    quoted = false;
                }
                _ if quoted => text.extend([('\\', column), ('\\', column)]),
                Some('Q') => {
                    typed.next();
                    quoted = true;
                    just_opened = true;
                }
                _ => {
                    text.push((c, column));
                    text.extend(typed.next());
                }
            }
        } else {
            if quoted && opened && c.is_ascii_digit() {
                // So that the digit can't lengthen an escape before the quote.
                text.extend(['\\', 'x', '3'].map(|c| (c, column)));
            } else if quoted && !c.is_ascii_alphanumeric() {
                text.push(('\\', column));
            }
            text.push((c, column));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unquoted(pattern: &str) -> String {
        unquote(pattern).into_iter().map(|(c, _)| c).collect()
    }

    #[test]
    fn quotes_become_escapes() {
        assert_eq!(unquoted(r"a\Q.*\Eb"), r"a\.\*b");
        assert_eq!(unquoted(r"\Q1a\"), r"\x31a\\");
        assert_eq!(unquoted(r"\\Qa"), r"\\Qa");
        assert_eq!(unquoted(r"[\Q^]\E]"), r"[\^\]]");
    }

    #[test]
    fn blanks_and_comments_are_skipped_only_under_x() {
        let mut plain = Cursor::new("a b", Flags::default());
        assert_eq!(plain.step(), Some(' '));
        let mut free = Cursor::new("a # c\n b", Flags::COMMENTS);
        assert_eq!(free.step(), Some('b'));
        assert_eq!(free.column(), 8);
    }
}
