//! Several datasets under each other.

use std::sync::Arc;

use super::{Cell, Column, ColumnId, ColumnType, Dataset, DatasetBuilder, Header};

/// The column that says which gateway a session is from.
pub const GATEWAY_COLUMN: &str = "gateway";

pub(super) fn concat(named: &[(String, Arc<Dataset>)]) -> Arc<Dataset> {
    let parts: Vec<&Dataset> = named.iter().map(|(_, part)| &**part).collect();
    let mut headers = headers(&parts);
    let ids: Vec<ColumnId> = headers.iter().map(|header| header.name.as_str().into()).collect();
    // A gateway that has such a column itself knows better.
    let own_place = headers.iter().all(|header| header.name != GATEWAY_COLUMN).then_some(headers.len());
    if own_place.is_some() {
        headers.push(Header { name: GATEWAY_COLUMN.to_owned(), kind: ColumnType::String });
    }
    let mut builder =
        DatasetBuilder::new(headers).expect("each part has the six columns, and a column is listed once");
    for (name, part) in named {
        if let Some(column) = own_place {
            for _ in 0..part.len() {
                builder.push(column, Cell::Text(name)).expect("the column was made for text");
            }
        }
        for (index, id) in ids.iter().enumerate() {
            let column = part.column(id);
            for row in 0..part.len() {
                let cell = column.map_or(Cell::Unknown, |column| column.cell(row));
                push_as_text_where_needed(&mut builder, index, cell);
            }
        }
    }
    let now = parts.iter().filter_map(|part| part.now()).min();
    // With several time zones there is none to speak of.
    let timezone = parts
        .first()
        .and_then(|part| part.timezone())
        .filter(|zone| parts.iter().all(|part| part.timezone() == Some(*zone)));
    Arc::new(builder.finish(now, timezone.map(str::to_owned)))
}

/// Every column of any part, once; one whose type differs between parts becomes text.
fn headers(parts: &[&Dataset]) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    let empty = DatasetBuilder::six().finish(None, None);
    for part in std::iter::once(&empty).chain(parts.iter().copied()) {
        for (id, column) in part.columns() {
            let kind = kind(column);
            match headers.iter_mut().find(|header| header.name == id.name()) {
                Some(known) if known.kind == kind => {}
                Some(known) => known.kind = ColumnType::String,
                None => headers.push(Header { name: id.name().to_owned(), kind }),
            }
        }
    }
    headers
}

fn kind(column: Column<'_>) -> ColumnType {
    match column {
        Column::Text(_) => ColumnType::String,
        Column::Boolean(_) => ColumnType::Boolean,
        Column::Date(_) => ColumnType::Date,
        Column::Integer(_) => ColumnType::Integer,
        Column::Real(_) => ColumnType::Real,
    }
}

fn push_as_text_where_needed(builder: &mut DatasetBuilder, column: usize, cell: Cell<'_>) {
    if builder.push(column, cell).is_err() {
        let text = match cell {
            Cell::Unknown => String::new(),
            Cell::Text(text) => text.to_owned(),
            Cell::Boolean(value) => value.to_string(),
            Cell::Date(value) | Cell::Integer(value) => value.to_string(),
            Cell::Real(value) => value.to_string(),
        };
        builder.push(column, Cell::Text(&text)).expect("columns of differing types were made text columns");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let both = Dataset::concat(&parts);
        assert_eq!(both.len(), 2);
        assert_eq!(both.username().get(1), Some("kind-user"));
        let memory = both.column(&"memory".into()).unwrap();
        assert_eq!((memory.cell(0), memory.cell(1)), (Cell::Integer(5), Cell::Unknown));
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
        let both = Dataset::concat(&parts);
        let gateway = both.column(&"gateway".into()).unwrap();
        assert_eq!((gateway.cell(0), gateway.cell(1)), (Cell::Text("north"), Cell::Unknown));
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
        let both = Dataset::concat(&parts);
        let x = both.column(&"x".into()).unwrap();
        assert_eq!((x.cell(0), x.cell(1)), (Cell::Text("5"), Cell::Text("true")));
    }

    #[test]
    fn nothing_at_all_is_an_empty_dataset() {
        assert!(Dataset::concat(&[]).is_empty());
    }
}
