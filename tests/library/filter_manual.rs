//! The examples of the manual for `system.util.getSessionInfo`, and what the filter boxes promise
//! beside them.

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

fn passing<'a>(pattern: &str, mode: Mode, users: &[&'a str]) -> Vec<&'a str> {
    let filter = Filter::new(pattern, mode).unwrap();
    let mut users = users.to_vec();
    users.retain(|user| filter.is_match(user).unwrap());
    users
}

fn exactly(pattern: &str) -> Vec<&'static str> {
    passing(pattern, Mode::default(), USERS)
}

#[test]
fn billy_counts_the_sessions_of_one_user() {
    assert_eq!(exactly("billy"), ["billy", "billy"]);
}

#[test]
fn bi_dot_star_is_every_user_whose_name_starts_with_bi() {
    let expected =
        ["billy", "billy", "billy2", "bill", "bilay", "bi", "bianca.ericson", "bill.smith", "billxsmith"];
    assert_eq!(exactly("bi.*"), expected);
    let filter = Filter::new("bi.*", Mode::default()).unwrap();
    assert_eq!(filter.literal_prefix(), Some("bi"));
    assert_eq!(filter.literal(), None);
}

#[test]
fn bi_dot_ly_has_one_character_as_a_wildcard() {
    assert_eq!(exactly("bi.ly"), ["billy", "billy"]);
    assert_eq!(exactly("bil.y"), ["billy", "billy", "bilay"]);
}

#[test]
fn bill_backslash_dot_smith_is_that_user_only() {
    assert_eq!(exactly(r"bill\.smith"), ["bill.smith"]);
    assert_eq!(exactly("bill.smith"), ["bill.smith", "billxsmith"]);
}

#[test]
fn modes_ignore_case_look_inside_and_invert() {
    let ignore_case = Mode { ignore_case: true, ..Mode::default() };
    assert_eq!(passing("BILLY", ignore_case, USERS), ["billy", "billy", "Billy"]);
    let contains = Mode { contains: true, ..Mode::default() };
    assert_eq!(passing("smi", contains, USERS), ["bill.smith", "billxsmith"]);
    let invert = Mode { invert: true, ..Mode::default() };
    assert_eq!(passing("b.*", invert, USERS), ["Billy", "abi", ""]);
}

#[test]
fn found_parts_are_for_highlighting() {
    let contains = Mode { contains: true, ..Mode::default() };
    let filter = Filter::new("é.", contains).unwrap();
    assert_eq!(filter.find("andré b"), Some(4..7));
    assert_eq!(filter.find("andre b"), None);
    let inverted = Mode { invert: true, ..contains };
    assert_eq!(Filter::new("é.", inverted).unwrap().find("andré b"), None);
    assert_eq!(Filter::new("é.", Mode::default()).unwrap().find("é!"), None);
}

#[test]
fn prefixes_are_what_every_match_begins_with() {
    let prefix = |pattern: &str, mode| {
        let filter = Filter::new(pattern, mode).unwrap();
        filter.literal_prefix().map(str::to_owned)
    };
    let plain = |pattern| prefix(pattern, Mode::default());
    assert_eq!(plain("billy").as_deref(), Some("billy"));
    assert_eq!(plain("(bill|billy|bi).*").as_deref(), Some("bi"));
    assert_eq!(plain("bill?").as_deref(), Some("bil"));
    assert_eq!(plain("^(?:ab)+c").as_deref(), Some("ab"));
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
fn plain_text_is_known_as_such() {
    let literal = |pattern: &str| {
        let filter = Filter::new(pattern, Mode::default()).unwrap();
        filter.literal().map(str::to_owned)
    };
    assert_eq!(literal("bill-y #1").as_deref(), Some("bill-y #1"));
    assert_eq!(literal("bill.y"), None);
    assert_eq!(literal(r"bill\.y"), None);
}

#[test]
fn faults_are_told_with_their_place() {
    let fault = |pattern: &str| Filter::new(pattern, Mode::default()).unwrap_err();
    let open = fault("ab(c");
    assert_eq!(open.to_string(), "unclosed group: a ( at column 3 has no )");
    assert_eq!((open.column(), open.is_incomplete()), (Some(3), true));
    for incomplete in ["(", "[a", "a{2", "a{", "a\\", "(?", "(?<n", r"\p{L", r"\x4", "a[b-"] {
        assert!(fault(incomplete).is_incomplete(), "{incomplete}");
    }
    for wrong in ["*", "a)", "a**", r"\y", "a{x}", "[b-a]", "(?P<n>a)", r"\p{Nope}"] {
        let error = fault(wrong);
        assert!(!error.is_incomplete() && !error.is_unsupported(), "{wrong}");
    }
    let error = fault("é(?i)a**");
    assert_eq!(error.column(), Some(8));
    for unsupported in [r"\X", r"\b{g}", r"\N{DIGIT ONE}", r"(a)*\1"] {
        assert!(fault(unsupported).is_unsupported(), "{unsupported}");
    }
    // Valid in Java: the quote goes to the end.
    assert!(Filter::new(r"\Qa(", Mode::default()).is_ok());
}

#[test]
fn nested_repetitions_stay_linear() {
    let linear = Filter::new("(a+)+b", Mode::default()).unwrap();
    assert!(linear.is_linear());
    assert!(!linear.is_match(&"a".repeat(100_000)).unwrap());
}

#[test]
fn clones_share_and_cross_threads() {
    fn check<T: Clone + Send + Sync + std::fmt::Debug>() {}
    check::<Filter>();
}
