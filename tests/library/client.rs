//! The client against gateways over a socket: good ones of each version, and each way to go wrong.

use std::io::Write as _;
use std::time::Duration;

use crate::support::{FakeGateway, PLANT, answer, nobody, ok, status};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::webdev::WebDevError;
use gatewatch::gateway::{
    Client, ConnectFailure, Credentials, Endpoint, GatewayError, Limits, NodeSnapshot, ReadOptions, Role,
};

fn read_with(
    url: &str,
    credentials: &Credentials,
    ask: &ReadOptions,
    limits: Limits,
) -> Result<NodeSnapshot, GatewayError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(limits);
    let read = runtime.block_on(client.read(&url.parse().unwrap(), credentials, ask));
    runtime.shutdown_background();
    read
}

fn read(url: &str) -> Result<NodeSnapshot, GatewayError> {
    read_with(url, &Credentials::None, &ReadOptions::default(), Limits::default())
}

fn web_dev(status: u16) -> GatewayError {
    GatewayError::Status { status, endpoint: Endpoint::WebDev, message: None }
}

fn not_running(state: &str) -> GatewayError {
    GatewayError::NotRunning { state: state.into() }
}

fn error(url: &str) -> GatewayError {
    read(url).unwrap_err()
}

#[test]
fn the_demo_gateway_is_read_like_any_other() {
    let demo = DemoGateway::start(Options::in_process()).unwrap();
    let reading = read(demo.url()).unwrap();
    assert!(reading.dataset.len() > 50);
    assert_eq!(reading.dataset.columns().count(), 6);
    assert!(reading.dataset.now().is_some() && reading.dataset.timezone().is_some());
    let info = reading.info.unwrap();
    assert_eq!(info.version.unwrap().major, 8);
    assert_eq!(info.context_status.as_deref(), Some("RUNNING"));
}

#[test]
fn filters_are_passed_to_the_gateway_and_applied_there() {
    let demo = DemoGateway::start(Options::in_process()).unwrap();
    let ask = ReadOptions { username_filter: Some("bill.*".into()), ..ReadOptions::default() };
    let reading = read_with(demo.url(), &Credentials::None, &ask, Limits::default()).unwrap();
    let users: Vec<&str> =
        (0..reading.dataset.len()).filter_map(|row| reading.dataset.username().get(row)).collect();
    assert!(users.len() >= 3, "{users:?}");
    assert!(users.iter().all(|user| user.starts_with("bill")), "{users:?}");
}

#[test]
fn the_version_decides_where_the_resource_is() {
    for (version, path) in [
        ("7.9.21", "/main/system/webdev/gatewatch/sessions"),
        ("8.1.44", "/system/webdev/gatewatch/sessions"),
        ("8.3.4", "/system/webdev/gatewatch/sessions"),
    ] {
        let gateway = FakeGateway::gateway(version, ok(&answer(&PLANT)));
        let reading = read(&gateway.url).unwrap();
        assert_eq!(reading.dataset.len(), PLANT.len());
        assert_eq!(reading.info.unwrap().role, Some(Role::Master));
        assert_eq!(gateway.paths(), ["/system/gwinfo", path]);
    }
}

#[test]
fn a_gateway_that_does_not_say_its_version_is_tried_both_ways() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/main/system/webdev/gatewatch/sessions" => ok(&answer(&PLANT)),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let reading = read(&gateway.url).unwrap();
    assert_eq!((reading.info, reading.dataset.len()), (None, PLANT.len()));
}

#[test]
fn nothing_is_asked_for_that_the_user_did_not_ask_for() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&answer(&[])));
    read(&gateway.url).unwrap();
    let requests = gateway.requests();
    assert_eq!(requests[1].target, "/system/webdev/gatewatch/sessions");
    assert_eq!(requests[1].header("authorization"), None);
}

#[test]
fn filters_go_through_any_character_unharmed() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&answer(&[])));
    let ask = ReadOptions {
        username_filter: Some("a+b &=%#ü".into()),
        project_filter: Some(".*".into()),
        ..ReadOptions::default()
    };
    read_with(&gateway.url, &Credentials::None, &ask, Limits::default()).unwrap();
    assert_eq!(
        gateway.requests()[1].target,
        "/system/webdev/gatewatch/sessions?usernameFilter=a%2Bb+%26%3D%25%23%C3%BC&projectFilter=.*"
    );
}

#[test]
fn a_user_and_password_go_to_the_resource_alone() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&answer(&[])));
    let billy = Credentials::Basic { user: "billy".into(), password: "secret".into() };
    read_with(&gateway.url, &billy, &ReadOptions::default(), Limits::default()).unwrap();
    let sent: Vec<Option<String>> =
        gateway.requests().iter().map(|request| request.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, [None, Some("Basic YmlsbHk6c2VjcmV0".to_owned())]);
}

#[test]
fn the_demo_gateway_lets_in_whom_it_should() {
    let require_basic = Some("billy:secret".parse().unwrap());
    let demo = DemoGateway::start(Options { require_basic, ..Options::in_process() }).unwrap();
    let credentials = |password: &str| Credentials::Basic { user: "billy".into(), password: password.into() };
    let read = |credentials| {
        read_with(demo.url(), &credentials, &ReadOptions::default(), Limits::default())
            .map(|reading| reading.dataset.len())
    };
    assert_eq!(read(Credentials::None), Err(GatewayError::Unauthorized { tried: false }));
    assert_eq!(read(credentials("wrong")), Err(GatewayError::Unauthorized { tried: true }));
    assert!(read(credentials("secret")).unwrap() > 0);
}

#[test]
fn a_token_opens_nothing_below_8_3() {
    let gateway = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>words</html>"));
    let token = Credentials::Token("a:b".into());
    let read = read_with(&gateway.url, &token, &ReadOptions::default(), Limits::default());
    assert_eq!(read.unwrap_err(), GatewayError::TokenNotAccepted);
    assert_eq!(gateway.paths(), ["/system/gwinfo", "/system/webdev/gatewatch/sessions"]);
    assert!(gateway.requests().iter().all(|request| request.header("x-ignition-api-token").is_none()));
}

#[test]
fn each_status_is_an_error_of_its_own() {
    for (line, expected) in [
        ("401 Unauthorized", GatewayError::Unauthorized { tried: false }),
        ("402 Payment Required", web_dev(402)),
        ("403 Forbidden", GatewayError::Forbidden { token: false, https: false }),
        ("404 Not Found", GatewayError::NoResource { status: 404, has_rest: false }),
        ("405 Method Not Allowed", GatewayError::NoResource { status: 405, has_rest: false }),
        ("500 Server Error", web_dev(500)),
        ("501 Not Implemented", web_dev(501)),
        ("503 Service Unavailable", not_running("STARTING")),
        ("418 Teapot", web_dev(418)),
    ] {
        let gateway = FakeGateway::gateway("8.1.0", status(line, "<html>words</html>"));
        assert_eq!(error(&gateway.url), expected, "{line}");
    }
}

#[test]
fn a_redirect_to_a_page_of_its_own_means_that_a_gateway_was_never_set_up() {
    let response = "HTTP/1.1 302 Found\r\nLocation: /welcome\r\nContent-Length: 0\r\n\r\n";
    let gateway = FakeGateway::gateway("8.1.0", response);
    assert_eq!(error(&gateway.url), not_running("NEEDS_COMMISSIONING"));
}

#[test]
fn a_redirect_elsewhere_is_told_and_never_followed() {
    let elsewhere = FakeGateway::gateway("8.1.0", ok(&answer(&PLANT)));
    let location = format!("{}/welcome", elsewhere.url);
    let response = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let gateway = FakeGateway::gateway("8.1.0", response);
    assert_eq!(error(&gateway.url), GatewayError::Redirect { location });
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_gateway_that_is_not_running_says_so() {
    for (status, expected) in [
        ("STARTING", not_running("STARTING")),
        ("NEEDS_COMMISSIONING", not_running("NEEDS_COMMISSIONING")),
        ("FAULTED", not_running("FAULTED")),
    ] {
        let gateway = FakeGateway::new(move |_, stream| {
            stream.write_all(&ok(&format!("Version=8.1.0;ContextStatus={status}"))).unwrap();
        });
        assert_eq!(error(&gateway.url), expected);
    }
}

#[test]
fn what_is_no_dataset_is_told_with_its_fault() {
    for (body, expected) in [
        ("", WebDevError::Empty),
        ("<html><title>Welcome</title>", WebDevError::Html { title: Some("Welcome".into()) }),
        (r#"{"ok":false,"v":1,"error":"no"}"#, WebDevError::Refused { message: "no".into() }),
        (r#"{"ok":true,"#, WebDevError::Truncated { line: 1, column: 11 }),
    ] {
        let gateway = FakeGateway::gateway("8.1.0", ok(body));
        assert_eq!(error(&gateway.url), GatewayError::Answer(expected));
    }
}

/// One session, packed by gzip.
const PACKED: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x7d\xd0\xb1\x0e\x82\x40\x0c\x06\xe0\x77\xf9\xe7\x0e\xba\
    \xde\xa6\x61\x71\x33\xd1\x8d\x30\x9c\x47\xc5\xd3\xe3\xce\xb4\x87\x86\x10\xde\x5d\x70\x50\x26\x86\
    \x26\x4d\xf3\xa5\x69\xff\x01\xe9\x01\x93\xa5\x63\xc2\x0b\x66\x4b\x70\x29\x74\x6d\x54\x98\x72\x40\
    \xb4\x2d\xc3\xa0\x53\x96\x6f\x4b\xc8\xfd\x73\x9e\x9c\xb2\xf8\xd8\x60\xa4\x9f\x79\x4a\xba\xb3\xcb\
    \x6b\xc4\xd6\xb5\xb0\xea\x1a\xf1\x5a\xb0\xfa\x26\xb2\xfc\xd5\x3e\xa5\xc0\x36\x2e\x99\x0b\x9e\x63\
    \x3e\xd4\x6b\xab\x9c\xb0\xcd\x3e\xc5\xb3\x5f\x1e\x5e\xd8\xcc\x18\x2b\x82\xa4\xf7\xfc\x63\x89\x8b\
    \x0f\xa1\x9f\xc0\x71\xaa\x1b\xe8\x6a\x83\x4e\x59\xec\x40\x9b\xaa\x1a\x3f\x6c\x87\x9b\xbf\x1f\x01\
    \x00\x00";

#[test]
fn a_packed_answer_is_unpacked_though_this_machine_is_not_asked_for_one() {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", PACKED.len());
    let gateway = FakeGateway::gateway("8.1.0", [head.as_bytes(), PACKED].concat());
    assert_eq!(read(&gateway.url).unwrap().dataset.username().get(0), Some("billy"));
    assert_eq!(gateway.requests()[1].header("accept-encoding"), Some("identity"));

    let garbled = [head.as_bytes(), &[0; 500][..PACKED.len()]].concat();
    let gateway = FakeGateway::gateway("8.1.0", garbled);
    assert!(matches!(error(&gateway.url), GatewayError::Protocol(_)), "{:?}", error(&gateway.url));
}

#[test]
fn a_small_answer_that_unpacks_to_a_large_one_meets_the_limit() {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", PACKED.len());
    let gateway = FakeGateway::gateway("8.1.0", [head.as_bytes(), PACKED].concat());
    let limits = Limits { max_body: PACKED.len() as u64, ..Limits::default() };
    let read = read_with(&gateway.url, &Credentials::None, &ReadOptions::default(), limits);
    assert_eq!(read.unwrap_err(), GatewayError::TooLarge { limit: PACKED.len() as u64 });
}

#[test]
fn a_body_that_breaks_off_is_no_dataset() {
    let gateway = FakeGateway::gateway("8.1.0", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"ok\":tr");
    assert!(matches!(error(&gateway.url), GatewayError::ConnectionLost(_)));
}

#[test]
fn an_answer_beyond_the_limit_is_refused_with_and_without_its_length() {
    let limits = Limits { max_body: 1000, ..Limits::default() };
    let body = answer(&PLANT.repeat(10));
    let unsized_response = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}");
    for response in [ok(&body), unsized_response.into_bytes()] {
        let gateway = FakeGateway::gateway("8.1.0", response);
        let read = read_with(&gateway.url, &Credentials::None, &ReadOptions::default(), limits);
        assert_eq!(read.unwrap_err(), GatewayError::TooLarge { limit: 1000 });
    }
}

#[test]
fn an_answer_that_never_ends_meets_the_time_limit() {
    let gateway = FakeGateway::new(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        // A byte at a time until the client has had enough.
        while stream.write_all(b" ").is_ok() {
            std::thread::yield_now();
        }
    });
    let limits = Limits { total_timeout: Duration::from_millis(300), ..Limits::default() };
    let read = read_with(&gateway.url, &Credentials::None, &ReadOptions::default(), limits);
    // The page that says who it is may be given up for its size first; then the next one never ends.
    assert_eq!(read.unwrap_err(), GatewayError::Timeout { seconds: 0.3 });
}

#[test]
fn nobody_there_is_told_from_a_name_that_is_none() {
    // Longer than a part of a name can be, so that no name server is asked.
    for (url, expected) in [
        (format!("http://{}", nobody()), ConnectFailure::Refused),
        (format!("http://{}:8088", "a".repeat(64)), ConnectFailure::HostNotFound),
    ] {
        let error = error(&url);
        assert!(matches!(&error, GatewayError::Connect { failure, .. } if *failure == expected), "{error:?}");
    }
}

#[test]
fn what_speaks_no_http_is_told_so() {
    let odd = FakeGateway::new(|_, stream| stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap());
    assert!(matches!(error(&odd.url), GatewayError::Protocol(_)), "{:?}", error(&odd.url));
    let tls = odd.url.replace("http:", "https:");
    assert!(matches!(error(&tls), GatewayError::Tls(_)), "{:?}", error(&tls));
}

#[test]
fn no_error_is_longer_than_a_line() {
    let gateway = FakeGateway::gateway("8.1.0", ok("<title>a\nb</title>"));
    assert!(!error(&gateway.url).to_string().contains('\n'));
}

#[test]
fn a_wrong_password_is_tried_on_a_few_of_many_nodes_only() {
    let refusing: Vec<FakeGateway> =
        (0..8).map(|_| FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""))).collect();
    let nodes: Vec<_> = refusing.iter().map(|gateway| gateway.url.parse().unwrap()).collect();
    let wrong = Credentials::Basic { user: "billy".into(), password: "wrong".into() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(Limits::default());
    let answers = runtime.block_on(client.read_all(&nodes, &wrong, &ReadOptions::default()));
    let tried =
        answers.iter().filter(|answer| matches!(answer, Err(GatewayError::Unauthorized { tried: true })));
    let spared = answers.iter().filter(|answer| matches!(answer, Err(GatewayError::LoginNotTried)));
    assert_eq!((tried.count(), spared.count()), (3, 5));
}
