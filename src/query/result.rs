//! The result of a query.

use std::sync::Arc;

use super::{
    Counts, DesignerCounts, DuplicateLogins, Facets, FilterError, FilterField, FilterText, Filters,
    Highlights, SortKey, Suggestion, UnusedSessions,
};
use crate::dataset::{ColumnId, Dataset, RowMapping};
use crate::filter::Filter;

/// The rows that a query selects from a dataset, with counts.
#[derive(Clone, Debug, Default)]
pub struct QueryResult {
    /// The dataset that the rows belong to.
    pub dataset: Arc<Dataset>,
    /// The rows that pass all filters, in order.
    pub rows: Vec<u32>,
    /// The index in `rows` of the first row of each group; empty without groups.
    pub groups: Vec<u32>,
    /// The column that the query groups by.
    pub grouping: Option<ColumnId>,
    /// The keys by which `rows` are sorted, the column of the groups first. With the largest groups first, `rows` are in this
    /// order only within a group.
    pub sort: Vec<SortKey>,
    /// Counts over `rows`.
    pub counts: Counts,
    /// Counts over the rows that pass all filters but the one on clients and designers.
    pub designer_counts: DesignerCounts,
    /// Sessions per user and per project, if the query asks for them.
    pub facets: Option<Facets>,
    /// Users with several sessions in one project. Only a [`Worker`](super::Worker) finds them.
    pub duplicate_logins: Arc<DuplicateLogins>,
    /// Sessions that are probably not used, if the query asks for them. Only a [`Worker`](super::Worker) finds them.
    pub unused: Option<Arc<UnusedSessions>>,
    /// Status of the filter on usernames.
    pub username: FilterStatus,
    /// Status of the filter on projects.
    pub project: FilterStatus,
    /// Status of each filter on another column.
    pub columns: Vec<(ColumnId, FilterStatus)>,
    /// Modes that let rows pass where the filters leave none, if the query asks for them.
    pub suggestions: Vec<Suggestion>,
    /// The time from which a filter on the age of a date leaves out one of the rows, in milliseconds since 1970 UTC.
    pub changes_at_epoch_ms: Option<i64>,
    /// Maps the rows of the dataset that was on screen to those of this one; `None` if it is the same or the first one. Only
    /// a [`Worker`](super::Worker) computes it.
    pub row_mapping: Option<Arc<RowMapping>>,
}

impl QueryResult {
    /// Returns `true` if another result has the same rows in the same groups.
    #[must_use]
    pub fn has_lines_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.dataset, &other.dataset)
            && self.grouping == other.grouping
            && self.groups == other.groups
            && self.rows == other.rows
    }

    /// Returns the filters that were applied.
    pub(super) fn filters(&self) -> Filters {
        Filters {
            username: self.username.filter.clone(),
            project: self.project.filter.clone(),
            columns: self.columns.iter().map(|(_, status)| status.filter.clone()).collect(),
        }
    }

    /// Returns the status of a filter, to change it.
    pub(super) fn status_mut(&mut self, field: FilterField) -> Option<&mut FilterStatus> {
        match field {
            FilterField::Username => Some(&mut self.username),
            FilterField::Project => Some(&mut self.project),
            FilterField::Column(index) => self.columns.get_mut(index).map(|(_, status)| status),
        }
    }
}

/// The outcome of one text filter.
#[derive(Clone, Debug, Default)]
pub struct FilterStatus {
    /// The filter that was applied: the last valid one.
    pub filter: Option<Filter>,
    /// The reason why the requested filter wasn't applied.
    pub error: Option<FilterError>,
    /// The matches of the applied filter in the dataset.
    pub highlights: Highlights,
    /// `true` if there are values, and the applied filter alone passes none of them.
    pub matches_nothing: bool,
}

impl FilterStatus {
    /// Returns `true` if this text is applied. An empty one is, if there is no filter.
    #[must_use]
    pub fn is_of(&self, text: &FilterText) -> bool {
        let is_same = |filter: &Filter| filter.pattern() == text.pattern && filter.mode() == text.mode;
        self.error.is_none() && self.filter.as_ref().map_or(text.pattern.is_empty(), is_same)
    }
}
