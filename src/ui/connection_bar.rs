//! The bar at the top of the window: the gateway, its status and the age of the table.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Local};
use egui::{Align, Button, ComboBox, Id, Key, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::a11y_hidden;
use super::command::Command;
use super::error_report::ErrorReport;
use super::model::{AppState, Drafts, Health};
use super::notices::Notices;
use super::refresh_interval;
use super::theme::{self, Severity};
use crate::gateway::{GatewayInfo, Notice};
use crate::poll::NodeStatus;
use crate::sanitize::sanitize;

/// The age from which it is shown even without an error.
const MIN_SHOWN_AGE: Duration = Duration::from_mins(1);

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
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            menu(ui, commands);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                nodes(ui, state, now);
                health(ui, state, drafts.gateway_error.as_ref(), now);
            });
        });
    });
}

fn gateway(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let edit = TextEdit::singleline(&mut drafts.gateway)
        .hint_text("http://host:8088")
        .desired_width(theme::GATEWAY_WIDTH);
    let edit = ui.add(edit).accessible_name("Gateway address");
    let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if edit.changed() {
        commands.push(Command::ClearGatewayError);
    }
    let menu = ui.menu_button("▼", |ui| saved_gateways(ui, state, commands)).response;
    if menu.clicked() {
        commands.push(Command::ReadSettings);
    }
    menu.on_hover_text("Saved gateways").accessible_name("Saved gateways");
    if ui.button("Connect").on_hover_text("Connect to this gateway").clicked() || entered {
        commands.push(Command::Connect(drafts.gateway.clone()));
    }
}

/// Draws the menu of the saved gateways.
fn saved_gateways(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
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
                let edit = ui.button("Edit").on_hover_text("Edit or delete this gateway");
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
    if ui.button("Add gateway…").clicked() {
        commands.push(Command::AddGateway);
        ui.close();
    }
    if ui.button("Demo gateway").on_hover_text("Made-up sessions, to try the program").clicked() {
        commands.push(Command::ConnectDemo);
        ui.close();
    }
}

/// Draws the menu of rarely used commands.
fn menu(ui: &mut Ui, commands: &mut Vec<Command>) {
    let menu = ui.menu_button("…", |ui| {
        if ui.button("Log").on_hover_text("Show the program's log").clicked() {
            commands.push(Command::OpenLog);
            ui.close();
        }
        if ui.button("Copy diagnostics").on_hover_text("For a bug report").clicked() {
            commands.push(Command::CopyDiagnostics);
            ui.close();
        }
    });
    menu.response.on_hover_text("More").accessible_name("Menu");
}

fn interval(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let current = state.refresh.unwrap_or_default();
    let choice = ComboBox::from_id_salt("refresh interval")
        .selected_text(refresh_interval::text(current))
        .width(88.0)
        .show_ui(ui, |ui| {
            for interval in refresh_interval::choices() {
                let text = refresh_interval::text(interval);
                if ui.selectable_label(interval == current, text).clicked() {
                    let interval = (!interval.is_zero()).then_some(interval);
                    commands.push(Command::RefreshEvery(interval));
                }
            }
        });
    let choice = choice.response.accessible_name("Refresh interval");
    ui.ctx().accesskit_node_builder(choice.id, |node| node.set_value(refresh_interval::text(current)));
}

/// Draws the health of the gateway.
fn health(ui: &mut Ui, state: &AppState, gateway_error: Option<&ErrorReport>, now: SystemTime) {
    if let Some(report) = gateway_error {
        line(ui, Severity::Error, "▲", report.summary(), Some(report));
        return;
    }
    let updated = state.updated_at().map(|updated_at| {
        // A refresh without changes doesn't repaint. One repaint per second would cost too much.
        ui.ctx().request_repaint_after(until_next_minute(now));
        updated_text(updated_at, now, state.is_stale())
    });
    let notices = state.status.as_deref().map(Notices::of).unwrap_or_default();
    match state.health() {
        Health::Connecting => {
            let text = if state.gateway.is_empty() {
                "No gateway. Enter an address and connect".to_owned()
            } else {
                format!("{}: connecting…", state.gateway)
            };
            let parts: Vec<String> = [text].into_iter().chain(updated).collect();
            line(ui, Severity::Warning, "○", &parts.join(" · "), None);
        }
        Health::Running(info) => {
            let Notices { warnings, without, report } = notices;
            let (severity, sign) =
                if report.is_some() { (Severity::Warning, "▲") } else { (Severity::Good, "●") };
            let reading = state.is_reading().then(|| "Reading…".to_owned());
            // Warnings come early, because the end may be truncated.
            let mut parts = vec![identity(&state.gateway, info)];
            parts.extend(warnings);
            parts.extend([Some(running(info)), updated, without, reading].into_iter().flatten());
            line(ui, severity, sign, &parts.join(" · "), report.as_ref());
        }
        Health::Degraded(url, error, others) => {
            let report = ErrorReport::new(error);
            let others = match others {
                0 => String::new(),
                1 => " (and 1 more node)".to_owned(),
                others => format!(" (and {others} more nodes)"),
            };
            let mut text = format!("{}, {url}: {}{others}", state.gateway, report.summary());
            for warning in &notices.warnings {
                text = format!("{text} · {warning}");
            }
            failed(ui, state, now, Severity::Warning, &text, updated, &report);
        }
        Health::Unreachable(error) => {
            let report = ErrorReport::new(error);
            let text = format!("{}: {}", state.gateway, report.summary());
            failed(ui, state, now, Severity::Error, &text, updated, &report);
        }
    }
}

/// Draws the line for a gateway that doesn't answer. The cause comes first, because the end may be truncated.
fn failed(
    ui: &mut Ui,
    state: &AppState,
    now: SystemTime,
    severity: Severity,
    text: &str,
    updated: Option<String>,
    report: &ErrorReport,
) {
    let retry = if state.is_reading() {
        Some("Retrying…".to_owned())
    } else {
        state.next_read().map(|next| {
            let left = next.duration_since(now).unwrap_or_default();
            // Rounded up, so that the countdown ends with 1.
            format!("Retrying in {}", duration_text(left + Duration::from_millis(999)))
        })
    };
    let parts = [Some(text.to_owned()), updated, retry];
    let text: Vec<String> = parts.into_iter().flatten().collect();
    line(ui, severity, "▲", &text.join(" · "), Some(report));
    // For the countdown, and only while there is an error.
    ui.ctx().request_repaint_after(Duration::from_secs(1));
}

/// Draws a line, and the menu with the causes at its end, so that the menu doesn't shift the line.
fn line(ui: &mut Ui, severity: Severity, sign: &str, text: &str, report: Option<&ErrorReport>) {
    let color = theme::severity_color(ui.visuals(), severity);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if let Some(report) = report {
            report.details_menu(ui, Id::unique("connection details"));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            a11y_hidden::text(ui, sign, color, theme::SIGN_WIDTH);
            let text = RichText::new(text);
            let text = if matches!(severity, Severity::Good) { text } else { text.color(color) };
            ui.add(egui::Label::new(text).truncate());
        });
    });
}

/// Draws the menu with the status of each node, if there are several.
fn nodes(ui: &mut Ui, state: &AppState, now: SystemTime) {
    let Some(status) = state.status.as_ref().filter(|status| status.nodes.len() > 1) else {
        return;
    };
    let is_running = |node: &&NodeStatus| node.error.is_none() && node.updated_at.is_some();
    let running_nodes = status.nodes.iter().filter(is_running).count();
    let menu = ui.menu_button(format!("{running_nodes} of {} nodes ▼", status.nodes.len()), |ui| {
        ScrollArea::vertical().max_height(theme::NODES_HEIGHT).show(ui, |ui| {
            for node in &status.nodes {
                node_line(ui, node, now);
            }
        });
    });
    menu.response.accessible_name("Nodes");
}

fn node_line(ui: &mut Ui, node: &NodeStatus, now: SystemTime) {
    let report = node.error.as_ref().map(|error| ErrorReport::new(error));
    let (sign, severity, activity) = match (&report, node.updated_at) {
        (Some(report), _) => ("▲", Severity::Error, report.summary().to_owned()),
        (None, None) => ("○", Severity::Warning, "Connecting…".to_owned()),
        (None, Some(_)) if node.notices.iter().any(Notice::is_warning) => {
            ("▲", Severity::Warning, running(node.info.as_ref()))
        }
        (None, Some(_)) => ("●", Severity::Good, running(node.info.as_ref())),
    };
    let notices = node.notices.iter().map(|notice| ErrorReport::new(notice).summary().to_owned());
    let updated = node.updated_at.map(|updated_at| updated_text(updated_at, now, node.error.is_some()));
    let parts = [Some(identity(&node.url.authority(), node.info.as_ref())), Some(activity), updated];
    let text = parts.into_iter().flatten().chain(notices).collect::<Vec<_>>().join(" · ");
    ui.horizontal(|ui| {
        a11y_hidden::text(ui, sign, theme::severity_color(ui.visuals(), severity), theme::SIGN_WIDTH);
        ui.label(text);
    });
    if let Some(report) = &report {
        report.details_ui(ui, Id::unique(("node error", node.url.to_string())));
    }
}

/// Returns the name of the gateway in the settings, followed by the name that it reports if they differ.
fn identity(name: &str, info: Option<&GatewayInfo>) -> String {
    match info.and_then(|info| info.name.as_deref()) {
        Some(reported) if reported != name => format!("{name} ({})", sanitize(reported)),
        _ => name.to_owned(),
    }
}

fn running(info: Option<&GatewayInfo>) -> String {
    let version = info.and_then(|info| info.version.as_ref()).map(ToString::to_string);
    let redundancy = info.and_then(GatewayInfo::redundancy);
    let parts = [Some("Running".to_owned()), version, redundancy];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn until_next_minute(now: SystemTime) -> Duration {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    MIN_SHOWN_AGE.saturating_sub(Duration::from_secs(now.as_secs() % 60))
}

/// Returns the time of the last read, with the date unless it is today, and with its age if it is old or stale.
fn updated_text(updated_at: SystemTime, now: SystemTime, is_stale: bool) -> String {
    let age = now.duration_since(updated_at).unwrap_or_default();
    let (updated_at, now) = (DateTime::<Local>::from(updated_at), DateTime::<Local>::from(now));
    let is_today = updated_at.date_naive() == now.date_naive();
    let time = updated_at.format(if is_today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" });
    if is_stale || age >= MIN_SHOWN_AGE {
        format!("Updated {time}, {} ago", duration_text(age))
    } else {
        format!("Updated {time}")
    }
}

/// Returns a duration in its two largest units.
fn duration_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
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
    fn formats_durations_in_two_units_at_most() {
        let texts =
            [0, 59, 60, 3_599, 11_520, 90_000].map(|seconds| duration_text(Duration::from_secs(seconds)));
        assert_eq!(texts, ["0 s", "59 s", "1 min 0 s", "59 min 59 s", "3 h 12 min", "1 d 1 h"]);
    }

    #[test]
    fn shows_seconds_always_and_the_age_when_it_matters() {
        let now = SystemTime::now();
        let text = |secs_ago, is_stale| updated_text(now - Duration::from_secs(secs_ago), now, is_stale);
        let time = DateTime::<Local>::from(now).format("%H:%M:%S");
        assert_eq!(text(0, false), format!("Updated {time}"));
        assert_eq!(text(0, true), format!("Updated {time}, 0 s ago"));
        assert!(text(60, false).ends_with(", 1 min 0 s ago"));
        assert!(text(90_000, false).starts_with("Updated 20"));
    }
}
