//! The rows of the activity list, as a background thread reads them: newest first, filtered like the table, and with flapping
//! sessions as one row.

use std::sync::Arc;

use super::model::TimeRange;
use crate::dataset::Dataset;
use crate::history::{
    ActivityEntry, ActivityGroup, ActivityKey, ActivityKind, History, HistoryError, fold_flapping,
};
use crate::query::{Query, QueryError};

/// The number of entries that are read at once: what a few screens show, or more where few pass the filters.
const PAGE: usize = 200;
const FILTERED_PAGE: usize = 2_000;
/// The number of entries that are read at once for an export.
const EXPORT_PAGE: usize = 10_000;
/// The number of entries after which what was found is shown.
const MAX_SCANNED: usize = 20_000;
/// The number of newer entries beyond which the list is read anew.
const MAX_NEWER: usize = 2_000;

/// The entries to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ActivityTab {
    /// All of them.
    #[default]
    All,
    /// Sessions that arrived, and sign-ins of this program.
    SignedIn,
    /// Sessions that left or were terminated.
    Left,
    /// Alerts.
    Alerts,
}

impl ActivityTab {
    /// All tabs with their names.
    pub(super) const ALL: [(Self, &'static str); 4] =
        [(Self::All, "All"), (Self::SignedIn, "Signed in"), (Self::Left, "Left"), (Self::Alerts, "Alerts")];

    fn has(self, kind: ActivityKind) -> bool {
        match self {
            Self::All => true,
            Self::SignedIn => matches!(kind, ActivityKind::Arrived | ActivityKind::SignedIn),
            Self::Left => matches!(kind, ActivityKind::Left | ActivityKind::Terminated),
            Self::Alerts => kind == ActivityKind::Alert,
        }
    }
}

/// Which entries are listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ActivityRequest {
    /// The gateway; `None` for all.
    pub(super) gateway: Option<Arc<str>>,
    /// The time; `None` for all.
    pub(super) range: Option<TimeRange>,
    /// The kinds of entries.
    pub(super) tab: ActivityTab,
    /// The filters of the table.
    pub(super) query: Query,
}

/// The rows that were read so far.
#[derive(Clone, Debug, Default)]
pub(super) struct ActivityRows {
    /// The entries, the newest first.
    pub(super) entries: Vec<ActivityEntry>,
    /// The rows of the list.
    pub(super) groups: Vec<ActivityGroup>,
    /// There are no older entries.
    pub(super) is_complete: bool,
    /// The entries up to this one were looked at, from the newest one on.
    last: Option<ActivityKey>,
    /// The newest entry that was looked at.
    newest: Option<ActivityKey>,
}

/// Why no rows can be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ActivityError {
    /// The history can't be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A filter takes too long.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// The outcome of a read.
pub(super) type ActivityResult = Result<ActivityRows, ActivityError>;

impl ActivityRows {
    /// Returns these rows with older ones, or with none if none was found among many entries.
    pub(super) fn with_older(
        mut self,
        history: &mut History,
        request: &ActivityRequest,
        is_cancelled: &dyn Fn() -> bool,
    ) -> ActivityResult {
        let limit = if request.is_filtered() { FILTERED_PAGE } else { PAGE };
        let (mut scanned, before) = (0, self.entries.len());
        while !self.is_complete
            && self.entries.len() - before < PAGE
            && scanned < MAX_SCANNED
            && !is_cancelled()
        {
            scanned += self.read_page(history, request, limit)?;
        }
        self.groups = fold_flapping(&self.entries);
        Ok(self)
    }

    /// Adds those of the next older entries that pass. Returns how many were looked at.
    fn read_page(
        &mut self,
        history: &mut History,
        request: &ActivityRequest,
        limit: usize,
    ) -> Result<usize, ActivityError> {
        let before = self.last.or(request.start());
        let mut page = history.activity(before, limit, request.gateway.as_deref())?;
        let scanned = page.len();
        self.is_complete = scanned < limit;
        self.newest = self.newest.or(page.first().map(|entry| entry.key));
        self.last = page.last().map(|entry| entry.key).or(self.last);
        if let Some(range) = request.range {
            let inside = page.iter().take_while(|entry| entry.time() >= range.from).count();
            self.is_complete |= inside < page.len();
            page.truncate(inside);
        }
        self.entries.extend(request.filter(page)?);
        Ok(scanned)
    }

    /// Returns these rows with those that are newer than the newest one.
    pub(super) fn with_newer(
        self,
        history: &mut History,
        request: &ActivityRequest,
        is_cancelled: &dyn Fn() -> bool,
    ) -> ActivityResult {
        let Some(known) = self.newest else {
            return Self::default().with_older(history, request, is_cancelled);
        };
        let mut newer: Vec<ActivityEntry> = Vec::new();
        let mut is_joined = false;
        while !is_joined && newer.len() < MAX_NEWER {
            let before = newer.last().map(|entry| entry.key).or(request.start());
            let page = history.activity(before, PAGE, request.gateway.as_deref())?;
            is_joined = page.len() < PAGE;
            for entry in page {
                if entry.key <= known {
                    is_joined = true;
                    break;
                }
                newer.push(entry);
            }
        }
        if !is_joined {
            return Self::default().with_older(history, request, is_cancelled);
        }
        let newest = newer.first().map_or(known, |entry| entry.key);
        let mut entries = request.filter(newer)?;
        entries.extend(self.entries);
        let groups = fold_flapping(&entries);
        Ok(Self { entries, groups, newest: Some(newest), ..self })
    }
}

impl ActivityRows {
    /// Returns the rows of a history in which nothing was recorded.
    pub(super) fn nothing() -> Self {
        Self { is_complete: true, ..Self::default() }
    }

    /// Returns the newest entry of a row.
    pub(super) fn entry(&self, row: usize) -> Option<&ActivityEntry> {
        self.entries.get(self.groups.get(row)?.newest)
    }

    /// Returns what identifies a row.
    pub(super) fn key_of(&self, row: usize) -> Option<ActivityKey> {
        self.entry(row).map(|entry| entry.key)
    }

    /// Returns the row that has an entry, which may be one of a flapping session.
    pub(super) fn row_of(&self, key: ActivityKey) -> Option<usize> {
        let index = self.entries.binary_search_by(|entry| key.cmp(&entry.key)).ok()?;
        self.groups.iter().position(|group| group.newest == index || group.others.contains(&index))
    }
}

impl ActivityRequest {
    /// Returns all entries as a dataset, the newest first. Stops early if it was cancelled.
    pub(super) fn read_all(
        &self,
        history: &mut History,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Arc<Dataset>, ActivityError> {
        let mut rows = ActivityRows::default();
        while !rows.is_complete && !is_cancelled() {
            rows.read_page(history, self, EXPORT_PAGE)?;
        }
        Ok(Arc::new(ActivityEntry::dataset(&rows.entries)))
    }

    /// Returns the place before which entries are listed; `None` for the newest one.
    fn start(&self) -> Option<ActivityKey> {
        self.range.map(|range| ActivityKey::end_of(range.to))
    }

    fn is_filtered(&self) -> bool {
        self.tab != ActivityTab::All || self.query.is_filtering()
    }

    /// Returns the entries that pass.
    fn filter(&self, mut entries: Vec<ActivityEntry>) -> Result<Vec<ActivityEntry>, QueryError> {
        entries.retain(|entry| self.tab.has(entry.kind));
        if !self.query.is_filtering() || entries.is_empty() {
            return Ok(entries);
        }
        let result = self.query.run(&Arc::new(ActivityEntry::dataset(&entries)))?;
        let mut passes = vec![false; entries.len()];
        for row in &result.rows {
            passes[*row as usize] = true;
        }
        let mut passes = passes.into_iter();
        entries.retain(|_| passes.next().unwrap_or(false));
        Ok(entries)
    }
}

#[cfg(test)]
mod tests;
