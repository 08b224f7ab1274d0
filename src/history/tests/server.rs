//! A PostgreSQL server for tests, with a folder and a port of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use crate::history::PostgresLocation;
use crate::history::database::Database as _;
use crate::history::postgres::Postgres;

/// The folder on Debian with a folder for each version of PostgreSQL. Elsewhere its programs are looked for in `PATH`.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";
/// The password of the user `billy`.
pub(super) const PASSWORD: &str = "open:sesame";

/// The beginning of every command. The server refuses to run as root. The programs of Debian are
/// only in a folder of their own.
const AS_USER: &str = r#"set -eu
PATH="$PATH:$1"; folder=$2
run() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi
}
cd "$folder"
"#;

const CREATE: &str = r#"
[ "$(id -u)" != 0 ] || chown -R postgres "$folder"
run initdb -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
run mv "$folder/server.crt" "$folder/server.key" "$folder/data"
run chmod 600 "$folder/data/server.key"
run sh -c 'cat >"$0/data/pg_hba.conf" <<END
local all all trust
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
END' "$folder"
"#;

const START: &str = r#"
run pg_ctl -D "$folder/data" -w -t 60 -l "$folder/log" -o "-p $3 -k $folder -h 127.0.0.1 -F \
    -c ssl=on -c max_connections=50 -c shared_buffers=32MB -c autovacuum=off" start >/dev/null
"#;

const STOP: &str = r#"
run pg_ctl -D "$folder/data" -w -m immediate stop >/dev/null
"#;

/// Ends the server when the test process ends for any reason. Only then does the input end.
const GUARD: &str = r#"
trap '' INT TERM HUP
echo ready
cat >/dev/null
run pg_ctl -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
rm -rf "$folder"
"#;

/// A server. It ends with its owner, or with the process.
pub(super) struct Server {
    folder: PathBuf,
    port: u16,
    guard: Child,
}

impl Server {
    /// Starts a server. Returns `None` if there is no PostgreSQL.
    pub(super) fn start() -> Option<Self> {
        if !has_postgres() {
            report_missing();
            return None;
        }
        // The guard removes it.
        let folder = TempDir::with_prefix("gatewatch-pg").unwrap().keep();
        let key = KeyPair::generate().unwrap();
        let names = vec!["127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
        fs::write(folder.join("server.crt"), pem("CERTIFICATE", certificate.der())).unwrap();
        fs::write(folder.join("server.key"), pem("PRIVATE KEY", &key.serialize_der())).unwrap();
        shell(CREATE, &folder, 0).unwrap();
        // Another process can take the port before the server does.
        let port = (0..10).find_map(|_| {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            shell(START, &folder, port).is_ok().then_some(port)
        });
        let port = port.unwrap_or_else(|| panic!("{}", log(&folder)));
        let mut guard = command(GUARD, &folder, port).stdin(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(guard.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        let server = Self { folder, port, guard };
        server.execute("postgres", &format!("CREATE ROLE billy LOGIN PASSWORD '{PASSWORD}'"));
        Some(server)
    }

    /// Returns the server that all tests of this process share; `None` if there is no PostgreSQL.
    pub(super) fn shared() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        SERVER.get_or_init(Self::start).as_ref()
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the path of the server's self-signed certificate.
    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.join("data/server.crt")
    }

    /// Stops the server as after a crash.
    pub(super) fn stop(&self) {
        shell(STOP, &self.folder, self.port).unwrap();
    }

    pub(super) fn restart(&self) {
        shell(START, &self.folder, self.port)
            .unwrap_or_else(|error| panic!("{error}: {}", log(&self.folder)));
    }

    /// Returns a new database.
    pub(super) fn create_database(&self) -> String {
        static CREATED: AtomicUsize = AtomicUsize::new(0);
        let name = format!("test_{}", CREATED.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Returns the address of a database, for a user who needs no password.
    pub(super) fn location(&self, database: &str) -> PostgresLocation {
        format!("postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port).parse().unwrap()
    }

    pub(super) fn execute(&self, database: &str, sql: &str) {
        Postgres::open(&self.location(database), "test").unwrap().execute_batch(sql).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        self.guard.wait().unwrap();
    }
}

fn has_postgres() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    cfg!(unix)
        && (debian_programs().is_some() || std::env::split_paths(&path).any(|folder| has_programs(&folder)))
}

fn has_programs(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("pg_ctl").is_file()
}

/// Returns the folder of the programs of the newest version on Debian; `None` if there is none.
fn debian_programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN_FOLDER).ok()?.filter_map(Result::ok);
    let programs = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        Some((number, version.path().join("bin")))
    });
    programs.filter(|(_, folder)| has_programs(folder)).max().map(|(_, folder)| folder)
}

/// Reports that tests are skipped. Panics in CI, where none may be skipped.
fn report_missing() {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "PostgreSQL is missing, and no test may be skipped in CI");
    // Unlike `println!`, this is shown even if the test passes.
    std::io::stderr()
        .write_all(b"skipped: the history in PostgreSQL, because PostgreSQL is missing\n")
        .unwrap();
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
}

fn command(script: &str, folder: &Path, port: u16) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{AS_USER}{script}"), "sh"])
        .arg(debian_programs().unwrap_or_else(|| DEBIAN_FOLDER.into()))
        .arg(folder)
        .arg(port.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

fn shell(script: &str, folder: &Path, port: u16) -> Result<(), String> {
    let mut child = command(script, folder, port).stderr(Stdio::piped()).spawn().unwrap();
    let status = child.wait().unwrap();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    if status.success() { Ok(()) } else { Err(format!("{status}: {errors}")) }
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}
