//! Users with several sessions in one project.

use crate::dataset::{Dataset, RowsByCode, TextColumn};

/// The sessions whose user has several in the same project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuplicateLogins {
    /// Row and number of sessions, sorted by row. Holds only the few rows with more than one.
    counts: Vec<(u32, u32)>,
}

impl DuplicateLogins {
    /// Searches a whole dataset, regardless of filters. Takes time in proportion to the number of rows.
    #[must_use]
    pub fn find(dataset: &Dataset) -> Self {
        let (users, projects) = (RowsByCode::of(dataset.username()), dataset.project().codes());
        let mut counts = vec![0_u32; dataset.len()];
        let mut sessions: Vec<(u32, u32)> = Vec::new();
        for user in 0..users.distinct() {
            let rows = users.rows(user);
            if rows.len() < 2 {
                continue;
            }
            sessions.clear();
            sessions.extend(rows.iter().map(|&row| (projects[row as usize], row)));
            // Few users have more than a handful of sessions.
            sessions.sort_unstable();
            for in_project in sessions.chunk_by(|(a, _), (b, _)| a == b) {
                if in_project.len() > 1 && in_project[0].0 != TextColumn::NULL {
                    let count = u32::try_from(in_project.len()).unwrap_or(u32::MAX);
                    for &(_, row) in in_project {
                        counts[row as usize] = count;
                    }
                }
            }
        }
        let counts = (0..).zip(counts).filter(|(_, count)| *count > 1).collect();
        Self { counts }
    }

    /// Returns the number of sessions that the user of this row has in its project, if there are several.
    #[must_use]
    pub fn count(&self, row: u32) -> Option<u32> {
        let index = self.counts.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(self.counts[index].1)
    }
}
