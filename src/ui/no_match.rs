//! The view in the table's place if the filters hide all sessions: the reason, and changes that would help.

use std::char::REPLACEMENT_CHARACTER;

use egui::{Align, FontFamily, FontId, Layout, Rect, RichText, Ui, UiBuilder, vec2};

use super::button::Button;
use super::command::{Command, FilterCommand, PastCommand};
use super::filter_row;
use super::fonts;
use super::icons;
use super::model::{AppState, Drafts, LastSeen};
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use super::views;
use crate::display::{self, Clock};
use crate::filter::{Filter, Mode};
use crate::history::SessionState;
use crate::query::{FilterField, QueryResult, Suggestion};
use crate::sanitize::{one_line, sanitize};

/// Height of the view.
const HEIGHT: f32 = 46.0 * tokens::UNIT;
/// The part of the free height that is above the view, and its maximum.
const ABOVE: f32 = 0.358;
const MAX_ABOVE: f32 = 34.0 * tokens::UNIT;
const MIN_ABOVE: f32 = 2.0 * tokens::UNIT;
/// Number of characters of a pattern in the title.
const MAX_CHARS: usize = 40;

/// Draws the view below the headers of the table if the filters leave no session.
pub(super) fn show(ui: &mut Ui, table: Rect, state: &AppState, drafts: &Drafts, commands: &mut Vec<Command>) {
    let Some(result) = state.table.result() else {
        return;
    };
    if !result.rows.is_empty() || result.dataset.is_empty() {
        return;
    }
    let p = palette(ui.visuals());
    let place = table.with_min_y(table.top() + tokens::HEADER_HEIGHT);
    ui.painter().rect_filled(place, 0.0, p.table);
    let above = ((place.height() - HEIGHT) * ABOVE).clamp(MIN_ABOVE, MAX_ABOVE).round();
    let mut ui = ui.new_child(UiBuilder::new().id_salt("no match").max_rect(place));
    ui.shrink_clip_rect(place);
    views::show_at(&mut ui, theme::VIEW_WIDTH, above, |ui| contents(ui, state, drafts, result, commands));
}

fn contents(
    ui: &mut Ui,
    state: &AppState,
    drafts: &Drafts,
    result: &QueryResult,
    commands: &mut Vec<Command>,
) {
    let p = palette(ui.visuals());
    let (title, sentence) = message(state, drafts, result);
    views::heading(ui, icons::SEARCH_X, &title);
    views::sentence(ui, &sentence);
    ui.add_space(5.0 * tokens::UNIT);
    if result.suggestions.is_empty() {
        if ui.add(Button::primary("Clear filters")).clicked() {
            commands.push(Command::ClearFilters);
        }
    } else {
        suggestions(ui, &result.suggestions, (state, drafts), commands);
        ui.add_space(5.0 * tokens::UNIT);
        let clear = egui::Link::new(
            RichText::new("Clear filters").color(p.link).line_height(Some(tokens::LINE_BODY)),
        );
        if ui.add(clear).clicked() {
            commands.push(Command::ClearFilters);
        }
    }
    // At the end, so that nothing moves when it is known.
    if let Some(last) = state.last_seen.as_ref().filter(|_| state.absent_user().is_some()) {
        ui.add_space(3.0 * tokens::UNIT);
        last_seen(ui, last, state, commands);
    }
}

/// Draws when the user in the filter was last on.
fn last_seen(ui: &mut Ui, last: &LastSeen, state: &AppState, commands: &mut Vec<Command>) {
    let color = palette(ui.visuals()).link;
    let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
    let text = RichText::new(last_seen_text(last, &state.history_clock())).font(font).color(color);
    let link = egui::Link::new(text.line_height(Some(tokens::LINE_BODY)));
    if ui.add(link).tooltip("Show this moment in the table").clicked() {
        commands.push(Command::Past(PastCommand::Show(last.session.last_seen)));
    }
}

/// Returns when a user was on last, such as `billy was last on yesterday 17:40 at hmi-7`.
fn last_seen_text(last: &LastSeen, clock: &Clock) -> String {
    let LastSeen { username, session } = last;
    let when = clock.when(session.last_seen);
    let address = session.session.address.as_deref();
    let place = address.map_or_else(String::new, |address| format!(" at {}", one_line(address, MAX_CHARS)));
    let user = shown_pattern(username);
    match (session.state, session.missed_at) {
        (SessionState::LeftBetween, Some(missed_at)) if clock.when(missed_at) != when => {
            let missed = clock.when(missed_at);
            format!("{user} was last seen {when}{place}, and had left by {missed}")
        }
        (SessionState::Unknown, _) => format!("{user} was last seen {when}{place}, not watched since"),
        _ => format!("{user} was last on {when}{place}"),
    }
}

/// Draws the suggestions, in several lines if they have no room in one.
fn suggestions(
    ui: &mut Ui,
    suggestions: &[Suggestion],
    (state, drafts): (&AppState, &Drafts),
    commands: &mut Vec<Command>,
) {
    let names_fields = suggestions.iter().any(|suggestion| suggestion.fields != suggestions[0].fields);
    let buttons: Vec<(&Suggestion, String)> = suggestions
        .iter()
        .map(|suggestion| (suggestion, label(suggestion, names_fields, (state, drafts))))
        .collect();
    let width = |ui: &Ui, (index, label): (usize, &String)| {
        let family = if index == 0 { fonts::semibold() } else { FontFamily::Proportional };
        let font = FontId::new(tokens::TYPE_BODY, family);
        let icon = if index == 0 { tokens::ICON_SMALL + 1.5 * tokens::UNIT } else { 0.0 };
        let color = palette(ui.visuals()).text;
        ui.painter().layout_no_wrap(label.clone(), font, color).size().x + icon + 5.0 * tokens::UNIT
    };
    let mut lines: Vec<(f32, Vec<usize>)> = Vec::new();
    for (index, (_, label)) in buttons.iter().enumerate() {
        let width = width(ui, (index, label));
        match lines.last_mut() {
            Some((line, indices)) if *line + 2.0 * tokens::UNIT + width <= ui.available_width() => {
                *line += 2.0 * tokens::UNIT + width;
                indices.push(index);
            }
            _ => lines.push((width, vec![index])),
        }
    }
    for (line, (width, indices)) in lines.into_iter().enumerate() {
        if line > 0 {
            ui.add_space(2.0 * tokens::UNIT);
        }
        let size = vec2(width, tokens::CONTROL_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            for index in indices {
                let (suggestion, label) = &buttons[index];
                let button = if index == 0 {
                    Button::primary(label.as_str()).trailing(icons::CORNER_DOWN_LEFT)
                } else {
                    Button::soft(label.as_str())
                };
                if ui.add(button).clicked() {
                    commands.push(Command::Filter(FilterCommand::ApplySuggestion((*suggestion).clone())));
                }
            }
        });
    }
}

/// Returns the label of a suggestion, such as `Match part: 4 sessions`.
fn label(suggestion: &Suggestion, names_field: bool, (state, drafts): (&AppState, &Drafts)) -> String {
    let change = match (suggestion.contains, suggestion.ignore_case) {
        (true, true) => "Match part, ignore case",
        (true, false) => "Match part",
        _ => "Ignore case",
    };
    let sessions = display::sessions(suggestion.sessions);
    match &suggestion.fields[..] {
        [field] if names_field => {
            let noun = drafts.column_of(*field).map(|column| filter_row::noun(&state.column_title(&column)));
            let noun = noun.unwrap_or_default();
            format!("{change} ({noun}): {sessions}")
        }
        [_] => format!("{change}: {sessions}"),
        [_, _] => format!("{change} in both: {sessions}"),
        _ => format!("{change} in all: {sessions}"),
    }
}

/// Returns the title and the sentence below it.
fn message(state: &AppState, drafts: &Drafts, result: &QueryResult) -> (String, String) {
    let fields = (0..drafts.columns.len()).map(FilterField::Column);
    let fields = [FilterField::Username, FilterField::Project].into_iter().chain(fields);
    let unmatched: Vec<(String, &Filter)> = fields
        .filter_map(|field| {
            let column = drafts.column_of(field)?;
            let status = match field {
                FilterField::Column(_) => state.column_filter(&column)?,
                _ => state.filter(field)?,
            };
            let filter = status.filter.as_ref().filter(|_| status.matches_nothing)?;
            Some((reason(&filter_row::noun(&state.column_title(&column)), filter), filter))
        })
        .collect();
    match &unmatched[..] {
        [] => ("No matching sessions".to_owned(), hides_all(result.dataset.len())),
        [(reason, filter)] => {
            let mode = filter.mode();
            let sentence = if is_wildcard(filter.pattern()) {
                "* repeats the character before it. For any text, write .*".to_owned()
            } else if mode.contains || mode.invert {
                hides_all(result.dataset.len())
            } else {
                "A pattern has to match the whole value".to_owned()
            };
            (format!("No {reason}"), sentence)
        }
        several => {
            let reasons: Vec<String> = several.iter().map(|(reason, _)| format!("no {reason}")).collect();
            let mut sentence = reasons.join(" and ");
            sentence.replace_range(..1, "N");
            ("No matching sessions".to_owned(), sentence)
        }
    }
}

/// Returns the sentence on filters that hide this number of sessions.
fn hides_all(sessions: usize) -> String {
    match sessions {
        1 => "The filters hide the only session".to_owned(),
        sessions => format!("The filters hide all {}", display::sessions(sessions)),
    }
}

/// Returns `true` if a pattern looks like a wildcard of a file name, such as `bi*`: its special characters are asterisks, and
/// dots that aren't repeated.
fn is_wildcard(pattern: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '*' | '.' | ' ' | '_' | '-' | '@');
    pattern.contains('*') && !pattern.contains(".*") && pattern.chars().all(is_plain)
}

/// Returns a pattern on one line, without tabs and other characters that have no glyph, shortened.
fn shown_pattern(pattern: &str) -> String {
    // Enough for one that is shortened; a pasted one may be long.
    let pattern: String = pattern.chars().take(4 * MAX_CHARS).collect();
    one_line(&sanitize(&pattern).replace(REPLACEMENT_CHARACTER, " "), MAX_CHARS)
}

/// Returns the condition that no value of a column meets, such as `username is exactly "bi"`.
fn reason(noun: &str, filter: &Filter) -> String {
    let shown = shown_pattern(filter.pattern());
    let Mode { contains, ignore_case, invert } = filter.mode();
    let verb = match (invert, filter.literal().is_some(), contains, ignore_case) {
        (true, ..) => "is without",
        (false, true, true, _) => "contains",
        (false, true, false, false) => "is exactly",
        (false, true, false, true) => "is",
        (false, false, ..) => "matches",
    };
    format!("{noun} {verb} \"{shown}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_look_like_wildcards_have_no_other_special_characters() {
        for pattern in ["bi*", "bill smith*", "bill.s*", "a*b*"] {
            assert!(is_wildcard(pattern), "{pattern}");
        }
        for pattern in ["bi", "bi.*", "(bi)*", "[a-z]*", "\\d*", ""] {
            assert!(!is_wildcard(pattern), "{pattern}");
        }
    }

    #[test]
    fn single_session_is_not_called_all() {
        assert_eq!(
            [1, 6].map(hides_all),
            ["The filters hide the only session", "The filters hide all 6 sessions"]
        );
    }

    #[test]
    fn pattern_in_the_title_has_only_characters_with_a_glyph() {
        for (pattern, shown) in
            [("bill\tsmith\r\n", "bill smith"), ("a\u{202e}b\u{1b}", "a b"), ("bi.*", "bi.*"), ("\t", "")]
        {
            assert_eq!(shown_pattern(pattern), shown, "{pattern:?}");
        }
        assert_eq!(shown_pattern(&"x".repeat(1000)), format!("{}…", "x".repeat(MAX_CHARS)));
    }
}
