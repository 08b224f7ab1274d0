//! The window.
//!
//! [`App`] holds everything: `logic` takes in what the background threads have to tell and `ui` draws it. What the
//! user does comes back from the drawing as a list of [`Command`]s, which [`App`] carries out. No screen part reaches
//! into another.

mod app;
mod certificate;
mod command;
mod connection_bar;
mod connection_test;
mod context_menu;
mod counts_panel;
mod details_panel;
mod door;
mod export_job;
mod filter_bar;
mod filter_help;
mod gateway_form;
mod gateway_job;
mod gateway_panel;
mod grid;
mod model;
mod saved_filters;
mod secrets_thread;
mod settings_thread;
mod silent;
mod status_bar;
mod terminate_question;
mod theme;
mod view_bar;
mod window;

pub use app::{App, Start};
pub use command::{Command, Copied, Doomed};
pub use export_job::{PickFile, Picking};
pub use window::{WindowError, run};
