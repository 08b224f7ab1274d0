//! A cursor over the characters of a pattern that reads as Java does.
//!
//! Java replaces `\Q…\E` by escapes before it parses anything, even inside classes and comments. Under `(?x)` it skips
//! white space and comments, but not everywhere: the methods whose names contain `raw` don't skip them.

use super::flags::Flags;

/// A position in a pattern, and the flags that are active there.
pub(super) struct Cursor {
    /// The characters after `\Q…\E` is expanded, each with its column in the original pattern.
    chars: Vec<(char, usize)>,
    pub(super) position: usize,
    pub(super) flags: Flags,
    /// Column after the last character.
    end_column: usize,
    /// Position after the last literal character beyond U+FFFF.
    supplementary_end: usize,
}

impl Cursor {
    pub(super) fn new(pattern: &str, flags: Flags) -> Self {
        let end_column = pattern.chars().count() + 1;
        let chars = expand_quotes(pattern);
        let supplementary_end =
            chars.iter().rposition(|&(c, _)| u32::from(c) > 0xFFFF).map_or(0, |last| last + 1);
        Self { chars, position: 0, flags, end_column, supplementary_end }
    }

    /// Returns the character `offset` characters ahead, without skipping white space and comments.
    pub(super) fn peek_raw(&self, offset: usize) -> Option<char> {
        self.chars.get(self.position + offset).map(|&(c, _)| c)
    }

    /// Returns the previous character, even if it is white space or part of a comment.
    pub(super) fn previous_raw(&self) -> Option<char> {
        self.position.checked_sub(1).map(|index| self.chars[index].0)
    }

    /// Returns the column of a position, for error messages.
    pub(super) fn column_of(&self, position: usize) -> usize {
        self.chars.get(position).map_or(self.end_column, |&(_, column)| column)
    }

    pub(super) fn column(&self) -> usize {
        self.column_of(self.position)
    }

    /// Returns the characters between two positions.
    pub(super) fn slice(&self, start: usize, end: usize) -> String {
        self.chars[start..end].iter().map(|&(c, _)| c).collect()
    }

    /// Returns `true` if the rest of the pattern contains a literal character beyond U+FFFF.
    pub(super) fn has_supplementary_ahead(&self) -> bool {
        self.position < self.supplementary_end
    }

    /// Returns the next character without consuming it.
    pub(super) fn peek(&mut self) -> Option<char> {
        if self.flags.contains(Flags::COMMENTS) {
            self.skip_comments();
        }
        self.peek_raw(0)
    }

    /// Consumes one character and peeks at the next one.
    pub(super) fn advance(&mut self) -> Option<char> {
        self.skip_raw(1);
        self.peek()
    }

    /// Consumes `count` characters, including white space and comments.
    pub(super) fn skip_raw(&mut self, count: usize) {
        self.position = (self.position + count).min(self.chars.len());
    }

    /// Consumes and returns the next character.
    pub(super) fn read(&mut self) -> Option<char> {
        let next = self.peek();
        self.skip_raw(1);
        next
    }

    /// Skips white space and comments.
    fn skip_comments(&mut self) {
        let terminators = self.flags.line_terminators().chars();
        while let Some(c) = self.peek_raw(0) {
            match c {
                '\t' | '\n' | '\u{B}' | '\u{C}' | '\r' | ' ' => self.position += 1,
                '#' => {
                    while self.peek_raw(0).is_some_and(|c| !terminators.contains(c)) {
                        self.position += 1;
                    }
                }
                _ => break,
            }
        }
    }
}

/// Replaces `\Q…\E` by escapes, as Java does before parsing.
fn expand_quotes(pattern: &str) -> Vec<(char, usize)> {
    let mut input = pattern.chars().zip(1..).peekable();
    let mut chars = Vec::with_capacity(pattern.len());
    let mut is_quoted = false;
    let mut after_opening = false;
    while let Some((c, column)) = input.next() {
        let is_first = std::mem::take(&mut after_opening);
        if c == '\\' {
            let next = input.peek().map(|&(next, _)| next);
            match next {
                Some('E') if is_quoted => {
                    input.next();
                    is_quoted = false;
                }
                _ if is_quoted => chars.extend([('\\', column), ('\\', column)]),
                Some('Q') => {
                    input.next();
                    is_quoted = true;
                    after_opening = true;
                }
                _ => {
                    chars.push((c, column));
                    chars.extend(input.next());
                }
            }
        } else {
            if is_quoted && is_first && c.is_ascii_digit() {
                // A plain digit could extend an escape before the quote.
                chars.extend(['\\', 'x', '3'].map(|c| (c, column)));
            } else if is_quoted && !c.is_ascii_alphanumeric() {
                chars.push(('\\', column));
            }
            chars.push((c, column));
        }
    }
    chars
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(pattern: &str) -> String {
        expand_quotes(pattern).into_iter().map(|(c, _)| c).collect()
    }

    #[test]
    fn replaces_quotes_by_escapes() {
        assert_eq!(expanded(r"a\Q.*\Eb"), r"a\.\*b");
        assert_eq!(expanded(r"\Q1a\"), r"\x31a\\");
        assert_eq!(expanded(r"\\Qa"), r"\\Qa");
        assert_eq!(expanded(r"[\Q^]\E]"), r"[\^\]]");
    }

    #[test]
    fn skips_comments_only_under_the_comments_flag() {
        let mut plain = Cursor::new("a b", Flags::default());
        assert_eq!(plain.advance(), Some(' '));
        let mut commented = Cursor::new("a # c\n b", Flags::COMMENTS);
        assert_eq!(commented.advance(), Some('b'));
        assert_eq!(commented.column(), 8);
    }
}
