//! Maps items on two threads.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// Number of rows from which a second thread saves time.
pub(crate) const MIN_ROWS_FOR_TWO_THREADS: usize = 5_000;

/// Maps the items in order: with [`parallel_map`] if `use_two_threads`, otherwise on this thread, which is faster for
/// little work.
pub(crate) fn parallel_map_if<T: Send, R: Send>(
    use_two_threads: bool,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    if use_two_threads { parallel_map(items, work) } else { items.into_iter().map(work).collect() }
}

/// Maps the items in order, on this thread and another one. More threads would mostly wait for memory.
pub(crate) fn parallel_map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if items.len() < 2 {
        return items.into_iter().map(work).collect();
    }
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run =
        || -> Vec<(usize, R)> { std::iter::from_fn(next).map(|(index, item)| (index, work(item))).collect() };
    let mut results = thread::scope(|scope| {
        // Without a second thread, this one maps all items.
        let other = thread::Builder::new().name("parallel".to_owned()).spawn_scoped(scope, run);
        let mut results = run();
        if let Ok(other) = other {
            results.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    });
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
