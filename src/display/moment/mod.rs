//! Points in time as people type them.

mod typed;

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, Local, NaiveDateTime, NaiveTime, TimeDelta};

pub(super) use self::typed::parse_duration as parse_typed_duration;
use self::typed::{TypedDay, TypedMoment};
use super::clock::{Clock, DateStyle};
use super::zone::Zone;

const DATE_TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// An upper bound of the difference between a local time and UTC.
const MAX_OFFSET_MS: i64 = 26 * 3_600_000;

/// A point in time that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 UTC.
    pub epoch_ms: i64,
    /// A note for the user if this point was chosen from several.
    pub note: Option<MomentNote>,
}

/// The choice of a point in time where clocks are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentNote {
    /// The local time occurs twice.
    #[error("{}", repeated_text(*.first, *.second, *.chosen))]
    Repeated {
        /// The first of both.
        first: DateTime<FixedOffset>,
        /// The second of both.
        second: DateTime<FixedOffset>,
        /// The one that was chosen.
        chosen: Repeated,
    },
    /// The local time doesn't occur.
    #[error(
        "{} doesn't exist, because clocks skip it. Using the time after that, {}",
        .typed.format(DATE_TIME_FORMAT), .chosen.format("%Y-%m-%d %H:%M:%S %:z")
    )]
    Skipped {
        /// The time that was typed.
        typed: NaiveDateTime,
        /// The first point in time after the skipped ones.
        chosen: DateTime<FixedOffset>,
    },
}

/// The choice between the two points in time that a local time stands for when clocks are set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// The first one.
    First,
    /// The second one, for the end of a range.
    Second,
}

fn repeated_text(first: DateTime<FixedOffset>, second: DateTime<FixedOffset>, chosen: Repeated) -> String {
    let (chosen, other, other_time) = match chosen {
        Repeated::First => ("first", "second", second),
        Repeated::Second => ("second", "first", first),
    };
    format!(
        "{} occurs twice, at {} and {}. Using the {chosen} one. For the {other} one, write {}",
        first.format(DATE_TIME_FORMAT),
        first.offset(),
        second.offset(),
        other_time.format("%Y-%m-%dT%H:%M:%S%:z")
    )
}

/// The text isn't a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Write the time as in 14:05, \"yesterday 14:05\", \"2026-11-24 14:05\", 2026-11-24T14:05:00Z or -2h")]
pub struct MomentError;

impl Clock {
    /// Parses a point in time in the time zone of the dates, and in local time for ages. `repeated` chooses one of two
    /// points in time with the same local time.
    ///
    /// | text | point in time |
    /// |---|---|
    /// | `2026-11-24T14:05:00Z`, `2026-11-24 14:05:00.5+02:00` | as in RFC 3339 |
    /// | `2026-11-24 14:05`, `2026-11-24 14:05:30` | a time of a day |
    /// | `2026-11-24`, `today`, `yesterday` | the start of a day |
    /// | `14:05`, `today 14:05`, `14:05 yesterday` | a time of today or yesterday |
    /// | `now`, `-2h`, `-1h30m`, `90 s ago`, `-1d` | an age; a day has 24 hours |
    ///
    /// # Errors
    /// If the text is none of these, or a point in time outside of the years 0 to 9999.
    ///
    /// ```
    /// use gatewatch::display::{Clock, DateStyle, Repeated};
    ///
    /// let clock = Clock::new(DateStyle::Utc, None, 1_795_365_700_123);
    /// let parse = |text| clock.parse_moment(text, Repeated::First);
    /// assert_eq!(parse("14:05"), parse("2026-11-22T14:05:00Z"));
    /// assert_eq!(parse("-2h")?.epoch_ms, 1_795_358_500_123);
    /// assert!(parse("noon").is_err());
    /// # Ok::<(), gatewatch::display::MomentError>(())
    /// ```
    pub fn parse_moment(&self, text: &str, repeated: Repeated) -> Result<Moment, MomentError> {
        let moment = match text.parse()? {
            TypedMoment::Ago(age) => {
                let epoch_ms = self.now_epoch_ms.checked_sub(age.num_milliseconds());
                Moment { epoch_ms: epoch_ms.ok_or(MomentError)?, note: None }
            }
            TypedMoment::Wall { day, time, offset } => {
                let zone = offset.map(Zone::Fixed);
                let clock = zone.map_or(*self, |_| Self {
                    style: DateStyle::Gateway,
                    zone,
                    now_epoch_ms: self.now_epoch_ms,
                });
                // A day begins with the first of two midnights.
                let repeated = if time.is_some() { repeated } else { Repeated::First };
                let typed = clock.naive(day, time).ok_or(MomentError)?;
                clock.resolve(typed, repeated).ok_or(MomentError)?
            }
        };
        self.in_zone(moment.epoch_ms).map(|_| moment).ok_or(MomentError)
    }

    /// Returns a point in time as [`parse_moment`](Self::parse_moment) reads it, to the second.
    #[must_use]
    pub fn moment_text(&self, epoch_ms: i64) -> String {
        let time = self.in_zone(epoch_ms);
        time.map_or_else(String::new, |time| time.format(DATE_TIME_FORMAT).to_string())
    }

    /// Returns a point in time to the second, with `Today` or `Yesterday` in place of the date, such as
    /// `Yesterday 22:40:00`.
    #[must_use]
    pub fn describe_moment(&self, epoch_ms: i64) -> String {
        let (Some(time), Some(now)) = (self.in_zone(epoch_ms), self.in_zone(self.now_epoch_ms)) else {
            return String::new();
        };
        match (now.date_naive() - time.date_naive()).num_days() {
            0 => time.format("Today %H:%M:%S").to_string(),
            1 => time.format("Yesterday %H:%M:%S").to_string(),
            _ => self.moment_text(epoch_ms),
        }
    }

    fn naive(&self, day: TypedDay, time: Option<NaiveTime>) -> Option<NaiveDateTime> {
        let date = match day {
            TypedDay::Date(date) => date,
            TypedDay::FromToday(days) => {
                let today = self.in_zone(self.now_epoch_ms)?.date_naive();
                today.checked_add_signed(TimeDelta::try_days(days)?)?
            }
        };
        Some(date.and_time(time.unwrap_or(NaiveTime::MIN)))
    }

    /// Returns the point in time with this local time.
    ///
    /// chrono's own mapping of [`Local`] confuses the first and the second one in zones that are given as a rule.
    pub(in crate::display) fn resolve(&self, typed: NaiveDateTime, repeated: Repeated) -> Option<Moment> {
        let typed_ms = typed.and_utc().timestamp_millis();
        let before = self.with_offset_at(typed_ms - MAX_OFFSET_MS, typed_ms);
        let after = self.with_offset_at(typed_ms + MAX_OFFSET_MS, typed_ms);
        let (time, note) = match (before, after) {
            (Some(first), Some(second)) if first != second => {
                let note = MomentNote::Repeated { first, second, chosen: repeated };
                (if repeated == Repeated::First { first } else { second }, Some(note))
            }
            (Some(time), _) | (None, Some(time)) => (time, None),
            (None, None) => {
                let chosen = self.first_after(typed_ms)?;
                (chosen, Some(MomentNote::Skipped { typed, chosen }))
            }
        };
        Some(Moment { epoch_ms: time.timestamp_millis(), note })
    }

    /// Returns the point in time that has this local time with the offset at another time; `None` if it has another offset.
    fn with_offset_at(&self, epoch_ms: i64, local_ms: i64) -> Option<DateTime<FixedOffset>> {
        let offset_secs = self.in_zone(epoch_ms)?.offset().local_minus_utc();
        let time = self.in_zone(local_ms - i64::from(offset_secs) * 1_000)?;
        (self::local_ms(&time) == local_ms).then_some(time)
    }

    /// Returns the first point in time with a local time after one that clocks skip.
    fn first_after(&self, skipped_ms: i64) -> Option<DateTime<FixedOffset>> {
        let (mut before, mut after) = (skipped_ms - MAX_OFFSET_MS, skipped_ms + MAX_OFFSET_MS);
        while after - before > 1 {
            let middle = before.midpoint(after);
            if local_ms(&self.in_zone(middle)?) < skipped_ms {
                before = middle;
            } else {
                after = middle;
            }
        }
        self.in_zone(after)
    }
}

/// Returns the local time as milliseconds, as if it were UTC.
fn local_ms(time: &DateTime<FixedOffset>) -> i64 {
    time.naive_local().and_utc().timestamp_millis()
}

/// Returns a local time, with the date unless it is today.
#[must_use]
pub fn time_text(time: SystemTime, now: SystemTime) -> String {
    local_text(time, now, "%H:%M:%S", DATE_TIME_FORMAT)
}

/// Returns a local time in minutes, with the date unless it is today.
#[must_use]
pub fn minute_text(time: SystemTime, now: SystemTime) -> String {
    local_text(time, now, "%H:%M", "%Y-%m-%d %H:%M")
}

/// Returns a local time in one format if it is today, and in another one otherwise.
fn local_text(time: SystemTime, now: SystemTime, today: &str, other_day: &str) -> String {
    let (time, now) = (DateTime::<Local>::from(time), DateTime::<Local>::from(now));
    let is_today = time.date_naive() == now.date_naive();
    time.format(if is_today { today } else { other_day }).to_string()
}

#[cfg(test)]
mod tests;
