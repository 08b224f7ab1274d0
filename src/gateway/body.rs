//! Reads the body of a response up to a size limit, and unpacks it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use super::gunzip::Gunzip;
use super::{Cause, GatewayError, request};
use crate::sanitize::one_line;

/// The longest part of a header that is kept, in characters.
const MAX_TEXT: usize = 80;

/// The largest error response that is read, in bytes. A real one has a sentence, or is a small web page.
const MAX_ERROR_BODY: u64 = 64 << 10;

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

/// A body in memory that doesn't exceed the limit.
struct LimitedBody<'a> {
    bytes: Vec<u8>,
    limit: &'a SizeLimit,
}

impl Write for LimitedBody<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.limit.take(bytes.len()).map_err(|_too_large| io::ErrorKind::FileTooLarge)?;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body while it arrives.
enum Unpacking<'a> {
    Plain(LimitedBody<'a>),
    Gzip(Gunzip<LimitedBody<'a>>),
}

impl Unpacking<'_> {
    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(body) => body.write_all(bytes),
            Self::Gzip(gunzip) => gunzip.push(bytes),
        }
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(body) => Ok(body.bytes),
            Self::Gzip(gunzip) => gunzip.finish().map(|body| body.bytes),
        }
    }
}

/// Returns `true` for a body in gzip, and `false` for an unpacked one.
///
/// # Errors
/// If the body has another encoding, or several.
fn is_gzip(headers: &HeaderMap) -> Result<bool, GatewayError> {
    let values =
        headers.get_all(CONTENT_ENCODING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let encodings = values.collect::<Vec<_>>().join(",").to_ascii_lowercase();
    let mut packed =
        encodings.split(',').map(str::trim).filter(|encoding| !matches!(*encoding, "" | "identity"));
    match (packed.next(), packed.next()) {
        (None, _) => Ok(false),
        (Some("gzip" | "x-gzip"), None) => Ok(true),
        _ => {
            let message = format!("unsupported content encoding {}", one_line(&encodings, MAX_TEXT));
            Err(GatewayError::Protocol(Cause::message(message)))
        }
    }
}

/// Reads the whole body, unpacked.
///
/// # Errors
/// If the body exceeds the limit or is packed in an unknown way, or the connection breaks.
pub(super) async fn read_to_end(mut response: Response, limit: &SizeLimit) -> Result<Vec<u8>, GatewayError> {
    let start = Instant::now();
    if response.content_length().is_some_and(|length| length > limit.left.load(Ordering::Relaxed)) {
        return Err(limit.too_large());
    }
    // No allocation by the announced length: it may be wrong, and was no faster.
    let body = LimitedBody { bytes: Vec::new(), limit };
    let mut body = if is_gzip(response.headers())? {
        Unpacking::Gzip(Gunzip::new(body))
    } else {
        Unpacking::Plain(body)
    };
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::FileTooLarge => limit.too_large(),
        io::ErrorKind::UnexpectedEof => GatewayError::ConnectionLost(Cause::new(error)),
        _ => GatewayError::Protocol(Cause::new(error)),
    };
    while let Some(chunk) = response.chunk().await.map_err(request::from_body)? {
        body.push(&chunk).map_err(failed)?;
    }
    let body = body.finish().map_err(failed)?;
    let elapsed_ms = start.elapsed().as_millis();
    tracing::debug!(bytes = body.len(), elapsed_ms, "read body");
    Ok(body)
}

/// Reads the body of an error response, which may explain the error. Returns no bytes if it can't
/// be read.
pub(super) async fn read_error(response: Response) -> Vec<u8> {
    read_to_end(response, &SizeLimit::new(MAX_ERROR_BODY)).await.unwrap_or_default()
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
