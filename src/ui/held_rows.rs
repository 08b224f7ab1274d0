//! Lists whose rows keep their places in view while others come and go above them.
//!
//! They do so while the pointer is over the list, the cursor is in view or the list is scrolled down. Otherwise a list stays at
//! its top.

use egui::scroll_area::ScrollAreaOutput;
use egui::{Id, Rect, Ui};
use egui_extras::{TableBuilder, TableRow};

use super::tokens;

/// The part of a scroll position in pixels that is rounded away.
const ROUNDING: f32 = 0.5;

/// The rows of a list that were in view in the last frame.
#[derive(Clone, Debug)]
struct RowsInView<K> {
    /// The index of the first one.
    first: usize,
    /// The keys that identify them.
    keys: Vec<K>,
    /// The y of the first row of the list, below the top of the view.
    top: f32,
    /// The scroll position.
    offset: f32,
    /// The height of the view.
    height: f32,
    /// The user hasn't scrolled down.
    is_at_top: bool,
}

/// The places of the rows of a list in this frame.
pub(super) struct HeldRows {
    id: Id,
    /// The number of rows.
    count: usize,
    /// The numbers of empty rows above and below, without which the list could not be scrolled far enough.
    empty: [usize; 2],
    /// The scroll position; `None` in the first frame.
    offset: Option<f32>,
    /// It isn't that of the last frame.
    is_moved: bool,
    is_at_top: bool,
}

impl HeldRows {
    /// Finds the places of rows, which are drawn in `rect` under this ID. `key` returns what identifies a row, `find` the row
    /// of a key, and `cursor` is the row at the cursor.
    pub(super) fn new<K: Clone + PartialEq + Send + Sync + 'static>(
        ui: &mut Ui,
        rect: Rect,
        id: Id,
        (count, cursor): (usize, Option<usize>),
        key: impl Fn(usize) -> Option<K>,
        find: impl Fn(&K) -> Option<usize>,
    ) -> Self {
        let Some(before) = ui.data(|data| data.get_temp::<RowsInView<K>>(id)) else {
            return Self { id, count, empty: [0; 2], offset: None, is_moved: false, is_at_top: true };
        };
        let pointer = ui.ctx().pointer_hover_pos();
        let pointer = pointer
            .filter(|at| rect.contains(*at) && ui.ctx().layer_id_at(*at) == Some(ui.layer_id()))
            .map(|at| before.row_at(at.y - rect.top()));
        let cursor = cursor.and_then(&key).and_then(|key| before.keys.iter().position(|old| *old == key));
        let (mut offset, mut empty) = (0.0, [0; 2]);
        if pointer.is_some() || cursor.is_some() || !before.is_at_top {
            let top = before.top_after(pointer.or(cursor).unwrap_or(0), key, find);
            if pointer.is_some() {
                empty[0] = rows_in(top);
            }
            offset = (rows_height(empty[0]) - top).max(0.0);
            if pointer.is_some() {
                empty[1] = rows_in(offset + before.height).saturating_sub(empty[0] + count);
            }
        }
        let is_moved = (offset - before.offset).abs() > ROUNDING;
        if is_moved {
            // It would pull the rows back to what was the end of the list in the last frame.
            ui.spacing_mut().scroll.kinetic.rubber_band = false;
        }
        Self { id, count, empty, offset: Some(offset), is_moved, is_at_top: before.is_at_top }
    }

    /// Returns the table, scrolled to the places of the rows, and to the row `target`.
    pub(super) fn scroll<'a>(&self, table: TableBuilder<'a>, target: Option<usize>) -> TableBuilder<'a> {
        let table = match self.offset.filter(|_| self.is_moved) {
            Some(offset) => table.vertical_scroll_offset(offset),
            None => table,
        };
        match target {
            Some(target) => table.scroll_to_row(self.empty[0] + target, None),
            None => table,
        }
    }

    /// Returns the number of rows to draw, empty ones included.
    pub(super) fn count(&self) -> usize {
        self.empty[0] + self.count + self.empty[1]
    }

    /// Returns the index of a row to draw; `None` for an empty one, which is drawn.
    pub(super) fn index_of(&self, row: &mut TableRow<'_, '_>) -> Option<usize> {
        let index = row.index().checked_sub(self.empty[0]).filter(|index| *index < self.count);
        if index.is_none() {
            row.col(|_| ());
        }
        index
    }

    /// Notes which rows are in view.
    pub(super) fn end<K: Clone + Send + Sync + 'static>(
        self,
        ui: &Ui,
        output: &ScrollAreaOutput<()>,
        key: impl Fn(usize) -> Option<K>,
    ) {
        let (offset, height) = (output.state.clamped_offset().y, output.inner_rect.height());
        let is_scrolled = self.offset.is_none_or(|before| (before - offset).abs() > ROUNDING);
        let is_at_top = if is_scrolled { offset <= ROUNDING } else { self.is_at_top };
        let top = rows_height(self.empty[0]) - offset;
        let (first, end) = (whole_rows(-top), rows_in(height - top).min(self.count));
        let keys = (first..end).map_while(key).collect();
        let view = RowsInView::<K> { first, keys, top, offset, height, is_at_top };
        ui.data_mut(|data| data.insert_temp(self.id, view));
    }
}

impl<K: PartialEq> RowsInView<K> {
    /// Returns the number of the row at this y, among those in view.
    fn row_at(&self, y: f32) -> usize {
        whole_rows(y - self.top).saturating_sub(self.first)
    }

    /// Returns the y of the first row of the list with which the row that is nearest to this one keeps its place.
    fn top_after(
        &self,
        row: usize,
        key: impl Fn(usize) -> Option<K>,
        find: impl Fn(&K) -> Option<usize>,
    ) -> f32 {
        let mut rows: Vec<(usize, &K)> = (self.first..).zip(&self.keys).collect();
        rows.sort_by_key(|(index, _)| index.abs_diff(self.first + row));
        let found = rows.into_iter().find_map(|(index, old)| {
            let is_there = key(index).is_some_and(|key| key == *old);
            Some((index, if is_there { index } else { find(old)? }))
        });
        found.map_or(self.top, |(old, new)| self.top + rows_height(old) - rows_height(new))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a list is scrolled to the pixel, not read")]
fn rows_height(rows: usize) -> f32 {
    rows as f32 * tokens::ROW_HEIGHT
}

/// Returns the number of whole rows of this height; 0 for a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a negative float saturates to 0"
)]
fn whole_rows(height: f32) -> usize {
    ((height + ROUNDING) / tokens::ROW_HEIGHT).floor() as usize
}

/// Returns the number of rows that take this height, in part too; 0 for a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a negative float saturates to 0"
)]
fn rows_in(height: f32) -> usize {
    ((height - ROUNDING) / tokens::ROW_HEIGHT).ceil() as usize
}

#[cfg(test)]
mod tests {
    use egui::accesskit::Role;
    use egui::{Event, UiBuilder, WidgetInfo, pos2, vec2};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::super::list_cells;
    use super::*;

    /// The height of the list: four rows and a half.
    const HEIGHT: f32 = 4.5 * tokens::ROW_HEIGHT;

    fn list<'a>(rows: &[u32]) -> Harness<'a, Vec<u32>> {
        let show = |ui: &mut Ui, rows: &mut Vec<u32>| {
            let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(200.0, HEIGHT));
            let mut contents = ui.new_child(UiBuilder::new().max_rect(rect));
            contents.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let key = |row: usize| rows.get(row).copied();
            let find = |key: &u32| rows.iter().position(|row| row == key);
            let id = Id::unique("held rows");
            let held = HeldRows::new(&mut contents, rect, id, (rows.len(), None), key, find);
            let table = held.scroll(list_cells::table(&mut contents, "rows", []), None);
            let output = table.body(|body| {
                body.rows(tokens::ROW_HEIGHT, held.count(), |mut row| {
                    let Some(index) = held.index_of(&mut row) else { return };
                    row.col(|_| ());
                    let name = rows[index].to_string();
                    row.response().widget_info(|| WidgetInfo::labeled(Role::ListItem, true, name.clone()));
                });
            });
            held.end(ui, &output, key);
        };
        let mut harness =
            Harness::builder().with_size(vec2(200.0, 200.0)).build_ui_state(show, rows.to_vec());
        harness.run_steps(3);
        harness
    }

    /// Returns the line of the view in which a row is.
    #[expect(clippy::cast_possible_truncation, reason = "there are a few lines")]
    fn line(harness: &Harness<'_, Vec<u32>>, row: u32) -> i32 {
        let y = harness.get_by_label(&row.to_string()).rect().center().y;
        (y / tokens::ROW_HEIGHT).floor() as i32
    }

    fn change(harness: &mut Harness<'_, Vec<u32>>, rows: &[u32]) {
        *harness.state_mut() = rows.to_vec();
        harness.run_steps(3);
    }

    fn point(harness: &mut Harness<'_, Vec<u32>>, event: Event) {
        harness.input_mut().events.push(event);
        harness.run_steps(3);
    }

    #[test]
    fn row_under_the_pointer_keeps_its_place_in_short_and_long_lists() {
        let mut harness = list(&[3, 2, 1]);
        point(&mut harness, Event::PointerMoved(pos2(50.0, 1.5 * tokens::ROW_HEIGHT)));
        for rows in
            [&[5, 4, 3, 2, 1][..], &[2, 1], &[9, 8, 7, 6, 5, 4, 3, 2, 1, 0], &[9, 8, 2], &[10, 9, 8, 3, 2, 1]]
        {
            change(&mut harness, rows);
            assert_eq!(line(&harness, 2), 1, "{rows:?}");
        }
        // Where it is gone, the nearest one keeps its place.
        change(&mut harness, &[11, 10, 9, 8, 3, 1]);
        assert_eq!((line(&harness, 3), line(&harness, 1)), (0, 1));
        point(&mut harness, Event::PointerGone);
        assert_eq!((line(&harness, 11), line(&harness, 10)), (0, 1));
        change(&mut harness, &[12, 11, 10]);
        assert_eq!(line(&harness, 12), 0);
    }
}
