//! Tests of the library over real sockets and against the JDK: gateways, the demo gateway, polling, filters.

#![expect(
    clippy::disallowed_methods,
    reason = "test gateways and settings files need no bounds, names or atomic writes"
)]
#![expect(clippy::unwrap_used, reason = "helpers outside of `#[test]` functions fail like tests")]

mod background;
mod check;
mod client;
mod demo_gateway;
mod design_tokens;
mod fault_injection;
mod filter_java;
mod filter_limits;
mod filter_manual;
mod health;
mod jython_gateway;
mod layering;
mod lost_connections;
mod observer;
mod polling;
mod recording;
mod rest;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod tls_trust;
