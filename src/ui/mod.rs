//! The window.
//!
//! Data flows in a circle:
//!
//! - [`App`] holds the state in three parts, see [`model`]. Its `logic` runs the commands that the views emitted in the
//!   last frame, then receives the results of the background threads. Nothing else changes the state.
//! - Its `ui` calls the views. A view takes `&AppState` (and `&UiState` where it needs the focus or a menu), and emits a
//!   [`command::Command`] for each action of the user.
//! - A view that has input widgets also takes `&mut Drafts`, because egui edits the value behind a text box, check box
//!   or radio button in place. It changes drafts through such widgets only. Any consequence of the new value, such as a
//!   query, is a command.
//! - The effect of a command is visible in the same frame: `ui` requests another pass while commands are waiting.
//!
//! The keyboard focus, open popups and drags are in egui's own memory.

mod a11y_hidden;
mod activity_panel;
mod activity_rows;
mod alert_command;
mod alert_form;
mod alert_panel;
mod app;
mod arrow_keys;
mod background_task;
mod button;
mod certificate;
mod check_box;
mod closer;
mod command;
mod command_palette;
mod command_table;
mod confirm_terminate;
mod connection_test;
mod context_menu;
mod counts_panel;
mod desktop_theme;
mod details_panel;
mod details_text;
mod diagnostics;
mod dialog;
mod display_server;
mod duplicate_login;
mod equal_segments;
mod error_report;
mod export_controls;
mod export_job;
mod filter_row;
mod focus_request;
mod focus_scroll;
mod fonts;
mod footer;
mod form_rows;
mod gateway_bar;
mod gateway_draft;
mod gateway_form;
mod gateway_panel;
mod grid;
mod guide;
mod held_rows;
mod highlight;
mod hover;
mod icons;
mod key_text;
mod keyring_worker;
mod license;
mod license_panel;
mod list_cells;
mod log_view;
mod mark;
mod menu;
mod missing_scripts;
mod modal;
mod model;
mod no_match;
mod notices;
mod notifications;
mod open_path;
mod past_note;
mod pattern_test;
mod pattern_tester;
mod popup;
mod progress_bar;
mod question;
mod rail;
mod refresh_interval;
mod regions;
mod right_panel;
mod row_end;
mod rule_text;
mod secret_box;
mod segments;
mod select;
mod settings_dialog;
mod settings_worker;
mod single_line;
mod small_text;
mod system_fonts;
mod tab;
mod termination_progress;
mod text_field;
mod theme;
mod timeline;
mod toasts;
mod tokens;
mod tooltip;
mod view_row;
mod views;
mod wake;
mod window;
mod window_place;

pub use app::{AlertSetup, App, OpenDelivery, Start};
pub use closer::Closer;
pub use desktop_theme::DesktopTheme;
pub use display_server::DisplayError;
pub use error_report::ErrorReport;
pub use export_job::{PickFile, PickedFile};
pub use missing_scripts::HasGlyph;
pub use open_path::OpenPath;
pub use window::{WindowError, run};
