//! `gatewatch completions`, `gatewatch man` and `--version`.

use gatewatch::version::VERSION;

use super::{failure, run, stdout};

/// The subcommands of the program, in the order of its help.
fn subcommands() -> Vec<String> {
    let help = run(&["--help"]);
    let lines = stdout(&help).lines().skip_while(|line| *line != "Commands:").skip(1);
    // Long lines are continued further to the right.
    let lines = lines.take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("  "));
    let names = lines.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn version_begins_with_that_of_the_package() {
    let version = run(&["--version"]);
    assert_eq!(stdout(&version), format!("gatewatch {VERSION}\n"));
    assert!(VERSION.starts_with(env!("CARGO_PKG_VERSION")), "{VERSION}");
}

#[test]
fn change_log_starts_with_this_version() {
    let text = include_str!("../../../CHANGELOG.md");
    let first = text.lines().find(|line| line.starts_with("## [") && *line != "## [Unreleased]").unwrap();
    assert!(first.starts_with(concat!("## [", env!("CARGO_PKG_VERSION"), "] - ")), "{first}");
}

#[test]
fn completions_know_all_subcommands_and_options() {
    let all = subcommands();
    assert!(all.len() >= 9, "{all:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell]);
        let script = stdout(&output);
        for name in all.iter().map(String::as_str).chain(["ask-gateway"]) {
            assert!(script.contains(name), "{name} is missing for {shell}");
        }
    }
    assert_eq!(run(&["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn man_writes_one_page_or_all() {
    let page = run(&["man"]);
    let text = stdout(&page);
    assert!(
        text.contains(concat!(".TH gatewatch 1 \" \" \"Gatewatch ", env!("CARGO_PKG_VERSION"))),
        "{text}"
    );
    for name in subcommands() {
        assert!(text.contains(&format!("gatewatch\\-{name}")), "{name} is missing in {text}");
    }
    let page = run(&["man", "history", "info"]);
    let of_info = stdout(&page);
    assert!(of_info.contains(".TH gatewatch-history-info 1"), "{of_info}");
    let error = run(&["man", "history", "inof"]);
    assert!(failure(&error, 2).starts_with("Unknown command \"inof\". Commands: "));

    let folder = tempfile::tempdir().unwrap();
    let output = run(&["man", "--folder", folder.path().to_str().unwrap()]);
    assert_eq!(stdout(&output), "");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("gatewatch.1"), text);
    assert_eq!(read("gatewatch-history-info.1"), of_info);
    for name in subcommands() {
        read(&format!("gatewatch-{name}.1"));
    }
    let missing = folder.path().join("missing");
    let error = run(&["man", "--folder", missing.to_str().unwrap()]);
    assert!(failure(&error, 1).starts_with("Can't write "));
}
