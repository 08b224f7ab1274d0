//! The program's log, in the settings.

use std::time::Duration;

use egui::{Label, RichText, ScrollArea, TextStyle, Ui};

use super::button::Button;
use super::command::Command;
use super::icons;
use super::tooltip::ResponseExt as _;
use super::{theme, tokens};
use crate::logging::LogLines;

/// Delay of the repaint after a new line, so that a burst of lines causes one repaint.
const REPAINT_DELAY: Duration = Duration::from_millis(250);

/// Draws the log. It is repainted when another thread adds a line.
pub(super) fn show(ui: &mut Ui, log: &LogLines, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        if ui.add(Button::soft("Copy log").icon(icons::COPY)).clicked() {
            commands.push(Command::CopyLog);
        }
        let copy = ui.add(Button::soft("Copy diagnostics").icon(icons::COPY));
        if copy.tooltip("Program, system, renderer, settings without secrets, and log").clicked() {
            commands.push(Command::CopyDiagnostics);
        }
    });
    ui.add_space(2.0 * tokens::UNIT);
    // Before the lines are read, so that no line is missed.
    let ctx = ui.ctx().clone();
    log.notify_once(move || ctx.request_repaint_after(REPAINT_DELAY));
    let lines = log.snapshot();
    let height = ui.text_style_height(&TextStyle::Monospace);
    ui.spacing_mut().scroll = theme::scroll_beside_contents();
    let area = ScrollArea::both().auto_shrink(false).stick_to_bottom(true);
    area.show_rows(ui, height, lines.len(), |ui, shown| {
        for line in &lines[shown] {
            ui.add(Label::new(RichText::new(&**line).monospace()).extend().selectable(true));
        }
    });
}
