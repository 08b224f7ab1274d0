//! Speaking to gateways.
//!
//! A [`Client`] asks one node: first its health page (who is there, which version, which role), then its sessions, of
//! the Web Dev module or, with an API token of 8.3, of the REST API. With such a token it also ends sessions.
//! Every failure is a [`GatewayError`] that says what is wrong and what to do next.

mod body;
mod client;
mod credentials;
mod error;
mod info;
mod login_throttle;
mod profile;
mod proxy;
mod redact;
mod rest;
mod tls;
mod url;
pub mod webdev;

pub use client::{Client, Limits, NodeSnapshot, ReadOptions};
pub use credentials::{Credentials, CredentialsError};
pub use error::GatewayError;
pub use info::{GatewayInfo, Role, Version};
pub(crate) use login_throttle::Proof;
pub use profile::{Api, Login, Profile, node_names};
pub use proxy::ProxyFault;
pub use rest::{SessionKind, Terminated};
pub use tls::{Certificate, Fingerprint, FingerprintError, Pin, Refused, Trust, TrustError, TrustFault, Why};
pub use url::{NodeUrl, NodeUrlError};
