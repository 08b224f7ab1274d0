//! The filters that survive a restart.

use serde::{Deserialize, Serialize};

use super::filter_entry::{ColumnEntry, DateEntry, FilterEntry, ValueEntry};
use crate::query::{ColumnFilter, DesignerFilter, FilterSet};

/// The filters of the window.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct FilterState {
    /// `kind` in the file.
    #[serde(rename = "kind")]
    designer: DesignerEntry,
    #[serde(skip_serializing_if = "FilterEntry::is_empty")]
    username: FilterEntry,
    #[serde(skip_serializing_if = "FilterEntry::is_empty")]
    project: FilterEntry,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    column: Vec<ColumnEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    date: Vec<DateEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    value: Vec<ValueEntry>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum DesignerEntry {
    #[default]
    All,
    Clients,
    Designers,
}

impl FilterState {
    /// Creates the state of these filters.
    #[must_use]
    pub fn new(filters: &FilterSet, designer: DesignerFilter) -> Self {
        let FilterSet { username, project, columns, dates, cells } = filters;
        Self {
            designer: match designer {
                DesignerFilter::All => DesignerEntry::All,
                DesignerFilter::Clients => DesignerEntry::Clients,
                DesignerFilter::Designers => DesignerEntry::Designers,
            },
            username: username.into(),
            project: project.into(),
            column: columns.iter().map(ColumnEntry::from).collect(),
            date: dates.iter().map(DateEntry::from).collect(),
            value: cells.iter().map(ValueEntry::from).collect(),
        }
    }

    /// Returns the filters. Leaves out values that can't be read.
    #[must_use]
    pub fn filters(&self) -> FilterSet {
        FilterSet {
            username: (&self.username).into(),
            project: (&self.project).into(),
            columns: self.column.iter().map(ColumnFilter::from).collect(),
            dates: self.date.iter().filter_map(DateEntry::filter).collect(),
            cells: self.value.iter().filter_map(ValueEntry::filter).collect(),
        }
    }

    /// Returns the filter on clients and designers.
    #[must_use]
    pub fn designer(&self) -> DesignerFilter {
        match self.designer {
            DesignerEntry::All => DesignerFilter::All,
            DesignerEntry::Clients => DesignerFilter::Clients,
            DesignerEntry::Designers => DesignerFilter::Designers,
        }
    }
}
