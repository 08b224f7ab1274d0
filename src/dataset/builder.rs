//! Building a dataset column by column, cell by cell.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{
    Cell, Column, ColumnId, Dataset, DatasetError, OwnedColumn, TextBuilder, TextColumn, TextOrder, Values,
};
use crate::dataset::parallel::parallel_map_if;

/// The type of a column, by the name that the answer uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// Milliseconds since 1970 UTC.
    Date,
    /// A whole number: `Byte`, `Short`, `Integer` or `Long`.
    Integer,
    /// A number with a fraction: `Float` or `Double`.
    Real,
    /// A type not known here. Its cells are kept as text, lists and objects as JSON.
    Other(String),
}

impl From<&str> for ColumnType {
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
        f.write_str(match self {
            Self::String => "String",
            Self::Boolean => "Boolean",
            Self::Date => "Date",
            Self::Integer => "Integer",
            Self::Real => "Double",
            Self::Other(name) => name,
        })
    }
}

/// A column announced: its name and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name in the dataset.
    pub name: String,
    /// The type of its cells.
    pub kind: ColumnType,
}

/// The most columns that are taken: they are looked up by their names, one after the other. Gateways have some twenty.
pub(super) const MOST_COLUMNS: usize = 256;

/// Below so many rows, one thread is done before another has begun.
pub(super) const TWO_THREADS: usize = 5_000;

/// Collects the columns of a dataset.
pub struct DatasetBuilder {
    columns: Vec<(Header, ColumnBuilder)>,
}

pub(super) enum ColumnBuilder {
    Text(TextBuilder),
    Boolean(Values<bool>),
    Date(Values<i64>),
    Integer(Values<i64>),
    Real(Values<f64>),
}

impl DatasetBuilder {
    /// An empty dataset with these columns, in any order.
    ///
    /// # Errors
    /// When one of the six is missing or of a wrong type, one is there twice, or there are very many.
    pub fn new(headers: Vec<Header>) -> Result<Self, DatasetError> {
        if headers.len() > MOST_COLUMNS {
            return Err(DatasetError::TooManyColumns { found: headers.len(), most: MOST_COLUMNS });
        }
        for (index, header) in headers.iter().enumerate() {
            if headers[..index].iter().any(|other| other.name == header.name) {
                let name = header.name.clone();
                return Err(DatasetError::DuplicateColumn { name });
            }
        }
        for (name, expected) in SIX {
            let Some(header) = headers.iter().find(|header| header.name == name) else {
                return Err(DatasetError::MissingColumn { name });
            };
            if header.kind != expected {
                return Err(DatasetError::WrongColumnType {
                    name: name.to_owned(),
                    expected,
                    found: header.kind.clone(),
                });
            }
        }
        let columns = headers
            .into_iter()
            .map(|header| {
                let column = ColumnBuilder::new(&header);
                (header, column)
            })
            .collect();
        Ok(Self { columns })
    }

    /// How many columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// What the column at this place is.
    ///
    /// # Panics
    /// When there is no such column.
    #[must_use]
    pub fn header(&self, column: usize) -> &Header {
        &self.columns[column].0
    }

    /// The columns, each to be filled by itself.
    pub(super) fn into_columns(self) -> Vec<(Header, ColumnBuilder)> {
        self.columns
    }

    /// Adds a cell at the end of the column at this place. A row is whole when every column got one.
    ///
    /// # Errors
    /// When the cell is of another type than the column.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn push(&mut self, column: usize, cell: Cell<'_>) -> Result<(), WrongCell> {
        self.columns[column].1.push(cell)
    }

    /// The dataset. `now` is the gateway's clock in milliseconds since 1970 UTC, `timezone` its IANA name.
    ///
    /// # Panics
    /// When a row was left unfinished.
    #[must_use]
    pub fn finish(self, now: Option<i64>, timezone: Option<String>) -> Dataset {
        let finish = |(header, column): (Header, ColumnBuilder)| (header, column.finish());
        let rows = self.columns.first().map_or(0, |(_, column)| column.len());
        let columns = parallel_map_if(rows >= TWO_THREADS, self.columns, finish);
        assemble(columns, now, timezone)
    }
}

/// The dataset of these columns, which have the same length; the six are among them, in their types.
pub(super) fn assemble(
    columns: Vec<(Header, OwnedColumn)>,
    now: Option<i64>,
    timezone: Option<String>,
) -> Dataset {
    let (mut username, mut project, mut address) = Default::default();
    let (mut is_designer, mut client_id, mut creation_time) = Default::default();
    let mut further = Vec::new();
    for (header, column) in columns {
        match (ColumnId::from(header.name.as_str()), column) {
            (ColumnId::Username, OwnedColumn::Text(column)) => username = column,
            (ColumnId::Project, OwnedColumn::Text(column)) => project = column,
            (ColumnId::Address, OwnedColumn::Text(column)) => address = column,
            (ColumnId::IsDesigner, OwnedColumn::Boolean(column)) => is_designer = column,
            (ColumnId::ClientId, OwnedColumn::Text(column)) => client_id = column,
            (ColumnId::CreationTime, OwnedColumn::Date(column)) => creation_time = column,
            (_, column) => further.push((Arc::from(header.name), column)),
        }
    }
    let dataset = Dataset {
        username,
        project,
        address,
        is_designer,
        client_id,
        creation_time,
        further,
        now,
        timezone,
        lacks_perspective: false,
    };
    assert!(
        dataset.columns().all(|(_, column)| column_len(column) == dataset.len()),
        "every column has a cell in every row"
    );
    dataset
}

/// The years 0 to 9999, in milliseconds since 1970 UTC.
const DATES: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// A cell that does not fit its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCell;

/// The columns that every gateway gives, with their types.
const SIX: [(&str, ColumnType); 6] = [
    ("username", ColumnType::String),
    ("project", ColumnType::String),
    ("address", ColumnType::String),
    ("isDesigner", ColumnType::Boolean),
    ("clientId", ColumnType::String),
    ("creationTime", ColumnType::Date),
];

impl ColumnBuilder {
    fn new(header: &Header) -> Self {
        match header.kind {
            ColumnType::String | ColumnType::Other(_) => {
                Self::Text(TextBuilder::new(TextOrder::of(&header.name.as_str().into())))
            }
            ColumnType::Boolean => Self::Boolean(Values::new()),
            ColumnType::Date => Self::Date(Values::new()),
            ColumnType::Integer => Self::Integer(Values::new()),
            ColumnType::Real => Self::Real(Values::new()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(column) => column.len(),
            Self::Boolean(column) => column.len(),
            Self::Date(column) | Self::Integer(column) => column.len(),
            Self::Real(column) => column.len(),
        }
    }

    pub(super) fn push(&mut self, cell: Cell<'_>) -> Result<(), WrongCell> {
        match (self, cell) {
            (Self::Text(column), Cell::Text(text)) => column.push(Some(text)),
            (Self::Text(column), Cell::Null) => column.push(None),
            (Self::Boolean(column), Cell::Boolean(value)) => column.push(Some(value)),
            (Self::Boolean(column), Cell::Null) => column.push(None),
            // What four digits of a year can't show is no date.
            (Self::Date(column), Cell::Date(value) | Cell::Integer(value)) if DATES.contains(&value) => {
                column.push(Some(value));
            }
            (Self::Integer(column), Cell::Integer(value)) => column.push(Some(value)),
            (Self::Date(column) | Self::Integer(column), Cell::Null) => column.push(None),
            (Self::Real(column), Cell::Real(value)) if !value.is_nan() => column.push(Some(value)),
            #[expect(
                clippy::cast_precision_loss,
                reason = "the column was announced as one of floating-point numbers"
            )]
            (Self::Real(column), Cell::Integer(value)) => column.push(Some(value as f64)),
            (Self::Real(column), Cell::Null) => column.push(None),
            _ => return Err(WrongCell),
        }
        Ok(())
    }

    /// Adds the rows of another column of the same kind.
    ///
    /// # Panics
    /// When it is of another kind.
    pub(super) fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Boolean(column), Self::Boolean(other)) => column.append(&other),
            (Self::Date(column), Self::Date(other)) | (Self::Integer(column), Self::Integer(other)) => {
                column.append(&other);
            }
            (Self::Real(column), Self::Real(other)) => column.append(&other),
            _ => unreachable!("both columns were made for one header, which is not one of texts"),
        }
    }

    pub(super) fn finish(self) -> OwnedColumn {
        match self {
            Self::Text(column) => OwnedColumn::Text(column.finish()),
            Self::Boolean(mut column) => {
                column.shrink_to_fit();
                OwnedColumn::Boolean(column)
            }
            Self::Date(mut column) => {
                column.shrink_to_fit();
                OwnedColumn::Date(column)
            }
            Self::Integer(mut column) => {
                column.shrink_to_fit();
                OwnedColumn::Integer(column)
            }
            Self::Real(mut column) => {
                column.shrink_to_fit();
                OwnedColumn::Real(column)
            }
        }
    }
}

fn column_len(column: Column<'_>) -> usize {
    match column {
        Column::Text(column) => TextColumn::len(column),
        Column::Boolean(column) => column.len(),
        Column::Date(column) | Column::Integer(column) => column.len(),
        Column::Real(column) => column.len(),
    }
}
