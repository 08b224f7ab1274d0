//! Parses the rows of the response directly into columns.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::WebDevError;
use super::context::{CellForm, Context};
use super::error::fail;
use crate::dataset::{Cell, ColumnType, DatasetBuilder, TextColumn};

/// Reads the list of rows into a builder.
pub(super) struct RowsSeed<'a> {
    pub(super) builder: &'a mut DatasetBuilder,
    pub(super) context: &'a mut Context,
}

/// Reads a list.
trait ReadList<'de>: Sized {
    /// Describes the list, for serde.
    const EXPECTED: &'static str;

    fn read<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error>;

    /// Stores the error for a value that isn't a list, and returns the error that stops serde.
    fn not_a_list<E: de::Error>(self, found: &str) -> E;
}

/// Passes a list to `T`, and rejects everything else.
struct ListVisitor<T>(T);

impl<'de, T: ReadList<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.0.read(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, _map: A) -> Result<(), A::Error> {
        Err(self.0.not_a_list("an object"))
    }

    fn visit_str<E: de::Error>(self, _text: &str) -> Result<(), E> {
        Err(self.0.not_a_list("text"))
    }

    fn visit_bool<E: de::Error>(self, _value: bool) -> Result<(), E> {
        Err(self.0.not_a_list("a Boolean"))
    }

    fn visit_i64<E: de::Error>(self, _value: i64) -> Result<(), E> {
        Err(self.0.not_a_list("a number"))
    }

    fn visit_u64<E: de::Error>(self, _value: u64) -> Result<(), E> {
        Err(self.0.not_a_list("a number"))
    }

    fn visit_f64<E: de::Error>(self, _value: f64) -> Result<(), E> {
        Err(self.0.not_a_list("a number"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Err(self.0.not_a_list("null"))
    }
}

impl<'de> DeserializeSeed<'de> for RowsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(ListVisitor(self))
    }
}

impl<'de> ReadList<'de> for RowsSeed<'_> {
    const EXPECTED: &'static str = "a list of rows";

    fn read<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        let Self { builder, context } = self;
        let mut row = 1;
        while let Some(()) = rows.next_element_seed(RowSeed { row, builder, context })? {
            row += 1;
            if row >= TextColumn::NULL as usize {
                let reason = "the response has too many rows".to_owned();
                return Err(fail(&mut context.error, WebDevError::Unexpected { reason }));
            }
        }
        Ok(())
    }

    fn not_a_list<E: de::Error>(self, found: &str) -> E {
        let reason = format!("\"rows\" in the response is {found} instead of a list of rows");
        fail(&mut self.context.error, WebDevError::Unexpected { reason })
    }
}

struct RowSeed<'a> {
    row: usize,
    builder: &'a mut DatasetBuilder,
    context: &'a mut Context,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(ListVisitor(self))
    }
}

impl<'de> ReadList<'de> for RowSeed<'_> {
    const EXPECTED: &'static str = "a list of cells";

    fn read<A: SeqAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        let Self { row, builder, context } = self;
        let expected = builder.width();
        let mut found = 0;
        while found < expected
            && cells.next_element_seed(CellSeed { column: found, builder, context })?.is_some()
        {
            found += 1;
        }
        while cells.next_element::<IgnoredAny>()?.is_some() {
            found += 1;
        }
        if found != expected {
            let reason = format!("row {row} has {found} cells, but there are {expected} columns");
            return Err(fail(&mut context.error, WebDevError::Unexpected { reason }));
        }
        Ok(())
    }

    fn not_a_list<E: de::Error>(self, found: &str) -> E {
        let reason = format!("row {} is {found} instead of a list of cells", self.row);
        fail(&mut self.context.error, WebDevError::Unexpected { reason })
    }
}

struct CellSeed<'a> {
    column: usize,
    builder: &'a mut DatasetBuilder,
    context: &'a mut Context,
}

impl CellSeed<'_> {
    fn push(self, cell: Cell<'_>, json: impl FnOnce() -> String) {
        if self.builder.push(self.column, cell).is_err() {
            self.push_other(&json());
        }
    }

    /// Pushes a cell of another type than the column. A column of text takes it as JSON, in others it becomes null.
    fn push_other(self, json: &str) {
        let Self { column, builder, context } = self;
        if builder.push(column, Cell::Text(json)).is_err() {
            builder.push(column, Cell::Null).expect("every column accepts null");
            context.replaced += 1;
        }
    }

    /// Pushes a text, which may hold a value of another type.
    fn push_text(self, text: &str) {
        let cell = match self.builder.header(self.column).column_type {
            ColumnType::String | ColumnType::Other(_) => Cell::Text(text),
            ref column_type => parse_text(text, column_type),
        };
        self.push(cell, || text.to_owned());
    }
}

/// Returns the value in a text of a column of another type; the text if there is none.
fn parse_text<'a>(text: &'a str, column_type: &ColumnType) -> Cell<'a> {
    let trimmed = text.trim();
    match column_type {
        _ if trimmed.is_empty() => Cell::Null,
        ColumnType::Boolean if trimmed.eq_ignore_ascii_case("true") => Cell::Boolean(true),
        ColumnType::Boolean if trimmed.eq_ignore_ascii_case("false") => Cell::Boolean(false),
        ColumnType::Real => trimmed.parse().map_or(Cell::Text(text), Cell::Real),
        _ => whole_number(trimmed).map_or(Cell::Text(text), Cell::Integer),
    }
}

/// Parses a whole number, which may be written as `1.0` or `1.79E12`; `None` if no `i64` can hold it.
pub(super) fn whole_number(text: &str) -> Option<i64> {
    /// The largest float up to which every integer is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    text.parse().ok().or_else(|| {
        let real: f64 = text.parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 53 bits")]
        (real.fract() == 0.0 && real.abs() <= EXACT).then_some(real as i64)
    })
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.context.form == CellForm::Value {
            return deserializer.deserialize_any(self);
        }
        let json = <&RawValue>::deserialize(deserializer)?.get();
        let is_out_of_range = json.parse::<f64>().is_ok_and(f64::is_infinite);
        if is_out_of_range {
            self.push_other(json);
            return Ok(());
        }
        // A number in it may be out of range, too.
        if json.starts_with(['[', '{']) {
            let compact = serde_json::from_str::<Value>(json).map(|value| value.to_string());
            self.push_other(compact.as_deref().unwrap_or(json));
            return Ok(());
        }
        serde_json::Deserializer::from_str(json).deserialize_any(self).map_err(de::Error::custom)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.push_text(text);
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.push(Cell::Boolean(value), || value.to_string());
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.push(Cell::Integer(value), || value.to_string());
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        #[expect(clippy::cast_precision_loss, reason = "it does not fit an integer column")]
        let cell = i64::try_from(value).map_or(Cell::Real(value as f64), Cell::Integer);
        self.push(cell, || value.to_string());
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.push(Cell::Real(value), || value.to_string());
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.push(Cell::Null, || "null".to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, cells: A) -> Result<(), A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(cells))?;
        self.push_other(&value.to_string());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(entries))?;
        self.push_other(&value.to_string());
        Ok(())
    }
}
