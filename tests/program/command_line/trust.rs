//! The lines of `config.toml` that `gatewatch sessions` suggests for a rejected certificate.

use std::path::Path;

use super::{failure, stdout, text};
use crate::support::process::gatewatch;
use crate::support::tls::{HOST, Identity, TlsGateway, named};

fn gateway() -> TlsGateway {
    TlsGateway::new(&Identity::self_signed(&named(&[HOST], "Plant North")))
}

fn write(config: &Path, text: &str) {
    std::fs::write(config.join("config.toml"), text).unwrap();
}

/// Reads a gateway that fails, and returns where to put which lines of `config.toml`.
fn suggested(config: &Path, gateway: &str) -> (String, String) {
    let output = gatewatch(config).args(["sessions", gateway, "--count"]).output().unwrap();
    let error = failure(&output, 1);
    let lines: Vec<&str> = error.lines().map(str::trim).collect();
    let hint = lines.iter().position(|line| line.starts_with("hint: ")).unwrap();
    (lines[hint].to_owned(), lines[hint + 1..].join("\n") + "\n")
}

fn count(config: &Path, gateway: &str) -> String {
    stdout(&gatewatch(config).args(["sessions", gateway, "--count"]).output().unwrap()).to_owned()
}

#[test]
fn suggests_a_whole_profile_for_a_gateway_that_is_not_saved() {
    let (gateway, config) = (gateway(), tempfile::tempdir().unwrap());
    for before in ["", "refresh_secs = 2\n[[profile]]\nname = \"Other\"\nurls = [\"http://127.0.0.1:9\"]\n"] {
        write(config.path(), before);
        let (place, entry) = suggested(config.path(), &gateway.url);
        assert!(place.ends_with("add this at the end of config.toml:"), "{place}");
        write(config.path(), &format!("{before}{entry}"));
        assert_eq!(count(config.path(), &gateway.url), "1\n");
    }
    write(config.path(), "");
    let output = gatewatch(config.path()).args(["check", &gateway.url]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("save the gateway as a [[profile]] with name and urls"));
}

#[test]
fn names_the_profile_that_the_lines_belong_to() {
    let (gateway, config) = (gateway(), tempfile::tempdir().unwrap());
    let north = format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\n", gateway.url);
    let south = "[[profile]]\nname = \"South\"\nurls = [\"http://127.0.0.1:9\"]\n";
    write(config.path(), &format!("{north}{south}"));
    let (place, entry) = suggested(config.path(), "North");
    assert!(
        place.ends_with("add this below the last line of the [[profile]] \"North\" in config.toml:"),
        "{place}"
    );
    write(config.path(), &format!("{north}{entry}{south}"));
    assert_eq!(count(config.path(), "North"), "1\n");
}

#[test]
fn suggests_to_replace_certificates_of_a_profile_that_has_some() {
    let (gateway, config) = (gateway(), tempfile::tempdir().unwrap());
    let north = format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\n", gateway.url);
    let other = format!("{{ host = \"other\", fingerprint = \"{}\" }}", "AA:".repeat(31) + "AA");
    write(config.path(), &format!("{north}trusted = [{other}]\n"));
    let (place, entry) = suggested(config.path(), "North");
    let expected = "replace the trusted certificates of the [[profile]] \"North\" in config.toml by this:";
    assert!(place.ends_with(expected), "{place}");
    assert!(entry.contains("host = \"other\""), "{entry}");
    write(config.path(), &format!("{north}{entry}"));
    assert_eq!(count(config.path(), "North"), "1\n");
}
