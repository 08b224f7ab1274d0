//! The rows that pass the filters.
//!
//! A pattern runs once per distinct value; the rows then only look their codes up.

use super::{QueryError, Side};
use crate::dataset::{Dataset, TextColumn};
use crate::filter::Filter;

pub(super) fn rows(
    dataset: &Dataset,
    username: Option<&Filter>,
    project: Option<&Filter>,
) -> Result<Vec<u32>, QueryError> {
    let all = 0..u32::try_from(dataset.len()).unwrap_or(u32::MAX);
    let username = verdicts(dataset.username(), username, Side::Username)?;
    let project = verdicts(dataset.project(), project, Side::Project)?;
    Ok(match (username, project) {
        (None, None) => all.collect(),
        (Some(username), None) => all.filter(|&row| passes(dataset.username(), &username, row)).collect(),
        (None, Some(project)) => all.filter(|&row| passes(dataset.project(), &project, row)).collect(),
        (Some(username), Some(project)) => all
            .filter(|&row| {
                passes(dataset.username(), &username, row) && passes(dataset.project(), &project, row)
            })
            .collect(),
    })
}

/// Whether each distinct value passes, by code.
fn verdicts(
    column: &TextColumn,
    filter: Option<&Filter>,
    side: Side,
) -> Result<Option<Vec<bool>>, QueryError> {
    let Some(filter) = filter else {
        return Ok(None);
    };
    let codes = 0..u32::try_from(column.distinct()).unwrap_or(u32::MAX);
    codes
        .map(|code| filter.is_match(column.text(code)))
        .collect::<Result<_, _>>()
        .map(Some)
        .map_err(|source| QueryError { side, source })
}

fn passes(column: &TextColumn, verdicts: &[bool], row: u32) -> bool {
    column.code(row as usize).is_some_and(|code| verdicts[code as usize])
}
