//! The examples in the manual of `system.util.getSessionInfo`, and the public methods of filters.

use gatewatch::filter::{Filter, Mode};

const USERS: &[&str] = &[
    "billy",
    "billy",
    "billy2",
    "Billy",
    "bill",
    "bilay",
    "bi",
    "bianca.ericson",
    "bill.smith",
    "billxsmith",
    "bob",
    "abi",
    "",
];

fn matching_in_mode<'a>(pattern: &str, mode: Mode, users: &[&'a str]) -> Vec<&'a str> {
    let filter = Filter::new(pattern, mode).unwrap();
    let mut users = users.to_vec();
    users.retain(|user| filter.is_match(user).unwrap());
    users
}

fn matching(pattern: &str) -> Vec<&'static str> {
    matching_in_mode(pattern, Mode::default(), USERS)
}

#[test]
fn literal_matches_one_user() {
    assert_eq!(matching("billy"), ["billy", "billy"]);
}

#[test]
fn dot_star_matches_a_prefix() {
    let expected =
        ["billy", "billy", "billy2", "bill", "bilay", "bi", "bianca.ericson", "bill.smith", "billxsmith"];
    assert_eq!(matching("bi.*"), expected);
    let filter = Filter::new("bi.*", Mode::default()).unwrap();
    assert_eq!(filter.literal_prefix(), Some("bi"));
    assert_eq!(filter.literal(), None);
}

#[test]
fn dot_matches_one_character() {
    assert_eq!(matching("bi.ly"), ["billy", "billy"]);
    assert_eq!(matching("bil.y"), ["billy", "billy", "bilay"]);
}

#[test]
fn escaped_dot_matches_a_dot() {
    assert_eq!(matching(r"bill\.smith"), ["bill.smith"]);
    assert_eq!(matching("bill.smith"), ["bill.smith", "billxsmith"]);
}

#[test]
fn applies_modes() {
    let ignore_case = Mode { ignore_case: true, ..Mode::default() };
    assert_eq!(matching_in_mode("BILLY", ignore_case, USERS), ["billy", "billy", "Billy"]);
    let contains = Mode { contains: true, ..Mode::default() };
    assert_eq!(matching_in_mode("smi", contains, USERS), ["bill.smith", "billxsmith"]);
    let invert = Mode { invert: true, ..Mode::default() };
    assert_eq!(matching_in_mode("b.*", invert, USERS), ["Billy", "abi", ""]);
}

#[test]
fn finds_only_in_contains_mode() {
    let contains = Mode { contains: true, ..Mode::default() };
    let filter = Filter::new("é.", contains).unwrap();
    assert_eq!(filter.find("andré b"), Ok(Some(4..7)));
    assert_eq!(filter.find("andre b"), Ok(None));
    let inverted = Mode { invert: true, ..contains };
    assert_eq!(Filter::new("é.", inverted).unwrap().find("andré b"), Ok(None));
    assert_eq!(Filter::new("é.", Mode::default()).unwrap().find("é!"), Ok(None));
}

#[test]
fn determines_literal_prefixes() {
    let prefix = |pattern: &str, mode| {
        let filter = Filter::new(pattern, mode).unwrap();
        filter.literal_prefix().map(str::to_owned)
    };
    let plain = |pattern| prefix(pattern, Mode::default());
    assert_eq!(plain("billy").as_deref(), Some("billy"));
    assert_eq!(plain("bill?").as_deref(), Some("bil"));
    assert_eq!(plain("^ab+c").as_deref(), Some("a"));
    assert_eq!(plain(r"(?!billy\z)bi.*").as_deref(), Some("bi"));
    assert_eq!(plain(r"\Qa.b\E.*").as_deref(), Some("a.b"));
    assert_eq!(plain("(?i)billy"), None);
    assert_eq!(plain("(?i)1a.*").as_deref(), Some("1"));
    assert_eq!(plain("a|b"), None);
    let inverted = Mode { invert: true, ..Mode::default() };
    assert_eq!(prefix("billy", inverted), None);
    let contains = Mode { contains: true, ..Mode::default() };
    assert_eq!(prefix("billy", contains), None);
}

#[test]
fn recognizes_literals() {
    let literal = |pattern: &str| {
        let filter = Filter::new(pattern, Mode::default()).unwrap();
        filter.literal().map(str::to_owned)
    };
    assert_eq!(literal("bill-y #1").as_deref(), Some("bill-y #1"));
    assert_eq!(literal("bill.y"), None);
    assert_eq!(literal(r"bill\.y"), None);
}

#[test]
fn reports_errors_with_their_columns() {
    let error = |pattern: &str| Filter::new(pattern, Mode::default()).unwrap_err();
    let open = error("ab(c");
    assert_eq!(open.to_string(), r#"Missing ")" for "(" at column 3"#);
    assert_eq!(open.column(), 3);
    let unfinished = ["(", "[a", "a{2", "a{", "a\\", "(?", "(?<n", r"\p{L", r"\x4", "a[b-"];
    let wrong = ["*", "a)", "a**", r"\y", "a{x}", "[b-a]", "(?P<n>a)", r"\p{Nope}"];
    for pattern in unfinished.into_iter().chain(wrong) {
        assert!(!error(pattern).is_unsupported(), "{pattern}");
    }
    assert_eq!(error("é(?i)a**").column(), 8);
    let wildcard = "Nothing to repeat before \"*\" at column 1. For any text, write .*";
    assert_eq!(error("*bi*").to_string(), wildcard);
    assert_eq!(error(r"a\N{FOO}").to_string(), "Unknown character name FOO at column 2");
    // Valid in Java: the quote extends to the end.
    assert!(Filter::new(r"\Qa(", Mode::default()).is_ok());
}

#[test]
fn names_only_the_flag_that_is_unknown() {
    for (pattern, expected) in [
        ("(?P<n>a)", r#"Unknown group or flag "(?P" at column 3"#),
        ("(?i=a)", r#"Unknown flag "=" at column 4"#),
        ("(?-y)", r#"Unknown flag "y" at column 4"#),
    ] {
        assert_eq!(Filter::new(pattern, Mode::default()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn nested_repetitions_are_linear() {
    let linear = Filter::new("(a+)+b", Mode::default()).unwrap();
    assert!(linear.is_linear());
    assert!(!linear.is_match(&"a".repeat(100_000)).unwrap());
}

#[test]
fn filters_are_send_and_sync() {
    fn check<T: Clone + Send + Sync + std::fmt::Debug>() {}
    check::<Filter>();
}
