//! One page of a list, as JSON text: counted first, read field by field later.
//!
//! A page stays text until all lists are there, because only then is it known which columns there are. Its items are
//! never a tree of values in memory.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::value;

/// The most fields that are told apart: some five times what is known of. Each one is a column, so a broken list must
/// not make them without end.
const MOST_FIELDS: usize = 100;
/// The one field that is taken apart.
const MEMORY: &str = "memory";

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    /// The gateway's clock when the page came, in epoch milliseconds.
    pub(super) now: i64,
    /// How many items it has.
    pub(super) len: usize,
    /// How many items the whole list has, where it says so.
    pub(super) total: Option<usize>,
    /// The id of its first item.
    pub(super) first_id: Option<String>,
    /// The fields of its items.
    pub(super) fields: Fields,
}

/// Names of fields, each once. What stands within `memory` is named `memory.used` and so on.
#[derive(Debug, Default)]
pub(super) struct Fields {
    names: Vec<String>,
    /// Where the next one is probably found: items have their fields in the same order.
    next: usize,
}

impl Fields {
    /// The names, in the order in which they came.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a name.
    pub(super) fn find(&mut self, name: &str) -> Option<usize> {
        let expected = self.names.get(self.next).is_some_and(|next| next == name);
        let place = if expected { self.next } else { self.names.iter().position(|known| known == name)? };
        self.next = place + 1;
        Some(place)
    }

    /// Takes in a name, unless it is known or there are too many.
    pub(super) fn add(&mut self, name: &str) {
        if self.find(name).is_none() && self.names.len() < MOST_FIELDS {
            self.names.push(name.to_owned());
            self.next = self.names.len();
        }
    }
}

/// What is told the fields of each item, and where an item ends.
pub(super) trait Items<'de> {
    fn field(&mut self, name: &str, value: &'de RawValue);
    fn end(&mut self);
}

impl Page {
    /// CellStyle through a page. The error says what it is instead.
    pub(super) fn read(body: Vec<u8>, now: i64) -> Result<Self, String> {
        let mut text = String::from_utf8(body).map_err(|_| "it is no UTF-8 text".to_owned())?;
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        let beginning = text.trim_start();
        if beginning.is_empty() {
            return Err("it is empty".to_owned());
        }
        if beginning.starts_with('<') {
            return Err("it is a web page".to_owned());
        }
        let mut survey = Survey::default();
        walk(&text, &mut survey).map_err(|error| in_words(&error))?;
        let total = envelope(&text).ok().and_then(|envelope| envelope.total());
        let Survey { len, first_id, fields } = survey;
        Ok(Self { text, now, len, total, first_id, fields })
    }

    /// How many bytes of text it is.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Tells all its fields.
    pub(super) fn tell<'de>(&'de self, items: &mut impl Items<'de>) {
        walk(&self.text, items).expect("the page was walked through when it came");
    }
}

fn in_words(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "it is cut off".to_owned();
    }
    if error.is_data() {
        return format!("it is not built as a list should be ({error})");
    }
    format!("it is no valid JSON ({error})")
}

/// What is around the items.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    items: &'a RawValue,
    /// Of any shape: a list without it is a list.
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

impl Envelope<'_> {
    fn total(&self) -> Option<usize> {
        let metadata: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_str(self.metadata?.get()).ok()?;
        usize::try_from(value::whole(metadata.get("total")?)?).ok()
    }
}

fn envelope(text: &str) -> serde_json::Result<Envelope<'_>> {
    serde_json::from_str(text)
}

fn walk<'de>(text: &'de str, items: &mut impl Items<'de>) -> serde_json::Result<()> {
    let envelope = envelope(text)?;
    let mut reader = serde_json::Deserializer::from_str(envelope.items.get());
    ListSeed(items).deserialize(&mut reader)
}

struct ListSeed<'a, I>(&'a mut I);

impl<'de, I: Items<'de>> DeserializeSeed<'de> for ListSeed<'_, I> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, I: Items<'de>> Visitor<'de> for ListSeed<'_, I> {
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

impl<'de, I: Items<'de>> DeserializeSeed<'de> for ItemSeed<'_, I> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, I: Items<'de>> Visitor<'de> for ItemSeed<'_, I> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item with fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut item: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = item.next_key()? {
            let value: &RawValue = item.next_value()?;
            let taken_apart = name == MEMORY && value.get().starts_with('{');
            if !taken_apart || within_memory(value, self.0).is_err() {
                self.0.field(&name, value);
            }
        }
        Ok(())
    }
}

/// Tells the fields of a client's memory as if they were fields of the client.
fn within_memory<'de>(memory: &'de RawValue, items: &mut impl Items<'de>) -> serde_json::Result<()> {
    struct Within<'a, I>(&'a mut I);

    impl<'de, I: Items<'de>> Visitor<'de> for Within<'_, I> {
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

    serde_json::Deserializer::from_str(memory.get()).deserialize_map(Within(items))
}

/// A field's name. Borrowed where it has no escapes, which is always.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// What must be known before the items can be read into columns.
#[derive(Default)]
struct Survey {
    len: usize,
    first_id: Option<String>,
    fields: Fields,
}

impl<'de> Items<'de> for Survey {
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

    fn page(text: &str) -> Result<Page, String> {
        Page::read(text.into(), 0)
    }

    #[test]
    fn a_page_is_counted_and_its_fields_are_collected() {
        let page = page(
            r#"{"metadata":{"total":"7"},"items":[{"id":"A","memory":{"used":1,"free":2}},{"id":"B","x\u0079":[]}]}"#,
        )
        .unwrap();
        assert_eq!((page.len, page.total, page.first_id.as_deref()), (2, Some(7), Some("A")));
        assert_eq!(page.fields.names(), ["id", "memory.used", "memory.free", "xy"]);
    }

    #[test]
    fn what_says_nothing_of_itself_is_still_a_page() {
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
    fn what_is_no_page_is_told_in_words() {
        for (text, expected) in [
            (" ", "empty"),
            ("\n<html>", "web page"),
            (r#"{"items":[{"#, "cut off"),
            (r#"{"items":[}]}"#, "no valid JSON"),
            (r#"{"message":"no"}"#, "missing field `items`"),
            (r#"{"items":[null]}"#, "an item with fields"),
            (r#"{"items":{}}"#, "a list of items"),
            ("[]", "not built as a list should be"),
        ] {
            let error = page(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        assert!(Page::read(vec![0xFF], 0).is_err());
    }

    #[test]
    fn a_list_does_not_make_fields_without_end() {
        let fields: Vec<String> = (0..2 * MOST_FIELDS).map(|field| format!("\"f{field}\":0")).collect();
        let page = page(&format!("{{\"items\":[{{{}}}]}}", fields.join(","))).unwrap();
        assert_eq!(page.fields.names().len(), MOST_FIELDS);
    }
}
