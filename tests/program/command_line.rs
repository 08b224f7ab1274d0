//! `gatewatch sessions` and `gatewatch demo` as processes: output byte for byte, error lines, exit codes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Output, Stdio};

use crate::support::process::gatewatch;
use crate::support::{FakeGateway, PLANT, answer, ok, status};

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

/// Standard output of a run that must succeed in silence.
fn stdout(output: &Output) -> &str {
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    text(&output.stdout)
}

/// The one error line of a run that must fail so and write nothing.
fn failure(output: &Output, code: i32) -> &str {
    assert_eq!(text(&output.stdout), "");
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    let line = text(&output.stderr).strip_suffix('\n').unwrap();
    assert!(!line.contains('\n'), "{line}");
    line.strip_prefix("gatewatch: ").unwrap()
}

fn plant() -> FakeGateway {
    FakeGateway::gateway("8.1.44", ok(&answer(&PLANT)))
}

const HEADER: &str = "username,project,address,isDesigner,clientId,creationTime\r\n";
const BILLY_1: &str = "billy,Packaging,10.2.0.9,false,A1,2026-11-22T16:41:40.123Z\r\n";
const ANNA: &str = "anna,Boiler,10.10.0.1,true,B2,2026-11-22T16:40:00.000Z\r\n";
const SMITH: &str = "bill.smith,Boiler,hmi-7,false,C3,2026-11-22T16:38:20.000Z\r\n";
const NOBODY: &str = ",Packaging,::1,false,D4,\r\n";
const JURGEN: &str = "jürgen,Intake,10.2.0.9,,E5,2026-11-22T16:36:40.000Z\r\n";
const BILLY_2: &str = "billy,Boiler,hmi-10,false,F6,2026-11-22T16:35:00.000Z\r\n";

#[test]
fn all_sessions_are_written_as_csv_in_the_gateways_order() {
    let plant = plant();
    let all = [HEADER, BILLY_1, ANNA, SMITH, NOBODY, JURGEN, BILLY_2].concat();
    assert_eq!(stdout(&sessions(&[&plant.url])), all);
    assert_eq!(stdout(&sessions(&[&plant.url, "--format", "csv"])), all);
}

#[test]
fn filters_match_whole_values_and_never_a_null() {
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
fn sorting_is_stable_with_unknown_values_last() {
    let plant = plant();
    let sorted = |sort: &str| stdout(&sessions(&[&plant.url, "--sort", sort])).to_owned();
    assert_eq!(sorted("username"), [HEADER, ANNA, SMITH, BILLY_1, BILLY_2, JURGEN, NOBODY].concat());
    assert_eq!(sorted("username:desc"), [HEADER, JURGEN, BILLY_1, BILLY_2, SMITH, ANNA, NOBODY].concat());
    assert_eq!(sorted("address"), [HEADER, BILLY_1, JURGEN, ANNA, NOBODY, BILLY_2, SMITH].concat());
    assert_eq!(
        sorted("project:desc,creationTime"),
        [HEADER, BILLY_1, NOBODY, JURGEN, BILLY_2, SMITH, ANNA].concat()
    );
}

#[test]
fn other_formats_hold_the_same_rows() {
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
fn a_file_is_written_whole_or_left_alone() {
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
    assert!(failure(&output, 1).starts_with(nowhere.to_str().unwrap()));
}

#[test]
fn a_gateway_that_fails_is_one_line_that_names_it() {
    let broken = FakeGateway::gateway("8.1.0", status("402 Payment Required", ""));
    let output = sessions(&[&broken.url]);
    let line = failure(&output, 1);
    assert!(line.starts_with(&format!("{}: the Web Dev module is unlicensed", broken.url)), "{line}");
}

#[test]
fn wrong_usage_is_told_with_code_2_before_anything_is_asked() {
    let plant = plant();
    let wrong = |args: &[&str]| {
        let output = sessions(&[&[plant.url.as_str()], args].concat());
        failure(&output, 2).to_owned()
    };
    let line = wrong(&["--username", "ü(b"]);
    assert!(line.contains("--username") && line.contains("column 2"), "{line}");
    let line = wrong(&["--project", "[a"]);
    assert!(line.contains("--project") && line.contains("column 1"), "{line}");
    assert!(wrong(&["--excel", "--format", "json"]).contains("--excel"));
    assert!(plant.requests().is_empty());

    let line = wrong(&["--sort", "usrname"]);
    assert!(line.contains("usrname") && line.contains("username, project"), "{line}");
    for args in [&["--timeout", "0"][..], &["--sort", "username:up"], &["--format", "xml"], &["--nonsense"]] {
        let output = sessions(&[&[plant.url.as_str()], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    assert_eq!(sessions(&["ftp://x"]).status.code(), Some(2));
    assert_eq!(sessions(&["http://a:secret@x"]).status.code(), Some(2));
}

#[test]
fn some_nodes_of_several_give_their_rows_and_code_3() {
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
    // Which gateway a row is from stands behind the others.
    let named = |line: &str, gateway: &str| format!("{},{gateway}\r\n", line.trim_end());
    let host = good.url.trim_start_matches("http://");
    let expected = [named(HEADER, "gateway"), named(ANNA, host), named(ANNA, host)].concat();
    assert_eq!(text(&output.stdout), expected);
    let line = format!("gatewatch: North, {}: the gateway is starting", bad.url);
    assert!(text(&output.stderr).starts_with(&line), "{}", text(&output.stderr));

    assert!(failure(&run(&["South"]), 1).starts_with(&format!("South, {}", bad.url)));
    // Without a name, the first saved one.
    assert_eq!(run(&["--count"]).status.code(), Some(3));
    assert_eq!(std::fs::read_to_string(config.path().join("config.toml")).unwrap(), profiles);
}

#[test]
fn a_token_reads_the_lists_of_8_3_and_a_missing_one_is_said() {
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
    let said = text(&output.stderr);
    assert!(said.contains("Perspective") && said.lines().count() == 1, "{said}");
    assert!(failure(&run(&["--username", "b.*", "--ask-gateway"]), 1).contains("--ask-gateway"));
}

#[test]
fn a_bad_configuration_is_reported_and_left_alone() {
    let (plant, config) = (plant(), tempfile::tempdir().unwrap());
    let path = config.path().join("config.toml");
    std::fs::write(&path, "refresh_secs = 5\n[[profile\n").unwrap();
    let run = |args: &[&str]| gatewatch(config.path()).arg("sessions").args(args).output().unwrap();

    let line = failure(&run(&[]), 1).to_owned();
    assert!(line.starts_with(path.to_str().unwrap()) && line.contains("line 2"), "{line}");
    let output = run(&[&plant.url, "--count"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "6\n"));
    assert!(text(&output.stderr).contains("line 2"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "refresh_secs = 5\n[[profile\n");
}

#[test]
fn credentials_come_from_the_environment_and_are_never_shown() {
    let config = tempfile::tempdir().unwrap();
    let closed = FakeGateway::gateway("8.1.0", status("401 Unauthorized", ""));
    let output = gatewatch(config.path())
        .args(["sessions", &closed.url])
        .env("GATEWATCH_USER", "billy")
        .env("GATEWATCH_PASSWORD", "hunter2")
        .output()
        .unwrap();
    let line = failure(&output, 1);
    assert!(line.contains("did not take the given ones") && !line.contains("hunter2"), "{line}");
    assert!(closed.requests()[1].header("authorization").is_some());

    let half = gatewatch(config.path())
        .args(["sessions", &closed.url])
        .env("GATEWATCH_USER", "billy")
        .output()
        .unwrap();
    assert!(failure(&half, 2).contains("GATEWATCH_PASSWORD"));
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let rows = PLANT.repeat(20_000);
    let plant = FakeGateway::gateway("8.1.0", ok(&answer(&rows)));
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
fn without_a_gateway_the_demo_gateway_answers_and_says_so() {
    let output = sessions(&["--username", "bi.*", "--count"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "4\n"));
    assert!(text(&output.stderr).contains("demo gateway"));
}

#[test]
fn without_a_display_the_window_names_the_way_without_one() {
    let output = run(&[]);
    assert!(failure(&output, 1).contains("`gatewatch sessions`"));
    assert_eq!(run(&["ftp://x"]).status.code(), Some(2));
}

/// The demo gateway as a process of its own, ended with the test.
struct Demo {
    child: Child,
    url: String,
}

impl Demo {
    fn start(args: &[&str]) -> Self {
        let config = tempfile::tempdir().unwrap();
        let mut child = gatewatch(config.path())
            .args(["demo", "--listen", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim_end().to_owned() }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn the_demo_says_its_address_and_serves_what_it_is_told_to() {
    let demo = Demo::start(&["--still", "--seed", "7", "--sessions", "50"]);
    assert!(demo.url.starts_with("http://127.0.0.1:"), "{}", demo.url);
    let once = sessions(&[&demo.url]);
    assert_eq!(stdout(&once).lines().count(), 51);
    assert_eq!(stdout(&sessions(&[&demo.url])), stdout(&once));
}

#[test]
fn the_demo_lets_in_whom_it_is_told_to() {
    let demo = Demo::start(&["--require-basic", "billy:secret"]);
    assert!(failure(&sessions(&[&demo.url]), 1).contains("wants a user and a password"));
    let config = tempfile::tempdir().unwrap();
    let output = gatewatch(config.path())
        .args(["sessions", &demo.url, "--count"])
        .envs([("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "secret")])
        .output()
        .unwrap();
    assert!(stdout(&output).trim_end().parse::<u32>().unwrap() > 0);
}

#[test]
fn the_time_limit_is_for_the_whole_run() {
    let rows = vec![PLANT[0]; 400_000];
    let plant = FakeGateway::gateway("8.1.0", ok(&answer(&rows)));
    let begun = std::time::Instant::now();
    let output = sessions(&[&plant.url, "--timeout", "0.05"]);
    assert!(failure(&output, 1).contains("within 0.05 s"));
    // Reading that answer to its end takes some seconds here, so this tells a run that waited for it.
    assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn the_gateway_can_be_asked_to_filter_instead() {
    let demo = Demo::start(&["--still"]);
    for (username, project) in
        [("bi.*", ""), ("bi.ly", ".*"), (r"bill\.smith", "Boiler.*"), ("", "[A-P].*"), ("(?i)BILLY", "")]
    {
        let args = [demo.url.as_str(), "--username", username, "--project", project, "--sort", "clientId"];
        let here = sessions(&args);
        let there = sessions(&[&args[..], &["--ask-gateway"]].concat());
        assert!(stdout(&here).lines().count() > 1, "{username} {project}");
        assert_eq!(stdout(&here), stdout(&there), "{username} {project}");
    }
    let refused = sessions(&[&demo.url, "--username", "(", "--ask-gateway"]);
    assert!(failure(&refused, 1).contains("the gateway refused"));
}

#[test]
fn wrong_options_of_the_demo_are_wrong_usage() {
    for args in [["--listen", "here"], ["--listen", "127.0.0.1"], ["--sessions", "99999999999999"]] {
        assert_eq!(run(&[&["demo"], &args[..]].concat()).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_a_clear_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["demo", "--listen", &address]);
    assert!(failure(&output, 1).contains(&address));
}

#[test]
fn a_certificate_that_the_settings_trust_is_taken_and_no_other() {
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
    let refused = run("");
    let refused = failure(&refused, 1);
    let fingerprint = identity.pin().fingerprint;
    assert!(refused.contains(&fingerprint.to_string()), "{refused}");
    let taken = run(&format!("{{ host = \"{HOST}\", fingerprint = \"{fingerprint}\" }}"));
    assert_eq!((taken.status.code(), text(&taken.stdout)), (Some(0), "1\n"));
}
