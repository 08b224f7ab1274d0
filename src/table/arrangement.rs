//! How the user likes the table: what of it survives a restart.

use serde::{Deserialize, Serialize};

use super::Columns;
use crate::display::DateStyle;
use crate::query::{Grouping, SortKey};

/// How the table is arranged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Arrangement {
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
