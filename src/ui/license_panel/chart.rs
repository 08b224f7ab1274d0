//! The chart of days: a bar for the most sessions at once on each.

use egui::accesskit::Role;
use egui::{Align2, FontFamily, FontId, Id, Rect, Sense, Stroke, Ui, WidgetInfo, pos2};

use super::super::command::{Command, LicenseCommand, PastCommand};
use super::super::license;
use super::super::model::{AppState, LicenseSeries};
use super::super::theme;
use super::super::timeline::{self, Scale};
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::over::{self, Limits};
use crate::display::Clock;
use crate::history::{DayPeaks, DayWatched, TimeRange};

/// Draws the chart. A click on a bar shows the moment of its peak.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    state: &AppState,
    limits: &Limits<'_>,
    commands: &mut Vec<Command>,
) {
    let p = palette(ui.visuals());
    let days = state.license.peaks.as_ref().map_or(&[][..], |peaks| &peaks.days);
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
    let series = &state.license.series;
    let line = limits.line(series);
    let largest = days.iter().map(|day| series.peak(day).count).chain(line).max().unwrap_or(0);
    let scale = Scale {
        rect: chart_rect(rect),
        range: TimeRange { from: first.from, to: last.to },
        max: timeline::round_max(largest),
    };
    let response = ui.interact(scale.rect, Id::unique("license chart"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, "Peaks by day"));
    let clock = state.history_clock();
    let summary = summary(state, days, limits, &clock);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(summary));
    let hover_at = response.hover_pos().filter(|_| response.hovered());
    let at = hover_at.map(|at| scale.time(at.x));
    let hovered = at.and_then(|at| days.iter().position(|day| (day.from..day.to).contains(&at)));
    let chosen = state.license.day.and_then(|row| days.len().checked_sub(row + 1));
    let painter = ui.painter().with_clip_rect(rect);
    for (index, day) in days.iter().enumerate() {
        let Some(mut xs) = scale.xs(day.from, day.to) else { continue };
        let peak = series.peak(day);
        let column = Rect::from_x_y_ranges(xs, scale.y(scale.max)..=scale.rect.bottom());
        if hovered == Some(index) || chosen == Some(index) {
            let color = if chosen == Some(index) { p.selection } else { p.row_hover };
            painter.rect_filled(column, 0.0, color);
        }
        if xs.span() >= theme::LICENSE_GAP_MIN_WIDTH {
            xs = egui::Rangef::new(xs.min + tokens::LINE, xs.max - tokens::LINE);
        }
        let top = scale.y(peak.count);
        painter.rect_filled(Rect::from_x_y_ranges(xs, top..=scale.rect.bottom()), 0.0, p.chart_client);
        if !limits.exceeded(series, index).is_empty() {
            // The part above the limit; without a single limit, a mark like that of an outage in the timeline.
            let bottom = scale.rect.bottom();
            let ys = line.map_or(bottom - theme::TIMELINE_MARK.y..=bottom, |limit| top..=scale.y(limit));
            painter.rect_filled(Rect::from_x_y_ranges(xs, ys), 0.0, p.error);
        }
        match peak.watched {
            DayWatched::Full => {}
            DayWatched::Partial { .. } => {
                let place = Rect::from_x_y_ranges(xs, top - theme::LICENSE_HATCH..=top);
                timeline::hatch(&painter, p, place);
            }
            DayWatched::Never => timeline::hatch(&painter, p, column.with_max_y(top)),
        }
    }
    timeline::axes(&painter, p, scale, None, &clock, &[]);
    if let Some(limit) = line {
        let y = scale.y(limit).round() + tokens::LINE / 2.0;
        painter.hline(scale.rect.x_range(), y, Stroke::new(tokens::LINE, p.warning));
        let font = FontId::new(tokens::TYPE_CAPTION, FontFamily::Proportional);
        let text = format!("Limit {}", license::count(limit));
        painter.text(pos2(rect.left() + theme::CELL_LEFT, y), Align2::LEFT_CENTER, text, font, p.warning);
    }
    let Some((index, hover_at)) = hovered.zip(hover_at) else { return };
    let day = &days[index];
    if response.clicked() {
        commands.push(Command::License(LicenseCommand::SelectDay(days.len() - 1 - index)));
        commands.extend(series.peak(day).at.map(|at| Command::Past(PastCommand::Show(at))));
    }
    response.tooltip_at(hover_at.x, day_text(state, day, index, limits, &clock));
}

/// Returns the place of the chart, from its top to its base.
fn chart_rect(rect: Rect) -> Rect {
    let left = rect.left() + tokens::TIMELINE_LEFT;
    let right = (rect.right() - tokens::TIMELINE_RIGHT).max(left + 1.0);
    // The axis is as high as that of the timeline.
    let axis = tokens::TIMELINE_HEIGHT - theme::TIMELINE_BASE - tokens::LINE;
    let bottom = (rect.bottom() - axis).max(rect.top() + 1.0);
    Rect::from_min_max(pos2(left, rect.top()), pos2(right, bottom))
}

/// Returns a day in words.
fn day_text(state: &AppState, day: &DayPeaks, index: usize, limits: &Limits<'_>, clock: &Clock) -> String {
    let peak = state.license.series.peak(day);
    let at = peak.at.map(|at| format!(" at {}", clock.time_of_day(at))).unwrap_or_default();
    let mut lines = vec![format!("{}: {}{at}", clock.day_text(day.from), license::peak(&peak))];
    let exceeded = limits.exceeded(&state.license.series, index);
    if !exceeded.is_empty() {
        lines.push(format!("Over the limit: {}", over::text(&exceeded)));
    }
    lines.extend(license::unwatched(&peak));
    lines.join("\n")
}

/// Returns the largest peak, and the number of days over a limit.
fn summary(state: &AppState, days: &[DayPeaks], limits: &Limits<'_>, clock: &Clock) -> String {
    let series = &state.license.series;
    let largest = largest_text(series, days, clock);
    let over = (0..days.len()).filter(|day| !limits.exceeded(series, *day).is_empty()).count();
    match over {
        0 => largest,
        1 => format!("{largest}, 1 day over a limit"),
        over => format!("{largest}, {} days over a limit", crate::display::number(over)),
    }
}

/// Returns the largest peak and its day. It is a minimum if any day wasn't watched all the time.
fn largest_text(series: &LicenseSeries, days: &[DayPeaks], clock: &Clock) -> String {
    let peaks = days.iter().map(|day| (day, series.peak(day)));
    let known = peaks.filter(|(_, peak)| peak.count > 0 || peak.watched != DayWatched::Never);
    let Some((day, peak)) = known.max_by_key(|(_, peak)| peak.count) else {
        return "Not watched on these days".to_owned();
    };
    let is_certain = days.iter().all(|day| series.peak(day).watched == DayWatched::Full);
    let at_least = if is_certain { "" } else { "at least " };
    format!("Largest peak {at_least}{} on {}", license::count(peak.count), clock.day_text(day.from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::DateStyle;
    use crate::gateway::SessionKind;
    use crate::history::{KindPeaks, Peak};

    const DAY: i64 = 86_400_000;

    #[test]
    fn largest_peak_is_no_more_certain_than_any_day() {
        let clock = Clock::new(DateStyle::Utc, None, 10 * DAY);
        let text = |peaks: &[(u32, DayWatched)]| {
            let days = peaks.iter().zip(0..).map(|((count, watched), index)| {
                let total = Peak { count: *count, at: None, watched: *watched };
                let peaks = KindPeaks { total, kinds: [total; SessionKind::ALL.len()] };
                DayPeaks { from: index * DAY, to: (index + 1) * DAY, peaks, projects: Vec::new() }
            });
            largest_text(&LicenseSeries::All, &days.collect::<Vec<_>>(), &clock)
        };
        let partial = DayWatched::Partial { unwatched_secs: 60 };
        let [first, second] = [0, DAY].map(|day| clock.day_text(day));
        for (peaks, expected) in [
            ([(3, DayWatched::Full), (2, DayWatched::Full)], format!("Largest peak 3 on {first}")),
            ([(3, DayWatched::Full), (2, partial)], format!("Largest peak at least 3 on {first}")),
            ([(3, DayWatched::Full), (4, partial)], format!("Largest peak at least 4 on {second}")),
            ([(0, DayWatched::Full), (0, DayWatched::Never)], format!("Largest peak at least 0 on {first}")),
            ([(0, DayWatched::Never), (0, DayWatched::Never)], "Not watched on these days".to_owned()),
        ] {
            assert_eq!(text(&peaks), expected);
        }
    }
}
