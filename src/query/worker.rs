//! Runs queries on a background thread.
//!
//! There is one slot for a query and one for a result. A newer query replaces the waiting one and cancels the running one,
//! so fast typing never queues work. A result carries the generation of its query, so that a late one is discarded.
//!
//! A large dataset is prepared on a second thread before it is queried: a result needs more of it than the rows, which takes
//! several frames. Until then, queries are answered from the dataset on screen, so that typing never waits for a refresh.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::cancel::{CancelToken, MATCH_TIMEOUT};
use super::{Query, QueryResult, UnusedSessions};
use crate::dataset::Dataset;
use crate::notify_on_drop::NotifyOnDrop;
use derived::{Datasets, Derived, DerivedCache};
use runner::Runner;

mod derived;
mod runner;

/// Number of rows from which a dataset is prepared on the second thread, and from which suggestions come after the rows. For
/// fewer rows, each takes less than a millisecond.
const MIN_ROWS_OF_LARGE_DATASET: usize = 20_000;

/// The handle of the query threads. Dropping it stops them.
pub struct Worker {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
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
    preparation: Option<Preparation>,
    result: Option<(u64, QueryResult)>,
    cache: DerivedCache,
    is_closed: bool,
}

/// A query and its datasets.
struct Job {
    generation: u64,
    query: Query,
    datasets: Datasets,
}

/// A dataset to prepare, and the query that waits for it.
struct Preparation {
    query: Query,
    datasets: Datasets,
    is_running: bool,
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
    /// Starts the threads. They call `notify` after each result, and when one ends.
    ///
    /// # Errors
    /// If the system can't start a thread.
    pub fn spawn(notify: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        Self::spawn_with_hooks(notify, |_| (), || ())
    }

    /// Starts the threads like [`spawn`](Self::spawn). Calls `before_check` with the query's generation before each check for
    /// cancellation, and `before_prepare` before each large dataset.
    fn spawn_with_hooks(
        notify: impl Fn() + Send + Sync + 'static,
        before_check: impl Fn(u64) + Send + Sync + 'static,
        before_prepare: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let shared =
            Arc::new(Shared { slots: Mutex::default(), changed: Condvar::new(), newest: AtomicU64::new(0) });
        let notify = Arc::new(notify);
        // Dropped if a thread can't be started, which stops the other one.
        let mut worker = Self { shared: shared.clone(), threads: Vec::new() };
        let run = move |shared: &Shared, notify: &dyn Fn()| run_queries(shared, notify, &before_check);
        worker.threads.push(start_thread("query", &shared, &notify, run)?);
        let run = move |shared: &Shared, _: &dyn Fn()| prepare_datasets(shared, &before_prepare);
        worker.threads.push(start_thread("prepare", &shared, &notify, run)?);
        Ok(worker)
    }

    /// Submits a query. It replaces a waiting one and cancels a running one.
    ///
    /// The result maps the rows of `on_screen`, the dataset shown at the moment, to those of `dataset`. Until a large
    /// dataset is prepared, there are results for `on_screen`. If the query asks for suggestions, those in a large dataset come
    /// with a second result of the same rows. An invalid filter is replaced by its longest valid beginning, or by the last
    /// valid filter.
    pub fn submit(&mut self, query: Query, dataset: Arc<Dataset>, on_screen: Option<Arc<Dataset>>) {
        let datasets = Datasets { new: dataset, on_screen };
        let mut slots = self.shared.slots();
        // With the slots locked, because preparing also starts a generation.
        let generation = self.shared.next_generation();
        if !datasets.new_is_large() || slots.cache.get(&datasets).is_some() {
            slots.preparation = None;
            slots.waiting = Some(Job { generation, query, datasets });
        } else {
            let on_screen = datasets.on_screen.as_ref().map(Datasets::unchanged);
            slots.waiting = on_screen.map(|datasets| Job { generation, query: query.clone(), datasets });
            match &mut slots.preparation {
                Some(same) if same.datasets == datasets => same.query = query,
                other => *other = Some(Preparation { query, datasets, is_running: false }),
            }
        }
        self.shared.changed.notify_all();
    }

    /// Returns a new result of the newest query, if there is one.
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
        let mut slots = self.shared.slots();
        self.shared.next_generation();
        (slots.waiting, slots.preparation, slots.result) = (None, None, None);
    }

    /// Returns `false` if a thread has ended, which only a panic does.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.threads.iter().any(JoinHandle::is_finished)
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

/// Starts a thread. Also calls `notify` when it ends by a panic, so that the owner checks `is_alive`.
fn start_thread(
    name: &str,
    shared: &Arc<Shared>,
    notify: &Arc<impl Fn() + Send + Sync + 'static>,
    run: impl FnOnce(&Shared, &dyn Fn()) + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let (shared, notify) = (shared.clone(), notify.clone());
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let notify = NotifyOnDrop(move || notify());
        run(&shared, &notify.0);
    })
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
        let Job { generation, mut query, datasets } = job;
        let cached = slots.cache.get(&datasets);
        drop(slots);
        let is_cancelled = || {
            before_check(generation);
            !shared.is_newest(generation)
        };
        let cancel = CancelToken::new(&is_cancelled).with_match_timeout(MATCH_TIMEOUT);
        let asks_for_suggestions = query.suggestions;
        query.suggestions &= !datasets.new_is_large();
        let Some(mut result) = runner.run(generation, &query, &datasets.new, cancel) else {
            tracing::trace!(generation, "query cancelled");
            continue;
        };
        let derived = cached.clone().unwrap_or_else(|| Derived::new(&datasets));
        derived.clone().add_to(&mut result);
        let find_unused = |request| UnusedSessions::find(&datasets.new, &result.duplicate_logins, request);
        result.unused = query.unused.as_ref().map(find_unused).map(Arc::new);
        let mut slots = shared.slots();
        // A newer dataset may have been prepared meanwhile.
        if cached.is_none() {
            slots.cache.set(&datasets, derived);
        }
        let needs_suggestions = asks_for_suggestions && !query.suggestions && result.rows.is_empty();
        // The rows of the second result are on screen once the first was taken.
        let mut second = needs_suggestions.then(|| QueryResult { row_mapping: None, ..result.clone() });
        slots.result = Some((generation, result));
        drop(slots);
        shared.changed.notify_all();
        notify();
        if let Some(result) = &mut second
            && let Ok(suggestions) = query.suggestions_for(result, cancel)
        {
            result.suggestions = suggestions;
            let mut slots = shared.slots();
            match &mut slots.result {
                Some((of, first)) if *of == generation => first.suggestions.clone_from(&result.suggestions),
                _ => slots.result = second.map(|result| (generation, result)),
            }
            drop(slots);
            shared.changed.notify_all();
            notify();
        }
    }
}

/// Prepares datasets, and then lets the waiting query run.
fn prepare_datasets(shared: &Shared, before_prepare: &dyn Fn()) {
    loop {
        let mut slots = shared.slots();
        let datasets = loop {
            if slots.is_closed {
                return;
            }
            if let Some(next) = slots.preparation.as_mut().filter(|next| !next.is_running) {
                next.is_running = true;
                break next.datasets.clone();
            }
            slots = shared.changed.wait(slots).unwrap_or_else(PoisonError::into_inner);
        };
        drop(slots);
        before_prepare();
        let derived = Derived::new(&datasets);
        let mut slots = shared.slots();
        if let Some(ready) = slots.preparation.take_if(|newest| newest.datasets == datasets) {
            slots.cache.set(&datasets, derived);
            let generation = shared.next_generation();
            slots.waiting = Some(Job { generation, query: ready.query, datasets });
            drop(slots);
            shared.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests;
