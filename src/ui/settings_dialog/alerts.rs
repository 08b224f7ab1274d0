//! The page of the settings with the rules for alerts.

use egui::{Label, RichText, Sense, Ui, UiBuilder, vec2};

use super::super::alert_form::templates;
use super::super::button::Button;
use super::super::check_box;
use super::super::command::{AlertCommand, Command};
use super::super::error_report::ErrorReport;
use super::super::form_rows::{group, space};
use super::super::icons;
use super::super::model::AppState;
use super::super::rule_text::sentence;
use super::super::small_text::note;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{row_end, small_text, text_field};
use super::general::{self, General};
use super::scrolled;
use crate::alert::Rule;
use crate::sanitize::sanitize;
use crate::settings::{AlertProblem, MissingGateway};

/// Draws the page.
pub(super) fn show(ui: &mut Ui, state: &AppState, settings: &General, commands: &mut Vec<Command>) {
    scrolled(ui, general::FOOT_HEIGHT, |ui| {
        if ui.add(Button::soft("Add alert…").icon(icons::PLUS)).clicked() {
            commands.push(Command::Alert(AlertCommand::Add));
        }
        space(ui);
        if !state.alert_problems.is_empty() {
            group(ui, "Not evaluated because of an error");
            for problem in &state.alert_problems {
                problem_ui(ui, problem);
            }
            space(ui);
            group(ui, "Alerts");
        }
        for (index, rule) in state.alert_rules.iter().enumerate() {
            let missing = state.missing_gateways.iter().filter(|missing| missing.alert == rule.name);
            ui.push_id(&rule.name, |ui| {
                rule_ui(ui, rule, index > 0, commands);
                missing.for_each(|missing| missing_ui(ui, missing));
            });
        }
        if state.alert_rules.is_empty() {
            empty(ui, commands);
        }
    });
    general::foot(ui, settings.folder.as_deref(), commands);
}

/// Draws an alert that is wrong, with its line.
fn problem_ui(ui: &mut Ui, problem: &AlertProblem) {
    let p = palette(ui.visuals());
    let report = ErrorReport::new(problem);
    text_field::line(ui, icons::CIRCLE_ALERT, p.error, report.summary(), p.text);
    for cause in report.causes() {
        indented(ui, tokens::ICON_SMALL + 1.5 * tokens::UNIT, cause);
    }
    ui.add_space(2.0 * tokens::UNIT);
}

/// Draws a rule: its switch and name, what it says, and what can be done with it.
fn rule_ui(ui: &mut Ui, rule: &Rule, has_line: bool, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    if has_line {
        let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), tokens::LINE), Sense::hover());
        ui.painter().rect_filled(line, 0, p.divider);
    }
    ui.add_space(tokens::UNIT);
    let size = vec2(ui.available_width(), tokens::CONTROL_HEIGHT);
    let (row, _) = ui.allocate_exact_size(size, Sense::hover());
    let name = sanitize(&rule.name);
    // The buttons are as wide in each row.
    let buttons = ui.data(|data| data.get_temp::<f32>(ui.scope_id().with("buttons"))).unwrap_or_default();
    let left = row.with_max_x(row.right() - buttons - 2.0 * tokens::UNIT);
    let mut switch = ui.new_child(UiBuilder::new().id_salt("switch").max_rect(left));
    let mut is_enabled = rule.is_enabled;
    let about = if rule.is_enabled { "Enabled" } else { "Disabled" };
    if check_box::show_about(&mut switch, &mut is_enabled, &name, about).changed() {
        commands.push(Command::Alert(AlertCommand::SetEnabled(rule.name.clone(), is_enabled)));
    }
    let ((), place) = row_end::show(ui, row, |ui| {
        ui.spacing_mut().item_spacing.x = tokens::UNIT;
        let mut push = |command| commands.push(Command::Alert(command));
        if ui.add(Button::soft("Edit…").small().name(format!("Edit {name}"))).clicked() {
            push(AlertCommand::Edit(rule.name.clone()));
        }
        let copy = ui.add(Button::ghost_icon(icons::COPY, format!("Duplicate {name}")).small());
        if copy.tooltip("Duplicate…").clicked() {
            push(AlertCommand::AddFrom(Box::new(rule.clone())));
        }
        let remove = ui.add(Button::ghost_icon(icons::X, format!("Remove {name}…")).small());
        if remove.tooltip("Remove…").clicked() {
            push(AlertCommand::AskRemove(rule.name.clone()));
        }
    });
    ui.data_mut(|data| data.insert_temp(ui.scope_id().with("buttons"), place.width()));
    indented(ui, tokens::ICON + 2.0 * tokens::UNIT, &sentence(rule));
    ui.add_space(2.0 * tokens::UNIT);
}

/// Draws a gateway that a rule names and that doesn't exist.
fn missing_ui(ui: &mut Ui, missing: &MissingGateway) {
    let p = palette(ui.visuals());
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(tokens::ICON + 2.0 * tokens::UNIT);
        let text =
            format!("No saved gateway is named {}, and no node has this address", sanitize(&missing.gateway));
        text_field::line(ui, icons::TRIANGLE_ALERT, p.warning, &text, p.text);
    });
    ui.add_space(2.0 * tokens::UNIT);
}

/// Draws a small text below the text after an icon.
fn indented(ui: &mut Ui, indent: f32, text: &str) {
    let text = small_text::text(text, palette(ui.visuals()).secondary);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(indent);
        ui.add(Label::new(text).wrap());
    });
}

/// Draws rules to start with.
fn empty(ui: &mut Ui, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    space(ui);
    ui.add(Label::new(RichText::new("No alerts yet").color(p.text)));
    ui.add_space(tokens::UNIT);
    note(
        ui,
        "An alert is sent when something happens on a gateway, or lasts too long. Start with one of these",
    );
    ui.add_space(2.0 * tokens::UNIT);
    for rule in templates() {
        let text = sentence(&rule);
        if ui.add(Button::soft(text).icon(icons::PLUS)).clicked() {
            commands.push(Command::Alert(AlertCommand::AddFrom(Box::new(rule))));
        }
        ui.add_space(2.0 * tokens::UNIT);
    }
}
