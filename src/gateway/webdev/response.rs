//! Parses the keys of the response and their values.

use std::fmt;

use chrono::Utc;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::context::{CellForm, Context};
use super::error::fail;
use super::rows::{RowsSeed, whole_number};
use super::{MAX_MESSAGE_CHARS, WebDevError};
use crate::dataset::{ColumnType, DATE_RANGE_MS, Dataset, DatasetBuilder, Header, names};
use crate::gateway::{Cause, last_comm};
use crate::sanitize::one_line;

/// A parsed response.
#[derive(Debug)]
#[non_exhaustive]
pub struct WebDevResponse {
    /// The sessions.
    pub dataset: Dataset,
    /// `Some(false)` if Perspective sessions were requested but are missing, `None` if they were not requested.
    pub has_perspective: Option<bool>,
    /// The message of the script if listing Perspective sessions failed; `None` if the gateway lacks the module.
    pub perspective_error: Option<String>,
    /// The number of values that became null or have a replacement character, because they can't be represented.
    pub replaced: usize,
}

impl WebDevResponse {
    /// Parses a response in which `replaced` texts already have a replacement character.
    pub(super) fn parse(text: &str, replaced: usize) -> Result<Self, WebDevError> {
        match Self::parse_cells(text, replaced, CellForm::Value) {
            // The JSON parser stops at a number such as 1e999. Raw cells take twice as long, but can hold it.
            Err(WebDevError::Syntax { source, .. }) if is_number_out_of_range(&source) => {
                Self::parse_cells(text, replaced, CellForm::Raw)
            }
            result => result,
        }
    }

    fn parse_cells(text: &str, replaced: usize, form: CellForm) -> Result<Self, WebDevError> {
        let mut context = Context { form, replaced, error: None };
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let keys = KeysSeed { context: &mut context }.deserialize(&mut deserializer);
        match keys.and_then(|keys| deserializer.end().map(|()| keys)) {
            Ok(keys) => keys.into_response(text, context),
            Err(json) => Err(context.error.unwrap_or_else(|| WebDevError::from_json(json, text))),
        }
    }
}

/// Returns `true` if the JSON parser stopped at a number that no float can hold. The parser has no public kind for it, so its
/// message decides.
pub(super) fn is_number_out_of_range(error: &Cause) -> bool {
    error.to_string().starts_with("number out of range")
}

/// The values of the keys that were read so far.
#[derive(Default)]
struct Keys<'de> {
    ok: Option<bool>,
    version: Option<i64>,
    now: Option<i64>,
    timezone: Option<String>,
    perspective: Option<bool>,
    perspective_error: Option<String>,
    error: Option<String>,
    headers: Option<Vec<Header>>,
    rows: Option<Rows<'de>>,
}

enum Rows<'de> {
    Parsed(DatasetBuilder),
    /// Rows that precede the columns in the response.
    Unparsed(&'de RawValue),
}

impl Keys<'_> {
    fn into_response(self, text: &str, mut context: Context) -> Result<WebDevResponse, WebDevError> {
        match self.ok {
            None => return Err(missing("ok")),
            Some(false) => {
                let message = self.error.unwrap_or_else(|| "no reason given".to_owned());
                return Err(WebDevError::Refused { message });
            }
            Some(true) => {}
        }
        if let Some(found) = self.version.filter(|version| *version != 1) {
            return Err(WebDevError::UnknownVersion { found });
        }
        let mut builder = match (self.rows, self.headers) {
            (Some(Rows::Parsed(builder)), _) => builder,
            (_, None) => return Err(missing("columns")),
            (None, Some(_)) => return Err(missing("rows")),
            (Some(Rows::Unparsed(rows)), Some(headers)) => {
                let mut builder = DatasetBuilder::new(headers)?;
                let mut deserializer = serde_json::Deserializer::from_str(rows.get());
                RowsSeed { builder: &mut builder, context: &mut context }
                    .deserialize(&mut deserializer)
                    .map_err(|json| {
                        context.error.take().unwrap_or_else(|| WebDevError::from_json(json, text))
                    })?;
                builder
            }
        };
        // Only now, because the gateway's clock may come after the rows.
        let now = self.now.unwrap_or_else(|| Utc::now().timestamp_millis());
        builder.map_dates(last_comm::COLUMN, |number| last_comm::timestamp(number, now));
        let dataset = builder.finish(self.now, self.timezone);
        Ok(WebDevResponse {
            dataset,
            has_perspective: self.perspective,
            perspective_error: self.perspective_error,
            replaced: context.replaced,
        })
    }
}

fn missing(key: &str) -> WebDevError {
    WebDevError::Unexpected { reason: format!("the response has no {key:?}") }
}

struct KeysSeed<'a> {
    context: &'a mut Context,
}

impl<'de> DeserializeSeed<'de> for KeysSeed<'_> {
    type Value = Keys<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Keys<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KeysSeed<'_> {
    type Value = Keys<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys<'de>, A::Error> {
        let Self { context } = self;
        let mut keys = Keys::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "ok" => keys.ok = Some(value(&mut map, context, "ok", "true or false")?),
                "v" => {
                    let number: Number = value(&mut map, context, "v", "a number")?;
                    // A number that no integer can hold is another version, too.
                    keys.version = Some(number.0.unwrap_or(i64::MAX));
                }
                "now" => {
                    let number: Option<Number> = value(&mut map, context, "now", "milliseconds since 1970")?;
                    keys.now = number.and_then(|number| number.0.filter(|now| DATE_RANGE_MS.contains(now)));
                    context.replaced += usize::from(number.is_some() && keys.now.is_none());
                }
                "perspective" => keys.perspective = value(&mut map, context, "perspective", "true or false")?,
                "timezone" => keys.timezone = value(&mut map, context, "timezone", "text")?,
                "perspectiveError" => {
                    keys.perspective_error = map.next_value::<serde_json::Value>().map(message)?;
                }
                "error" => keys.error = map.next_value::<serde_json::Value>().map(message)?,
                "columns" => {
                    let columns: Vec<ColumnJson> =
                        value(&mut map, context, "columns", "a list of names and types")?;
                    keys.headers = Some(columns.into_iter().map(Header::from).collect());
                }
                "rows" if keys.rows.is_some() => {
                    let reason = "the response has \"rows\" twice".to_owned();
                    return Err(fail(&mut context.error, WebDevError::Unexpected { reason }));
                }
                "rows" => {
                    keys.rows = Some(match keys.headers.take() {
                        Some(headers) => {
                            let builder = DatasetBuilder::new(headers);
                            let mut builder =
                                builder.map_err(|wrong| fail(&mut context.error, wrong.into()))?;
                            map.next_value_seed(RowsSeed { builder: &mut builder, context })?;
                            Rows::Parsed(builder)
                        }
                        None => Rows::Unparsed(map.next_value()?),
                    });
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(keys)
    }
}

/// Returns the value of a key. It is parsed as raw JSON first, so that only invalid JSON is reported as such.
fn value<'de, T: de::DeserializeOwned, A: MapAccess<'de>>(
    map: &mut A,
    context: &mut Context,
    key: &str,
    expected: &str,
) -> Result<T, A::Error> {
    let raw: &RawValue = map.next_value()?;
    serde_json::from_str(raw.get()).map_err(|_| {
        let reason = format!("{key:?} in the response is not {expected}");
        fail(&mut context.error, WebDevError::Unexpected { reason })
    })
}

/// Returns the error message of the script, which may be of any type.
fn message(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(one_line(&text, MAX_MESSAGE_CHARS)),
        other => Some(one_line(&other.to_string(), MAX_MESSAGE_CHARS)),
    }
}

#[derive(serde::Deserialize)]
struct ColumnJson {
    name: String,
    r#type: String,
}

impl From<ColumnJson> for Header {
    /// Returns the header. A column that the REST API has as well gets the same name and type.
    fn from(ColumnJson { name, r#type: column_type }: ColumnJson) -> Self {
        let known = KNOWN.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        match known {
            Some((known, column_type)) => Self { name: known.to_owned(), column_type },
            None => Self { name, column_type: column_type.as_str().into() },
        }
    }
}

/// The columns that aren't standard but known, with the types that the REST API's have.
const KNOWN: [(&str, ColumnType); 3] = [
    (last_comm::COLUMN, ColumnType::Date),
    (names::SESSION_SCOPE, ColumnType::String),
    (names::USER_AGENT, ColumnType::String),
];

/// A number; `None` if it isn't whole or no `i64` can hold it.
#[derive(Clone, Copy)]
struct Number(Option<i64>);

impl<'de> de::Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <Box<RawValue>>::deserialize(deserializer)?;
        // Anything else than a number has another first character.
        if json.get().starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            Ok(Self(whole_number(json.get())))
        } else {
            Err(de::Error::custom("expected a number"))
        }
    }
}
