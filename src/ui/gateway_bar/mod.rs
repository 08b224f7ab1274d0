//! The bar at the top of the window: the gateway, its state and its commands. It is the banner of a gateway that doesn't
//! answer.

mod address;
mod alerts;
mod menu;
mod nodes;
mod past;
mod status;

use std::time::SystemTime;

use egui::{
    Color32, FontFamily, FontId, Label, Link, Popup, Rect, RectAlign, Response, RichText, Sense,
    SetOpenCommand, TextWrapMode, Ui, WidgetInfo, pos2, text::LayoutJob, text::TextWrapping, vec2,
};

use self::status::{Fact, Status};
use super::button::{self, Button};
use super::command::{Command, PastCommand, RailCommand};
use super::command_table;
use super::details_text;
use super::error_report::ErrorReport;
use super::fonts;
use super::hover;
use super::icons;
use super::menu::{self as menus, Item};
use super::model::{AppState, Drafts};
use super::popup;
use super::rail;
use super::refresh_interval;
use super::regions::{self, Bar, Edge, Room};
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use egui::accesskit::Role;

pub(super) use address::{close as close_address, open as open_address};
pub(super) use alerts::open as open_alerts;
pub(super) use past::{box_id as time_box_id, focus as focus_time_box};

/// Space at both ends of the bar, between its controls, and at both sides of a fact.
const PADDING: f32 = 2.0 * tokens::UNIT;
const GAP: f32 = tokens::UNIT;
/// The part of the bar that the name of the gateway may take.
const MAX_NAME: f32 = 0.4;
/// Minimum width of an error.
const MIN_ERROR: f32 = 20.0 * tokens::UNIT;

/// Draws the bar.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let room = Room::of(ui.ctx());
    let now = state.now();
    let status = Status::of(state, room, now);
    if let Some(time) = status.repaint_after {
        ui.ctx().request_repaint_after(time);
    }
    let p = palette(ui.visuals());
    let ground = match (&state.past, status.is_unreachable, status.is_paused) {
        (Some(_), ..) => p.past_ground,
        (None, true, _) => p.error_ground,
        (None, _, true) => p.warning_ground,
        _ => p.surface,
    };
    let padding = regions::sides(PADDING, PADDING);
    let bar = Bar { name: "Gateway bar", rect, ground, line: Edge::Bottom, padding, gap: GAP };
    bar.show(ui, |ui| {
        let controls = controls(&status, state, room);
        let width = controls.iter().map(|control| control.width(ui, state) + GAP).sum::<f32>();
        let right = ui.max_rect().right();
        if !rail::is_docked(ui.ctx(), state) {
            let open = ui.add(Button::ghost_icon(icons::PANEL_LEFT, "Show gateways"));
            if open.tooltip_of("Show gateways", &Command::Rail(RailCommand::Toggle)).clicked() {
                commands.push(Command::Rail(RailCommand::Toggle));
            }
        }
        let name = name_button(ui, state, &status, MAX_NAME * rect.width());
        menu::show(&name, state, commands);
        address::show(&name, drafts, commands);
        match &state.past {
            Some(past) => past::show(ui, right - width, past, state, drafts, commands),
            None => facts(ui, right - width, state, &status, now, commands),
        }
        ui.add_space((right - width + GAP - ui.cursor().left()).max(0.0));
        for control in controls {
            control.show(ui, state, &status, commands);
        }
    });
}

/// Draws the mark and the name of the gateway, which open its menu.
fn name_button(ui: &mut Ui, state: &AppState, status: &Status, max_width: f32) -> Response {
    let p = palette(ui.visuals());
    let text = if state.gateway.is_empty() { "No gateway" } else { &state.gateway };
    let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
    let fixed = 4.0 * PADDING + tokens::ICON + tokens::ICON_SMALL;
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, p.text);
    job.wrap = TextWrapping::truncate_at_width((max_width - fixed).max(0.0));
    let galley = ui.painter().layout_job(job);
    let size = vec2(fixed + galley.size().x, tokens::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), "Saved gateways"));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(format!("{text}: {}", status.word)));
    let painter = ui.painter();
    let is_open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    let ground = hover::ground(&response, p, Color32::TRANSPARENT);
    let ground = if is_open { p.pressed } else { ground };
    painter.rect_filled(rect, tokens::RADIUS_CONTROL, ground);
    let y = rect.center().y;
    let mut x = rect.left() + PADDING;
    let center = pos2(x + tokens::ICON / 2.0, y);
    if state.past.is_some() {
        icons::HISTORY.paint(painter, center, tokens::ICON, p.link);
    } else {
        status.mark.paint(painter, center, ui.visuals());
    }
    x += tokens::ICON + PADDING;
    let text_width = galley.size().x;
    painter.galley(pos2(x, y - galley.size().y / 2.0), galley, p.text);
    x += text_width + PADDING;
    let center = pos2(x + tokens::ICON_SMALL / 2.0, y);
    icons::CHEVRON_DOWN.paint(painter, center, tokens::ICON_SMALL, p.secondary);
    if response.has_focus() {
        button::paint_focus(ui, rect, false);
    }
    response.tooltip(format!("{text}\n{}", status.word))
}

/// Draws the facts, up to `right`. What has no room is truncated.
fn facts(
    ui: &mut Ui,
    right: f32,
    state: &AppState,
    status: &Status,
    now: SystemTime,
    commands: &mut Vec<Command>,
) {
    let p = palette(ui.visuals());
    let rest = if status.is_tinted() { p.text } else { p.secondary };
    let regular = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let bold = FontId::new(tokens::TYPE_SECONDARY, fonts::semibold());
    let max_rect = ui.available_rect_before_wrap();
    let max_rect = max_rect.with_max_x(right.max(max_rect.left()));
    let builder = egui::UiBuilder::new().max_rect(max_rect).layout(*ui.layout());
    let mut child = ui.new_child(builder);
    child.shrink_clip_rect(max_rect);
    child.spacing_mut().item_spacing.x = 0.0;
    let others = status.facts.iter().map(|fact| match fact {
        Fact::Nodes { running, all } => nodes_label(*running, *all, rest, p).width(ui),
        Fact::Text(text, _) | Fact::Warning(text) | Fact::SignIn { text, .. } => {
            text_width(ui, text, &regular)
        }
        Fact::Strong(text) => text_width(ui, text, &bold),
        Fact::Error(_) => 0.0,
    });
    let error_width = max_rect.width() - others.sum::<f32>() - 2.0 * PADDING;
    for fact in &status.facts {
        let (text, name, font, color) = match fact {
            Fact::Nodes { running, all } => {
                nodes_button(&mut child, state, *running, *all, rest, now, commands);
                continue;
            }
            Fact::Text(text, name) => (text, name.as_ref(), &regular, rest),
            Fact::Error(text) => {
                error(&mut child, text, bold.clone(), error_width);
                continue;
            }
            Fact::Strong(text) => (text, None, &bold, p.text),
            Fact::Warning(text) => (text, None, &regular, p.warning),
            Fact::SignIn { text, gateway } => {
                child.add_space(PADDING);
                let text =
                    RichText::new(text).font(regular.clone()).line_height(Some(tokens::LINE_SECONDARY));
                let link = Link::new(text.color(p.link));
                if child.add(link).clicked() {
                    commands.push(Command::Connect(gateway.clone()));
                }
                child.add_space(PADDING);
                continue;
            }
        };
        child.add_space(PADDING);
        child.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
        let text = RichText::new(text).font(font.clone()).line_height(Some(tokens::LINE_SECONDARY));
        let label = child.add(Label::new(text.color(color)));
        if let Some(name) = name {
            label.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
        }
        child.add_space(PADDING);
    }
    ui.advance_cursor_after_rect(max_rect.with_max_x(child.min_rect().right().min(right)));
}

/// Returns the width of a fact.
fn text_width(ui: &Ui, text: &str, font: &FontId) -> f32 {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
    galley.size().x + 2.0 * PADDING
}

/// Draws the error, which is truncated so that the facts after it have room.
fn error(ui: &mut Ui, text: &str, font: FontId, width: f32) {
    let format = fonts::format(font, palette(ui.visuals()).text);
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = TextWrapping::truncate_at_width(width.max(MIN_ERROR));
    let galley = ui.painter().layout_job(job);
    let is_truncated = galley.elided;
    ui.add_space(PADDING);
    let label = ui.add(Label::new(galley).extend());
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    if is_truncated {
        label.tooltip(text);
    }
    ui.add_space(PADDING);
}

/// Draws the number of nodes that answer, with the menu of all nodes.
fn nodes_button(
    ui: &mut Ui,
    state: &AppState,
    running: usize,
    all: usize,
    color: Color32,
    now: SystemTime,
    commands: &mut Vec<Command>,
) {
    let menu = ui.add(nodes_label(running, all, color, palette(ui.visuals())));
    nodes::show(&menu, state, now, commands);
    menu.tooltip("The state of each node");
}

/// Returns the button with the number of nodes that answer.
fn nodes_label(running: usize, all: usize, color: Color32, p: &tokens::Palette) -> Button<'static> {
    let color = if running < all { p.warning } else { color };
    let button = Button::ghost(format!("{running} of {all} nodes")).small().color(color).name("Nodes");
    if running < all { button.trailing(icons::CHEVRON_DOWN) } else { button }
}

/// The name of the button that pauses the table.
const PAUSE: &str = "Pause the table";

/// The name of the button of the palette.
const PALETTE: &str = "All commands";

/// Why the gateway can't be read at the moment.
const SIGN_IN_FIRST: &str = "Sign in first";

/// A control at the right end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    Details,
    Retry,
    Refresh,
    Interval,
    Pause,
    Resume,
    Live,
    Line,
    Palette,
    Alerts,
    /// The settings; in a compact window, the list of alerts opens there.
    Settings {
        has_alerts: bool,
    },
}

/// Returns the controls in order.
fn controls(status: &Status, state: &AppState, room: Room) -> Vec<Control> {
    let mut last = vec![Control::Line, Control::Palette];
    if !room.is_compact {
        last.push(Control::Alerts);
    }
    last.push(Control::Settings { has_alerts: room.is_compact });
    if state.past.is_some() {
        last.insert(0, Control::Live);
        return last;
    }
    let mut controls = Vec::new();
    if status.report.as_ref().is_some_and(|report| report.has_causes() || report.has_advice()) {
        controls.push(Control::Details);
    }
    if status.is_unreachable {
        controls.push(Control::Retry);
    } else {
        controls.extend([Control::Refresh, Control::Interval]);
    }
    if state.pause.is_some() {
        controls.push(Control::Resume);
    } else if !status.is_unreachable {
        controls.push(Control::Pause);
    }
    controls.append(&mut last);
    controls
}

impl Control {
    fn button(self, ctx: &egui::Context, state: &AppState) -> Button<'static> {
        let room = Room::of(ctx);
        match self {
            Self::Details => Button::ghost("Details").small().name("Error details"),
            Self::Retry => Button::primary("Retry").icon(icons::ROTATE_CW).small().name("Refresh"),
            Self::Refresh => {
                let interval = refresh_interval::short_text(state.refresh.unwrap_or_default());
                Button::ghost(interval).icon(icons::ROTATE_CW).split_action().name("Refresh")
            }
            Self::Interval => {
                Button::ghost("").trailing(icons::CHEVRON_DOWN).split_menu().name("Refresh interval")
            }
            Self::Pause => Button::ghost_icon(icons::CIRCLE_PAUSE, PAUSE),
            Self::Resume => Button::primary("Resume").icon(icons::PLAY).small(),
            Self::Live => past::live_button(),
            Self::Palette if room.is_compact || state.past.is_some() => {
                Button::ghost_icon(icons::SEARCH, PALETTE)
            }
            Self::Palette => {
                let keys = command_table::keys_of(&Command::OpenPalette).unwrap_or_default();
                Button::ghost(keys).icon(icons::SEARCH).name(PALETTE)
            }
            Self::Alerts => alerts::button(&state.alerts, palette(&ctx.global_style().visuals)),
            Self::Line | Self::Settings { .. } => Button::ghost_icon(icons::SETTINGS, "Settings"),
        }
    }

    /// Returns the width, without the space before the next control.
    fn width(self, ui: &Ui, state: &AppState) -> f32 {
        match self {
            Self::Line => tokens::LINE + 2.0 * GAP,
            // Its menu is a part of the same control.
            Self::Refresh => self.button(ui.ctx(), state).width(ui) + tokens::LINE - GAP,
            // A filled button stands apart from the line after it.
            Self::Retry | Self::Resume | Self::Live => self.button(ui.ctx(), state).width(ui) + GAP,
            _ => self.button(ui.ctx(), state).width(ui),
        }
    }

    fn show(self, ui: &mut Ui, state: &AppState, status: &Status, commands: &mut Vec<Command>) {
        let p = palette(ui.visuals());
        match self {
            Self::Details => {
                let color = if status.is_unreachable { p.text } else { p.secondary };
                let details = ui.add(self.button(ui.ctx(), state).color(color));
                if let Some(report) = &status.report {
                    details_popup(&details, report, commands);
                }
            }
            Self::Retry => {
                refresh(ui, self.button(ui.ctx(), state), state, commands);
                ui.add_space(GAP);
            }
            Self::Refresh => {
                ui.spacing_mut().item_spacing.x = tokens::LINE;
                refresh(ui, self.button(ui.ctx(), state), state, commands);
                ui.spacing_mut().item_spacing.x = GAP;
            }
            Self::Pause => {
                let button = ui.add_enabled(state.table_status().is_some(), self.button(ui.ctx(), state));
                if button.tooltip_of(PAUSE, &Command::TogglePause).clicked() {
                    commands.push(Command::TogglePause);
                }
            }
            Self::Resume => {
                let button = ui.add(self.button(ui.ctx(), state));
                if button.tooltip_of("Show what has changed", &Command::TogglePause).clicked() {
                    commands.push(Command::TogglePause);
                }
                ui.add_space(GAP);
            }
            Self::Live => {
                let command = Command::Past(PastCommand::Leave);
                let button = ui.add(self.button(ui.ctx(), state));
                if button.tooltip_of("Show who is on now", &command).clicked() {
                    commands.push(command);
                }
                ui.add_space(GAP);
            }
            Self::Interval => interval(ui, self.button(ui.ctx(), state), state, commands),
            Self::Line => {
                let is_tinted = status.is_tinted() || state.past.is_some();
                regions::separator_in(ui, if is_tinted { p.control_border } else { p.divider });
            }
            Self::Palette => {
                let palette = ui.add(self.button(ui.ctx(), state));
                if palette.tooltip_of(PALETTE, &Command::OpenPalette).clicked() {
                    commands.push(Command::OpenPalette);
                }
            }
            Self::Alerts => {
                let bell = ui.add(self.button(ui.ctx(), state));
                alerts::show(&bell, true, state, commands);
                let summary = alerts::summary(&state.alerts);
                bell.tooltip(if summary.is_empty() { "Alerts".to_owned() } else { summary });
            }
            Self::Settings { has_alerts } => {
                let settings = ui.add(self.button(ui.ctx(), state));
                if has_alerts {
                    alerts::show(&settings, false, state, commands);
                }
                if settings.tooltip_of("Settings", &Command::OpenSettings).clicked() {
                    commands.push(Command::OpenSettings);
                }
            }
        }
    }
}

/// Draws a button that reads the gateway now.
fn refresh(ui: &mut Ui, button: Button<'_>, state: &AppState, commands: &mut Vec<Command>) {
    let button = ui.add_enabled(state.can_refresh(), button);
    let button = if state.is_sign_in() {
        button.tooltip(SIGN_IN_FIRST)
    } else {
        button.tooltip_of("Read the gateway now", &Command::Refresh)
    };
    if button.clicked() {
        commands.push(Command::Refresh);
    }
}

/// Draws the popup with an error and its causes while it is open.
fn details_popup(button: &Response, report: &ErrorReport, commands: &mut Vec<Command>) {
    let set = button.clicked().then_some(SetOpenCommand::Toggle);
    let id = Popup::default_response_id(button);
    popup::return_focus_to_button(button, id);
    let popup = popup::panel(id, button, RectAlign::BOTTOM_END);
    popup.open_memory(set).show(|ui| {
        ui.set_width(theme::DIALOG_WIDTH.min(popup::max_width(ui)));
        let texts = [report.summary()].into_iter().chain(report.causes().iter().map(String::as_str));
        details_text::texts(ui, texts, report.full_text(), commands);
    });
}

/// Draws the button with the menu of refresh intervals.
fn interval(ui: &mut Ui, button: Button<'_>, state: &AppState, commands: &mut Vec<Command>) {
    let current = state.refresh.unwrap_or_default();
    let button = ui.add_enabled(!state.is_sign_in(), button);
    ui.ctx().accesskit_node_builder(button.id, |node| node.set_value(refresh_interval::text(current)));
    menus::popup(&button).show(|ui| {
        menus::start(ui, 0.0);
        for interval in refresh_interval::choices() {
            let item = Item::new(refresh_interval::text(interval)).radio(interval == current);
            if ui.add(item).clicked() {
                commands.push(Command::RefreshEvery((!interval.is_zero()).then_some(interval)));
            }
        }
    });
    button.tooltip(if state.is_sign_in() { SIGN_IN_FIRST } else { "Refresh interval" });
}
