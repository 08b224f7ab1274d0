//! Text with the match of a filter highlighted.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, TextStyle, Ui};

use super::tokens::palette;
use crate::display;
use crate::sanitize::ELLIPSIS;

/// Returns a text with this byte range highlighted. It is sanitized, and cut off where it is too long.
pub(super) fn text(ui: &Ui, text: &str, matched: &Range<usize>, color: Color32) -> LayoutJob {
    let p = palette(ui.visuals());
    let plain = TextFormat::simple(TextStyle::Body.resolve(ui.style()), color);
    let highlight = TextFormat { background: p.found, color: p.on_found, ..plain.clone() };
    let mut job = LayoutJob::default();
    // The parts are cut off where the whole text would be.
    let shown_end = display::text_end(text);
    let part = |from: usize, to: usize| display::text(&text[from.min(shown_end)..to.min(shown_end)]);
    job.append(&part(0, matched.start), 0.0, plain.clone());
    job.append(&part(matched.start, matched.end), 0.0, highlight);
    job.append(&part(matched.end, text.len()), 0.0, plain.clone());
    if shown_end < text.len() {
        job.append(&ELLIPSIS.to_string(), 0.0, plain);
    }
    job
}
