//! Runs queries on a background thread.
//!
//! There is one slot for a query and one for a result. A newer query replaces the waiting one and cancels the running one,
//! so fast typing never queues work. A result carries the generation of its query, so that a late one is discarded.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::cancel::{CancelToken, Stopped};
use super::{FilterError, FilterField, FilterText, Filters, Query, QueryResult};
use crate::dataset::Dataset;
use crate::filter::Filter;
use crate::notify_on_drop::NotifyOnDrop;
use cache::DatasetCache;

mod cache;

/// Duration above which a query is logged as slow.
const SLOW_QUERY: Duration = Duration::from_millis(100);

/// The handle of the query thread. Dropping it stops the thread.
pub struct Worker {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

struct Shared {
    slots: Mutex<Slots>,
    changed: Condvar,
    /// Generation of the newest query. A running query of another generation is cancelled.
    newest: AtomicU64,
}

#[derive(Default)]
struct Slots {
    waiting: Option<Job>,
    result: Option<(u64, QueryResult)>,
    is_closed: bool,
}

/// A query and its datasets.
struct Job {
    generation: u64,
    query: Query,
    dataset: Arc<Dataset>,
    on_screen: Option<Arc<Dataset>>,
}

impl Shared {
    fn slots(&self) -> MutexGuard<'_, Slots> {
        // The slots are consistent at every unlock, so a panic elsewhere leaves nothing half done.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_newest(&self, generation: u64) -> bool {
        self.newest.load(Ordering::Relaxed) == generation
    }

    /// Starts a generation, which cancels the running query.
    fn next_generation(&self) -> u64 {
        self.newest.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Worker {
    /// Starts the thread. It calls `notify` after each result, and when it ends.
    ///
    /// # Errors
    /// If the system can't start a thread.
    pub fn spawn(notify: impl Fn() + Send + 'static) -> io::Result<Self> {
        Self::spawn_with_hook(notify, |_| ())
    }

    /// Starts the thread like [`spawn`](Self::spawn). Calls `before_check` with the query's generation before each check for
    /// cancellation.
    fn spawn_with_hook(
        notify: impl Fn() + Send + 'static,
        before_check: impl Fn(u64) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let shared =
            Arc::new(Shared { slots: Mutex::default(), changed: Condvar::new(), newest: AtomicU64::new(0) });
        let thread_shared = shared.clone();
        let thread = thread::Builder::new().name("query".to_owned()).spawn(move || {
            // Also notifies after a panic, so that the owner checks `is_alive`.
            let notify = NotifyOnDrop(notify);
            run_queries(&thread_shared, &notify.0, &before_check);
        })?;
        Ok(Self { shared, thread })
    }

    /// Submits a query. It replaces a waiting one and cancels a running one.
    ///
    /// The result maps the rows of `on_screen`, the dataset shown at the moment, to those of `dataset`. An invalid filter
    /// is replaced by the last valid one.
    pub fn submit(&mut self, query: Query, dataset: Arc<Dataset>, on_screen: Option<Arc<Dataset>>) {
        let generation = self.shared.next_generation();
        self.shared.slots().waiting = Some(Job { generation, query, dataset, on_screen });
        self.shared.changed.notify_all();
    }

    /// Returns the result of the newest query, once, if it is available.
    pub fn take_result(&mut self) -> Option<QueryResult> {
        self.take(&mut self.shared.slots())
    }

    /// Waits for the result of the newest query, for at most `timeout`.
    ///
    /// A query of a small table takes less than a millisecond, so its result can be shown in the same frame.
    pub fn wait_result(&mut self, timeout: Duration) -> Option<QueryResult> {
        let deadline = Instant::now() + timeout;
        let mut slots = self.shared.slots();
        loop {
            if let Some(result) = self.take(&mut slots) {
                return Some(result);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            slots = self.shared.changed.wait_timeout(slots, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Cancels the newest query; its result is discarded.
    pub fn cancel(&mut self) {
        self.shared.next_generation();
        let mut slots = self.shared.slots();
        (slots.waiting, slots.result) = (None, None);
    }

    /// Returns `false` if the thread has ended, which only a panic does.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.thread.is_finished()
    }

    fn take(&self, slots: &mut Slots) -> Option<QueryResult> {
        let (_, result) = slots.result.take_if(|(generation, _)| self.shared.is_newest(*generation))?;
        Some(result)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.next_generation();
        self.shared.slots().is_closed = true;
        self.shared.changed.notify_all();
    }
}

fn run_queries(shared: &Shared, notify: &dyn Fn(), before_check: &(dyn Fn(u64) + Sync)) {
    let mut runner = Runner::default();
    loop {
        let mut slots = shared.slots();
        let job = loop {
            if slots.is_closed {
                return;
            }
            if let Some(job) = slots.waiting.take() {
                break job;
            }
            slots = shared.changed.wait(slots).unwrap_or_else(PoisonError::into_inner);
        };
        drop(slots);
        let generation = job.generation;
        let is_cancelled = || {
            before_check(generation);
            !shared.is_newest(generation)
        };
        let Some(result) = runner.run(job, CancelToken::new(&is_cancelled)) else {
            tracing::trace!(generation, "query cancelled");
            continue;
        };
        shared.slots().result = Some((generation, result));
        shared.changed.notify_all();
        notify();
    }
}

/// Runs queries, and keeps results that later queries reuse.
#[derive(Default)]
struct Runner {
    /// The last valid filters.
    valid: Filters,
    cache: DatasetCache,
}

/// A filter to apply, and the reason why it isn't the requested one.
struct Candidate {
    filter: Option<Filter>,
    error: Option<FilterError>,
}

impl Candidate {
    /// Compiles a filter. An invalid one is replaced by the last valid one.
    fn new(text: &FilterText, valid: Option<&Filter>) -> Self {
        let is_same = |valid: &&Filter| valid.pattern() == text.pattern && valid.mode() == text.mode;
        if let Some(valid) = valid.filter(is_same) {
            return Self { filter: Some(valid.clone()), error: None };
        }
        match text.compile() {
            Ok(filter) => Self { filter, error: None },
            Err(error) => Self { filter: valid.cloned(), error: Some(error.into()) },
        }
    }

    /// Replaces a filter that took too long by the last valid one, or by none if both are the same.
    fn fall_back(&mut self, error: FilterError, valid: Option<&Filter>) {
        let identity = |filter: &Filter| (filter.pattern().to_owned(), filter.mode());
        let failed = self.filter.take();
        self.filter = valid.filter(|valid| failed.as_ref().map(identity) != Some(identity(valid))).cloned();
        self.error = Some(error);
    }
}

impl Runner {
    /// Runs a query. Returns `None` if it was cancelled, and then keeps the last valid filters.
    fn run(&mut self, job: Job, cancel: CancelToken<'_>) -> Option<QueryResult> {
        let Job { generation, query, dataset, on_screen } = job;
        let started = Instant::now();
        let Self { valid, cache } = self;
        let mut username = Candidate::new(&query.username, valid.username.as_ref());
        let mut project = Candidate::new(&query.project, valid.project.as_ref());
        let mut result = loop {
            let filters = Filters { username: username.filter.clone(), project: project.filter.clone() };
            match query.select(&filters, &dataset, cancel) {
                Ok(result) => break result,
                Err(Stopped::Cancelled) => return None,
                Err(Stopped::Match(FilterField::Username, error)) => {
                    username.fall_back(error.into(), valid.username.as_ref());
                }
                Err(Stopped::Match(FilterField::Project, error)) => {
                    project.fall_back(error.into(), valid.project.as_ref());
                }
            }
        };
        result.username.error = username.error;
        result.project.error = project.error;
        *valid = Filters { username: username.filter, project: project.filter };
        if let Some(on_screen) = on_screen.as_ref().filter(|_| query.duplicate_logins) {
            cache.prepare(on_screen, &dataset);
        }
        if query.duplicate_logins {
            result.duplicate_logins = cache.duplicate_logins(&dataset);
        }
        result.row_mapping = on_screen.and_then(|on_screen| cache.row_mapping(&on_screen, &dataset));
        let elapsed = started.elapsed();
        let (rows, selected, elapsed_ms) = (dataset.len(), result.rows.len(), elapsed.as_millis());
        if elapsed > SLOW_QUERY {
            tracing::warn!(generation, rows, selected, elapsed_ms, "slow query");
        } else {
            tracing::trace!(generation, rows, selected, elapsed_ms, "query");
        }
        Some(result)
    }
}

#[cfg(test)]
mod tests;
