//! A stack for deep patterns. Parser and compiler are recursive, and so is dropping a tree.

use std::panic;
use std::thread;

/// The size of the stack. Half of it suffices for the deepest patterns in an unoptimized build.
const STACK_BYTES: usize = 64 << 20;

/// Characters that open a group, a class or an intersection.
const OPENING: [char; 3] = ['(', '[', '&'];

/// Number of levels for which the stack of any thread suffices.
const MAX_LEVELS: usize = 100;

/// Calls `work`, which parses `pattern`: on a thread with a large stack if the pattern may be nested deeply.
pub(super) fn with_stack_for<T: Send>(pattern: &str, work: impl FnOnce() -> T + Send) -> T {
    if pattern.matches(OPENING).nth(MAX_LEVELS).is_none() {
        return work();
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("deep pattern".into()).stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, work) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic)),
            Err(error) => panic!("can't start a thread: {error}"),
        }
    })
}
