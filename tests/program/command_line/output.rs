//! `gatewatch sessions --output`: files, pipes, open files of the shell, and signals.

use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use super::{ANNA, BILLY_1, HEADER, plant, stdout, text};
use crate::support::poll::TIMEOUT;
use crate::support::process::gatewatch;
use crate::support::{FakeGateway, PLANT, ok, webdev_json};

/// Returns a command that runs this script, in which `$GATEWATCH` and `"$@"` are the program and its arguments.
fn shell(script: &str, args: &[&str]) -> Command {
    let config = tempfile::tempdir().unwrap();
    let program = gatewatch(config.path());
    let mut command = Command::new("bash");
    command.args(["-c", script, "bash", "sessions"]).args(args).env("GATEWATCH", program.get_program());
    copy_variables(&program, &mut command);
    command
}

fn copy_variables(from: &Command, to: &mut Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
}

/// Returns a command that runs `program` with the default action of each signal. The test itself may run with ignored
/// signals, as `nohup` starts it, and they would stay ignored.
#[cfg(target_os = "linux")]
pub(super) fn with_default_signals(program: &Command) -> Command {
    let mut command = Command::new("env");
    command.arg("--default-signal=HUP,INT,TERM").arg(program.get_program());
    copy_variables(program, &mut command);
    command
}

pub(super) fn signal(name: &str, process: u32) {
    let killed = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status().unwrap();
    assert!(killed.success());
}

#[test]
fn dash_is_standard_output() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let config = tempfile::tempdir().unwrap();
    let mut command = gatewatch(config.path());
    command.current_dir(folder.path()).args(["sessions", &plant.url, "--username", "anna", "--output", "-"]);
    assert_eq!(stdout(&command.output().unwrap()), [HEADER, ANNA].concat());
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn writes_through_open_files_of_the_shell() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let (log, link) = (folder.path().join("log"), folder.path().join("link"));
    std::os::unix::fs::symlink("/dev/stdout", &link).unwrap();
    let rows = [HEADER, ANNA].concat();
    for (open, number) in [(">>", 1), (">", 1), ("<>", 1), (">>", 2), (">>", 3), (">", 3)] {
        let mut paths = vec![format!("/dev/fd/{number}"), format!("/proc/self/fd/{number}")];
        match number {
            1 => paths.extend(["/dev/stdout".to_owned(), link.to_str().unwrap().to_owned()]),
            2 => paths.push("/dev/stderr".to_owned()),
            _ => {}
        }
        for path in paths {
            std::fs::write(&log, "old\n").unwrap();
            let script = format!(
                "exec {number}{open}\"$LOG\"; echo before >&{number}; \"$GATEWATCH\" \"$@\" --output {path} || exit; \
                 echo after >&{number}"
            );
            let mut command = shell(&script, &[&plant.url, "--username", "anna"]);
            assert!(command.env("LOG", &log).status().unwrap().success(), "{open} {path}");
            let old = if open == ">>" { "old\n" } else { "" };
            let written = std::fs::read_to_string(&log).unwrap();
            assert_eq!(written, format!("{old}before\n{rows}after\n"), "{open} {path}");
        }
    }
    assert!(link.is_symlink());
    assert_eq!(folder.path().read_dir().unwrap().count(), 2);
}

#[test]
fn writes_through_process_substitutions_and_pipes() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let rows = [HEADER, ANNA].concat();
    let run = |script: &str| {
        let mut command = shell(script, &[&plant.url, "--username", "anna"]);
        stdout(&command.current_dir(folder.path()).output().unwrap()).to_owned()
    };
    run("\"$GATEWATCH\" \"$@\" --output >(cat >copy) && wait $!");
    assert_eq!(std::fs::read_to_string(folder.path().join("copy")).unwrap(), rows);
    assert_eq!(run("\"$GATEWATCH\" \"$@\" --output /dev/stdout | cat"), rows);
    assert_eq!(run("mkfifo pipe && (cat pipe & \"$GATEWATCH\" \"$@\" --output pipe && wait)"), rows);
    assert_eq!(run("\"$GATEWATCH\" \"$@\" --output /dev/null && test -c /dev/null"), "");
}

#[test]
fn reader_of_an_open_file_may_stop_early() {
    let many = FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT.repeat(2_000))));
    let script = "\"$GATEWATCH\" \"$@\" --output /dev/stdout | head -n 1; exit ${PIPESTATUS[0]}";
    assert_eq!(stdout(&shell(script, &[&many.url]).output().unwrap()), HEADER);
}

#[cfg(target_os = "linux")]
#[test]
fn full_device_and_missing_descriptor_are_errors() {
    let plant = plant();
    for (path, cause) in [("/dev/full", "No space left"), ("/dev/fd/77", "No such file")] {
        if path == "/dev/full" && !std::path::Path::new(path).exists() {
            crate::support::skip("a full device", path);
            continue;
        }
        let output = super::sessions(&[&plant.url, "--output", path]);
        let error = super::failure(&output, 1);
        assert!(error.starts_with(&format!("Can't write {path}\n  caused by: {cause}")), "{error}");
    }
}

#[test]
fn replaces_target_of_a_link() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    std::fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink("file", &link).unwrap();
    let output = super::sessions(&[&plant.url, "--username", "anna", "--output", link.to_str().unwrap()]);
    assert_eq!(stdout(&output), "");
    assert!(link.is_symlink());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), [HEADER, ANNA].concat());
}

#[cfg(target_os = "linux")]
#[test]
fn signals_end_the_program_as_if_it_did_not_handle_them() {
    let (asked, requests) = sync_channel(1);
    // Never responds.
    let silent = FakeGateway::new(move |_, stream| {
        asked.send(()).unwrap();
        let _closed = stream.read(&mut [0]);
    });
    let config = tempfile::tempdir().unwrap();
    for (name, number) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
        let mut command = with_default_signals(&gatewatch(config.path()));
        let mut child = command.args(["sessions", &silent.url, "--timeout", "600"]).spawn().unwrap();
        requests.recv_timeout(TIMEOUT).unwrap();
        signal(name, child.id());
        // Not an exit code: a shell that runs the program in a loop ends the loop after a signal only.
        assert_eq!(child.wait().unwrap().signal(), Some(number), "SIG{name}");
    }
}

#[test]
fn ignored_signals_stay_ignored() {
    let (asked, requests) = sync_channel(1);
    let (release, released) = sync_channel::<()>(1);
    let released = Mutex::new(released);
    let slow = FakeGateway::new(move |request, stream| {
        if request.path().ends_with("gwinfo") {
            return stream.write_all(&ok("ContextStatus=RUNNING;Version=8.1.44")).unwrap();
        }
        asked.send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        stream.write_all(&ok(&webdev_json(&PLANT[..1]))).unwrap();
    });
    // As `nohup` starts it.
    let script = "trap '' HUP INT; exec \"$GATEWATCH\" \"$@\"";
    let child = shell(script, &[&slow.url]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    requests.recv_timeout(TIMEOUT).unwrap();
    signal("HUP", child.id());
    signal("INT", child.id());
    release.send(()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stdout), [HEADER, BILLY_1].concat(), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(0));
}
