//! The rail at the left: the gateways, each with its state.
//!
//! - `row`: a row of the list
//! - `place`: the place of the rail, docked or over the table

mod place;
mod row;

pub(super) use place::{focus, is_docked, is_narrow, show};

use std::time::SystemTime;

use egui::{FontId, PopupCloseBehavior, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use self::row::{Note, Row, RowMark};
use super::button::Button;
use super::command::{Command, Copied, RailCommand};
use super::context_menu;
use super::error_report::ErrorReport;
use super::focus_scroll;
use super::menu::{self, Item};
use super::model::{AppState, GatewayEntry, RailState, ShownGateways};
use super::tooltip::ResponseExt as _;
use super::{fonts, icons, theme, tokens};
use crate::alert::ActiveAlert;
use crate::display;
use crate::gateway::GatewayError;
use crate::sanitize::sanitize;
use crate::settings::ALL_NAME;

/// The largest number of alerts of a gateway that a tooltip lists.
const MAX_LISTED_ALERTS: usize = 3;

/// The name of the demo gateway.
pub(super) const DEMO: &str = crate::settings::DEMO_NAME;

/// Draws the content of the rail.
fn content(ui: &mut Ui, state: &AppState, is_adding: bool, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let rect = ui.max_rect();
    title(ui, Rect::from_min_size(rect.min, vec2(rect.width(), tokens::BAR_HEIGHT)), commands);
    let foot_height = tokens::CONTROL_HEIGHT + 4.0 * tokens::UNIT;
    let foot = Rect::from_min_max(pos2(rect.left(), rect.bottom() - foot_height), rect.max);
    let list = Rect::from_min_max(
        rect.min + vec2(2.0 * tokens::UNIT, tokens::BAR_HEIGHT),
        pos2(rect.right() - 2.0 * tokens::UNIT, foot.top()),
    );
    ui.scope_builder(UiBuilder::new().max_rect(list), |ui| {
        ScrollArea::vertical().id_salt("gateways").auto_shrink(false).show(ui, |ui| {
            rows(ui, state, is_adding, commands);
            focus_scroll::follow(ui);
        });
    });
    ui.scope_builder(UiBuilder::new().max_rect(foot.shrink(2.0 * tokens::UNIT)), |ui| {
        let add = row::add_button(ui);
        // What the window shows may have no row.
        if place::takes_focus(ui) {
            add.request_focus();
        }
        if add.clicked() {
            commands.push(Command::AddGateway);
        }
    });
}

fn title(ui: &mut Ui, rect: Rect, commands: &mut Vec<Command>) {
    let p = tokens::palette(ui.visuals());
    let font = FontId::new(tokens::TYPE_CAPTION, fonts::semibold());
    let galley = ui.painter().layout_no_wrap("Gateways".to_owned(), font, p.secondary);
    let at = pos2(rect.left() + 4.0 * tokens::UNIT, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, p.secondary);
    let size = tokens::CONTROL_HEIGHT;
    // Centered above the counts of the rows.
    let min = pos2(rect.right() - 1.5 * tokens::UNIT - size, rect.center().y - size / 2.0);
    ui.scope_builder(UiBuilder::new().max_rect(Rect::from_min_size(min, vec2(size, size))), |ui| {
        let close = ui.add(Button::ghost_icon(icons::PANEL_LEFT, "Hide gateways"));
        if close.tooltip_of("Hide gateways", &Command::Rail(RailCommand::Toggle)).clicked() {
            commands.push(Command::Rail(RailCommand::Toggle));
        }
    });
}

fn rows(ui: &mut Ui, state: &AppState, is_adding: bool, commands: &mut Vec<Command>) {
    let now = state.now();
    let list = &state.gateways;
    let is_shown = |shown: &ShownGateways| list.shown == *shown && !is_adding;
    if list.entries.iter().any(|entry| entry.is_saved) {
        all_gateways(ui, list.sessions(), is_shown(&ShownGateways::All), commands);
    }
    for entry in &list.entries {
        let name = &entry.profile.name;
        let is_selected = is_shown(&ShownGateways::Gateway(name.clone()));
        gateway(ui, entry, state, is_selected, now, commands);
    }
    if is_adding {
        let mark = RowMark::Icon(icons::CIRCLE_DASHED, tokens::palette(ui.visuals()).secondary);
        let row = Row {
            name: "New gateway",
            mark,
            note: Note::None,
            has_alert: false,
            is_selected: true,
            is_address: false,
        };
        row.show(ui, "New gateway: not saved");
    }
    if is_adding || !list.entries.is_empty() {
        separator(ui);
    }
    demo(ui, state, is_shown(&ShownGateways::Demo), commands);
}

fn all_gateways(ui: &mut Ui, sessions: usize, is_selected: bool, commands: &mut Vec<Command>) {
    let row = Row {
        name: ALL_NAME,
        mark: RowMark::Icon(icons::LAYERS, tokens::palette(ui.visuals()).secondary),
        note: Note::Count(sessions),
        // Its gateways have it.
        has_alert: false,
        is_selected,
        is_address: false,
    };
    if row.show(ui, &format!("{ALL_NAME}: {}", display::sessions(sessions))).clicked() {
        commands.push(Command::Rail(RailCommand::ShowAll));
    }
}

/// Draws the line between the other gateways and the demo gateway.
fn separator(ui: &mut Ui) {
    let height = 4.0 * tokens::UNIT + tokens::LINE;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let line = rect.shrink(2.0 * tokens::UNIT);
    ui.painter().rect_filled(line, 0, tokens::palette(ui.visuals()).divider);
}

fn demo(ui: &mut Ui, state: &AppState, is_selected: bool, commands: &mut Vec<Command>) {
    let sessions = state.status.as_ref().filter(|_| state.gateways.shown == ShownGateways::Demo);
    let sessions = sessions.and_then(|status| status.dataset.as_ref()).map(|dataset| dataset.len());
    let alerts = Alerts::of(state, DEMO);
    let row = Row {
        name: DEMO,
        mark: RowMark::Ring,
        note: sessions.map_or(Note::None, Note::Count),
        has_alert: alerts.is_some(),
        is_selected,
        is_address: false,
    };
    let description = match sessions {
        Some(sessions) => format!("{DEMO}: {}", display::sessions(sessions)),
        None => format!("{DEMO}: made-up sessions"),
    };
    let description = Alerts::after(&description, alerts.as_ref());
    let lines = ["Made-up sessions, to try the program".to_owned()];
    let lines = lines.into_iter().chain(alerts.into_iter().flat_map(|alerts| alerts.lines));
    let tooltip = lines.collect::<Vec<_>>().join("\n");
    if row.show(ui, &description).tooltip_beside(tooltip).clicked() {
        commands.push(Command::ConnectDemo);
    }
}

fn gateway(
    ui: &mut Ui,
    entry: &GatewayEntry,
    state: &AppState,
    is_selected: bool,
    now: SystemTime,
    commands: &mut Vec<Command>,
) {
    let p = tokens::palette(ui.visuals());
    let name = sanitize(&entry.profile.name);
    let age = |since| age(now, since);
    let (mark, note, words) = match entry.state() {
        RailState::Unread => {
            (RowMark::Icon(icons::CIRCLE_DASHED, p.secondary), Note::None, "not read yet".to_owned())
        }
        RailState::Outdated(last) => {
            let (note, words) = match last {
                Some((count, read_at)) => {
                    let words =
                        format!("{} {} ago, not read any more", display::sessions(count), age(read_at));
                    (Note::Count(count), words)
                }
                None => (Note::None, "not read any more".to_owned()),
            };
            (RowMark::Icon(icons::CIRCLE_DASHED, p.secondary), note, words)
        }
        RailState::Fine(count) => (RowMark::Dot, Note::Count(count), display::sessions(count)),
        RailState::Degraded(count) => {
            let words = format!("{}, some nodes can't be read", display::sessions(count));
            (RowMark::Icon(icons::TRIANGLE_ALERT, p.warning), Note::Count(count), words)
        }
        RailState::Failing(since) => {
            let words = format!("can't be read for {}", age(since));
            // The marks of the gateway bar for the same errors.
            let mark = match entry.error() {
                Some(GatewayError::Certificate(_)) => RowMark::Icon(icons::SHIELD_ALERT, p.warning),
                _ => RowMark::Icon(icons::UNPLUG, p.error),
            };
            (mark, Note::Error(age(since)), words)
        }
        RailState::Unreachable(since) => {
            let words = format!("unreachable for {}", age(since));
            (RowMark::Icon(icons::UNPLUG, p.error), Note::Error(age(since)), words)
        }
        RailState::SignIn => (
            RowMark::Icon(icons::KEY_ROUND, p.warning),
            Note::Warning("Sign in".to_owned()),
            "sign in".to_owned(),
        ),
    };
    let short =
        if entry.is_saved { name.clone() } else { short_address(entry, &state.gateways.entries).into() };
    let alerts = Alerts::of(state, &entry.profile.name);
    let has_alert = alerts.is_some();
    let row = Row { name: &short, mark, note, has_alert, is_selected, is_address: !entry.is_saved };
    let response = row.show(ui, &Alerts::after(&format!("{name}: {words}"), alerts.as_ref()));
    let addresses: Vec<String> = entry.profile.nodes().iter().map(ToString::to_string).collect();
    let title = Some(name.into_owned()).filter(|name| addresses != [&**name]);
    let lines = title.into_iter().chain(addresses);
    let lines = lines.chain(matches!(entry.state(), RailState::Outdated(..)).then_some(words));
    let lines = lines.chain(entry.error().map(|error| ErrorReport::new(error).summary().to_owned()));
    let lines = lines.chain(alerts.into_iter().flat_map(|alerts| alerts.lines));
    let response = response.tooltip_beside(lines.collect::<Vec<_>>().join("\n"));
    if response.clicked() {
        commands.push(Command::Connect(entry.profile.name.clone()));
    }
    let by_key = response.has_focus() && context_menu::is_key_pressed(ui);
    let by_key = by_key.then(|| response.rect.left_bottom());
    context_menu::show(&response, by_key, PopupCloseBehavior::CloseOnClick, |ui, takes_focus| {
        menu(ui, entry, takes_focus, commands);
    });
}

/// The alerts of a gateway that are firing.
struct Alerts {
    number: usize,
    /// The first ones, and how many others there are.
    lines: Vec<String>,
}

impl Alerts {
    /// Returns the alerts of a gateway; `None` if none is firing.
    fn of(state: &AppState, gateway: &str) -> Option<Self> {
        let firing = state.alerts.of_gateway(gateway);
        let number = firing.clone().count();
        let line = |active: &ActiveAlert| {
            format!("Alert: {}: {}", sanitize(&active.rule.name), active.incident.text)
        };
        let mut lines: Vec<String> = firing.take(MAX_LISTED_ALERTS).map(line).collect();
        if number > lines.len() {
            let others = display::counted(number - lines.len(), "more alert", "more alerts");
            lines.push(format!("and {others}"));
        }
        (number > 0).then_some(Self { number, lines })
    }

    /// Returns a description with the number of alerts after it.
    fn after(description: &str, alerts: Option<&Self>) -> String {
        match alerts.map(|alerts| alerts.number) {
            None => description.to_owned(),
            Some(1) => format!("{description}, 1 alert is firing"),
            Some(number) => format!("{description}, {} alerts are firing", display::number(number)),
        }
    }
}

/// Returns the address of a gateway that isn't saved, without its scheme unless that distinguishes it from another one.
fn short_address(entry: &GatewayEntry, others: &[GatewayEntry]) -> String {
    let node = &entry.profile.nodes()[0];
    let is_same_place = |other: &&GatewayEntry| {
        let other = &other.profile.nodes()[0];
        other.authority() == node.authority() && other.is_https() != node.is_https()
    };
    let is_ambiguous = others.iter().filter(|other| !other.is_saved).any(|other| is_same_place(&other));
    if is_ambiguous { node.to_string() } else { node.authority() }
}

/// Draws the menu of a gateway.
fn menu(ui: &mut Ui, entry: &GatewayEntry, takes_focus: bool, commands: &mut Vec<Command>) {
    let name = &entry.profile.name;
    menu::start(ui, theme::RAIL_MENU_WIDTH);
    let (first, command) = if entry.is_saved {
        (Item::new("Edit…").icon(icons::SETTINGS), Command::EditGateway(Some(name.clone())))
    } else {
        let command = RailCommand::SaveRecent(name.clone());
        (Item::new("Save…").icon(icons::BOOKMARK), Command::Rail(command))
    };
    let first = ui.add(first);
    if takes_focus {
        first.request_focus();
    }
    if first.clicked() {
        commands.push(command);
    }
    if ui.add(Item::new("Sign in…").icon(icons::KEY_ROUND)).clicked() {
        commands.push(Command::AskSignIn(Some(name.clone())));
    }
    if ui.add(Item::new("Copy address").icon(icons::COPY)).clicked() {
        let addresses: Vec<String> = entry.profile.nodes().iter().map(ToString::to_string).collect();
        commands.push(Command::Copy(Copied::Text(addresses.join(" "))));
    }
    menu::line(ui);
    let remove = if entry.is_saved { "Remove…" } else { "Remove from the list" };
    // What isn't saved is only forgotten.
    let item = Item::new(remove).icon(icons::X);
    if ui.add(if entry.is_saved { item.danger() } else { item }).clicked() {
        commands.push(Command::Rail(RailCommand::Remove(name.clone())));
    }
}

/// Returns the time since something happened, in its largest unit.
fn age(now: SystemTime, since: SystemTime) -> String {
    let seconds = now.duration_since(since).unwrap_or_default().as_secs();
    match (seconds / 86_400, seconds / 3_600, seconds / 60) {
        (0, 0, 0) => "< 1 min".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, _) => format!("{hours} h"),
        (days, ..) => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn recent_addresses_have_a_scheme_where_two_differ_by_it() {
        let recent = |address: &str| crate::gateway::Profile::from_address(address).unwrap();
        let addresses = ["http://127.0.0.1:8088", "http://n1:8043", "https://n1:8043", "n2", "http://n3:80"];
        let mut list = super::super::model::GatewayList::default();
        list.set(&[], &addresses.map(recent));
        let shown: Vec<String> =
            list.entries.iter().map(|entry| short_address(entry, &list.entries)).collect();
        assert_eq!(shown, ["127.0.0.1:8088", "http://n1:8043", "https://n1:8043", "n2:8088", "n3:80"]);
    }

    #[test]
    fn ages_have_one_unit() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let ages = [0, 59, 60, 12 * 60 + 59, 3_600, 86_399, 86_400, 300_000]
            .map(|seconds| age(now, now - Duration::from_secs(seconds)));
        assert_eq!(ages, ["< 1 min", "< 1 min", "1 min", "12 min", "1 h", "23 h", "1 d", "3 d"]);
        // A clock that was set back.
        assert_eq!(age(now, now + Duration::from_secs(100)), "< 1 min");
    }
}
