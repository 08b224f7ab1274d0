//! A box for a filter: caption, pattern, toggles and the button that clears it.

use egui::{
    Align2, Color32, Event, FontFamily, FontId, Frame, Id, Key, Margin, Memory, Modifiers, Popup, Rect,
    Response, Sense, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, pos2, vec2,
};

use super::{history, toggles};
use crate::dataset::ColumnId;
use crate::query::{FilterError, FilterField, FilterStatus, FilterText};
use crate::ui::command::{Command, FilterCommand};
use crate::ui::fonts;
use crate::ui::hover;
use crate::ui::icons;
use crate::ui::model::AppState;
use crate::ui::theme;
use crate::ui::tokens::{self, palette};
use crate::ui::tooltip::ResponseExt as _;

/// Space at the left, at the right, and between the parts.
pub(super) const LEFT: f32 = 2.0 * tokens::UNIT;
pub(super) const RIGHT: f32 = tokens::UNIT;
pub(super) const GAP: f32 = 1.5 * tokens::UNIT;

/// The time of the last change of the text in seconds, and whether the text was added to the
/// history since. Stored in egui's memory.
#[derive(Clone, Copy)]
struct Typed {
    at_secs: f64,
    is_committed: bool,
}

/// A box for a filter.
pub(super) struct FilterBox<'a> {
    pub(super) field: FilterField,
    pub(super) column: &'a ColumnId,
    pub(super) text: &'a mut FilterText,
    pub(super) status: Option<&'a FilterStatus>,
    /// The box starts with the button of its history.
    pub(super) has_icon: bool,
    /// The toggles are in a menu even if there is room for them.
    pub(super) is_compact: bool,
}

impl FilterBox<'_> {
    /// Draws the box. Returns the response of its text.
    pub(super) fn show(
        self,
        ui: &mut Ui,
        rect: Rect,
        state: &AppState,
        commands: &mut Vec<Command>,
    ) -> Response {
        let Self { field, column, text, status, has_icon, is_compact } = self;
        let id = super::id(column);
        let title = state.column_title(column);
        let p = palette(ui.visuals());
        let is_menu = is_compact || rect.width() < theme::TOGGLES_MIN_WIDTH;
        let is_hovered = ui.rect_contains_pointer(rect);
        let focused = ui.memory(Memory::focused);
        let has_focus = focused == Some(id);
        let is_active = has_focus || focused.is_some_and(|focused| toggles::ids(id).contains(&focused));

        // A click beside the text belongs to it, too.
        let background = ui.interact(rect, id.with("background"), Sense::CLICK);
        let lit = hover::strength_of(ui.ctx(), id, is_hovered);
        paint_background(ui, rect, lit, has_focus, status.is_some_and(|status| status.error.is_some()));

        let mut left = rect.left() + LEFT;
        let y = rect.center().y;
        if has_icon {
            let place = Rect::from_center_size(
                pos2(left + tokens::ICON / 2.0, y),
                vec2(tokens::ICON, tokens::TOGGLE_SIZE),
            );
            let name = format!("Recent {} filters", super::noun(&title));
            let icon = toggles::icon_button(ui, id.with("icon"), place, icons::SEARCH, tokens::ICON, &name);
            let is_focused = icon.has_focus();
            if icon.tooltip(format!("Recent filters ({}+Down)", theme::ALT)).clicked() {
                // A click with the mouse has no focus before it.
                if is_focused {
                    history::toggle_by_key(ui.ctx(), id);
                } else {
                    history::toggle(ui.ctx(), id);
                }
            }
            left = place.right() + GAP;
        }
        let caption = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
        // Hidden from screen readers, which would find a second `Username` next to the column.
        let color = if ui.is_enabled() { p.secondary } else { p.disabled };
        let caption = fonts::line(ui.painter(), state.column_title(column), caption, color);
        let (at, width) = (pos2(left, y - caption.size().y / 2.0), caption.size().x);
        ui.painter().galley(at, caption, color);
        left += width + GAP;

        let toggles_width = if is_menu { tokens::TOGGLE_SIZE } else { toggles::total_width(ui) };
        let toggles_left = rect.right() - RIGHT - toggles_width;
        let clear = Rect::from_center_size(
            pos2(toggles_left - GAP - tokens::TOGGLE_SIZE / 2.0, y),
            vec2(tokens::TOGGLE_SIZE, tokens::TOGGLE_SIZE),
        );
        let value = Rect::from_min_max(pos2(left, rect.top()), pos2(clear.left() - GAP, rect.bottom()));

        keys(ui, id, has_focus, commands);
        let edit = edit(ui, id, value, text);
        // A text box gives up the focus when it is drawn after a click beside it.
        if background.clicked() {
            edit.request_focus();
        }
        if text.pattern.is_empty() && !is_menu && ui.is_enabled() {
            // Without text there is nothing to clear, and the hint has its room.
            paint_hint(ui, value.with_max_x(clear.right()), id, hint(column));
        }
        let changed = edit.changed();
        let edit = edit.accessible_name(format!("{title} filter"));
        describe_error(ui, id, status.and_then(|status| status.error.as_ref()));
        if changed {
            commands.push(Command::ApplyFilters);
        }
        commit(ui, &edit, changed, field, commands);
        if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            // A result of an earlier text says nothing about this one.
            let is_waiting = status.is_some_and(|status| !status.is_of(text) && status.error.is_none());
            if state.table.lines().is_empty() && !is_waiting {
                // The table can't take it.
                edit.request_focus();
            }
            if !changed {
                apply_suggestion(state, field, text, status, commands);
            }
        }

        let is_visible = is_hovered || is_active || !text.pattern.is_empty();
        if !text.pattern.is_empty() {
            let name = format!("Clear the {} filter", super::noun(&title));
            let button =
                toggles::icon_button(ui, id.with("clear"), clear, icons::X, tokens::ICON_SMALL, &name);
            if button.tooltip("Clear").clicked() {
                commands.push(Command::Filter(FilterCommand::Clear(field)));
            }
        }
        let mode = if is_menu {
            let place = Rect::from_center_size(
                pos2(toggles_left + toggles_width / 2.0, y),
                vec2(tokens::TOGGLE_SIZE, tokens::TOGGLE_SIZE),
            );
            toggles::show_as_menu(ui, id, place, text.mode, is_visible)
        } else {
            toggles::show(ui, id, pos2(toggles_left, y), text.mode, is_visible)
        };
        commands.extend(mode.map(|mode| Command::SetFilterMode(field, mode)));
        history::show(ui, &edit, rect, field, column, state, commands);
        edit
    }
}

pub(super) fn paint_background(ui: &Ui, rect: Rect, lit: f32, has_focus: bool, is_faulty: bool) {
    let p = palette(ui.visuals());
    let width = if has_focus { tokens::FOCUS_WIDTH } else { tokens::LINE };
    let (background, color) = match (is_faulty, has_focus) {
        _ if !ui.is_enabled() => (Color32::TRANSPARENT, p.divider),
        (true, _) => (p.input, p.error),
        (false, true) => (p.input, p.focus),
        (false, false) => (p.input, hover::blend(p.control_border, p.control_border_hover, lit)),
    };
    ui.painter().rect(
        rect,
        tokens::RADIUS_CONTROL,
        background,
        Stroke::new(width, color),
        StrokeKind::Inside,
    );
}

/// Returns the text in an empty box.
pub(super) fn hint(column: &ColumnId) -> &'static str {
    match column {
        ColumnId::Username => "Pattern, e.g. bi.*",
        ColumnId::Project => "Pattern, e.g. Pack.*",
        ColumnId::Address => r"Pattern, e.g. 10\..*",
        _ => "Pattern",
    }
}

pub(super) fn paint_hint(ui: &Ui, rect: Rect, id: Id, hint: &str) {
    let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
    let color = palette(ui.visuals()).secondary;
    ui.painter().with_clip_rect(rect).text(rect.left_center(), Align2::LEFT_CENTER, hint, font, color);
    ui.ctx().accesskit_node_builder(id, |node| node.set_placeholder(hint));
}

pub(super) fn edit(ui: &mut Ui, id: Id, rect: Rect, text: &mut FilterText) -> Response {
    let p = palette(ui.visuals());
    let color = if ui.is_enabled() { p.text } else { p.disabled };
    let mut ui = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect));
    TextEdit::singleline(&mut text.pattern)
        .id(id)
        .font(FontId::new(tokens::TYPE_SECONDARY, FontFamily::Monospace))
        .text_color(color)
        .frame(Frame::NONE)
        .margin(Margin::ZERO)
        .min_size(rect.size())
        .desired_width(rect.width())
        .align(Align2::LEFT_CENTER)
        .show(&mut ui)
        .response
        .response
}

/// Runs the keys that leave the text: Down goes to the table, Alt+Down opens the history.
fn keys(ui: &Ui, id: Id, has_focus: bool, commands: &mut Vec<Command>) {
    if !has_focus {
        return;
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::ALT, Key::ArrowDown)) {
        history::toggle_by_key(ui.ctx(), id);
    } else if ui.input_mut(|input| consume_exactly(&mut input.events, Key::ArrowDown)) {
        // In a popup, the box is over the table.
        if !Popup::is_any_open(ui.ctx()) {
            commands.push(Command::FocusTable);
        }
    }
}

/// Removes the presses of a key without a modifier. Returns `true` if there was one.
fn consume_exactly(events: &mut Vec<Event>, wanted: Key) -> bool {
    let number = events.len();
    events.retain(|event| match event {
        Event::Key { key, pressed: true, modifiers, .. } => *key != wanted || !modifiers.is_none(),
        _ => true,
    });
    events.len() < number
}

/// Describes the error to screen readers.
pub(super) fn describe_error(ui: &Ui, id: Id, error: Option<&FilterError>) {
    if let Some(error) = error {
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_invalid(egui::accesskit::Invalid::True);
            node.set_description(error.to_string());
        });
    }
}

/// Adds the filter to the history after Enter, after leaving the box or after a pause.
fn commit(ui: &Ui, edit: &Response, changed: bool, field: FilterField, commands: &mut Vec<Command>) {
    let now = ui.input(|input| input.time);
    let pause = theme::HISTORY_PAUSE.as_secs_f64();
    let key = edit.id.with("typed");
    if changed {
        ui.data_mut(|data| data.insert_temp(key, Typed { at_secs: now, is_committed: false }));
        ui.ctx().request_repaint_after(theme::HISTORY_PAUSE);
    }
    let Some(typed) = ui.data(|data| data.get_temp::<Typed>(key)) else {
        return;
    };
    if edit.lost_focus() {
        ui.data_mut(|data| data.remove::<Typed>(key));
        commands.push(Command::Filter(FilterCommand::Commit { field, ends: true }));
    } else if !typed.is_committed && now >= typed.at_secs + pause {
        ui.data_mut(|data| data.insert_temp(key, Typed { is_committed: true, ..typed }));
        commands.push(Command::Filter(FilterCommand::Commit { field, ends: false }));
    } else if !typed.is_committed {
        let left = std::time::Duration::try_from_secs_f64(typed.at_secs + pause - now).unwrap_or_default();
        ui.ctx().request_repaint_after(left);
    }
}

/// Takes the first suggestion where the filters of the last frame left nothing.
fn apply_suggestion(
    state: &AppState,
    field: FilterField,
    text: &FilterText,
    status: Option<&FilterStatus>,
    commands: &mut Vec<Command>,
) {
    let suggestions = state.table.result().map_or(&[][..], |result| &result.suggestions);
    let is_applied = status.is_some_and(|status| status.is_of(text));
    let suggestion =
        suggestions.first().filter(|suggestion| is_applied && suggestion.fields.contains(&field));
    commands.extend(suggestion.cloned().map(FilterCommand::ApplySuggestion).map(Command::Filter));
}
