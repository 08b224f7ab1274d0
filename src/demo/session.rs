//! The sessions of a gateway, as its registry keeps them.
//!
//! Texts are shared (`Arc<str>`): a plant of a million sessions has far fewer users and projects.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Serialize, Serializer};

/// A Vision client's or a Designer's public id: eight upper-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientId(pub(super) u32);

/// A text that is no [`ClientId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a client id is eight hexadecimal digits")]
pub struct ClientIdError;

impl ClientId {
    /// The eight digits, as ASCII.
    fn digits(self) -> [u8; 8] {
        let mut rest = self.0;
        let mut digits = [0; 8];
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789ABCDEF"[(rest & 0xF) as usize];
            rest >>= 4;
        }
        digits
    }

    /// Hands the digits to `take` as text, without an allocation.
    fn with_text<T>(self, take: impl FnOnce(&str) -> T) -> T {
        take(str::from_utf8(&self.digits()).expect("hexadecimal digits are ASCII"))
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

/// A Perspective session's id, written as a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PerspectiveId(pub(super) u128);

impl PerspectiveId {
    /// Reads the form that [`fmt::Display`] writes; `None` for anything else.
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

/// Exactly `digits` hexadecimal digits. `from_str_radix` alone would also take a sign.
fn parse_hex(text: &str, digits: usize) -> Option<u128> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

/// The six columns of `system.util.getSessionInfo`, with their types.
pub const COLUMNS: [(&str, &str); 6] = [
    ("username", "String"),
    ("project", "String"),
    ("address", "String"),
    ("isDesigner", "Boolean"),
    ("clientId", "String"),
    ("creationTime", "Date"),
];

/// One row of `system.util.getSessionInfo`, in the order of [`COLUMNS`].
pub type Row<'a> = (&'a str, &'a str, &'a str, bool, ClientId, i64);

/// A Vision client or a Designer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who logged in.
    pub username: Arc<str>,
    /// The project that is open.
    pub project: Arc<str>,
    /// An IP address or a host name.
    pub address: Arc<str>,
    /// A Designer rather than a Vision client.
    pub is_designer: bool,
    /// The session's public id.
    pub client_id: ClientId,
    /// When they logged in, in epoch milliseconds.
    pub creation_time: i64,
    /// A Designer that has stopped talking to the gateway, and may be pruned.
    pub is_dormant: bool,
    /// Somebody of the manual's cast, or put here by a test: does not leave of their own accord.
    pub stays: bool,
}

impl Session {
    /// The session as a row of `system.util.getSessionInfo`.
    #[must_use]
    pub fn row(&self) -> Row<'_> {
        (&self.username, &self.project, &self.address, self.is_designer, self.client_id, self.creation_time)
    }
}

/// A Perspective session; `system.util.getSessionInfo` knows nothing of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerspectiveSession {
    /// The session's id.
    pub id: PerspectiveId,
    /// Who logged in; `None` when nobody did.
    pub username: Option<Arc<str>>,
    /// The project that is open.
    pub project: Arc<str>,
    /// An IP address or a host name.
    pub address: Arc<str>,
    /// `browser`, `ios`, `android` or `designer`.
    pub scope: &'static str,
    /// What the browser or app calls itself.
    pub user_agent: &'static str,
    /// When the session began, in epoch milliseconds.
    pub creation_time: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_as_written() {
        let id = ClientId(0x0A1B_2C3D);
        assert_eq!(id.to_string(), "0A1B2C3D");
        assert_eq!("0A1B2C3D".parse(), Ok(id));
        for wrong in ["", "A1B2C3D", "+A1B2C3D", "0A1B2C3D4", "0A1B2C3G"] {
            assert_eq!(wrong.parse::<ClientId>(), Err(ClientIdError), "{wrong}");
        }

        let id = PerspectiveId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(id.to_string(), "01234567-89ab-cdef-0123-456789abcdef");
        assert_eq!(PerspectiveId::parse(&id.to_string()), Some(id));
        assert_eq!(PerspectiveId::parse("0123456789abcdef0123456789abcdef"), None);
    }
}
