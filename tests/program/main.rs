//! The program as a process of its own: its command line, its real window, what a screen reader finds in it.

#![expect(
    clippy::disallowed_methods,
    reason = "test gateways and settings files need no bounds, names or atomic writes"
)]
#![expect(clippy::unwrap_used, reason = "helpers outside of `#[test]` functions fail like tests")]

mod command_line;
mod real_window;
mod screen_reader;
#[path = "../support/mod.rs"]
mod support;
