//! What an answer may cost in memory: the limit, and little more. Measured in a process of its own, because others work
//! beside this test.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use gatewatch::gateway::{Client, Credentials, GatewayError, Limits, ReadOptions};

use super::{FaultyGateway, Way, cases, instead_of_sessions, way};
use crate::support::{ok, skip, status};

/// What the child is told: whom to read.
const URL: &str = "GATEWATCH_TEST_READ";
const MIB: u64 = 1 << 20;
const LIMIT: u64 = 64 * MIB;

/// The most memory that this process ever had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() << 10
}

fn read(url: &str, token: bool) -> Result<usize, GatewayError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limits = Limits { max_body: LIMIT, total_timeout: Duration::from_mins(10), ..Limits::default() };
    let credentials = if token { Credentials::Token("a:b".to_owned()) } else { Credentials::None };
    let client = Client::new(limits);
    let read = runtime.block_on(client.read(&url.parse().unwrap(), &credentials, &ReadOptions::default()));
    runtime.shutdown_background();
    read.map(|reading| reading.dataset.len())
}

/// The part of the test that runs in the child.
#[test]
fn the_child_reads_and_says_how_much_memory_it_took() {
    let Ok(url) = std::env::var(URL) else { return };
    // A small answer first, so that only the large one counts.
    let small = FaultyGateway::new();
    read(&small.gateway.url, false).unwrap();
    let before = peak();
    let (url, token) = url.strip_prefix("token ").map_or((&*url, false), |url| (url, true));
    assert_eq!(read(url, token), Err(GatewayError::TooLarge { limit: LIMIT }));
    println!("took {}", peak() - before);
}

/// Items without fields, after one that has many: each would have a cell for each of them.
fn empty_items() -> Way {
    way(|request, stream| {
        if request.path().ends_with("gwinfo") {
            let _gone = stream.write_all(&ok("ContextStatus=RUNNING;Version=8.3.4"));
        } else if request.path().ends_with("clients") {
            let fields: Vec<String> = (0..100).map(|field| format!(r#""f{field}":1"#)).collect();
            let mut goes_on = stream.write_all(
                format!("HTTP/1.1 200 OK\r\n\r\n{{\"items\":[{{{}}}", fields.join(",")).as_bytes(),
            );
            let many = ",{}".repeat(1 << 14);
            for _ in 0..(LIMIT / 2) / many.len() as u64 {
                goes_on = goes_on.and_then(|()| stream.write_all(many.as_bytes()));
            }
            let _gone = goes_on.and_then(|()| stream.write_all(b"]}"));
        } else {
            let _gone = stream.write_all(&status("404 Not Found", ""));
        }
    })
}

#[test]
fn no_answer_takes_much_more_memory_than_the_limit() {
    if !cfg!(target_os = "linux") {
        return skip("the memory that an answer takes", "/proc/self/status");
    }
    let (bomb_head, bomb_again) = cases::bomb();
    let bomb = instead_of_sessions(move |stream| {
        let mut goes_on = stream.write_all(&bomb_head).is_ok();
        while goes_on {
            goes_on = stream.write_all(&bomb_again).is_ok();
        }
    });
    let endless = instead_of_sessions(|stream| {
        let mut goes_on = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_ok();
        while goes_on {
            goes_on = stream.write_all(&[b' '; 1 << 14]).is_ok();
        }
    });
    for (name, way, token) in [
        ("a gzip bomb", bomb, ""),
        ("an endless body", endless, ""),
        ("empty items", empty_items(), "token "),
    ] {
        let evil = FaultyGateway::of(way);
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "fault_injection::memory::the_child_reads_and_says_how_much_memory_it_took",
                "--nocapture",
            ])
            .env(URL, format!("{token}{}", evil.gateway.url))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{name}: {text} {}", String::from_utf8_lossy(&output.stderr));
        let took = text.lines().find_map(|line| line.split("took ").nth(1)).unwrap();
        let took: u64 = took.trim().parse().unwrap();
        assert!(took < LIMIT + LIMIT / 2, "{name} took {} MiB of {} allowed", took / MIB, LIMIT / MIB);
    }
}
