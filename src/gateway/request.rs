//! Sends a request, logs it, and turns the HTTP client's errors into ours, by their types.

use std::io;
use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, Response};

use super::chain::{find_cause, io_kind};
use super::{Cause, ConnectFailure, Credentials, GatewayError, RejectedCertificate, proxy, redact};

/// Sends a request. `credentials` are those in the request, to hide them in errors; `connect_timeout` is the client's,
/// for the message.
pub(super) async fn send(
    request: RequestBuilder,
    credentials: &Credentials,
    connect_timeout: Duration,
) -> Result<Response, GatewayError> {
    let (client, request) = request.build_split();
    let request = request.map_err(|error| GatewayError::Setup(Cause::new(error.without_url())))?;
    let method = request.method().clone();
    // Without the query, which holds the user's filters.
    let url = format!("{}{}", request.url().origin().ascii_serialization(), request.url().path());
    let start = Instant::now();
    let sent = client.execute(request).await;
    let elapsed_ms = start.elapsed().as_millis();
    match sent {
        Ok(response) => {
            let status = response.status().as_u16();
            tracing::debug!(%method, url, status, elapsed_ms, "received response");
            match proxy::status_failure(&response) {
                Some((proxy, failure)) => Err(GatewayError::Proxy { proxy, failure, source: None }),
                None => Ok(response),
            }
        }
        Err(error) => {
            let error = redact::redacted(from_request(error, connect_timeout.as_secs_f64()), credentials);
            tracing::debug!(%method, url, elapsed_ms, %error, "request failed");
            Err(error)
        }
    }
}

fn from_request(error: reqwest::Error, connect_seconds: f64) -> GatewayError {
    if error.is_connect()
        && let Some(address) = error.url()
        && let Some((proxy, failure)) = proxy::request_failure(&error, address, connect_seconds)
    {
        let source = Some(Cause::new(error.without_url()));
        return GatewayError::Proxy { proxy, failure, source };
    }
    if let Some(rejected) = RejectedCertificate::from_request_error(&error) {
        return GatewayError::Certificate(Box::new(rejected));
    }
    let is_https = error.url().is_some_and(|url| url.scheme() == "https");
    let is_connect = error.is_connect();
    let failure = ConnectFailure::from_request_error(&error, connect_seconds);
    let is_tls = find_cause::<rustls::Error>(&error).is_some();
    let io = io_kind(&error);
    let is_incomplete = find_cause::<hyper::Error>(&error)
        .is_some_and(|error| error.is_incomplete_message() || error.is_closed() || error.is_canceled());
    let cause = Cause::new(error.without_url());
    match io {
        _ if is_tls => GatewayError::Tls(cause),
        // A peer that hangs up during the handshake. No other step of connecting reads.
        Some(io::ErrorKind::UnexpectedEof) if is_connect && is_https => GatewayError::Tls(cause),
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
            | io::ErrorKind::UnexpectedEof,
        ) => GatewayError::ConnectionLost(cause),
        _ if is_connect => GatewayError::Connect { failure, source: cause },
        Some(_) => GatewayError::ConnectionLost(cause),
        None if is_incomplete => GatewayError::ConnectionLost(cause),
        None => GatewayError::Protocol(cause),
    }
}

/// Returns the error for a response body that can't be read to its end.
pub(super) fn from_body(error: reqwest::Error) -> GatewayError {
    let io = io_kind(&error);
    let cause = Cause::new(error.without_url());
    match io {
        Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => GatewayError::Protocol(cause),
        _ => GatewayError::ConnectionLost(cause),
    }
}
