//! The frame of a step: its number, its title and the line to the next one.

use egui::{
    Align, Color32, FontFamily, FontId, Layout, Painter, Pos2, Rect, RichText, Sense, Stroke, Ui, UiBuilder,
    pos2, vec2,
};

use super::super::small_text::link;
use super::super::{fonts, menu, theme, tokens};

/// Diameter of the disc with the number, and the space right of it.
const DISC: f32 = 6.0 * tokens::UNIT;
const DISC_GAP: f32 = 3.0 * tokens::UNIT;
/// Space between the contents of a step and the next one.
const STEP_GAP: f32 = 4.0 * tokens::UNIT;
/// Width of the number of a task, and height of a task.
const TASK_NUMBER: f32 = 4.0 * tokens::UNIT;
const TASK_HEIGHT: f32 = 8.0 * tokens::UNIT;
/// Width of the button of a task.
pub(super) const TASK_BUTTON: f32 = 24.0 * tokens::UNIT;
/// Space around the text of a code.
const CODE_PADDING: [f32; 2] = theme::CODE_PADDING;

/// The state of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepMark {
    /// It is done.
    Done,
    /// It is the one to do, with its number.
    Now(usize),
    /// It comes later, with its number.
    Next(usize),
}

/// The frame of a step.
pub(super) struct StepFrame {
    /// Its state.
    pub(super) mark: StepMark,
    /// Its title.
    pub(super) title: &'static str,
    /// A link opens it again.
    pub(super) can_change: bool,
    /// No step follows.
    pub(super) is_last: bool,
}

impl StepFrame {
    /// Draws the step. Returns `true` if the user wants to change it.
    pub(super) fn show(self, ui: &mut Ui, body: impl FnOnce(&mut Ui)) -> bool {
        let Self { mark, title, can_change, is_last } = self;
        let p = tokens::palette(ui.visuals());
        let top_left = ui.cursor().min;
        let width = ui.available_width();
        let inner = Rect::from_min_size(
            top_left + vec2(DISC + DISC_GAP, 0.0),
            vec2(width - DISC - DISC_GAP, f32::INFINITY),
        );
        let mut is_changed = false;
        let contents = ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
            ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, 0.0);
            let head = vec2(inner.width(), DISC);
            ui.allocate_ui_with_layout(head, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_size(head);
                let (font, color) = match mark {
                    StepMark::Next(_) => (FontFamily::Proportional, p.secondary),
                    StepMark::Done | StepMark::Now(_) => (fonts::semibold(), p.text),
                };
                let font = FontId::new(tokens::TYPE_BODY, font);
                ui.label(RichText::new(title).font(font).color(color));
                if can_change {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        is_changed = link(ui, "Change", &format!("Change: {title}")).clicked();
                    });
                }
            });
            body(ui);
            ui.add_space(STEP_GAP);
        });
        let bottom = contents.response.rect.bottom();
        let center = top_left + vec2(DISC / 2.0, DISC / 2.0);
        disc(ui.painter(), center, mark, p);
        if !is_last {
            let line = Rect::from_min_max(
                pos2(center.x - tokens::LINE / 2.0, top_left.y + DISC + tokens::UNIT),
                pos2(center.x + tokens::LINE / 2.0, bottom - tokens::UNIT),
            );
            ui.painter().rect_filled(line, 0, p.divider);
        }
        is_changed
    }
}

fn disc(painter: &Painter, center: Pos2, mark: StepMark, p: &tokens::Palette) {
    let radius = DISC / 2.0;
    let ring = |color| Stroke::new(tokens::LINE, color);
    let (number, color) = match mark {
        StepMark::Done => {
            painter.circle_stroke(center, radius - tokens::LINE / 2.0, ring(p.ok));
            check(painter, center, p.ok);
            return;
        }
        StepMark::Now(number) => {
            painter.circle_filled(center, radius, p.accent);
            (number, p.on_accent)
        }
        StepMark::Next(number) => {
            painter.circle_stroke(center, radius - tokens::LINE / 2.0, ring(p.control_border));
            (number, p.secondary)
        }
    };
    let font = FontId::new(tokens::TYPE_SECONDARY, fonts::semibold());
    let galley = fonts::line(painter, number.to_string(), font, color);
    painter.galley(center - galley.size() / 2.0, galley, color);
}

fn check(painter: &Painter, center: Pos2, color: Color32) {
    menu::paint_check(painter, center, tokens::ICON_SMALL, color);
}

/// Draws a link below the tasks, as high as one of them. Returns `true` if it was clicked.
pub(super) fn task_link(ui: &mut Ui, text: &str) -> bool {
    let size = vec2(ui.available_width(), TASK_HEIGHT);
    let link = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(TASK_NUMBER + 2.0 * tokens::UNIT);
        link(ui, text, text).clicked()
    });
    link.inner
}

/// A part of the text of a task.
pub(super) enum Part<'a> {
    /// Plain text.
    Text(&'a str),
    /// Text as it has to be typed.
    Code(&'a str),
}

/// Draws a numbered task with a button at its right, and returns what the button returned.
pub(super) fn task<R>(
    ui: &mut Ui,
    number: usize,
    parts: &[Part<'_>],
    button: impl FnOnce(&mut Ui) -> R,
) -> R {
    let p = tokens::palette(ui.visuals());
    let size = vec2(ui.available_width(), TASK_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let painter = ui.painter();
    let number_font = FontId::proportional(tokens::TYPE_SECONDARY);
    let galley = fonts::line(painter, number.to_string(), number_font, p.secondary);
    let at = pos2(rect.left() + TASK_NUMBER - galley.size().x, rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, p.secondary);
    let mut x = rect.left() + TASK_NUMBER + 2.0 * tokens::UNIT;
    let mut words = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => {
                words.push(*text);
                let font = FontId::proportional(tokens::TYPE_BODY);
                let galley = painter.layout_no_wrap((*text).to_owned(), font, p.text);
                let width = galley.size().x;
                painter.galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, p.text);
                x += width + tokens::UNIT;
            }
            Part::Code(text) => {
                words.push(*text);
                let font = FontId::monospace(tokens::TYPE_SECONDARY);
                let galley = fonts::line(painter, *text, font, p.text);
                let [horizontal, vertical] = CODE_PADDING;
                let size = vec2(galley.size().x + 2.0 * horizontal, tokens::LINE_SECONDARY + 2.0 * vertical);
                let chip = Rect::from_min_size(pos2(x, rect.center().y - size.y / 2.0), size);
                painter.rect_filled(chip, tokens::RADIUS_SMALL, p.control);
                painter.galley(chip.center() - galley.size() / 2.0, galley, p.text);
                x += size.x + tokens::UNIT;
            }
        }
    }
    let text = words.join(" ");
    let id = ui.scope_id().with(("task", number, &text));
    let label = ui.interact(rect.with_max_x(rect.right() - TASK_BUTTON), id, Sense::hover());
    label.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, &text));
    let place = Rect::from_min_max(
        pos2(rect.right() - TASK_BUTTON, rect.center().y - tokens::CONTROL_HEIGHT_SMALL / 2.0),
        pos2(rect.right(), rect.center().y + tokens::CONTROL_HEIGHT_SMALL / 2.0),
    );
    // Its height isn't that of the task, which is allocated already.
    button(&mut ui.new_child(UiBuilder::new().id_salt(("task", number)).max_rect(place)))
}
