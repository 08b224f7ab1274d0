//! Character properties, `\p{…}`, and shorthands, as Java 17 defines them. A test compares all of them with the JDK.

use super::ast::VERTICAL_SPACE;
use super::code_points::CodePointSet;
use super::generated::properties::{BINARY, BLOCKS, GENERAL, Names, SCRIPTS, SETS};

/// The classes that have another definition under `(?U)`.
const POSIX_CLASSES: [&str; 12] = [
    "ALNUM", "ALPHA", "BLANK", "CNTRL", "DIGIT", "GRAPH", "LOWER", "PRINT", "PUNCT", "SPACE", "UPPER",
    "XDIGIT",
];

/// Returns the set of `\p{name}`, or `None` if Java has no property with this name. Only categories, ASCII classes and
/// properties of `java.lang.Character` are case-sensitive.
pub(super) fn property(name: &str, ignore_case: bool, unicode: bool) -> Option<CodePointSet> {
    let find = |table, name: &str| find(table, name, ignore_case);
    let upper = |name: &str| name.to_ascii_uppercase();
    if let Some((key, value)) = name.split_once('=') {
        return match key.to_ascii_lowercase().as_str() {
            "sc" | "script" => find(SCRIPTS, &upper(value)),
            "blk" | "block" => find(BLOCKS, &upper(value)),
            "gc" | "general_category" => find(GENERAL, value),
            _ => None,
        };
    }
    if let Some(name) = name.strip_prefix("In") {
        find(BLOCKS, &upper(name))
    } else if let Some(name) = name.strip_prefix("Is") {
        let binary = find(BINARY, &upper(name));
        binary.or_else(|| find(GENERAL, name)).or_else(|| find(SCRIPTS, &upper(name)))
    } else if unicode && POSIX_CLASSES.contains(&upper(name).as_str()) {
        find(BINARY, &upper(name))
    } else {
        find(GENERAL, name)
    }
}

fn find(table: Names, name: &str, ignore_case: bool) -> Option<CodePointSet> {
    let index = table.binary_search_by_key(&name, |row| row.0).ok()?;
    let (_, set, ignoring_case) = table[index];
    let ranges = SETS[if ignore_case { ignoring_case } else { set }];
    Some(CodePointSet::new(ranges.iter().copied()))
}

/// Returns the set of a property that Java has.
pub(super) fn existing(name: &str) -> CodePointSet {
    let set = property(name, false, false);
    debug_assert!(set.is_some(), "{name}");
    set.unwrap_or_default()
}

/// Returns the set of `\d`, `\h`, `\s`, `\v` or `\w`. `(?U)` extends some of them beyond ASCII.
pub(super) fn shorthand(letter: char, unicode: bool) -> CodePointSet {
    match (letter, unicode) {
        ('d', false) => existing("Digit"),
        ('d', true) => existing("IsDigit"),
        ('s', false) => existing("Space"),
        ('s', true) => existing("IsWhite_Space"),
        ('w', false) => existing("Alnum").union(&CodePointSet::from_chars("_")),
        ('w', true) => existing("IsWord"),
        ('v', _) => CodePointSet::from_chars(VERTICAL_SPACE),
        _ => CodePointSet::new([(0x2000, 0x200A)])
            .union(&CodePointSet::from_chars(" \t\u{A0}\u{1680}\u{180E}\u{202F}\u{205F}\u{3000}")),
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
        let Ok((Node::Class(set), _)) = parse(&pattern, Flags::default()) else {
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
