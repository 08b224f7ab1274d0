//! Lists of sessions for tests.

use proptest::prelude::*;

use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};

/// A session: username, project, address, `isDesigner`, client id, creation time in seconds, and kind.
pub(super) type Session = (
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
    Option<bool>,
    Option<&'static str>,
    Option<i64>,
    Option<&'static str>,
);

fn cells(session: &Session) -> [Cell<'static>; 7] {
    let (username, project, address, is_designer, client_id, creation_time, kind) = *session;
    [
        Cell::from(username),
        Cell::from(project),
        Cell::from(address),
        is_designer.map_or(Cell::Null, Cell::Boolean),
        Cell::from(client_id),
        creation_time.map_or(Cell::Null, |seconds| Cell::Date(seconds * 1_000)),
        Cell::from(kind),
    ]
}

/// Returns a list of these sessions, with the column of kinds or without.
pub(super) fn list_of(sessions: &[Session], has_kind: bool) -> Dataset {
    let kind = has_kind.then(|| Header { name: names::KIND.to_owned(), column_type: ColumnType::String });
    let mut builder = DatasetBuilder::new(Header::standard().into_iter().chain(kind).collect()).unwrap();
    for session in sessions {
        for (column, cell) in cells(session).into_iter().enumerate().take(builder.width()) {
            builder.push(column, cell).unwrap();
        }
    }
    builder.finish(None, None)
}

/// Returns a list of these sessions.
pub(super) fn list(sessions: &[Session]) -> Dataset {
    list_of(sessions, true)
}

/// Returns a Vision client of a user.
pub(super) fn session(
    username: &'static str,
    client_id: Option<&'static str>,
    creation_time: Option<i64>,
) -> Session {
    (Some(username), None, None, None, client_id, creation_time, Some("Vision"))
}

/// Generates sessions, many of which share ids and cells.
pub(super) fn any_session() -> impl Strategy<Value = Session> {
    use prop::option::of;
    use prop::sample::select;
    (
        of(select(&["anna", "billy", "Carl"][..])),
        of(select(&["Boiler", "Packaging"][..])),
        of(select(&["10.0.0.9", "10.0.0.10", "hmi-2"][..])),
        of(any::<bool>()),
        of(select(&["A", "B", "C", "D", "E"][..])),
        of(0_i64..16),
        of(select(&["Vision", "Designer"][..])),
    )
}
