//! Gatewatch shows the sessions on Ignition gateways: users, projects, addresses and login times.
//!
//! # Data flow
//!
//! ```text
//! bytes → gateway → dataset → poll → query → table → ui
//!                                 │      └→ export
//!                                 └→ history, alert
//! ```
//!
//! User actions flow back as one [`ui`] command enum: views read state and emit commands, they never write state. A
//! [`dataset::Dataset`] is immutable and shared behind an [`Arc`](std::sync::Arc). The UI thread never waits for the
//! network, the disk, a filter or a sort.
//!
//! # Modules
//!
//! From the ground up. A module imports only modules above it in this list; `tests/library/layering` enforces it.
//!
//! | module | purpose |
//! |---|---|
//! | [`version`] | the version of the program |
//! | `stop_signal` | waits for Ctrl+C, SIGTERM or SIGHUP |
//! | [`atomic_file`] | writes a file as a whole or not at all |
//! | `error_chain` | errors with their causes on one line |
//! | `count` | numbers and counts with thousands separators |
//! | `sanitize` | makes untrusted text safe for terminals, labels and logs |
//! | `short_float` | writes floats with the digits that they need |
//! | `notify_on_drop` | notifies the owner of a thread when it ends |
//! | [`dataset`] | typed, immutable columns |
//! | [`filter`] | `java.util.regex` patterns, matched against whole values |
//! | [`query`] | dataset + filters + sort keys → rows |
//! | [`display`] | how values are shown |
//! | [`table`] | the state of the grid, without a screen |
//! | [`export`] | rows as CSV, JSON or text |
//! | [`secrets`] | passwords and tokens in the platform's keyring |
//! | [`gateway`] | HTTP: wire formats, health, credentials, TLS, profiles |
//! | [`poll`] | polling thread: the status and the latest snapshot of each node, and session events |
//! | [`history`] | records who was signed in and when, in SQLite or PostgreSQL |
//! | [`alert`] | rules on sessions and status that decide which alerts are sent |
//! | [`demo`] | a gateway inside this process |
//! | [`settings`] | `config.toml` and the state that survives a restart |
//! | [`logging`] | where log events go |
//! | [`cli`] | the command line |
//! | [`ui`] | the window; the only module that knows egui |
//!
//! # Glossary
//!
//! | term | meaning |
//! |---|---|
//! | session | one logged-in user in one client, Designer or Perspective page, as the gateway lists it |
//! | kind | Vision client, Designer or Perspective session; the filter on `isDesigner` is the designer filter |
//! | gateway | an Ignition gateway, or several addresses under one name |
//! | node | one address of a gateway; each node knows only its own sessions |
//! | profile | what is saved about a gateway: name, nodes, authentication, interval |
//! | snapshot | the sessions of one node at one moment, with what the node said about itself |
//! | list | the sessions of one node as they were read; those of a kind that can't be read are carried over |
//! | gap | a time in which a node wasn't read (failures, a suspend, more than two intervals): its sessions are unknown |
//! | event | a session arrived, left or changed, or a node became unreachable, came back or was restarted |
//! | status | the state of a polled gateway: snapshots, errors, next read |
//! | rule | an `[[alert]]` in `config.toml`: a condition, the sessions and gateways it is about, and how it is sent |
//! | alert | what a rule sends: that something has happened, or that a state is firing or resolved |
//! | incident | one thing that an alert is about; a summary has several |
//! | coverage | the time in which a node was watched, as the history stores it |
//! | dataset | the sessions of one or more snapshots as columns |
//! | standard column | one of the six columns that `getSessionInfo` always returns |
//! | dictionary | the distinct texts of a column, sorted |
//! | code | the index of a text in its dictionary; comparing codes compares texts |
//! | null | a cell for which the gateway gave no value |
//! | pattern | the text of a `java.util.regex` regular expression |
//! | mode | how a pattern is applied: match part of the value, ignore case, exclude matches |
//! | filter | a compiled pattern with its mode |
//! | cell filter | one value of a column to include or exclude |
//! | facet | the values of a column with their number of sessions |
//! | query | filters, sort keys and grouping for a dataset |
//! | row | the index of a session in a dataset |
//! | line | a line of the grid: a session, a session that has just left, or the header of a group |
//! | cursor | the line and column that the keyboard is in |
//! | pin | a certificate that the user trusts for one host and port |
//! | draft | what is typed but not applied |

#![cfg_attr(
    test,
    expect(clippy::disallowed_methods, reason = "unit tests need no atomic files and no thread names")
)]

pub mod alert;
pub mod atomic_file;
pub mod cli;
mod count;
pub mod dataset;
pub mod demo;
pub mod display;
mod error_chain;
pub mod export;
pub mod filter;
pub mod gateway;
pub mod history;
pub mod logging;
mod notify_on_drop;
pub mod poll;
pub mod query;
mod sanitize;
pub mod secrets;
pub mod settings;
mod short_float;
mod stop_signal;
pub mod table;
pub mod ui;
pub mod version;
