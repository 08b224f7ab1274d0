//! Runs the subcommands as processes and checks their output, error lines and exit codes.

#[cfg(target_os = "linux")]
mod alert;
mod check;
mod demo;
#[cfg(target_os = "linux")]
mod events;
mod formats;
mod history;
mod kinds;
mod machine;
#[cfg(unix)]
mod output;
#[cfg(unix)]
mod record;
mod shell;
mod trust;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Output, Stdio};

use crate::support::process::gatewatch;
use crate::support::{FakeGateway, PLANT, ok, status, webdev_json};

fn run(args: &[&str]) -> Output {
    let config = tempfile::tempdir().unwrap();
    gatewatch(config.path()).args(args).output().unwrap()
}

fn sessions(args: &[&str]) -> Output {
    run(&[&["sessions"], args].concat())
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Returns the standard output of a run that succeeded without a message.
fn stdout(output: &Output) -> &str {
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    text(&output.stdout)
}

/// Returns the standard error, without the name of the program, of a run that failed with this code and wrote nothing.
fn failure(output: &Output, code: i32) -> &str {
    assert_eq!(text(&output.stdout), "");
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    text(&output.stderr).strip_prefix("gatewatch: ").unwrap()
}

fn plant() -> FakeGateway {
    FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)))
}

const HEADER: &str = "username,project,address,isDesigner,clientId,creationTime\r\n";
const BILLY_1: &str = "billy,Packaging,10.2.0.9,false,A1,2026-11-22T16:41:40.123Z\r\n";
const ANNA: &str = "anna,Boiler,10.10.0.1,true,B2,2026-11-22T16:40:00.000Z\r\n";
const SMITH: &str = "bill.smith,Boiler,hmi-7,false,C3,2026-11-22T16:38:20.000Z\r\n";
const NULL_USER: &str = ",Packaging,::1,false,D4,\r\n";
const JURGEN: &str = "jürgen,Intake,10.2.0.9,,E5,2026-11-22T16:36:40.000Z\r\n";
const BILLY_2: &str = "billy,Boiler,hmi-10,false,F6,2026-11-22T16:35:00.000Z\r\n";

#[test]
fn writes_csv_in_order_of_gateway() {
    let plant = plant();
    let all = [HEADER, BILLY_1, ANNA, SMITH, NULL_USER, JURGEN, BILLY_2].concat();
    assert_eq!(stdout(&sessions(&[&plant.url])), all);
    assert_eq!(stdout(&sessions(&[&plant.url, "--format", "csv"])), all);
}

#[test]
fn filters_match_whole_values_but_not_null() {
    let plant = plant();
    let filtered = |args: &[&str]| stdout(&sessions(&[&[plant.url.as_str()], args].concat())).to_owned();
    assert_eq!(filtered(&["--username", "billy"]), [HEADER, BILLY_1, BILLY_2].concat());
    assert_eq!(filtered(&["--username", "bi.*"]), [HEADER, BILLY_1, SMITH, BILLY_2].concat());
    assert_eq!(filtered(&["--username", "bill"]), HEADER);
    assert_eq!(filtered(&["--username", "bi.*", "--project", "Boiler"]), [HEADER, SMITH, BILLY_2].concat());
    assert_eq!(filtered(&["--username", "", "--project", "Intake"]), [HEADER, JURGEN].concat());
    assert_eq!(filtered(&["--username", ".*", "--count"]), "5\n");
    assert_eq!(filtered(&["--count"]), "6\n");
}

#[test]
fn sort_is_stable_with_null_last() {
    let plant = plant();
    let sorted = |sort: &str| stdout(&sessions(&[&plant.url, "--sort", sort])).to_owned();
    assert_eq!(sorted("username"), [HEADER, ANNA, SMITH, BILLY_1, BILLY_2, JURGEN, NULL_USER].concat());
    assert_eq!(sorted("username:desc"), [HEADER, JURGEN, BILLY_1, BILLY_2, SMITH, ANNA, NULL_USER].concat());
    assert_eq!(sorted("address"), [HEADER, BILLY_1, JURGEN, ANNA, NULL_USER, BILLY_2, SMITH].concat());
    assert_eq!(
        sorted("project:desc,creationTime"),
        [HEADER, BILLY_1, NULL_USER, JURGEN, BILLY_2, SMITH, ANNA].concat()
    );
}

#[test]
fn writes_json_table_and_excel_csv() {
    let plant = plant();
    let json = sessions(&[&plant.url, "--username", "jü.*", "--format", "json"]);
    assert_eq!(
        stdout(&json),
        "[\n{\"username\":\"jürgen\",\"project\":\"Intake\",\"address\":\"10.2.0.9\",\"isDesigner\":null,\
         \"clientId\":\"E5\",\"creationTime\":\"2026-11-22T16:36:40.000Z\"}\n]\n"
    );
    let table = sessions(&[&plant.url, "--username", "anna", "--format", "table"]);
    assert_eq!(
        stdout(&table),
        "username  project  address    isDesigner  clientId  creationTime\n\
         anna      Boiler   10.10.0.1  true        B2        2026-11-22T16:40:00.000Z\n"
    );
    let excel = sessions(&[&plant.url, "--username", "anna", "--excel"]);
    assert_eq!(stdout(&excel), ["\u{feff}", HEADER, ANNA].concat());
}

#[test]
fn keeps_output_file_on_failure() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("out.csv");
    let to = |url: &str| sessions(&[url, "--username", "anna", "--output", path.to_str().unwrap()]);
    assert_eq!(stdout(&to(&plant.url)), "");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), [HEADER, ANNA].concat());
    let broken = FakeGateway::gateway("8.1.0", ok("{"));
    failure(&to(&broken.url), 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), [HEADER, ANNA].concat());

    let nowhere = folder.path().join("no/such/out.csv");
    let output = sessions(&[&plant.url, "--output", nowhere.to_str().unwrap()]);
    let expected = format!("Can't write {}\n  caused by: Folder doesn't exist\n", nowhere.display());
    assert_eq!(failure(&output, 1), expected);
}

#[test]
fn names_gateway_that_fails() {
    let broken = FakeGateway::gateway("8.1.0", status("402 Payment Required", ""));
    let output = sessions(&[&broken.url]);
    let error = failure(&output, 1);
    assert!(error.starts_with(&format!("{}: ", broken.url)) && error.contains("no license"), "{error}");
}

#[test]
fn rejects_wrong_usage_before_first_request() {
    let plant = plant();
    let wrong = |args: &[&str]| {
        let output = sessions(&[&[plant.url.as_str()], args].concat());
        failure(&output, 2).to_owned()
    };
    let error = wrong(&["--username", "ü(b"]);
    assert!(error.starts_with("Invalid pattern \"ü(b\" for --username\n"), "{error}");
    assert!(error.contains("column 2"), "{error}");
    let error = wrong(&["--project", "[a"]);
    assert!(error.contains("--project") && error.contains("column 1"), "{error}");
    assert!(wrong(&["--excel", "--format", "json"]).contains("--excel"));
    assert!(plant.requests().is_empty());

    let error = wrong(&["--sort", "usrname"]);
    assert!(
        error.starts_with("Unknown column \"usrname\" for --sort. Columns: username, project,"),
        "{error}"
    );
    for args in [&["--timeout", "0"][..], &["--sort", "username:up"], &["--format", "xml"], &["--nonsense"]] {
        let output = sessions(&[&[plant.url.as_str()], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    assert!(failure(&sessions(&["ftp://x"]), 2).starts_with("Unknown gateway. Give an address"));
    assert!(!failure(&sessions(&["http://a:secret@x"]), 2).contains("secret"));
}

#[test]
fn writes_rows_of_reachable_nodes_with_code_3() {
    let (good, bad) = (plant(), FakeGateway::gateway("8.1.0", status("503 Service Unavailable", "")));
    let config = tempfile::tempdir().unwrap();
    let profiles = format!(
        "[[profile]]\nname = \"North\"\nurls = [\"{0}\", \"{1}\", \"{0}\"]\n\
         [[profile]]\nname = \"South\"\nurls = [\"{1}\"]\n",
        good.url, bad.url
    );
    std::fs::write(config.path().join("config.toml"), &profiles).unwrap();
    let run = |args: &[&str]| gatewatch(config.path()).arg("sessions").args(args).output().unwrap();

    let output = run(&["North", "--username", "anna"]);
    assert_eq!(output.status.code(), Some(3));
    // The last column names the gateway.
    let named = |line: &str, gateway: &str| format!("{},{gateway}\r\n", line.trim_end());
    let host = good.url.trim_start_matches("http://");
    let expected = [named(HEADER, "gateway"), named(ANNA, host), named(ANNA, host)].concat();
    assert_eq!(text(&output.stdout), expected);
    let error = text(&output.stderr);
    assert!(error.starts_with(&format!("gatewatch: North, {}: ", bad.url)), "{error}");
    assert!(error.contains("starting"), "{error}");

    assert!(failure(&run(&["South"]), 1).starts_with(&format!("South, {}", bad.url)));
    assert_eq!(std::fs::read_to_string(config.path().join("config.toml")).unwrap(), profiles);
}

#[test]
fn token_reads_rest_lists_and_warns_about_missing_one() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            "/data/vision/api/v1/clients" => ok(r#"{"items":[{"user":"billy"}]}"#),
            "/data/api/v1/designers" => ok(r#"{"items":[{"user":"anna"}]}"#),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let config = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = gatewatch(config.path());
        command.env("GATEWATCH_TOKEN", "reader:secret").args(["sessions", &gateway.url]).args(args);
        command.output().unwrap()
    };
    let output = run(&["--username", "b.*", "--count"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "1\n"));
    let warning = text(&output.stderr);
    assert!(warning.contains("Perspective") && warning.lines().count() == 1, "{warning}");
    assert!(failure(&run(&["--username", "b.*", "--ask-gateway"]), 1).contains("--ask-gateway"));
}

#[test]
fn failing_list_is_named_and_others_are_written_with_code_3() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            "/data/vision/api/v1/clients" => ok(r#"{"items":[{"user":"billy"}]}"#),
            "/data/api/v1/designers" => status("402 Payment Required", r#"{"message":"trial \u001bover"}"#),
            _ => ok(r#"{"items":[{"username":"anna"}]}"#),
        };
        stream.write_all(&response).unwrap();
    });
    let config = tempfile::tempdir().unwrap();
    let mut command = gatewatch(config.path());
    command.env("GATEWATCH_TOKEN", "reader:secret").args(["sessions", &gateway.url, "--count"]);
    let output = command.output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), "2\n"));
    let warning = text(&output.stderr);
    assert!(warning.contains("Designer") && warning.contains("402"), "{warning}");
    assert!(warning.contains("trial \u{fffd}over"), "{warning}");
}

#[test]
fn warns_about_every_node_that_is_not_active() {
    for (info, expected) in [
        ("RedundancyStatus=Master;RedundantNodeActiveStatus=Cold", "master, cold"),
        ("RedundancyStatus=Backup;RedundantNodeActiveStatus=Warm", "backup, warm"),
        ("RedundantNodeActiveStatus=Cold", "cold"),
    ] {
        let gateway = FakeGateway::new(move |request, stream| {
            let response = match request.path() {
                "/system/gwinfo" => ok(&format!("ContextStatus=RUNNING;Version=8.1.0;{info}")),
                _ => ok(&webdev_json(&PLANT)),
            };
            stream.write_all(&response).unwrap();
        });
        let output = sessions(&[&gateway.url, "--count"]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "6\n"));
        let warning = text(&output.stderr);
        assert!(warning.contains(&format!("isn't active ({expected})")), "{warning}");
    }
    let output = sessions(&[&plant().url, "--count"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn counts_replaced_values_in_a_warning() {
    let rows = [
        r#""a\ud83d","P","h",false,"A",253402300800000"#,
        r#""b","P","h",false,"B",1e999"#,
        r#""c","P","h",false,"C",1.79E12"#,
    ];
    let gateway = FakeGateway::gateway("8.1.0", ok(&webdev_json(&rows)));
    let output = sessions(&[&gateway.url]);
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<&str> = text(&output.stdout).lines().skip(1).collect();
    assert_eq!(lines, ["a\u{fffd},P,h,false,A,", "b,P,h,false,B,", "c,P,h,false,C,2026-09-21T14:13:20.000Z"]);
    assert!(text(&output.stderr).contains("3 values can't be represented"), "{}", text(&output.stderr));
}

#[test]
fn reports_invalid_settings_and_leaves_them() {
    let (plant, config) = (plant(), tempfile::tempdir().unwrap());
    let path = config.path().join("config.toml");
    std::fs::write(&path, "refresh_secs = 5\n[[profile\n").unwrap();
    let run = |args: &[&str]| gatewatch(config.path()).arg("sessions").args(args).output().unwrap();

    let output = run(&[]);
    let error = failure(&output, 1);
    let expected = format!("Line 2 of {} is invalid. Fix the file\n  caused by: ", path.display());
    assert!(error.starts_with(&expected) && error.contains("\n  hint: "), "{error}");
    let output = run(&[&plant.url, "--count"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "6\n"));
    assert!(text(&output.stderr).contains("Line 2 of"));
    let short = plant.url.trim_start_matches("http://");
    for (gateway, sessions) in [(short, "6\n"), ("demo", "4\n")] {
        let filter = if gateway == "demo" { "bi.*" } else { "" };
        let output = run(&[gateway, "--username", filter, "--count"]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), sessions), "{gateway}");
        assert!(text(&output.stderr).contains("Line 2 of"), "{gateway}");
    }
    let output = run(&["North"]);
    assert!(failure(&output, 1).contains("\n  hint: an address such as http://host:8088 in place of"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "refresh_secs = 5\n[[profile\n");
}

#[test]
fn says_which_entries_are_wrong_and_reads_the_others() {
    let (plant, config) = (plant(), tempfile::tempdir().unwrap());
    let path = config.path().join("config.toml");
    let profile = format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\n", plant.url);
    let run = |text: &str, args: &[&str]| {
        std::fs::write(&path, text).unwrap();
        let output = gatewatch(config.path()).args(args).output().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        output
    };
    let wrong = format!("{profile}[history]\nkeep_days = 0\n");
    let expected = format!(
        "gatewatch: Line 5 of {}: keep_days must be a number from 1 to 36500. Until it is fixed, nothing is recorded\n",
        path.display()
    );
    for args in [&["sessions", "--count"][..], &["sessions", "North", "--count"]] {
        let output = run(&wrong, args);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "6\n"));
        assert_eq!(text(&output.stderr), expected);
    }
    for args in [&["record"][..], &["history", "info"], &["history", "--at", "now"], &["history", "check"]] {
        let output = run(&wrong, args);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), &*expected), "{args:?}");
    }
    // A name whose entry is wrong isn't taken for an address.
    let wrong = format!("{profile}[[profile]]\nname = \"South\"\n");
    let expected = format!("Profile \"South\" in {} has no urls", path.display());
    let output = run(&wrong, &["sessions", "North", "--count"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "6\n"));
    assert!(text(&output.stderr).contains(&expected), "{}", text(&output.stderr));
    for args in [&["sessions", "South"][..], &["check", "south"], &["sessions"]] {
        let output = run(&wrong, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(text(&output.stderr).contains(&expected), "{}", text(&output.stderr));
        assert_eq!(output.stdout, b"", "{args:?}");
    }
}

#[test]
fn reads_the_only_saved_gateway_by_default() {
    let (plant, config) = (plant(), tempfile::tempdir().unwrap());
    let profile = |name: &str| format!("[[profile]]\nname = \"{name}\"\nurls = [\"{}\"]\n", plant.url);
    let run = |config_toml: &str, last: &str| {
        std::fs::write(config.path().join("config.toml"), config_toml).unwrap();
        std::fs::write(config.path().join("state.toml"), last).unwrap();
        // Incomplete credentials, which would be an error if they were used.
        let mut command = gatewatch(config.path());
        command.env("GATEWATCH_USER", "billy").args(["sessions", "--count"]).output().unwrap()
    };
    assert_eq!(stdout(&run(&profile("North"), "")), "6\n");
    assert!(plant.requests().iter().all(|request| request.header("authorization").is_none()));

    let requests = plant.requests().len();
    // The last gateway of the window doesn't count.
    let last = format!("last = \"{}\"\n", plant.url);
    let output = run(&[profile("North"), profile("South")].concat(), &last);
    assert_eq!(failure(&output, 2), "No gateway named. Saved gateways: North, South\n");
    for config_toml in [profile("North"), [profile("North"), profile("South")].concat()] {
        std::fs::write(config.path().join("config.toml"), config_toml).unwrap();
        let output = gatewatch(config.path()).args(["sessions", "All gateways"]).output().unwrap();
        let message = failure(&output, 2);
        assert!(message.starts_with("All gateways can only be shown in the window. Name one"), "{message}");
    }
    let output = run("", &last);
    assert_eq!(failure(&output, 2), "No gateway named. Give an address such as http://host:8088, or demo\n");
    assert_eq!(plant.requests().len(), requests);
}

#[test]
fn hints_at_credentials_for_gateways_that_need_them() {
    let closed = FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""));
    let config = tempfile::tempdir().unwrap();
    let profile = format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\n", closed.url);
    std::fs::write(config.path().join("config.toml"), profile).unwrap();
    let run = |args: &[&str]| gatewatch(config.path()).arg("sessions").args(args).output().unwrap();
    assert!(failure(&run(&["North"]), 1).ends_with("\n  hint: set GATEWATCH_USER and GATEWATCH_PASSWORD\n"));
    assert!(failure(&run(&[]), 1).contains("\n  hint: name the gateway on the command line"));
}

#[test]
fn hints_to_check_credentials_that_are_set_and_to_set_others() {
    let (config, closed) = (tempfile::tempdir().unwrap(), rejecting());
    let password = [("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "hunter2")];
    let token = [("GATEWATCH_TOKEN", "reader:hunter2")];
    for (api, environment, hint) in [
        ("web-dev", &password[..], "check GATEWATCH_USER and GATEWATCH_PASSWORD"),
        ("web-dev", &[], "set GATEWATCH_USER and GATEWATCH_PASSWORD"),
        ("web-dev", &token, "set GATEWATCH_USER and GATEWATCH_PASSWORD in place of GATEWATCH_TOKEN"),
        ("rest", &token, "check that GATEWATCH_TOKEN is the whole token, NAME:KEY"),
        ("rest", &[], "set GATEWATCH_TOKEN to the whole token, NAME:KEY"),
        ("rest", &password, "set GATEWATCH_TOKEN in place of GATEWATCH_USER and GATEWATCH_PASSWORD"),
    ] {
        let profile =
            format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\napi = \"{api}\"\n", closed.url);
        std::fs::write(config.path().join("config.toml"), profile).unwrap();
        let mut command = gatewatch(config.path());
        let output = command.args(["sessions", "North"]).envs(environment.iter().copied()).output().unwrap();
        let error = failure(&output, 1);
        assert!(error.ends_with(&format!("\n  hint: {hint}\n")), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

/// A gateway that rejects every login.
fn rejecting() -> FakeGateway {
    FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            _ => status("401 Unauthorized", ""),
        };
        let _closed = stream.write_all(&response);
    })
}

#[test]
fn rejected_password_is_sent_to_one_node_only() {
    let (config, nodes) = (tempfile::tempdir().unwrap(), [(); 5].map(|()| rejecting()));
    let urls = nodes.each_ref().map(|node| format!("\"{}\"", node.url)).join(", ");
    std::fs::write(
        config.path().join("config.toml"),
        format!("[[profile]]\nname = \"North\"\nurls = [{urls}]\n"),
    )
    .unwrap();
    let mut command = gatewatch(config.path());
    command.env("GATEWATCH_USER", "billy").env("GATEWATCH_PASSWORD", "hunter2").args(["sessions", "North"]);
    let output = command.output().unwrap();
    assert_eq!(failure(&output, 1).matches("Wrong user name or password").count(), 1);
    let requests = nodes.iter().flat_map(FakeGateway::requests);
    assert_eq!(requests.filter(|request| request.header("authorization").is_some()).count(), 1);
}

#[test]
fn reads_credentials_from_environment_and_never_shows_them() {
    let config = tempfile::tempdir().unwrap();
    let closed = FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""));
    let output = gatewatch(config.path())
        .args(["sessions", &closed.url])
        .env("GATEWATCH_USER", "billy")
        .env("GATEWATCH_PASSWORD", "hunter2")
        .output()
        .unwrap();
    let error = failure(&output, 1);
    assert!(error.contains("GATEWATCH_PASSWORD") && !error.contains("hunter2"), "{error}");
    assert!(closed.requests()[1].header("authorization").is_some());

    let half = gatewatch(config.path())
        .args(["sessions", &closed.url])
        .env("GATEWATCH_USER", "billy")
        .output()
        .unwrap();
    assert!(failure(&half, 2).contains("GATEWATCH_PASSWORD"));
}

#[test]
fn succeeds_if_reader_stops_early() {
    let rows = PLANT.repeat(2_000);
    let plant = FakeGateway::gateway("8.1.0", ok(&webdev_json(&rows)));
    let config = tempfile::tempdir().unwrap();
    let mut child = gatewatch(config.path())
        .args(["sessions", &plant.url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((first.as_str(), output.status.code(), text(&output.stderr)), (HEADER, Some(0), ""));
}

#[test]
fn reads_demo_gateway_by_name() {
    assert_eq!(stdout(&sessions(&["demo", "--username", "bi.*", "--count"])), "4\n");
}

#[test]
fn window_without_display_suggests_sessions() {
    let output = run(&[]);
    assert!(failure(&output, 1).contains("`gatewatch sessions`"));
    assert_eq!(run(&["ftp://x"]).status.code(), Some(2));
}

#[test]
fn timeout_limits_the_whole_run() {
    // Sends data forever, so only a time limit on the whole run ends it.
    let gateway = FakeGateway::new(|_, stream| {
        let mut is_connected = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_ok();
        while is_connected {
            std::thread::sleep(std::time::Duration::from_millis(1));
            is_connected = stream.write_all(b" ").is_ok();
        }
    });
    let output = sessions(&[&gateway.url, "--timeout", "0.05"]);
    assert!(failure(&output, 1).contains("0.05 s"));
}

#[test]
fn accepts_only_pinned_certificate() {
    use crate::support::tls::{HOST, Identity, TlsGateway, named};
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let config = tempfile::tempdir().unwrap();
    let run = |trusted: &str| {
        let profile =
            format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\ntrusted = [{trusted}]\n", gateway.url);
        std::fs::write(config.path().join("config.toml"), profile).unwrap();
        gatewatch(config.path()).args(["sessions", "North", "--count"]).output().unwrap()
    };
    let rejected = run("");
    let rejected = failure(&rejected, 1);
    let fingerprint = identity.pin().fingerprint;
    assert!(rejected.contains(&fingerprint.to_string()), "{rejected}");
    let accepted = run(&format!("{{ host = \"{HOST}\", fingerprint = \"{fingerprint}\" }}"));
    assert_eq!((accepted.status.code(), text(&accepted.stdout)), (Some(0), "1\n"));
}
