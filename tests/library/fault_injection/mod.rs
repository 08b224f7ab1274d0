//! Faults between the program and a gateway. A gateway responds well at first and then fails in a chosen mode, while it is
//! polled as by the window, or read by the program as a process of its own.
//!
//! - `cases`: faults over HTTP; `tls`: faults over HTTPS; `unreachable`: gateways that stop and restart
//! - `suspend`: machines that sleep; `unusual_responses`: valid responses with unusual content
//! - `memory`, `many`: the cost of large responses and of many nodes
//! - `secrets`, `logging`: places that must not hold credentials; `proxies`: requests through a proxy

pub(crate) mod cases;
mod logging;
mod many;
mod memory;
mod proxies;
mod secrets;
mod suspend;
mod tls;
mod unreachable;
mod unusual_responses;

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use crate::support::{FakeGateway, PLANT, Request, ok, status, webdev_json};
use gatewatch::gateway::{ConnectFailure, GatewayError};
use gatewatch::poll::GatewayStatus;

/// Writes the response to a request.
pub(crate) type ResponseMode = Arc<dyn Fn(&Request, &mut TcpStream) + Send + Sync>;

pub(crate) fn mode(respond: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> ResponseMode {
    Arc::new(respond)
}

/// A gateway whose response mode can be changed while it runs.
pub(crate) struct FaultyGateway {
    pub(crate) gateway: FakeGateway,
    mode: Arc<Mutex<ResponseMode>>,
}

impl FaultyGateway {
    /// Starts a gateway that is healthy at first.
    pub(crate) fn new() -> Self {
        Self::with_mode(healthy())
    }

    pub(crate) fn with_mode(first: ResponseMode) -> Self {
        let mode = Arc::new(Mutex::new(first));
        let current = mode.clone();
        let gateway = FakeGateway::new(move |request, stream| {
            let mode = current.lock().unwrap().clone();
            mode(request, stream);
        });
        Self { gateway, mode }
    }

    pub(crate) fn set_mode(&self, mode: ResponseMode) {
        *self.mode.lock().unwrap() = mode;
    }
}

/// Responds as a gateway of 8.3 with Web Dev and the REST API.
pub(crate) fn healthy() -> ResponseMode {
    mode(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.3.4"),
            "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&PLANT)),
            path if path.starts_with("/data/") => ok(r#"{"items":[{"id":"A","user":"billy"}]}"#),
            _ => status("404 Not Found", ""),
        };
        // The client may have closed the connection.
        let _closed = stream.write_all(&response);
    })
}

/// Responds to the health page as a healthy gateway, and to all other requests with `respond`.
pub(crate) fn instead_of_sessions(respond: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> ResponseMode {
    let healthy = healthy();
    mode(
        move |request, stream| {
            if request.path().ends_with("gwinfo") { healthy(request, stream) } else { respond(stream) }
        },
    )
}

/// Sends these bytes in place of the sessions.
pub(crate) fn bytes(response: impl Into<Vec<u8>>) -> ResponseMode {
    let response = response.into();
    instead_of_sessions(move |stream| {
        let _closed = stream.write_all(&response);
    })
}

/// Checks that a message is one line that says what happened, then what to do.
#[track_caller]
pub(crate) fn check_message(error: &GatewayError, problem: &str, advice: &str) {
    let message = error.to_string();
    assert!(
        message.contains(problem) && message.contains(advice),
        "{message:?} has no {problem:?} or {advice:?}"
    );
    assert!(advice.is_empty() || message.find(problem) < message.find(advice), "{message}");
    assert!(message.len() < 400 && !message.contains(char::is_control), "{message}");
    assert!(!message.ends_with('.'), "{message}");
}

/// Returns the kind of a failure to connect; `None` for other errors.
pub(crate) fn connect_failure(error: Option<&GatewayError>) -> Option<ConnectFailure> {
    match error {
        Some(GatewayError::Connect { failure, .. }) => Some(*failure),
        _ => None,
    }
}

/// Returns the error of the first node.
pub(crate) fn error(status: &GatewayStatus) -> Option<&GatewayError> {
    status.nodes[0].error.as_ref()
}
