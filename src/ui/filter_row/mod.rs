//! The row of filters: a box for usernames and one for projects, chips for all other filters, and their menus.

mod add_menu;
mod chips;
mod created;
mod editor;
mod editor_popup;
pub(super) mod error_overlay;
mod filter_box;
pub(super) mod form_box;
mod help;
mod history;
mod labels;
pub(super) mod menus;
mod saved;
mod toggles;

use egui::epaint::MarginF32;
use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Align, Context, Id, Layout, Popup, Rect, Sense, Ui, UiBuilder, vec2};

use self::filter_box::FilterBox;
use super::command::Command;
use super::model::{AppState, Drafts, UiState};
use super::regions::{Bar, Edge, Room};
use super::theme;
use super::tokens::{self, palette};
use super::view_row::CompactMenus;
use crate::dataset::{ColumnId, Dataset};
use crate::query::{FilterField, FilterText};

/// Space around the row's controls, and between them.
const PADDING: MarginF32 = theme::FILTER_ROW_PADDING;
const COMPACT_PADDING: MarginF32 = theme::COMPACT_FILTER_ROW_PADDING;
const GAP: f32 = 2.0 * tokens::UNIT;
/// Width of the two buttons at the end of the row.
const END_WIDTH: f32 = 2.0 * tokens::CONTROL_HEIGHT + GAP;

/// Draws the row, with the menus of a compact window at its end.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    state: &AppState,
    ui_state: &UiState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let is_compact = Room::of(ui.ctx()).is_compact;
    let (padding, line) = if is_compact { (COMPACT_PADDING, Edge::Bottom) } else { (PADDING, Edge::None) };
    let background = palette(ui.visuals()).surface;
    let bar = Bar { name: "Filter row", rect, background, line, padding, gap: GAP };
    bar.show(ui, |ui| {
        let anchor = if is_compact {
            compact(ui, state, drafts, commands)
        } else {
            wide(ui, state, ui_state, drafts, commands)
        };
        editor::show(ui, anchor, state, ui_state, drafts, commands);
    });
}

/// Returns `true` if sessions can be filtered: not while a login is asked for, except for a box in which text is being typed.
fn is_usable(ui: &Ui, state: &AppState) -> bool {
    !state.needs_sign_in() || ids().into_iter().any(|id| ui.memory(|memory| memory.has_focus(id)))
}

/// Draws the row of a window with room for it. Returns the place of the filter that is edited.
fn wide(
    ui: &mut Ui,
    state: &AppState,
    ui_state: &UiState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) -> Rect {
    let has_words = Room::of(ui.ctx()).has_words;
    let width = if has_words { theme::FILTER_WIDTH } else { theme::NARROW_FILTER_WIDTH };
    let is_usable = is_usable(ui, state);
    ui.add_enabled_ui(is_usable, |ui| boxes(ui, width, false, state, drafts, commands));
    let rest = ui.available_rect_before_wrap();
    let (left, right) = rest.split_left_right_at_x(rest.right() - END_WIDTH);
    let row = |rect| UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
    let anchor = ui.scope_builder(row(left.with_max_x(left.right() - GAP)), |ui| {
        if !is_usable {
            ui.disable();
        }
        let add = add_menu::button(ui, state, drafts, commands);
        chips::show(ui, add.rect, state, ui_state, drafts, commands)
    });
    ui.scope_builder(row(right), |ui| {
        ui.add_enabled_ui(is_usable, |ui| saved::show(ui, state, drafts, commands));
        help::show(ui, commands);
    });
    anchor.inner
}

/// Draws the row of a small window. The menus of the row are in the menu at its end. Returns the place of the filter that is
/// edited.
fn compact(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) -> Rect {
    let menus = CompactMenus::new(state);
    let chips_width = if chips::number(state, drafts) > 0 { theme::CHIPS_BUTTON_WIDTH + GAP } else { 0.0 };
    let menus_width = menus.width(ui, GAP) + GAP + chips_width;
    let width = ((ui.available_width() - menus_width - GAP) / 2.0).floor();
    if !is_usable(ui, state) {
        ui.disable();
    }
    let first = boxes(ui, width, true, state, drafts, commands);
    let chips = chips::show_in_menu(ui, state, drafts, commands);
    menus.show(ui, state, drafts, commands);
    chips.unwrap_or(first)
}

/// Draws the boxes. Returns the place of the first one.
fn boxes(
    ui: &mut Ui,
    width: f32,
    is_compact: bool,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) -> Rect {
    let mut first = Rect::NOTHING;
    for field in [FilterField::Username, FilterField::Project] {
        let (rect, _) = ui.allocate_exact_size(vec2(width, tokens::CONTROL_HEIGHT), Sense::hover());
        if field == FilterField::Username {
            first = rect;
        }
        filter_box(ui, field, rect, is_compact, state, drafts, commands);
    }
    first
}

fn filter_box(
    ui: &mut Ui,
    field: FilterField,
    rect: Rect,
    is_compact: bool,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let column = match field {
        FilterField::Username => ColumnId::Username,
        FilterField::Project | FilterField::Column(_) => ColumnId::Project,
    };
    if let Some(text) = drafts.filter_mut(field) {
        let has_icon = field == FilterField::Username && !is_compact;
        let status = state.filter(field);
        let filter_box = FilterBox { field, column: &column, text, status, has_icon, is_compact };
        let response = filter_box.show(ui, rect, state, commands);
        let text = drafts.filter(field);
        if let Some(status) = state.filter(field)
            && let (Some(error), Some(text)) = (&status.error, text)
        {
            let below =
                |ui: &mut Ui| error_overlay::active_filter_ui(ui, &state.column_title(&column), status);
            error_overlay::show(ui, &response, rect, text, error, below);
        }
    }
}

/// Returns the IDs of the text boxes of the row.
pub(super) fn ids() -> [Id; 2] {
    [ColumnId::Username, ColumnId::Project].map(|column| id(&column))
}

/// Returns the ID of the text box of a column's filter.
pub(super) fn id(column: &ColumnId) -> Id {
    Id::unique(("filter", column.name()))
}

/// Opens the popup in which the filter of a chip is edited.
pub(super) fn open_editor(ctx: &Context) {
    editor_popup::open(ctx);
}

/// Returns `true` while the filter of a chip is edited.
pub(super) fn is_editor_open(ctx: &Context) -> bool {
    Popup::is_id_open(ctx, editor_popup::id())
}

/// Closes the popup in which the filter of a chip is edited.
pub(super) fn close_editor(ctx: &Context) {
    Popup::close_id(ctx, editor_popup::id());
}

/// Returns the text columns without a box of their own. Before the first sessions, those that every gateway has.
pub(super) fn other_columns(dataset: Option<&Dataset>) -> Vec<ColumnId> {
    add_menu::text_columns(dataset)
}

/// Moves the keyboard focus into the text box of a column's filter, with the cursor at the end of `text`.
pub(super) fn focus(ctx: &Context, column: &ColumnId, text: &FilterText) {
    let id = id(column);
    ctx.memory_mut(|memory| memory.request_focus(id));
    let mut state = TextEditState::load(ctx, id).unwrap_or_default();
    let end = CCursor::new(text.pattern.chars().count());
    state.cursor.set_char_range(Some(CCursorRange::one(end)));
    state.store(ctx, id);
}

/// Returns the title of a column in a sentence, such as `username` or `client ID`.
pub(super) fn noun(title: &str) -> String {
    let mut letters = title.chars();
    // An abbreviation keeps its capitals.
    match (letters.next(), title.chars().nth(1)) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}
