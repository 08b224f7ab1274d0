//! Measures `gatewatch record` as a process: 1,000 nodes of 50 sessions, of which 1 % change between two reads, without alerts
//! and with some.
//!
//! Needs Linux. `GATEWATCH_PROGRAM` names another program than the one that the bench has built.

#![cfg(target_os = "linux")]
#![expect(clippy::cast_precision_loss, reason = "figures are printed to a few digits")]
#![expect(clippy::disallowed_methods, reason = "nothing else reads the settings")]

#[path = "../support/process.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod process;
#[path = "support/usage.rs"]
mod usage;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatewatch::history::{HISTORY_FILE, History, Location};
use usage::{memory, processor_time};

const NODES: usize = 1_000;
const SESSIONS: u64 = 50;
const EVERY: Duration = Duration::from_secs(5);
/// A session of a node is replaced every second read: 1 % of 50.
const READS_PER_CHANGE: u64 = 2;
/// Time for the first reads, which are spread.
const WARM_UP: Duration = Duration::from_secs(15);
const MEASURED: Duration = Duration::from_mins(1);

/// Alerts about all sessions and gateways. Most of them don't fire, as usual.
const ALERTS: &str = r#"
[[alert]]
name = "Down"
when = "unreachable"
[[alert]]
name = "License"
when = "count-above"
limit = 600
[[alert]]
name = "Twice"
when = "signed-in-twice"
username = "visitor.*"
[[alert]]
name = "Two places"
when = "different-hosts"
username = "user 1.*"
[[alert]]
name = "Visitor"
when = "arrives"
username = "visitor.*"
[[alert]]
name = "Old"
when = "older-than"
limit = "9000 h"
"#;

/// The number of reads of each node so far.
type Reads = Arc<Vec<AtomicU64>>;

fn main() {
    for (name, alerts) in [("without alerts", ""), ("with alerts", ALERTS)] {
        println!("{name}");
        measure(alerts);
    }
}

fn measure(alerts: &str) {
    let reads: Reads = Arc::new((0..NODES).map(|_| AtomicU64::new(0)).collect());
    let address = serve(reads.clone());
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(address) + alerts;
    std::fs::write(folder.path().join("config.toml"), config).expect("the folder can be written to");
    let recorder = Recorder::start(folder.path());
    sleep(WARM_UP);
    let total = || reads.iter().map(|reads| reads.load(Ordering::Relaxed)).sum::<u64>();
    let (time, before) = (processor_time(recorder.id()), total());
    sleep(MEASURED);
    let used = processor_time(recorder.id()).saturating_sub(time);
    let read = total() - before;
    let (resident, peak) = memory(recorder.id());
    drop(recorder);
    let share = used.as_secs_f64() / MEASURED.as_secs_f64() * 100.0;
    let expected = NODES as f64 * MEASURED.as_secs_f64() / EVERY.as_secs_f64();
    println!("{NODES} nodes of {SESSIONS} sessions every {EVERY:?}: {share:.1} % of a core");
    println!("reads: {read} of {expected:.0}");
    println!("memory: {resident} resident, {peak} peak");
    let location = Location::File(folder.path().join(HISTORY_FILE));
    let info = History::open_read_only(&location).and_then(|mut history| history.info()).expect("a history");
    println!("history: {} sessions, {:.1} MB", info.sessions, info.size_bytes as f64 / 1e6);
}

/// Returns the settings with all nodes, of 10 to a gateway.
fn config(address: SocketAddr) -> String {
    let mut config = String::new();
    for gateway in 0..NODES / 10 {
        let urls: Vec<String> =
            (0..10).map(|node| format!("\"http://{address}/n{}\"", gateway * 10 + node)).collect();
        let _infallible =
            writeln!(config, "[[profile]]\nname = \"Gateway {gateway}\"\nurls = [{}]", urls.join(", "));
    }
    config
}

/// Serves all nodes in a thread of this process.
fn serve(reads: Reads) -> SocketAddr {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let router = Router::new()
        .route("/{node}/system/webdev/gatewatch/sessions", get(sessions))
        .route("/{node}/system/gwinfo", get(gwinfo))
        .with_state(reads);
    std::thread::Builder::new()
        .name("gateways".to_owned())
        .spawn(move || runtime.block_on(async { axum::serve(listener, router).await }))
        .expect("a thread");
    address
}

async fn gwinfo(UrlPath(node): UrlPath<String>) -> String {
    format!("ContextStatus=RUNNING;PlatformName={node};Version=8.1.44")
}

async fn sessions(UrlPath(node): UrlPath<String>, State(reads): State<Reads>) -> Response {
    let index = node.strip_prefix('n').and_then(|index| index.parse::<usize>().ok());
    let Some(reads) = index.and_then(|index| reads.get(index)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let changes = reads.fetch_add(1, Ordering::Relaxed) / READS_PER_CHANGE;
    let mut body = String::from(
        r#"{"ok":true,"v":1,"now":1790000000000,"timezone":"UTC","columns":[{"name":"username","type":"String"},{"name":"project","type":"String"},{"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"}],"rows":["#,
    );
    for number in changes..changes + SESSIONS {
        let separator = if number == changes { "" } else { "," };
        let _infallible = write!(
            body,
            r#"{separator}["user {}","Packaging","10.1.2.{}",false,"{node}-{number:08X}",{}]"#,
            number % 200,
            number % 250,
            1_780_000_000_000 + number
        );
    }
    body.push_str("]}");
    ([("content-type", "application/json")], body).into_response()
}

/// `gatewatch record` in a process that ends with the bench.
struct Recorder(Child);

impl Recorder {
    fn start(folder: &Path) -> Self {
        let program = std::env::var_os("GATEWATCH_PROGRAM");
        let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_gatewatch").into());
        let mut command = Command::new(program);
        process::isolate(&mut command, folder);
        let child = command.args(["record", "--every", &EVERY.as_secs().to_string()]).spawn();
        Self(child.expect("the program starts"))
    }

    fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // It has to write the end of the coverage, so it isn't killed.
        let _ended = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ended = self.0.wait();
    }
}
