//! A cache of results that depend only on datasets, so that they aren't computed for every query.

use std::sync::{Arc, Weak};

use crate::dataset::parallel::{MIN_ROWS_FOR_TWO_THREADS, parallel_map};
use crate::dataset::{Dataset, RowMapping};
use crate::query::DuplicateLogins;

/// The latest results. Doesn't keep a dataset alive.
#[derive(Default)]
pub(super) struct DatasetCache {
    duplicate_logins: Option<(Weak<Dataset>, Arc<DuplicateLogins>)>,
    row_mapping: Option<(Weak<Dataset>, Weak<Dataset>, Arc<RowMapping>)>,
}

impl DatasetCache {
    /// Computes what is missing for a dataset that replaces `old`.
    ///
    /// At a million rows, duplicate logins and the mapping of rows take some 15 ms each. They are computed at the same time,
    /// because a key may be waiting.
    pub(super) fn prepare(&mut self, old: &Arc<Dataset>, new: &Arc<Dataset>) {
        if new.len() < MIN_ROWS_FOR_TWO_THREADS || Arc::ptr_eq(old, new) {
            return;
        }
        let mut mapping_cache = Self { duplicate_logins: None, row_mapping: self.row_mapping.take() };
        let mut find_duplicates = || drop(self.duplicate_logins(new));
        let mut map_rows = || drop(mapping_cache.row_mapping(old, new));
        let tasks: Vec<&mut (dyn FnMut() + Send)> = vec![&mut find_duplicates, &mut map_rows];
        parallel_map(tasks, |task| task());
        self.row_mapping = mapping_cache.row_mapping;
    }

    /// Returns the users with several sessions in one project.
    pub(super) fn duplicate_logins(&mut self, dataset: &Arc<Dataset>) -> Arc<DuplicateLogins> {
        match &self.duplicate_logins {
            Some((cached_for, cached)) if is_same(cached_for, dataset) => cached.clone(),
            _ => {
                let found = Arc::new(DuplicateLogins::find(dataset));
                self.duplicate_logins = Some((Arc::downgrade(dataset), found.clone()));
                found
            }
        }
    }

    /// Returns the mapping of rows from `old` to `new`; `None` if both are the same dataset.
    pub(super) fn row_mapping(&mut self, old: &Arc<Dataset>, new: &Arc<Dataset>) -> Option<Arc<RowMapping>> {
        if Arc::ptr_eq(old, new) {
            return None;
        }
        match &self.row_mapping {
            Some((from, to, cached)) if is_same(from, old) && is_same(to, new) => Some(cached.clone()),
            _ => {
                let mapping = Arc::new(RowMapping::between(old, new));
                self.row_mapping = Some((Arc::downgrade(old), Arc::downgrade(new), mapping.clone()));
                Some(mapping)
            }
        }
    }
}

/// Returns `true` if both are the same allocation. A weak reference keeps its address from being used again.
fn is_same(weak: &Weak<Dataset>, dataset: &Arc<Dataset>) -> bool {
    std::ptr::eq(weak.as_ptr(), Arc::as_ptr(dataset))
}
