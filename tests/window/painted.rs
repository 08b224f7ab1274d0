//! The texts that a window paints, with their places, for what has no accessible name.

use egui::{Color32, Rect, Shape};

use super::support::window::Window;

/// A text that was painted in the last frame.
#[derive(Clone, Debug)]
pub(crate) struct PaintedText {
    pub(crate) text: String,
    /// The place of the text, and the part of the window in which it shows.
    pub(crate) place: Rect,
    pub(crate) clip: Rect,
    /// `true` if its end is replaced by an ellipsis.
    pub(crate) is_truncated: bool,
    pub(crate) color: Color32,
}

impl PaintedText {
    /// Returns `true` if nothing of the text is cut off.
    pub(crate) fn is_whole(&self) -> bool {
        // A glyph may be a little higher than its line.
        !self.is_truncated && self.clip.expand2(egui::vec2(0.0, 1.0)).contains_rect(self.place)
    }
}

/// Returns the painted texts, in the order in which they were painted.
pub(crate) fn texts(window: &Window) -> Vec<PaintedText> {
    let mut found = Vec::new();
    for clipped in &window.harness.output().shapes {
        add(&clipped.shape, clipped.clip_rect, &mut found);
    }
    found
}

/// Returns the painted texts in a part of the window.
pub(crate) fn texts_in(window: &Window, part: Rect) -> Vec<PaintedText> {
    texts(window).into_iter().filter(|text| part.contains(text.place.center())).collect()
}

/// Returns the places of the filled rectangles in a part of the window.
pub(crate) fn backgrounds_in(window: &Window, part: Rect) -> Vec<Rect> {
    let shapes = window.harness.output().shapes.iter();
    let backgrounds = shapes.filter_map(|clipped| match &clipped.shape {
        Shape::Rect(background) => Some(background.rect),
        _ => None,
    });
    backgrounds.filter(|background| part.contains_rect(*background)).collect()
}

fn add(shape: &Shape, clip: Rect, found: &mut Vec<PaintedText>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| add(shape, clip, found)),
        Shape::Text(text) => found.push(PaintedText {
            text: text.galley.text().to_owned(),
            place: text.visual_bounding_rect(),
            clip,
            is_truncated: text.galley.elided,
            color: text
                .galley
                .job
                .sections
                .first()
                .map(|section| section.format.color)
                .filter(|color| *color != Color32::PLACEHOLDER)
                .unwrap_or(text.fallback_color),
        }),
        _ => {}
    }
}
