//! Columns of any type and their cells.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{OwnedColumn, TextColumn, Values, names};

/// Identifies a column of a dataset. Sort keys, widths and visibility refer to it, never to a position.
///
/// Its text form is the name of the column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub enum ColumnId {
    /// `username`, text: the user who is logged in.
    Username,
    /// `project`, text: the project of the session.
    Project,
    /// `address`, text: the IP address or host name of the client.
    Address,
    /// `isDesigner`, Boolean: true for a Designer.
    IsDesigner,
    /// `clientId`, text: the public id of the session.
    ClientId,
    /// `creationTime`, date: the time of the login.
    CreationTime,
    /// Any other column, by its name.
    Other(Arc<str>),
}

impl ColumnId {
    /// The columns that `getSessionInfo` always returns, in the order of the manual.
    pub const STANDARD: [Self; 6] =
        [Self::Username, Self::Project, Self::Address, Self::IsDesigner, Self::ClientId, Self::CreationTime];

    /// The name of the column.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Username => names::USERNAME,
            Self::Project => names::PROJECT,
            Self::Address => names::ADDRESS,
            Self::IsDesigner => names::IS_DESIGNER,
            Self::ClientId => names::CLIENT_ID,
            Self::CreationTime => names::CREATION_TIME,
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for ColumnId {
    fn from(name: &str) -> Self {
        Self::STANDARD.into_iter().find(|id| id.name() == name).unwrap_or_else(|| Self::Other(name.into()))
    }
}

impl From<String> for ColumnId {
    fn from(name: String) -> Self {
        name.as_str().into()
    }
}

impl From<ColumnId> for String {
    fn from(id: ColumnId) -> Self {
        id.name().to_owned()
    }
}

impl FromStr for ColumnId {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(name.into())
    }
}

impl fmt::Display for ColumnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The cells of a column, by type.
#[derive(Clone, Copy, Debug)]
pub enum Column<'a> {
    /// Text.
    Text(&'a TextColumn),
    /// True or false.
    Boolean(&'a Values<bool>),
    /// Milliseconds since 1970 UTC.
    Date(&'a Values<i64>),
    /// Whole numbers.
    Integer(&'a Values<i64>),
    /// Floating-point numbers, never NaN.
    Real(&'a Values<f64>),
}

impl<'a> Column<'a> {
    /// Returns the cell of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn cell(self, row: usize) -> Cell<'a> {
        match self {
            Self::Text(column) => column.get(row).map(Cell::Text),
            Self::Boolean(column) => column.get(row).map(Cell::Boolean),
            Self::Date(column) => column.get(row).map(Cell::Date),
            Self::Integer(column) => column.get(row).map(Cell::Integer),
            Self::Real(column) => column.get(row).map(Cell::Real),
        }
        .unwrap_or(Cell::Null)
    }

    /// Appends the cells of these rows to `cells`. This is faster than one call of [`cell`](Self::cell) per row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn append_cells(self, rows: &[u32], cells: &mut Vec<Cell<'a>>) {
        match self {
            Self::Text(column) => {
                column.visit_rows(rows, |text| cells.push(text.into()));
            }
            Self::Boolean(column) => append(rows, cells, |row| column.get(row).map(Cell::Boolean)),
            Self::Date(column) => append(rows, cells, |row| column.get(row).map(Cell::Date)),
            Self::Integer(column) => append(rows, cells, |row| column.get(row).map(Cell::Integer)),
            Self::Real(column) => append(rows, cells, |row| column.get(row).map(Cell::Real)),
        }
    }

    /// Returns a column of these rows.
    pub(super) fn select(self, rows: &[u32]) -> OwnedColumn {
        fn values<T: Copy + Default>(column: &Values<T>, rows: &[u32]) -> Values<T> {
            rows.iter().map(|&row| column.get(row as usize)).collect()
        }
        match self {
            Self::Text(column) => OwnedColumn::Text(column.select(rows)),
            Self::Boolean(column) => OwnedColumn::Boolean(values(column, rows)),
            Self::Date(column) => OwnedColumn::Date(values(column, rows)),
            Self::Integer(column) => OwnedColumn::Integer(values(column, rows)),
            Self::Real(column) => OwnedColumn::Real(values(column, rows)),
        }
    }

    /// Returns the heap memory of this column in bytes.
    #[must_use]
    pub fn heap_bytes(self) -> usize {
        match self {
            Self::Text(column) => column.heap_bytes(),
            Self::Boolean(column) => column.heap_bytes(),
            Self::Date(column) | Self::Integer(column) => column.heap_bytes(),
            Self::Real(column) => column.heap_bytes(),
        }
    }
}

fn append<'a>(rows: &[u32], cells: &mut Vec<Cell<'a>>, cell: impl Fn(usize) -> Option<Cell<'a>>) {
    cells.extend(rows.iter().map(|&row| cell(row as usize).unwrap_or(Cell::Null)));
}

/// A cell of a dataset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// Text.
    Text(&'a str),
    /// True or false.
    Boolean(bool),
    /// Milliseconds since 1970 UTC, within the years 0 to 9999.
    Date(i64),
    /// A whole number.
    Integer(i64),
    /// A floating-point number, never NaN.
    Real(f64),
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

/// A cell that is independent of its dataset.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// Text.
    Text(Arc<str>),
    /// True or false.
    Boolean(bool),
    /// Milliseconds since 1970 UTC.
    Date(i64),
    /// A whole number.
    Integer(i64),
    /// A floating-point number, never NaN.
    Real(f64),
}

impl Value {
    /// Returns the value as a cell.
    #[must_use]
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Text(text) => Cell::Text(text),
            Self::Boolean(value) => Cell::Boolean(*value),
            Self::Date(value) => Cell::Date(*value),
            Self::Integer(value) => Cell::Integer(*value),
            Self::Real(value) => Cell::Real(*value),
        }
    }
}

impl From<Cell<'_>> for Value {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Text(text) => Self::Text(text.into()),
            Cell::Boolean(value) => Self::Boolean(value),
            Cell::Date(value) => Self::Date(value),
            Cell::Integer(value) => Self::Integer(value),
            Cell::Real(value) => Self::Real(value),
        }
    }
}
