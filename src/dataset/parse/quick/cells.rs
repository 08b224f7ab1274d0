//! The cells of a column, as far as they are read.

use super::super::super::builder::ColumnBuilder;
use super::super::super::revision::Revision;
use super::super::super::{OwnedColumn, TextBuilder, TextColumn};

/// The cells of a column.
pub(super) enum Cells {
    /// Where the texts stand. They are looked up column by column, so that one table of texts at a time is in the
    /// processor's cache, and one thread works on one column while another works on the next.
    Text(TextBuilder, Vec<Span>),
    Other(ColumnBuilder),
}

/// Where a text stands: in the answer, or, beyond its end, among the decoded ones; or that it is a text of the answer
/// before.
#[derive(Clone, Copy)]
pub(super) struct Span {
    /// The code, where the text is [`KNOWN`].
    start: u32,
    /// [`UNKNOWN`] where there is no text.
    len: u32,
}

const UNKNOWN: u32 = u32::MAX;
/// Stands for the length of a text of the answer before.
const KNOWN: u32 = UNKNOWN - 1;

impl Span {
    pub(super) const NONE: Self = Self { start: 0, len: UNKNOWN };

    /// `None` where the place is beyond 4 GiB.
    pub(super) fn new(start: usize, len: usize) -> Option<Self> {
        let len = len.try_into().ok().filter(|len| *len < KNOWN)?;
        Some(Self { start: start.try_into().ok()?, len })
    }

    /// The text of this code in the column of the answer before.
    pub(super) fn known(code: u32) -> Self {
        Self { start: code, len: KNOWN }
    }

    #[cfg(test)]
    pub(super) fn is_known(self) -> bool {
        self.len == KNOWN
    }

    /// The same text, with so many bytes decoded before it.
    fn moved(self, text: &str, decoded: usize) -> Option<Self> {
        let start = self.start as usize;
        if self.len >= KNOWN || start < text.len() {
            Some(self)
        } else {
            Self::new(start + decoded, self.len as usize)
        }
    }

    pub(super) fn of<'a>(
        self,
        text: &'a str,
        decoded: &'a str,
        before: Option<&'a TextColumn>,
    ) -> Option<&'a str> {
        let (start, len) = (self.start as usize, self.len as usize);
        match (self.len, start.checked_sub(text.len())) {
            (UNKNOWN, _) => None,
            (KNOWN, _) => before.map(|before| before.text(self.start)),
            (_, None) => Some(&text[start..start + len]),
            (_, Some(start)) => Some(&decoded[start..start + len]),
        }
    }
}

impl Cells {
    pub(super) fn of(column: ColumnBuilder) -> Self {
        match column {
            ColumnBuilder::Text(texts) => Self::Text(texts, Vec::new()),
            other => Self::Other(other),
        }
    }

    /// Adds the cells of the rows that come next, before whose decoded texts there are so many bytes of others.
    pub(super) fn append(&mut self, next: Self, text: &str, decoded: usize) -> Option<()> {
        match (self, next) {
            (Self::Text(_, spans), Self::Text(_, next)) => {
                spans.reserve(next.len());
                for span in next {
                    spans.push(span.moved(text, decoded)?);
                }
            }
            (Self::Other(column), Self::Other(next)) => column.append(next),
            _ => return None,
        }
        Some(())
    }

    /// The column, of which `before` is the one of the answer before.
    pub(super) fn finish(self, text: &str, decoded: &str, before: Option<&TextColumn>) -> OwnedColumn {
        let (texts, spans) = match self {
            Self::Text(texts, spans) => (texts, spans),
            Self::Other(column) => return column.finish(),
        };
        let new = spans.iter().filter(|span| span.len < KNOWN).count();
        OwnedColumn::Text(match before {
            Some(before) if new <= spans.len() / 2 => {
                let mut revision = Revision::of(before, texts.order(), spans.len());
                for span in spans {
                    let code = match (span.len, span.of(text, decoded, None)) {
                        (KNOWN, _) => span.start,
                        (_, Some(text)) => revision.give(text),
                        (_, None) => TextColumn::NULL,
                    };
                    revision.push(code);
                }
                revision.finish()
            }
            _ => texts.collect(spans.len(), |row| spans[row].of(text, decoded, before)),
        })
    }
}
