//! The form that adds or edits a gateway, with the results of its connection test.

use std::time::Duration;

use egui::{
    Align, Button, ComboBox, Frame, Id, Key, Label, Panel, Response, RichText, ScrollArea, TextEdit, Ui,
};

use super::a11y_hidden;
use super::certificate;
use super::command::Command;
use super::connection_test::{ConnectionTest, TestStage};
use super::error_report::ErrorReport;
use super::gateway_draft::{AuthKind, Field};
use super::gateway_form::{FormChange, FormStage, GatewayForm, Reveal};
use super::labels;
use super::model::KeyringState;
use super::refresh_interval;
use super::secret_box;
use super::theme::{self, Severity};
use crate::gateway::check::{Outcome, Step};
use crate::gateway::{Api, GatewayError, RejectedCertificate};

/// The id of the box with the addresses, the only one with several lines.
pub(super) fn addresses_id() -> Id {
    Id::unique("gateway addresses")
}

/// Draws the form. Input widgets edit the draft. Everything else is emitted as commands.
pub(super) fn show(
    ui: &mut Ui,
    form: &mut GatewayForm,
    keyring: &KeyringState,
    default_refresh: Duration,
    commands: &mut Vec<Command>,
) {
    ui.add_space(4.0);
    let title = if form.is_saved { "Edit gateway" } else { "New gateway" };
    ui.label(RichText::new(title).strong());
    // In a separate panel, the buttons stay visible while the rest scrolls.
    let bottom = Panel::bottom("gateway buttons").frame(Frame::NONE).show_separator_line(false);
    bottom.show(ui, |ui| {
        ui.add_space(4.0);
        buttons(ui, form, commands);
        ui.add_space(4.0);
    });
    ui.spacing_mut().scroll = theme::scroll_beside_contents();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        name_and_addresses(ui, form, commands);
        ui.add_space(6.0);
        authentication(ui, form, keyring, commands);
        ui.add_space(6.0);
        options(ui, form, default_refresh);
        ui.add_space(6.0);
        certificates(ui, form, commands);
        if let Some(test) = form.current_test() {
            ui.add_space(6.0);
            let results = ui.scope(|ui| test_results(ui, test, commands));
            if form.error.is_none() && form.reveal == Some(Reveal::Outcome) {
                results.response.scroll_to_me(Some(Align::Min));
            }
            if let Some(rejected) = results.inner {
                commands.push(Command::Form(FormChange::Trust(Box::new(rejected.clone()))));
                commands.push(Command::TestGateway);
            }
        }
    });
}

fn name_and_addresses(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    let edit = TextEdit::singleline(&mut form.draft.name).hint_text("Plant North");
    let name = line_box(ui, "Name", "Name", edit, commands);
    if form.reveal == Some(Reveal::Name) {
        name.request_focus();
    }
    report_edit(&name, Field::Name, commands);
    error_ui(ui, form, Field::Name);
    let edit = TextEdit::multiline(&mut form.draft.addresses).id(addresses_id());
    let edit = edit.hint_text("http://host:8088").desired_rows(2);
    let addresses = text_box(ui, "Addresses", "Addresses", edit)
        .on_hover_text("One address per line: the nodes of a cluster, a redundant pair or several sites");
    report_edit(&addresses, Field::Addresses, commands);
    error_ui(ui, form, Field::Addresses);
}

fn authentication(ui: &mut Ui, form: &mut GatewayForm, keyring: &KeyringState, commands: &mut Vec<Command>) {
    ui.label("Authentication");
    ui.horizontal_wrapped(|ui| {
        for (auth, text, hint) in [
            (AuthKind::None, "None", "For a resource without authentication"),
            (AuthKind::Password, "Password", "HTTP Basic, for the Web Dev module"),
            (AuthKind::Token, "API token", "For the REST API of 8.3 and later"),
        ] {
            let choice = ui.selectable_label(form.draft.auth == auth, text).on_hover_text(hint);
            // Distinguishes the button from the text box with the same caption.
            if choice.accessible_name(format!("Authentication: {text}")).clicked() {
                commands.push(Command::Form(FormChange::SetAuth(auth)));
            }
        }
    });
    let auth = form.draft.auth;
    if auth == AuthKind::Password {
        let edit = TextEdit::singleline(&mut form.draft.user);
        let edit = line_box(ui, "User name", "Gateway user name", edit, commands);
        if form.reveal == Some(Reveal::User) {
            edit.request_focus();
        }
        report_edit(&edit, Field::Authentication, commands);
    }
    if auth != AuthKind::None {
        let (title, name, format) = match auth {
            AuthKind::Token => ("API token", "Gateway API token", "name:key"),
            AuthKind::None | AuthKind::Password => ("Password", "Gateway password", ""),
        };
        let hint = if form.has_login_in_use() {
            "Leave empty to keep the one in use"
        } else if form.has_saved_secret() {
            keyring.place(&form.before).unwrap_or(format)
        } else {
            format
        };
        let id = Id::unique(("gateway secret", auth == AuthKind::Token));
        let edit = TextEdit::singleline(&mut form.draft.secret).id(id).password(true).hint_text(hint);
        let edit = line_box(ui, title, name, edit, commands);
        if form.reveal == Some(Reveal::Secret) {
            edit.request_focus();
        }
        secret_box::forget_undo(ui, id);
        report_edit(&edit, Field::Authentication, commands);
        ui.weak(keyring.limit().unwrap_or("Saved in the system's keyring, never in a file"));
    }
    if form.draft.sends_unencrypted() {
        secret_box::unencrypted_warning(ui);
    }
    error_ui(ui, form, Field::Authentication);
}

fn options(ui: &mut Ui, form: &mut GatewayForm, default_refresh: Duration) {
    let draft = &mut form.draft;
    ui.horizontal(|ui| {
        caption(ui, "Source");
        let choices = [
            (None, "Automatic", "The REST API with an API token on 8.3, otherwise Web Dev"),
            (Some(Api::WebDev), "Web Dev", "The Gatewatch resource in the Web Dev module of 7.9 and later"),
            (Some(Api::Rest), "REST API", "The session lists of 8.3 and later, with an API token"),
        ];
        let text = choices.iter().find(|(api, ..)| *api == draft.api).map_or("", |(_, text, _)| text);
        let choice = ComboBox::from_id_salt("gateway api").selected_text(text).show_ui(ui, |ui| {
            for (api, text, hint) in choices {
                ui.selectable_value(&mut draft.api, api, text).on_hover_text(hint);
            }
        });
        choice.response.accessible_name("Source");
    });
    ui.horizontal(|ui| {
        caption(ui, "Refresh");
        let text = |refresh: Option<Duration>| {
            refresh.map_or_else(|| refresh_interval::default_text(default_refresh), refresh_interval::text)
        };
        let choice =
            ComboBox::from_id_salt("gateway refresh").selected_text(text(draft.refresh)).show_ui(ui, |ui| {
                for interval in std::iter::once(None).chain(refresh_interval::choices().map(Some)) {
                    ui.selectable_value(&mut draft.refresh, interval, text(interval));
                }
            });
        choice.response.accessible_name("Refresh interval of this gateway");
    });
    ui.horizontal(|ui| {
        caption(ui, "When not shown");
        let text = refresh_interval::background_text;
        let choice = ComboBox::from_id_salt("gateway background")
            .selected_text(text(draft.background))
            .show_ui(ui, |ui| {
                let choices = refresh_interval::background_choices().map(Some);
                for interval in std::iter::once(None).chain(choices) {
                    ui.selectable_value(&mut draft.background, interval, text(interval));
                }
            });
        let choice = choice.response.on_hover_text("How often it is read while another gateway is shown");
        choice.accessible_name("Refresh interval when not shown");
    });
    ui.checkbox(&mut draft.perspective, "Include Perspective sessions")
        .on_hover_text("The REST API always includes them");
    ui.checkbox(&mut draft.may_terminate, "Allow terminating sessions").on_hover_text(
        "Requires 8.3 and an API token with that permission. Each one needs your confirmation",
    );
}

fn certificates(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    let edit = TextEdit::singleline(&mut form.draft.ca_file).hint_text("Optional");
    line_box(ui, "CA file", "CA file", edit, commands).on_hover_text(
        "Additional certificate authorities, PEM or DER. Relative paths start in the folder of config.toml",
    );
    for (index, pin) in form.draft.pins.iter().enumerate() {
        ui.horizontal(|ui| {
            let port = pin.port.map(|port| format!(":{port}")).unwrap_or_default();
            let host = format!("{}{port}", pin.host);
            let remove = ui.button("×").on_hover_text("Stop trusting this certificate");
            if remove.accessible_name(format!("Stop trusting the certificate of {host}")).clicked() {
                commands.push(Command::Form(FormChange::RemovePin(index)));
            }
            let text = format!("Trusted: {host}, {}", pin.fingerprint);
            ui.add(Label::new(&text).truncate()).on_hover_text(text);
        });
    }
}

fn buttons(ui: &mut Ui, form: &GatewayForm, commands: &mut Vec<Command>) {
    error_ui(ui, form, Field::Form);
    if form.stage == FormStage::ConfirmDelete {
        let text = format!("Delete {} and its saved login?", form.before.name);
        labels::severity_label(ui, Severity::Warning, &text);
        ui.horizontal(|ui| {
            if ui.button("Delete").clicked() {
                commands.push(Command::DeleteGateway);
            }
            if ui.button("Cancel").clicked() {
                commands.push(Command::Form(FormChange::CancelDelete));
            }
        });
        return;
    }
    let is_editing = form.stage == FormStage::Editing;
    ui.horizontal_wrapped(|ui| {
        if ui.button("Test connection").clicked() {
            commands.push(Command::TestGateway);
        }
        let save = ui.add_enabled(is_editing, Button::new("Save"));
        if save.on_hover_text("Save in config.toml and connect").accessible_name("Save gateway").clicked() {
            commands.push(Command::SaveGateway);
        }
        let close = if form.is_changed() { "Discard" } else { "Close" };
        if ui.add_enabled(is_editing, Button::new(close)).clicked() {
            commands.push(Command::CloseGateway);
        }
        if form.stage == FormStage::Saving {
            ui.weak("Saving…");
        } else if form.is_saved && ui.button("Delete…").clicked() {
            commands.push(Command::Form(FormChange::AskDelete));
        }
    });
}

/// Draws the results of a test. Returns a rejected certificate if the user chooses to trust it.
fn test_results<'a>(
    ui: &mut Ui,
    test: &'a ConnectionTest,
    commands: &mut Vec<Command>,
) -> Option<&'a RejectedCertificate> {
    if test.stage == TestStage::WaitingForSecret {
        result_line(ui, Severity::Warning, "Waiting for the keyring. It may show a prompt");
        return None;
    }
    let is_running = test.stage == TestStage::Running;
    let mut trusted = None;
    for (index, node) in test.nodes.iter().enumerate() {
        ui.label(RichText::new(node.url.to_string()).strong());
        for step in &node.steps {
            if !is_skipped(step) {
                trusted = step_result(ui, index, step, commands).or(trusted);
            }
        }
        let skipped = node.steps.iter().filter(|step| is_skipped(step)).map(|step| step.name.title());
        let skipped: Vec<&str> = skipped.collect();
        if !skipped.is_empty() {
            result_line(ui, Severity::Warning, &format!("Not checked: {}", skipped.join(", ")));
        }
        match node.next_step() {
            Some(step) if is_running => {
                result_line(ui, Severity::Warning, &format!("{}: Checking…", step.title()));
            }
            Some(_) => result_line(ui, Severity::Error, "Test interrupted. Try again"),
            None => {}
        }
    }
    trusted
}

fn result_line(ui: &mut Ui, severity: Severity, text: &str) {
    let sign = match severity {
        Severity::Good => "●",
        Severity::Warning => "○",
        Severity::Error => "▲",
    };
    ui.horizontal_top(|ui| {
        a11y_hidden::text(ui, sign, theme::severity_color(ui.visuals(), severity), 0.0);
        ui.add(Label::new(text).wrap().selectable(true));
    });
}

/// Returns `true` for a step that an earlier failure says all about.
fn is_skipped(step: &Step) -> bool {
    step.outcome == Outcome::Skipped && step.error.is_none()
}

/// Draws a completed step. Returns a rejected certificate if the user chooses to trust it.
fn step_result<'a>(
    ui: &mut Ui,
    node: usize,
    step: &'a Step,
    commands: &mut Vec<Command>,
) -> Option<&'a RejectedCertificate> {
    let severity = match step.outcome {
        Outcome::Ok => Severity::Good,
        Outcome::Warning | Outcome::Skipped => Severity::Warning,
        Outcome::Failed => Severity::Error,
    };
    result_line(ui, severity, &format!("{}: {step}", step.name.title()));
    let error = step.error.as_ref()?;
    ErrorReport::new(error).details_ui(ui, Id::unique((node, step.name)));
    let GatewayError::Certificate(rejected) = error else {
        return None;
    };
    let can_be_trusted = certificate::show(ui, rejected, commands);
    let is_trusted = can_be_trusted && ui.button("Trust this certificate").clicked();
    is_trusted.then_some(&**rejected)
}

/// Draws a text box with one line. Enter saves the form and keeps the focus, because saving may fail.
fn line_box(
    ui: &mut Ui,
    title: &str,
    accessible_name: &str,
    edit: TextEdit<'_>,
    commands: &mut Vec<Command>,
) -> Response {
    let edit = text_box(ui, title, accessible_name, edit);
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        commands.push(Command::SaveGateway);
        edit.request_focus();
    }
    edit
}

/// Draws a text box below its title.
fn text_box(ui: &mut Ui, title: &str, accessible_name: &str, edit: TextEdit<'_>) -> Response {
    caption(ui, title);
    ui.add(edit.desired_width(f32::INFINITY)).accessible_name(accessible_name)
}

/// Draws a caption. Hidden from screen readers, which get it as the name of the widget.
fn caption(ui: &mut Ui, text: &str) {
    a11y_hidden::text(ui, text, ui.visuals().text_color(), 0.0);
}

/// Emits a command if a field was edited.
fn report_edit(edit: &Response, field: Field, commands: &mut Vec<Command>) {
    if edit.changed() {
        commands.push(Command::Form(FormChange::Edited(field)));
    }
}

/// Draws the error of a field, if there is one.
fn error_ui(ui: &mut Ui, form: &GatewayForm, field: Field) {
    let Some(error) = form.error.as_ref().filter(|error| error.field() == field) else {
        return;
    };
    let report = ErrorReport::new(error);
    let label = labels::severity_label(ui, Severity::Error, &format!("▲ {}", report.summary()));
    if form.reveal == Some(Reveal::Outcome) {
        label.scroll_to_me(None);
    }
    report.details_ui(ui, Id::unique("form error"));
}
