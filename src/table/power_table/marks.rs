//! The marks of sessions that have just signed in or left.

use std::time::{Duration, Instant};

use super::PowerTable;
use crate::table::action::{SelectMode, Step};
use crate::table::departures::LeftSession;
use crate::table::lines::Line;

/// The default time for which sessions that have just signed in or left are marked.
pub const MARK_TIME: Duration = Duration::from_secs(10);

impl PowerTable {
    /// Returns the session of a line [`Line::Left`].
    #[must_use]
    pub fn left_session(&self, index: usize) -> Option<&LeftSession> {
        self.departures.get(index)
    }

    /// Returns `true` if the session in a row has just signed in.
    #[must_use]
    pub fn is_new(&self, row: u32) -> bool {
        self.arrivals.contains(row)
    }

    /// Ends the marks of sessions that have been in view for `mark_time`. Returns the time until the next one ends. The line
    /// under the pointer stays there, also that of a session that has left: where the lines above can't be scrolled, those of
    /// sessions that have left stay.
    pub fn expire_marks(
        &mut self,
        now: Instant,
        mark_time: Duration,
        pointer: Option<usize>,
    ) -> Option<Duration> {
        if pointer.is_none() {
            self.remove_room();
        }
        self.note_seen(now);
        let mut arrivals = self.arrivals.expire(now, mark_time);
        if self.departures.is_empty() {
            return arrivals;
        }
        let anchors = self.scroll_anchors(pointer);
        // For each line removed above the pointer, one from above the view scrolls in.
        let above = pointer.map_or(0, |pointer| self.lines.left_above(pointer));
        let under_pointer = pointer.and_then(|pointer| self.lines.get(pointer));
        let mut room = self.scroll.line();
        let before = self.departures.places().len();
        let mut departures = self.departures.expire(now, mark_time, |index| {
            if under_pointer == Some(Line::Left(index)) {
                return false;
            }
            let is_removed = index >= above || room > 0;
            if index < above {
                room = room.saturating_sub(1);
            }
            is_removed
        });
        if self.departures.places().len() != before {
            self.lines.set_left(self.departures.places());
            self.metrics.lines = self.lines.len();
            self.last_change = None;
            self.restore_scroll(&anchors);
            // The lines that have moved into view.
            self.note_seen(now);
            arrivals = self.arrivals.expire(now, mark_time);
            departures = self.departures.expire(now, mark_time, |_| false);
        }
        arrivals.into_iter().chain(departures).min()
    }

    /// Notes which sessions that have just signed in or left are in view.
    fn note_seen(&mut self, now: Instant) {
        if !self.arrivals.is_unseen() && self.departures.is_empty() {
            return;
        }
        for line in self.scroll.visible(self.metrics) {
            match self.lines.get(line) {
                Some(Line::Left(index)) => self.departures.note_seen(index..index + 1, now),
                Some(Line::Session(_)) => {
                    if let Some(&row) = self.rows_of(line).first() {
                        self.arrivals.note_seen(row, now);
                    }
                }
                Some(Line::Group(_)) | None => {}
            }
        }
    }

    /// Moves to the next line that is marked as new or left. The cursor moves to a session; where one has left, there is none
    /// to select.
    pub(super) fn go_to_change(&mut self, step: Step) {
        let is_change = |line: &usize| match self.lines.get(*line) {
            Some(Line::Left(_)) => true,
            Some(Line::Session(_)) => self.rows_of(*line).first().is_some_and(|row| self.is_new(*row)),
            Some(Line::Group(_)) | None => false,
        };
        let lines = self.metrics.lines;
        let from = self.last_change.or_else(|| self.cursor_line());
        // After the last one comes the first one again.
        let found = match (step, from) {
            (Step::Next, None) => (0..lines).find(is_change),
            (Step::Previous, None) => (0..lines).rev().find(is_change),
            (Step::Next, Some(from)) => (from + 1..lines).chain(0..=from).find(is_change),
            (Step::Previous, Some(from)) => (0..from).rev().chain((from..lines).rev()).find(is_change),
        };
        let Some(line) = found else {
            return;
        };
        if self.cursor_at(line).is_some() {
            self.select(line, SelectMode::Only);
        }
        self.last_change = Some(line);
        self.scroll.reveal(line, self.metrics);
    }
}
