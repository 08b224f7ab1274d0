//! Builds a dataset cell by cell.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::header::MAX_COLUMNS;
use super::parallel::{MIN_ROWS_FOR_TWO_THREADS, parallel_map_if};
use super::text_builder::RowTexts;
use super::{
    Cell, Column, ColumnId, ColumnType, Dataset, DatasetError, Header, OwnedColumn, Values, WrongCell,
};

/// The years 0 to 9999, in milliseconds since 1970 UTC.
pub const DATE_RANGE_MS: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// Largest integer up to which a floating-point number represents every integer exactly: 2^53.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Collects the cells of a dataset. [`finish`](Self::finish) builds the dictionaries of all columns side by side.
pub struct DatasetBuilder {
    columns: Vec<(Header, ColumnBuilder)>,
}

enum ColumnBuilder {
    Text(RowTexts),
    Boolean(Values<bool>),
    Date(Values<i64>),
    Integer(Values<i64>),
    Real(Values<f64>),
}

impl DatasetBuilder {
    /// Creates a builder for these columns, in any order.
    ///
    /// # Errors
    /// If a standard column is missing or has another type, if two columns have the same name, or if there are more than 256.
    pub fn new(headers: Vec<Header>) -> Result<Self, DatasetError> {
        if headers.len() > MAX_COLUMNS {
            return Err(DatasetError::TooManyColumns { found: headers.len() });
        }
        for (index, header) in headers.iter().enumerate() {
            if headers[..index].iter().any(|other| other.name == header.name) {
                return Err(DatasetError::DuplicateColumn { name: header.name.clone() });
            }
        }
        for Header { name, column_type } in Header::standard() {
            let Some(header) = headers.iter().find(|header| header.name == name) else {
                return Err(DatasetError::MissingColumn { name });
            };
            if header.column_type != column_type {
                let found = header.column_type.clone();
                return Err(DatasetError::WrongColumnType { name, expected: column_type, found });
            }
        }
        let columns = headers.into_iter().map(|header| {
            let column = ColumnBuilder::new(&header.column_type);
            (header, column)
        });
        Ok(Self { columns: columns.collect() })
    }

    /// The number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Returns the header of a column.
    ///
    /// # Panics
    /// If there is no such column.
    #[inline]
    #[must_use]
    pub fn header(&self, column: usize) -> &Header {
        &self.columns[column].0
    }

    /// Adds a cell to a column. Integers are also accepted as dates and as real numbers, and real numbers without a
    /// fraction as integers and dates.
    ///
    /// # Errors
    /// If the cell has another type than the column, or is a date outside the years 0 to 9999. The column is unchanged.
    ///
    /// # Panics
    /// If there is no such column.
    #[inline]
    pub fn push(&mut self, column: usize, cell: Cell<'_>) -> Result<(), WrongCell> {
        self.columns[column].1.push(cell)
    }

    /// Adds a row. A value that its column can't hold, such as a date outside the years 0 to 9999, becomes null.
    ///
    /// # Panics
    /// If there are more cells than columns.
    pub fn push_row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for (column, cell) in cells.into_iter().enumerate() {
            if self.push(column, cell).is_err() {
                let pushed = self.push(column, Cell::Null);
                debug_assert!(pushed.is_ok(), "every column takes null");
            }
        }
    }

    /// Replaces the dates of a column. Does nothing if there is no column of dates with this name.
    pub fn map_dates(&mut self, name: &str, map: impl Fn(i64) -> Option<i64>) {
        let column = self.columns.iter_mut().find(|(header, _)| header.name == name);
        if let Some((_, ColumnBuilder::Date(column))) = column {
            *column = (0..column.len()).map(|row| column.get(row).and_then(&map)).collect();
        }
    }

    /// Builds the dataset. `now` is the gateway's clock in milliseconds since 1970 UTC, `timezone` its IANA name.
    ///
    /// # Panics
    /// If the columns have different lengths.
    #[must_use]
    pub fn finish(self, now: Option<i64>, timezone: Option<String>) -> Dataset {
        let rows = self.columns.first().map_or(0, |(_, column)| column.len());
        let finish = |(header, column): (Header, ColumnBuilder)| {
            let column = column.finish(&header.name.as_str().into());
            (header, column)
        };
        // The client ids are among the last columns and take longest, so they go first.
        let columns = self.columns.into_iter().rev().collect();
        let mut columns = parallel_map_if(rows >= MIN_ROWS_FOR_TWO_THREADS, columns, finish);
        columns.reverse();
        assemble(columns, now, timezone)
    }
}

/// Returns the dataset of these columns, which include the standard ones.
///
/// # Panics
/// If the columns have different lengths.
pub(super) fn assemble(
    columns: Vec<(Header, OwnedColumn)>,
    now: Option<i64>,
    timezone: Option<String>,
) -> Dataset {
    let mut dataset = Dataset { now, timezone, ..Dataset::default() };
    for (header, column) in columns {
        match (ColumnId::from(header.name.as_str()), column) {
            (ColumnId::Username, OwnedColumn::Text(column)) => dataset.username = column,
            (ColumnId::Project, OwnedColumn::Text(column)) => dataset.project = column,
            (ColumnId::Address, OwnedColumn::Text(column)) => dataset.address = column,
            (ColumnId::IsDesigner, OwnedColumn::Boolean(column)) => dataset.is_designer = column,
            (ColumnId::ClientId, OwnedColumn::Text(column)) => dataset.client_id = column,
            (ColumnId::CreationTime, OwnedColumn::Date(column)) => dataset.creation_time = column,
            (_, column) => dataset.others.push((Arc::from(header.name), column)),
        }
    }
    assert!(
        dataset.columns().all(|(_, column)| column_len(column) == dataset.len()),
        "all columns have the same length"
    );
    dataset
}

impl ColumnBuilder {
    fn new(column_type: &ColumnType) -> Self {
        match column_type {
            ColumnType::String | ColumnType::Other(_) => Self::Text(RowTexts::default()),
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

    #[inline]
    fn push(&mut self, cell: Cell<'_>) -> Result<(), WrongCell> {
        match (self, cell) {
            (Self::Text(column), Cell::Text(text)) => column.push(Some(text)),
            (Self::Text(column), Cell::Null) => column.push(None),
            (Self::Boolean(column), Cell::Boolean(value)) => column.push(Some(value)),
            (Self::Boolean(column), Cell::Null) => column.push(None),
            (Self::Date(column), cell) => column.push(date(cell)?),
            (Self::Integer(column), cell) => column.push(integer(cell)?),
            (Self::Real(column), Cell::Real(value)) if !value.is_nan() => column.push(Some(value)),
            #[expect(clippy::cast_precision_loss, reason = "the column is one of floating-point numbers")]
            (Self::Real(column), Cell::Integer(value)) => column.push(Some(value as f64)),
            (Self::Real(column), Cell::Null) => column.push(None),
            _ => return Err(WrongCell),
        }
        Ok(())
    }

    fn finish(self, id: &ColumnId) -> OwnedColumn {
        match self {
            Self::Text(texts) => OwnedColumn::Text(texts.finish(id)),
            Self::Boolean(column) => OwnedColumn::Boolean(column.shrunk_to_fit()),
            Self::Date(column) => OwnedColumn::Date(column.shrunk_to_fit()),
            Self::Integer(column) => OwnedColumn::Integer(column.shrunk_to_fit()),
            Self::Real(column) => OwnedColumn::Real(column.shrunk_to_fit()),
        }
    }
}

fn date(cell: Cell<'_>) -> Result<Option<i64>, WrongCell> {
    let date = match cell {
        Cell::Date(date) => Some(date),
        cell => integer(cell)?,
    };
    if date.is_none_or(|date| DATE_RANGE_MS.contains(&date)) { Ok(date) } else { Err(WrongCell) }
}

fn integer(cell: Cell<'_>) -> Result<Option<i64>, WrongCell> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Integer(value) => Ok(Some(value)),
        // Python and JavaScript write whole numbers as 1.0 or 1.79E12.
        #[expect(clippy::cast_possible_truncation, reason = "within the range in which it is exact")]
        Cell::Real(value) if value.fract() == 0.0 && value.abs() <= MAX_EXACT => Ok(Some(value as i64)),
        _ => Err(WrongCell),
    }
}

fn column_len(column: Column<'_>) -> usize {
    match column {
        Column::Text(column) => column.len(),
        Column::Boolean(column) => column.len(),
        Column::Date(column) | Column::Integer(column) => column.len(),
        Column::Real(column) => column.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(extra: usize) -> Vec<Header> {
        let extra =
            (0..extra).map(|number| Header { name: format!("c{number}"), column_type: ColumnType::Integer });
        Header::standard().into_iter().chain(extra).collect()
    }

    fn error(headers: Vec<Header>) -> DatasetError {
        DatasetBuilder::new(headers).err().expect("the headers are wrong")
    }

    #[test]
    fn rejects_missing_standard_columns() {
        for index in 0..6 {
            let mut headers = headers(0);
            let name = headers.remove(index).name;
            assert_eq!(error(headers), DatasetError::MissingColumn { name });
        }
    }

    #[test]
    fn rejects_wrong_types_and_duplicates_of_standard_columns() {
        let mut wrong = headers(0);
        wrong[3].column_type = ColumnType::String;
        assert_eq!(
            error(wrong),
            DatasetError::WrongColumnType {
                name: "isDesigner".to_owned(),
                expected: ColumnType::Boolean,
                found: ColumnType::String
            }
        );
        let mut twice = headers(0);
        twice.push(twice[1].clone());
        assert_eq!(error(twice), DatasetError::DuplicateColumn { name: "project".to_owned() });
    }

    #[test]
    fn rejects_more_columns_than_the_limit() {
        assert!(DatasetBuilder::new(headers(250)).is_ok());
        assert_eq!(error(headers(251)), DatasetError::TooManyColumns { found: 257 });
    }

    #[test]
    fn accepts_whole_numbers_as_dates_and_integers() {
        let mut builder = DatasetBuilder::new(headers(1)).unwrap();
        for column in [5, 6] {
            for (cell, is_accepted) in [
                (Cell::Integer(5), true),
                (Cell::Real(1.79e12), true),
                (Cell::Real(-1.0), true),
                (Cell::Real(1.5), false),
                (Cell::Real(f64::INFINITY), false),
                (Cell::Real(f64::NAN), false),
                (Cell::Real(1e300), false),
                (Cell::Text("5"), false),
            ] {
                assert_eq!(builder.push(column, cell).is_ok(), is_accepted, "{cell:?} in column {column}");
            }
        }
    }

    #[test]
    fn rejects_dates_outside_the_years_0_to_9999() {
        let mut builder = DatasetBuilder::new(headers(0)).unwrap();
        for (date, is_accepted) in [
            (-62_167_219_200_001, false),
            (-62_167_219_200_000, true),
            (253_402_300_799_999, true),
            (253_402_300_800_000, false),
        ] {
            assert_eq!(builder.push(5, Cell::Date(date)).is_ok(), is_accepted, "{date}");
            assert_eq!(builder.push(5, Cell::Integer(date)).is_ok(), is_accepted, "{date}");
        }
    }
}
