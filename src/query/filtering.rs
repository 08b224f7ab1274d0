//! The rows that pass the filters.
//!
//! A pattern runs once per distinct value; the rows then only look their codes up.

use std::time::{Duration, Instant};

use super::{QueryError, Selection, Side};
use crate::dataset::{Dataset, TextColumn};
use crate::filter::{Filter, MatchError};

/// How long a pattern that is not linear may take over all values together. Each value has a limit of its own, and
/// many values just below it would hold up whoever types on.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) fn select(
    dataset: &Dataset,
    username: Option<&Filter>,
    project: Option<&Filter>,
) -> Result<Selection, QueryError> {
    let all = 0..u32::try_from(dataset.len()).unwrap_or(u32::MAX);
    let username = Verdicts::of(dataset.username(), username, Side::Username)?;
    let project = Verdicts::of(dataset.project(), project, Side::Project)?;
    let rows = match (&username, &project) {
        (None, None) => all.collect(),
        (Some(one), None) | (None, Some(one)) => all.filter(|&row| one.pass(row)).collect(),
        (Some(username), Some(project)) => {
            all.filter(|&row| username.pass(row) && project.pass(row)).collect()
        }
    };
    let nothing = |verdicts: Option<Verdicts<'_>>| verdicts.is_some_and(|verdicts| !verdicts.any());
    Ok(Selection { rows, no_username: nothing(username), no_project: nothing(project) })
}

/// Whether each distinct value of a column passes.
struct Verdicts<'a> {
    column: &'a TextColumn,
    by_code: Vec<bool>,
}

impl<'a> Verdicts<'a> {
    fn of(column: &'a TextColumn, filter: Option<&Filter>, side: Side) -> Result<Option<Self>, QueryError> {
        let Some(filter) = filter else {
            return Ok(None);
        };
        let mut by_code = vec![false; column.distinct()];
        // Every value that matches begins with the prefix, and those with one prefix are neighbours.
        let codes = match filter.literal_prefix() {
            Some(prefix) => column.codes_with_prefix(prefix),
            None => 0..u32::try_from(column.distinct()).unwrap_or(u32::MAX),
        };
        let begun = Instant::now();
        for code in codes {
            let value = column.text(code);
            if !filter.is_linear() && begun.elapsed() > PATIENCE {
                let source = MatchError::too_much_backtracking(value);
                return Err(QueryError { side, source });
            }
            by_code[code as usize] = filter.is_match(value).map_err(|source| QueryError { side, source })?;
        }
        Ok(Some(Self { column, by_code }))
    }

    fn pass(&self, row: u32) -> bool {
        self.column.code(row as usize).is_some_and(|code| self.by_code[code as usize])
    }

    fn any(&self) -> bool {
        self.by_code.contains(&true)
    }
}
