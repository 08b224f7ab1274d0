//! Passwords and tokens: they must not appear in output, logs, files, the list of processes or panics, and are sent to the
//! gateway only.

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

use super::{FaultyGateway, ResponseMode, bytes, cases, error, healthy, instead_of_sessions, mode};
use crate::support::poll::{TIMEOUT, TestPoller, profile};
use crate::support::process::gatewatch;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::wait::until;
use crate::support::{Request, ok, skip, status};

const USER: &str = "billy";
/// A password with characters that are escaped in URLs and differ between the alphabets of Base64.
const PASSWORD: &str = "s3cr3t?/ü&+>> x";
const TOKEN: &str = "reader:t0k3n?/&+>>y";

/// The log of the program and its HTTP libraries at their most detailed level.
const LOG: &str = "gatewatch=trace,reqwest=trace,hyper=trace,hyper_util=trace,rustls=trace";

/// Environments with a password and with a token.
const ENVIRONMENTS: [&[(&str, &str)]; 2] =
    [&[("GATEWATCH_USER", USER), ("GATEWATCH_PASSWORD", PASSWORD)], &[("GATEWATCH_TOKEN", TOKEN)]];

fn percent(text: &str, is_safe: &dyn Fn(u8) -> bool) -> String {
    text.bytes()
        .map(|byte| if is_safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn percent_encoded(text: &str) -> String {
    percent(text, &|byte| byte.is_ascii_alphanumeric())
}

/// Returns the secrets as they are and in each encoding.
fn needles() -> Vec<String> {
    let key = TOKEN.split_once(':').unwrap().1;
    let plain = [PASSWORD, TOKEN, key];
    let mut needles: Vec<String> = plain.map(str::to_owned).to_vec();
    for text in [PASSWORD, TOKEN, key, &format!("{USER}:{PASSWORD}")] {
        for engine in [&STANDARD, &URL_SAFE] {
            needles.push(engine.encode(text).trim_end_matches('=').to_owned());
        }
        let escaped = percent_encoded(text);
        needles.extend([escaped.to_lowercase(), escaped.replace("%20", "+"), escaped]);
        // As a redirect to the plain text is shown.
        needles.push(percent(text, &|byte| byte.is_ascii() && !b"? >".contains(&byte)));
        needles.push(format!("{text:?}").trim_matches('"').to_owned());
        needles.push(format!("{:?}", text.as_bytes()));
    }
    needles
}

/// Credentials of each kind.
pub(super) fn token_and_password() -> [Credentials; 2] {
    [Credentials::basic(USER, PASSWORD).unwrap(), Credentials::token(TOKEN).unwrap()]
}

/// Checks that a text holds no secret.
#[track_caller]
pub(super) fn check(what: &str, text: &[u8]) {
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

fn redirect_to(path: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: http://198.51.100.1/{path}\r\nContent-Length: 0\r\n\r\n").into()
}

/// Returns modes that repeat the credentials of the request in the response.
pub(super) fn echoing_modes() -> Vec<(&'static str, ResponseMode)> {
    let received = |request: &Request| {
        let sent = |name| request.header(name).unwrap_or_default();
        let sent = format!("{}{}", sent("authorization"), sent("x-ignition-api-token"));
        // A script sees the password in plain text.
        let plain = sent.strip_prefix("Basic ").and_then(|base64| STANDARD.decode(base64).ok());
        let plain = plain.map(|plain| String::from_utf8(plain).unwrap()).unwrap_or_default();
        (sent, plain)
    };
    let echo = |write: fn(&str, &str) -> Vec<u8>| {
        let healthy = healthy();
        mode(move |request, stream| {
            if request.path().ends_with("gwinfo") {
                return healthy(request, stream);
            }
            let (sent, plain) = received(request);
            let _closed = stream.write_all(&write(&sent, &plain));
        })
    };
    vec![
        (
            "echo in an error message",
            echo(|sent, plain| {
                let escaped = format!("{sent} {plain}").replace('"', "");
                ok(&format!(r#"{{"ok":false,"v":1,"error":"{escaped}"}}"#))
            }),
        ),
        (
            "echo in an error status",
            echo(|sent, plain| {
                let escaped = format!("{sent} {plain}").replace('"', "");
                status("500 Server Error", &format!(r#"{{"status":"500","message":"{escaped}"}}"#))
            }),
        ),
        ("echo in a title", echo(|sent, plain| ok(&format!("<html><title>{sent} {plain}</title></html>")))),
        ("echo in a redirect", echo(|sent, _| redirect_to(sent))),
        ("echo of the plain text in a redirect", echo(|_, plain| redirect_to(plain))),
        (
            "percent-encoded echo in a redirect",
            echo(|sent, plain| redirect_to(&format!("{}/{}", percent_encoded(sent), percent_encoded(plain)))),
        ),
        (
            "percent-encoded echo in lower case",
            echo(|sent, plain| {
                let encoded = percent_encoded(plain).replace("%20", "+").to_lowercase();
                redirect_to(&format!("{encoded}/{}", percent_encoded(sent)))
            }),
        ),
        (
            "percent-encoded echo in an error message",
            echo(|sent, plain| {
                let (sent, plain) = (percent_encoded(sent), percent_encoded(plain));
                ok(&format!(r#"{{"ok":false,"v":1,"error":"{sent} {plain} {}"}}"#, plain.replace("%20", "+")))
            }),
        ),
        (
            "echo in the type of a column",
            echo(|sent, plain| {
                let kind = format!(r#""type":"{sent} {plain}""#);
                ok(&super::webdev_json(&[]).replacen(r#""type":"String""#, &kind, 1))
            }),
        ),
        ("echo in a field", echo(|sent, plain| ok(&format!(r#"["{sent}{plain}"]"#)))),
    ]
}

fn run(config: &Path, gateway: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = gatewatch(config);
    command.args(["sessions", gateway, "--timeout", "2", "--log", LOG]).env("RUST_BACKTRACE", "1");
    command.envs(environment.iter().copied()).output().unwrap()
}

#[test]
fn output_and_log_of_each_fault_hold_no_secret() {
    let mut modes: Vec<(&str, ResponseMode)> =
        cases::all().into_iter().map(|case| (case.name, case.mode)).collect();
    modes.extend(echoing_modes());
    let config = tempfile::tempdir().unwrap();
    let work = Mutex::new(modes.into_iter());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some((name, mode)) = work.lock().unwrap().next() else { return };
                    let faulty = FaultyGateway::with_mode(mode);
                    for environment in ENVIRONMENTS {
                        let Output { stdout, stderr, status } =
                            run(config.path(), &faulty.gateway.url, environment);
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
fn usage_errors_hold_no_secret() {
    let config = tempfile::tempdir().unwrap();
    let colon = format!("{USER}:{PASSWORD}");
    let two_lines = format!("{PASSWORD}\n{PASSWORD}");
    let (key, name) = (format!(":{PASSWORD}"), format!("{PASSWORD}:"));
    for environment in [
        &[("GATEWATCH_PASSWORD", PASSWORD)][..],
        &[("GATEWATCH_USER", USER)],
        &[("GATEWATCH_USER", &colon), ("GATEWATCH_PASSWORD", PASSWORD)],
        &[("GATEWATCH_USER", USER), ("GATEWATCH_PASSWORD", &two_lines)],
        &[("GATEWATCH_TOKEN", TOKEN), ("GATEWATCH_USER", USER)],
        &[("GATEWATCH_TOKEN", TOKEN), ("GATEWATCH_PASSWORD", PASSWORD)],
        &[("GATEWATCH_TOKEN", PASSWORD)],
        &[("GATEWATCH_TOKEN", &key)],
        &[("GATEWATCH_TOKEN", &name)],
        &[("GATEWATCH_TOKEN", &two_lines)],
    ] {
        let output = run(config.path(), "http://127.0.0.1:9", environment);
        check("a usage error", &[output.stdout, output.stderr].concat());
        assert_eq!(output.status.code(), Some(2), "{environment:?}");
    }
    let address = format!("http://{USER}:s3cr3t@127.0.0.1:9");
    let output = run(config.path(), &address, &[]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cr3t"));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn environment_is_sent_only_to_the_gateway_named_on_the_command_line() {
    for environment in ENVIRONMENTS {
        let [saved, named] = [0, 1].map(|_| FaultyGateway::with_mode(bytes(status("401 Unauthorized", ""))));
        let config = tempfile::tempdir().unwrap();
        let profile = format!("[[profile]]\nname = \"Plant\"\nurls = [\"{}\"]\n", saved.gateway.url);
        std::fs::write(config.path().join("config.toml"), profile).unwrap();
        // What the window showed last isn't named on the command line.
        std::fs::write(config.path().join("state.toml"), "last = \"Plant\"\n").unwrap();
        let is_sent = |faulty: &FaultyGateway| {
            faulty.gateway.requests().iter().any(|request| {
                request.header("authorization").or(request.header("x-ignition-api-token")).is_some()
            })
        };
        let read = |args: &[&str]| {
            let mut command = gatewatch(config.path());
            command.arg("sessions").args(args).envs(environment.iter().copied()).output().unwrap()
        };
        let unnamed = read(&[]);
        assert_eq!(unnamed.status.code(), Some(1));
        assert!(!saved.gateway.requests().is_empty() && !is_sent(&saved));
        read(&[&named.gateway.url]);
        assert!(is_sent(&named) && !is_sent(&saved));
        read(&["Plant"]);
        assert!(is_sent(&saved));
    }
}

#[test]
fn line_ends_of_the_environment_are_not_sent() {
    let sent = |environment: &[(&str, &str)]| {
        let faulty = FaultyGateway::with_mode(bytes(status("401 Unauthorized", "")));
        run(tempfile::tempdir().unwrap().path(), &faulty.gateway.url, environment);
        let requests = faulty.gateway.requests();
        requests.iter().find_map(|request| {
            request.header("authorization").or(request.header("x-ignition-api-token")).map(str::to_owned)
        })
    };
    for environment in ENVIRONMENTS {
        let expected = sent(environment);
        assert!(expected.is_some());
        for end in ["\n", "\r\n"] {
            let with_ends: Vec<_> =
                environment.iter().map(|(name, value)| (*name, format!("{value}{end}"))).collect();
            let with_ends: Vec<_> = with_ends.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(sent(&with_ends), expected, "{end:?}");
        }
    }
}

#[test]
fn list_of_processes_holds_no_secret() {
    if !cfg!(target_os = "linux") {
        return skip("the command line of a running process", "/proc");
    }
    for environment in ENVIRONMENTS {
        let (sender, requests) = channel();
        let faulty = FaultyGateway::with_mode(instead_of_sessions(move |stream| {
            let _ended = sender.send(());
            let _closed = stream.read(&mut [0]);
        }));
        let config = tempfile::tempdir().unwrap();
        let mut command = gatewatch(config.path());
        command.args(["sessions", &faulty.gateway.url]).envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        requests.recv_timeout(TIMEOUT).unwrap();
        let process = Path::new("/proc").join(child.id().to_string());
        check("the command line", &std::fs::read(process.join("cmdline")).unwrap());
        for task in process.join("task").read_dir().unwrap() {
            // The thread may have ended.
            if let Ok(name) = std::fs::read(task.unwrap().path().join("comm")) {
                check("a thread's name", &name);
            }
        }
        // The process does have the secret.
        let environ = std::fs::read(process.join("environ")).unwrap();
        assert!(String::from_utf8_lossy(&environ).contains(environment.last().unwrap().1));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// The variable that makes the child process panic.
const PANIC: &str = "GATEWATCH_TEST_PANIC";

/// The part of the next test that runs in a process of its own.
#[test]
fn child_panics_with_secrets_in_memory() {
    if std::env::var_os(PANIC).is_none() {
        return;
    }
    let faulty = FaultyGateway::with_mode(bytes(status("401 Unauthorized", "")));
    let [basic, token] = token_and_password();
    // The polling thread, which holds them.
    for credentials in [basic.clone(), token.clone()] {
        let has_panicked = AtomicBool::new(false);
        let wake = move || assert!(has_panicked.swap(true, Ordering::SeqCst), "panic of the test");
        let mut poller = Poller::spawn(Client::new(Limits::default()), None, wake).unwrap();
        poller.connect(profile(&[&faulty.gateway.url]), credentials);
        until("the end of the thread", || (!poller.is_alive()).then_some(()));
    }
    // Debug output of everything that holds them.
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&faulty.gateway.url]), basic.clone());
    let failed = poller.wait_for("the rejection", |status| error(status).is_some());
    let secrets = gatewatch::secrets::Secrets::in_memory();
    let stored = secrets.set("Plant", "binding", &Secret::new(PASSWORD.to_owned()));
    let secret = Secret::new(TOKEN.to_owned());
    let output = format!("{basic:?} {token:?} {failed:?} {secrets:?} {stored:?} {secret:?}");
    panic!("{output} {:?}", (basic, token, failed, secret));
}

#[test]
fn panics_hold_no_secret() {
    for backtrace in ["1", "full"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "fault_injection::secrets::child_panics_with_secrets_in_memory", "--nocapture"])
            .env(PANIC, "1")
            .env("RUST_BACKTRACE", backtrace)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(101));
        let text = [output.stdout, output.stderr].concat();
        assert!(String::from_utf8_lossy(&text).contains("panic of the test"));
        assert!(String::from_utf8_lossy(&text).contains("Basic(…)"));
        check("the panic", &text);
    }
}

pub(super) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Reads a gateway once and returns the error.
pub(super) fn read(url: &str, credentials: &Credentials) -> GatewayError {
    let runtime = runtime();
    let client = Client::new(Limits::default());
    let read = runtime.block_on(client.read(&url.parse().unwrap(), credentials, &ReadOptions::default()));
    runtime.shutdown_background();
    read.unwrap_err()
}

#[test]
fn follows_no_redirect_to_another_origin() {
    let was_requested = |gateway: &FaultyGateway, host: &str| {
        gateway.gateway.requests().iter().any(|request| request.header("host") == Some(host))
    };
    for credentials in token_and_password() {
        for code in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
            let faulty = FaultyGateway::new();
            let port = faulty.gateway.url.rsplit_once(':').unwrap().1.to_owned();
            // Another port, another name of this machine, another scheme.
            let other = FaultyGateway::new();
            let secure = TcpListener::bind((HOST, 0)).unwrap();
            secure.set_nonblocking(true).unwrap();
            let secure_url = format!("https://{}", secure.local_addr().unwrap());
            let by_name = format!("localhost:{port}");
            for target in [other.gateway.url.clone(), format!("http://{by_name}"), secure_url] {
                let location = format!("{target}/system/webdev/gatewatch/sessions");
                faulty.set_mode(bytes(format!(
                    "HTTP/1.1 {code}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
                )));
                let expected = if target.starts_with("https:") {
                    GatewayError::HttpsRequired { address: target, is_certain: true }
                } else if let Credentials::Token(_) = credentials {
                    GatewayError::Redirect { location }
                } else {
                    // The requested page of another gateway.
                    GatewayError::Redirect { location: target }
                };
                assert_eq!(read(&faulty.gateway.url, &credentials), expected, "{code}");
            }
            assert!(other.gateway.requests().is_empty());
            assert!(!was_requested(&faulty, &by_name));
            assert!(secure.accept().is_err(), "the redirect to https was followed");
        }
    }
}

#[test]
fn follows_no_redirect_from_https_to_http() {
    let plain = FaultyGateway::new();
    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let gateway = TlsGateway::new(&identity);
    let location = format!("{}/system/webdev/gatewatch/sessions", plain.gateway.url);
    *gateway.sessions_response.lock().unwrap() =
        Some(format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"));
    let error = gateway.read(Trust { ca_file: None, pins: vec![identity.pin()] }).unwrap_err();
    assert_eq!(error, GatewayError::Redirect { location: plain.gateway.url.clone() });
    assert!(plain.gateway.requests().is_empty());
}
