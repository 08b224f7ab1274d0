//! Typed, immutable columns of sessions.
//!
//! A [`Dataset`] holds what `system.util.getSessionInfo` returned at one moment. It never changes: the next snapshot is a
//! new dataset, and views, queries and exports share it behind an `Arc`. This module imports no other module of the crate
//! and knows no wire format.

mod address;
mod builder;
mod case_order;
mod column;
mod compare;
mod concat;
mod error;
mod header;
pub mod names;
pub(crate) mod parallel;
mod row_mapping;
mod rows_by_code;
mod text;
mod text_builder;
mod translate;
mod values;

pub(crate) use address::{codes_of_host, hosts};
pub use builder::{DATE_RANGE_MS, DatasetBuilder};
pub use column::{Cell, Column, ColumnId, Value};
pub(crate) use compare::{compare_cells, sort_ranks};
pub(crate) use concat::append;
pub use concat::{Part, concat, concat_named, nested_name};
pub use error::{DatasetError, WrongCell};
pub use header::{ColumnType, Header};
pub use row_mapping::RowMapping;
pub use rows_by_code::RowsByCode;
pub use text::TextColumn;
pub(crate) use translate::{ABSENT, translate};
pub use values::Values;

use std::sync::Arc;

/// The sessions of a gateway at one moment.
///
/// ```
/// use gatewatch::dataset::{Cell, ColumnId, DatasetBuilder, Header};
///
/// let mut builder = DatasetBuilder::new(Header::standard().into())?;
/// let session = [
///     Cell::Text("billy"),
///     Cell::Text("Packaging"),
///     Cell::Text("10.1.2.3"),
///     Cell::Boolean(false),
///     Cell::Text("A1B2C3D4"),
///     Cell::Date(1_790_000_000_000),
/// ];
/// for (column, cell) in session.into_iter().enumerate() {
///     builder.push(column, cell)?;
/// }
/// let dataset = builder.finish(None, None);
///
/// assert_eq!(dataset.len(), 1);
/// assert_eq!(dataset.username().get(0), Some("billy"));
/// let is_designer = dataset.column(&ColumnId::IsDesigner).map(|column| column.cell(0));
/// assert_eq!(is_designer, Some(Cell::Boolean(false)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    username: TextColumn,
    project: TextColumn,
    address: TextColumn,
    is_designer: Values<bool>,
    client_id: TextColumn,
    creation_time: Values<i64>,
    /// The columns that are not standard, in the gateway's order.
    others: Vec<(Arc<str>, OwnedColumn)>,
    now: Option<i64>,
    timezone: Option<String>,
    /// The end of the rows of each gateway, if rows of several follow each other.
    gateway_ends: Vec<u32>,
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
enum OwnedColumn {
    Text(TextColumn),
    Boolean(Values<bool>),
    Date(Values<i64>),
    Integer(Values<i64>),
    Real(Values<f64>),
}

impl OwnedColumn {
    fn as_column(&self) -> Column<'_> {
        match self {
            Self::Text(column) => Column::Text(column),
            Self::Boolean(column) => Column::Boolean(column),
            Self::Date(column) => Column::Date(column),
            Self::Integer(column) => Column::Integer(column),
            Self::Real(column) => Column::Real(column),
        }
    }
}

impl Dataset {
    /// Returns `true` if both have the same sessions. Ignores [`now`](Self::now).
    #[must_use]
    pub fn has_same_sessions(&self, other: &Self) -> bool {
        let Self {
            username,
            project,
            address,
            is_designer,
            client_id,
            creation_time,
            others,
            now: _,
            timezone,
            gateway_ends,
        } = self;
        // Compares the ids first, because they differ after every login and logout.
        *client_id == other.client_id
            && *creation_time == other.creation_time
            && *username == other.username
            && *project == other.project
            && *address == other.address
            && *is_designer == other.is_designer
            && *others == other.others
            && *timezone == other.timezone
            && *gateway_ends == other.gateway_ends
    }

    /// Returns the gateway of a row as an index into the parts of [`concat_named`]; 0 in any other dataset.
    #[must_use]
    pub fn gateway_index(&self, row: u32) -> usize {
        self.gateway_ends.partition_point(|&end| end <= row)
    }

    /// The number of sessions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.username.len()
    }

    /// Returns `true` if there is no session.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column `username`.
    #[must_use]
    pub fn username(&self) -> &TextColumn {
        &self.username
    }

    /// The column `project`.
    #[must_use]
    pub fn project(&self) -> &TextColumn {
        &self.project
    }

    /// The column `address`.
    #[must_use]
    pub fn address(&self) -> &TextColumn {
        &self.address
    }

    /// The column `isDesigner`.
    #[must_use]
    pub fn is_designer(&self) -> &Values<bool> {
        &self.is_designer
    }

    /// The column `clientId`.
    #[must_use]
    pub fn client_id(&self) -> &TextColumn {
        &self.client_id
    }

    /// The column `creationTime`.
    #[must_use]
    pub fn creation_time(&self) -> &Values<i64> {
        &self.creation_time
    }

    /// The gateway's clock when it answered, in milliseconds since 1970 UTC, if known.
    #[must_use]
    pub fn now(&self) -> Option<i64> {
        self.now
    }

    /// The IANA name of the gateway's time zone, such as `America/Los_Angeles`, if known.
    #[must_use]
    pub fn timezone(&self) -> Option<&str> {
        self.timezone.as_deref()
    }

    /// The columns: the standard ones in the order of the manual, then the others in the gateway's order.
    pub fn columns(&self) -> impl Iterator<Item = (ColumnId, Column<'_>)> {
        let standard =
            ColumnId::STANDARD.into_iter().filter_map(|id| self.column(&id).map(|column| (id, column)));
        let others =
            self.others.iter().map(|(name, column)| (ColumnId::Other(name.clone()), column.as_column()));
        standard.chain(others)
    }

    /// The headers of [`columns`](Self::columns), in the same order.
    #[must_use]
    pub fn headers(&self) -> Vec<Header> {
        self.columns().map(|(id, column)| Header { name: id.into(), column_type: column.into() }).collect()
    }

    /// Returns a column, or `None` if this dataset does not have it.
    #[must_use]
    pub fn column(&self, id: &ColumnId) -> Option<Column<'_>> {
        Some(match id {
            ColumnId::Username => Column::Text(&self.username),
            ColumnId::Project => Column::Text(&self.project),
            ColumnId::Address => Column::Text(&self.address),
            ColumnId::IsDesigner => Column::Boolean(&self.is_designer),
            ColumnId::ClientId => Column::Text(&self.client_id),
            ColumnId::CreationTime => Column::Date(&self.creation_time),
            ColumnId::Other(name) => {
                let (_, column) = self.others.iter().find(|(other, _)| other == name)?;
                column.as_column()
            }
        })
    }

    /// Returns a dataset of these rows.
    ///
    /// # Panics
    /// If there is no such row.
    pub(crate) fn select(&self, rows: &[u32]) -> Self {
        self.select_columns(rows, |_| true)
    }

    /// Returns a dataset of these rows with the standard columns and some others.
    ///
    /// # Panics
    /// If there is no such row.
    pub(crate) fn select_with(&self, rows: &[u32], others: &[&str]) -> Self {
        self.select_columns(rows, |name| others.contains(&name))
    }

    fn select_columns(&self, rows: &[u32], has_other: impl Fn(&str) -> bool) -> Self {
        let is_selected = |id: &ColumnId| !matches!(id, ColumnId::Other(_)) || has_other(id.name());
        let columns = self.columns().filter(|(id, _)| is_selected(id)).map(|(id, column)| {
            let header = Header { name: id.into(), column_type: column.into() };
            (header, column.select(rows))
        });
        builder::assemble(columns.collect(), self.now, self.timezone.clone())
    }

    /// Returns the heap memory of all columns in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.columns().map(|(_, column)| column.heap_bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(username: &str, now: i64) -> Dataset {
        let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
        builder.push(0, Cell::Text(username)).unwrap();
        for column in 1..6 {
            builder.push(column, Cell::Null).unwrap();
        }
        builder.finish(Some(now), None)
    }

    #[test]
    fn ignores_the_time_when_comparing_sessions() {
        assert!(dataset("billy", 20).has_same_sessions(&dataset("billy", 30)));
        assert!(!dataset("billy", 20).has_same_sessions(&dataset("anna", 20)));
    }
}
