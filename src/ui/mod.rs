//! The window.
//!
//! Data flows in a circle:
//!
//! - [`App`] holds the state in three parts, see [`model`]. Its `logic` runs the commands that the views emitted in the
//!   last frame, then takes what the background threads have finished. Nothing else changes the state.
//! - Its `ui` lets the views draw. A view takes `&AppState` (and `&UiState` where it needs the focus or a menu), and
//!   pushes a [`command::Command`] for everything that the user does.
//! - A view that has input widgets also takes `&mut Drafts`, because egui edits the value behind a text box, check box
//!   or radio button in place. It changes a draft through such a widget only. Anything that follows from the new value,
//!   such as a query, is a command.
//! - What the user just did is visible in the next frame, which `ui` requests where commands are waiting.
//!
//! What belongs to egui stays in egui's memory: the focus, open popups, the state of a drag.

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
mod diagnostics;
mod error_report;
mod export_job;
mod filter_bar;
mod filter_help;
mod gateway_draft;
mod gateway_form;
mod gateway_panel;
mod grid;
mod keyring_worker;
mod labels;
mod log_view;
mod model;
mod refresh_interval;
mod saved_filters;
mod secret_box;
mod settings_worker;
mod sign_in;
mod status_bar;
mod theme;
mod view_bar;
mod window;

pub use app::{App, Start};
pub use error_report::ErrorReport;
pub use export_job::{PickFile, PickedFile};
pub use window::{WindowError, run};
