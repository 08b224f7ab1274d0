//! The details panel: all values of the selected session.

use egui::accesskit::Role;
use egui::{Grid, Label, RichText, ScrollArea, Ui, WidgetInfo};

use super::a11y_hidden;
use super::button::Button;
use super::command::{Command, Copied};
use super::duplicate_login;
use super::icons;
use super::labels;
use super::model::AppState;
use super::right_panel;
use super::theme::Severity;
use crate::dataset::Cell;
use crate::display::{self, Clock, DateStyle};

/// Draws the panel.
pub(super) fn show(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    right_panel::head(ui, "Session", Command::ToggleDetails, commands, |_, _| {});
    right_panel::content(ui, |ui| session(ui, state, commands));
}

fn session(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    // Only a selected session, because the cursor moves to another session when its own ends.
    let row = state.table.cursor_row().filter(|&row| state.table.is_selected(row));
    let session = state.table.result().zip(row);
    let Some((sessions, row)) = session else {
        ui.weak("No session selected");
        return;
    };
    let clock = state.row_clock(row);
    if let Some(login) = sessions.duplicate_logins.get(row) {
        let words = duplicate_login::in_row(login);
        if login.is_accidental() {
            labels::severity_label(ui, Severity::Warning, &words);
        } else {
            ui.add(Label::new(words).wrap());
        }
    }
    match state.terminate_target(row) {
        Some(Ok(session)) if ui.add(Button::danger("Terminate session…").icon(icons::BAN)).clicked() => {
            commands.push(Command::AskTerminate(session));
        }
        Some(Err(reason)) => {
            ui.label(RichText::new(reason).weak());
        }
        Some(Ok(_)) | None => {}
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Grid::new("details").num_columns(2).show(ui, |ui| {
            for (id, column) in sessions.dataset.columns() {
                let title = display::title(&id);
                let text = full_text(column.cell(row as usize), &clock);
                let button = ui.small_button("Copy").on_hover_text(format!("Copy {text}"));
                if button.accessible_name(format!("Copy {title}")).clicked() {
                    commands.push(Command::Copy(Copied::Text(display::clipboard_text(
                        column.cell(row as usize),
                        &clock,
                    ))));
                }
                ui.vertical(|ui| {
                    // Screen readers get the title with the value. A label would be a second widget with the header's name.
                    a11y_hidden::small_title(ui, &title);
                    let value = ui.add(Label::new(&text).wrap());
                    value.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{title}: {text}")));
                });
                ui.end_row();
            }
        });
    });
}

/// Returns the text of a cell; for a date, both the time and the age.
fn full_text(cell: Cell<'_>, clock: &Clock) -> String {
    let Cell::Date(epoch_ms) = cell else {
        return display::cell(cell, clock).into_owned();
    };
    let style = if clock.style == DateStyle::Age { DateStyle::Local } else { clock.style };
    let time = Clock { style, ..*clock }.date(epoch_ms);
    format!("{time} ({})", Clock { style: DateStyle::Age, ..*clock }.date(epoch_ms))
}
