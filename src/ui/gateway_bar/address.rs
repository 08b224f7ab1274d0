//! The box that connects to an address, below the gateway's name.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Context, Id, Key, Popup, Rect, RectAlign, Response, Ui, UiBuilder, vec2};

use super::super::button::Button;
use super::super::command::Command;
use super::super::details_text;
use super::super::focus_request;
use super::super::model::Drafts;
use super::super::popup;
use super::super::text_field::TextField;
use super::super::theme;
use super::super::tokens;

fn popup_id() -> Id {
    Id::unique("gateway address popup")
}

fn box_id() -> Id {
    Id::unique("gateway address")
}

/// Opens the box, and moves the keyboard focus there.
pub(in super::super) fn open(ctx: &Context) {
    popup::open_from_focused(ctx, popup_id());
    // The box can't have the focus before it is drawn.
    focus_request::request(ctx, popup_id());
}

/// Closes the box.
pub(in super::super) fn close(ctx: &Context) {
    Popup::close_id(ctx, popup_id());
}

/// Draws the box while it is open.
pub(super) fn show(name: &Response, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    popup::return_focus(&name.ctx, popup_id());
    let popup = popup::panel(popup_id(), name, RectAlign::BOTTOM_START).open_memory(None);
    popup.show(|ui| contents(ui, drafts, commands));
}

fn contents(ui: &mut Ui, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    if focus_request::take(ui, popup_id()) {
        ui.memory_mut(|memory| memory.request_focus(box_id()));
        // A rejected address is corrected, any other is replaced.
        let end = CCursor::new(drafts.gateway.chars().count());
        let start = if drafts.gateway_error.is_some() { end } else { CCursor::new(0) };
        let mut state = TextEditState::load(ui.ctx(), box_id()).unwrap_or_default();
        state.cursor.set_char_range(Some(CCursorRange::two(start, end)));
        state.store(ui.ctx(), box_id());
    }
    ui.set_width(theme::ADDRESS_POPUP_WIDTH.min(popup::max_width(ui)));
    let connect = Button::primary("Connect");
    let gap = 2.0 * tokens::UNIT;
    let size = vec2(connect.width(ui), tokens::CONTROL_HEIGHT);
    let message = drafts.gateway_error.as_ref().map(|report| report.summary().to_owned());
    let field = TextField::new(box_id(), "Gateway address").hint("http://host:8088");
    let field = field.error(message.as_deref()).room(size.x + gap);
    let edit = field.show(ui, &mut drafts.gateway, false).edit;
    if edit.changed() {
        commands.push(Command::ClearGatewayError);
    }
    let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let place = Rect::from_min_size(edit.rect.right_top() + vec2(gap, 0.0), size);
    // Beside the box, whatever is below that.
    let mut beside = ui.new_child(UiBuilder::new().max_rect(place));
    if beside.add(connect).clicked() || entered {
        commands.push(Command::Connect(drafts.gateway.clone()));
    }
    let Some(report) = drafts.gateway_error.as_ref().filter(|report| report.has_causes()) else {
        return;
    };
    ui.add_space(tokens::UNIT);
    details_text::causes(ui, Id::unique("gateway address error"), report, commands);
}
