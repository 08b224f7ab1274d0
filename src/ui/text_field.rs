//! A text box with a caption above it and its error below it.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{
    Align2, Context, FontId, Frame, Id, Label, Margin, Response, RichText, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, TextBuffer, TextEdit, Ui, UiBuilder, epaint::RectShape, vec2,
};

use super::a11y_hidden;
use super::button;
use super::hover;
use super::icons::{self, Icon};
use super::small_text;
use super::theme;
use super::tokens::{self, Palette, palette};
use super::tooltip::ResponseExt as _;

/// Space between the border and the text.
const TEXT_MARGIN: i8 = 8;
/// The same at the right of a box with a button.
const TEXT_MARGIN_BUTTON: i8 = 30;

/// Moves the keyboard focus to a box and selects its text, so that typing replaces it.
pub(super) fn focus_and_select(ctx: &Context, id: Id, text: &str) {
    // The selection is lost unless the box has the focus when it is drawn.
    ctx.memory_mut(|memory| memory.request_focus(id));
    let mut edit = TextEditState::load(ctx, id).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    edit.cursor.set_char_range(Some(CCursorRange::two(CCursor::default(), end)));
    edit.store(ctx, id);
}

/// A text box with its caption.
pub(super) struct TextField<'a> {
    id: Id,
    caption: &'a str,
    name: &'a str,
    hint: &'a str,
    error: Option<&'a str>,
    has_error_room: bool,
    is_faulty: bool,
    is_secret: bool,
    room: f32,
    max_chars: usize,
}

/// The response of a box in this frame.
pub(super) struct FieldResponse {
    /// The text box.
    pub(super) edit: Response,
    /// The button in the box was clicked.
    pub(super) reveal_clicked: bool,
}

impl<'a> TextField<'a> {
    /// Returns a box with a caption, which is also its accessible name.
    pub(super) fn new(id: Id, caption: &'a str) -> Self {
        Self {
            id,
            caption,
            name: caption,
            hint: "",
            error: None,
            has_error_room: false,
            is_faulty: false,
            is_secret: false,
            room: 0.0,
            max_chars: usize::MAX,
        }
    }

    /// Sets the accessible name. With an empty caption, the box has none above it.
    pub(super) fn name(self, name: &'a str) -> Self {
        Self { name, ..self }
    }

    /// Sets the text of an empty box.
    pub(super) fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    /// Sets the error, which is shown below the box.
    pub(super) fn error(self, error: Option<&'a str>) -> Self {
        Self { error, ..self }
    }

    /// Leaves the room of an error of one line while there is none, so that nothing moves when one has gone.
    pub(super) fn error_room(self, has_error_room: bool) -> Self {
        Self { has_error_room, ..self }
    }

    /// Shows that there is an error, which is described elsewhere.
    pub(super) fn faulty(self, is_faulty: bool) -> Self {
        Self { is_faulty, ..self }
    }

    /// Leaves room at the right of the box for a button. The error takes the whole width.
    pub(super) fn room(self, room: f32) -> Self {
        Self { room, ..self }
    }

    /// Sets the length of the longest text, in characters.
    pub(super) fn max_chars(self, max_chars: usize) -> Self {
        Self { max_chars, ..self }
    }

    /// Adds a button that shows and hides the text.
    pub(super) fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    /// Draws the box in the available width. `is_revealed`: a secret is readable.
    pub(super) fn show(self, ui: &mut Ui, text: &mut dyn TextBuffer, is_revealed: bool) -> FieldResponse {
        let p = palette(ui.visuals());
        ui.spacing_mut().item_spacing.y = tokens::UNIT;
        if !self.caption.is_empty() {
            let font = FontId::proportional(tokens::TYPE_SECONDARY);
            a11y_hidden::line(ui, self.caption, font, p.secondary, tokens::LINE_SECONDARY);
        }
        // Behind the text, once it is known whether the box has the focus.
        let background = ui.painter().add(Shape::Noop);
        let width = ui.available_width() - self.room;
        let right = if self.is_secret { TEXT_MARGIN_BUTTON } else { TEXT_MARGIN };
        let edit = TextEdit::singleline(text)
            .id(self.id)
            .hint_text(RichText::new(self.hint).color(p.secondary))
            .char_limit(self.max_chars)
            .password(self.is_secret && !is_revealed)
            .frame(Frame::NONE.inner_margin(Margin { left: TEXT_MARGIN, right, top: 0, bottom: 0 }))
            .align(Align2::LEFT_CENTER)
            .min_size(vec2(width, tokens::CONTROL_HEIGHT))
            .desired_width(width);
        let edit = ui.add(edit).accessible_name(self.name);
        let stroke = border(p, &edit, self.error.is_some() || self.is_faulty);
        let shape = RectShape::new(edit.rect, tokens::RADIUS_CONTROL, p.input, stroke, StrokeKind::Inside);
        ui.painter().set(background, shape);
        let reveal_clicked = self.is_secret && reveal_button(ui, &edit, is_revealed);
        if let Some(error) = self.error {
            message(ui, error);
        } else if self.has_error_room {
            ui.allocate_exact_size(vec2(0.0, tokens::LINE_SECONDARY), Sense::hover());
        }
        FieldResponse { edit, reveal_clicked }
    }
}

/// Draws the button at the right of a box with a secret. Returns whether it was clicked.
fn reveal_button(ui: &mut Ui, edit: &Response, is_revealed: bool) -> bool {
    let p = palette(ui.visuals());
    let margin = (tokens::CONTROL_HEIGHT - tokens::TOGGLE_SIZE) / 2.0;
    let size = vec2(tokens::TOGGLE_SIZE, tokens::TOGGLE_SIZE);
    let rect = egui::Rect::from_min_size(edit.rect.right_top() + vec2(-margin - size.x, margin), size);
    let response = ui.interact(rect, edit.id.with("reveal"), Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::selected(
            egui::accesskit::Role::Button,
            ui.is_enabled(),
            is_revealed,
            "Show the text",
        )
    });
    let background = hover::color(&response, egui::Color32::TRANSPARENT, p.hover);
    ui.painter().rect_filled(rect, tokens::RADIUS_SMALL, background);
    let color = if is_revealed { p.link } else { hover::color(&response, p.secondary, p.text) };
    icons::EYE.paint(ui.painter(), rect.center(), tokens::ICON_SMALL, color);
    if response.has_focus() {
        button::paint_focus(ui, rect, false);
    }
    response.tooltip("Show the text").clicked()
}

/// Draws an error with its icon.
fn message(ui: &mut Ui, error: &str) {
    let color = palette(ui.visuals()).error;
    line(ui, icons::CIRCLE_ALERT, color, error, color);
}

/// Draws a line of small text after an icon. The text wraps.
pub(super) fn line(
    ui: &mut Ui,
    icon: Icon,
    icon_color: egui::Color32,
    text: &str,
    color: egui::Color32,
) -> Response {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 1.5 * tokens::UNIT;
        let size = vec2(tokens::ICON_SMALL, tokens::LINE_SECONDARY);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        icon.paint(ui.painter(), rect.center(), tokens::ICON_SMALL, icon_color);
        ui.add(Label::new(small_text::text(text, color)).wrap())
    })
    .inner
}

/// Draws a box with several lines. The border is that of a faulty box if it `has_error`.
pub(super) fn multiline(ui: &mut Ui, edit: TextEdit<'_>, name: &str, has_error: bool) -> Response {
    let p = palette(ui.visuals());
    let background = ui.painter().add(Shape::Noop);
    let edit = edit.frame(Frame::NONE.inner_margin(theme::ADDRESSES_MARGIN)).desired_width(f32::INFINITY);
    let edit = ui.add(edit).accessible_name(name);
    let stroke = border(p, &edit, has_error);
    let shape = RectShape::new(edit.rect, tokens::RADIUS_CONTROL, p.input, stroke, StrokeKind::Inside);
    ui.painter().set(background, shape);
    edit
}

/// Draws a box with several lines of this height, whose text scrolls inside.
pub(super) fn multiline_scrolled(ui: &mut Ui, edit: TextEdit<'_>, name: &str, height: f32) -> Response {
    let p = palette(ui.visuals());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let background = ui.painter().add(Shape::Noop);
    let mut inner = ui.new_child(UiBuilder::new().max_rect(rect.shrink(tokens::FOCUS_WIDTH)));
    let area = ScrollArea::vertical().id_salt(name).auto_shrink(false);
    let edit = area.show(&mut inner, |ui| {
        let edit = edit.frame(Frame::NONE.inner_margin(theme::TYPED_MARGIN)).desired_width(f32::INFINITY);
        // A click below the text belongs to it, too.
        ui.add(edit.min_size(ui.available_size()))
    });
    let edit = edit.inner.accessible_name(name);
    let stroke = border(p, &edit, false);
    ui.painter()
        .set(background, RectShape::new(rect, tokens::RADIUS_CONTROL, p.input, stroke, StrokeKind::Inside));
    edit
}

/// Returns the border of a box.
fn border(p: &Palette, edit: &Response, has_error: bool) -> Stroke {
    let plain = hover::color(edit, p.control_border, p.control_border_hover);
    match (has_error, edit.has_focus()) {
        (true, true) => Stroke::new(tokens::FOCUS_WIDTH, p.error),
        (true, false) => Stroke::new(tokens::LINE, p.error),
        (false, true) => Stroke::new(tokens::FOCUS_WIDTH, p.focus),
        (false, false) => Stroke::new(tokens::LINE, plain),
    }
}
