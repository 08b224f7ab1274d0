//! Popups: their place beside what opens them, and their frame.

use egui::{Frame, Id, Margin, Popup, PopupCloseBehavior, Rect, RectAlign, Response, Style, Ui, vec2};

use super::theme;
use super::tokens;

/// Distance between what opens a popup and the border of the popup, which is outside of its ground.
pub(super) const GAP: f32 = tokens::POPUP_GAP - tokens::LINE;

/// Returns the place beside which a popup is shown, so that its ground rather than its border is in line with it.
pub(super) fn anchor(opener: Rect) -> Rect {
    opener.expand2(vec2(tokens::LINE, 0.0))
}

/// Returns the frame of a popup with this space inside its border.
pub(super) fn frame(style: &Style, margin: Margin) -> Frame {
    Frame::popup(style).corner_radius(tokens::RADIUS_POPUP).inner_margin(margin)
}

/// Returns the largest width that the contents of a popup can have in the window.
pub(super) fn max_width(ui: &Ui) -> f32 {
    ui.ctx().content_rect().width() - 2.0 * theme::POPUP_DISTANCE
}

/// Returns a popup with text and boxes. It is open while it is shown, unless the caller changes that.
pub(super) fn panel(id: Id, opener: &Response, align: RectAlign) -> Popup<'_> {
    Popup::from_response(opener)
        .id(id)
        .anchor(anchor(opener.interact_rect))
        .align(align)
        .gap(GAP)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .frame(frame(&opener.ctx.global_style(), Margin::same(theme::PANEL_POPUP_MARGIN)))
}
