//! Draws the chart.

use egui::epaint::Mesh;
use egui::{Align2, Color32, FontFamily, FontId, Painter, Rangef, Rect, Shape, Stroke, pos2, vec2};

use super::super::fonts;
use super::super::theme;
use super::super::tokens::{self, Palette};
use super::bands::Band;
use super::scale::Scale;
use crate::display::{Clock, number};
use crate::history::{Chart, ChartMark, MarkKind, TimeRange};

/// Draws the bands of the chart, in front of the hatch where nothing was watched.
pub(super) fn chart(painter: &Painter, p: &Palette, scale: Scale, chart: &Chart, bands: &[Band]) {
    let max_y = scale.y(scale.max).round() + tokens::LINE / 2.0;
    painter.hline(scale.rect.x_range(), max_y, Stroke::new(tokens::LINE, p.chart_line));
    let painter = painter.with_clip_rect(scale.rect);
    for gap in &chart.unwatched {
        if let Some(xs) = scale.xs(gap.from, gap.to) {
            hatch(&painter, p, Rect::from_x_y_ranges(xs, hatch_top(scale)..=scale.rect.bottom()));
        }
    }
    let mut mesh = Mesh::default();
    let mut runs = runs(scale, chart, bands);
    for (xs, values) in &mut runs {
        let mut lower = scale.rect.bottom();
        let mut sum = 0_u32;
        for (value, band) in values.iter().zip(bands) {
            sum = sum.saturating_add(*value);
            let upper = scale.y(sum);
            mesh.add_colored_rect(Rect::from_x_y_ranges(*xs, upper..=lower), band.background);
            lower = upper;
        }
    }
    lines(&mut mesh, scale, &runs, bands);
    painter.add(Shape::mesh(mesh));
}

/// The x range of buckets that follow each other and have the same values, with the value of each band.
type Run = (Rangef, Vec<u32>);

fn runs(scale: Scale, chart: &Chart, bands: &[Band]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for bucket in 0..chart.total.len() {
        let Some(xs) = scale.xs(chart.time_of(bucket), chart.time_of(bucket + 1)) else { continue };
        let values = bands.iter().map(|band| band.value(bucket));
        match runs.last_mut() {
            Some((before, same)) if same.iter().copied().eq(values.clone()) => before.max = xs.max,
            _ => runs.push((xs, values.collect())),
        }
    }
    runs
}

/// Adds the line at the top of each band, in steps. A vertical part doesn't cover that of the band below.
fn lines(mesh: &mut Mesh, scale: Scale, runs: &[Run], bands: &[Band]) {
    let half = tokens::LINE / 2.0;
    for (index, band) in bands.iter().enumerate() {
        let y = |values: &[u32]| scale.y(values.iter().fold(0_u32, |sum, value| sum.saturating_add(*value)));
        let mut previous: Option<&[u32]> = None;
        for (xs, values) in runs {
            let top = y(&values[..=index]);
            if values[index] > 0 || index == 0 {
                let line = Rect::from_x_y_ranges(*xs, top - half..=top + half);
                mesh.add_colored_rect(line, band.color);
            }
            if let Some(previous) = previous {
                let previous_top = y(&previous[..=index]);
                let below = y(&previous[..index]).min(y(&values[..index]));
                let covered = if index == 0 { f32::INFINITY } else { below };
                let ys = Rangef::new(previous_top.min(top), previous_top.max(top).min(covered));
                if ys.span() > tokens::LINE {
                    let xs = xs.min - half..=xs.min + half;
                    mesh.add_colored_rect(Rect::from_x_y_ranges(xs, ys.expand(half)), band.color);
                }
            }
            previous = Some(values);
        }
    }
}

/// Returns the top of the hatch, which is above the upper line.
fn hatch_top(scale: Scale) -> f32 {
    scale.rect.top() + theme::TIMELINE_TOP - theme::HATCH_OVER
}

/// Draws diagonal lines.
pub(in crate::ui) fn hatch(painter: &Painter, p: &Palette, rect: Rect) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let height = rect.height();
    let stroke = Stroke::new(tokens::LINE, p.hatch);
    // At the same places however wide the gap is.
    let mut x = ((rect.left() - height) / theme::HATCH_GAP).floor() * theme::HATCH_GAP;
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + height, rect.top())], stroke);
        x += theme::HATCH_GAP;
    }
}

/// Draws the base with marks where a gateway was unreachable or restarted, the times below it and the numbers beside it.
/// There are no times at the xs that are `taken`.
pub(in crate::ui) fn axes(
    painter: &Painter,
    p: &Palette,
    scale: Scale,
    chart: Option<&Chart>,
    clock: &Clock,
    taken: &[Rangef],
) {
    let Scale { rect, range, max } = scale;
    let base = rect.bottom();
    painter.hline(rect.x_range(), base + tokens::LINE / 2.0, Stroke::new(tokens::LINE, p.divider));
    // The marks are in order, and those of many nodes may have the same place.
    let mut last: Option<(Rect, Color32)> = None;
    for mark in chart.iter().flat_map(|chart| &chart.marks) {
        let Some(place) = mark_rect(scale, mark) else { continue };
        let color = mark_color(p, mark);
        if last.is_none_or(|(before, same)| color != same || !before.contains_rect(place)) {
            painter.rect_filled(place, 0.0, color);
            last = Some((place, color));
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a chart has few ticks")]
    let max_ticks = (rect.width() / theme::TICK_MIN_DISTANCE) as usize;
    for tick in clock.ticks(range.from, range.to, max_ticks) {
        let x = scale.x(tick.epoch_ms).round() + tokens::LINE / 2.0;
        let galley = painter.layout_no_wrap(tick.label, font(false), p.secondary);
        let label = Rect::from_min_size(pos2(x - galley.size().x / 2.0, base), galley.size());
        let is_free = taken.iter().all(|taken| !taken.intersects(label.x_range().expand(theme::TICK_GAP)));
        if is_free && label.left() >= rect.left() && label.right() <= rect.right() + tokens::TIMELINE_RIGHT {
            let stroke = Stroke::new(tokens::LINE, p.control_border);
            painter.vline(x, base..=base + theme::TICK_LENGTH, stroke);
            painter.galley(pos2(label.left().round(), base + theme::TICK_LENGTH), galley, p.secondary);
        }
    }
    let right = rect.right() + theme::TIMELINE_NUMBER_RIGHT;
    let number = |text: String, y: f32| {
        painter.text(pos2(right, y), Align2::RIGHT_CENTER, text, font(false), p.secondary);
    };
    number(number_text(max), scale.y(max));
    number("0".to_owned(), base - tokens::LINE);
}

fn number_text(value: u32) -> String {
    number(usize::try_from(value).unwrap_or(usize::MAX))
}

fn mark_color(p: &Palette, mark: &ChartMark) -> Color32 {
    match mark.kind {
        MarkKind::Unreachable { .. } => p.error,
        MarkKind::Restarted { .. } => p.warning,
    }
}

/// Returns the place of a mark on the base.
pub(super) fn mark_rect(scale: Scale, mark: &ChartMark) -> Option<Rect> {
    let (from, to) = match mark.kind {
        MarkKind::Unreachable { from, until, .. } => (from, until),
        MarkKind::Restarted { at } => (at, at),
    };
    let xs = scale.xs(from, to.max(from))?;
    let size = vec2(xs.span().max(theme::TIMELINE_MARK.x), theme::TIMELINE_MARK.y);
    // A short one at the right end doesn't stick out.
    let left = xs.min.round().min(scale.rect.right() - size.x).max(scale.rect.left());
    Some(Rect::from_min_size(pos2(left, scale.rect.bottom() - tokens::LINE), size))
}

/// Draws the range that was chosen, behind the chart.
pub(super) fn selection(painter: &Painter, p: &Palette, scale: Scale, range: TimeRange) {
    if let Some(xs) = scale.xs(range.from, range.to) {
        painter.rect_filled(Rect::from_x_y_ranges(xs, scale.rect.y_range()), 0.0, p.selection);
    }
}

/// Draws the ends of the range that was chosen, in front of the chart.
pub(super) fn selection_ends(painter: &Painter, p: &Palette, scale: Scale, range: TimeRange) {
    for x in [range.from, range.to].map(|time| scale.x(time)) {
        if scale.rect.x_range().contains(x) {
            painter.vline(x, scale.rect.y_range(), Stroke::new(tokens::LINE, p.link));
        }
    }
}

pub(super) fn font(is_bold: bool) -> FontId {
    FontId::new(tokens::TYPE_CAPTION, if is_bold { fonts::semibold() } else { FontFamily::Proportional })
}

#[cfg(test)]
mod tests {
    use super::super::bands;
    use super::*;
    use crate::history::{ChartSeries, ChartSplit, SeriesName};
    use crate::ui::tokens::DARK;

    #[test]
    fn designers_do_not_hide_the_rise_of_clients() {
        let rect = Rect::from_min_size(pos2(316.0, 9.0), vec2(924.0, 40.0));
        let scale = Scale { rect, range: TimeRange { from: 0, to: 2_000 }, max: 200 };
        for (designers, expected) in [([0, 0], 0.0), ([20, 20], 4.0), ([0, 40], 8.0)] {
            let clients = [0, 100];
            let series = [(SeriesName::Clients, clients), (SeriesName::Designers, designers)];
            let series = series.map(|(name, maxima)| ChartSeries { name, maxima: maxima.into() });
            let total = vec![designers[0], 100 + designers[1]];
            let chart = Chart { from: 0, to: 2_000, total, series: series.into(), ..Chart::default() };
            let bands = bands::bands(&chart, ChartSplit::Designer, None, str::to_owned, &DARK);
            let mut mesh = Mesh::default();
            lines(&mut mesh, scale, &runs(scale, &chart, &bands), &bands);
            let of_designers = mesh.vertices.iter().filter(|vertex| vertex.color == bands[1].color);
            let highest = mesh.vertices.chunks(4).filter(|corners| corners[0].color == bands[1].color);
            let highest = highest.map(|corners| corners[3].pos.y - corners[0].pos.y).fold(0.0, f32::max);
            assert!((highest - expected).abs() <= 1.5, "{designers:?}: {highest}");
            assert_eq!(of_designers.count() == 0, designers == [0, 0]);
        }
    }

    #[test]
    fn mark_of_an_outage_that_has_just_begun_is_within_the_chart() {
        let rect = Rect::from_min_size(pos2(316.0, 9.0), vec2(924.0, 40.0));
        let scale = Scale { rect, range: TimeRange { from: 0, to: 86_400_000 }, max: 10 };
        let kind = MarkKind::Unreachable { from: 86_399_000, until: 86_500_000, is_over: false };
        let mark = ChartMark { gateway: "Plant".into(), node: "http://n1".into(), kind, count: 1 };
        let place = mark_rect(scale, &mark).unwrap();
        assert_eq!((place.right(), place.width()), (rect.right(), theme::TIMELINE_MARK.x));
    }
}
