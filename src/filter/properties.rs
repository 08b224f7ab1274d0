//! Character properties, `\p{…}`, as Java 17 defines them.
//!
//! Java 17 uses Unicode 13. The sets are taken from the newer tables of `regex-syntax`, restricted to the characters
//! assigned in Unicode 13, and corrected where a property of a character has changed since. A test compares all of them
//! with the JDK.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::code_points::CodePointSet;
use super::generated::blocks::BLOCKS;
use super::generated::scripts::SCRIPTS;

/// Names of blocks that can't be derived from their identifier in Java.
const BLOCK_ALIASES: [(&str, &str); 3] = [
    ("GREEK AND COPTIC", "GREEK"),
    ("CYRILLIC SUPPLEMENT", "CYRILLIC SUPPLEMENTARY"),
    ("COMBINING DIACRITICAL MARKS FOR SYMBOLS", "COMBINING MARKS FOR SYMBOLS"),
];

/// Returns the set of `\p{name}`, or `None` if Java has no property with this name.
pub(super) fn property(name: &str, ignore_case: bool, unicode: bool) -> Option<CodePointSet> {
    if let Some((key, value)) = name.split_once('=') {
        return match key.to_ascii_lowercase().as_str() {
            "sc" | "script" => script(value),
            "blk" | "block" => block(value),
            "gc" | "general_category" => general_property(value, ignore_case),
            _ => None,
        };
    }
    if let Some(name) = name.strip_prefix("In") {
        block(name)
    } else if let Some(name) = name.strip_prefix("Is") {
        binary_property(name, ignore_case)
            .or_else(|| general_property(name, ignore_case))
            .or_else(|| script(name))
    } else {
        let posix = if unicode { unicode_posix(name, ignore_case) } else { None };
        posix.or_else(|| general_property(name, ignore_case))
    }
}

/// Returns a block, as in `\p{InGreek}`.
fn block(name: &str) -> Option<CodePointSet> {
    let name = name.to_ascii_uppercase();
    let is_alias = |full: &str| full == name || full.replace(' ', "") == name;
    let alias = BLOCK_ALIASES.iter().find(|(full, _)| is_alias(full));
    let name = alias.map_or(name.as_str(), |&(_, identifier)| identifier);
    let is_name =
        |full: &str| full == name || full.replace(' ', "") == name || full.replace([' ', '-'], "_") == name;
    let block = BLOCKS.iter().find(|block| is_name(block.0))?;
    Some(CodePointSet::range(block.1, block.2))
}

/// Returns a script, as in `\p{IsLatin}`.
fn script(name: &str) -> Option<CodePointSet> {
    let name = name.to_ascii_uppercase();
    SCRIPTS.binary_search(&name.as_str()).ok()?;
    // Two marks that were assigned to Han after Unicode 13.
    let marks = CodePointSet::range(0x16FE2, 0x16FE3);
    Some(match name.as_str() {
        "UNKNOWN" | "ZZZZ" => categories(&["Cn", "Co", "Cs"]),
        "COMMON" | "ZYYY" => table("sc=Common").union(&marks),
        "HAN" | "HANI" => table("sc=Han").difference(&marks),
        _ => table(&format!("sc={name}")),
    })
}

/// Returns a binary property of Unicode, as in `\p{IsAlphabetic}`, or a POSIX class in its Unicode definition. Names are
/// case-insensitive.
fn binary_property(name: &str, ignore_case: bool) -> Option<CodePointSet> {
    let blank = || category("Zs").union(&CodePointSet::from_chars("\t"));
    let graph = || categories(&["Z", "Cc", "Cs", "Cn"]).negate();
    Some(match name.to_ascii_uppercase().as_str() {
        "ALNUM" => alphabetic().union(&digits()),
        "ALPHA" | "ALPHABETIC" => alphabetic(),
        "ASSIGNED" => category("Cn").negate(),
        "BLANK" => blank(),
        "CNTRL" | "CONTROL" => category("Cc"),
        "DIGIT" => digits(),
        "GRAPH" => graph(),
        "HEXDIGIT" | "HEX_DIGIT" | "XDIGIT" => table("Hex_Digit").union(&digits()),
        "IDEOGRAPHIC" => table("Ideographic"),
        "JOINCONTROL" | "JOIN_CONTROL" => table("Join_Control"),
        "LETTER" => category("L"),
        "LOWER" | "LOWERCASE" | "TITLECASE" | "UPPER" | "UPPERCASE" if ignore_case => any_case(),
        "LOWER" | "LOWERCASE" => lower_case(),
        "NONCHARACTERCODEPOINT" | "NONCHARACTER_CODE_POINT" => table("Noncharacter_Code_Point"),
        "PRINT" => graph().union(&blank()).difference(&category("Cc")),
        "PUNCT" | "PUNCTUATION" => category("P"),
        "SPACE" | "WHITESPACE" | "WHITE_SPACE" => white_space(),
        "TITLECASE" => category("Lt"),
        "UPPER" | "UPPERCASE" => table("Uppercase"),
        "WORD" => word(),
        _ => return None,
    })
}

/// Returns a POSIX class in its Unicode definition, as under `(?U)`. Names are case-insensitive.
fn unicode_posix(name: &str, ignore_case: bool) -> Option<CodePointSet> {
    let is_posix = POSIX_CLASSES.iter().any(|class| class.eq_ignore_ascii_case(name));
    if is_posix { binary_property(name, ignore_case) } else { None }
}

/// Returns a general category, an ASCII POSIX class, or a property of `java.lang.Character`. Names are case-sensitive.
fn general_property(name: &str, ignore_case: bool) -> Option<CodePointSet> {
    Some(match name {
        "Lu" | "Ll" | "Lt" if ignore_case => categories(&["Lu", "Ll", "Lt"]),
        "LC" => categories(&["Lu", "Ll", "Lt"]),
        "LD" => letters_and_digits(),
        "L1" => CodePointSet::range(0, 0xFF),
        "all" => CodePointSet::all(),
        "ASCII" => CodePointSet::ascii(),
        "Lower" | "Upper" if ignore_case => ascii("alpha"),
        _ if POSIX_CLASSES.contains(&name) => ascii(&name.to_ascii_lowercase()),
        _ => match name.strip_prefix("java") {
            Some(name) => java_property(name, ignore_case)?,
            None if CATEGORIES.contains(&name) => category(name),
            None => return None,
        },
    })
}

/// Returns a property of `java.lang.Character`, as in `\p{javaLowerCase}`.
fn java_property(name: &str, ignore_case: bool) -> Option<CodePointSet> {
    let identifier_start = || categories(&["L", "Nl", "Sc", "Pc"]);
    Some(match name {
        "Alphabetic" | "Digit" | "Ideographic" | "Letter" | "LowerCase" | "TitleCase" | "UpperCase" => {
            binary_property(name, ignore_case)?
        }
        "Defined" => category("Cn").negate(),
        "LetterOrDigit" => letters_and_digits(),
        "JavaIdentifierStart" => identifier_start(),
        "JavaIdentifierPart" => {
            identifier_start().union(&categories(&["Nd", "Mc", "Mn"])).union(&ignorable())
        }
        "UnicodeIdentifierStart" => table("ID_Start").union(&CodePointSet::single(0x2E2F)),
        "UnicodeIdentifierPart" => table("ID_Continue")
            .union(&ignorable())
            .union(&CodePointSet::single(0x2E2F))
            // Two middle dots, added after Unicode 13.
            .difference(&CodePointSet::new([(0x30FB, 0x30FB), (0xFF65, 0xFF65)])),
        "IdentifierIgnorable" => ignorable(),
        "SpaceChar" => category("Z"),
        "Whitespace" => category("Z")
            .difference(&CodePointSet::from_chars("\u{A0}\u{2007}\u{202F}"))
            .union(&CodePointSet::new([(0x9, 0xD), (0x1C, 0x1F)])),
        "ISOControl" => category("Cc"),
        // Mirrored only after Unicode 13.
        "Mirrored" => table("Bidi_M").difference(&CodePointSet::single(0x226D)),
        _ => return None,
    })
}

/// The POSIX classes, which have an ASCII and a Unicode definition.
const POSIX_CLASSES: [&str; 12] = [
    "Alnum", "Alpha", "Blank", "Cntrl", "Digit", "Graph", "Lower", "Print", "Punct", "Space", "Upper",
    "XDigit",
];

const CATEGORIES: [&str; 37] = [
    "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd",
    "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp",
    "Zs",
];

/// Returns a general category.
fn category(name: &str) -> CodePointSet {
    // Two marks that were nonspacing in Unicode 13 and are spacing now.
    let marks = || CodePointSet::new([(0x1734, 0x1734), (0x1171E, 0x1171E)]);
    match name {
        "C" => categories(&["Cc", "Cf", "Cn", "Co", "Cs"]),
        "Cs" => CodePointSet::range(0xD800, 0xDFFF),
        "Cn" => ASSIGNED.negate().difference(&category("Cs")).union(&table("Noncharacter_Code_Point")),
        "Mn" => table("Mn").union(&marks()),
        "Mc" => table("Mc").difference(&marks()),
        _ => table(&format!("gc={name}")),
    }
}

fn categories(names: &[&str]) -> CodePointSet {
    let sets = names.iter().map(|name| category(name));
    sets.fold(CodePointSet::default(), |all, set| all.union(&set))
}

/// Returns `\d` under `(?U)`.
pub(super) fn digits() -> CodePointSet {
    category("Nd")
}

/// Returns `\s` under `(?U)`.
pub(super) fn white_space() -> CodePointSet {
    table("White_Space")
}

/// Returns `\w` under `(?U)`.
pub(super) fn word() -> CodePointSet {
    alphabetic().union(&categories(&["M", "Nd", "Pc"])).union(&table("Join_Control"))
}

/// Returns the word characters of `\b` without `_`.
pub(super) fn letters_and_digits() -> CodePointSet {
    categories(&["L", "Nd"])
}

/// Returns the marks that are part of a word for `\b` after a letter.
pub(super) fn marks() -> CodePointSet {
    category("Mn")
}

fn alphabetic() -> CodePointSet {
    // Alphabetic only after Unicode 13.
    let newer = [(0x363, 0x36F), (0xC04, 0xC04), (0xF82, 0xF83), (0x1DD3, 0x1DE6), (0x11080, 0x11081)];
    table("Alphabetic").difference(&CodePointSet::new(newer))
}

fn lower_case() -> CodePointSet {
    table("Lowercase").difference(&CodePointSet::new([(0x10FC, 0x10FC), (0xAB69, 0xAB69)]))
}

fn any_case() -> CodePointSet {
    lower_case().union(&table("Uppercase")).union(&category("Lt"))
}

fn ignorable() -> CodePointSet {
    category("Cf").union(&CodePointSet::new([(0, 8), (0xE, 0x1B), (0x7F, 0x9F)]))
}

/// Returns `true` for a character assigned in Unicode 13.
pub(super) fn is_assigned(code: u32) -> bool {
    static UNASSIGNED: LazyLock<CodePointSet> = LazyLock::new(|| category("Cn"));
    !UNASSIGNED.contains(code)
}

/// The characters assigned in Unicode 13, including noncharacters.
static ASSIGNED: LazyLock<CodePointSet> = LazyLock::new(|| class(r"\p{Age=13.0}"));

/// Returns a set of `regex-syntax`, restricted to Unicode 13.
fn table(name: &str) -> CodePointSet {
    class(&format!(r"\p{{{name}}}")).intersection(&ASSIGNED)
}

/// Returns a POSIX class of ASCII characters.
pub(super) fn ascii(name: &str) -> CodePointSet {
    class(&format!("[[:{name}:]]"))
}

/// Returns the set of a class in the notation of `regex-syntax`.
fn class(pattern: &str) -> CodePointSet {
    let hir = regex_syntax::parse(pattern);
    match hir.as_ref().map(Hir::kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => {
            let ranges = class.ranges().iter();
            CodePointSet::new(ranges.map(|r| (u32::from(r.start()), u32::from(r.end()))))
        }
        // `regex-syntax` returns a class of one character as a literal.
        Ok(HirKind::Literal(literal)) => CodePointSet::from_chars(&String::from_utf8_lossy(&literal.0)),
        // `regex-syntax` knows every name in this file: the test of all properties would fail otherwise.
        _ => CodePointSet::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ast::Node;
    use super::super::case_folding::CaseFolding;
    use super::super::code_points::CodePointSet;
    use super::super::generated::case::{TO_LOWER, TO_UPPER};
    use super::super::parser::{Flags, parse};

    /// Numbers and hashes of the characters that each property matches in the JDK.
    const JAVA_PROPERTIES: &str = include_str!("../../tests/data/java_regex/properties.txt");
    /// Initial value of an FNV-1a hash.
    const HASH_START: u64 = 0xCBF2_9CE4_8422_2325;

    fn mix(hash: u64, value: u32) -> u64 {
        (hash ^ u64::from(value)).wrapping_mul(0x100_0000_01B3)
    }

    fn describe(flags: &str, pattern: &str) -> String {
        let pattern = if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}){pattern}") };
        let Ok(Node::Class(set)) = parse(&pattern, Flags::default()) else {
            return "E".to_owned();
        };
        let count: u32 = set.ranges().iter().map(|range| range.1 - range.0 + 1).sum();
        let hash = set.ranges().iter().fold(HASH_START, |hash, range| mix(mix(hash, range.0), range.1 + 1));
        format!("{count}\t{hash:x}")
    }

    /// Compares every property, block and script with the JDK, over all code points.
    #[test]
    fn properties_match_java() {
        let mut checked = 0;
        let mut wrong = Vec::new();
        for line in JAVA_PROPERTIES.lines() {
            let (flags, rest) = line.split_once('\t').unwrap();
            let (pattern, expected) = rest.split_once('\t').unwrap();
            if !matches!(pattern, "cased" | "names") {
                checked += 1;
                if describe(flags, pattern) != expected {
                    wrong.push(format!("(?{flags}){pattern}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(checked > 3_000, "{checked}");
    }

    /// Compares all pairs of cased characters with the JDK, in each context in which Java compares characters.
    #[test]
    fn case_folding_matches_java() {
        let tables = TO_UPPER.iter().chain(TO_LOWER);
        let cased = tables.flat_map(|&(first, last, step, distance)| {
            (first..=last)
                .step_by(step as usize)
                .flat_map(move |code| [code, code.wrapping_add_signed(distance)])
        });
        let mut codes: Vec<u32> = cased.collect();
        codes.sort_unstable();
        codes.dedup();
        for (name, folding) in [("i", CaseFolding::Ascii), ("iu", CaseFolding::Unicode)] {
            let mut hash = HASH_START;
            for &code in &codes {
                let sets = [
                    folding.equivalents(code),
                    folding.equivalents_in_literal(code),
                    folding.equivalents(code),
                    folding.equivalents_of_range(code, code),
                    folding.equivalents_of_range(code - 1, code + 1),
                ];
                hash = hash_pairs(&codes, code, &sets, hash);
            }
            let ours = format!("{name}\tcased\t{}\t{hash:x}", codes.len());
            assert!(JAVA_PROPERTIES.lines().any(|line| line == ours), "{ours}");
        }
    }

    fn hash_pairs(codes: &[u32], code: u32, sets: &[CodePointSet], mut hash: u64) -> u64 {
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
