//! A moment in the chart: a line, with the time below it.

use std::sync::Arc;

use egui::{Color32, Galley, Painter, Rangef, Rect, Stroke, pos2, vec2};

use super::super::theme;
use super::super::tokens::{self, Palette};
use super::paint::font;
use super::scale::Scale;

/// The moment under the pointer, or the one that is chosen.
pub(super) struct Cursor {
    x: f32,
    ys: Rangef,
    line: Stroke,
    /// The time; `None` where another one has its place.
    label: Option<Label>,
}

struct Label {
    galley: Arc<Galley>,
    place: Rect,
    background: Color32,
    color: Color32,
}

impl Cursor {
    /// Returns the cursor of a time; `None` if that is beside the chart.
    pub(super) fn new(
        painter: &Painter,
        p: &Palette,
        scale: Scale,
        time: i64,
        label: String,
        is_chosen: bool,
    ) -> Option<Self> {
        let x = scale.x(time).round();
        if !scale.rect.x_range().contains(x) {
            return None;
        }
        let (line, background, color) = if is_chosen {
            (Stroke::new(tokens::FOCUS_WIDTH, p.focus), p.accent, p.on_accent)
        } else {
            (Stroke::new(tokens::LINE, p.control_border_hover), p.control, p.text)
        };
        let bottom = scale.rect.bottom() + theme::CURSOR_BELOW;
        let galley = painter.layout_no_wrap(label, font(is_chosen), color);
        let size = vec2(galley.size().x + 2.0 * theme::CURSOR_LABEL_PADDING, theme::CURSOR_LABEL_HEIGHT);
        let max = scale.rect.right() + tokens::TIMELINE_RIGHT - size.x;
        let left = (x - size.x / 2.0).clamp(scale.rect.left(), max.max(scale.rect.left())).round();
        let place = Rect::from_min_size(pos2(left, bottom), size);
        let ys = Rangef::new(scale.rect.top(), bottom);
        Some(Self { x, ys, line, label: Some(Label { galley, place, background, color }) })
    }

    /// Returns the cursor without its label if that would be over the one of another cursor.
    pub(super) fn beside(mut self, other: Option<&Self>) -> Self {
        let taken = other.and_then(Self::label_xs);
        let is_free = |xs: Rangef| taken.is_none_or(|taken| !taken.intersects(xs));
        if !self.label_xs().is_some_and(is_free) {
            self.label = None;
        }
        self
    }

    /// Returns where the label is.
    pub(super) fn label_xs(&self) -> Option<Rangef> {
        self.label.as_ref().map(|label| label.place.x_range())
    }

    /// Draws the line and the label.
    pub(super) fn paint(&self, painter: &Painter) {
        painter.vline(self.x, self.ys, self.line);
        if let Some(Label { galley, place, background, color }) = &self.label {
            painter.rect_filled(*place, tokens::RADIUS_SMALL, *background);
            painter.galley(place.center() - galley.size() / 2.0, galley.clone(), *color);
        }
    }
}
