//! Gatewatch: who is logged in on your Ignition gateways, right now.
//!
//! The map of the house, from the ground up. Each module knows only those above it in this list:
//!
//! - [`dataset`]: a gateway's answer as typed columns; knows nobody
//! - [`filter`]: one pattern, matched against whole values; knows nobody
//! - [`query`]: dataset, filters and sort keys → which rows, in which order
//! - [`display`]: how a value is shown to a person
//! - [`table`]: the power table without a screen: columns, lines, selection, place
//! - [`atomic_file`]: a file that is there whole or not at all; knows nobody
//! - [`export`]: rows as CSV, JSON or a table of text
//! - [`secrets`]: passwords and tokens in the platform's keyring; knows nobody
//! - [`gateway`]: speaking to gateways
//! - [`watch`]: asking them again and again, and keeping the last good answer
//! - [`demo`]: a gateway inside this process
//! - [`settings`]: the saved gateways and filters, and which gateway was the last
//! - [`cli`]: the command line as a type
//! - [`sessions`]: the table without a window
//! - [`ui`]: the window; nothing else knows egui
//!
//! Two small things stand below all of these and know nobody: `parallel_map`, the same work on two threads, and `wake`, word
//! that a thread has ended.
//!
//! The data flows one way: bytes from a gateway → `dataset` → `watch` → `query` → `ui` or `export`. The user's wishes
//! flow back as commands.

pub mod atomic_file;
pub mod cli;
pub mod dataset;
pub mod demo;
pub mod display;
pub mod export;
pub mod filter;
pub mod gateway;
pub mod logging;
mod notify_on_drop;
pub mod poll;
pub mod query;
mod sanitize;
pub mod secrets;
pub mod settings;
pub mod table;
pub mod ui;
