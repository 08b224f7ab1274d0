//! `gatewatch sessions --kind`.

use std::io::Write as _;

use super::{ANNA, BILLY_1, BILLY_2, HEADER, NULL_USER, SMITH, failure, plant, sessions, stdout, text};
use crate::support::process::gatewatch;
use crate::support::{FakeGateway, ok, status, webdev_json};

#[test]
fn flag_decides_without_a_kind() {
    let plant = plant();
    let kinds = |args: &[&str]| stdout(&sessions(&[&[plant.url.as_str()], args].concat())).to_owned();
    assert_eq!(kinds(&["--kind", "client"]), [HEADER, BILLY_1, SMITH, NULL_USER, BILLY_2].concat());
    assert_eq!(kinds(&["--kind", "designer"]), [HEADER, ANNA].concat());
    assert_eq!(kinds(&["--kind", "perspective"]), HEADER);
    assert_eq!(kinds(&["--kind", "perspective", "--count"]), "0\n");
    assert_eq!(kinds(&["--kind", "designer,client", "--count"]), "5\n");
    assert_eq!(kinds(&["--kind", "designer", "--kind", "client", "--username", "billy", "--count"]), "2\n");
    // Perspective sessions are in the response only if they are asked for.
    let asked = |request: &crate::support::Request| request.target.contains("perspective=1");
    let requests = plant.requests();
    assert_eq!(requests.iter().filter(|request| asked(request)).count(), 2);
}

#[test]
fn rejects_wrong_kinds() {
    let plant = plant();
    for kind in ["vision", "Designer", "", "client,", "client;designer"] {
        let output = sessions(&[&plant.url, "--kind", kind]);
        assert!(failure_code(&output), "{kind:?}: {}", text(&output.stderr));
    }
    assert!(plant.requests().is_empty());
    assert!(failure(&sessions(&[&plant.url, "--username", "("]), 2).contains("--username"));
}

fn failure_code(output: &std::process::Output) -> bool {
    output.status.code() == Some(2) && output.stdout.is_empty()
}

#[test]
fn list_decides_on_rest() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            "/data/vision/api/v1/clients" => ok(r#"{"items":[{"id":"1","user":"billy"}]}"#),
            "/data/api/v1/designers" => ok(r#"{"items":[{"id":"2","user":"anna"}]}"#),
            "/data/perspective/api/v1/sessions/" => ok(
                r#"{"items":[{"id":"3","username":"carl","sessionScope":"browser"},{"id":"2","username":"anna","sessionScope":"designer"}]}"#,
            ),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let config = tempfile::tempdir().unwrap();
    let users = |kind: &str| {
        let mut command = gatewatch(config.path());
        command.env("GATEWATCH_TOKEN", "reader:secret").args(["sessions", &gateway.url, "--kind", kind]);
        let output = command.output().unwrap();
        let users = stdout(&output).lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned());
        users.collect::<Vec<String>>()
    };
    assert_eq!(users("client"), ["billy"]);
    assert_eq!(users("designer"), ["anna"]);
    assert_eq!(users("perspective"), ["carl", "anna"]);
    assert_eq!(users("client,perspective"), ["billy", "carl", "anna"]);
}

#[test]
fn failing_perspective_list_of_web_dev_gives_code_3_and_the_other_sessions() {
    let failed = r#""ok":true,"perspective":false,"perspectiveError":"Trial expired for s3cret""#;
    let sessions = webdev_json(&[r#""billy","P","h",false,"A",0"#]).replacen(r#""ok":true"#, failed, 1);
    let gateway = FakeGateway::gateway("8.3.4", ok(&sessions));
    let config = tempfile::tempdir().unwrap();
    let mut command = gatewatch(config.path());
    command.env("GATEWATCH_USER", "reader").env("GATEWATCH_PASSWORD", "s3cret");
    let output = command.args(["sessions", &gateway.url, "--kind", "client,perspective"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let warning = text(&output.stderr);
    assert!(
        warning.contains("Can't list Perspective sessions") && warning.contains("Trial expired"),
        "{warning}"
    );
    assert!(!warning.contains("s3cret"), "{warning}");
    assert_eq!(text(&output.stdout).lines().nth(1).unwrap().split(',').next(), Some("billy"));
}
