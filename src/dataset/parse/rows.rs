//! The rows, cell by cell, with words for whatever is wrong with them.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::{Cell, ColumnType, DatasetBuilder, DatasetError, Header};
use super::{Fault, fail};

pub(super) struct RowsSeed<'a> {
    pub(super) builder: &'a mut DatasetBuilder,
    pub(super) fault: &'a mut Fault,
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
        let Self { builder, fault } = self;
        let mut row = 1;
        while let Some(()) = rows.next_element_seed(RowSeed { row, builder, fault })? {
            row += 1;
            if row >= u32::MAX as usize {
                return Err(fail(fault, DatasetError::TooManyRows));
            }
        }
        Ok(())
    }
}

struct RowSeed<'a> {
    /// Counted from 1.
    row: usize,
    builder: &'a mut DatasetBuilder,
    fault: &'a mut Fault,
}

impl RowSeed<'_> {
    fn not_a_row<E: de::Error>(self, found: &str) -> E {
        let error = DatasetError::NotARow { row: self.row, found: found.to_owned() };
        fail(self.fault, error)
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
        let Self { row, builder, fault } = self;
        let expected = builder.width();
        for column in 0..expected {
            let cell = CellSeed { row, column, builder, fault };
            if cells.next_element_seed(cell)?.is_none() {
                let found = column;
                return Err(fail(fault, DatasetError::RowLength { row, expected, found }));
            }
        }
        let mut found = expected;
        while cells.next_element::<IgnoredAny>()?.is_some() {
            found += 1;
        }
        if found > expected {
            return Err(fail(fault, DatasetError::RowLength { row, expected, found }));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, _map: A) -> Result<(), A::Error> {
        Err(self.not_a_row("an object"))
    }

    fn visit_str<E: de::Error>(self, _text: &str) -> Result<(), E> {
        Err(self.not_a_row("a text"))
    }

    fn visit_bool<E: de::Error>(self, _value: bool) -> Result<(), E> {
        Err(self.not_a_row("true or false"))
    }

    fn visit_i64<E: de::Error>(self, _value: i64) -> Result<(), E> {
        Err(self.not_a_row("a number"))
    }

    fn visit_u64<E: de::Error>(self, _value: u64) -> Result<(), E> {
        Err(self.not_a_row("a number"))
    }

    fn visit_f64<E: de::Error>(self, _value: f64) -> Result<(), E> {
        Err(self.not_a_row("a number"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Err(self.not_a_row("null"))
    }
}

struct CellSeed<'a> {
    /// Counted from 1.
    row: usize,
    column: usize,
    builder: &'a mut DatasetBuilder,
    fault: &'a mut Fault,
}

impl CellSeed<'_> {
    /// Puts the cell into its column. `found` names it where it does not belong there.
    fn push<E: de::Error>(self, cell: Cell<'_>, found: impl FnOnce() -> String) -> Result<(), E> {
        if self.builder.push(self.column, cell).is_ok() { Ok(()) } else { self.misplaced(found()) }
    }

    /// What the column does not take as it is. One of a type not known here keeps it as text; for any other it is wrong.
    fn misplaced<E: de::Error>(self, found: String) -> Result<(), E> {
        let Self { row, column, builder, fault } = self;
        let Header { name, kind } = builder.header(column).clone();
        if matches!(kind, ColumnType::Other(_)) && builder.push(column, Cell::Text(&found)).is_ok() {
            return Ok(());
        }
        let found = shortened(found);
        Err(fail(fault, DatasetError::WrongCell { row, column: name, expected: kind, found }))
    }
}

/// A cell may be long; a message may not.
fn shortened(mut text: String) -> String {
    const MOST: usize = 40;
    if let Some((end, _)) = text.char_indices().nth(MOST) {
        text.truncate(end);
        text.push('…');
    }
    text
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
            #[expect(clippy::cast_precision_loss, reason = "too large for a whole number here")]
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
        let value: serde_json::Value =
            de::Deserialize::deserialize(de::value::SeqAccessDeserializer::new(cells))?;
        self.misplaced(value.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        let value: serde_json::Value =
            de::Deserialize::deserialize(de::value::MapAccessDeserializer::new(entries))?;
        self.misplaced(value.to_string())
    }
}
