//! How far an export has come, and whether it is still wanted.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// After so many rows the writers tell how far they are and ask whether to go on.
pub(super) const STEP: usize = 1_000;

/// Shared between the thread that writes and whoever waits for it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Rows to write.
    total: usize,
    /// Rows written.
    done: AtomicUsize,
    cancelled: AtomicBool,
}

impl Progress {
    /// Nothing is done yet of so many rows.
    #[must_use]
    pub fn new(total_rows: usize) -> Self {
        Self { total: total_rows, ..Self::default() }
    }

    /// How many rows are written, give or take a thousand; all of them only once everything is.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// How many rows there are to write.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// Asks the writer to stop.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Before a row is written: notes now and then that so many are.
    pub(super) fn written(&self, rows: usize) -> io::Result<()> {
        if rows.is_multiple_of(STEP) {
            self.done.store(rows, Ordering::Relaxed);
        }
        self.looked_at(rows)
    }

    /// Before a row is looked at without being written: an error now and then where nobody wants it any more.
    pub(super) fn looked_at(&self, rows: usize) -> io::Result<()> {
        if rows.is_multiple_of(STEP) && self.is_cancelled() {
            return Err(io::Error::other(Cancelled));
        }
        Ok(())
    }

    /// After the last row. Who cancels until here gets no file.
    pub(super) fn finish(&self, rows: usize) -> io::Result<()> {
        self.done.store(rows, Ordering::Relaxed);
        if self.is_cancelled() { Err(io::Error::other(Cancelled)) } else { Ok(()) }
    }
}

/// Inside the error that ends a cancelled export.
#[derive(Debug, thiserror::Error)]
#[error("the export was cancelled")]
struct Cancelled;

/// Whether this error says no more than that the export was cancelled.
#[must_use]
pub fn is_cancelled_error(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<Cancelled>())
}
