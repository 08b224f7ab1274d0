//! Passwords and tokens, looked for wherever they must not be: in what the program writes, in the list of processes, in its
//! folder, in what a fault of its own leaves behind; and sent to nobody but the gateway.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use gatewatch::gateway::{Client, Credentials, GatewayError, Limits, ReadOptions, Trust};
use gatewatch::poll::Poller;
use gatewatch::secrets::Secret;

use super::{FaultyGateway, Way, bytes, cases, error, good, instead_of_sessions, way};
use crate::support::poll::{TIMEOUT, TestPoller, profile};
use crate::support::process::gatewatch;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::{Request, ok, skip, status};

const USER: &str = "billy";
/// With what is written otherwise in addresses and in Base64.
const PASSWORD: &str = "s3cr3t?/ü&+>>x";
const TOKEN: &str = "reader:t0k3n?/&+>>y";

/// The environments that a run finds its credentials in.
const ENVIRONMENTS: [&[(&str, &str)]; 2] =
    [&[("GATEWATCH_USER", USER), ("GATEWATCH_PASSWORD", PASSWORD)], &[("GATEWATCH_TOKEN", TOKEN)]];

/// All that gives a secret away.
fn needles() -> Vec<String> {
    let key = TOKEN.split_once(':').unwrap().1;
    let plain = [PASSWORD, TOKEN, key];
    let mut needles: Vec<String> = plain.map(str::to_owned).to_vec();
    for text in [PASSWORD, TOKEN, key, &format!("{USER}:{PASSWORD}")] {
        for engine in [&STANDARD, &URL_SAFE] {
            needles.push(engine.encode(text).trim_end_matches('=').to_owned());
        }
        let percent = |safe: &dyn Fn(u8) -> bool| -> String {
            text.bytes()
                .map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
                .collect()
        };
        let escaped = percent(&|byte| byte.is_ascii_alphanumeric());
        needles.extend([escaped.to_lowercase(), escaped]);
        needles.push(percent(&|byte| byte.is_ascii() && byte != b'?'));
        needles.push(format!("{text:?}").trim_matches('"').to_owned());
        needles.push(format!("{:?}", text.as_bytes()));
    }
    needles
}

#[track_caller]
fn check(what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    for needle in needles() {
        assert!(!text.contains(&needle), "{what} holds {needle}: {text}");
    }
}

fn check_folder(folder: &Path) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check_folder(&path);
        } else {
            check(&path.display().to_string(), &std::fs::read(&path).unwrap());
        }
    }
}

/// What gives back what it is sent: in its own words, as an address, as a title.
fn echoes() -> Vec<(&'static str, Way)> {
    let told = |request: &Request| {
        let sent = |name| request.header(name).unwrap_or_default();
        let sent = format!("{}{}", sent("authorization"), sent("x-ignition-api-token"));
        // What a script would have read from it.
        let plain = sent.strip_prefix("Basic ").and_then(|base64| STANDARD.decode(base64).ok());
        let plain = plain.map(|plain| String::from_utf8(plain).unwrap()).unwrap_or_default();
        (sent, plain)
    };
    let echo = |write: fn(&str, &str) -> Vec<u8>| {
        let good = good();
        way(move |request, stream| {
            if request.path().ends_with("gwinfo") {
                return good(request, stream);
            }
            let (sent, plain) = told(request);
            let _gone = stream.write_all(&write(&sent, &plain));
        })
    };
    vec![
        (
            "its own words",
            echo(|sent, plain| {
                let escaped = format!("{sent} {plain}").replace('"', "");
                ok(&format!(r#"{{"ok":false,"v":1,"error":"{escaped}"}}"#))
            }),
        ),
        ("a title", echo(|sent, plain| ok(&format!("<html><title>{sent} {plain}</title></html>")))),
        (
            "an address",
            echo(|sent, _| {
                format!(
                    "HTTP/1.1 302 Found\r\nLocation: http://198.51.100.1/{sent}\r\nContent-Length: 0\r\n\r\n"
                )
                .into_bytes()
            }),
        ),
        (
            "a cell",
            echo(|sent, plain| {
                let row = format!(r#""a","P","h","{sent} {plain}","A",1795365700123"#);
                ok(&super::answer(&[&row]))
            }),
        ),
        ("a field", echo(|sent, plain| ok(&format!(r#"["{sent}{plain}"]"#)))),
    ]
}

fn run(config: &Path, gateway: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = gatewatch(config);
    command.args(["sessions", gateway, "--timeout", "2"]).env("RUST_BACKTRACE", "1");
    command.envs(environment.iter().copied()).output().unwrap()
}

#[test]
fn no_run_against_an_evil_gateway_writes_a_secret_anywhere() {
    let mut ways: Vec<(&str, Way)> = cases::all().into_iter().map(|case| (case.name, case.way)).collect();
    ways.extend(echoes());
    let config = tempfile::tempdir().unwrap();
    let work = Mutex::new(ways.into_iter());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some((name, way)) = work.lock().unwrap().next() else { return };
                    let evil = FaultyGateway::of(way);
                    for environment in ENVIRONMENTS {
                        let Output { stdout, stderr, status } =
                            run(config.path(), &evil.gateway.url, environment);
                        assert!(status.code().is_some(), "{name}");
                        check(name, &stdout);
                        check(name, &stderr);
                    }
                }
            });
        }
    });
    check_folder(config.path());
}

#[test]
fn wrong_usage_repeats_no_secret() {
    let config = tempfile::tempdir().unwrap();
    for environment in [
        &[("GATEWATCH_PASSWORD", PASSWORD)][..],
        &[("GATEWATCH_TOKEN", TOKEN), ("GATEWATCH_USER", USER)],
        &[("GATEWATCH_TOKEN", PASSWORD)],
    ] {
        let output = run(config.path(), "http://127.0.0.1:9", environment);
        check("wrong usage", &[output.stdout, output.stderr].concat());
    }
    let address = format!("http://{USER}:s3cr3t@127.0.0.1:9");
    let output = run(config.path(), &address, &[]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cr3t"));
}

#[test]
fn the_list_of_processes_shows_no_secret() {
    if !cfg!(target_os = "linux") {
        return skip("what others see of a running process", "/proc");
    }
    for environment in ENVIRONMENTS {
        let (asked, is_asked) = channel();
        let evil = FaultyGateway::of(instead_of_sessions(move |stream| {
            let _heard = asked.send(());
            let _ended = stream.read(&mut [0]);
        }));
        let config = tempfile::tempdir().unwrap();
        let mut command = gatewatch(config.path());
        command.args(["sessions", &evil.gateway.url]).envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        is_asked.recv_timeout(TIMEOUT).unwrap();
        let process = Path::new("/proc").join(child.id().to_string());
        check("the command line", &std::fs::read(process.join("cmdline")).unwrap());
        for task in process.join("task").read_dir().unwrap() {
            // A thread may end meanwhile.
            if let Ok(name) = std::fs::read(task.unwrap().path().join("comm")) {
                check("a thread's name", &name);
            }
        }
        // To be sure that it had it.
        let known = std::fs::read(process.join("environ")).unwrap();
        assert!(String::from_utf8_lossy(&known).contains(environment.last().unwrap().1));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// What tells the child to come to grief.
const PANIC: &str = "GATEWATCH_TEST_PANIC";

/// The part of the next test that runs in a process of its own.
#[test]
fn the_child_comes_to_grief_while_secrets_are_alive() {
    if std::env::var_os(PANIC).is_none() {
        return;
    }
    let evil = FaultyGateway::of(bytes(status("401 Unauthorized", "")));
    let basic = Credentials::Basic { user: USER.to_owned(), password: PASSWORD.to_owned() };
    let token = Credentials::Token(TOKEN.to_owned());
    // The thread that holds them.
    for credentials in [basic.clone(), token.clone()] {
        let has_panicked = AtomicBool::new(false);
        let wake = move || assert!(has_panicked.swap(true, Ordering::SeqCst), "a fault of our own");
        let mut poller = Poller::spawn(Client::new(Limits::default()), wake).unwrap();
        poller.connect(profile(&[&evil.gateway.url]), credentials);
        while poller.is_alive() {
            thread::yield_now();
        }
    }
    // And whatever a message could show of them.
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&evil.gateway.url]), basic.clone());
    let news = poller.wait_for("the refusal", |news| error(news).is_some());
    let secrets = gatewatch::secrets::Secrets::in_memory();
    let kept = secrets.set("Plant", "binding", &Secret::new(PASSWORD.to_owned()));
    let secret = Secret::new(TOKEN.to_owned());
    let shown = format!("{basic:?} {token:?} {news:?} {secrets:?} {kept:?} {secret:?}");
    panic!("{shown} {:?}", (basic, token, news, secret));
}

#[test]
fn a_fault_of_our_own_prints_no_secret() {
    for backtrace in ["1", "full"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "fault_injection::secrets::the_child_comes_to_grief_while_secrets_are_alive",
                "--nocapture",
            ])
            .env(PANIC, "1")
            .env("RUST_BACKTRACE", backtrace)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(101));
        let text = [output.stdout, output.stderr].concat();
        assert!(String::from_utf8_lossy(&text).contains("a fault of our own"));
        assert!(String::from_utf8_lossy(&text).contains("Basic(…)"));
        check("the crash", &text);
    }
}

fn read(url: &str, credentials: &Credentials) -> GatewayError {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(Limits::default());
    let read = runtime.block_on(client.read(&url.parse().unwrap(), credentials, &ReadOptions::default()));
    runtime.shutdown_background();
    read.unwrap_err()
}

#[test]
fn a_redirect_to_another_origin_is_refused_whatever_differs() {
    let heard = |evil: &FaultyGateway, host: &str| {
        evil.gateway.requests().iter().any(|request| request.header("host") == Some(host))
    };
    for credentials in [
        Credentials::Basic { user: USER.to_owned(), password: PASSWORD.to_owned() },
        Credentials::Token(TOKEN.to_owned()),
    ] {
        for code in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
            let evil = FaultyGateway::new();
            let port = evil.gateway.url.rsplit_once(':').unwrap().1.to_owned();
            // Another port, another name for the same machine, and another scheme.
            let other = FaultyGateway::new();
            let secure = TcpListener::bind((HOST, 0)).unwrap();
            secure.set_nonblocking(true).unwrap();
            let secure_url = format!("https://{}", secure.local_addr().unwrap());
            let by_name = format!("localhost:{port}");
            for target in [other.gateway.url.clone(), format!("http://{by_name}"), secure_url] {
                let location = format!("{target}/system/webdev/gatewatch/sessions");
                evil.turn(bytes(format!(
                    "HTTP/1.1 {code}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
                )));
                assert_eq!(
                    read(&evil.gateway.url, &credentials),
                    GatewayError::Redirect { location },
                    "{code}"
                );
            }
            assert!(other.gateway.requests().is_empty());
            assert!(!heard(&evil, &by_name));
            assert!(secure.accept().is_err(), "somebody came");
        }
    }
}

#[test]
fn a_redirect_from_https_to_http_is_refused() {
    // The same host and port could not be both; another port is another origin in any case.
    let plain = FaultyGateway::new();
    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let gateway = TlsGateway::new(&identity);
    let location = format!("{}/system/webdev/gatewatch/sessions", plain.gateway.url);
    *gateway.instead.lock().unwrap() =
        Some(format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"));
    // With a user and a password.
    let error = gateway.read(Trust { ca_file: None, pins: vec![identity.pin()] }).unwrap_err();
    assert_eq!(error, GatewayError::Redirect { location });
    assert!(plain.gateway.requests().is_empty());
}
