//! The chips of the row: one for each filter that has no box. A click edits the filter, the × removes it.

use std::borrow::Cow;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, FontFamily, FontId, Galley, Id, PopupCloseBehavior, Pos2, Rect, Response, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use std::sync::Arc;

use super::labels::shortened;
use super::toggles;
use crate::dataset::{Cell, ColumnId};
use crate::display;
use crate::export::{describe_cell_filter, describe_date_filter, describe_range};
use crate::query::CellFilter;
use crate::sanitize::ELLIPSIS;
use crate::ui::button::Button;
use crate::ui::command::{Command, FilterCommand};
use crate::ui::fonts;
use crate::ui::hover;
use crate::ui::icons;
use crate::ui::menu;
use crate::ui::model::{AppState, Drafts, FilterKey, UiState};
use crate::ui::theme;
use crate::ui::tokens::{self, palette};
use crate::ui::tooltip::ResponseExt as _;

/// Space at the left, at the right, and between the parts.
const LEFT: f32 = 2.0 * tokens::UNIT;
const RIGHT: f32 = tokens::UNIT;
const GAP: f32 = 1.5 * tokens::UNIT;
/// Size of the button that removes the filter.
const REMOVE_SIZE: f32 = 4.0 * tokens::UNIT;

/// A filter without a box, as its chip shows it.
struct Chip {
    key: FilterKey,
    /// The title of the column.
    title: String,
    /// Words, and the pattern, which is monospaced.
    words: String,
    pattern: String,
    /// The whole text for screen readers.
    text: String,
    is_faulty: bool,
    /// The dataset has no such column.
    is_idle: bool,
}

/// Returns the number of filters without a box.
pub(super) fn number(state: &AppState, drafts: &Drafts) -> usize {
    drafts.columns.len() + state.dates.len() + state.cells.len()
}

fn all(state: &AppState, drafts: &Drafts) -> Vec<Chip> {
    let clock = state.clock();
    let dataset = state.table.result().map(|result| &result.dataset);
    let is_idle = |column: &ColumnId| {
        dataset.is_some_and(|dataset| !dataset.is_empty() && dataset.column(column).is_none())
    };
    let columns = drafts.columns.iter().map(|filter| {
        let title = state.column_title(&filter.column).into_owned();
        let words = filter.text.mode.labels().join(" ");
        let pattern = shortened(&filter.text.pattern);
        Chip {
            key: FilterKey::Column(filter.column.clone()),
            text: [title.as_str(), &words, &pattern]
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(" "),
            is_faulty: state.column_filter(&filter.column).is_some_and(|status| status.error.is_some()),
            is_idle: is_idle(&filter.column),
            pattern: if pattern.is_empty() { ELLIPSIS.to_string() } else { pattern },
            title,
            words,
        }
    });
    let dates = state.dates.iter().map(|filter| Chip {
        key: FilterKey::Date(filter.column.clone()),
        title: state.column_title(&filter.column).into_owned(),
        words: describe_range(filter.range, &clock),
        pattern: String::new(),
        text: describe_date_filter(filter, &clock),
        is_faulty: false,
        is_idle: is_idle(&filter.column),
    });
    let cells = state.cells.iter().enumerate().map(|(index, filter)| Chip {
        key: FilterKey::Cell(index),
        title: state.column_title(&filter.column).into_owned(),
        words: cell_words(filter, &clock),
        pattern: String::new(),
        text: describe_cell_filter(&state.column_title(&filter.column), filter, &clock),
        is_faulty: false,
        is_idle: is_idle(&filter.column),
    });
    columns.chain(dates).chain(cells).collect()
}

fn cell_words(filter: &CellFilter, clock: &display::Clock) -> String {
    let value: Cow<'_, str> = match filter.value.cell() {
        Cell::Null => "no value".into(),
        Cell::Text("") => "empty".into(),
        cell => display::full_cell(&filter.column, cell, clock),
    };
    let value = shortened(&value);
    if filter.keep { value } else { format!("not {value}") }
}

/// Draws the chips that fit. The others are in a menu. Returns the place of the filter that is edited; `add` is the button
/// that adds a filter.
pub(super) fn show(
    ui: &mut Ui,
    add: Rect,
    state: &AppState,
    ui_state: &UiState,
    drafts: &Drafts,
    commands: &mut Vec<Command>,
) -> Rect {
    let chips = all(state, drafts);
    let gap = ui.spacing().item_spacing.x;
    let available = ui.available_width();
    let galleys: Vec<Arc<Galley>> =
        chips.iter().map(|chip| galley(ui, chip, theme::CHIP_TEXT_WIDTH)).collect();
    let widths: Vec<f32> = galleys.iter().map(|galley| chip_width(galley)).collect();
    let total: f32 = widths.iter().map(|width| width + gap).sum();
    let mut left =
        if total <= available + gap { available + gap } else { available - theme::CHIPS_BUTTON_WIDTH };
    let mut anchor = add;
    let mut hidden = Vec::new();
    for ((chip, galley), width) in chips.iter().zip(galleys).zip(widths) {
        if !hidden.is_empty() || left < width + gap {
            hidden.push(chip);
            continue;
        }
        left -= width + gap;
        let (rect, _) = ui.allocate_exact_size(vec2(width, tokens::CONTROL_HEIGHT_SMALL), Sense::hover());
        chip_ui(ui, rect, chip, galley, commands);
        if ui_state.editor.as_ref() == Some(&chip.key) {
            anchor = rect;
        }
    }
    if !hidden.is_empty() {
        let button = ui.add(Button::ghost(format!("+{}", hidden.len())).name(more_name(hidden.len())));
        if hidden.iter().any(|chip| ui_state.editor.as_ref() == Some(&chip.key)) {
            anchor = button.rect;
        }
        chips_menu(&button, &hidden, commands);
    }
    anchor
}

fn more_name(number: usize) -> String {
    display::counted(number, "more filter", "more filters")
}

/// Draws a button with a menu of all chips, and returns its place; `None` without a chip.
pub(super) fn show_in_menu(
    ui: &mut Ui,
    state: &AppState,
    drafts: &Drafts,
    commands: &mut Vec<Command>,
) -> Option<Rect> {
    let chips = all(state, drafts);
    if chips.is_empty() {
        return None;
    }
    let name = more_name(chips.len());
    let button = ui.add(Button::ghost(chips.len().to_string()).icon(icons::FUNNEL).name(name));
    chips_menu(&button, &chips.iter().collect::<Vec<_>>(), commands);
    Some(button.rect)
}

fn chips_menu(button: &Response, chips: &[&Chip], commands: &mut Vec<Command>) {
    menu::popup(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.spacing_mut().item_spacing.y = tokens::UNIT;
        for chip in chips {
            let galley = galley(ui, chip, theme::CHIP_TEXT_WIDTH * 2.0);
            let size = vec2(chip_width(&galley), tokens::CONTROL_HEIGHT_SMALL);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            if chip_ui(ui, rect, chip, galley, commands) {
                ui.close();
            }
        }
    });
}

fn galley(ui: &Ui, chip: &Chip, max_width: f32) -> Arc<Galley> {
    let p = palette(ui.visuals());
    let format = |family, color| fonts::format(FontId::new(tokens::TYPE_SECONDARY, family), color);
    let text = if chip.is_idle { p.disabled } else { p.text };
    let title = if chip.is_idle { p.disabled } else { p.secondary };
    let mut job = LayoutJob {
        wrap: TextWrapping {
            max_rows: 1,
            break_anywhere: true,
            ..TextWrapping::truncate_at_width(max_width)
        },
        ..LayoutJob::default()
    };
    job.append(&chip.title, 0.0, format(FontFamily::Proportional, title));
    let parts = [(&chip.words, FontFamily::Proportional), (&chip.pattern, FontFamily::Monospace)];
    let mut space = GAP;
    for (part, family) in parts.into_iter().filter(|(part, _)| !part.is_empty()) {
        job.append(part, space, format(family, text));
        space = tokens::UNIT;
    }
    ui.painter().layout_job(job)
}

fn chip_width(galley: &Galley) -> f32 {
    (LEFT + galley.size().x + GAP + REMOVE_SIZE + RIGHT).ceil()
}

/// Draws a chip. Returns `true` if its filter is to be edited.
fn chip_ui(ui: &Ui, rect: Rect, chip: &Chip, galley: Arc<Galley>, commands: &mut Vec<Command>) -> bool {
    let p = palette(ui.visuals());
    let id = Id::unique(("filter chip", &chip.key, ui.layer_id()));
    let body = ui.interact(rect, id, Sense::click());
    body.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Edit the filter: {}", chip.text)));
    let background = hover::background(&body, p, p.control);
    let hovered = hover::color(&body, Color32::TRANSPARENT, p.control_border_hover);
    let line = if chip.is_faulty { p.error } else { hovered };
    let stroke = Stroke::new(tokens::LINE, line);
    ui.painter().rect(rect, tokens::RADIUS_CONTROL, background, stroke, StrokeKind::Inside);
    let at: Pos2 = pos2(rect.left() + LEFT, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, p.text);
    if body.has_focus() {
        let stroke = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
        ui.painter().rect_stroke(rect, tokens::RADIUS_CONTROL, stroke, StrokeKind::Inside);
    }
    let center = pos2(rect.right() - RIGHT - REMOVE_SIZE / 2.0, rect.center().y);
    let place = Rect::from_center_size(center, vec2(REMOVE_SIZE, REMOVE_SIZE));
    let name = format!("Remove the filter: {}", chip.text);
    let remove = toggles::icon_button(ui, id.with("remove"), place, icons::X, tokens::ICON_TINY, &name);
    if remove.clicked() {
        commands.push(Command::Filter(FilterCommand::Remove(chip.key.clone())));
    }
    let tooltip = if chip.is_idle { "This gateway has no such column" } else { "Edit this filter" };
    let is_edited = body.tooltip(format!("{}\n{tooltip}", chip.text)).clicked();
    if is_edited {
        commands.push(Command::Filter(FilterCommand::Edit(chip.key.clone())));
    }
    is_edited
}
