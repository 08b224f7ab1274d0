//! Links the program with packed relocations where the C library can read them: 2 MB less in its file and in memory. Adds the
//! commit to the version of a release, and icon, version and manifest to the Windows program.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The first version of glibc that reads packed relocations.
const FIRST_GLIBC: (u32, u32) = (2, 36);

/// The resources of the Windows program, with the files that they include.
const RESOURCES: [&str; 3] = [
    "assets/packaging/windows/gatewatch.rc",
    "assets/packaging/windows/gatewatch.manifest",
    "assets/packaging/windows/gatewatch.ico",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = env::var("TARGET").unwrap_or_default();
    let is_native = env::var("HOST").is_ok_and(|host| host == target);
    if is_native && target == "x86_64-unknown-linux-gnu" && glibc().is_some_and(|found| found >= FIRST_GLIBC)
    {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    println!("cargo::rustc-env=GATEWATCH_VERSION={}", version());
    if env::var("CARGO_CFG_WINDOWS").is_ok() {
        add_windows_resources();
    }
}

/// Returns the version of this machine's glibc, on which the program can be started at the earliest anyway.
fn glibc() -> Option<(u32, u32)> {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Returns the version, followed in releases by commit and date, such as `0.2.0 (1a2b3c4d5 2026-11-27)`.
///
/// They come from `GATEWATCH_COMMIT`, or from git where this folder is its own repository. Builds for development don't look:
/// each commit would compile everything again.
fn version() -> String {
    println!("cargo::rerun-if-env-changed=GATEWATCH_COMMIT");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let given = env::var("GATEWATCH_COMMIT").ok().filter(|commit| !commit.trim().is_empty());
    match given.or_else(|| is_release.then(commit).flatten()) {
        Some(commit) => format!("{version} ({})", commit.trim()),
        None => version,
    }
}

/// Returns the newest commit and its date.
fn commit() -> Option<String> {
    let root = env::var("CARGO_MANIFEST_DIR").ok()?;
    // Not a repository around this folder, such as one that vendors it.
    if !Path::new(&root).join(".git").exists() {
        return None;
    }
    // Both change with each commit and checkout, the second one where there is a log.
    for file in ["HEAD", "logs/HEAD"] {
        let path = git(&root, &["rev-parse", "--git-path", file])?;
        let path = Path::new(&root).join(path);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(
        &root,
        &["-c", "core.abbrev=9", "show", "--no-patch", "--no-show-signature", "--format=%h %cs", "HEAD"],
    )
}

fn git(root: &str, args: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[expect(clippy::disallowed_methods, reason = "a build script has no atomic files")]
fn add_windows_resources() {
    for file in RESOURCES {
        println!("cargo::rerun-if-changed={file}");
    }
    let number = |name: &str| env::var(name).unwrap_or_else(|_| "0".to_owned());
    let [major, minor, patch] =
        ["MAJOR", "MINOR", "PATCH"].map(|part| number(&format!("CARGO_PKG_VERSION_{part}")));
    // A file, because each resource compiler wants quotes on its command line in another way.
    let folder = env::var("OUT_DIR").expect("Cargo sets it");
    let version = format!(
        "#define VERSION_NUMBERS {major},{minor},{patch},0\n#define VERSION_TEXT \"{major}.{minor}.{patch}\"\n"
    );
    fs::write(Path::new(&folder).join("version.h"), version).expect("Cargo's own folder can be written");
    // An executable without them works, but isn't what is meant to be built.
    embed_resource::compile(RESOURCES[0], embed_resource::ParamsIncludeDirs([folder]))
        .manifest_required()
        .expect("windres, or the resource compiler of the Windows SDK, is required");
}
