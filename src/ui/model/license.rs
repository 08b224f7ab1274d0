//! The license panel: the most sessions at once on each day, and sessions that are probably not used.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::dataset::{Cell, ColumnId, Dataset, names};
use crate::gateway::SessionKind;
use crate::history::{DayPeaks, Peak, Peaks, PeaksBy};
use crate::ui::error_report::ErrorReport;

/// The largest number of projects to choose from.
const MAX_PROJECTS: usize = 10;
/// The time without a communication from which a session is silent at first.
const SILENT: Duration = Duration::from_mins(30);

/// A page of the license panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum LicensePage {
    /// The most sessions at once on each day.
    #[default]
    Days,
    /// Sessions that are probably not used.
    Unused,
}

/// The days that are shown, up to the current one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum LicenseSpan {
    /// 30 days.
    #[default]
    Month,
    /// 90 days.
    Quarter,
    /// 365 days.
    Year,
}

impl LicenseSpan {
    /// All spans, in the order of a menu.
    pub(in crate::ui) const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    /// Returns the number of days.
    pub(in crate::ui) fn days(self) -> u32 {
        match self {
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
        }
    }
}

/// The sessions whose peaks the chart shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum LicenseSeries {
    /// All sessions.
    #[default]
    All,
    /// The sessions of a kind.
    Kind(SessionKind),
    /// The sessions of a project; `None` for sessions without one.
    Project(Option<Arc<str>>),
}

impl LicenseSeries {
    /// Returns their peak on a day.
    pub(in crate::ui) fn peak(&self, day: &DayPeaks) -> Peak {
        match self {
            Self::All => day.peaks.total,
            Self::Kind(kind) => *day.peaks.of(Some(*kind)),
            Self::Project(project) => {
                let found = day.projects.iter().find(|(name, ..)| name == project);
                let (count, at) = found.map_or((0, None), |(_, count, at)| (*count, *at));
                Peak { count, at, watched: day.peaks.total.watched }
            }
        }
    }

    /// Returns how an export sorts sessions into rows.
    pub(in crate::ui) fn exported_by(&self, has_gateways: bool) -> PeaksBy {
        match self {
            Self::All if !has_gateways => PeaksBy::Day,
            Self::Kind(_) if !has_gateways => PeaksBy::Kind,
            Self::All | Self::Kind(_) => PeaksBy::Gateway,
            Self::Project(_) => PeaksBy::Project,
        }
    }
}

/// The license panel.
pub(in crate::ui) struct License {
    /// The page that is shown.
    pub(in crate::ui) page: LicensePage,
    /// The days that are shown.
    pub(in crate::ui) span: LicenseSpan,
    /// The sessions that the chart shows.
    pub(in crate::ui) series: LicenseSeries,
    /// The peaks that were read last; `None` until some were.
    pub(in crate::ui) peaks: Option<Arc<Peaks>>,
    /// The projects to choose from, the largest ones first.
    pub(in crate::ui) projects: Vec<Option<Arc<str>>>,
    /// The reason why the last peaks couldn't be read.
    pub(in crate::ui) error: Option<ErrorReport>,
    /// All rows are being written to a dataset, to export them.
    pub(in crate::ui) is_exporting: bool,
    /// The row at the cursor in the list of days, the newest of which is the first.
    pub(in crate::ui) day: Option<usize>,
    /// The time without a communication from which a session is silent.
    pub(in crate::ui) silent: Duration,
    /// The session at the cursor in the list of sessions.
    pub(in crate::ui) session: Option<SessionKey>,
}

/// Identifies a session while the list changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct SessionKey {
    gateway: Option<String>,
    client: Option<String>,
    created: Option<i64>,
}

impl SessionKey {
    /// Returns the key of the session in a row.
    pub(in crate::ui) fn of(dataset: &Dataset, row: u32) -> Self {
        let (gateway, client, created) = key_cells(dataset, row);
        Self { gateway: gateway.map(str::to_owned), client: client.map(str::to_owned), created }
    }

    /// Returns `true` if the session is in this row.
    pub(in crate::ui) fn is_of(&self, dataset: &Dataset, row: u32) -> bool {
        let Self { gateway, client, created } = self;
        key_cells(dataset, row) == (gateway.as_deref(), client.as_deref(), *created)
    }
}

fn key_cells(dataset: &Dataset, row: u32) -> (Option<&str>, Option<&str>, Option<i64>) {
    let cell = |column: &ColumnId| dataset.column(column).map(|column| column.cell(row as usize));
    let text = |column: &ColumnId| match cell(column) {
        Some(Cell::Text(text)) => Some(text),
        _ => None,
    };
    let created = match cell(&ColumnId::CreationTime) {
        Some(Cell::Date(created)) => Some(created),
        _ => None,
    };
    (text(&names::GATEWAY.into()), text(&ColumnId::ClientId), created)
}

impl Default for License {
    fn default() -> Self {
        Self {
            page: LicensePage::default(),
            span: LicenseSpan::default(),
            series: LicenseSeries::default(),
            peaks: None,
            projects: Vec::new(),
            error: None,
            is_exporting: false,
            day: None,
            silent: SILENT,
            session: None,
        }
    }
}

impl License {
    /// Shows peaks that were read.
    pub(in crate::ui) fn set_peaks(&mut self, peaks: Peaks) {
        let mut largest: HashMap<&Option<Arc<str>>, u32> = HashMap::new();
        for (project, count, _) in peaks.days.iter().flat_map(|day| &day.projects) {
            let most = largest.entry(project).or_default();
            *most = (*most).max(*count);
        }
        let mut largest: Vec<_> = largest.into_iter().collect();
        largest.sort_by(|(a, count), (b, other)| other.cmp(count).then(a.cmp(b)));
        self.projects = largest.into_iter().take(MAX_PROJECTS).map(|(project, _)| project.clone()).collect();
        // At midnight, the rows of all days move down.
        let day = self.day.and_then(|row| self.day_in_row(row)).map(|(_, day)| day.from);
        let row = |from| peaks.days.iter().rev().position(|day| day.from == from);
        self.day = day.and_then(row);
        self.peaks = Some(Arc::new(peaks));
        self.error = None;
    }

    /// Forgets what was read, such as that of another gateway.
    pub(in crate::ui) fn forget(&mut self) {
        (self.peaks, self.error, self.day) = (None, None, None);
        self.projects.clear();
        // Another gateway has other projects.
        if matches!(self.series, LicenseSeries::Project(_)) {
            self.series = LicenseSeries::All;
        }
    }

    /// Returns the day in a row of the list.
    pub(in crate::ui) fn day_in_row(&self, row: usize) -> Option<(usize, &DayPeaks)> {
        let days = &self.peaks.as_ref()?.days;
        let index = days.len().checked_sub(row + 1)?;
        Some((index, &days[index]))
    }
}
