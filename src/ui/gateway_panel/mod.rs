//! The form that edits a gateway, in the place of everything but the rail, with its connection test at the right or below.
//!
//! - `fields`: the boxes, choices and checks

mod fields;

use std::time::Duration;

use egui::{Align, Layout, Rect, Ui, UiBuilder, vec2};

use super::button::Button;
use super::command::{Command, RailCommand};
use super::gateway_form::{FormStage, GatewayForm, Reveal};
use super::guide::{self, Parts};
use super::model::KeyringState;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::sanitize::sanitize;

/// Draws the form. Input widgets edit the draft. Everything else is emitted as commands.
pub(super) fn show(
    ui: &mut Ui,
    form: &mut GatewayForm,
    keyring: &KeyringState,
    default_refresh: Duration,
    commands: &mut Vec<Command>,
) {
    let p = palette(ui.visuals());
    let area = ui.available_rect_before_wrap();
    let (bar, area) = area.split_top_bottom_at_y(area.top() + tokens::BAR_HEIGHT);
    let title = if form.is_saved {
        format!("Edit {}", sanitize(&form.before.name))
    } else {
        "New gateway".to_owned()
    };
    let close = if form.is_changed() { "Discard" } else { "Close" };
    if guide::bar_ui(ui, bar, &title, close, form.stage) {
        commands.push(Command::DiscardForm);
    }
    // The space between controls is part of the form.
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.painter().rect_filled(area, 0, p.table);
    let Parts { left, right, margin } = Parts::of(area);
    let (fields, foot) = left.split_top_bottom_at_y(left.bottom() - theme::PANEL_FOOT);
    guide::scrolled(ui, ("form", form.serial), fields, margin, |ui| {
        fields::show(ui, form, keyring, default_refresh, commands);
        if right.is_none() {
            ui.add_space(theme::GUIDE_TEST_MARGIN);
            let test = ui.scope(|ui| guide::show_started_test(ui, form, commands));
            if form.error.is_none() && form.reveal == Some(Reveal::Outcome) {
                test.response.scroll_to_me(Some(Align::Min));
            }
        }
    });
    // Outside of the part that scrolls, so that the buttons stay visible.
    foot_ui(ui, foot, margin, form, right.is_none(), commands);
    if let Some(right) = right {
        guide::test_ui(ui, right, form, commands);
    }
    form.reveal = None;
}

/// Draws the buttons below a line. `has_test`: with the one that tests the connection.
fn foot_ui(
    ui: &mut Ui,
    rect: Rect,
    margin: f32,
    form: &GatewayForm,
    has_test: bool,
    commands: &mut Vec<Command>,
) {
    let p = palette(ui.visuals());
    ui.painter().rect_filled(rect.with_max_y(rect.top() + tokens::LINE), 0, p.divider);
    let inner = rect.with_min_y(rect.top() + tokens::LINE).shrink2(vec2(margin, 0.0));
    let layout = Layout::left_to_right(Align::Center);
    ui.scope_builder(UiBuilder::new().id_salt("foot").max_rect(inner).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0 * tokens::UNIT;
        let is_editing = form.stage == FormStage::Editing;
        let save = ui.add_enabled(is_editing, Button::primary("Save").name("Save gateway"));
        if save.tooltip("Save in config.toml and connect").clicked() {
            commands.push(Command::SaveGateway);
        }
        // A test that is running goes on.
        if has_test && ui.add(Button::soft("Test connection")).clicked() {
            commands.push(Command::TestGateway);
        }
        match form.stage {
            FormStage::Saving => drop(super::form_rows::remark(ui, "Saving…")),
            FormStage::Removing => drop(super::form_rows::remark(ui, "Removing…")),
            FormStage::Editing if form.is_saved => {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.add(Button::danger("Remove…")).clicked() {
                        commands.push(Command::Rail(RailCommand::Remove(form.before.name.clone())));
                    }
                });
            }
            FormStage::Editing => {}
        }
    });
}
