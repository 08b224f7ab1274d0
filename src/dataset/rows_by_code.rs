//! Groups the rows of a column by distinct text.

use super::TextColumn;

/// The rows of a column of text, grouped by code.
pub struct RowsByCode<'a> {
    column: &'a TextColumn,
    /// The end of each code's rows in `rows`.
    ends: Vec<u32>,
    rows: Vec<u32>,
}

impl<'a> RowsByCode<'a> {
    /// Groups the rows by a counting sort, which takes linear time. Rows with a null are in no group.
    #[must_use]
    pub fn of(column: &'a TextColumn) -> Self {
        let mut ends = vec![0; column.distinct()];
        for &code in column.codes() {
            // The code of a null is greater than all others.
            if let Some(count) = ends.get_mut(code as usize) {
                *count += 1;
            }
        }
        // `ends` holds the start of each group first. Writing the rows moves it to the end.
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let mut rows = vec![0; total as usize];
        for (row, &code) in (0..).zip(column.codes()) {
            if let Some(end) = ends.get_mut(code as usize) {
                rows[*end as usize] = row;
                *end += 1;
            }
        }
        Self { column, ends, rows }
    }

    /// The number of distinct texts; their codes are `0..distinct()`.
    #[must_use]
    pub fn distinct(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(TextColumn::NULL)
    }

    /// Returns the text of a code.
    ///
    /// # Panics
    /// If there is no such code.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.column.text(code)
    }

    /// Returns the rows with the text of this code, in order.
    ///
    /// # Panics
    /// If there is no such code.
    #[must_use]
    pub fn rows(&self, code: u32) -> &[u32] {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.rows[start as usize..self.ends[code] as usize]
    }
}
