//! Notification of a thread's owner when the thread ends.

/// Calls its function when dropped, so that a thread that holds it also notifies its owner after a panic.
pub(crate) struct NotifyOnDrop<F: Fn()>(pub(crate) F);

impl<F: Fn()> Drop for NotifyOnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
