//! Queries on a thread of their own, the newest first and only.
//!
//! There is one slot for a question and one for an answer. A newer question overwrites a waiting one, so a fast typist
//! never queues work; an answer carries the generation of its question, so a late one is told from a current one.

mod known;

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{
    CellFilter, DuplicateLogins, FacetOrder, FilterText, Grouping, Kind, Query, Selection, Side, SortKey,
};
use crate::dataset::{ColumnId, Dataset, RowMapping};
use crate::filter::{Filter, MatchError, PatternError};
use crate::notify_on_drop::NotifyOnDrop;
use known::Known;

/// What is asked: texts as typed, not yet compiled, because compiling takes time too.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The sessions to choose from; without any, the filters are read all the same.
    pub dataset: Option<Arc<Dataset>>,
    /// The filter on usernames.
    pub username: FilterText,
    /// The filter on projects.
    pub project: FilterText,
    /// Clients, designers or both.
    pub kind: Kind,
    /// Single values to keep or to leave out.
    pub cells: Vec<CellFilter>,
    /// By what to group.
    pub grouping: Option<Grouping>,
    /// By what to sort.
    pub sort: Vec<SortKey>,
    /// Whether to count users and projects.
    pub facets: Option<FacetOrder>,
    /// The sessions shown while this is asked: where they went is answered too.
    pub shown: Option<Arc<Dataset>>,
}

/// What came of a question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The number that [`Worker::ask`] gave the question.
    pub generation: u64,
    /// What to show of the sessions asked about. Where a filter is at fault, its last good one was used.
    pub table: Option<View>,
    /// What came of the filter on usernames.
    pub username: FilterStatus,
    /// What came of the filter on projects.
    pub project: FilterStatus,
}

/// What to show.
#[derive(Clone, Debug)]
pub struct View {
    /// The sessions asked about.
    pub dataset: Arc<Dataset>,
    /// Which of them, in order, and how many of what.
    pub selection: Selection,
    /// By which column they were to be grouped.
    pub grouping: Option<ColumnId>,
    /// Who is logged in to one project more than once.
    pub repeats: Arc<DuplicateLogins>,
    /// Where the sessions shown before went; `None` where they are the same answer's, or there were none.
    pub follow: Option<Arc<RowMapping>>,
}

/// What came of one filter.
#[derive(Clone, Debug, Default)]
pub struct FilterStatus {
    /// The filter in force: the last good one.
    pub filter: Option<Filter>,
    /// Why that is not the one asked for.
    pub fault: Option<FilterError>,
    /// The filter in force lets no value at all pass.
    pub finds_nothing: bool,
}

/// Why a filter is not in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The pattern can't be read.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The pattern gave up on a value.
    #[error(transparent)]
    Match(#[from] MatchError),
}

impl FilterError {
    /// Whether typing on can mend it, as with a group that is still open.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        match self {
            Self::Pattern(error) => error.is_incomplete(),
            Self::Match(_) => false,
        }
    }

    /// Where in the pattern the fault is, in characters counted from 1; `None` where it is in no one place.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Pattern(error) => error.column(),
            Self::Match(_) => None,
        }
    }
}

/// The thread that answers. Dropping this stops it.
pub struct Worker {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
    newest: u64,
}

struct Shared {
    slots: Mutex<Slots>,
    changed: Condvar,
}

#[derive(Default)]
struct Slots {
    question: Option<(u64, Question)>,
    answer: Option<Answer>,
    closed: bool,
}

impl Shared {
    fn slots(&self) -> MutexGuard<'_, Slots> {
        // The slots are whole at every unlock, so a panic elsewhere leaves nothing half done.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    /// Starts the thread. It calls `wake` after each answer.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared { slots: Mutex::default(), changed: Condvar::new() });
        let theirs = shared.clone();
        let thread = thread::Builder::new().name("query".to_owned()).spawn(move || {
            // Also when it ends by a fault, so that the owner looks.
            let wake = NotifyOnDrop(wake);
            answer_all(&theirs, &wake.0);
        })?;
        Ok(Self { shared, thread, newest: 0 })
    }

    /// Asks; a question that still waits is forgotten. Gives the number that the answer will carry.
    pub fn ask(&mut self, question: Question) -> u64 {
        self.newest += 1;
        self.shared.slots().question = Some((self.newest, question));
        self.shared.changed.notify_all();
        self.newest
    }

    /// The answer to the newest question, once, as soon as it is there.
    pub fn answer(&mut self) -> Option<Answer> {
        self.take(&mut self.shared.slots())
    }

    /// Waits a moment for the answer to the newest question.
    ///
    /// A small table answers within a millisecond; waiting that long puts the result into the same frame.
    pub fn answer_within(&mut self, patience: Duration) -> Option<Answer> {
        let end = Instant::now() + patience;
        let mut slots = self.shared.slots();
        loop {
            if let Some(answer) = self.take(&mut slots) {
                return Some(answer);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            slots = self.shared.changed.wait_timeout(slots, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Forgets what was asked: its answer is of no interest any more.
    pub fn forget(&mut self) {
        self.newest += 1;
        self.shared.slots().question = None;
    }

    /// Whether the thread runs. It only ends early by a fault of its own.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.thread.is_finished()
    }

    fn take(&self, slots: &mut Slots) -> Option<Answer> {
        slots.answer.take_if(|answer| answer.generation == self.newest)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.slots().closed = true;
        self.shared.changed.notify_all();
    }
}

fn answer_all(shared: &Shared, wake: &dyn Fn()) {
    let mut compiled = Compiled::default();
    loop {
        let mut slots = shared.slots();
        let (generation, question) = loop {
            if slots.closed {
                return;
            }
            if let Some(next) = slots.question.take() {
                break next;
            }
            slots = shared.changed.wait(slots).unwrap_or_else(PoisonError::into_inner);
        };
        drop(slots);
        let answer = compiled.answer(generation, question);
        shared.slots().answer = Some(answer);
        shared.changed.notify_all();
        wake();
    }
}

/// What is kept from question to question: the filters in force, and what is known of the last dataset.
#[derive(Default)]
struct Compiled {
    username: Slot,
    project: Slot,
    known: Known,
}

/// One filter box: the last pattern that was good, and what is wrong with the present one.
#[derive(Default)]
struct Slot {
    good: Option<Filter>,
    fault: Option<FilterError>,
}

impl Slot {
    /// The filter to try for this text: the one in force where the text is at fault.
    fn read(&mut self, text: &FilterText) -> Option<Filter> {
        let FilterText { pattern, mode } = text;
        self.fault = None;
        if pattern.is_empty() {
            return None;
        }
        if let Some(good) = &self.good
            && good.pattern() == pattern
            && good.mode() == *mode
        {
            return Some(good.clone());
        }
        match Filter::new(pattern, *mode) {
            Ok(filter) => Some(filter),
            Err(error) => {
                self.fault = Some(error.into());
                self.good.clone()
            }
        }
    }

    fn answer(&self, finds_nothing: bool) -> FilterStatus {
        FilterStatus { filter: self.good.clone(), fault: self.fault.clone(), finds_nothing }
    }
}

impl Compiled {
    fn answer(&mut self, generation: u64, question: Question) -> Answer {
        let Question { dataset, username, project, kind, cells, grouping, sort, facets, shown } = question;
        let mut query = Query {
            username: self.username.read(&username),
            project: self.project.read(&project),
            kind,
            cells,
            grouping,
            sort,
            facets,
        };
        let selection = loop {
            let Some(dataset) = &dataset else {
                break Selection::default();
            };
            match query.run(dataset) {
                Ok(selection) => break selection,
                // The filter gave up. The last good one stands in; where that is the one, there is none.
                Err(error) => {
                    let (slot, tried) = match error.side {
                        Side::Username => (&mut self.username, &mut query.username),
                        Side::Project => (&mut self.project, &mut query.project),
                    };
                    slot.fault = Some(error.source.into());
                    let before = slot.good.take();
                    *tried = before.filter(|good| {
                        tried.as_ref().is_some_and(|tried| {
                            (good.pattern(), good.mode()) != (tried.pattern(), tried.mode())
                        })
                    });
                }
            }
        };
        self.username.good = query.username;
        self.project.good = query.project;
        let username = self.username.answer(selection.no_username);
        let project = self.project.answer(selection.no_project);
        let table = dataset.map(|dataset| {
            let (repeats, follow) = self.known.of(&dataset, shown.as_ref());
            let grouping = query.grouping.map(|grouping| grouping.column);
            View { dataset, selection, grouping, repeats, follow }
        });
        Answer { generation, table, username, project }
    }
}

#[cfg(test)]
mod tests;
