//! The sessions of the demo gateway and their IDs.
//!
//! Texts are shared (`Arc<str>`): a million sessions have far fewer users and projects.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Serialize, Serializer};

use crate::dataset::names;

/// The public ID of a Vision client or Designer: eight upper-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientId(pub(super) u32);

/// A text that isn't a [`ClientId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected eight hexadecimal digits")]
pub struct ClientIdError;

impl ClientId {
    /// Returns the eight digits as ASCII.
    fn digits(self) -> [u8; 8] {
        let mut rest = self.0;
        let mut digits = [0; 8];
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789ABCDEF"[(rest & 0xF) as usize];
            rest >>= 4;
        }
        digits
    }

    /// Passes the digits to `f` as text, without an allocation.
    fn with_text<T>(self, f: impl FnOnce(&str) -> T) -> T {
        f(str::from_utf8(&self.digits()).expect("hexadecimal digits are ASCII"))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.pad(text))
    }
}

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_hex(text, 8).and_then(|id| u32::try_from(id).ok()).map(Self).ok_or(ClientIdError)
    }
}

impl Serialize for ClientId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_text(|text| serializer.serialize_str(text))
    }
}

/// The ID of a Perspective session, formatted as a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PerspectiveId(pub(super) u128);

impl PerspectiveId {
    /// Parses the format of [`fmt::Display`]; returns `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        parse_hex(&text.replace('-', ""), 32).map(Self).filter(|id| id.to_string().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for PerspectiveId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            id >> 96,
            id >> 80 & 0xFFFF,
            id >> 64 & 0xFFFF,
            id >> 48 & 0xFFFF,
            id & 0xFFFF_FFFF_FFFF
        )
    }
}

impl Serialize for PerspectiveId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Parses exactly `digits` hexadecimal digits. `from_str_radix` alone would also accept a sign.
fn parse_hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

/// The six columns of `system.util.getSessionInfo`, with their types.
pub const COLUMNS: [(&str, &str); 6] = [
    (names::USERNAME, "String"),
    (names::PROJECT, "String"),
    (names::ADDRESS, "String"),
    (names::IS_DESIGNER, "Boolean"),
    (names::CLIENT_ID, "String"),
    (names::CREATION_TIME, "Date"),
];

/// One row of `system.util.getSessionInfo`, in the order of [`COLUMNS`].
pub type Row<'a> = (&'a str, &'a str, &'a str, bool, ClientId, i64);

/// A Vision client or a Designer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Name of the user.
    pub username: Arc<str>,
    /// Open project.
    pub project: Arc<str>,
    /// IP address or host name.
    pub address: Arc<str>,
    /// `true` for a Designer, `false` for a Vision client.
    pub is_designer: bool,
    /// Public ID.
    pub client_id: ClientId,
    /// Login time in epoch milliseconds.
    pub creation_time: i64,
    /// `true` for a Designer that no longer communicates with the gateway and can be pruned.
    pub is_dormant: bool,
    /// `true` if simulated changes don't end it: the session of a fixed user, or one created by [`Registry::log_in`].
    ///
    /// [`Registry::log_in`]: super::registry::Registry::log_in
    pub is_permanent: bool,
}

impl Session {
    /// Returns the session as a row of `system.util.getSessionInfo`.
    #[must_use]
    pub fn row(&self) -> Row<'_> {
        (&self.username, &self.project, &self.address, self.is_designer, self.client_id, self.creation_time)
    }
}

/// A Perspective session, which `system.util.getSessionInfo` doesn't return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerspectiveSession {
    /// ID of the session.
    pub id: PerspectiveId,
    /// Name of the user; `None` if unauthenticated.
    pub username: Option<Arc<str>>,
    /// Open project.
    pub project: Arc<str>,
    /// IP address or host name.
    pub address: Arc<str>,
    /// Scope: `browser`, `ios`, `android` or `designer`.
    pub scope: &'static str,
    /// User agent of the browser or app.
    pub user_agent: &'static str,
    /// Start time in epoch milliseconds.
    pub creation_time: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip() {
        let id = ClientId(0x0A1B_2C3D);
        assert_eq!(id.to_string(), "0A1B2C3D");
        assert_eq!("0A1B2C3D".parse(), Ok(id));
        for invalid in ["", "A1B2C3D", "+A1B2C3D", "0A1B2C3D4", "0A1B2C3G"] {
            assert_eq!(invalid.parse::<ClientId>(), Err(ClientIdError), "{invalid}");
        }

        let id = PerspectiveId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(id.to_string(), "01234567-89ab-cdef-0123-456789abcdef");
        assert_eq!(PerspectiveId::parse(&id.to_string()), Some(id));
        assert_eq!(PerspectiveId::parse("0123456789abcdef0123456789abcdef"), None);
    }
}
