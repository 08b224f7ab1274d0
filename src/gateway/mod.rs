//! HTTP access to gateways.
//!
//! A [`Client`] reads one node: first its health page (name, version, redundancy role), then its sessions, from the Web
//! Dev module or, with an API token of 8.3, from the REST API. With a token it also terminates sessions.
//! Every failure is a [`GatewayError`] whose message says what happened, then what to do.

mod body;
mod cause;
mod chain;
pub mod check;
mod checked_node;
mod client;
mod connect_failure;
mod connection;
mod credentials;
mod endpoint;
mod error;
mod gunzip;
mod health;
mod http;
mod info;
mod json_text;
mod last_comm;
mod login_throttle;
mod notice;
mod options;
mod profile;
mod proxy;
mod race;
mod redact;
mod redirect;
mod request;
mod resolver;
mod rest;
mod row_kinds;
mod shown_certificates;
mod status_error;
mod tls;
mod url;
pub mod webdev;

pub use cause::Cause;
pub use client::{Client, NodeSnapshot};
pub use connect_failure::ConnectFailure;
pub use credentials::{ApiToken, BasicLogin, Credentials, CredentialsError, InvalidLogin, valid_user};
pub use endpoint::Endpoint;
pub use error::GatewayError;
pub use info::{GatewayInfo, Role, Version};
pub use notice::Notice;
pub use options::{Api, Limits, ReadOptions};
pub use profile::{Login, Profile, SessionLimits, node_names};
pub use proxy::{ProxyFailure, ProxySettingError};
pub use rest::{ListError, SessionKind, Terminated};
pub use row_kinds::RowKinds;
pub(crate) use tls::tls_config_for;
pub use tls::{
    CaFileError, Certificate, Fingerprint, FingerprintError, Pin, RejectReason, RejectedCertificate, Trust,
};
pub use url::{NodeUrl, NodeUrlError};
