//! Limits of filters: no pattern panics, overflows the stack or takes long. Without the limits, these tests run for hours.

use gatewatch::filter::{Filter, MatchError, Mode, exclude};
use proptest::prelude::*;

fn check_consistency(pattern: &str, ignore_case: bool, contains: bool, value: &str) {
    let mode = Mode { ignore_case, contains, invert: false };
    match Filter::new(pattern, mode) {
        Ok(filter) => {
            let matched = filter.is_match(value);
            if let Ok(Some(found)) = filter.find(value) {
                assert_eq!(matched, Ok(true));
                assert!(value.get(found).is_some());
            }
            if matched == Ok(true) {
                assert!(value.starts_with(filter.literal_prefix().unwrap_or("")));
            }
        }
        Err(error) => {
            let columns = 1..=pattern.chars().count() + 1;
            assert!(columns.contains(&error.column()), "{error}");
            assert!(!error.to_string().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn accepts_or_rejects_arbitrary_text(pattern in any::<String>(), value in any::<String>()) {
        check_consistency(&pattern, false, false, &value);
        check_consistency(&pattern, true, true, &value);
    }

    #[test]
    fn accepts_or_rejects_arbitrary_tokens(
        pattern in r"([ab(\[\])|*+?{}1,^$.&\-\\#=!<>:QEpPdwsxiuU]|\(\?|\(\?<|&&|\\p\{L\}|\\b|é|😀|\n){0,40}",
        value in r"[ab1é😀\n\r ]{0,20}",
        ignore_case: bool,
        contains: bool,
    ) {
        check_consistency(&pattern, ignore_case, contains, &value);
    }

    #[test]
    fn literal_matches_itself_only(text in "[a-zA-Z0-9 _é😀\u{212A}-]{1,12}", other in "[a-zA-Z0-9_]{1,12}") {
        let filter = Filter::new(&text, Mode::default()).unwrap();
        prop_assert_eq!(filter.literal(), Some(text.as_str()));
        prop_assert_eq!(filter.literal_prefix(), Some(text.as_str()));
        prop_assert!(filter.is_match(&text).unwrap());
        prop_assert_eq!(filter.is_match(&other).unwrap(), text == other);
    }

    #[test]
    fn quoted_text_matches_itself_only(text in any::<String>(), other in any::<String>()) {
        prop_assume!(!text.contains(r"\E") && text.chars().count() < 1_000);
        let filter = Filter::new(&format!(r"\Q{text}\E"), Mode::default()).unwrap();
        prop_assert!(filter.is_match(&text).unwrap());
        prop_assert_eq!(filter.is_match(&other).unwrap(), text == other);
    }
}

/// Number of characters of the longest pattern that is accepted.
const MAX_CHARS: usize = 1_000_000;

#[test]
fn rejects_patterns_beyond_the_limits() {
    let nested = |open: &str, close: &str, depth| open.repeat(depth) + "a" + &close.repeat(depth);
    let mut patterns =
        vec!["a".repeat(MAX_CHARS + 1), r"(?U)[\w]".repeat(5_000), format!("[{}a]", "a&&".repeat(5_001))];
    for (open, close) in [("(", ")"), ("(?:", ")"), ("(?=", ")"), ("(?>", ")"), ("[a", "]"), ("(", ")*")] {
        patterns.push(nested(open, close, 100_000));
        patterns.push(nested(open, close, 5_001));
        patterns.push(nested(open, "", 5_001));
    }
    patterns.push(nested("(", ")", 201) + &"a".repeat(MAX_CHARS - 403));
    for pattern in patterns {
        for contains in [false, true] {
            let mode = Mode { contains, ..Mode::default() };
            let error = Filter::new(&pattern, mode).unwrap_err();
            assert!(!error.to_string().is_empty(), "{pattern:.40}");
        }
    }
}

/// Patterns that are too large for `regex`, and patterns of a megabyte, take limited time.
#[test]
fn limits_the_time_of_large_patterns() {
    let mut patterns = vec![
        r"(\w{1000}){1000}".to_owned(),
        "((((a{99}){99}){99}){99}){99}".into(),
        "a{2147483647}".into(),
        "a{0,2147483647}".into(),
    ];
    for part in
        ["a", "a|", r"(?U)\w", r"\b", "(a)*", "(?<=a)", "[^a]", r"\P{L}", "a*+", r"(a)\1", r"\X", "(?iu)k"]
    {
        patterns.push(part.repeat(MAX_CHARS / part.len()));
    }
    for pattern in patterns {
        for contains in [false, true] {
            let filter = Filter::new(&pattern, Mode { contains, ..Mode::default() }).unwrap();
            let _ = filter.is_match("aab");
        }
    }
}

/// Values of a megabyte take limited time: either few steps, or so many that matching gives up.
fn match_large_values(contains: bool, patterns_that_give_up: &[&str]) {
    for (pattern, repeated) in [
        (r"(?:a|b)*\1?(c)", "ab"),
        (r"(a*)*(?!x)c", "a"),
        ("(?<=a+)b", "a"),
        (r"\X*b{3}", "a\u{301}"),
        (r"(?:\b.)*(?!a)x", "ab"),
        (r"(?i)(.+)\1\1x", "a"),
    ] {
        let value = repeated.repeat((1 << 20) / repeated.len());
        let matched = Filter::new(pattern, Mode { contains, ..Mode::default() }).unwrap().is_match(&value);
        let gives_up = patterns_that_give_up.contains(&pattern);
        let expected = if gives_up { Err(MatchError::Limit) } else { Ok(false) };
        assert!(matched == expected, "{pattern} gives up: {}", matched.is_err());
    }
}

#[test]
fn limits_the_time_of_large_values() {
    match_large_values(false, &[r"(?:a|b)*\1?(c)", r"(a*)*(?!x)c", r"(?i)(.+)\1\1x"]);
}

#[test]
fn limits_the_time_of_searches_in_large_values() {
    match_large_values(true, &[r"(?:a|b)*\1?(c)", r"(a*)*(?!x)c", r"\X*b{3}", r"(?i)(.+)\1\1x"]);
}

#[test]
fn memoizes_failures() {
    // Exponential without memoization.
    let value = "a".repeat(200);
    for pattern in ["(a+)+(?!x)b", "(a|aa)+(?<!x)b", "(?:a?){200}(?<!b)a{200}", "(?:(a|a)*)*(?!x)b"] {
        let filter = Filter::new(pattern, Mode::default()).unwrap();
        assert_eq!(filter.is_match(&value), Ok(pattern.contains("200")), "{pattern}");
    }
}

#[test]
fn accepts_patterns_within_the_limits() {
    let nested = |open: &str, close: &str, depth| open.repeat(depth) + "a" + &close.repeat(depth);
    let groups = [
        ("(", ")"),
        ("(?:", ")*"),
        ("(?:b|", ")"),
        ("[b", "]"),
        ("[b[a", "]&&a]"),
        ("(?>", ")?+"),
        ("(?=", ")a?"),
        ("(?<=", ")a"),
    ];
    for (open, close) in groups {
        for depth in [101, 5_000 / open.matches(['(', '[']).count()] {
            let pattern = nested(open, close, depth);
            for contains in [false, true] {
                let filter = Filter::new(&pattern, Mode { contains, ..Mode::default() })
                    .unwrap_or_else(|error| panic!("{open}: {error}"));
                let matches_a = open != "(?<=";
                let matched = filter.is_match("a");
                let gives_up = depth > 101 && matched.is_err();
                assert!(gives_up || matched == Ok(matches_a), "{open} {depth} times: {matched:?}");
                assert_eq!(exclude(&pattern, "b").len(), pattern.len() + r"(?!b\z)".len());
            }
        }
    }
    let names: Vec<String> = (0..1_500).map(|i| format!("u{i}")).collect();
    for pattern in [r"\w{1000}", r"(?U)\w{100}", r"\p{L}{100}", ".{1000}", &names.join("|")] {
        Filter::new(pattern, Mode::default()).unwrap_or_else(|error| panic!("{pattern:.20}: {error}"));
    }
}

#[test]
fn reports_too_much_backtracking() {
    for (pattern, length) in [(r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5b", 100), (r"(?i)(a+)\1b", 5_000)] {
        let value = "a".repeat(length);
        let error = Filter::new(pattern, Mode::default()).unwrap().is_match(&value).unwrap_err();
        assert_eq!(error.to_string(), "Too much backtracking. Simplify the pattern");
    }
}
