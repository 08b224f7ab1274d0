//! Reads the entries of `config.toml` one by one, so that a wrong one leaves the others as they are.

use std::time::Duration;

use serde::de::{DeserializeOwned, IgnoredAny, IntoDeserializer as _};
use toml_edit::{Item, Key, Table, Value};

use super::error::{Entry, SettingsErrorKind};

/// The text of the file, and the errors in it.
pub(super) struct Entries<'a> {
    pub(super) text: &'a str,
    pub(super) problems: Vec<SettingsErrorKind>,
}

impl Entries<'_> {
    /// Returns a number of seconds; `None` if it is wrong.
    pub(super) fn read_seconds(&mut self, entry: Entry, item: &Item) -> Option<Duration> {
        self.read::<u32>(entry, item).map(u64::from).map(Duration::from_secs)
    }

    /// Returns the value of an entry; `None` if it is wrong.
    pub(super) fn read<T: DeserializeOwned>(&mut self, entry: Entry, item: &Item) -> Option<T> {
        // An item that was parsed is a value.
        let value = item.clone().into_value().ok()?;
        match T::deserialize(value.into_deserializer()) {
            Ok(value) => Some(value),
            Err(error) => {
                let error: toml_edit::de::Error = error;
                let at = error.span().or(item.span()).map_or(0, |span| span.start);
                self.problems.push(SettingsErrorKind::Toml {
                    entry,
                    line: self.line(at),
                    source: Box::new(error),
                });
                None
            }
        }
    }

    /// Returns the entries of a list, each with its name, which may be empty.
    pub(super) fn list(&mut self, key: &'static str, item: &Item) -> Vec<(String, Item)> {
        let items: Vec<Item> = match item {
            Item::ArrayOfTables(tables) => tables.iter().cloned().map(Item::Table).collect(),
            Item::Value(Value::Array(values)) => values.iter().cloned().map(Item::Value).collect(),
            _ => {
                // Says what is there instead.
                let _no_list = self.read::<Vec<IgnoredAny>>(Entry::Key(key.to_owned()), item);
                Vec::new()
            }
        };
        let name = |item: &Item| item.get("name").and_then(Item::as_str).unwrap_or_default().to_owned();
        items.into_iter().map(|item| (name(&item), item)).collect()
    }

    /// Returns the line of a key, counted from 1.
    pub(super) fn line_of(&self, key: Option<&Key>) -> usize {
        self.line(key.and_then(Key::span).map_or(0, |span| span.start))
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text.get(..at).unwrap_or_default().matches('\n').count()
    }
}

/// Returns the table of an item, in either form.
pub(super) fn table_of(item: &Item) -> Option<Table> {
    item.clone().into_table().ok()
}
