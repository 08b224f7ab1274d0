//! The state of the window in three parts: application state ([`AppState`]), values that are typed but not applied
//! ([`Drafts`]), and transient state such as open menus ([`UiState`]).

mod absent_user;
mod activity;
mod alerts;
mod app_state;
mod away;
mod changes;
mod date_draft;
mod drafts;
mod gateway_list;
mod keyring_state;
mod license;
mod past;
mod pattern_tester;
mod prompt;
mod series_counts;
mod session_time;
mod stored_history;
mod terminable;
mod termination;
mod timeline;
mod toasts;
mod ui_state;
mod user_history;

pub(super) use crate::history::epoch_ms;
pub(super) use activity::ActivityList;
pub(super) use alerts::{AlertList, MAX_LISTED_ALERTS};
pub(super) use app_state::{AppState, Health, SignInChoice};
pub(super) use away::{Away, AwayOutage};
pub(super) use changes::{ChangeCounts, Pause};
pub(super) use date_draft::{DateDraft, DateMode, DateUnit};
pub(super) use drafts::{
    Drafts, ExportOptions, ExportPath, ExportRows, FileFormat, LimitDraft, LoginDraft, LoginError,
    LoginField, PaletteDraft,
};
pub(super) use gateway_list::{GatewayEntry, GatewayList, RailState, ShownGateways};
pub(super) use keyring_state::KeyringState;
pub(super) use license::{License, LicensePage, LicenseSeries, LicenseSpan, SessionKey};
pub(super) use past::{PAST_STATES, Past, PastSessions};
pub(super) use pattern_tester::{ListedValues, PatternTester, ValueSource};
pub(super) use prompt::Prompt;
pub(super) use series_counts::SeriesCounts;
pub(super) use stored_history::{HistoryChoice, HistoryContents, StoredHistory};
pub(super) use termination::{TerminateTarget, TerminationPlan, TerminationProgress, sessions_to_terminate};
pub(super) use timeline::{Timeline, TimelineRange};
pub(super) use toasts::{Message, Task, Toast, ToastId, Toasts};
pub(super) use ui_state::{
    AfterDiscard, CellMenu, CountsOrder, FilterKey, LastInput, NarrowRail, OpenForm, Question, SettingsPage,
    UiState,
};
pub(super) use user_history::{LastSeen, UserHistory};
