//! The causes behind an error of the HTTP client, recognized by their types.

use std::error::Error;
use std::io;

/// Returns the kind of the innermost `io::Error`. TLS and decompression wrap the errors of the connection.
pub(super) fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last().map(io::Error::kind)
}

/// Returns the outermost cause of this type.
pub(super) fn find_cause<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// Returns `true` if the connection was closed before the response.
pub(super) fn is_connection_lost(error: &reqwest::Error) -> bool {
    let is_closed = find_cause::<hyper::Error>(error)
        .is_some_and(|error| error.is_incomplete_message() || error.is_closed() || error.is_canceled());
    !error.is_connect() && (is_closed || io_kind(error).is_some_and(is_closed_kind))
}

/// Returns `true` for the kinds of a connection that was closed.
pub(super) fn is_closed_kind(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
            | io::ErrorKind::UnexpectedEof
    )
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    error.source().into_iter().flat_map(from)
}

/// Returns an error and its causes, the outermost first.
pub(super) fn from<'a>(first: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    fn next<'b>(cause: &&'b (dyn Error + 'static)) -> Option<&'b (dyn Error + 'static)> {
        // The source of an `io::Error` is the source of the error that it wraps, not that error.
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => Error::source(*cause),
        }
    }
    std::iter::successors(Some(first), next)
}
