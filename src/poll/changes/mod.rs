//! The difference of two lists of a node: sessions that arrived, left or changed.

mod unmatched;

use std::cell::OnceCell;
use std::fmt;

use self::unmatched::{Key, Unmatched};
use crate::dataset::parallel::{MIN_ROWS_FOR_TWO_THREADS, parallel_map_if};
use crate::dataset::{ABSENT, Column, ColumnId, Dataset, TextColumn, Values, names, translate};

/// Two creation times that differ by at most this are the same, in milliseconds. The REST API computes them from the uptime.
pub(crate) const CREATION_TOLERANCE_MS: u64 = 5_000;
/// Marks a row without another one.
const NONE: u32 = u32::MAX;
/// Marks a text that several rows have.
const SEVERAL: u32 = u32::MAX - 1;

/// The difference of two lists of one node.
///
/// A session is the same in both lists if kind, client id and creation time are. An unknown creation time is the same as any
/// other. Sessions without a client id are the same if all cells that are compared are. If several sessions are the same,
/// they are matched one to one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionChanges {
    /// The rows of the current list whose sessions the previous list lacks, in order.
    pub arrived: Vec<u32>,
    /// The rows of the previous list whose sessions the current list lacks, in order.
    pub left: Vec<u32>,
    /// The sessions in both lists that changed, in the order of the previous list.
    pub changed: Vec<ChangedSession>,
}

/// A session that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedSession {
    /// Its row in the previous list.
    pub previous: u32,
    /// Its row in the current list.
    pub current: u32,
    /// The fields that differ.
    pub fields: ChangedFields,
}

/// The fields of a session that differ. Of two creation times only whether they are known is compared.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangedFields(u8);

impl ChangedFields {
    /// The fields that are compared, in the order of the manual.
    pub const COMPARED: [ColumnId; 5] = [
        ColumnId::Username,
        ColumnId::Project,
        ColumnId::Address,
        ColumnId::IsDesigner,
        ColumnId::CreationTime,
    ];

    fn new(is_changed: [bool; 5]) -> Self {
        Self(is_changed.into_iter().rev().fold(0, |bits, is_changed| bits << 1 | u8::from(is_changed)))
    }

    /// Returns `true` if no field differs.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the fields that differ, in the order of the manual.
    pub fn iter(self) -> impl Iterator<Item = ColumnId> {
        let fields = Self::COMPARED.into_iter().enumerate();
        fields.filter(move |(index, _)| self.0 >> index & 1 == 1).map(|(_, field)| field)
    }
}

impl fmt::Debug for ChangedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl SessionChanges {
    /// Compares two lists of one node. The time is linear, apart from sessions without a client id and those that share one.
    #[must_use]
    pub fn between(previous: &Dataset, current: &Dataset) -> Self {
        Comparison::new(previous, current).changes()
    }

    /// Returns `true` if no session arrived, left or changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { arrived, left, changed } = self;
        arrived.is_empty() && left.is_empty() && changed.is_empty()
    }
}

/// The columns of one list that are compared.
struct Columns<'a> {
    client_id: &'a [u32],
    kind: &'a [u32],
    /// Username, project and address.
    texts: [&'a [u32]; 3],
    is_designer: &'a Values<bool>,
    creation_time: &'a Values<i64>,
}

impl<'a> Columns<'a> {
    fn new(list: &'a Dataset, kind: Option<&'a TextColumn>) -> Self {
        Self {
            client_id: list.client_id().codes(),
            kind: kind.map_or(&[], TextColumn::codes),
            texts: [list.username(), list.project(), list.address()].map(TextColumn::codes),
            is_designer: list.is_designer(),
            creation_time: list.creation_time(),
        }
    }
}

/// The two lists.
struct Comparison<'a> {
    previous: Columns<'a>,
    current: Columns<'a>,
    /// The code in the current list of each text in the previous one.
    client_ids: Vec<u32>,
    kinds: Vec<u32>,
    texts: [Vec<u32>; 3],
    /// The number of distinct client ids in the current list.
    current_ids: usize,
}

impl<'a> Comparison<'a> {
    fn new(previous: &'a Dataset, current: &'a Dataset) -> Self {
        let kind = |list: &'a Dataset| match list.column(&names::KIND.into()) {
            Some(Column::Text(column)) => Some(column),
            _ => None,
        };
        let ids = (ColumnId::ClientId, previous.client_id(), current.client_id());
        let texts = [
            (ColumnId::Username, previous.username(), current.username()),
            (ColumnId::Project, previous.project(), current.project()),
            (ColumnId::Address, previous.address(), current.address()),
        ];
        // A list without kinds may have come from another interface, so they are compared only if both lists have them.
        let kinds = kind(previous).zip(kind(current));
        let kind_column = kinds.map(|(previous, current)| (ColumnId::from(names::KIND), previous, current));
        // The client ids take longest, so they go first.
        let columns: Vec<_> = [ids].into_iter().chain(texts).chain(kind_column).collect();
        let use_two_threads = current.len() >= MIN_ROWS_FOR_TWO_THREADS;
        let mut translated =
            parallel_map_if(use_two_threads, columns, |(id, from, to)| translate(&id, from, to)).into_iter();
        let mut next = || translated.next().unwrap_or_default();
        let (client_ids, texts) = (next(), [next(), next(), next()]);
        Self {
            previous: Columns::new(previous, kinds.map(|(previous, _)| previous)),
            current: Columns::new(current, kinds.map(|(_, current)| current)),
            client_ids,
            texts,
            kinds: next(),
            current_ids: current.client_id().distinct(),
        }
    }

    fn changes(&self) -> SessionChanges {
        let mut changes = SessionChanges::default();
        let targets = Targets::new(self);
        let mut is_matched = vec![false; self.current.client_id.len()];
        let mut unmatched = Unmatched::default();
        // Most sessions follow each other as before, so the next row is tried first.
        let mut next = 0;
        for (row, &id) in (0..).zip(self.previous.client_id) {
            match targets.find(id, next) {
                Some(NONE) => changes.left.push(row),
                Some(current) if current != SEVERAL && self.is_same(row, current) => {
                    is_matched[current as usize] = true;
                    self.compare(row, current, &mut changes);
                    next = current + 1;
                }
                // One of several with this id, or one without.
                _ => unmatched.previous.push(self.previous_key(row)),
            }
        }
        let mut has_target = vec![false; self.current_ids];
        for &id in self.client_ids.iter().filter(|id| **id != ABSENT) {
            has_target[id as usize] = true;
        }
        for (row, &id) in (0..).zip(self.current.client_id).filter(|(row, _)| !is_matched[*row as usize]) {
            if has_target.get(id as usize).copied().unwrap_or(true) {
                unmatched.current.push(self.current_key(row));
            } else {
                changes.arrived.push(row);
            }
        }
        if !unmatched.previous.is_empty() || !unmatched.current.is_empty() {
            for (previous, current) in unmatched.match_all() {
                self.compare(previous, current, &mut changes);
            }
            changes.left.extend(unmatched.previous.iter().map(|key| key.row));
            changes.arrived.extend(unmatched.current.iter().map(|key| key.row));
            changes.left.sort_unstable();
            changes.arrived.sort_unstable();
            changes.changed.sort_unstable_by_key(|changed| changed.previous);
        }
        changes
    }

    /// Returns `true` if two rows with one client id are the same session.
    fn is_same(&self, previous: u32, current: u32) -> bool {
        let time = |columns: &Columns<'_>, row: u32| columns.creation_time.get(row as usize);
        self.previous_kind(previous) == self.current_kind(current)
            && match (time(&self.previous, previous), time(&self.current, current)) {
                (Some(previous), Some(current)) => is_same_time(previous, current),
                _ => true,
            }
    }

    /// Adds a session that is in both lists to the changes if it changed.
    fn compare(&self, previous: u32, current: u32, changes: &mut SessionChanges) {
        let [username, project, address] = [0, 1, 2].map(|index| {
            let code = self.previous.texts[index][previous as usize];
            let own = self.current.texts[index][current as usize];
            in_current(&self.texts[index], code) != own
        });
        let (old, new) = (previous as usize, current as usize);
        let is_designer = self.previous.is_designer.get(old) != self.current.is_designer.get(new);
        let [was_known, is_known] =
            [self.previous.creation_time.get(old).is_some(), self.current.creation_time.get(new).is_some()];
        let fields = ChangedFields::new([username, project, address, is_designer, was_known != is_known]);
        if !fields.is_empty() {
            changes.changed.push(ChangedSession { previous, current, fields });
        }
    }

    fn previous_kind(&self, row: u32) -> u32 {
        self.previous.kind.get(row as usize).map_or(0, |&code| in_current(&self.kinds, code))
    }

    fn current_kind(&self, row: u32) -> u32 {
        self.current.kind.get(row as usize).copied().unwrap_or_default()
    }

    fn previous_key(&self, row: u32) -> Key {
        let index = row as usize;
        let text = |column: usize| in_current(&self.texts[column], self.previous.texts[column][index]);
        Key {
            id: in_current(&self.client_ids, self.previous.client_id[index]),
            kind: self.previous_kind(row),
            texts: [0, 1, 2].map(text),
            is_designer: self.previous.is_designer.get(index),
            creation_time: self.previous.creation_time.get(index),
            row,
        }
    }

    fn current_key(&self, row: u32) -> Key {
        let index = row as usize;
        Key {
            id: self.current.client_id[index],
            kind: self.current_kind(row),
            texts: self.current.texts.map(|column| column[index]),
            is_designer: self.current.is_designer.get(index),
            creation_time: self.current.creation_time.get(index),
            row,
        }
    }
}

/// Returns `true` if two creation times are those of one session.
fn is_same_time(a: i64, b: i64) -> bool {
    a.abs_diff(b) <= CREATION_TOLERANCE_MS
}

/// Finds the current row of each client id in the previous list.
struct Targets<'a> {
    comparison: &'a Comparison<'a>,
    /// No client id occurs twice in a list.
    is_distinct: bool,
    /// The row of each id in the previous list; [`NONE`] without one, [`SEVERAL`] if several rows of either list have it.
    /// Built on first use: lists in the same order don't need it.
    rows: OnceCell<Vec<u32>>,
}

impl<'a> Targets<'a> {
    fn new(comparison: &'a Comparison<'a>) -> Self {
        let is_distinct = |ids: &[u32], distinct: usize| {
            ids.iter().filter(|id| **id != TextColumn::NULL).count() == distinct
        };
        let Comparison { previous, current, client_ids, current_ids, .. } = comparison;
        let is_distinct =
            is_distinct(previous.client_id, client_ids.len()) && is_distinct(current.client_id, *current_ids);
        Self { comparison, is_distinct, rows: OnceCell::new() }
    }

    /// Returns the current row of a client id, which may be `expected`. Returns `None` for a null.
    fn find(&self, id: u32, expected: u32) -> Option<u32> {
        let translated = *self.comparison.client_ids.get(id as usize)?;
        if translated == ABSENT {
            return Some(NONE);
        }
        if self.is_distinct && self.comparison.current.client_id.get(expected as usize) == Some(&translated) {
            return Some(expected);
        }
        self.rows.get_or_init(|| self.rows()).get(id as usize).copied()
    }

    fn rows(&self) -> Vec<u32> {
        let Comparison { previous, current, client_ids, current_ids, .. } = self.comparison;
        let current = single_rows(current.client_id, *current_ids);
        let previous = single_rows(previous.client_id, client_ids.len());
        let target = |(&id, row): (&u32, u32)| match current.get(id as usize) {
            None => NONE,
            Some(_) if row == SEVERAL => SEVERAL,
            Some(&target) => target,
        };
        client_ids.iter().zip(previous).map(target).collect()
    }
}

/// Returns the row of each client id, [`SEVERAL`] if several rows have it.
fn single_rows(ids: &[u32], distinct: usize) -> Vec<u32> {
    let mut rows = vec![NONE; distinct];
    for (row, &id) in (0..).zip(ids) {
        if let Some(single) = rows.get_mut(id as usize) {
            *single = if *single == NONE { row } else { SEVERAL };
        }
    }
    rows
}

/// Returns the code in the current list. A null stays one.
fn in_current(translated: &[u32], code: u32) -> u32 {
    translated.get(code as usize).copied().unwrap_or(TextColumn::NULL)
}

#[cfg(test)]
mod tests;
