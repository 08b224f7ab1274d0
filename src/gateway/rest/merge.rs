//! The lists under each other, as one dataset.
//!
//! A field that can't be read leaves its cell unknown. A session is never left out for what a field holds.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::value::RawValue;

use super::page::{Fields, Items, Page};
use super::start_times::{Pinning, Starts};
use super::{SessionKind, value};
use crate::dataset::{Cell, ColumnId, ColumnType, Dataset, DatasetBuilder, Header, names};

/// What stands before the name of an unknown field that is called as a column of ours is.
const THEIRS: &str = "gateway.";

/// All pages of one kind's list.
#[derive(Debug)]
pub(super) struct List {
    pub(super) kind: SessionKind,
    pub(super) pages: Vec<Page>,
}

/// A column that is known by its fields: the first that is there counts. Letter case does not, as the lists themselves
/// don't agree on it (`lastcomm`, `lastComm`).
pub(super) struct Known {
    column: &'static str,
    kind: ColumnType,
    fields: &'static [&'static str],
    /// The lists that have it. Where the gateway has none of these, there is no such column.
    of: &'static [SessionKind],
}

impl Known {
    const fn new(
        column: &'static str,
        kind: ColumnType,
        fields: &'static [&'static str],
        of: &'static [SessionKind],
    ) -> Self {
        Self { column, kind, fields, of }
    }
}

const ALL: &[SessionKind] = &SessionKind::ALL;
const VISION: &[SessionKind] = &[SessionKind::Vision];
const VISION_AND_DESIGNER: &[SessionKind] = &[SessionKind::Vision, SessionKind::Designer];
const PERSPECTIVE: &[SessionKind] = &[SessionKind::Perspective];

/// In the order of the columns.
pub(super) const KNOWN: [Known; 17] = [
    Known::new(names::USERNAME, ColumnType::String, &["username", "user"], ALL),
    Known::new(names::PROJECT, ColumnType::String, &["project"], ALL),
    Known::new(names::ADDRESS, ColumnType::String, &["address", "clientAddress"], ALL),
    Known::new(names::CLIENT_ID, ColumnType::String, &["id"], ALL),
    Known::new("lastComm", ColumnType::Date, &["lastComm"], ALL),
    // Its unit is not known for certain, so it stays as it comes.
    Known::new("timeout", ColumnType::Integer, &["timeout"], VISION_AND_DESIGNER),
    Known::new("timezone", ColumnType::String, &["timezone"], VISION_AND_DESIGNER),
    Known::new("memoryUsed", ColumnType::Integer, &["memory.used"], VISION_AND_DESIGNER),
    Known::new("memoryMax", ColumnType::Integer, &["memory.max"], VISION_AND_DESIGNER),
    Known::new("tagCount", ColumnType::Integer, &["tagCount"], VISION),
    Known::new("sessionScope", ColumnType::String, &["sessionScope"], PERSPECTIVE),
    Known::new("authorized", ColumnType::Boolean, &["authorized"], PERSPECTIVE),
    Known::new("userAgent", ColumnType::String, &["userAgent"], PERSPECTIVE),
    Known::new("activePages", ColumnType::Integer, &["activePages"], PERSPECTIVE),
    Known::new("pageIds", ColumnType::String, &["pageIds"], PERSPECTIVE),
    Known::new("recentBytesSent", ColumnType::Integer, &["recentBytesSent"], PERSPECTIVE),
    Known::new("totalBytesSent", ColumnType::Integer, &["totalBytesSent"], PERSPECTIVE),
];

/// Fields that are read for what they mean: `uptime` is shown as `creationTime`, which can be shown as an age.
const UPTIME: &[&str] = &["uptime"];
const ID: &[&str] = &["id"];
const SCOPE: &[&str] = &["sessionScope"];

/// Where a column's cells are from.
enum Source {
    Kind,
    IsDesigner,
    CreationTime,
    /// The places of the fields among those of all items; the first that is there counts.
    Fields(Vec<usize>),
}

/// One dataset of all lists, in their order.
pub(super) fn merge(lists: &[List], start_times: &Starts) -> Dataset {
    let mut fields = Fields::default();
    for page in pages(lists) {
        for name in page.fields.names() {
            fields.add(name);
        }
    }
    let columns = columns(&fields, lists);
    let headers = columns.iter().map(|(header, _)| header.clone()).collect();
    let builder = DatasetBuilder::new(headers).expect("the six columns are among ours, and each name once");
    let places = |wanted| places(&fields, wanted).collect();
    let mut rows = Rows {
        kind: SessionKind::Vision,
        now: 0,
        values: vec![None; fields.names().len()],
        id: places(ID),
        uptime: places(UPTIME),
        scope: places(SCOPE),
        fields,
        columns,
        builder,
        start_times: start_times.pin(),
        earlier: None,
    };
    for List { kind, pages } in lists {
        rows.kind = *kind;
        rows.earlier = (pages.len() > 1).then(HashSet::new);
        for page in pages {
            rows.now = page.now;
            page.tell(&mut rows);
        }
    }
    let Rows { builder, start_times, .. } = rows;
    start_times.finish();
    // The table is no newer than its oldest part. The time zones in the lists are the clients', not the gateway's.
    let now = pages(lists).map(|page| page.now).min();
    builder.finish(now, None)
}

fn pages(lists: &[List]) -> impl Iterator<Item = &Page> {
    lists.iter().flat_map(|list| &list.pages)
}

/// Where these fields stand among those of all items, the first wanted first.
fn places(fields: &Fields, wanted: &'static [&'static str]) -> impl Iterator<Item = usize> {
    wanted.iter().flat_map(move |wanted| {
        let names = fields.names().iter().enumerate();
        names.filter(|(_, name)| name.eq_ignore_ascii_case(wanted)).map(|(place, _)| place)
    })
}

/// All columns: those that are known, then a column of text for each field that is not.
fn columns(fields: &Fields, lists: &[List]) -> Vec<(Header, Source)> {
    let header = |name: &str, kind| Header { name: name.to_owned(), kind };
    let mut columns = vec![
        (header(ColumnId::IsDesigner.name(), ColumnType::Boolean), Source::IsDesigner),
        (header(ColumnId::CreationTime.name(), ColumnType::Date), Source::CreationTime),
        (header(SessionKind::COLUMN, ColumnType::String), Source::Kind),
    ];
    let mut used: HashSet<usize> = places(fields, UPTIME).collect();
    for known in KNOWN {
        let is_one_of_the_six = !matches!(known.column.into(), ColumnId::Other(_));
        if is_one_of_the_six || lists.iter().any(|list| known.of.contains(&list.kind)) {
            let places: Vec<usize> = places(fields, known.fields).collect();
            used.extend(&places);
            columns.push((header(known.column, known.kind), Source::Fields(places)));
        }
    }
    for (place, field) in fields.names().iter().enumerate().filter(|(place, _)| !used.contains(place)) {
        let mut name = field.clone();
        while columns.iter().any(|(header, _)| header.name == name) {
            name.insert_str(0, THEIRS);
        }
        columns.push((header(&name, ColumnType::String), Source::Fields(vec![place])));
    }
    columns
}

/// Takes the fields of one item after the other, and makes a row of each.
struct Rows<'de> {
    /// Of the list that is read.
    kind: SessionKind,
    /// The gateway's clock when the page came.
    now: i64,
    /// The item's values, by the places of their fields.
    values: Vec<Option<&'de RawValue>>,
    id: Vec<usize>,
    uptime: Vec<usize>,
    scope: Vec<usize>,
    fields: Fields,
    columns: Vec<(Header, Source)>,
    builder: DatasetBuilder<'de>,
    start_times: Pinning,
    /// The ids of the list so far, if it has several pages: who comes or goes while they are read moves the others
    /// to another page.
    earlier: Option<HashSet<Cow<'de, str>>>,
}

impl<'de> Items<'de> for Rows<'de> {
    fn field(&mut self, name: &str, value: &'de RawValue) {
        if let Some(place) = self.fields.find(name)
            && !value::is_null(value)
        {
            self.values[place].get_or_insert(value);
        }
    }

    fn end(&mut self) {
        let id = self.value(&self.id).and_then(value::text);
        let known = id.clone().is_some_and(|id| self.earlier.as_mut().is_some_and(|ids| !ids.insert(id)));
        if !known {
            self.push_row(id.as_deref());
        }
        self.values.fill(None);
    }
}

impl<'de> Rows<'de> {
    fn value(&self, places: &[usize]) -> Option<&'de RawValue> {
        places.iter().find_map(|&place| self.values[place])
    }

    fn push_row(&mut self, id: Option<&str>) {
        let uptime = self.value(&self.uptime).and_then(value::age);
        let start = uptime.map(|uptime| {
            let worked_out = self.now.saturating_sub(uptime);
            // A session without an id can't be told from others, so its beginning is worked out each time.
            id.map_or(worked_out, |id| self.start_times.start(self.kind, id, worked_out))
        });
        for (column, (header, source)) in self.columns.iter().enumerate() {
            let cell = match source {
                Source::Kind => Some(Cell::Text(self.kind.name())),
                Source::IsDesigner => self.is_designer().map(Cell::Boolean),
                Source::CreationTime => start.map(Cell::Date),
                Source::Fields(places) => {
                    let value = self.value(places);
                    match header.kind {
                        ColumnType::Boolean => value.and_then(value::truth).map(Cell::Boolean),
                        ColumnType::Integer => value.and_then(value::whole).map(Cell::Integer),
                        ColumnType::Date => {
                            value.and_then(|value| value::moment(value, self.now)).map(Cell::Date)
                        }
                        _ => match value.and_then(value::text) {
                            Some(text) => {
                                self.builder.push_text(column, text).expect("the column is one of text");
                                continue;
                            }
                            None => None,
                        },
                    }
                }
            };
            // A date that is none is the one cell that is not taken.
            let taken = self.builder.push(column, cell.unwrap_or(Cell::Null));
            taken
                .or_else(|_| self.builder.push(column, Cell::Null))
                .expect("every column takes an unknown value");
        }
    }

    /// The list tells; a Perspective session can run in a Designer, and says so where it says anything.
    fn is_designer(&self) -> Option<bool> {
        match self.kind {
            SessionKind::Vision => Some(false),
            SessionKind::Designer => Some(true),
            SessionKind::Perspective => {
                let scope = value::text(self.value(&self.scope)?)?;
                Some(scope.eq_ignore_ascii_case("designer"))
            }
        }
    }
}
