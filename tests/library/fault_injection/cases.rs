//! Each fault over HTTP: the dataset stays, the message says what happened, and polling recovers without the user.

use std::error::Error as _;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gatewatch::dataset::DatasetError;
use gatewatch::gateway::webdev::WebDevError;
use gatewatch::gateway::{Credentials, Endpoint, GatewayError, Limits};

use super::{FaultyGateway, ResponseMode, bytes, check_message, error, healthy, instead_of_sessions, mode};
use crate::support::poll::{TestPoller, profile};
use crate::support::{PLANT, ok, status, webdev_json, without_source};

/// Time limit for responses that never end.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(1);
/// The largest response.
const MIB: u64 = 1 << 20;

/// A fault, and the error that it causes.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) mode: ResponseMode,
    credentials: Credentials,
    limits: Limits,
    is_expected: Box<dyn Fn(&GatewayError) -> bool + Send>,
    /// Parts of the message: what happened, and what to do.
    message: [&'static str; 2],
}

impl Case {
    fn new(
        name: &'static str,
        mode: ResponseMode,
        expected: GatewayError,
        message: [&'static str; 2],
    ) -> Self {
        Self::matching(name, mode, move |error| without_source(error) == expected, message)
    }

    fn matching(
        name: &'static str,
        mode: ResponseMode,
        is_expected: impl Fn(&GatewayError) -> bool + Send + 'static,
        message: [&'static str; 2],
    ) -> Self {
        let (credentials, limits) = (Credentials::None, Limits { max_body: MIB, ..Limits::default() });
        Self { name, mode, credentials, limits, is_expected: Box::new(is_expected), message }
    }

    fn with(self, credentials: Credentials) -> Self {
        Self { credentials, ..self }
    }

    fn timeout(name: &'static str, mode: ResponseMode) -> Self {
        let expected = GatewayError::Timeout { seconds: TOTAL_TIMEOUT.as_secs_f64() };
        let case = Self::new(name, mode, expected, ["No complete response within 1 s", "Try again"]);
        Self { limits: Limits { total_timeout: TOTAL_TIMEOUT, ..case.limits }, ..case }
    }
}

fn basic() -> Credentials {
    Credentials::basic("billy", "open sesame").unwrap()
}

fn token() -> Credentials {
    Credentials::token("reader:open sesame").unwrap()
}

/// Responds with this health page, and to other requests as a healthy gateway.
fn gwinfo(text: &'static str) -> ResponseMode {
    let healthy = healthy();
    mode(move |request, stream| {
        if request.path().ends_with("gwinfo") {
            let _closed = stream.write_all(&ok(text));
        } else {
            healthy(request, stream);
        }
    })
}

fn redirect(location: &str) -> ResponseMode {
    bytes(format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
}

/// Sends this body in place of the dataset.
fn dataset(body: impl AsRef<[u8]>) -> ResponseMode {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    bytes([head.as_bytes(), body].concat())
}

/// Sends `head`, then `chunk` again and again until the client closes the connection.
pub(crate) fn endless(head: impl Into<Vec<u8>>, chunk: impl Into<Vec<u8>>) -> ResponseMode {
    let (head, chunk) = (head.into(), chunk.into());
    instead_of_sessions(move |stream| {
        let mut is_open = stream.write_all(&head).is_ok();
        while is_open {
            is_open = stream.write_all(&chunk).is_ok();
        }
    })
}

/// Waits until the client closes the connection.
fn wait_for_close(stream: &mut TcpStream) {
    let _closed = stream.read(&mut [0]);
}

/// Sends `head`, then a byte every 100 ms.
fn trickle(head: &'static [u8]) -> ResponseMode {
    instead_of_sessions(move |stream| {
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut is_open = stream.write_all(head).is_ok();
        while is_open {
            // The client sends nothing, so this times out until it closes the connection.
            let is_idle = stream.read(&mut [0]).is_err();
            is_open = is_idle && stream.write_all(b" ").is_ok();
        }
    })
}

/// Makes the connection end with a reset when it is closed.
pub(crate) fn reset(stream: &TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _context = runtime.enter();
    let stream = stream.try_clone().unwrap();
    stream.set_nonblocking(true).unwrap();
    tokio::net::TcpStream::from_std(stream).unwrap().set_zero_linger().unwrap();
}

/// Returns the start of a gzip response, and bytes that can follow any number of times: each 13 of them are some 2,000
/// spaces.
pub(crate) fn bomb() -> (Vec<u8>, Vec<u8>) {
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03";
    // A block of fixed codes, a space, then a copy of the last byte, 258 times.
    let start = "0 10 01010000".replace(' ', "");
    let copy = "11000101 00000".replace(' ', "");
    // A multiple of eight copies, so that whole bytes repeat whatever the bit offset of the first copy.
    let bits = start + &copy.repeat(16);
    let pack = |bits: &str| -> Vec<u8> {
        let bit = |(at, bit): (usize, u8)| (bit - b'0') << at;
        bits.as_bytes().chunks(8).map(|byte| byte.iter().copied().enumerate().map(bit).sum()).collect()
    };
    let bytes = pack(&bits[..bits.len() / 8 * 8]);
    let (first, rest) = bytes.split_at(bytes.len() - 13);
    ([&head[..], gzip, first].concat(), rest.repeat(100))
}

/// Returns the error for a status of the Web Dev resource.
fn web_dev(status: u16) -> GatewayError {
    GatewayError::Status { status, endpoint: Endpoint::WebDev, message: None, source: None }
}

fn not_running(state: &str) -> GatewayError {
    GatewayError::NotRunning { state: state.to_owned() }
}

/// Returns the kind of the innermost I/O error in the chain.
fn io_kind(error: &GatewayError) -> Option<io::ErrorKind> {
    let mut kind = None;
    let mut cause = error.source();
    while let Some(error) = cause {
        kind = error.downcast_ref::<io::Error>().map(io::Error::kind).or(kind);
        cause = error.source();
    }
    kind
}

/// Returns all cases.
pub(crate) fn all() -> Vec<Case> {
    [refused_requests(), error_responses(), endless_responses(), truncated_responses(), invalid_datasets()]
        .into_iter()
        .flatten()
        .collect()
}

/// Advice if the script on the gateway is another one.
const REINSTALL: &str = "Install the Gatewatch resource again";

/// Returns the cases in which the connection is reset or the request is refused.
fn refused_requests() -> Vec<Case> {
    vec![
        Case::matching(
            "reset connection",
            instead_of_sessions(|stream| reset(stream)),
            |error| {
                matches!(error, GatewayError::ConnectionLost(_))
                    && io_kind(error) == Some(io::ErrorKind::ConnectionReset)
            },
            ["Connection lost", "Try again"],
        ),
        Case::new(
            "401",
            bytes(status("401 Unauthorized", "<html>")),
            GatewayError::Unauthorized { tried: false },
            ["Sign in to this gateway", ""],
        ),
        Case::new(
            "401 with a login",
            bytes(status("401 Unauthorized", "")),
            GatewayError::Unauthorized { tried: true },
            ["Wrong user name or password", "Sign in again"],
        )
        .with(basic()),
        Case::new(
            "401 with a token",
            bytes(status("401 Unauthorized", "")),
            GatewayError::TokenRejected,
            ["API token not recognized", "Copy the whole token"],
        )
        .with(token()),
        Case::new(
            "402",
            bytes(status("402 Payment Required", "")),
            web_dev(402),
            ["no license or its trial has expired (402)", "Reset the trial"],
        ),
        Case::new(
            "403",
            bytes(status("403 Forbidden", "")),
            GatewayError::Forbidden { token: false, https: false, message: None },
            ["Access denied (403)", "role that the Web Dev resource requires"],
        )
        .with(basic()),
        Case::new(
            "403 with a token",
            bytes(status("403 Forbidden", "")),
            GatewayError::Forbidden { token: true, https: false, message: None },
            ["API token denied (403)", "Use the gateway's https address"],
        )
        .with(token()),
        Case::new(
            "404",
            bytes(status("404 Not Found", "")),
            GatewayError::NoResource { status: 404, has_rest: true },
            ["No Gatewatch resource on this gateway (404)", "install the resource"],
        ),
        Case::new(
            "405",
            bytes(status("405 Not Allowed", "")),
            GatewayError::NoResource { status: 405, has_rest: true },
            ["No Gatewatch resource on this gateway (405)", "install the resource"],
        ),
    ]
}

/// Returns the cases in which the gateway reports an error or another server responds.
fn error_responses() -> Vec<Case> {
    vec![
        Case::new(
            "500 with a web page",
            bytes(status(
                "500 Server Error",
                "<html><body>Error 500 java.lang.NullPointerException</body></html>",
            )),
            web_dev(500),
            ["The script on the gateway failed (500)", "Look at the gateway's log"],
        ),
        Case::new(
            "501",
            bytes(status("501 Not Implemented", "")),
            web_dev(501),
            ["no doGet script (501)", "Install the resource again"],
        ),
        Case::new(
            "503",
            bytes(status("503 Service Unavailable", "<html>")),
            not_running("STARTING"),
            ["The gateway is starting", "Try again in a minute"],
        ),
        Case::new(
            "starting",
            gwinfo("ContextStatus=STARTING"),
            not_running("STARTING"),
            ["The gateway is starting", "Try again in a minute"],
        ),
        Case::new(
            "not commissioned",
            gwinfo("ContextStatus=NEEDS_COMMISSIONING"),
            not_running("NEEDS_COMMISSIONING"),
            ["isn't commissioned", "Finish its setup in a browser"],
        ),
        Case::new(
            "not running",
            gwinfo("ContextStatus=FAULTED"),
            not_running("FAULTED"),
            ["isn't running (FAULTED)", "Look at its status page"],
        ),
        Case::new(
            "302 to a welcome page",
            redirect("/welcome"),
            not_running("NEEDS_COMMISSIONING"),
            ["isn't commissioned", "Finish its setup in a browser"],
        ),
        Case::new(
            "302 to another origin",
            redirect("http://198.51.100.1:8088/home?from=plant"),
            GatewayError::Redirect { location: "http://198.51.100.1:8088/home…".to_owned() },
            ["redirects to http://198.51.100.1:8088/home", "Use that address"],
        ),
        Case::matching(
            "302 to a login page",
            redirect("/idp/default/authn?from=plant"),
            |error| matches!(error, GatewayError::SignOn { location } if location.ends_with("/authn…")),
            ["login page is in front of the gateway", "without single sign-on"],
        ),
        Case::matching(
            "302 to another page",
            redirect("/web/home"),
            |error| matches!(error, GatewayError::OtherPage { location } if location.ends_with("/web/home")),
            ["redirects to ", "Check that this is the address"],
        ),
        Case::new(
            "302 without an address",
            redirect(""),
            GatewayError::UnreadableRedirect { status: 302 },
            ["Redirect without a valid address (302)", "Check that this is the address"],
        ),
        Case::new(
            "418",
            bytes(status("418 Teapot", "")),
            web_dev(418),
            ["HTTP status 418", "Check that this is the address of an Ignition gateway"],
        ),
    ]
}

/// Returns the cases in which the response never ends or isn't HTTP.
fn endless_responses() -> Vec<Case> {
    let (bomb_head, bomb_chunk) = bomb();
    vec![
        Case::new(
            "endless body",
            endless(b"HTTP/1.1 200 OK\r\n\r\n", [b' '; 1 << 16]),
            GatewayError::TooLarge { limit: MIB },
            ["larger than 1 MiB", "Check that this is the gateway's own address"],
        ),
        Case::new(
            "huge Content-Length",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\n{"),
            GatewayError::TooLarge { limit: MIB },
            ["larger than 1 MiB", "Check that this is the gateway's own address"],
        ),
        Case::new(
            "gzip bomb",
            endless(bomb_head, bomb_chunk),
            GatewayError::TooLarge { limit: MIB },
            ["larger than 1 MiB", "Check that this is the gateway's own address"],
        ),
        Case::matching(
            "endless headers",
            endless(b"HTTP/1.1 200 OK\r\n", b"X-Header: one more\r\n"),
            |error| matches!(error, GatewayError::Protocol(_)),
            ["Invalid HTTP response", "Check that the port is the gateway's"],
        ),
        Case::matching(
            "no HTTP",
            bytes("SSH-2.0-OpenSSH_9.2\r\n"),
            |error| matches!(error, GatewayError::Protocol(_)),
            ["Invalid HTTP response", "Check that the port is the gateway's"],
        ),
        Case::timeout("no response", instead_of_sessions(wait_for_close)),
        Case::timeout("slow body", trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")),
        Case::timeout("slow headers", trickle(b"HTTP/1.1 200 OK\r\nX-Header:")),
    ]
}

/// Returns the cases in which the response is truncated or its encoding is invalid.
fn truncated_responses() -> Vec<Case> {
    vec![
        Case::matching(
            "body shorter than its Content-Length",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"ok\":tr"),
            |error| matches!(error, GatewayError::ConnectionLost(_)),
            ["Connection lost", "Try again"],
        ),
        Case::matching(
            "truncated chunk",
            bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{\"ok\":tr"),
            |error| matches!(error, GatewayError::ConnectionLost(_)),
            ["Connection lost", "Try again"],
        ),
        Case::matching(
            "truncated gzip",
            bytes({
                let (head, _) = bomb();
                head
            }),
            |error| matches!(error, GatewayError::ConnectionLost(_)),
            ["Connection lost", "Try again"],
        ),
        Case::matching(
            "invalid gzip",
            bytes(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\nXXXXXXXXXXXXXXXXXXXX",
            ),
            |error| matches!(error, GatewayError::Protocol(_)),
            ["Invalid HTTP response", "Check that the port is the gateway's"],
        ),
    ]
}

/// Returns the cases in which the response is complete but isn't a dataset.
fn invalid_datasets() -> Vec<Case> {
    let columns = |kind: &str| webdev_json(&PLANT).replace(r#""name":"clientId","type":"String""#, kind);
    vec![
        Case::matching(
            "truncated JSON",
            dataset(r#"{"ok":true,"#),
            |error| {
                matches!(
                    error,
                    GatewayError::InvalidResponse(WebDevError::Truncated { line: 1, column: 11, .. })
                )
            },
            ["The response is cut off at line 1, column 11", "Retry"],
        ),
        Case::new(
            "invalid UTF-8",
            dataset(b"{\"ok\":tr\xffue}"),
            GatewayError::InvalidResponse(WebDevError::NotUtf8 { offset: 8 }),
            ["not UTF-8 text from byte 8 on", "Retry"],
        ),
        Case::new(
            "empty body",
            dataset(""),
            GatewayError::InvalidResponse(WebDevError::Empty),
            ["The response is empty", REINSTALL],
        ),
        Case::matching(
            "web page with 200",
            dataset("<html><title>Welcome</title>"),
            |error| matches!(error, GatewayError::InvalidResponse(WebDevError::Html { title: Some(title), .. }) if title == "Welcome"),
            ["a web page (\"Welcome\")", "Check the address"],
        ),
        Case::matching(
            "column of the wrong type",
            dataset(columns(r#""name":"clientId","type":"Long""#)),
            |error| matches!(error, GatewayError::InvalidResponse(WebDevError::Columns(DatasetError::WrongColumnType { name, .. })) if name == "clientId"),
            ["Column \"clientId\" has type Integer instead of String", REINSTALL],
        ),
        Case::matching(
            "row of another length",
            dataset(webdev_json(&[r#""billy","Packaging","10.2.0.9",false,"A1""#])),
            |error| matches!(error, GatewayError::InvalidResponse(WebDevError::Unexpected { .. })),
            ["Row 1 has 5 cells, but there are 6 columns", REINSTALL],
        ),
        Case::new(
            "missing column",
            dataset(columns(r#""name":"id","type":"String""#)),
            GatewayError::InvalidResponse(WebDevError::Columns(DatasetError::MissingColumn {
                name: "clientId".to_owned(),
            })),
            ["Column \"clientId\" is missing", REINSTALL],
        ),
        Case::new(
            "error of the script",
            dataset(r#"{"ok":false,"v":1,"error":"no\nsuch\u0007 user source"}"#),
            GatewayError::InvalidResponse(WebDevError::Refused {
                message: "no such\u{fffd} user source".to_owned(),
            }),
            ["The gateway reports an error: no", "Check the gateway's log"],
        ),
    ]
}

fn run(case: Case) {
    let Case { name, mode, credentials, limits, is_expected, message: [problem, advice] } = case;
    let faulty = FaultyGateway::new();
    let mut poller = TestPoller::with_limits(limits);
    poller.handle.connect(profile(&[&faulty.gateway.url]), credentials);
    let first = poller.wait_for(name, |status| status.dataset.is_some() && error(status).is_none());

    faulty.set_mode(mode);
    poller.handle.refresh_now();
    let failed = poller.wait_for(name, |status| error(status).is_some());
    let failure = error(&failed).unwrap();
    assert!(is_expected(failure), "{name}: {failure:?}");
    check_message(failure, problem, advice);
    let table = first.dataset.as_ref().unwrap();
    assert!(Arc::ptr_eq(table, failed.dataset.as_ref().unwrap()), "{name}");
    assert_eq!(first.updated_at, failed.updated_at, "{name}");
    // A gateway that isn't running may still have a health page.
    let (before, after) = (&first.nodes[0].info, &failed.nodes[0].info);
    match failure {
        GatewayError::NotRunning { state }
            if ["starting", "not commissioned", "not running"].contains(&name) =>
        {
            let status = after.as_ref().and_then(|info| info.context_status.as_deref());
            assert_eq!(status, Some(state.as_str()), "{name}");
        }
        _ => assert_eq!(before, after, "{name}"),
    }

    faulty.set_mode(healthy());
    if failure.is_wrong_login() {
        // Further attempts could lock the account.
        assert_eq!(failed.nodes[0].next_read_at, None, "{name}");
        poller.handle.refresh_now();
    }
    let recovered =
        poller.wait_for(name, |status| error(status).is_none() && status.updated_at > first.updated_at);
    assert_eq!(recovered.dataset.as_ref().unwrap().len(), table.len(), "{name}");
}

#[test]
fn keeps_dataset_during_each_fault_and_recovers() {
    thread::scope(|scope| {
        for case in all() {
            let name = case.name;
            thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, || run(case)).unwrap();
        }
    });
}
