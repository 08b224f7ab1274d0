//! The Web Dev answer, read straight into columns.
//!
//! The rows are never a tree of values in memory: each cell goes from the text into its column. The columns may stand
//! before the rows or behind them: a script that answers with a dictionary has no say in the order.
//!
//! There are two readers: [`quick`] takes what is usual and gives up on anything else, the exact one takes the rest and
//! has words for what is wrong.

mod quick;
mod rows;

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Dataset, DatasetBuilder, DatasetError, Header};
use rows::RowsSeed;

/// Reads an answer; `before` is what the one before it said.
pub(super) fn parse(bytes: &[u8], before: Option<&Dataset>) -> Result<Dataset, DatasetError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        // A body cut off within a character is a body cut off.
        match error.error_len() {
            Some(_) => DatasetError::NotUtf8 { offset },
            None => truncated(&bytes[..offset]),
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Err(DatasetError::Empty);
    }
    if trimmed.starts_with('<') {
        let title = title(trimmed);
        return Err(DatasetError::Html { title });
    }

    match quick::read(text, before) {
        Some(dataset) => Ok(dataset),
        None => exact(text),
    }
}

/// Reads an answer of any shape, and tells what is wrong with one that is no dataset.
fn exact(text: &str) -> Result<Dataset, DatasetError> {
    Answer::read(text)?.into_dataset(text)
}

/// What the answer held, as far as it is read.
#[derive(Default)]
struct Answer<'de> {
    ok: Option<bool>,
    version: Option<i64>,
    now: Option<i64>,
    timezone: Option<String>,
    /// Whether it has Perspective sessions; not said where nobody asked for them.
    perspective: Option<bool>,
    error: Option<String>,
    headers: Option<Vec<Header>>,
    /// What the rows have gone into.
    builder: Option<DatasetBuilder>,
    /// Rows that came before the columns.
    early_rows: Option<&'de RawValue>,
}

impl<'de> Answer<'de> {
    fn read(text: &'de str) -> Result<Self, DatasetError> {
        let mut answer = Self::default();
        let mut reader = serde_json::Deserializer::from_str(text);
        let mut fault = None;
        let read = AnswerSeed { answer: &mut answer, fault: &mut fault }
            .deserialize(&mut reader)
            .and_then(|()| reader.end());
        match read {
            Ok(()) => Ok(answer),
            Err(error) => Err(fault.unwrap_or_else(|| json_error(&error, text))),
        }
    }

    /// Whether the answer says that it is a dataset, and in a form that is known here.
    fn check(&self) -> Result<(), DatasetError> {
        match self.ok {
            None => return Err(DatasetError::MissingField { field: "ok" }),
            Some(false) => {
                let message = self.error.clone().unwrap_or_else(|| "it did not say why".to_owned());
                return Err(DatasetError::Refused { message });
            }
            Some(true) => {}
        }
        match self.version {
            None | Some(1) => Ok(()),
            Some(found) => Err(DatasetError::UnknownVersion { found }),
        }
    }

    fn into_dataset(self, text: &str) -> Result<Dataset, DatasetError> {
        self.check()?;
        let builder = match (self.builder, self.headers, self.early_rows) {
            (Some(builder), _, _) => builder,
            (None, None, _) => return Err(DatasetError::MissingField { field: "columns" }),
            (None, Some(_), None) => return Err(DatasetError::MissingField { field: "rows" }),
            (None, Some(headers), Some(rows)) => {
                let mut builder = DatasetBuilder::new(headers)?;
                let mut reader = serde_json::Deserializer::from_str(rows.get());
                let mut fault = None;
                RowsSeed { builder: &mut builder, fault: &mut fault }
                    .deserialize(&mut reader)
                    .map_err(|error| fault.unwrap_or_else(|| json_error(&error, text)))?;
                builder
            }
        };
        let lacks_perspective = self.perspective == Some(false);
        Ok(Dataset { lacks_perspective, ..builder.finish(self.now, self.timezone) })
    }
}

/// Where a typed error waits while serde's own, which can carry only text, unwinds.
type Fault = Option<DatasetError>;

fn fail<E: de::Error>(fault: &mut Fault, error: DatasetError) -> E {
    *fault = Some(error);
    E::custom("see the fault")
}

struct AnswerSeed<'a, 'de> {
    answer: &'a mut Answer<'de>,
    fault: &'a mut Fault,
}

impl<'de> DeserializeSeed<'de> for AnswerSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnswerSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer of the Gatewatch resource, a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { answer, fault } = self;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "ok" => answer.ok = Some(field(&mut map, fault, "ok", "true or false")?),
                "v" => answer.version = Some(field(&mut map, fault, "v", "a number")?),
                "now" => answer.now = field(&mut map, fault, "now", "milliseconds since 1970")?,
                "perspective" => answer.perspective = field(&mut map, fault, "perspective", "true or false")?,
                "timezone" => answer.timezone = field(&mut map, fault, "timezone", "text")?,
                "error" => answer.error = map.next_value::<serde_json::Value>().map(words)?,
                "columns" => {
                    let columns: Vec<HeaderJson> =
                        field(&mut map, fault, "columns", "a list of names and types")?;
                    answer.headers = Some(columns.into_iter().map(Header::from).collect());
                }
                "rows" if answer.builder.is_some() || answer.early_rows.is_some() => {
                    return Err(fail(fault, DatasetError::DuplicateField { field: "rows" }));
                }
                "rows" => match answer.headers.take() {
                    Some(headers) => {
                        let mut builder = DatasetBuilder::new(headers).map_err(|error| fail(fault, error))?;
                        map.next_value_seed(RowsSeed { builder: &mut builder, fault })?;
                        answer.builder = Some(builder);
                    }
                    None => answer.early_rows = Some(map.next_value()?),
                },
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The value of a key of the answer itself. Taken as raw JSON first, so that only broken JSON is reported as such.
fn field<'de, T: de::DeserializeOwned, A: MapAccess<'de>>(
    map: &mut A,
    fault: &mut Fault,
    field: &'static str,
    expected: &'static str,
) -> Result<T, A::Error> {
    let raw: &RawValue = map.next_value()?;
    serde_json::from_str(raw.get()).map_err(|_| fail(fault, DatasetError::WrongField { field, expected }))
}

/// The gateway's own words for a refusal, whatever type they are of. On one line: what Java says of a pattern has two.
fn words(value: serde_json::Value) -> Option<String> {
    let text = match value {
        serde_json::Value::Null => return None,
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Some(one_line(&text))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(serde::Deserialize)]
struct HeaderJson {
    name: String,
    r#type: String,
}

impl From<HeaderJson> for Header {
    fn from(header: HeaderJson) -> Self {
        Self { name: header.name, kind: header.r#type.as_str().into() }
    }
}

fn json_error(error: &serde_json::Error, text: &str) -> DatasetError {
    if error.is_eof() {
        return truncated(text.as_bytes());
    }
    let (line, column) = (error.line(), error.column());
    // serde_json ends its message with the place, which is told apart here.
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
    if error.is_data() {
        return DatasetError::Unexpected { reason };
    }
    DatasetError::Syntax { line, column, reason }
}

fn truncated(bytes: &[u8]) -> DatasetError {
    let line = bytes.split(|byte| *byte == b'\n').count();
    let column = bytes.iter().rev().take_while(|byte| **byte != b'\n').count();
    DatasetError::Truncated { line, column }
}

/// The title of a web page, where there is one of a sane length.
fn title(html: &str) -> Option<String> {
    const MOST: usize = 100;
    // ASCII only, so that positions in the copy are positions in the page.
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    let title = one_line(&html[start..end]);
    (!title.is_empty() && title.chars().count() <= MOST).then_some(title)
}

#[cfg(test)]
mod tests;
