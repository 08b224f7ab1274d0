//! Word to the owner of a thread that the thread has ended.

/// Calls its function when dropped: at the end of a thread, however that came about.
pub(crate) struct NotifyOnDrop<W: Fn()>(pub(crate) W);

impl<W: Fn()> Drop for NotifyOnDrop<W> {
    fn drop(&mut self) {
        (self.0)();
    }
}
