//! Merges a change of this window with what other windows have written since.

/// Returns `current`, or `after` if this window has changed it.
pub(super) fn changed<T: Clone + PartialEq>(current: T, before: &T, after: &T) -> T {
    if before == after { current } else { after.clone() }
}

/// Returns a list, the newest entries first, with the changes of this window and of others, `max` entries at most. Those that
/// this window has added or moved to the front come first, then those that others have added.
pub(super) fn changed_list<T: Clone + PartialEq>(
    current: Vec<T>,
    before: &[T],
    after: &[T],
    max: usize,
) -> Vec<T> {
    if before == after {
        return current;
    }
    let is_in_order = |entries: &[T]| {
        let mut known = before.iter();
        entries.iter().all(|entry| known.any(|other| other == entry))
    };
    let new = (0..=after.len()).find(|new| is_in_order(&after[*new..])).unwrap_or(after.len());
    let (new, rest) = after.split_at(new);
    let added = current.iter().filter(|entry| !before.contains(entry) && !new.contains(entry));
    // Without those that others have removed.
    let rest = rest.iter().filter(|entry| current.contains(entry));
    new.iter().chain(added).chain(rest).take(max).cloned().collect()
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
            ("xab", "ab", "ba", "bxa"),
            ("xab", "ab", "nab", "nxab"),
            ("xabc", "abcd", "nabc", "nxab"),
            ("bcd", "abcd", "nabc", "nbc"),
            ("xabc", "abc", "bc", "xbc"),
            ("", "", "n", "n"),
        ] {
            let merged = changed_list(list(current), &list(before), &list(after), 4);
            assert_eq!(merged, list(expected), "{current} {before} {after}");
        }
    }
}
