//! Case-insensitive matching by Java's rules, which differ from Unicode's.
//!
//! Java compares characters by `lower(upper(c))` or, without `(?u)`, only within ASCII. A range contains a character `c`
//! if it contains `c`, `upper(c)` or `lower(upper(c))`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::code_points::CodePointSet;
use super::generated::case::{TO_LOWER, TO_UPPER};

/// The characters that compare equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CaseFolding {
    /// Case-sensitive.
    None,
    /// `(?i)`: ASCII letters.
    Ascii,
    /// `(?iu)`: all letters.
    Unicode,
}

/// A character that differs from its upper case or its folded form.
struct Cased {
    code: u32,
    upper: u32,
    /// Lower case of `upper`.
    folded: u32,
}

const SHARP_S: u32 = 0xDF;
const CAPITAL_SHARP_S: u32 = 0x1E9E;

fn look_up_case(table: &[(u32, u32, u32, i32)], code: u32) -> u32 {
    let end = table.partition_point(|run| run.0 <= code);
    match table[..end].last() {
        Some(&(first, last, step, distance)) if code <= last && (code - first).is_multiple_of(step) => {
            code.wrapping_add_signed(distance)
        }
        _ => code,
    }
}

fn to_upper(code: u32) -> u32 {
    look_up_case(TO_UPPER, code)
}

fn fold(code: u32) -> u32 {
    look_up_case(TO_LOWER, to_upper(code))
}

/// All characters that differ from their upper case or their folded form.
static CASED: LazyLock<Vec<Cased>> = LazyLock::new(|| {
    let tables = TO_UPPER.iter().chain(TO_LOWER);
    let codes = tables.flat_map(|&(first, last, step, _)| (first..=last).step_by(step as usize));
    let codes: BTreeSet<u32> = codes.collect();
    codes.into_iter().map(|code| Cased { code, upper: to_upper(code), folded: fold(code) }).collect()
});

impl CaseFolding {
    /// Returns `true` if a back-reference matches a character by another one.
    pub(super) fn is_same(self, left: u32, right: u32) -> bool {
        left == right
            || match self {
                Self::None => false,
                Self::Ascii => left < 0x80 && right < 0x80 && fold(left) == fold(right),
                Self::Unicode => fold(left) == fold(right),
            }
    }

    /// Returns the characters that a single character matches, alone or in a class.
    pub(super) fn equivalents(self, code: u32) -> CodePointSet {
        let set = self.equivalents_in_literal(code);
        // In Java 17 the only difference from a character of a longer literal.
        if code == SHARP_S { set.difference(&CodePointSet::single(CAPITAL_SHARP_S)) } else { set }
    }

    /// Returns the characters that a character in a literal of several characters matches.
    pub(super) fn equivalents_in_literal(self, code: u32) -> CodePointSet {
        match self {
            Self::Ascii if code < 0x80 => {
                let (upper, lower) = (to_upper(code), fold(code));
                CodePointSet::new([(code, code), (upper, upper), (lower, lower)])
            }
            Self::Unicode => {
                let folded = fold(code);
                let others = CASED.iter().filter(|other| other.folded == folded);
                CodePointSet::new(
                    others.map(|other| (other.code, other.code)).chain([(code, code), (folded, folded)]),
                )
            }
            Self::None | Self::Ascii => CodePointSet::single(code),
        }
    }

    /// Returns the characters that a range in a class matches.
    pub(super) fn equivalents_of_range(self, first: u32, last: u32) -> CodePointSet {
        let contains = |code: u32| (first..=last).contains(&code);
        let set = CodePointSet::range(first, last);
        if self == Self::None {
            return set;
        }
        let ascii_only = self == Self::Ascii;
        let others = CASED
            .iter()
            .filter(|other| !ascii_only || other.code < 0x80)
            .filter(|other| contains(other.upper) || contains(other.folded));
        set.union(&CodePointSet::new(others.map(|other| (other.code, other.code))))
    }
}
