//! The connection test: five lines for each node, and all steps behind "Details".

use std::time::Duration;

use egui::accesskit::Role;
use egui::{
    Align, CollapsingHeader, Color32, FontId, Frame, Id, Label, Layout, Margin, RichText, Sense, Stroke, Ui,
    WidgetInfo, vec2,
};

use super::super::button::Button;
use super::super::certificate;
use super::super::command::Command;
use super::super::connection_test::{TestStage, TestedNode};
use super::super::error_report::ErrorReport;
use super::super::gateway_form::{FormChange, GatewayForm};
use super::super::icons::{self, Icon};
use super::super::{fonts, theme, tokens};
use super::progress::Progress;
use super::state::GuideStep;
use super::step::small;
use crate::gateway::GatewayError;
use crate::gateway::check::{Outcome, Step, StepName};

/// Time between two tests while the gateway is being prepared.
pub(in crate::ui) const REPEAT_TEST: Duration = Duration::from_secs(5);
/// Padding of the card of a node, inside its border.
const CARD_MARGIN: Margin = theme::CARD_MARGIN;
/// Space between two cards.
const CARD_GAP: f32 = 3.0 * tokens::UNIT;
/// Height of the address of a node, above a line.
const ADDRESS_HEIGHT: f32 = 7.0 * tokens::UNIT - tokens::LINE;
/// Space above and below a line.
const LINE_MARGIN: f32 = tokens::UNIT;

/// The lines of a node: what they stand for before the test, and their steps.
const LINES: [(&str, &[StepName]); 5] = [
    ("Reachable", &[StepName::Address, StepName::Name, StepName::Tcp, StepName::Tls]),
    ("Gateway", &[StepName::Health, StepName::Commissioning, StepName::Redundancy]),
    ("Gatewatch resource", &[StepName::WebDev, StepName::Rest]),
    ("Sign-in", &[StepName::SignIn]),
    ("Read sessions", &[StepName::Sessions]),
];

/// Draws the test.
pub(super) fn show(ui: &mut Ui, form: &GatewayForm, commands: &mut Vec<Command>) {
    let p = tokens::palette(ui.visuals());
    let test = form.current_test();
    let repeats =
        form.guide.as_ref().is_some_and(|guide| Progress::of(form, guide).now == GuideStep::Resource);
    let head = vec2(ui.available_width(), tokens::CONTROL_HEIGHT_SMALL);
    ui.allocate_ui_with_layout(head, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(head);
        let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
        ui.label(RichText::new("Connection test").font(font).color(p.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0 * tokens::UNIT;
            // A test that is running goes on.
            if ui.add(Button::soft("Test now").small().name("Test connection")).clicked() {
                commands.push(Command::TestGateway);
            }
            if repeats {
                ui.label(small(&format!("Repeats every {} s", REPEAT_TEST.as_secs())).color(p.secondary));
            }
        });
    });
    ui.add_space(CARD_GAP);
    let Some(test) = test else {
        ui.label(small("Not tested yet").color(p.secondary));
        return;
    };
    if test.stage == TestStage::WaitingForSecret {
        ui.label("Waiting for the keyring. It may show a prompt");
        return;
    }
    for (index, node) in test.nodes.iter().enumerate() {
        let before = test.before.get(index);
        node_ui(ui, index, node, before, test.stage == TestStage::Running, commands);
        ui.add_space(CARD_GAP);
    }
    details(ui, &test.nodes);
}

fn node_ui(
    ui: &mut Ui,
    index: usize,
    node: &TestedNode,
    before: Option<&TestedNode>,
    is_running: bool,
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
        let mut is_current = is_running;
        for (title, names) in LINES {
            let line = Line::of(title, names, node, before, is_current);
            is_current &= line.state != LineState::Running && line.is_complete;
            line.show(ui);
        }
        let rejected = node.steps.iter().find_map(|step| match &step.error {
            Some(GatewayError::Certificate(rejected)) => Some(rejected),
            _ => None,
        });
        if let Some(rejected) = rejected {
            ui.push_id(index, |ui| {
                let can_be_trusted = certificate::show(ui, rejected, commands);
                if can_be_trusted && ui.add(Button::soft("Trust this certificate")).clicked() {
                    commands.push(Command::Form(FormChange::Trust(rejected.clone())));
                    commands.push(Command::TestGateway);
                }
            });
        }
    });
}

/// The state of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineState {
    Done,
    Warning,
    Failed,
    Running,
    Waiting,
}

/// A line of a node.
struct Line {
    state: LineState,
    title: String,
    /// What to do, or what else is known.
    detail: String,
    /// The accessible name.
    name: String,
    /// The current test has completed it.
    is_complete: bool,
}

impl Line {
    /// Returns the line for some steps. While a test is repeated, it shows the results of the last one.
    fn of(
        title: &str,
        names: &[StepName],
        node: &TestedNode,
        before: Option<&TestedNode>,
        is_current: bool,
    ) -> Self {
        let steps_of = |node: &TestedNode| -> Vec<Step> {
            node.steps.iter().filter(|step| names.contains(&step.name)).cloned().collect()
        };
        let mut steps = steps_of(node);
        let is_complete = steps.len() == names.len();
        if !is_complete && let Some(before) = before.filter(|before| before.next_step().is_none()) {
            steps = steps_of(before);
        }
        let waiting = |state| Self {
            state,
            title: title.to_owned(),
            detail: String::new(),
            name: format!("{title}: {}", if state == LineState::Running { "checking" } else { "not tested" }),
            is_complete,
        };
        if steps.len() < names.len() {
            return waiting(if is_current { LineState::Running } else { LineState::Waiting });
        }
        let failed = steps.iter().find(|step| step.outcome == Outcome::Failed || step.error.is_some());
        let Some(decisive) = failed.or_else(|| decisive(&steps)) else {
            return waiting(LineState::Waiting);
        };
        let state = match decisive.outcome {
            Outcome::Ok => LineState::Done,
            Outcome::Warning => LineState::Warning,
            Outcome::Failed => LineState::Failed,
            Outcome::Skipped if decisive.error.is_some() => LineState::Failed,
            Outcome::Skipped => return waiting(LineState::Waiting),
        };
        let text = match (state, decisive.name) {
            (LineState::Done, StepName::Tcp | StepName::Tls) => "Reachable".to_owned(),
            (_, StepName::Health) => {
                let message = &decisive.message;
                message.strip_prefix("Reachable, ").unwrap_or(message).to_owned()
            }
            _ => decisive.message.clone(),
        };
        let redundancy = steps.iter().find(|step| step.name == StepName::Redundancy);
        let detail = match (&decisive.advice, redundancy) {
            (Some(advice), _) => advice.clone(),
            (None, Some(redundancy)) if redundancy.outcome == Outcome::Ok => redundancy.message.clone(),
            _ => String::new(),
        };
        let name = format!("{}: {decisive}", decisive.name.title());
        Self { state, title: text, detail, name, is_complete }
    }

    fn show(&self, ui: &mut Ui) {
        let p = tokens::palette(ui.visuals());
        let (icon, color): (Icon, Color32) = match self.state {
            LineState::Done => (icons::CIRCLE_CHECK, p.ok),
            LineState::Warning => (icons::TRIANGLE_ALERT, p.warning),
            LineState::Failed => (icons::CIRCLE_X, p.error),
            LineState::Running => (icons::LOADER_CIRCLE, p.secondary),
            LineState::Waiting => (icons::CIRCLE, p.secondary),
        };
        let text_color = if self.state == LineState::Waiting { p.secondary } else { p.text };
        let detail_color = if self.state == LineState::Failed { p.error } else { p.secondary };
        ui.add_space(LINE_MARGIN);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0 * tokens::UNIT;
            let size = vec2(tokens::ICON, tokens::LINE_BODY);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            icon.paint(ui.painter(), rect.center(), tokens::ICON, color);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let detail_font = FontId::proportional(tokens::TYPE_SECONDARY);
                let detail =
                    ui.painter().layout_no_wrap(self.detail.clone(), detail_font.clone(), detail_color);
                let title = RichText::new(&self.title).size(tokens::TYPE_BODY).color(text_color);
                let title = title.line_height(Some(tokens::LINE_BODY));
                let title_width = ui
                    .painter()
                    .layout_no_wrap(self.title.clone(), FontId::proportional(tokens::TYPE_BODY), text_color)
                    .size()
                    .x;
                let is_short = title_width + 4.0 * tokens::UNIT + detail.size().x <= ui.available_width();
                let label = ui.add(Label::new(title).wrap());
                label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &self.name));
                if self.detail.is_empty() {
                } else if is_short {
                    let right = ui.max_rect().right();
                    let at =
                        egui::pos2(right - detail.size().x, label.rect.center().y - detail.size().y / 2.0);
                    ui.painter().galley(at, detail, detail_color);
                } else {
                    // Hidden from screen readers, which get it with the title.
                    let width = ui.available_width();
                    let detail = ui.painter().layout(self.detail.clone(), detail_font, detail_color, width);
                    let (rect, _) = ui.allocate_exact_size(detail.size(), Sense::hover());
                    ui.painter().galley(rect.min, detail, detail_color);
                }
            });
        });
        ui.add_space(LINE_MARGIN);
    }
}

/// Returns the step that stands for a line whose steps all went well: the first one with a warning, or else the one that
/// says most.
fn decisive(steps: &[Step]) -> Option<&Step> {
    let warning = steps.iter().find(|step| step.outcome == Outcome::Warning);
    let named = |name| steps.iter().find(|step| step.name == name);
    warning.or_else(|| named(StepName::Health)).or_else(|| named(StepName::WebDev)).or_else(|| steps.last())
}

/// Draws all steps, folded.
fn details(ui: &mut Ui, nodes: &[TestedNode]) {
    let p = tokens::palette(ui.visuals());
    let title = small("Details").color(p.secondary);
    let details = CollapsingHeader::new(title).id_salt("guide details").show(ui, |ui| {
        for (index, node) in nodes.iter().enumerate() {
            ui.label(small(&node.url.to_string()).color(p.text));
            for step in &node.steps {
                let text = format!("{}: {step}", step.name.title());
                ui.add(Label::new(small(&text).color(p.secondary)).wrap().selectable(true));
                if let Some(error) = &step.error {
                    ErrorReport::new(error).details_ui(ui, Id::unique((index, step.name)));
                }
            }
        }
    });
    details.header_response.accessible_name("Test details");
}
