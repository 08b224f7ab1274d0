//! The body of an answer: whole and within limits, or an error.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Response;

use super::GatewayError;

/// Below this, reading an answer takes no longer than handing it to another thread.
const WORK_HERE: usize = 64 << 10;

/// How many bytes may still come, unpacked. Answers that make one dataset share it.
#[derive(Debug)]
pub(super) struct SizeLimit {
    limit: u64,
    left: AtomicU64,
}

impl SizeLimit {
    /// So many bytes.
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, left: AtomicU64::new(limit) }
    }

    fn too_large(&self) -> GatewayError {
        GatewayError::TooLarge { limit: self.limit }
    }

    fn take(&self, bytes: usize) -> Result<(), GatewayError> {
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes as u64));
        taken.map(|_| ()).map_err(|_| self.too_large())
    }
}

/// The whole body, unpacked, unless it is too large.
pub(super) async fn whole(mut response: Response, budget: &SizeLimit) -> Result<Vec<u8>, GatewayError> {
    if response.content_length().is_some_and(|length| length > budget.left.load(Ordering::Relaxed)) {
        return Err(budget.too_large());
    }
    // It grows as it comes: to make room for as much as it says it has was no quicker, and it may say anything.
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| GatewayError::from_body(&error))?;
        let Some(chunk) = chunk else {
            return Ok(body);
        };
        budget.take(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
}

/// Does the work on so many bytes; if they are many, on another thread, so that other nodes' answers don't wait for it.
pub(super) async fn aside<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes < WORK_HERE {
        return work();
    }
    let done = tokio::task::spawn_blocking(work).await;
    // The task is never cancelled, so a join error is a panic, which goes on here.
    done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
