//! The entries of the palette.

use std::ops::Range;

use super::super::command::{Command, RailCommand};
use super::super::command_table;
use super::super::icons::{self, Icon};
use super::super::key_text;
use super::super::model::{AppState, Drafts, PaletteDraft};
use super::search::{Found, find};
use crate::sanitize::sanitize;

/// Shows only gateways.
pub(super) const GATEWAYS_PREFIX: char = '>';

/// A heading of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Commands.
    Commands,
    /// Gateways to connect to.
    Gateways,
    /// Saved filters to apply.
    SavedFilters,
}

impl Section {
    /// Returns the heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Commands => "Commands",
            Self::Gateways => "Gateways",
            Self::SavedFilters => "Saved filters",
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
    pub(super) detail: &'static str,
    /// The texts of its keys.
    pub(super) keys: Vec<&'static str>,
    /// What it does.
    pub(super) command: Command,
}

/// Returns the entries that match what is typed, sections one after the other.
pub(super) fn matching(state: &AppState, drafts: &Drafts, draft: &PaletteDraft) -> Vec<Entry> {
    let PaletteDraft { text, .. } = draft;
    let mut entries = Vec::new();
    if let Some(name) = text.trim_start().strip_prefix(GATEWAYS_PREFIX) {
        add_matching(&mut entries, name, gateways(state));
    } else {
        add_matching(&mut entries, text, commands(state, drafts));
        add_matching(&mut entries, text, gateways(state));
        add_matching(&mut entries, text, saved_filters(state));
    }
    entries
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
        .filter(|named| named.command() != Command::OpenPalette)
        .map(|named| Entry {
            keys: named.keys.map(key_text::keys).unwrap_or_default(),
            ..entry(Section::Commands, named.icon, &named.text(state), named.command())
        })
        .collect()
}

fn gateways(state: &AppState) -> Vec<Entry> {
    let detail = |is_current| if is_current { "Current" } else { "" };
    let saved = state.profiles.iter().map(|name| Entry {
        detail: detail(*name == state.gateway),
        ..entry(Section::Gateways, icons::RADIO_TOWER, name, Command::Connect(name.clone()))
    });
    let all = entry(Section::Gateways, icons::LAYERS, "All gateways", Command::Rail(RailCommand::ShowAll));
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
    Entry { section, icon, text, found: Vec::new(), detail: "", keys: Vec::new(), command }
}
