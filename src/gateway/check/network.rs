//! The steps before the first request: the address, its name and its port.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

use super::step::{CheckStep, StepName};
use crate::gateway::race::connect_any;
use crate::gateway::{Cause, ConnectFailure, Credentials, GatewayError, NodeUrl};

/// The largest number of addresses of a host in a message.
const MAX_SHOWN: usize = 4;

/// Returns the step for the address itself.
pub(super) fn address(node: &NodeUrl, credentials: &Credentials) -> CheckStep {
    let sends_secrets = !matches!(credentials, Credentials::None);
    if sends_secrets && node.is_insecure() {
        let message = format!("{node} isn't encrypted. Others can read the password or token");
        return CheckStep::warning(StepName::Address, message, "Use the gateway's https address");
    }
    CheckStep::ok(StepName::Address, node.to_string())
}

/// Looks up the host name. Returns the addresses of the host if it has any.
pub(super) async fn name(node: &NodeUrl, limit: Duration) -> (CheckStep, Vec<SocketAddr>) {
    let (host, port) = (node.host(), node.port().unwrap_or_default());
    let failed = |failure, cause| {
        (CheckStep::failed(StepName::Name, GatewayError::Connect { failure, source: cause }), Vec::new())
    };
    let found = match timeout(limit, lookup_host((host, port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(error)) => return failed(ConnectFailure::HostNotFound, Cause::new(error)),
        Err(elapsed) => {
            let failure = ConnectFailure::Timeout { seconds: limit.as_secs_f64() };
            return failed(failure, Cause::new(elapsed));
        }
    };
    let mut shown: Vec<String> =
        found.iter().take(MAX_SHOWN).map(|address| address.ip().to_string()).collect();
    if found.len() > MAX_SHOWN {
        shown.push("…".to_owned());
    }
    let message = match host.parse::<IpAddr>() {
        Ok(_) => format!("{host} is an IP address"),
        Err(_) if found.is_empty() => {
            let cause = Cause::message("the name has no address".to_owned());
            return failed(ConnectFailure::HostNotFound, cause);
        }
        Err(_) => format!("{host} is {}", shown.join(", ")),
    };
    (CheckStep::ok(StepName::Name, message), found)
}

/// Connects to the port.
pub(super) async fn tcp(addresses: &[SocketAddr], limit: Duration) -> CheckStep {
    let port = addresses.first().map_or(0, SocketAddr::port);
    let (failure, source) = match timeout(limit, connect_any(addresses.iter().copied())).await {
        Ok(Ok(_)) => return CheckStep::ok(StepName::Tcp, format!("Port {port} is open")),
        Ok(Err(error)) => (ConnectFailure::from_io(error.kind(), limit.as_secs_f64()), Cause::new(error)),
        Err(elapsed) => (ConnectFailure::Timeout { seconds: limit.as_secs_f64() }, Cause::new(elapsed)),
    };
    CheckStep::failed(StepName::Tcp, GatewayError::Connect { failure, source })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::net::{TcpListener, TcpSocket};

    use super::*;
    use crate::gateway::check::Outcome;

    #[tokio::test]
    async fn connects_although_the_first_address_hangs() {
        // Its queue is full with one connection, so that further ones wait.
        let full = TcpSocket::new_v4().unwrap();
        full.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let full = full.listen(0).unwrap();
        let hanging = full.local_addr().unwrap();
        let _waiting = std::net::TcpStream::connect(hanging).unwrap();
        let good = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let good = good.local_addr().unwrap();
        assert_eq!(tcp(&[hanging, good], Duration::from_mins(1)).await.outcome, Outcome::Ok);
        let step = tcp(&[hanging], Duration::from_millis(1)).await;
        assert!(step.message.starts_with("No connection within 0.001 s"), "{step:?}");
    }
}
