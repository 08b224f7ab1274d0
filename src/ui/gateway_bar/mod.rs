//! The bar at the top of the window: the gateway, its state and its commands. It turns into an error
//! banner if the gateway doesn't answer.

mod address;
mod alerts;
mod facts;
mod menu;
mod nodes;
mod past;
mod status;

use egui::{
    Color32, FontId, Popup, Rect, RectAlign, Response, Sense, SetOpenCommand, Ui, WidgetInfo, pos2,
    text::LayoutJob, text::TextWrapping, vec2,
};

use self::status::Status;
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
pub(super) use past::{box_id as time_box_id, focus as focus_time_box, left_out_counts};

/// Space at both ends of the bar, between its controls, and at both sides of a fact.
const PADDING: f32 = 2.0 * tokens::UNIT;
const GAP: f32 = tokens::UNIT;
/// The part of the bar that the name of the gateway may take, and the width that it keeps where the most important fact needs
/// room.
const MAX_NAME: f32 = 0.4;
const MIN_NAME: f32 = 28.0 * tokens::UNIT;

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
    let background = match (&state.past, status.is_unreachable, status.is_paused) {
        (Some(_), ..) => p.past_background,
        (None, true, _) => p.error_background,
        (None, _, true) => p.warning_background,
        _ => p.surface,
    };
    let padding = regions::sides(PADDING, PADDING);
    let bar = Bar { name: "Gateway bar", rect, background, line: Edge::Bottom, padding, gap: GAP };
    bar.show(ui, |ui| {
        let controls = controls(&status, state, room);
        let right = ui.max_rect().right();
        let rail_button = Button::ghost_icon(icons::PANEL_LEFT, "Show gateways");
        let has_rail_button = !rail::is_docked(ui.ctx(), state);
        let rail_width = if has_rail_button { rail_button.width(ui) + GAP } else { 0.0 };
        let [first, all] = match &state.past {
            Some(past) => [past::MIN_WIDTH, past::width(ui, past)],
            None => facts::widths(ui, &status),
        };
        let controls_width = |has_words| {
            let widths = controls.iter().map(|control| control.width(ui, state, has_words) + GAP);
            widths.sum::<f32>()
        };
        let name_room =
            |has_words, facts| ui.max_rect().width() - rail_width - GAP - facts - controls_width(has_words);
        let max_name = MAX_NAME * rect.width();
        // The filled button has no words where the name or a fact needs the room.
        let has_words = name_room(true, all) >= name_width(ui, state).min(max_name);
        let max_name = name_room(has_words, first).max(MIN_NAME).min(max_name);
        let width = controls_width(has_words);
        if has_rail_button {
            let open = ui.add(rail_button);
            if open.tooltip_of("Show gateways", &Command::Rail(RailCommand::Toggle)).clicked() {
                commands.push(Command::Rail(RailCommand::Toggle));
            }
        }
        let name = name_button(ui, state, &status, max_name);
        menu::show(&name, state, commands);
        address::show(&name, drafts, commands);
        let left_out = match &state.past {
            Some(past) => past::show(ui, right - width, past, state, drafts, commands),
            None => facts::show(ui, right - width, state, &status, now, commands),
        };
        name.tooltip([vec![name_text(state).to_owned(), status.text.clone()], left_out].concat().join("\n"));
        ui.add_space((right - width + GAP - ui.cursor().left()).max(0.0));
        for control in controls {
            control.show(ui, state, &status, has_words, commands);
        }
    });
}

/// Returns the name of the gateway, or what is shown in its place.
fn name_text(state: &AppState) -> &str {
    if state.gateway.is_empty() { "No gateway" } else { &state.gateway }
}

fn name_font() -> FontId {
    FontId::new(tokens::TYPE_TITLE, fonts::semibold())
}

/// The width of the button with the name, without the name.
const NAME_FIXED: f32 = 4.0 * PADDING + tokens::ICON + tokens::ICON_SMALL;

/// Returns the width of the button with the whole name.
fn name_width(ui: &Ui, state: &AppState) -> f32 {
    let galley = ui.painter().layout_no_wrap(name_text(state).to_owned(), name_font(), Color32::PLACEHOLDER);
    NAME_FIXED + galley.size().x
}

/// Draws the mark and the name of the gateway, which open its menu.
fn name_button(ui: &mut Ui, state: &AppState, status: &Status, max_width: f32) -> Response {
    let p = palette(ui.visuals());
    let text = name_text(state);
    let mut job = LayoutJob::simple_singleline(text.to_owned(), name_font(), p.text);
    job.wrap = TextWrapping::truncate_at_width((max_width - NAME_FIXED).max(0.0));
    let galley = ui.painter().layout_job(job);
    let size = vec2(NAME_FIXED + galley.size().x, tokens::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), "Saved gateways"));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(format!("{text}: {}", status.text)));
    let painter = ui.painter();
    let is_open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    let background = hover::background(&response, p, Color32::TRANSPARENT);
    let background = if is_open { p.pressed } else { background };
    painter.rect_filled(rect, tokens::RADIUS_CONTROL, background);
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
    response
}

/// The name of the button that pauses the table.
const PAUSE: &str = "Pause the table";

/// The name of the button of the palette.
const PALETTE: &str = "All commands";

/// The reason why the gateway can't be read at the moment.
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
    if status.report.as_ref().is_some_and(|report| report.has_causes() || report.advice().is_some()) {
        controls.push(Control::Details);
    }
    if status.is_unreachable {
        controls.push(Control::Retry);
    }
    if state.pause.is_some() {
        controls.push(Control::Resume);
    } else if !status.is_unreachable {
        controls.extend([Control::Refresh, Control::Interval, Control::Pause]);
    }
    controls.append(&mut last);
    controls
}

impl Control {
    /// Returns the button. A filled one has `has_words` or an icon; the way back from the past always has a word.
    fn button(self, ctx: &egui::Context, state: &AppState, has_words: bool) -> Button<'static> {
        let words = |words| if has_words { words } else { "" };
        let room = Room::of(ctx);
        match self {
            Self::Details => Button::ghost("Details").small().name("Error details"),
            Self::Retry => Button::primary(words("Retry")).icon(icons::ROTATE_CW).small().name("Refresh"),
            Self::Refresh => {
                let interval = refresh_interval::short_text(state.refresh.unwrap_or_default());
                Button::ghost(interval).icon(icons::ROTATE_CW).split_action().name("Refresh")
            }
            Self::Interval => {
                Button::ghost("").trailing(icons::CHEVRON_DOWN).split_menu().name("Refresh interval")
            }
            Self::Pause => Button::ghost_icon(icons::CIRCLE_PAUSE, PAUSE),
            Self::Resume => Button::primary(words("Resume")).icon(icons::PLAY).small().name("Resume"),
            Self::Live => past::live_button(has_words),
            Self::Palette if room.is_compact || state.past.is_some() => {
                Button::ghost_icon(icons::SEARCH, PALETTE)
            }
            Self::Palette => {
                let keys = command_table::keys_of(&Command::TogglePalette).unwrap_or_default();
                Button::ghost(keys).icon(icons::SEARCH).name(PALETTE)
            }
            Self::Alerts => alerts::button(&state.alerts, palette(&ctx.global_style().visuals)),
            Self::Line | Self::Settings { .. } => Button::ghost_icon(icons::SETTINGS, "Settings"),
        }
    }

    /// Returns `true` for a filled button, which has room on both sides.
    fn is_filled(self) -> bool {
        matches!(self, Self::Retry | Self::Resume | Self::Live)
    }

    /// Returns the width, without the space before the next control.
    fn width(self, ui: &Ui, state: &AppState, has_words: bool) -> f32 {
        let width = self.button(ui.ctx(), state, has_words).width(ui);
        match self {
            Self::Line => tokens::LINE + 2.0 * GAP,
            // Its menu is a part of the same control.
            Self::Refresh => width + tokens::LINE - GAP,
            _ if self.is_filled() => width + 2.0 * GAP,
            _ => width,
        }
    }

    fn show(
        self,
        ui: &mut Ui,
        state: &AppState,
        status: &Status,
        has_words: bool,
        commands: &mut Vec<Command>,
    ) {
        let p = palette(ui.visuals());
        let button = self.button(ui.ctx(), state, has_words);
        if self.is_filled() {
            ui.add_space(GAP);
        }
        match self {
            Self::Details => {
                let color = if status.is_unreachable { p.text } else { p.secondary };
                let details = ui.add(button.color(color));
                if let Some(report) = &status.report {
                    details_popup(&details, report, commands);
                }
            }
            Self::Retry => refresh(ui, button, state, commands),
            Self::Refresh => {
                ui.spacing_mut().item_spacing.x = tokens::LINE;
                refresh(ui, button, state, commands);
                ui.spacing_mut().item_spacing.x = GAP;
            }
            Self::Pause => {
                let button = ui.add_enabled(state.table_status().is_some(), button);
                if button.tooltip_of(PAUSE, &Command::TogglePause).clicked() {
                    commands.push(Command::TogglePause);
                }
            }
            Self::Resume => {
                let button = ui.add(button);
                if button.tooltip_of("Show what has changed", &Command::TogglePause).clicked() {
                    commands.push(Command::TogglePause);
                }
            }
            Self::Live => {
                let command = Command::Past(PastCommand::Leave);
                let button = ui.add(button);
                if button.tooltip_of("Show who is on now", &command).clicked() {
                    commands.push(command);
                }
            }
            Self::Interval => interval(ui, button, state, commands),
            Self::Line => {
                let is_tinted = status.is_tinted() || state.past.is_some();
                regions::separator_in(ui, if is_tinted { p.control_border } else { p.divider });
            }
            Self::Palette => {
                let palette = ui.add(button);
                if palette.tooltip_of(PALETTE, &Command::TogglePalette).clicked() {
                    commands.push(Command::TogglePalette);
                }
            }
            Self::Alerts => {
                let bell = ui.add(button);
                alerts::show(&bell, true, state, commands);
                let summary = alerts::summary(&state.alerts);
                bell.tooltip(if summary.is_empty() { "Alerts".to_owned() } else { summary });
            }
            Self::Settings { has_alerts } => {
                let settings = ui.add(button);
                if has_alerts {
                    alerts::show(&settings, false, state, commands);
                }
                if settings.tooltip_of("Settings", &Command::OpenSettings).clicked() {
                    commands.push(Command::OpenSettings);
                }
            }
        }
        if self.is_filled() {
            ui.add_space(GAP);
        }
    }
}

/// Draws a button that reads the gateway now.
fn refresh(ui: &mut Ui, button: Button<'_>, state: &AppState, commands: &mut Vec<Command>) {
    let button = ui.add_enabled(state.can_refresh(), button);
    let button = if state.needs_sign_in() {
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
    let button = ui.add_enabled(!state.needs_sign_in(), button);
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
    button.tooltip(if state.needs_sign_in() { SIGN_IN_FIRST } else { "Refresh interval" });
}
