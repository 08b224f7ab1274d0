//! The entries of the palette that match what is typed.

use std::ops::Range;

use super::super::command::{Command, RailCommand};
use super::super::command_table;
use super::super::icons::{self, Icon};
use super::super::key_text;
use super::super::model::{AppState, Drafts, PaletteDraft};
use super::search::{Found, find};
use crate::dataset::{Cell, ColumnId, Value};
use crate::display;
use crate::sanitize::sanitize;
use crate::settings::ALL_NAME;

/// The first characters of a search for only users, projects or gateways.
const PREFIXES: [(char, Section); 3] =
    [('@', Section::Users), ('#', Section::Projects), ('>', Section::Gateways)];
/// Number of sessions and of values that are searched. More would take longer than a frame.
const MAX_SEARCHED: usize = 10_000;
/// Number of characters of a value that are searched.
const MAX_CHARS: usize = 200;
/// Number of sessions that are listed next to commands, and of values that are listed alone.
const MAX_SESSIONS: usize = 5;
const MAX_VALUES: usize = 50;

/// A heading of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Commands.
    Commands,
    /// Gateways to connect to.
    Gateways,
    /// Saved filters to apply.
    SavedFilters,
    /// Sessions of the table to go to.
    Sessions,
    /// Users to filter to.
    Users,
    /// Projects to filter to.
    Projects,
}

impl Section {
    /// Returns the heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Commands => "Commands",
            Self::Gateways => "Gateways",
            Self::SavedFilters => "Saved filters",
            Self::Sessions => "Sessions",
            Self::Users => "Users",
            Self::Projects => "Projects",
        }
    }
}

/// An entry of the palette.
pub(super) struct Entry {
    /// The heading.
    pub(super) section: Section,
    /// The icon.
    pub(super) icon: Icon,
    /// The name.
    pub(super) text: String,
    /// The byte ranges of the name that are typed.
    pub(super) found: Vec<Range<usize>>,
    /// A remark after the name.
    pub(super) detail: String,
    /// The texts of its keys.
    pub(super) keys: Vec<&'static str>,
    /// The command that the entry runs.
    pub(super) command: Command,
}

/// Returns the entries that match what is typed, sections one after the other.
pub(super) fn matching(state: &AppState, drafts: &Drafts, draft: &PaletteDraft) -> Vec<Entry> {
    let text = draft.text.trim_start();
    let mut entries = Vec::new();
    // The table and its filters are behind a form.
    let has_table = !drafts.has_form();
    let prefixed = PREFIXES.iter().find_map(|(prefix, section)| Some((section, text.strip_prefix(*prefix)?)));
    match prefixed {
        Some((section @ (Section::Users | Section::Projects), search)) => {
            if has_table {
                add_values(&mut entries, search, state, *section);
            }
        }
        Some((_, search)) => add_matching(&mut entries, search, gateways(state)),
        None => {
            add_matching(&mut entries, text, commands(state, drafts));
            add_matching(&mut entries, text, gateways(state));
            if has_table {
                add_matching(&mut entries, text, saved_filters(state));
                add_sessions(&mut entries, text, state);
            }
        }
    }
    entries
}

/// Adds sessions of the table whose username matches.
fn add_sessions(entries: &mut Vec<Entry>, search: &str, state: &AppState) {
    let Some(result) = state.table.result().filter(|_| !search.trim().is_empty()) else {
        return;
    };
    let dataset = &result.dataset;
    let found = result.rows.iter().take(MAX_SEARCHED).filter_map(|&row| {
        let index = row as usize;
        let found = find_value(dataset.username().get(index)?, search)?;
        let detail = [ColumnId::Project, ColumnId::Address].into_iter().filter_map(|id| {
            match dataset.column(&id)?.cell(index) {
                Cell::Text(text) => Some(display::text(text)),
                _ => None,
            }
        });
        Some(Entry {
            detail: detail.collect::<Vec<_>>().join(", "),
            ..found.entry(Section::Sessions, icons::USER, Command::GoToSession(row))
        })
    });
    entries.extend(found.take(MAX_SESSIONS));
}

/// Adds users or projects that match.
fn add_values(entries: &mut Vec<Entry>, search: &str, state: &AppState, section: Section) {
    let Some(result) = state.table.result() else {
        return;
    };
    let (column, id, icon) = match section {
        Section::Users => (result.dataset.username(), ColumnId::Username, icons::USER),
        _ => (result.dataset.project(), ColumnId::Project, icons::FUNNEL),
    };
    let searched = 0..u32::try_from(column.distinct().min(MAX_SEARCHED)).unwrap_or(u32::MAX);
    // Values that start with the search are found even beyond this limit.
    let beyond = column.codes_to_search(search).filter(|code| !searched.contains(code));
    let found = searched.clone().chain(beyond).filter_map(|code| {
        let value = column.text(code);
        let command = Command::FilterToValue(id.clone(), Value::Text(value.into()));
        Some(find_value(value, search)?.entry(section, icon, command))
    });
    entries.extend(found.take(MAX_VALUES));
}

/// A value of the dataset that matches.
struct FoundValue {
    text: String,
    ranges: Vec<Range<usize>>,
}

impl FoundValue {
    fn entry(self, section: Section, icon: Icon, command: Command) -> Entry {
        Entry { found: self.ranges, ..entry(section, icon, &self.text, command) }
    }
}

fn find_value(value: &str, search: &str) -> Option<FoundValue> {
    let end = value.char_indices().nth(MAX_CHARS).map_or(value.len(), |(end, _)| end);
    // Sanitized first, so that the ranges are those of what is shown.
    let text = sanitize(&value[..end]).into_owned();
    let Found { ranges, .. } = find(&text, search)?;
    Some(FoundValue { text, ranges })
}

/// Adds the entries that match, those that match at the start of words first.
fn add_matching(entries: &mut Vec<Entry>, search: &str, candidates: Vec<Entry>) {
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for mut entry in candidates {
        if let Some(Found { ranges, is_at_word_starts }) = find(&entry.text, search) {
            entry.found = ranges;
            if is_at_word_starts { &mut first } else { &mut others }.push(entry);
        }
    }
    entries.append(&mut first);
    entries.append(&mut others);
}

fn commands(state: &AppState, drafts: &Drafts) -> Vec<Entry> {
    let available = command_table::ALL.iter().filter(|named| named.is_available(state, drafts));
    available
        // The palette is open already.
        .filter(|named| named.command() != Command::TogglePalette)
        .map(|named| Entry {
            keys: named.keys.map(key_text::keys).unwrap_or_default(),
            ..entry(Section::Commands, named.icon, &named.text(state), named.command())
        })
        .collect()
}

fn gateways(state: &AppState) -> Vec<Entry> {
    let saved = state.profiles.iter().map(|name| Entry {
        detail: if *name == state.gateway { "Current".to_owned() } else { String::new() },
        ..entry(Section::Gateways, icons::RADIO_TOWER, name, Command::Connect(name.clone()))
    });
    let all = entry(Section::Gateways, icons::LAYERS, ALL_NAME, Command::Rail(RailCommand::ShowAll));
    let demo = entry(Section::Gateways, icons::RADIO_TOWER, "Demo gateway", Command::ConnectDemo);
    [all].into_iter().chain(saved).chain([demo]).collect()
}

fn saved_filters(state: &AppState) -> Vec<Entry> {
    let filters = state.saved_filters.iter();
    filters
        .map(|saved| {
            let command = Command::ApplySavedFilter(saved.clone());
            entry(Section::SavedFilters, icons::BOOKMARK, &saved.name, command)
        })
        .collect()
}

fn entry(section: Section, icon: Icon, text: &str, command: Command) -> Entry {
    let text = sanitize(text).into_owned();
    Entry { section, icon, text, found: Vec::new(), detail: String::new(), keys: Vec::new(), command }
}
