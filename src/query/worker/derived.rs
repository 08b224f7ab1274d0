//! The values of a result that depend on its datasets alone. They are computed once for a dataset,
//! not for every query.

use std::sync::{Arc, Weak};

use super::MIN_ROWS_OF_LARGE_DATASET;
use crate::dataset::{Dataset, RowMapping};
use crate::query::{DuplicateLogins, QueryResult};

/// A dataset to query, and the one that its result replaces on screen.
#[derive(Clone)]
pub(super) struct Datasets {
    pub(super) new: Arc<Dataset>,
    pub(super) on_screen: Option<Arc<Dataset>>,
}

impl Datasets {
    /// Returns a dataset that stays on screen.
    pub(super) fn unchanged(dataset: &Arc<Dataset>) -> Self {
        Self { new: dataset.clone(), on_screen: Some(dataset.clone()) }
    }

    pub(super) fn new_is_large(&self) -> bool {
        self.new.len() >= MIN_ROWS_OF_LARGE_DATASET
    }

    /// Returns the dataset on screen if the new one replaces it.
    fn replaced(&self) -> Option<&Arc<Dataset>> {
        self.on_screen.as_ref().filter(|on_screen| !Arc::ptr_eq(on_screen, &self.new))
    }
}

impl PartialEq for Datasets {
    /// Compares allocations, not cells.
    fn eq(&self, other: &Self) -> bool {
        let on_screen = |datasets: &Self| datasets.on_screen.as_ref().map(Arc::as_ptr);
        Arc::ptr_eq(&self.new, &other.new) && on_screen(self) == on_screen(other)
    }
}

/// The values of a result that depend on its datasets alone.
#[derive(Clone)]
pub(super) struct Derived {
    duplicate_logins: Arc<DuplicateLogins>,
    row_mapping: Option<Arc<RowMapping>>,
}

impl Derived {
    /// Takes time in proportion to the number of rows.
    pub(super) fn new(datasets: &Datasets) -> Self {
        let row_mapping = datasets.replaced().map(|old| Arc::new(RowMapping::between(old, &datasets.new)));
        Self { duplicate_logins: Arc::new(DuplicateLogins::find(&datasets.new)), row_mapping }
    }

    pub(super) fn add_to(self, result: &mut QueryResult) {
        result.duplicate_logins = self.duplicate_logins;
        result.row_mapping = self.row_mapping;
    }
}

/// The latest results. Doesn't keep a dataset alive.
#[derive(Default)]
pub(super) struct DerivedCache {
    duplicate_logins: Option<(Weak<Dataset>, Arc<DuplicateLogins>)>,
    row_mapping: Option<(Weak<Dataset>, Weak<Dataset>, Arc<RowMapping>)>,
}

impl DerivedCache {
    pub(super) fn get(&self, datasets: &Datasets) -> Option<Derived> {
        let new = &datasets.new;
        let (of, duplicate_logins) = self.duplicate_logins.as_ref()?;
        let row_mapping = match datasets.replaced() {
            None => None,
            Some(old) => {
                let (from, to, mapping) = self.row_mapping.as_ref()?;
                if !(is_same(from, old) && is_same(to, new)) {
                    return None;
                }
                Some(mapping.clone())
            }
        };
        is_same(of, new).then(|| Derived { duplicate_logins: duplicate_logins.clone(), row_mapping })
    }

    pub(super) fn set(&mut self, datasets: &Datasets, derived: Derived) {
        let new = Arc::downgrade(&datasets.new);
        if let Some((old, mapping)) = datasets.replaced().zip(derived.row_mapping) {
            self.row_mapping = Some((Arc::downgrade(old), new.clone(), mapping));
        }
        self.duplicate_logins = Some((new, derived.duplicate_logins));
    }
}

/// Returns `true` if both are the same allocation. A weak reference keeps its address from being used again.
fn is_same(weak: &Weak<Dataset>, dataset: &Arc<Dataset>) -> bool {
    std::ptr::eq(weak.as_ptr(), Arc::as_ptr(dataset))
}
