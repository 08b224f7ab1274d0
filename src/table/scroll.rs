//! Which lines are in view.
//!
//! The place is a line and the pixels of it that are scrolled out: whole numbers, so that it is as exact at the
//! millionth line as at the first. A sum of points in `f32`, which scroll areas use, is stuck long before.

use std::ops::Range;

/// How much there is to see, and how much of it at once, in physical pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// All lines.
    pub lines: usize,
    /// The height of a line; never 0 where there is anything to see.
    pub line_px: u32,
    /// The height of the view.
    pub view_px: u32,
}

impl Metrics {
    /// The furthest that can be scrolled, in pixels from the very top.
    fn most(self) -> u64 {
        (self.lines as u64 * u64::from(self.line_px)).saturating_sub(self.view_px.into())
    }

    /// How many lines fit into the view as a whole; one at least.
    #[must_use]
    pub fn page(self) -> usize {
        (self.view_px / self.line_px.max(1)).max(1) as usize
    }
}

/// What is scrolled to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scroll {
    /// The first line of which anything is in view.
    line: usize,
    /// How many of its pixels are scrolled out above.
    out_px: u32,
    /// The part of a pixel that a touch pad has moved so far, between -1 and 1.
    part: f64,
}

impl Scroll {
    /// The lines of which anything is in view.
    #[must_use]
    pub fn visible(self, metrics: Metrics) -> Range<usize> {
        if metrics.line_px == 0 {
            return 0..0;
        }
        let end = (self.top(metrics) + u64::from(metrics.view_px)).div_ceil(metrics.line_px.into());
        self.line.min(metrics.lines)..metrics.lines.min(usize::try_from(end).unwrap_or(usize::MAX))
    }

    /// The first line in view.
    #[must_use]
    pub fn line(self) -> usize {
        self.line
    }

    /// How many pixels of the first line are scrolled out above.
    #[must_use]
    pub fn out_px(self) -> u32 {
        self.out_px
    }

    /// Where a line begins, in pixels below the top of the view; `None` where no part of it is in view.
    #[must_use]
    pub fn place(self, line: usize, metrics: Metrics) -> Option<i64> {
        if !self.visible(metrics).contains(&line) {
            return None;
        }
        let lines = i64::try_from(line - self.line).ok()?;
        Some(lines * i64::from(metrics.line_px) - i64::from(self.out_px))
    }

    /// Scrolls down by so many pixels, up by a negative number of them.
    pub fn by(&mut self, pixels: f64, metrics: Metrics) {
        let moved = self.part + pixels;
        self.part = moved.fract();
        // Far more than any wheel turns, and far less than what a whole number holds.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float that is too large becomes the largest number"
        )]
        let whole = moved.trunc() as i64;
        self.set(self.top(metrics).saturating_add_signed(whole), metrics);
    }

    /// Scrolls so that a line begins this far below the top of the view, or as near as it gets.
    pub fn put(&mut self, line: usize, place_px: i64, metrics: Metrics) {
        let line = line as u64 * u64::from(metrics.line_px);
        self.set(line.saturating_add_signed(-place_px), metrics);
    }

    /// Scrolls as little as it takes to have the whole of a line in view.
    pub fn reveal(&mut self, line: usize, metrics: Metrics) {
        let begin = line as u64 * u64::from(metrics.line_px);
        let end = begin + u64::from(metrics.line_px);
        let top = self.top(metrics);
        // A view lower than a line shows the line's beginning.
        self.set(begin.min(top.max(end.saturating_sub(metrics.view_px.into()))), metrics);
    }

    /// Keeps what is in view within what there is.
    pub fn clamp(&mut self, metrics: Metrics) {
        self.set(self.top(metrics), metrics);
    }

    /// How far it is scrolled: 0 at the very top, 1 at the very end; `None` where everything is in view.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a thumb is painted to the pixel, not to the line")]
    pub fn fraction(self, metrics: Metrics) -> Option<f64> {
        let most = metrics.most();
        (most > 0).then(|| self.top(metrics) as f64 / most as f64)
    }

    /// Scrolls to this fraction of the way.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what a hand drags is no more exact than this, and a negative float becomes 0"
    )]
    pub fn to_fraction(&mut self, fraction: f64, metrics: Metrics) {
        self.set((fraction * metrics.most() as f64).round() as u64, metrics);
    }

    /// The pixels above the view.
    fn top(self, metrics: Metrics) -> u64 {
        // Where lines have become lower, as with another zoom, not more of one can be scrolled out than it has.
        let out = self.out_px.min(metrics.line_px.saturating_sub(1));
        self.line as u64 * u64::from(metrics.line_px) + u64::from(out)
    }

    fn set(&mut self, top: u64, metrics: Metrics) {
        if metrics.line_px == 0 {
            return;
        }
        let most = metrics.most();
        if top >= most {
            self.part = self.part.min(0.0);
        }
        let top = top.min(most);
        if top == 0 {
            self.part = self.part.max(0.0);
        }
        let line_px = u64::from(metrics.line_px);
        self.line = usize::try_from(top / line_px).unwrap_or(usize::MAX);
        self.out_px = u32::try_from(top % line_px).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MILLIONS: Metrics = Metrics { lines: 5_000_000, line_px: 22, view_px: 600 };

    #[test]
    fn the_smallest_step_moves_the_longest_table() {
        let mut scroll = Scroll::default();
        scroll.put(4_999_000, 0, MILLIONS);
        for _ in 0..44 {
            scroll.by(0.25, MILLIONS);
        }
        assert_eq!((scroll.line(), scroll.out_px()), (4_999_000, 11));
        for _ in 0..44 {
            scroll.by(-0.5, MILLIONS);
        }
        assert_eq!((scroll.line(), scroll.out_px()), (4_998_999, 11));
    }

    #[test]
    fn the_last_line_is_reached_and_nothing_beyond_it() {
        let mut scroll = Scroll::default();
        scroll.to_fraction(1.0, MILLIONS);
        let last = MILLIONS.lines - 1;
        assert_eq!(scroll.place(last, MILLIONS), Some(600 - 22));
        scroll.by(1e9, MILLIONS);
        assert_eq!(scroll.place(last, MILLIONS), Some(600 - 22));
        scroll.by(-1e300, MILLIONS);
        assert_eq!((scroll.line(), scroll.out_px()), (0, 0));
    }

    #[test]
    fn a_table_that_has_become_shorter_stays_in_view() {
        let mut scroll = Scroll::default();
        scroll.to_fraction(1.0, MILLIONS);
        let few = Metrics { lines: 3, ..MILLIONS };
        scroll.clamp(few);
        assert_eq!(scroll.visible(few), 0..3);
        assert_eq!(scroll.fraction(few), None);
        scroll.clamp(Metrics::default());
        assert_eq!(scroll.visible(Metrics::default()), 0..0);
    }

    proptest! {
        #[test]
        fn lines_in_view_follow_each_other_without_gap_or_overlap(
            lines in 1..3_000_000_usize,
            line_px in 1..60_u32,
            view_px in 1..2_000_u32,
            moves in prop::collection::vec(-1e7..1e7_f64, 0..20),
        ) {
            let metrics = Metrics { lines, line_px, view_px };
            let mut scroll = Scroll::default();
            for pixels in moves {
                scroll.by(pixels, metrics);
                let visible = scroll.visible(metrics);
                prop_assert!(!visible.is_empty());
                let first = scroll.place(visible.start, metrics).unwrap();
                prop_assert!(first <= 0 && first > -i64::from(line_px));
                for (index, line) in visible.clone().enumerate() {
                    let expected = first + i64::try_from(index).unwrap() * i64::from(line_px);
                    prop_assert_eq!(scroll.place(line, metrics), Some(expected));
                }
                // The view is full, or shows everything.
                let end = first + i64::try_from(visible.len()).unwrap() * i64::from(line_px);
                prop_assert!(end >= i64::from(view_px) || visible == (0..lines));
            }
        }

        #[test]
        fn a_revealed_line_is_wholly_in_view(line in 0..1_000_000_usize, from in 0..1_000_000_usize) {
            let metrics = Metrics { lines: 1_000_000, line_px: 22, view_px: 601 };
            let mut scroll = Scroll::default();
            scroll.put(from, 0, metrics);
            let before = scroll;
            scroll.reveal(line, metrics);
            let place = scroll.place(line, metrics).unwrap();
            prop_assert!(place >= 0 && place + 22 <= 601);
            if before.place(line, metrics).is_some_and(|place| place >= 0 && place + 22 <= 601) {
                prop_assert_eq!(scroll, before);
            }
        }
    }
}
