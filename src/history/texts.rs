//! The dictionary of texts.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::HistoryError;
use super::engine::{Engine, Row};

/// Returns the number of each text. Unknown ones are added.
pub(super) fn text_ids(
    engine: &mut dyn Engine,
    texts: &BTreeSet<Arc<str>>,
) -> Result<HashMap<Arc<str>, i64>, HistoryError> {
    let mut ids = HashMap::with_capacity(texts.len());
    look_up(engine, texts.iter().cloned().collect(), &mut ids)?;
    let missing: Vec<Arc<str>> = texts.iter().filter(|text| !ids.contains_key(*text)).cloned().collect();
    if !missing.is_empty() {
        engine.lock_names()?;
        let values: Vec<Row> = missing.iter().map(|text| vec![text.clone().into()]).collect();
        engine
            .execute_each("INSERT INTO text (value) VALUES ($1) ON CONFLICT (value) DO NOTHING", &values)?;
        look_up(engine, missing, &mut ids)?;
    }
    Ok(ids)
}

fn look_up(
    engine: &mut dyn Engine,
    texts: Vec<Arc<str>>,
    ids: &mut HashMap<Arc<str>, i64>,
) -> Result<(), HistoryError> {
    let values: Vec<Row> = texts.iter().map(|text| vec![text.clone().into()]).collect();
    let found = engine.query_each("SELECT id FROM text WHERE value = $1", &values)?;
    for (text, rows) in texts.into_iter().zip(found) {
        if let Some(id) = rows.first().and_then(|row| row.first()?.integer()) {
            ids.insert(text, id);
        }
    }
    Ok(())
}
