//! Tests of writing files.

use super::*;

#[test]
fn keeps_old_file_if_writing_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.csv");
    write_file(&path, |out| out.write_all(b"old")).unwrap();
    let error = write_file(&path, |out| {
        out.write_all(b"half")?;
        Err(io::Error::other("the disk is full"))
    });
    assert_eq!(error.unwrap_err().source.to_string(), "the disk is full");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    write_file(&path, |out| out.write_all(b"new")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(folder.path().read_dir().unwrap().count(), 1, "temporary file left behind");
}

#[test]
fn error_names_target_not_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("no/such.csv")] {
        let error = write_file(&path, |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), format!("Can't write {}", path.display()));
        assert!(!error.source.to_string().contains(".part"), "{error:?}");
    }
}

#[test]
fn keeps_write_protected_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.csv");
    fs::write(&path, "old").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert!(write_file(&path, |out| out.write_all(b"new")).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}

#[cfg(unix)]
#[test]
fn follows_links_even_to_missing_files() {
    let folder = tempfile::tempdir().unwrap();
    let (link, file) = (folder.path().join("link"), folder.path().join("file"));
    std::os::unix::fs::symlink("file", &link).unwrap();
    for text in ["first", "second"] {
        write_file(&link, |out| out.write_all(text.as_bytes())).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
    assert!(write_file(&folder.path().join("loop"), |_| Ok(())).is_err());
}

#[cfg(unix)]
fn make_pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[cfg(unix)]
#[test]
fn writes_to_pipes_directly() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    make_pipe(&pipe);
    let reader = std::thread::Builder::new()
        .name("pipe reader".to_owned())
        .spawn({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe).unwrap()
        })
        .unwrap();
    write_file(&pipe, |out| out.write_all(b"through")).unwrap();
    assert_eq!(reader.join().unwrap(), "through");
    assert!(!fs::metadata(&pipe).unwrap().is_file());
}

#[cfg(unix)]
#[test]
fn replaced_file_keeps_mode_and_owner() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.csv");
    // The umask would take some of these bits.
    for mode in [0o600, 0o666, 0o777, 0o640] {
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        // Only root may give a file away.
        let is_given_away = chown(&path, Some(12_345), Some(54_321)).is_ok();
        write_file(&path, |out| out.write_all(b"new")).unwrap();
        let new = fs::metadata(&path).unwrap();
        assert_eq!(new.mode() & 0o7777, mode);
        assert!(!is_given_away || (new.uid(), new.gid()) == (12_345, 54_321));
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
}

#[cfg(unix)]
#[test]
fn new_file_gets_mode_from_umask() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    write_file(&ours, |_| Ok(())).unwrap();
    fs::write(&theirs, "").unwrap();
    assert_eq!(fs::metadata(ours).unwrap().mode(), fs::metadata(theirs).unwrap().mode());
}

#[test]
fn names_mount_point_that_cannot_be_replaced() {
    let error = temporary::cannot_replace(io::ErrorKind::ResourceBusy.into());
    assert!(error.to_string().starts_with("It is a mount point"), "{error}");
    let other = temporary::cannot_replace(io::Error::other("the disk is full"));
    assert_eq!(other.to_string(), "the disk is full");
}

#[test]
fn refuses_folders_and_pipes_where_a_file_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, sub) = (folder.path().join("file"), folder.path().join("folder"));
    fs::create_dir(&sub).unwrap();
    replace_file(&file, |out| out.write_all(b"text")).unwrap();
    assert_eq!(read_text(&file).unwrap(), "text");
    assert_eq!(read_text(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(read_text(&sub).unwrap_err().to_string(), "It is a folder");
    assert_eq!(replace_file(&sub, |_| Ok(())).unwrap_err().source.to_string(), "It is a folder");
    #[cfg(unix)]
    {
        // Without a process at the other end, opening it would block.
        let pipe = folder.path().join("pipe");
        make_pipe(&pipe);
        let (link, loop_) = (folder.path().join("link"), folder.path().join("loop"));
        std::os::unix::fs::symlink("pipe", &link).unwrap();
        std::os::unix::fs::symlink("loop", &loop_).unwrap();
        for path in [&pipe, &link, Path::new("/dev/null")] {
            let expected = "It is a pipe or a device instead of a file";
            assert_eq!(read_text(path).unwrap_err().to_string(), expected);
            assert_eq!(replace_file(path, |_| Ok(())).unwrap_err().source.to_string(), expected);
        }
        assert!(read_text(&loop_).is_err() && replace_file(&loop_, |_| Ok(())).is_err());
    }
}

/// The environment variable with the path to which [`writes_in_child`] writes.
#[cfg(unix)]
const CHILD_PATH: &str = "GATEWATCH_TEST_CHILD_PATH";

/// Writes a file that never becomes complete, in a process of its own.
#[cfg(unix)]
#[test]
fn writes_in_child() {
    let Some(path) = std::env::var_os(CHILD_PATH) else { return };
    clean_up_on_signals(|| io::stderr().write_all(b"ending\n").unwrap()).unwrap();
    let written = write_file(Path::new(&path), |out| {
        out.write_all(b"half")?;
        out.flush()?;
        // Unlike `println!`, it isn't captured.
        io::stderr().write_all(b"ready\n")?;
        io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
    });
    written.unwrap();
}

// `env` of other systems can't set the default action.
#[cfg(target_os = "linux")]
#[test]
fn signals_leave_no_temporary_file() {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, Stdio};
    for (signal, number) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
        let folder = tempfile::tempdir().unwrap();
        // The test itself may run with ignored signals, as `nohup` starts it, and they would stay ignored.
        let mut child = Command::new("env")
            .arg("--default-signal=HUP,INT,TERM")
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "atomic_file::tests::writes_in_child"])
            .env(CHILD_PATH, folder.path().join("sessions.csv"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // `wait` would close it, and the child would finish its file.
        let _stdin = child.stdin.take();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "ready"));
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        let killed = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
        assert!(killed.unwrap().success());
        assert_eq!(child.wait().unwrap().signal(), Some(number), "SIG{signal}");
        assert!(lines.any(|line| line.unwrap() == "ending"), "SIG{signal}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "SIG{signal}");
    }
}
