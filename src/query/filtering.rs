//! The rows that pass the filters.
//!
//! A pattern runs once per distinct value; the rows then only look their codes up.

use std::time::{Duration, Instant};

use super::{Query, QueryError, Side};
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

/// All filters of a query, made ready for one dataset.
pub(super) struct Filters<'a> {
    rows: u32,
    username: Option<Verdicts<'a>>,
    project: Option<Verdicts<'a>>,
    others: Vec<Test<'a>>,
}

impl<'a> Filters<'a> {
    pub(super) fn of(query: &Query, dataset: &'a Dataset) -> Result<Self, QueryError> {
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
        let mut by_column: Vec<(&ColumnId, bool, Test<'a>)> = Vec::new();
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
        let rows = u32::try_from(dataset.len()).unwrap_or(u32::MAX);
        Ok(Self { rows, username, project, others })
    }

    /// The rows that pass all of them.
    pub(super) fn rows(&self) -> Vec<u32> {
        let all = 0..self.rows;
        if self.username.is_none() && self.project.is_none() && self.others.is_empty() {
            return all.collect();
        }
        all.filter(|&row| self.username_passes(row) && self.project_passes(row) && self.others_pass(row))
            .collect()
    }

    /// The rows that pass all filters but the one on this side.
    pub(super) fn rows_without(&self, side: Side) -> impl Iterator<Item = u32> {
        (0..self.rows).filter(move |&row| {
            let other = match side {
                Side::Username => self.project_passes(row),
                Side::Project => self.username_passes(row),
            };
            other && self.others_pass(row)
        })
    }

    pub(super) fn no_username(&self) -> bool {
        self.username.as_ref().is_some_and(|verdicts| !verdicts.any())
    }

    pub(super) fn no_project(&self) -> bool {
        self.project.as_ref().is_some_and(|verdicts| !verdicts.any())
    }

    fn username_passes(&self, row: u32) -> bool {
        self.username.as_ref().is_none_or(|verdicts| verdicts.pass(row))
    }

    fn project_passes(&self, row: u32) -> bool {
        self.project.as_ref().is_none_or(|verdicts| verdicts.pass(row))
    }

    fn others_pass(&self, row: u32) -> bool {
        self.others.iter().all(|test| test.pass(row as usize))
    }
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
            (Column::Text(_), Value::Unknown) => Self::Code(None),
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

    fn is_in(&self, column: Column<'_>, row: usize) -> bool {
        match (self, column) {
            (Self::Code(code), Column::Text(column)) => column.code(row) == *code,
            (Self::Cell(value), column) => match (value.cell(), column.cell(row)) {
                (Cell::Real(a), Cell::Real(b)) => a.total_cmp(&b).is_eq(),
                (a, b) => a == b,
            },
            _ => false,
        }
    }
}

impl Test<'_> {
    fn pass(&self, row: usize) -> bool {
        self.values.iter().any(|value| value.is_in(self.column, row)) == self.keep
    }
}
