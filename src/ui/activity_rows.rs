//! The rows of the activity list, as a background thread reads them: newest first, filtered like the table, and with flapping
//! sessions as one row.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::history::{
    ActivityEntry, ActivityGroup, ActivityKey, ActivityKind, History, HistoryError, HistoryGateway,
    TimeRange, group_flapping,
};
use crate::query::{Query, QueryError};
use crate::table::ActivityTab;

/// The number of entries that are read at once: what a few screens show, or more where few pass the filters.
const PAGE: usize = 200;
const FILTERED_PAGE: usize = 2_000;
/// The number of entries scanned first, which counts the tabs of a short history at once.
const FIRST_SCAN: usize = 2_000;
/// The number of entries that are read at once for an export.
const EXPORT_PAGE: usize = 10_000;
/// The number of entries scanned before the matches so far are shown.
const MAX_SCANNED: usize = 20_000;
/// The number of newer entries beyond which the list is read again from the newest one.
const MAX_NEWER: usize = 2_000;
/// Time before the newest entry that a refresh reads again, in milliseconds, and the maximum number
/// of entries in that time.
const OVERLAP_MS: i64 = 30 * 60_000;
const MAX_OVERLAP: usize = 400;
/// The number of entries that are kept while newer ones come, unless the user has read more.
const MAX_KEPT: usize = 20_000;

/// The maximum time between an alert and the entry that another process stored for it, in milliseconds. A hidden window reads
/// once a minute.
const SAME_ALERT_MS: u64 = 150_000;

/// An alert that was sent while the program runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LiveAlert {
    /// The name of the rule.
    pub(super) rule: String,
    /// The entry.
    pub(super) entry: ActivityEntry,
}

impl LiveAlert {
    /// Returns `true` if an entry is about the same as this alert. Another process may have stored it with other numbers.
    fn is_like(&self, listed: &ActivityEntry) -> bool {
        let Self { rule, entry } = self;
        let has_rule = |detail: &str| {
            let text = detail.strip_prefix(&**rule);
            text.is_some_and(|text| text.starts_with(": ") || text.is_empty())
        };
        listed.kind == entry.kind
            && listed.gateway == entry.gateway
            && listed.session.username == entry.session.username
            && listed.detail.as_deref().is_some_and(has_rule)
    }
}

/// Returns `true` if a tab lists entries of this kind.
fn has_kind(tab: ActivityTab, kind: ActivityKind) -> bool {
    match tab {
        ActivityTab::All => true,
        ActivityTab::SignedIn => matches!(kind, ActivityKind::Arrived | ActivityKind::SignedIn),
        ActivityTab::Left => matches!(kind, ActivityKind::Left | ActivityKind::Terminated),
        ActivityTab::Alerts => matches!(kind, ActivityKind::Alert | ActivityKind::AlertEnd),
    }
}

/// The selection of entries to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ActivityRequest {
    /// The gateway; `None` for all.
    pub(super) gateway: Option<HistoryGateway>,
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
    /// The entries of all tabs that pass the filters, the newest first.
    all: Vec<ActivityEntry>,
    /// Their number in each tab, in the order of [`ActivityTab::ALL`].
    counts: [usize; ActivityTab::ALL.len()],
    /// There are too many entries to keep the older ones of other tabs.
    is_of_tab_only: bool,
    /// The entries of the tab.
    pub(super) entries: Vec<ActivityEntry>,
    /// The rows of the list.
    pub(super) groups: Vec<ActivityGroup>,
    /// There are no older entries.
    pub(super) is_complete: bool,
    /// The request that the rows were read for; `None` before the first read.
    request: Option<ActivityRequest>,
    /// The entries up to this one were looked at, from the newest one on.
    last: Option<ActivityKey>,
    /// The newest entry that was looked at.
    newest: Option<ActivityKey>,
}

/// The reason why no rows can be read.
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
        self,
        history: &mut History,
        request: &ActivityRequest,
        is_cancelled: &dyn Fn() -> bool,
    ) -> ActivityResult {
        let is_same_tab = self.request.as_ref().is_some_and(|known| known.tab == request.tab);
        let (mut rows, first_scan) =
            if self.has_list_of(request) { (self, 0) } else { (Self::default(), FIRST_SCAN) };
        rows.request = Some(request.clone());
        rows.all.retain(|entry| entry.key.is_stored());
        let before = if is_same_tab { rows.of_tab(request.tab) } else { 0 };
        let limit = if request.is_filtered() || first_scan > 0 { FILTERED_PAGE } else { PAGE };
        let mut scanned = 0;
        while !rows.is_complete && !is_cancelled() {
            let is_page = rows.of_tab(request.tab) - before >= PAGE || scanned >= MAX_SCANNED;
            if is_page && scanned >= first_scan {
                break;
            }
            scanned += rows.read_page(history, request, limit)?;
        }
        rows.list();
        Ok(rows)
    }

    /// Returns `true` if the entries that were read are those of a request, whose tab may be another one; `false` if there were
    /// none, because some may have come since.
    fn has_list_of(&self, request: &ActivityRequest) -> bool {
        let is_of = |known: &ActivityRequest| {
            known.has_same_list(request) && (!self.is_of_tab_only || known.tab == request.tab)
        };
        self.newest.is_some() && self.request.as_ref().is_some_and(is_of)
    }

    /// Returns the tab whose entries are listed.
    pub(super) fn tab(&self) -> ActivityTab {
        self.request.as_ref().map(|request| request.tab).unwrap_or_default()
    }

    /// Lists the entries of the tab.
    fn list(&mut self) {
        let tab = self.tab();
        self.entries = self.all.iter().filter(|entry| has_kind(tab, entry.kind)).cloned().collect();
        self.groups = group_flapping(&self.entries);
        self.counts = ActivityTab::ALL.map(|(tab, _)| self.of_tab(tab));
    }

    /// Returns the number of entries of a tab that were read so far.
    fn of_tab(&self, tab: ActivityTab) -> usize {
        self.all.iter().filter(|entry| has_kind(tab, entry.kind)).count()
    }

    /// Returns the number of entries that were read so far in each tab, in the order of [`ActivityTab::ALL`].
    pub(super) fn counts(&self) -> [usize; ActivityTab::ALL.len()] {
        self.counts
    }

    /// Returns `true` if all entries of a tab were read.
    pub(super) fn has_all_of(&self, tab: ActivityTab) -> bool {
        self.is_complete && (!self.is_of_tab_only || tab == self.tab())
    }

    /// Adds those of the next older entries that pass. Returns how many were looked at.
    fn read_page(
        &mut self,
        history: &mut History,
        request: &ActivityRequest,
        limit: usize,
    ) -> Result<usize, ActivityError> {
        let before = self.last.or(request.start());
        let mut page = history.activity(before, limit, request.gateway.as_ref())?;
        let scanned = page.len();
        self.is_complete = scanned < limit;
        self.newest = self.newest.or(page.first().map(|entry| entry.key));
        self.last = page.last().map(|entry| entry.key).or(self.last);
        if let Some(range) = request.range {
            let inside = page.iter().take_while(|entry| entry.time() >= range.from).count();
            self.is_complete |= inside < page.len();
            page.truncate(inside);
        }
        let mut found = request.filter(page)?;
        if self.all.len() >= MAX_KEPT && request.tab != ActivityTab::All {
            self.is_of_tab_only = true;
            found.retain(|entry| has_kind(request.tab, entry.kind));
        }
        self.all.extend(found);
        Ok(scanned)
    }

    /// Returns these rows with newer ones. Those shortly before the newest one are read again: some are written later, such as
    /// the sessions that a restart has ended, and outages end.
    pub(super) fn with_newer(
        mut self,
        history: &mut History,
        request: &ActivityRequest,
        is_cancelled: &dyn Fn() -> bool,
    ) -> ActivityResult {
        let known = self.newest.filter(|_| self.has_list_of(request));
        let Some(known) = known else {
            return Self::new(request).with_older(history, request, is_cancelled);
        };
        self.all.retain(|entry| entry.key.is_stored());
        // The user may have read further back.
        let max_kept = self.all.len().max(MAX_KEPT);
        let mut read = Self::new(request);
        let (mut newer, mut again) = (0, 0);
        let from = known.time().saturating_sub(OVERLAP_MS);
        while !read.is_complete && again < MAX_OVERLAP && read.last.is_none_or(|last| last.time() >= from) {
            if newer > MAX_NEWER {
                return Self::new(request).with_older(history, request, is_cancelled);
            }
            let scanned = read.read_page(history, request, PAGE)?;
            if read.last.is_some_and(|last| last <= known) {
                again += scanned;
            } else {
                newer += scanned;
            }
        }
        // Entries older than what was read again are kept.
        if let Some(end) = read.last.filter(|_| !read.is_complete) {
            read.is_of_tab_only |= self.is_of_tab_only;
            read.all.extend(self.all.into_iter().filter(|entry| entry.key < end));
            if self.last.is_some_and(|last| last < end) {
                (read.last, read.is_complete) = (self.last, self.is_complete);
            }
        }
        if read.all.len() > max_kept {
            read.all.truncate(max_kept);
            (read.last, read.is_complete) = (read.all.last().map(|entry| entry.key), false);
        }
        read.list();
        Ok(read)
    }
}

impl ActivityRows {
    /// Returns these rows with alerts that were sent while the program runs, the newest first, and aren't stored.
    pub(super) fn with_alerts(
        mut self,
        alerts: &[LiveAlert],
        request: &ActivityRequest,
    ) -> Result<Self, QueryError> {
        self.all.retain(|entry| entry.key.is_stored());
        let mut unstored = Vec::new();
        // Each stored one is about one alert.
        let mut stored = HashSet::new();
        for alert in alerts {
            let entry = &alert.entry;
            let is_of_request =
                request.gateway.as_ref().is_none_or(|gateway| *gateway.name() == entry.gateway)
                    && request.range.is_none_or(|range| (range.from..=range.to).contains(&entry.time()));
            // Older ones are read with the others of their time.
            let is_read = self.is_complete || self.last.is_some_and(|last| last < entry.key);
            if !is_of_request || !is_read {
                continue;
            }
            let difference = |listed: &ActivityEntry| listed.time().abs_diff(entry.time());
            let same = self.all.iter().filter(|listed| {
                difference(listed) <= SAME_ALERT_MS && alert.is_like(listed) && !stored.contains(&listed.key)
            });
            match same.min_by_key(|listed| difference(listed)) {
                Some(same) => _ = stored.insert(same.key),
                None => unstored.push(entry.clone()),
            }
        }
        if !unstored.is_empty() {
            self.all.extend(request.filter(unstored)?);
            self.all.sort_by_key(|entry| Reverse(entry.key));
        }
        self.list();
        Ok(self)
    }

    fn new(request: &ActivityRequest) -> Self {
        Self { request: Some(request.clone()), ..Self::default() }
    }

    /// Returns the rows of a history in which nothing was recorded.
    pub(super) fn nothing(request: &ActivityRequest) -> Self {
        Self { is_complete: true, ..Self::new(request) }
    }

    /// Returns the alerts that were sent while the program runs, where nothing was recorded.
    pub(super) fn without_history(
        alerts: &[LiveAlert],
        request: &ActivityRequest,
    ) -> Result<Self, QueryError> {
        Self::nothing(request).with_alerts(alerts, request)
    }

    /// Returns the newest entry of a row.
    pub(super) fn entry(&self, row: usize) -> Option<&ActivityEntry> {
        self.entries.get(self.groups.get(row)?.newest)
    }

    /// Returns what identifies a row.
    pub(super) fn key_of(&self, row: usize) -> Option<ActivityKey> {
        self.entry(row).map(|entry| entry.key)
    }

    /// Returns the row of an alert, or of the one like it at the nearest time.
    pub(super) fn row_of_alert(&self, alert: &LiveAlert) -> Option<usize> {
        let like = self.entries.iter().filter(|entry| alert.is_like(entry));
        let nearest = like.min_by_key(|entry| entry.time().abs_diff(alert.entry.time()))?;
        self.row_of(nearest.key)
    }

    /// Returns `true` if there are older entries than those that were read, and an alert may be one of them.
    pub(super) fn may_have_older(&self, alert: &LiveAlert) -> bool {
        !self.is_complete && self.last.is_some_and(|last| last > alert.entry.key)
    }

    /// Returns the row that has an entry, which may be one of a flapping session.
    pub(super) fn row_of(&self, key: ActivityKey) -> Option<usize> {
        let index = self.entries.binary_search_by(|entry| key.cmp(&entry.key)).ok()?;
        self.groups.iter().position(|group| group.newest == index || group.others.contains(&index))
    }
}

impl ActivityRequest {
    /// Returns all entries and alerts as a dataset, the newest first. Stops early if it was cancelled.
    pub(super) fn read_all(
        &self,
        alerts: &[LiveAlert],
        history: &mut History,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Arc<Dataset>, ActivityError> {
        let mut rows = ActivityRows::new(self);
        while !rows.is_complete && !is_cancelled() {
            // The time of filters is limited for each page.
            let limit = if self.is_filtered() { FILTERED_PAGE } else { EXPORT_PAGE };
            rows.read_page(history, self, limit)?;
        }
        Ok(Arc::new(ActivityEntry::dataset(&rows.with_alerts(alerts, self)?.entries)))
    }

    /// Returns the place before which entries are listed; `None` for the newest one.
    fn start(&self) -> Option<ActivityKey> {
        self.range.map(|range| ActivityKey::end_of(range.to))
    }

    /// Returns `true` if this request and another one differ at most in the tab.
    fn has_same_list(&self, other: &Self) -> bool {
        let Self { gateway, range, tab: _, query } = self;
        (gateway, range, query) == (&other.gateway, &other.range, &other.query)
    }

    fn is_filtered(&self) -> bool {
        self.tab != ActivityTab::All || self.query.is_filtering()
    }

    /// Returns the entries that pass the filters.
    fn filter(&self, mut entries: Vec<ActivityEntry>) -> Result<Vec<ActivityEntry>, QueryError> {
        if !self.query.is_filtering() || entries.is_empty() {
            return Ok(entries);
        }
        let result = self.query.run_quickly(&Arc::new(ActivityEntry::dataset(&entries)))?;
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
