//! The connection test: five lines for each node, and all steps behind "Details".

use std::time::Duration;

use egui::{Align, FontId, Frame, Id, Label, Layout, Margin, RichText, Sense, Stroke, Ui, vec2};

use super::super::button::Button;
use super::super::certificate;
use super::super::command::Command;
use super::super::connection_test::{ConnectionTest, TestStage, TestedNode};
use super::super::details_text;
use super::super::error_report::ErrorReport;
use super::super::gateway_form::{FormChange, GatewayForm};
use super::super::small_text;
use super::super::{fonts, theme, tokens};
use super::line::Line;
use super::progress::Progress;
use super::state::GuideStep;

/// Time between two tests while the gateway is being prepared.
pub(in crate::ui) const REPEAT_TEST: Duration = Duration::from_secs(5);
/// Padding of the card of a node, inside its border.
const CARD_MARGIN: Margin = theme::CARD_MARGIN;
/// Space between two cards.
const CARD_GAP: f32 = 3.0 * tokens::UNIT;
/// Height of the address of a node, above a line.
const ADDRESS_HEIGHT: f32 = 7.0 * tokens::UNIT - tokens::LINE;

/// Draws the test with the button that starts it.
pub(in crate::ui) fn show(ui: &mut Ui, form: &GatewayForm, commands: &mut Vec<Command>) {
    let p = tokens::palette(ui.visuals());
    let repeats =
        form.guide.as_ref().is_some_and(|guide| Progress::of(form, guide).now == GuideStep::Resource);
    let head = vec2(ui.available_width(), tokens::CONTROL_HEIGHT_SMALL);
    ui.allocate_ui_with_layout(head, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(head);
        title(ui);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0 * tokens::UNIT;
            // A test that is running goes on.
            if ui.add(Button::soft("Test now").small().name("Test connection")).clicked() {
                commands.push(Command::TestGateway);
            }
            if repeats {
                ui.label(small_text::text(
                    &format!("Repeats every {} s", REPEAT_TEST.as_secs()),
                    p.secondary,
                ));
            }
        });
    });
    ui.add_space(CARD_GAP);
    match form.test_of_nodes() {
        Some(test) => results(ui, form, test, commands),
        None => {
            ui.label(small_text::text("Not tested yet", p.secondary));
        }
    }
}

/// Draws the test without the button, once it was started.
pub(in crate::ui) fn show_started(ui: &mut Ui, form: &GatewayForm, commands: &mut Vec<Command>) {
    if let Some(test) = form.test_of_nodes() {
        title(ui);
        ui.add_space(CARD_GAP);
        results(ui, form, test, commands);
    }
}

fn title(ui: &mut Ui) {
    let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
    let color = tokens::palette(ui.visuals()).text;
    ui.label(RichText::new("Connection test").font(font).color(color));
}

fn results(ui: &mut Ui, form: &GatewayForm, test: &ConnectionTest, commands: &mut Vec<Command>) {
    if test.stage == TestStage::WaitingForSecret {
        ui.label("Waiting for the keyring. It may show a prompt");
        return;
    }
    let is_for_login = form.current_test().is_some();
    for (index, node) in test.nodes.iter().enumerate() {
        node_ui(ui, index, node, test, is_for_login, form.guide.is_some(), commands);
        ui.add_space(CARD_GAP);
    }
    details(ui, &test.nodes, commands);
}

/// Draws the card of a node. `is_for_login`: it was tested with the login as it is entered. `has_tasks`: the guide lists what
/// to do on a gateway without the resource.
fn node_ui(
    ui: &mut Ui,
    index: usize,
    node: &TestedNode,
    test: &ConnectionTest,
    is_for_login: bool,
    has_tasks: bool,
    commands: &mut Vec<Command>,
) {
    let p = tokens::palette(ui.visuals());
    let frame = Frame::NONE
        .fill(p.table)
        .stroke(Stroke::new(tokens::LINE, p.divider))
        .corner_radius(tokens::RADIUS_POPUP)
        .inner_margin(CARD_MARGIN);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let size = vec2(ui.available_width(), ADDRESS_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(size);
            ui.add(Label::new(RichText::new(node.url.to_string()).monospace().color(p.text)).truncate());
        });
        let (line, _) = ui.allocate_exact_size(vec2(size.x, tokens::LINE), Sense::hover());
        ui.painter().rect_filled(line, 0, p.divider);
        ui.add_space(tokens::UNIT);
        for line in Line::all(index, node, test, is_for_login, has_tasks) {
            line.show(ui);
        }
        let rejected = node.steps.iter().find_map(|step| step.error.as_ref()?.rejected_certificate());
        if let Some(rejected) = rejected {
            ui.push_id(index, |ui| {
                let can_be_trusted = certificate::show(ui, rejected, commands);
                if can_be_trusted && ui.add(Button::soft("Trust this certificate")).clicked() {
                    commands.push(Command::Form(FormChange::Trust(Box::new(rejected.clone()))));
                    commands.push(Command::TestGateway);
                }
            });
        }
    });
}

/// Draws all steps, behind a button.
fn details(ui: &mut Ui, nodes: &[TestedNode], commands: &mut Vec<Command>) {
    if !details_text::expander(ui, Id::unique("guide details"), "Test details") {
        return;
    }
    let mut texts = Vec::new();
    for node in nodes {
        texts.push(node.url.to_string());
        for step in &node.steps {
            texts.push(format!("{}: {step}", step.name.title()));
            let report = step.error.as_ref().map(|error| ErrorReport::new(error));
            texts.extend(report.iter().flat_map(ErrorReport::causes).map(|cause| format!("  {cause}")));
        }
    }
    ui.add_space(2.0 * tokens::UNIT);
    details_text::texts(ui, texts.iter().map(String::as_str), texts.join("\n"), commands);
}
