//! Modes of the text filters that would find sessions where the filters leave none.

use super::cancel::{CancelToken, Stopped};
use super::filtering::{FilterMask, Masks, and_all};
use super::{FilterField, Filters, Query};
use crate::dataset::{Column, Dataset};
use crate::filter::{Filter, Mode};

/// A change of modes that lets sessions pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The filters whose modes change.
    pub fields: Vec<FilterField>,
    /// Matches a part of the value.
    pub contains: bool,
    /// Ignores case.
    pub ignore_case: bool,
    /// The number of sessions that would pass.
    pub sessions: usize,
}

impl Offer {
    /// Returns a mode with the changes of the offer.
    #[must_use]
    pub fn apply_to(&self, mode: Mode) -> Mode {
        Mode {
            contains: mode.contains || self.contains,
            ignore_case: mode.ignore_case || self.ignore_case,
            ..mode
        }
    }
}

/// Finds offers for filters that leave no row.
///
/// Only plain texts get offers: a pattern says on purpose what it matches. Filters that match no value change together. If
/// there is none, because the filters exclude each other, each of them may change.
pub(super) fn find(
    query: &Query,
    filters: &Filters,
    masks: &Masks,
    dataset: &Dataset,
    cancel: CancelToken<'_>,
) -> Result<Vec<Offer>, Stopped> {
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
    let mut offers = Vec::new();
    for fields in sets {
        let mut most = 0;
        for (contains, ignore_case) in [(true, false), (false, true), (true, true)] {
            let mut offer = Offer { fields: fields.clone(), contains, ignore_case, sessions: 0 };
            offer.sessions = count(&offer, query, filters, masks, dataset, cancel)?;
            // Both changes must find more than one of them.
            if offer.sessions > if contains && ignore_case { most } else { 0 } {
                most = most.max(offer.sessions);
                offers.push(offer);
            }
        }
    }
    Ok(offers)
}

/// Counts the sessions that an offer lets pass.
fn count(
    offer: &Offer,
    query: &Query,
    filters: &Filters,
    masks: &Masks,
    dataset: &Dataset,
    cancel: CancelToken<'_>,
) -> Result<usize, Stopped> {
    let mut changed = Vec::new();
    for &field in &offer.fields {
        let (Some(filter), Some(Column::Text(column))) =
            (filters.get(field), query.column_of(field).and_then(|id| dataset.column(id)))
        else {
            return Ok(0);
        };
        let mode = offer.apply_to(filter.mode());
        // The mode is that of another offer.
        if mode == filter.mode() && offer.fields.len() == 1 {
            return Ok(0);
        }
        let Ok(filter) = Filter::new(filter.pattern(), mode) else {
            return Ok(0);
        };
        changed.push(FilterMask::evaluate(column, &filter, field, cancel)?);
    }
    let others = masks.without(&offer.fields);
    let all = and_all(changed.iter().map(FilterMask::rows).chain(others.as_deref()));
    Ok(all.map_or(0, |mask| mask.iter().filter(|passes| **passes).count()))
}
