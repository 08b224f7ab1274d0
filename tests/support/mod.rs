//! What several test files need: a stand-in gateway that answers whatever a test wants, byte for byte, and a way to skip
//! that nobody overlooks.

#![expect(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod poll;
pub(crate) mod process;
pub(crate) mod screen;
pub(crate) mod tls;
pub(crate) mod window;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// Says that a test is skipped for want of something, or fails where nothing may be skipped.
pub(crate) fn skip(what: &str, missing: &str) {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "{missing} missing, and nothing may be skipped here");
    say(&format!("skipped: {what}, for want of {missing}"));
}

/// A line that is seen also where a test passes; what `println!` writes is not.
pub(crate) fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Reserves a port of this machine on which nothing listens, and returns its address.
pub(crate) fn nobody() -> SocketAddr {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    // On Linux [`FakeGateway::at`] may listen there all the same.
    #[cfg(target_os = "linux")]
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    // Without a socket on it the system would give the port to the next server of another test.
    std::mem::forget(socket);
    address
}

/// A request as far as tests look at it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Path and query.
    pub(crate) target: String,
    /// All header lines, in lower case.
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

/// A server on a port of its own. It lives as long as the test process, unless it is stopped.
pub(crate) struct FakeGateway {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    address: SocketAddr,
    is_stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl FakeGateway {
    /// Answers each request with what `answer` writes; the connection is closed after each.
    pub(crate) fn new(answer: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), answer)
    }

    /// The same at this address, where another one may have been before.
    pub(crate) fn at(
        address: SocketAddr,
        answer: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let is_stopped = Arc::<AtomicBool>::default();
        let (seen, stopped) = (requests.clone(), is_stopped.clone());
        let answer = Arc::new(answer);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, answer) = (seen.clone(), answer.clone());
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let Some(request) = read(&stream) else { return };
                    seen.lock().unwrap().push(request.clone());
                    answer(&request, &mut stream);
                });
            }
        });
        Self { url, requests, address, is_stopped, thread }
    }

    /// Nobody listens there any more. Gives the address.
    pub(crate) fn stop(self) -> SocketAddr {
        self.is_stopped.store(true, Ordering::SeqCst);
        // It is waiting for somebody to come.
        drop(TcpStream::connect(self.address));
        self.thread.join().unwrap();
        self.address
    }

    /// A gateway of this version whose Web Dev resource gives these responses; anything else is 404.
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
            // A client that has seen enough may be gone.
            let _gone = stream.write_all(&response);
        })
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.path().to_owned()).collect()
    }
}

/// The next request on this connection; `None` when the client has left.
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

/// A whole response.
pub(crate) fn status(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

/// A whole response of status 200.
pub(crate) fn ok(body: &str) -> Vec<u8> {
    status("200 OK", body)
}

/// A Web Dev answer with these rows, each of six JSON values.
pub(crate) fn answer(rows: &[&str]) -> String {
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
        r#"{{"ok":true,"v":1,"now":1790000000000,"timezone":"UTC","columns":[{columns}],"rows":[{rows}]}}"#
    )
}

/// The sessions that most tests look at.
pub(crate) const PLANT: [&str; 6] = [
    r#""billy","Packaging","10.2.0.9",false,"A1",1795365700123"#,
    r#""anna","Boiler","10.10.0.1",true,"B2",1795365600000"#,
    r#""bill.smith","Boiler","hmi-7",false,"C3",1795365500000"#,
    r#"null,"Packaging","::1",false,"D4",null"#,
    r#""jürgen","Intake","10.2.0.9",null,"E5",1795365400000"#,
    r#""billy","Boiler","hmi-10",false,"F6",1795365300000"#,
];
