//! One page of a list as JSON text: counted first, parsed field by field later.
//!
//! A page stays text until all lists are received, because the columns depend on all of them. Its items are never held as
//! a tree of values in memory.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::error_body::ErrorBody;
use super::value;
use crate::gateway::Cause;
use crate::gateway::json_text::JsonText;

/// The largest number of fields, about five times the known ones. Each is a column, so a malformed list must not create
/// any number of them.
const MAX_FIELDS: usize = 100;
/// The field whose parts become fields of their own.
const MEMORY: &str = "memory";

/// A page of a list.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    /// The gateway's clock when the page was received, in epoch milliseconds.
    pub(super) now: i64,
    /// The number of its items.
    pub(super) len: usize,
    /// The number of items in the whole list; `None` if the page doesn't have it.
    pub(super) total: Option<usize>,
    /// The id of its first item.
    pub(super) first_id: Option<String>,
    /// The fields of its items.
    pub(super) fields: Fields,
    /// The number of texts with a replacement character.
    pub(super) replaced: usize,
}

/// Distinct names of fields. The parts of `memory` are named `memory.used` and so on.
#[derive(Debug, Default)]
pub(super) struct Fields {
    names: Vec<String>,
    /// The index where the next name is expected: items have their fields in the same order.
    next: usize,
}

impl Fields {
    /// Returns the names in the order of their first occurrence.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the index of a name.
    pub(super) fn find(&mut self, name: &str) -> Option<usize> {
        let expected = self.names.get(self.next).is_some_and(|next| next == name);
        let index = if expected { self.next } else { self.names.iter().position(|known| known == name)? };
        self.next = index + 1;
        Some(index)
    }

    /// Adds a name, unless it is known or there are too many.
    pub(super) fn add(&mut self, name: &str) {
        if self.find(name).is_none() && self.names.len() < MAX_FIELDS {
            self.names.push(name.to_owned());
            self.next = self.names.len();
        }
    }
}

/// Receives the fields of each item, and the end of each item.
pub(super) trait ItemVisitor<'de> {
    fn field(&mut self, name: &str, value: &'de RawValue);
    fn end(&mut self);
}

impl Page {
    /// Parses a page.
    ///
    /// # Errors
    /// If the response isn't a list. [`ErrorBody`] has its message if it is an error as JSON.
    pub(super) fn parse(body: Vec<u8>, now: i64) -> Result<Self, (ListError, ErrorBody)> {
        let JsonText { text, replaced, invalid_at } = JsonText::decode(body);
        let mut text = text.into_owned();
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        let beginning = text.trim_start();
        if beginning.is_empty() {
            return Err((ListError::Empty, ErrorBody::default()));
        }
        if beginning.starts_with('<')
            && let Some(source) = Cause::beginning_of(beginning)
        {
            return Err((ListError::Html(source), ErrorBody::default()));
        }
        let mut survey = Survey::default();
        walk(&text, &mut survey).map_err(|error| {
            let error = match invalid_at {
                Some(_) if !error.is_data() => ListError::NotUtf8,
                _ => ListError::Json(Cause::new(error)),
            };
            (error, ErrorBody::parse(text.as_bytes()))
        })?;
        let total = envelope(&text).ok().and_then(|envelope| envelope.total());
        let Survey { len, first_id, fields } = survey;
        Ok(Self { text, now, len, total, first_id, fields, replaced })
    }

    /// Returns the size of the text in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Passes all fields to `items`.
    pub(super) fn visit<'de>(&'de self, items: &mut impl ItemVisitor<'de>) {
        walk(&self.text, items).expect("the page was parsed before");
    }
}

/// A response that isn't a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The response is empty.
    #[error("the response is empty")]
    Empty,
    /// The response is a web page.
    #[error("the response is a web page")]
    Html(#[source] Cause),
    /// The response isn't text.
    #[error("the response isn't valid UTF-8")]
    NotUtf8,
    /// The response isn't a list as JSON.
    #[error("the response isn't a valid list")]
    Json(#[source] Cause),
    /// Fewer items were received than the list has.
    #[error("the gateway sent {received} of {total} items")]
    Incomplete {
        /// The number of items received.
        received: usize,
        /// The number of items in the list.
        total: usize,
    },
}

/// The object around the items.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    items: &'a RawValue,
    /// The metadata, which may have any type or be missing.
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

impl Envelope<'_> {
    fn total(&self) -> Option<usize> {
        let metadata: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_str(self.metadata?.get()).ok()?;
        usize::try_from(value::parse_int(metadata.get("total")?)?).ok()
    }
}

fn envelope(text: &str) -> serde_json::Result<Envelope<'_>> {
    serde_json::from_str(text)
}

fn walk<'de>(text: &'de str, items: &mut impl ItemVisitor<'de>) -> serde_json::Result<()> {
    let envelope = envelope(text)?;
    let mut reader = serde_json::Deserializer::from_str(envelope.items.get());
    ListSeed(items).deserialize(&mut reader)
}

struct ListSeed<'a, I>(&'a mut I);

impl<'de, I: ItemVisitor<'de>> DeserializeSeed<'de> for ListSeed<'_, I> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, I: ItemVisitor<'de>> Visitor<'de> for ListSeed<'_, I> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(ItemSeed(&mut *self.0))?.is_some() {
            self.0.end();
        }
        Ok(())
    }
}

struct ItemSeed<'a, I>(&'a mut I);

impl<'de, I: ItemVisitor<'de>> DeserializeSeed<'de> for ItemSeed<'_, I> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, I: ItemVisitor<'de>> Visitor<'de> for ItemSeed<'_, I> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item with fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut item: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = item.next_key()? {
            let value: &RawValue = item.next_value()?;
            let is_split = name == MEMORY && value.get().starts_with('{');
            if !is_split || visit_memory(value, self.0).is_err() {
                self.0.field(&name, value);
            }
        }
        Ok(())
    }
}

/// Passes the parts of a client's memory as fields of the client.
fn visit_memory<'de>(memory: &'de RawValue, items: &mut impl ItemVisitor<'de>) -> serde_json::Result<()> {
    struct Memory<'a, I>(&'a mut I);

    impl<'de, I: ItemVisitor<'de>> Visitor<'de> for Memory<'_, I> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("amounts of memory")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut amounts: A) -> Result<(), A::Error> {
            while let Some(Name(name)) = amounts.next_key()? {
                let value: &RawValue = amounts.next_value()?;
                match &*name {
                    "used" => self.0.field("memory.used", value),
                    "max" => self.0.field("memory.max", value),
                    other => self.0.field(&format!("{MEMORY}.{other}"), value),
                }
            }
            Ok(())
        }
    }

    serde_json::Deserializer::from_str(memory.get()).deserialize_map(Memory(items))
}

/// A field's name, borrowed unless it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The properties of a page that the columns depend on.
#[derive(Default)]
struct Survey {
    len: usize,
    first_id: Option<String>,
    fields: Fields,
}

impl<'de> ItemVisitor<'de> for Survey {
    fn field(&mut self, name: &str, value: &'de RawValue) {
        if self.len == 0 && name.eq_ignore_ascii_case("id") {
            self.first_id = value::text(value).map(Cow::into_owned);
        }
        self.fields.add(name);
    }

    fn end(&mut self) {
        self.len += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Result<Page, ListError> {
        Page::parse(text.into(), 0).map_err(|(error, _)| error)
    }

    #[test]
    fn counts_items_and_collects_fields() {
        let page = page(
            r#"{"metadata":{"total":"7"},"items":[{"id":"A","memory":{"used":1,"free":2}},{"id":"B","x\u0079":[]}]}"#,
        )
        .unwrap();
        assert_eq!((page.len, page.total, page.first_id.as_deref()), (2, Some(7), Some("A")));
        assert_eq!(page.fields.names(), ["id", "memory.used", "memory.free", "xy"]);
    }

    #[test]
    fn accepts_missing_metadata() {
        for text in [
            "\u{feff}{\"items\":[]}",
            r#"{"items":[],"metadata":null}"#,
            r#"{"items":[],"metadata":[1]}"#,
            r#"{"items":[],"metadata":{"total":{}}}"#,
        ] {
            let page = page(text).unwrap();
            assert_eq!((page.len, page.total), (0, None), "{text}");
        }
    }

    #[test]
    fn rejects_other_responses() {
        for (text, expected) in [
            (r#"{"items":[{"#, "EOF"),
            (r#"{"items":[}]}"#, "expected"),
            (r#"{"message":"no"}"#, "missing field `items`"),
            (r#"{"items":[null]}"#, "an item with fields"),
            (r#"{"items":{}}"#, "a list of items"),
            ("[]", "struct Envelope"),
        ] {
            let Err(ListError::Json(cause)) = page(text) else { panic!("{text}") };
            assert!(cause.to_string().contains(expected), "{text}: {cause}");
        }
        assert_eq!(page(" ").unwrap_err(), ListError::Empty);
        assert!(matches!(page("\n<html>"), Err(ListError::Html(_))));
        assert_eq!(Page::parse(vec![0xFF], 0).unwrap_err().0, ListError::NotUtf8);
    }

    #[test]
    fn limits_the_number_of_fields() {
        let fields: Vec<String> = (0..2 * MAX_FIELDS).map(|field| format!("\"f{field}\":0")).collect();
        let page = page(&format!("{{\"items\":[{{{}}}]}}", fields.join(","))).unwrap();
        assert_eq!(page.fields.names().len(), MAX_FIELDS);
    }
}
