//! Looking at a column without knowing its type: which one it is, and what stands in a cell.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{TextColumn, Values};

/// Which column of a dataset. Sorting, widths and visibility go by this, never by position.
///
/// As text it is the column's name in the dataset.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub enum ColumnId {
    /// `username`, text: who is logged in.
    Username,
    /// `project`, text: into which project.
    Project,
    /// `address`, text: from which IP address or host.
    Address,
    /// `isDesigner`, Boolean: a Designer, not a client.
    IsDesigner,
    /// `clientId`, text: the session's public id.
    ClientId,
    /// `creationTime`, date: since when.
    CreationTime,
    /// Any other column that a gateway gives, by its name.
    Other(Arc<str>),
}

impl ColumnId {
    /// The six columns of `getSessionInfo`, in the order of the manual.
    pub const STANDARD: [Self; 6] =
        [Self::Username, Self::Project, Self::Address, Self::IsDesigner, Self::ClientId, Self::CreationTime];

    /// The name in the dataset.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Username => "username",
            Self::Project => "project",
            Self::Address => "address",
            Self::IsDesigner => "isDesigner",
            Self::ClientId => "clientId",
            Self::CreationTime => "creationTime",
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

/// The values of a column, by type.
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
    /// Numbers with a fraction; never NaN.
    Real(&'a Values<f64>),
}

impl<'a> Column<'a> {
    /// What stands in a row.
    ///
    /// # Panics
    /// When there is no such row.
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

    /// Adds what stands in these rows to `cells`, quicker than one by one.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn append_cells(self, rows: &[u32], cells: &mut Vec<Cell<'a>>) {
        match self {
            Self::Text(column) => {
                column.for_each(rows, |text| cells.push(text.map_or(Cell::Null, Cell::Text)));
            }
            Self::Boolean(column) => append(rows, cells, |row| column.get(row).map(Cell::Boolean)),
            Self::Date(column) => append(rows, cells, |row| column.get(row).map(Cell::Date)),
            Self::Integer(column) => append(rows, cells, |row| column.get(row).map(Cell::Integer)),
            Self::Real(column) => append(rows, cells, |row| column.get(row).map(Cell::Real)),
        }
    }

    /// The bytes that this column holds.
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

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// The gateway gave no value.
    Null,
    /// Text.
    Text(&'a str),
    /// True or false.
    Boolean(bool),
    /// Milliseconds since 1970 UTC, within the years 0 to 9999.
    Date(i64),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; never NaN.
    Real(f64),
}

/// What stands in a cell, kept apart from its dataset.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The gateway gave no value.
    Null,
    /// Text.
    Text(Arc<str>),
    /// True or false.
    Boolean(bool),
    /// Milliseconds since 1970 UTC.
    Date(i64),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; never NaN.
    Real(f64),
}

impl Value {
    /// The cell that it was.
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
