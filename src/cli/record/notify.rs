//! Reports to the service manager when recording starts and ends, by the protocol of `sd_notify`.

use std::io;

/// The service manager didn't take a message.
#[derive(Debug, thiserror::Error)]
#[error("Can't write to NOTIFY_SOCKET")]
pub(super) struct NotifyError(#[source] io::Error);

/// A connection to the service manager, if this is a service that is to report.
pub(super) struct Notifier(#[cfg(target_os = "linux")] Option<std::os::unix::net::UnixDatagram>);

impl Notifier {
    /// Connects to the socket that the environment names.
    #[cfg(target_os = "linux")]
    pub(super) fn from_env() -> Result<Self, NotifyError> {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::net::{SocketAddr, UnixDatagram};

        let Some(name) = std::env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else {
            return Ok(Self(None));
        };
        let connect = || {
            let address = match name.as_bytes().strip_prefix(b"@") {
                Some(name) => SocketAddr::from_abstract_name(name)?,
                None => SocketAddr::from_pathname(&name)?,
            };
            let socket = UnixDatagram::unbound()?;
            socket.connect_addr(&address)?;
            Ok(socket)
        };
        connect().map(|socket| Self(Some(socket))).map_err(NotifyError)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn from_env() -> Result<Self, NotifyError> {
        Ok(Self())
    }

    /// Reports that recording has started.
    pub(super) fn ready(&self) -> Result<(), NotifyError> {
        self.send("READY=1")
    }

    /// Reports that the program is about to end.
    pub(super) fn stopping(&self) -> Result<(), NotifyError> {
        self.send("STOPPING=1")
    }

    #[cfg(target_os = "linux")]
    fn send(&self, state: &str) -> Result<(), NotifyError> {
        match &self.0 {
            Some(socket) => socket.send(state.as_bytes()).map(|_| ()).map_err(NotifyError),
            None => Ok(()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn send(&self, _state: &str) -> Result<(), NotifyError> {
        Ok(())
    }
}
