//! The export in the footer: the button, its menu, the progress, and the path where the platform has no file dialog.

use std::time::Duration;

use egui::accesskit::Role;
use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Context, Id, Key, Popup, PopupCloseBehavior, RectAlign, Sense, TextEdit, Ui, WidgetInfo, vec2};

use super::button::Button;
use super::command::Command;
use super::command_table;
use super::error_report::ErrorReport;
use super::icons;
use super::labels;
use super::menu::{self, Item};
use super::model::{AppState, Drafts, ExportOptions, ExportPath, ExportRows, FileFormat};
use super::theme::{self, Severity};
use super::tokens::{self, palette};
use crate::display;
use crate::export::{Delimiter, Progress};

/// An export of more rows shows its progress and can be cancelled.
const MIN_ROWS_FOR_PROGRESS: usize = 100_000;
/// Interval between two repaints of the progress.
const PROGRESS_REPAINT: Duration = Duration::from_millis(100);
/// Space between the progress and the button.
const GAP: f32 = tokens::UNIT;

/// Returns the width of the controls.
pub(super) fn width(ui: &Ui, state: &AppState, drafts: &Drafts) -> f32 {
    let progress = match progress(state) {
        Some(_) => theme::PROGRESS_WIDTH + 2.0 * GAP + cancel().width(ui),
        None => 0.0,
    };
    progress + export_button(state, drafts).width(ui) + tokens::LINE + menu_button().width(ui)
}

fn export_button(state: &AppState, drafts: &Drafts) -> Button<'static> {
    let label = label(state, state.export_rows(drafts));
    Button::soft(label).icon(icons::DOWNLOAD).small().split_action().name("Export")
}

fn menu_button() -> Button<'static> {
    Button::soft("").trailing(icons::CHEVRON_DOWN).small().split_menu().name("Export options")
}

fn cancel() -> Button<'static> {
    Button::ghost("Cancel").small().name("Cancel export")
}

/// Returns the progress of an export that takes a while.
fn progress(state: &AppState) -> Option<&Progress> {
    state.export.as_deref().filter(|progress| progress.total() > MIN_ROWS_FOR_PROGRESS)
}

/// Returns the label of the button, which says how many sessions are exported.
fn label(state: &AppState, rows: ExportRows) -> String {
    let count = display::number(state.export_count(rows));
    let Some(result) = state.table.result() else {
        return "Export".to_owned();
    };
    match rows {
        _ if state.export_count(rows) == 0 => "Export".to_owned(),
        ExportRows::Shown if result.rows.len() == result.dataset.len() => format!("Export {count}"),
        ExportRows::Shown => format!("Export {count} shown"),
        ExportRows::Selected => format!("Export {count} selected"),
        ExportRows::All => format!("Export all {count}"),
    }
}

/// Draws the controls.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    if let Some(progress) = progress(state) {
        progress_ui(ui, progress);
        if ui.add(cancel()).clicked() {
            commands.push(Command::CancelExport);
        }
    }
    let gap = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, tokens::LINE);
    let summary = state.export_summary(state.export_rows(drafts));
    let export = ui.add_enabled(state.can_export(drafts), export_button(state, drafts));
    ui.spacing_mut().item_spacing.x = gap;
    let menu = ui.add(menu_button());
    menu::popup(&menu)
        .align(RectAlign::TOP_END)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| options(ui, state, drafts, commands));
    let popup = |name| {
        let popup = Popup::from_response(&menu).id(Id::unique(name));
        popup.align(RectAlign::TOP_END).gap(tokens::POPUP_GAP)
    };
    if let Some(path) = &mut drafts.export_path {
        popup("export path popup").show(|ui| path_ui(ui, path, &summary, commands));
    } else if let Some(report) = &drafts.export_error {
        popup("export error popup").show(|ui| error_ui(ui, report, commands));
    }
    menu.on_hover_text("Rows and format to export");
    let export = export
        .on_hover_text(command_table::tooltip(&format!("Write {summary}, to a file"), &Command::Export));
    if export.on_disabled_hover_text("No sessions to export").clicked() {
        commands.push(Command::Export);
    }
}

/// Draws the progress of an export as a bar.
fn progress_ui(ui: &mut Ui, progress: &Progress) {
    #[expect(clippy::cast_precision_loss, reason = "the bar has fewer pixels than a float has digits")]
    let fraction = progress.done() as f32 / progress.total() as f32;
    let size = vec2(theme::PROGRESS_WIDTH, theme::PROGRESS_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
    let percent = (fraction * 100.0) as i32;
    response
        .widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, format!("Export {percent} %")));
    let p = palette(ui.visuals());
    let radius = theme::PROGRESS_HEIGHT / 2.0;
    ui.painter().rect_filled(rect, radius, p.control);
    let done = rect.with_max_x(rect.left() + rect.width() * fraction);
    ui.painter().rect_filled(done, radius, p.accent);
    ui.ctx().request_repaint_after(PROGRESS_REPAINT);
}

/// Draws the menu with the rows and the format to export.
fn options(ui: &mut Ui, state: &AppState, drafts: &Drafts, commands: &mut Vec<Command>) {
    let current = ExportOptions { rows: state.export_rows(drafts), ..drafts.export };
    menu::start(ui, theme::EXPORT_MENU_WIDTH);
    menu::title(ui, "Rows");
    for (rows, word, name, hint) in [
        (ExportRows::Selected, "selected", "Selected sessions", "In the order and with the columns shown"),
        (ExportRows::Shown, "shown", "Shown sessions", "In the order and with the columns shown"),
        (ExportRows::All, "in all", "All sessions", "With all columns, in the gateway's order"),
    ] {
        let count = state.export_count(rows);
        // Without a selection there is nothing to offer.
        if rows != ExportRows::Selected || count > 0 {
            let item = Item::new(format!("{} {word}", display::number(count)));
            let item = item.radio(rows == current.rows).name(name);
            choice(ui, item, hint, ExportOptions { rows, ..current }, commands);
        }
    }
    menu::line(ui);
    menu::title(ui, "Format");
    for (format, name, hint) in [
        (FileFormat::Csv, "CSV", "A line of column names, then one per session"),
        (FileFormat::Json, "JSON", "A list of objects, one per line"),
    ] {
        let item = Item::new(name).radio(format == current.format);
        choice(ui, item, hint, ExportOptions { format, ..current }, commands);
    }
    if current.format == FileFormat::Csv {
        menu::line(ui);
        menu::title(ui, "Between values");
        for (delimiter, label, hint) in [
            (Delimiter::COMMA, "Comma", "As most programs expect it"),
            (Delimiter::SEMICOLON, "Semicolon", "For spreadsheets of countries with a decimal comma"),
            (Delimiter::TAB, "Tab", "For text that has commas and semicolons"),
        ] {
            let item = Item::new(label).radio(delimiter == current.delimiter);
            let item = item.name(format!("{label} between values"));
            choice(ui, item, hint, ExportOptions { delimiter, ..current }, commands);
        }
        menu::line(ui);
        let item = Item::new("Safe for spreadsheets").check(current.is_safe);
        let hint = "With a byte-order mark, and an apostrophe before anything that looks like a formula";
        choice(ui, item, hint, ExportOptions { is_safe: !current.is_safe, ..current }, commands);
    }
    menu::line(ui);
    let export = Item::new("Export…")
        .icon(icons::DOWNLOAD)
        .shortcut(command_table::keys_of(&Command::Export).unwrap_or_default());
    let export = ui.add_enabled(state.can_export(drafts), export.name("Export to a file…"));
    if export.on_hover_text(state.export_summary(current.rows)).clicked() {
        commands.push(Command::Export);
        ui.close();
    }
}

/// Draws an item that sets the options.
fn choice(ui: &mut Ui, item: Item<'_>, hint: &str, options: ExportOptions, commands: &mut Vec<Command>) {
    if ui.add(item).on_hover_text(hint).clicked() {
        commands.push(Command::SetExportOptions(options));
    }
}

/// Draws the reason why the last export failed.
fn error_ui(ui: &mut Ui, report: &ErrorReport, commands: &mut Vec<Command>) {
    ui.set_max_width(theme::PATH_POPUP_WIDTH);
    labels::severity_label(ui, Severity::Error, report.summary());
    report.details_ui(ui, Id::unique("failed export details"));
    ui.horizontal(|ui| {
        if ui.add(Button::primary("Retry").name("Retry export")).clicked() {
            commands.push(Command::Export);
        }
        if ui.add(Button::ghost("Close").name("Close export error")).clicked() {
            commands.push(Command::CancelExport);
        }
    });
}

/// The box for the path takes the keyboard focus when it is drawn.
#[derive(Clone, Copy, Debug, Default)]
struct TakesFocus;

/// Returns the ID of the text box for the path.
fn path_id() -> Id {
    Id::unique("export path")
}

/// Moves the keyboard focus into the text box for the path, once it is drawn.
pub(super) fn focus_path(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(path_id(), TakesFocus));
}

/// Gives the text box for the path the keyboard focus if it was asked for, and selects the name of the file.
fn take_focus(ui: &Ui, path: &str) {
    // A popup that is being measured is disabled.
    if ui.is_sizing_pass() || ui.data_mut(|data| data.remove_temp::<TakesFocus>(path_id())).is_none() {
        return;
    }
    ui.memory_mut(|memory| memory.request_focus(path_id()));
    let name = path.rfind(std::path::is_separator).map_or(0, |separator| separator + 1);
    let end = path[name..].rfind('.').filter(|dot| *dot > 0).map_or(path.len(), |dot| name + dot);
    let cursor = |at: usize| CCursor::new(path[..at].chars().count());
    let mut state = TextEditState::load(ui.ctx(), path_id()).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::two(cursor(name), cursor(end))));
    state.store(ui.ctx(), path_id());
}

/// Draws the text box for the path, where the system has no file dialog or the file can't be written.
fn path_ui(ui: &mut Ui, path: &mut ExportPath, summary: &str, commands: &mut Vec<Command>) {
    ui.set_width(theme::PATH_POPUP_WIDTH.min(ui.ctx().content_rect().width() - 6.0 * GAP));
    let ExportPath { text, error } = path;
    take_focus(ui, text);
    ui.label("Export to").on_hover_text(summary);
    let edit = ui.add(TextEdit::singleline(text).id(path_id()).desired_width(f32::INFINITY));
    if edit.changed() {
        commands.push(Command::ResetExportPath);
    }
    let edit = edit.accessible_name("Export path");
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        commands.push(Command::CancelExport);
    }
    if let Some(report) = error {
        labels::severity_label(ui, Severity::Error, report.summary());
        report.details_ui(ui, Id::unique("export error details"));
    }
    let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    // After the text box, which may have received text in this frame.
    let target = path.path();
    let named = target.file_name().is_some();
    ui.horizontal(|ui| {
        let save = ui.add_enabled(named, Button::primary("Save"));
        if save.clicked() || (entered && named) {
            commands.push(Command::ExportTo(target));
        }
        if ui.add(Button::ghost("Cancel")).clicked() {
            commands.push(Command::CancelExport);
        }
    });
}
