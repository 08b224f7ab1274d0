//! The top of the window: which gateway, how it stands with it, and how old the table is.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Local};
use egui::{Align, Button, ComboBox, Key, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::a11y_hidden;
use super::command::Command;
use super::model::{AppState, Drafts, Health};
use super::theme::{self, Severity};
use crate::gateway::{GatewayInfo, Role};

/// From this age on a table says how old it is, even if all is well.
const WORTH_SAYING: Duration = Duration::from_mins(1);
/// The intervals to choose from, in seconds.
pub(super) const INTERVALS: [u64; 7] = [1, 2, 5, 10, 30, 60, 300];

/// Draws the bar.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        gateway(ui, state, drafts, commands);
        if ui.button("Refresh").on_hover_text("Read the gateway now (F5)").clicked() {
            commands.push(Command::Refresh);
        }
        interval(ui, state, commands);
    });
    ui.horizontal(|ui| {
        let now = SystemTime::now();
        nodes(ui, state, now);
        health(ui, state, drafts.gateway_error.as_deref(), now);
    });
}

fn gateway(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let edit = TextEdit::singleline(&mut drafts.gateway)
        .hint_text("http://host:8088")
        .desired_width(theme::GATEWAY_WIDTH);
    let edit = ui.add(edit).accessible_name("Gateway address");
    let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if edit.changed() {
        drafts.gateway_error = None;
    }
    let menu = ui.menu_button("▼", |ui| saved(ui, state, commands)).response;
    if menu.clicked() {
        commands.push(Command::ReadSettings);
    }
    menu.on_hover_text("Saved gateways").accessible_name("Saved gateways");
    if ui.button("Connect").on_hover_text("Watch this gateway").clicked() || entered {
        commands.push(Command::Connect(drafts.gateway.clone()));
    }
}

/// The saved gateways, and what can be done about them.
fn saved(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    ui.set_min_width(theme::MENU_WIDTH);
    ScrollArea::vertical().max_height(theme::NODES_HEIGHT).show(ui, |ui| {
        for name in &state.profiles {
            ui.horizontal(|ui| {
                let size = vec2(theme::MENU_WIDTH, ui.spacing().interact_size.y);
                let connect =
                    ui.allocate_ui_with_layout(size, Layout::top_down_justified(Align::LEFT), |ui| {
                        ui.add(Button::new(name).truncate())
                    });
                if connect.inner.clicked() {
                    commands.push(Command::Connect(name.clone()));
                    ui.close();
                }
                let edit = ui.button("Edit").on_hover_text("Change or delete it");
                if edit.accessible_name(format!("Edit {name}…")).clicked() {
                    commands.push(Command::EditGateway(Some(name.clone())));
                    ui.close();
                }
            });
        }
    });
    if !state.profiles.is_empty() {
        ui.separator();
    }
    let is_unsaved = state.can_edit && !state.profiles.contains(&state.gateway);
    if is_unsaved && ui.button("Save this gateway…").clicked() {
        commands.push(Command::EditGateway(None));
        ui.close();
    }
    if ui.button("Add a gateway…").clicked() {
        commands.push(Command::AddGateway);
        ui.close();
    }
}

fn interval(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let choice = ComboBox::from_id_salt("refresh interval")
        .selected_text(every(state.refresh))
        .width(96.0)
        .show_ui(ui, |ui| {
            let intervals = INTERVALS.map(|seconds| Some(Duration::from_secs(seconds)));
            for interval in std::iter::once(None).chain(intervals) {
                if ui.selectable_label(interval == state.refresh, every(interval)).clicked() {
                    commands.push(Command::RefreshEvery(interval));
                }
            }
        });
    let choice = choice.response.accessible_name("Refresh interval");
    ui.ctx().accesskit_node_builder(choice.id, |node| node.set_value(every(state.refresh)));
}

/// An interval in words; `None` is for only when told.
pub(super) fn every(interval: Option<Duration>) -> String {
    match interval.map(|interval| interval.as_secs()) {
        None => "not by itself".to_owned(),
        Some(seconds) if seconds >= 60 && seconds % 60 == 0 => format!("every {} min", seconds / 60),
        Some(seconds) => format!("every {seconds} s"),
    }
}

fn health(ui: &mut Ui, state: &AppState, gateway_error: Option<&str>, now: SystemTime) {
    // What is read all the time tells the minute: a second that is not painted anew would soon be wrong.
    let is_steady = state.refresh.is_some_and(|refresh| refresh < WORTH_SAYING);
    let as_of = state.as_of().map(|as_of| as_of_text(as_of, now, state.is_stale(), is_steady));
    let as_of = as_of.as_deref();
    if let Some(fault) = gateway_error {
        line(ui, Severity::Fault, "▲", fault);
        return;
    }
    if let Some(as_of) = state.as_of() {
        // A table that is old says so, also where nobody asked for a newer one.
        let old = now.duration_since(as_of).unwrap_or_default();
        let until_old = WORTH_SAYING.saturating_sub(old).max(WORTH_SAYING / 2);
        ui.ctx().request_repaint_after(if is_steady { until_next_minute(now) } else { until_old });
    }
    match state.health() {
        Health::Connecting => {
            let text = if state.gateway.is_empty() {
                "no gateway yet; type its address and connect".to_owned()
            } else {
                format!("{}: connecting…", state.gateway)
            };
            line(ui, Severity::Warning, "○", &text);
        }
        Health::Running(info) => {
            let cold = info.is_some_and(|info| info.role == Some(Role::ColdBackup));
            let tone = if cold { Severity::Warning } else { Severity::Good };
            let reading = state.is_reading().then_some("reading…");
            let without = without(state);
            let parts =
                [Some(identity(&state.gateway, info)), Some(running(info)), as_of.map(Into::into), without];
            let text: Vec<String> = parts.into_iter().flatten().chain(reading.map(Into::into)).collect();
            line(ui, tone, "●", &text.join(" · "));
        }
        Health::Degraded(url, error, others) => {
            let others = match others {
                0 => String::new(),
                others => format!(" (and {others} more nodes don't answer)"),
            };
            let text = format!("{}, {url}: {error}{others}", state.gateway);
            lost(ui, state, now, Severity::Warning, &text, as_of);
        }
        Health::Unreachable(error) => {
            let text = format!("{}: {error}", state.gateway);
            lost(ui, state, now, Severity::Fault, &text, as_of);
        }
    }
}

/// The line for a gateway that does not answer. What counts, the age, stands first; the rest may be cut.
fn lost(ui: &mut Ui, state: &AppState, now: SystemTime, tone: Severity, text: &str, as_of: Option<&str>) {
    let again = if state.is_reading() {
        Some("asking again…".to_owned())
    } else {
        state.next_read().map(|next| {
            let left = next.duration_since(now).unwrap_or_default();
            format!("asked again in {}", age(left + Duration::from_millis(999)))
        })
    };
    let parts = [as_of.map(str::to_owned), again, Some(text.to_owned())];
    let text: Vec<String> = parts.into_iter().flatten().collect();
    line(ui, tone, "▲", &text.join(" · "));
    // The age and the time left count on; once a second is soon enough, and only while something is wrong.
    ui.ctx().request_repaint_after(Duration::from_secs(1));
}

fn line(ui: &mut Ui, tone: Severity, sign: &str, text: &str) {
    let colour = theme::colour(ui.visuals(), tone);
    a11y_hidden::text(ui, sign, colour, 0.0);
    let text = RichText::new(text);
    let text = if matches!(tone, Severity::Good) { text } else { text.color(colour) };
    ui.add(egui::Label::new(text).truncate());
}

/// Which lists a gateway lacks, as one without that module does.
fn without(state: &AppState) -> Option<String> {
    let mut kinds: Vec<String> = Vec::new();
    for node in state.status.iter().flat_map(|status| &status.nodes) {
        for kind in &node.missing {
            let kind = kind.to_string();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    (!kinds.is_empty()).then(|| format!("without {}", kinds.join(" and ")))
}

/// How it stands with each of several nodes.
fn nodes(ui: &mut Ui, state: &AppState, now: SystemTime) {
    let Some(status) = state.status.as_ref().filter(|status| status.nodes.len() > 1) else {
        return;
    };
    let well = status.nodes.iter().filter(|node| node.error.is_none() && node.updated_at.is_some()).count();
    let menu = ui.menu_button(format!("{well} of {} nodes ▼", status.nodes.len()), |ui| {
        ScrollArea::vertical().max_height(theme::NODES_HEIGHT).show(ui, |ui| {
            for node in &status.nodes {
                let (sign, tone) = match (&node.error, node.updated_at) {
                    (Some(_), _) => ("▲", Severity::Fault),
                    (None, None) => ("○", Severity::Warning),
                    (None, Some(_)) => ("●", Severity::Good),
                };
                let said = match &node.error {
                    Some(error) => error.to_string(),
                    None => running(node.info.as_ref()),
                };
                let as_of = node.updated_at.map(|as_of| as_of_text(as_of, now, node.error.is_some(), false));
                let parts = [Some(identity(&node.url.authority(), node.info.as_ref())), Some(said), as_of];
                let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
                ui.horizontal(|ui| {
                    a11y_hidden::text(ui, sign, theme::colour(ui.visuals(), tone), 0.0);
                    ui.label(text);
                });
            }
        });
    });
    menu.response.accessible_name("Nodes");
}

/// What the gateway is called, by us and by itself.
fn identity(ours: &str, info: Option<&GatewayInfo>) -> String {
    match info.and_then(|info| info.name.as_deref()) {
        Some(name) if name != ours => format!("{ours} ({name})"),
        _ => ours.to_owned(),
    }
}

fn running(info: Option<&GatewayInfo>) -> String {
    let version = info.and_then(|info| info.version.as_ref()).map(ToString::to_string);
    let role = info.and_then(|info| info.role).map(|role| match role {
        Role::ColdBackup => format!("{role}: its sessions may be on the master"),
        _ => role.to_string(),
    });
    let parts = [Some("running".to_owned()), version, role];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn until_next_minute(now: SystemTime) -> Duration {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    WORTH_SAYING.saturating_sub(Duration::from_secs(now.as_secs() % 60))
}

/// When the table was read: with the date where that was another day, with its age where that matters, and to the second
/// unless it is read all the time.
fn as_of_text(as_of: SystemTime, now: SystemTime, stale: bool, is_steady: bool) -> String {
    let old = now.duration_since(as_of).unwrap_or_default();
    let (as_of, now) = (DateTime::<Local>::from(as_of), DateTime::<Local>::from(now));
    let today = as_of.date_naive() == now.date_naive();
    let is_old = stale || old >= WORTH_SAYING;
    let time = as_of.format(match (today, is_steady && !is_old) {
        (true, true) => "%H:%M",
        (true, false) => "%H:%M:%S",
        (false, _) => "%Y-%m-%d %H:%M:%S",
    });
    if is_old { format!("as of {time}, {} ago", age(old)) } else { format!("as of {time}") }
}

/// A length of time in its largest two units.
fn age(length: Duration) -> String {
    let seconds = length.as_secs();
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_two_units_at_most() {
        let ages = [0, 59, 60, 3_599, 11_520, 90_000].map(|seconds| age(Duration::from_secs(seconds)));
        assert_eq!(ages, ["0 s", "59 s", "1 min 0 s", "59 min 59 s", "3 h 12 min", "1 d 1 h"]);
    }

    #[test]
    fn an_interval_is_told_in_its_unit() {
        let told =
            [None, Some(5), Some(90), Some(300)].map(|seconds| every(seconds.map(Duration::from_secs)));
        assert_eq!(told, ["not by itself", "every 5 s", "every 90 s", "every 5 min"]);
    }
}
