//! The parameters of a query.

use super::{
    CellFilter, ColumnFilter, DateFilter, DesignerFilter, FacetOrder, FilterField, FilterText, Filters,
    Grouping, QueryError, SortKey, UnusedRequest,
};
use crate::dataset::ColumnId;

/// A selection of rows from a dataset, their order and groups, and the counts to compute.
///
/// A sort key, a grouping or a filter whose column the dataset lacks has no effect.
///
/// ```
/// use std::sync::Arc;
///
/// use gatewatch::dataset::Dataset;
/// use gatewatch::query::{FilterText, Query};
///
/// let dataset = Arc::new(Dataset::default());
/// let username = FilterText { pattern: "bi.*".to_owned(), ..FilterText::default() };
/// let query = Query { username, sort: vec!["creationTime:desc".parse()?], ..Query::default() };
/// let result = query.run(&dataset)?;
/// assert_eq!(result.rows.len(), 0);
///
/// let username = FilterText { pattern: "bi(".to_owned(), ..FilterText::default() };
/// assert!(Query { username, ..Query::default() }.run(&dataset).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Filter on usernames; an empty pattern passes all sessions.
    pub username: FilterText,
    /// Filter on projects; an empty pattern passes all sessions.
    pub project: FilterText,
    /// Text filters on other columns, at most one per column. Columns of other types aren't filtered.
    pub columns: Vec<ColumnFilter>,
    /// Filters on columns of dates.
    pub dates: Vec<DateFilter>,
    /// The time that the date filters refer to, in milliseconds since 1970 UTC.
    pub now_epoch_ms: i64,
    /// Filter on clients and designers.
    pub designer: DesignerFilter,
    /// Filters on single values.
    pub cells: Vec<CellFilter>,
    /// Grouping of the rows.
    pub grouping: Option<Grouping>,
    /// Sort keys, the most important first; none keeps the gateway's order. Rows are sorted within their groups.
    pub sort: Vec<SortKey>,
    /// Counts users and projects, in this order.
    pub facets: Option<FacetOrder>,
    /// Finds sessions that are probably not used. Only a [`Worker`](super::Worker) does so.
    pub unused: Option<UnusedRequest>,
    /// Finds the modes of the text filters that let rows pass, if no row passes.
    pub suggestions: bool,
}

impl Query {
    /// Returns `true` if a filter may leave out rows.
    #[must_use]
    pub fn is_filtering(&self) -> bool {
        let has_text = !(self.username.pattern.is_empty() && self.project.pattern.is_empty());
        let has_other = !(self.columns.is_empty() && self.dates.is_empty() && self.cells.is_empty());
        has_text || has_other || self.designer != DesignerFilter::All
    }

    /// Compiles the text filters.
    ///
    /// # Errors
    /// If a pattern is invalid.
    pub fn compile(&self) -> Result<Filters, QueryError> {
        let compile = |field, text: &FilterText| match text.compile() {
            Ok(filter) => Ok(filter),
            Err(error) => Err(QueryError { field, source: error.into() }),
        };
        Ok(Filters {
            username: compile(FilterField::Username, &self.username)?,
            project: compile(FilterField::Project, &self.project)?,
            columns: self
                .columns
                .iter()
                .enumerate()
                .map(|(index, filter)| compile(FilterField::Column(index), &filter.text))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Returns the column of a text filter.
    pub(super) fn column_of(&self, field: FilterField) -> Option<&ColumnId> {
        match field {
            FilterField::Username => Some(&ColumnId::Username),
            FilterField::Project => Some(&ColumnId::Project),
            FilterField::Column(index) => self.columns.get(index).map(|filter| &filter.column),
        }
    }

    /// Returns a text filter.
    pub(super) fn text(&self, field: FilterField) -> &FilterText {
        match field {
            FilterField::Username => &self.username,
            FilterField::Project => &self.project,
            FilterField::Column(index) => &self.columns[index].text,
        }
    }

    /// Returns the text filters, those on usernames and projects first.
    pub(super) fn fields(&self) -> impl Iterator<Item = FilterField> {
        let columns = (0..self.columns.len()).map(FilterField::Column);
        [FilterField::Username, FilterField::Project].into_iter().chain(columns)
    }
}
