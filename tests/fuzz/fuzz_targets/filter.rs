//! Fuzzes a pattern and a value, separated by the first NUL: nothing panics, and the methods of a filter agree.
#![no_main]

#[path = "../../../src/filter/mod.rs"]
#[expect(dead_code, unreachable_pub, unused_imports, reason = "the module is compiled without the rest of the crate")]
mod filter;

use filter::{Filter, Mode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let (pattern, value) = data.split_once('\0').unwrap_or((data, "billy"));
    for bits in 0..4 {
        let mode = Mode {
            ignore_case: bits & 1 != 0,
            contains: bits & 2 != 0,
            invert: false,
        };
        let Ok(filter) = Filter::new(pattern, mode) else {
            continue;
        };
        let Ok(matched) = filter.is_match(value) else {
            continue;
        };
        assert!(!matched || value.starts_with(filter.literal_prefix().unwrap_or("")));
        assert!(!mode.contains || matched == filter.find(value).is_ok_and(|found| found.is_some()));
    }
});
