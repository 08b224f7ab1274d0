//! The view without a gateway: an address to connect to, and the demo gateway.

use egui::{Align, Id, Key, Layout, Link, RichText, Ui, vec2};

use super::super::button::Button;
use super::super::command::Command;
use super::super::model::Drafts;
use super::super::text_field::TextField;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{icons, theme};
use super::page;

/// The label of the button.
const CONNECT: &str = "Connect";

/// Returns the ID of the box for the address.
pub(super) fn address_id() -> Id {
    Id::unique("address of the first gateway")
}

/// Draws the view.
pub(super) fn show(ui: &mut Ui, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    page::show(ui, theme::FIRST_RUN_WIDTH, theme::VIEW_TOP, |ui| {
        page::heading(ui, icons::RADIO_TOWER, "Connect to a gateway");
        page::sentence(ui, "Enter its address, as in a browser");
        ui.add_space(5.0 * tokens::UNIT);
        let size = vec2(ui.available_width(), tokens::CONTROL_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Min), |ui| {
            address(ui, drafts, commands);
        });
        ui.add_space(4.0 * tokens::UNIT);
        let color = palette(ui.visuals()).link;
        let demo = RichText::new("Open the demo gateway").line_height(Some(tokens::LINE_BODY)).color(color);
        if ui.add(Link::new(demo)).tooltip("Made-up sessions, to try the program").clicked() {
            commands.push(Command::ConnectDemo);
        }
    });
}

fn address(ui: &mut Ui, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let error = drafts.gateway_error.as_ref().map(|report| report.summary().to_owned());
    let field = TextField::new(address_id(), "")
        .name("Address of the gateway")
        .hint("http://host:8088")
        .error(error.as_deref());
    let response = ui
        .scope(|ui| {
            ui.set_max_width(ui.available_width() - theme::CONNECT_WIDTH - 2.0 * tokens::UNIT);
            ui.vertical(|ui| field.show(ui, &mut drafts.gateway, false)).inner
        })
        .inner;
    if response.edit.changed() {
        commands.push(Command::ClearGatewayError);
    }
    let entered = response.edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let is_empty = drafts.gateway.trim().is_empty();
    let button = Button::primary(CONNECT).fixed_width(theme::CONNECT_WIDTH).name("Connect to this address");
    let clicked = ui.add_enabled(!is_empty, button).clicked();
    if clicked || (entered && !is_empty) {
        commands.push(Command::Connect(drafts.gateway.clone()));
    }
}
