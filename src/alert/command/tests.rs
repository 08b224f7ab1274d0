//! Commands as real processes.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use super::*;
use crate::alert::rule::{Condition, Rule};
use crate::alert::{Incident, Phase};

const LONG: Duration = Duration::from_mins(1);

fn command(program: &str, arguments: &[&str]) -> CommandLine {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    CommandLine { program: program.into(), arguments }
}

fn shell(script: &str) -> CommandLine {
    command("sh", &["-c", script])
}

/// Returns an alert with a command and a text of this length.
fn alert(rule: &str, command: CommandLine, length: usize) -> Alert {
    let rule = Rule { command: Some(command), ..Rule::new(rule.to_owned(), Condition::Unreachable) };
    let subject = crate::alert::incident::SubjectKey {
        rule: rule.name.clone(),
        definition: rule.definition(),
        gateway: "Plant".to_owned(),
        subject: crate::alert::incident::Subject { node: None, id: String::new() },
    };
    let incident = Incident {
        key: "k".to_owned(),
        gateway: "Plant".into(),
        node: "http://n1".into(),
        session: None,
        since: 0,
        count: 1,
        text: "x".repeat(length),
        subject,
        ended: None,
        spread_ms: 0,
    };
    Alert { time: 0, rule: Arc::new(rule), phase: Phase::Firing, is_quiet: false, incidents: vec![incident] }
}

/// Returns a runner and the receiver of its errors.
fn runner(timeout: Duration) -> (CommandRunner, Receiver<String>) {
    let (sender, failures) = sync_channel(1_000);
    let report = move |error: &CommandError| {
        let _gone = sender.send(error.source.to_string());
    };
    (CommandRunner::with_timeouts(timeout, LONG, report), failures)
}

fn run(command: CommandLine, timeout: Duration) -> Vec<String> {
    let (mut runner, failures) = runner(timeout);
    runner.deliver(&[alert("A", command, 10)]);
    drop(runner);
    failures.iter().collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn command_gets_one_line_of_json_and_its_arguments_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out $(x)");
    let script = r#"cat > "$1"; printf %s "$2" >> "$1""#;
    let argument = "a; $HOME 'b' \"c\"";
    let line = command("sh", &["-c", script, "sh", path.to_str().unwrap(), argument]);
    assert_eq!(run(line, LONG), [""; 0]);
    let text = read(&path);
    let (json, written) = text.split_once('\n').unwrap();
    assert_eq!(written, argument);
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!((&json["alert"], &json["text"], &json["v"]), (&"A".into(), &"xxxxxxxxxx".into(), &1.into()));
}

#[test]
fn failing_and_missing_commands_are_reported_with_their_output() {
    let failures = run(shell("echo no route >&2; exit 3"), LONG);
    assert_eq!(failures, ["exit status: 3: no route"]);
    assert_eq!(run(command("/no/such/program", &[]), LONG), ["Can't start the program"]);
    // Nothing but its status counts.
    assert_eq!(run(shell("echo fine >&2"), LONG), [""; 0]);
}

#[test]
fn endless_command_is_ended_with_all_that_it_has_started() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pid");
    let script = format!("sleep 1000 & echo $! > '{}'; echo waiting; wait", path.display());
    let failures = run(shell(&script), Duration::from_millis(500));
    assert_eq!(failures, ["Stopped after 0 s: waiting"]);
    let child = read(&path).trim().to_owned();
    assert!(!child.is_empty());
    let deadline = Instant::now() + LONG;
    // The system needs a moment to remove it. One that has ended may wait for its parent to notice.
    let is_running = || {
        let status = read(Path::new(&format!("/proc/{child}/stat")));
        !status.is_empty() && !status.contains(") Z ")
    };
    while cfg!(target_os = "linux") && is_running() {
        assert!(Instant::now() < deadline, "it still runs");
        std::thread::yield_now();
    }
}

#[test]
fn huge_input_and_output_stop_nothing() {
    let (mut runner, failures) = runner(LONG);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("length");
    // One reads nothing, one reads all of it and writes more than is kept.
    let reads = format!("wc -c > '{}'; yes | head -c 1000000; exit 1", path.display());
    runner.deliver(&[alert("A", shell("exit 0"), 3_000_000), alert("B", shell(&reads), 3_000_000)]);
    drop(runner);
    let failures: Vec<String> = failures.iter().collect();
    assert_eq!(failures.len(), 1);
    assert!(
        failures[0].starts_with("exit status: 1: y y y") && failures[0].chars().count() < 450,
        "{failures:?}"
    );
    assert!(read(&path).trim().parse::<usize>().unwrap() > 3_000_000);
}

#[test]
fn few_run_at_once_and_those_of_a_rule_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order");
    let (mut runner, failures) = runner(LONG);
    let release = folder.path().join("release");
    // All wait for a file, so that none ends before the last one was handed over.
    let wait = format!("while [ ! -e '{}' ]; do sleep 0.01; done;", release.display());
    for index in 0..10 {
        let script = format!("{wait} echo {index} >> '{}'", path.display());
        runner.deliver(&[alert("A", shell(&script), 1)]);
    }
    for index in 0..MAX_COMMANDS + 2 {
        runner.deliver(&[alert(&format!("B{index}"), shell(&wait), 1)]);
    }
    assert_eq!(runner.shared.lock().running.len(), MAX_COMMANDS);
    for _ in 0..MAX_WAITING {
        runner.deliver(&[alert("C", shell("exit 0"), 1)]);
    }
    assert_eq!(failures.try_iter().count(), 0);
    runner.deliver(&[alert("C", shell("exit 0"), 1)]);
    assert_eq!(
        failures.try_iter().collect::<Vec<_>>(),
        ["Not run, because 100 other commands of this alert are waiting"]
    );
    std::fs::write(&release, "").unwrap();
    drop(runner);
    assert_eq!(read(&path).split_whitespace().collect::<String>(), "0123456789");
}

#[test]
fn slow_command_keeps_no_other_rule_waiting() {
    let (mut runner, failures) = runner(LONG);
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("release");
    let wait = format!("while [ ! -e '{}' ]; do sleep 0.01; done", release.display());
    for _ in 0..=MAX_WAITING {
        runner.deliver(&[alert("slow", shell(&wait), 1)]);
    }
    // The slow ones wait for this one.
    runner.deliver(&[alert("quick", shell(&format!("touch '{}'", release.display())), 1)]);
    drop(runner);
    assert_eq!(failures.iter().collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn command_that_is_stopped_at_the_end_of_the_program_has_not_timed_out() {
    let (sender, failures) = sync_channel(10);
    let report = move |error: &CommandError| sender.send(error.source.to_string()).unwrap();
    let mut runner = CommandRunner::with_timeouts(LONG, Duration::ZERO, report);
    runner.deliver(&[alert("A", shell("sleep 1000"), 1)]);
    drop(runner);
    assert_eq!(failures.recv_timeout(LONG).as_deref(), Ok("Stopped because Gatewatch was closed"));
}

#[test]
fn command_has_no_secrets_in_its_environment() {
    let mut process = std::process::Command::new("sh");
    process::clean(&mut process);
    let removed: Vec<_> =
        process.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
    assert!(removed.contains(&std::ffi::OsStr::new("GATEWATCH_PASSWORD")), "{removed:?}");
    assert!(removed.contains(&std::ffi::OsStr::new("GATEWATCH_TOKEN")), "{removed:?}");
    assert!(removed.contains(&std::ffi::OsStr::new("PGPASSWORD")), "{removed:?}");
}
