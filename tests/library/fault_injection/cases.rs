//! The ways to be evil over http, one after the other: the table stays, the line says what is wrong, and all is well again
//! by itself.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gatewatch::dataset::DatasetError;
use gatewatch::gateway::webdev::WebDevError as Fault;
use gatewatch::gateway::{Credentials, Endpoint, GatewayError as Error, Limits};

use super::{FaultyGateway, Way, bytes, check_line, error, good, instead_of_sessions, way};
use crate::support::poll::{TestPoller, profile};
use crate::support::{PLANT, answer, ok, status};

/// For what would take for ever.
const WHOLE: Duration = Duration::from_secs(1);
/// For what would fill the memory.
const MIB: u64 = 1 << 20;

/// A way to be evil, and what comes of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) way: Way,
    credentials: Credentials,
    limits: Limits,
    is: Box<dyn Fn(&Error) -> bool + Send>,
    /// Cause and next step, as they are told.
    says: [&'static str; 2],
}

impl Case {
    fn new(name: &'static str, way: Way, expected: Error, says: [&'static str; 2]) -> Self {
        Self::like(name, way, move |error| *error == expected, says)
    }

    fn like(
        name: &'static str,
        way: Way,
        is: impl Fn(&Error) -> bool + Send + 'static,
        says: [&'static str; 2],
    ) -> Self {
        let (credentials, limits) = (Credentials::None, Limits { max_body: MIB, ..Limits::default() });
        Self { name, way, credentials, limits, is: Box::new(is), says }
    }

    fn with(self, credentials: Credentials) -> Self {
        Self { credentials, ..self }
    }

    fn for_ever(name: &'static str, way: Way) -> Self {
        let expected = Error::Timeout { seconds: WHOLE.as_secs_f64() };
        let case = Self::new(name, way, expected, ["No complete response within 1 s", "Try again"]);
        Self { limits: Limits { total_timeout: WHOLE, ..case.limits }, ..case }
    }
}

fn basic() -> Credentials {
    Credentials::Basic { user: "billy".to_owned(), password: "open sesame".to_owned() }
}

fn token() -> Credentials {
    Credentials::Token("reader:open sesame".to_owned())
}

/// Answers who it is in this way.
fn gwinfo(text: &'static str) -> Way {
    let good = good();
    way(move |request, stream| {
        if request.path().ends_with("gwinfo") {
            let _gone = stream.write_all(&ok(text));
        } else {
            good(request, stream);
        }
    })
}

fn redirect(location: &str) -> Way {
    bytes(format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
}

fn dataset(body: impl AsRef<[u8]>) -> Way {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    bytes([head.as_bytes(), body].concat())
}

/// Says this again and again, until the client has had enough.
fn endless(head: &'static [u8], again: &'static [u8]) -> Way {
    instead_of_sessions(move |stream| {
        let mut goes_on = stream.write_all(head).is_ok();
        while goes_on {
            goes_on = stream.write_all(again).is_ok();
        }
    })
}

/// Waits until the client hangs up.
fn wait_for_the_end(stream: &mut TcpStream) {
    let _gone = stream.read(&mut [0]);
}

/// Says this, and then a byte now and then.
fn trickle(head: &'static [u8]) -> Way {
    instead_of_sessions(move |stream| {
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut goes_on = stream.write_all(head).is_ok();
        while goes_on {
            // As long as the client is there, it says nothing: this waits, and ends when the client is gone.
            let is_there = stream.read(&mut [0]).is_err();
            goes_on = is_there && stream.write_all(b" ").is_ok();
        }
    })
}

/// Hangs up without a goodbye.
pub(crate) fn reset(stream: &TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _context = runtime.enter();
    let stream = stream.try_clone().unwrap();
    stream.set_nonblocking(true).unwrap();
    tokio::net::TcpStream::from_std(stream).unwrap().set_zero_linger().unwrap();
}

/// The beginning of a packed answer, and what goes on for ever: each 13 bytes are some 2,000 spaces.
pub(crate) fn bomb() -> (Vec<u8>, Vec<u8>) {
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03";
    // A block of fixed codes; a space; then: the last byte again, 258 times.
    let begin = "0 10 01010000".replace(' ', "");
    let again = "11000101 00000".replace(' ', "");
    // Eight times, so that whole bytes repeat themselves, whatever the beginning left over.
    let bits = begin + &again.repeat(16);
    let pack = |bits: &str| -> Vec<u8> {
        let bit = |(at, bit): (usize, u8)| (bit - b'0') << at;
        bits.as_bytes().chunks(8).map(|byte| byte.iter().copied().enumerate().map(bit).sum()).collect()
    };
    let bytes = pack(&bits[..bits.len() / 8 * 8]);
    let (first, then) = bytes.split_at(bytes.len() - 13);
    ([&head[..], gzip, first].concat(), then.repeat(100))
}

/// The error for a status of the Web Dev resource.
fn web_dev(status: u16) -> Error {
    Error::Status { status, endpoint: Endpoint::WebDev, message: None }
}

fn not_running(state: &str) -> Error {
    Error::NotRunning { state: state.to_owned() }
}

/// All cases.
pub(crate) fn all() -> Vec<Case> {
    [refusals(), troubles(), without_end(), broken(), spoilt()].into_iter().flatten().collect()
}

/// What is said where the way is known.
const README: &str = "as the README says";

/// It says who may not.
fn refusals() -> Vec<Case> {
    vec![
        Case::like(
            "a connection that is reset",
            instead_of_sessions(|stream| reset(stream)),
            |error| matches!(error, Error::ConnectionLost(_)),
            ["Connection lost", "Try again"],
        ),
        Case::new(
            "401",
            bytes(status("401 Unauthorized", "<html>")),
            Error::Unauthorized { tried: false },
            ["Sign in to this gateway", ""],
        ),
        Case::new(
            "401 to a login",
            bytes(status("401 Unauthorized", "")),
            Error::Unauthorized { tried: true },
            ["Wrong user name or password", "Sign in again"],
        )
        .with(basic()),
        Case::new(
            "401 to a token",
            bytes(status("401 Unauthorized", "")),
            Error::TokenRejected,
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
            Error::Forbidden { token: false, https: false },
            ["Access denied (403)", "role that the Web Dev resource requires"],
        )
        .with(basic()),
        Case::new(
            "403 to a token",
            bytes(status("403 Forbidden", "")),
            Error::Forbidden { token: true, https: false },
            ["API token denied (403)", "Use the gateway's https address"],
        )
        .with(token()),
        Case::new(
            "404",
            bytes(status("404 Not Found", "")),
            Error::NoResource { status: 404, has_rest: true },
            ["No Gatewatch resource on this gateway (404)", "install the resource"],
        ),
        Case::new(
            "405",
            bytes(status("405 Not Allowed", "")),
            Error::NoResource { status: 405, has_rest: true },
            ["No Gatewatch resource on this gateway (405)", "install the resource"],
        ),
    ]
}

/// It says that it can't, or is somebody else.
fn troubles() -> Vec<Case> {
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
            "it says that it starts",
            gwinfo("ContextStatus=STARTING"),
            not_running("STARTING"),
            ["The gateway is starting", "Try again in a minute"],
        ),
        Case::new(
            "never set up",
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
            "302 to somebody else",
            redirect("http://198.51.100.1:8088/login?from=plant"),
            Error::Redirect { location: "http://198.51.100.1:8088/login…".to_owned() },
            ["redirects to http://198.51.100.1:8088/login", "Use that address"],
        ),
        Case::new(
            "418",
            bytes(status("418 Teapot", "")),
            web_dev(418),
            ["HTTP status 418", "Check that this is the address of an Ignition gateway"],
        ),
    ]
}

/// It does not come to an end.
fn without_end() -> Vec<Case> {
    let (bomb_head, bomb_again) = bomb();
    vec![
        Case::new(
            "a body without end",
            endless(b"HTTP/1.1 200 OK\r\n\r\n", &[b' '; 1 << 16]),
            Error::TooLarge { limit: MIB },
            ["larger than 1 MiB", "Filter the sessions on the gateway"],
        ),
        Case::new(
            "a length beyond all limits",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\n{"),
            Error::TooLarge { limit: MIB },
            ["larger than 1 MiB", "Filter the sessions on the gateway"],
        ),
        Case::new(
            "a gzip bomb",
            instead_of_sessions(move |stream| {
                let mut goes_on = stream.write_all(&bomb_head).is_ok();
                while goes_on {
                    goes_on = stream.write_all(&bomb_again).is_ok();
                }
            }),
            Error::TooLarge { limit: MIB },
            ["larger than 1 MiB", "Filter the sessions on the gateway"],
        ),
        Case::like(
            "headers without end",
            endless(b"HTTP/1.1 200 OK\r\n", b"X-Header: and another one\r\n"),
            |error| matches!(error, Error::Protocol(_)),
            ["Invalid HTTP response", "Check that the port is the gateway's"],
        ),
        Case::like(
            "no HTTP",
            bytes("SSH-2.0-OpenSSH_9.2\r\n"),
            |error| matches!(error, Error::Protocol(_)),
            ["Invalid HTTP response", "Check that the port is the gateway's"],
        ),
        Case::for_ever("silence", instead_of_sessions(wait_for_the_end)),
        Case::for_ever("a body that trickles", trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")),
        Case::for_ever("headers that trickle", trickle(b"HTTP/1.1 200 OK\r\nX-Header:")),
    ]
}

/// It breaks off, or is no HTTP.
fn broken() -> Vec<Case> {
    vec![
        Case::like(
            "a body that is shorter than it says",
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"ok\":tr"),
            |error| matches!(error, Error::ConnectionLost(_)),
            ["Connection lost", "Try again"],
        ),
        Case::like(
            "a chunk that is cut off",
            bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{\"ok\":tr"),
            |error| matches!(error, Error::ConnectionLost(_)),
            ["Connection lost", "Try again"],
        ),
        Case::like(
            "a packed body that is cut off",
            bytes({
                let (head, _) = bomb();
                head
            }),
            |error| matches!(error, Error::ConnectionLost(_)),
            ["Connection lost", "Try again"],
        ),
        Case::like(
            "a packed body that is none",
            bytes(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\nXXXXXXXXXXXXXXXXXXXX",
            ),
            |error| matches!(error, Error::Protocol(_)),
            ["Invalid HTTP response", "Check that the port is the gateway's"],
        ),
    ]
}

/// It is whole, and no dataset.
fn spoilt() -> Vec<Case> {
    let answer_is = |fault| Error::Answer(fault);
    let columns = |kind: &str| answer(&PLANT).replace(r#""name":"clientId","type":"String""#, kind);
    vec![
        Case::new(
            "an answer that is cut off",
            dataset(r#"{"ok":true,"#),
            answer_is(Fault::Truncated { line: 1, column: 11 }),
            ["The answer is cut off at line 1, column 11", "Retry"],
        ),
        Case::new(
            "invalid UTF-8",
            dataset(b"{\"ok\":tr\xffue}"),
            answer_is(Fault::NotUtf8 { offset: 8 }),
            ["not UTF-8 text from byte 8 on", "Retry"],
        ),
        Case::new("an empty body", dataset(""), answer_is(Fault::Empty), ["The answer is empty", README]),
        Case::new(
            "a web page with 200",
            dataset("<html><title>Welcome</title>"),
            answer_is(Fault::Html { title: Some("Welcome".to_owned()) }),
            ["a web page (\"Welcome\")", "Check the address"],
        ),
        Case::like(
            "a column of the wrong type",
            dataset(columns(r#""name":"clientId","type":"Long""#)),
            |error| matches!(error, Error::Answer(Fault::Columns(DatasetError::WrongColumnType { name, .. })) if name == "clientId"),
            ["Column \"clientId\" has type Integer instead of String", README],
        ),
        Case::like(
            "a cell of the wrong type",
            dataset(answer(&[r#""billy","Packaging","10.2.0.9","no","A1",1795365700123"#])),
            |error| matches!(error, Error::Answer(Fault::Unexpected { .. })),
            ["Row 1, column \"isDesigner\"", README],
        ),
        Case::new(
            "a missing column",
            dataset(columns(r#""name":"id","type":"String""#)),
            answer_is(Fault::Columns(DatasetError::MissingColumn { name: "clientId".to_owned() })),
            ["Column \"clientId\" is missing", README],
        ),
        Case::new(
            "a gateway that refuses in its own words",
            dataset(r#"{"ok":false,"v":1,"error":"no\nsuch\u0007 user source"}"#),
            answer_is(Fault::Refused { message: "no such\u{fffd} user source".to_owned() }),
            ["The gateway reports an error: no", "Check the gateway's log"],
        ),
    ]
}

fn run(case: Case) {
    let Case { name, way, credentials, limits, is, says } = case;
    let evil = FaultyGateway::new();
    let mut poller = TestPoller::with_limits(limits);
    poller.handle.connect(profile(&[&evil.gateway.url]), credentials);
    let first = poller.wait_for(name, |news| news.dataset.is_some() && error(news).is_none());

    evil.turn(way);
    poller.handle.refresh_now();
    let lost = poller.wait_for(name, |news| error(news).is_some());
    let error_told = error(&lost).unwrap();
    assert!(is(error_told), "{name}: {error_told:?}");
    check_line(error_told, says[0], says[1]);
    let table = first.dataset.as_ref().unwrap();
    assert!(Arc::ptr_eq(table, lost.dataset.as_ref().unwrap()), "{name}");
    assert_eq!((first.updated_at, &first.nodes[0].info), (lost.updated_at, &lost.nodes[0].info), "{name}");

    evil.turn(good());
    if error_told.is_wrong_login() {
        // That would lock the account.
        assert_eq!(lost.nodes[0].next_read_at, None, "{name}");
        poller.handle.refresh_now();
    }
    let back = poller.wait_for(name, |news| error(news).is_none() && news.updated_at > first.updated_at);
    assert_eq!(back.dataset.as_ref().unwrap().len(), table.len(), "{name}");
}

#[test]
fn each_way_to_be_evil_is_one_line_and_the_table_stays_until_all_is_well_again() {
    thread::scope(|scope| {
        for case in all() {
            let name = case.name;
            thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, || run(case)).unwrap();
        }
    });
}
