//! The settings of the history of sessions.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::history::{HISTORY_FILE, HistoryError, Location, PostgresLocation};
use crate::secrets::Secrets;

const DEFAULT_KEEP_DAYS: u32 = 90;
/// The accepted numbers of days, up to a century. 0 is rejected, because it could mean nothing or everything.
pub(super) const KEEP_DAYS: RangeInclusive<u32> = 1..=36_500;

/// The table `[history]` in `config.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistorySettings {
    /// `true` if sessions are recorded. Each profile can be left out.
    pub enabled: bool,
    /// The database; `None` for a file in the [data folder](super::data_folder).
    pub url: Option<HistoryUrl>,
    /// The number of days after which a session that has ended is removed, at least 1.
    pub keep_days: u32,
}

impl Default for HistorySettings {
    fn default() -> Self {
        Self { enabled: true, url: None, keep_days: DEFAULT_KEEP_DAYS }
    }
}

impl HistorySettings {
    /// Returns the location where sessions are recorded; `None` if they aren't, or if there is no
    /// folder for them.
    #[must_use]
    pub fn location(&self) -> Option<Location> {
        self.enabled.then(|| self.stored_at()).flatten()
    }

    /// Returns the location where sessions were recorded, whether or not they are now; `None` if
    /// there is no folder for them.
    #[must_use]
    pub fn stored_at(&self) -> Option<Location> {
        match &self.url {
            Some(url) => Some(Location::Postgres(url.location())),
            None => Some(Location::File(super::data_folder()?.join(HISTORY_FILE))),
        }
    }

    /// Returns the time for which sessions are kept.
    #[must_use]
    pub fn keep(&self) -> Duration {
        Duration::from_hours(24) * self.keep_days
    }
}

/// The address of a PostgreSQL database, without a password, because people read the file that it is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryUrl(PostgresLocation);

impl HistoryUrl {
    /// Returns the database, with the keyring that may hold its password.
    #[must_use]
    pub fn location(&self) -> PostgresLocation {
        self.0.clone().with_keyring(Arc::new(Secrets::new(super::folder().as_deref())))
    }
}

impl fmt::Display for HistoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for HistoryUrl {
    type Err = HistoryUrlError;

    /// Accepts `postgres://user@host:port/database?key=value`, where only scheme and host are required.
    fn from_str(text: &str) -> Result<Self, HistoryUrlError> {
        let text = text.trim();
        let schemes = ["postgres://", "postgresql://"];
        let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or(HistoryUrlError::Invalid)?;
        // Before the first @ as in PostgreSQL's own parser: a password may have a slash.
        let (user, rest) = rest.split_once('@').unwrap_or(("", rest));
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let has = |key: &str| query.split('&').any(|pair| pair.split('=').next() == Some(key));
        if user.contains(':') || has("password") {
            return Err(HistoryUrlError::Password);
        }
        let has_host = !place.starts_with([':', '/']) && !place.is_empty() || has("host");
        let is_one_word = !text.contains(|c: char| c.is_whitespace() || c.is_control());
        // A second @ would be one in a password.
        if !has_host || !is_one_word || place.contains('@') {
            return Err(HistoryUrlError::Invalid);
        }
        match text.parse() {
            Ok(location) => Ok(Self(location)),
            Err(HistoryError::Address(problem)) => Err(HistoryUrlError::Parameter { problem }),
            Err(_) => Err(HistoryUrlError::Invalid),
        }
    }
}

/// The reason why a text isn't the address of a database. The message doesn't contain the text,
/// which may have a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryUrlError {
    /// The text isn't an address of PostgreSQL.
    #[error("Not the address of a database. Write it as postgres://user@host/database")]
    Invalid,
    /// The address has a password, which others could read.
    #[error(
        "The address must not have a password. Remove it and use `gatewatch history password`, PGPASSWORD or .pgpass"
    )]
    Password,
    /// A part of the address is not valid.
    #[error("Invalid address of a database: {problem}")]
    Parameter {
        /// The part that is wrong, and the reason.
        problem: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn reads_history_or_its_defaults() {
        let read = |text: &str| {
            let (settings, problems) = Settings::parse(text).unwrap();
            assert!(problems.is_empty(), "{problems:?}");
            settings.history
        };
        let default = HistorySettings { enabled: true, url: None, keep_days: 90 };
        assert_eq!(read(""), default);
        assert_eq!(read("[history]\n"), default);
        assert_eq!(read("history = { enabled = false }\n"), HistorySettings { enabled: false, ..default });
        let read = read("[history]\nurl = \"postgres://gatewatch@db/history\"\nkeep_days = 1\n");
        assert_eq!(read.url.unwrap().to_string(), "postgres://gatewatch@db/history");
        assert_eq!(read.keep_days, 1);
    }

    #[test]
    fn accepts_addresses_of_postgresql_without_a_password() {
        for text in [
            "postgres://db",
            "postgresql://gatewatch@db.plant:5433/history?sslmode=require",
            "postgres://u@h1:5432,h2:5433/history?target_session_attrs=read-write",
            "postgres://u@%2Frun%2Fpostgresql/history",
            "postgres://u@/history?host=/run/postgresql",
            "postgres://u@[::1]/history",
        ] {
            assert_eq!(text.parse::<HistoryUrl>().map(|url| url.to_string()).as_deref(), Ok(text));
        }
        for (text, expected) in [
            ("postgres://u:p@db", HistoryUrlError::Password),
            ("postgres://u:p/w@db", HistoryUrlError::Password),
            ("postgres://u:@db", HistoryUrlError::Password),
            ("postgres://u@db/x?sslmode=require&password=p", HistoryUrlError::Password),
            ("postgres://u@p@db", HistoryUrlError::Invalid),
            ("postgres://", HistoryUrlError::Invalid),
            ("postgres://u@/history", HistoryUrlError::Invalid),
            ("postgres://u@db/a b", HistoryUrlError::Invalid),
            ("mysql://db", HistoryUrlError::Invalid),
            ("history.db", HistoryUrlError::Invalid),
            ("", HistoryUrlError::Invalid),
            (
                "postgres://db/x?sslmode=allow",
                HistoryUrlError::Parameter {
                    problem: "sslmode must be disable, prefer, require or verify-full".to_owned(),
                },
            ),
        ] {
            assert_eq!(text.parse::<HistoryUrl>(), Err(expected), "{text}");
        }
    }
}
