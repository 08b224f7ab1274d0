//! A choice of a few values side by side.

use egui::accesskit::Role;
use egui::emath::GuiRounding as _;
use egui::{Color32, FontFamily, FontId, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::arrow_keys::{self, Axis};
use super::fonts;
use super::hover;
use super::theme;
use super::tokens::{self, palette};

/// Draws the choice. `name` is what is chosen. Returns the value that was clicked.
pub(super) fn show<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    current: T,
    choices: impl IntoIterator<Item = (T, &'static str)>,
) -> Option<T> {
    sized(ui, name, current, choices, &Size::NORMAL)
}

/// Draws the choice smaller, for the titles of panels.
pub(super) fn show_small<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    current: T,
    choices: impl IntoIterator<Item = (T, &'static str)>,
) -> Option<T> {
    sized(ui, name, current, choices, &Size::SMALL)
}

/// The size of a choice.
struct Size {
    height: f32,
    text: f32,
    padding: f32,
}

impl Size {
    const NORMAL: Self =
        Self { height: tokens::CONTROL_HEIGHT, text: tokens::TYPE_BODY, padding: theme::SEGMENT_PADDING };
    const SMALL: Self = Self {
        height: tokens::CONTROL_HEIGHT_SMALL,
        text: tokens::TYPE_SECONDARY,
        padding: 2.0 * tokens::UNIT,
    };
}

fn sized<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    current: T,
    choices: impl IntoIterator<Item = (T, &'static str)>,
    size: &Size,
) -> Option<T> {
    let p = palette(ui.visuals());
    let font = FontId::new(size.text, FontFamily::Proportional);
    let segments: Vec<_> = choices
        .into_iter()
        .map(|(value, text)| {
            let galley = fonts::line(ui.painter(), text, font.clone(), Color32::PLACEHOLDER);
            let width = galley.size().x + 2.0 * size.padding;
            (value, text, galley, width)
        })
        .collect();
    let width = segments.iter().map(|(.., width)| width).sum();
    let (rect, _) = ui.allocate_exact_size(vec2(width, size.height), Sense::hover());
    let border = Stroke::new(tokens::LINE, p.control_border);
    ui.painter().rect(rect, tokens::RADIUS_CONTROL, p.input, border, StrokeKind::Inside);
    let mut clicked = None;
    let mut left = rect.left();
    for (value, text, galley, width) in segments {
        let part = Rect::from_x_y_ranges(left..=left + width, rect.y_range()).round_ui();
        left += width;
        let is_on = value == current;
        let response = ui.interact(part, ui.scope_id().with((name, text)), Sense::click());
        arrow_keys::join(ui, ui.scope_id().with(name), Axis::Horizontal, &response);
        response.widget_info(|| {
            WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_on, format!("{name}: {text}"))
        });
        if response.clicked() {
            clicked = Some(value);
        }
        let lit = hover::strength(&response);
        let (background, color) = if is_on {
            (p.selection, p.text)
        } else {
            (hover::blend(Color32::TRANSPARENT, p.hover, lit), hover::blend(p.secondary, p.text, lit))
        };
        let painter = ui.painter();
        if is_on {
            let line = Stroke::new(tokens::LINE, p.link);
            painter.rect(part, tokens::RADIUS_CONTROL, background, line, StrokeKind::Inside);
        } else {
            // Leaves the border of the whole visible.
            painter.rect_filled(part.shrink(tokens::LINE), tokens::RADIUS_CONTROL, background);
        }
        painter.galley(part.center() - galley.size() / 2.0, galley, color);
        if response.has_focus() {
            let focus = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
            painter.rect_stroke(part, tokens::RADIUS_CONTROL, focus, StrokeKind::Inside);
        }
    }
    clicked
}
