//! The timeline along the bottom: how many sessions there were, and when nothing was watched.

mod bands;
mod cursor;
mod hover_text;
mod legend;
mod paint;
mod scale;

use egui::accesskit::Role;
use egui::{Align, EventFilter, Id, Key, Layout, Rect, Response, Sense, Stroke, Ui, WidgetInfo, vec2};

use self::bands::{At, Band};
use self::cursor::Cursor;
pub(super) use self::paint::{axes, hatch};
pub(super) use self::scale::{Scale, round_max};
use super::arrow_keys;
use super::button;
use super::command::{Command, PastCommand, TimelineCommand};
use super::model::{AppState, epoch_ms};
use super::regions;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::history::{Chart, ChartMark, TimeRange};
use crate::table::Step;

/// The accessible name.
const NAME: &str = "Timeline";
/// The reason why the timeline can't be shown in a low window.
pub(super) const NO_ROOM: &str = "Make the window higher to see the timeline";
/// Factor by which a key lengthens or shortens the shown time.
const KEY_ZOOM: f64 = 2.0;

/// Draws the timeline.
pub(super) fn show(ui: &mut Ui, rect: Rect, state: &AppState, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    ui.painter().rect_filled(rect, 0.0, p.surface);
    let line = Stroke::new(tokens::LINE, p.divider);
    ui.painter().hline(rect.x_range(), rect.top() + tokens::LINE / 2.0, line);
    regions::region(ui, NAME, rect, Layout::top_down(Align::Min), |ui| contents(ui, rect, state, commands));
}

fn contents(ui: &mut Ui, rect: Rect, state: &AppState, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    let timeline = &state.timeline;
    let now = epoch_ms(state.now());
    let clock = state.history_clock();
    let chart = timeline.chart.as_deref();
    let bands = chart
        .map(|chart| {
            let name = |recorded: &str| state.gateways.saved_name(recorded).to_owned();
            bands::bands(chart, timeline.split, timeline.counts.as_ref(), name, p)
        })
        .unwrap_or_default();
    let largest = chart.and_then(|chart| chart.total.iter().max()).copied().unwrap_or(0);
    let scale = Scale { rect: chart_rect(rect), range: timeline.shown(now), max: scale::round_max(largest) };
    let width_px = width_px(ui, scale.rect.width());
    if width_px != timeline.width_px {
        commands.push(Command::Timeline(TimelineCommand::SetWidth(width_px)));
    }
    legend::time(ui, rect, timeline, commands);
    let place = scale.rect.with_max_y(rect.bottom());
    let response = ui.interact(place, Id::unique("timeline chart"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, "Sessions over time"));
    let hovered = response.hover_pos().filter(|_| response.hovered()).map(|at| scale.time(at.x));
    pointer(ui, &response, scale, now, state.layout.activity, commands);
    let past = state.past.as_ref().map(|past| past.at);
    keys(ui, &response, scale, past.unwrap_or(now), now, commands);

    let painter = ui.painter().clone();
    let cursor = |time: Option<i64>, is_chosen| {
        let time = time?;
        let label = clock.axis_label(time, scale.range.length());
        Cursor::new(&painter, p, scale, time, label, is_chosen)
    };
    let chosen = cursor(past, true);
    let hovered_cursor = cursor(hovered, false).map(|hovered| hovered.beside(chosen.as_ref()));
    let cursors = || chosen.iter().chain(&hovered_cursor);
    if let Some(selection) = timeline.selection {
        paint::selection(&painter, p, scale, selection);
    }
    if let Some(chart) = chart {
        paint::chart(&painter, p, scale, chart, &bands);
    }
    let taken: Vec<_> = cursors().filter_map(Cursor::label_xs).collect();
    paint::axes(&painter, p, scale, chart, &clock, &taken);
    if let Some(selection) = timeline.selection {
        paint::selection_ends(&painter, p, scale, selection);
    }
    // The one under the pointer is in front.
    cursors().for_each(|cursor| cursor.paint(&painter));
    if response.has_focus() {
        button::paint_focus(ui, place, false);
    }
    if let Some(chart) = chart {
        let is_present = timeline.is_present(now);
        let at = match (hovered, past) {
            (Some(time), _) => At::Bucket(bucket_at(chart, time)),
            (None, Some(time)) => At::Shown(bucket_at(chart, time)),
            (None, None) if is_present => At::Shown(bucket_at(chart, last_read(chart))),
            (None, None) => At::Bucket(bucket_at(chart, scale.range.to)),
        };
        legend::show(ui, rect, &bands, at);
        let text = value_text(&bands, at);
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(text));
        if let Some((time, at)) = hovered.zip(response.hover_pos()) {
            let near = |mark: &&ChartMark| {
                let place = paint::mark_rect(scale, mark);
                place.is_some_and(|place| place.x_range().expand(theme::TICK_GAP).contains(at.x))
            };
            let mut lines = Vec::new();
            if bands.len() > legend::LINES {
                lines.push(value_text(&bands, At::Bucket(bucket_at(chart, time))));
            }
            let marks: Vec<&ChartMark> = chart.marks.iter().filter(near).collect();
            let name = |mark: &ChartMark| state.gateways.node_name(&mark.gateway, &mark.node);
            lines.extend(hover_text::lines(chart, time, &marks, is_present, &clock, name));
            response.tooltip_at(at.x, lines.join("\n"));
        }
    } else if let Some(error) = &timeline.error {
        let at = scale.rect.center();
        let font = egui::FontId::proportional(tokens::TYPE_SECONDARY);
        painter.text(at, egui::Align2::CENTER_CENTER, error.summary(), font, p.secondary);
        if let Some(at) = response.hover_pos() {
            response.tooltip_at(at.x, error.full_text());
        }
    }
}

/// Returns the place of the chart, from its top to its base.
fn chart_rect(rect: Rect) -> Rect {
    let left = rect.left() + tokens::TIMELINE_LEFT;
    let width = (rect.width() - tokens::TIMELINE_LEFT - tokens::TIMELINE_RIGHT).max(1.0);
    let top = rect.top() + tokens::LINE;
    Rect::from_min_size(egui::pos2(left, top), vec2(width, theme::TIMELINE_BASE))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window has few pixels")]
fn width_px(ui: &Ui, width: f32) -> usize {
    (width * ui.pixels_per_point()).round().max(1.0) as usize
}

/// Emits the commands of the pointer: a click shows that moment, a drag chooses a range, whose activity opens, the wheel zooms.
fn pointer(
    ui: &Ui,
    response: &Response,
    scale: Scale,
    now: i64,
    is_activity_open: bool,
    commands: &mut Vec<Command>,
) {
    let at = response.interact_pointer_pos().map(|at| scale.time(at.x));
    if response.clicked()
        && let Some(time) = at
    {
        commands.push(Command::Past(PastCommand::Show(time.min(now))));
    }
    let origin = ui.input(|input| input.pointer.press_origin()).map(|at| scale.time(at.x));
    if response.dragged()
        && let (Some(time), Some(origin)) = (at, origin)
    {
        let range = TimeRange::between(origin, time);
        commands.push(Command::Timeline(TimelineCommand::Select(Some(range))));
    }
    if response.drag_stopped() && !is_activity_open {
        commands.push(Command::ToggleActivity);
    }
    let Some(hovered) = response.hover_pos().filter(|_| response.hovered()) else { return };
    let scrolled = ui.input(egui::InputState::smooth_scroll_delta);
    let range = scale.range;
    if scrolled.x.abs() > scrolled.y.abs() {
        let part = f64::from(-scrolled.x / scale.rect.width());
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "times fit")]
        let by = (part * range.length() as f64) as i64;
        commands.push(Command::Timeline(TimelineCommand::Zoom(range.moved(by, now))));
    } else if scrolled.y != 0.0 {
        let factor = f64::from(-scrolled.y * theme::WHEEL_ZOOM).exp();
        let zoomed = range.zoomed(factor, scale.time(hovered.x), now);
        commands.push(Command::Timeline(TimelineCommand::Zoom(zoomed)));
    }
}

/// Emits the commands of keys while the chart has the focus. `shown` is the time that the table shows, which stays in view.
fn keys(ui: &Ui, response: &Response, scale: Scale, shown: i64, now: i64, commands: &mut Vec<Command>) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let zoom = |factor| {
        let range = scale.range.zoomed(factor, shown.clamp(scale.range.from, scale.range.to), now);
        Command::Timeline(TimelineCommand::Zoom(range))
    };
    let pressed = arrow_keys::plain_keys(ui);
    commands.extend(pressed.into_iter().filter_map(|key| {
        Some(match key {
            Key::ArrowLeft => Command::Past(PastCommand::Step(Step::Previous)),
            Key::ArrowRight => Command::Past(PastCommand::Step(Step::Next)),
            Key::ArrowUp => zoom(1.0 / KEY_ZOOM),
            Key::ArrowDown => zoom(KEY_ZOOM),
            Key::End => Command::Past(PastCommand::Leave),
            _ => return None,
        })
    }));
}

/// Returns the bucket of a time, or the nearest one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a chart has few buckets"
)]
fn bucket_at(chart: &Chart, time: i64) -> usize {
    let last = chart.total.len().saturating_sub(1);
    let part = (time as f64 - chart.from as f64) / (chart.to as f64 - chart.from as f64).max(1.0);
    ((part * chart.total.len() as f64).max(0.0) as usize).min(last)
}

/// Returns when sessions were read last: at the start of a gap that goes on.
fn last_read(chart: &Chart) -> i64 {
    let is_at_the_end = |gap: &&TimeRange| gap.from > chart.from && gap.to >= chart.to;
    chart.unwatched.last().filter(is_at_the_end).map_or(chart.to, |gap| gap.from)
}

/// Returns the numbers of sessions.
fn value_text(bands: &[Band], at: At) -> String {
    let texts: Vec<String> = bands.iter().map(|band| band.text(at)).collect();
    texts.join(", ")
}
