//! `gatewatch check`.

use std::io::Write as _;
use std::process::Output;

use serde_json::Value;

use super::{plant, text};
use crate::support::process::gatewatch;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::{FakeGateway, status, unused_address};

fn check(args: &[&str], environment: &[(&str, &str)]) -> Output {
    let config = tempfile::tempdir().unwrap();
    let mut command = gatewatch(config.path());
    command.arg("check").args(args).envs(environment.iter().copied()).output().unwrap()
}

#[test]
fn writes_one_line_per_step() {
    let plant = plant();
    let output = check(&[&plant.url], &[]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    assert_eq!(lines.len(), 11);
    assert_eq!(lines[0], format!("ok       Address        {}", plant.url));
    assert_eq!(lines[10], "ok       Sessions       6 sessions");
    assert_eq!(check(&["demo"], &[]).status.code(), Some(0));
}

#[test]
fn fails_with_code_1_and_what_to_do() {
    let address = unused_address();
    let output = check(&[&format!("http://{address}")], &[]);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    assert!(lines[2].starts_with("failed   Connection     Connection refused. Check that"), "{lines:?}");
    assert!(lines[3..].iter().all(|line| line.starts_with("skipped  ")), "{lines:?}");
}

#[test]
fn reports_a_failing_proxy_at_the_connection() {
    let refusing = unused_address();
    let bad = FakeGateway::new(|_, stream| drop(stream.write_all(&status("502 Bad Gateway", ""))));
    let (refusing_url, refusing) = (format!("http://{refusing}"), refusing.to_string());
    let bad_host = bad.url.trim_start_matches("http://");
    for gateway in ["https://plant-a:8043", "http://plant-a:8088"] {
        for (proxy, host, expected) in [
            (&refusing_url, refusing.as_str(), "refused the connection. Check that it is running"),
            (&bad.url, bad_host, ". Check that the gateway is running"),
        ] {
            let output = check(&[gateway], &[("HTTPS_PROXY", proxy), ("HTTP_PROXY", proxy)]);
            assert_eq!(output.status.code(), Some(1));
            let lines: Vec<&str> = text(&output.stdout).lines().collect();
            assert_eq!(lines[1], format!("ok       Host name      Left to the proxy {host}"));
            assert!(lines[2].starts_with(&format!("failed   Connection     The proxy {host} ")), "{lines:?}");
            assert!(lines[2].contains(expected), "{lines:?}");
            assert!(lines[3..].iter().all(|line| line.starts_with("skipped  ")), "{lines:?}");
        }
    }
}

#[test]
fn writes_json_with_all_steps() {
    let closed = FakeGateway::gateway("8.1.44", status("401 Unauthorized", ""));
    let environment = [("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "hunter2")];
    let output = check(&[&closed.url, "--format", "json"], &environment);
    assert_eq!(output.status.code(), Some(1));
    assert!(!text(&output.stdout).contains("hunter2"));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["version"], &document["readable"]), (&Value::from(1), &Value::from(false)));
    assert_eq!(document["gateway"], *closed.url);
    let node = &document["nodes"][0];
    assert_eq!((&node["url"], &node["readable"]), (&Value::from(&*closed.url), &Value::from(false)));
    let steps = node["steps"].as_array().unwrap();
    let ids: Vec<&str> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    let expected = "address name tcp tls health commissioning redundancy web-dev rest sign-in sessions";
    assert_eq!(ids.join(" "), expected);
    assert_eq!((&steps[0]["outcome"], &steps[0]["advice"]), (&Value::from("ok"), &Value::Null));
    assert_eq!(steps[9]["outcome"], "failed");
    assert_eq!(steps[9]["message"], "Wrong user name or password");
    assert_eq!(steps[9]["advice"], "Check GATEWATCH_USER and GATEWATCH_PASSWORD");
    assert_eq!(steps[10]["outcome"], "skipped");
}

#[test]
fn checks_each_node_of_a_saved_gateway() {
    let (plant, unused) = (plant(), unused_address());
    let config = tempfile::tempdir().unwrap();
    let profile = format!("[[profile]]\nname = \"North\"\nurls = [\"http://{unused}\", \"{}\"]\n", plant.url);
    std::fs::write(config.path().join("config.toml"), profile).unwrap();
    for args in [&["check", "North"][..], &["check"]] {
        let output = gatewatch(config.path()).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let nodes: Vec<&str> = text(&output.stdout).split("\n\n").collect();
        assert_eq!(nodes.len(), 2);
        assert!(nodes[0].starts_with(&format!("North, http://{unused}\nok ")), "{nodes:?}");
        assert!(nodes[1].starts_with(&format!("North, {}\nok ", plant.url)), "{nodes:?}");
        assert!(nodes[1].ends_with("ok       Sessions       6 sessions\n"), "{nodes:?}");
    }
}

#[test]
fn wrong_usage_has_code_2() {
    for (args, environment) in [
        (&["ftp://x"][..], &[][..]),
        (&[], &[]),
        (&["demo", "--format", "csv"], &[]),
        (&["demo", "--timeout", "0"], &[]),
        (&["demo"], &[("GATEWATCH_USER", "billy")]),
    ] {
        let output = check(args, environment);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{args:?}");
    }
}

#[test]
fn suggests_the_line_that_trusts_a_certificate() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let output = check(&[&gateway.url], &[]);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    let (_, advice) = lines[3].split_once(" in config.toml: ").unwrap();
    assert!(lines[3].starts_with("failed   TLS            The gateway's certificate is self-signed"));

    let config = tempfile::tempdir().unwrap();
    let profile = format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\n{advice}\n", gateway.url);
    std::fs::write(config.path().join("config.toml"), profile).unwrap();
    let output = gatewatch(config.path()).args(["check", "North"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn keeps_the_advice_about_a_certificate_that_has_changed() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let config = tempfile::tempdir().unwrap();
    let north = format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\n", gateway.url);
    let other = format!("{{ host = \"{HOST}\", fingerprint = \"{}\" }}", "AA:".repeat(31) + "AA");
    let profile = format!("{north}trusted = [{other}]\n");
    std::fs::write(config.path().join("config.toml"), profile).unwrap();
    let output = gatewatch(config.path()).args(["check", "North"]).output().unwrap();
    let advice = "Ask the gateway's administrator before trusting it. To trust it without the window, ";
    assert!(text(&output.stdout).contains(advice), "{}", text(&output.stdout));
}

#[test]
fn suggests_http_within_the_time_limit_for_https_to_a_silent_port() {
    let listener = std::net::TcpListener::bind((HOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let output = check(&[&format!("https://{address}"), "--timeout", "3"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    let expected = format!(
        "failed   TLS            No valid response over HTTPS. Use http://{address} if this port is for HTTP"
    );
    assert_eq!(lines[3], expected);
}
