//! A line of the connection test, which stands for several steps.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Color32, FontId, Label, RichText, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::connection_test::{ConnectionTest, TestStage, TestedNode};
use super::super::gateway_draft::AuthKind;
use super::super::icons::{self, Icon};
use super::super::tokens;
use super::found;
use crate::gateway::check::{CheckStep, Outcome, StepName};
use crate::gateway::{GatewayError, GatewayInfo, Role as GatewayRole};

/// Space above and below a line.
const LINE_MARGIN: f32 = tokens::UNIT;

/// The steps that share a line, with its titles.
struct Part {
    /// The title before the test.
    title: &'static str,
    /// The title during the test.
    running: &'static str,
    /// The steps.
    steps: &'static [StepName],
    /// The login decides the result.
    is_about_login: bool,
}

/// The lines of a node, in their order.
const PARTS: [Part; 5] = [
    Part {
        title: "Reachable",
        running: "Connecting",
        steps: &[StepName::Address, StepName::Name, StepName::Tcp, StepName::Tls],
        is_about_login: false,
    },
    Part {
        title: "Gateway",
        running: "Gateway",
        steps: &[StepName::Health, StepName::Commissioning, StepName::Redundancy],
        is_about_login: false,
    },
    Part {
        title: "Gatewatch resource",
        running: "Gatewatch resource",
        steps: &[StepName::WebDev, StepName::Rest],
        is_about_login: false,
    },
    Part { title: "Sign in", running: "Signing in", steps: &[StepName::SignIn], is_about_login: true },
    Part {
        title: "Read sessions",
        running: "Reading sessions",
        steps: &[StepName::Sessions],
        is_about_login: true,
    },
];

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
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    state: LineState,
    title: String,
    /// The action to take, or what else is known.
    detail: String,
    /// The accessible name.
    name: String,
}

impl Line {
    /// Returns the lines of the node with this index. `is_for_login`: it was tested with the login as it is entered.
    /// `has_tasks`: the guide lists what to do on a gateway without the resource.
    pub(super) fn all(
        index: usize,
        node: &TestedNode,
        test: &ConnectionTest,
        is_for_login: bool,
        has_tasks: bool,
    ) -> Vec<Self> {
        let is_running = test.stage == TestStage::Running;
        let before = test.before.get(index).filter(|before| before.next_step().is_none());
        let mut is_next = is_running;
        let mut lines = Vec::new();
        for part in &PARTS {
            let steps = steps_of(node, part);
            let is_complete = steps.len() == part.steps.len();
            let is_known = |is_same: bool| !part.is_about_login || is_same;
            // While a test is repeated, it shows the results of the last one.
            let steps = match before {
                _ if is_complete && is_known(is_for_login) => steps,
                Some(before) if !is_complete && is_known(test.is_repeated) => steps_of(before, part),
                _ => Vec::new(),
            };
            let source = if is_complete { node } else { before.unwrap_or(node) };
            let line = if steps.is_empty() {
                Self::without_result(part, is_next && !is_complete, is_running)
            } else {
                Self::of(part, &steps, source, test, has_tasks)
                    .unwrap_or_else(|| Self::without_result(part, false, is_running && before.is_none()))
            };
            is_next &= is_complete;
            lines.push(line);
        }
        lines
    }

    fn without_result(part: &Part, is_next: bool, is_running: bool) -> Self {
        let title = part.title;
        if is_next {
            let name = format!("{title}: checking");
            let state = LineState::Running;
            return Self { state, title: part.running.to_owned(), detail: String::new(), name };
        }
        let (detail, word) = if is_running { ("", "waiting") } else { ("Not tested", "not tested") };
        let name = format!("{title}: {word}");
        Self { state: LineState::Waiting, title: title.to_owned(), detail: detail.to_owned(), name }
    }

    /// Returns the line for completed steps; `None` if an earlier failure says all about them.
    fn of(
        part: &Part,
        steps: &[&CheckStep],
        node: &TestedNode,
        test: &ConnectionTest,
        has_tasks: bool,
    ) -> Option<Self> {
        let failed = steps.iter().find(|step| step.outcome == Outcome::Failed || step.error.is_some());
        let decisive = failed.copied().or_else(|| decisive(steps))?;
        let state = match decisive.outcome {
            Outcome::Ok => LineState::Done,
            Outcome::Warning => LineState::Warning,
            Outcome::Failed => LineState::Failed,
            Outcome::Skipped if decisive.error.is_some() => LineState::Failed,
            Outcome::Skipped => return None,
        };
        let info = steps.iter().find_map(|step| step.info.as_ref());
        let (title, detail) = match (state, decisive.name) {
            (LineState::Done, StepName::Tls) => (part.title.to_owned(), node.connected_in.map(milliseconds)),
            (LineState::Done | LineState::Warning, StepName::Health | StepName::Redundancy) => {
                (title_of(info, decisive), detail_of(info).or_else(|| decisive.advice.clone()))
            }
            (LineState::Done, StepName::SignIn) => (signed_in(test, decisive), None),
            (LineState::Done, StepName::WebDev) => (part.title.to_owned(), Some(decisive.message.clone())),
            (LineState::Failed, StepName::WebDev) => {
                missing(decisive, has_tasks && found::info(node).is_some())
            }
            // The certificate and the reason are below the lines.
            _ if decisive.error.as_ref().is_some_and(|error| error.rejected_certificate().is_some()) => {
                ("The certificate isn't trusted".to_owned(), None)
            }
            _ => (decisive.message.clone(), decisive.advice.clone()),
        };
        let name = format!("{}: {decisive}", decisive.name.title());
        Some(Self { state, title, detail: detail.unwrap_or_default(), name })
    }

    /// Draws the line.
    pub(super) fn show(&self, ui: &mut Ui) {
        let p = tokens::palette(ui.visuals());
        let (icon, color): (Icon, Color32) = match self.state {
            LineState::Done => (icons::CIRCLE_CHECK, p.ok),
            LineState::Warning => (icons::TRIANGLE_ALERT, p.warning),
            LineState::Failed => (icons::CIRCLE_X, p.error),
            LineState::Running => (icons::LOADER_CIRCLE, p.secondary),
            LineState::Waiting => (icons::CIRCLE, p.secondary),
        };
        let text_color = if self.state == LineState::Waiting { p.secondary } else { p.text };
        let detail_color = p.secondary;
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
                    return;
                }
                if is_short {
                    let right = ui.max_rect().right();
                    let at = pos2(right - detail.size().x, label.rect.center().y - detail.size().y / 2.0);
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

/// Returns the completed steps of a line.
fn steps_of<'a>(node: &'a TestedNode, part: &Part) -> Vec<&'a CheckStep> {
    node.steps.iter().filter(|step| part.steps.contains(&step.name)).collect()
}

/// Returns the step that stands for a line whose steps all succeeded: the first one with a warning, or else the most
/// informative one.
fn decisive<'a>(steps: &[&'a CheckStep]) -> Option<&'a CheckStep> {
    let warning = steps.iter().find(|step| step.outcome == Outcome::Warning);
    let named = |name| steps.iter().find(|step| step.name == name);
    let decisive = warning.or_else(|| named(StepName::Health)).or_else(|| named(StepName::WebDev));
    decisive.or_else(|| steps.last()).copied()
}

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis().max(1))
}

/// Returns what a gateway is: `Ignition` and its version.
fn title_of(info: Option<&GatewayInfo>, step: &CheckStep) -> String {
    let version = info.and_then(|info| info.version.as_ref());
    version.map_or_else(|| step.message.clone(), |version| format!("Ignition {version}"))
}

/// Returns the name of a gateway and its place in a redundant pair.
fn detail_of(info: Option<&GatewayInfo>) -> Option<String> {
    let info = info?;
    let role = info.role.filter(|role| *role != GatewayRole::Independent);
    let activity = info.activity.as_ref().filter(|_| role.is_some() || !info.is_active());
    let parts =
        [info.name.clone(), role.map(|role| role.to_string()), activity.map(|text| text.to_lowercase())];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    (!text.is_empty()).then_some(text)
}

/// Returns how the login was accepted.
fn signed_in(test: &ConnectionTest, step: &CheckStep) -> String {
    match test.draft().auth {
        AuthKind::Password => format!("Signed in as {}", test.draft().user.trim()),
        AuthKind::Token => "Signed in with the API token".to_owned(),
        AuthKind::None => step.message.clone(),
    }
}

/// Returns what is said about a resource that can't be read. `has_tasks`: the guide lists what to do.
fn missing(step: &CheckStep, has_tasks: bool) -> (String, Option<String>) {
    match &step.error {
        // Where the module is missing as well, the step says more than its error.
        Some(error @ GatewayError::NoResource { status, .. })
            if step.message == CheckStep::sentence(error) =>
        {
            let place = if has_tasks { ", see step 4" } else { "" };
            ("No Gatewatch resource".to_owned(), Some(format!("HTTP {status}{place}")))
        }
        _ => (step.message.clone(), step.advice.clone()),
    }
}
