//! The same work on several things at the same time.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// The same as [`parallel_map`] where there is much to do; with little, one thread is done before another has begun.
pub(crate) fn parallel_map_if<T: Send, R: Send>(
    is_much: bool,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    if is_much { parallel_map(items, work) } else { items.into_iter().map(work).collect() }
}

/// Does the same work on all items, and keeps their order. Two threads take one item after the other; more would wait
/// for memory most of the time.
pub(crate) fn parallel_map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if items.len() < 2 {
        return items.into_iter().map(work).collect();
    }
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take =
        || -> Vec<(usize, R)> { std::iter::from_fn(next).map(|(place, item)| (place, work(item))).collect() };
    let mut done = thread::scope(|scope| {
        // Without another thread this one does it all.
        let other = thread::Builder::new().name("parallel".to_owned()).spawn_scoped(scope, take);
        let mut done = take();
        if let Ok(other) = other {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
