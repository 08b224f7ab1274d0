//! Runs a query on the calling thread.

use std::sync::Arc;

use super::cancel::{CancelToken, MATCH_TIMEOUT, Stopped};
use super::filtering::Masks;
use super::{
    Counts, DesignerCounts, Facets, FilterField, FilterStatus, Filters, Query, QueryError, QueryResult,
    Suggestion, grouping, sort, suggestions,
};
use crate::dataset::Dataset;

impl Query {
    /// Returns the rows that pass all filters, sorted.
    ///
    /// A null never passes a pattern and is sorted last in both directions. Rows that compare equal keep the gateway's
    /// order.
    ///
    /// # Errors
    /// If a pattern is invalid or can't be matched.
    pub fn run(&self, dataset: &Arc<Dataset>) -> Result<QueryResult, QueryError> {
        self.run_with(&self.compile()?, dataset)
    }

    /// Runs the query like [`Query::run`], with filters from [`Query::compile`].
    ///
    /// # Errors
    /// If a pattern can't be matched.
    pub fn run_with(&self, filters: &Filters, dataset: &Arc<Dataset>) -> Result<QueryResult, QueryError> {
        self.select(filters, dataset, CancelToken::NEVER).map_err(to_error)
    }

    /// Runs the query like [`Query::run`], for a user who waits: the backtracking of a pattern over all values takes 0.4 s at
    /// most.
    ///
    /// # Errors
    /// If a pattern is invalid, or can't be matched within that time.
    pub(crate) fn run_quickly(&self, dataset: &Arc<Dataset>) -> Result<QueryResult, QueryError> {
        let cancel = CancelToken::NEVER.with_match_timeout(MATCH_TIMEOUT);
        self.select(&self.compile()?, dataset, cancel).map_err(to_error)
    }

    /// Finds the suggestions for a result without rows.
    pub(super) fn suggestions_for(
        &self,
        result: &QueryResult,
        cancel: CancelToken<'_>,
    ) -> Result<Vec<Suggestion>, Stopped> {
        let filters = result.filters();
        let masks = Masks::evaluate(self, &filters, &result.dataset, cancel)?;
        suggestions::find(self, &filters, &masks, &result.dataset, cancel)
    }

    /// Filters, counts and sorts.
    pub(super) fn select(
        &self,
        filters: &Filters,
        dataset: &Arc<Dataset>,
        cancel: CancelToken<'_>,
    ) -> Result<QueryResult, Stopped> {
        let masks = Masks::evaluate(self, filters, dataset, cancel)?;
        let mut rows = masks.rows();
        // Before the sort, rows are in memory order, which is faster to count.
        let selected_counts = DesignerCounts::of(dataset, &rows, cancel)?;
        let counts = Counts::of(dataset, &rows, selected_counts, cancel)?;
        let designer_counts = match masks.rows_without_designer_filter() {
            Some(rows) => DesignerCounts::of(dataset, &rows, cancel)?,
            None => selected_counts,
        };
        let facets = self.facets.map(|order| Facets::of(dataset, &masks, order, cancel)).transpose()?;
        let suggestions = if self.suggestions && rows.is_empty() && !dataset.is_empty() {
            suggestions::find(self, filters, &masks, dataset, cancel)?
        } else {
            Vec::new()
        };
        let changes_at_epoch_ms = self.dates.iter().filter_map(|date| date.changes_at(dataset, &rows)).min();
        let keys = grouping::sort_keys(self.grouping.as_ref(), &self.sort);
        sort::sort(dataset, &keys, &mut rows, cancel)?;
        let groups = self.grouping.as_ref().map(|grouping| grouping.arrange(dataset, &mut rows));
        let status = |field| FilterStatus {
            filter: filters.get(field).cloned(),
            error: None,
            highlights: masks.highlights(field),
            matches_nothing: masks.matches_nothing(field),
        };
        let columns = self.columns.iter().enumerate();
        let columns =
            columns.map(|(index, filter)| (filter.column.clone(), status(FilterField::Column(index))));
        Ok(QueryResult {
            dataset: dataset.clone(),
            rows,
            groups: groups.unwrap_or_default(),
            sort: keys,
            grouping: self.grouping.as_ref().map(|grouping| grouping.column.clone()),
            counts,
            designer_counts,
            facets,
            duplicate_logins: Arc::default(),
            unused: None,
            username: status(FilterField::Username),
            project: status(FilterField::Project),
            columns: columns.collect(),
            suggestions,
            changes_at_epoch_ms,
            row_mapping: None,
        })
    }
}

/// Returns the error of a query that nothing cancels.
fn to_error(stopped: Stopped) -> QueryError {
    match stopped {
        Stopped::Match(field, error) => QueryError { field, source: error.into() },
        Stopped::Cancelled => unreachable!("the token never cancels"),
    }
}
