//! The time or the range of times for which the options query the history.

use super::error::CommandError;
use super::{HistoryArgs, times};
use crate::display::{Clock, Repeated};
use crate::history::{History, HistoryError, HistoryGateway, StoredSessions, TimeRange};

/// The time or the range of times to query, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeQuery {
    At(i64),
    Between(TimeRange),
}

impl TimeQuery {
    /// Parses the options `--at`, `--from` and `--to`.
    pub(super) fn parse(args: &HistoryArgs, clock: &Clock) -> Result<Self, CommandError> {
        if let Some(at) = &args.at {
            return Ok(Self::At(times::parse_past(clock, "--at", at)?));
        }
        // Without either, the options were rejected.
        let from = times::parse_past(clock, "--from", args.from.as_deref().unwrap_or("now"))?;
        let to = match &args.to {
            Some(to) => times::parse(clock, "--to", to, Repeated::Second)?.min(clock.now_epoch_ms),
            None => clock.now_epoch_ms,
        };
        if from > to {
            return Err(CommandError::Order { from: clock.moment_text(from), to: clock.moment_text(to) });
        }
        Ok(Self::Between(TimeRange { from, to }))
    }

    pub(super) fn run(
        self,
        history: &mut History,
        gateway: Option<&HistoryGateway>,
    ) -> Result<StoredSessions, HistoryError> {
        match self {
            Self::At(time) => history.at(time, gateway),
            Self::Between(TimeRange { from, to }) => history.between(from, to, gateway),
        }
    }
}
