//! The last answer of a node, so that one that says the same again is not read again.
//!
//! An answer is known by its digest, from which only the gateway's clock is left out. SHA-256, because nothing but the
//! same bytes may pass for the same answer: a table that stays as it was would be believed. It takes a fifth of the
//! time of reading.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use aws_lc_rs::digest::{Context, SHA256, SHA256_OUTPUT_LEN};

use crate::dataset::{Dataset, DatasetError};

/// What one node answered last. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct LastAnswer(Arc<Mutex<Known>>);

/// The dataset, and the gateway's clock beside it.
pub(super) type Read = (Arc<Dataset>, Option<i64>);

#[derive(Clone, Debug, Default)]
enum Known {
    #[default]
    Nothing,
    /// Not kept alive: if nobody has the dataset any more, the answer is read again. The first one is given no digest,
    /// because whoever reads once should not wait for it.
    Answer(Option<[u8; SHA256_OUTPUT_LEN]>, Weak<Dataset>),
}

impl LastAnswer {
    /// Reads an answer. If all but the clock is as it was, then the very same dataset comes out.
    pub(super) fn read(&self, body: &[u8]) -> Result<Read, DatasetError> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let clock = clock(body);
        let (digest, before, dataset) = match last {
            Known::Nothing => (None, None, None),
            Known::Answer(before, dataset) => (Some(digest(body, clock.clone())), before, dataset.upgrade()),
        };
        if let Some(dataset) = dataset.as_ref().filter(|_| digest.is_some() && digest == before) {
            let now = clock.map_or(dataset.now(), |digits| number(&body[digits]));
            return Ok((dataset.clone(), now));
        }
        let read = match &dataset {
            Some(before) => before.next_from_json(body)?,
            None => Dataset::from_json(body)?,
        };
        let now = read.now();
        // Other bytes for the same sessions: whoever holds the dataset goes on holding it, and it is known again.
        let dataset =
            dataset.filter(|dataset| dataset.has_same_sessions(&read)).unwrap_or_else(|| Arc::new(read));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Known::Answer(digest, Arc::downgrade(&dataset));
        Ok((dataset, now))
    }
}

/// The key of the answer's own clock.
const KEY: &[u8] = b"\"now\":";

fn digest(body: &[u8], without: Option<Range<usize>>) -> [u8; SHA256_OUTPUT_LEN] {
    let without = without.unwrap_or(body.len()..body.len());
    let mut digest = Context::new(&SHA256);
    digest.update(&body[..without.start]);
    digest.update(&body[without.end..]);
    let mut bytes = [0; SHA256_OUTPUT_LEN];
    bytes.copy_from_slice(digest.finish().as_ref());
    bytes
}

/// Where the digits of the answer's own `now` stand; `None` where that is not plain to see.
///
/// Only before the first list and behind the last one, only where no other object is, and only where it stands once.
/// There are no escapes either, so that it can't be within a text. The answer in which it was left out first was a whole
/// one.
fn clock(body: &[u8]) -> Option<Range<usize>> {
    let first_list = body.iter().position(|byte| *byte == b'[')?;
    let last_list = body.iter().rposition(|byte| *byte == b']')? + 1;
    let clock_in = |range: Range<usize>, brace: u8| {
        let part = &body[range.clone()];
        let special = part.iter().filter(|byte| matches!(byte, b'{' | b'}' | b'\\'));
        let digits = if special.eq([&brace]) { digits(part) } else { None };
        digits.map(|digits| digits.start + range.start..digits.end + range.start)
    };
    let keys = |range: Range<usize>| body[range].windows(KEY.len()).filter(|window| *window == KEY).count();
    if keys(0..first_list) + keys(last_list..body.len()) != 1 {
        return None;
    }
    clock_in(0..first_list, b'{').or_else(|| clock_in(last_list..body.len(), b'}'))
}

/// The digits behind the key `now`, if they are the whole of its value.
fn digits(part: &[u8]) -> Option<Range<usize>> {
    let start = part.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
    let start = start + part[start..].iter().take_while(|byte| **byte == b' ').count();
    let end = start + part[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    // With a zero in front it is no number.
    let is_whole = matches!(part.get(end), Some(b',' | b'}')) && !part[start..end].starts_with(b"0");
    (is_whole && number(&part[start..end]).is_some()).then_some(start..end)
}

fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &str = r#"[{"name":"username","type":"String"},{"name":"project","type":"String"},{"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"}]"#;

    fn rows(id: &str) -> String {
        format!(r#"[["billy","P","h",false,"{id}",0]]"#)
    }

    fn answer(now: &str, id: &str) -> String {
        format!(r#"{{"ok":true,"now":{now},"columns":{COLUMNS},"rows":{}}}"#, rows(id))
    }

    fn read(last: &LastAnswer, body: &str) -> Read {
        last.read(body.as_bytes()).unwrap()
    }

    #[test]
    fn the_same_sessions_at_another_time_are_the_very_same_dataset() {
        let last = LastAnswer::default();
        let forms: [fn(&str) -> String; 3] = [
            |now| answer(now, "A"),
            |now| format!(r#"{{"ok":true,"columns":{COLUMNS},"rows":{},"now": {now},"v":1}}"#, rows("A")),
            |now| format!(r#"{{"rows":{},"columns":{COLUMNS},"ok":true,"now":{now}}}"#, rows("A")),
        ];
        for form in forms {
            read(&last, &form("1"));
            let (before, _) = read(&last, &form("22"));
            let (after, now) = read(&last, &form("333"));
            assert!(Arc::ptr_eq(&before, &after), "{}", form("333"));
            assert_eq!((before.now(), now), (Some(22), Some(333)));
        }
    }

    #[test]
    fn sessions_that_stay_the_same_are_known_from_the_second_answer_on() {
        let last = LastAnswer::default();
        // As the watch does, which keeps what it has as long as it is the same.
        let (kept, _) = read(&last, &answer("1", "A"));
        for now in ["2", "3", "4"] {
            let (again, _) = read(&last, &answer(now, "A"));
            assert!(Arc::ptr_eq(&kept, &again), "{now}");
        }
        let known = last.0.lock().unwrap().clone();
        let digest = digest(answer("5", "A").as_bytes(), clock(answer("5", "A").as_bytes()));
        assert!(matches!(known, Known::Answer(Some(known), _) if known == digest));
    }

    #[test]
    fn a_clock_that_is_not_plain_to_see_is_none() {
        for odd in [
            r#"{"now":1,"now":2,"rows":[]}"#,
            r#"{"now":1,"rows":[],"now":2}"#,
            r#"{"now":01,"rows":[]}"#,
            r#"{"now":null,"rows":[]}"#,
        ] {
            assert_eq!(clock(odd.as_bytes()), None, "{odd}");
        }
    }

    #[test]
    fn whatever_else_changes_is_read() {
        let last = LastAnswer::default();
        let around = |x: &str| answer("1", "A").replace("\"ok\"", &format!("{x},\"ok\""));
        let bodies = [
            answer("1", "A"),
            answer("1", "B"),
            answer("null", "B"),
            answer("1 ", "B"),
            // What is called so elsewhere is no clock.
            around(r#""x":{"now":1}"#),
            around(r#""x":{"now":2}"#),
            around(r#""x":"\"now\":1""#),
            around(r#""x":"\"now\":2""#),
            around(r#""x":[{"now":1}]"#),
            around(r#""x":[{"now":2}]"#),
        ];
        for body in &bodies {
            for other in bodies.iter().filter(|other| *other != body) {
                let (after, now) = read(&last, other);
                let alone = Dataset::from_json(other.as_bytes()).unwrap();
                assert!(after.has_same_sessions(&alone), "{body} and {other}");
                assert_eq!(now, alone.now(), "{body} and {other}");
                read(&last, body);
            }
        }
    }

    #[test]
    fn a_fault_is_told_each_time_and_changes_nothing() {
        let last = LastAnswer::default();
        read(&last, &answer("1", "A"));
        let (before, _) = read(&last, &answer("2", "A"));
        for _ in 0..2 {
            assert_eq!(
                last.read(br#"{"ok":false,"error":"x"}"#).unwrap_err(),
                DatasetError::Refused { message: "x".into() }
            );
        }
        assert!(Arc::ptr_eq(&before, &read(&last, &answer("3", "A")).0));
    }

    #[test]
    fn a_dataset_that_nobody_has_is_read_again() {
        let last = LastAnswer::default();
        for now in ["1", "2", "3", "4"] {
            assert_eq!(read(&last, &answer(now, "A")).1, number(now.as_bytes()));
        }
    }
}
