//! Modes of the text filters that would find sessions where the filters leave none.

use super::cancel::{CancelToken, Stopped};
use super::filtering::{FilterMask, Masks, and_all};
use super::{FilterField, Filters, Query};
use crate::dataset::{Column, Dataset};
use crate::filter::{Filter, Mode};

/// A change of modes that lets sessions pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The filters whose modes change.
    pub fields: Vec<FilterField>,
    /// Matches a part of the value.
    pub contains: bool,
    /// Ignores case.
    pub ignore_case: bool,
    /// The number of sessions that would pass.
    pub sessions: usize,
}

impl Suggestion {
    /// Returns a mode with the changes of the suggestion.
    #[must_use]
    pub fn apply_to(&self, mode: Mode) -> Mode {
        Mode {
            contains: mode.contains || self.contains,
            ignore_case: mode.ignore_case || self.ignore_case,
            ..mode
        }
    }
}

/// Finds suggestions for filters that leave no row.
///
/// Only plain texts get suggestions: a pattern says on purpose what it matches. Filters that match no value change together. If
/// there is none, because the filters exclude each other, each of them may change.
pub(super) fn find(
    query: &Query,
    filters: &Filters,
    masks: &Masks,
    dataset: &Dataset,
    cancel: CancelToken<'_>,
) -> Result<Vec<Suggestion>, Stopped> {
    let is_plain = |field: &FilterField| {
        filters.get(*field).is_some_and(|filter| filter.is_plain_text() && !filter.mode().invert)
    };
    let plain: Vec<FilterField> = query.fields().filter(is_plain).collect();
    let unmatched: Vec<FilterField> =
        plain.iter().copied().filter(|field| masks.matches_nothing(*field)).collect();
    let sets = if unmatched.is_empty() {
        plain.into_iter().map(|field| vec![field]).collect()
    } else {
        vec![unmatched]
    };
    let mut suggestions = Vec::new();
    for fields in sets {
        let mut most = 0;
        for (contains, ignore_case) in [(true, false), (false, true), (true, true)] {
            let mut suggestion = Suggestion { fields: fields.clone(), contains, ignore_case, sessions: 0 };
            suggestion.sessions = count(&suggestion, query, filters, masks, dataset, cancel)?;
            // Both changes must find more than one of them.
            if suggestion.sessions > if contains && ignore_case { most } else { 0 } {
                most = most.max(suggestion.sessions);
                suggestions.push(suggestion);
            }
        }
    }
    Ok(suggestions)
}

/// Counts the sessions that a suggestion lets pass.
fn count(
    suggestion: &Suggestion,
    query: &Query,
    filters: &Filters,
    masks: &Masks,
    dataset: &Dataset,
    cancel: CancelToken<'_>,
) -> Result<usize, Stopped> {
    let mut changed = Vec::new();
    for &field in &suggestion.fields {
        let (Some(filter), Some(Column::Text(column))) =
            (filters.get(field), query.column_of(field).and_then(|id| dataset.column(id)))
        else {
            return Ok(0);
        };
        let mode = suggestion.apply_to(filter.mode());
        // The mode is that of another suggestion.
        if mode == filter.mode() && suggestion.fields.len() == 1 {
            return Ok(0);
        }
        let Ok(filter) = Filter::new(filter.pattern(), mode) else {
            return Ok(0);
        };
        changed.push(FilterMask::evaluate(column, &filter, field, cancel)?);
    }
    let others = masks.without(&suggestion.fields);
    let all = and_all(changed.iter().map(FilterMask::rows).chain(others.as_deref()));
    Ok(all.map_or(0, |mask| mask.iter().filter(|passes| **passes).count()))
}
