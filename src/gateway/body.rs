//! Reads the body of a response up to a size limit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use reqwest::Response;

use super::{GatewayError, request};

/// Below this many bytes, parsing takes no longer than the transfer to another thread.
const MIN_OFFLOAD: usize = 64 << 10;

/// The number of bytes that may still be read, unpacked. The lists of one dataset share it.
#[derive(Debug)]
pub(super) struct SizeLimit {
    limit: u64,
    left: AtomicU64,
}

impl SizeLimit {
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

/// Reads the whole body, unpacked.
///
/// # Errors
/// If the body exceeds the limit, or the connection breaks.
pub(super) async fn read_to_end(mut response: Response, limit: &SizeLimit) -> Result<Vec<u8>, GatewayError> {
    let start = Instant::now();
    if response.content_length().is_some_and(|length| length > limit.left.load(Ordering::Relaxed)) {
        return Err(limit.too_large());
    }
    // No allocation by the announced length: it may be wrong, and was no faster.
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(request::from_body)? {
        limit.take(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    let elapsed_ms = start.elapsed().as_millis();
    tracing::debug!(path = response.url().path(), bytes = body.len(), elapsed_ms, "read body");
    Ok(body)
}

/// Runs `work` on this many bytes; if they are many, on another thread, so that other nodes don't wait for it.
pub(super) async fn offload<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes < MIN_OFFLOAD {
        return work();
    }
    let done = tokio::task::spawn_blocking(work).await;
    // The task is never cancelled, so a join error is a panic.
    done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
