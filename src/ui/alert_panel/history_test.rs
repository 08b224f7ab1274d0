//! The test of an alert over the history, which lists what would have been sent.

use egui::text::{LayoutJob, TextFormat};
use egui::{FontFamily, FontId, Id, Label, Response, RichText, Ui, UiBuilder};

use super::super::alert_form::{AlertForm, AlertFormChange, TestOutcome, TestSpan};
use super::super::button::Button;
use super::super::command::{AlertCommand, Command};
use super::super::details_text;
use super::super::model::AppState;
use super::super::small_text::note;
use super::super::tokens::{self, palette};
use super::super::{fonts, icons, progress_bar, segments, text_field};
use crate::alert::{Alert, Replay};
use crate::display::{Clock, counted, number};
use crate::sanitize::sanitize;

/// The largest number of alerts that are listed.
const MAX_LISTED: usize = 200;

/// Draws the button that starts the test or cancels it. They have the same ID, so that the one keeps the keyboard focus of the
/// other.
fn test_button(ui: &mut Ui, button: Button<'_>) -> Response {
    let builder = UiBuilder::new().scope_id(Id::unique("alert test button"));
    ui.scope_builder(builder, |ui| ui.add(button)).inner
}

/// Draws the choice of the time, the button, and the outcome of the last test.
pub(super) fn show(ui: &mut Ui, form: &AlertForm, state: &AppState, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    ui.spacing_mut().item_spacing.y = 0.0;
    let title = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
    ui.add(Label::new(RichText::new("Test over history").font(title).color(p.text)));
    ui.add_space(tokens::UNIT);
    note(ui, "Lists what the alert would have sent. Nothing is sent");
    ui.add_space(3.0 * tokens::UNIT);
    if let Some(span) = segments::show(ui, "Time to test", form.span, TestSpan::CHOICES) {
        commands.push(Command::Alert(AlertCommand::Form(AlertFormChange::SetSpan(span))));
    }
    ui.add_space(3.0 * tokens::UNIT);
    let test = form.current_test();
    if let Some(running) = test.filter(|test| test.outcome.is_none()) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 3.0 * tokens::UNIT;
            if test_button(ui, Button::soft("Cancel").name("Cancel the test")).clicked() {
                commands.push(Command::Alert(AlertCommand::CancelTest));
            }
            progress_bar::show(ui, "Test", running.progress());
        });
        return;
    }
    if test_button(ui, Button::soft("Test").icon(icons::HISTORY).name("Test alert")).clicked() {
        commands.push(Command::Alert(AlertCommand::Test));
    }
    let Some((test, outcome)) = test.and_then(|test| Some((test, test.outcome.as_ref()?))) else {
        return;
    };
    ui.add_space(4.0 * tokens::UNIT);
    match outcome {
        TestOutcome::Done(replay) => {
            let clock = state.history_clock();
            sent(ui, replay, &clock);
            let [from, to] = [test.range.0, test.range.1].map(|time| clock.moment_text(time));
            ui.add_space(2.0 * tokens::UNIT);
            note(ui, &format!("From {from} to {to}"));
        }
        TestOutcome::Impossible(reason) => {
            text_field::line(ui, icons::INFO, p.secondary, reason, p.text);
        }
        TestOutcome::Failed(report) => {
            text_field::line(ui, icons::CIRCLE_ALERT, p.error, report.summary(), p.error);
            ui.add_space(tokens::UNIT);
            details_text::causes(ui, Id::unique("alert test"), report, commands);
        }
    }
}

/// Draws what would have been sent, the newest first.
fn sent(ui: &mut Ui, replay: &Replay, clock: &Clock) {
    let p = palette(ui.visuals());
    let all = replay.alerts.len();
    let quiet = replay.alerts.iter().filter(|alert| alert.is_quiet).count();
    let count = match all - quiet {
        0 => "Nothing would have been sent".to_owned(),
        1 => "1 alert would have been sent".to_owned(),
        sent => format!("{} alerts would have been sent", number(sent)),
    };
    let quiet = if quiet > 0 {
        format!(", {} only listed because of quiet hours", number(quiet))
    } else {
        String::new()
    };
    let font = FontId::new(tokens::TYPE_BODY, fonts::semibold());
    ui.add(Label::new(RichText::new(format!("{count}{quiet}")).font(font).color(p.text)).wrap());
    for alert in replay.alerts.iter().rev().take(MAX_LISTED) {
        ui.add_space(1.5 * tokens::UNIT);
        ui.add(Label::new(line(alert, clock, ui)).wrap());
    }
    if all > MAX_LISTED {
        ui.add_space(1.5 * tokens::UNIT);
        let others = counted(all - MAX_LISTED, "earlier one", "earlier ones");
        note(ui, &format!("And {others}"));
    }
}

/// Returns the time and the text of an alert.
fn line(alert: &Alert, clock: &Clock, ui: &Ui) -> LayoutJob {
    let p = palette(ui.visuals());
    let font = || FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let format =
        |color| TextFormat { line_height: Some(tokens::LINE_SECONDARY), ..TextFormat::simple(font(), color) };
    let quiet = if alert.is_quiet { "quiet hours  " } else { "" };
    let mut job = LayoutJob::default();
    job.append(&format!("{}  {quiet}", clock.moment_text(alert.time)), 0.0, format(p.secondary));
    job.append(&sanitize(&alert.text()), 0.0, format(p.text));
    job
}
