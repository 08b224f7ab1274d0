//! The fields of the gateway form, each with its error below it.

use std::time::Duration;

use egui::{Align, Id, Key, Label, Layout, Response, RichText, TextBuffer, TextEdit, Ui, vec2};

use super::super::a11y_hidden;
use super::super::button::Button;
use super::super::check_box;
use super::super::command::Command;
use super::super::details_text;
use super::super::error_report::ErrorReport;
use super::super::form_rows::{control_with_error, gap, row, section};
use super::super::gateway_draft::{AuthKind, Field, FormError};
use super::super::gateway_form::{FormChange, GatewayForm, Reveal, addresses_id};
use super::super::icons;
use super::super::license;
use super::super::model::KeyringState;
use super::super::refresh_interval;
use super::super::secret_box;
use super::super::segments;
use super::super::select;
use super::super::small_text::note;
use super::super::text_field::{self, TextField};
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use crate::gateway::{Api, SessionKind};

/// Draws all fields.
pub(super) fn show(
    ui: &mut Ui,
    form: &mut GatewayForm,
    keyring: &KeyringState,
    default_refresh: Duration,
    commands: &mut Vec<Command>,
) {
    name(ui, form, commands);
    gap(ui);
    addresses(ui, form, commands);
    section(ui, "Sign-in");
    sign_in(ui, form, keyring, commands);
    section(ui, "Reading");
    reading(ui, form, default_refresh);
    section(ui, "Certificates");
    certificates(ui, form, commands);
    section(ui, "License");
    limits(ui, form, commands);
    if let Some(report) = error_of(form, Field::Form) {
        gap(ui);
        let color = palette(ui.visuals()).error;
        let label = text_field::line(ui, icons::CIRCLE_ALERT, color, report.summary(), color);
        if form.reveal == Some(Reveal::Outcome) {
            label.scroll_to_me(None);
        }
    }
    causes(ui, form, Field::Form, commands);
}

fn name(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    let error = summary_of(form, Field::Name);
    let field = TextField::new(Id::unique("gateway name"), "Name").hint("Plant North");
    let edit = line_box(ui, field.error(error.as_deref()), &mut form.draft.name, commands);
    lead_to(ui, form, &edit, Reveal::Name);
    report_edit(&edit, Field::Name, commands);
}

fn addresses(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    let font = egui::FontId::proportional(tokens::TYPE_SECONDARY);
    a11y_hidden::line(ui, "Addresses, one per line", font, p.secondary, tokens::LINE_SECONDARY);
    ui.add_space(tokens::UNIT);
    let error = error_of(form, Field::Addresses);
    let hint = RichText::new("http://host:8088").color(p.secondary);
    let edit = TextEdit::multiline(&mut form.draft.addresses);
    let edit = edit.id(addresses_id()).hint_text(hint).desired_rows(2);
    let edit = text_field::multiline(ui, edit, "Addresses", error.is_some());
    if let Some(report) = &error {
        ui.add_space(tokens::UNIT);
        text_field::line(ui, icons::CIRCLE_ALERT, p.error, report.summary(), p.error);
    }
    lead_to(ui, form, &edit, Reveal::Addresses);
    report_edit(&edit, Field::Addresses, commands);
    causes(ui, form, Field::Addresses, commands);
}

fn sign_in(ui: &mut Ui, form: &mut GatewayForm, keyring: &KeyringState, commands: &mut Vec<Command>) {
    if let Some(auth) = segments::show(ui, "Authentication", form.draft.auth, AuthKind::CHOICES) {
        commands.push(Command::Form(FormChange::SetAuth(auth)));
    }
    ui.add_space(tokens::UNIT);
    let auth = form.draft.auth;
    note(
        ui,
        match auth {
            AuthKind::Password => "HTTP Basic, for the Gatewatch resource of the Web Dev module",
            AuthKind::Token => "For the REST API of 8.3 and later",
            AuthKind::None => "For a resource without authentication",
        },
    );
    let error = summary_of(form, Field::Authentication);
    let is_about_user = form.error.as_ref().is_some_and(FormError::is_about_user);
    if auth == AuthKind::Password {
        gap(ui);
        let error = error.as_deref().filter(|_| is_about_user);
        let field = TextField::new(Id::unique("gateway user"), "User name").name("Gateway user name");
        let edit = line_box(ui, field.error(error), &mut form.draft.user, commands);
        lead_to(ui, form, &edit, Reveal::User);
        report_edit(&edit, Field::Authentication, commands);
    }
    if auth != AuthKind::None {
        gap(ui);
        let error = error.as_deref().filter(|_| !is_about_user);
        secret(ui, form, keyring, error, commands);
        causes(ui, form, Field::Authentication, commands);
        ui.add_space(tokens::UNIT);
        note(ui, keyring.limit().unwrap_or("Saved in the system's keyring, never in a file"));
    }
    if form.draft.sends_unencrypted() {
        ui.add_space(tokens::UNIT);
        secret_box::unencrypted_warning(ui);
    }
}

/// Draws the box for the password or token.
fn secret(
    ui: &mut Ui,
    form: &mut GatewayForm,
    keyring: &KeyringState,
    error: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let is_token = form.draft.auth == AuthKind::Token;
    let (caption, name, format) = if is_token {
        ("API token", "Gateway API token", "NAME:KEY")
    } else {
        ("Password", "Gateway password", "")
    };
    let hint = if form.has_login_in_use() {
        "Leave empty to keep the one in use"
    } else if form.has_saved_secret() {
        keyring.place(&form.before).unwrap_or(format)
    } else {
        format
    };
    let id = Id::unique(("gateway secret", is_token));
    let field = TextField::new(id, caption).name(name).hint(hint).error(error).secret();
    let shown = ui.scope(|ui| field.show(ui, &mut form.draft.secret, form.is_secret_shown)).inner;
    if shown.reveal_clicked {
        commands.push(Command::Form(FormChange::ToggleSecret));
    }
    save_on_enter(ui, &shown.edit, commands);
    lead_to(ui, form, &shown.edit, Reveal::Secret);
    secret_box::forget_undo(ui, id);
    report_edit(&shown.edit, Field::Authentication, commands);
}

fn reading(ui: &mut Ui, form: &mut GatewayForm, default_refresh: Duration) {
    let draft = &mut form.draft;
    let width = theme::FORM_SELECT_WIDTH;
    row(ui, "Source", |ui| {
        let text = |api| {
            match api {
                None => "Automatic",
                Some(Api::WebDev) => "Web Dev",
                Some(Api::Rest) => "REST API",
            }
            .to_owned()
        };
        let hint = |api| match api {
            None => "The REST API with an API token on 8.3, otherwise Web Dev",
            Some(Api::WebDev) => "The Gatewatch resource in the Web Dev module of 7.9 and later",
            Some(Api::Rest) => "The session lists of 8.3 and later, with an API token",
        };
        let choices = [None, Some(Api::WebDev), Some(Api::Rest)];
        let chosen = select::show_explained(ui, "Source", width, draft.api, text, hint, choices);
        draft.api = chosen.unwrap_or(draft.api);
    });
    row(ui, "Refresh", |ui| {
        let text = |refresh: Option<Duration>| {
            refresh.map_or_else(|| refresh_interval::default_text(default_refresh), refresh_interval::text)
        };
        let choices = std::iter::once(None).chain(refresh_interval::choices().map(Some));
        let name = "Refresh interval of this gateway";
        let chosen = select::show(ui, name, width, draft.refresh, text, choices);
        draft.refresh = chosen.unwrap_or(draft.refresh);
    });
    row(ui, "When not shown", |ui| {
        let refresh = draft.refresh.unwrap_or(default_refresh);
        let text = |interval| refresh_interval::background_text(interval, refresh);
        let choices = std::iter::once(None).chain(refresh_interval::background_choices().map(Some));
        let name = "Refresh interval when not shown";
        let chosen = select::show(ui, name, width, draft.background, text, choices);
        draft.background = chosen.unwrap_or(draft.background);
    });
    ui.add_space(tokens::UNIT);
    let about = "The REST API always includes them";
    check_box::show_about(ui, &mut draft.perspective, "Include Perspective sessions", about);
    let about = "Requires 8.3 and an API token with that permission. Each one needs your confirmation";
    check_box::show_about(ui, &mut draft.may_terminate, "Allow terminating sessions", about);
}

fn certificates(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    let field = TextField::new(Id::unique("gateway CA file"), "CA file").hint("Optional");
    line_box(ui, field, &mut form.draft.ca_file, commands).tooltip(
        "Additional certificate authorities, PEM or DER. Relative paths start in the folder of config.toml",
    );
    if !form.draft.pins.is_empty() {
        ui.add_space(2.0 * tokens::UNIT);
    }
    for (index, pin) in form.draft.pins.iter().enumerate() {
        let port = pin.port.map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{}{port}", pin.host);
        if trusted(ui, &host, &pin.fingerprint.to_string()) {
            commands.push(Command::Form(FormChange::RemovePin(index)));
        }
    }
}

/// Draws the boxes for the largest number of sessions of each kind.
fn limits(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    for kind in SessionKind::ALL {
        let field = Field::Limit(kind);
        let error = summary_of(form, field);
        row(ui, license::plural(kind), |ui| {
            control_with_error(ui, |ui| {
                ui.set_width(theme::FORM_SELECT_WIDTH);
                let name = license::limit_name(kind);
                let id = Id::unique(("gateway limit", name));
                let text_field = TextField::new(id, "").name(name).hint("No limit");
                let text = &mut form.draft.limits[kind as usize];
                let edit = line_box(ui, text_field.error(error.as_deref()), text, commands);
                lead_to(ui, form, &edit, Reveal::Limit(kind));
                report_edit(&edit, field, commands);
            });
        });
    }
    ui.add_space(tokens::UNIT);
    note(ui, "Maximum concurrent sessions, for the license view. Gatewatch doesn't enforce them");
}

/// Draws a trusted certificate. Returns `true` if the user stops trusting it.
fn trusted(ui: &mut Ui, host: &str, fingerprint: &str) -> bool {
    let p = palette(ui.visuals());
    let size = vec2(ui.available_width(), tokens::CONTROL_HEIGHT);
    let row = ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.x = 2.0 * tokens::UNIT;
        let name = format!("Stop trusting the certificate of {host}");
        let remove = ui.add(Button::ghost_icon(icons::X, name).small());
        let remove = remove.tooltip("Stop trusting this certificate").clicked();
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let host_size = vec2(theme::PIN_HOST, tokens::LINE_BODY);
            ui.allocate_ui_with_layout(host_size, Layout::left_to_right(Align::Center), |ui| {
                ui.set_width(theme::PIN_HOST);
                ui.add(Label::new(RichText::new(host).color(p.text)).truncate());
            });
            let text = RichText::new(fingerprint).monospace().color(p.secondary);
            ui.add(Label::new(text).truncate()).tooltip(format!("Trusted: {host}, {fingerprint}"));
        });
        remove
    });
    row.inner
}

/// Draws a text box with one line. Enter saves the form and keeps the focus, because saving may fail.
fn line_box(
    ui: &mut Ui,
    field: TextField<'_>,
    text: &mut dyn TextBuffer,
    commands: &mut Vec<Command>,
) -> Response {
    let edit = ui.scope(|ui| field.show(ui, text, false)).inner.edit;
    save_on_enter(ui, &edit, commands);
    edit
}

fn save_on_enter(ui: &Ui, edit: &Response, commands: &mut Vec<Command>) {
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        commands.push(Command::SaveGateway);
        edit.request_focus();
    }
}

/// Emits a command if a field was edited.
fn report_edit(edit: &Response, field: Field, commands: &mut Vec<Command>) {
    if edit.changed() {
        commands.push(Command::Form(FormChange::Edited(field)));
    }
}

/// Moves the keyboard focus to a box and scrolls to it and the error below it, if it is revealed.
fn lead_to(ui: &Ui, form: &GatewayForm, edit: &Response, to: Reveal) {
    if form.reveal == Some(to) {
        edit.request_focus();
        let bottom = edit.rect.bottom() + tokens::CONTROL_HEIGHT;
        ui.scroll_to_rect(edit.rect.with_max_y(bottom), None);
    }
}

/// Draws the causes of the error of a field behind "Details", if it has any.
fn causes(ui: &mut Ui, form: &GatewayForm, field: Field, commands: &mut Vec<Command>) {
    let Some(report) = error_of(form, field).filter(ErrorReport::has_causes) else {
        return;
    };
    ui.add_space(tokens::UNIT);
    details_text::causes(ui, Id::unique("form error"), &report, commands);
}

fn error_of(form: &GatewayForm, field: Field) -> Option<ErrorReport> {
    let error = form.error.as_ref().filter(|error| error.field() == field)?;
    Some(ErrorReport::new(error))
}

fn summary_of(form: &GatewayForm, field: Field) -> Option<String> {
    error_of(form, field).map(|report| report.summary().to_owned())
}
