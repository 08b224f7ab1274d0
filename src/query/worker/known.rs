//! What is known of the sessions asked about, whatever the filters: worked out once for each answer of a gateway.

use std::sync::{Arc, Weak};

use crate::dataset::parallel::parallel_map_if;
use crate::dataset::{Dataset, RowMapping};
use crate::query::DuplicateLogins;

/// Below so many rows, one thread is done before another has begun.
const TWO_THREADS: usize = 20_000;

/// What is known of the last sessions that were asked about. No sessions are kept alive by it.
#[derive(Default)]
pub(super) struct Known {
    repeats: Option<(Weak<Dataset>, Arc<DuplicateLogins>)>,
    follow: Option<(Weak<Dataset>, Weak<Dataset>, Arc<RowMapping>)>,
}

impl Known {
    /// Who is logged in twice, and where the sessions shown went; nowhere, if these are shown or none are.
    ///
    /// Whoever types while new sessions arrive asks about them again and again, and waits for this once.
    pub(super) fn of(
        &mut self,
        dataset: &Arc<Dataset>,
        shown: Option<&Arc<Dataset>>,
    ) -> (Arc<DuplicateLogins>, Option<Arc<RowMapping>>) {
        let shown = shown.filter(|shown| !Arc::ptr_eq(shown, dataset));
        let mut repeats =
            self.repeats.take().filter(|(of, _)| is_same(of, dataset)).map(|(_, repeats)| repeats);
        let mut follow = self
            .follow
            .take()
            .filter(|(from, to, _)| is_same(to, dataset) && shown.is_some_and(|shown| is_same(from, shown)))
            .map(|(_, _, follow)| follow);

        let mut work: Vec<Box<dyn FnOnce() + Send + '_>> = Vec::new();
        if repeats.is_none() {
            work.push(Box::new(|| repeats = Some(Arc::new(DuplicateLogins::of(dataset)))));
        }
        if let (None, Some(shown)) = (&follow, shown) {
            work.push(Box::new(|| follow = Some(Arc::new(RowMapping::between(shown, dataset)))));
        }
        parallel_map_if(dataset.len() >= TWO_THREADS, work, |work| work());

        let repeats = repeats.unwrap_or_default();
        self.repeats = Some((Arc::downgrade(dataset), repeats.clone()));
        self.follow = shown
            .zip(follow.clone())
            .map(|(shown, follow)| (Arc::downgrade(shown), Arc::downgrade(dataset), follow));
        (repeats, follow)
    }
}

/// Whether these are the same sessions, in the same place in memory.
fn is_same(known: &Weak<Dataset>, dataset: &Arc<Dataset>) -> bool {
    std::ptr::eq(known.as_ptr(), Arc::as_ptr(dataset))
}
