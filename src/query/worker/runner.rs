//! Runs one query after the other, with valid filters in the place of invalid ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::dataset::{ColumnId, Dataset};
use crate::filter::{Filter, PatternError};
use crate::query::cancel::{CancelToken, Stopped};
use crate::query::{FilterError, FilterField, FilterText, Filters, Query, QueryResult};

/// The number of beginnings of an invalid pattern that are tried.
const MAX_TRIES: usize = 32;
/// Duration above which a query is logged as slow.
const SLOW_QUERY: Duration = Duration::from_millis(100);

/// Runs queries.
#[derive(Default)]
pub(super) struct Runner {
    valid: ValidFilters,
}

/// The last valid filters, by column.
#[derive(Default)]
struct ValidFilters(Vec<(ColumnId, Filter)>);

impl ValidFilters {
    fn get(&self, column: Option<&ColumnId>) -> Option<&Filter> {
        self.0.iter().find(|(other, _)| Some(other) == column).map(|(_, filter)| filter)
    }
}

/// A filter to apply, and the reason why it isn't the requested one.
struct Candidate {
    filter: Option<Filter>,
    error: Option<FilterError>,
}

impl Candidate {
    /// Compiles a filter. An invalid one is replaced by its longest valid beginning, or by the last valid filter.
    fn new(text: &FilterText, valid: Option<&Filter>) -> Self {
        let is_same = |valid: &&Filter| valid.pattern() == text.pattern && valid.mode() == text.mode;
        if let Some(valid) = valid.filter(is_same) {
            return Self { filter: Some(valid.clone()), error: None };
        }
        match text.compile() {
            Ok(filter) => Self { filter, error: None },
            Err(error) => Self { filter: replacement(text, &error, valid), error: Some(error.into()) },
        }
    }

    /// Replaces a filter that can't be matched by the last valid one, or by none if both are the same.
    fn fall_back(&mut self, error: FilterError, valid: Option<&Filter>) {
        let identity = |filter: &Filter| (filter.pattern().to_owned(), filter.mode());
        let failed = self.filter.take();
        self.filter = valid.filter(|valid| failed.as_ref().map(identity) != Some(identity(valid))).cloned();
        self.error.get_or_insert(error);
    }
}

/// Returns the filter to apply while a pattern is invalid: the one that typing the pattern key by key leaves active. It is
/// computed, because the queries of fast keys replace each other, and several keys can come in one frame.
///
/// A pattern that was changed before its end keeps the last valid filter. A pasted pattern is treated like a typed one, so
/// that the same text always shows the same sessions.
fn replacement(text: &FilterText, error: &PatternError, valid: Option<&Filter>) -> Option<Filter> {
    let beginning = valid_beginning(text, error);
    let Some(valid) = valid else {
        return beginning;
    };
    let is_same = |(a, b): &(char, char)| a == b;
    let common = text.pattern.chars().zip(valid.pattern().chars()).take_while(is_same).count();
    let beginning = beginning.filter(|filter| filter.pattern().chars().count() >= common);
    Some(beginning.unwrap_or_else(|| valid.clone()))
}

/// Returns the longest valid beginning of a pattern, if it has one.
fn valid_beginning(text: &FilterText, error: &PatternError) -> Option<Filter> {
    let mut text = text.clone();
    let mut column = error.column();
    for _ in 0..MAX_TRIES {
        // What comes before the construct that is wrong.
        let end = text.pattern.char_indices().nth(column - 1);
        let end = end.or_else(|| text.pattern.char_indices().last()).map_or(0, |(end, _)| end);
        text.pattern.truncate(end);
        match text.compile() {
            Ok(filter) => return filter,
            Err(error) => column = error.column(),
        }
    }
    None
}

impl Runner {
    /// Runs a query. Returns `None` if it was cancelled, and then keeps the last valid filters.
    pub(super) fn run(
        &mut self,
        generation: u64,
        query: &Query,
        dataset: &Arc<Dataset>,
        cancel: CancelToken<'_>,
    ) -> Option<QueryResult> {
        let started = Instant::now();
        let valid = &mut self.valid;
        let fields: Vec<FilterField> = query.fields().collect();
        let mut candidates: Vec<Candidate> = fields
            .iter()
            .map(|&field| Candidate::new(query.text(field), valid.get(query.column_of(field))))
            .collect();
        let mut result = loop {
            let mut applied = candidates.iter().map(|candidate| candidate.filter.clone());
            let filters = Filters {
                username: applied.next().flatten(),
                project: applied.next().flatten(),
                columns: applied.collect(),
            };
            match query.select(&filters, dataset, cancel) {
                Ok(result) => break result,
                Err(Stopped::Cancelled) => return None,
                Err(Stopped::Match(failed, error)) => {
                    if let Some(index) = fields.iter().position(|field| *field == failed) {
                        candidates[index].fall_back(error.into(), valid.get(query.column_of(failed)));
                    }
                }
            }
        };
        *valid = ValidFilters::default();
        for (&field, Candidate { filter, error }) in fields.iter().zip(candidates) {
            if let Some(status) = result.status_mut(field) {
                status.error = error;
            }
            valid.0.extend(query.column_of(field).cloned().zip(filter));
        }
        let elapsed = started.elapsed();
        let (rows, selected, elapsed_ms) = (dataset.len(), result.rows.len(), elapsed.as_millis());
        if elapsed > SLOW_QUERY {
            tracing::warn!(generation, rows, selected, elapsed_ms, "slow query");
        } else {
            tracing::trace!(generation, rows, selected, elapsed_ms, "query");
        }
        Some(result)
    }
}
