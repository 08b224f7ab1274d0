//! Code that the test files share: a fake gateway that sends any bytes, responses for it, and
//! reports of skipped tests.

#![expect(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod http;
pub(crate) mod keyring;
pub(crate) mod looks;
pub(crate) mod poll;
pub(crate) mod process;
pub(crate) mod screen;
pub(crate) mod tls;
pub(crate) mod wait;
pub(crate) mod window;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use gatewatch::gateway::GatewayError;

/// Returns whether the tests run in CI.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// Reports a skipped test and what it needs. In CI, where no test may be skipped, it fails instead.
pub(crate) fn skip(what: &str, missing: &str) {
    assert!(!is_ci(), "{what}: {missing} is missing, and no test may be skipped in CI");
    say(&format!("skipped: {what}, because {missing} is missing"));
}

/// Writes a line that is shown even if the test passes, unlike that of `println!`.
pub(crate) fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Returns the error of an unexpected status without the response that it quotes.
pub(crate) fn without_source(error: &GatewayError) -> GatewayError {
    match error.clone() {
        GatewayError::Status { status, endpoint, message, .. } => {
            GatewayError::Status { status, endpoint, message, source: None }
        }
        error => error,
    }
}

/// Reserves a port of this machine on which nothing listens, and returns its address.
pub(crate) fn unused_address() -> SocketAddr {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    // On Linux [`FakeGateway::at`] can still listen there.
    #[cfg(target_os = "linux")]
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    // The socket stays open, so that no other server gets the port.
    std::mem::forget(socket);
    address
}

/// The parts of a request that tests check.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Path and query.
    pub(crate) target: String,
    /// The header lines, their names in lower case.
    pub(crate) headers: Vec<String>,
}

impl Request {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A server on its own port. It runs until the test process ends or it is stopped.
pub(crate) struct FakeGateway {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    address: SocketAddr,
    is_stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl FakeGateway {
    /// Starts a server on a free port. `respond` writes the response, after which the connection is closed.
    pub(crate) fn new(respond: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), respond)
    }

    /// Starts a server at this address, which another one may have used before.
    pub(crate) fn at(
        address: SocketAddr,
        respond: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let is_stopped = Arc::<AtomicBool>::default();
        let (received, stopped) = (requests.clone(), is_stopped.clone());
        let respond = Arc::new(respond);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (received, respond) = (received.clone(), respond.clone());
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let Some(request) = read(&stream) else { return };
                    received.lock().unwrap().push(request.clone());
                    respond(&request, &mut stream);
                });
            }
        });
        Self { url, requests, address, is_stopped, thread }
    }

    /// Stops the server and returns its address.
    pub(crate) fn stop(self) -> SocketAddr {
        self.is_stopped.store(true, Ordering::SeqCst);
        // A connection ends its wait for one.
        drop(TcpStream::connect(self.address));
        self.thread.join().unwrap();
        self.address
    }

    /// Starts a gateway of this version. Its Web Dev resource sends `sessions`; other paths are 404.
    pub(crate) fn gateway(version: &'static str, sessions: impl Into<Vec<u8>>) -> Self {
        let sessions = sessions.into();
        Self::new(move |request, stream| {
            let response = if request.path().ends_with("/system/gwinfo") {
                let role = "RedundancyStatus=Master;RedundantNodeActiveStatus=Active";
                ok(&format!("ContextStatus=RUNNING;PlatformName=Plant;Version={version};{role}"))
            } else if request.path().ends_with("/system/webdev/gatewatch/sessions") {
                sessions.clone()
            } else {
                status("404 Not Found", "")
            };
            // The client may have closed the connection.
            let _closed = stream.write_all(&response);
        })
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.path().to_owned()).collect()
    }
}

/// Reads the next request of a connection; `None` if the client has closed it.
pub(crate) fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let target = first.split(' ').nth(1)?.to_owned();
    let headers = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
    let headers = headers.map(|line| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}", name.to_lowercase()),
        None => line,
    });
    Some(Request { target, headers: headers.collect() })
}

/// Returns the lines of a saved gateway in `config.toml`, `more` after its name and address.
pub(crate) fn saved_gateway(name: &str, url: &str, more: &str) -> String {
    format!("\n[[profile]]\nname = \"{name}\"\nurls = [\"{url}\"]\n{more}")
}

/// Returns a response with this status and body.
pub(crate) fn status(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

/// Returns a response with status 200.
pub(crate) fn ok(body: &str) -> Vec<u8> {
    status("200 OK", body)
}

/// Returns a dataset of a gateway 4 hours behind UTC in the format of Web Dev with these rows, each of six JSON values.
pub(crate) fn webdev_json(rows: &[&str]) -> String {
    let columns = [
        ("username", "String"),
        ("project", "String"),
        ("address", "String"),
        ("isDesigner", "Boolean"),
        ("clientId", "String"),
        ("creationTime", "Date"),
    ]
    .map(|(name, kind)| format!(r#"{{"name":"{name}","type":"{kind}"}}"#))
    .join(",");
    let rows = rows.join("],[");
    let rows = if rows.is_empty() { rows } else { format!("[{rows}]") };
    format!(
        r#"{{"ok":true,"v":1,"now":1790000000000,"timezone":"America/Caracas","columns":[{columns}],"rows":[{rows}]}}"#
    )
}

/// The sessions of most tests.
pub(crate) const PLANT: [&str; 6] = [
    r#""billy","Packaging","10.2.0.9",false,"A1",1795365700123"#,
    r#""anna","Boiler","10.10.0.1",true,"B2",1795365600000"#,
    r#""bill.smith","Boiler","hmi-7",false,"C3",1795365500000"#,
    r#"null,"Packaging","::1",false,"D4",null"#,
    r#""jürgen","Intake","10.2.0.9",null,"E5",1795365400000"#,
    r#""billy","Boiler","hmi-10",false,"F6",1795365300000"#,
];
