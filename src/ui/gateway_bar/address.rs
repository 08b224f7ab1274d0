//! The box that connects to an address, below the gateway's name.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Context, Id, Key, Popup, PopupCloseBehavior, Response, TextEdit, Ui};

use super::super::button::Button;
use super::super::command::Command;
use super::super::labels;
use super::super::model::Drafts;
use super::super::theme::{self, Severity};
use super::super::tokens::{self, palette};

/// The box takes the keyboard focus when it is drawn.
#[derive(Clone, Copy, Debug, Default)]
struct TakesFocus;

fn popup_id() -> Id {
    Id::unique("gateway address popup")
}

fn box_id() -> Id {
    Id::unique("gateway address")
}

/// Opens the box, and moves the keyboard focus there.
pub(in super::super) fn open(ctx: &Context) {
    Popup::open_id(ctx, popup_id());
    // The box can't have the focus before it is drawn.
    ctx.data_mut(|data| data.insert_temp(popup_id(), TakesFocus));
}

/// Closes the box.
pub(in super::super) fn close(ctx: &Context) {
    Popup::close_id(ctx, popup_id());
}

/// Draws the box while it is open.
pub(super) fn show(name: &Response, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let popup = Popup::from_response(name)
        .id(popup_id())
        .open_memory(None)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(tokens::POPUP_GAP);
    popup.show(|ui| contents(ui, drafts, commands));
}

fn contents(ui: &mut Ui, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    // A popup that is being measured is disabled.
    if !ui.is_sizing_pass() && ui.data_mut(|data| data.remove_temp::<TakesFocus>(popup_id())).is_some() {
        ui.memory_mut(|memory| memory.request_focus(box_id()));
        // A rejected address is corrected, any other is replaced.
        let end = CCursor::new(drafts.gateway.chars().count());
        let start = if drafts.gateway_error.is_some() { end } else { CCursor::new(0) };
        let mut state = TextEditState::load(ui.ctx(), box_id()).unwrap_or_default();
        state.cursor.set_char_range(Some(CCursorRange::two(start, end)));
        state.store(ui.ctx(), box_id());
    }
    ui.set_width(theme::ADDRESS_POPUP_WIDTH);
    ui.add_space(tokens::UNIT);
    ui.horizontal(|ui| {
        ui.add_space(tokens::UNIT);
        let connect = Button::primary("Connect");
        let width = ui.available_width() - connect.width(ui) - ui.spacing().item_spacing.x - tokens::UNIT;
        let edit = TextEdit::singleline(&mut drafts.gateway)
            .id(box_id())
            .hint_text("http://host:8088")
            .margin(theme::TEXT_BOX_MARGIN)
            .desired_width(width - theme::TEXT_BOX_MARGIN.sum().x);
        let edit = ui.scope(|ui| {
            let border = palette(ui.visuals()).control_border;
            ui.visuals_mut().widgets.inactive.bg_stroke.color = border;
            ui.add(edit)
        });
        let edit = edit.inner.accessible_name("Gateway address");
        if edit.changed() {
            commands.push(Command::ClearGatewayError);
        }
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.add(connect).clicked() || entered {
            commands.push(Command::Connect(drafts.gateway.clone()));
        }
    });
    if let Some(report) = &drafts.gateway_error {
        ui.horizontal_top(|ui| {
            ui.add_space(tokens::UNIT);
            ui.vertical(|ui| {
                labels::severity_label(ui, Severity::Error, report.summary());
                report.details_ui(ui, Id::unique("gateway address error"));
            });
        });
    }
    ui.add_space(tokens::UNIT);
}
