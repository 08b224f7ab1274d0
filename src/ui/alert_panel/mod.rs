//! The form that adds or edits an alert, in the place of everything but the rail, with its test over the history at the right
//! or below.
//!
//! - `fields`: the boxes, choices and checks
//! - `history_test`: the test

mod fields;
mod history_test;

use egui::{Align, Layout, Rect, Ui, UiBuilder, vec2};

use super::alert_form::AlertForm;
use super::button::Button;
use super::command::{AlertCommand, Command};
use super::form_rows;
use super::gateway_form::FormStage;
use super::guide::{self, Parts};
use super::model::AppState;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::sanitize::sanitize;

/// Draws the form. Input widgets edit the draft. Everything else is emitted as commands.
pub(super) fn show(ui: &mut Ui, form: &mut AlertForm, state: &AppState, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    // A dialog keeps the keyboard focus until it is gone.
    let has_dialog = ui.memory(|memory| memory.top_modal_layer().is_some());
    let reveal = form.reveal.filter(|_| !has_dialog);
    let area = ui.available_rect_before_wrap();
    let (bar, area) = area.split_top_bottom_at_y(area.top() + tokens::BAR_HEIGHT);
    let title = match &form.before {
        Some(before) => format!("Edit {}", sanitize(&before.name)),
        None => "New alert".to_owned(),
    };
    let close = if form.is_changed() { "Discard" } else { "Close" };
    if guide::bar_ui(ui, bar, &title, close, form.stage) {
        commands.push(Command::Alert(AlertCommand::Close));
    }
    // The space between controls is part of the form.
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.painter().rect_filled(area, 0, p.table);
    let Parts { left, right, margin } = Parts::of(area);
    let (fields, foot) = left.split_top_bottom_at_y(left.bottom() - theme::PANEL_FOOT);
    guide::scrolled(ui, ("alert", form.serial), fields, margin, |ui| {
        fields::show(ui, form, reveal, state, commands);
        if right.is_none() {
            ui.add_space(theme::GUIDE_TEST_MARGIN);
            let test = ui.scope(|ui| history_test::show(ui, form, state, commands));
            if form.error.is_none() && reveal == Some("") {
                test.response.scroll_to_me(Some(Align::Max));
            }
        }
    });
    // Outside of the part that scrolls, so that the buttons stay visible.
    foot_ui(ui, foot, margin, form, commands);
    if let Some(right) = right {
        guide::beside(ui, "test over history", right, |ui| history_test::show(ui, form, state, commands));
    }
    if has_dialog {
        ui.ctx().request_repaint();
    } else {
        form.reveal = None;
    }
}

/// Draws the buttons below a line.
fn foot_ui(ui: &mut Ui, rect: Rect, margin: f32, form: &AlertForm, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    ui.painter().rect_filled(rect.with_max_y(rect.top() + tokens::LINE), 0, p.divider);
    let inner = rect.with_min_y(rect.top() + tokens::LINE).shrink2(vec2(margin, 0.0));
    let layout = Layout::left_to_right(Align::Center);
    ui.scope_builder(UiBuilder::new().id_salt("foot").max_rect(inner).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0 * tokens::UNIT;
        let is_editing = form.stage == FormStage::Editing;
        let save = ui.add_enabled(is_editing, Button::primary("Save").name("Save alert"));
        if save.tooltip("Save in config.toml. It applies at once").clicked() {
            commands.push(Command::Alert(AlertCommand::Save));
        }
        match (form.stage, &form.before) {
            (FormStage::Saving, _) => drop(form_rows::remark(ui, "Saving…")),
            (FormStage::Removing, _) => drop(form_rows::remark(ui, "Removing…")),
            (FormStage::Editing, Some(before)) => {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.add(Button::danger("Remove…")).clicked() {
                        commands.push(Command::Alert(AlertCommand::AskRemove(before.name.clone())));
                    }
                });
            }
            (FormStage::Editing, None) => {}
        }
    });
}
