//! The editor of a filter on dates: within the last hours, before a time, or since a time.

use egui::{Id, Key, Label, RichText, Ui, vec2};

use super::editor_popup::focus_when_opened;
use crate::dataset::ColumnId;
use crate::query::{DateFilter, DateRange};
use crate::ui::command::{Command, FilterCommand};
use crate::ui::icons;
use crate::ui::menu;
use crate::ui::model::{AppState, DateMode, DateUnit, Drafts, FilterKey};
use crate::ui::segments;
use crate::ui::text_field::{self, TextField};
use crate::ui::theme;
use crate::ui::tokens::{self, palette};

/// Draws the editor.
pub(super) fn show(
    ui: &mut Ui,
    column: &ColumnId,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let draft = &mut drafts.date;
    let p = palette(ui.visuals());
    ui.set_min_width(theme::DATE_EDITOR_WIDTH);
    ui.set_max_width(theme::DATE_EDITOR_WIDTH);
    ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, tokens::UNIT);
    let mut is_changed = false;
    let modes =
        [(DateMode::Last, "Within the last"), (DateMode::Before, "Before"), (DateMode::Since, "Since")];
    if let Some(mode) = segments::show(ui, "Range", draft.mode, modes) {
        draft.mode = mode;
        is_changed = true;
    }
    ui.add_space(2.0 * tokens::UNIT);
    let clock = state.clock();
    let range = draft.range(&clock);
    let error = range.err();
    if draft.mode == DateMode::Last {
        ui.horizontal(|ui| {
            let size = vec2(theme::AMOUNT_WIDTH, tokens::CONTROL_HEIGHT);
            ui.allocate_ui(size, |ui| {
                ui.set_max_width(theme::AMOUNT_WIDTH);
                is_changed |= text_box(ui, "Amount", "", None, &mut draft.amount);
            });
            let units =
                [(DateUnit::Minutes, "minutes"), (DateUnit::Hours, "hours"), (DateUnit::Days, "days")];
            if let Some(unit) = segments::show(ui, "Unit", draft.unit, units) {
                draft.unit = unit;
                is_changed = true;
            }
        });
        if let Some(error) = error {
            text_field::line(ui, icons::CIRCLE_ALERT, p.error, error, p.error);
        }
    } else {
        is_changed |= text_box(ui, "Time", "HH:MM or YYYY-MM-DD HH:MM", error, &mut draft.time);
        if let Ok(DateRange::Before(time) | DateRange::Since(time)) = range {
            let text = RichText::new(clock.full_date(time)).size(tokens::TYPE_SECONDARY).color(p.secondary);
            ui.add(Label::new(text).wrap());
        }
    }
    // What was typed in this frame.
    if let (true, Ok(range)) = (is_changed, draft.range(&clock)) {
        commands.push(Command::Filter(FilterCommand::SetDate(DateFilter { column: column.clone(), range })));
    }
    let is_set = state.dates.iter().any(|filter| filter.column == *column);
    if is_set {
        menu::line(ui);
        if ui.add(menu::Item::new("Remove this filter")).clicked() {
            commands.push(Command::Filter(FilterCommand::Remove(FilterKey::Date(column.clone()))));
            ui.close();
        }
    }
}

/// Draws a text box. Enter closes the popup. Returns whether the text was changed.
fn text_box(ui: &mut Ui, name: &str, hint: &str, error: Option<&str>, text: &mut String) -> bool {
    let field = TextField::new(Id::unique(("date filter", name)), "").name(name).hint(hint).error(error);
    let edit = field.show(ui, text, true).edit;
    focus_when_opened(ui, &edit);
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        ui.close();
    }
    edit.changed()
}
