//! Who is logged in to the same project more than once.

use crate::dataset::{Dataset, RowsByCode, TextColumn};

/// The sessions whose user has more than one in the same project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuplicateLogins {
    /// Row and number of sessions, by row. Only those with more than one: they are few.
    times: Vec<(u32, u32)>,
}

impl DuplicateLogins {
    /// CellStyle through a whole dataset; filters have no say in who is logged in twice.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let (users, projects) = (RowsByCode::of(dataset.username()), dataset.project().codes());
        let mut numbers = vec![0_u32; dataset.len()];
        let mut sessions: Vec<(u32, u32)> = Vec::new();
        for user in 0..users.distinct() {
            let rows = users.rows(user);
            if rows.len() < 2 {
                continue;
            }
            sessions.clear();
            sessions.extend(rows.iter().map(|&row| (projects[row as usize], row)));
            // Few have more than a handful.
            sessions.sort_unstable();
            for same in sessions.chunk_by(|(a, _), (b, _)| a == b) {
                if same.len() > 1 && same[0].0 != TextColumn::NULL {
                    let number = u32::try_from(same.len()).unwrap_or(u32::MAX);
                    for &(_, row) in same {
                        numbers[row as usize] = number;
                    }
                }
            }
        }
        let times = (0..).zip(numbers).filter(|(_, number)| *number > 1).collect();
        Self { times }
    }

    /// How many sessions the user of this row has in its project, where it is more than one.
    #[must_use]
    pub fn times(&self, row: u32) -> Option<u32> {
        let at = self.times.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(self.times[at].1)
    }
}
