//! Selects the rows that pass the filters.
//!
//! A pattern is matched once per distinct value; the rows only look up the result of their code.

use std::borrow::{Borrow, Cow};
use std::time::Instant;

use super::cancel::{CHUNK, CancelToken, Cancelled, Stopped};
use super::highlights::{Highlights, HighlightsBuilder};
use super::{CellFilter, DesignerFilter, FilterField, Filters, Query};
use crate::dataset::{Cell, Column, ColumnId, Dataset, TextColumn, Value};
use crate::filter::{Filter, MatchError};

/// The filters of a query, evaluated for each row of one dataset.
pub(super) struct Masks {
    len: u32,
    texts: Vec<(FilterField, FilterMask)>,
    designer: Option<Mask>,
    others: Option<Mask>,
}

/// The results of a filter by row: `true` if the row passes.
pub(super) type Mask = Vec<bool>;

impl Masks {
    pub(super) fn evaluate(
        query: &Query,
        filters: &Filters,
        dataset: &Dataset,
        cancel: CancelToken<'_>,
    ) -> Result<Self, Stopped> {
        let mut texts = Vec::new();
        for field in query.fields() {
            let column = query.column_of(field).and_then(|id| dataset.column(id));
            if let (Some(filter), Some(Column::Text(column))) = (filters.get(field), column) {
                texts.push((field, FilterMask::evaluate(column, filter, field, cancel)?));
            }
        }
        let mut mask = None;
        if let Some(designer) = match query.designer {
            DesignerFilter::All => None,
            DesignerFilter::Clients => Some(false),
            DesignerFilter::Designers => Some(true),
        } && let Some(column) = dataset.column(&ColumnId::IsDesigner)
        {
            let values = vec![CellMatcher::new(column, &Value::Boolean(designer))];
            mask = Some(ColumnMatcher { column, values, keep: true }.evaluate(dataset.len(), cancel)?);
        }
        let mut by_column: Vec<(&ColumnId, ColumnMatcher<'_>)> = Vec::new();
        for CellFilter { column: id, value, keep } in &query.cells {
            let Some(column) = dataset.column(id) else {
                continue;
            };
            let value = CellMatcher::new(column, value);
            match by_column.iter_mut().find(|(other, matcher)| *other == id && matcher.keep == *keep) {
                Some((_, matcher)) => matcher.values.push(value),
                None => by_column.push((id, ColumnMatcher { column, values: vec![value], keep: *keep })),
            }
        }
        let mut others = None;
        let mut add = |mask: Mask| {
            others = Some(match others.take() {
                None => mask,
                Some(others) => and(others, mask),
            });
        };
        for (_, matcher) in by_column {
            add(matcher.evaluate(dataset.len(), cancel)?);
        }
        for filter in &query.dates {
            if let Some(mask) = filter.evaluate(dataset, query.now_epoch_ms, cancel)? {
                add(mask);
            }
        }
        let len = u32::try_from(dataset.len()).unwrap_or(u32::MAX);
        Ok(Self { len, texts, designer: mask, others })
    }

    /// Returns the rows that pass all filters.
    pub(super) fn rows(&self) -> Vec<u32> {
        self.passing(self.designer.as_ref())
    }

    /// Returns the rows that pass all filters but the one on clients and designers; `None` without that one.
    pub(super) fn rows_without_designer_filter(&self) -> Option<Vec<u32>> {
        self.designer.as_ref().map(|_| self.passing(None))
    }

    fn passing(&self, designer: Option<&Mask>) -> Vec<u32> {
        let texts = self.texts.iter().map(|(_, mask)| &mask.rows);
        match and_all(texts.chain(&self.others).chain(designer)) {
            Some(mask) => passing(&mask),
            None => (0..self.len).collect(),
        }
    }

    /// Returns the mask of all filters except these; `None` without another filter.
    pub(super) fn without(&self, fields: &[FilterField]) -> Option<Cow<'_, Mask>> {
        let texts = self.texts.iter().filter(|(field, _)| !fields.contains(field));
        and_all(texts.map(|(_, mask)| &mask.rows).chain(&self.others).chain(&self.designer))
    }

    /// Returns `true` if there are values, and this filter alone passes none of them.
    pub(super) fn matches_nothing(&self, field: FilterField) -> bool {
        self.mask(field).is_some_and(|mask| mask.matches_nothing)
    }

    /// Returns the matches of a filter.
    pub(super) fn highlights(&self, field: FilterField) -> Highlights {
        self.mask(field).map(|mask| mask.highlights.clone()).unwrap_or_default()
    }

    fn mask(&self, field: FilterField) -> Option<&FilterMask> {
        self.texts.iter().find(|(other, _)| *other == field).map(|(_, mask)| mask)
    }
}

fn and(mut mask: Mask, other: impl Borrow<Mask>) -> Mask {
    mask.iter_mut().zip(other.borrow()).for_each(|(passes, other)| *passes &= other);
    mask
}

pub(super) fn and_all<'a>(mut masks: impl Iterator<Item = &'a Mask>) -> Option<Cow<'a, Mask>> {
    let first = Cow::Borrowed(masks.next()?);
    Some(masks.fold(first, |mask, other| Cow::Owned(and(mask.into_owned(), other))))
}

/// Returns the rows that pass. Each row is written and kept only if it passes: a branch would be mispredicted for every
/// other row of a filter like `.*a.*`.
fn passing(mask: &Mask) -> Vec<u32> {
    let mut rows = vec![0; mask.len()];
    let mut len = 0;
    for (row, &passes) in (0..).zip(mask) {
        rows[len] = row;
        len += usize::from(passes);
    }
    rows.truncate(len);
    rows.shrink_to_fit();
    rows
}

/// A text filter, evaluated for each row.
pub(super) struct FilterMask {
    /// `true` if the column has values, and none of them passes.
    matches_nothing: bool,
    highlights: Highlights,
    rows: Mask,
}

impl FilterMask {
    /// Returns the mask.
    pub(super) fn rows(&self) -> &Mask {
        &self.rows
    }

    pub(super) fn evaluate(
        column: &TextColumn,
        filter: &Filter,
        field: FilterField,
        cancel: CancelToken<'_>,
    ) -> Result<Self, Stopped> {
        // Every value that matches starts with the prefix.
        let codes = match filter.literal_prefix() {
            Some(prefix) => column.codes_to_search(prefix),
            None => 0..u32::try_from(column.distinct()).unwrap_or(u32::MAX),
        };
        let mut by_code = vec![false; column.distinct()];
        let range = &mut by_code[codes.start as usize..codes.end as usize];
        let highlights = match_codes(column, filter, codes.start, range, field, cancel)?;
        let mut rows = Vec::with_capacity(column.len());
        for codes in column.codes().chunks(CHUNK) {
            cancel.check()?;
            rows.extend(codes.iter().map(|&code| by_code.get(code as usize) == Some(&true)));
        }
        let matches_nothing = !by_code.is_empty() && !by_code.contains(&true);
        Ok(Self { matches_nothing, highlights, rows })
    }
}

/// Number of values that a pattern without backtracking is matched with between two checks. Long values take milliseconds.
const MATCH_CHUNK: usize = 64;

/// Matches the values from code `first` on, and sets `passes` for each that passes. Returns the matches to highlight.
fn match_codes(
    column: &TextColumn,
    filter: &Filter,
    first: u32,
    passes: &mut [bool],
    field: FilterField,
    cancel: CancelToken<'_>,
) -> Result<Highlights, Stopped> {
    let started = Instant::now();
    let is_linear = filter.is_linear();
    let mut highlights = HighlightsBuilder::default();
    // One value can take milliseconds with backtracking.
    let chunk = if is_linear { MATCH_CHUNK } else { 1 };
    for (first, passes) in (first..).step_by(chunk).zip(passes.chunks_mut(chunk)) {
        cancel.check()?;
        if !is_linear && cancel.match_timeout().is_some_and(|timeout| started.elapsed() > timeout) {
            return Err(Stopped::Match(field, MatchError::Limit));
        }
        for (code, passes) in (first..).zip(passes) {
            let value = column.text(code);
            *passes = if filter.has_matches() {
                let found = filter.find(value).map_err(|error| Stopped::Match(field, error))?;
                found.map(|range| highlights.push(code, range)).is_some()
            } else {
                filter.is_match(value).map_err(|error| Stopped::Match(field, error))?
            };
        }
    }
    Ok(highlights.finish())
}

/// The values to keep or to exclude in one column.
struct ColumnMatcher<'a> {
    column: Column<'a>,
    values: Vec<CellMatcher>,
    keep: bool,
}

/// A value to look for: a text by its code, so that no row compares texts.
enum CellMatcher {
    /// A text of this code, or null.
    Code(Option<u32>),
    /// A value of another type.
    Cell(Value),
    /// A value that the column can't have.
    Nothing,
}

impl CellMatcher {
    fn new(column: Column<'_>, value: &Value) -> Self {
        match (column, value) {
            (Column::Text(_), Value::Null) => Self::Code(None),
            (Column::Text(column), Value::Text(text)) => {
                column.code_of(text).map_or(Self::Nothing, |code| Self::Code(Some(code)))
            }
            (Column::Text(_), _) => Self::Nothing,
            (_, value) => Self::Cell(value.clone()),
        }
    }

    fn matches(&self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (Self::Cell(Value::Real(a)), Cell::Real(b)) => a.total_cmp(&b).is_eq(),
            (Self::Cell(value), cell) => value.cell() == cell,
            _ => false,
        }
    }
}

impl ColumnMatcher<'_> {
    fn evaluate(&self, rows: usize, cancel: CancelToken<'_>) -> Result<Mask, Cancelled> {
        let Self { column, values, keep } = self;
        let mut mask = Vec::with_capacity(rows);
        match column {
            Column::Text(column) => {
                let mut by_code = vec![!keep; column.distinct()];
                let mut null = !keep;
                for value in values {
                    match value {
                        CellMatcher::Code(Some(code)) => by_code[*code as usize] = *keep,
                        CellMatcher::Code(None) => null = *keep,
                        CellMatcher::Cell(_) | CellMatcher::Nothing => {}
                    }
                }
                for codes in column.codes().chunks(CHUNK) {
                    cancel.check()?;
                    mask.extend(
                        codes.iter().map(|&code| by_code.get(code as usize).copied().unwrap_or(null)),
                    );
                }
            }
            column => {
                let passes = |cell| values.iter().any(|value| value.matches(cell)) == *keep;
                for start in (0..rows).step_by(CHUNK) {
                    cancel.check()?;
                    let end = rows.min(start + CHUNK);
                    mask.extend((start..end).map(|row| passes(column.cell(row))));
                }
            }
        }
        Ok(mask)
    }
}
