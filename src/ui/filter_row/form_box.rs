//! A box for a pattern in a form, with the toggles and the error of those in the filter row.

use egui::{FontFamily, FontId, Id, Memory, Rect, Response, Sense, Ui, pos2, vec2};

use super::filter_box::{GAP, LEFT, RIGHT, describe_error, edit, hint, paint_background, paint_hint};
use super::{error_overlay, toggles};
use crate::dataset::ColumnId;
use crate::display;
use crate::filter::Mode;
use crate::query::{FilterError, FilterText};
use crate::ui::fonts;
use crate::ui::hover;
use crate::ui::theme;
use crate::ui::tokens::{self, palette};

/// The response of a box in this frame.
pub(in crate::ui) struct FormBoxResponse {
    /// The text box.
    pub(in crate::ui) edit: Response,
    /// The place of the whole box.
    rect: Rect,
    /// The mode that was chosen.
    pub(in crate::ui) mode: Option<Mode>,
}

/// The labels of a box.
pub(in crate::ui) struct BoxLabels<'a> {
    /// The caption in the box.
    pub(in crate::ui) caption: &'a str,
    /// The accessible name.
    pub(in crate::ui) name: &'a str,
    /// The text of an empty box.
    pub(in crate::ui) hint: &'a str,
}

/// Draws a box for a pattern on a column in the available width, and its error over what is below.
pub(in crate::ui) fn show(
    ui: &mut Ui,
    id: Id,
    column: &ColumnId,
    text: &mut FilterText,
    error: Option<&FilterError>,
) -> FormBoxResponse {
    let caption = display::title(column);
    let name = format!("{caption} filter");
    let labels = BoxLabels { caption: &caption, name: &name, hint: hint(column) };
    let shown = show_without_message(ui, id, &labels, text, error);
    if let Some(error) = error {
        error_overlay::show(ui, &shown.edit, shown.rect, text, error, |_| {});
    }
    shown
}

/// Draws a box for a pattern in the available width. The caller draws what its error says.
pub(in crate::ui) fn show_without_message(
    ui: &mut Ui,
    id: Id,
    labels: &BoxLabels<'_>,
    text: &mut FilterText,
    error: Option<&FilterError>,
) -> FormBoxResponse {
    let p = palette(ui.visuals());
    let size = vec2(ui.available_width(), tokens::CONTROL_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let is_menu = rect.width() < theme::TOGGLES_MIN_WIDTH;
    let is_hovered = ui.rect_contains_pointer(rect);
    let focused = ui.memory(Memory::focused);
    let is_active = focused.is_some_and(|focused| focused == id || toggles::ids(id).contains(&focused));
    // A click beside the text belongs to it, too.
    let background = ui.interact(rect, id.with("background"), Sense::CLICK);
    let lit = hover::strength_of(ui.ctx(), id, is_hovered);
    paint_background(ui, rect, lit, focused == Some(id), error.is_some());

    let y = rect.center().y;
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let caption = fonts::line(ui.painter(), labels.caption, font, p.secondary);
    let left = rect.left() + LEFT;
    let caption_width = caption.size().x;
    ui.painter().galley(pos2(left, y - caption.size().y / 2.0), caption, p.secondary);
    let toggles_width = if is_menu { tokens::TOGGLE_SIZE } else { toggles::total_width(ui) };
    let toggles_left = rect.right() - RIGHT - toggles_width;
    let value = Rect::from_min_max(
        pos2(left + caption_width + GAP, rect.top()),
        pos2(toggles_left - GAP, rect.bottom()),
    );
    let edit = edit(ui, id, value, text);
    if background.clicked() {
        edit.request_focus();
    }
    if text.pattern.is_empty() {
        paint_hint(ui, value, id, labels.hint);
    }
    let edit = edit.accessible_name(labels.name);
    describe_error(ui, id, error);
    let is_visible = is_hovered || is_active || !text.pattern.is_empty();
    let mode = if is_menu {
        let center = pos2(toggles_left + toggles_width / 2.0, y);
        let place = Rect::from_center_size(center, vec2(tokens::TOGGLE_SIZE, tokens::TOGGLE_SIZE));
        toggles::show_as_menu(ui, id, place, text.mode, is_visible)
    } else {
        toggles::show(ui, id, pos2(toggles_left, y), text.mode, is_visible)
    };
    FormBoxResponse { edit, rect, mode }
}
