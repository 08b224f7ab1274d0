//! A row of the rail.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, FontFamily, FontId, Id, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::super::arrow_keys::{self, Axis};
use super::super::fonts;
use super::super::hover;
use super::super::icons::{self, Icon};
use super::super::mark;
use super::super::tokens::{self, palette};
use super::place;
use crate::display;

/// A row.
pub(super) struct Row<'a> {
    /// The name, sanitized.
    pub(super) name: &'a str,
    /// The mark in front of it.
    pub(super) mark: RowMark,
    /// The text at the end.
    pub(super) note: Note,
    /// An alert is firing.
    pub(super) has_alert: bool,
    /// It is what the window shows.
    pub(super) is_selected: bool,
    /// The name is an address, which says less if it is cut. The text at the end makes room for it.
    pub(super) is_address: bool,
}

/// The mark in front of a name, which shows the state by its shape and color.
pub(super) enum RowMark {
    /// Everything works.
    Dot,
    /// The demo gateway.
    Ring,
    /// Another state.
    Icon(Icon, Color32),
}

/// The text at the end of a row.
pub(super) enum Note {
    /// Nothing.
    None,
    /// The number of sessions.
    Count(usize),
    /// Something to do.
    Warning(String),
    /// The time for which the gateway couldn't be read.
    Error(String),
}

impl Row<'_> {
    /// Draws the row. `description` is its accessible name.
    pub(super) fn show(self, ui: &mut Ui, description: &str) -> Response {
        let Self { name, mark, note, has_alert, is_selected, is_address } = self;
        let size = vec2(ui.available_width(), tokens::LIST_ROW_HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        arrow_keys::join(ui, Id::unique("rail rows"), Axis::Vertical, &response);
        response
            .widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_selected, description));
        if is_selected && place::takes_focus(ui) {
            response.request_focus();
        }
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let p = palette(ui.visuals());
        let lit = hover::strength(&response);
        let background = match (is_selected, response.has_focus()) {
            (true, true) => p.selection,
            (true, false) => p.selection_inactive,
            (false, _) => hover::blend(Color32::TRANSPARENT, p.hover, lit),
        };
        let painter = ui.painter();
        painter.rect_filled(rect, tokens::RADIUS_CONTROL, background);
        let padding = 2.0 * tokens::UNIT;
        let center = pos2(rect.left() + padding + tokens::ICON / 2.0, rect.center().y);
        match mark {
            RowMark::Dot => mark::Mark::Fine.paint(painter, center, ui.visuals()),
            RowMark::Ring => mark::Mark::Waiting.paint(painter, center, ui.visuals()),
            RowMark::Icon(icon, color) => icon.paint(painter, center, tokens::ICON, color),
        }
        let (text, color) = match note {
            Note::None => (String::new(), p.secondary),
            Note::Count(count) => (display::number(count), if is_selected { p.text } else { p.secondary }),
            Note::Warning(text) => (text, p.warning),
            Note::Error(text) => (text, p.error),
        };
        let layout = |text: String, font, color| fonts::line(painter, text, font, color);
        let note = layout(text, FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional), color);
        let (left, right) = (center.x + tokens::ICON / 2.0 + padding, rect.right() - padding);
        let family = if is_selected { fonts::semibold() } else { FontFamily::Proportional };
        let font = FontId::new(tokens::TYPE_BODY, family);
        let full = layout(name.to_owned(), font.clone(), p.text).size().x;
        let mut name_right = right;
        let bell = if has_alert { tokens::ICON_TINY + tokens::UNIT } else { 0.0 };
        let mut bell_right = right;
        if has_note(is_address, full, note.size().x + padding, right - left) {
            let note_left = right - note.size().x;
            name_right = note_left - padding;
            bell_right = note_left - tokens::UNIT;
            painter.galley(pos2(note_left, rect.center().y - note.size().y / 2.0), note, color);
        }
        if has_alert {
            let center = pos2(bell_right - tokens::ICON_TINY / 2.0, rect.center().y);
            icons::BELL.paint(painter, center, tokens::ICON_TINY, p.warning);
            name_right = name_right.min(bell_right - bell);
        }
        let mut job = LayoutJob::simple_singleline(name.to_owned(), font, p.text);
        job.wrap = TextWrapping::truncate_at_width((name_right - left).max(0.0));
        let galley = painter.layout_job(job);
        painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, p.text);
        if response.has_focus() && !is_selected {
            let stroke = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
            painter.rect_stroke(rect, tokens::RADIUS_CONTROL, stroke, StrokeKind::Inside);
        }
        response
    }
}

/// Draws the button that adds a gateway.
pub(super) fn add_button(ui: &mut Ui) -> Response {
    const LABEL: &str = "Add gateway…";
    let size = vec2(ui.available_width(), tokens::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), LABEL));
    let p = palette(ui.visuals());
    let color = hover::color(&response, p.secondary, p.text);
    let background = hover::background(&response, p, Color32::TRANSPARENT);
    let painter = ui.painter();
    painter.rect_filled(rect, tokens::RADIUS_CONTROL, background);
    let padding = 2.0 * tokens::UNIT;
    let center = pos2(rect.left() + padding + tokens::ICON / 2.0, rect.center().y);
    icons::PLUS.paint(painter, center, tokens::ICON, color);
    let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
    let galley = painter.layout_no_wrap(LABEL.to_owned(), font, color);
    let left = center.x + tokens::ICON / 2.0 + padding;
    painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, color);
    if response.has_focus() {
        let stroke = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
        painter.rect_stroke(rect, tokens::RADIUS_CONTROL, stroke, StrokeKind::Inside);
    }
    response
}

/// Returns whether there is room for the text at the end, of this width with the space before it, beside a name.
fn has_note(is_address: bool, name: f32, note: f32, room: f32) -> bool {
    !is_address || name + note <= room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_last() {
        assert!(has_note(false, 200.0, 40.0, 143.0));
        assert!(has_note(true, 100.0, 40.0, 143.0));
        assert!(!has_note(true, 110.0, 40.0, 143.0));
    }
}
