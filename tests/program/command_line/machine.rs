//! The settings for all users of a machine.

use std::path::Path;
use std::process::Output;

use super::{failure, plant, stdout, text};
use crate::support::process::gatewatch;

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = gatewatch(&folder.join("own"));
    command.env("GATEWATCH_MACHINE_CONFIG_DIR", folder.join("all")).args(args).output().unwrap()
}

fn write(folder: &Path, name: &str, text: &str) {
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

#[test]
fn gateways_for_all_users_are_known_and_own_ones_override_them() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let profile = |url: &str| format!("[[profile]]\nname = \"North\"\nurls = [\"{url}\"]\n");
    write(folder.path(), "all", &profile(&plant.url));
    let count = || run(folder.path(), &["sessions", "North", "--count"]);
    assert_eq!(stdout(&count()), "6\n");
    // Nothing was written for the user.
    assert!(!folder.path().join("own/config.toml").exists());
    write(folder.path(), "own", "mark_secs = 5\n");
    assert_eq!(stdout(&count()), "6\n");
    // Port 0 is never open.
    write(folder.path(), "own", &profile("http://127.0.0.1:0"));
    assert_eq!(count().status.code(), Some(1), "{:?}", text(&count().stderr));
}

#[test]
fn a_wrong_file_for_all_users_is_named_where_it_matters() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all", "refresh_secs = 5\n[history\n");
    let path = folder.path().join("all").join("config.toml");
    let output = run(folder.path(), &["history", "info"]);
    let error = failure(&output, 1);
    assert!(
        error.starts_with(&format!("Line 2 of {} is invalid. Fix the file\n", path.display())),
        "{error}"
    );
}
