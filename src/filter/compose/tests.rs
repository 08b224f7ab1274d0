//! Checks composed patterns by compiling them as filters.

use super::*;

/// Values with metacharacters, line breaks or letters with unusual case.
const VALUES: &[&str] = &[
    "",
    "billy",
    "Billy",
    "bill.smith",
    "billxsmith",
    "anna",
    "a",
    "aa",
    "ab",
    "b",
    "a|b",
    "a b",
    " a ",
    "a#b",
    "\n",
    "a\nb",
    "a\r\n",
    "a\u{85}b\u{2028}c\u{2029}",
    "\t\0\u{7f}\u{b}",
    r"\z)",
    r"a\",
    r"\Qa\E",
    "(?i)a",
    "[a-c]{2}^$*+?",
    "jürgen",
    "JÜRGEN",
    "ſ",
    "K\u{212a}k",
    "😀",
    "a😀b",
];

const PATTERNS: &[&str] = &[
    "a",
    "bi.*",
    "a|b",
    "|a",
    "(?:a|b)",
    "(a)|(b)",
    "a|b|",
    "[|]",
    r"a\|b",
    r"\Qa|b",
    r"\Qa|b\E",
    r"\Q\E",
    r"a\Q",
    "(?x) a | b # or so",
    "(?x) a # or so",
    "(?x) a # or so \\",
    r"(?x) a # \Qor so",
    r"(?xd) a # or so",
    "(?i)B.*|a",
    "(?s).*",
    "^a$",
    "^a|b$",
    "(?m)^b$",
    "{2}a",
    "{0}a",
    r"(a)\1",
    r"(?<x>a|b)\k<x>?",
    r"\Aa\z|\bb\B",
    "(?!a)[ab]*+",
    "(?<=a)b|(?>a|aa)b?",
    r"(?!billy\z)a|b",
    r"(?!billy\z)?billy",
    r"(?!billy\z){0}billy",
    r"(?!a\\z)b?",
    r"(?!a|b\z)[ab]*",
    r"(?!)|billy",
    r"jürgen|\x{1F600}",
    "😀|a.b",
    "[^a]",
];

fn modes() -> impl Iterator<Item = Mode> {
    (0..8).map(|bits| Mode { ignore_case: bits & 1 > 0, contains: bits & 2 > 0, invert: bits & 4 > 0 })
}

/// Compiles a pattern and returns its predicate.
fn matcher(pattern: &str, mode: Mode) -> impl Fn(&str) -> bool + use<> {
    let filter = Filter::new(pattern, mode).unwrap_or_else(|error| panic!("{pattern:?}: {error}"));
    move |value| filter.is_match(value).unwrap_or_else(|error| panic!("{:?}: {error}", filter.pattern()))
}

fn default_matcher(pattern: &str) -> impl Fn(&str) -> bool + use<> {
    matcher(pattern, Mode::default())
}

/// A deterministic generator of random texts.
struct RandomTexts(fastrand::Rng);

impl RandomTexts {
    fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Returns a random number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    fn next(&mut self) -> String {
        const LETTERS: &[char] = &[
            'a', 'b', 'A', 'B', 'i', 'l', 'y', ' ', '.', '*', '|', '\\', '(', ')', '[', ']', '{', '}', '^',
            '$', '#', 'Q', 'E', 'z', '?', '!', '-', '&', '1', '\n', '\r', '\0', '\u{85}', 'ü', 'Ü', 'ß',
            '\u{2028}', '😀',
        ];
        let length = self.below(6);
        (0..length).map(|_| LETTERS[self.below(LETTERS.len())]).collect()
    }
}

#[test]
fn escapes_readably() {
    for (value, expected) in [
        ("billy", "billy"),
        ("bill.smith", r"bill\.smith"),
        (r"PLANT\jo-ann (A&B) #1", r"PLANT\\jo-ann \(A&B\) #1"),
        ("[a]{1}^$*+?|", r"\[a\]\{1\}\^\$\*\+\?\|"),
        ("a\r\n\tb\0\u{1b}\u{7f}\u{85}\u{2028}", r"a\r\n\tb\x00\x1b\x7f\x85\u2028"),
        ("jürgen 😀", "jürgen 😀"),
        ("", "(?:)"),
    ] {
        assert_eq!(escape(value), expected);
    }
}

#[test]
fn escaped_value_matches_itself_only() {
    for value in VALUES {
        let matches = default_matcher(&escape(value));
        for other in VALUES {
            assert_eq!(matches(other), value == other, "{value:?} {other:?}");
        }
    }
}

#[test]
fn values_of_inverts_any_of() {
    assert_eq!(any_of(&["billy", "bill.smith"]), r"billy|bill\.smith");
    assert_eq!(any_of(&[""; 0]), "");
    for length in 0..=VALUES.len() {
        let values = &VALUES[..length];
        assert_eq!(values_of(&any_of(values)).unwrap(), values);
    }
    assert_eq!(values_of(&any_of(&[""])).unwrap(), [""]);
    let mut texts = RandomTexts::new(1);
    for _ in 0..2_000 {
        let values: Vec<String> = (0..texts.below(4)).map(|_| texts.next()).collect();
        let pattern = any_of(&values);
        assert_eq!(values_of(&pattern).unwrap(), values, "{pattern:?}");
        let other = texts.next();
        if !pattern.is_empty() {
            assert_eq!(default_matcher(&pattern)(&other), values.contains(&other), "{pattern:?} {other:?}");
        }
    }
}

#[test]
fn values_of_reads_typed_patterns() {
    for (pattern, expected) in [
        ("", Some(&[][..])),
        ("billy|anna", Some(&["billy", "anna"])),
        ("a|", Some(&["a", ""])),
        ("|", Some(&["", ""])),
        ("(?:a|b)", Some(&["a", "b"])),
        (r"\Qa.b\E|\x41\u00fc", Some(&["a.b", "Aü"])),
        ("[a]", Some(&["a"])),
        ("bi.*", None),
        ("a|b?", None),
        ("a|(b)", None),
        ("a|[bc]", None),
        ("(?i)a", None),
        ("^a$", None),
        (r"a\b", None),
        ("a|(?:b|c)d", None),
        ("a|(", None),
        (r"a\", None),
    ] {
        let expected = expected.map(|values| values.iter().map(|&value| value.to_owned()).collect());
        assert_eq!(values_of(pattern), expected, "{pattern:?}");
    }
}

#[test]
fn combines_exclusions() {
    let once = exclude("bi.*", "billy");
    assert_eq!(once, r"(?!billy\z)bi.*");
    let twice = exclude(&once, "bill.smith");
    assert_eq!(twice, r"(?!(?:billy|bill\.smith)\z)bi.*");
    assert_eq!(exclude(&twice, "bi"), r"(?!(?:billy|bill\.smith|bi)\z)bi.*");
    assert_eq!(exclude(&twice, "billy"), twice);
    assert_eq!(exclude("", "billy"), r"(?!billy\z)(?s:.*)");
    assert_eq!(exclude(&exclude("", ""), "a"), r"(?!(?:(?:)|a)\z)(?s:.*)");
    assert_eq!(exclude("a|b", "a"), r"(?!a\z)(?:a|b)");
    assert_eq!(exclude(r"a|\Qb", "a"), r"(?!a\z)(?:a|\Qb\E)");
    assert_eq!(exclude(r"a\|b", "a"), r"(?!a\z)a\|b");
    assert_eq!(exclude(r"(?!billy\z)a|b", "a"), r"(?!a\z)(?:(?!billy\z)a|b)");
    assert_eq!(exclude("a)|(b", "a"), "a)|(b");
}

#[test]
fn excludes_exactly_one_value() {
    for pattern in PATTERNS {
        let before = default_matcher(pattern);
        for excluded in VALUES {
            let narrowed = exclude(pattern, excluded);
            let matches = default_matcher(&narrowed);
            for value in VALUES {
                let expected = before(value) && value != excluded;
                assert_eq!(matches(value), expected, "{narrowed:?} {value:?}");
            }
        }
    }
    for excluded in VALUES {
        let matches = default_matcher(&exclude("", excluded));
        for value in VALUES {
            assert_eq!(matches(value), value != excluded, "{value:?}");
        }
    }
}

#[test]
fn combines_random_exclusions() {
    let mut texts = RandomTexts::new(2);
    for _ in 0..200 {
        let pattern = PATTERNS[texts.below(PATTERNS.len())];
        let excluded: Vec<String> = (0..4).map(|_| texts.next()).collect();
        let narrowed = excluded.iter().fold(pattern.to_owned(), |pattern, value| exclude(&pattern, value));
        assert_eq!(
            narrowed.matches(NOT_START).count(),
            pattern.matches(NOT_START).count() + 1,
            "{narrowed:?}"
        );
        let (before, after) = (default_matcher(pattern), default_matcher(&narrowed));
        for value in excluded.iter().chain(&[texts.next(), "a".to_owned(), "billy".to_owned()]) {
            let expected = before(value) && !excluded.contains(value);
            assert_eq!(after(value), expected, "{narrowed:?} {value:?}");
        }
    }
}

#[test]
fn to_portable_writes_modes_into_the_pattern() {
    let modes = |text: &str| Mode {
        ignore_case: text.contains('i'),
        contains: text.contains('c'),
        invert: text.contains('v'),
    };
    for (pattern, mode, expected) in [
        ("bi.*", "", Some("bi.*")),
        ("", "", Some("")),
        ("billy", "c", Some("(?s:.*)billy(?s:.*)")),
        ("bi.y", "c", Some("(?s:.*)(?:bi.y)(?s:.*)")),
        ("bi.y", "i", Some("(?iu:bi.y)")),
        ("bi.y", "v", Some(r"(?!(?:bi.y)\z)(?s:.*)")),
        ("billy", "v", Some(r"(?!billy\z)(?s:.*)")),
        ("bi.y", "ic", Some("(?s:.*)(?iu:bi.y)(?s:.*)")),
        ("bi.y", "icv", Some("(?!(?s:.*)(?iu:bi.y))(?s:.*)")),
        (r"\Qa.", "c", Some(r"(?s:.*)(?:\Qa.\E)(?s:.*)")),
        ("(?x)a#b", "c", Some("(?s:.*)(?:(?x)a#b\n)(?s:.*)")),
        ("a(", "c", None),
        ("a)(b", "c", None),
    ] {
        assert_eq!(to_portable(pattern, modes(mode)).as_deref(), expected, "{pattern:?} {mode}");
    }
}

#[test]
fn portable_pattern_matches_like_the_mode() {
    let mut texts = RandomTexts::new(3);
    let random: Vec<String> = (0..100).map(|_| texts.next()).collect();
    for mode in modes() {
        for pattern in PATTERNS.iter().chain(&["", "billy"]) {
            let portable = to_portable(pattern, mode).unwrap_or_else(|| panic!("{pattern:?} {mode:?}"));
            let (with_mode, without_mode) = (matcher(pattern, mode), default_matcher(&portable));
            for value in VALUES.iter().copied().chain(random.iter().map(String::as_str)) {
                assert_eq!(without_mode(value), with_mode(value), "{pattern:?} {mode:?} {value:?}");
            }
        }
    }
}

#[test]
fn to_portable_rejects_patterns_beyond_the_limits() {
    let mode = Mode { ignore_case: true, ..Mode::default() };
    let deep = |depth: usize| "(".repeat(depth) + &")".repeat(depth);
    let long = |length: usize| "a".repeat(length);
    assert!(to_portable(&deep(4_999), mode).is_some());
    assert!(to_portable(&long(999_000), mode).is_some());
    for pattern in [deep(5_000), long(1_000_000)] {
        assert!(Filter::new(&pattern, mode).is_ok());
        assert_eq!(to_portable(&pattern, mode), None);
    }
    // Too long only with what is added around the pattern.
    let mode = Mode { contains: true, ..Mode::default() };
    assert_eq!(to_portable(&long(999_990), mode), None);
}
