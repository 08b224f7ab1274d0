//! Our filters against the JDK's `java.util.regex`: stored verdicts, and fresh random ones where a
//! JDK is present.

mod generate;
mod oracle;
use std::fs::{read_to_string, write};

use generate::{Case, Random, case, soup};
use oracle::{Tally, data};

/// How many in a hundred of the patterns that Java takes we may refuse, where they are like those that people write.
const ORDINARY: usize = 1;
/// The same where they are made to be hard, or to name what is refused.
const HARD: usize = 6;

/// Patterns written by hand, in every mode that makes a difference.
fn handwritten() -> Vec<String> {
    let text = read_to_string(data().join("handwritten.txt")).unwrap();
    let mut lines = text.lines().skip(1);
    let values: Vec<String> = lines.next().unwrap().split('\t').map(oracle::unescape).collect();
    let cases = lines.flat_map(|pattern| {
        ["m", "f", "mi"].map(|mode| Case { mode, pattern: oracle::unescape(pattern), values: values.clone() })
    });
    cases.map(|case| oracle::line(&case)).collect()
}

fn random_cases(seed: u64, patterns: usize, adversarial: bool) -> Vec<String> {
    let mut random = Random(seed);
    (0..patterns).map(|_| oracle::line(&case(&mut random, adversarial))).collect()
}

/// What `stored_patterns_answer_as_in_java` asks.
fn stored_cases() -> [(&'static str, Vec<String>); 3] {
    [
        ("handwritten", handwritten()),
        ("ordinary", random_cases(17, 2_500, false)),
        ("adversarial", random_cases(18, 1_500, true)),
    ]
}

/// Writes the verdicts that are stored; needs a JDK 17:
/// `cargo test --test filter_java -- --ignored store_verdicts`.
#[test]
#[ignore = "writes into the source tree"]
fn store_verdicts() {
    for (name, lines) in stored_cases() {
        let verdicts = oracle::ask(&lines).expect("java");
        write(data().join(format!("{name}.verdicts")), verdicts.join("\n") + "\n").unwrap();
    }
}

#[test]
fn stored_patterns_answer_as_in_java() {
    for (name, lines) in stored_cases() {
        let verdicts = read_to_string(data().join(format!("{name}.verdicts"))).unwrap();
        let verdicts: Vec<String> = verdicts.lines().map(str::to_owned).collect();
        let tally = judged(&lines, &verdicts);
        report(&tally, name);
        bounded(&tally, if name == "ordinary" { ORDINARY } else { HARD });
    }
}

fn judged(lines: &[String], verdicts: &[String]) -> Tally {
    assert_eq!(lines.len(), verdicts.len(), "verdicts of other cases: store them anew");
    let mut tally = Tally::default();
    for (line, verdict) in lines.iter().zip(verdicts) {
        tally.judge(line, verdict);
    }
    tally
}

/// Random patterns, new at every run. `GATEWATCH_FILTER_SEED` repeats one,
/// `GATEWATCH_FILTER_PATTERNS` sets how many.
#[test]
fn fresh_patterns_answer_as_in_java() {
    let number = |name: &str| -> Option<u64> { std::env::var(name).ok()?.parse().ok() };
    let seed = number("GATEWATCH_FILTER_SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.unwrap().as_secs()
    });
    let patterns = number("GATEWATCH_FILTER_PATTERNS").unwrap_or(2_000);
    let patterns = usize::try_from(patterns).unwrap();
    crate::support::say(&format!("fresh patterns from seed {seed}"));
    let mut lines = random_cases(seed, patterns / 2, false);
    lines.extend(random_cases(!seed, patterns / 2, true));
    let mut random = Random(seed);
    lines.extend((0..patterns / 2).map(|_| oracle::line(&soup(&mut random))));
    let Some(answers) = oracle::ask(&lines) else {
        crate::support::skip("the comparison of fresh patterns", "a JDK 17 (java)");
        return;
    };
    let tally = judged(&lines, &answers);
    report(&tally, &format!("seed {seed}"));
    bounded(&tally, HARD);
}

/// Refusing or giving up is no difference, but too much of it is no filter either.
fn bounded(tally: &Tally, refused_percent: usize) {
    let taken = tally.patterns - tally.both_refuse;
    assert!(tally.matching > tally.cases / 20, "too few matches to mean anything");
    assert!(tally.refused * 100 <= taken * refused_percent, "{} of {taken} refused", tally.refused);
    assert!((tally.gave_up + tally.unknown) * 1000 <= tally.cases, "{} given up", tally.gave_up);
}

fn report(tally: &Tally, name: &str) {
    println!(
        "{name}: {} patterns, {} cases, {} of them match; refused by both {}, by us alone {}, unknown {}, half {}, gave up {}, differences {}",
        tally.patterns,
        tally.cases,
        tally.matching,
        tally.both_refuse,
        tally.refused,
        tally.unknown,
        tally.halves,
        tally.gave_up,
        tally.differences.len()
    );
    for (text, count) in &tally.refusals {
        println!("  refused {count}: {text}");
    }
    for difference in tally.differences.iter().take(60) {
        println!("  {difference}");
    }
    assert!(tally.differences.is_empty(), "{} differences", tally.differences.len());
}
