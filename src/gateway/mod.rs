//! Speaking to gateways.
//!
//! A [`Client`] asks one node: first its health page (who is there, which version, which role), then its sessions, of
//! the Web Dev module or, with an API token of 8.3, of the REST API. With such a token it also ends sessions.
//! Every failure is a [`GatewayError`] that says what is wrong and what to do next.

mod body;
mod client;
mod credentials;
mod echo;
mod error;
mod info;
mod last_answer;
mod profile;
mod proof;
mod proxy;
mod rest;
mod trust;
mod url;

pub use client::{Ask, Client, Limits, Reading};
pub use credentials::{Credentials, CredentialsError};
pub use error::GatewayError;
pub use info::{GatewayInfo, Role, Version};
pub use profile::{Api, Login, Profile, node_names};
pub(crate) use proof::Proof;
pub use proxy::ProxyFault;
pub use rest::{SessionKind, Terminated};
pub use trust::{
    Certificate, Fingerprint, FingerprintError, Pin, Refused, Trust, TrustError, TrustFault, Why,
};
pub use url::{NodeUrl, NodeUrlError};
