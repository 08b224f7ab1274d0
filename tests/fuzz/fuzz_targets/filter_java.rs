//! Fuzzes a pattern and a value, separated by the first NUL, against the JDK 17 in a side process.
#![no_main]

#[path = "../../../src/filter/mod.rs"]
#[expect(dead_code, unreachable_pub, unused_imports, reason = "the module is compiled without the rest of the crate")]
mod filter;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use filter::{Filter, MatchError, Mode};
use libfuzzer_sys::fuzz_target;

struct Oracle {
    child: Child,
    output: BufReader<ChildStdout>,
}

fn oracle() -> &'static Mutex<Oracle> {
    static ORACLE: OnceLock<Mutex<Oracle>> = OnceLock::new();
    ORACLE.get_or_init(|| {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/java_regex/Oracle.java");
        let mut command = Command::new("java");
        command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a JDK 17 (java)");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Mutex::new(Oracle { child, output })
    })
}

/// Returns the verdict of the JDK.
fn verdict(pattern: &str, value: &str, find: bool) -> String {
    let escape = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            if matches!(c, ' '..='~') && c != '%' {
                out.push(c);
            } else {
                let _infallible = write!(out, "%{{{:X}}}", u32::from(c));
            }
        }
        out
    };
    let mode = if find { "f" } else { "m" };
    let mut oracle = oracle().lock().expect("one thread");
    let Oracle { child, output } = &mut *oracle;
    let input = child.stdin.as_mut().expect("a pipe");
    writeln!(input, "{mode}\t{}\t{}\n!flush", escape(pattern), escape(value)).expect("a running JDK");
    input.flush().expect("a running JDK");
    let mut line = String::new();
    output.read_line(&mut line).expect("a running JDK");
    line.trim_end().to_owned()
}

fuzz_target!(|data: &str| {
    let (pattern, value) = data.split_once('\0').unwrap_or((data, "billy"));
    for contains in [false, true] {
        let java = verdict(pattern, value, contains);
        let filter = match Filter::new(pattern, Mode { contains, ..Mode::default() }) {
            // Beyond a limit.
            Err(error) if error.is_unsupported() => continue,
            Err(error) => {
                assert!(matches!(java.as_str(), "E" | "?"), "{pattern:?}: {error}, JDK {java}");
                continue;
            }
            Ok(filter) => filter,
        };
        let ours = match filter.is_match(value) {
            Err(MatchError::Limit) => continue,
            Err(MatchError::Exception) => "!",
            Ok(matched) => if matched { "1" } else { "0" },
        };
        let java = match java.as_str() {
            // Beyond a limit, or half of a surrogate pair.
            "?" | "h" => continue,
            range if range.contains('-') => "1",
            other => other,
        };
        assert_eq!(ours, java, "{pattern:?} {value:?}");
    }
});
