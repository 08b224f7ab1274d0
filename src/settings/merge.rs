//! Merges a change of this window with what other windows have written since.

/// Returns `current`, or `after` if this window has changed it.
pub(super) fn changed<T: Clone + PartialEq>(current: T, before: &T, after: &T) -> T {
    if before == after { current } else { after.clone() }
}

/// Returns a list, the newest entries first, with the changes of this window and the entries that others have added, `max` at
/// most.
pub(super) fn changed_list<T: Clone + PartialEq>(
    current: Vec<T>,
    before: &[T],
    after: &[T],
    max: usize,
) -> Vec<T> {
    if before == after {
        return current;
    }
    let is_added = |entry: &T| !before.contains(entry) && !after.contains(entry);
    let added = current.into_iter().filter(is_added);
    after.iter().cloned().chain(added).take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_the_entries_of_other_windows() {
        let list = |text: &str| text.chars().collect::<Vec<_>>();
        for (current, before, after, expected) in [
            ("abc", "abc", "abc", "abc"),
            ("xab", "ab", "ab", "xab"),
            ("xab", "ab", "ba", "bax"),
            ("xab", "ab", "nab", "nabx"),
            ("xyab", "ab", "nab", "nabx"),
            ("xabc", "abc", "bc", "bcx"),
            ("", "", "n", "n"),
        ] {
            let merged = changed_list(list(current), &list(before), &list(after), 4);
            assert_eq!(merged, list(expected), "{current} {before} {after}");
        }
    }
}
