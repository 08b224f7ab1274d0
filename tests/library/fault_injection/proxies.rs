//! Proxies configured in the environment: used, bypassed, and named in errors of their own.

use std::io::Write as _;
use std::process::Output;
use std::sync::atomic::Ordering;

use gatewatch::gateway::{GatewayError, ProxyFailure};

use super::{FaultyGateway, mode};
use crate::support::process::gatewatch;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::{FakeGateway, PLANT, Request, ok, skip, status, unused_address, webdev_json};

/// A name that only the proxy resolves.
const PLANT_A: &str = "http://plant-a:8088";

fn sessions(gateway: &str, environment: &[(&str, &str)]) -> Output {
    let config = tempfile::tempdir().unwrap();
    let mut command = gatewatch(config.path());
    command.args(["sessions", gateway, "--count"]).envs(environment.iter().copied()).output().unwrap()
}

/// Returns the first line of the error of a failed run. The lines after it are the causes.
fn failure(gateway: &str, environment: &[(&str, &str)]) -> String {
    let output = sessions(gateway, environment);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}");
    line.lines().next().unwrap().to_owned()
}

#[track_caller]
fn check_count(output: &Output, expected: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

/// A proxy that forwards to plant-a.
fn proxy() -> FakeGateway {
    FakeGateway::new(|request, stream| {
        let response = match request.target.as_str() {
            "http://plant-a:8088/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.1.44"),
            "http://plant-a:8088/system/webdev/gatewatch/sessions" => ok(&webdev_json(&PLANT)),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    })
}

/// A proxy that responds to every request with this status.
fn proxy_with_status(line: &'static str) -> FakeGateway {
    FakeGateway::new(move |_, stream| stream.write_all(&status(line, "<html>")).unwrap())
}

fn host(url: &str) -> &str {
    url.trim_start_matches("http://")
}

#[test]
fn reads_through_the_proxy_of_the_environment() {
    for name in ["http_proxy", "ALL_PROXY"] {
        let proxy = proxy();
        check_count(&sessions(PLANT_A, &[(name, &proxy.url)]), "6\n");
        let requests = proxy.requests();
        assert!(requests.iter().all(|request| request.target.starts_with(PLANT_A)), "{requests:?}");
        assert!(requests.iter().all(|request| request.header("host") == Some("plant-a:8088")));
        // Responses of another machine are compressed.
        let accepts_gzip =
            |request: &Request| request.header("accept-encoding").is_some_and(|value| value.contains("gzip"));
        assert!(requests.iter().all(accepts_gzip), "{requests:?}");
    }
}

#[test]
fn sends_proxy_login_to_the_proxy_only() {
    let proxy = proxy();
    let url = proxy.url.replace("http://", "http://bob:pr0xy-secret@");
    check_count(&sessions(PLANT_A, &[("http_proxy", &url)]), "6\n");
    let sent = proxy.requests()[0].header("proxy-authorization").map(str::to_owned);
    assert_eq!(sent.as_deref(), Some("Basic Ym9iOnByMHh5LXNlY3JldA=="));

    let proxy = proxy_with_status("407 Proxy Authentication Required");
    let url = proxy.url.replace("http://", "http://bob:pr0xy-secret@");
    for gateway in [PLANT_A, "https://plant-a:8043"] {
        let line = failure(gateway, &[("http_proxy", &url), ("https_proxy", &url)]);
        assert!(!line.contains("pr0xy-secret") && !line.contains("bob"), "{line}");
    }
}

#[test]
fn honors_no_proxy() {
    if !cfg!(target_os = "linux") {
        return skip("NO_PROXY", "an address of this machine that isn't loopback");
    }
    // An address of this machine that isn't loopback, so that a proxy is used.
    let proxy = FakeGateway::new(|_, stream| stream.write_all(&status("404 Not Found", "")).unwrap());
    let direct = FaultyGateway::new();
    let gateway = direct.gateway.url.replace("127.0.0.1", "0.0.0.0");
    assert!(failure(&gateway, &[("http_proxy", &proxy.url)]).contains("No Gatewatch resource"));
    assert!(direct.gateway.requests().is_empty() && !proxy.requests().is_empty());
    let proxied = proxy.requests().len();
    let port = gateway.rsplit(':').next().unwrap();
    for list in [
        "example.org,0.0.0.0",
        "*",
        "example.org *",
        "0.0.0.0/8",
        "0.0.0.*",
        &format!("0.0.0.0:{port}"),
        &format!("*:{port}"),
        &format!("[fe80::1]:{port} 0.0.0.0:{port}"),
    ] {
        for name in ["NO_PROXY", "no_proxy"] {
            let login = [("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "open sesame")];
            let variables = [("http_proxy", proxy.url.as_str()), ("ALL_PROXY", &proxy.url), (name, list)];
            check_count(&sessions(&gateway, &[&login[..], &variables].concat()), "6\n");
            assert_eq!(proxy.requests().len(), proxied, "{name}={list}");
        }
    }
    for list in ["", "0.0.0.0:1", "10.0.0.0/8,0.0.0", "[::]"] {
        let before = proxy.requests().len();
        failure(&gateway, &[("http_proxy", &proxy.url), ("NO_PROXY", list)]);
        assert!(proxy.requests().len() > before, "{list}");
    }
}

#[test]
fn chooses_a_proxy_for_each_node() {
    if !cfg!(target_os = "linux") {
        return skip("NO_PROXY", "an address of this machine that isn't loopback");
    }
    let proxy = proxy();
    let direct = FaultyGateway::new();
    let direct_url = direct.gateway.url.replace("127.0.0.1", "0.0.0.0");
    for urls in [[PLANT_A, &direct_url], [&direct_url, PLANT_A]] {
        let config = tempfile::tempdir().unwrap();
        let text = format!("[[profile]]\nname = \"Plant\"\nurls = {urls:?}\n");
        std::fs::write(config.path().join("config.toml"), text).unwrap();
        let mut command = gatewatch(config.path());
        command.args(["sessions", "Plant", "--count"]);
        command.env("http_proxy", &proxy.url).env("NO_PROXY", "0.0.0.0");
        check_count(&command.output().unwrap(), "12\n");
    }
    assert!(proxy.requests().iter().all(|request| request.target.starts_with(PLANT_A)));
    assert!(direct.gateway.requests().iter().all(|request| request.target.starts_with('/')));
}

#[test]
fn names_malformed_proxy_setting_and_sends_nothing() {
    if !cfg!(target_os = "linux") {
        return skip("a malformed proxy setting", "an address of this machine that isn't loopback");
    }
    let direct = FaultyGateway::new();
    let gateway = direct.gateway.url.replace("127.0.0.1", "0.0.0.0");
    for value in [
        "http://bob:31415#x@proxy.example",
        "bob:31415/x@proxy.example:3128",
        "http://bob:31415@proxy.example:x31415",
        "socks5://bob:31415@proxy.example",
        "http://bob:31415@",
    ] {
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            let config = tempfile::tempdir().unwrap();
            let mut command = gatewatch(config.path());
            command.args(["sessions", &gateway, "--log", "trace"]).env(name, value);
            let output = command.output().unwrap();
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert_eq!(output.status.code(), Some(1), "{text}");
            let expected = if value.starts_with("socks") {
                "SOCKS proxies aren't supported. Use an HTTP proxy"
            } else {
                "Invalid proxy address. Correct the proxy settings"
            };
            assert!(text.contains(expected), "{text}");
            assert!(text.contains(&format!("caused by: {name} ")), "{text}");
            assert!(![":31415", "x31415", "bob"].iter().any(|part| text.contains(part)), "{value}: {text}");
        }
    }
    assert!(direct.gateway.requests().is_empty());
    // Where another setting applies, the gateway is read.
    check_count(&sessions(&gateway, &[("https_proxy", "http://a:b:c"), ("http_proxy", "")]), "6\n");
}

#[test]
fn uses_no_proxy_for_loopback() {
    let proxy = proxy();
    let direct = FaultyGateway::new();
    let [http, all] = ["HTTP_PROXY", "ALL_PROXY"];
    for gateway in [direct.gateway.url.clone(), direct.gateway.url.replace("127.0.0.1", "localhost")] {
        check_count(&sessions(&gateway, &[(http, &proxy.url), (all, &proxy.url)]), "6\n");
    }
    assert!(proxy.requests().is_empty());
}

#[test]
fn names_an_unreachable_proxy() {
    let address = unused_address();
    let refusing = format!("http://{address}");
    // Longer than a label of a host name can be, so that no name server is asked.
    let unknown = format!("http://{}:3128", "a".repeat(64));
    for gateway in [PLANT_A, "https://plant-a:8043"] {
        let line = failure(gateway, &[("http_proxy", &refusing), ("https_proxy", &refusing)]);
        assert!(line.contains(&format!("{gateway}: The proxy {address} refused the connection")), "{line}");
        assert!(line.contains("Check that it is running"), "{line}");
        let line = failure(gateway, &[("http_proxy", &unknown), ("https_proxy", &unknown)]);
        assert!(line.contains(":3128 not found. Check the proxy settings"), "{line}");
    }
}

#[test]
fn says_why_the_certificate_of_a_proxy_is_rejected() {
    let proxy = TlsGateway::new(&Identity::self_signed(&named(&[HOST], "Proxy")));
    for gateway in [PLANT_A, "https://plant-a:8043"] {
        let output = sessions(gateway, &[("http_proxy", &proxy.url), ("https_proxy", &proxy.url)]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(&format!("{gateway}: Can't connect to the proxy {HOST}:")), "{error}");
        assert!(error.contains("\n  caused by: The proxy's certificate is self-signed\n"), "{error}");
    }
    assert_eq!(proxy.requests.load(Ordering::SeqCst), 0);
}

#[test]
fn reports_proxy_that_requires_a_login() {
    let proxy = proxy_with_status("407 Proxy Authentication Required");
    for gateway in [PLANT_A, "https://plant-a:8043"] {
        let line = failure(gateway, &[("http_proxy", &proxy.url), ("https_proxy", &proxy.url)]);
        let expected = format!("The proxy {} requires a user name and password (407)", host(&proxy.url));
        assert!(line.contains(&expected), "{line}");
    }
    // No further request, because more attempts could lock the account.
    assert_eq!(proxy.requests().len(), 2);
    let error = GatewayError::Proxy {
        proxy: "proxy:3128".to_owned(),
        failure: ProxyFailure::LoginRequired,
        source: None,
    };
    assert!(error.is_proxy_login_required() && !error.is_wrong_login());
}

#[test]
fn reports_proxy_without_a_response_of_the_gateway() {
    for (line, expected) in [
        ("502 Bad Gateway", "got no response from the gateway (502)"),
        ("503 Service Unavailable", "got no response from the gateway (503)"),
        ("504 Gateway Timeout", "got no response from the gateway (504)"),
    ] {
        let proxy = proxy_with_status(line);
        let message = failure(PLANT_A, &[("http_proxy", &proxy.url)]);
        assert!(
            message.contains(&format!("The proxy {} {expected}. Check that the gateway", host(&proxy.url))),
            "{message}"
        );
    }
}

#[test]
fn reports_proxy_that_opens_no_tunnel() {
    let closing = FaultyGateway::with_mode(mode(|_, _| {}));
    for proxy in [&proxy_with_status("502 Bad Gateway"), &closing.gateway] {
        let message = failure("https://plant-a:8043", &[("https_proxy", &proxy.url)]);
        let expected = format!("The proxy {} can't connect to the gateway", host(&proxy.url));
        assert!(message.contains(&expected), "{message}");
        let requests = proxy.requests();
        assert_eq!(requests[0].target, "plant-a:8043");
    }
}

#[test]
fn sends_credentials_of_an_https_gateway_through_the_tunnel_only() {
    let proxy = proxy_with_status("502 Bad Gateway");
    let login = [("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "open sesame")];
    failure("https://plant-a:8043", &[&login[..], &[("https_proxy", &proxy.url)]].concat());
    let received = format!("{:?}", proxy.requests());
    assert!(!received.contains("authorization") && !received.contains("YmlsbHk6"), "{received}");
}
