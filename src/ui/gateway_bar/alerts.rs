//! The bell with the number of alerts that are firing, and the list of alerts below it.

use std::cmp::Reverse;
use std::collections::HashSet;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align, Color32, Context, FontFamily, FontId, Id, Label, Layout, Popup, PopupCloseBehavior, Response,
    ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::super::activity_rows::LiveAlert;
use super::super::button::Button;
use super::super::command::{ActivityCommand, Command};
use super::super::focus_scroll;
use super::super::fonts;
use super::super::hover;
use super::super::icons::{self, Icon};
use super::super::menu::{self, Item};
use super::super::model::{AlertList, AppState, SettingsPage};
use super::super::popup;
use super::super::small_text;
use super::super::theme;
use super::super::tokens::{self, Palette, palette};
use super::super::tooltip::ResponseExt as _;
use crate::alert::{ActiveAlert, Alert, Phase};
use crate::display::{Clock, DateStyle, number};
use crate::settings::DEMO_NAME;

/// The name of the button, and of the command.
pub(super) const SHOW: &str = "Show alerts";
/// The largest number of alerts of a group that are drawn.
const MAX_DRAWN: usize = 100;
/// Space at both ends of a line and between its parts.
const PADDING: f32 = 2.0 * tokens::UNIT;

/// Returns the bell.
pub(super) fn button(alerts: &AlertList, p: &Palette) -> Button<'static> {
    match alerts.firing.len() {
        0 => Button::ghost_icon(icons::BELL, SHOW),
        firing => Button::ghost(number(firing)).icon(icons::BELL).color(p.warning).name(SHOW),
    }
}

/// Returns the number of alerts that are firing in words; empty for none.
pub(super) fn summary(alerts: &AlertList) -> String {
    match alerts.firing.len() {
        0 => String::new(),
        1 => "1 alert is firing".to_owned(),
        firing => format!("{} alerts are firing", number(firing)),
    }
}

/// The popup that the command opens.
#[derive(Clone, Copy, Debug)]
struct ListPopup(Id);

/// Opens the list.
pub(in super::super) fn open(ctx: &Context) {
    if let Some(ListPopup(id)) = ctx.data(|data| data.get_temp(Id::NULL)) {
        popup::open_from_focused(ctx, id);
    }
}

/// Draws the list while it is open. `opener` is the bell, or what is nearest where there is no room for it.
pub(super) fn show(opener: &Response, is_bell: bool, state: &AppState, commands: &mut Vec<Command>) {
    let id = Popup::default_response_id(opener);
    opener.ctx.data_mut(|data| data.insert_temp(Id::NULL, ListPopup(id)));
    let popup = if is_bell {
        menu::popup(opener)
    } else {
        popup::return_focus(&opener.ctx, id);
        Popup::from_response(opener)
            .id(id)
            .anchor(popup::anchor(opener.interact_rect))
            .gap(popup::GAP)
            .frame(popup::frame(&opener.ctx.global_style(), theme::MENU_MARGIN.into()))
            .open_memory(None)
    };
    let popup = popup.align(egui::RectAlign::BOTTOM_END);
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| contents(ui, state, commands));
}

fn contents(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let width = theme::ALERTS_WIDTH.min(popup::max_width(ui));
    menu::start(ui, width);
    ui.set_max_width(width);
    let alerts = &state.alerts;
    let clock = state.history_clock();
    ui.spacing_mut().scroll = theme::scroll_beside_contents();
    ScrollArea::vertical().max_height(theme::ALERTS_HEIGHT).show(ui, |ui| {
        if !alerts.firing.is_empty() {
            menu::title(ui, "Firing");
            let mut firing: Vec<&ActiveAlert> = alerts.firing.iter().collect();
            firing.sort_by_key(|active| Reverse(active.incident.since));
            let lines = firing.iter().map(|active| Line {
                icon: icons::BELL,
                is_firing: true,
                rule: &active.rule.name,
                text: active.incident.text.clone(),
                gateway: &active.incident.gateway,
                time: since(state.layout.dates, &clock, active.incident.since),
                alert: alerts.sent_about(active),
            });
            group(ui, lines, state, commands);
        }
        let sent = past(alerts);
        if !sent.is_empty() {
            menu::title(ui, "Last 24 hours");
            let lines = sent.iter().map(|alert| Line::sent(alert, &clock));
            group(ui, lines, state, commands);
        }
        if alerts.firing.is_empty() && sent.is_empty() {
            empty(ui, alerts);
        }
        for problem in &alerts.problems {
            note(ui, problem.summary(), palette(ui.visuals()).warning);
        }
        focus_scroll::follow(ui);
    });
    menu::line(ui);
    if ui.add(Item::new("Settings…").name("Settings of alerts…").icon(icons::SETTINGS)).clicked() {
        commands.push(Command::OpenSettingsPage(SettingsPage::Alerts));
        ui.close();
    }
}

/// Returns what was sent and isn't firing any more, the newest first.
fn past(alerts: &AlertList) -> Vec<&Alert> {
    let firing: HashSet<&str> = alerts.firing.iter().map(|active| &*active.incident.key).collect();
    let is_firing = |alert: &Alert| alert.incidents.iter().all(|incident| firing.contains(&*incident.key));
    alerts.sent.iter().filter(|alert| alert.phase == Phase::Resolved || !is_firing(alert)).collect()
}

/// Returns the start of a state as text.
fn since(style: DateStyle, clock: &Clock, time: i64) -> String {
    match style {
        DateStyle::Age => format!("for {}", clock.duration_since(time)),
        _ => format!("since {}", clock.date(time)),
    }
}

/// Draws the list without alerts: how many rules are evaluated.
fn empty(ui: &mut Ui, alerts: &AlertList) {
    menu::title(ui, "No alerts in the last 24 hours");
    let text = match alerts.rules {
        0 => {
            "No rules yet. To get an alert when a user signs in, or when a gateway can't be reached, add one \
             in the settings or in config.toml"
        }
        1 => "1 rule is evaluated",
        rules => return note(ui, &format!("{} rules are evaluated", number(rules)), secondary(ui)),
    };
    note(ui, text, secondary(ui));
}

fn secondary(ui: &Ui) -> Color32 {
    palette(ui.visuals()).secondary
}

fn note(ui: &mut Ui, text: &str, color: Color32) {
    let frame = egui::Frame::NONE.inner_margin(theme::ALERTS_NOTE_MARGIN);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        // A menu justifies its contents.
        ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
            ui.add(Label::new(small_text::text(text, color)).wrap());
        });
    });
}

/// Draws some alerts, and says how many others there are.
fn group<'a>(
    ui: &mut Ui,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
    state: &AppState,
    commands: &mut Vec<Command>,
) {
    let others = lines.len().saturating_sub(MAX_DRAWN);
    for line in lines.take(MAX_DRAWN) {
        if line.show(ui).clicked() {
            if *line.gateway != state.gateway {
                commands.push(if line.gateway == DEMO_NAME {
                    Command::ConnectDemo
                } else {
                    Command::Connect(line.gateway.to_owned())
                });
            }
            if let Some(alert) = line.alert {
                commands.push(Command::Activity(ActivityCommand::ShowAlert(Box::new(alert))));
            }
            ui.close();
        }
    }
    if others > 0 {
        note(ui, &format!("and {} more", number(others)), secondary(ui));
    }
}

/// An alert in the list.
struct Line<'a> {
    icon: Icon,
    is_firing: bool,
    rule: &'a str,
    text: String,
    gateway: &'a str,
    time: String,
    /// Its entry in the activity.
    alert: Option<LiveAlert>,
}

impl<'a> Line<'a> {
    fn sent(alert: &'a Alert, clock: &Clock) -> Self {
        let icon = if alert.phase == Phase::Resolved { icons::CIRCLE_CHECK } else { icons::BELL };
        Self {
            icon,
            is_firing: false,
            rule: &alert.rule.name,
            text: alert.text(),
            gateway: alert.incidents.first().map_or("", |incident| &incident.gateway),
            time: clock.date(alert.time),
            alert: LiveAlert::of(alert),
        }
    }

    /// Draws the name of the rule and the time, and below what has happened.
    fn show(&self, ui: &mut Ui) -> Response {
        let Self { icon, is_firing, rule, text, time, .. } = self;
        let p = palette(ui.visuals());
        let small = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
        let layout = |text: &str, font: FontId, color: Color32, width: f32, max_rows: usize| {
            let mut job = LayoutJob::single_section(text.to_owned(), fonts::format(font, color));
            job.wrap = TextWrapping { max_width: width.max(0.0), max_rows, ..TextWrapping::default() };
            ui.painter().layout_job(job)
        };
        let indent = 2.0 * PADDING + tokens::ICON;
        let room = ui.available_width() - indent - PADDING;
        let event = layout(text, small.clone(), p.secondary, room, theme::ALERT_MAX_LINES);
        let further = (event.size().y - tokens::LINE_SECONDARY).max(0.0);
        let size = vec2(ui.available_width(), theme::ALERT_ROW_HEIGHT + further);
        let time_galley = layout(time, small, p.secondary, f32::INFINITY, 1);
        let body = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
        let title = layout(rule, body, p.text, room - PADDING - time_galley.size().x, 1);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let name = format!("{rule}: {text}, {time}");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
        let painter = ui.painter();
        painter.rect_filled(
            rect,
            tokens::RADIUS_SMALL,
            hover::background(&response, p, Color32::TRANSPARENT),
        );
        let center = rect.top() + theme::ALERT_ROW_HEIGHT / 2.0;
        let distance = theme::ALERT_LINES_DISTANCE / 2.0;
        let [upper, lower] = [center - distance, center + distance];
        let color = match (*icon, is_firing) {
            (icons::CIRCLE_CHECK, _) => p.ok,
            (_, true) => p.warning,
            (_, false) => p.secondary,
        };
        icon.paint(painter, pos2(rect.left() + PADDING + tokens::ICON / 2.0, upper), tokens::ICON, color);
        let is_elided = title.elided || event.elided;
        let left = rect.left() + indent;
        let right = rect.right() - PADDING - time_galley.size().x;
        painter.galley(pos2(left, upper - title.size().y / 2.0), title, p.text);
        painter.galley(pos2(right, upper - time_galley.size().y / 2.0), time_galley, p.secondary);
        painter.galley(pos2(left, lower - tokens::LINE_SECONDARY / 2.0), event, p.secondary);
        if response.has_focus() {
            let stroke = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
            painter.rect_stroke(rect, tokens::RADIUS_SMALL, stroke, StrokeKind::Inside);
        }
        if is_elided { response.tooltip_beside(format!("{rule}\n{text}")) } else { response }
    }
}
