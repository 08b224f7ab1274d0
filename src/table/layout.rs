//! How the user likes the table: what of it survives a restart.

use serde::{Deserialize, Serialize};

use super::Columns;
use crate::display::DateStyle;
use crate::query::{Grouping, SortKey};

/// How the table is arranged.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Layout {
    /// How large everything is; 1 as it comes.
    pub zoom: f32,
    /// How dates are shown.
    pub dates: DateStyle,
    /// By what the rows are sorted, the most important first.
    pub sort: Vec<SortKey>,
    /// Whether the list of users and projects is open.
    pub counts: bool,
    /// Whether the pane of the selected session is open.
    pub details: bool,
    /// By what the rows are grouped, if at all.
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
            sort: Vec::new(),
            counts: false,
            details: false,
            grouping: None,
            columns: Columns::default(),
        }
    }
}

impl Layout {
    /// Makes good what a file can get wrong.
    pub fn repair(&mut self) {
        self.columns.repair();
        let usable = self.zoom.is_finite() && (0.2..=5.0).contains(&self.zoom);
        if !usable {
            self.zoom = 1.0;
        }
    }
}
