//! Tooltips: small text beside what it describes. They don't cover what is read there.

use std::borrow::Cow;

use egui::{
    Color32, FontFamily, FontId, Rect, RectAlign, Response, Style, Tooltip, Ui, text::LayoutJob,
    text::TextFormat,
};

use super::command::Command;
use super::command_table;
use super::theme;
use super::tokens::{self, palette};

/// The position of a tooltip, if there is room.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// Below a control of a bar.
    Below,
    /// Above a row of the table or a column header: people read downwards.
    Above,
    /// Beside an item of a list or menu, whose neighbors stay readable.
    Beside,
    /// Above a place in a chart, with its middle at this x.
    At(f32),
}

/// Adds tooltips to responses.
pub(super) trait ResponseExt: Sized {
    /// Shows a text below the widget under the pointer.
    fn tooltip(self, text: impl Into<String>) -> Self;

    /// Shows a text and the keys of a command below the widget under the pointer.
    fn tooltip_of(self, text: impl Into<String>, command: &Command) -> Self;

    /// Shows a text above the widget under the pointer.
    fn tooltip_above(self, text: impl Into<String>) -> Self;

    /// Shows a text beside the widget under the pointer.
    fn tooltip_beside(self, text: impl Into<String>) -> Self;

    /// Shows a text above the widget under the pointer, with its middle at `x`: for widgets that are much wider than what is
    /// described.
    fn tooltip_at(self, x: f32, text: impl Into<String>) -> Self;
}

impl ResponseExt for Response {
    fn tooltip(self, text: impl Into<String>) -> Self {
        show(self, Place::Below, &text.into(), None)
    }

    fn tooltip_of(self, text: impl Into<String>, command: &Command) -> Self {
        show(self, Place::Below, &text.into(), command_table::keys_of(command))
    }

    fn tooltip_above(self, text: impl Into<String>) -> Self {
        show(self, Place::Above, &text.into(), None)
    }

    fn tooltip_beside(self, text: impl Into<String>) -> Self {
        show(self, Place::Beside, &text.into(), None)
    }

    fn tooltip_at(self, x: f32, text: impl Into<String>) -> Self {
        show(self, Place::At(x), &text.into(), None)
    }
}

fn show(response: Response, place: Place, text: &str, keys: Option<String>) -> Response {
    if text.is_empty() {
        return response;
    }
    let described: Cow<'_, str> = match &keys {
        Some(keys) => format!("{text} ({keys})").into(),
        None => text.into(),
    };
    // Doesn't create a node for something that isn't a widget.
    if response.ctx.has_accesskit_node(response.id) {
        response.ctx.accesskit_node_builder(response.id, |node| node.set_description(&*described));
    }
    // egui keeps the tooltip of a widget under the pointer when a dialog opens over it.
    if !response.ctx.memory(|memory| memory.allows_interaction(response.layer_id)) {
        return response;
    }
    let mut tooltip =
        if response.enabled() { Tooltip::for_enabled(&response) } else { Tooltip::for_disabled(&response) };
    tooltip.popup = match place {
        Place::Below => tooltip.popup.align(RectAlign::BOTTOM_START),
        Place::Above => tooltip.popup.align(RectAlign::TOP_START),
        Place::Beside => tooltip.popup.align(RectAlign::RIGHT_START),
        Place::At(x) => {
            let ys = response.rect.y_range();
            tooltip.popup.anchor(Rect::from_x_y_ranges(x..=x, ys)).align(RectAlign::TOP)
        }
    };
    tooltip.popup = tooltip.popup.style(style);
    tooltip.gap(tokens::POPUP_GAP).show(|ui| contents(ui, text, keys));
    response
}

/// Sets the style of tooltips.
fn style(style: &mut Style) {
    style.spacing.menu_margin = theme::TOOLTIP_MARGIN;
}

fn contents(ui: &mut Ui, text: &str, keys: Option<String>) {
    let p = palette(ui.visuals());
    ui.set_max_width(theme::TOOLTIP_WIDTH);
    let format = |color: Color32| TextFormat {
        line_height: Some(tokens::LINE_SECONDARY),
        ..TextFormat::simple(FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional), color)
    };
    let mut job = LayoutJob::default();
    job.append(text, 0.0, format(p.text));
    if let Some(keys) = keys {
        job.append(&keys, theme::TOOLTIP_KEYS_GAP, format(p.secondary));
    }
    ui.add(egui::Label::new(job).wrap());
}
