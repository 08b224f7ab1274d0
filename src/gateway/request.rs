//! Sends a request, logs it, and turns the HTTP client's errors into ours, by their types.

use std::io;
use std::time::Instant;

use reqwest::{Method, RequestBuilder, Response};

use super::chain::{find_cause, io_kind, is_closed_kind, is_connection_lost};
use super::http::Http;
use super::{Cause, ConnectFailure, Credentials, GatewayError, RejectedCertificate, proxy, redact};

/// Sends a request of this client. `credentials` are those in the request, to hide them in errors.
pub(super) async fn send(
    http: &Http,
    request: RequestBuilder,
    credentials: &Credentials,
) -> Result<Response, GatewayError> {
    let request = request.build().map_err(|error| GatewayError::Setup(Cause::new(error.without_url())))?;
    let method = request.method().clone();
    // Without the query, which holds the user's filters.
    let mut url = format!("{}{}", request.url().origin().ascii_serialization(), request.url().path());
    if method == Method::DELETE {
        // Without the session's id.
        url.truncate(url.rfind('/').unwrap_or(0));
    }
    let start = Instant::now();
    // Boxed, because the HTTP library's futures are large.
    let sent = Box::pin(http.execute(request)).await;
    let elapsed_ms = start.elapsed().as_millis();
    match sent {
        Ok(response) => {
            let status = response.status().as_u16();
            tracing::debug!(%method, url, status, elapsed_ms, "received response");
            match (&http.proxy, proxy::status_failure(&response)) {
                (Some(proxy), Some(failure)) => {
                    Err(GatewayError::Proxy { proxy: proxy.authority(), failure, source: None })
                }
                _ => Ok(response),
            }
        }
        Err(error) => {
            let error = redact::redacted(from_request(error, http), credentials);
            tracing::debug!(%method, url, elapsed_ms, %error, "request failed");
            Err(error)
        }
    }
}

fn from_request(error: reqwest::Error, http: &Http) -> GatewayError {
    let connect_seconds = http.connect_timeout.as_secs_f64();
    if error.is_connect()
        && let Some(proxy) = &http.proxy
        && let Some(failure) = proxy::request_failure(&error, connect_seconds)
    {
        // The HTTP client would print a dump of the certificate.
        let source = match RejectedCertificate::from_request_error(&error) {
            Some(rejected) => Cause::message(format!("The proxy's certificate {}", rejected.problem())),
            None => Cause::new(error.without_url()),
        };
        return GatewayError::Proxy { proxy: proxy.authority(), failure, source: Some(source) };
    }
    if let Some(rejected) = RejectedCertificate::from_request_error(&error) {
        return GatewayError::Certificate(Box::new(rejected));
    }
    let is_https = error.url().is_some_and(|url| url.scheme() == "https");
    let is_connect = error.is_connect();
    let failure = ConnectFailure::from_request_error(&error, connect_seconds);
    let is_tls = find_cause::<rustls::Error>(&error).is_some();
    let io = io_kind(&error);
    let is_lost = is_connection_lost(&error);
    let cause = Cause::new(error.without_url());
    match io {
        _ if is_tls => GatewayError::Tls(cause),
        // A peer that hangs up during the handshake. No other step of connecting reads.
        Some(io::ErrorKind::UnexpectedEof) if is_connect && is_https => GatewayError::Tls(cause),
        Some(kind) if is_closed_kind(kind) => GatewayError::ConnectionLost(cause),
        _ if is_connect => GatewayError::Connect { failure, source: cause },
        Some(_) => GatewayError::ConnectionLost(cause),
        None if is_lost => GatewayError::ConnectionLost(cause),
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
