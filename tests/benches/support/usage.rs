//! The processor time and the memory of a process, from /proc.

use std::fmt;
use std::time::Duration;

/// Returns user and system time of all threads of a process.
pub(crate) fn processor_time(id: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("it runs");
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    // Fields 14 and 15 of the line, in hundredths of a second.
    let ticks: u64 = fields[11..13].iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Returns the resident memory of a process and its peak.
pub(crate) fn memory(id: u32) -> (Megabytes, Megabytes) {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
    let of = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        Megabytes(kib.unwrap_or(0))
    };
    (of("VmRSS:"), of("VmHWM:"))
}

/// A number of KiB, printed in megabytes.
pub(crate) struct Megabytes(u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} MB", self.0 as f64 * 1024.0 / 1e6)
    }
}
