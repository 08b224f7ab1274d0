//! The page of the settings with the list of keys.

use egui::accesskit::Role;
use egui::{Sense, Ui, WidgetInfo, vec2};

use super::super::command_table::{self, Topic};
use super::super::form_rows::{group, space};
use super::super::key_text;
use super::super::tokens::{self, palette};

/// Draws the page.
pub(super) fn show(ui: &mut Ui) {
    for (index, topic) in Topic::ALL.into_iter().enumerate() {
        if index > 0 {
            space(ui);
        }
        group(ui, topic.title());
        for named in command_table::ALL.iter().filter(|named| named.topic == topic) {
            if let Some(keys) = named.keys {
                line(ui, named.name, &key_text::keys(keys));
            }
        }
        for (_, keys, text) in command_table::OTHER_KEYS.iter().filter(|(other, ..)| *other == topic) {
            line(ui, text, keys);
        }
    }
}

fn line(ui: &mut Ui, text: &str, keys: &[&str]) {
    let p = palette(ui.visuals());
    // In a narrow dialog, a long text takes more lines rather than run under the keycaps.
    let room = ui.available_width() - key_text::width(ui.painter(), keys);
    let font = egui::FontId::new(tokens::TYPE_BODY, egui::FontFamily::Proportional);
    let galley = ui.painter().layout(text.to_owned(), font, p.text, (room - 2.0 * tokens::UNIT).max(0.0));
    let height = galley.size().y + tokens::MENU_ROW_HEIGHT - tokens::LINE_BODY;
    let size = vec2(ui.available_width(), height.max(tokens::MENU_ROW_HEIGHT));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{text}: {}", keys.join("+"))));
    let painter = ui.painter();
    painter.galley(rect.left_center() - vec2(0.0, galley.size().y / 2.0), galley, p.text);
    let right = rect.right_center();
    key_text::paint_keycaps(painter, p, keys, right);
}
