//! How to prepare the gateway: the Gatewatch resource for Web Dev, or the settings of an API token.

use egui::Ui;

use super::super::command::{Command, Copied, GuideCommand};
use super::super::gateway_draft::AuthKind;
use super::super::gateway_form::{FormChange, GatewayForm};
use super::super::icons;
use super::super::tokens;
use super::progress::lacks_resource;
use super::state::{GuideChange, GuideState};
use super::step::{self, Part, TASK_BUTTON, task};
use crate::gateway::check::{Outcome, Step, StepName};
use crate::gateway::webdev::{PROJECT_FILE, SCRIPT};

/// The name of the role, the user, the project and the key.
const NAME: &str = "gatewatch";

/// Returns the title of the step.
pub(super) fn title(form: &GatewayForm) -> &'static str {
    if form.draft.auth == AuthKind::Token {
        "Let the API token read sessions"
    } else {
        "Install the Gatewatch resource on the gateway"
    }
}

/// Draws the tasks.
pub(super) fn show(ui: &mut Ui, form: &GatewayForm, guide: &GuideState, commands: &mut Vec<Command>) {
    if form.draft.auth == AuthKind::Token {
        return token(ui, commands);
    }
    let steps = || form.current_test().into_iter().flat_map(|test| &test.nodes).flat_map(|node| &node.steps);
    let is_installed = |step: &Step| step.name == StepName::WebDev && step.outcome == Outcome::Ok;
    let has_resource = steps().any(is_installed) && !steps().any(lacks_resource);
    let fact = if has_resource {
        "It is installed, but it can't be read yet. The connection test says why"
    } else {
        "Once, as an administrator. It answers with the sessions and changes nothing."
    };
    step::fact(ui, fact);
    ui.add_space(2.0 * tokens::UNIT);
    let address = form.profile_to_test().ok().map(|profile| profile.nodes()[0].to_string());
    if guide.pastes_script {
        script(ui, commands);
    } else {
        project(ui, address.as_deref(), commands);
    }
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
}

fn project(ui: &mut Ui, address: Option<&str>, commands: &mut Vec<Command>) {
    use Part::{Code, Text};
    copied(ui, 1, &[Text("Add the role"), Code(NAME), Text("to the user source")], NAME, "role", commands);
    let user = [Text("Add the user"), Code(NAME), Text("with this role and no other")];
    copied(ui, 2, &user, NAME, "user", commands);
    task(ui, 3, &[Text("Save the project"), Code(PROJECT_FILE)], |ui| {
        if button(ui, "Save…", icons::DOWNLOAD, "Save the project…") {
            commands.push(Command::Guide(GuideCommand::SaveProject));
        }
    });
    task(ui, 4, &[Text("Open Config, System, Projects and choose Import")], |ui| {
        let Some(address) = address else { return };
        if button(ui, "Open page", icons::EXTERNAL_LINK, "Open the gateway's page") {
            commands.push(Command::Guide(GuideCommand::OpenPage(address.to_owned())));
        }
    });
    copied(
        ui,
        5,
        &[Text("Name the project"), Code(NAME), Text("and import")],
        NAME,
        "project name",
        commands,
    );
}

fn script(ui: &mut Ui, commands: &mut Vec<Command>) {
    use Part::{Code, Text};
    copied(
        ui,
        1,
        &[Text("Create the project"), Code(NAME), Text("in the Designer")],
        NAME,
        "project name",
        commands,
    );
    let resource = [Text("Under Web Dev, create the Python Resource"), Code("sessions")];
    copied(ui, 2, &resource, "sessions", "resource name", commands);
    copied(ui, 3, &[Text("Replace the text of its"), Code("doGet")], SCRIPT, "script", commands);
    let enable = [Text("Enable it, require authentication and the role"), Code(NAME)];
    copied(ui, 4, &enable, NAME, "role", commands);
    let user = [Text("Create role and user"), Code(NAME), Text("and publish")];
    copied(ui, 5, &user, NAME, "user", commands);
}

fn token(ui: &mut Ui, commands: &mut Vec<Command>) {
    use Part::{Code, Text};
    step::fact(ui, "Once, as an administrator of a gateway from 8.3 on.");
    ui.add_space(2.0 * tokens::UNIT);
    let key = [Text("Platform, Security, API Keys: create the key"), Code(NAME)];
    copied(ui, 1, &key, NAME, "key name", commands);
    task(ui, 2, &[Text("Give it a security level that has none below it")], |_| {});
    task(ui, 3, &[Text("Include this level in the gateway's read permissions")], |_| {});
    task(ui, 4, &[Text("Over http, turn off its Require secure connections")], |_| {});
    task(ui, 5, &[Text("Copy the whole token,"), Code("NAME:KEY"), Text("into step 3")], |_| {});
}

/// Draws a task with a button that copies a text. `what` is what the text is.
fn copied(
    ui: &mut Ui,
    number: usize,
    parts: &[Part<'_>],
    text: &str,
    what: &str,
    commands: &mut Vec<Command>,
) {
    task(ui, number, parts, |ui| {
        if button(ui, "Copy", icons::COPY, &format!("Copy the {what}")) {
            commands.push(Command::Copy(Copied::Text(text.to_owned())));
        }
    });
}

/// Draws the button of a task. Returns `true` if it was clicked.
fn button(ui: &mut Ui, label: &str, icon: icons::Icon, name: &str) -> bool {
    use super::super::button::Button;
    ui.add(Button::soft(label).icon(icon).small().name(name).left(TASK_BUTTON)).clicked()
}
