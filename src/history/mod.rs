//! The history of sessions: who was on, when, and how certain that is. Sessions are stored as
//! intervals, with the time in which each node was watched.
//!
//! A session is a row with the times when it began, was seen first, was seen last and was missed. An unchanged list writes
//! nothing but, every 30 seconds, the end of the node's coverage, so that a process that is killed loses no more. A node
//! that can't be read is a gap, which ends no session.
//!
//! - `database`, `sqlite`, `postgres`: the databases
//! - `schema`: tables, views and migrations
//! - `observed`, `step`, `backlog`, `writer`, `recorder`, `recovery`: what is written about a read
//! - `event`, `outage`, `kind_gap`: what is stored next to sessions and coverage
//! - `span`, `query`, `time_range`, `coverage`, `node_coverage`: how the sessions at a time are found
//! - `history_gateway`: by which name and addresses it is asked for
//! - `overlap`, `chart`, `peaks`, `activity`: how many there were over time, the most on each day, and what happened
//! - `user_sessions`, `summary`: the sessions of one user, and what happened in numbers
//! - `reader`: reads for a window, which doesn't wait
//! - `retention`, `clock_check`, `purge`, `check`, `copy`, `info`: maintenance

mod activity;
mod activity_dataset;
mod backlog;
mod chart;
mod check;
mod clock_check;
mod copy;
mod coverage;
mod database;
mod error;
mod event;
mod file_state;
mod history_gateway;
mod info;
mod kind_gap;
mod location;
mod network_share;
mod node_coverage;
mod observed;
mod observers;
mod outage;
mod overlap;
mod peaks;
mod postgres;
mod purge;
mod query;
mod reader;
mod record;
mod recorder;
mod recovery;
mod retention;
mod schema;
mod span;
mod sqlite;
mod status;
mod step;
mod store;
mod stored_dataset;
mod stored_sessions;
mod summary;
#[cfg(test)]
mod tests;
mod texts;
mod time_range;
mod user_sessions;
mod writer;

pub use activity::{
    ActivityEntry, ActivityGroup, ActivityKey, ActivityKind, FLAPPING_ARRIVALS, FLAPPING_WINDOW,
    group_flapping,
};
pub use chart::{Chart, ChartMark, ChartRequest, ChartSeries, ChartSplit, MAX_BUCKETS, MarkKind, SeriesName};
pub use copy::CopyProgress;
pub use error::{DatabaseError, HistoryError};
pub use event::Action;
pub(crate) use event::MAX_ALERT_NAME;
#[cfg(test)]
pub(crate) use event::lists_user;
pub use history_gateway::HistoryGateway;
pub use info::{HistoryInfo, NodeInfo};
pub use location::{HISTORY_FILE, Location};
pub use peaks::{
    DayPeaks, DayWatched, GatewayPeaks, KindPeaks, MAX_PEAK_DAYS, Peak, PeakRow, Peaks, PeaksBy, PeaksRequest,
};
pub use postgres::{PasswordSource, PostgresLocation};
pub use purge::{Purge, PurgeProgress};
pub use reader::{HistoryRead, Reader};
pub use record::SessionRecord;
pub use recorder::Recorder;
pub use status::RecorderStatus;
pub use step::NodeKey;
pub(crate) use step::epoch_ms;
pub use store::History;
pub use stored_sessions::{NodeGaps, SessionState, StoredSession, StoredSessions};
pub use summary::{NodeOutages, Summary};
pub use time_range::TimeRange;
pub use user_sessions::{LastSessionQuery, UserSessions};
