//! A session as the history stores it.

use std::sync::Arc;

use super::database::Value;
use crate::dataset::{Cell, Column, ColumnId, Dataset};
use crate::gateway::{RowKinds, SessionKind};
use crate::poll::CREATION_TOLERANCE_MS;

/// The longest text that is stored, in characters. PostgreSQL can't index texts of more than about 2,700 bytes.
const MAX_CHARS: usize = 600;

/// The number of columns of a [`SessionRecord`].
pub(super) const RECORD_VALUES: usize = 7;

/// The columns of a [`SessionRecord`] in a query of the table `session s`. The texts are looked up one by one: PostgreSQL
/// would otherwise read all texts where many sessions are found.
pub(super) const RECORD_COLUMNS: &str = r#"s.kind, s.client, s.started + s.created_after, s.designer,
    (SELECT value FROM text WHERE id = s."user"), (SELECT value FROM text WHERE id = s.project),
    (SELECT value FROM text WHERE id = s.address)"#;

/// A session of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SessionRecord {
    /// The user.
    pub username: Option<Arc<str>>,
    /// The project.
    pub project: Option<Arc<str>>,
    /// The client's address.
    pub address: Option<Arc<str>>,
    /// `true` if it is a Designer; `None` if that isn't known.
    pub is_designer: Option<bool>,
    /// The kind, if known.
    pub kind: Option<SessionKind>,
    /// The client id.
    pub client_id: Option<Arc<str>>,
    /// The start by the gateway's clock, in milliseconds since 1970 UTC.
    pub creation_time: Option<i64>,
}

impl SessionRecord {
    /// Returns the session in a row of a dataset.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn from_row(dataset: &Dataset, row: u32) -> Self {
        Records::of(dataset).get(row)
    }

    /// Returns the values of the standard columns.
    pub(crate) fn cells(&self) -> [Cell<'_>; 6] {
        fn text(text: Option<&Arc<str>>) -> Cell<'_> {
            text.map_or(Cell::Null, |text| Cell::Text(text))
        }

        [
            text(self.username.as_ref()),
            text(self.project.as_ref()),
            text(self.address.as_ref()),
            self.is_designer.map_or(Cell::Null, Cell::Boolean),
            text(self.client_id.as_ref()),
            self.creation_time.map_or(Cell::Null, Cell::Date),
        ]
    }

    /// Returns the session with texts that both databases can store.
    pub(super) fn storable(&self) -> Self {
        let text = |text: &Option<Arc<str>>| text.as_deref().map(storable);
        Self {
            username: text(&self.username),
            project: text(&self.project),
            address: text(&self.address),
            client_id: text(&self.client_id),
            ..self.clone()
        }
    }

    /// Returns the session in the columns of a query that begin with [`RECORD_COLUMNS`].
    pub(super) fn from_values(values: &[Value; RECORD_VALUES]) -> Self {
        let [kind, client_id, creation_time, is_designer, username, project, address] = values;
        Self {
            username: username.text().cloned(),
            project: project.text().cloned(),
            address: address.text().cloned(),
            is_designer: is_designer.integer().map(|is_designer| is_designer != 0),
            kind: kind_from_value(kind),
            client_id: client_id.text().cloned(),
            creation_time: creation_time.integer(),
        }
    }

    /// Returns `true` if both are the same session of one node, even if its user, project or address changed.
    pub(super) fn is_same_session(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.client_id == other.client_id
            && is_same_start(self.creation_time, other.creation_time)
            && (self.client_id.is_some() || self.has_same_values(other))
    }

    /// Returns `true` if it is of one of these kinds.
    pub(super) fn is_of(&self, kinds: &[SessionKind]) -> bool {
        self.kind.is_some_and(|kind| kinds.contains(&kind))
    }

    /// Returns `true` if user, project, address and `is_designer` are the same.
    pub(super) fn has_same_values(&self, other: &Self) -> bool {
        (&self.username, &self.project, &self.address, self.is_designer)
            == (&other.username, &other.project, &other.address, other.is_designer)
    }
}

fn is_same_start(a: Option<i64>, b: Option<i64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.abs_diff(b) <= CREATION_TOLERANCE_MS,
        _ => true,
    }
}

/// Reads the sessions of a dataset as records.
pub(super) struct Records<'a> {
    dataset: &'a Dataset,
    kinds: RowKinds<'a>,
}

impl<'a> Records<'a> {
    pub(super) fn of(dataset: &'a Dataset) -> Self {
        Self { dataset, kinds: RowKinds::of(dataset) }
    }

    /// Returns the session in a row.
    pub(super) fn get(&self, row: u32) -> SessionRecord {
        let column = |id| self.dataset.column(&id);
        let text = |id| match column(id)? {
            Column::Text(column) => column.get(row as usize).map(storable),
            _ => None,
        };
        let is_designer = match column(ColumnId::IsDesigner) {
            Some(Column::Boolean(column)) => column.get(row as usize),
            _ => None,
        };
        let creation_time = match column(ColumnId::CreationTime) {
            Some(Column::Date(column)) => column.get(row as usize),
            _ => None,
        };
        SessionRecord {
            username: text(ColumnId::Username),
            project: text(ColumnId::Project),
            address: text(ColumnId::Address),
            is_designer,
            kind: self.kinds.kind(row),
            client_id: text(ColumnId::ClientId),
            creation_time,
        }
    }

    /// Returns all sessions, in the order of the rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = SessionRecord> {
        let rows = u32::try_from(self.dataset.len()).unwrap_or(u32::MAX);
        (0..rows).map(|row| self.get(row))
    }
}

/// Returns a text in a form that both databases can store and index.
pub(super) fn storable(text: &str) -> Arc<str> {
    let is_short = text.len() <= MAX_CHARS || text.char_indices().nth(MAX_CHARS).is_none();
    if is_short && !text.contains('\0') {
        return text.into();
    }
    let replace = |char| if char == '\0' { char::REPLACEMENT_CHARACTER } else { char };
    text.chars().take(MAX_CHARS).map(replace).collect::<String>().into()
}

/// Returns the number that stands for a kind.
pub(super) fn kind_to_value(kind: Option<SessionKind>) -> Value {
    kind.map(|kind| kind as i64).into()
}

/// Returns the kind that a number stands for.
pub(super) fn kind_from_value(value: &Value) -> Option<SessionKind> {
    let index = usize::try_from(value.integer()?).ok()?;
    SessionKind::ALL.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(client_id: Option<&str>, creation_time: Option<i64>) -> SessionRecord {
        SessionRecord {
            username: Some("billy".into()),
            project: None,
            address: None,
            is_designer: Some(false),
            kind: Some(SessionKind::Vision),
            client_id: client_id.map(Into::into),
            creation_time,
        }
    }

    #[test]
    fn start_times_that_jitter_belong_to_one_session() {
        let session = record(Some("A"), Some(10_000));
        assert!(session.is_same_session(&record(Some("A"), Some(15_000))));
        assert!(session.is_same_session(&record(Some("A"), None)));
        assert!(!session.is_same_session(&record(Some("A"), Some(15_001))));
        assert!(!session.is_same_session(&record(Some("B"), Some(10_000))));
    }

    #[test]
    fn sessions_without_an_id_are_told_apart_by_their_values() {
        let session = record(None, Some(10_000));
        assert!(session.is_same_session(&session.clone()));
        assert!(!session.is_same_session(&SessionRecord { username: None, ..session.clone() }));
    }

    #[test]
    fn shortens_long_texts_and_replaces_null_characters() {
        assert_eq!(&*storable("a\0b"), "a\u{fffd}b");
        assert_eq!(storable(&"é".repeat(700)).chars().count(), MAX_CHARS);
        assert_eq!(storable(&"é".repeat(600)).chars().count(), MAX_CHARS);
    }
}
