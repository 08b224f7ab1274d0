//! The matches of a text filter, to highlight them.

use std::ops::Range;
use std::sync::Arc;

use crate::dataset::TextColumn;

/// The first match of a filter in each distinct value of a column.
///
/// They are found with the query, on its thread: a search can take long, because of backtracking or of a long value, and a
/// view would repeat it for each visible cell in each frame.
#[derive(Clone, Debug, Default)]
pub struct Highlights {
    /// Matches by code, in ascending order. Values without a match or with an empty one are absent.
    matches: Arc<[Match]>,
}

/// The match in a value.
#[derive(Clone, Copy, Debug)]
struct Match {
    code: u32,
    start: u32,
    end: u32,
}

impl Highlights {
    /// Returns the byte range of the match in the value of a row; `None` if there is nothing to highlight.
    #[must_use]
    pub fn find(&self, column: &TextColumn, row: usize) -> Option<Range<usize>> {
        let code = column.code(row)?;
        let index = self.matches.binary_search_by_key(&code, |found| found.code).ok()?;
        let Match { start, end, .. } = self.matches[index];
        Some(start as usize..end as usize)
    }
}

/// Collects the matches of a column in the order of its codes.
#[derive(Default)]
pub(super) struct HighlightsBuilder {
    matches: Vec<Match>,
}

impl HighlightsBuilder {
    /// Adds the match in the value with this code.
    pub(super) fn push(&mut self, code: u32, range: Range<usize>) {
        // A longer value couldn't have been received.
        if let (false, Ok(start), Ok(end)) = (range.is_empty(), range.start.try_into(), range.end.try_into())
        {
            self.matches.push(Match { code, start, end });
        }
    }

    pub(super) fn finish(self) -> Highlights {
        Highlights { matches: self.matches.into() }
    }
}
