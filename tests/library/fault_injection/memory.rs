//! The memory that a response takes: little more than the limit. Measured in a process of its own, because other tests run
//! at the same time.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use gatewatch::gateway::{Client, Credentials, GatewayError, Limits, ReadOptions};

use super::{FaultyGateway, ResponseMode, cases, mode};
use crate::support::{ok, skip, status};

/// The variable that holds the URL for the child process.
const URL: &str = "GATEWATCH_TEST_READ";
const MIB: u64 = 1 << 20;
const LIMIT: u64 = 64 * MIB;

/// Returns the peak memory of this process in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() << 10
}

fn read(url: &str, token: bool) -> Result<usize, GatewayError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limits = Limits { max_body: LIMIT, total_timeout: Duration::from_mins(10), ..Limits::default() };
    let credentials = if token { Credentials::token("a:b").unwrap() } else { Credentials::None };
    let client = Client::new(limits);
    let read = runtime.block_on(client.read(&url.parse().unwrap(), &credentials, &ReadOptions::default()));
    runtime.shutdown_background();
    read.map(|snapshot| snapshot.dataset.len())
}

/// The part of the test that runs in the child process.
#[test]
fn child_prints_memory_of_a_read() {
    let Ok(url) = std::env::var(URL) else { return };
    // A small response first, so that only the large one counts.
    let small = FaultyGateway::new();
    read(&small.gateway.url, false).unwrap();
    let before = peak();
    let (url, token) = url.strip_prefix("token ").map_or((&*url, false), |url| (url, true));
    assert_eq!(read(url, token), Err(GatewayError::TooLarge { limit: LIMIT }));
    println!("took {}", peak() - before);
}

/// Sends one item with many fields, then items without fields, each of which would have a cell per field.
fn empty_items() -> ResponseMode {
    mode(|request, stream| {
        if request.path().ends_with("gwinfo") {
            let _closed = stream.write_all(&ok("ContextStatus=RUNNING;Version=8.3.4"));
        } else if request.path().ends_with("clients") {
            let fields: Vec<String> = (0..100).map(|field| format!(r#""f{field}":1"#)).collect();
            let mut written = stream.write_all(
                format!("HTTP/1.1 200 OK\r\n\r\n{{\"items\":[{{{}}}", fields.join(",")).as_bytes(),
            );
            let many = ",{}".repeat(1 << 14);
            for _ in 0..(LIMIT / 2) / many.len() as u64 {
                written = written.and_then(|()| stream.write_all(many.as_bytes()));
            }
            let _closed = written.and_then(|()| stream.write_all(b"]}"));
        } else {
            let _closed = stream.write_all(&status("404 Not Found", ""));
        }
    })
}

#[test]
fn response_takes_little_more_memory_than_the_limit() {
    if !cfg!(target_os = "linux") {
        return skip("the memory of a response", "/proc/self/status");
    }
    let (bomb_head, bomb_chunk) = cases::bomb();
    let bomb = cases::endless(bomb_head, bomb_chunk);
    let endless = cases::endless(b"HTTP/1.1 200 OK\r\n\r\n", [b' '; 1 << 14]);
    for (name, mode, token) in
        [("gzip bomb", bomb, ""), ("endless body", endless, ""), ("empty items", empty_items(), "token ")]
    {
        let faulty = FaultyGateway::with_mode(mode);
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "fault_injection::memory::child_prints_memory_of_a_read", "--nocapture"])
            .env(URL, format!("{token}{}", faulty.gateway.url))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{name}: {text} {}", String::from_utf8_lossy(&output.stderr));
        let took = text.lines().find_map(|line| line.split("took ").nth(1)).unwrap();
        let took: u64 = took.trim().parse().unwrap();
        assert!(took < LIMIT + LIMIT / 2, "{name} took {} MiB of {} allowed", took / MIB, LIMIT / MIB);
    }
}
