//! The controls of the license panel: what is shown, the limit, and what can be done with unused sessions.

use std::time::Duration;

use egui::{Id, Key, Ui};

use super::super::button::Button;
use super::super::command::{Command, LicenseCommand};
use super::super::gateway_draft::parse_limit;
use super::super::license;
use super::super::model::{
    AppState, Drafts, LicensePage, LicenseSeries, LicenseSpan, LimitDraft, ShownGateways,
};
use super::super::select;
use super::super::small_text;
use super::super::text_field::TextField;
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::unused;
use crate::display::{exact_duration, number, sessions};
use crate::gateway::SessionKind;
use crate::sanitize::sanitize;

/// The times without a communication from which a session is silent, in minutes.
const SILENT_MINUTES: [u64; 7] = [5, 10, 15, 30, 60, 120, 480];

/// Draws the controls of the page.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    match state.license.page {
        LicensePage::Days => {
            series(ui, state, commands);
            span(ui, state, commands);
            limit(ui, state, drafts, commands);
        }
        LicensePage::Unused => {
            silent(ui, state, commands);
            actions(ui, state, commands);
        }
    }
}

/// Draws the choice of sessions.
fn series(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let license = &state.license;
    let mut choices = vec![LicenseSeries::All];
    choices.extend(SessionKind::ALL.map(LicenseSeries::Kind));
    choices.extend(license.projects.iter().cloned().map(LicenseSeries::Project));
    let known = choices.iter().position(|choice| *choice == license.series);
    let current = known.unwrap_or_else(|| {
        // A project that had no sessions on these days.
        choices.push(license.series.clone());
        choices.len() - 1
    });
    let text = |index: usize| name(&choices[index]);
    let width = theme::LICENSE_SERIES_WIDTH;
    if let Some(index) = select::show(ui, "Sessions to count", width, current, text, 0..choices.len()) {
        commands.push(Command::License(LicenseCommand::SetSeries(choices[index].clone())));
    }
}

/// Returns the name of a choice of sessions.
fn name(series: &LicenseSeries) -> String {
    match series {
        LicenseSeries::All => "All sessions".to_owned(),
        LicenseSeries::Kind(kind) => license::plural(*kind).to_owned(),
        LicenseSeries::Project(Some(project)) => sanitize(project).into_owned(),
        LicenseSeries::Project(None) => "No project".to_owned(),
    }
}

fn span(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let text = |span: LicenseSpan| match span {
        LicenseSpan::Year => "1 year".to_owned(),
        span => format!("{} days", span.days()),
    };
    let width = theme::LICENSE_SPAN_WIDTH;
    let chosen = select::show(ui, "Days to show", width, state.license.span, text, LicenseSpan::ALL);
    commands.extend(chosen.map(|span| Command::License(LicenseCommand::SetSpan(span))));
}

/// Draws the box with the limit of the kind that is shown, where one gateway is shown that is saved.
fn limit(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let (LicenseSeries::Kind(kind), ShownGateways::Gateway(gateway)) =
        (&state.license.series, &state.gateways.shown)
    else {
        return;
    };
    let Some(entry) = state.gateways.get(gateway).filter(|entry| entry.is_saved) else { return };
    let current = entry.profile.limits.of(*kind);
    let text = current.map(license::count).unwrap_or_default();
    let is_draft = |draft: &LimitDraft| draft.kind == *kind && draft.gateway == *gateway;
    let mut draft = drafts.limit.take().filter(is_draft);
    let shown = draft.as_ref().map_or(text, |draft| draft.text.clone());
    let mut edited = shown.clone();
    ui.add_space(tokens::UNIT);
    ui.label(small_text::text("Limit", palette(ui.visuals()).secondary));
    let name = license::limit_name(*kind);
    let is_faulty = parse_limit(&edited).is_err();
    let edit = ui
        .scope(|ui| {
            ui.set_max_width(theme::LICENSE_LIMIT_WIDTH);
            let field = TextField::new(Id::unique("license limit"), "").name(name).hint("None");
            field.faulty(is_faulty).show(ui, &mut edited, false).edit
        })
        .inner;
    if edit.changed() {
        draft = Some(LimitDraft { gateway: gateway.clone(), kind: *kind, text: edited });
    }
    if edit.lost_focus() {
        let is_cancelled = ui.input(|input| input.key_pressed(Key::Escape));
        match draft.as_ref().map(|draft| parse_limit(&draft.text)) {
            _ if is_cancelled => draft = None,
            // It would hide a later change of the limit.
            Some(Ok(limit)) if limit == current => draft = None,
            Some(Ok(limit)) => {
                let (gateway, kind) = (gateway.clone(), *kind);
                commands.push(Command::License(LicenseCommand::SetLimit { gateway, kind, limit }));
            }
            Some(Err(_)) | None => {}
        }
    }
    drafts.limit = draft;
    let about =
        "Maximum concurrent sessions of this kind that the license allows. Gatewatch doesn't enforce it";
    edit.tooltip(if is_faulty { "Enter a whole number, or nothing for no limit" } else { about });
}

fn silent(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    ui.label(small_text::text("Silent for", palette(ui.visuals()).secondary));
    let choices = SILENT_MINUTES.map(Duration::from_mins);
    let width = theme::LICENSE_SPAN_WIDTH;
    let chosen =
        select::show(ui, "Time without communication", width, state.license.silent, exact_duration, choices);
    commands.extend(chosen.map(|silent| Command::License(LicenseCommand::SetSilent(silent))));
}

/// Draws the buttons for the session at the cursor and for all silent ones.
fn actions(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let Some(unused) = unused::sessions(state) else { return };
    let at_cursor = unused::cursor(state).and_then(|row| unused.sessions.get(row));
    ui.add_space(tokens::UNIT);
    let select = ui.add_enabled(at_cursor.is_some(), Button::soft("Select in table").small());
    if select.tooltip("Select this session in the table, also with Enter").clicked()
        && let Some(session) = at_cursor
    {
        commands.push(Command::GoToSession(session.row));
    }
    let target = at_cursor.and_then(|session| state.terminate_target(session.row));
    if target.is_some() || unused.sessions.iter().any(|session| state.terminate_target(session.row).is_some())
    {
        let button = ui.add_enabled(matches!(target, Some(Ok(_))), Button::danger("Terminate…").small());
        let about = match target {
            Some(Err(reason)) => reason,
            _ => "Terminate this session",
        };
        if button.tooltip(about).clicked()
            && let Some(plan) = at_cursor.and_then(|session| state.termination_plan(&[session.row]))
        {
            commands.push(Command::AskTerminate(plan));
        }
        let silent = unused.sessions.iter().filter(|session| session.is_silent);
        let silent: Vec<u32> = silent.map(|session| session.row).collect();
        let count = state.terminable_count(&silent);
        let button = Button::danger(format!("Terminate {} silent…", number(count))).small();
        let about = format!("Terminate {} that are silent", sessions(count));
        if count > 1
            && ui.add(button).tooltip(about).clicked()
            && let Some(plan) = state.termination_plan(&silent).filter(|plan| !plan.targets.is_empty())
        {
            commands.push(Command::AskTerminate(plan));
        }
    }
}
