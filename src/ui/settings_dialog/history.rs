//! The page of the settings with the history.

use egui::{FontFamily, FontId, Label, RichText, Ui};

use super::super::command::{Command, ConfigPlace};
use super::super::form_rows::{group, remark, row, space};
use super::super::icons;
use super::super::model::{AppState, HistoryChoice, HistoryContents, StoredHistory};
use super::super::small_text::{self, link, note};
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{segments, select, text_field, theme};
use super::general::{self, General};
use super::scrolled;
use crate::display::{self, Clock};
use crate::history::{HistoryInfo, NodeInfo};
use crate::sanitize::sanitize;

const RECORD: &str = "Record sessions";
const KEEP: &str = "Keep sessions for";
/// The numbers of days to choose from.
const KEEP_DAYS: [u32; 8] = [7, 30, 90, 180, 365, 730, 1_825, 3_650];
/// The remark on a setting that applies to a recorder that is started, not to one that runs.
const LATER: &str = "Takes effect after a restart";

/// Draws the page.
pub(super) fn show(ui: &mut Ui, state: &AppState, settings: &General, commands: &mut Vec<Command>) {
    scrolled(ui, general::FOOT_HEIGHT, |ui| {
        let HistoryChoice { is_enabled, keep_days } = settings.history;
        let started = settings.history_at_start;
        group(ui, "Recording");
        row(ui, RECORD, |ui| {
            let clicked = segments::show(ui, RECORD, is_enabled, [(true, "On"), (false, "Off")]);
            commands.extend(clicked.map(Command::SetRecording));
            let is_later = is_enabled != started.is_enabled;
            remark(ui, if is_later { LATER } else { "To exclude a gateway, edit it" });
        });
        row(ui, KEEP, |ui| {
            let clicked = select::show(ui, KEEP, theme::SELECT_WIDTH, keep_days, days_text, KEEP_DAYS);
            commands.extend(clicked.map(Command::SetKeepDays));
            remark(ui, if keep_days == started.keep_days { "Older ones are removed" } else { LATER });
        });
        space(ui);
        group(ui, "Storage");
        storage(ui, &state.stored_history, &state.history_clock(), commands);
    });
    general::foot(ui, settings.folder.as_deref(), commands);
}

fn days_text(days: u32) -> String {
    match days {
        1 => "1 day".to_owned(),
        365 => "1 year".to_owned(),
        days if days % 365 == 0 => format!("{} years", days / 365),
        days => format!("{} days", display::number(usize::try_from(days).unwrap_or(usize::MAX))),
    }
}

/// Draws where the history is and what it holds.
fn storage(ui: &mut Ui, stored: &StoredHistory, clock: &Clock, commands: &mut Vec<Command>) {
    let Some(place) = &stored.place else {
        note(ui, "Nothing is recorded");
        return;
    };
    let p = palette(ui.visuals());
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Monospace);
    row(ui, "Location", |ui| {
        let place = sanitize(place);
        let text = RichText::new(&*place).font(font).color(p.text);
        ui.add(Label::new(text).wrap());
    });
    if let Some(folder) = &stored.folder {
        row(ui, "", |ui| {
            let open = link(ui, "Open data folder", "Open data folder");
            if open.tooltip(folder.display().to_string()).clicked() {
                commands.push(Command::OpenConfig(ConfigPlace::History));
            }
        });
    }
    match &stored.contents {
        HistoryContents::Unread => note(ui, "Reading the history…"),
        HistoryContents::Nothing => note(ui, "Nothing has been recorded yet"),
        HistoryContents::Info(info) => facts(ui, info, clock),
        HistoryContents::Failed(error) => {
            text_field::line(ui, icons::CIRCLE_ALERT, p.error, error.summary(), p.text)
                .tooltip(error.full_text());
        }
    }
}

fn facts(ui: &mut Ui, info: &HistoryInfo, clock: &Clock) {
    let count = |count: i64| display::number(usize::try_from(count).unwrap_or(0));
    let time = |time: Option<i64>| time.map_or_else(|| "None".to_owned(), |time| clock.full_date(time));
    let sessions = match info.open_sessions {
        0 => count(info.sessions),
        open => format!("{}, {} still open", count(info.sessions), count(open)),
    };
    let facts = [
        ("Size", display::bytes(i64::try_from(info.size_bytes).unwrap_or(i64::MAX))),
        ("Sessions", sessions),
        ("Oldest read", time(info.oldest)),
        ("Last purge", time(info.last_purge)),
    ];
    for (name, value) in facts {
        row(ui, name, |ui| {
            let label = ui.add(Label::new(&*value).wrap());
            label.widget_info(|| {
                egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, format!("{name}: {value}"))
            });
        });
    }
    if info.nodes.is_empty() {
        return;
    }
    space(ui);
    group(ui, "Nodes");
    for node in &info.nodes {
        node_ui(ui, node, clock);
    }
}

/// Draws a node and since when it is watched.
fn node_ui(ui: &mut Ui, node: &NodeInfo, clock: &Clock) {
    let p = palette(ui.visuals());
    ui.add(Label::new(RichText::new(&*sanitize(&node.gateway)).color(p.text)).wrap());
    let watched = match node.watched {
        None => "not watched yet".to_owned(),
        Some(watched) if node.is_watched_now => format!("watched since {}", clock.full_date(watched.from)),
        Some(watched) => format!("last watched {}", clock.full_date(watched.to)),
    };
    // A gateway that isn't saved has its address as its name.
    let text = if node.gateway == node.url { watched } else { format!("{}, {watched}", sanitize(&node.url)) };
    ui.add(Label::new(small_text::text(&text, p.secondary)).wrap());
    ui.add_space(2.0 * tokens::UNIT);
}
