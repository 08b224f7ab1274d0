//! A column of plain values: dates, Booleans or numbers.

/// One value or null per row, with one bit per row for the nulls.
///
/// A `Vec<Option<i64>>` would take twice the memory, and hardly any column has nulls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values<T> {
    values: Vec<T>,
    /// One bit per row, set for a null; empty while there is none.
    nulls: Vec<u64>,
}

impl<T: Copy + Default> Values<T> {
    /// Returns an empty column.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns `true` if there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the value of a row, or `None` for a null.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<T> {
        let value = self.values[row];
        let is_null = self.nulls.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
        (!is_null).then_some(value)
    }

    /// Adds a row.
    pub fn push(&mut self, value: Option<T>) {
        let row = self.values.len();
        self.values.push(value.unwrap_or_default());
        if value.is_none() {
            self.mark_null(row);
        }
    }

    /// Adds the rows of another column.
    pub(super) fn append(&mut self, other: &Self) {
        let first = self.values.len();
        self.values.extend_from_slice(&other.values);
        if !other.nulls.is_empty() {
            for row in (0..other.len()).filter(|&row| other.get(row).is_none()) {
                self.mark_null(first + row);
            }
        }
    }

    /// Adds rows without a value.
    pub(super) fn append_nulls(&mut self, count: usize) {
        for _ in 0..count {
            self.push(None);
        }
    }

    fn mark_null(&mut self, row: usize) {
        self.nulls.resize(self.nulls.len().max(row / 64 + 1), 0);
        self.nulls[row / 64] |= 1 << (row % 64);
    }

    /// Returns the heap memory of this column in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.values.capacity() * size_of::<T>() + self.nulls.capacity() * size_of::<u64>()
    }

    /// Returns the column without spare capacity.
    pub(super) fn shrunk_to_fit(mut self) -> Self {
        self.values.shrink_to_fit();
        self.nulls.shrink_to_fit();
        self
    }
}

impl<T: Copy + Default> FromIterator<Option<T>> for Values<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(values: I) -> Self {
        let mut column = Self::new();
        for value in values {
            column.push(value);
        }
        column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_nulls_from_default_values() {
        let expected: Vec<Option<i64>> = (0..200).map(|row| (row % 67 != 0).then_some(row % 3)).collect();
        let column: Values<i64> = expected.iter().copied().collect();
        let read: Vec<Option<i64>> = (0..column.len()).map(|row| column.get(row)).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn appends_values_and_nulls() {
        let mut column: Values<i64> = [Some(1), None].into_iter().collect();
        column.append(&[None, Some(2)].into_iter().collect());
        column.append_nulls(1);
        let read: Vec<Option<i64>> = (0..column.len()).map(|row| column.get(row)).collect();
        assert_eq!(read, [Some(1), None, None, Some(2), None]);
    }

    #[test]
    fn keeps_no_bits_without_nulls() {
        let column: Values<bool> = [Some(true), Some(false)].into_iter().collect();
        assert!(column.nulls.is_empty());
    }
}
