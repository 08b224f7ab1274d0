//! The cells of a column, as far as they are read.

use super::super::super::builder::ColumnBuilder;
use super::super::super::{OwnedColumn, TextBuilder};

/// The cells of a column.
pub(super) enum Cells {
    /// Where the texts stand. They are looked up column by column, so that one table of texts at a time is in the
    /// processor's cache, and one thread works on one column while another works on the next.
    Text(TextBuilder, Vec<Span>),
    Other(ColumnBuilder),
}

/// A text within the answer, or, beyond its end, within the decoded ones.
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: u32,
    /// [`UNKNOWN`] where there is no text.
    len: u32,
}

const UNKNOWN: u32 = u32::MAX;

impl Span {
    pub(super) const NONE: Self = Self { start: 0, len: UNKNOWN };

    /// `None` where the place is beyond 4 GiB.
    pub(super) fn new(start: usize, len: usize) -> Option<Self> {
        Some(Self { start: start.try_into().ok()?, len: len.try_into().ok()? })
    }

    /// The same text, with so many bytes decoded before it.
    fn moved(self, text: &str, decoded: usize) -> Option<Self> {
        let start = self.start as usize;
        if start < text.len() { Some(self) } else { Self::new(start + decoded, self.len as usize) }
    }

    fn of<'a>(self, text: &'a str, decoded: &'a str) -> Option<&'a str> {
        let (start, len) = (self.start as usize, self.len as usize);
        match start.checked_sub(text.len()) {
            _ if self.len == UNKNOWN => None,
            None => Some(&text[start..start + len]),
            Some(start) => Some(&decoded[start..start + len]),
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

    pub(super) fn finish(self, text: &str, decoded: &str) -> OwnedColumn {
        match self {
            Self::Text(texts, spans) => {
                OwnedColumn::Text(texts.collect(spans.len(), |row| spans[row].of(text, decoded)))
            }
            Self::Other(column) => column.finish(),
        }
    }
}
