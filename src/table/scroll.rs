//! The scroll position.
//!
//! It is a line and a number of pixels, both integers, so it is as exact at the millionth line as at the first. The `f32`
//! offset of egui's scroll areas can't represent small steps there.

use std::ops::Range;

/// The sizes of the table and of the view, in physical pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Number of lines.
    pub lines: usize,
    /// Height of a line; 0 only before the first frame.
    pub line_px: u32,
    /// Height of the view.
    pub view_px: u32,
    /// Height of the room below the last line, which lets a line stay under the pointer where the table is too short.
    pub room_px: u64,
}

impl Metrics {
    /// Returns the largest scroll position, in pixels from the top of the table.
    fn max_top(self) -> u64 {
        (self.lines as u64 * u64::from(self.line_px)).saturating_sub(self.view_px.into()) + self.room_px
    }

    /// Returns the height of the room that is missing below the last line to show a line this many pixels below the top of the
    /// view.
    pub(super) fn missing_room(self, line: usize, y: i64) -> u64 {
        let top = (line as u64 * u64::from(self.line_px)).saturating_add_signed(-y);
        top.saturating_sub(self.max_top())
    }

    /// Returns the number of whole lines that fit into the view, at least 1.
    #[must_use]
    pub fn page(self) -> usize {
        (self.view_px / self.line_px.max(1)).max(1) as usize
    }
}

/// A scroll position.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scroll {
    /// The first line in view.
    line: usize,
    /// Number of pixels of that line above the view.
    offset_px: u32,
    /// The fraction of a pixel that a touch pad has scrolled on, between -1 and 1.
    fraction_px: f64,
}

impl Scroll {
    /// Returns the lines in view, including those partly in view.
    #[must_use]
    pub fn visible(self, metrics: Metrics) -> Range<usize> {
        if metrics.line_px == 0 {
            return 0..0;
        }
        let end = (self.top(metrics) + u64::from(metrics.view_px)).div_ceil(metrics.line_px.into());
        self.line.min(metrics.lines)..metrics.lines.min(usize::try_from(end).unwrap_or(usize::MAX))
    }

    /// Returns the first line in view.
    #[must_use]
    pub fn line(self) -> usize {
        self.line
    }

    /// Returns the number of pixels of the first line above the view.
    #[must_use]
    pub fn offset_px(self) -> u32 {
        self.offset_px
    }

    /// Returns the y of a line in pixels below the top of the view; `None` if the line is out of view.
    #[must_use]
    pub fn y_of(self, line: usize, metrics: Metrics) -> Option<i64> {
        if !self.visible(metrics).contains(&line) {
            return None;
        }
        let lines = i64::try_from(line - self.line).ok()?;
        Some(lines * i64::from(metrics.line_px) - i64::from(self.offset_px))
    }

    /// Returns the line that is this many pixels below the top of the view.
    #[must_use]
    pub fn line_at(self, y: i64, metrics: Metrics) -> Option<usize> {
        let line = self.top(metrics).checked_add_signed(y)?.checked_div(metrics.line_px.into())?;
        usize::try_from(line).ok().filter(|line| *line < metrics.lines)
    }

    /// Scrolls down by this many pixels; up by a negative number.
    pub fn by(&mut self, pixels: f64, metrics: Metrics) {
        let moved = self.fraction_px + pixels;
        self.fraction_px = moved.fract();
        #[expect(clippy::cast_possible_truncation, reason = "a number out of range saturates")]
        let whole = moved.trunc() as i64;
        self.set(self.top(metrics).saturating_add_signed(whole), metrics);
    }

    /// Scrolls so that a line is this many pixels below the top of the view, or as near as possible.
    pub fn put(&mut self, line: usize, y: i64, metrics: Metrics) {
        let line = line as u64 * u64::from(metrics.line_px);
        self.set(line.saturating_add_signed(-y), metrics);
    }

    /// Scrolls as little as possible so that all of a line is in view.
    pub fn reveal(&mut self, line: usize, metrics: Metrics) {
        let start = line as u64 * u64::from(metrics.line_px);
        let end = start + u64::from(metrics.line_px);
        let top = self.top(metrics);
        // A view lower than a line shows the top of the line.
        self.set(start.min(top.max(end.saturating_sub(metrics.view_px.into()))), metrics);
    }

    /// Scrolls back to the last line if the position is below it.
    pub fn clamp(&mut self, metrics: Metrics) {
        self.set(self.top(metrics), metrics);
    }

    /// Returns the position as a fraction: 0 at the top, 1 at the end; `None` if everything is in view.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a scroll bar is painted to the pixel, not to the line")]
    pub fn fraction(self, metrics: Metrics) -> Option<f64> {
        let max_top = metrics.max_top();
        (max_top > 0).then(|| self.top(metrics) as f64 / max_top as f64)
    }

    /// Scrolls to this fraction of the table.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "dragging is no more exact than this, and a negative float saturates to 0"
    )]
    pub fn to_fraction(&mut self, fraction: f64, metrics: Metrics) {
        self.set((fraction * metrics.max_top() as f64).round() as u64, metrics);
    }

    /// Returns the number of pixels above the view.
    fn top(self, metrics: Metrics) -> u64 {
        // Lines may have become lower with another zoom.
        let offset = self.offset_px.min(metrics.line_px.saturating_sub(1));
        self.line as u64 * u64::from(metrics.line_px) + u64::from(offset)
    }

    fn set(&mut self, top: u64, metrics: Metrics) {
        if metrics.line_px == 0 {
            return;
        }
        let max_top = metrics.max_top();
        if top >= max_top {
            self.fraction_px = self.fraction_px.min(0.0);
        }
        let top = top.min(max_top);
        if top == 0 {
            self.fraction_px = self.fraction_px.max(0.0);
        }
        let line_px = u64::from(metrics.line_px);
        self.line = usize::try_from(top / line_px).unwrap_or(usize::MAX);
        self.offset_px = u32::try_from(top % line_px).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MILLIONS: Metrics = Metrics { lines: 5_000_000, line_px: 22, view_px: 600, room_px: 0 };

    #[test]
    fn small_steps_move_a_long_table() {
        let mut scroll = Scroll::default();
        scroll.put(4_999_000, 0, MILLIONS);
        for _ in 0..44 {
            scroll.by(0.25, MILLIONS);
        }
        assert_eq!((scroll.line(), scroll.offset_px()), (4_999_000, 11));
        for _ in 0..44 {
            scroll.by(-0.5, MILLIONS);
        }
        assert_eq!((scroll.line(), scroll.offset_px()), (4_998_999, 11));
    }

    #[test]
    fn stops_at_the_last_line() {
        let mut scroll = Scroll::default();
        scroll.to_fraction(1.0, MILLIONS);
        let last = MILLIONS.lines - 1;
        assert_eq!(scroll.y_of(last, MILLIONS), Some(600 - 22));
        scroll.by(1e9, MILLIONS);
        assert_eq!(scroll.y_of(last, MILLIONS), Some(600 - 22));
        scroll.by(-1e300, MILLIONS);
        assert_eq!((scroll.line(), scroll.offset_px()), (0, 0));
    }

    #[test]
    fn clamps_when_the_table_gets_shorter() {
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
        fn lines_in_view_are_contiguous_and_fill_the_view(
            lines in 1..3_000_000_usize,
            line_px in 1..60_u32,
            view_px in 1..2_000_u32,
            moves in prop::collection::vec(-1e7..1e7_f64, 0..20),
        ) {
            let metrics = Metrics { lines, line_px, view_px, room_px: 0 };
            let mut scroll = Scroll::default();
            for pixels in moves {
                scroll.by(pixels, metrics);
                let visible = scroll.visible(metrics);
                prop_assert!(!visible.is_empty());
                let first = scroll.y_of(visible.start, metrics).unwrap();
                prop_assert!(first <= 0 && first > -i64::from(line_px));
                for (index, line) in visible.clone().enumerate() {
                    let expected = first + i64::try_from(index).unwrap() * i64::from(line_px);
                    prop_assert_eq!(scroll.y_of(line, metrics), Some(expected));
                    prop_assert_eq!(scroll.line_at(expected, metrics), Some(line));
                }
                // The view is full, or shows all lines.
                let end = first + i64::try_from(visible.len()).unwrap() * i64::from(line_px);
                prop_assert!(end >= i64::from(view_px) || visible == (0..lines));
            }
        }

        #[test]
        fn reveals_whole_lines(line in 0..1_000_000_usize, from in 0..1_000_000_usize) {
            let metrics = Metrics { lines: 1_000_000, line_px: 22, view_px: 601, room_px: 0 };
            let mut scroll = Scroll::default();
            scroll.put(from, 0, metrics);
            let before = scroll;
            scroll.reveal(line, metrics);
            let y = scroll.y_of(line, metrics).unwrap();
            prop_assert!(y >= 0 && y + 22 <= 601);
            if before.y_of(line, metrics).is_some_and(|y| y >= 0 && y + 22 <= 601) {
                prop_assert_eq!(scroll, before);
            }
        }
    }
}
