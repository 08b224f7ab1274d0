//! The dictionary of texts.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::HistoryError;
use super::database::{Database, Row, Value, first_integer};

/// The ids of texts.
pub(super) struct TextIds(HashMap<Arc<str>, i64>);

impl TextIds {
    /// Returns the id of a text as it is stored: null without a text.
    pub(super) fn of(&self, text: Option<&Arc<str>>) -> Value {
        text.and_then(|text| self.0.get(text).copied()).into()
    }
}

/// Returns the ids of texts. Unknown ones are added.
pub(super) fn text_ids<'a>(
    database: &mut dyn Database,
    texts: impl Iterator<Item = &'a Arc<str>>,
) -> Result<TextIds, HistoryError> {
    let texts: BTreeSet<Arc<str>> = texts.cloned().collect();
    let mut ids = HashMap::with_capacity(texts.len());
    look_up(database, texts.iter().cloned().collect(), &mut ids)?;
    let missing: Vec<Arc<str>> = texts.into_iter().filter(|text| !ids.contains_key(text)).collect();
    if !missing.is_empty() {
        database.lock_names()?;
        let values: Vec<Row> = missing.iter().map(|text| vec![text.clone().into()]).collect();
        database
            .execute_each("INSERT INTO text (value) VALUES ($1) ON CONFLICT (value) DO NOTHING", &values)?;
        look_up(database, missing, &mut ids)?;
    }
    Ok(TextIds(ids))
}

fn look_up(
    database: &mut dyn Database,
    texts: Vec<Arc<str>>,
    ids: &mut HashMap<Arc<str>, i64>,
) -> Result<(), HistoryError> {
    let values: Vec<Row> = texts.iter().map(|text| vec![text.clone().into()]).collect();
    let found = database.query_each("SELECT id FROM text WHERE value = $1", &values)?;
    for (text, rows) in texts.into_iter().zip(found) {
        if let Some(id) = first_integer(&rows) {
            ids.insert(text, id);
        }
    }
    Ok(())
}
