//! The counts panel: users and projects with the number of their sessions. A click filters.

use egui::{Align, Button, Layout, RichText, Ui, vec2};
use egui_extras::{Column, TableBuilder};

use super::command::Command;
use super::model::{AppState, Drafts};
use super::right_panel;
use super::theme;
use super::tokens;
use crate::dataset::TextColumn;
use crate::display;
use crate::query::{Facet, FacetOrder, FilterField, FilterText};

/// Draws the panel.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &Drafts, commands: &mut Vec<Command>) {
    right_panel::head(ui, "Counts", Command::ToggleCounts, commands, |ui, commands| {
        // From right to left.
        for (order, text, name) in
            [(FacetOrder::Name, "Name", "Sort by name"), (FacetOrder::Count, "Count", "Sort by count")]
        {
            let button = ui.add(Button::selectable(state.facet_order == order, text));
            if button.accessible_name(name).clicked() {
                commands.push(Command::SetFacetOrder(order));
            }
        }
    });
    right_panel::content(ui, |ui| lists(ui, state, drafts, commands));
}

fn lists(ui: &mut Ui, state: &AppState, drafts: &Drafts, commands: &mut Vec<Command>) {
    let Some(sessions) = state.table.result() else {
        return;
    };
    let Some(facets) = &sessions.facets else {
        return;
    };
    let dataset = &sessions.dataset;
    let list_height = (ui.available_height() / 2.0 - theme::FACET_TITLE).max(tokens::ROW_HEIGHT);
    list(
        ui,
        "Users",
        FilterField::Username,
        dataset.username(),
        &facets.users,
        &drafts.username,
        list_height,
        commands,
    );
    list(
        ui,
        "Projects",
        FilterField::Project,
        dataset.project(),
        &facets.projects,
        &drafts.project,
        list_height,
        commands,
    );
}

#[expect(clippy::too_many_arguments, reason = "drawn twice, with different values")]
fn list(
    ui: &mut Ui,
    title: &str,
    field: FilterField,
    column: &TextColumn,
    facet: &Facet,
    text: &FilterText,
    height: f32,
    commands: &mut Vec<Command>,
) {
    let filtered = text.values().unwrap_or_default();
    ui.add_space(4.0);
    ui.label(RichText::new(format!("{title} ({})", facet.values.len())).strong());
    ui.push_id(title, |ui| {
        TableBuilder::new(ui)
            .auto_shrink([false, false])
            .min_scrolled_height(0.0)
            .max_scroll_height(height)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::remainder().clip(true))
            .body(|body| {
                body.rows(tokens::ROW_HEIGHT, facet.values.len(), |mut row| {
                    let (code, sessions) = facet.values[row.index()];
                    let value = column.text(code);
                    let shown = display::text(value);
                    row.col(|ui| {
                        let is_filtered = filtered.iter().any(|other| other == value);
                        let button = Button::selectable(is_filtered, &*shown)
                            .right_text(RichText::new(sessions.to_string()))
                            .truncate()
                            .min_size(vec2(ui.available_width(), tokens::ROW_HEIGHT));
                        let button = ui.add(button);
                        let tooltip = format!("{shown}\nClick to filter, {}+click to add", theme::CTRL);
                        let name = format!("{shown}: {}", display::sessions(sessions as usize));
                        if button.on_hover_text(tooltip).accessible_name(name).clicked() {
                            let adds = ui.input(|input| input.modifiers.command);
                            commands.push(Command::Facet { field, value: value.to_owned(), adds });
                        }
                    });
                });
            });
    });
}
