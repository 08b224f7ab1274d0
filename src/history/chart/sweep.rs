//! Counts sessions over time: exact maxima, in memory for the buckets, the sessions of a part of the range and those that are
//! on at its end.

use super::request::bucket_start;

/// The number of series that are counted.
pub(super) const SLOTS: usize = 9;

/// The bits for a slot. A range of 2^60 ms would be 36 million years.
const SLOT_BITS: u32 = 4;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

/// Counts sessions, one part of the range after another.
pub(super) struct Sweep {
    range: (i64, i64),
    /// The current bucket, and its end.
    bucket: usize,
    bucket_end: i64,
    /// The sessions that are on, by slot and all together.
    counts: [u32; SLOTS],
    count: u32,
    /// The keys of sessions that begin and end within the range, and aren't counted yet.
    starts: Vec<u64>,
    ends: Vec<u64>,
    /// The maxima of each bucket, by slot and all together.
    maxima: Vec<[u32; SLOTS]>,
    totals: Vec<u32>,
}

/// The maxima of each bucket, by slot and all together.
pub(super) struct Maxima {
    pub(super) by_slot: Vec<[u32; SLOTS]>,
    pub(super) totals: Vec<u32>,
}

impl Sweep {
    /// Creates a counter without sessions. There is at least one bucket, and none is shorter than a
    /// millisecond.
    pub(super) fn new(range: (i64, i64), buckets: usize) -> Self {
        Self {
            range,
            bucket: 0,
            bucket_end: bucket_start(range, buckets, 1),
            counts: [0; SLOTS],
            count: 0,
            starts: Vec::new(),
            ends: Vec::new(),
            maxima: vec![[0; SLOTS]; buckets],
            totals: vec![0; buckets],
        }
    }

    /// Returns a start or an end within the range with its slot as one number, which is sorted quickly.
    fn key(&self, time: i64, slot: usize) -> u64 {
        time.abs_diff(self.range.0) << SLOT_BITS | slot as u64
    }

    /// Returns the time and the slot of a key.
    fn time_and_slot(&self, key: u64) -> (i64, usize) {
        (self.range.0.saturating_add_unsigned(key >> SLOT_BITS), (key & SLOT_MASK) as usize)
    }

    /// Adds a session that is on from `start` to before `end`. It is counted by [`count_until`](Self::count_until).
    pub(super) fn add(&mut self, start: i64, end: i64, slot: usize) {
        let (from, to) = self.range;
        let start = start.max(from);
        if start < end && start < to {
            self.starts.push(self.key(start, slot));
            if end < to {
                self.ends.push(self.key(end, slot));
            }
        }
    }

    /// Counts up to a time within the range. All sessions that begin before it have been added; those that begin later may be.
    pub(super) fn count_until(&mut self, until: i64) {
        let until = self.key(until, 0);
        let mut starts: Vec<u64> = self.starts.extract_if(.., |start| *start < until).collect();
        starts.sort_unstable();
        let mut ends: Vec<u64> = self.ends.extract_if(.., |end| *end < until).collect();
        ends.sort_unstable();
        let mut ends = ends.into_iter().peekable();
        for start in starts {
            while let Some(end) = ends.next_if(|end| end >> SLOT_BITS <= start >> SLOT_BITS) {
                self.end(end);
            }
            self.begin(start);
        }
        ends.for_each(|end| self.end(end));
    }

    fn begin(&mut self, key: u64) {
        let (start, slot) = self.time_and_slot(key);
        self.advance(start);
        self.count += 1;
        self.counts[slot] += 1;
        let (maximum, total) = (&mut self.maxima[self.bucket][slot], &mut self.totals[self.bucket]);
        *maximum = (*maximum).max(self.counts[slot]);
        *total = (*total).max(self.count);
    }

    fn end(&mut self, key: u64) {
        let (end, slot) = self.time_and_slot(key);
        // It is on until just before.
        self.advance(end - 1);
        self.count -= 1;
        self.counts[slot] -= 1;
    }

    /// Goes on to the bucket of a time. Each one begins with the sessions that are on.
    fn advance(&mut self, time: i64) {
        while time >= self.bucket_end && self.bucket + 1 < self.totals.len() {
            self.bucket += 1;
            self.bucket_end = bucket_start(self.range, self.totals.len(), self.bucket + 1);
            self.maxima[self.bucket] = self.counts;
            self.totals[self.bucket] = self.count;
        }
    }

    /// Goes on to the end of the range.
    pub(super) fn finish(mut self) -> Maxima {
        self.count_until(self.range.1);
        self.advance(self.range.1 - 1);
        Maxima { by_slot: self.maxima, totals: self.totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the sessions at each time.
    fn naive(
        sessions: &[(i64, i64, usize)],
        range: (i64, i64),
        buckets: usize,
    ) -> (Vec<[u32; SLOTS]>, Vec<u32>) {
        let mut found = (vec![[0; SLOTS]; buckets], vec![0; buckets]);
        for bucket in 0..buckets {
            for time in bucket_start(range, buckets, bucket)..bucket_start(range, buckets, bucket + 1) {
                let on = sessions.iter().filter(|(start, end, _)| (*start..*end).contains(&time));
                let mut counts = [0; SLOTS];
                on.for_each(|(_, _, slot)| counts[*slot] += 1);
                found.1[bucket] = found.1[bucket].max(counts.iter().sum());
                for (maximum, count) in found.0[bucket].iter_mut().zip(counts) {
                    *maximum = (*maximum).max(count);
                }
            }
        }
        found
    }

    #[test]
    fn finds_the_same_maxima_as_counting_at_each_time() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..2_000 {
            let range = (random.i64(-20..20), random.i64(21..60));
            let buckets = random.usize(1..=20).min(usize::try_from(range.1 - range.0).unwrap());
            let sessions: Vec<(i64, i64, usize)> = (0..random.usize(0..12))
                .map(|_| {
                    let start = random.i64(-30..70);
                    (start, start + random.i64(0..25), random.usize(0..3))
                })
                .collect();
            let mut sweep = Sweep::new(range, buckets);
            let middle = random.i64(range.0..range.1);
            for is_before in [true, false] {
                for &(start, end, slot) in
                    // One that begins at the time may be among those before it.
                    sessions.iter().filter(|(start, ..)| (*start <= middle) == is_before)
                {
                    sweep.add(start, end, slot);
                }
                sweep.count_until(if is_before { middle } else { range.1 });
            }
            let Maxima { by_slot, totals } = sweep.finish();
            assert_eq!(
                (by_slot, totals),
                naive(&sessions, range, buckets),
                "{sessions:?} {range:?} {buckets}"
            );
        }
    }
}
