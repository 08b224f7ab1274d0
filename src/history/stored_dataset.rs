//! Stored sessions as a dataset.

use super::stored_sessions::{StoredSession, StoredSessions};
use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};
use crate::gateway::SessionKind;

/// The columns after the standard ones, that of places and that of kinds.
const OTHERS: [(&str, ColumnType); 4] = [
    (names::FIRST_SEEN, ColumnType::Date),
    (names::LAST_SEEN, ColumnType::Date),
    (names::MISSED_AT, ColumnType::Date),
    (names::STATE, ColumnType::String),
];

impl StoredSessions {
    /// Returns the sessions in their order, with the columns of `gatewatch history`. A date outside of the years 0 to 9999 is
    /// null.
    #[must_use]
    pub fn dataset(&self) -> Dataset {
        self.dataset_of(|session| Some(&session.gateway), true, None)
    }

    /// Returns the sessions as [`dataset`](Self::dataset) does, with other texts in the column of gateways, which is left out
    /// if no session has one, and without the kinds if clients and designers are all there are. `timezone` is that of the
    /// gateway, by its IANA name.
    #[must_use]
    pub fn dataset_with<'a>(
        &'a self,
        place: impl Fn(&'a StoredSession) -> Option<&'a str>,
        timezone: Option<String>,
    ) -> Dataset {
        let is_perspective = |session: &StoredSession| session.session.kind == Some(SessionKind::Perspective);
        let has_kinds = self.sessions.iter().any(is_perspective);
        self.dataset_of(place, has_kinds, timezone)
    }

    fn dataset_of<'a>(
        &'a self,
        place: impl Fn(&'a StoredSession) -> Option<&'a str>,
        has_kinds: bool,
        timezone: Option<String>,
    ) -> Dataset {
        let has_places =
            self.sessions.is_empty() || self.sessions.iter().any(|session| place(session).is_some());
        let places = has_places.then_some((names::GATEWAY, ColumnType::String));
        let kinds = has_kinds.then_some((names::KIND, ColumnType::String));
        let others = places.into_iter().chain(kinds).chain(OTHERS);
        let others = others.map(|(name, column_type)| Header { name: name.to_owned(), column_type });
        let headers = Header::standard().into_iter().chain(others).collect();
        let mut builder = DatasetBuilder::new(headers).expect("the columns are distinct");
        for stored in &self.sessions {
            let StoredSession { session, first_seen, last_seen, missed_at, state, .. } = stored;
            let others =
                [Cell::Date(*first_seen), Cell::Date(*last_seen), date(*missed_at), Cell::Text(state.name())];
            let place = has_places.then(|| Cell::from(place(stored)));
            let kind = has_kinds.then(|| Cell::from(session.kind.map(SessionKind::name)));
            builder.push_row(session.cells().into_iter().chain(place).chain(kind).chain(others));
        }
        builder.finish(None, timezone)
    }
}

fn date(time: Option<i64>) -> Cell<'static> {
    time.map_or(Cell::Null, Cell::Date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{SessionRecord, SessionState};

    #[test]
    fn has_the_standard_columns_and_those_of_the_history() {
        let full = StoredSession {
            gateway: "North".into(),
            node: "http://n1:8088".into(),
            session: SessionRecord {
                username: Some("billy".into()),
                project: Some("Packaging".into()),
                address: Some("10.1.2.3".into()),
                is_designer: Some(false),
                kind: Some(SessionKind::Vision),
                client_id: Some("A1".into()),
                creation_time: Some(0),
            },
            first_seen: 1_000,
            last_seen: 2_000,
            missed_at: Some(3_000),
            state: SessionState::LeftBetween,
        };
        let empty = SessionRecord { creation_time: Some(i64::MAX), ..SessionRecord::default() };
        let empty =
            StoredSession { session: empty, missed_at: None, state: SessionState::Present, ..full.clone() };
        let stored = StoredSessions { sessions: vec![full, empty], nodes: Vec::new() };
        let dataset = stored.dataset();
        let names: Vec<String> = dataset.columns().map(|(id, _)| id.to_string()).collect();
        let rows =
            [0, 1].map(|row| dataset.columns().map(|(_, column)| column.cell(row)).collect::<Vec<_>>());
        assert_eq!(
            names.join(","),
            "username,project,address,isDesigner,clientId,creationTime,gateway,kind,firstSeen,lastSeen,missedAt,state"
        );
        assert_eq!(
            rows[0],
            [
                Cell::Text("billy"),
                Cell::Text("Packaging"),
                Cell::Text("10.1.2.3"),
                Cell::Boolean(false),
                Cell::Text("A1"),
                Cell::Date(0),
                Cell::Text("North"),
                Cell::Text("Vision"),
                Cell::Date(1_000),
                Cell::Date(2_000),
                Cell::Date(3_000),
                Cell::Text("left-between"),
            ]
        );
        let without_places = stored.dataset_with(|_| None, Some("Europe/Berlin".to_owned()));
        assert!(without_places.column(&names::GATEWAY.into()).is_none());
        assert!(without_places.column(&names::KIND.into()).is_none(), "there are no Perspective sessions");
        assert_eq!((without_places.len(), without_places.timezone()), (2, Some("Europe/Berlin")));
        assert_eq!(rows[1][..6], [Cell::Null; 6]);
        assert_eq!(
            rows[1][7..],
            [Cell::Null, Cell::Date(1_000), Cell::Date(2_000), Cell::Null, Cell::Text("present")]
        );
    }
}
