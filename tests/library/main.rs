//! The library over real sockets and against the JDK: gateways good and bad, the demo gateway, polling, filters.

mod client;
mod demo_gateway;
mod fault_injection;
mod filter_java;
mod filter_limits;
mod filter_manual;
mod jython_gateway;
mod polling;
mod rest;
#[path = "../support/mod.rs"]
mod support;
mod tls;
