//! The layout of the table, which is saved.

use serde::{Deserialize, Serialize};

use super::{ActivityTab, Columns, Day, TimelineSpan};
use crate::display::DateStyle;
use crate::query::{Grouping, SortKey};

/// The height of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    /// Rows with space between the lines.
    #[default]
    Comfortable,
    /// Rows of the smallest height that is readable.
    Compact,
}

impl Density {
    /// All densities, in the order of a menu.
    pub const ALL: [Self; 2] = [Self::Comfortable, Self::Compact];

    /// Returns the name in a menu.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Comfortable => "Comfortable",
            Self::Compact => "Compact",
        }
    }
}

/// The height of the activity panel at first, in points.
const ACTIVITY_HEIGHT: f32 = 264.0;

/// The layout of the table and of the panels around it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "panels are open or closed")]
pub struct Layout {
    /// Zoom factor of the window. Default: 1.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub zoom: f32,
    /// Style of dates.
    pub dates: DateStyle,
    /// Height of the rows.
    pub density: Density,
    /// Sort keys, the most important first.
    pub sort: Vec<SortKey>,
    /// `true` if the rail with the gateways is open.
    pub rail: bool,
    /// `true` if the list of users and projects is open.
    pub counts: bool,
    /// `true` if the details of the selected session are open.
    pub details: bool,
    /// `true` if the activity panel is open, where there is a history.
    pub activity: bool,
    /// `true` if the license panel is open. It has the place of the activity panel.
    pub licenses: bool,
    /// The height of the activity panel, in points.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub activity_height: f32,
    /// The entries that the activity panel lists.
    pub activity_tab: ActivityTab,
    /// `true` if the timeline is shown, where there is a history.
    pub timeline: bool,
    /// The time that the timeline shows.
    pub timeline_span: TimelineSpan,
    /// Grouping of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grouping: Option<Grouping>,
    /// The columns.
    pub columns: Columns,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            dates: DateStyle::default(),
            density: Density::default(),
            sort: Vec::new(),
            rail: true,
            counts: false,
            details: false,
            activity: false,
            licenses: false,
            activity_height: ACTIVITY_HEIGHT,
            activity_tab: ActivityTab::default(),
            timeline: true,
            timeline_span: TimelineSpan::default(),
            grouping: None,
            columns: Columns::default(),
        }
    }
}

impl Layout {
    /// Replaces invalid values from a file by valid ones, and forgets columns that have not been seen for long.
    pub fn repair(&mut self, today: Day) {
        self.columns.repair(today);
        let is_usable = self.zoom.is_finite() && (0.2..=5.0).contains(&self.zoom);
        if !is_usable {
            self.zoom = 1.0;
        }
        if !self.activity_height.is_finite() {
            self.activity_height = ACTIVITY_HEIGHT;
        }
    }
}
