//! Moments as text that every program reads.

use chrono::{DateTime, SecondsFormat};

/// A moment as `2026-11-22T16:41:40.123Z`. Takes milliseconds since 1970 UTC.
///
/// A moment that no calendar here can show, which no dataset holds, is written as its number.
#[must_use]
pub fn iso_utc(epoch_ms: i64) -> String {
    DateTime::from_timestamp_millis(epoch_ms)
        .map_or_else(|| epoch_ms.to_string(), |time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
}
