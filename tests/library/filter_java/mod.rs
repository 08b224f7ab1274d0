//! Compares filters with the JDK's `java.util.regex`: stored verdicts, and random patterns where a JDK 17 is installed.

mod constructs;
mod generate;
mod oracle;

use std::fs::{read_to_string, write};

use generate::{Case, Random, case, random_tokens};
use oracle::{Tally, data_folder};

/// Minimum number of stored patterns with each construct.
const MIN_PER_CONSTRUCT: usize = 50;

/// Returns the handwritten patterns, in all modes that differ.
fn handwritten() -> Vec<String> {
    let text = read_to_string(data_folder().join("handwritten.txt")).unwrap();
    let mut lines = text.lines().skip(1);
    let values: Vec<String> = lines.next().unwrap().split('\t').map(oracle::unescape).collect();
    let cases = lines.flat_map(|pattern| {
        ["m", "f", "mi"].map(|mode| Case { mode, pattern: oracle::unescape(pattern), values: values.clone() })
    });
    cases.map(|case| oracle::line(&case)).collect()
}

/// Returns the patterns of public reports, in all modes that differ, with groups.
fn reported() -> Vec<String> {
    let text = read_to_string(data_folder().join("reported.txt")).unwrap();
    let cases = text.lines().filter(|line| !line.starts_with("# ")).flat_map(|line| {
        let mut fields = line.split('\t').map(oracle::unescape);
        let (pattern, values) = (fields.next().unwrap(), fields.collect::<Vec<_>>());
        ["mg", "fg", "mig"].map(|mode| Case { mode, pattern: pattern.clone(), values: values.clone() })
    });
    cases.map(|case| oracle::line(&case)).collect()
}

fn random_cases(seed: u64, patterns: usize, adversarial: bool) -> Vec<String> {
    let mut random = Random(seed);
    (0..patterns).map(|_| oracle::line(&case(&mut random, adversarial))).collect()
}

/// Returns the cases whose verdicts are stored.
fn stored_cases() -> [(&'static str, Vec<String>); 4] {
    [
        ("handwritten", handwritten()),
        ("reported", reported()),
        ("ordinary", random_cases(17, 4_000, false)),
        ("adversarial", random_cases(18, 6_000, true)),
    ]
}

/// Stores the verdicts; needs a JDK 17: `cargo test --test library -- --ignored store_verdicts`.
#[test]
#[ignore = "writes into the source tree"]
fn store_verdicts() {
    for (name, lines) in stored_cases() {
        let verdicts = oracle::run(&lines).expect("a JDK 17 (java)");
        write(data_folder().join(format!("{name}.verdicts")), verdicts.join("\n") + "\n").unwrap();
    }
}

#[test]
fn stored_verdicts_match() {
    for (name, lines) in stored_cases() {
        let verdicts = read_to_string(data_folder().join(format!("{name}.verdicts"))).unwrap();
        let verdicts: Vec<String> = verdicts.lines().map(str::to_owned).collect();
        let tally = compare(&lines, &verdicts);
        report(&tally, name);
        check_limits(&tally);
    }
}

#[test]
fn stored_patterns_cover_every_construct() {
    let mut valid = Vec::new();
    for (name, lines) in stored_cases() {
        let verdicts = read_to_string(data_folder().join(format!("{name}.verdicts"))).unwrap();
        let pairs = lines.iter().zip(verdicts.lines()).filter(|(_, verdict)| *verdict != "E");
        valid.extend(pairs.filter_map(|(line, _)| Some(oracle::unescape(line.split('\t').nth(1)?))));
    }
    let mut rare = Vec::new();
    let mut check = |name: String, count: usize| {
        if count < MIN_PER_CONSTRUCT {
            rare.push(format!("{name}: {count}"));
        }
    };
    for &needle in constructs::NEEDLES {
        check(needle.to_owned(), valid.iter().filter(|pattern| pattern.contains(needle)).count());
    }
    for flag in "idmsuxUc-".chars() {
        let count = valid.iter().filter(|pattern| constructs::has_flag(pattern, flag)).count();
        check(format!("flag {flag}"), count);
    }
    assert!(rare.is_empty(), "{rare:?}");
}

fn compare(lines: &[String], verdicts: &[String]) -> Tally {
    assert_eq!(lines.len(), verdicts.len(), "the cases have changed: run store_verdicts");
    let mut tally = Tally::default();
    for (line, verdict) in lines.iter().zip(verdicts) {
        tally.compare(line, verdict);
    }
    tally
}

/// Compares random patterns, the same ones in every run, so that it doesn't depend on luck. `GATEWATCH_FILTER_SEED` selects
/// others: a few in a million differ, such as `\X\b{g}?^`, because Java also tries positions between the halves of a surrogate
/// pair, where it can throw an exception. `GATEWATCH_FILTER_PATTERNS` sets the number of patterns.
#[test]
fn random_patterns_match_java() {
    let number = |name: &str| -> Option<u64> { std::env::var(name).ok()?.parse().ok() };
    let seed = number("GATEWATCH_FILTER_SEED").unwrap_or(11);
    // About a minute where everything is checked.
    let default = if crate::support::is_ci() { 60_000 } else { 2_000 };
    let patterns = number("GATEWATCH_FILTER_PATTERNS").unwrap_or(default);
    let patterns = usize::try_from(patterns).unwrap();
    crate::support::say(&format!("random patterns with GATEWATCH_FILTER_SEED={seed}"));
    let mut lines = random_cases(seed, patterns / 2, false);
    lines.extend(random_cases(!seed, patterns / 2, true));
    let mut random = Random(seed);
    lines.extend((0..patterns / 2).map(|_| oracle::line(&random_tokens(&mut random))));
    let Some(verdicts) = oracle::run(&lines) else {
        crate::support::skip("the comparison of random patterns", "a JDK 17 (java)");
        return;
    };
    let tally = compare(&lines, &verdicts);
    report(&tally, &format!("seed {seed}"));
    check_limits(&tally);
}

/// Regenerates the Unicode tables and compares them with those in the source tree.
#[test]
fn generated_tables_are_current() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    if oracle::run_program("Tables.java", &[path], "").is_none() {
        crate::support::skip("the comparison of the generated tables", "a JDK 17 (java)");
        return;
    }
    let stored = data_folder().join("../../../src/filter/generated");
    for name in ["case.rs", "graphemes.rs", "names.rs", "properties.rs"] {
        let [generated, stored] =
            [folder.path(), &stored].map(|folder| read_to_string(folder.join(name)).unwrap());
        assert_eq!(generated.lines().collect::<Vec<_>>(), stored.lines().collect::<Vec<_>>(), "{name}");
    }
}

/// Limits the number of patterns and values beyond a limit.
fn check_limits(tally: &Tally) {
    assert!(tally.matching > tally.cases / 20, "too few matches for a meaningful comparison");
    assert_eq!(tally.unsupported, 0, "patterns beyond a limit");
    let exceeded = tally.limit_exceeded + tally.unknown;
    assert!(exceeded * 1000 <= tally.cases, "{exceeded} of {} cases undecided", tally.cases);
}

fn report(tally: &Tally, name: &str) {
    println!(
        "{name}: {} patterns, {} cases, {} matching, {} with groups; rejected by both {}, unsupported {}, unknown {}, half surrogates {}, exceptions {}, limit exceeded {}, differences {}",
        tally.patterns,
        tally.cases,
        tally.matching,
        tally.with_groups,
        tally.both_reject,
        tally.unsupported,
        tally.unknown,
        tally.half_surrogates,
        tally.exceptions,
        tally.limit_exceeded,
        tally.differences.len()
    );
    for difference in tally.differences.iter().take(60) {
        println!("  {difference}");
    }
    assert!(tally.differences.is_empty(), "{} differences", tally.differences.len());
}
