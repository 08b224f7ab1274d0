//! Events, which neither sessions nor coverage contain: outages, restarts, and the actions of this
//! program and its user.

use std::sync::Arc;

use super::HistoryError;
use super::database::{Database, Row, Value, first_integer};
use super::record::{SessionRecord, kind_to_value};
use super::step::NodeKey;
use super::texts::text_ids;
use crate::sanitize::one_line;

/// The longest name in the text of an alert, in characters.
pub(crate) const MAX_ALERT_NAME: usize = 80;

/// The kind of a stored event. Its number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum EventKind {
    /// A node couldn't be read for a time.
    Unreachable = 0,
    /// A gateway was restarted.
    Restarted = 1,
    /// The user of this program terminated a session.
    Terminated = 2,
    /// The user of this program signed in to a gateway.
    SignedIn = 3,
    /// This program raised an alert.
    Alert = 4,
    /// This program reported the end of an alert.
    AlertEnd = 5,
}

impl EventKind {
    const ALL: [Self; 6] =
        [Self::Unreachable, Self::Restarted, Self::Terminated, Self::SignedIn, Self::Alert, Self::AlertEnd];

    /// Returns the kind with a number.
    pub(super) fn from_value(value: &Value) -> Option<Self> {
        let index = usize::try_from(value.integer()?).ok()?;
        Self::ALL.get(index).copied()
    }
}

impl From<EventKind> for Value {
    fn from(kind: EventKind) -> Self {
        Self::Integer(kind as i64)
    }
}

/// An action of this program or its user on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A session was terminated.
    Terminated(SessionRecord),
    /// The user signed in to the gateway.
    SignedIn {
        /// The name of the account or the token.
        username: Option<Arc<str>>,
    },
    /// An alert was raised, or it has ended.
    Alert {
        /// The name of the alert's rule and the text of the alert.
        text: Arc<str>,
        /// `true` if the alert has ended.
        is_end: bool,
        /// The session that the alert is about, if any.
        session: Option<SessionRecord>,
    },
}

/// An action that isn't written yet.
#[derive(Clone, Debug)]
pub(super) struct TimedAction {
    pub(super) node: NodeKey,
    /// Time in milliseconds since 1970 UTC.
    pub(super) time: i64,
    pub(super) action: Action,
}

impl Action {
    fn kind(&self) -> EventKind {
        match self {
            Self::Terminated(_) => EventKind::Terminated,
            Self::SignedIn { .. } => EventKind::SignedIn,
            Self::Alert { is_end: false, .. } => EventKind::Alert,
            Self::Alert { is_end: true, .. } => EventKind::AlertEnd,
        }
    }

    /// Returns the session and the detail of the event.
    fn session(&self) -> (SessionRecord, Option<Arc<str>>) {
        match self {
            Self::Terminated(session) => (session.storable(), None),
            Self::SignedIn { username } => {
                let session = SessionRecord { username: username.clone(), ..SessionRecord::default() };
                (session.storable(), None)
            }
            Self::Alert { text, session, .. } => {
                let session = session.as_ref().map(SessionRecord::storable);
                (session.unwrap_or_default(), Some(super::record::storable(text)))
            }
        }
    }
}

/// Writes an action on a node, unless it is written already.
pub(super) fn write_action(
    database: &mut dyn Database,
    node: i64,
    time: i64,
    action: &Action,
) -> Result<(), HistoryError> {
    let (session, detail) = action.session();
    let texts = [&session.username, &session.project, &session.address];
    let ids = text_ids(database, texts.into_iter().flatten())?;
    let values = vec![
        node.into(),
        action.kind().into(),
        time.into(),
        ids.of(session.username.as_ref()),
        session.client_id.clone().into(),
        detail.into(),
        ids.of(session.project.as_ref()),
        ids.of(session.address.as_ref()),
        session.is_designer.into(),
        kind_to_value(session.kind),
        session.creation_time.into(),
    ];
    let same = database.query(
        r#"SELECT id FROM event WHERE node = $1 AND kind = $2 AND time = $3 AND COALESCE("user", 0) = COALESCE(CAST($4 AS BIGINT), 0)
AND COALESCE(client, '') = COALESCE($5, '') AND COALESCE(detail, '') = COALESCE($6, '')"#,
        values[..6].to_vec(),
    )?;
    if same.is_empty() {
        database.execute(
            r#"INSERT INTO event (node, kind, earliest, time, is_open, "user", client, detail, project, address, designer, session_kind,
    created) VALUES ($1, $2, $3, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11)"#,
            values,
        )?;
    }
    Ok(())
}

/// Removes alerts about several sessions whose text lists a user. Returns their number.
pub(super) fn remove_alerts_that_list(
    database: &mut dyn Database,
    username: &str,
) -> Result<u64, HistoryError> {
    let mut pattern = "%".to_owned();
    for char in one_line(username, MAX_ALERT_NAME).chars() {
        pattern.extend(matches!(char, '%' | '_' | '!').then_some('!'));
        pattern.push(char);
    }
    pattern.push('%');
    let found = database.query(
        r#"SELECT id, detail FROM event WHERE kind IN ($1, $2) AND "user" IS NULL AND detail LIKE $3 ESCAPE '!'"#,
        vec![EventKind::Alert.into(), EventKind::AlertEnd.into(), pattern.as_str().into()],
    )?;
    let lists = |row: &&Row| row.get(1).and_then(Value::text).is_some_and(|text| lists_user(text, username));
    let removed: Vec<Row> = found.iter().filter(lists).map(|row| row[..1].to_vec()).collect();
    database.execute_each("DELETE FROM event WHERE id = $1", &removed)
}

/// Returns `true` if the text of an alert ends with a list of users that has this one, as in `Arrivals: 5 sessions arrived on
/// North: anna, billy and 3 more`.
pub(crate) fn lists_user(alert: &str, username: &str) -> bool {
    let name = one_line(username, MAX_ALERT_NAME);
    let parts = |text| str::match_indices(text, ": ").map(|(at, separator)| (at, at + separator.len()));
    parts(alert).any(|(end, names)| {
        // After the name of the rule, the number of sessions, and the gateways. Others list only gateways.
        let is_about_sessions = parts(&alert[..end]).any(|(_, begin)| {
            let what = &alert[begin..end];
            what.starts_with(|first: char| first.is_ascii_digit()) && what.contains(" on ")
        });
        is_about_sessions && is_listed(&alert[names..], &name)
    })
}

/// Returns `true` if a name is among those that commas separate. Names may have commas.
fn is_listed(names: &str, name: &str) -> bool {
    let is_more = |rest: &str| rest.starts_with(" and ") && rest.ends_with(" more");
    names.match_indices(name).any(|(at, _)| {
        let (before, rest) = (&names[..at], &names[at + name.len()..]);
        (before.is_empty() || before.ends_with(", "))
            && (rest.is_empty() || rest.starts_with(", ") || is_more(rest))
    })
}

/// Writes an event of a node that is about no session, unless it is written already. It happened from `earliest` to `time`.
/// Returns its id.
pub(super) fn write_of_node(
    database: &mut dyn Database,
    node: i64,
    kind: EventKind,
    (earliest, time): (i64, i64),
) -> Result<i64, HistoryError> {
    let key: Row = vec![node.into(), kind.into(), time.into()];
    let same =
        database.query("SELECT id FROM event WHERE node = $1 AND kind = $2 AND time = $3", key.clone())?;
    let written = if same.is_empty() {
        database.query(
            "INSERT INTO event (node, kind, time, earliest, is_open) VALUES ($1, $2, $3, $4, 0) RETURNING id",
            [key, vec![earliest.into()]].concat(),
        )?
    } else {
        same
    };
    let id = first_integer(&written);
    id.ok_or_else(|| HistoryError::Database("the database returned no id for a new event".into()))
}
