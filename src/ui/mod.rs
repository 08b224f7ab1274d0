//! The window.
//!
//! [`App`] holds everything: `logic` takes in what the background threads have to tell and `ui` draws it. What the
//! user does comes back from the drawing as a list of [`Command`]s, which [`App`] carries out. No screen part reaches
//! into another.

mod a11y_hidden;
mod app;
mod background_task;
mod certificate;
mod command;
mod confirm_terminate;
mod connection_bar;
mod connection_test;
mod context_menu;
mod counts_panel;
mod details_panel;
mod export_job;
mod filter_bar;
mod filter_help;
mod gateway_form;
mod gateway_panel;
mod grid;
mod keyring_worker;
mod model;
mod saved_filters;
mod settings_worker;
mod sign_in;
mod status_bar;
mod theme;
mod view_bar;
mod window;

pub use app::{App, Start};
pub use command::{Command, Copied, TerminateTarget};
pub use export_job::{PickFile, Picking};
pub use window::{WindowError, run};
