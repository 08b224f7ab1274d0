//! The client against gateways over sockets: each version, and each kind of failure.

use std::error::Error as _;
use std::io::{Read as _, Write as _};
use std::time::Duration;

use crate::support::{FakeGateway, PLANT, ok, status, unused_address, webdev_json, without_source};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::webdev::WebDevError;
use gatewatch::gateway::{
    Client, ConnectFailure, Credentials, Endpoint, GatewayError, Limits, NodeSnapshot, NodeUrl, ReadOptions,
    Role, SessionKind,
};

fn read_with(
    url: &str,
    credentials: &Credentials,
    options: &ReadOptions,
    limits: Limits,
) -> Result<NodeSnapshot, GatewayError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(limits);
    let read = runtime.block_on(client.read(&url.parse().unwrap(), credentials, options));
    runtime.shutdown_background();
    read
}

fn read(url: &str) -> Result<NodeSnapshot, GatewayError> {
    read_with(url, &Credentials::None, &ReadOptions::default(), Limits::default())
}

fn web_dev(status: u16) -> GatewayError {
    GatewayError::Status { status, endpoint: Endpoint::WebDev, message: None, source: None }
}

fn not_running(state: &str) -> GatewayError {
    GatewayError::NotRunning { state: state.into() }
}

fn error(url: &str) -> GatewayError {
    read(url).unwrap_err()
}

#[test]
fn reads_demo_gateway() {
    let demo = DemoGateway::start(Options::in_process()).unwrap();
    let snapshot = read(demo.url()).unwrap();
    assert!(snapshot.dataset.len() > 50);
    assert_eq!(snapshot.dataset.columns().count(), 6);
    assert!(snapshot.dataset.now().is_some() && snapshot.dataset.timezone().is_some());
    let info = snapshot.info.unwrap();
    assert_eq!(info.version.unwrap().major, 8);
    assert_eq!(info.context_status.as_deref(), Some("RUNNING"));
}

#[test]
fn passes_filters_to_the_gateway() {
    let demo = DemoGateway::start(Options::in_process()).unwrap();
    let options = ReadOptions { username_filter: Some("bill.*".into()), ..ReadOptions::default() };
    let snapshot = read_with(demo.url(), &Credentials::None, &options, Limits::default()).unwrap();
    let users: Vec<&str> =
        (0..snapshot.dataset.len()).filter_map(|row| snapshot.dataset.username().get(row)).collect();
    assert!(users.len() >= 3, "{users:?}");
    assert!(users.iter().all(|user| user.starts_with("bill")), "{users:?}");
}

#[test]
fn chooses_path_by_version() {
    for (version, path) in [
        ("7.9.21", "/main/system/webdev/gatewatch/sessions"),
        ("8.1.44", "/system/webdev/gatewatch/sessions"),
        ("8.3.4", "/system/webdev/gatewatch/sessions"),
    ] {
        let gateway = FakeGateway::gateway(version, ok(&webdev_json(&PLANT)));
        let snapshot = read(&gateway.url).unwrap();
        assert_eq!(snapshot.dataset.len(), PLANT.len());
        assert_eq!(snapshot.info.unwrap().role, Some(Role::Master));
        assert_eq!(gateway.paths(), ["/system/gwinfo", path]);
    }
}

#[test]
fn tries_both_paths_without_a_version() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/main/system/webdev/gatewatch/sessions" => ok(&webdev_json(&PLANT)),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let snapshot = read(&gateway.url).unwrap();
    assert_eq!((snapshot.info, snapshot.dataset.len()), (None, PLANT.len()));
}

#[test]
fn sends_no_parameters_or_credentials_by_default() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&webdev_json(&[])));
    read(&gateway.url).unwrap();
    let requests = gateway.requests();
    assert_eq!(requests[1].target, "/system/webdev/gatewatch/sessions");
    assert_eq!(requests[1].header("authorization"), None);
}

#[test]
fn escapes_filters_in_the_query() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&webdev_json(&[])));
    let options = ReadOptions {
        username_filter: Some("a+b &=%#ü".into()),
        project_filter: Some(".*".into()),
        ..ReadOptions::default()
    };
    read_with(&gateway.url, &Credentials::None, &options, Limits::default()).unwrap();
    assert_eq!(
        gateway.requests()[1].target,
        "/system/webdev/gatewatch/sessions?usernameFilter=a%2Bb+%26%3D%25%23%C3%BC&projectFilter=.*"
    );
}

#[test]
fn sends_password_to_the_resource_only() {
    let gateway = FakeGateway::gateway("8.1.0", ok(&webdev_json(&[])));
    let billy = Credentials::basic("billy", "secret").unwrap();
    read_with(&gateway.url, &billy, &ReadOptions::default(), Limits::default()).unwrap();
    let sent: Vec<Option<String>> =
        gateway.requests().iter().map(|request| request.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, [None, Some("Basic YmlsbHk6c2VjcmV0".to_owned())]);
}

#[test]
fn demo_gateway_checks_passwords() {
    let require_basic = Some("billy:secret".parse().unwrap());
    let demo = DemoGateway::start(Options { require_basic, ..Options::in_process() }).unwrap();
    let credentials = |password: &str| Credentials::basic("billy", password).unwrap();
    let read = |credentials| {
        read_with(demo.url(), &credentials, &ReadOptions::default(), Limits::default())
            .map(|snapshot| snapshot.dataset.len())
    };
    assert_eq!(read(Credentials::None), Err(GatewayError::Unauthorized { tried: false }));
    assert_eq!(read(credentials("wrong")), Err(GatewayError::Unauthorized { tried: true }));
    assert!(read(credentials("secret")).unwrap() > 0);
}

#[test]
fn sends_no_token_before_8_3() {
    let gateway = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>words</html>"));
    let token = Credentials::token("a:b").unwrap();
    let read = read_with(&gateway.url, &token, &ReadOptions::default(), Limits::default());
    assert_eq!(read.unwrap_err(), GatewayError::TokenNotAccepted);
    assert_eq!(gateway.paths(), ["/system/gwinfo", "/system/webdev/gatewatch/sessions"]);
    assert!(gateway.requests().iter().all(|request| request.header("x-ignition-api-token").is_none()));
}

#[test]
fn maps_each_status_to_an_error() {
    for (line, expected) in [
        ("401 Unauthorized", GatewayError::Unauthorized { tried: false }),
        ("402 Payment Required", web_dev(402)),
        ("403 Forbidden", GatewayError::Forbidden { token: false, https: false, message: None }),
        ("404 Not Found", GatewayError::NoResource { status: 404, has_rest: false }),
        ("405 Method Not Allowed", GatewayError::NoResource { status: 405, has_rest: false }),
        ("500 Server Error", web_dev(500)),
        ("501 Not Implemented", web_dev(501)),
        ("503 Service Unavailable", not_running("STARTING")),
        ("418 Teapot", web_dev(418)),
    ] {
        let gateway = FakeGateway::gateway("8.1.0", status(line, "<html>words</html>"));
        assert_eq!(without_source(&error(&gateway.url)), expected, "{line}");
    }
}

#[test]
fn causes_have_the_beginning_of_an_unexpected_response() {
    let page = "<html><title>Error</title> def doGet, line 3: NameError for s3cret-word";
    let credentials = Credentials::basic("billy", "s3cret-word").unwrap();
    for response in [status("500 Server Error", page), ok(page), status("418 Teapot", page)] {
        let gateway = FakeGateway::gateway("8.1.0", response);
        let error =
            read_with(&gateway.url, &credentials, &ReadOptions::default(), Limits::default()).unwrap_err();
        assert!(!error.to_string().contains("NameError"), "{error}");
        let cause = error.source().unwrap().to_string();
        let expected =
            "the response begins with: <html><title>Error</title> def doGet, line 3: NameError for …";
        assert_eq!(cause, expected);
    }
    // Neither of them has sessions in it.
    let gateway = FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT)[..200]));
    let cause = error(&gateway.url).source().unwrap().to_string();
    assert!(cause.starts_with("EOF while parsing"), "{cause}");
    let gateway = FakeGateway::gateway("8.1.0", status("500 Server Error", ""));
    assert!(error(&gateway.url).source().is_none());
}

#[test]
fn redirect_to_the_welcome_page_means_not_commissioned() {
    let response = "HTTP/1.1 302 Found\r\nLocation: /welcome\r\nContent-Length: 0\r\n\r\n";
    let gateway = FakeGateway::gateway("8.1.0", response);
    assert_eq!(error(&gateway.url), not_running("NEEDS_COMMISSIONING"));
}

#[test]
fn follows_no_redirect_to_another_origin() {
    let other = FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT)));
    let location = format!("{}/welcome", other.url);
    let response = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let gateway = FakeGateway::gateway("8.1.0", response);
    assert_eq!(error(&gateway.url), GatewayError::Redirect { location });
    assert!(other.requests().is_empty());
}

#[test]
fn reports_gateway_that_is_not_running() {
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
fn reports_invalid_datasets() {
    for (body, expected) in [
        ("", WebDevError::Empty),
        (r#"{"ok":false,"v":1,"error":"no"}"#, WebDevError::Refused { message: "no".into() }),
    ] {
        let gateway = FakeGateway::gateway("8.1.0", ok(body));
        assert_eq!(error(&gateway.url), GatewayError::InvalidResponse(expected));
    }
}

/// A dataset of one session, compressed by gzip.
const GZIP: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x7d\xd0\xb1\x0e\x82\x40\x0c\x06\xe0\x77\xf9\xe7\x0e\xba\
    \xde\xa6\x61\x71\x33\xd1\x8d\x30\x9c\x47\xc5\xd3\xe3\xce\xb4\x87\x86\x10\xde\x5d\x70\x50\x26\x86\
    \x26\x4d\xf3\xa5\x69\xff\x01\xe9\x01\x93\xa5\x63\xc2\x0b\x66\x4b\x70\x29\x74\x6d\x54\x98\x72\x40\
    \xb4\x2d\xc3\xa0\x53\x96\x6f\x4b\xc8\xfd\x73\x9e\x9c\xb2\xf8\xd8\x60\xa4\x9f\x79\x4a\xba\xb3\xcb\
    \x6b\xc4\xd6\xb5\xb0\xea\x1a\xf1\x5a\xb0\xfa\x26\xb2\xfc\xd5\x3e\xa5\xc0\x36\x2e\x99\x0b\x9e\x63\
    \x3e\xd4\x6b\xab\x9c\xb0\xcd\x3e\xc5\xb3\x5f\x1e\x5e\xd8\xcc\x18\x2b\x82\xa4\xf7\xfc\x63\x89\x8b\
    \x0f\xa1\x9f\xc0\x71\xaa\x1b\xe8\x6a\x83\x4e\x59\xec\x40\x9b\xaa\x1a\x3f\x6c\x87\x9b\xbf\x1f\x01\
    \x00\x00";

#[test]
fn decompresses_gzip_that_was_not_requested() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", GZIP.len());
    let gateway = FakeGateway::gateway("8.1.0", [head.as_bytes(), GZIP].concat());
    assert_eq!(read(&gateway.url).unwrap().dataset.username().get(0), Some("billy"));
    assert_eq!(gateway.requests()[1].header("accept-encoding"), Some("identity"));

    let invalid = [head.as_bytes(), &[0; 500][..GZIP.len()]].concat();
    let gateway = FakeGateway::gateway("8.1.0", invalid);
    assert!(matches!(error(&gateway.url), GatewayError::Protocol(_)), "{:?}", error(&gateway.url));
}

/// Returns a response with this content encoding.
fn encoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\n{encoding}\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn decompresses_gzip_by_each_of_its_names() {
    for encoding in [
        "Content-Encoding: GZIP",
        "content-encoding: x-gzip",
        "Content-Encoding: X-GZip ",
        "Content-Encoding: identity, gzip",
        "Content-Encoding: identity\r\nContent-Encoding: Gzip",
    ] {
        let gateway = FakeGateway::gateway("8.1.0", encoded(encoding, GZIP));
        assert_eq!(read(&gateway.url).map(|read| read.dataset.len()), Ok(1), "{encoding}");
    }
    for encoding in ["Content-Encoding: identity", "Content-Encoding: ", "Content-Encoding: Identity,"] {
        let gateway = FakeGateway::gateway("8.1.0", encoded(encoding, webdev_json(&PLANT).as_bytes()));
        assert_eq!(read(&gateway.url).map(|read| read.dataset.len()), Ok(PLANT.len()), "{encoding}");
    }
}

#[test]
fn decompresses_all_gzip_members() {
    let text = webdev_json(&PLANT);
    let (start, end) = text.split_at(text.len() / 2);
    let members = [gzip(start), gzip(""), gzip(end), vec![0; 8]].concat();
    let gateway = FakeGateway::gateway("8.1.0", encoded("Content-Encoding: gzip", &members));
    assert_eq!(read(&gateway.url).unwrap().dataset.len(), PLANT.len());
    // The limit counts them together.
    let limits = Limits { max_body: text.len() as u64 - 1, ..Limits::default() };
    let read = read_with(&gateway.url, &Credentials::None, &ReadOptions::default(), limits);
    assert_eq!(read.unwrap_err(), GatewayError::TooLarge { limit: limits.max_body });
}

#[test]
fn names_unknown_content_encoding() {
    for (encoding, expected) in [("br", "br"), ("gzip, gzip", "gzip,"), ("deflate", "deflate")] {
        let gateway = FakeGateway::gateway("8.1.0", encoded(&format!("Content-Encoding: {encoding}"), GZIP));
        let error = error(&gateway.url);
        let GatewayError::Protocol(cause) = error else { panic!("{error:?}") };
        assert!(
            cause.to_string().starts_with(&format!("unsupported content encoding {expected}")),
            "{cause}"
        );
    }
}

#[test]
fn prefix_of_a_reverse_proxy_is_in_front_of_each_path() {
    for version in ["7.9.21", "8.1.44", ""] {
        let gateway = FakeGateway::new(move |request, stream| {
            let response = match request.path() {
                "/plantA/system/gwinfo" if !version.is_empty() => ok(&format!("Version={version}")),
                "/plantA/main/system/webdev/gatewatch/sessions" => ok(&webdev_json(&PLANT)),
                "/plantA/system/webdev/gatewatch/sessions" if version == "8.1.44" => ok(&webdev_json(&PLANT)),
                // Another gateway.
                "/system/gwinfo" => ok("Version=8.1.44"),
                "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&[])),
                _ => status("404 Not Found", ""),
            };
            stream.write_all(&response).unwrap();
        });
        let url = format!("{}/plantA/", gateway.url);
        assert_eq!(read(&url).unwrap().dataset.len(), PLANT.len(), "{version}");
        assert!(gateway.paths().iter().all(|path| path.starts_with("/plantA/")), "{:?}", gateway.paths());
    }
}

#[test]
fn prefix_of_a_reverse_proxy_is_in_front_of_the_rest_api() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path().strip_prefix("/plantA") {
            Some("/system/gwinfo") => ok("Version=8.3.4"),
            Some(_) => ok(r#"{"items":[{"id":"A","user":"billy"}],"terminated":1}"#),
            None => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let url = format!("{}/plantA", gateway.url);
    let token = Credentials::token("reader:key").unwrap();
    let snapshot = read_with(&url, &token, &ReadOptions::default(), Limits::default()).unwrap();
    assert_eq!(snapshot.dataset.len(), 3);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (client, node) = (Client::new(Limits::default()), url.parse().unwrap());
    for kind in SessionKind::ALL {
        runtime.block_on(client.terminate(&node, &token, kind, "A", None)).unwrap();
    }
    runtime.shutdown_background();
    let paths = gateway.paths();
    assert!(paths.len() > 6 && paths.iter().all(|path| path.starts_with("/plantA/")), "{paths:?}");
}

#[test]
fn applies_size_limit_to_decompressed_body() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", GZIP.len());
    let gateway = FakeGateway::gateway("8.1.0", [head.as_bytes(), GZIP].concat());
    let limits = Limits { max_body: GZIP.len() as u64, ..Limits::default() };
    let read = read_with(&gateway.url, &Credentials::None, &ReadOptions::default(), limits);
    assert_eq!(read.unwrap_err(), GatewayError::TooLarge { limit: GZIP.len() as u64 });
}

#[test]
fn rejects_truncated_body() {
    let gateway = FakeGateway::gateway("8.1.0", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"ok\":tr");
    assert!(matches!(error(&gateway.url), GatewayError::ConnectionLost(_)));
}

#[test]
fn rejects_large_body_with_and_without_content_length() {
    let limits = Limits { max_body: 1000, ..Limits::default() };
    let body = webdev_json(&PLANT.repeat(10));
    let unsized_response = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}");
    for response in [ok(&body), unsized_response.into_bytes()] {
        let gateway = FakeGateway::gateway("8.1.0", response);
        let read = read_with(&gateway.url, &Credentials::None, &ReadOptions::default(), limits);
        assert_eq!(read.unwrap_err(), GatewayError::TooLarge { limit: 1000 });
    }
}

#[test]
fn stops_endless_body_at_the_time_limit() {
    let gateway = FakeGateway::new(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        // Until the client closes the connection.
        while stream.write_all(b" ").is_ok() {
            std::thread::yield_now();
        }
    });
    let limits = Limits { total_timeout: Duration::from_millis(300), ..Limits::default() };
    let read = read_with(&gateway.url, &Credentials::None, &ReadOptions::default(), limits);
    // The health page may exceed its size limit first. The next response then never ends.
    assert_eq!(read.unwrap_err(), GatewayError::Timeout { seconds: 0.3 });
}

#[test]
fn distinguishes_refused_connection_and_unknown_host() {
    // Longer than a label of a host name can be, so that no name server is asked.
    for (url, expected) in [
        (format!("http://{}", unused_address()), ConnectFailure::Refused),
        (format!("http://{}:8088", "a".repeat(64)), ConnectFailure::HostNotFound),
    ] {
        let error = error(&url);
        assert!(matches!(&error, GatewayError::Connect { failure, .. } if *failure == expected), "{error:?}");
    }
}

#[test]
fn reports_servers_of_other_protocols() {
    let ssh = FakeGateway::new(|_, stream| stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap());
    let source = |error| match error {
        GatewayError::OtherScheme { source: Some(source), is_certain: false, .. } => *source,
        error => panic!("{error:?}"),
    };
    let error = |url: &str| source(error(url));
    assert!(matches!(error(&ssh.url), GatewayError::Protocol(_)), "{:?}", error(&ssh.url));
    let tls = ssh.url.replace("http:", "https:");
    assert!(matches!(error(&tls), GatewayError::Tls(_)), "{:?}", error(&tls));
}

#[test]
fn error_has_one_line() {
    let gateway = FakeGateway::gateway("8.1.0", ok("<title>a\nb</title>"));
    assert!(!error(&gateway.url).to_string().contains('\n'));
}

#[test]
fn sends_wrong_password_to_three_of_eight_nodes() {
    let rejecting: Vec<FakeGateway> =
        (0..8).map(|_| FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""))).collect();
    let nodes: Vec<_> = rejecting.iter().map(|gateway| gateway.url.parse().unwrap()).collect();
    let wrong = Credentials::basic("billy", "wrong").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(Limits::default());
    let results = runtime.block_on(client.read_all(&nodes, &wrong, &ReadOptions::default()));
    let tried =
        results.iter().filter(|result| matches!(result, Err(GatewayError::Unauthorized { tried: true })));
    let not_tried = results.iter().filter(|result| matches!(result, Err(GatewayError::LoginNotTried)));
    assert_eq!((tried.count(), not_tried.count()), (3, 5));
}

#[test]
fn single_reads_end_in_time_although_logins_wait_for_each_other() {
    let hanging: Vec<FakeGateway> = (0..12)
        .map(|_| {
            FakeGateway::new(|request, stream| {
                if request.path() == "/system/gwinfo" {
                    let _closed = stream.write_all(&ok("ContextStatus=RUNNING;Version=8.1.44"));
                } else {
                    // Ends when the client gives up.
                    let _closed = stream.read(&mut [0]);
                }
            })
        })
        .collect();
    let nodes: Vec<NodeUrl> = hanging.iter().map(|gateway| gateway.url.parse().unwrap()).collect();
    let limits = Limits { total_timeout: Duration::from_secs(1), ..Limits::default() };
    let login = Credentials::basic("billy", "secret").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let results = runtime.block_on(Client::new(limits).read_all(&nodes, &login, &ReadOptions::default()));
    for result in results {
        assert_eq!(result.unwrap_err(), GatewayError::Timeout { seconds: 1.0 });
    }
}
