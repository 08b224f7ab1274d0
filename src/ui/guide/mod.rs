//! The guide that adds a gateway. Its steps are the address, the gateway found there, the login, the Gatewatch resource and the
//! name, with a connection test beside them. It takes the place of everything but the rail.
//!
//! - `state`: the state of the guide
//! - `found`: the gateway that answers at the addresses
//! - `progress`: the step that comes next; `follow`: the effect of the connection test on the guide
//! - `step`: the frame of a step
//! - `sign_in`: the step that signs in
//! - `resource`: the step that prepares the gateway
//! - `results`: the connection test; `line`: one of its lines

mod follow;
mod found;
mod line;
mod progress;
mod resource;
mod results;
mod sign_in;
mod state;
mod step;

pub(super) use follow::{follow, receive_results};
pub(super) use found::none_at;
pub(super) use progress::Progress;
pub(super) use results::{REPEAT_TEST, show_started as show_started_test};
pub(super) use state::{GuideChange, GuideState, GuideStep};

use egui::{
    Align, Context, Event, FontId, Id, Key, Label, Layout, Rect, Response, RichText, ScrollArea, TextEdit,
    Ui, UiBuilder, vec2,
};

use self::sign_in::LoginStep;
use self::step::{StepFrame, StepMark};
use super::button::Button;
use super::command::Command;
use super::connection_test::TestStage;
use super::details_text;
use super::error_report::ErrorReport;
use super::gateway_draft::{AuthKind, Field};
use super::gateway_form::{FormChange, FormStage, GatewayForm, Reveal, addresses_id};
use super::model::{AppState, KeyringState};
use super::small_text::note;
use super::text_field::{self, TextField};
use super::tooltip::ResponseExt as _;
use super::{focus_scroll, fonts, icons, theme, tokens};
use crate::sanitize::sanitize;

/// Draws the guide.
pub(super) fn show(ui: &mut Ui, form: &mut GatewayForm, state: &AppState, commands: &mut Vec<Command>) {
    let keyring = &state.keyring;
    let area = ui.available_rect_before_wrap();
    let (bar, rest) = area.split_top_bottom_at_y(area.top() + tokens::BAR_HEIGHT);
    let title = if form.is_saved { sanitize(&form.before.name) } else { "New gateway".into() };
    if bar_ui(ui, bar, &title, "Cancel", form.stage) {
        commands.push(Command::DiscardForm);
    }
    let p = tokens::palette(ui.visuals());
    ui.painter().rect_filled(rest, 0, p.table);
    let Parts { left, right, margin } = Parts::of(rest);
    scrolled(ui, ("steps", form.serial), left, margin, |ui| {
        steps(ui, form, keyring, commands);
        if right.is_none() {
            ui.add_space(theme::GUIDE_TEST_MARGIN);
            results::show(ui, form, commands);
        }
    });
    if let Some(right) = right {
        test_ui(ui, right, form, commands);
    }
    form.reveal = None;
}

/// The parts of a form with a test: the fields, and the test beside them where there is room, and else below them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    /// The place of the fields.
    pub(super) left: Rect,
    /// The place of the test; `None` if it is below the fields.
    pub(super) right: Option<Rect>,
    /// The space at the left and right of the fields.
    pub(super) margin: f32,
}

impl Parts {
    /// Divides an area.
    pub(super) fn of(area: Rect) -> Self {
        if area.width() < theme::GUIDE_STEPS_WIDTH + theme::GUIDE_TEST_MIN_WIDTH {
            return Self { left: area, right: None, margin: theme::GUIDE_TEST_MARGIN };
        }
        let (left, right) = area.split_left_right_at_x(area.left() + theme::GUIDE_STEPS_WIDTH);
        Self { left, right: Some(right), margin: theme::GUIDE_STEPS_MARGIN }
    }
}

/// Draws the connection test at the right of a form.
pub(super) fn test_ui(ui: &mut Ui, rect: Rect, form: &GatewayForm, commands: &mut Vec<Command>) {
    beside(ui, "test", rect, |ui| results::show(ui, form, commands));
}

/// Draws a test at the right of a form, behind a line.
pub(super) fn beside(ui: &mut Ui, id: &str, rect: Rect, contents: impl FnOnce(&mut Ui)) {
    let p = tokens::palette(ui.visuals());
    let (line, background) = rect.split_left_right_at_x(rect.left() + tokens::LINE);
    ui.painter().rect_filled(background, 0, p.surface);
    ui.painter().rect_filled(line, 0, p.divider);
    scrolled(ui, (id, 0), background, theme::GUIDE_TEST_MARGIN, contents);
}

/// Draws a part that scrolls, with a margin at its left and right, and the margin of the test above and below.
pub(super) fn scrolled(
    ui: &mut Ui,
    (id, serial): (&str, u64),
    rect: Rect,
    margin: f32,
    contents: impl FnOnce(&mut Ui),
) {
    ui.scope_builder(UiBuilder::new().id_salt(id).max_rect(rect), |ui| {
        ScrollArea::vertical().id_salt((id, serial)).auto_shrink(false).show(ui, |ui| {
            let width = ui.available_width() - 2.0 * margin;
            ui.add_space(theme::GUIDE_TEST_MARGIN);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                ui.add_space(margin);
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    contents(ui);
                });
            });
            ui.add_space(theme::GUIDE_TEST_MARGIN);
            focus_scroll::follow(ui);
        });
    });
}

/// Draws the bar above a form, with its title and the button that closes it. Returns `true` if that was clicked.
pub(super) fn bar_ui(ui: &mut Ui, rect: Rect, title: &str, close: &str, stage: FormStage) -> bool {
    let p = tokens::palette(ui.visuals());
    ui.painter().rect_filled(rect, 0, p.surface);
    ui.painter().rect_filled(rect.with_min_y(rect.bottom() - tokens::LINE), 0, p.divider);
    let inner = rect.shrink2(vec2(2.0 * tokens::UNIT, 0.0));
    let builder = UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center));
    let bar = ui.scope_builder(builder, |ui| {
        let is_closed = ui.add_enabled(stage == FormStage::Editing, Button::ghost(close)).clicked();
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add_space(2.0 * tokens::UNIT);
            let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
            ui.add(Label::new(RichText::new(title).font(font).color(p.text)).truncate());
        });
        is_closed
    });
    bar.inner
}

/// Returns `true` while the name is being typed.
pub(super) fn is_naming(ctx: &Context) -> bool {
    ctx.memory(|memory| memory.has_focus(name_id()))
}

/// Returns the ID of the box for the name.
fn name_id() -> Id {
    Id::unique("guide name")
}

fn steps(ui: &mut Ui, form: &mut GatewayForm, keyring: &KeyringState, commands: &mut Vec<Command>) {
    // Taken out, because the steps change the rest of the form.
    let Some(guide) = form.guide.take() else {
        return;
    };
    let progress = Progress::of(form, &guide);
    let Progress { now, open, .. } = progress;
    let frame = |step: GuideStep, title| {
        let number = step as usize + 1;
        let mark = match step {
            _ if step == open => StepMark::Now(number),
            _ if step < now => StepMark::Done,
            _ => StepMark::Next(number),
        };
        let can_change = mark == StepMark::Done && matches!(step, GuideStep::Address | GuideStep::SignIn);
        StepFrame { mark, title, can_change, is_last: step == GuideStep::Name }
    };
    let is_open = |step| step == open;
    let is_running = form.test_of_nodes().is_some_and(|test| test.stage != TestStage::Ended);

    let changes_address = frame(GuideStep::Address, "Address").show(ui, |ui| {
        if is_open(GuideStep::Address) {
            address(ui, form, progress.address_error, is_running, commands);
        } else {
            note(ui, &addresses_text(form));
        }
    });
    let title = if progress.description.is_some() { "Gateway found" } else { "Gateway" };
    frame(GuideStep::Found, title).show(ui, |ui| match progress.description {
        Some(description) => note(ui, description),
        None if is_running => note(ui, "Looking for it…"),
        None => {}
    });
    let changes_login = frame(GuideStep::SignIn, "Sign-in").show(ui, |ui| {
        if is_open(GuideStep::SignIn) {
            let is_checked = is_running && guide.has_chosen_login();
            let GuideState { is_secret_shown, is_by_keyboard, .. } = guide;
            let login = LoginStep { is_secret_shown, is_checked, is_by_keyboard };
            sign_in::show(ui, form, login, progress.rejection, keyring, commands);
        } else if now > GuideStep::SignIn {
            note(ui, &sign_in::summary(form, keyring));
        }
    });
    let title = resource::title(form, now);
    frame(GuideStep::Resource, title).show(ui, |ui| {
        // A token is created by the same tasks that let it read.
        let is_for_token = is_open(GuideStep::SignIn) && form.draft.auth == AuthKind::Token;
        if is_open(GuideStep::Resource) || is_for_token {
            resource::show(ui, form, &guide, progress.version, is_open(GuideStep::Resource), commands);
        } else if now > GuideStep::Resource {
            note(ui, "The sessions can be read");
        }
    });
    frame(GuideStep::Name, "Name and save").show(ui, |ui| name(ui, form, &progress, commands));
    let changed = [(changes_address, GuideStep::Address), (changes_login, GuideStep::SignIn)];
    for (_, step) in changed.into_iter().filter(|(is_changed, _)| *is_changed) {
        commands.push(Command::Form(FormChange::Guide(GuideChange::Open(step))));
    }
    if Progress::of(form, &guide) != progress {
        ui.ctx().request_discard("an edit has changed the steps");
    }
    form.guide = Some(guide);
}

/// Returns the addresses as they are used, or as they were entered.
fn addresses_text(form: &GatewayForm) -> String {
    match form.draft.nodes() {
        Ok(nodes) => nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Err(_) => form.draft.addresses.trim().to_owned(),
    }
}

/// Moves the keyboard focus to a control of the open step.
fn focus(control: &Response) {
    control.request_focus();
    control.scroll_to_me(None);
}

/// Draws the box for the addresses. Enter looks for the gateway.
fn address(
    ui: &mut Ui,
    form: &mut GatewayForm,
    not_found: Option<&str>,
    is_running: bool,
    commands: &mut Vec<Command>,
) {
    note(ui, "One line per node of a cluster or of a redundant pair");
    ui.add_space(tokens::UNIT);
    let p = tokens::palette(ui.visuals());
    let has_error = form.error.as_ref().is_some_and(|error| error.field() == Field::Addresses);
    let edit = TextEdit::multiline(&mut form.draft.addresses)
        .id(addresses_id())
        .hint_text(RichText::new("http://host:8088").color(p.secondary))
        .return_key(egui::KeyboardShortcut::new(egui::Modifiers::SHIFT, Key::Enter))
        .desired_rows(2);
    let edit = text_field::multiline(ui, edit, "Addresses", has_error || not_found.is_some());
    if matches!(form.reveal, Some(Reveal::GuideStep | Reveal::Addresses)) {
        focus(&edit);
    }
    if edit.changed() {
        commands.push(Command::Form(FormChange::Edited(Field::Addresses)));
    }
    if let Some(text) = not_found.filter(|_| !has_error && !is_running) {
        ui.add_space(tokens::UNIT);
        text_field::line(ui, icons::CIRCLE_ALERT, p.error, text, p.error);
    }
    error_ui(ui, form, Field::Addresses, commands);
    ui.add_space(2.0 * tokens::UNIT);
    let entered = edit.has_focus() && ui.input(|input| input.events.iter().any(is_plain_enter));
    // A test of the same addresses that is running goes on.
    if ui.add(Button::primary("Continue").name("Find the gateway")).clicked() || entered {
        commands.push(Command::Form(FormChange::Guide(GuideChange::ContinueWithAddress)));
        commands.push(Command::TestGateway);
    }
}

/// Returns `true` for Enter without Shift, whether or not Shift is up again at the end of the frame.
fn is_plain_enter(event: &Event) -> bool {
    matches!(event, Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if !modifiers.shift)
}

fn name(ui: &mut Ui, form: &mut GatewayForm, progress: &Progress<'_>, commands: &mut Vec<Command>) {
    let is_ready = progress.now == GuideStep::Name;
    let label = if is_ready { "Save" } else { "Save anyway" };
    let save = if is_ready { Button::primary(label) } else { Button::soft(label) };
    ui.add_space(tokens::UNIT);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0 * tokens::UNIT;
        let width = ui.available_width() - save.width(ui) - 2.0 * tokens::UNIT;
        ui.vertical(|ui| {
            ui.set_width(width);
            let error = form.error.as_ref().filter(|error| error.field() == Field::Name);
            let error = error.map(|error| ErrorReport::new(error).summary().to_owned());
            let field =
                TextField::new(name_id(), "").name("Name").hint("Plant North").error(error.as_deref());
            let edit = field.show(ui, &mut form.draft.name, false).edit;
            let is_open = progress.open == GuideStep::Name;
            if form.reveal == Some(Reveal::Name) || (is_open && form.reveal == Some(Reveal::GuideStep)) {
                focus(&edit);
            }
            if edit.changed() {
                commands.push(Command::Form(FormChange::Edited(Field::Name)));
            }
            if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                commands.push(Command::SaveGateway);
                edit.request_focus();
            }
        });
        let is_editing = form.stage == FormStage::Editing;
        let save = ui.add_enabled(is_editing, save.name("Save gateway"));
        if save.tooltip("Save in config.toml and connect").clicked() {
            commands.push(Command::SaveGateway);
        }
    });
    error_ui(ui, form, Field::Form, commands);
    // An error of a step that isn't open.
    if progress.open != GuideStep::SignIn {
        error_ui(ui, form, Field::Authentication, commands);
    }
    if progress.open != GuideStep::Address {
        error_ui(ui, form, Field::Addresses, commands);
    }
}

/// Draws the error of a field, if there is one.
fn error_ui(ui: &mut Ui, form: &GatewayForm, field: Field, commands: &mut Vec<Command>) {
    let Some(error) = form.error.as_ref().filter(|error| error.field() == field) else {
        return;
    };
    let report = ErrorReport::new(error);
    let color = tokens::palette(ui.visuals()).error;
    ui.add_space(tokens::UNIT);
    text_field::line(ui, icons::CIRCLE_ALERT, color, report.summary(), color);
    details_text::causes(ui, Id::unique("guide error"), &report, commands);
}
