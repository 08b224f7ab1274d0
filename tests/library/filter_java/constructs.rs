//! The constructs on the page of Java's `Pattern`, as texts to generate patterns from and to look for in them.

/// Character escapes and the characters that they match.
pub(crate) const ESCAPES: &[(&str, char)] = &[
    (r"\t", '\t'),
    (r"\n", '\n'),
    (r"\r", '\r'),
    (r"\f", '\u{C}'),
    (r"\a", '\u{7}'),
    (r"\e", '\u{1B}'),
    (r"\cA", '\u{1}'),
    (r"\c[", '\u{1B}'),
    (r"\\", '\\'),
    (r"\0141", 'a'),
    (r"\07", '\u{7}'),
    (r"\x61", 'a'),
    (r"\x{10400}", '\u{10400}'),
    (r"\u0061", 'a'),
    (r"\uD83D\uDE00", '😀'),
    (r"\N{LATIN SMALL LETTER A}", 'a'),
    (r"\N{latin small letter b}", 'b'),
    (r"\N{COMBINING ACUTE ACCENT}", '\u{301}'),
    (r"\N{LINE FEED (LF)}", '\n'),
    (r"\N{GRINNING FACE}", '😀'),
    (r"\N{CJK UNIFIED IDEOGRAPHS 65E5}", '日'),
    (r"\N{NO SUCH NAME}", 'a'),
    (r"\uD83D", '😀'),
    (r"\x{DE00}", '😀'),
];

pub(crate) const SHORTHANDS: &[&str] =
    &[r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\h", r"\H", r"\v", r"\V"];

/// Number of properties at the start of [`PROPERTIES`] that are on the page.
pub(crate) const PAGE_PROPERTIES: usize = 29;

#[rustfmt::skip]
pub(crate) const PROPERTIES: &[&str] = &[
    "Lower", "Upper", "ASCII", "Alpha", "Digit", "Alnum", "Punct", "Graph", "Print", "Blank", "Cntrl",
    "XDigit", "Space", "javaLowerCase", "javaUpperCase", "javaWhitespace", "javaMirrored", "IsLatin",
    "InGreek", "Lu", "IsAlphabetic", "Sc", "L", "sc=Latn", "script=Cyrillic", "blk=Greek", "block=Greek",
    "gc=Lu", "general_category=P", "Ll", "Lt", "Mn", "N", "Nd", "P", "So", "Z", "Cn", "LC", "L1", "all",
    "IsLowercase", "IsUPPERCASE", "IsGreek", "IsLu", "IsL", "InBasic Latin", "InLatin-1Supplement",
    "IsWhite_Space", "javaLetterOrDigit", "blk=Cyrillic", "block=Emoticons", "IsDigit", "IsPunct", "IsWord",
    "Foo", "lower", "IsHan", "IsIdeographic", "LD",
];

/// Quantifiers with their minimum and a maximum for samples.
pub(crate) const QUANTIFIERS: &[(&str, usize, usize)] = &[
    ("?", 0, 1),
    ("*", 0, 3),
    ("+", 1, 3),
    ("*", 0, 3),
    ("+", 1, 3),
    ("{2}", 2, 2),
    ("{0,2}", 0, 2),
    ("{1,3}", 1, 3),
    ("{2,}", 2, 4),
    ("{0,1}", 0, 1),
    ("{1}", 1, 1),
    ("{0}", 0, 0),
];

#[rustfmt::skip]
pub(crate) const ANCHORS: &[&str] = &[
    "^", "$", "^", "$", r"\b", r"\b", r"\b{g}", r"\B", r"\A", r"\Z", r"\z", r"\G", "(?m)$", "(?m)^", "(?d)$",
    "(?md)^",
];

/// Loops and lookarounds around groups, in which `%` is replaced by something that matches. Back-references follow.
pub(crate) const CAPTURING: &[&str] = &[
    "(?:(%)|%)*",
    "(?:(%)|(%))+",
    "(?:(%)%?)*?",
    "(?:(%)+%)*",
    "(?:(%)*%)+",
    "(?:(%)?%)*",
    "(?:(%){0,1}?%)+",
    "(?:(%)??%){2,3}",
    "(?:%(%)){2}",
    "(?:(%%)|(%)){1,3}?",
    "((%)|%)*",
    "((%)*)*",
    "((%)+)+?",
    "((%)?)*",
    "((%)*)+",
    "(?:(%)|%)*+",
    "(?:(%)%?){0,2}+",
    "(%){2}",
    "(%)*",
    "(%)*?",
    "(%)++",
    "(%|%)*",
    "(%){1,3}?",
    "(%%?)*",
    r"(?:(\R)|%)*",
    r"(\X)+",
    "(?=(%)*)",
    "(?=(%))",
    "(?=(?:(%)|%)*)",
    "(?!(%))",
    "(?:(?=(%))%)*",
    "(?:(?!(%)).)*",
    "(?:(?=(%)|%).)+",
    "(?<=(%))",
    "(?<=(%)?%)",
    "(?<!(%)%)",
    "(?<=(%){1,2})",
    "(?<=(?=(%)).)",
    "(?>(%)|%)",
    "(?>(%)*)",
    "(?>(?:(%)|%)*)",
    "(?:(?>(%)?)%)*",
    "(?:(?>(%)|%%))+",
    "(?:(%)|%(?=(%)))*",
    "(?:(%)(?:%|(%))*)*",
    "(?:(?:(%))+|%)*",
    "(?:(?:(%)%){2}|%)*",
    "(?:(%)|)*",
    "(?:|(%))*",
    "(?:|(%)){2}",
    "(?:(%)|){3}?",
];

/// Texts that a part of the stored patterns must contain.
#[rustfmt::skip]
pub(crate) const NEEDLES: &[&str] = &[
    r"\\", r"\0", r"\x6", r"\x{", r"\u", r"\uD83D\u", r"\N{", r"\t", r"\n", r"\r", r"\f", r"\a", r"\e", r"\c",
    "[", "[^", "a-z", "&&", "&&[", "&&[^", ".", r"\d", r"\D", r"\h", r"\H", r"\s", r"\S", r"\v", r"\V", r"\w", r"\W",
    r"p{Lower}", r"p{Upper}", r"p{ASCII}", r"p{Alpha}", r"p{Digit}", r"p{Alnum}", r"p{Punct}", r"p{Graph}",
    r"p{Print}", r"p{Blank}", r"p{Cntrl}", r"p{XDigit}", r"p{Space}", r"p{javaLowerCase}", r"p{javaUpperCase}",
    r"p{javaWhitespace}", r"p{javaMirrored}", r"p{IsLatin}", r"p{InGreek}", r"p{Lu}", r"p{IsAlphabetic}", r"p{Sc}",
    r"\P{", r"\pL", "script=", "sc=", "block=", "blk=", "general_category=", "gc=",
    "^", "$", r"\b", r"\b{g}", r"\B", r"\A", r"\G", r"\Z", r"\z", r"\R", r"\X",
    "?", "*", "+", "{2}", "{2,}", "{1,3}", "??", "*?", "+?", "{2}?", "{2,}?", "{1,3}?", "?+", "*+", "++", "{2}+",
    "{2,}+", "{1,3}+", "|", "(", r"\1", r"\2", r"\k<", r"\Q", r"\E", "(?<n", "(?:", "(?=", "(?!", "(?<=", "(?<!",
    "(?>", "#",
];

/// Returns `true` if a flag group of a pattern sets or unsets a flag.
pub(crate) fn has_flag(pattern: &str, flag: char) -> bool {
    pattern.split("(?").skip(1).any(|rest| {
        let flags = rest.split(|c: char| !"idmsuxUc-".contains(c)).next().unwrap_or_default();
        flags.contains(flag)
    })
}
