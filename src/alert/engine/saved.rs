//! The state that survives a restart.

use serde::{Deserialize, Serialize};

use super::Engine;
use super::occurrences::Waiting;
use crate::alert::entry::Entry;
use crate::alert::incident::SubjectKey;

/// The largest number of entries that are saved.
const MAX_SAVED: usize = 10_000;

/// The state of an engine without its nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::alert) struct Saved {
    entries: Vec<SavedEntry>,
    waiting: Vec<Waiting>,
}

/// An entry and its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::alert) struct SavedEntry {
    key: SubjectKey,
    entry: Entry,
}

impl Saved {
    /// Replaces the state of all gateways except these with the state that another process has
    /// saved. Gateways that this process doesn't observe were restored from an older file.
    pub(in crate::alert) fn take_other_gateways(&mut self, other: Self, gateways: &[String]) {
        let is_other = |gateway: &String| !gateways.contains(gateway);
        self.entries.retain(|entry| !is_other(&entry.key.gateway));
        self.waiting.retain(|waiting| !is_other(&waiting.gateway));
        self.entries.extend(other.entries.into_iter().filter(|entry| is_other(&entry.key.gateway)));
        self.waiting.extend(other.waiting.into_iter().filter(|waiting| is_other(&waiting.gateway)));
        self.entries.truncate(MAX_SAVED);
        self.waiting.truncate(MAX_SAVED);
    }

    /// Returns the gateways of all entries, which may repeat.
    pub(in crate::alert) fn gateways(&self) -> impl Iterator<Item = &String> {
        let waiting = self.waiting.iter().map(|waiting| &waiting.gateway);
        self.entries.iter().map(|entry| &entry.key.gateway).chain(waiting)
    }

    /// Keeps only the state of the gateways for which `is_kept` returns `true`.
    pub(in crate::alert) fn retain_gateways(&mut self, is_kept: impl Fn(&String) -> bool) {
        self.entries.retain(|entry| is_kept(&entry.key.gateway));
        self.waiting.retain(|waiting| is_kept(&waiting.gateway));
    }
}

impl Engine {
    /// Returns a number that changes whenever [`save`](Self::save) or [`active`](Self::active) may return something else.
    pub(in crate::alert) fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the state of the watched gateways that survives a restart.
    pub(in crate::alert) fn save(&self) -> Saved {
        let scopes = self.scopes.iter().filter(|((_, gateway), _)| self.is_watched(gateway));
        let entries = scopes.flat_map(|((rule, gateway), entries)| {
            let definition = self.definition(rule).unwrap_or_default();
            entries.iter().map(move |(subject, entry)| SavedEntry {
                key: SubjectKey {
                    rule: rule.clone(),
                    definition: definition.to_owned(),
                    gateway: gateway.to_string(),
                    subject: subject.clone(),
                },
                entry: entry.clone(),
            })
        });
        let mut entries: Vec<SavedEntry> = entries.collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        entries.truncate(MAX_SAVED);
        let waiting = self.waiting.iter().filter(|waiting| self.is_watched(&waiting.gateway));
        Saved { entries, waiting: waiting.cloned().collect() }
    }

    /// Restores a saved state. Entries that already exist stay. Entries of rules that don't exist,
    /// had another definition or aren't about their gateway any more are skipped.
    pub(in crate::alert) fn restore(&mut self, saved: Saved) {
        let Saved { entries, waiting } = saved;
        for SavedEntry { key: SubjectKey { rule, definition, gateway, subject }, entry } in entries {
            if self.definition(&rule) == Some(&definition) && self.may_be_about(&rule, &gateway) {
                let entries = self.scopes.entry((rule, gateway.into())).or_default();
                entries.entry(subject).or_insert(entry);
            }
        }
        let is_same = |waiting: &Waiting| {
            self.definition(&waiting.rule) == Some(&waiting.definition)
                && self.may_be_about(&waiting.rule, &waiting.gateway)
        };
        let waiting: Vec<Waiting> = waiting.into_iter().filter(is_same).collect();
        self.waiting.extend(waiting);
    }

    /// Replaces the state of some gateways with a saved state.
    pub(in crate::alert) fn replace(&mut self, mut saved: Saved, gateways: &[String]) {
        let is_replaced = |gateway: &str| gateways.iter().any(|name| *name == *gateway);
        self.scopes.retain(|(_, gateway), _| !is_replaced(gateway));
        self.waiting.retain(|waiting| !is_replaced(&waiting.gateway));
        saved.retain_gateways(|gateway| is_replaced(gateway));
        self.restore(saved);
        self.revision += 1;
    }

    fn definition(&self, rule: &str) -> Option<&str> {
        self.rules.iter().find(|active| active.rule.name == rule).map(|active| &*active.definition)
    }

    /// Returns the names of the gateways that were observed and are still watched. Of others, another process may know more.
    pub(in crate::alert) fn observed_gateways(&self) -> Vec<String> {
        let observed =
            self.nodes.keys().map(|(gateway, _)| gateway).filter(|gateway| self.is_watched(gateway));
        let mut gateways: Vec<String> = observed.map(ToString::to_string).collect();
        gateways.dedup();
        gateways
    }
}
