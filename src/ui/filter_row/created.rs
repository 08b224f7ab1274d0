//! The editor of a filter on dates: within the last hours, before a time, or since a time.

use egui::{Key, Label, RichText, TextEdit, Ui, vec2};

use super::editor_popup::focus_when_opened;
use crate::dataset::ColumnId;
use crate::query::{DateFilter, DateRange};
use crate::ui::command::{Command, FilterCommand};
use crate::ui::menu;
use crate::ui::model::{AppState, DateMode, DateUnit, Drafts, FilterKey};
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
    ui.set_min_width(theme::DATE_EDITOR_WIDTH);
    ui.set_max_width(theme::DATE_EDITOR_WIDTH);
    ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, tokens::UNIT);
    let mut is_changed = false;
    for (mode, text) in
        [(DateMode::Last, "Within the last"), (DateMode::Before, "Before"), (DateMode::Since, "Since")]
    {
        is_changed |= ui.radio_value(&mut draft.mode, mode, text).changed();
    }
    ui.add_space(tokens::UNIT);
    if draft.mode == DateMode::Last {
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut draft.amount).desired_width(theme::AMOUNT_WIDTH);
            let edit = ui.add(edit);
            is_changed |= edit.changed();
            focus_when_opened(ui, &edit);
            close_on_enter(ui, &edit);
            edit.accessible_name("Amount");
            for (unit, text) in
                [(DateUnit::Minutes, "minutes"), (DateUnit::Hours, "hours"), (DateUnit::Days, "days")]
            {
                is_changed |= ui.selectable_value(&mut draft.unit, unit, text).changed();
            }
        });
    } else {
        let edit = TextEdit::singleline(&mut draft.time)
            .hint_text("HH:MM or YYYY-MM-DD HH:MM")
            .desired_width(f32::INFINITY);
        let edit = ui.add(edit);
        is_changed |= edit.changed();
        focus_when_opened(ui, &edit);
        close_on_enter(ui, &edit);
        edit.accessible_name("Time");
    }
    let clock = state.clock();
    let range = draft.range(&clock);
    let p = palette(ui.visuals());
    let (text, color) = match range {
        Ok(DateRange::Before(time) | DateRange::Since(time)) => (clock.full_date(time), p.secondary),
        Ok(DateRange::Last(_)) => (String::new(), p.secondary),
        Err(text) => (text.to_owned(), p.error),
    };
    if !text.is_empty() {
        ui.add(Label::new(RichText::new(text).size(tokens::TYPE_SECONDARY).color(color)).wrap());
    }
    if let (true, Ok(range)) = (is_changed, range) {
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

fn close_on_enter(ui: &Ui, edit: &egui::Response) {
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        ui.close();
    }
}
