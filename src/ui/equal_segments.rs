//! A choice between a few values of equal width, side by side.

use egui::accesskit::Role;
use egui::{Color32, FontId, Id, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::arrow_keys::{self, Axis};
use super::button;
use super::hover;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;

/// A segment of the choice.
pub(super) struct Segment<'a> {
    /// The label.
    pub(super) label: &'a str,
    /// The accessible name.
    pub(super) name: &'a str,
    /// The text under the pointer; empty for none.
    pub(super) hint: &'a str,
}

/// Draws segments of equal width in `width` points. Returns the index of the one that was clicked.
pub(super) fn show(
    ui: &mut Ui,
    id: Id,
    width: f32,
    selected: usize,
    segments: &[Segment<'_>],
) -> Option<usize> {
    let p = palette(ui.visuals());
    let (rect, _) = ui.allocate_exact_size(vec2(width, tokens::CONTROL_HEIGHT), Sense::hover());
    let stroke = Stroke::new(tokens::LINE, p.control_border);
    ui.painter().rect(rect, tokens::RADIUS_CONTROL, p.input, stroke, StrokeKind::Inside);
    #[expect(clippy::cast_precision_loss, reason = "there are few segments")]
    let (count, selected_x) = (segments.len() as f32, selected as f32);
    let segment_width = width / count;
    let rect_at = |x: f32| {
        let left = rect.left() + x * segment_width;
        Rect::from_min_size(pos2(left, rect.top()), vec2(segment_width, rect.height()))
    };
    let mark = Stroke::new(tokens::LINE, p.link);
    let background = rect_at(selected_x);
    let mut clicked = None;
    let mut x = 0.0;
    for (index, segment) in segments.iter().enumerate() {
        let response = segment_ui(ui, id.with(index), rect_at(x), segment, index == selected);
        arrow_keys::join(ui, id, Axis::Horizontal, &response);
        if response.clicked() {
            clicked = Some(index);
        }
        if index == selected {
            ui.painter().rect(background, tokens::RADIUS_CONTROL, p.selection, mark, StrokeKind::Inside);
        }
        let color = if index == selected { p.text } else { hover::color(&response, p.secondary, p.text) };
        let font = FontId::proportional(tokens::TYPE_BODY);
        let galley = ui.painter().layout_no_wrap(segment.label.to_owned(), font, Color32::PLACEHOLDER);
        ui.painter().galley(rect_at(x).center() - galley.size() / 2.0, galley, color);
        if response.has_focus() {
            button::paint_focus(ui, rect_at(x), false);
        }
        x += 1.0;
    }
    clicked
}

fn segment_ui(ui: &Ui, id: Id, rect: Rect, segment: &Segment<'_>, is_selected: bool) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, is_enabled, is_selected, segment.name));
    if segment.hint.is_empty() { response } else { response.tooltip(segment.hint) }
}
