use chrono_tz::TZ_VARIANTS;
use proptest::prelude::*;

use super::*;

/// 2026-11-22 16:41:40 UTC.
const NOW_MS: i64 = 1_795_365_700_123;

/// Parses a text, and returns the result in UTC with its note.
fn parse(clock: &Clock, text: &str, repeated: Repeated) -> Option<(String, Option<String>)> {
    let utc = Clock::new(DateStyle::Utc, None, NOW_MS);
    let moment = clock.parse_moment(text, repeated).ok()?;
    Some((utc.moment_text(moment.epoch_ms), moment.note.map(|note| note.to_string())))
}

/// Returns a clock of a zone at a UTC time.
fn clock_at(zone: &str, now: &str) -> Clock {
    let utc = Clock::new(DateStyle::Utc, None, NOW_MS);
    let now = utc.parse_moment(now, Repeated::First).unwrap().epoch_ms;
    Clock::new(DateStyle::Gateway, Some(zone), now)
}

#[test]
fn reads_times_in_the_zone_of_the_dates() {
    for (style, zone, text, expected) in [
        (DateStyle::Utc, None, "16:41:40", Some("2026-11-22 16:41:40")),
        (DateStyle::Utc, None, " 9:05 ", Some("2026-11-22 09:05:00")),
        // Later than now is still today.
        (DateStyle::Utc, None, "23:00", Some("2026-11-22 23:00:00")),
        (DateStyle::Utc, None, "2026-11-20", Some("2026-11-20 00:00:00")),
        (DateStyle::Utc, None, "2026-11-20T01:02", Some("2026-11-20 01:02:00")),
        (DateStyle::Utc, None, "today", Some("2026-11-22 00:00:00")),
        (DateStyle::Utc, None, "Yesterday 14:05", Some("2026-11-21 14:05:00")),
        (DateStyle::Utc, None, "14:05:30 yesterday", Some("2026-11-21 14:05:30")),
        (DateStyle::Utc, None, "now", Some("2026-11-22 16:41:40")),
        (DateStyle::Utc, None, "-1d", Some("2026-11-21 16:41:40")),
        (DateStyle::Utc, None, "2 h ago", Some("2026-11-22 14:41:40")),
        (DateStyle::Gateway, Some("GMT-08:00"), "00:30", Some("2026-11-22 08:30:00")),
        (DateStyle::Gateway, Some("GMT-08:00"), "yesterday", Some("2026-11-21 08:00:00")),
        (DateStyle::Gateway, Some("Europe/Berlin"), "2026-07-01 12:00", Some("2026-07-01 10:00:00")),
        // An offset decides, also about the day.
        (DateStyle::Gateway, Some("Europe/Berlin"), "2026-07-01 12:00Z", Some("2026-07-01 12:00:00")),
        (DateStyle::Utc, None, "2026-07-01T12:00:00-03:30", Some("2026-07-01 15:30:00")),
        (DateStyle::Utc, None, "00:30+14:00", Some("2026-11-22 10:30:00")),
        (DateStyle::Utc, None, "", None),
        (DateStyle::Utc, None, "25:00", None),
        (DateStyle::Utc, None, "2026-02-30", None),
        (DateStyle::Utc, None, "-999999999d", None),
        (DateStyle::Utc, None, "0000-01-01T00:00+14:00", None),
    ] {
        let read = parse(&Clock::new(style, zone, NOW_MS), text, Repeated::First);
        assert_eq!(read, expected.map(|expected| (expected.to_owned(), None)), "{text}");
    }
}

#[test]
fn keeps_milliseconds() {
    let clock = Clock::new(DateStyle::Utc, None, NOW_MS);
    for text in ["2026-11-22T16:41:40.123Z", "16:41:40.123", "16:41:40.123999", "now"] {
        let moment = clock.parse_moment(text, Repeated::First);
        assert_eq!(moment, Ok(Moment { epoch_ms: NOW_MS, note: None }), "{text}");
    }
}

#[test]
fn a_repeated_time_is_the_first_or_later_and_says_so() {
    for (zone, text, first, second, note) in [
        (
            "Europe/Berlin",
            "2026-10-25 02:30",
            "2026-10-25 00:30:00",
            "2026-10-25 01:30:00",
            "2026-10-25 02:30:00 occurs twice, at +02:00 and +01:00. Using the first one. For the second one, write \
             2026-10-25T02:30:00+01:00",
        ),
        (
            "America/New_York",
            "2026-11-01 01:00",
            "2026-11-01 05:00:00",
            "2026-11-01 06:00:00",
            "2026-11-01 01:00:00 occurs twice, at -04:00 and -05:00. Using the first one. For the second one, write \
             2026-11-01T01:00:00-05:00",
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-05 01:59:59",
            "2026-04-04 14:59:59",
            "2026-04-04 15:29:59",
            "2026-04-05 01:59:59 occurs twice, at +11:00 and +10:30. Using the first one. For the second one, write \
             2026-04-05T01:59:59+10:30",
        ),
    ] {
        let clock = clock_at(zone, "2026-12-01");
        let read = |repeated| parse(&clock, text, repeated).unwrap();
        assert_eq!(read(Repeated::First), (first.to_owned(), Some(note.to_owned())));
        let (second_time, second_note) = read(Repeated::Second);
        assert_eq!(second_time, second, "{zone}");
        assert!(second_note.unwrap().contains("Using the second one. For the first one, write"), "{zone}");
        // What the note says to write is the other one.
        let other = note.rsplit(' ').next().unwrap();
        assert_eq!(parse(&clock, other, Repeated::First), Some((second.to_owned(), None)));
    }
}

#[test]
fn a_skipped_time_is_the_next_one_and_says_so() {
    for (zone, text, time, used) in [
        ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00:00", "2026-03-29 03:00:00 +02:00"),
        ("Europe/Berlin", "2026-03-29 02:59:59", "2026-03-29 01:00:00", "2026-03-29 03:00:00 +02:00"),
        ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00:00", "2026-03-08 03:00:00 -04:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30:00", "2026-10-04 02:30:00 +11:00"),
        // Days without midnight.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00:00", "2018-11-04 01:00:00 -02:00"),
        ("Africa/Cairo", "2026-04-24 00:30", "2026-04-23 22:00:00", "2026-04-24 01:00:00 +03:00"),
        // A day that didn't exist.
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00:00", "2011-12-31 00:00:00 +14:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00:00", "2011-12-31 00:00:00 +14:00"),
    ] {
        for repeated in [Repeated::First, Repeated::Second] {
            let (read, note) = parse(&clock_at(zone, "2026-12-01"), text, repeated).unwrap();
            assert_eq!(read, time, "{zone} {text}");
            let note = note.unwrap();
            assert!(note.ends_with(&format!("Using the time after that, {used}")), "{note}");
        }
    }
}

#[test]
fn times_at_the_edges_of_a_change_are_unique() {
    for (zone, text, time) in [
        ("Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59"),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00:00"),
        ("Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24 23:59:59"),
        ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00:00"),
        ("Africa/Cairo", "2026-04-23 23:59:59", "2026-04-23 21:59:59"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00:00"),
    ] {
        let read = parse(&clock_at(zone, "2026-12-01"), text, Repeated::Second);
        assert_eq!(read, Some((time.to_owned(), None)), "{zone} {text}");
    }
}

#[test]
fn yesterday_is_a_day_of_the_calendar() {
    // The day before has 25 hours.
    let clock = clock_at("Europe/Berlin", "2026-10-26 11:00Z");
    assert_eq!(parse(&clock, "yesterday", Repeated::First).unwrap().0, "2026-10-24 22:00:00");
    assert_eq!(parse(&clock, "yesterday 12:00", Repeated::First).unwrap().0, "2026-10-25 11:00:00");
    assert_eq!(parse(&clock, "-1d", Repeated::First).unwrap().0, "2026-10-25 11:00:00");
    // Of two midnights, the first starts the day, also where a range ends.
    let clock = clock_at("America/Havana", "2026-11-02 12:00Z");
    let (start, note) = parse(&clock, "yesterday", Repeated::Second).unwrap();
    assert_eq!(start, "2026-11-01 04:00:00");
    assert!(note.unwrap().contains("occurs twice, at -04:00 and -05:00"));
}

#[test]
fn error_says_what_to_write() {
    let error = Clock::new(DateStyle::Utc, None, NOW_MS).parse_moment("noon", Repeated::First).unwrap_err();
    for text in error.to_string().split(['"', ',']).map(str::trim) {
        let example = text.trim_start_matches("Write the time as in ").split(" or ").last().unwrap();
        if !example.is_empty() {
            assert_ne!(example.parse::<TypedMoment>(), Err(MomentError), "{example}");
        }
    }
}

#[test]
fn reads_back_what_it_writes() {
    for style in DateStyle::ALL {
        for zone in [None, Some("America/Los_Angeles"), Some("GMT+05:45")] {
            let clock = Clock::new(style, zone, NOW_MS);
            let text = clock.moment_text(NOW_MS);
            let moment = clock.parse_moment(&text, Repeated::First);
            assert_eq!(moment, Ok(Moment { epoch_ms: NOW_MS - 123, note: None }), "{text}");
        }
    }
}

/// The environment variable that is set where the tests run in the zone of [`local_changes`].
const IN_ZONE: &str = "GATEWATCH_TEST_IN_ZONE";

/// Runs [`local_changes`] in a zone of its own, because this machine's may have no daylight saving time.
#[cfg(unix)]
#[test]
fn local_times_follow_the_rules_of_this_machine() {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    // That of Berlin, in a form that needs no files of zones.
    let zone = "CET-1CEST,M3.5.0,M10.5.0/3";
    let test = "display::moment::tests::local_changes";
    let output = command.args(["--exact", test]).env("TZ", zone).env(IN_ZONE, "1").output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    // No test of this name would be a success as well.
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
}

#[test]
fn local_changes() {
    if std::env::var_os(IN_ZONE).is_none() {
        return;
    }
    let clock = Clock::new(DateStyle::Local, None, NOW_MS);
    for (text, repeated, expected, has_note) in [
        ("2026-07-01 12:00", Repeated::First, "2026-07-01 10:00:00", false),
        ("2026-03-29 02:30", Repeated::First, "2026-03-29 01:00:00", true),
        ("2026-03-29 03:00", Repeated::First, "2026-03-29 01:00:00", false),
        ("2026-10-25 02:30", Repeated::First, "2026-10-25 00:30:00", true),
        ("2026-10-25 02:30", Repeated::Second, "2026-10-25 01:30:00", true),
        ("2026-10-25 03:00", Repeated::Second, "2026-10-25 02:00:00", false),
        ("yesterday", Repeated::First, "2026-11-20 23:00:00", false),
    ] {
        let (time, note) = parse(&clock, text, repeated).unwrap();
        assert_eq!((&*time, note.is_some()), (expected, has_note), "{text}");
    }
}

/// Removes the milliseconds, which [`Clock::moment_text`] doesn't write.
fn second(epoch_ms: i64) -> i64 {
    epoch_ms - epoch_ms.rem_euclid(1_000)
}

proptest! {
    #[test]
    fn reads_back_any_time_in_any_zone(
        // Up to 2037, and half of the times near the usual days of changes in Europe and North America in 2026.
        epoch_ms in prop_oneof![
            0..2_145_916_800_000_i64,
            1_772_900_000_000..1_773_000_000_000_i64,
            1_774_740_000_000..1_774_760_000_000_i64,
            1_792_880_000_000..1_792_900_000_000_i64,
        ],
        zone in prop::sample::select(&TZ_VARIANTS[..]),
    ) {
        let clock = Clock::new(DateStyle::Gateway, Some(zone.name()), NOW_MS);
        let text = clock.moment_text(epoch_ms);
        let [first, later] =
            [Repeated::First, Repeated::Second].map(|repeated| clock.parse_moment(&text, repeated).unwrap());
        prop_assert!([first.epoch_ms, later.epoch_ms].contains(&second(epoch_ms)), "{zone} {text}");
        prop_assert!(first.epoch_ms <= later.epoch_ms);
        prop_assert_eq!(first.note.is_some(), first.epoch_ms < later.epoch_ms);
    }

    #[test]
    fn a_time_that_any_zone_skips_is_the_next_one(
        minute in 0..35_000_000_i64,
        zone in prop::sample::select(&TZ_VARIANTS[..]),
    ) {
        let clock = Clock::new(DateStyle::Gateway, Some(zone.name()), NOW_MS);
        let text = Clock::new(DateStyle::Utc, None, NOW_MS).moment_text(minute * 60_000);
        let moment = clock.parse_moment(&text, Repeated::First).unwrap();
        let shown = clock.moment_text(moment.epoch_ms);
        if let Some(MomentNote::Skipped { .. }) = moment.note {
            prop_assert!(shown > text, "{zone} {text} {shown}");
            prop_assert!(clock.moment_text(moment.epoch_ms - 1) < text, "{zone} {text} {shown}");
        } else {
            prop_assert_eq!(shown, text);
        }
    }

    #[test]
    fn any_text_is_a_time_or_an_error(text in "[-+0-9a-zA-Z:. \u{e9}]{0,24}") {
        let _ = Clock::new(DateStyle::Utc, None, NOW_MS).parse_moment(&text, Repeated::First);
    }
}
