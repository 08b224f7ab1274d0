//! Filters as they are written in files.

use serde::{Deserialize, Serialize};

use crate::dataset::{ColumnId, Value};
use crate::filter::Mode;
use crate::query::{CellFilter, ColumnFilter, DateFilter, DateRange, FilterText};

/// A text filter in a file, such as `{ pattern = "bi.*", contains = true }`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FilterEntry {
    pattern: String,
    #[serde(skip_serializing_if = "is_off")]
    ignore_case: bool,
    #[serde(skip_serializing_if = "is_off")]
    contains: bool,
    #[serde(skip_serializing_if = "is_off")]
    invert: bool,
}

impl FilterEntry {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_off(flag: &bool) -> bool {
    !flag
}

impl From<&FilterText> for FilterEntry {
    fn from(text: &FilterText) -> Self {
        let FilterText { pattern, mode: Mode { ignore_case, contains, invert } } = text.clone();
        Self { pattern, ignore_case, contains, invert }
    }
}

impl From<&FilterEntry> for FilterText {
    fn from(entry: &FilterEntry) -> Self {
        let FilterEntry { pattern, ignore_case, contains, invert } = entry.clone();
        Self { pattern, mode: Mode { ignore_case, contains, invert } }
    }
}

/// A text filter on a column, such as `{ name = "address", filter = { pattern = "10\\..*" } }`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnEntry {
    name: String,
    filter: FilterEntry,
}

impl From<&ColumnFilter> for ColumnEntry {
    fn from(filter: &ColumnFilter) -> Self {
        Self { name: filter.column.name().to_owned(), filter: (&filter.text).into() }
    }
}

impl From<&ColumnEntry> for ColumnFilter {
    fn from(entry: &ColumnEntry) -> Self {
        Self { column: entry.name.as_str().into(), text: (&entry.filter).into() }
    }
}

/// A filter on dates, such as `{ name = "creationTime", last_secs = 3600 }`. Times are in milliseconds since 1970 UTC.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DateEntry {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_secs: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since_ms: Option<i64>,
}

impl From<&DateFilter> for DateEntry {
    fn from(filter: &DateFilter) -> Self {
        let name = filter.column.name().to_owned();
        let (last_secs, before_ms, since_ms) = match filter.range {
            DateRange::Last(seconds) => (Some(seconds), None, None),
            DateRange::Before(end) => (None, Some(end), None),
            DateRange::Since(start) => (None, None, Some(start)),
        };
        Self { name, last_secs, before_ms, since_ms }
    }
}

impl DateEntry {
    /// Returns the filter; `None` without a limit or with several.
    pub(super) fn filter(&self) -> Option<DateFilter> {
        let range = match (self.last_secs, self.before_ms, self.since_ms) {
            (Some(seconds), None, None) => DateRange::Last(seconds),
            (None, Some(end), None) => DateRange::Before(end),
            (None, None, Some(start)) => DateRange::Since(start),
            _ => return None,
        };
        Some(DateFilter { column: self.name.as_str().into(), range })
    }
}

/// A value to keep or to exclude, such as `{ name = "kind", type = "text", value = "Vision", exclude = true }`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueEntry {
    name: String,
    r#type: ValueType,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    value: String,
    #[serde(default, skip_serializing_if = "is_off")]
    exclude: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum ValueType {
    Null,
    Text,
    Boolean,
    /// Milliseconds since 1970 UTC.
    Date,
    Integer,
    Real,
}

impl From<&CellFilter> for ValueEntry {
    fn from(filter: &CellFilter) -> Self {
        let (r#type, value) = match &filter.value {
            Value::Null => (ValueType::Null, String::new()),
            Value::Text(text) => (ValueType::Text, text.to_string()),
            Value::Boolean(value) => (ValueType::Boolean, value.to_string()),
            Value::Date(value) => (ValueType::Date, value.to_string()),
            Value::Integer(value) => (ValueType::Integer, value.to_string()),
            Value::Real(value) => (ValueType::Real, value.to_string()),
        };
        Self { name: filter.column.name().to_owned(), r#type, value, exclude: !filter.keep }
    }
}

impl ValueEntry {
    /// Returns the filter; `None` if the value isn't of its type.
    pub(super) fn filter(&self) -> Option<CellFilter> {
        let value = match self.r#type {
            ValueType::Null => Value::Null,
            ValueType::Text => Value::Text(self.value.as_str().into()),
            ValueType::Boolean => Value::Boolean(self.value.parse().ok()?),
            ValueType::Date => Value::Date(self.value.parse().ok()?),
            ValueType::Integer => Value::Integer(self.value.parse().ok()?),
            ValueType::Real => Value::Real(self.value.parse().ok().filter(|value: &f64| !value.is_nan())?),
        };
        Some(CellFilter { column: ColumnId::from(self.name.as_str()), value, keep: !self.exclude })
    }
}
