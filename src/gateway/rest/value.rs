//! A field's value, read as what it is wanted as. Numbers may come as text, and text as anything.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// Above this a number is a moment in epoch milliseconds, below it is an age. As an age it would be three years.
const MOMENTS_ABOVE: i64 = 100_000_000_000;

/// Whether it is there at all.
pub(super) fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}

/// The value as text, lists and objects as JSON; `None` for null.
pub(super) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    /// Borrowed where it has no escapes.
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

    let json = value.get();
    if is_null(value) {
        return None;
    }
    if json.starts_with('"') {
        // Halves of a pair of surrogates are valid JSON and no text; then the JSON is what there is.
        return Some(serde_json::from_str(json).map_or(json.into(), |Text(text)| text));
    }
    if json.starts_with(['[', '{']) {
        // As it came it may have line breaks.
        return Some(
            serde_json::from_str::<Value>(json).map_or(json.into(), |value| value.to_string().into()),
        );
    }
    Some(json.into())
}

/// The value as a whole number; `None` for what is none.
pub(super) fn whole(value: &RawValue) -> Option<i64> {
    /// Up to here a floating-point number holds every whole one.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    let text = text(value)?;
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let real: f64 = text.parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "of the whole part, nothing is cut off")]
        (real.abs() <= EXACT).then_some(real.round() as i64)
    })
}

/// The value as true or false; `None` for what is neither.
pub(super) fn truth(value: &RawValue) -> Option<bool> {
    let text = text(value)?;
    let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

/// How long ago, in milliseconds. What is below zero says nothing.
pub(super) fn age(value: &RawValue) -> Option<i64> {
    whole(value).filter(|age| *age >= 0)
}

/// A moment in epoch milliseconds, given as such or as an age at `now`: gateways are not known to agree on it.
pub(super) fn moment(value: &RawValue, now: i64) -> Option<i64> {
    let number = age(value)?;
    Some(if number > MOMENTS_ABOVE { number } else { now - number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn text_is_made_of_anything() {
        for (json, expected) in [
            ("null", None),
            (r#""a\u00fcb""#, Some("aüb")),
            (r#""""#, Some("")),
            ("12.50", Some("12.50")),
            ("true", Some("true")),
            ("[1,\n \"a\"]", Some(r#"[1,"a"]"#)),
            (r#""\ud800""#, Some(r#""\ud800""#)),
        ] {
            assert_eq!(text(raw(json)).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn numbers_may_come_as_text() {
        for (json, expected) in [
            ("12", Some(12)),
            (r#"" 12 ""#, Some(12)),
            ("12.6", Some(13)),
            (r#""1.2e3""#, Some(1200)),
            ("-1", Some(-1)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            (r#""inf""#, None),
            (r#""NaN""#, None),
            (r#""many""#, None),
            (r#""""#, None),
            ("null", None),
            ("[12]", None),
            ("true", None),
        ] {
            assert_eq!(whole(raw(json)), expected, "{json}");
        }
    }

    #[test]
    fn truth_may_come_as_text_and_is_never_guessed() {
        let read = |json| truth(raw(json));
        assert_eq!([read("true"), read(r#""FALSE""#)], [Some(true), Some(false)]);
        assert_eq!([read("1"), read("null"), read(r#""yes""#)], [None; 3]);
    }

    #[test]
    fn a_moment_is_given_as_such_or_as_an_age() {
        let now = 1_790_000_000_000;
        for (json, expected) in [
            ("1789999990000", Some(1_789_999_990_000)),
            ("100000000001", Some(100_000_000_001)),
            ("100000000000", Some(1_690_000_000_000)),
            ("2500", Some(1_789_999_997_500)),
            ("0", Some(now)),
            ("-1", None),
        ] {
            assert_eq!(moment(raw(json), now), expected, "{json}");
        }
    }
}
