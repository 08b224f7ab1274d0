//! The reasons why a connection can't be opened.

use std::io;

use super::chain::{find_cause, io_kind};
use super::resolver::LookupError;

/// The kind of a failure to connect.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectFailure {
    /// The host name has no address.
    #[error("Host not found. Check the spelling of the address")]
    HostNotFound,
    /// Nothing listens on the port.
    #[error("Connection refused. Check that the gateway is running and that the port is right")]
    Refused,
    /// There is no route to the host.
    #[error("Host unreachable. Check the network or the VPN")]
    Unreachable,
    /// No connection in time.
    #[error("No connection within {seconds} s. Check the address and the firewall")]
    Timeout {
        /// The time limit in seconds.
        seconds: f64,
    },
    /// Anything else, see the cause.
    #[error("Can't connect. Check the address and the network")]
    Other,
}

impl ConnectFailure {
    /// Returns the kind of a failure to connect, to a gateway or to a proxy.
    pub(super) fn from_request_error(error: &reqwest::Error, connect_seconds: f64) -> Self {
        let timeout = Self::Timeout { seconds: connect_seconds };
        if error.is_timeout() {
            return timeout;
        }
        if find_cause::<LookupError>(error).is_some() {
            return Self::HostNotFound;
        }
        io_kind(error).map_or(Self::Other, |kind| Self::from_io(kind, connect_seconds))
    }

    /// Returns the kind of an I/O error while connecting.
    pub(super) fn from_io(kind: io::ErrorKind, connect_seconds: f64) -> Self {
        use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable, TimedOut};
        match kind {
            ConnectionRefused => Self::Refused,
            HostUnreachable | NetworkUnreachable | NetworkDown => Self::Unreachable,
            TimedOut => Self::Timeout { seconds: connect_seconds },
            _ => Self::Other,
        }
    }
}
