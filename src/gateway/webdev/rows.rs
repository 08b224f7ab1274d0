//! Parses the rows of the answer directly into columns.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::WebDevError;
use super::error::fail;
use crate::dataset::{Cell, ColumnType, DatasetBuilder, Header, TextColumn};
use crate::sanitize::one_line;

/// Maximum length of a cell in a message, in characters.
const MAX_CELL_CHARS: usize = 40;

/// Reads the list of rows into a builder.
pub(super) struct RowsSeed<'a> {
    pub(super) builder: &'a mut DatasetBuilder,
    pub(super) error: &'a mut Option<WebDevError>,
}

impl<'de> DeserializeSeed<'de> for RowsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        let Self { builder, error } = self;
        let mut row = 1;
        while let Some(()) = rows.next_element_seed(RowSeed { row, builder, error })? {
            row += 1;
            if row >= TextColumn::NULL as usize {
                let reason = "the answer has too many rows".to_owned();
                return Err(fail(error, WebDevError::Unexpected { reason }));
            }
        }
        Ok(())
    }
}

struct RowSeed<'a> {
    row: usize,
    builder: &'a mut DatasetBuilder,
    error: &'a mut Option<WebDevError>,
}

impl RowSeed<'_> {
    fn not_a_list<E: de::Error>(self, found: &str) -> E {
        let reason = format!("row {} is {found} instead of a list of cells", self.row);
        fail(self.error, WebDevError::Unexpected { reason })
    }
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        let Self { row, builder, error } = self;
        let expected = builder.width();
        let mut found = 0;
        while found < expected
            && cells.next_element_seed(CellSeed { row, column: found, builder, error })?.is_some()
        {
            found += 1;
        }
        while cells.next_element::<IgnoredAny>()?.is_some() {
            found += 1;
        }
        if found != expected {
            let reason = format!("row {row} has {found} cells, but there are {expected} columns");
            return Err(fail(error, WebDevError::Unexpected { reason }));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, _map: A) -> Result<(), A::Error> {
        Err(self.not_a_list("an object"))
    }

    fn visit_str<E: de::Error>(self, _text: &str) -> Result<(), E> {
        Err(self.not_a_list("text"))
    }

    fn visit_bool<E: de::Error>(self, _value: bool) -> Result<(), E> {
        Err(self.not_a_list("a Boolean"))
    }

    fn visit_i64<E: de::Error>(self, _value: i64) -> Result<(), E> {
        Err(self.not_a_list("a number"))
    }

    fn visit_u64<E: de::Error>(self, _value: u64) -> Result<(), E> {
        Err(self.not_a_list("a number"))
    }

    fn visit_f64<E: de::Error>(self, _value: f64) -> Result<(), E> {
        Err(self.not_a_list("a number"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Err(self.not_a_list("null"))
    }
}

struct CellSeed<'a> {
    row: usize,
    column: usize,
    builder: &'a mut DatasetBuilder,
    error: &'a mut Option<WebDevError>,
}

impl CellSeed<'_> {
    fn push<E: de::Error>(self, cell: Cell<'_>, json: impl FnOnce() -> String) -> Result<(), E> {
        if self.builder.push(self.column, cell).is_ok() { Ok(()) } else { self.push_other(&json()) }
    }

    /// Pushes a cell of another type than the column. Only a column of an unknown type accepts it, as JSON text.
    fn push_other<E: de::Error>(self, json: &str) -> Result<(), E> {
        let Self { row, column, builder, error } = self;
        let Header { name, kind } = builder.header(column);
        if matches!(kind, ColumnType::Other(_)) {
            return builder.push(column, Cell::Text(json)).map_err(E::custom);
        }
        let found = one_line(json, MAX_CELL_CHARS);
        let article = if *kind == ColumnType::Integer { "an" } else { "a" };
        let reason = format!("row {row}, column {name:?}: expected {article} {kind}, found {found}");
        Err(fail(error, WebDevError::Unexpected { reason }))
    }
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.push(Cell::Text(text), || format!("{text:?}"))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.push(Cell::Boolean(value), || value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.push(Cell::Integer(value), || value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            #[expect(clippy::cast_precision_loss, reason = "it does not fit an integer column")]
            Err(_) => self.push(Cell::Real(value as f64), || value.to_string()),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.push(Cell::Real(value), || value.to_string())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.push(Cell::Null, || "null".to_owned())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, cells: A) -> Result<(), A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(cells))?;
        self.push_other(&value.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(entries))?;
        self.push_other(&value.to_string())
    }
}
