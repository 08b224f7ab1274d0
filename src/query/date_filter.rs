//! Filters on columns of dates.

use super::cancel::{CHUNK, CancelToken, Cancelled};
use super::filtering::Mask;
use crate::dataset::{Column, ColumnId, Dataset, Values};

/// A filter on a column of dates. A null doesn't pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFilter {
    /// The column, which must have dates.
    pub column: ColumnId,
    /// The dates that pass.
    pub range: DateRange,
}

/// A range of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateRange {
    /// Dates at most this number of seconds ago.
    Last(u32),
    /// Dates before this time, in milliseconds since 1970 UTC.
    Before(i64),
    /// Dates from this time on, in milliseconds since 1970 UTC.
    Since(i64),
}

impl DateRange {
    /// Returns whether a date passes at the time `now_epoch_ms`.
    fn contains(self, epoch_ms: i64, now_epoch_ms: i64) -> bool {
        match self {
            Self::Last(seconds) => epoch_ms >= now_epoch_ms.saturating_sub(i64::from(seconds) * 1_000),
            Self::Before(end) => epoch_ms < end,
            Self::Since(start) => epoch_ms >= start,
        }
    }

    /// Returns the first time at which a date that passes doesn't pass any more; `None` if it always passes.
    fn end_of(self, epoch_ms: i64) -> Option<i64> {
        match self {
            Self::Last(seconds) => Some(epoch_ms.saturating_add(i64::from(seconds) * 1_000 + 1)),
            Self::Before(_) | Self::Since(_) => None,
        }
    }
}

impl DateFilter {
    /// Returns the rows that pass; `None` if the dataset has no such column.
    pub(super) fn evaluate(
        &self,
        dataset: &Dataset,
        now_epoch_ms: i64,
        cancel: CancelToken<'_>,
    ) -> Result<Option<Mask>, Cancelled> {
        let Some(values) = self.values(dataset) else {
            return Ok(None);
        };
        let passes = |row| values.get(row).is_some_and(|date| self.range.contains(date, now_epoch_ms));
        let mut mask = Vec::with_capacity(values.len());
        for start in (0..values.len()).step_by(CHUNK) {
            cancel.check()?;
            mask.extend((start..values.len().min(start + CHUNK)).map(passes));
        }
        Ok(Some(mask))
    }

    /// Returns the first time at which one of these rows doesn't pass any more.
    pub(super) fn changes_at(&self, dataset: &Dataset, rows: &[u32]) -> Option<i64> {
        if !matches!(self.range, DateRange::Last(_)) {
            return None;
        }
        let values = self.values(dataset)?;
        let oldest = rows.iter().filter_map(|&row| values.get(row as usize)).min()?;
        self.range.end_of(oldest)
    }

    fn values<'a>(&self, dataset: &'a Dataset) -> Option<&'a Values<i64>> {
        match dataset.column(&self.column)? {
            Column::Date(values) => Some(values),
            _ => None,
        }
    }
}
