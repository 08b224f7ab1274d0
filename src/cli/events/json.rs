//! Events as JSON, one object per line.

use std::io;
use std::time::SystemTime;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::dataset::{Cell, ColumnId, names};
use crate::display::iso_utc;
use crate::poll::{ChangedFields, Departure, Event, EventKind, Session};

/// The version of the format. Keys are only ever added to it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    time: String,
    #[serde(rename = "type")]
    kind: &'static str,
    gateway: &'a str,
    node: String,
    #[serde(flatten)]
    details: Details<'a>,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Details<'a> {
    Arrived {
        #[serde(flatten)]
        session: Fields<'a>,
    },
    Left {
        #[serde(flatten)]
        session: Fields<'a>,
        last_seen: String,
        duration_ms: u64,
        gap: bool,
    },
    Changed {
        #[serde(flatten)]
        session: Fields<'a>,
        changes: Changes<'a>,
    },
    Unreachable {
        error: String,
    },
    Back {
        duration_ms: u64,
    },
    Restarted {
        since: String,
    },
}

/// The fields of a session.
struct Fields<'a>(&'a Session);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for column in ColumnId::STANDARD {
            map.serialize_entry(column.name(), &Json(self.0.cell(&column)))?;
        }
        map.serialize_entry(names::KIND, &self.0.kind())?;
        map.end()
    }
}

/// The fields that changed, each with its values before and after.
struct Changes<'a> {
    before: &'a Session,
    after: &'a Session,
    fields: ChangedFields,
}

#[derive(Serialize)]
struct Change<'a> {
    before: Json<'a>,
    after: Json<'a>,
}

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let change = |column: ColumnId| {
            let [before, after] = [self.before, self.after].map(|session| Json(session.cell(&column)));
            let name = column.name().to_owned();
            (name, Change { before, after })
        };
        serializer.collect_map(self.fields.iter().map(change))
    }
}

/// A cell as in an export.
struct Json<'a>(Cell<'a>);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Null => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Boolean(value) => serializer.serialize_bool(value),
            Cell::Date(epoch_ms) => serializer.serialize_str(&iso_utc(epoch_ms)),
            Cell::Integer(value) => serializer.serialize_i64(value),
            Cell::Real(value) => serializer.serialize_f64(value),
        }
    }
}

/// Returns the line of an event, without its end.
pub(super) fn line(event: &Event) -> io::Result<String> {
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (kind, details) = match &event.kind {
        EventKind::Arrived(session) => ("arrived", Details::Arrived { session: Fields(session) }),
        EventKind::Left(Departure { session, last_seen, duration, has_gap }) => (
            "left",
            Details::Left {
                session: Fields(session),
                last_seen: time(*last_seen),
                duration_ms: millis(*duration),
                gap: *has_gap,
            },
        ),
        EventKind::Changed { before, after, fields } => (
            "changed",
            Details::Changed { session: Fields(after), changes: Changes { before, after, fields: *fields } },
        ),
        EventKind::Unreachable(error) => ("unreachable", Details::Unreachable { error: error.to_string() }),
        EventKind::Back { after } => ("back", Details::Back { duration_ms: millis(*after) }),
        EventKind::Restarted { since } => ("restarted", Details::Restarted { since: time(*since) }),
    };
    let line = Line {
        v: VERSION,
        time: time(event.time),
        kind,
        gateway: &event.gateway,
        node: event.node.to_string(),
        details,
    };
    Ok(serde_json::to_string(&line)?)
}

fn time(time: SystemTime) -> String {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    iso_utc(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
