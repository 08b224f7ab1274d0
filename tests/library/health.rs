//! The health pages and the port, which are checked before anything secret is sent: required HTTPS,
//! a port for the other scheme, and health pages that can't be read.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use gatewatch::gateway::{Client, Credentials, GatewayError, Limits, NodeUrl, ReadOptions, SessionKind};

use crate::support::poll::{TestPoller, profile};
use crate::support::process::gatewatch;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::{FakeGateway, PLANT, Request, ok, status, unused_address, webdev_json};

/// The health pages in the order in which they are asked.
const HEALTH: [&str; 3] = ["/system/gwinfo", "/main/system/gwinfo", "/StatusPing"];

fn credentials() -> [Credentials; 2] {
    [Credentials::basic("billy", "open-sesame").unwrap(), Credentials::token("reader:open-sesame").unwrap()]
}

/// Starts a gateway with this response to one of the health pages and 404 to the others. It lists the sessions with or
/// without a login.
fn with_health(page: &'static str, response: Vec<u8>) -> FakeGateway {
    FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            path if path == page => response.clone(),
            path if HEALTH.contains(&path) => status("404 Not Found", ""),
            path if path.starts_with("/data/") => ok(r#"{"items":[{"id":"A","user":"billy"}]}"#),
            _ => ok(&webdev_json(&PLANT)),
        };
        let _closed = stream.write_all(&response);
    })
}

fn redirect(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .into()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

fn read_with(url: &str, credentials: &Credentials, limits: Limits) -> Result<usize, GatewayError> {
    let (client, node): (_, NodeUrl) = (Client::new(limits), url.parse().unwrap());
    let snapshot = run(client.read(&node, credentials, &ReadOptions::default()));
    snapshot.map(|snapshot| snapshot.dataset.len())
}

fn read(url: &str, credentials: &Credentials) -> Result<usize, GatewayError> {
    read_with(url, credentials, Limits::default())
}

fn terminate(url: &str, credentials: &Credentials) -> Result<(), GatewayError> {
    let (client, node): (_, NodeUrl) = (Client::new(Limits::default()), url.parse().unwrap());
    let terminated = client.terminate(&node, credentials, SessionKind::Vision, "A", None);
    run(async { terminated.await.map(|_| ()) })
}

fn is_secret(request: &Request) -> bool {
    request.header("authorization").is_some() || request.header("x-ignition-api-token").is_some()
}

/// Checks that only health pages were requested, and without credentials.
#[track_caller]
fn check_nothing_secret(gateway: &FakeGateway) {
    let requests = gateway.requests();
    assert!(!requests.is_empty());
    assert!(
        requests.iter().all(|request| HEALTH.contains(&request.path()) && !is_secret(request)),
        "{requests:?}"
    );
}

fn https_required(address: &str, is_certain: bool) -> GatewayError {
    GatewayError::HttpsRequired { address: address.to_owned(), is_certain }
}

#[test]
fn sends_nothing_secret_when_health_redirects_to_https() {
    for page in HEALTH {
        for (location, expected) in [
            (format!("https://127.0.0.1:9943{page}"), https_required("https://127.0.0.1:9943", true)),
            (format!("HTTPS://127.0.0.1{page}?x=1"), https_required("https://127.0.0.1", true)),
            ("https://127.0.0.1:8043/".to_owned(), https_required("https://127.0.0.1:8043", true)),
            (format!("https://plant-a:8043{page}"), https_required("https://plant-a:8043", false)),
            (
                "https://sso.example/oauth2/start?x=1".to_owned(),
                GatewayError::SignOn { location: "https://sso.example/oauth2/start…".to_owned() },
            ),
            ("https://plant a/".to_owned(), GatewayError::UnreadableRedirect { status: 302 }),
        ] {
            for credentials in credentials() {
                let gateway = with_health(page, redirect(&location));
                assert_eq!(read(&gateway.url, &credentials), Err(expected.clone()), "{location}");
                if let Credentials::Token(_) = credentials {
                    assert_eq!(terminate(&gateway.url, &credentials), Err(expected.clone()), "{location}");
                }
                check_nothing_secret(&gateway);
            }
        }
    }
}

#[test]
fn sends_nothing_secret_when_health_requires_https() {
    for value in ["RequireSsl=true", "requiressl=TRUE", "REQUIRESSL = True ", "RequireSsl=1"] {
        for page in &HEALTH[..2] {
            let health = format!("ContextStatus=RUNNING;Version=8.3.4;{value};RedundancyStatus=Independent");
            for credentials in credentials() {
                let gateway = with_health(page, ok(&health));
                let expected = https_required("https://127.0.0.1:8043", false);
                assert_eq!(read(&gateway.url, &credentials), Err(expected.clone()), "{value}");
                if let Credentials::Token(_) = credentials {
                    assert_eq!(terminate(&gateway.url, &credentials), Err(expected), "{value}");
                }
                check_nothing_secret(&gateway);
            }
        }
    }
    let gateway = with_health(HEALTH[0], ok("ContextStatus=RUNNING;Version=8.3.4;RequireSsl=false"));
    assert_eq!(read(&gateway.url, &credentials()[0]), Ok(PLANT.len()));
}

#[test]
fn polling_and_command_line_send_nothing_secret_to_a_gateway_that_requires_https() {
    let config = tempfile::tempdir().unwrap();
    for response in [redirect("https://127.0.0.1:9943/system/gwinfo"), ok("Version=8.1.44;RequireSsl=true")] {
        let gateway = with_health(HEALTH[0], response);
        let mut poller = TestPoller::new();
        poller.handle.connect(profile(&[&gateway.url]), credentials()[0].clone());
        let failed = poller.wait_for("the failure", |status| status.nodes[0].error.is_some());
        assert!(matches!(failed.nodes[0].error, Some(GatewayError::HttpsRequired { .. })), "{failed:?}");
        let mut command = gatewatch(config.path());
        command.args(["sessions", &gateway.url]).env("GATEWATCH_TOKEN", "reader:open-sesame");
        let output = command.output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains("The gateway requires HTTPS. Use https://127.0.0.1:"), "{error}");
        check_nothing_secret(&gateway);
    }
}

#[test]
fn reads_a_gateway_whose_health_can_not_be_asked() {
    for line in ["404 Not Found", "403 Forbidden", "500 Server Error", "302 Found", "400 Bad Request"] {
        for page in HEALTH {
            let gateway = with_health(page, status(line, "<html>"));
            for credentials in credentials() {
                let expected = if matches!(credentials, Credentials::Token(_)) { 3 } else { PLANT.len() };
                assert_eq!(read_with(&gateway.url, &credentials, patient()), Ok(expected), "{line}");
                assert!(is_secret(gateway.requests().last().unwrap()));
            }
        }
    }
}

#[test]
fn only_a_redirect_counts_as_one() {
    let response =
        "HTTP/1.1 200 OK\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let gateway = with_health(HEALTH[0], response.into());
    assert_eq!(read(&gateway.url, &credentials()[0]), Ok(PLANT.len()));
}

#[test]
fn reports_state_of_gateways_that_only_have_a_status_page() {
    for (body, expected) in [
        (
            r#"{"state":"STARTING","details":"x"}"#,
            Err(GatewayError::NotRunning { state: "STARTING".to_owned() }),
        ),
        (r#"{"state":"RUNNING"}"#, Ok(PLANT.len())),
        (r#"{"ok":true}"#, Ok(PLANT.len())),
        ("<html>", Ok(PLANT.len())),
    ] {
        let gateway = with_health("/StatusPing", ok(body));
        assert_eq!(read(&gateway.url, &Credentials::None), expected, "{body}");
    }
}

#[test]
fn health_redirect_to_the_welcome_page_means_not_commissioned() {
    let gateway = with_health("/system/gwinfo", redirect("/welcome"));
    let expected = GatewayError::NotRunning { state: "NEEDS_COMMISSIONING".to_owned() };
    assert_eq!(read(&gateway.url, &credentials()[0]), Err(expected));
    check_nothing_secret(&gateway);
    // 8.0 redirects between its own health pages.
    let gateway = with_health("/main/system/gwinfo", redirect("/system/gwinfo"));
    assert_eq!(read(&gateway.url, &Credentials::None), Ok(PLANT.len()));
}

/// Starts a server that sends this after the first bytes of each connection, and returns its address without a scheme.
fn raw(response: &'static [u8]) -> String {
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _hello = stream.read(&mut [0; 4096]);
            let _closed = stream.write_all(response);
        }
    });
    address
}

/// Starts a server that never responds, and returns its address without a scheme.
fn silent() -> String {
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    address
}

/// Limits that no response reaches, however slow the machine is.
fn patient() -> Limits {
    Limits {
        connect_timeout: Duration::from_mins(2),
        total_timeout: Duration::from_mins(4),
        ..Limits::default()
    }
}

/// Limits for ports that stay silent.
fn impatient() -> Limits {
    let connect_timeout = Duration::from_secs(2);
    Limits { connect_timeout, total_timeout: connect_timeout * 10, ..Limits::default() }
}

/// Reads `scheme://address` and checks that the error suggests the other scheme.
#[track_caller]
fn check_other_scheme(scheme: &str, authority: &str, certain: bool) {
    check_other_scheme_within(patient(), scheme, authority, certain);
}

#[track_caller]
fn check_other_scheme_within(limits: Limits, scheme: &str, authority: &str, certain: bool) {
    let other = if scheme == "http" { "https" } else { "http" };
    for credentials in credentials() {
        let error = read_with(&format!("{scheme}://{authority}"), &credentials, limits).unwrap_err();
        let GatewayError::OtherScheme { address, is_certain, .. } = &error else { panic!("{error:?}") };
        assert_eq!((address.as_str(), *is_certain), (format!("{other}://{authority}").as_str(), certain));
        let text = error.to_string();
        let advice = if certain { format!(". Use {address}") } else { format!(". Use {address} if ") };
        assert!(text.contains(&advice) && text.ends_with(address) == certain, "{text}");
        assert!(!format!("{error:?}").contains("open-sesame"));
    }
}

#[test]
fn suggests_https_for_http_to_a_tls_port() {
    let gateway = TlsGateway::new(&Identity::self_signed(&named(&[HOST], "plant-a")));
    check_other_scheme("http", gateway.url.trim_start_matches("https://"), true);
    assert_eq!(gateway.requests.load(Ordering::SeqCst), 0);
    // An alert: unexpected message.
    check_other_scheme("http", &raw(b"\x15\x03\x03\x00\x02\x02\x0a"), true);
    for page in [
        "<center>The plain HTTP request was sent to HTTPS port</center>",
        "Client sent an HTTP request to an HTTPS server.\n",
        "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
        "Bad Request\r\nThis combination of host and port requires TLS.\r\n",
    ] {
        let response = status("400 Bad Request", page);
        let server = FakeGateway::new(move |_, stream| drop(stream.write_all(&response)));
        check_other_scheme("http", server.url.trim_start_matches("http://"), true);
        assert!(!server.requests().iter().any(is_secret));
    }
}

#[test]
fn suggests_https_as_a_possibility_where_http_gets_no_valid_response() {
    for response in [&b""[..], b"\0\x01\x02nonsense\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"] {
        check_other_scheme("http", &raw(response), false);
    }
}

#[test]
fn suggests_http_for_https_to_a_plain_port() {
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)));
    check_other_scheme("https", gateway.url.trim_start_matches("http://"), true);
    assert!(!gateway.requests().iter().any(is_secret));
    check_other_scheme("https", &raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), true);
    check_other_scheme_within(impatient(), "https", &silent(), false);
    for authority in [raw(b""), raw(b"SSH-2.0-OpenSSH_9.2\r\n")] {
        check_other_scheme("https", &authority, false);
    }
}

#[test]
fn suggests_the_https_address_that_a_plain_port_redirects_to() {
    let gateway = with_health("/system/gwinfo", redirect("https://127.0.0.1:9943/system/gwinfo"));
    let url = gateway.url.replace("http:", "https:");
    let error = read_with(&url, &credentials()[0], patient());
    assert_eq!(error, Err(https_required("https://127.0.0.1:9943", true)));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "nothing can listen at a reserved address there")]
fn suggests_no_other_scheme_to_a_gateway_that_has_responded() {
    let (client, limits) = (Client::new(patient()), ReadOptions::default());
    let gateway = FakeGateway::at(unused_address(), |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.1.44"),
            _ => ok(&webdev_json(&PLANT)),
        };
        let _closed = stream.write_all(&response);
    });
    let node: NodeUrl = gateway.url.parse().unwrap();
    run(client.read(&node, &Credentials::None, &limits)).unwrap();
    let address = gateway.stop();
    let _closing = FakeGateway::at(address, |_, _| {});
    let error = run(client.without_connections().read(&node, &Credentials::None, &limits)).unwrap_err();
    assert!(matches!(error, GatewayError::ConnectionLost(_)), "{error:?}");
}
