//! Selects the sessions that a rule is about.

use std::sync::Arc;

use super::rule::SessionFilters;
use crate::dataset::{ColumnId, Dataset};
use crate::gateway::{RowKinds, SessionKind};
use crate::history::SessionRecord;
use crate::query::{ColumnFilter, FilterText, Filters, Query, QueryError};

/// Separates the parts of an id. No name has it.
const SEPARATOR: &str = "\u{1f}";

/// The filters of a rule, ready to be applied.
#[derive(Debug)]
pub(super) struct Selection {
    query: Query,
    filters: Filters,
    kinds: Vec<SessionKind>,
}

impl Selection {
    pub(super) fn new(filters: &SessionFilters) -> Self {
        let SessionFilters { username, project, address, kinds } = filters.clone();
        let column = ColumnFilter { column: ColumnId::Address, text: FilterText::default() };
        Self {
            query: Query { columns: vec![column], ..Query::default() },
            filters: Filters { username, project, columns: vec![address] },
            kinds: kinds.clone(),
        }
    }

    /// Returns the rows that pass and whose kind isn't missing.
    pub(super) fn rows(&self, list: &Arc<Dataset>, missing: &[SessionKind]) -> Result<Vec<u32>, QueryError> {
        let Filters { username, project, columns } = &self.filters;
        let has_patterns = username.is_some() || project.is_some() || columns.iter().any(Option::is_some);
        let mut rows = if has_patterns {
            self.query.run_with(&self.filters, list)?.rows
        } else {
            (0..u32::try_from(list.len()).unwrap_or(u32::MAX)).collect()
        };
        if !self.kinds.is_empty() || !missing.is_empty() {
            let kinds = RowKinds::of(list);
            rows.retain(|row| match kinds.kind(*row) {
                Some(kind) => {
                    (self.kinds.is_empty() || self.kinds.contains(&kind)) && !missing.contains(&kind)
                }
                None => self.kinds.is_empty(),
            });
        }
        Ok(rows)
    }

    /// Returns those of `rows` that pass.
    pub(super) fn among(&self, list: &Arc<Dataset>, rows: &[u32]) -> Result<Vec<u32>, QueryError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let passing = self.rows(&Arc::new(list.select(rows)), &[])?;
        Ok(passing.into_iter().map(|index| rows[index as usize]).collect())
    }

    /// Returns `true` if sessions of these missing kinds may pass.
    pub(super) fn misses(&self, missing: &[SessionKind]) -> bool {
        missing.iter().any(|kind| self.kinds.is_empty() || self.kinds.contains(kind))
    }
}

/// Returns the id of a session on its node.
pub(super) fn session_id(session: &SessionRecord) -> String {
    let kind = session.kind.map_or("", SessionKind::name);
    match &session.client_id {
        Some(client_id) => [kind, client_id].join(SEPARATOR),
        None => [kind, &visitor_id(session)].join(SEPARATOR),
    }
}

/// Returns an id that a session keeps when it comes and goes.
pub(super) fn visitor_id(session: &SessionRecord) -> String {
    let values = [&session.username, &session.project, &session.address];
    values.map(|value| value.as_deref().unwrap_or_default()).join(SEPARATOR)
}

/// Returns an id of several texts.
pub(super) fn id_of(texts: &[&str]) -> String {
    texts.join(SEPARATOR)
}
