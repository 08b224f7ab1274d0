//! Connects to a host that has several addresses, some of which may be dead.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connects to all addresses at the same time and returns the first connection. The HTTP client, too, waits for no dead
/// address.
///
/// # Errors
/// The last error if no address accepts a connection.
pub(super) async fn connect_any(addresses: impl IntoIterator<Item = SocketAddr>) -> io::Result<TcpStream> {
    let mut connects = JoinSet::new();
    for address in addresses {
        connects.spawn(TcpStream::connect(address));
    }
    let mut error = io::ErrorKind::AddrNotAvailable.into();
    while let Some(connected) = connects.join_next().await {
        match connected.map_err(io::Error::other).flatten() {
            Ok(stream) => return Ok(stream),
            Err(failed) => error = failed,
        }
    }
    Err(error)
}
