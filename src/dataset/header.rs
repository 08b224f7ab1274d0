//! The name and the type of a column.

use std::fmt;

use super::{Column, ColumnId};

/// Maximum number of columns of a dataset. They are found by a linear search; gateways have about twenty.
pub(super) const MAX_COLUMNS: usize = 256;

/// The type of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// Milliseconds since 1970 UTC.
    Date,
    /// A whole number: `Byte`, `Short`, `Integer` or `Long` in Java.
    Integer,
    /// A floating-point number: `Float` or `Double` in Java.
    Real,
    /// Any other type, by its name. The cells are kept as text.
    Other(String),
}

impl From<&str> for ColumnType {
    /// Returns the type with this name in Java.
    fn from(name: &str) -> Self {
        match name {
            "String" => Self::String,
            "Boolean" => Self::Boolean,
            "Date" => Self::Date,
            "Byte" | "Short" | "Integer" | "Long" => Self::Integer,
            "Float" | "Double" => Self::Real,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<Column<'_>> for ColumnType {
    fn from(column: Column<'_>) -> Self {
        match column {
            Column::Text(_) => Self::String,
            Column::Boolean(_) => Self::Boolean,
            Column::Date(_) => Self::Date,
            Column::Integer(_) => Self::Integer,
            Column::Real(_) => Self::Real,
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::String => "String",
            Self::Boolean => "Boolean",
            Self::Date => "Date",
            Self::Integer => "Integer",
            Self::Real => "Double",
            // It comes from the gateway.
            Self::Other(name) => return write!(f, "{}", name.escape_debug()),
        };
        f.write_str(name)
    }
}

/// The name and the type of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name of the column in the dataset.
    pub name: String,
    /// The type of its cells.
    pub column_type: ColumnType,
}

impl Header {
    /// Returns the headers of the six standard columns, in the order of the manual.
    #[must_use]
    pub fn standard() -> [Self; 6] {
        let header = |id: ColumnId, column_type| Self { name: id.into(), column_type };
        [
            header(ColumnId::Username, ColumnType::String),
            header(ColumnId::Project, ColumnType::String),
            header(ColumnId::Address, ColumnType::String),
            header(ColumnId::IsDesigner, ColumnType::Boolean),
            header(ColumnId::ClientId, ColumnType::String),
            header(ColumnId::CreationTime, ColumnType::Date),
        ]
    }
}
