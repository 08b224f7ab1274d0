//! Who is logged in to the same project more than once.

use crate::dataset::Dataset;

/// The sessions whose user has more than one in the same project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// Row and number of sessions, by row. Only those with more than one: they are few.
    times: Vec<(u32, u32)>,
}

impl Repeats {
    /// Looks through a whole dataset; filters have no say in who is logged in twice.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let (users, projects) = (dataset.username(), dataset.project());
        let mut pairs: Vec<((u32, u32), u32)> = (0..)
            .zip(0..dataset.len())
            .filter_map(|(row, at)| Some(((users.code(at)?, projects.code(at)?), row)))
            .collect();
        pairs.sort_unstable();
        let mut times: Vec<(u32, u32)> = pairs
            .chunk_by(|(a, _), (b, _)| a == b)
            .filter(|same| same.len() > 1)
            .flat_map(|same| {
                let number = u32::try_from(same.len()).unwrap_or(u32::MAX);
                same.iter().map(move |(_, row)| (*row, number))
            })
            .collect();
        times.sort_unstable();
        Self { times }
    }

    /// How many sessions the user of this row has in its project, where it is more than one.
    #[must_use]
    pub fn times(&self, row: u32) -> Option<u32> {
        let at = self.times.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(self.times[at].1)
    }
}
