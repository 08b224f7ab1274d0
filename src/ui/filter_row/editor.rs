//! The popup in which the filter of a chip is edited.

use egui::{Margin, Popup, PopupCloseBehavior, PopupKind, Rect, RectAlign, Sense, Ui, vec2};

use super::editor_popup::{focus_when_opened, id, takes_focus};
use super::filter_box::FilterBox;
use super::labels::shortened;
use super::{add_menu, created, error_overlay};
use crate::dataset::ColumnId;
use crate::query::FilterField;
use crate::ui::command::{Command, FilterCommand};
use crate::ui::menu;
use crate::ui::model::{AppState, Drafts, FilterKey, LastInput, UiState};
use crate::ui::popup;
use crate::ui::theme;
use crate::ui::tokens;

/// Number of recent filters below the box.
const MAX_RECENT: usize = 5;

/// Draws the popup below its chip while it is open.
pub(super) fn show(
    ui: &Ui,
    anchor: Rect,
    state: &AppState,
    ui_state: &UiState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    popup::return_focus(ui.ctx(), id());
    let Some(key) = &ui_state.editor else {
        return;
    };
    let (kind, margin) = match key {
        FilterKey::Cell(_) => (PopupKind::Menu, theme::MENU_MARGIN),
        FilterKey::Column(_) | FilterKey::Date(_) => (PopupKind::Popup, theme::PANEL_POPUP_MARGIN),
    };
    let popup = Popup::new(id(), ui.ctx().clone(), popup::anchor(anchor), ui.layer_id())
        .kind(kind)
        .open_memory(None)
        .align(RectAlign::BOTTOM_START)
        .gap(popup::GAP)
        .style(menu::style)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .frame(popup::frame(&ui.ctx().global_style(), Margin::same(margin)))
        .accessible_name("Edit the filter");
    let shown = popup.show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        match key {
            FilterKey::Column(column) => pattern(ui, column, state, drafts, commands),
            FilterKey::Date(column) => created::show(ui, column, state, drafts, commands),
            FilterKey::Cell(index) => value(ui, *index, state, ui_state, commands),
        }
    });
    let is_closed = shown.is_none_or(|shown| shown.response.should_close());
    if is_closed {
        commands.push(Command::Filter(FilterCommand::CloseEditor(key.clone())));
    }
}

fn pattern(
    ui: &mut Ui,
    column: &ColumnId,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let Some(index) = drafts.columns.iter().position(|filter| filter.column == *column) else {
        return;
    };
    let field = FilterField::Column(index);
    let status = state.column_filter(column);
    let size = vec2(theme::FILTER_WIDTH, tokens::CONTROL_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let text = &mut drafts.columns[index].text;
    let edit = FilterBox { field, column, text, status, has_icon: false, is_compact: false };
    let edit = edit.show(ui, rect, state, commands);
    focus_when_opened(ui, &edit);
    if edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        ui.close();
    }
    ui.set_max_width(theme::FILTER_WIDTH);
    if let Some((status, error)) = status.and_then(|status| Some((status, status.error.as_ref()?))) {
        ui.add_space(2.0 * tokens::UNIT);
        let below = |ui: &mut Ui| error_overlay::active_filter_ui(ui, &state.column_title(column), status);
        error_overlay::contents(ui, text, error, below);
        return;
    }
    let recent: Vec<_> =
        state.filter_history.entries(column).filter(|entry| entry != text).take(MAX_RECENT).collect();
    if !recent.is_empty() {
        ui.add_space(tokens::UNIT);
        menu::title(ui, "Recent");
    }
    for entry in recent {
        let words = entry.mode.labels().join("  ");
        if ui.add(menu::Item::new(shortened(&entry.pattern)).mono().shortcut(words)).clicked() {
            commands.push(Command::Filter(FilterCommand::ApplyHistory(field, entry)));
        }
    }
}

fn value(ui: &mut Ui, index: usize, state: &AppState, ui_state: &UiState, commands: &mut Vec<Command>) {
    let Some(filter) = state.cells.get(index) else {
        return;
    };
    // As in other menus, a click focuses nothing.
    let takes_focus = takes_focus(ui) && ui_state.last_input == LastInput::Keys;
    for (keep, label) in [(true, "Show only these sessions"), (false, "Hide these sessions")] {
        let item = ui.add(menu::Item::new(label).radio(filter.keep == keep));
        if takes_focus && filter.keep == keep {
            item.request_focus();
        }
        if item.clicked() {
            commands.push(if keep {
                Command::FilterToValue(filter.column.clone(), filter.value.clone())
            } else {
                Command::ExcludeValue(filter.column.clone(), filter.value.clone())
            });
            ui.close();
        }
    }
    if add_menu::can_be_pattern(filter) {
        menu::line(ui);
        if ui.add(menu::Item::new("Edit as a pattern")).clicked() {
            commands.push(Command::Filter(FilterCommand::EditAsPattern(index)));
        }
    }
}
