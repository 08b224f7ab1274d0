//! Several datasets under each other.

use std::borrow::Cow;
use std::sync::Arc;

use super::builder::{MOST_COLUMNS, TWO_THREADS, assemble};
use super::revision::Revision;
use super::{
    Column, ColumnId, ColumnType, Dataset, Header, OwnedColumn, TextBuilder, TextColumn, TextOrder, Values,
};
use crate::dataset::parallel::parallel_map_if;

/// The column that says which gateway a session is from.
pub const GATEWAY_COLUMN: &str = "gateway";

/// A dataset, and what it is called among others.
pub type Part = (String, Arc<Dataset>);

/// Datasets that stand under each other, and do so again when some of them are other ones.
///
/// What a part that stayed contributes is taken over from the time before.
#[derive(Clone, Debug, Default)]
pub struct Concat {
    parts: Vec<Arc<Dataset>>,
    table: Arc<Dataset>,
}

/// A part, and where its rows began if it was one the time before.
type Placed<'a> = (&'a Dataset, Option<usize>);

/// What a part gives to a column of text.
enum Share<'a> {
    /// It has no such column, and so many rows.
    Unknown(usize),
    /// It was in the table before, where its rows have these codes.
    Same(&'a [u32]),
    New(Cow<'a, TextColumn>),
}

impl Concat {
    /// Puts these parts under each other, in the order given.
    ///
    /// A further column `gateway` says which one a session is from, by the name given with each. A column that only
    /// some of them have is unknown in the rows of the others. The time of answering is the oldest of theirs: the table
    /// is no newer than its oldest part.
    pub fn next(&mut self, parts: Vec<Part>) -> Arc<Dataset> {
        self.table = Arc::new(self.table_of(&parts));
        self.parts = parts.into_iter().map(|(_, part)| part).collect();
        self.table.clone()
    }

    fn table_of(&self, named: &[Part]) -> Dataset {
        let parts: Vec<Placed<'_>> = named.iter().map(|(_, part)| (&**part, self.first_row(part))).collect();
        let rows: usize = parts.iter().map(|(part, _)| part.len()).sum();
        let headers = headers(named);
        // A gateway that has such a column itself knows better.
        let has_gateway = headers.iter().any(|header| header.name == GATEWAY_COLUMN);

        let column = |header: Header| {
            let column = self.column(&header, &parts, rows);
            (header, column)
        };
        let mut columns = parallel_map_if(rows >= TWO_THREADS, headers, column);
        if !has_gateway {
            let header = Header { name: GATEWAY_COLUMN.to_owned(), kind: ColumnType::String };
            columns.push((header, OwnedColumn::Text(names(named, rows))));
        }
        let now = parts.iter().filter_map(|(part, _)| part.now()).min();
        // With several time zones there is none to speak of.
        let timezone = parts
            .first()
            .and_then(|(part, _)| part.timezone())
            .filter(|zone| parts.iter().all(|(part, _)| part.timezone() == Some(*zone)));
        assemble(columns, now, timezone.map(str::to_owned))
    }

    fn first_row(&self, part: &Arc<Dataset>) -> Option<usize> {
        let place = self.parts.iter().position(|before| Arc::ptr_eq(before, part))?;
        Some(self.parts[..place].iter().map(|before| before.len()).sum())
    }

    fn column(&self, header: &Header, parts: &[Placed<'_>], rows: usize) -> OwnedColumn {
        let id = ColumnId::from(header.name.as_str());
        let columns = || parts.iter().map(|(part, _)| (part.len(), part.column(&id)));
        match header.kind {
            ColumnType::Boolean => OwnedColumn::Boolean(values(columns(), |column| match column {
                Column::Boolean(values) => Some(values),
                _ => None,
            })),
            ColumnType::Date => OwnedColumn::Date(values(columns(), |column| match column {
                Column::Date(values) => Some(values),
                _ => None,
            })),
            ColumnType::Integer => OwnedColumn::Integer(values(columns(), |column| match column {
                Column::Integer(values) => Some(values),
                _ => None,
            })),
            ColumnType::Real => OwnedColumn::Real(values(columns(), |column| match column {
                Column::Real(values) => Some(values),
                _ => None,
            })),
            ColumnType::String | ColumnType::Other(_) => OwnedColumn::Text(self.texts(&id, parts, rows)),
        }
    }

    fn texts(&self, id: &ColumnId, parts: &[Placed<'_>], rows: usize) -> TextColumn {
        let none = TextColumn::default();
        let old = match self.table.column(id) {
            Some(Column::Text(column)) => column,
            _ => &none,
        };
        let shares: Vec<Share<'_>> =
            parts.iter().map(|(part, first_row)| Share::of(part, *first_row, id, old)).collect();
        let mut revision = Revision::of(old, TextOrder::of(id), rows);
        for share in &shares {
            match share {
                Share::Unknown(rows) => revision.extend(std::iter::repeat_n(TextColumn::NULL, *rows)),
                Share::Same(codes) => revision.extend(codes.iter().copied()),
                Share::New(column) => revision.push_column(column),
            }
        }
        revision.finish()
    }
}

impl<'a> Share<'a> {
    fn of(part: &'a Dataset, first_row: Option<usize>, id: &ColumnId, old: &'a TextColumn) -> Self {
        let Some(column) = part.column(id) else {
            return Self::Unknown(part.len());
        };
        let same = first_row.and_then(|row| old.codes().get(row..row + part.len()));
        same.map_or_else(|| Self::New(as_text(column)), Self::Same)
    }
}

/// The column of the parts' names.
fn names(named: &[Part], rows: usize) -> TextColumn {
    let none = TextColumn::default();
    let mut revision = Revision::of(&none, TextOrder::CodePoints, rows);
    for (name, part) in named.iter().filter(|(_, part)| !part.is_empty()) {
        let code = revision.give(name);
        revision.extend(std::iter::repeat_n(code, part.len()));
    }
    revision.finish()
}

/// The values of some columns under each other; unknown ones, so many, where there is no such column.
fn values<'a, T: Copy + Default + 'a>(
    columns: impl Iterator<Item = (usize, Option<Column<'a>>)>,
    values: impl Fn(Column<'a>) -> Option<&'a Values<T>>,
) -> Values<T> {
    let mut all = Values::new();
    for (rows, column) in columns {
        match column.and_then(&values) {
            Some(column) => all.append(column),
            None => all.append(&std::iter::repeat_n(None, rows).collect()),
        }
    }
    all.shrink_to_fit();
    all
}

/// Every column of any part, once, up to the most that are taken; one whose type differs between parts becomes text.
fn headers(parts: &[Part]) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    let empty = Dataset::default();
    for part in std::iter::once(&empty).chain(parts.iter().map(|(_, part)| &**part)) {
        for header in part.headers() {
            let are_too_many = headers.len() == MOST_COLUMNS;
            match headers.iter_mut().find(|known| known.name == header.name) {
                Some(known) if known.kind == header.kind => {}
                Some(known) => known.kind = ColumnType::String,
                // Of several gateways that invent names, the last ones' are left out.
                None if are_too_many => {}
                None => headers.push(header),
            }
        }
    }
    headers
}

/// The column, spelled out if it is not one of texts.
fn as_text(column: Column<'_>) -> Cow<'_, TextColumn> {
    fn spelled<T: Copy + Default + ToString>(values: &Values<T>) -> TextColumn {
        let mut texts = TextBuilder::new(TextOrder::CodePoints);
        for row in 0..values.len() {
            texts.push(values.get(row).map(|value| value.to_string()).as_deref());
        }
        texts.finish()
    }
    match column {
        Column::Text(column) => Cow::Borrowed(column),
        Column::Boolean(values) => Cow::Owned(spelled(values)),
        Column::Date(values) | Column::Integer(values) => Cow::Owned(spelled(values)),
        Column::Real(values) => Cow::Owned(spelled(values)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::{Cell, DatasetBuilder};

    fn concat(parts: &[Part]) -> Arc<Dataset> {
        Concat::default().next(parts.to_vec())
    }

    fn dataset(further: &str, kind: &str, cell: &str, now: i64) -> (String, Arc<Dataset>) {
        let json = format!(
            r#"{{"ok":true,"v":1,"now":{now},"columns":[
            {{"name":"username","type":"String"}},{{"name":"project","type":"String"}},
            {{"name":"address","type":"String"}},{{"name":"isDesigner","type":"Boolean"}},
            {{"name":"clientId","type":"String"}},{{"name":"creationTime","type":"Date"}},
            {{"name":"{further}","type":"{kind}"}}],
            "rows":[["{further}-user","P","10.0.0.1",false,"A",1790000000000,{cell}]]}}"#
        );
        (format!("{further}-gateway"), Arc::new(Dataset::from_json(json.as_bytes()).unwrap()))
    }

    #[test]
    fn rows_stand_under_each_other_and_lacking_columns_are_unknown() {
        let parts = [dataset("memory", "Long", "5", 20), dataset("kind", "String", "\"Vision\"", 10)];
        let both = concat(&parts);
        assert_eq!(both.len(), 2);
        assert_eq!(both.username().get(1), Some("kind-user"));
        let memory = both.column(&"memory".into()).unwrap();
        assert_eq!((memory.cell(0), memory.cell(1)), (Cell::Integer(5), Cell::Null));
        assert_eq!(both.now(), Some(10));
        let gateway = both.column(&"gateway".into()).unwrap();
        assert_eq!(
            (gateway.cell(0), gateway.cell(1)),
            (Cell::Text("memory-gateway"), Cell::Text("kind-gateway"))
        );
    }

    #[test]
    fn what_a_gateway_calls_itself_is_kept() {
        let parts = [dataset("gateway", "String", "\"north\"", 0), dataset("x", "Long", "5", 0)];
        let both = concat(&parts);
        let gateway = both.column(&"gateway".into()).unwrap();
        assert_eq!((gateway.cell(0), gateway.cell(1)), (Cell::Text("north"), Cell::Null));
    }

    #[test]
    fn the_same_sessions_are_known_again_at_another_time() {
        let (_, early) = dataset("memory", "Long", "5", 20);
        let (_, late) = dataset("memory", "Long", "5", 30);
        let (_, other) = dataset("memory", "Long", "6", 20);
        assert!(early.has_same_sessions(&late));
        assert!(!early.has_same_sessions(&other));
    }

    #[test]
    fn a_column_of_two_types_becomes_text() {
        let parts = [dataset("x", "Long", "5", 0), dataset("x", "Boolean", "true", 0)];
        let both = concat(&parts);
        let x = both.column(&"x".into()).unwrap();
        assert_eq!((x.cell(0), x.cell(1)), (Cell::Text("5"), Cell::Text("true")));
    }

    #[test]
    fn nothing_at_all_is_an_empty_dataset() {
        assert!(concat(&[]).is_empty());
    }

    /// A gateway's sessions: users, and what it says of their memory, if anything.
    fn part(name: &str, users: &[u8], further: Option<(&str, &str)>) -> Part {
        let (header, cell) = further.map_or_else(Default::default, |(name, kind)| {
            let cell = if kind == "String" { "\"x\"" } else { "5" };
            (format!(r#",{{"name":"{name}","type":"{kind}"}}"#), format!(",{cell}"))
        });
        let rows: Vec<String> = users
            .iter()
            .map(|user| match user {
                0 => format!(r#"[null,"P","h",null,"{name}",null{cell}]"#),
                _ => format!(r#"["u{user}","P{}","10.0.0.{user}",false,"{user}",0{cell}]"#, user % 3),
            })
            .collect();
        let json = format!(
            r#"{{"ok":true,"columns":[{{"name":"username","type":"String"}},{{"name":"project","type":"String"}},
            {{"name":"address","type":"String"}},{{"name":"isDesigner","type":"Boolean"}},
            {{"name":"clientId","type":"String"}},{{"name":"creationTime","type":"Date"}}{header}],"rows":[{}]}}"#,
            rows.join(",")
        );
        (name.to_owned(), Arc::new(Dataset::from_json(json.as_bytes()).unwrap()))
    }

    fn parts() -> impl Strategy<Value = Vec<Part>> {
        let further = [
            None,
            Some(("memory", "Long")),
            Some(("memory", "Date")),
            Some(("memory", "String")),
            Some((GATEWAY_COLUMN, "String")),
        ];
        let name = proptest::sample::select(vec!["north", "south"]);
        let users = proptest::collection::vec(0_u8..9, 0..6);
        let part = (name, users, proptest::sample::select(further.to_vec()))
            .prop_map(|(name, users, further)| part(name, &users, further));
        proptest::collection::vec(part, 0..5)
    }

    proptest! {
        /// Some parts stay, under their names or others, some go, some come, in any order.
        #[test]
        fn what_is_taken_over_is_as_if_from_nothing(
            old in parts(),
            stay in proptest::collection::vec((any::<proptest::sample::Index>(), any::<bool>()), 0..5),
            new in parts(),
        ) {
            let mut kept = Concat::default();
            kept.next(old.clone());
            let mut parts = new;
            for (place, is_renamed) in stay.iter().filter(|_| !old.is_empty()) {
                let (name, part) = old[place.index(old.len())].clone();
                parts.insert(place.index(parts.len() + 1), (if *is_renamed { "east".to_owned() } else { name }, part));
            }
            let next = kept.next(parts.clone());
            prop_assert!(next == concat(&parts));
            // And once more from there.
            prop_assert!(kept.next(old.clone()) == concat(&old));
        }
    }

    #[test]
    fn a_gateway_without_sessions_leaves_no_name_behind() {
        let both = concat(&[part("north", &[], None), part("south", &[1, 2], None)]);
        let Some(Column::Text(gateway)) = both.column(&GATEWAY_COLUMN.into()) else {
            panic!("it is of text")
        };
        assert_eq!((gateway.texts().collect::<Vec<_>>(), gateway.codes()), (vec!["south"], &[0, 0][..]));
    }

    #[test]
    fn columns_that_many_gateways_invent_are_not_all_taken() {
        let parts = ["a", "b"].map(|letter| {
            let further =
                (0..200).map(|number| Header { name: format!("{letter}{number}"), kind: "Long".into() });
            let headers = Dataset::default().headers().into_iter().chain(further).collect();
            (letter.to_owned(), Arc::new(DatasetBuilder::new(headers).unwrap().finish(None, None)))
        });
        assert_eq!(concat(&parts).columns().count(), MOST_COLUMNS + 1);
    }

    #[test]
    fn texts_that_stay_are_shared() {
        let (north, south) = (part("north", &[1, 2, 3], None), part("south", &[1, 4], None));
        let mut kept = Concat::default();
        let before = kept.next(vec![north.clone(), south]);
        let after = kept.next(vec![north, part("south", &[4, 1], None)]);
        assert!(before.username().shares_texts_with(after.username()));
        assert_eq!(after.username().get(3), Some("u4"));
    }
}
