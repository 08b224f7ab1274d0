//! Matching without regard to case, by Java's rules rather than by Unicode's.
//!
//! Java compares one character with another by `lower(upper(c))`, or, without `(?u)`, only within
//! ASCII. A range has a rule of its own: a character is in it if itself, its upper case or the
//! lower case of that is.

use std::sync::OnceLock;

use super::case_table::{TO_LOWER, TO_UPPER};
use super::class::CodeSet;

/// Which characters count as equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folding {
    /// Only a character itself.
    Exact,
    /// `(?i)`: the letters of ASCII.
    Ascii,
    /// `(?iu)`: all letters.
    Unicode,
}

/// A character that has a counterpart.
struct Cased {
    code: u32,
    upper: u32,
    /// Lower case of the upper case.
    folded: u32,
}

const SHARP_S: u32 = 0xDF;
const CAPITAL_SHARP_S: u32 = 0x1E9E;

fn look_up(table: &[(u32, u32, u32, i32)], code: u32) -> u32 {
    let after = table.partition_point(|run| run.0 <= code);
    match table[..after].last() {
        Some(&(first, last, step, distance)) if code <= last && (code - first).is_multiple_of(step) => {
            code.wrapping_add_signed(distance)
        }
        _ => code,
    }
}

fn upper(code: u32) -> u32 {
    look_up(TO_UPPER, code)
}

fn fold(code: u32) -> u32 {
    look_up(TO_LOWER, upper(code))
}

/// Every character that is not its own upper or folded form.
fn cased() -> &'static [Cased] {
    static CASED: OnceLock<Vec<Cased>> = OnceLock::new();
    CASED.get_or_init(|| {
        let tables = TO_UPPER.iter().chain(TO_LOWER);
        let mut codes: Vec<u32> =
            tables.flat_map(|&(first, last, step, _)| (first..=last).step_by(step as usize)).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.into_iter().map(|code| Cased { code, upper: upper(code), folded: fold(code) }).collect()
    })
}

impl Folding {
    /// What one character matches, alone or in a class.
    pub(super) fn single(self, code: u32) -> CodeSet {
        let set = self.in_text(code);
        // The only difference between a character alone and one among others, in Java 17.
        if code == SHARP_S { set.minus(&CodeSet::one(CAPITAL_SHARP_S)) } else { set }
    }

    /// What one character matches that has other plain characters beside it.
    pub(super) fn in_text(self, code: u32) -> CodeSet {
        match self {
            Self::Ascii if code < 0x80 => {
                let (upper, lower) = (upper(code), fold(code));
                CodeSet::new([(code, code), (upper, upper), (lower, lower)])
            }
            Self::Unicode => {
                let folded = fold(code);
                let others = cased().iter().filter(|other| other.folded == folded);
                CodeSet::new(
                    others.map(|other| (other.code, other.code)).chain([(code, code), (folded, folded)]),
                )
            }
            Self::Exact | Self::Ascii => CodeSet::one(code),
        }
    }

    /// What a range in a class matches.
    pub(super) fn range(self, first: u32, last: u32) -> CodeSet {
        let inside = |code: u32| (first..=last).contains(&code);
        let set = CodeSet::range(first, last);
        if self == Self::Exact {
            return set;
        }
        let ascii_only = self == Self::Ascii;
        let others = cased()
            .iter()
            .filter(|other| !ascii_only || other.code < 0x80)
            .filter(|other| inside(other.upper) || inside(other.folded));
        set.union(&CodeSet::new(others.map(|other| (other.code, other.code))))
    }
}
