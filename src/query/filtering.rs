//! The rows that pass the filters.
//!
//! A pattern runs once per distinct value; the rows then only look their codes up.

use std::borrow::{Borrow, Cow};
use std::time::{Duration, Instant};

use super::{Query, QueryError, Side};
use crate::dataset::parallel::parallel_map;
use crate::dataset::{Cell, Column, ColumnId, Dataset, TextColumn, Value};
use crate::filter::{Filter, MatchError};

/// How long a pattern that is not linear may take over all values together. Each value has a limit of its own, and
/// many values just below it would hold up whoever types on.
const PATIENCE: Duration = Duration::from_millis(500);

/// Which kind of session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// All of them, also those of which it is not known.
    #[default]
    All,
    /// Clients.
    Clients,
    /// Designers.
    Designers,
}

/// One value of a column, to keep or to leave out.
///
/// Several values to keep in one column are alternatives.
#[derive(Clone, Debug, PartialEq)]
pub struct CellFilter {
    /// The column.
    pub column: ColumnId,
    /// The value; an unknown one can be looked for, too.
    pub value: Value,
    /// Whether sessions with this value stay, rather than go.
    pub keep: bool,
}

/// The filters of a query, worked out for each row of one dataset.
pub(super) struct Filters {
    rows: u32,
    username: Option<Verdicts>,
    project: Option<Verdicts>,
    others: Option<Mask>,
}

/// Whether each row passes.
pub(super) type Mask = Vec<bool>;

impl Filters {
    pub(super) fn of(query: &Query, dataset: &Dataset) -> Result<Self, QueryError> {
        let Query { username, project, kind, cells, .. } = query;
        let username = Verdicts::of(dataset.username(), username.as_ref(), Side::Username)?;
        let project = Verdicts::of(dataset.project(), project.as_ref(), Side::Project)?;
        let mut others = Vec::new();
        if let Some(designer) = match kind {
            Kind::All => None,
            Kind::Clients => Some(false),
            Kind::Designers => Some(true),
        } && let Some(column) = dataset.column(&ColumnId::IsDesigner)
        {
            others.push(Test {
                column,
                values: vec![Sought::new(column, &Value::Boolean(designer))],
                keep: true,
            });
        }
        let mut by_column: Vec<(&ColumnId, bool, Test<'_>)> = Vec::new();
        for CellFilter { column: id, value, keep } in cells {
            let Some(column) = dataset.column(id) else {
                continue;
            };
            let value = Sought::new(column, value);
            match by_column.iter_mut().find(|(theirs, kept, _)| (*theirs, kept) == (id, keep)) {
                Some((_, _, test)) => test.values.push(value),
                None => by_column.push((id, *keep, Test { column, values: vec![value], keep: *keep })),
            }
        }
        others.extend(by_column.into_iter().map(|(_, _, test)| test));
        let others = others.iter().map(|test| test.mask(dataset.len())).reduce(both);
        let rows = u32::try_from(dataset.len()).unwrap_or(u32::MAX);
        Ok(Self { rows, username, project, others })
    }

    /// The rows that pass all of them.
    pub(super) fn rows(&self) -> Vec<u32> {
        let texts = [&self.username, &self.project].into_iter().flatten().map(|verdicts| &verdicts.rows);
        match together(texts.chain(&self.others)) {
            Some(mask) => places(&mask),
            None => (0..self.rows).collect(),
        }
    }

    /// Which rows pass all filters but the one on this side; `None` where there is no other.
    pub(super) fn without(&self, side: Side) -> Option<Cow<'_, Mask>> {
        let other = match side {
            Side::Username => &self.project,
            Side::Project => &self.username,
        };
        together(other.iter().map(|verdicts| &verdicts.rows).chain(&self.others))
    }

    pub(super) fn no_username(&self) -> bool {
        self.username.as_ref().is_some_and(|verdicts| !verdicts.any)
    }

    pub(super) fn no_project(&self) -> bool {
        self.project.as_ref().is_some_and(|verdicts| !verdicts.any)
    }
}

fn both(mut mask: Mask, other: impl Borrow<Mask>) -> Mask {
    mask.iter_mut().zip(other.borrow()).for_each(|(passes, other)| *passes &= other);
    mask
}

fn together<'a>(mut masks: impl Iterator<Item = &'a Mask>) -> Option<Cow<'a, Mask>> {
    let first = Cow::Borrowed(masks.next()?);
    Some(masks.fold(first, |mask, other| Cow::Owned(both(mask.into_owned(), other))))
}

/// The rows that pass. Each is written down and only kept where it passes: a branch would be guessed wrongly at every
/// other row that a filter like `.*a.*` leaves.
fn places(mask: &Mask) -> Vec<u32> {
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

/// What came of a pattern.
struct Verdicts {
    /// Whether any distinct value passes.
    any: bool,
    rows: Mask,
}

impl Verdicts {
    fn of(column: &TextColumn, filter: Option<&Filter>, side: Side) -> Result<Option<Self>, QueryError> {
        let Some(filter) = filter else {
            return Ok(None);
        };
        // Every value that matches begins with the prefix, and those with one prefix are neighbours.
        let codes = match filter.literal_prefix() {
            Some(prefix) => column.codes_with_prefix(prefix),
            None => 0..u32::try_from(column.distinct()).unwrap_or(u32::MAX),
        };
        let mut by_code = vec![false; column.distinct()];
        let verdicts = &mut by_code[codes.start as usize..codes.end as usize];
        judge(column, filter, codes.start, verdicts).map_err(|source| QueryError { side, source })?;
        let any = by_code.contains(&true);
        let rows = column.codes().iter().map(|&code| by_code.get(code as usize) == Some(&true)).collect();
        Ok(Some(Self { any, rows }))
    }
}

/// So many values are worth a second thread.
const TWO_THREADS: usize = 20_000;

/// So many values are judged by one thread before it takes the next of them.
const PART: usize = 32_768;

/// Whether each value from `first` on passes.
fn judge(column: &TextColumn, filter: &Filter, first: u32, verdicts: &mut [bool]) -> Result<(), MatchError> {
    let begun = Instant::now();
    let judge = |filter: &Filter, first: u32, verdicts: &mut [bool]| {
        for (code, passes) in (first..).zip(verdicts) {
            let value = column.text(code);
            if !filter.is_linear() && begun.elapsed() > PATIENCE {
                return Err(MatchError::too_much_backtracking(value));
            }
            *passes = filter.is_match(value)?;
        }
        Ok(())
    };
    if verdicts.len() < TWO_THREADS {
        return judge(filter, first, verdicts);
    }
    let parts = (first..).step_by(PART).zip(verdicts.chunks_mut(PART)).collect();
    let judge = |(first, verdicts): (u32, &mut [bool])| judge(&filter.for_another_thread(), first, verdicts);
    parallel_map(parts, judge).into_iter().collect()
}

/// Values to keep or to leave out in one column.
struct Test<'a> {
    column: Column<'a>,
    values: Vec<Sought>,
    keep: bool,
}

/// A value as it is looked for: a text by its code, so that no row compares texts.
enum Sought {
    Code(Option<u32>),
    Cell(Value),
    Nowhere,
}

impl Sought {
    fn new(column: Column<'_>, value: &Value) -> Self {
        match (column, value) {
            (Column::Text(_), Value::Null) => Self::Code(None),
            (Column::Text(column), Value::Text(text)) => {
                // By walking, because not every dictionary stands in the order of the code points.
                let mut codes = 0..u32::try_from(column.distinct()).unwrap_or(u32::MAX);
                codes
                    .find(|&code| column.text(code) == &**text)
                    .map_or(Self::Nowhere, |code| Self::Code(Some(code)))
            }
            (Column::Text(_), _) => Self::Nowhere,
            (_, value) => Self::Cell(value.clone()),
        }
    }

    fn is(&self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (Self::Cell(Value::Real(a)), Cell::Real(b)) => a.total_cmp(&b).is_eq(),
            (Self::Cell(value), cell) => value.cell() == cell,
            _ => false,
        }
    }
}

impl Test<'_> {
    fn mask(&self, rows: usize) -> Mask {
        let Self { column, values, keep } = self;
        let passes = |cell| values.iter().any(|value| value.is(cell)) == *keep;
        match column {
            Column::Text(column) => {
                let mut by_code = vec![!keep; column.distinct()];
                let mut unknown = !keep;
                for value in values {
                    match value {
                        Sought::Code(Some(code)) => by_code[*code as usize] = *keep,
                        Sought::Code(None) => unknown = *keep,
                        Sought::Cell(_) | Sought::Nowhere => {}
                    }
                }
                let verdict = |code: &u32| by_code.get(*code as usize).copied().unwrap_or(unknown);
                column.codes().iter().map(verdict).collect()
            }
            Column::Boolean(column) => {
                let [unknown, no, yes] = [Cell::Null, Cell::Boolean(false), Cell::Boolean(true)].map(passes);
                let verdict = |row| column.get(row).map_or(unknown, |value| if value { yes } else { no });
                (0..rows).map(verdict).collect()
            }
            _ => (0..rows).map(|row| passes(column.cell(row))).collect(),
        }
    }
}
