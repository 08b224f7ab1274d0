//! What the window shows, in three parts: what is known ([`AppState`]), what is typed but not applied ([`Drafts`]), and
//! what matters only while the window is open ([`UiState`]).

mod app_state;
mod drafts;
mod ui_state;

pub(super) use app_state::{AppState, Health, Message};
pub(super) use drafts::{Drafts, ExportOptions, ExportPath, ExportRows, LoginDraft};
pub(super) use ui_state::{CellMenu, TerminateTarget, UiState};
