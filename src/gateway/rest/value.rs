//! Lenient conversion of JSON values: numbers may be strings, and any value is text.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::dataset::ColumnType;
use crate::gateway::last_comm;

/// Returns `true` for `null`.
pub(super) fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}

/// Returns `true` for a value that isn't one in a column of this type, rather than one that can't be represented: an empty
/// text, and a negative age.
pub(super) fn is_missing(value: &RawValue, column_type: &ColumnType) -> bool {
    text(value).is_none_or(|text| text.trim().is_empty())
        || *column_type == ColumnType::Date && parse_int(value).is_some_and(|age| age < 0)
}

/// Returns the value as text, lists and objects as JSON; `None` for null.
pub(super) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    /// Borrowed where it has no escapes.
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

    let json = value.get();
    if is_null(value) {
        return None;
    }
    if json.starts_with('"') {
        // An unpaired surrogate is valid JSON but not text; then the JSON is shown.
        return Some(serde_json::from_str(json).map_or(json.into(), |Text(text)| text));
    }
    if json.starts_with(['[', '{']) {
        // Without line breaks.
        return Some(
            serde_json::from_str::<Value>(json).map_or(json.into(), |value| value.to_string().into()),
        );
    }
    Some(json.into())
}

/// Parses an integer, rounding a fraction; `None` for anything else.
pub(super) fn parse_int(value: &RawValue) -> Option<i64> {
    /// The largest float up to which every integer is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    let text = text(value)?;
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let real: f64 = text.parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "a rounded number of at most 53 bits")]
        (real.abs() <= EXACT).then_some(real.round() as i64)
    })
}

/// Parses `true` or `false`, also as strings; `None` for anything else.
pub(super) fn parse_bool(value: &RawValue) -> Option<bool> {
    let text = text(value)?;
    let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

/// Parses an age in milliseconds; `None` for negative numbers.
pub(super) fn parse_age(value: &RawValue) -> Option<i64> {
    parse_int(value).filter(|age| *age >= 0)
}

/// Parses the time of a session's last communication.
pub(super) fn parse_last_comm(value: &RawValue, now: i64) -> Option<i64> {
    last_comm::timestamp(parse_int(value)?, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn converts_any_value_to_text() {
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
    fn parses_integers_in_strings() {
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
            assert_eq!(parse_int(raw(json)), expected, "{json}");
        }
    }

    #[test]
    fn parses_booleans_without_guessing() {
        let read = |json| parse_bool(raw(json));
        assert_eq!([read("true"), read(r#""FALSE""#)], [Some(true), Some(false)]);
        assert_eq!([read("1"), read("null"), read(r#""yes""#)], [None; 3]);
    }
}
