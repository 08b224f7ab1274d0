//! Shows the progress of an export and cancels it.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Number of rows between two updates. Each update also checks for cancellation.
pub(super) const STEP_ROWS: usize = 1_000;

/// The progress of an export, shared between the thread that writes and the thread that shows it.
#[derive(Debug, Default)]
pub struct Progress {
    total: usize,
    done: AtomicUsize,
    is_cancelled: AtomicBool,
}

impl Progress {
    /// Creates the progress of an export of `total_rows` rows.
    #[must_use]
    pub fn new(total_rows: usize) -> Self {
        Self { total: total_rows, ..Self::default() }
    }

    /// Returns the number of rows written, in steps of 1,000. It reaches the total when the export is complete.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Returns the number of rows to write.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// Makes the export stop with an error.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Returns `true` after [`Self::cancel`].
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Records that `rows` rows are written, in steps. Fails if the export is cancelled.
    pub(super) fn set_written(&self, rows: usize) -> io::Result<()> {
        if rows.is_multiple_of(STEP_ROWS) {
            self.done.store(rows, Ordering::Relaxed);
        }
        self.check(rows)
    }

    /// Fails if the export is cancelled. Checks once per step; `row` is the index of the current row.
    pub(super) fn check(&self, row: usize) -> io::Result<()> {
        if row.is_multiple_of(STEP_ROWS) && self.is_cancelled() {
            return Err(io::Error::other(Cancelled));
        }
        Ok(())
    }

    /// Records that everything is written. Fails if the export was cancelled before.
    pub(super) fn finish(&self, rows: usize) -> io::Result<()> {
        self.done.store(rows, Ordering::Relaxed);
        if self.is_cancelled() { Err(io::Error::other(Cancelled)) } else { Ok(()) }
    }
}

/// The inner error of a cancelled export.
#[derive(Debug, thiserror::Error)]
#[error("Export cancelled")]
struct Cancelled;

/// Returns `true` for the error of a cancelled export.
#[must_use]
pub fn is_cancelled_error(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<Cancelled>())
}
