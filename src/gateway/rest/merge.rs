//! Combines the lists into one dataset.
//!
//! A field that can't be parsed becomes null. No session is dropped because of its fields.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::value::RawValue;

use super::page::{Fields, ItemVisitor, Page};
use super::start_times::{StartTimes, Update};
use super::{SessionKind, value};
use crate::dataset::{Cell, ColumnId, ColumnType, Dataset, DatasetBuilder, Header, names};
use crate::gateway::last_comm;

/// Prefix of an unknown field with the name of a known column.
const PREFIX: &str = "gateway.";

/// All pages of one kind's list; none if it can't be read.
#[derive(Debug)]
pub(super) struct List {
    pub(super) kind: SessionKind,
    pub(super) pages: Vec<Page>,
}

/// A known column and its fields: the first one present is used. Letter case is ignored, because the lists differ in it
/// (`lastcomm`, `lastComm`).
pub(super) struct KnownColumn {
    column: &'static str,
    column_type: ColumnType,
    fields: &'static [&'static str],
    /// The lists that have it. A gateway without any of these has no such column.
    of: &'static [SessionKind],
}

impl KnownColumn {
    const fn new(
        column: &'static str,
        column_type: ColumnType,
        fields: &'static [&'static str],
        of: &'static [SessionKind],
    ) -> Self {
        Self { column, column_type, fields, of }
    }
}

const ALL: &[SessionKind] = &SessionKind::ALL;
const VISION: &[SessionKind] = &[SessionKind::Vision];
const VISION_AND_DESIGNER: &[SessionKind] = &[SessionKind::Vision, SessionKind::Designer];
const PERSPECTIVE: &[SessionKind] = &[SessionKind::Perspective];

/// The known columns in their order.
pub(super) const KNOWN: [KnownColumn; 17] = [
    KnownColumn::new(names::USERNAME, ColumnType::String, &["username", "user"], ALL),
    KnownColumn::new(names::PROJECT, ColumnType::String, &["project"], ALL),
    KnownColumn::new(names::ADDRESS, ColumnType::String, &["address", "clientAddress"], ALL),
    KnownColumn::new(names::CLIENT_ID, ColumnType::String, &["id"], ALL),
    KnownColumn::new(last_comm::COLUMN, ColumnType::Date, &[last_comm::COLUMN], ALL),
    // Unchanged, because its unit is not documented.
    KnownColumn::new(names::TIMEOUT, ColumnType::Integer, &["timeout"], VISION_AND_DESIGNER),
    KnownColumn::new(names::TIME_ZONE, ColumnType::String, &["timezone"], VISION_AND_DESIGNER),
    KnownColumn::new(names::MEMORY_USED, ColumnType::Integer, &["memory.used"], VISION_AND_DESIGNER),
    KnownColumn::new(names::MEMORY_MAX, ColumnType::Integer, &["memory.max"], VISION_AND_DESIGNER),
    KnownColumn::new(names::TAG_COUNT, ColumnType::Integer, &["tagCount"], VISION),
    KnownColumn::new(names::SESSION_SCOPE, ColumnType::String, &["sessionScope"], PERSPECTIVE),
    KnownColumn::new(names::AUTHORIZED, ColumnType::Boolean, &["authorized"], PERSPECTIVE),
    KnownColumn::new(names::USER_AGENT, ColumnType::String, &["userAgent"], PERSPECTIVE),
    KnownColumn::new(names::ACTIVE_PAGES, ColumnType::Integer, &["activePages"], PERSPECTIVE),
    KnownColumn::new(names::PAGE_IDS, ColumnType::String, &["pageIds"], PERSPECTIVE),
    KnownColumn::new(names::RECENT_BYTES_SENT, ColumnType::Integer, &["recentBytesSent"], PERSPECTIVE),
    KnownColumn::new(names::TOTAL_BYTES_SENT, ColumnType::Integer, &["totalBytesSent"], PERSPECTIVE),
];

/// Fields with a meaning of their own. `uptime` becomes `creationTime`.
const UPTIME: &[&str] = &["uptime"];
const ID: &[&str] = &["id"];
const SCOPE: &[&str] = &["sessionScope"];

/// The source of a column's cells.
enum Source {
    Kind,
    IsDesigner,
    CreationTime,
    /// Indexes into the fields of all items; the first one present is used.
    Fields(Vec<usize>),
}

/// The lists as one dataset.
pub(super) struct Merged {
    pub(super) dataset: Dataset,
    /// The number of values that became null or have a replacement character.
    pub(super) replaced: usize,
}

/// Combines all lists, in their order.
pub(super) fn merge(lists: &[List], start_times: &StartTimes) -> Merged {
    let mut fields = Fields::default();
    for page in pages(lists) {
        for name in page.fields.names() {
            fields.add(name);
        }
    }
    let columns = columns(&fields, lists);
    let headers = columns.iter().map(|(header, _)| header.clone()).collect();
    let builder =
        DatasetBuilder::new(headers).expect("the standard columns are included, and no name is repeated");
    let indexes = |wanted| indexes(&fields, wanted).collect();
    let mut rows = Rows {
        kind: SessionKind::Vision,
        now: 0,
        values: vec![None; fields.names().len()],
        id: indexes(ID),
        uptime: indexes(UPTIME),
        scope: indexes(SCOPE),
        fields,
        columns,
        builder,
        start_times: start_times.update(),
        earlier: None,
        replaced: pages(lists).map(|page| page.replaced).sum(),
    };
    for List { kind, pages } in lists {
        rows.kind = *kind;
        if pages.is_empty() {
            rows.start_times.keep(*kind);
        }
        rows.earlier = (pages.len() > 1).then(HashSet::new);
        for page in pages {
            rows.now = page.now;
            page.visit(&mut rows);
        }
    }
    let Rows { builder, start_times, replaced, .. } = rows;
    start_times.finish();
    // The dataset is as old as its oldest page. The time zones in the lists are the clients', not the gateway's.
    let now = pages(lists).map(|page| page.now).min();
    Merged { dataset: builder.finish(now, None), replaced }
}

fn pages(lists: &[List]) -> impl Iterator<Item = &Page> {
    lists.iter().flat_map(|list| &list.pages)
}

/// Returns the indexes of these fields among those of all items, in the order of `wanted`.
fn indexes(fields: &Fields, wanted: &'static [&'static str]) -> impl Iterator<Item = usize> {
    wanted.iter().flat_map(move |wanted| {
        let names = fields.names().iter().enumerate();
        names.filter(|(_, name)| name.eq_ignore_ascii_case(wanted)).map(|(index, _)| index)
    })
}

/// Returns the known columns, then a text column for each unknown field.
fn columns(fields: &Fields, lists: &[List]) -> Vec<(Header, Source)> {
    let header = |name: &str, column_type| Header { name: name.to_owned(), column_type };
    let mut columns = vec![
        (header(ColumnId::IsDesigner.name(), ColumnType::Boolean), Source::IsDesigner),
        (header(ColumnId::CreationTime.name(), ColumnType::Date), Source::CreationTime),
        (header(SessionKind::COLUMN, ColumnType::String), Source::Kind),
    ];
    let mut used: HashSet<usize> = indexes(fields, UPTIME).collect();
    for known in KNOWN {
        let is_standard = !matches!(known.column.into(), ColumnId::Other(_));
        if is_standard || lists.iter().any(|list| known.of.contains(&list.kind)) {
            let indexes: Vec<usize> = indexes(fields, known.fields).collect();
            used.extend(&indexes);
            columns.push((header(known.column, known.column_type), Source::Fields(indexes)));
        }
    }
    for (index, field) in fields.names().iter().enumerate().filter(|(index, _)| !used.contains(index)) {
        let mut name = field.clone();
        while columns.iter().any(|(header, _)| header.name == name) {
            name.insert_str(0, PREFIX);
        }
        columns.push((header(&name, ColumnType::String), Source::Fields(vec![index])));
    }
    columns
}

/// Builds a row of each item.
struct Rows<'de> {
    /// The kind of the current list.
    kind: SessionKind,
    /// The gateway's clock when the page was received, in epoch milliseconds.
    now: i64,
    /// The current item's values, by field index.
    values: Vec<Option<&'de RawValue>>,
    id: Vec<usize>,
    uptime: Vec<usize>,
    scope: Vec<usize>,
    fields: Fields,
    columns: Vec<(Header, Source)>,
    builder: DatasetBuilder,
    start_times: Update,
    /// The ids of the list so far, if it has several pages: sessions that start or end during the read move others to
    /// another page.
    earlier: Option<HashSet<Cow<'de, str>>>,
    /// The number of values that became null or have a replacement character.
    replaced: usize,
}

impl<'de> ItemVisitor<'de> for Rows<'de> {
    fn field(&mut self, name: &str, value: &'de RawValue) {
        if let Some(index) = self.fields.find(name)
            && !value::is_null(value)
        {
            self.values[index].get_or_insert(value);
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
    fn value(&self, indexes: &[usize]) -> Option<&'de RawValue> {
        indexes.iter().find_map(|&index| self.values[index])
    }

    fn push_row(&mut self, id: Option<&str>) {
        let uptime = self.value(&self.uptime);
        let start = uptime.and_then(value::parse_age).map(|uptime| {
            let computed = self.now.saturating_sub(uptime);
            // Sessions without an id can't be recognized, so their start is computed each time.
            id.map_or(computed, |id| self.start_times.start(self.kind, id, computed))
        });
        for (column, (header, source)) in self.columns.iter().enumerate() {
            let text;
            let (value, cell) = match source {
                Source::Kind => (None, Some(Cell::Text(self.kind.name()))),
                Source::IsDesigner => (None, self.is_designer().map(Cell::Boolean)),
                Source::CreationTime => (uptime, start.map(Cell::Date)),
                Source::Fields(indexes) => {
                    let value = self.value(indexes);
                    let cell = match header.column_type {
                        ColumnType::Boolean => value.and_then(value::parse_bool).map(Cell::Boolean),
                        ColumnType::Integer => value.and_then(value::parse_int).map(Cell::Integer),
                        ColumnType::Date => {
                            value.and_then(|value| value::parse_last_comm(value, self.now)).map(Cell::Date)
                        }
                        _ => {
                            text = value.and_then(value::text);
                            text.as_deref().map(Cell::Text)
                        }
                    };
                    (value, cell)
                }
            };
            // The builder rejects dates out of range.
            let is_pushed = cell.is_some_and(|cell| self.builder.push(column, cell).is_ok());
            if !is_pushed {
                self.builder.push(column, Cell::Null).expect("every column accepts null");
                self.replaced +=
                    usize::from(value.is_some_and(|value| !value::is_missing(value, &header.column_type)));
            }
        }
    }

    /// Returns whether the current session is a Designer. The list determines this, or the scope of
    /// a Perspective session, which can run in a Designer.
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
