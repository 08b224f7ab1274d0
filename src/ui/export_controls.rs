//! The export in the footer: the button, its menu, the progress, and the path where the platform has no file dialog.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Context, Id, Key, PopupCloseBehavior, RectAlign, Sense, Ui, vec2};

use super::button::Button;
use super::command::Command;
use super::details_text;
use super::error_report::ErrorReport;
use super::focus_request;
use super::icons;
use super::menu::{self, Item};
use super::model::{AppState, Drafts, ExportOptions, ExportPath, ExportRows, FileFormat};
use super::popup;
use super::progress_bar;
use super::row_end;
use super::small_text;
use super::text_field::{self, TextField};
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::display;
use crate::export::{Delimiter, Progress};

/// An export of more rows shows its progress and can be cancelled.
const MIN_ROWS_FOR_PROGRESS: usize = 100_000;
/// The tooltip of the disabled button.
const NO_SESSIONS: &str = "No sessions to export";
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
    // It also offers sessions that the filters hide.
    let menu = ui.add_enabled(!state.has_nothing_to_show(), menu_button());
    menu::popup(&menu)
        .align(RectAlign::TOP_END)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| options(ui, state, drafts, commands));
    let panel = |name| popup::panel(Id::unique(name), &menu, RectAlign::TOP_END);
    if let Some(path) = &mut drafts.export_path {
        panel("export path popup").show(|ui| path_ui(ui, path, &summary, commands));
    } else if let Some(report) = &drafts.export_error {
        panel("export error popup").show(|ui| error_ui(ui, report, commands));
    }
    menu.tooltip("Rows and format to export");
    let export = if export.enabled() {
        export.tooltip_of(format!("Write to a file: {summary}"), &Command::Export)
    } else {
        export.tooltip(NO_SESSIONS)
    };
    if export.clicked() {
        commands.push(Command::Export);
    }
}

/// Draws the progress of an export as a bar.
fn progress_ui(ui: &mut Ui, progress: &Progress) {
    #[expect(clippy::cast_precision_loss, reason = "the bar has fewer pixels than a float has digits")]
    let fraction = progress.done() as f32 / progress.total() as f32;
    progress_bar::show(ui, "Export", fraction);
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
        menu::title(ui, "Delimiter");
        for (delimiter, label, hint) in [
            (Delimiter::COMMA, "Comma", "As most programs expect it"),
            (Delimiter::SEMICOLON, "Semicolon", "For spreadsheets of countries with a decimal comma"),
            (Delimiter::TAB, "Tab", "For text that has commas and semicolons"),
        ] {
            let item = Item::new(label).radio(delimiter == current.delimiter);
            let item = item.name(format!("Delimiter: {label}"));
            choice(ui, item, hint, ExportOptions { delimiter, ..current }, commands);
        }
        menu::line(ui);
        let item = Item::new("Safe for spreadsheets").check(current.is_safe);
        let hint = "With a byte-order mark, and an apostrophe before anything that looks like a formula";
        choice(ui, item, hint, ExportOptions { is_safe: !current.is_safe, ..current }, commands);
    }
    menu::line(ui);
    let export = Item::new("Export…").icon(icons::DOWNLOAD).keys_of(&Command::Export);
    let export = export.name("Export to a file…").enabled(state.can_export(drafts), NO_SESSIONS);
    if ui.add(export).tooltip_beside(state.export_summary(current.rows)).clicked() {
        commands.push(Command::Export);
        ui.close();
    }
}

/// Draws an item that sets the options.
fn choice(ui: &mut Ui, item: Item<'_>, hint: &str, options: ExportOptions, commands: &mut Vec<Command>) {
    if ui.add(item).tooltip_beside(hint).clicked() {
        commands.push(Command::SetExportOptions(options));
    }
}

/// Draws the reason why the last export failed.
fn error_ui(ui: &mut Ui, report: &ErrorReport, commands: &mut Vec<Command>) {
    set_width(ui);
    let color = palette(ui.visuals()).error;
    text_field::line(ui, icons::CIRCLE_ALERT, color, report.summary(), color);
    ui.add_space(tokens::UNIT);
    details_text::causes(ui, Id::unique("failed export details"), report, commands);
    buttons(ui, |ui| {
        if ui.add(Button::soft("Close").name("Close export error")).clicked() {
            commands.push(Command::CancelExport);
        }
        if ui.add(Button::primary("Retry").name("Retry export")).clicked() {
            commands.push(Command::RetryExport);
        }
    });
}

fn set_width(ui: &mut Ui) {
    ui.set_width(theme::PATH_POPUP_WIDTH.min(popup::max_width(ui)));
    ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, tokens::UNIT);
}

/// Draws buttons at the right end of a line.
fn buttons(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.add_space(2.0 * tokens::UNIT);
    let size = vec2(ui.available_width(), tokens::CONTROL_HEIGHT);
    let (row, _) = ui.allocate_exact_size(size, Sense::hover());
    row_end::show(ui, row, add);
}

/// Returns the ID of the text box for the path.
fn path_id() -> Id {
    Id::unique("export path")
}

/// Remembers what has the keyboard focus at the start of an export. Its button loses the focus meanwhile.
pub(super) fn remember_focused(ctx: &Context) {
    popup::remember_focused(ctx, path_id());
}

/// Moves the keyboard focus into the text box for the path, once it is drawn.
pub(super) fn focus_path(ctx: &Context) {
    focus_request::request(ctx, path_id());
}

/// Gives the text box for the path the keyboard focus if it was asked for, and selects the name of the file.
fn take_focus(ui: &Ui, path: &str) {
    if !focus_request::take(ui, path_id()) {
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
    set_width(ui);
    let ExportPath { text, error, listed } = path;
    take_focus(ui, text);
    let message = error.as_ref().map(|report| report.summary().to_owned());
    let field = TextField::new(path_id(), "Export to").name("Export path").error(message.as_deref());
    let edit = field.show(ui, text, false).edit;
    if edit.changed() {
        commands.push(Command::ResetExportPath);
    }
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        popup::give_focus_back(ui.ctx(), path_id());
        commands.push(Command::CancelExport);
    }
    match error {
        Some(report) => {
            ui.add_space(tokens::UNIT);
            details_text::causes(ui, Id::unique("export error details"), report, commands);
        }
        None => small_text::note(ui, listed.as_deref().unwrap_or(summary)),
    }
    let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    // After the text box, which may have received text in this frame.
    let target = path.path();
    let named = target.file_name().is_some();
    buttons(ui, |ui| {
        if ui.add(Button::soft("Cancel")).clicked() {
            commands.push(Command::CancelExport);
        }
        let save = ui.add_enabled(named, Button::primary("Save"));
        if save.clicked() || (entered && named) {
            commands.push(Command::ExportTo(target));
        }
    });
}
