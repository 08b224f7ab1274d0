//! A column of plain values (dates, Booleans, numbers), any of which may be unknown.

/// One value per row, stored side by side; which of them are unknown is a bit per row.
///
/// An `Option` per value would double the memory of a date, and nearly no column has unknown values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values<T> {
    values: Vec<T>,
    /// One bit per row, set where the value is unknown; empty as long as all are known.
    unknown: Vec<u64>,
}

impl<T: Copy + Default> Values<T> {
    /// An empty column.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of a row; `None` where it is unknown.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<T> {
        let value = self.values[row];
        let unknown = self.unknown.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
        (!unknown).then_some(value)
    }

    /// Adds a row.
    pub fn push(&mut self, value: Option<T>) {
        let row = self.values.len();
        self.values.push(value.unwrap_or_default());
        if value.is_none() {
            self.mark_unknown(row);
        }
    }

    /// Adds the rows of another column.
    pub(super) fn append(&mut self, other: &Self) {
        let first = self.values.len();
        self.values.extend_from_slice(&other.values);
        if !other.unknown.is_empty() {
            for row in (0..other.len()).filter(|&row| other.get(row).is_none()) {
                self.mark_unknown(first + row);
            }
        }
    }

    fn mark_unknown(&mut self, row: usize) {
        self.unknown.resize(self.unknown.len().max(row / 64 + 1), 0);
        self.unknown[row / 64] |= 1 << (row % 64);
    }

    /// The bytes that this column holds.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.values.capacity() * size_of::<T>() + self.unknown.capacity() * size_of::<u64>()
    }

    /// Gives back what growing reserved and nothing uses.
    pub(super) fn shrink_to_fit(&mut self) {
        self.values.shrink_to_fit();
        self.unknown.shrink_to_fit();
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
    fn unknown_values_are_told_from_defaults() {
        let expected: Vec<Option<i64>> = (0..200).map(|row| (row % 67 != 0).then_some(row % 3)).collect();
        let column: Values<i64> = expected.iter().copied().collect();
        let read: Vec<Option<i64>> = (0..column.len()).map(|row| column.get(row)).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn a_column_without_unknown_values_keeps_no_bits() {
        let column: Values<bool> = [Some(true), Some(false)].into_iter().collect();
        assert!(column.unknown.is_empty());
    }
}
