//! Runs the program as a process: the command line, the real window, and the window in a screen reader.

#![expect(
    clippy::disallowed_methods,
    reason = "test gateways and settings files need no bounds, names or atomic writes"
)]
#![expect(clippy::unwrap_used, reason = "helpers outside of `#[test]` functions fail like tests")]

mod command_line;
#[cfg(target_os = "linux")]
mod desktop_theme;
#[cfg(target_os = "linux")]
mod displays;
#[cfg(target_os = "linux")]
mod notifications;
mod real_window;
#[cfg(target_os = "linux")]
mod remembered;
mod screen_reader;
#[path = "../support/mod.rs"]
mod support;
