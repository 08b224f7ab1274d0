//! The parameters of a query.

use super::{
    CellFilter, FacetOrder, FilterField, FilterText, Filters, Grouping, KindFilter, QueryError, SortKey,
};

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
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Filter on usernames; an empty pattern passes all sessions.
    pub username: FilterText,
    /// Filter on projects; an empty pattern passes all sessions.
    pub project: FilterText,
    /// Filter on clients and designers.
    pub kind: KindFilter,
    /// Filters on single values.
    pub cells: Vec<CellFilter>,
    /// Grouping of the rows.
    pub grouping: Option<Grouping>,
    /// Sort keys, the most important first; none keeps the gateway's order. Rows are sorted within their groups.
    pub sort: Vec<SortKey>,
    /// Counts users and projects, in this order.
    pub facets: Option<FacetOrder>,
}

impl Query {
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
        })
    }
}
