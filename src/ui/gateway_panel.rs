//! The form of a gateway: what it is called, where it is, what opens it; and a test of all that.

use egui::text_edit::TextEditState;
use egui::{
    Align, Button, ComboBox, Frame, Id, Key, Label, Panel, Response, RichText, ScrollArea, TextEdit, Ui,
};

use super::a11y_hidden;
use super::certificate;
use super::command::Command;
use super::connection_bar::{INTERVALS, every};
use super::connection_test::{Entry, Test, TestStage, TestedNode};
use super::gateway_form::{Attention, FormFault, GatewayForm, OpenedBy, Place, Stage};
use super::theme::{self, Severity};
use crate::display;
use crate::gateway::{Api, GatewayError, GatewayInfo, NodeSnapshot, Refused};

/// Draws the form.
pub(super) fn show(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    let title = if form.is_saved { "Gateway" } else { "New gateway" };
    ui.label(RichText::new(title).strong());
    // In reach whatever is open above them.
    let below = Panel::bottom("gateway buttons").frame(Frame::NONE).show_separator_line(false);
    below.show(ui, |ui| {
        ui.add_space(4.0);
        buttons(ui, form, commands);
        ui.add_space(4.0);
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        whereabouts(ui, form, commands);
        ui.add_space(6.0);
        login(ui, form, commands);
        ui.add_space(6.0);
        reading(ui, form);
        ui.add_space(6.0);
        trust(ui, form, commands);
        form.forget_old_test();
        let is_news = form.test.is_some() && form.fault.is_none() && form.take(Attention::Finding);
        if let Some(test) = &form.test {
            ui.add_space(6.0);
            let trusted = ui.scope(|ui| findings(ui, test));
            if is_news {
                trusted.response.scroll_to_me(Some(Align::Min));
            }
            if let Some(refused) = trusted.inner {
                let refused = refused.clone();
                form.trust(&refused);
                commands.push(Command::TestGateway);
            }
        }
    });
}

fn whereabouts(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    let edit = TextEdit::singleline(&mut form.typed.name).hint_text("Plant North");
    let name = line_box(ui, "Name", edit, commands);
    if form.take(Attention::Name) {
        name.request_focus();
    }
    clear_fault(form, Place::Name, &name);
    fault(ui, form, Place::Name);
    let hint = "http://host:8088";
    let edit = TextEdit::multiline(&mut form.typed.addresses).hint_text(hint).desired_rows(2);
    let edit = text_box(ui, "Addresses", edit)
        .on_hover_text("One for each node of a cluster, a redundant pair, or several sites, on a line each");
    clear_fault(form, Place::Addresses, &edit);
    fault(ui, form, Place::Addresses);
}

fn login(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    ui.label("Opened by");
    ui.horizontal_wrapped(|ui| {
        for (kind, text, hint) in [
            (OpenedBy::Nothing, "nothing", "The resource asks for no login"),
            (OpenedBy::Password, "a password", "HTTP Basic, for the Web Dev module"),
            (OpenedBy::Token, "an API token", "Of a gateway of 8.3, for its REST API"),
        ] {
            if ui.selectable_value(&mut form.typed.opened_by, kind, text).on_hover_text(hint).changed() {
                form.typed.secret.clear();
                form.fault = None;
                form.attention = match kind {
                    OpenedBy::Nothing => None,
                    OpenedBy::Password => Some(Attention::User),
                    OpenedBy::Token => Some(Attention::Secret),
                };
            }
        }
    });
    if form.typed.opened_by == OpenedBy::Password {
        let edit = TextEdit::singleline(&mut form.typed.user);
        let edit = line_box(ui, "User of the gateway", edit, commands);
        if form.take(Attention::User) {
            edit.request_focus();
        }
        clear_fault(form, Place::Login, &edit);
    }
    if form.typed.opened_by != OpenedBy::Nothing {
        let (title, of) = match form.typed.opened_by {
            OpenedBy::Token => ("API token of the gateway", "name:key"),
            _ => ("Password of the gateway", ""),
        };
        let hint = if form.has_kept_secret() { "the one that is kept" } else { of };
        let id = Id::unique(("gateway secret", form.typed.opened_by == OpenedBy::Token));
        let edit = TextEdit::singleline(&mut form.typed.secret).id(id).password(true).hint_text(hint);
        let edit = line_box(ui, title, edit, commands);
        if form.take(Attention::Secret) {
            edit.request_focus();
        }
        forget_undo(ui, id);
        clear_fault(form, Place::Login, &edit);
        ui.weak("Kept in the platform's keyring where there is one, never in a file");
    }
    if form.typed.sends_in_the_clear() {
        readable(ui);
    }
    fault(ui, form, Place::Login);
}

/// Warns of what others can read.
pub(super) fn readable(ui: &mut Ui) {
    warning(ui, "▲ over plain http others on the network can read it; https keeps it secret");
}

/// What was typed must not come back by undoing.
pub(super) fn forget_undo(ui: &Ui, id: Id) {
    if let Some(mut state) = TextEditState::load(ui.ctx(), id) {
        state.clear_undoer();
        state.store(ui.ctx(), id);
    }
}

fn reading(ui: &mut Ui, form: &mut GatewayForm) {
    ui.horizontal(|ui| {
        ui.label("Read");
        let choices = [
            (None, "as found out", "The REST API with a token on 8.3, else Web Dev"),
            (Some(Api::WebDev), "through Web Dev", "Our project in the Web Dev module, from 7.9 on"),
            (Some(Api::Rest), "through REST", "The lists of 8.3, with an API token"),
        ];
        let name = choices.iter().find(|(api, ..)| *api == form.typed.api).map_or("", |(_, name, _)| name);
        let choice = ComboBox::from_id_salt("gateway api").selected_text(name).show_ui(ui, |ui| {
            for (api, name, hint) in choices {
                ui.selectable_value(&mut form.typed.api, api, name).on_hover_text(hint);
            }
        });
        choice.response.accessible_name("Interface");
    });
    ui.horizontal(|ui| {
        ui.label("Refresh");
        let text = |refresh: Option<std::time::Duration>| match refresh {
            None => "as the others".to_owned(),
            Some(interval) => every(Some(interval).filter(|interval| !interval.is_zero())),
        };
        let choice = ComboBox::from_id_salt("gateway refresh")
            .selected_text(text(form.typed.refresh))
            .show_ui(ui, |ui| {
                let intervals = [None, Some(0)].into_iter().chain(INTERVALS.map(Some));
                for interval in intervals.map(|seconds| seconds.map(std::time::Duration::from_secs)) {
                    ui.selectable_value(&mut form.typed.refresh, interval, text(interval));
                }
            });
        choice.response.accessible_name("Refresh of this gateway");
    });
    ui.checkbox(&mut form.typed.perspective, "Perspective sessions from Web Dev, too")
        .on_hover_text("The REST API lists them in any case");
    ui.checkbox(&mut form.typed.may_terminate, "Sessions may be terminated")
        .on_hover_text("On 8.3, with an API token that has the right to; each time you are asked first");
}

fn trust(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    let edit = TextEdit::singleline(&mut form.typed.ca_file).hint_text("only where a plant has its own");
    line_box(ui, "CA file", edit, commands).on_hover_text(
        "Certificates to trust beside the platform's, PEM or DER; beside config.toml if relative",
    );
    let mut dropped = None;
    for (place, pin) in form.typed.pins.iter().enumerate() {
        ui.horizontal(|ui| {
            let port = pin.port.map(|port| format!(":{port}")).unwrap_or_default();
            let host = format!("{}{port}", pin.host);
            let drop = ui.button("×").on_hover_text("Trust it no longer");
            if drop.accessible_name(format!("Trust the certificate of {host} no longer")).clicked() {
                dropped = Some(place);
            }
            let text = format!("{host} trusted with {}", pin.fingerprint);
            ui.add(Label::new(&text).truncate()).on_hover_text(text);
        });
    }
    if let Some(place) = dropped {
        form.typed.pins.remove(place);
    }
}

fn buttons(ui: &mut Ui, form: &mut GatewayForm, commands: &mut Vec<Command>) {
    fault(ui, form, Place::Whole);
    if form.stage == Stage::AskingToDelete {
        let name = &form.before.name;
        warning(ui, &format!("{name} and what is kept of its login will be gone"));
        ui.horizontal(|ui| {
            if ui.button("Delete it").clicked() {
                commands.push(Command::DeleteGateway);
            }
            if ui.button("Keep it").clicked() {
                form.stage = Stage::Typing;
            }
        });
        return;
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button("Test connection").clicked() {
            commands.push(Command::TestGateway);
        }
        let save = ui.add_enabled(form.stage == Stage::Typing, Button::new("Save"));
        if save.on_hover_text("Keep it in config.toml, and connect").accessible_name("Save gateway").clicked()
        {
            commands.push(Command::SaveGateway);
        }
        let close = if form.is_changed() { "Discard" } else { "Close" };
        if ui.add_enabled(form.stage == Stage::Typing, Button::new(close)).clicked() {
            commands.push(Command::CloseGateway);
        }
        if form.stage == Stage::Writing {
            ui.weak("saving…");
        } else if form.is_saved && ui.button("Delete…").clicked() {
            form.stage = Stage::AskingToDelete;
        }
    });
}

/// What a test found. The certificate that somebody wants to trust, if that was clicked.
fn findings<'a>(ui: &mut Ui, test: &'a Test) -> Option<&'a Refused> {
    if test.stage == TestStage::WaitsForSecret {
        step(
            ui,
            Severity::Warning,
            "○",
            "waiting for the platform's keyring, which may be asking you something…",
        );
        return None;
    }
    let is_running = test.stage == TestStage::Running;
    let mut trusted = None;
    for node in &test.nodes {
        ui.label(RichText::new(node.url.to_string()).strong());
        let TestedNode { who, read, .. } = node;
        match who {
            None if is_running => step(ui, Severity::Warning, "○", "asking who is there…"),
            None => step(ui, Severity::Fault, "▲", "the test broke off; try again"),
            Some(Ok(info)) => step(ui, Severity::Good, "●", &reached(info.as_ref())),
            // A gateway that says it can't answer was reached all the same.
            Some(Err(error)) => trusted = failed(ui, error).or(trusted),
        }
        match (who, read) {
            (Some(Ok(_)), None) if is_running => step(ui, Severity::Warning, "○", "reading its sessions…"),
            (_, Some(Ok((read, entry)))) => {
                let (tone, words) = let_in(*entry, read.api);
                step(ui, tone, "●", words);
                step(ui, Severity::Good, "●", &found(read));
            }
            (_, Some(Err(error))) => trusted = failed(ui, error).or(trusted),
            _ => {}
        }
    }
    trusted
}

fn step(ui: &mut Ui, tone: Severity, sign: &str, text: &str) {
    ui.horizontal_top(|ui| {
        a11y_hidden::text(ui, sign, theme::colour(ui.visuals(), tone), 0.0);
        ui.add(Label::new(text).wrap().selectable(true));
    });
}

/// A step that failed, and what can be done about it here.
fn failed<'a>(ui: &mut Ui, error: &'a GatewayError) -> Option<&'a Refused> {
    step(ui, Severity::Fault, "▲", &error.to_string());
    let GatewayError::Certificate(refused) = error else {
        return None;
    };
    let can_be_trusted = certificate::show(ui, refused);
    let trust = can_be_trusted && ui.button("Trust this certificate").clicked();
    trust.then_some(&**refused)
}

fn reached(info: Option<&GatewayInfo>) -> String {
    let Some(info) = info else {
        return "reachable; it does not say who it is".to_owned();
    };
    let role = info.role.map(|role| format!("redundancy: {role}"));
    let version = info.version.as_ref().map(|version| format!("version {version}"));
    let parts = [Some("reachable".to_owned()), info.name.clone(), version, role];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn let_in(entry: Entry, api: Api) -> (Severity, &'static str) {
    match (entry, api) {
        (Entry::Open, _) => (Severity::Good, "open: it asks for no login"),
        (Entry::OpenAnyway, _) => {
            (Severity::Warning, "open to everybody: it asks for no login, so the password protects nothing")
        }
        (Entry::Token, Api::Rest) => {
            (Severity::Good, "authenticated with the API token, through its REST API")
        }
        (Entry::Token, Api::WebDev) => {
            (Severity::Warning, "open to everybody through Web Dev, where no token counts")
        }
        (Entry::Password, _) => (Severity::Good, "authenticated with the password, through Web Dev"),
    }
}

fn found(read: &NodeSnapshot) -> String {
    let sessions = display::sessions(read.dataset.len());
    let missing: Vec<String> = read.missing.iter().map(ToString::to_string).collect();
    if missing.is_empty() { sessions } else { format!("{sessions}, without {}", missing.join(" and ")) }
}

/// A box of one line, in which Enter saves. It keeps the keyboard: there is more to type where something is wrong.
fn line_box(ui: &mut Ui, title: &str, edit: TextEdit<'_>, commands: &mut Vec<Command>) -> Response {
    let edit = text_box(ui, title, edit);
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        commands.push(Command::SaveGateway);
        edit.request_focus();
    }
    edit
}

/// A box under its title.
fn text_box(ui: &mut Ui, title: &str, edit: TextEdit<'_>) -> Response {
    // Said as the box's own name.
    a11y_hidden::text(ui, title, ui.visuals().text_color(), 0.0);
    ui.add(edit.desired_width(f32::INFINITY)).accessible_name(title)
}

fn clear_fault(form: &mut GatewayForm, place: Place, edit: &Response) {
    if edit.changed() && form.fault.as_ref().map(FormFault::place) == Some(place) {
        form.fault = None;
    }
}

fn fault(ui: &mut Ui, form: &mut GatewayForm, place: Place) {
    if let Some(fault) = form.fault.as_ref().filter(|fault| fault.place() == place) {
        let colour = theme::colour(ui.visuals(), Severity::Fault);
        let told = ui.add(Label::new(RichText::new(format!("▲ {fault}")).color(colour)).wrap());
        if form.take(Attention::Finding) {
            told.scroll_to_me(None);
        }
    }
}

fn warning(ui: &mut Ui, text: &str) {
    let colour = theme::colour(ui.visuals(), Severity::Warning);
    ui.add(Label::new(RichText::new(text).color(colour)).wrap());
}
