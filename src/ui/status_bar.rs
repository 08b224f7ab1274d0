//! The bar at the bottom of the window: counts, selection, copying, export and messages.

use std::time::Duration;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{
    Align, Color32, Id, Key, Label, Layout, PopupCloseBehavior, ProgressBar, RichText, TextEdit, TextStyle,
    Ui,
};

use super::button::Button;
use super::command::{Command, Copied};
use super::icons;
use super::model::{AppState, Drafts, ExportOptions, ExportPath, ExportRows, FileFormat, Message};
use super::theme::{self, Severity};
use crate::export::Delimiter;
use crate::query::Counts;

/// An export of more rows shows its progress and can be cancelled.
const MIN_ROWS_FOR_PROGRESS: usize = 100_000;
/// Interval between two repaints of the progress.
const PROGRESS_REPAINT: Duration = Duration::from_millis(100);

/// Draws the bar.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    if let Some(path) = &mut drafts.export_path {
        path_ui(ui, path, &state.export_summary(drafts.export.rows), commands);
    }
    ui.horizontal(|ui| {
        if let Some(sessions) = state.table.result() {
            ui.label(count(sessions.rows.len(), sessions.dataset.len()));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            export(ui, state, drafts, commands);
            selection(ui, state, commands);
            let counts = counts_text(state);
            if let Some(message) = &state.message {
                let width = counts.as_ref().map_or(0.0, |text| counts_width(ui, text));
                message_ui(ui, message, width, commands);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| counts_ui(ui, state, counts));
        });
    });
}

fn count(shown: usize, all: usize) -> String {
    format!("{shown} of {all} sessions")
}

/// Returns the numbers of users, clients and designers; `None` without a table.
fn counts_text(state: &AppState) -> Option<String> {
    let Counts { clients, designers, users } = state.table.result()?.counts;
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    Some([count(users, "user"), count(clients, "client"), count(designers, "designer")].join(" · "))
}

/// Returns the width of this text after its separator.
fn counts_width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    let width = |text: &str| {
        ui.painter().layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER).size().x
    };
    width("·") + width(text) + 2.0 * ui.spacing().item_spacing.x
}

/// Draws the numbers of users, clients and designers, and the active filters where the typed ones are invalid.
fn counts_ui(ui: &mut Ui, state: &AppState, counts: Option<String>) {
    let Some(counts) = counts else {
        return;
    };
    for (name, filter) in [("Username", &state.username), ("Project", &state.project)] {
        if filter.error.is_some() {
            let text = match &filter.filter {
                Some(good) => format!("{name} still filtered by {}", good.pattern()),
                None => format!("{name} isn't filtered"),
            };
            let color = theme::severity_color(ui.visuals(), Severity::Warning);
            ui.add(Label::new(RichText::new(text).color(color)).truncate());
        }
    }
    ui.weak("·");
    ui.add(Label::new(counts).truncate());
}

fn selection(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let selected = state.table.selected();
    if selected == 0 && state.table.selected_hidden() == 0 {
        return;
    }
    let menu = ui.add_enabled_ui(selected > 0, |ui| {
        ui.menu_button("Copy ▼", |ui| {
            let as_table = format!("As a table ({}+C)", theme::CTRL);
            for (text, content) in
                [(&*as_table, Copied::Rows), ("As CSV", Copied::Csv), ("As JSON", Copied::Json)]
            {
                if ui.button(text).clicked() {
                    commands.push(Command::Copy(content));
                    ui.close();
                }
            }
        })
        .response
    });
    menu.inner.accessible_name("Copy");
    let hidden = match state.table.selected_hidden() {
        0 => String::new(),
        hidden => format!(", {hidden} hidden"),
    };
    ui.label(format!("{selected} selected{hidden}"));
}

fn export(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    options(ui, state, &mut drafts.export);
    let summary = state.export_summary(drafts.export.rows);
    // With a selection, "Export" alone could mean either.
    let title = match summary.split_once(", ") {
        Some((sessions, _)) if state.table.selected() > 0 => format!("Export {sessions}"),
        _ => "Export".to_owned(),
    };
    let button = Button::soft(title).icon(icons::DOWNLOAD).small().name("Export");
    let button = ui.add_enabled(state.can_export(drafts), button);
    let button = button.on_hover_text(format!("Write {summary}, to a file ({}+E)", theme::CTRL));
    if button.on_disabled_hover_text("No sessions to export").clicked() {
        commands.push(Command::Export);
    }
    if let Some(progress) = &state.export
        && progress.total() > MIN_ROWS_FOR_PROGRESS
    {
        if ui.button("Cancel").accessible_name("Cancel export").clicked() {
            commands.push(Command::CancelExport);
        }
        #[expect(clippy::cast_precision_loss, reason = "the bar has fewer pixels than a float has digits")]
        let fraction = progress.done() as f32 / progress.total() as f32;
        ui.add(ProgressBar::new(fraction).desired_width(theme::PROGRESS_WIDTH).show_percentage());
        ui.ctx().request_repaint_after(PROGRESS_REPAINT);
    }
}

/// Draws the menu with the rows and the format to export.
fn options(ui: &mut Ui, state: &AppState, options: &mut ExportOptions) {
    let ExportOptions { rows, format, delimiter } = options;
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (menu, _) = MenuButton::new("▼").config(config).ui(ui, |ui| {
        ui.radio_value(rows, ExportRows::Shown, "Shown sessions")
            .on_hover_text("In the order and with the columns shown");
        ui.radio_value(rows, ExportRows::Selected, "Selected sessions")
            .on_hover_text("In the order and with the columns shown");
        ui.radio_value(rows, ExportRows::All, "All sessions")
            .on_hover_text("With all columns, in the gateway's order");
        ui.separator();
        ui.radio_value(format, FileFormat::SpreadsheetCsv, "CSV for a spreadsheet").on_hover_text(
            "With a byte-order mark, and an apostrophe before anything that looks like a formula",
        );
        ui.radio_value(format, FileFormat::Csv, "CSV").on_hover_text("For other programs");
        ui.radio_value(format, FileFormat::Json, "JSON").on_hover_text("A list of objects, one per line");
        ui.separator();
        ui.add_enabled_ui(*format != FileFormat::Json, |ui| {
            ui.radio_value(delimiter, Delimiter::COMMA, "Comma between values");
            ui.radio_value(delimiter, Delimiter::SEMICOLON, "Semicolon between values")
                .on_hover_text("For spreadsheets of countries with a decimal comma");
            ui.radio_value(delimiter, Delimiter::TAB, "Tab between values");
        });
        ui.separator();
        ui.weak(state.export_summary(*rows));
    });
    menu.on_hover_text("Rows and format to export").accessible_name("Export options");
}

/// Draws the message, and leaves `reserved` points beside it.
fn message_ui(ui: &mut Ui, message: &Message, reserved: f32, commands: &mut Vec<Command>) {
    ui.separator();
    if ui.button("×").accessible_name("Dismiss message").clicked() {
        commands.push(Command::DismissMessage);
    }
    let (text, severity) = match message {
        Message::Done(text) => (text.as_str(), Severity::Good),
        Message::Error(report) => {
            report.details_menu(ui, Id::unique("message details"));
            (report.summary(), Severity::Error)
        }
    };
    let color = theme::severity_color(ui.visuals(), severity);
    ui.scope(|ui| {
        ui.set_max_width((ui.available_width() - reserved).max(theme::MIN_MESSAGE));
        ui.add(Label::new(RichText::new(text).color(color)).truncate());
    });
}

/// Returns the ID of the text box for the path.
pub(super) fn path_id() -> Id {
    Id::unique("export path")
}

/// Draws the text box for the path, where the system has no file dialog or the file can't be written.
fn path_ui(ui: &mut Ui, path: &mut ExportPath, summary: &str, commands: &mut Vec<Command>) {
    let target = path.path();
    let ExportPath { text, replace, error } = path;
    ui.horizontal(|ui| {
        ui.label("Export to").on_hover_text(summary);
        let width = (ui.available_width() - theme::PATH_BUTTONS).max(theme::MIN_PATH);
        let edit = ui.add(TextEdit::singleline(text).id(path_id()).desired_width(width));
        if edit.changed() {
            commands.push(Command::ResetExportPath);
        }
        let edit = edit.accessible_name("Export path");
        if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            commands.push(Command::CancelExport);
        }
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let named = target.file_name().is_some();
        let save = ui.add_enabled(named, egui::Button::new(if *replace { "Replace" } else { "Save" }));
        if save.clicked() || (entered && named) {
            commands.push(Command::ExportTo(target));
        }
        if ui.button("Cancel").clicked() {
            commands.push(Command::CancelExport);
        }
    });
    if *replace {
        let color = theme::severity_color(ui.visuals(), Severity::Warning);
        ui.label(RichText::new("A file with this name exists").color(color));
    }
    if let Some(report) = error {
        ui.horizontal(|ui| {
            report.details_menu(ui, Id::unique("export error details"));
            let color = theme::severity_color(ui.visuals(), Severity::Error);
            ui.add(Label::new(RichText::new(report.summary()).color(color)).truncate());
        });
    }
}
