//! Names of characters in Java 17, as in `\N{LATIN SMALL LETTER A}`.

use std::sync::LazyLock;

use super::code_points::CodePointSet;
use super::generated::names::{CONTROLS, NUMBERED};
use super::properties;

/// Returns the code point with a name. Case doesn't matter.
pub(super) fn code_point(name: &str) -> Option<u32> {
    let name = name.trim_matches(|c| c <= ' ').to_uppercase();
    let is_named = |&code: &u32| self::name(code).is_some_and(|other| other == name);
    let hexadecimal = || u32::from_str_radix(name.rsplit_once(' ')?.1, 16).ok();
    let control = CONTROLS.iter().find(|control| control.1 == name).map(|control| control.0);
    control
        .or_else(|| unicode_names2::character(&name).map(u32::from).filter(is_named))
        .or_else(|| hexadecimal().filter(is_named))
}

/// Returns the name of a code point that is assigned in Unicode 13.
fn name(code: u32) -> Option<String> {
    static ASSIGNED: LazyLock<CodePointSet> = LazyLock::new(|| properties::existing("IsAssigned"));
    if let Some(control) = CONTROLS.iter().find(|control| control.0 == code) {
        return Some(control.1.to_owned());
    }
    if let Some(range) = NUMBERED.iter().find(|range| (range.0..=range.1).contains(&code)) {
        return Some(format!("{} {code:X}", range.2));
    }
    let name = char::from_u32(code).filter(|_| ASSIGNED.contains(code)).and_then(unicode_names2::name)?;
    Some(name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the names of all characters with the JDK, and looks each of them up.
    #[test]
    fn names_match_java() {
        let properties = include_str!("../../tests/data/java_regex/properties.txt");
        let mix = |hash: u64, value: u32| (hash ^ u64::from(value)).wrapping_mul(0x100_0000_01B3);
        let mut hash = 0xCBF2_9CE4_8422_2325;
        let mut count = 0;
        for code in 0..=0x10_FFFF {
            if let Some(name) = name(code) {
                count += 1;
                hash = name.chars().fold(mix(hash, code), |hash, c| mix(hash, u32::from(c)));
                assert_eq!(code_point(&name), Some(code), "{name}");
            }
        }
        let ours = format!("\tnames\t{count}\t{hash:x}");
        assert!(properties.lines().any(|line| line == ours), "{ours}");
    }

    #[test]
    fn reads_names_as_java_does() {
        assert_eq!(code_point(" digit one\t"), Some(0x31));
        assert_eq!(code_point("line feed (lf)"), Some(0xA));
        assert_eq!(code_point("CJK UNIFIED IDEOGRAPHS 4E00"), Some(0x4E00));
        for unknown in ["", "LINE FEED", "DIGITONE", "DIGIT-ONE", "HANGUL SYLLABLE GA", "BASIC LATIN 41"] {
            assert_eq!(code_point(unknown), None, "{unknown}");
        }
    }
}
