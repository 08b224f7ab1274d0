//! The error of a pattern, over what is below its box. It comes a moment after the last key, so that an unfinished pattern
//! isn't called wrong, and nothing moves.

use std::ops::Range;
use std::time::Duration;

use egui::accesskit::{Live, Role};
use egui::text::{LayoutJob, TextFormat};
use egui::{
    FontFamily, FontId, Galley, Id, Label, Popup, Rect, Response, RichText, Sense, Ui, WidgetInfo, vec2,
};

use super::labels::shortened;
use crate::query::{FilterError, FilterStatus, FilterText};
use crate::sanitize::escape;
use crate::ui::error_report::ErrorReport;
use crate::ui::icons;
use crate::ui::popup;
use crate::ui::theme;
use crate::ui::tokens::{self, palette};

/// The error and when the text was changed last, in seconds. In egui's memory.
#[derive(Clone)]
struct ShownError {
    pattern: String,
    since_secs: f64,
}

/// Draws the error while the box has the keyboard focus or the pointer, and no menu is open. `below` draws what applies instead.
pub(super) fn show(
    ui: &Ui,
    edit: &Response,
    anchor: Rect,
    text: &FilterText,
    error: &FilterError,
    below: impl FnOnce(&mut Ui),
) {
    let is_due = is_due(ui, edit.id, text) && (edit.has_focus() || ui.rect_contains_pointer(anchor));
    // Such as the history of the box, which has the same place.
    if !is_due || Popup::is_any_open(ui.ctx()) {
        return;
    }
    let position = anchor.left_bottom() + vec2(-tokens::LINE, tokens::POPUP_GAP - tokens::LINE);
    popup::overlay(edit, position, "Filter error", |ui| contents(ui, text, error, below));
}

/// Returns whether the text of a box hasn't changed for a while. Requests a repaint for that moment.
pub(in crate::ui) fn is_due(ui: &Ui, edit: Id, text: &FilterText) -> bool {
    let key = edit.with("error since");
    let now = ui.input(|input| input.time);
    let shown =
        ui.data(|data| data.get_temp::<ShownError>(key)).filter(|shown| shown.pattern == text.pattern);
    let since_secs = if let Some(shown) = shown {
        shown.since_secs
    } else {
        let shown = ShownError { pattern: text.pattern.clone(), since_secs: now };
        ui.data_mut(|data| data.insert_temp(key, shown));
        now
    };
    let left = since_secs + theme::ERROR_DELAY.as_secs_f64() - now;
    if left > 0.0 {
        ui.ctx().request_repaint_after(Duration::try_from_secs_f64(left).unwrap_or_default());
    }
    left <= 0.0
}

/// Draws the pattern with the place of the error, the error, and what `below` draws.
pub(in crate::ui) fn contents(
    ui: &mut Ui,
    text: &FilterText,
    error: &FilterError,
    below: impl FnOnce(&mut Ui),
) {
    let p = palette(ui.visuals());
    ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, 0.0);
    marked_pattern(ui, text, error.column());
    ui.add_space(1.5 * tokens::UNIT);
    let summary = ErrorReport::new(error).summary().to_owned();
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(tokens::ICON, tokens::LINE_BODY), Sense::hover());
        icons::CIRCLE_ALERT.paint(ui.painter(), rect.center(), tokens::ICON, p.error);
        ui.vertical(|ui| {
            let message = ui.add(
                Label::new(RichText::new(&summary).color(p.text).line_height(Some(tokens::LINE_BODY))).wrap(),
            );
            ui.ctx().accesskit_node_builder(message.id, |node| node.set_live(Live::Polite));
            below(ui);
        });
    });
}

/// Draws the pattern with a mark at the place of the error. An error after its end has a mark there.
fn marked_pattern(ui: &mut Ui, text: &FilterText, column: Option<usize>) {
    let p = palette(ui.visuals());
    let plain = TextFormat {
        line_height: Some(tokens::LINE_BODY),
        ..TextFormat::simple(FontId::new(tokens::TYPE_BODY, FontFamily::Monospace), p.text)
    };
    let marked = TextFormat { color: p.error, ..plain.clone() };
    let letters: Vec<char> = text.pattern.chars().collect();
    // A long pattern is shown around the error.
    let at = column.map_or(0, |column| column - 1).min(letters.len());
    let first = at.saturating_sub(theme::ERROR_CONTEXT);
    let last = letters.len().min(at + theme::ERROR_CONTEXT);
    let part =
        |from: usize, to: usize| escape(&letters[from.min(to)..to].iter().collect::<String>()).into_owned();
    let mut job = LayoutJob::default();
    let after = if column.is_some() { construct_end(&letters, at).min(last) } else { at };
    job.append(if first > 0 { "…" } else { "" }, 0.0, plain.clone());
    job.append(&part(first, at), 0.0, plain.clone());
    let start = job.text.chars().count();
    if column.is_some() {
        let bad = part(at, after);
        job.append(if bad.is_empty() { " " } else { &bad }, 0.0, marked);
    }
    let end = job.text.chars().count();
    job.append(&part(after, last), 0.0, plain.clone());
    job.append(if last < letters.len() { "…" } else { "" }, 0.0, plain);
    job.wrap.max_width = ui.available_width();
    let galley = ui.painter().layout_job(job);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, galley.text()));
    for mark in rects_of(&galley, &(start..end)) {
        let mark = mark.translate(rect.min.to_vec2());
        ui.painter().rect_filled(mark, theme::ERROR_MARK_RADIUS, p.error_background);
        let line = mark.with_min_y(mark.bottom() - tokens::FOCUS_WIDTH);
        ui.painter().rect_filled(line, theme::ERROR_MARK_RADIUS, p.error);
    }
    ui.painter().galley(rect.min, galley, p.text);
}

/// Returns the end of the construct that starts at a letter: a whole escape, or only the letter.
fn construct_end(letters: &[char], start: usize) -> usize {
    let rest = letters.get(start..).unwrap_or_default();
    let closing = match rest {
        ['\\', 'p' | 'P' | 'x' | 'N' | 'b', '{', ..] => '}',
        ['\\', 'k', '<', ..] => '>',
        ['\\', _, ..] => return start + 2,
        _ => return start + 1,
    };
    let end = rest.iter().position(|letter| *letter == closing).unwrap_or(rest.len() - 1);
    start + end + 1
}

/// Returns the places of these characters, one in each row of the text.
fn rects_of(galley: &Galley, chars: &Range<usize>) -> Vec<Rect> {
    let mut rects = Vec::new();
    let mut number = 0;
    for row in &galley.rows {
        let mut place: Option<Rect> = None;
        for glyph in &row.glyphs {
            if chars.contains(&number) {
                let top = glyph.pos - vec2(0.0, glyph.font_ascent);
                let rect = Rect::from_min_size(top, vec2(glyph.advance_width, glyph.font_height));
                let rect = rect.translate(row.pos.to_vec2());
                place = Some(place.map_or(rect, |place| place.union(rect)));
            }
            number += 1;
        }
        rects.extend(place);
    }
    rects
}

/// Draws what the table shows instead, for a column with this title.
pub(super) fn active_filter_ui(ui: &mut Ui, title: &str, status: &FilterStatus) {
    ui.add_space(tokens::UNIT / 2.0);
    ui.add(Label::new(active_filter_text(ui, title, status)).wrap());
}

fn active_filter_text(ui: &Ui, title: &str, status: &FilterStatus) -> LayoutJob {
    let p = palette(ui.visuals());
    let format = |family| TextFormat {
        line_height: Some(tokens::LINE_SECONDARY),
        ..TextFormat::simple(FontId::new(tokens::TYPE_SECONDARY, family), p.secondary)
    };
    let mut job = LayoutJob::default();
    if let Some(filter) = &status.filter {
        job.append("The table still shows ", 0.0, format(FontFamily::Proportional));
        let pattern = shortened(filter.pattern());
        job.append(&pattern, 0.0, format(FontFamily::Monospace));
    } else {
        let text = format!("The table isn't filtered by {}", super::noun(title));
        job.append(&text, 0.0, format(FontFamily::Proportional));
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_whole_escapes() {
        for (pattern, start, marked) in [
            (r"a\X.*", 1, r"\X"),
            (r"\p{Foo}x", 0, r"\p{Foo}"),
            (r"\p{Fo", 0, r"\p{Fo"),
            (r"(a)\k<b>", 3, r"\k<b>"),
            (r"a\", 1, r"\"),
            ("bi(ross", 2, "("),
            ("bi", 2, ""),
        ] {
            let letters: Vec<char> = pattern.chars().collect();
            let end = construct_end(&letters, start).min(letters.len());
            assert_eq!(letters[start..end].iter().collect::<String>(), marked, "{pattern}");
        }
    }
}
