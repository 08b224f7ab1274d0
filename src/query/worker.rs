//! Queries on a thread of their own, the newest first and only.
//!
//! There is one slot for a question and one for an answer. A newer question overwrites a waiting one, so a fast typist
//! never queues work; an answer carries the generation of its question, so a late one is told from a current one.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Query, Side, SortKey};
use crate::dataset::Dataset;
use crate::filter::{Filter, MatchError, Mode, PatternError};

/// What is asked: texts as typed, not yet compiled, because compiling takes time too.
#[derive(Clone, Debug)]
pub struct Question {
    /// The sessions to choose from.
    pub dataset: Arc<Dataset>,
    /// The pattern for the username; empty for no filter.
    pub username: (String, Mode),
    /// The pattern for the project; empty for no filter.
    pub project: (String, Mode),
    /// By what to sort.
    pub sort: Vec<SortKey>,
}

/// What came of a question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The number that [`Worker::ask`] gave the question.
    pub generation: u64,
    /// The sessions asked about.
    pub dataset: Arc<Dataset>,
    /// The rows to show, in order. Where a filter is at fault, its last good one was used.
    pub rows: Vec<u32>,
    /// What is wrong with the username filter.
    pub username_fault: Option<FilterFault>,
    /// What is wrong with the project filter.
    pub project_fault: Option<FilterFault>,
}

/// Why a filter is not in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterFault {
    /// The pattern can't be read.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The pattern gave up on a value.
    #[error(transparent)]
    Match(#[from] MatchError),
}

impl FilterFault {
    /// Where in the pattern the fault is, in characters counted from 1; `None` where it is in no one place.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Pattern(error) => Some(error.column()),
            Self::Match(_) => None,
        }
    }
}

/// The thread that answers. Dropping this stops it.
pub struct Worker {
    shared: Arc<Shared>,
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
        thread::Builder::new().name("query".to_owned()).spawn(move || answer_all(&theirs, &wake))?;
        Ok(Self { shared, newest: 0 })
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

/// The filters in force, kept from question to question.
#[derive(Default)]
struct Compiled {
    username: Slot,
    project: Slot,
}

/// One filter box: the last pattern that was good, and what is wrong with the present one.
#[derive(Default)]
struct Slot {
    good: Option<Filter>,
    fault: Option<FilterFault>,
}

impl Slot {
    /// The filter to try for this text: the one in force where the text is at fault.
    fn read(&mut self, pattern: &str, mode: Mode) -> Option<Filter> {
        self.fault = None;
        if pattern.is_empty() {
            return None;
        }
        if let Some(good) = &self.good
            && good.pattern() == pattern
            && good.mode() == mode
        {
            return Some(good.clone());
        }
        match Filter::new(pattern, mode) {
            Ok(filter) => Some(filter),
            Err(error) => {
                self.fault = Some(error.into());
                self.good.clone()
            }
        }
    }
}

impl Compiled {
    fn answer(&mut self, generation: u64, question: Question) -> Answer {
        let Question { dataset, username, project, sort } = question;
        let mut query = Query {
            username: self.username.read(&username.0, username.1),
            project: self.project.read(&project.0, project.1),
            sort,
        };
        let rows = loop {
            match query.run(&dataset) {
                Ok(rows) => break rows,
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
        Answer {
            generation,
            dataset,
            rows,
            username_fault: self.username.fault.clone(),
            project_fault: self.project.fault.clone(),
        }
    }
}
