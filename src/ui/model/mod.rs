//! The state of the window in three parts: application state ([`AppState`]), values that are typed but not applied
//! ([`Drafts`]), and transient state such as open menus ([`UiState`]).

mod app_state;
mod date_draft;
mod drafts;
mod gateway_list;
mod keyring_state;
mod termination;
mod ui_state;

pub(super) use app_state::{AppState, Health, Message};
pub(super) use date_draft::{DateDraft, DateMode, DateUnit};
pub(super) use drafts::{
    Drafts, ExportOptions, ExportPath, ExportRows, FileFormat, LoginDraft, PaletteDraft,
};
pub(super) use gateway_list::{GatewayEntry, GatewayList, RailState, Shown};
pub(super) use keyring_state::KeyringState;
pub(super) use termination::{TerminateTarget, TerminationPlan, TerminationProgress, sessions_to_terminate};
pub(super) use ui_state::{CellMenu, CountsOrder, FilterKey, NarrowRail, SettingsPage, UiState};
