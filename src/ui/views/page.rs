//! The layout of a view: everything in the middle, from an icon at the top to the details at the bottom.

use egui::{
    Align, FontId, Id, Label, Layout, Rect, Response, RichText, ScrollArea, Sense, Ui, UiBuilder, accesskit,
    pos2, vec2,
};

use super::super::command::Command;
use super::super::error_report::ErrorReport;
use super::super::icons::Icon;
use super::super::tokens::{self, palette};
use super::super::{details_text, focus_scroll, fonts, theme};

/// Draws a view of at most `max_width`, with the icon at most `max_top` below the upper edge. It scrolls in a small window.
/// Returns its height.
pub(super) fn show(ui: &mut Ui, max_width: f32, max_top: f32, contents: impl FnOnce(&mut Ui)) -> f32 {
    // A large window has the room, a small one needs it.
    let top = (ui.available_height() / 4.0).min(max_top).round();
    show_at(ui, max_width, top, contents)
}

/// Draws a view of at most `max_width`, with the icon `top` below the upper edge. It scrolls in a small window. Returns its
/// height.
pub(in super::super) fn show_at(
    ui: &mut Ui,
    max_width: f32,
    top: f32,
    contents: impl FnOnce(&mut Ui),
) -> f32 {
    let view = ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let width = max_width.min(ui.available_width() - 2.0 * theme::VIEW_MARGIN);
        let left = (ui.max_rect().center().x - width / 2.0).round();
        let corner = pos2(left, ui.cursor().top() + top);
        let rect = Rect::from_min_size(corner, vec2(width, 0.0));
        let builder = UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Center));
        let view = ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, 0.0);
            contents(ui);
        });
        let rect = view.response.rect;
        ui.allocate_rect(rect.expand2(vec2(0.0, theme::VIEW_MARGIN)), Sense::hover());
        focus_scroll::follow(ui);
        rect.height()
    });
    view.inner
}

/// Draws the icon and the title.
pub(in super::super) fn heading(ui: &mut Ui, icon: Icon, title: &str) {
    let p = palette(ui.visuals());
    let (rect, _) = ui.allocate_exact_size(vec2(tokens::ICON_VIEW, tokens::ICON_VIEW), Sense::hover());
    icon.paint(ui.painter(), rect.center(), tokens::ICON_VIEW, p.secondary);
    ui.add_space(4.0 * tokens::UNIT);
    self::title(ui, title);
}

/// Draws the title, which a low window shows without its icon.
pub(super) fn title(ui: &mut Ui, title: &str) {
    let p = palette(ui.visuals());
    let title = RichText::new(title)
        .font(FontId::new(tokens::TYPE_VIEW, fonts::semibold()))
        .line_height(Some(tokens::LINE_VIEW))
        .color(p.text);
    ui.add(Label::new(title).wrap());
    ui.add_space(tokens::UNIT);
}

/// Draws the sentence below the title.
pub(in super::super) fn sentence(ui: &mut Ui, text: &str) -> Response {
    let color = palette(ui.visuals()).secondary;
    ui.add(Label::new(RichText::new(text).line_height(Some(tokens::LINE_BODY)).color(color)).wrap())
}

/// Draws the buttons in a row in the middle.
pub(super) fn buttons(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.add_space(5.0 * tokens::UNIT);
    // The width is known after the buttons are drawn.
    let id = ui.scope_id().with("buttons");
    let known = ui.data(|data| data.get_temp::<f32>(id));
    let available = ui.available_width();
    let size = vec2(available, tokens::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(available);
        let indent = ((available - known.unwrap_or_default()) / 2.0).max(0.0).round();
        let row = Rect::from_min_size(ui.cursor().min + vec2(indent, 0.0), vec2(available - indent, size.y));
        let builder = UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center));
        let width = ui.scope_builder(builder, add).response.rect.width();
        if known != Some(width) {
            ui.data_mut(|data| data.insert_temp(id, width));
            ui.ctx().request_discard("the buttons have another width");
        }
    });
}

/// Draws the details of an error, behind a button.
pub(super) fn details(ui: &mut Ui, id: Id, texts: &[String], commands: &mut Vec<Command>) {
    if !details_text::expander(ui, id, "Details of the error") {
        return;
    }
    ui.add_space(2.0 * tokens::UNIT);
    let all = texts.join("\n");
    card(ui, theme::CARD_PADDING, |ui| {
        details_text::texts(ui, texts.iter().map(String::as_str), all, commands);
    });
}

/// Returns the sentence of an error and its causes.
pub(super) fn texts(report: &ErrorReport) -> Vec<String> {
    [report.summary()]
        .into_iter()
        .chain(report.causes().iter().map(String::as_str))
        .map(str::to_owned)
        .collect()
}

/// Reports the position of a part of the view to screen readers, which egui does for widgets only.
pub(super) fn set_bounds(ui: &Ui, part: &Response) {
    let Rect { min, max } = part.rect;
    let [x0, y0, x1, y1] = [min.x, min.y, max.x, max.y].map(f64::from);
    ui.ctx().accesskit_node_builder(part.id, |node| node.set_bounds(accesskit::Rect { x0, y0, x1, y1 }));
}

/// Draws a card over the whole width.
pub(super) fn card(ui: &mut Ui, padding: egui::Margin, contents: impl FnOnce(&mut Ui)) -> Response {
    let p = palette(ui.visuals());
    let frame = egui::Frame::NONE
        .fill(p.surface)
        .stroke(egui::Stroke::new(tokens::LINE, p.divider))
        .corner_radius(tokens::RADIUS_POPUP)
        // The border is a part of the padding.
        .inner_margin(padding - theme::BORDER);
    frame
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.with_layout(Layout::top_down(Align::Min), contents);
        })
        .response
}
