//! The log of failed requests at the most detailed level, which must hold no credentials.

use std::io;
use std::sync::{Arc, Mutex};

use gatewatch::gateway::{Client, Credentials, Limits, SessionKind};
use tracing::level_filters::LevelFilter;

use super::secrets::{check, echoing_modes, read, runtime, token_and_password};
use super::{FaultyGateway, bytes, cases, instead_of_sessions};
use crate::support::{ok, status, unused_address};

/// A log in memory.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the events of all levels and crates that `work` logs on this thread.
fn logged(work: impl FnOnce()) -> String {
    // While there is only one subscriber, a thread without one can turn an event off for all threads.
    let _second = tracing::Dispatch::new(
        tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(io::sink).finish(),
    );
    let buffer = Buffer::default();
    let writer = buffer.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, work);
    let bytes = buffer.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn log_of_failed_reads_holds_no_credentials() {
    let mut modes = vec![
        ("401", bytes(status("401 Unauthorized", ""))),
        ("403", bytes(status("403 Forbidden", ""))),
        ("reset connection", instead_of_sessions(|stream| cases::reset(stream))),
        ("not HTTP", bytes("SSH-2.0-OpenSSH_9.2\r\n")),
        ("truncated body", bytes("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")),
    ];
    modes.extend(echoing_modes());
    for credentials in token_and_password() {
        for (name, mode) in &modes {
            let faulty = FaultyGateway::with_mode(mode.clone());
            let log = logged(|| drop(read(&faulty.gateway.url, &credentials)));
            assert!(log.contains("can't read sessions"), "{name}: {log}");
            check(name, log.as_bytes());
        }
    }
}

#[test]
fn log_of_failed_connections_holds_no_credentials() {
    for credentials in token_and_password() {
        for url in [format!("http://{}", unused_address()), format!("http://{}:8088", "a".repeat(64))] {
            let log = logged(|| drop(read(&url, &credentials)));
            assert!(log.contains("DEBUG") && log.contains("request failed"), "{log}");
            check(&url, log.as_bytes());
        }
    }
}

#[test]
fn log_of_failed_terminations_holds_no_credentials() {
    let client = Client::new(Limits::default());
    for credentials in token_and_password().into_iter().filter(|login| matches!(login, Credentials::Token(_)))
    {
        for mode in [bytes(status("401 Unauthorized", "")), bytes(ok("{}")), echoing_modes().remove(0).1] {
            let faulty = FaultyGateway::with_mode(mode);
            let node = faulty.gateway.url.parse().unwrap();
            let log = logged(|| {
                let work = client.terminate(&node, &credentials, SessionKind::Vision, "A1", None);
                drop(runtime().block_on(work));
            });
            assert!(log.contains("terminate"), "{log}");
            check("a termination", log.as_bytes());
        }
    }
}

#[test]
fn log_of_terminations_holds_no_session_id() {
    let client = Client::new(Limits::default());
    let [_, token] = token_and_password();
    for mode in [
        bytes(ok("{}")),
        bytes(status("404 Not Found", "")),
        instead_of_sessions(|stream| cases::reset(stream)),
    ] {
        for kind in SessionKind::ALL {
            let faulty = FaultyGateway::with_mode(mode.clone());
            let node = faulty.gateway.url.parse().unwrap();
            let log = logged(|| {
                let work = client.terminate(&node, &token, kind, "4f1dc0de", None);
                drop(runtime().block_on(work));
            });
            let ours: Vec<&str> = log.lines().filter(|line| line.contains("gatewatch::")).collect();
            assert!(ours.iter().any(|line| line.contains("method=DELETE")), "{log}");
            assert!(!ours.iter().any(|line| line.contains("4f1dc0de")), "{ours:?}");
        }
    }
}
