//! The menu of all columns: which are shown, and in which order.

use egui::{CursorIcon, Key, Modifiers, Rect, Response, ScrollArea, Stroke, Ui, UiBuilder};

use super::super::command::{ColumnChange, Command};
use super::super::focus_scroll;
use super::super::icons;
use super::super::menu::{self, Item};
use super::super::model::AppState;
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::auto_width;
use crate::dataset::{Column, ColumnId};
use crate::display::DateStyle;

/// The reason why the last visible column can't be hidden.
pub(super) const LAST_SHOWN: &str = "At least one column must be visible";

/// Draws the items: the columns of every gateway, then those of this one.
pub(in super::super) fn show(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let Some(sessions) = state.table.result() else {
        return;
    };
    menu::start(ui, theme::COLUMNS_MENU_WIDTH);
    let screen: Rect = ui.ctx().content_rect();
    // A new popup has a height of its own, whatever the window's is.
    let max_height = screen.height() * theme::MAX_MENU;
    ui.set_max_height(max_height);
    ScrollArea::vertical().max_height(max_height).show(ui, |ui| {
        let choices: Vec<(&ColumnId, bool)> = state.layout.columns.choices(&sessions.dataset).collect();
        let order: Vec<&ColumnId> = choices.iter().map(|(id, _)| *id).collect();
        let is_standard = |id: &ColumnId| ColumnId::STANDARD.contains(id);
        let (standard, others): (Vec<_>, Vec<_>) = choices.into_iter().partition(|(id, _)| is_standard(id));
        for (title, columns) in [("Columns", standard), ("Also read from this gateway", others)] {
            if columns.is_empty() {
                continue;
            }
            menu::title(ui, title);
            if let Some((from, to)) = columns_ui(ui, state, &columns, commands) {
                commands.push(move_to(&order, &columns, from, to));
            }
            menu::line(ui);
        }
        if ui.add(Item::new("Fit all").icon(icons::CHEVRONS_LEFT_RIGHT_ELLIPSIS)).clicked() {
            let table = ui.ctx().read_response(super::id()).map_or(screen, |table| table.rect);
            auto_width::fit_all(ui, state, table.width(), commands);
        }
        if ui.add(Item::new("Reset columns").icon(icons::ROTATE_CCW)).clicked() {
            commands.push(Command::ResetColumns);
        }
        focus_scroll::follow(ui);
    });
}

/// Draws the columns of a group. Returns the position from which a column is moved, and before which it goes.
fn columns_ui(
    ui: &mut Ui,
    state: &AppState,
    columns: &[(&ColumnId, bool)],
    commands: &mut Vec<Command>,
) -> Option<(usize, usize)> {
    let is_only = state.shown_columns().len() == 1;
    let mut moved = None;
    let mut dragged = None;
    let mut places = Vec::new();
    for (index, (id, shown)) in columns.iter().enumerate() {
        // The keyboard focus stays with the column, wherever that moves.
        let builder = UiBuilder::new().scope_id(super::id().with(("show", id.name())));
        let item = ui.scope_builder(builder, |ui| item(ui, state, id, *shown, is_only, commands)).inner;
        if item.clicked() {
            commands.push(Command::Column((*id).clone(), ColumnChange::Show(!shown)));
        }
        places.push(item.rect);
        moved = moved.or_else(|| by_key(ui, &item, index, columns.len()));
        if let Some(pointer) = item.interact_pointer_pos().filter(|_| item.dragged() || item.drag_stopped()) {
            dragged = Some((index, pointer, item.drag_stopped()));
        }
    }
    let Some((from, pointer, is_dropped)) = dragged else {
        return moved;
    };
    let to = places.iter().filter(|place| place.center().y < pointer.y).count();
    // Before itself, or before the next one.
    if to == from || to == from + 1 {
        return None;
    }
    if is_dropped {
        return Some((from, to));
    }
    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    paint_target(ui, &places, to);
    None
}

fn item(
    ui: &mut Ui,
    state: &AppState,
    id: &ColumnId,
    shown: bool,
    is_only: bool,
    commands: &mut Vec<Command>,
) -> Response {
    let title = state.column_title(id);
    let item = Item::new(&*title).check(shown).name(format!("Show column {title}")).grip();
    let item = item.enabled(!(shown && is_only), LAST_SHOWN);
    let column = state.table.result().and_then(|sessions| sessions.dataset.column(id));
    let item = match column {
        Some(Column::Date(_)) => menu::submenu(ui, item.shortcut(state.clock().style_name()), |ui| {
            menu::start(ui, theme::SUBMENU_WIDTH);
            date_items(ui, state, commands);
        }),
        _ => ui.add(item),
    };
    if shown && is_only {
        item
    } else {
        item.tooltip_beside(format!("Drag to move, or {0}+Up, {0}+Down", theme::ALT))
    }
}

/// Returns where the column with the keyboard focus goes when a key moves it.
fn by_key(ui: &Ui, item: &Response, index: usize, number: usize) -> Option<(usize, usize)> {
    if !item.has_focus() {
        return None;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
    if pressed(Key::ArrowUp) {
        index.checked_sub(1).map(|to| (index, to))
    } else if pressed(Key::ArrowDown) {
        (index + 1 < number).then_some((index, index + 2))
    } else {
        None
    }
}

/// Returns the command that moves a column of a group. The columns of another group may be between those of this one.
fn move_to(order: &[&ColumnId], columns: &[(&ColumnId, bool)], from: usize, to: usize) -> Command {
    let next = columns.get(to).map(|(next, _)| *next).or_else(|| {
        // Directly after the last one of the group.
        let last = columns.last().and_then(|(last, _)| order.iter().position(|id| id == last));
        last.and_then(|last| order.get(last + 1)).copied()
    });
    Command::Column(columns[from].0.clone(), ColumnChange::MoveBefore(next.cloned()))
}

/// Draws the line where a dragged column would go.
fn paint_target(ui: &Ui, places: &[Rect], to: usize) {
    let Some(x) = places.first().map(Rect::x_range) else {
        return;
    };
    let y = places.get(to).map_or_else(|| places[places.len() - 1].bottom(), Rect::top);
    let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette(ui.visuals()).focus);
    ui.painter().hline(x, y, stroke);
}

/// Draws the ways to show dates.
pub(super) fn date_items(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    for style in DateStyle::ALL {
        if ui.add(Item::new(style.label()).radio(state.layout.dates == style)).clicked() {
            commands.push(Command::SetDateStyle(style));
        }
    }
}
