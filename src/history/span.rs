//! Duration classes: they turn "which intervals contain T?" into one range of an index for each class.
//!
//! The class of an interval is the bit length of its duration in seconds, so that an interval of class `c` that contains T
//! began less than `2^c` seconds before T.

/// The class of sessions that haven't ended.
pub(super) const OPEN: i64 = 99;

/// The largest class of an ended session: 2^40 s are 34,000 years, more than all dates that are accepted.
const MAX: u32 = 40;

/// Returns the class of an interval. An interval that ends before it begins has the class of an empty one.
pub(super) fn class(started_ms: i64, ended_ms: i64) -> i64 {
    let seconds = ended_ms.saturating_sub(started_ms).max(0) / 1_000;
    i64::from((u64::BITS - seconds.unsigned_abs().leading_zeros()).min(MAX))
}

/// Returns all classes of ended sessions, each with the time in milliseconds that is longer than all its intervals.
pub(super) fn classes() -> impl Iterator<Item = (i64, i64)> {
    (0..=MAX).map(|class| (i64::from(class), (1 << class) * 1_000))
}

/// Returns the query of some columns of the sessions that overlap the range from `$1` to `$2`, and of those only the ones that
/// meet a further condition, which is empty or begins with ` AND `.
pub(super) fn overlapping(columns: &str, condition: &str) -> String {
    // A join with a list of classes would be shorter, but PostgreSQL scans all sessions for it.
    let ended = classes().map(|(class, span)| {
        format!(
            "SELECT {columns} FROM session WHERE dc = {class} AND started > CAST($1 AS BIGINT) - {span} \
             AND started <= $2 AND missed_at >= $1{condition} UNION ALL "
        )
    });
    let ended: String = ended.collect();
    format!("{ended}SELECT {columns} FROM session WHERE dc = {OPEN} AND started <= $2{condition}")
}

/// Returns the query of the time when the oldest session began, in the column `time`.
pub(super) fn oldest() -> String {
    // One look at the index for each class.
    let classes = classes().map(|(class, _)| class).chain([OPEN]);
    let oldest: Vec<String> =
        classes.map(|class| format!("SELECT MIN(started) AS time FROM session WHERE dc = {class}")).collect();
    format!("SELECT MIN(time) AS time FROM ({}) s", oldest.join(" UNION ALL "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_shorter_than_their_class() {
        let spans: Vec<(i64, i64)> = classes().collect();
        for duration in (0..2_000).chain((0..53).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + 999]))
        {
            let class = class(-5, -5 + duration);
            let (_, longer) = spans[usize::try_from(class).unwrap()];
            assert!(duration < longer || class == i64::from(MAX), "{duration} ms in class {class}");
            let shorter = spans.iter().take_while(|(other, _)| *other < class).last();
            assert!(shorter.is_none_or(|(_, span)| duration >= *span), "{duration} ms in class {class}");
        }
    }

    #[test]
    fn negative_intervals_are_empty() {
        assert_eq!(class(10, 5), 0);
        assert_eq!(class(i64::MAX, i64::MIN), 0);
        assert_eq!(class(i64::MIN, i64::MAX), i64::from(MAX));
    }
}
