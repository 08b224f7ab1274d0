//! Everything that the gateway gave about the selected session.

use egui::{Grid, Label, RichText, ScrollArea, Ui};

use super::command::{Command, Copied};
use super::model::Model;
use crate::dataset::Cell;
use crate::display::{self, Clock, DateStyle};

/// Draws the pane.
pub(super) fn show(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    ui.label(RichText::new("Session").strong());
    let session = model.table.sessions().zip(model.table.cursor_row());
    let Some((sessions, row)) = session else {
        ui.weak("Select a session to see all of it");
        return;
    };
    let clock = model.clock();
    if let Some(times) = sessions.repeats.times(row) {
        ui.label(format!("Logged in to this project {times} times"));
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Grid::new("details").num_columns(2).show(ui, |ui| {
            for (id, column) in sessions.dataset.columns() {
                let title = display::title(&id);
                let text = whole(column.cell(row as usize), &clock);
                let button = ui.small_button("Copy").on_hover_text(format!("Copy {text}"));
                if button.accessible_name(format!("Copy {title}")).clicked() {
                    commands.push(Command::Copy(Copied::Text(copied(column.cell(row as usize), &clock))));
                }
                ui.vertical(|ui| {
                    ui.label(RichText::new(title).weak().small());
                    ui.add(Label::new(text).wrap());
                });
                ui.end_row();
            }
        });
    });
}

/// A date is told twice: when it was, and how long ago.
fn whole(cell: Cell<'_>, clock: &Clock) -> String {
    let Cell::Date(epoch_ms) = cell else {
        return display::cell(cell, clock).into_owned();
    };
    let moment = if clock.style == DateStyle::Age { DateStyle::Local } else { clock.style };
    let moment = Clock { style: moment, ..*clock }.date(epoch_ms);
    format!("{moment} ({})", Clock { style: DateStyle::Age, ..*clock }.date(epoch_ms))
}

fn copied(cell: Cell<'_>, clock: &Clock) -> String {
    match cell {
        Cell::Unknown => String::new(),
        cell => display::cell(cell, clock).into_owned(),
    }
}
