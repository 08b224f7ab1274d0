//! The times of the options.

use chrono::Utc;

use super::error::CommandError;
use crate::cli::report::report;
use crate::display::{Clock, DateStyle, Repeated};
use crate::sanitize::shorten;

/// Maximum length of a time in an error, in characters.
const MAX_QUOTED_CHARS: usize = 40;
/// A time that is later than now by less than this is now: another machine's clock may be ahead.
const TOLERANCE_MS: i64 = 60_000;

/// Returns a clock that reads and shows times in local time or in UTC.
pub(in crate::cli) fn clock(utc: bool) -> Clock {
    let style = if utc { DateStyle::Utc } else { DateStyle::Local };
    Clock::new(style, None, Utc::now().timestamp_millis())
}

/// Parses the time of an option. Prints a note on standard error if it occurs twice or is skipped.
pub(in crate::cli) fn parse(
    clock: &Clock,
    option: &'static str,
    text: &str,
    repeated: Repeated,
) -> Result<i64, CommandError> {
    let moment = clock.parse_moment(text, repeated).map_err(|source| CommandError::Time {
        option,
        text: shorten(text, MAX_QUOTED_CHARS).into_owned(),
        source,
    })?;
    if let Some(note) = moment.note {
        report(&note, None);
    }
    Ok(moment.epoch_ms)
}

/// Parses the time of an option, which must not be in the future.
pub(in crate::cli) fn parse_past(
    clock: &Clock,
    option: &'static str,
    text: &str,
) -> Result<i64, CommandError> {
    let time = parse(clock, option, text, Repeated::First)?;
    if time > clock.now_epoch_ms.saturating_add(TOLERANCE_MS) {
        return Err(CommandError::Future { option, time: clock.moment_text(time) });
    }
    Ok(time.min(clock.now_epoch_ms))
}
