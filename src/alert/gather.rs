//! Gathers alerts that come at the same time into one summary.

/// The largest number of alerts of a rule that are sent one by one within [`WINDOW_MS`].
pub(super) const MAX_SINGLE: usize = 3;
/// The time within which more are sent as one summary, in milliseconds.
pub(super) const WINDOW_MS: i64 = 5_000;

/// Passes on few items at once, and holds many until the end of a window of time.
#[derive(Debug)]
pub(super) struct Gather<T> {
    /// Start of the window, and the number of items that were passed on in it.
    window: Option<(i64, usize)>,
    held: Vec<T>,
}

impl<T> Default for Gather<T> {
    fn default() -> Self {
        Self { window: None, held: Vec::new() }
    }
}

impl<T> Gather<T> {
    /// Adds items. Returns those to send now, each on its own.
    pub(super) fn push(&mut self, items: Vec<T>, now: i64) -> Vec<T> {
        if items.is_empty() {
            return items;
        }
        // A clock that was set back begins a new window.
        let is_in_window =
            |(begin, _): &(i64, usize)| (*begin..begin.saturating_add(WINDOW_MS)).contains(&now);
        let (begin, single) = match self.window {
            Some(window) if !self.held.is_empty() => window,
            Some(window) if is_in_window(&window) => window,
            _ => (now, 0),
        };
        if self.held.is_empty() && single + items.len() <= MAX_SINGLE {
            self.window = Some((begin, single + items.len()));
            return items;
        }
        self.window = Some((begin, single));
        self.held.extend(items);
        Vec::new()
    }

    /// Returns the items to send together, once their window is over.
    pub(super) fn flush(&mut self, now: i64) -> Vec<T> {
        match self.flush_at() {
            // Also after a clock was set back.
            Some(at) if now >= at || now < at - WINDOW_MS => self.flush_all(),
            _ => Vec::new(),
        }
    }

    /// Returns all held items.
    pub(super) fn flush_all(&mut self) -> Vec<T> {
        self.window = None;
        std::mem::take(&mut self.held)
    }

    /// Returns the time at which [`flush`](Self::flush) returns something.
    pub(super) fn flush_at(&self) -> Option<i64> {
        let (begin, _) = self.window.filter(|_| !self.held.is_empty())?;
        Some(begin.saturating_add(WINDOW_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [i64; 0] = [];

    #[test]
    fn sends_three_one_by_one_and_more_together() {
        let mut gather = Gather::default();
        assert_eq!(gather.push(vec![1], 0), [1]);
        assert_eq!(gather.push(vec![2, 3], 1_000), [2, 3]);
        assert_eq!(gather.push(vec![4], 2_000), NONE);
        assert_eq!(gather.push(vec![5], 4_999), NONE);
        assert_eq!(gather.flush_at(), Some(5_000));
        assert_eq!(gather.flush(4_999), NONE);
        assert_eq!(gather.flush(5_000), [4, 5]);
        assert_eq!((gather.flush_at(), gather.push(vec![6], 5_001)), (None, vec![6]));
    }

    #[test]
    fn holds_a_storm_as_a_whole() {
        let mut gather = Gather::default();
        assert_eq!(gather.push((0..4).collect(), 0), NONE);
        // What comes after the window, but before it is flushed, belongs to it.
        assert_eq!(gather.push(vec![4], 5_000), NONE);
        assert_eq!(gather.flush(5_001), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn slow_alerts_and_those_after_a_clock_change_are_sent_one_by_one() {
        let mut gather = Gather::default();
        for time in [0, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000] {
            assert_eq!(gather.push(vec![time], time), [time]);
        }
        assert_eq!(gather.push(vec![1], 1_000), [1]);
        assert_eq!(gather.push(vec![1, 2, 3], 2_000), NONE);
        assert_eq!(gather.flush(500), [1, 2, 3]);
    }
}
