//! The number of sessions of each series of the timeline that are on now.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dataset::{Column, ColumnId, Dataset, TextColumn, names, nested_name};
use crate::history::{ChartSplit, SeriesName};

/// The sessions that were read last, by series.
pub(in crate::ui) struct SeriesCounts {
    dataset: Arc<Dataset>,
    split: ChartSplit,
    counts: BTreeMap<SeriesName, u32>,
}

impl SeriesCounts {
    /// Counts the sessions of a dataset.
    pub(in crate::ui) fn of(dataset: &Arc<Dataset>, split: ChartSplit) -> Self {
        let texts = |column: &TextColumn, name: fn(Option<Arc<str>>) -> SeriesName| {
            let mut by_code = vec![0_u32; column.distinct()];
            let mut none = 0;
            for row in 0..column.len() {
                match column.code(row) {
                    Some(code) => by_code[code as usize] += 1,
                    None => none += 1,
                }
            }
            let named = column.texts().zip(by_code).map(|(text, count)| (name(Some(text.into())), count));
            named.chain([(name(None), none)]).filter(|(_, count)| *count > 0).collect()
        };
        let counts = match split {
            ChartSplit::Designer => match dataset.column(&ColumnId::IsDesigner) {
                Some(Column::Boolean(is_designer)) => {
                    let rows = 0..dataset.len();
                    let designers = rows.filter(|&row| is_designer.get(row) == Some(true)).count();
                    let clients = dataset.len() - designers;
                    let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
                    [(SeriesName::Clients, count(clients)), (SeriesName::Designers, count(designers))].into()
                }
                _ => BTreeMap::new(),
            },
            ChartSplit::Project => texts(dataset.project(), SeriesName::Project),
            ChartSplit::Gateway => match dataset.column(&names::GATEWAY.into()) {
                Some(Column::Text(column)) => {
                    texts(column, |name| name.map_or(SeriesName::Other, SeriesName::Gateway))
                }
                _ => BTreeMap::new(),
            },
        };
        Self { dataset: dataset.clone(), split, counts }
    }

    /// Returns `true` if the counts are of this dataset and split.
    pub(in crate::ui) fn is_of(&self, dataset: &Arc<Dataset>, split: ChartSplit) -> bool {
        Arc::ptr_eq(&self.dataset, dataset) && self.is_by(split)
    }

    /// Returns `true` if the counts have this split.
    pub(in crate::ui) fn is_by(&self, split: ChartSplit) -> bool {
        self.split == split
    }

    /// Returns the number of all sessions.
    pub(in crate::ui) fn total(&self) -> u32 {
        u32::try_from(self.dataset.len()).unwrap_or(u32::MAX)
    }

    /// Returns the number of sessions of a series.
    pub(in crate::ui) fn of_series(&self, name: &SeriesName) -> u32 {
        let SeriesName::Gateway(gateway) = name else {
            return self.counts.get(name).copied().unwrap_or(0);
        };
        // Each node of a gateway may have a name of its own.
        let nodes = nested_name(gateway, "");
        let is_of_gateway = |name: &SeriesName| matches!(name, SeriesName::Gateway(name) if name == gateway || name.starts_with(&nodes));
        self.counts.iter().filter(|(name, _)| is_of_gateway(name)).map(|(_, count)| count).sum()
    }
}
