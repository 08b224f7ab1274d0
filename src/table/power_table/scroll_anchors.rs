//! The lines that keep the scroll position while others come and go.

use std::sync::Arc;

use super::PowerTable;
use crate::dataset::{Dataset, RowMapping};
use crate::query::QueryResult;
use crate::table::cursor::Cursor;
use crate::table::lines::Line;

/// Number of lines in view that are tried as scroll anchors. The search for one goes through all rows.
const MAX_SCROLL_ANCHORS: usize = 8;

/// A line that keeps its place on the screen.
#[derive(Clone, Debug)]
enum Anchor {
    /// The line of a group, or of a session that is on.
    On(Cursor),
    /// The line of a session that has left: the last dataset with it, and its row there.
    Left(Arc<Dataset>, u32),
}

/// The lines that keep the scroll position, the best first, each with its y.
#[derive(Clone, Debug, Default)]
pub(super) struct ScrollAnchors {
    lines: Vec<(Anchor, i64)>,
    /// `true` if the first one is under the pointer.
    has_pointer: bool,
    /// `true` if the table was at its top, where new first lines are scrolled into view.
    was_at_top: bool,
}

impl PowerTable {
    /// Returns the lines that keep the scroll position. The one under the pointer comes first, then those nearest to it. At the
    /// top without pointer and cursor there is none: new first lines are scrolled into view there.
    pub(super) fn scroll_anchors(&self, pointer: Option<usize>) -> ScrollAnchors {
        let visible = self.scroll.visible(self.metrics);
        let cursor = self.cursor_line().filter(|line| visible.contains(line));
        let nearest = pointer.into_iter().flat_map(|line| {
            let offsets = 0..MAX_SCROLL_ANCHORS;
            offsets.flat_map(move |offset| [line.checked_add(offset), line.checked_sub(offset)])
        });
        let nearest = nearest.flatten().filter(|line| visible.contains(line));
        let others = visible.clone().filter(|_| !self.is_at_top()).take(MAX_SCROLL_ANCHORS);
        let lines = nearest.chain(cursor).chain(others);
        let lines = lines.filter_map(|line| Some((self.anchor_at(line)?, self.y_of(line)?)));
        ScrollAnchors {
            lines: lines.collect(),
            has_pointer: pointer.is_some_and(|line| visible.contains(&line)),
            was_at_top: self.is_at_top() && pointer.is_none(),
        }
    }

    /// Returns the header of a group as the line that keeps the scroll position.
    pub(super) fn header_anchor(&self, group: usize) -> ScrollAnchors {
        let header = self.lines.groups().get(group).map(|group| group.line);
        let header = header.and_then(|line| Some((self.anchor_at(line)?, self.y_of(line)?)));
        ScrollAnchors {
            lines: header.into_iter().collect(),
            has_pointer: false,
            was_at_top: self.is_at_top(),
        }
    }

    fn anchor_at(&self, line: usize) -> Option<Anchor> {
        if let Some(Line::Left(index)) = self.lines.get(line) {
            let left = self.departures.get(index)?;
            return Some(Anchor::Left(left.dataset.clone(), left.row));
        }
        self.cursor_at(line).map(Anchor::On)
    }

    /// Returns the same lines after a refresh, which isn't shown yet. The line of a session that leaves becomes that of one that
    /// has left, and a group may begin with another session.
    pub(super) fn map_anchors(&self, anchors: ScrollAnchors, mapping: &RowMapping) -> ScrollAnchors {
        let map = |anchor: Anchor| match (anchor, &self.result) {
            (Anchor::On(at), Some(QueryResult { dataset, .. })) => match (at.map(mapping), at) {
                (Some(at), _) => Some(Anchor::On(at)),
                (None, Cursor::Session(row)) => Some(Anchor::Left(dataset.clone(), row)),
                (None, Cursor::Group(row)) => {
                    let group = self.lines.group_of(self.index_of(row)?)?;
                    let rows = &self.rows()[self.lines.groups()[group].range()];
                    let row = rows.iter().find_map(|row| mapping.row(*row))?;
                    Some(Anchor::On(Cursor::Group(row)))
                }
            },
            (anchor, _) => Some(anchor),
        };
        let lines = anchors.lines.into_iter().filter_map(|(anchor, y)| Some((map(anchor)?, y)));
        ScrollAnchors { lines: lines.collect(), ..anchors }
    }

    /// Scrolls so that the first anchor that is still shown keeps its y. A table that was at its top stays there as long as
    /// the session that the user has selected there stays in view.
    pub(super) fn restore_scroll(&mut self, anchors: &ScrollAnchors) {
        self.metrics.room_px = 0;
        let is_selected = self.cursor.is_some_and(|cursor| self.is_selected(cursor.row()));
        if anchors.was_at_top && (!is_selected || self.cursor_in_view().is_some()) {
            return self.scroll.clamp(self.metrics);
        }
        let found = anchors.lines.iter().find_map(|(anchor, y)| Some((self.line_of_anchor(anchor)?, *y)));
        if let Some((line, y)) = found {
            if anchors.has_pointer {
                self.metrics.room_px = self.metrics.missing_room(line, y);
            }
            self.scroll.put(line, y, self.metrics);
        } else {
            self.scroll.clamp(self.metrics);
        }
    }

    /// Removes the room below the last line, which kept the line under the pointer in its place.
    pub(super) fn remove_room(&mut self) {
        if self.metrics.room_px > 0 {
            self.metrics.room_px = 0;
            self.scroll.clamp(self.metrics);
        }
    }

    fn line_of_anchor(&self, anchor: &Anchor) -> Option<usize> {
        match anchor {
            Anchor::On(cursor) => self.line_of(*cursor),
            Anchor::Left(dataset, row) => self.lines.line_of_left(self.departures.index_of(dataset, *row)?),
        }
    }

    pub(super) fn y_of(&self, line: usize) -> Option<i64> {
        self.scroll.y_of(line, self.metrics)
    }

    pub(super) fn is_at_top(&self) -> bool {
        self.scroll.line() == 0 && self.scroll.offset_px() == 0
    }
}
