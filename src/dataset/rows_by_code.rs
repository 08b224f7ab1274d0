//! The rows of each distinct text of a column.

use super::TextColumn;

/// The rows of each distinct text, in order.
pub struct RowsByCode<'a> {
    column: &'a TextColumn,
    /// Where each code's rows end in `rows`.
    ends: Vec<u32>,
    rows: Vec<u32>,
}

impl<'a> RowsByCode<'a> {
    /// A counting sort by code. Takes time in proportion to the rows.
    #[must_use]
    pub fn of(column: &'a TextColumn) -> Self {
        let codes = || column.codes().iter().map(|&code| code as usize);
        if column.distinct() == column.len() {
            // Every text has one row, as with ids: there is nothing to count.
            let mut rows = vec![0; column.len()];
            for (row, code) in (0..).zip(codes()) {
                rows[code] = row;
            }
            let ends = (1..).zip(&rows).map(|(end, _)| end).collect();
            return Self { column, ends, rows };
        }
        let mut ends = vec![0; column.distinct()];
        for code in codes() {
            // An unknown text has no rows.
            if let Some(end) = ends.get_mut(code) {
                *end += 1;
            }
        }
        let mut known = 0;
        for end in &mut ends {
            // First where the code's rows begin; each row then moves it on, up to their end.
            known += std::mem::replace(end, known);
        }
        let mut rows = vec![0; known as usize];
        for (row, code) in (0..).zip(codes()) {
            if let Some(end) = ends.get_mut(code) {
                rows[*end as usize] = row;
                *end += 1;
            }
        }
        Self { column, ends, rows }
    }

    /// How many distinct texts there are; their codes are `0..distinct()`.
    #[must_use]
    pub fn distinct(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(TextColumn::NULL)
    }

    /// The text of a code.
    ///
    /// # Panics
    /// When there is no such code.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.column.text(code)
    }

    /// The rows with the text of this code.
    ///
    /// # Panics
    /// When there is no such code.
    #[must_use]
    pub fn rows(&self, code: u32) -> &[u32] {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.rows[start as usize..self.ends[code] as usize]
    }
}
