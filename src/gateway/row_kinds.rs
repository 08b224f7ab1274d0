//! The kind of each session of a dataset.

use super::SessionKind;
use crate::dataset::{Column, ColumnId, Dataset, TextColumn, Values, names};

/// The kinds of the sessions of a dataset.
///
/// The column `kind` decides, then the scope that only Perspective sessions have, then `isDesigner`.
pub struct RowKinds<'a> {
    kind: Option<TextKinds<'a>>,
    scope: Option<TextKinds<'a>>,
    is_designer: Option<&'a Values<bool>>,
}

/// A column of text and the kind of each of its texts.
struct TextKinds<'a> {
    column: &'a TextColumn,
    kinds: Vec<Option<SessionKind>>,
}

impl<'a> TextKinds<'a> {
    fn new(dataset: &'a Dataset, name: &str, kind: impl Fn(&str) -> Option<SessionKind>) -> Option<Self> {
        let Some(Column::Text(column)) = dataset.column(&name.into()) else {
            return None;
        };
        Some(Self { column, kinds: column.texts().map(kind).collect() })
    }

    fn kind(&self, row: usize) -> Option<SessionKind> {
        self.column.code(row).and_then(|code| self.kinds[code as usize])
    }
}

impl<'a> RowKinds<'a> {
    /// Returns the kinds of the sessions of a dataset.
    #[must_use]
    pub fn of(dataset: &'a Dataset) -> Self {
        let by_scope = |scope: &str| (!scope.is_empty()).then_some(SessionKind::Perspective);
        let is_designer = match dataset.column(&ColumnId::IsDesigner) {
            Some(Column::Boolean(column)) => Some(column),
            _ => None,
        };
        Self {
            kind: TextKinds::new(dataset, names::KIND, SessionKind::from_text),
            scope: TextKinds::new(dataset, names::SESSION_SCOPE, by_scope),
            is_designer,
        }
    }

    /// Returns the kind of the session in a row, if it is known.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn kind(&self, row: u32) -> Option<SessionKind> {
        let row = row as usize;
        let by_text = |texts: &Option<TextKinds<'_>>| texts.as_ref().and_then(|texts| texts.kind(row));
        let by_flag = || {
            let is_designer = self.is_designer?.get(row)?;
            Some(if is_designer { SessionKind::Designer } else { SessionKind::Vision })
        };
        by_text(&self.kind).or_else(|| by_text(&self.scope)).or_else(by_flag)
    }
}
