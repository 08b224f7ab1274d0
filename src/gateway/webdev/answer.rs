//! Parses the keys of the answer and their values.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::error::fail;
use super::rows::RowsSeed;
use super::{MAX_MESSAGE_CHARS, WebDevError};
use crate::dataset::{Dataset, DatasetBuilder, Header};
use crate::sanitize::one_line;

/// A parsed answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The sessions.
    pub dataset: Dataset,
    /// `Some(false)` if Perspective sessions were requested from a gateway without that module, `None` if they were not
    /// requested.
    pub has_perspective: Option<bool>,
}

impl Answer {
    pub(super) fn parse(text: &str) -> Result<Self, WebDevError> {
        let mut error = None;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let keys = KeysSeed { error: &mut error }.deserialize(&mut deserializer);
        let keys = keys.and_then(|keys| deserializer.end().map(|()| keys));
        keys.map_err(|json| error.unwrap_or_else(|| WebDevError::from_json(&json, text)))?.into_answer(text)
    }
}

/// The values of the keys that were read so far.
#[derive(Default)]
struct Keys<'de> {
    ok: Option<bool>,
    version: Option<i64>,
    now: Option<i64>,
    timezone: Option<String>,
    perspective: Option<bool>,
    error: Option<String>,
    headers: Option<Vec<Header>>,
    rows: Option<Rows<'de>>,
}

enum Rows<'de> {
    Parsed(DatasetBuilder),
    /// Rows that precede the columns in the answer.
    Unparsed(&'de RawValue),
}

impl Keys<'_> {
    fn into_answer(self, text: &str) -> Result<Answer, WebDevError> {
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
        let builder = match (self.rows, self.headers) {
            (Some(Rows::Parsed(builder)), _) => builder,
            (_, None) => return Err(missing("columns")),
            (None, Some(_)) => return Err(missing("rows")),
            (Some(Rows::Unparsed(rows)), Some(headers)) => {
                let mut builder = DatasetBuilder::new(headers)?;
                let mut deserializer = serde_json::Deserializer::from_str(rows.get());
                let mut error = None;
                RowsSeed { builder: &mut builder, error: &mut error }
                    .deserialize(&mut deserializer)
                    .map_err(|json| error.unwrap_or_else(|| WebDevError::from_json(&json, text)))?;
                builder
            }
        };
        Ok(Answer { dataset: builder.finish(self.now, self.timezone), has_perspective: self.perspective })
    }
}

fn missing(key: &str) -> WebDevError {
    WebDevError::Unexpected { reason: format!("the answer has no {key:?}") }
}

struct KeysSeed<'a> {
    error: &'a mut Option<WebDevError>,
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
        let Self { error } = self;
        let mut keys = Keys::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "ok" => keys.ok = Some(value(&mut map, error, "ok", "true or false")?),
                "v" => keys.version = Some(value(&mut map, error, "v", "a number")?),
                "now" => keys.now = value(&mut map, error, "now", "milliseconds since 1970")?,
                "perspective" => keys.perspective = value(&mut map, error, "perspective", "true or false")?,
                "timezone" => keys.timezone = value(&mut map, error, "timezone", "text")?,
                "error" => keys.error = map.next_value::<serde_json::Value>().map(message)?,
                "columns" => {
                    let columns: Vec<ColumnJson> =
                        value(&mut map, error, "columns", "a list of names and types")?;
                    keys.headers = Some(columns.into_iter().map(Header::from).collect());
                }
                "rows" if keys.rows.is_some() => {
                    let reason = "the answer has \"rows\" twice".to_owned();
                    return Err(fail(error, WebDevError::Unexpected { reason }));
                }
                "rows" => {
                    keys.rows = Some(match keys.headers.take() {
                        Some(headers) => {
                            let builder = DatasetBuilder::new(headers);
                            let mut builder = builder.map_err(|wrong| fail(error, wrong.into()))?;
                            map.next_value_seed(RowsSeed { builder: &mut builder, error })?;
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
    error: &mut Option<WebDevError>,
    key: &str,
    expected: &str,
) -> Result<T, A::Error> {
    let raw: &RawValue = map.next_value()?;
    serde_json::from_str(raw.get()).map_err(|_| {
        let reason = format!("{key:?} in the answer is not {expected}");
        fail(error, WebDevError::Unexpected { reason })
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
    fn from(column: ColumnJson) -> Self {
        Self { name: column.name, kind: column.r#type.as_str().into() }
    }
}
