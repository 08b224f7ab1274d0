//! The step that prepares the gateway: the Gatewatch resource for Web Dev, or the settings of an
//! API token.

use egui::{Response, Ui};

use super::super::button::Button;
use super::super::command::{Command, Copied, GuideCommand};
use super::super::gateway_draft::AuthKind;
use super::super::gateway_form::{FormChange, GatewayForm, Reveal};
use super::super::icons;
use super::super::small_text::note;
use super::super::tokens;
use super::super::tooltip::ResponseExt as _;
use super::focus;
use super::state::{GuideChange, GuideState, GuideStep, lacks_resource};
use super::step::{self, Part, TASK_BUTTON, task};
use crate::gateway::check::{CheckStep, Outcome, StepName};
use crate::gateway::webdev::{PROJECT_FILE, SCRIPT};
use crate::gateway::{NodeUrl, Version};

/// The name of the role, the user, the project and the key.
const NAME: &str = "gatewatch";

/// Returns the title of the step. `now` is the step to do.
pub(super) fn title(form: &GatewayForm, now: GuideStep) -> &'static str {
    if form.draft.auth == AuthKind::Token {
        "Let the API token read sessions"
    } else if now > GuideStep::Resource {
        "Gatewatch resource"
    } else {
        "Install the Gatewatch resource on the gateway"
    }
}

/// Draws the tasks. `version` is that of the gateway. `is_open`: they are what to do now.
pub(super) fn show(
    ui: &mut Ui,
    form: &GatewayForm,
    guide: &GuideState,
    version: Option<&Version>,
    is_open: bool,
    commands: &mut Vec<Command>,
) {
    let first = if form.draft.auth == AuthKind::Token {
        token(ui, commands)
    } else {
        web_dev(ui, form, guide, version, commands)
    };
    if is_open && form.reveal == Some(Reveal::GuideStep) && guide.is_by_keyboard {
        focus(&first);
    }
}

/// Draws the tasks for the Gatewatch resource. Returns the first button, as the other lists do.
fn web_dev(
    ui: &mut Ui,
    form: &GatewayForm,
    guide: &GuideState,
    version: Option<&Version>,
    commands: &mut Vec<Command>,
) -> Response {
    let steps = || form.current_test().into_iter().flat_map(|test| &test.nodes).flat_map(|node| &node.steps);
    let is_installed = |step: &CheckStep| step.name == StepName::WebDev && step.outcome == Outcome::Ok;
    let has_resource = steps().any(is_installed) && !steps().any(lacks_resource);
    let fact = if has_resource {
        "It is installed, but it can't be read yet. The connection test says why"
    } else {
        "Once, as an administrator. It answers with the sessions and changes nothing"
    };
    note(ui, fact);
    ui.add_space(2.0 * tokens::UNIT);
    let first = if guide.pastes_script {
        script(ui, commands)
    } else {
        let node = form.draft.nodes().ok().and_then(|nodes| nodes.into_iter().next());
        project(ui, node.as_ref(), version, commands)
    };
    ui.add_space(2.0 * tokens::UNIT);
    let text = if guide.pastes_script {
        "Ignition 8.0.7 and later: import the project instead"
    } else {
        "Ignition 7.9: paste the script instead"
    };
    if step::task_link(ui, text) {
        let change = GuideChange::PasteScript(!guide.pastes_script);
        commands.push(Command::Form(FormChange::Guide(change)));
    }
    first
}

/// Draws how to import the project on a gateway, whose first node is this one.
fn project(
    ui: &mut Ui,
    node: Option<&NodeUrl>,
    version: Option<&Version>,
    commands: &mut Vec<Command>,
) -> Response {
    use Part::{Code, Text};
    let role = [Text("Add the role"), Code(NAME), Text("to the user source")];
    let first = copied(ui, 1, &role, NAME, "role", commands);
    let user = [Text("Add the user"), Code(NAME), Text("with this role and no other")];
    copied(ui, 2, &user, NAME, "user", commands);
    task(ui, 3, &[Text("Save the project"), Code(PROJECT_FILE)], |ui| {
        if button(ui, "Save…", icons::DOWNLOAD, "Save the project…").clicked() {
            commands.push(Command::Guide(GuideCommand::SaveProject));
        }
    });
    let page = if version.is_some_and(Version::has_rest) {
        "Open Platform, System, Projects and choose Import"
    } else {
        "Open Config, System, Projects and choose Import"
    };
    task(ui, 4, &[Text(page)], |ui| {
        let Some(node) = node else { return };
        let address = node.projects_page(version);
        let open = button(ui, "Open page", icons::EXTERNAL_LINK, "Open the page of projects");
        if open.tooltip(&address).clicked() {
            commands.push(Command::Guide(GuideCommand::OpenPage(address)));
        }
    });
    let name = [Text("Name the project"), Code(NAME), Text("and import")];
    copied(ui, 5, &name, NAME, "project name", commands);
    first
}

fn script(ui: &mut Ui, commands: &mut Vec<Command>) -> Response {
    use Part::{Code, Text};
    let name = [Text("Create the project"), Code(NAME), Text("in the Designer")];
    let first = copied(ui, 1, &name, NAME, "project name", commands);
    let resource = [Text("Under Web Dev, create the Python Resource"), Code("sessions")];
    copied(ui, 2, &resource, "sessions", "resource name", commands);
    copied(ui, 3, &[Text("Replace the text of its"), Code("doGet")], SCRIPT, "script", commands);
    let enable = [Text("Enable it, require authentication and the role"), Code(NAME)];
    copied(ui, 4, &enable, NAME, "role", commands);
    let user = [Text("Create role and user"), Code(NAME), Text("and publish")];
    copied(ui, 5, &user, NAME, "user", commands);
    first
}

fn token(ui: &mut Ui, commands: &mut Vec<Command>) -> Response {
    use Part::{Code, Text};
    note(ui, "Once, as an administrator. Requires 8.3 or later");
    ui.add_space(2.0 * tokens::UNIT);
    let key = [Text("Platform, Security, API Keys: create the key"), Code(NAME)];
    let first = copied(ui, 1, &key, NAME, "key name", commands);
    task(ui, 2, &[Text("Give it a security level that has none below it")], |_| {});
    task(ui, 3, &[Text("Include this level in the gateway's read permissions")], |_| {});
    task(ui, 4, &[Text("Over http, turn off its Require secure connections")], |_| {});
    task(ui, 5, &[Text("Copy the whole token,"), Code("NAME:KEY"), Text("into step 3")], |_| {});
    first
}

/// Draws a task with a button that copies a text, and returns the button. `what` is what the text is.
fn copied(
    ui: &mut Ui,
    number: usize,
    parts: &[Part<'_>],
    text: &str,
    what: &str,
    commands: &mut Vec<Command>,
) -> Response {
    task(ui, number, parts, |ui| {
        let copy = button(ui, "Copy", icons::COPY, &format!("Copy the {what}"));
        if copy.clicked() {
            commands.push(Command::Copy(Copied::Text(text.to_owned())));
        }
        copy
    })
}

/// Draws the button of a task.
fn button(ui: &mut Ui, label: &str, icon: icons::Icon, name: &str) -> Response {
    ui.add(Button::soft(label).icon(icon).small().name(name).left(TASK_BUTTON))
}
