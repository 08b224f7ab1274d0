//! The table of sessions: the six columns, only the visible rows of which are ever laid out.

use std::ops::Range;

use chrono::{DateTime, Local};
use egui::accesskit::SortDirection;
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Button, Label, Layout, RichText, ScrollArea, StrokeKind, TextStyle, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use super::command::Command;
use super::model::{Health, Model, Table};
use super::theme;
use crate::dataset::{Cell, ColumnId};
use crate::filter::Filter;
use crate::query::SortKey;

/// The columns with their titles and their widths at first, in points.
const COLUMNS: [(ColumnId, &str, f32); 6] = [
    (ColumnId::Username, "Username", 190.0),
    (ColumnId::Project, "Project", 190.0),
    (ColumnId::Address, "Address", 170.0),
    (ColumnId::IsDesigner, "Designer", 90.0),
    (ColumnId::ClientId, "Client ID", 130.0),
    (ColumnId::CreationTime, "Created", 190.0),
];
const LEAST_WIDTH: f32 = 40.0;

/// Draws the table, or in its place why there is none.
pub(super) fn show(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    let Some(table) = &model.table else {
        let text = match model.health() {
            Health::Lost(_) => "No sessions were read yet",
            _ => "Reading…",
        };
        placeholder(ui, text);
        return;
    };
    ui.scope(|ui| {
        if model.is_stale() {
            ui.set_opacity(theme::STALE_OPACITY);
        }
        ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
            rows(ui, model, table, commands);
        });
    });
}

fn rows(ui: &mut Ui, model: &Model, table: &Table, commands: &mut Vec<Command>) {
    let mut builder = TableBuilder::new(ui)
        .striped(true)
        .resizable(true)
        .auto_shrink(false)
        .min_scrolled_height(0.0)
        .cell_layout(Layout::left_to_right(Align::Center));
    for (_, _, width) in &COLUMNS {
        builder = builder.column(Column::initial(*width).at_least(LEAST_WIDTH).clip(true));
    }
    // What is left of the window, so that the stripes reach its edge.
    builder = builder.column(Column::remainder());
    builder
        .header(theme::HEADER_HEIGHT, |mut header| {
            for (id, title, _) in &COLUMNS {
                title_cell(&mut header, id, title, &model.sort, commands);
            }
        })
        .body(|body| {
            body.rows(theme::ROW_HEIGHT, table.rows.len(), |mut row| {
                let session = table.rows[row.index()] as usize;
                for (id, _, _) in &COLUMNS {
                    let cell = table.dataset.column(id).map_or(Cell::Unknown, |column| column.cell(session));
                    let filter = filter_on(model, id);
                    row.col(|ui| show_cell(ui, cell, filter));
                }
                row.col(|_| {});
            });
        });
    if table.rows.is_empty() {
        let text =
            if table.dataset.is_empty() { "Nobody is logged in" } else { "No session matches the filters" };
        placeholder(ui, text);
    }
}

fn title_cell(
    header: &mut TableRow<'_, '_>,
    id: &ColumnId,
    title: &str,
    sort: &[SortKey],
    commands: &mut Vec<Command>,
) {
    let key = sort.iter().find(|key| key.column == *id);
    let (arrow, direction) = match key.map(|key| key.descending) {
        None => ("", None),
        Some(false) => (" ▲", Some(SortDirection::Ascending)),
        Some(true) => (" ▼", Some(SortDirection::Descending)),
    };
    header.col(|ui| {
        let text = RichText::new(format!("{title}{arrow}")).strong();
        let button = Button::new(text).frame(false).truncate();
        let fill = Layout::left_to_right(Align::Center).with_main_justify(true).with_main_align(Align::Min);
        let response = ui.with_layout(fill, |ui| ui.add(button)).inner.accessible_name(title);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::accesskit::Role::ColumnHeader);
            if let Some(direction) = direction {
                node.set_sort_direction(direction);
            }
        });
        if response.has_focus() {
            let stroke = ui.visuals().selection.stroke;
            ui.painter().rect_stroke(response.rect, 2.0, stroke, StrokeKind::Inside);
        }
        if response.clicked() {
            commands.push(Command::SortBy(id.clone()));
        }
    });
}

/// The filter in force on this column.
fn filter_on<'a>(model: &'a Model, column: &ColumnId) -> Option<&'a Filter> {
    match column {
        ColumnId::Username => model.username.filter.as_ref(),
        ColumnId::Project => model.project.filter.as_ref(),
        _ => None,
    }
}

/// A text whose part that a filter found stands out.
fn highlighted(ui: &Ui, text: &str, found: &Range<usize>) -> LayoutJob {
    let plain = TextFormat::simple(TextStyle::Body.resolve(ui.style()), ui.visuals().text_color());
    let marked = TextFormat { background: theme::found(ui.visuals()), ..plain.clone() };
    let mut job = LayoutJob::default();
    job.append(&text[..found.start], 0.0, plain.clone());
    job.append(&text[found.clone()], 0.0, marked);
    job.append(&text[found.end..], 0.0, plain);
    job
}

fn show_cell(ui: &mut Ui, cell: Cell<'_>, filter: Option<&Filter>) {
    let text = match cell {
        Cell::Unknown => {
            ui.weak("–").on_hover_text("The gateway gave no value");
            return;
        }
        Cell::Text(text) => match filter.and_then(|filter| filter.find(text)) {
            Some(found) if !found.is_empty() => {
                let job = highlighted(ui, text, &found);
                ui.add(Label::new(job).truncate().selectable(false));
                return;
            }
            _ => RichText::new(text),
        },
        Cell::Boolean(true) => RichText::new("yes"),
        Cell::Boolean(false) => return,
        Cell::Date(epoch_ms) => RichText::new(local_time(epoch_ms)),
        Cell::Integer(value) => RichText::new(value.to_string()),
        Cell::Real(value) => RichText::new(value.to_string()),
    };
    // A label that could be selected would take the row's clicks.
    ui.add(Label::new(text).truncate().selectable(false));
}

/// A moment in this machine's time zone. Takes milliseconds since 1970 UTC.
fn local_time(epoch_ms: i64) -> String {
    DateTime::from_timestamp_millis(epoch_ms).map_or_else(
        || epoch_ms.to_string(),
        |time| time.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn placeholder(ui: &mut Ui, text: &str) {
    // In the middle of what is seen of a table that may be wider than the window.
    let rect = ui.max_rect().intersect(ui.clip_rect());
    let font = egui::TextStyle::Heading.resolve(ui.style());
    let label = Label::new(RichText::new(text).font(font).weak());
    ui.put(rect, label);
}
