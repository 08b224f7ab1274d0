//! The positions of lines and columns on the screen. Lines start on whole pixels.

use egui::{Id, Pos2, Rangef, Rect, pos2, vec2};

use super::FittedColumn;
use crate::dataset::ColumnId;
use crate::table::{Cursor, Metrics, PowerTable};

/// The visible part of the table in this frame.
pub(super) struct Geometry<'a> {
    /// The visible part, below the header.
    pub(super) rect: Rect,
    /// The columns shown, in order.
    pub(super) columns: &'a [FittedColumn],
    /// The table's metrics with the sizes of this frame.
    pub(super) metrics: Metrics,
    /// The table.
    table: &'a PowerTable,
    /// Physical pixels per point.
    pixels_per_point: f32,
}

impl<'a> Geometry<'a> {
    /// Creates the geometry of a table that is drawn in `rect` with lines of this height, in points.
    pub(super) fn new(
        rect: Rect,
        line_height: f32,
        pixels_per_point: f32,
        columns: &'a [FittedColumn],
        table: &'a PowerTable,
    ) -> Self {
        let metrics = Metrics {
            line_px: pixels(line_height * pixels_per_point).max(1),
            view_px: pixels(rect.height() * pixels_per_point),
            ..table.metrics()
        };
        Self { rect, columns, metrics, table, pixels_per_point }
    }

    /// Returns the visible lines.
    pub(super) fn visible(&self) -> std::ops::Range<usize> {
        self.table.scroll().visible(self.metrics)
    }

    /// Returns the rectangle of a line; `None` where it is not visible.
    pub(super) fn line(&self, line: usize) -> Option<Rect> {
        let top = self.table.scroll().y_of(line, self.metrics)?;
        let origin = (self.rect.top() * self.pixels_per_point).round();
        #[expect(clippy::cast_precision_loss, reason = "a visible place is a few thousand pixels at most")]
        let (top, height) = (origin + top as f32, self.metrics.line_px as f32);
        let y = Rangef::new(top / self.pixels_per_point, (top + height) / self.pixels_per_point);
        Some(Rect::from_x_y_ranges(self.rect.x_range(), y))
    }

    /// Returns the line at this position.
    pub(super) fn line_at(&self, at: Pos2) -> Option<usize> {
        if !self.rect.contains(at) {
            return None;
        }
        self.visible().find(|&line| self.line(line).is_some_and(|rect| rect.y_range().contains(at.y)))
    }

    /// Returns the line at this height. Above the first visible line it is that line, below the last one the last.
    pub(super) fn nearest_line(&self, at: Pos2) -> Option<usize> {
        let mut visible = self.visible();
        let last = visible.clone().next_back()?;
        Some(visible.find(|&line| self.line(line).is_some_and(|rect| at.y < rect.bottom())).unwrap_or(last))
    }

    /// Returns the column at this position.
    pub(super) fn column_at(&self, x: f32) -> Option<ColumnId> {
        let mut right = self.rect.left();
        let column = self.columns.iter().find(|column| {
            right += column.width;
            x < right
        });
        column.map(|column| column.id.clone())
    }

    /// Returns the lower left corner of the cell at the cursor, where that is visible.
    pub(super) fn cursor_corner(&self) -> Option<Pos2> {
        let table = self.table;
        let line =
            self.visible().find(|&line| table.cursor_at(line).is_some_and(|at| table.is_cursor(at)))?;
        let cells = cells(self.line(line)?, self.columns);
        let column = self.columns.iter().position(|column| table.column() == Some(&column.id));
        cells.get(column.unwrap_or(0)).map(Rect::left_bottom)
    }
}

/// Returns the rectangles of a row's cells.
pub(super) fn cells(row: Rect, columns: &[FittedColumn]) -> Vec<Rect> {
    let mut left = row.left();
    columns
        .iter()
        .map(|column| {
            let rect = Rect::from_min_size(pos2(left, row.top()), vec2(column.width, row.height()));
            left += column.width;
            rect
        })
        .collect()
}

/// Returns the ID of a line for screen readers. It stays with the session when lines move.
pub(super) fn line_id(at: Cursor) -> Id {
    match at {
        Cursor::Session(row) => super::id().with(("line", row)),
        Cursor::Group(row) => super::id().with(("group", row)),
    }
}

/// Returns the ID of a cell for screen readers.
pub(super) fn cell_id(at: Cursor, column: &ColumnId) -> Id {
    line_id(at).with(column.name())
}

/// Rounds a length that was multiplied by the scale to whole pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no screen has that many pixels")]
fn pixels(length: f32) -> u32 {
    length.round().max(0.0) as u32
}
