//! The program as a process of its own: its command line, its real window, what a screen reader finds in it.

mod command_line;
mod real_window;
mod screen_reader;
#[path = "../support/mod.rs"]
mod support;
