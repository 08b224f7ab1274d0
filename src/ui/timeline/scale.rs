//! Maps times and numbers to positions on the chart.

use egui::{Rangef, Rect};

use super::super::theme;
use crate::history::TimeRange;

/// The place of the chart, and what it shows.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct Scale {
    /// The place of the chart, from its top to its base.
    pub(in crate::ui) rect: Rect,
    /// The time from its left to its right.
    pub(in crate::ui) range: TimeRange,
    /// The number at its upper line.
    pub(in crate::ui) max: u32,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "places are rounded to pixels"
)]
impl Scale {
    /// Returns the x of a time, which may be beside the chart.
    pub(in crate::ui) fn x(self, time: i64) -> f32 {
        let part = (time as f64 - self.range.from as f64) / self.range.length().max(1) as f64;
        let width = f64::from(self.rect.width());
        self.rect.left() + (part * width).clamp(-width, 2.0 * width) as f32
    }

    /// Returns the x of both ends of a range, within the chart; `None` if it is beside the chart.
    pub(in crate::ui) fn xs(self, from: i64, to: i64) -> Option<Rangef> {
        let xs = Rangef::new(self.x(from), self.x(to)).intersection(self.rect.x_range());
        (xs.max > xs.min || (xs.max >= xs.min && from == to)).then_some(xs)
    }

    /// Returns the y of a number of sessions.
    pub(in crate::ui) fn y(self, sessions: u32) -> f32 {
        let height = self.rect.height() - theme::TIMELINE_TOP;
        let part = sessions as f32 / (self.max as f32 * theme::TIMELINE_HEADROOM);
        self.rect.bottom() - part * height
    }

    /// Returns the time at an x.
    pub(in crate::ui) fn time(self, x: f32) -> i64 {
        let part = f64::from((x - self.rect.left()) / self.rect.width().max(1.0)).clamp(0.0, 1.0);
        self.range.from + (part * self.range.length() as f64).round() as i64
    }
}

/// Returns a round number that is not below the largest one of a chart.
pub(in crate::ui) fn round_max(largest: u32) -> u32 {
    const STEPS: [u64; 8] = [10, 15, 20, 30, 40, 50, 60, 80];
    let largest = u64::from(largest.max(4));
    let mut unit = 1;
    loop {
        // Tenths, so that small numbers have these steps, too.
        if let Some(step) =
            STEPS.iter().map(|step| step * unit).find(|step| *step >= largest * 10 && step % 10 == 0)
        {
            return u32::try_from(step / 10).unwrap_or(u32::MAX);
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;

    #[test]
    fn largest_number_is_rounded_up() {
        let rounded = [0, 4, 5, 9, 10, 11, 18, 120, 139, 151, 1_000_000, u32::MAX].map(round_max);
        assert_eq!(rounded, [4, 4, 5, 10, 10, 15, 20, 150, 150, 200, 1_000_000, u32::MAX]);
    }

    #[test]
    fn times_and_places_match() {
        let rect = Rect::from_min_size(pos2(316.0, 9.0), vec2(924.0, 40.0));
        let range = TimeRange { from: 1_790_000_000_000, to: 1_790_086_400_000 };
        let scale = Scale { rect, range, max: 150 };
        for x in [316.0, 400.0, 1240.0] {
            assert!((scale.x(scale.time(x)) - x).abs() < 0.01);
        }
        assert_eq!(scale.time(0.0), range.from);
        assert_eq!(scale.xs(0, 1), None);
        assert_eq!(scale.xs(i64::MIN, i64::MAX), Some(rect.x_range()));
        assert_eq!((scale.y(0), scale.y(150).round()), (49.0, 17.0));
    }
}
