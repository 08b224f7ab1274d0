//! The steps of a check against gateways of each kind: what is found, what to do, and what isn't tried any more.

use std::io::Write as _;

use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::check::{self, CheckStep, Outcome, StepName};
use gatewatch::gateway::{Api, Client, Credentials, Limits, NodeUrl, ReadOptions, Trust};

use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::{FakeGateway, PLANT, Request, ok, status, unused_address, webdev_json};

fn basic() -> Credentials {
    Credentials::basic("billy", "open-sesame").unwrap()
}

fn token() -> Credentials {
    Credentials::token("reader:open-sesame").unwrap()
}

/// Checks nodes and returns the steps of each, and whether all can be read.
fn check_all(urls: &[&str], credentials: &Credentials, trust: Trust) -> (Vec<Vec<CheckStep>>, bool) {
    check_with(urls, credentials, trust, &ReadOptions::default())
}

fn check_with(
    urls: &[&str],
    credentials: &Credentials,
    trust: Trust,
    options: &ReadOptions,
) -> (Vec<Vec<CheckStep>>, bool) {
    let nodes: Vec<NodeUrl> = urls.iter().map(|url| url.parse().unwrap()).collect();
    let mut steps = vec![Vec::new(); nodes.len()];
    let client = Client::with_trust(Limits::default(), trust).with_one_rejection();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let readable =
        runtime.block_on(check::run(&client, &nodes, credentials, options, async |node, step: CheckStep| {
            steps[node].push(step);
        }));
    runtime.shutdown_background();
    for steps in &steps {
        assert_eq!(steps.iter().map(|step| step.name).collect::<Vec<_>>(), StepName::ALL);
        assert!(!format!("{steps:?}").contains("open-sesame"));
    }
    (steps, readable)
}

fn check(url: &str, credentials: &Credentials) -> Vec<CheckStep> {
    let (mut steps, readable) = check_all(&[url], credentials, Trust::default());
    let steps = steps.remove(0);
    assert_eq!(steps.last().is_some_and(check::is_readable), readable);
    steps
}

fn step(steps: &[CheckStep], name: StepName) -> &CheckStep {
    steps.iter().find(|step| step.name == name).unwrap()
}

/// Checks that this step fails with these parts in its text, earlier ones don't, and later ones are skipped.
#[track_caller]
fn check_failure(steps: &[CheckStep], name: StepName, parts: &[&str]) {
    let failed = step(steps, name);
    assert_eq!(failed.outcome, Outcome::Failed, "{steps:#?}");
    assert!(failed.error.is_some());
    let text = failed.to_string();
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    let at = steps.iter().position(|step| step.name == name).unwrap();
    assert!(
        steps[..at].iter().all(|step| matches!(step.outcome, Outcome::Ok | Outcome::Warning)),
        "{steps:#?}"
    );
    assert!(steps[at + 1..].iter().all(|step| step.outcome == Outcome::Skipped), "{steps:#?}");
}

/// A gateway with these responses in place of the sessions and of the REST lists.
fn gateway(
    info: &'static str,
    web_dev: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
    rest: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
) -> FakeGateway {
    FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok(info),
            path if path.starts_with("/data/") => rest(request),
            path if path.ends_with("/system/webdev/gatewatch/sessions") => web_dev(request),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    })
}

const V8_1: &str = "ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44;RedundancyStatus=Independent";
const V8_3: &str = "ContextStatus=RUNNING;PlatformName=Plant;Version=8.3.4;RedundancyStatus=Independent";

fn not_found(_: &Request) -> Vec<u8> {
    status("404 Not Found", "<html>")
}

fn has_login(request: &Request) -> bool {
    request.header("authorization").is_some() || request.header("x-ignition-api-token").is_some()
}

/// Answers 200 with this body to a request with a login, and 401 to others.
fn protected(body: String) -> impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static {
    move |request| if has_login(request) { ok(&body) } else { status("401 Unauthorized", "") }
}

#[test]
fn all_steps_of_a_healthy_gateway_are_ok() {
    let open = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)));
    let by_password = gateway(V8_1, protected(webdev_json(&PLANT)), not_found);
    let by_token = gateway(V8_3, not_found, protected(r#"{"items":[{"id":"A","user":"billy"}]}"#.to_owned()));
    for (gateway, credentials, sign_in, sessions) in [
        (&open, Credentials::None, "No authentication required", "6 sessions"),
        (&by_password, basic(), "Authenticated with the password", "6 sessions"),
        (&by_token, token(), "Authenticated with the API token", "3 sessions"),
    ] {
        let steps = check(&gateway.url, &credentials);
        assert!(steps.iter().all(|step| step.outcome == Outcome::Ok && step.advice.is_none()), "{steps:#?}");
        assert_eq!(step(&steps, StepName::SignIn).message, sign_in);
        assert_eq!(step(&steps, StepName::Sessions).message, sessions);
        assert!(step(&steps, StepName::Health).message.contains("Plant, version 8."));
        // The login is sent in the end only.
        let requests = gateway.requests();
        let first = requests.iter().position(has_login).unwrap_or(requests.len());
        assert!(
            requests[first..].iter().all(|request| has_login(request) || request.path().ends_with("gwinfo"))
        );
    }
    let demo = DemoGateway::start(Options { still: true, ..Options::in_process() }).unwrap();
    let steps = check(demo.url(), &Credentials::None);
    assert!(steps.iter().all(|step| step.outcome == Outcome::Ok), "{steps:#?}");
}

#[test]
fn names_the_step_of_the_network_that_fails() {
    let steps = check(&format!("http://{}:8088", "a".repeat(64)), &basic());
    check_failure(&steps, StepName::Name, &["Host not found. Check the spelling"]);
    let steps = check(&format!("http://{}", unused_address()), &basic());
    check_failure(&steps, StepName::Tcp, &["Connection refused. Check that the gateway is running"]);
    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let secure = TlsGateway::new(&identity);
    let steps = check(&secure.url, &basic());
    check_failure(&steps, StepName::Tls, &["is self-signed"]);
    let steps = check(&secure.url.replace("https:", "http:"), &basic());
    check_failure(&steps, StepName::Tls, &["This port is for HTTPS, not HTTP. Use https://127.0.0.1:"]);
    let plain = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)));
    let steps = check(&plain.url.replace("http:", "https:"), &basic());
    check_failure(&steps, StepName::Tls, &["This port is for HTTP, not HTTPS. Use http://127.0.0.1:"]);
    let trust = Trust { ca_file: None, pins: vec![identity.pin()] };
    let (steps, readable) = check_all(&[&secure.url], &Credentials::None, trust);
    assert!(readable, "{steps:#?}");
}

#[test]
fn names_a_gateway_that_can_not_be_read_yet() {
    for (info, name, parts) in [
        (
            ok("RequireSsl=true;Version=8.3.1"),
            StepName::Health,
            ["requires HTTPS", "Use https://127.0.0.1:8043"],
        ),
        (
            ok("ContextStatus=NEEDS_COMMISSIONING"),
            StepName::Commissioning,
            ["isn't commissioned", "Finish its setup"],
        ),
        (ok("ContextStatus=STARTING"), StepName::Commissioning, ["is starting", "Try again in a minute"]),
        (status("503 Unavailable", ""), StepName::Commissioning, ["is starting", "Try again in a minute"]),
        (
            b"HTTP/1.1 302 Found\r\nLocation: /welcome\r\nContent-Length: 0\r\n\r\n".to_vec(),
            StepName::Commissioning,
            ["isn't commissioned", "Finish its setup"],
        ),
    ] {
        let gateway = FakeGateway::new(move |_, stream| drop(stream.write_all(&info)));
        let steps = check(&gateway.url, &token());
        check_failure(&steps, name, &parts);
        assert!(!gateway.requests().iter().any(has_login));
    }
}

#[test]
fn identifies_a_gateway_that_is_starting() {
    let info = ok("ContextStatus=STARTING;PlatformName=Plant;Version=8.1.44");
    let gateway = FakeGateway::new(move |_, stream| drop(stream.write_all(&info)));
    let steps = check(&gateway.url, &Credentials::None);
    let health = steps.iter().find(|step| step.name == StepName::Health).unwrap();
    assert_eq!(health.message, "Reachable, Plant, version 8.1.44");
}

#[test]
fn says_what_is_missing_on_the_gateway() {
    let sso = b"HTTP/1.1 302 Found\r\nLocation: /idp/authn\r\nContent-Length: 0\r\n\r\n";
    for (response, parts) in [
        (
            status("404 Not Found", ""),
            ["No Gatewatch resource on this gateway (404)", "Install the resource"],
        ),
        (
            status("404 Not Found", "HTTP ERROR 404 No servlet &quot;webdev&quot; found"),
            ["The Web Dev module isn't installed", "Install the module and the resource"],
        ),
        (
            status("402 Payment Required", ""),
            ["no license or its trial has expired (402)", "Reset the trial"],
        ),
        (status("501 Not Implemented", ""), ["no doGet script (501)", "Install the resource again"]),
        (ok(r#"{"ok":true,"v":2}"#), ["has version 2", "Update Gatewatch"]),
        (ok(""), ["The response is empty", "Install the Gatewatch resource again"]),
        (sso.to_vec(), ["A login page is in front of the gateway", "without single sign-on"]),
    ] {
        let gateway = gateway(V8_1, move |_| response.clone(), not_found);
        check_failure(&check(&gateway.url, &basic()), StepName::WebDev, &parts);
        assert!(!gateway.requests().iter().any(has_login));
    }
    let without_rest = gateway(V8_3, |_| ok(&webdev_json(&PLANT)), not_found);
    check_failure(&check(&without_rest.url, &token()), StepName::Rest, &["no REST API (404)"]);
}

#[test]
fn explains_a_rejected_login() {
    let unauthorized = |_: &Request| status("401 Unauthorized", "");
    let closed = gateway(V8_1, unauthorized, not_found);
    check_failure(&check(&closed.url, &basic()), StepName::SignIn, &["Wrong user name or password"]);
    check_failure(&check(&closed.url, &Credentials::None), StepName::SignIn, &["Sign in to this gateway"]);
    let forbidden = gateway(
        V8_1,
        |request| status(if has_login(request) { "403 Forbidden" } else { "401 Unauthorized" }, ""),
        not_found,
    );
    check_failure(&check(&forbidden.url, &basic()), StepName::SignIn, &["Access denied (403)", "role"]);
    let unknown = gateway(V8_3, not_found, unauthorized);
    check_failure(
        &check(&unknown.url, &token()),
        StepName::SignIn,
        &["API token not recognized", "NAME:KEY"],
    );
}

#[test]
fn names_the_three_settings_that_can_deny_a_token() {
    let denied = gateway(V8_3, not_found, |_| status("403 Forbidden", ""));
    let steps = check(&denied.url, &token());
    let parts = [
        "API token denied (403)",
        "three settings",
        "Require secure connections",
        "security level",
        "read permissions",
    ];
    check_failure(&steps, StepName::SignIn, &parts);

    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let secure = TlsGateway::new(&identity);
    *secure.sessions_response.lock().unwrap() = Some(String::from_utf8(status("403 Forbidden", "")).unwrap());
    let trust = Trust { ca_file: None, pins: vec![identity.pin()] };
    let options = ReadOptions { api: Some(Api::Rest), ..ReadOptions::default() };
    let (steps, _) = check_with(&[&secure.url], &token(), trust, &options);
    // Over https only two are left.
    check_failure(&steps[0], StepName::SignIn, &["two settings", "security level", "read permissions"]);
    assert!(!step(&steps[0], StepName::SignIn).to_string().contains("secure connections"));
}

#[test]
fn warns_about_sessions_that_may_be_missing_or_open_to_anyone() {
    let cold = "ContextStatus=RUNNING;Version=8.1.44;RedundancyStatus=Backup;RedundantNodeActiveStatus=Cold";
    let gateway = gateway(cold, |_| ok(&webdev_json(&PLANT)), not_found);
    let steps = check(&gateway.url, &basic());
    assert_eq!(step(&steps, StepName::Redundancy).outcome, Outcome::Warning);
    let sign_in = step(&steps, StepName::SignIn);
    assert_eq!(sign_in.outcome, Outcome::Warning);
    assert!(sign_in.message.starts_with("Anyone can read the sessions"), "{sign_in:?}");
    assert!(check::is_readable(steps.last().unwrap()));
    // A password that protects nothing isn't sent.
    assert!(!gateway.requests().iter().any(has_login));
}

#[test]
fn sends_a_rejected_password_to_one_node_only() {
    let closed: Vec<FakeGateway> =
        (0..4).map(|_| gateway(V8_1, |_| status("401 Unauthorized", ""), not_found)).collect();
    let mut urls: Vec<&str> = closed.iter().map(|gateway| gateway.url.as_str()).collect();
    let (steps, readable) = check_all(&urls, &basic(), Trust::default());
    assert!(!readable);
    let outcomes =
        |outcome| steps.iter().filter(|steps| step(steps, StepName::SignIn).outcome == outcome).count();
    assert_eq!((outcomes(Outcome::Failed), outcomes(Outcome::Skipped)), (1, 3));
    let tried = closed.iter().filter(|gateway| gateway.requests().iter().any(has_login));
    assert_eq!(tried.count(), 1);

    // A node that is down hides no other.
    let good = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)));
    let down = format!("http://{}", unused_address());
    urls = vec![&down, &good.url];
    let (steps, readable) = check_all(&urls, &Credentials::None, Trust::default());
    assert!(!readable && steps[1].last().is_some_and(check::is_readable));
}
