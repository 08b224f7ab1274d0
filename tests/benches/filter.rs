//! Time of a filter per value, compared with an equivalent handwritten pattern for the crate `regex`.

use divan::{Bencher, black_box};
use gatewatch::filter::{Filter, Mode};

fn main() {
    divan::main();
}

/// Returns the distinct usernames of a very large site.
fn users() -> Vec<String> {
    const FIRST: [&str; 8] = ["bianca", "billy", "jason", "anders", "maria", "tyson", "li", "bob"];
    const LAST: [&str; 7] = ["ericson", "smith", "johnson", "meier", "sonntag", "garcia", "wu"];
    (0..200_000).map(|i| format!("{}.{}{}", FIRST[i % 8], LAST[i / 8 % 7], i / 56)).collect()
}

fn count(users: &[String], matches: impl Fn(&str) -> bool) -> usize {
    users.iter().filter(|user| matches(user)).count()
}

const PATTERNS: [(&str, &str); 3] = [
    ("bi.*", r"\A(?:bi[^\n\r\u{85}\u{2028}\u{2029}]*)\z"),
    (r".*son\d*", r"\A(?:[^\n\r\u{85}\u{2028}\u{2029}]*son[0-9]*)\z"),
    ("billy.smith7", r"\A(?:billy[^\n\r\u{85}\u{2028}\u{2029}]smith7)\z"),
];

#[divan::bench(args = 0..PATTERNS.len())]
fn handwritten(bencher: Bencher<'_, '_>, index: usize) {
    let users = users();
    let regex = regex::Regex::new(PATTERNS[index].1).expect("a valid pattern");
    bencher.bench_local(|| count(black_box(&users), |user| regex.is_match(user)));
}

#[divan::bench(args = 0..PATTERNS.len())]
fn translated(bencher: Bencher<'_, '_>, index: usize) {
    let users = users();
    let filter = Filter::new(PATTERNS[index].0, Mode::default()).expect("a valid pattern");
    bencher.bench_local(|| count(black_box(&users), |user| filter.is_match(user) == Ok(true)));
}

/// Patterns that are not regular, or only for ASCII lines.
#[divan::bench(args = [r".*\bson.*", r"(?!.*son).*", r"(\w+)\.\1.*", r"\w++\.\w++"])]
fn backtracking(bencher: Bencher<'_, '_>, pattern: &str) {
    let users = users();
    let filter = Filter::new(pattern, Mode::default()).expect("a valid pattern");
    bencher.bench_local(|| count(black_box(&users), |user| filter.is_match(user) == Ok(true)));
}

#[divan::bench(args = ["bi.*", r"(?iu).*son\d*", r"\p{IsAlphabetic}+", r".*\bson\b.*"])]
fn compile(pattern: &str) -> Filter {
    Filter::new(black_box(pattern), Mode::default()).expect("a valid pattern")
}
