//! Whatever goes wrong between us and a gateway. One gateway is good at first and then turns evil in a chosen way, while it
//! is watched as the window watches it; others are told to the program as a process of its own.
//!
//! - `cases` are the ways to be evil over http, `tls` those over https, `away` being gone and coming back
//! - `asleep` is about machines that sleep, `odd` about answers that are good and strange
//! - `memory` and `many` are about what it may cost, `secrets` and `proxies` about who hears what

mod cases;
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

use crate::support::{FakeGateway, PLANT, Request, answer, ok, status};
use gatewatch::gateway::{ConnectFailure, GatewayError};
use gatewatch::poll::GatewayStatus;

/// A way to answer.
pub(crate) type Way = Arc<dyn Fn(&Request, &mut TcpStream) + Send + Sync>;

pub(crate) fn way(answer: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> Way {
    Arc::new(answer)
}

/// A gateway that answers in another way from one moment to the next.
pub(crate) struct FaultyGateway {
    pub(crate) gateway: FakeGateway,
    way: Arc<Mutex<Way>>,
}

impl FaultyGateway {
    /// Good as yet.
    pub(crate) fn new() -> Self {
        Self::of(good())
    }

    pub(crate) fn of(first: Way) -> Self {
        let way = Arc::new(Mutex::new(first));
        let current = way.clone();
        let gateway = FakeGateway::new(move |request, stream| {
            let way = current.lock().unwrap().clone();
            way(request, stream);
        });
        Self { gateway, way }
    }

    pub(crate) fn turn(&self, way: Way) {
        *self.way.lock().unwrap() = way;
    }
}

/// A gateway of 8.3, through Web Dev and through the lists.
pub(crate) fn good() -> Way {
    way(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.3.4"),
            "/system/webdev/gatewatch/sessions" => ok(&answer(&PLANT)),
            path if path.starts_with("/data/") => ok(r#"{"items":[{"id":"A","user":"billy"}]}"#),
            _ => status("404 Not Found", ""),
        };
        // A client that has seen enough may be gone.
        let _gone = stream.write_all(&response);
    })
}

/// The same, but for what it answers in place of the sessions.
pub(crate) fn instead_of_sessions(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Way {
    let good = good();
    way(
        move |request, stream| {
            if request.path().ends_with("gwinfo") { good(request, stream) } else { answer(stream) }
        },
    )
}

/// The same with these bytes.
pub(crate) fn bytes(response: impl Into<Vec<u8>>) -> Way {
    let response = response.into();
    instead_of_sessions(move |stream| {
        let _gone = stream.write_all(&response);
    })
}

/// The one line that a failure is told in: what is wrong, and what to do.
#[track_caller]
pub(crate) fn check_line(error: &GatewayError, cause: &str, step: &str) {
    let line = error.to_string();
    assert!(line.contains(cause) && line.contains(step), "{line:?} has no {cause:?} or {step:?}");
    assert!(step.is_empty() || line.find(cause) < line.find(step), "{line}");
    assert!(line.len() < 400 && !line.contains(char::is_control), "{line}");
    assert!(!line.ends_with('.'), "{line}");
}

/// The kind of a failure to connect; `None` for other errors.
pub(crate) fn connect_failure(error: Option<&GatewayError>) -> Option<ConnectFailure> {
    match error {
        Some(GatewayError::Connect { failure, .. }) => Some(*failure),
        _ => None,
    }
}

/// The error of the only node.
pub(crate) fn error(news: &GatewayStatus) -> Option<&GatewayError> {
    news.nodes[0].error.as_ref()
}
