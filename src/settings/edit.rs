//! Changes one list of tables or one value in `config.toml` and keeps the rest of the file, including comments.

use std::io;
use std::path::{Path, PathBuf};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::error::{Entry, SettingsError, SettingsErrorKind};
use super::{CONFIG_FILE, Settings, line_ends, machine, with_lock};
use crate::atomic_file::{read_text, replace_file};

/// The byte-order mark, with which some editors start a UTF-8 file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns `true` if the table has this name.
pub(super) fn has_name(table: &Table, name: &str) -> bool {
    table.get("name").and_then(Item::as_str) == Some(name)
}

/// Changes the list of tables under `key` in the current file, which another window may have changed since it was read.
/// Nothing is written if an entry would become wrong, or a wrong one would get lost.
pub(super) fn edit(
    folder: &Path,
    key: &str,
    change: impl FnOnce(&mut ArrayOfTables) -> Result<(), SettingsErrorKind>,
) -> Result<(), SettingsError> {
    edit_document(folder, key, |document| tables_of(document, key).map_or(Ok(()), change))
}

/// Returns the list of tables under `key`, which is added if it is missing.
pub(super) fn tables_of<'a>(document: &'a mut DocumentMut, key: &str) -> Option<&'a mut ArrayOfTables> {
    let tables = document.entry(key).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    // `filter = []` is another way to write the same list.
    if let Item::Value(value) = tables {
        let list = value.as_array().cloned().unwrap_or_default();
        let list = list.into_iter().filter_map(|entry| match entry {
            Value::InlineTable(table) => Some(table.into_table()),
            _ => None,
        });
        *tables = Item::ArrayOfTables(list.collect());
    }
    tables.as_array_of_tables_mut()
}

/// Sets the value of `key` at the top of the current file. Nothing is written if it is wrong, before or after.
pub(super) fn set_value(folder: &Path, key: &str, value: impl Into<Value>) -> Result<(), SettingsError> {
    edit_document(folder, key, |document| {
        set(document.as_table_mut(), key, value.into());
        Ok(())
    })
}

/// Sets the value of `key` in `table` of the current file, which is added if it is missing. Nothing is written if any part of
/// the table is wrong, before or after.
pub(super) fn set_value_in(
    folder: &Path,
    table: &str,
    key: &str,
    value: impl Into<Value>,
) -> Result<(), SettingsError> {
    edit_document(folder, table, |document| {
        let item = document.entry(table).or_insert(Item::Table(Table::new()));
        // One that isn't a table is wrong, and was refused.
        if let Some(table) = item.as_table_like_mut() {
            set(table, key, value.into());
        }
        if let Some(table) = item.as_inline_table_mut() {
            table.fmt();
        }
        Ok(())
    })
}

fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(item) => {
            // Keeps a comment at the end of the line.
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => drop(table.insert(key, Item::Value(value))),
    }
}

/// Returns the first problem whose entry has no counterpart in `others`. Each of those matches one problem.
fn unmatched(problems: Vec<SettingsErrorKind>, mut others: Vec<Option<Entry>>) -> Option<SettingsErrorKind> {
    problems.into_iter().find(|problem| {
        let other = others.iter().position(|other| *other == problem.entry());
        other.map(|index| others.swap_remove(index)).is_none()
    })
}

/// Returns the file whose settings those in `folder` override, if it has an entry.
pub(super) fn machine_file_with(folder: &Path, has_entry: impl FnOnce(&Settings) -> bool) -> Option<PathBuf> {
    let machine = machine::folder_below(folder)?;
    has_entry(&Settings::load_machine(&machine)).then(|| machine.join(CONFIG_FILE))
}

/// Changes the current file. Nothing is written if an entry would become wrong, or one under `key` is or would get lost.
pub(super) fn edit_document(
    folder: &Path,
    key: &str,
    change: impl FnOnce(&mut DocumentMut) -> Result<(), SettingsErrorKind>,
) -> Result<(), SettingsError> {
    let path = folder.join(CONFIG_FILE);
    with_lock(folder, || try_edit(&path, key, change))
        .unwrap_or_else(|error| Err(SettingsErrorKind::Write(error)))
        .map_err(|kind| kind.at(&path))?;
    tracing::info!(path = %path.display(), key, "wrote settings");
    Ok(())
}

fn try_edit(
    path: &Path,
    key: &str,
    change: impl FnOnce(&mut DocumentMut) -> Result<(), SettingsErrorKind>,
) -> Result<(), SettingsErrorKind> {
    let text = match read_text(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text.map_err(SettingsErrorKind::Read)?,
    };
    let (mark, text) =
        text.split_at(text.strip_prefix(BYTE_ORDER_MARK).map_or(0, |_| BYTE_ORDER_MARK.len_utf8()));
    let (_, mut before) = Settings::parse(text)?;
    let is_of_key = |problem: &SettingsErrorKind| problem.entry() == Some(Entry::Key(key.to_owned()));
    if let Some(index) = before.iter().position(is_of_key) {
        return Err(before.swap_remove(index));
    }
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let before = error.span().map_or("", |span| &text[..span.start]);
        SettingsErrorKind::syntax(before, error)
    })?;
    change(&mut document)?;
    let written = mark.to_owned() + &line_ends::keep(text, &document.to_string());
    let (_, after) = Settings::parse(&written)?;
    // What was wrong before stays for its owner to fix, and nothing else becomes wrong.
    let entries = |problems: &[SettingsErrorKind]| problems.iter().map(SettingsErrorKind::entry).collect();
    let (of_before, of_after) = (entries(&before), entries(&after));
    if let Some(problem) = unmatched(after, of_before).or_else(|| unmatched(before, of_after)) {
        return Err(problem);
    }
    replace_file(path, |out| out.write_all(written.as_bytes()))
        .map_err(|error| SettingsErrorKind::Write(error.source))
}
