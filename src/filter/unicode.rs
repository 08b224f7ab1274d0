//! Properties of characters, `\p{…}`, as Java 17 knows them.
//!
//! Java 17 has Unicode 13. The sets come from the newer tables of `regex-syntax`, cut down to what
//! was assigned in Unicode 13 and corrected where a character has changed since. A test compares
//! every one of them with the JDK's.

use std::sync::OnceLock;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::class::CodeSet;
use super::unicode_blocks::BLOCKS;
use super::unicode_scripts::SCRIPTS;

/// Names of blocks that don't follow from their identifier in Java.
const MORE_BLOCKS: [(&str, &str); 3] = [
    ("GREEK AND COPTIC", "GREEK"),
    ("CYRILLIC SUPPLEMENT", "CYRILLIC SUPPLEMENTARY"),
    ("COMBINING DIACRITICAL MARKS FOR SYMBOLS", "COMBINING MARKS FOR SYMBOLS"),
];

/// The set of `\p{name}`; None where Java knows no such name.
pub(super) fn property(name: &str, ignore_case: bool, unicode: bool) -> Option<CodeSet> {
    if let Some((key, value)) = name.split_once('=') {
        return match key.to_ascii_lowercase().as_str() {
            "sc" | "script" => script(value),
            "blk" | "block" => block(value),
            "gc" | "general_category" => plain_property(value, ignore_case),
            _ => None,
        };
    }
    if let Some(name) = name.strip_prefix("In") {
        block(name)
    } else if let Some(name) = name.strip_prefix("Is") {
        binary_property(name, ignore_case)
            .or_else(|| plain_property(name, ignore_case))
            .or_else(|| script(name))
    } else {
        let posix = if unicode { unicode_posix(name, ignore_case) } else { None };
        posix.or_else(|| plain_property(name, ignore_case))
    }
}

/// `\p{InGreek}`.
fn block(name: &str) -> Option<CodeSet> {
    let name = name.to_ascii_uppercase();
    let spelled = |full: &str| full == name || full.replace(' ', "") == name;
    let known = MORE_BLOCKS.iter().find(|(full, _)| spelled(full));
    let name = known.map_or(name.as_str(), |&(_, short)| short);
    let spelled =
        |full: &str| full == name || full.replace(' ', "") == name || full.replace([' ', '-'], "_") == name;
    let block = BLOCKS.iter().find(|block| spelled(block.0))?;
    Some(CodeSet::range(block.1, block.2))
}

/// `\p{IsLatin}`.
fn script(name: &str) -> Option<CodeSet> {
    let name = name.to_ascii_uppercase();
    SCRIPTS.binary_search(&name.as_str()).ok()?;
    // Two marks that have become Chinese since.
    let marks = CodeSet::range(0x16FE2, 0x16FE3);
    Some(match name.as_str() {
        "UNKNOWN" | "ZZZZ" => categories(&["Cn", "Co", "Cs"]),
        "COMMON" | "ZYYY" => table("sc=Common").union(&marks),
        "HAN" | "HANI" => table("sc=Han").minus(&marks),
        _ => table(&format!("sc={name}")),
    })
}

/// `\p{IsAlphabetic}`: Unicode's own properties, in any case.
fn binary_property(name: &str, ignore_case: bool) -> Option<CodeSet> {
    Some(match name.to_ascii_uppercase().as_str() {
        "ALPHABETIC" => alphabetic(),
        "ASSIGNED" => category("Cn").negate(),
        "CONTROL" => category("Cc"),
        "HEXDIGIT" | "HEX_DIGIT" => table("Hex_Digit").union(&digits()),
        "IDEOGRAPHIC" => table("Ideographic"),
        "JOINCONTROL" | "JOIN_CONTROL" => table("Join_Control"),
        "LETTER" => category("L"),
        "LOWERCASE" | "TITLECASE" | "UPPERCASE" if ignore_case => any_case(),
        "LOWERCASE" => lower_case(),
        "NONCHARACTERCODEPOINT" | "NONCHARACTER_CODE_POINT" => table("Noncharacter_Code_Point"),
        "PUNCTUATION" => category("P"),
        "TITLECASE" => category("Lt"),
        "UPPERCASE" => table("Uppercase"),
        "WHITESPACE" | "WHITE_SPACE" => white_space(),
        "WORD" => word(),
        _ => return unicode_posix(name, ignore_case),
    })
}

/// The names of POSIX under `(?U)` and after `Is`, in any case.
fn unicode_posix(name: &str, ignore_case: bool) -> Option<CodeSet> {
    let blank = || category("Zs").union(&CodeSet::of("\t"));
    let graph = || categories(&["Z", "Cc", "Cs", "Cn"]).negate();
    Some(match name.to_ascii_uppercase().as_str() {
        "ALPHA" => alphabetic(),
        "LOWER" | "UPPER" if ignore_case => any_case(),
        "LOWER" => lower_case(),
        "UPPER" => table("Uppercase"),
        "SPACE" => white_space(),
        "PUNCT" => category("P"),
        "XDIGIT" => table("Hex_Digit").union(&digits()),
        "ALNUM" => alphabetic().union(&digits()),
        "CNTRL" => category("Cc"),
        "DIGIT" => digits(),
        "BLANK" => blank(),
        "GRAPH" => graph(),
        "PRINT" => graph().union(&blank()).minus(&category("Cc")),
        _ => return None,
    })
}

/// Categories, POSIX within ASCII, and the tests of `java.lang.Character`, in this spelling only.
fn plain_property(name: &str, ignore_case: bool) -> Option<CodeSet> {
    let ranges = |ranges: &[(u32, u32)]| CodeSet::new(ranges.iter().copied());
    let letters = [(0x41, 0x5A), (0x61, 0x7A)];
    Some(match name {
        "Lu" | "Ll" | "Lt" if ignore_case => categories(&["Lu", "Ll", "Lt"]),
        "LC" => categories(&["Lu", "Ll", "Lt"]),
        "LD" => letters_and_digits(),
        "L1" => CodeSet::range(0, 0xFF),
        "all" => CodeSet::all(),
        "ASCII" => CodeSet::ascii(),
        "Alnum" => ranges(&letters).union(&CodeSet::range(0x30, 0x39)),
        "Lower" | "Upper" if ignore_case => ranges(&letters),
        "Alpha" => ranges(&letters),
        "Blank" => CodeSet::of(" \t"),
        "Cntrl" => ranges(&[(0, 0x1F), (0x7F, 0x7F)]),
        "Digit" => CodeSet::range(0x30, 0x39),
        "Graph" => CodeSet::range(0x21, 0x7E),
        "Lower" => CodeSet::range(0x61, 0x7A),
        "Print" => CodeSet::range(0x20, 0x7E),
        "Punct" => ranges(&[(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)]),
        "Space" => ranges(&[(0x9, 0xD), (0x20, 0x20)]),
        "Upper" => CodeSet::range(0x41, 0x5A),
        "XDigit" => ranges(&[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)]),
        _ => match name.strip_prefix("java") {
            Some(test) => java_property(test, ignore_case)?,
            None if CATEGORIES.contains(&name) => category(name),
            None => return None,
        },
    })
}

/// `\p{javaLowerCase}` and the like.
fn java_property(name: &str, ignore_case: bool) -> Option<CodeSet> {
    let identifier_start = || categories(&["L", "Nl", "Sc", "Pc"]);
    Some(match name {
        "LowerCase" | "UpperCase" | "TitleCase" if ignore_case => any_case(),
        "LowerCase" => lower_case(),
        "UpperCase" => table("Uppercase"),
        "TitleCase" => category("Lt"),
        "Alphabetic" => alphabetic(),
        "Ideographic" => table("Ideographic"),
        "Digit" => digits(),
        "Defined" => category("Cn").negate(),
        "Letter" => category("L"),
        "LetterOrDigit" => letters_and_digits(),
        "JavaIdentifierStart" => identifier_start(),
        "JavaIdentifierPart" => {
            identifier_start().union(&categories(&["Nd", "Mc", "Mn"])).union(&ignorable())
        }
        "UnicodeIdentifierStart" => table("ID_Start").union(&CodeSet::one(0x2E2F)),
        "UnicodeIdentifierPart" => table("ID_Continue")
            .union(&ignorable())
            .union(&CodeSet::one(0x2E2F))
            // Two middle dots, joined later.
            .minus(&CodeSet::new([(0x30FB, 0x30FB), (0xFF65, 0xFF65)])),
        "IdentifierIgnorable" => ignorable(),
        "SpaceChar" => category("Z"),
        "Whitespace" => category("Z")
            .minus(&CodeSet::of("\u{A0}\u{2007}\u{202F}"))
            .union(&CodeSet::new([(0x9, 0xD), (0x1C, 0x1F)])),
        "ISOControl" => category("Cc"),
        // It has become one since.
        "Mirrored" => table("Bidi_M").minus(&CodeSet::one(0x226D)),
        _ => return None,
    })
}

const CATEGORIES: [&str; 37] = [
    "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd",
    "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp",
    "Zs",
];

/// A general category.
fn category(name: &str) -> CodeSet {
    // Two marks that count as spacing since.
    let marks = || CodeSet::new([(0x1734, 0x1734), (0x1171E, 0x1171E)]);
    match name {
        "C" => categories(&["Cc", "Cf", "Cn", "Co", "Cs"]),
        "Cs" => CodeSet::range(0xD800, 0xDFFF),
        "Cn" => assigned().negate().minus(&category("Cs")).union(&table("Noncharacter_Code_Point")),
        "Mn" => table("Mn").union(&marks()),
        "Mc" => table("Mc").minus(&marks()),
        _ => table(&format!("gc={name}")),
    }
}

fn categories(names: &[&str]) -> CodeSet {
    let sets = names.iter().map(|name| category(name));
    sets.fold(CodeSet::default(), |all, set| all.union(&set))
}

/// `\d` under `(?U)`.
pub(super) fn digits() -> CodeSet {
    category("Nd")
}

/// `\s` under `(?U)`.
pub(super) fn white_space() -> CodeSet {
    table("White_Space")
}

/// `\w` under `(?U)`.
pub(super) fn word() -> CodeSet {
    alphabetic().union(&categories(&["M", "Nd", "Pc"])).union(&table("Join_Control"))
}

/// What `\b` takes for a part of a word, the `_` aside.
pub(super) fn letters_and_digits() -> CodeSet {
    categories(&["L", "Nd"])
}

/// Marks that `\b` adds to the letter before them.
pub(super) fn marks() -> CodeSet {
    category("Mn")
}

fn alphabetic() -> CodeSet {
    // Letters and marks that became alphabetic later.
    let later = [(0x363, 0x36F), (0xC04, 0xC04), (0xF82, 0xF83), (0x1DD3, 0x1DE6), (0x11080, 0x11081)];
    table("Alphabetic").minus(&CodeSet::new(later))
}

fn lower_case() -> CodeSet {
    table("Lowercase").minus(&CodeSet::new([(0x10FC, 0x10FC), (0xAB69, 0xAB69)]))
}

fn any_case() -> CodeSet {
    lower_case().union(&table("Uppercase")).union(&category("Lt"))
}

fn ignorable() -> CodeSet {
    category("Cf").union(&CodeSet::new([(0, 8), (0xE, 0x1B), (0x7F, 0x9F)]))
}

/// What Unicode 13 had assigned, non-characters included.
fn assigned() -> &'static CodeSet {
    static ASSIGNED: OnceLock<CodeSet> = OnceLock::new();
    ASSIGNED.get_or_init(|| raw_table("Age=13.0"))
}

fn table(name: &str) -> CodeSet {
    raw_table(name).intersect(assigned())
}

/// A set of `regex-syntax`, in its version of Unicode.
fn raw_table(name: &str) -> CodeSet {
    let hir = regex_syntax::parse(&format!(r"\p{{{name}}}"));
    match hir.as_ref().map(Hir::kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => {
            let ranges = class.ranges().iter();
            CodeSet::new(ranges.map(|r| (u32::from(r.start()), u32::from(r.end()))))
        }
        // A class of one character comes as a literal.
        Ok(HirKind::Literal(literal)) => CodeSet::of(&String::from_utf8_lossy(&literal.0)),
        // Every name in this file is known to `regex-syntax`: the test of all properties would show
        // it.
        _ => CodeSet::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::case::Folding;
    use super::super::case_table::{TO_LOWER, TO_UPPER};
    use super::super::class::CodeSet;
    use super::super::cursor::Flags;
    use super::super::parse::parse;
    use super::super::tree::Node;

    const STORED: &str = include_str!("../../tests/data/java_regex/properties.txt");
    const START: u64 = 0xCBF2_9CE4_8422_2325;

    fn mix(hash: u64, value: u32) -> u64 {
        (hash ^ u64::from(value)).wrapping_mul(0x100_0000_01B3)
    }

    fn describe(flags: &str, pattern: &str) -> String {
        let pattern = if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}){pattern}") };
        let Ok(Node::Set(set)) = parse(&pattern, Flags::default()) else {
            return "E".to_owned();
        };
        let count: u32 = set.ranges().iter().map(|range| range.1 - range.0 + 1).sum();
        let hash = set.ranges().iter().fold(START, |hash, range| mix(mix(hash, range.0), range.1 + 1));
        format!("{count}\t{hash:x}")
    }

    /// Every property, block and script, code point by code point, against hashes that the JDK
    /// made.
    #[test]
    fn properties_hold_what_they_hold_in_java() {
        let mut checked = 0;
        let mut wrong = Vec::new();
        for line in STORED.lines() {
            let (flags, rest) = line.split_once('\t').unwrap();
            let (pattern, expected) = rest.split_once('\t').unwrap();
            if pattern != "cased" {
                checked += 1;
                if describe(flags, pattern) != expected {
                    wrong.push(format!("(?{flags}){pattern}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(checked > 3_000, "{checked}");
    }

    /// Every pair of cased characters, in each place where Java compares them.
    #[test]
    fn cases_fold_as_in_java() {
        let tables = TO_UPPER.iter().chain(TO_LOWER);
        let cased = tables.flat_map(|&(first, last, step, distance)| {
            (first..=last)
                .step_by(step as usize)
                .flat_map(move |code| [code, code.wrapping_add_signed(distance)])
        });
        let mut codes: Vec<u32> = cased.collect();
        codes.sort_unstable();
        codes.dedup();
        for (name, folding) in [("i", Folding::Ascii), ("iu", Folding::Unicode)] {
            let mut hash = START;
            for &code in &codes {
                let sets = [
                    folding.single(code),
                    folding.in_text(code),
                    folding.single(code),
                    folding.range(code, code),
                    folding.range(code - 1, code + 1),
                ];
                hash = pairs(&codes, code, &sets, hash);
            }
            let ours = format!("{name}\tcased\t{}\t{hash:x}", codes.len());
            assert!(STORED.lines().any(|line| line == ours), "{ours}");
        }
    }

    fn pairs(codes: &[u32], code: u32, sets: &[CodeSet], mut hash: u64) -> u64 {
        for &other in codes {
            for (form, set) in (0..).zip(sets) {
                if set.contains(other) {
                    hash = mix(mix(mix(hash, code), other), form);
                }
            }
        }
        hash
    }
}
