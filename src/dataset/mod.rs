//! The gateway's answer as typed columns.
//!
//! A [`Dataset`] is what `system.util.getSessionInfo` returned at one moment. It never changes: a new answer makes a
//! new one, and everybody who shows, sorts or exports it shares it behind an `Arc`. This module knows nobody else in
//! the house: no network, no file, no screen.

mod address;
mod builder;
mod code_table;
mod column;
mod concat;
mod error;
pub(crate) mod parallel;
mod parse;
mod revision;
mod row_mapping;
mod rows_by_code;
mod sorted_texts;
mod text;
mod text_builder;
mod values;

pub use builder::{ColumnType, DatasetBuilder, Header};
pub use column::{Cell, Column, ColumnId, Value};
pub use concat::{Concat, GATEWAY_COLUMN, Part};
pub use error::DatasetError;
pub use row_mapping::RowMapping;
pub use rows_by_code::RowsByCode;
pub use text::TextColumn;
pub use text_builder::{TextBuilder, TextOrder};
pub use values::Values;

use std::sync::Arc;

/// All sessions that a gateway knew of at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    username: TextColumn,
    project: TextColumn,
    address: TextColumn,
    is_designer: Values<bool>,
    client_id: TextColumn,
    creation_time: Values<i64>,
    /// What the gateway gave beyond the six, in its order.
    further: Vec<(Arc<str>, OwnedColumn)>,
    now: Option<i64>,
    timezone: Option<String>,
    lacks_perspective: bool,
}

/// The values of a column beyond the six.
#[derive(Clone, Debug, PartialEq)]
enum OwnedColumn {
    Text(TextColumn),
    Boolean(Values<bool>),
    Date(Values<i64>),
    Integer(Values<i64>),
    Real(Values<f64>),
}

impl OwnedColumn {
    fn borrow(&self) -> Column<'_> {
        match self {
            Self::Text(column) => Column::Text(column),
            Self::Boolean(column) => Column::Boolean(column),
            Self::Date(column) => Column::Date(column),
            Self::Integer(column) => Column::Integer(column),
            Self::Real(column) => Column::Real(column),
        }
    }
}

impl Dataset {
    /// Reads the answer of the Web Dev resource.
    ///
    /// # Errors
    /// When the answer is anything but a whole, well-typed dataset; see [`DatasetError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, DatasetError> {
        parse::parse(bytes, None)
    }

    /// Reads the next answer of the same Web Dev resource.
    ///
    /// What it says again is taken over from this one: where few sessions are other ones, hardly anything is looked up
    /// or sorted, and texts are shared. What comes out is the same as by [`from_json`](Self::from_json).
    ///
    /// # Errors
    /// As with [`from_json`](Self::from_json).
    pub fn next_from_json(&self, bytes: &[u8]) -> Result<Self, DatasetError> {
        parse::parse(bytes, Some(self))
    }

    /// Whether both hold the same sessions, whenever they were answered.
    #[must_use]
    pub fn has_same_sessions(&self, other: &Self) -> bool {
        let Self {
            username,
            project,
            address,
            is_designer,
            client_id,
            creation_time,
            further,
            now: _,
            timezone,
            lacks_perspective,
        } = self;
        // What changes most often first: whoever came or went is told by the ids.
        *client_id == other.client_id
            && *creation_time == other.creation_time
            && *username == other.username
            && *project == other.project
            && *address == other.address
            && *is_designer == other.is_designer
            && *further == other.further
            && *timezone == other.timezone
            && *lacks_perspective == other.lacks_perspective
    }

    /// How many sessions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.username.len()
    }

    /// Whether nobody is logged in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Who is logged in.
    #[must_use]
    pub fn username(&self) -> &TextColumn {
        &self.username
    }

    /// Into which project.
    #[must_use]
    pub fn project(&self) -> &TextColumn {
        &self.project
    }

    /// The gateway's clock when it answered, in milliseconds since 1970 UTC; unknown where it did not say.
    #[must_use]
    pub fn now(&self) -> Option<i64> {
        self.now
    }

    /// The gateway's time zone by its IANA name, such as `America/Los_Angeles`; unknown where it did not say.
    #[must_use]
    pub fn timezone(&self) -> Option<&str> {
        self.timezone.as_deref()
    }

    /// Whether the gateway was asked for Perspective sessions, and has no such module.
    #[must_use]
    pub fn lacks_perspective(&self) -> bool {
        self.lacks_perspective
    }

    /// The columns: the six in the order of the manual, then the further ones in the gateway's order.
    pub fn columns(&self) -> impl Iterator<Item = (ColumnId, Column<'_>)> {
        let six = ColumnId::STANDARD.into_iter().filter_map(|id| self.column(&id).map(|column| (id, column)));
        let further =
            self.further.iter().map(|(name, column)| (ColumnId::Other(name.clone()), column.borrow()));
        six.chain(further)
    }

    /// What the columns are called and which types they have, in the same order.
    #[must_use]
    pub fn headers(&self) -> Vec<Header> {
        self.columns().map(|(id, column)| Header { name: id.into(), kind: column.into() }).collect()
    }

    /// One column; `None` where this dataset lacks it, which only a further one can be.
    #[must_use]
    pub fn column(&self, id: &ColumnId) -> Option<Column<'_>> {
        Some(match id {
            ColumnId::Username => Column::Text(&self.username),
            ColumnId::Project => Column::Text(&self.project),
            ColumnId::Address => Column::Text(&self.address),
            ColumnId::IsDesigner => Column::Boolean(&self.is_designer),
            ColumnId::ClientId => Column::Text(&self.client_id),
            ColumnId::CreationTime => Column::Date(&self.creation_time),
            ColumnId::Other(name) => {
                let (_, column) = self.further.iter().find(|(known, _)| known == name)?;
                column.borrow()
            }
        })
    }

    /// The bytes that all columns hold.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.columns().map(|(_, column)| column.heap_bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One session for each of these client ids; an empty one is unknown.
    pub(super) fn sessions(client_ids: &[&str]) -> Dataset {
        let columns = ["username", "project", "address", "clientId"]
            .map(|name| format!(r#"{{"name":"{name}","type":"String"}}"#));
        let row = |id: &&str| match *id {
            "" => r#"["u","p","h",null,false,0]"#.to_owned(),
            id => format!(r#"["u","p","h","{id}",false,0]"#),
        };
        let rows: Vec<String> = client_ids.iter().map(row).collect();
        let json = format!(
            r#"{{"ok":true,"columns":[{},{{"name":"isDesigner","type":"Boolean"}},{{"name":"creationTime","type":"Date"}}],
            "rows":[{}]}}"#,
            columns.join(","),
            rows.join(",")
        );
        Dataset::from_json(json.as_bytes()).unwrap()
    }
}
