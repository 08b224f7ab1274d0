//! The order of texts without regard to case, for users who look for a name. Dictionaries are in the order of code points,
//! which is faster to search.

use std::cmp::Ordering;

/// Returns the rank of each text without regard to case; `None` if they are in that order already.
pub(super) fn ranks<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Option<Vec<u32>> {
    if texts.clone().is_sorted_by(|text, next| compare(text, next).is_le()) {
        return None;
    }
    let mut sorted: Vec<(u32, &str)> = (0..).zip(texts).collect();
    // Stable, so that texts that differ in case only are by code point.
    sorted.sort_by_cached_key(|(_, text)| lower_case(text).collect::<String>());
    let mut ranks = vec![0; sorted.len()];
    for (rank, (code, _)) in (0..).zip(sorted) {
        ranks[code as usize] = rank;
    }
    Some(ranks)
}

/// Compares two texts without regard to case, then by code point.
pub(super) fn compare(text: &str, other: &str) -> Ordering {
    let by_letters = if text.is_ascii() && other.is_ascii() {
        let lower_case = |byte: u8| byte.to_ascii_lowercase();
        text.bytes().map(lower_case).cmp(other.bytes().map(lower_case))
    } else {
        lower_case(text).cmp(lower_case(other))
    };
    by_letters.then_with(|| text.cmp(other))
}

fn lower_case(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_in_any_case_are_next_to_each_other() {
        let texts = ["Anna", "Unauthenticated", "Zoe", "anna", "billy", "zoe", "ÄRGER", "ärger"];
        let mut sorted: Vec<(u32, &str)> = ranks(texts.into_iter()).unwrap().into_iter().zip(texts).collect();
        sorted.sort_unstable();
        let sorted: Vec<&str> = sorted.into_iter().map(|(_, text)| text).collect();
        assert_eq!(sorted, ["Anna", "anna", "billy", "Unauthenticated", "Zoe", "zoe", "ÄRGER", "ärger"]);
        assert_eq!(ranks(["Anna", "billy", "Carl", "ÄRGER"].into_iter()), None);
    }

    proptest! {
        #[test]
        fn ranks_are_in_the_order_of_comparisons(
            texts in proptest::collection::btree_set("(Ab|aB|\u{130}|ẞ|ß|σ|ς|Σ)?[A-Ca-c_ÄäÖ]{0,3}", 0..40),
        ) {
            let texts: BTreeSet<String> = texts;
            let all = || texts.iter().map(String::as_str);
            let ranks = ranks(all()).unwrap_or_else(|| (0..).take(texts.len()).collect());
            for (rank, text) in ranks.iter().zip(all()) {
                for (other_rank, other) in ranks.iter().zip(all()) {
                    prop_assert_eq!(rank.cmp(other_rank), compare(text, other), "{} {}", text, other);
                }
            }
        }
    }
}
