//! Changing `config.toml` around what the user wrote: one table of it is added, changed or removed, everything else stays
//! as it is.

use std::path::Path;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::{SettingsError, SettingsFault};
use crate::atomic_file::write_file;

/// Whether a table has this name.
pub(super) fn is_called(table: &Table, name: &str) -> bool {
    table.get("name").and_then(Item::as_str) == Some(name)
}

/// Changes the list of tables under `key` in the file as it is now, which another window may have changed since it was
/// read. What would make it unreadable is not written.
pub(super) fn edit(
    folder: &Path,
    key: &str,
    change: impl FnOnce(&mut ArrayOfTables) -> Result<(), SettingsFault>,
) -> Result<(), SettingsError> {
    let path = folder.join("config.toml");
    let _ours =
        super::lock(folder).map_err(|error| SettingsError { path: path.clone(), fault: error.into() })?;
    let fault = |fault: SettingsFault| SettingsError { path: path.clone(), fault };
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| fault(error.into()))?,
    };
    // What can't be read as settings is not touched, even where it is TOML.
    super::Settings::read(&text).map_err(fault)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let before = error.span().map_or("", |span| &text[..span.start]);
        fault(SettingsFault::toml(before, error.message()))
    })?;
    let tables = document.entry(key).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    // `filter = []` is the same list, written otherwise.
    if let Item::Value(value) = tables {
        let list = value.as_array().cloned().unwrap_or_default();
        let as_tables = list.into_iter().filter_map(|entry| match entry {
            toml_edit::Value::InlineTable(table) => Some(table.into_table()),
            _ => None,
        });
        *tables = Item::ArrayOfTables(as_tables.collect());
    }
    if let Some(tables) = tables.as_array_of_tables_mut() {
        change(tables).map_err(fault)?;
    }
    let mut written = document.to_string();
    if text.contains("\r\n") {
        written = written.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    super::Settings::read(&written).map_err(fault)?;
    write_file(&path, |out| out.write_all(written.as_bytes()))
        .map_err(|error| fault(SettingsFault::Write(error.source)))
}
