//! The time that the timeline shows, and what its colors mean.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Color32, FontFamily, FontId, Popup, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::button;
use super::super::command::{Command, TimelineCommand};
use super::super::hover;
use super::super::icons;
use super::super::menu::{self, Item};
use super::super::model::{Timeline, TimelineRange};
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::bands::{At, Band};
use crate::display::exact_duration;
use crate::history::ChartSplit;
use crate::table::TimelineSpan;

/// The choices of series, with their names.
const SPLITS: [(ChartSplit, &str); 3] = [
    (ChartSplit::Designer, "Clients and designers"),
    (ChartSplit::Project, "By project"),
    (ChartSplit::Gateway, "By gateway"),
];
/// The number of lines below the time.
pub(super) const LINES: usize = 2;

/// Draws the button with the time that is shown, and its menu.
pub(super) fn time(ui: &mut Ui, rect: Rect, timeline: &Timeline, commands: &mut Vec<Command>) {
    let button = time_button(ui, rect, timeline);
    menu::popup(&button).show(|ui| choices(ui, timeline, commands));
    button.tooltip_above("The time and the series that are shown");
}

/// Draws what the colors mean, with the numbers.
pub(super) fn show(ui: &Ui, rect: Rect, bands: &[Band], at: At) {
    let p = palette(ui.visuals());
    let left = rect.left() + theme::LEGEND_LEFT;
    let top = rect.top() + theme::LEGEND_TOP + theme::LEGEND_TIME_HEIGHT;
    let room = tokens::TIMELINE_LEFT - theme::LEGEND_LEFT - theme::SWATCH - theme::SWATCH_GAP;
    // The largest ones; the tooltip of the chart has all.
    for (index, band) in bands.iter().take(LINES).enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "there are two lines")]
        let y = top + (index as f32 + 0.5) * theme::LEGEND_LINE;
        let swatch =
            Rect::from_center_size(pos2(left + theme::SWATCH / 2.0, y), vec2(theme::SWATCH, theme::SWATCH));
        ui.painter().rect_filled(swatch, theme::SWATCH_RADIUS, band.color);
        let font = FontId::new(tokens::TYPE_CAPTION, FontFamily::Proportional);
        let mut job = egui::text::LayoutJob::simple_singleline(band.text(at), font, p.secondary);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room - tokens::UNIT);
        let galley = ui.painter().layout_job(job);
        let min = pos2(left + theme::SWATCH + theme::SWATCH_GAP, y - galley.size().y / 2.0);
        ui.painter().galley(min, galley, p.secondary);
    }
}

fn time_button(ui: &mut Ui, rect: Rect, timeline: &Timeline) -> Response {
    let p = palette(ui.visuals());
    let text = match timeline.range {
        TimelineRange::Last(span) => span.label().to_owned(),
        TimelineRange::LastMs(length) => length_text(length),
        TimelineRange::Zoomed(range) => length_text(range.length()),
    };
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let galley = ui.painter().layout_no_wrap(text.clone(), font, p.text);
    let padding = tokens::UNIT;
    let width = galley.size().x + tokens::ICON_TINY + 3.0 * padding;
    let min = pos2(rect.left() + theme::LEGEND_LEFT - padding, rect.top() + theme::LEGEND_TOP);
    let place = Rect::from_min_size(min, vec2(width, theme::LEGEND_TIME_HEIGHT));
    let response = ui.allocate_rect(place, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), "Time of the timeline"));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(text));
    let is_open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    let background = if is_open { p.pressed } else { hover::background(&response, p, Color32::TRANSPARENT) };
    let painter = ui.painter();
    painter.rect_filled(place, tokens::RADIUS_SMALL, background);
    let text_width = galley.size().x;
    painter.galley(pos2(place.left() + padding, place.center().y - galley.size().y / 2.0), galley, p.text);
    let center = pos2(place.left() + 2.0 * padding + text_width + tokens::ICON_TINY / 2.0, place.center().y);
    icons::CHEVRON_DOWN.paint(painter, center, tokens::ICON_TINY, p.secondary);
    if response.has_focus() {
        button::paint_focus(ui, place, false);
    }
    response
}

fn choices(ui: &mut Ui, timeline: &Timeline, commands: &mut Vec<Command>) {
    menu::start(ui, 0.0);
    for span in TimelineSpan::ALL {
        let is_chosen = timeline.range == TimelineRange::Last(span);
        if ui.add(Item::new(span.label()).radio(is_chosen)).clicked() {
            commands.push(Command::Timeline(TimelineCommand::SetSpan(span)));
        }
    }
    menu::line(ui);
    for (split, name) in SPLITS {
        if ui.add(Item::new(name).radio(timeline.split == split)).clicked() {
            commands.push(Command::Timeline(TimelineCommand::SetSplit(split)));
        }
    }
}

/// Returns a length of time in its two largest units.
fn length_text(milliseconds: i64) -> String {
    let minutes = u64::try_from(milliseconds / 60_000).unwrap_or(0);
    let hours = minutes / 60;
    // No minutes next to days.
    exact_duration(if hours < 24 { Duration::from_mins(minutes) } else { Duration::from_hours(hours) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_written_in_two_units() {
        let minutes = [1, 60, 61, 1_440, 1_500, 527_040].map(|minutes| length_text(minutes * 60_000));
        assert_eq!(minutes, ["1 min", "1 h", "1 h 1 min", "1 d", "1 d 1 h", "366 d"]);
    }
}
