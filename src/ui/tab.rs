//! A tab of a row, such as the one above the table.

use egui::accesskit::Role;
use egui::{Color32, FontFamily, FontId, Id, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::arrow_keys::{self, Axis};
use super::button;
use super::hover;
use super::theme;
use super::tokens::{self, palette};

/// Space at both sides of a tab, and between its name and its number.
pub(super) const PADDING: f32 = 3.0 * tokens::UNIT;
const GAP: f32 = 1.5 * tokens::UNIT;

/// Draws a tab of a group. Its mark is on the line that takes the last point of the row.
pub(super) fn show(
    ui: &mut Ui,
    group: Id,
    row: Rect,
    name: &str,
    number: Option<&str>,
    is_on: bool,
) -> Response {
    let font = |size| FontId::new(size, FontFamily::Proportional);
    let layout = |text: String, size| ui.painter().layout_no_wrap(text, font(size), Color32::PLACEHOLDER);
    let title = layout(name.to_owned(), tokens::TYPE_BODY);
    let count = number.map(|number| layout(number.to_owned(), tokens::TYPE_SECONDARY));
    // The space before the number is there without it, too.
    let count_width = count.as_ref().map_or(0.0, |count| count.size().x);
    let size = vec2(2.0 * PADDING + title.size().x + GAP + count_width, row.height());
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    arrow_keys::join(ui, group, Axis::Horizontal, &response);
    response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), is_on, name));
    if let Some(number) = number {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(number));
    }
    let p = palette(ui.visuals());
    let painter = ui.painter();
    let lit = hover::strength(&response);
    let (mark, text) = match is_on {
        _ if !response.enabled() => (Color32::TRANSPARENT, p.disabled),
        true => (p.link, p.text),
        false => (
            hover::blend(Color32::TRANSPARENT, p.control_border, lit),
            hover::blend(p.secondary, p.text, lit),
        ),
    };
    let inner = rect.shrink2(vec2(PADDING, 0.0));
    // The line takes the last point of the row.
    let y = rect.center().y - tokens::LINE / 2.0;
    let (title_width, title_height) = (title.size().x, title.size().y);
    painter.galley(pos2(inner.left(), y - title_height / 2.0), title, text);
    if let Some(count) = count {
        let at = pos2(inner.left() + title_width + GAP, y - count.size().y / 2.0);
        painter.galley(at, count, p.secondary);
    }
    painter.hline(inner.x_range(), row.bottom() - theme::TAB_MARK / 2.0, Stroke::new(theme::TAB_MARK, mark));
    if response.has_focus() {
        button::paint_focus(ui, rect.shrink2(vec2(tokens::UNIT, tokens::UNIT)), false);
    }
    response
}
