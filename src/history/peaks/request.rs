//! The request for peaks, and the response.

use std::sync::Arc;

use crate::gateway::SessionKind;
use crate::history::HistoryGateway;

/// The largest number of days that are looked at: ten years.
pub const MAX_PEAK_DAYS: usize = 3_660;
/// The largest number of projects of a day.
pub(super) const MAX_PROJECTS: usize = 200;

/// The days to query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeaksRequest {
    /// The start of each day and the end of the last one, in milliseconds since 1970 UTC. Days may have any length: where
    /// clocks change they have 23 or 25 hours. Only the first [`MAX_PEAK_DAYS`] are looked at.
    pub days: Vec<i64>,
    /// The gateway; `None` for all.
    pub gateway: Option<HistoryGateway>,
}

impl PeaksRequest {
    /// Returns the bounds of the days in order, or none if there is no day.
    pub(super) fn bounds(&self, max: i64) -> Vec<i64> {
        let mut days: Vec<i64> = self.days.iter().map(|day| (*day).clamp(-max, max)).collect();
        days.sort_unstable();
        days.dedup();
        days.truncate(MAX_PEAK_DAYS + 1);
        if days.len() < 2 { Vec::new() } else { days }
    }
}

/// The largest numbers of sessions at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    /// The days in their order, of all gateways together.
    pub days: Vec<DayPeaks>,
    /// The peaks of each gateway, by name.
    pub gateways: Vec<GatewayPeaks>,
}

/// The peaks of a gateway, whose nodes count together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayPeaks {
    /// The name of the gateway.
    pub gateway: Arc<str>,
    /// The peaks of each day.
    pub days: Vec<KindPeaks>,
}

/// The peaks of a day. Times are milliseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayPeaks {
    /// The start of the day.
    pub from: i64,
    /// The end of the day, which doesn't belong to it. It is in the future for the current day.
    pub to: i64,
    /// The peaks of all sessions and of each kind.
    pub peaks: KindPeaks,
    /// The largest number of sessions at once of each project that had any, and the first time with
    /// it. The largest numbers come first. The project is `None` for sessions without one.
    pub projects: Vec<(Option<Arc<str>>, u32, Option<i64>)>,
}

/// The peaks of all sessions and of each kind. They may be at different times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindPeaks {
    /// The peak of all sessions, including those whose kind isn't known.
    pub total: Peak,
    /// The peaks of each kind, in the order of [`SessionKind::ALL`].
    pub kinds: [Peak; SessionKind::ALL.len()],
}

impl KindPeaks {
    /// Returns the peak of a kind; of all sessions without one.
    #[must_use]
    pub fn of(&self, kind: Option<SessionKind>) -> &Peak {
        kind.map_or(&self.total, |kind| &self.kinds[kind as usize])
    }
}

/// The largest number of sessions at once on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// The number of sessions. There may have been more on a day that wasn't watched in full.
    pub count: u32,
    /// The first time with this number, in milliseconds since 1970 UTC; `None` if there was no session.
    pub at: Option<i64>,
    /// The part of the day in which these sessions were watched.
    pub watched: DayWatched,
}

impl Peak {
    /// Returns `true` if there may have been more.
    #[must_use]
    pub fn is_minimum(&self) -> bool {
        self.watched != DayWatched::Full
    }
}

/// The part of a day, up to now, in which sessions were watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayWatched {
    /// The whole day.
    Full,
    /// A part of the day, or not all nodes or kinds.
    Partial {
        /// The time that was not watched, in seconds: that of the node or the kind with the longest one.
        unwatched_secs: u32,
    },
    /// No part of the day.
    Never,
}
