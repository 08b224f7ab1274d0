//! Sessions that hold a license and are probably not used.

use super::previews;
use super::{DuplicateLogin, DuplicateLogins};
use crate::dataset::{Cell, Column, ColumnId, Dataset, names};

/// The criteria for sessions that are probably not used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnusedRequest {
    /// The time without a communication from which a session counts as silent, in milliseconds.
    pub silent_ms: i64,
    /// The gateway's time, in milliseconds since 1970 UTC.
    pub now_epoch_ms: i64,
    /// The time of gateways whose clocks differ from that, by their names.
    pub now_on: Vec<(String, i64)>,
}

/// A session that is probably not used: it is silent, or its user has another one in the same project on the same host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusedSession {
    /// The row.
    pub row: u32,
    /// The time since its last communication in milliseconds; `None` if the gateway doesn't report it.
    pub silent_ms: Option<i64>,
    /// `true` if it has been silent for at least [`UnusedRequest::silent_ms`].
    pub is_silent: bool,
    /// The sessions of its user in the same project, if several are on this session's host.
    pub login: Option<DuplicateLogin>,
}

/// The sessions of a dataset that are probably not used, regardless of filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnusedSessions {
    /// The sessions, those that have been silent for longest first.
    pub sessions: Vec<UnusedSession>,
    /// `true` if the gateway reports when sessions communicated last.
    pub has_last_communication: bool,
}

impl UnusedSessions {
    /// Searches a dataset. Takes time in proportion to the number of rows.
    #[must_use]
    pub fn find(dataset: &Dataset, logins: &DuplicateLogins, request: &UnusedRequest) -> Self {
        let last = match dataset.column(&ColumnId::from(names::LAST_COMM)) {
            Some(Column::Date(last)) => Some(last),
            _ => None,
        };
        // A preview holds no license of its own.
        let previews = previews::of_listed_designers(dataset);
        let gateways = dataset.column(&ColumnId::from(names::GATEWAY));
        let now = |row: u32| {
            let names = gateways.filter(|_| !request.now_on.is_empty());
            let Some(Cell::Text(name)) = names.map(|names| names.cell(row as usize)) else {
                return request.now_epoch_ms;
            };
            let own = request.now_on.iter().find(|(gateway, _)| gateway == name);
            own.map_or(request.now_epoch_ms, |(_, now)| *now)
        };
        let rows = 0..u32::try_from(dataset.len()).unwrap_or(u32::MAX);
        let mut sessions: Vec<UnusedSession> = rows
            .filter(|row| previews.binary_search(row).is_err())
            .filter_map(|row| {
                let last = last.and_then(|last| last.get(row as usize));
                let silent_ms = last.map(|last| now(row).saturating_sub(last).max(0));
                let is_silent = silent_ms.is_some_and(|silent_ms| silent_ms >= request.silent_ms);
                let login = logins.get(row).filter(|login| login.is_accidental());
                let session = UnusedSession { row, silent_ms, is_silent, login };
                (is_silent || login.is_some()).then_some(session)
            })
            .collect();
        sessions.sort_by_key(|session| (std::cmp::Reverse(session.silent_ms), session.row));
        Self { sessions, has_last_communication: last.is_some() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ColumnType, DatasetBuilder, Header};

    /// Creates a dataset of usernames, gateways, kinds and times of the last communication; each is in one project on one host.
    fn dataset(rows: &[(&str, &str, &str, Option<i64>)]) -> Dataset {
        let text = |name: &str| Header { name: name.to_owned(), column_type: ColumnType::String };
        let last = Header { name: names::LAST_COMM.to_owned(), column_type: ColumnType::Date };
        let others = [text(names::GATEWAY), text(names::KIND), last];
        let mut builder =
            DatasetBuilder::new(Header::standard().into_iter().chain(others).collect()).unwrap();
        for (user, gateway, kind, last) in rows {
            let standard = [
                Cell::Text(user),
                Cell::Text("Packaging"),
                Cell::Text("10.0.0.1"),
                Cell::Boolean(*kind == "Designer"),
                Cell::Text("ID"),
                Cell::Null,
            ];
            let others = [Cell::Text(gateway), Cell::Text(kind), last.map_or(Cell::Null, Cell::Date)];
            builder.push_row(standard.into_iter().chain(others));
        }
        builder.finish(None, None)
    }

    fn found(dataset: &Dataset, request: &UnusedRequest) -> Vec<(u32, Option<i64>, bool)> {
        let unused = UnusedSessions::find(dataset, &DuplicateLogins::find(dataset), request);
        unused
            .sessions
            .iter()
            .map(|session| (session.row, session.silent_ms, session.login.is_some()))
            .collect()
    }

    #[test]
    fn finds_silent_sessions_and_duplicates() {
        let dataset = dataset(&[
            ("anna", "North", "Vision", Some(9_000)),
            ("billy", "North", "Vision", Some(9_500)),
            ("billy", "North", "Vision", None),
            ("carl", "North", "Perspective", Some(1_000)),
            ("dora", "North", "Vision", None),
            // The clock of the gateway may be behind.
            ("emil", "North", "Vision", Some(11_000)),
        ]);
        let request = UnusedRequest { silent_ms: 5_000, now_epoch_ms: 10_000, now_on: Vec::new() };
        assert_eq!(
            found(&dataset, &request),
            [(3, Some(9_000), false), (1, Some(500), true), (2, None, true)]
        );
        let all = found(&dataset, &UnusedRequest { silent_ms: 0, ..request });
        assert_eq!(all.iter().map(|(row, ..)| *row).collect::<Vec<_>>(), [3, 0, 1, 5, 2]);
    }

    #[test]
    fn each_gateway_has_its_own_clock() {
        let dataset =
            dataset(&[("anna", "North", "Vision", Some(9_000)), ("billy", "South", "Vision", Some(9_000))]);
        let now_on = vec![("South".to_owned(), 20_000)];
        let request = UnusedRequest { silent_ms: 5_000, now_epoch_ms: 10_000, now_on };
        assert_eq!(found(&dataset, &request), [(1, Some(11_000), false)]);
    }

    #[test]
    fn a_preview_holds_no_license_of_its_own() {
        let dataset = dataset(&[
            ("anna", "North", "Designer", Some(1_000)),
            ("anna", "North", "Perspective", Some(1_000)),
        ]);
        let request = UnusedRequest { silent_ms: 5_000, now_epoch_ms: 10_000, now_on: Vec::new() };
        assert_eq!(found(&dataset, &request), [(0, Some(9_000), false)]);
    }

    #[test]
    fn says_whether_silence_is_known() {
        let mut builder = DatasetBuilder::new(Header::standard().into_iter().collect()).unwrap();
        builder.push_row(std::iter::repeat_n(Cell::Null, 6));
        let dataset = builder.finish(None, None);
        let unused = UnusedSessions::find(&dataset, &DuplicateLogins::default(), &UnusedRequest::default());
        assert_eq!(unused, UnusedSessions::default());
    }
}
