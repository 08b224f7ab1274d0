//! The texts of keys, and keycaps.

use egui::{
    Align2, Color32, FontFamily, FontId, Key, KeyboardShortcut, Modifiers, Painter, Pos2, Rect, Stroke,
    StrokeKind, pos2, vec2,
};

use super::theme;
use super::tokens::{self, Palette};

/// Returns the texts on the keys of a shortcut, such as `Ctrl` and `K`.
pub(super) fn keys(shortcut: KeyboardShortcut) -> Vec<&'static str> {
    let KeyboardShortcut { modifiers, logical_key } = shortcut;
    let Modifiers { alt, shift, command, .. } = modifiers;
    let modifiers = [(command, theme::CTRL), (alt, theme::ALT), (shift, "Shift")];
    let pressed = modifiers.into_iter().filter(|(is_pressed, _)| *is_pressed).map(|(_, text)| text);
    pressed.chain([key(logical_key)]).collect()
}

/// Returns the text of a shortcut, such as `Ctrl+K`.
pub(super) fn text(shortcut: KeyboardShortcut) -> String {
    keys(shortcut).join("+")
}

fn key(key: Key) -> &'static str {
    match key {
        Key::Comma => ",",
        Key::Plus => "Plus",
        Key::Minus => "Minus",
        Key::Escape => "Esc",
        other => other.name(),
    }
}

/// Returns the width of keycaps side by side.
pub(super) fn width(painter: &Painter, keys: &[&str]) -> f32 {
    let widths = keys.iter().map(|key| {
        let text = painter.layout_no_wrap((*key).to_owned(), font(), Color32::PLACEHOLDER);
        keycap_width(text.size().x) + tokens::UNIT
    });
    widths.sum::<f32>() - tokens::UNIT
}

fn keycap_width(text: f32) -> f32 {
    (text + 2.0 * theme::KEYCAP_PADDING).max(tokens::TOGGLE_SIZE).round()
}

fn font() -> FontId {
    FontId::new(tokens::TYPE_CAPTION, FontFamily::Proportional)
}

/// Paints keycaps side by side, the last one ending at `right`. Returns their left edge.
pub(super) fn paint_keycaps(painter: &Painter, p: &Palette, keys: &[&str], right: Pos2) -> f32 {
    let mut right = right;
    for key in keys.iter().rev() {
        let galley = painter.layout_no_wrap((*key).to_owned(), font(), p.secondary);
        let width = keycap_width(galley.size().x);
        let rect =
            Rect::from_center_size(pos2(right.x - width / 2.0, right.y), vec2(width, tokens::TOGGLE_SIZE));
        let stroke = Stroke::new(tokens::LINE, p.popup_border);
        painter.rect_stroke(rect, tokens::RADIUS_SMALL, stroke, StrokeKind::Inside);
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
        painter.galley(at, galley, p.secondary);
        right.x -= width + tokens::UNIT;
    }
    right.x + tokens::UNIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keys_as_on_the_keyboard() {
        let shortcut = KeyboardShortcut::new(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
        assert_eq!(text(shortcut), format!("{}+Shift+C", theme::CTRL));
        assert_eq!(text(KeyboardShortcut::new(Modifiers::NONE, Key::F5)), "F5");
        let comma = KeyboardShortcut::new(Modifiers::COMMAND, Key::Comma);
        assert_eq!(text(comma), format!("{}+,", theme::CTRL));
    }
}
