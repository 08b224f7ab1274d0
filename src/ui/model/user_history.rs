//! The history of a user.

use crate::history::{HistoryGateway, StoredSession, UserSessions};

/// The sessions of the user whose session is shown in detail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct UserHistory {
    /// The user.
    pub(in crate::ui) username: String,
    /// The gateway; `None` for all.
    pub(in crate::ui) gateway: Option<HistoryGateway>,
    /// The sessions of the last days, with those that are on.
    pub(in crate::ui) recent: UserSessions,
    /// The session after which the user wasn't on until the one in detail began; `None` if there is none, or if another one
    /// was on then.
    pub(in crate::ui) before: Option<StoredSession>,
}

impl UserHistory {
    /// The number of days that it covers.
    pub(in crate::ui) const DAYS: u8 = 7;
}

/// The last session of a user who isn't on now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct LastSeen {
    /// The user.
    pub(in crate::ui) username: String,
    /// The last session.
    pub(in crate::ui) session: StoredSession,
}
