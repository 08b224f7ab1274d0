//! Requests that are lost when a gateway closes the connection, as one does that has waited too long for the next request.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::fault_injection::cases::reset;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::{PLANT, webdev_json};
use gatewatch::gateway::{
    Client, Credentials, GatewayError, Limits, NodeUrl, ReadOptions, SessionKind, Trust,
};
use rustls::{ServerConnection, StreamOwned};

/// The reaction to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reaction {
    /// Responds and waits for the next request.
    Respond,
    /// Responds and closes the connection as announced.
    RespondAndClose,
    /// Closes the connection.
    Close,
    /// Resets the connection.
    Reset,
    /// Closes the connection within the response.
    Truncate,
}

/// A request: the number of its connection, its number on that connection, and its first line.
type Received = (usize, usize, String);

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// A server that keeps connections open.
struct Server {
    node: NodeUrl,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Starts a server. `react` gets the numbers of the connection and of the request on it, from 0, and the first line.
    fn start(react: impl Fn(usize, usize, &str) -> Reaction + Send + Sync + 'static) -> Self {
        Self::serve(None, react)
    }

    /// Starts a server, over TLS if it has an identity.
    fn serve(
        identity: Option<&Identity>,
        react: impl Fn(usize, usize, &str) -> Reaction + Send + Sync + 'static,
    ) -> Self {
        let config = identity.map(|identity| TlsGateway::config(identity, rustls::ALL_VERSIONS));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if config.is_some() { "https" } else { "http" };
        let node = format!("{scheme}://{}", listener.local_addr().unwrap()).parse().unwrap();
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let (requests, react) = (received.clone(), Arc::new(react));
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let (requests, react, config) = (requests.clone(), react.clone(), config.clone());
                thread::spawn(move || {
                    let tcp = stream.unwrap();
                    let mut stream: Box<dyn Stream> = match config {
                        Some(config) => {
                            let connection = ServerConnection::new(config).unwrap();
                            Box::new(StreamOwned::new(connection, tcp.try_clone().unwrap()))
                        }
                        None => Box::new(tcp.try_clone().unwrap()),
                    };
                    for number in 0.. {
                        let Some(line) = read_request(&mut stream) else { return };
                        requests.lock().unwrap().push((connection, number, line.clone()));
                        let reaction = react(connection, number, &line);
                        if reaction == Reaction::Reset {
                            reset(&tcp);
                        }
                        if !respond(reaction, &line, &mut stream) {
                            return;
                        }
                    }
                });
            }
        });
        Self { node, received }
    }

    /// Returns the connection and the method and path of each request.
    fn requests(&self) -> Vec<(usize, String)> {
        let received = self.received.lock().unwrap();
        let line = |line: &str| line.rsplit_once(' ').unwrap().0.split('?').next().unwrap().to_owned();
        received.iter().map(|(connection, _, first)| (*connection, line(first))).collect()
    }
}

/// Returns the first line of the next request.
fn read_request(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8(head).unwrap().lines().next().unwrap().to_owned())
}

/// Returns `true` if the connection stays open.
fn respond(reaction: Reaction, line: &str, stream: &mut impl Write) -> bool {
    let body = if line.contains("gwinfo") {
        "ContextStatus=RUNNING;PlatformName=Plant;Version=8.3.4".to_owned()
    } else if line.contains("/data/") {
        r#"{"items":[{"id":"A","user":"billy"}]}"#.to_owned()
    } else {
        webdev_json(&PLANT)
    };
    let connection = if reaction == Reaction::RespondAndClose { "Connection: close\r\n" } else { "" };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{connection}\r\n", body.len());
    match reaction {
        Reaction::Respond | Reaction::RespondAndClose => {
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
        Reaction::Truncate => stream.write_all(format!("{head}{{").as_bytes()).unwrap(),
        Reaction::Close | Reaction::Reset => return false,
    }
    stream.flush().unwrap();
    reaction == Reaction::Respond
}

/// The health page and the sessions, on one connection while the server keeps it open.
fn read(server: &Server) -> Result<usize, GatewayError> {
    read_with(&Client::new(Limits::default()), server)
}

fn read_with(client: &Client, server: &Server) -> Result<usize, GatewayError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let credentials = Credentials::basic("billy", "secret").unwrap();
    let snapshot = runtime.block_on(client.read(&server.node, &credentials, &ReadOptions::default()));
    runtime.shutdown_background();
    snapshot.map(|snapshot| snapshot.dataset.len())
}

fn gwinfo(connection: usize) -> (usize, String) {
    (connection, "GET /system/gwinfo".to_owned())
}

fn sessions(connection: usize) -> (usize, String) {
    (connection, "GET /system/webdev/gatewatch/sessions".to_owned())
}

#[test]
fn repeats_a_get_that_is_lost_on_a_reused_connection() {
    for lost in [Reaction::Close, Reaction::Reset] {
        let server = Server::start(move |_, number, _| if number == 0 { Reaction::Respond } else { lost });
        assert_eq!(read(&server), Ok(PLANT.len()), "{lost:?}");
        assert_eq!(server.requests(), [gwinfo(0), sessions(0), sessions(1)], "{lost:?}");
    }
}

#[test]
fn repeats_a_lost_get_over_tls() {
    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let trust = Trust { ca_file: None, pins: vec![identity.pin()] };
    for lost in [Reaction::Close, Reaction::Reset] {
        let server = Server::serve(
            Some(&identity),
            move |_, number, _| {
                if number == 0 { Reaction::Respond } else { lost }
            },
        );
        let client = Client::with_trust(Limits::default(), trust.clone());
        assert_eq!(read_with(&client, &server), Ok(PLANT.len()), "{lost:?}");
        assert_eq!(server.requests(), [gwinfo(0), sessions(0), sessions(1)], "{lost:?}");
    }
    let server = Server::serve(Some(&identity), |_, _, line| {
        if line.contains("gwinfo") { Reaction::RespondAndClose } else { Reaction::Close }
    });
    assert!(read_with(&Client::with_trust(Limits::default(), trust), &server).is_err());
    assert_eq!(server.requests(), [gwinfo(0), sessions(1)]);
}

#[test]
fn repeats_lost_lists_of_the_rest_api() {
    let server = Server::start(|_, number, _| if number == 0 { Reaction::Respond } else { Reaction::Close });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(Limits::default());
    let token = Credentials::token("reader:key").unwrap();
    for _ in 0..3 {
        let snapshot = runtime.block_on(client.read(&server.node, &token, &ReadOptions::default()));
        assert_eq!(snapshot.unwrap().dataset.len(), 3);
    }
    runtime.shutdown_background();
}

#[test]
fn repeats_a_lost_get_only_once() {
    let server =
        Server::start(|_, _, line| if line.contains("gwinfo") { Reaction::Respond } else { Reaction::Close });
    let error = read(&server).unwrap_err();
    assert!(matches!(error, GatewayError::ConnectionLost(_)), "{error:?}");
    assert_eq!(server.requests(), [gwinfo(0), sessions(0), sessions(1)]);
}

#[test]
fn does_not_repeat_a_get_that_is_lost_on_a_new_connection() {
    let server =
        Server::start(
            |_, _, line| {
                if line.contains("gwinfo") { Reaction::RespondAndClose } else { Reaction::Close }
            },
        );
    let error = read(&server).unwrap_err();
    assert!(matches!(error, GatewayError::ConnectionLost(_)), "{error:?}");
    assert_eq!(server.requests(), [gwinfo(0), sessions(1)]);
}

#[test]
fn does_not_repeat_a_get_with_a_partial_response() {
    let server =
        Server::start(|_, number, _| if number == 0 { Reaction::Respond } else { Reaction::Truncate });
    let error = read(&server).unwrap_err();
    assert!(matches!(error, GatewayError::ConnectionLost(_)), "{error:?}");
    assert_eq!(server.requests(), [gwinfo(0), sessions(0)]);
}

#[test]
fn never_repeats_a_delete() {
    for lost in [Reaction::Close, Reaction::Reset] {
        let server = Server::start(
            move |_, _, line| if line.starts_with("DELETE") { lost } else { Reaction::Respond },
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = Client::new(Limits::default());
        let token = Credentials::token("reader:key").unwrap();
        // The health page first, on the same connection.
        let terminate = client.terminate(&server.node, &token, SessionKind::Vision, "A", None);
        let error = runtime.block_on(terminate).unwrap_err();
        runtime.shutdown_background();
        assert!(matches!(error, GatewayError::ConnectionLost(_)), "{error:?}");
        let delete = (0, "DELETE /data/vision/api/v1/client/A".to_owned());
        assert_eq!(server.requests(), [gwinfo(0), delete], "{lost:?}");
    }
}
