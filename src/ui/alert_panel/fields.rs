//! The fields of the form of an alert, each with its error below it.

use egui::{Id, Key, Response, RichText, TextEdit, Ui};

use super::super::a11y_hidden;
use super::super::alert_form::{AlertForm, AlertFormChange, field_id};
use super::super::check_box;
use super::super::command::{AlertCommand, Command};
use super::super::details_text;
use super::super::error_report::ErrorReport;
use super::super::filter_row::form_box;
use super::super::form_rows::{gap, section};
use super::super::icons;
use super::super::model::AppState;
use super::super::rule_text;
use super::super::select;
use super::super::small_text::note;
use super::super::text_field::{self, TextField};
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use crate::alert::{ConditionKind, Parameter};
use crate::dataset::ColumnId;
use crate::gateway::SessionKind;
use crate::sanitize::sanitize;
use crate::settings::AlertDraft;

/// The patterns with their keys.
const PATTERNS: [(&str, ColumnId); 3] =
    [("username", ColumnId::Username), ("project", ColumnId::Project), ("address", ColumnId::Address)];

/// The fields while they are drawn.
struct Fields<'a> {
    form: &'a mut AlertForm,
    /// The key whose field is focused.
    reveal: Option<&'static str>,
    commands: &'a mut Vec<Command>,
}

/// Draws all fields. `reveal` is the key of the one to focus, or empty for the error of the form.
pub(super) fn show(
    ui: &mut Ui,
    form: &mut AlertForm,
    reveal: Option<&'static str>,
    state: &AppState,
    commands: &mut Vec<Command>,
) {
    let mut fields = Fields { form, reveal, commands };
    fields.text(ui, "name", "Name", "Gateway down", |draft| &mut draft.name);
    gap(ui);
    check_box::show(ui, &mut fields.form.draft.is_enabled, "Enabled");
    section(ui, "When");
    fields.condition(ui);
    if !fields.form.draft.when.is_about_node() {
        section(ui, "Sessions");
        fields.sessions(ui);
    }
    section(ui, "Gateways");
    fields.gateways(ui, state);
    section(ui, "Sending");
    fields.sending(ui);
    section(ui, "Command");
    fields.command(ui);
    fields.form_error(ui);
}

/// Draws the caption of a control below, which has it as its name.
fn caption(ui: &mut Ui, text: &str) {
    let font = egui::FontId::proportional(tokens::TYPE_SECONDARY);
    a11y_hidden::line(ui, text, font, palette(ui.visuals()).secondary, tokens::LINE_SECONDARY);
    ui.add_space(tokens::UNIT);
}

impl Fields<'_> {
    fn change(&mut self, change: AlertFormChange) {
        self.commands.push(Command::Alert(AlertCommand::Form(change)));
    }

    fn condition(&mut self, ui: &mut Ui) {
        let current = self.form.draft.when;
        let width = ui.available_width().min(theme::FILTER_WIDTH);
        let text = |kind| rule_text::kind(kind).to_owned();
        let hint = rule_text::explanation;
        let chosen =
            select::show_explained(ui, "Condition", width, current, text, hint, ConditionKind::all());
        if let Some(kind) = chosen {
            self.change(AlertFormChange::Choose(kind));
        }
        let explanation = rule_text::explanation(current);
        if !explanation.is_empty() {
            ui.add_space(tokens::UNIT);
            note(ui, explanation);
        }
        match current.parameter() {
            Parameter::None => {}
            Parameter::Count => {
                gap(ui);
                self.short_text(ui, "limit", "Number of sessions", "50", |draft| &mut draft.count);
            }
            Parameter::Time => {
                gap(ui);
                self.short_text(ui, "limit", "Time", "12 h", |draft| &mut draft.time);
            }
            Parameter::Hours => {
                gap(ui);
                self.text(ui, "hours", "Hours", "mon-fri 06:00-18:00", |draft| &mut draft.hours);
                gap(ui);
                self.time_zone(ui);
            }
        }
        gap(ui);
        self.short_text(ui, "for", "For", "At once", |draft| &mut draft.hold);
        ui.add_space(tokens::UNIT);
        note(ui, "How long it must last first, such as 90s, 5 min or 1h30m");
    }

    fn time_zone(&mut self, ui: &mut Ui) {
        self.text(ui, "time_zone", "Time zone", "Europe/Berlin", |draft| &mut draft.time_zone);
    }

    fn sessions(&mut self, ui: &mut Ui) {
        for (index, (key, column)) in PATTERNS.into_iter().enumerate() {
            if index > 0 {
                ui.add_space(2.0 * tokens::UNIT);
            }
            let error = self.form.pattern_error(key).cloned();
            let text = match key {
                "username" => &mut self.form.draft.username,
                "project" => &mut self.form.draft.project,
                _ => &mut self.form.draft.address,
            };
            let shown = form_box::show(ui, field_id(key), &column, text, error.as_ref());
            self.finish(ui, &shown.edit, key);
            if let Some(mode) = shown.mode {
                self.change(AlertFormChange::SetMode(key, mode));
            }
            self.error_below(ui, key);
        }
        ui.add_space(2.0 * tokens::UNIT);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0 * tokens::UNIT;
            for kind in [SessionKind::Vision, SessionKind::Designer, SessionKind::Perspective] {
                let mut is_on = self.form.draft.kinds.contains(&kind);
                if check_box::show(ui, &mut is_on, rule_text::sessions_of(kind)).changed() {
                    self.change(AlertFormChange::ToggleKind(kind));
                }
            }
        });
        note(ui, "Select none to include all kinds");
    }

    fn gateways(&mut self, ui: &mut Ui, state: &AppState) {
        let chosen = self.form.draft.gateways.clone();
        let others = chosen.iter().filter(|name| !state.profiles.contains(name));
        let names: Vec<(String, String)> = state
            .profiles
            .iter()
            .map(|name| (name.clone(), sanitize(name).into_owned()))
            .chain(others.map(|name| (name.clone(), format!("{} (not saved)", sanitize(name)))))
            .collect();
        if names.is_empty() {
            note(ui, "Applies to all gateways. There are no saved gateways to choose from");
            return;
        }
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0 * tokens::UNIT;
            for (name, label) in names {
                let mut is_on = chosen.contains(&name);
                if check_box::show(ui, &mut is_on, &label).changed() {
                    self.change(AlertFormChange::ToggleGateway(name));
                }
            }
        });
        note(ui, "Select none to include all gateways");
    }

    fn sending(&mut self, ui: &mut Ui) {
        check_box::show(ui, &mut self.form.draft.notify, "Show notifications");
        if !self.form.draft.when.is_occurrence() {
            let mut is_on = self.form.draft.sends_resolved();
            let check = check_box::show(ui, &mut is_on, "Also notify when resolved");
            if check.changed() {
                self.form.draft.sends_resolved = Some(is_on);
            }
        }
        ui.add_space(2.0 * tokens::UNIT);
        self.short_text(ui, "cooldown", "Cooldown", "10 min", |draft| &mut draft.cooldown);
        ui.add_space(tokens::UNIT);
        note(ui, "Repeated alerts within this time are sent as one when it ends. 0s sends each");
        gap(ui);
        self.lines(
            ui,
            "quiet",
            "Quiet hours",
            "Quiet hours, one range per line",
            "mon-fri 22:00-06:00",
            |draft| &mut draft.quiet,
        );
        ui.add_space(tokens::UNIT);
        note(ui, "In these hours, alerts are only listed. Without days: every day");
        // Otherwise it is above, and for both.
        if self.form.draft.when.parameter() != Parameter::Hours {
            gap(ui);
            self.time_zone(ui);
        }
    }

    fn command(&mut self, ui: &mut Ui) {
        note(
            ui,
            "A program that gets each alert as a line of JSON on standard input. It runs without a shell",
        );
        ui.add_space(2.0 * tokens::UNIT);
        let program = self.text(ui, "command", "Program", "Optional", |draft| &mut draft.program);
        program
            .tooltip("Relative paths start in the folder of config.toml. A name alone is looked up in PATH");
        gap(ui);
        self.lines(ui, "arguments", "Arguments", "Arguments, one per line", "", |draft| &mut draft.arguments);
    }

    /// Draws a text box with a caption, which is also its name.
    fn text(
        &mut self,
        ui: &mut Ui,
        key: &'static str,
        caption: &str,
        hint: &str,
        value: fn(&mut AlertDraft) -> &mut String,
    ) -> Response {
        let error = self.error(key);
        let field = TextField::new(field_id(key), caption).hint(hint).error(error.as_deref());
        let edit = ui.scope(|ui| field.show(ui, value(&mut self.form.draft), false)).inner.edit;
        self.finish(ui, &edit, key);
        edit
    }

    /// Draws a box for a short text. Its error has the whole width.
    fn short_text(
        &mut self,
        ui: &mut Ui,
        key: &'static str,
        caption: &str,
        hint: &str,
        value: fn(&mut AlertDraft) -> &mut String,
    ) {
        let room = (ui.available_width() - theme::FORM_SELECT_WIDTH).max(0.0);
        let error = self.error(key);
        let field = TextField::new(field_id(key), caption).hint(hint).error(error.as_deref()).room(room);
        let edit = ui.scope(|ui| field.show(ui, value(&mut self.form.draft), false)).inner.edit;
        self.finish(ui, &edit, key);
    }

    /// Draws a box with several lines.
    fn lines(
        &mut self,
        ui: &mut Ui,
        key: &'static str,
        name: &str,
        title: &str,
        hint: &str,
        value: fn(&mut AlertDraft) -> &mut String,
    ) {
        caption(ui, title);
        let error = self.error(key);
        let hint = RichText::new(hint).color(palette(ui.visuals()).secondary);
        let edit = TextEdit::multiline(value(&mut self.form.draft));
        let edit = edit.id(field_id(key)).hint_text(hint).desired_rows(2);
        let edit = text_field::multiline(ui, edit, name, error.is_some());
        self.error_below(ui, key);
        // Enter starts a new line.
        self.lead_to(ui, &edit, key);
        if edit.changed() {
            self.change(AlertFormChange::Edited(key));
        }
    }

    /// Reports an edit of a box with one line, saves on Enter, and moves the keyboard focus there if the form leads to it.
    fn finish(&mut self, ui: &Ui, edit: &Response, key: &'static str) {
        if edit.changed() {
            self.change(AlertFormChange::Edited(key));
        }
        if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            self.commands.push(Command::Alert(AlertCommand::Save));
            // Saving may fail.
            edit.request_focus();
        }
        self.lead_to(ui, edit, key);
    }

    /// Moves the keyboard focus to a box and scrolls to it and the error below it, if it is revealed.
    fn lead_to(&self, ui: &Ui, edit: &Response, key: &str) {
        if self.reveal == Some(key) {
            edit.request_focus();
            let bottom = edit.rect.bottom() + tokens::CONTROL_HEIGHT;
            ui.scroll_to_rect(edit.rect.with_max_y(bottom), None);
        }
    }

    /// Draws the error of a field below it.
    fn error_below(&self, ui: &mut Ui, key: &str) {
        if let Some(error) = self.error(key) {
            let p = palette(ui.visuals());
            ui.add_space(tokens::UNIT);
            text_field::line(ui, icons::CIRCLE_ALERT, p.error, &error, p.error);
        }
    }

    /// Returns the error of a field.
    fn error(&self, key: &str) -> Option<String> {
        let error = self.form.error.as_ref().filter(|error| error.key() == key)?;
        Some(ErrorReport::new(error).summary().to_owned())
    }

    /// Draws the error of the form as a whole.
    fn form_error(&mut self, ui: &mut Ui) {
        let Some(error) = self.form.error.as_ref().filter(|error| error.key().is_empty()) else {
            return;
        };
        let report = ErrorReport::new(error);
        let color = palette(ui.visuals()).error;
        gap(ui);
        let label = text_field::line(ui, icons::CIRCLE_ALERT, color, report.summary(), color);
        if self.reveal == Some("") {
            label.scroll_to_me(None);
        }
        ui.add_space(tokens::UNIT);
        details_text::causes(ui, Id::unique("alert error"), &report, self.commands);
    }
}
