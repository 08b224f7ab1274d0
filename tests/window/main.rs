//! The window as a user meets it, through its accessible names. Needs no screen.

#![expect(
    clippy::disallowed_methods,
    reason = "test gateways and settings files need no bounds, names or atomic writes"
)]
#![expect(clippy::unwrap_used, reason = "helpers outside of `#[test]` functions fail like tests")]

mod alert_form;
mod alert_pictures;
mod alerts;
mod away;
mod basics;
mod bottom_panels;
mod bottom_pictures;
mod filters;
mod focus;
mod form_pictures;
mod gateway_bar;
mod gateways;
mod guide;
mod guide_pictures;
mod held_rows;
mod keyring;
mod licenses;
mod line_ends;
mod log;
mod logins;
mod menu_pictures;
mod messages;
mod new_sessions;
mod notices;
mod painted;
mod palette;
mod past;
mod pattern_tester;
mod pictures;
mod popups;
mod positions;
mod rail;
mod remembered;
mod settings;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod terminate;
mod title;
mod typing;
mod user_history;
mod view_pictures;
mod views;
#[cfg(unix)]
mod zones;
