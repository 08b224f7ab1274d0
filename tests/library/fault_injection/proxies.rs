//! The proxies that the environment names: gone through, gone around, and named where they are to blame.

use std::io::Write as _;
use std::process::Output;

use gatewatch::gateway::{GatewayError, ProxyFailure};

use super::{FaultyGateway, good, way};
use crate::support::process::gatewatch;
use crate::support::{FakeGateway, PLANT, Request, answer, nobody, ok, skip, status};

/// No name server is ever asked for it: only the proxy hears it.
const PLANT_A: &str = "http://plant-a:8088";

fn sessions(gateway: &str, environment: &[(&str, &str)]) -> Output {
    let config = tempfile::tempdir().unwrap();
    let mut command = gatewatch(config.path());
    command.args(["sessions", gateway, "--count"]).envs(environment.iter().copied()).output().unwrap()
}

/// The line that a run fails with.
fn failure(gateway: &str, environment: &[(&str, &str)]) -> String {
    let output = sessions(gateway, environment);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}");
    // The lines after it are the causes.
    line.lines().next().unwrap().to_owned()
}

fn counts(output: &Output, expected: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

/// A proxy that knows plant-a.
fn proxy() -> FakeGateway {
    FakeGateway::new(|request, stream| {
        let response = match request.target.as_str() {
            "http://plant-a:8088/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.1.44"),
            "http://plant-a:8088/system/webdev/gatewatch/sessions" => ok(&answer(&PLANT)),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    })
}

/// A proxy that answers everything so.
fn refusing(line: &'static str) -> FakeGateway {
    FakeGateway::new(move |_, stream| stream.write_all(&status(line, "<html>")).unwrap())
}

fn host(url: &str) -> &str {
    url.trim_start_matches("http://")
}

#[test]
fn a_gateway_is_read_through_the_proxy_that_the_environment_names() {
    for name in ["http_proxy", "ALL_PROXY"] {
        let proxy = proxy();
        counts(&sessions(PLANT_A, &[(name, &proxy.url)]), "6\n");
        let requests = proxy.requests();
        assert!(requests.iter().all(|request| request.target.starts_with(PLANT_A)), "{requests:?}");
        assert!(requests.iter().all(|request| request.header("host") == Some("plant-a:8088")));
        // From another machine an answer comes packed, where the gateway can.
        let packs =
            |request: &Request| request.header("accept-encoding").is_some_and(|it| it.contains("gzip"));
        assert!(requests.iter().all(packs), "{requests:?}");
    }
}

#[test]
fn the_proxys_own_login_goes_to_it_and_is_never_told() {
    let proxy = proxy();
    let url = proxy.url.replace("http://", "http://bob:pr0xy-secret@");
    counts(&sessions(PLANT_A, &[("http_proxy", &url)]), "6\n");
    let sent = proxy.requests()[0].header("proxy-authorization").map(str::to_owned);
    assert_eq!(sent.as_deref(), Some("Basic Ym9iOnByMHh5LXNlY3JldA=="));

    let proxy = refusing("407 Proxy Authentication Required");
    let url = proxy.url.replace("http://", "http://bob:pr0xy-secret@");
    for gateway in [PLANT_A, "https://plant-a:8043"] {
        let line = failure(gateway, &[("http_proxy", &url), ("https_proxy", &url)]);
        assert!(!line.contains("pr0xy-secret") && !line.contains("bob"), "{line}");
    }
}

#[test]
fn no_proxy_is_honoured() {
    if !cfg!(target_os = "linux") {
        return skip("NO_PROXY", "another name for this machine that is not taken for it");
    }
    // This machine under a name that is not known to be it, so that a proxy is gone through.
    let proxy = FakeGateway::new(|_, stream| stream.write_all(&status("404 Not Found", "")).unwrap());
    let direct = FaultyGateway::new();
    let gateway = direct.gateway.url.replace("127.0.0.1", "0.0.0.0");
    assert!(failure(&gateway, &[("http_proxy", &proxy.url)]).contains("No Gatewatch resource"));
    assert!(direct.gateway.requests().is_empty() && !proxy.requests().is_empty());
    let through = proxy.requests().len();
    counts(&sessions(&gateway, &[("http_proxy", &proxy.url), ("NO_PROXY", "example.org,0.0.0.0")]), "6\n");
    assert_eq!(proxy.requests().len(), through);
}

#[test]
fn this_machine_is_never_behind_a_proxy() {
    let proxy = proxy();
    let direct = FaultyGateway::of(good());
    let [http, all] = ["HTTP_PROXY", "ALL_PROXY"];
    for gateway in [direct.gateway.url.clone(), direct.gateway.url.replace("127.0.0.1", "localhost")] {
        counts(&sessions(&gateway, &[(http, &proxy.url), (all, &proxy.url)]), "6\n");
    }
    assert!(proxy.requests().is_empty());
}

#[test]
fn a_proxy_that_is_not_there_is_to_blame_and_not_the_gateway() {
    let free = nobody();
    let nobody = format!("http://{free}");
    // Longer than a name's part can be, so that nobody is asked for it.
    let nowhere = format!("http://{}:3128", "a".repeat(64));
    for gateway in [PLANT_A, "https://plant-a:8043"] {
        let line = failure(gateway, &[("http_proxy", &nobody), ("https_proxy", &nobody)]);
        assert!(line.contains(&format!("{gateway}: The proxy {free} refused the connection")), "{line}");
        assert!(line.contains("Check that it is running"), "{line}");
        let line = failure(gateway, &[("http_proxy", &nowhere), ("https_proxy", &nowhere)]);
        assert!(line.contains(":3128 not found. Check the proxy settings"), "{line}");
    }
}

#[test]
fn a_proxy_that_wants_a_login_of_its_own_says_so() {
    let proxy = refusing("407 Proxy Authentication Required");
    for gateway in [PLANT_A, "https://plant-a:8043"] {
        let line = failure(gateway, &[("http_proxy", &proxy.url), ("https_proxy", &proxy.url)]);
        let expected = format!("The proxy {} requires a user name and password (407)", host(&proxy.url));
        assert!(line.contains(&expected), "{line}");
    }
    // It is asked for nothing after it said no, not by the watch either: that would lock an account.
    assert_eq!(proxy.requests().len(), 2);
    let told = GatewayError::Proxy {
        proxy: "proxy:3128".to_owned(),
        failure: ProxyFailure::LoginRequired,
        source: None,
    };
    assert!(told.is_wrong_login());
}

#[test]
fn a_proxy_that_gets_no_answer_from_the_gateway_says_so() {
    for (line, expected) in [
        ("502 Bad Gateway", "got no response from the gateway (502)"),
        ("503 Service Unavailable", "got no response from the gateway (503)"),
        ("504 Gateway Timeout", "got no response from the gateway (504)"),
    ] {
        let proxy = refusing(line);
        let told = failure(PLANT_A, &[("http_proxy", &proxy.url)]);
        assert!(
            told.contains(&format!("The proxy {} {expected}. Check that the gateway", host(&proxy.url))),
            "{told}"
        );
    }
}

#[test]
fn a_proxy_that_opens_no_way_to_an_https_gateway_says_so() {
    let hangs_up = FaultyGateway::of(way(|_, _| {}));
    for proxy in [&refusing("502 Bad Gateway"), &hangs_up.gateway] {
        let told = failure("https://plant-a:8043", &[("https_proxy", &proxy.url)]);
        let expected = format!("The proxy {} can't connect to the gateway", host(&proxy.url));
        assert!(told.contains(&expected), "{told}");
        let requests = proxy.requests();
        assert_eq!(requests[0].target, "plant-a:8043");
    }
}

#[test]
fn credentials_for_an_https_gateway_are_not_heard_by_the_proxy() {
    let proxy = refusing("502 Bad Gateway");
    let login = [("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "open sesame")];
    failure("https://plant-a:8043", &[&login[..], &[("https_proxy", &proxy.url)]].concat());
    let heard = format!("{:?}", proxy.requests());
    assert!(!heard.contains("authorization") && !heard.contains("YmlsbHk6"), "{heard}");
}
