//! Recognises rows of the answer before, which mostly come again and in the same order.
//!
//! What is recognised has its code in the old column and needs no looking up and no sorting. It is a guess that is
//! checked text by text: a wrong one costs time and nothing else.

use super::cells::{Cells, Span};
use crate::dataset::builder::MOST_COLUMNS;
use crate::dataset::{Column, ColumnId, Dataset, Header, TextColumn};

/// So many rows are looked at together, while what was read of them is still in the processor's cache.
pub(super) const CHUNK: usize = 1_024;
/// So many sessions may have gone at one place, or come, and the next one is expected there all the same.
const WINDOW: usize = 16;
/// So many times the place in the answer before is looked for anew; then the order is another one, or more sessions have
/// come at one place than would be worth it.
const SEARCHES: usize = 16;

/// The answer before, by the columns of the new one.
pub(super) struct Before<'a> {
    /// The column of the same name, where it is one of texts.
    columns: Vec<Option<&'a TextColumn>>,
    /// Where in the new answer the client ids stand, by which a row is recognised.
    id_place: usize,
    ids: &'a TextColumn,
}

impl<'a> Before<'a> {
    /// `None` where nothing can be recognised: nobody has an id, or the columns are too many to be taken.
    pub(super) fn new(dataset: &'a Dataset, headers: &[Header]) -> Option<Self> {
        if headers.len() > MOST_COLUMNS {
            return None;
        }
        let column = |header: &Header| match dataset.column(&header.name.as_str().into()) {
            Some(Column::Text(column)) => Some(column),
            _ => None,
        };
        let columns: Vec<_> = headers.iter().map(column).collect();
        let id_place = headers.iter().position(|header| header.name == ColumnId::ClientId.name())?;
        Some(Self { ids: columns[id_place]?, columns, id_place })
    }

    pub(super) fn column(&self, place: usize) -> Option<&'a TextColumn> {
        self.columns[place]
    }

    /// The first row with this id.
    fn row_of(&self, id: &str) -> Option<usize> {
        let code = self.ids.partition_point_from(0, |known| known < id);
        let code = self.ids.has_at(code, id).then_some(code)?;
        self.ids.codes().iter().position(|known| *known == code)
    }
}

/// Follows the rows of the answer before beside those that are read.
pub(super) struct Recogniser<'a> {
    before: &'a Before<'a>,
    /// How many of the rows read were looked at.
    seen: usize,
    /// The old row that is expected next; `None` where that is not known.
    next: Option<usize>,
    searches: usize,
}

/// Rows in which the same session stands: the old one's place and the new one's.
#[derive(Default)]
struct Pairs {
    old: Vec<u32>,
    new: Vec<usize>,
}

impl<'a> Recogniser<'a> {
    /// Expects the answer before from its beginning, or from wherever it is found.
    pub(super) fn new(before: &'a Before<'a>, is_at_beginning: bool) -> Self {
        Self { before, seen: 0, next: is_at_beginning.then_some(0), searches: SEARCHES }
    }

    /// CellStyle at the rows that were read since it last did.
    pub(super) fn look(&mut self, columns: &mut [Cells], text: &str, decoded: &str) {
        let Before { columns: old_columns, id_place, .. } = self.before;
        let Cells::Text(_, ids) = &mut columns[*id_place] else {
            return;
        };
        let rows = self.seen..ids.len();
        self.seen = rows.end;
        if rows.is_empty() {
            return;
        }
        let pairs = self.pairs(ids, rows.start, text, decoded);
        // Where nothing came again at the end, the place is looked for anew.
        let is_lost = pairs.new.last().is_none_or(|last| last + WINDOW < rows.end);
        self.next = self.next.filter(|_| !is_lost);
        for (place, (cells, old)) in columns.iter_mut().zip(old_columns).enumerate() {
            if let (Cells::Text(_, spans), Some(old)) = (cells, old)
                && place != *id_place
            {
                recognise(spans, old, &pairs, text, decoded);
            }
        }
    }

    /// Pairs the rows from `first` on with old ones by their ids, which are recognised by that.
    fn pairs(&mut self, ids: &mut [Span], first: usize, text: &str, decoded: &str) -> Pairs {
        let old = self.before.ids;
        let mut pairs = Pairs::default();
        let start =
            self.next.or_else(|| self.search(ids[first..].iter().map(|id| id.of(text, decoded, None))));
        let Some(start) = start else {
            return pairs;
        };
        let end = (start + ids.len() - first + WINDOW).min(old.len());
        let expected: Vec<u32> = (start..end).map_while(|row| u32::try_from(row).ok()).collect();
        let mut texts = Vec::with_capacity(expected.len());
        old.for_each(&expected, |text| texts.push(text));
        let mut at = 0;
        for (new, id) in ids.iter_mut().enumerate().skip(first) {
            let read = id.of(text, decoded, None);
            let near = &texts[at..texts.len().min(at + WINDOW)];
            let Some(step) = near.iter().position(|text| *text == read) else {
                continue;
            };
            let row = expected[at + step];
            if read.is_some() {
                *id = Span::known(old.codes()[row as usize]);
            }
            pairs.old.push(row);
            pairs.new.push(new);
            at += step + 1;
        }
        self.next = Some(start + at);
        pairs
    }

    /// Where the first of these ids that is known stands in the answer before.
    fn search<'t>(&mut self, ids: impl Iterator<Item = Option<&'t str>>) -> Option<usize> {
        self.searches = self.searches.checked_sub(1)?;
        ids.take(WINDOW).flatten().find_map(|id| self.before.row_of(id))
    }
}

fn recognise(spans: &mut [Span], old: &TextColumn, pairs: &Pairs, text: &str, decoded: &str) {
    let mut rows = pairs.new.iter().zip(&pairs.old);
    old.for_each(&pairs.old, |known| {
        if let Some((&new, &row)) = rows.next()
            && let Some(known) = known
            && spans[new].of(text, decoded, None) == Some(known)
        {
            spans[new] = Span::known(old.codes()[row as usize]);
        }
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scanner::Scanner;
    use super::*;

    const HEAD: &str = r#"{"ok":true,"columns":[{"name":"username","type":"String"},{"name":"project","type":"String"},{"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},{"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"}],"rows":"#;

    /// A session for each of these numbers.
    fn rows(numbers: &[u32]) -> String {
        let rows: Vec<String> = numbers.iter().map(|number| row(*number)).collect();
        format!("[{}]", rows.join(","))
    }

    fn row(number: u32) -> String {
        // Some users have no name, some one that is written with an escape.
        let user = match number % 7 {
            0 => "null".to_owned(),
            1 => format!(r#""j\u00fcrgen{}""#, number % 50),
            _ => format!("\"billy{}\"", number % 50),
        };
        let (project, third, fourth) = (number % 5, number / 200, number % 200);
        format!(r#"[{user},"P{project}","10.0.{third}.{fourth}",false,"id-{number}",{number}]"#)
    }

    fn answer(numbers: &[u32]) -> String {
        format!("{HEAD}{}}}", rows(numbers))
    }

    fn dataset(numbers: &[u32]) -> Dataset {
        Dataset::from_json(answer(numbers).as_bytes()).unwrap()
    }

    /// How many rows of `new` are recognised after `old`.
    fn recognised(old: &[u32], new: &[u32], is_at_beginning: bool) -> usize {
        let old = dataset(old);
        let headers = old.headers();
        let before = Before::new(&old, &headers).unwrap();
        let text = format!(":{}", rows(new));
        let mut scanner =
            Scanner::new(&text, 0, &headers, Some(Recogniser::new(&before, is_at_beginning))).unwrap();
        assert!(!scanner.begin().unwrap());
        scanner.rows(usize::MAX).unwrap();
        let Cells::Text(_, ids) = &scanner.columns[4] else { panic!("ids are texts") };
        ids.iter().filter(|span| span.is_known()).count()
    }

    #[test]
    fn rows_are_recognised_around_those_that_came_and_went() {
        let old: Vec<u32> = (0..5_000).collect();
        let more = |numbers: &[u32]| recognised(&old, numbers, true);
        assert_eq!(more(&old), 5_000);
        // New ones in front, in the middle and at the end; some that went; one in another's place.
        let mut new = old.clone();
        new.splice(2_500..2_500, 9_000..9_003);
        new.splice(0..0, 9_003..9_040);
        new.push(9_100);
        assert_eq!(more(&new), 5_000);
        let mut new = old.clone();
        new.drain(700..710);
        new[1_500] = 9_200;
        assert_eq!(more(&new), 4_989);
        // So many that the place has to be looked for: some rows pass until it is.
        let mut new = old.clone();
        new.drain(1_000..2_000);
        assert!((4_000 - CHUNK..4_000).contains(&more(&new)));
    }

    #[test]
    fn reading_may_begin_anywhere() {
        let old: Vec<u32> = (0..5_000).collect();
        let mut new = old[2_345..].to_vec();
        new.splice(0..0, [9_000, 9_001]);
        assert_eq!(recognised(&old, &new, false), old.len() - 2_345);
    }

    #[test]
    fn another_order_is_given_up_on() {
        let old: Vec<u32> = (0..).zip(0..20 * CHUNK).map(|(number, _)| number).collect();
        let new: Vec<u32> = old.iter().rev().copied().collect();
        let recognised = recognised(&old, &new, true);
        assert!(recognised <= SEARCHES, "{recognised}");
        assert!(dataset(&old).next_from_json(answer(&new).as_bytes()).unwrap() == dataset(&new));
    }

    #[test]
    fn both_halves_of_a_large_answer_are_recognised() {
        let old: Vec<u32> = (0..9_000).collect();
        let mut new = old.clone();
        new.splice(40..40, [20_000]);
        new.remove(8_000);
        new[5_000] = 20_001;
        assert!(answer(&new).len() > super::super::TWO_THREADS);
        let before = dataset(&old);
        let next = before.next_from_json(answer(&new).as_bytes()).unwrap();
        assert!(next == dataset(&new));
        // No user or project is another one.
        assert!(next.username().shares_texts_with(before.username()));
        assert!(next.project().shares_texts_with(before.project()));
    }

    /// A session: the number of its id, which may be unknown or written with an escape, and which of its kind it is.
    type Session = (u8, u8);

    /// The same sessions with their columns in one of several orders, and further ones, of one of several types.
    fn answer_of(sessions: &[Session], form: u8) -> String {
        let six = ["username", "project", "address", "isDesigner", "clientId", "creationTime"];
        let further = [None, Some(("note", "String")), Some(("note", "Long")), Some(("address2", "String"))];
        let further = further[usize::from(form) % further.len()];
        let is_turned = form >= 4;
        let kind = |name: &str| match name {
            "isDesigner" => "Boolean",
            "creationTime" => "Date",
            _ => "String",
        };
        let mut names: Vec<(&str, &str)> =
            six.iter().map(|name| (*name, kind(name))).chain(further).collect();
        if is_turned {
            names.reverse();
        }
        let cell = |(id, variant): Session, (name, kind): (&str, &str)| match (name, kind) {
            ("clientId", _) if id == 0 => "null".to_owned(),
            ("clientId", _) if id % 3 == 0 => format!(r#""j\u00fc{id}""#),
            ("clientId", _) => format!(r#""j{id}""#),
            ("isDesigner", _) => (variant % 2 == 0).to_string(),
            (_, "Date" | "Long") => variant.to_string(),
            (name, _) if variant % 5 == 4 => format!(r#""{name} \"{variant}\"""#),
            (_, _) if variant % 5 == 3 => "null".to_owned(),
            (name, _) => format!(r#""{name} {}""#, variant % 3),
        };
        let row = |session: &Session| {
            let cells: Vec<String> = names.iter().map(|column| cell(*session, *column)).collect();
            format!("[{}]", cells.join(","))
        };
        let rows = sessions.iter().map(row).collect::<Vec<_>>().join(",");
        let columns: Vec<String> =
            names.iter().map(|(name, kind)| format!(r#"{{"name":"{name}","type":"{kind}"}}"#)).collect();
        let columns = columns.join(",");
        if is_turned {
            format!(r#"{{"rows":[{rows}],"columns":[{columns}],"ok":true}}"#)
        } else {
            format!(r#"{{"ok":true,"columns":[{columns}],"rows":[{rows}]}}"#)
        }
    }

    #[test]
    fn a_session_that_changed_under_its_id_is_read_as_it_is() {
        let text = |variant| answer_of(&[(1, 0), (2, variant), (0, 1)], 1);
        let before = Dataset::from_json(text(0).as_bytes()).unwrap();
        let after = before.next_from_json(text(1).as_bytes()).unwrap();
        assert_eq!(
            (before.username().get(1), after.username().get(1)),
            (Some("username 0"), Some("username 1"))
        );
    }

    proptest! {
        #[test]
        fn the_next_answer_is_the_same_as_read_from_nothing(
            old in proptest::collection::vec((0_u8..30, 0_u8..8), 0..60),
            edits in proptest::collection::vec((any::<proptest::sample::Index>(), 0_u8..30, 0_u8..8, 0_u8..8), 0..20),
            forms in (0_u8..8, 0_u8..8),
        ) {
            let mut new = old.clone();
            for (place, id, variant, kind) in edits {
                let place = place.index(new.len() + 1);
                match kind {
                    0 => new.insert(place, (id, variant)),
                    1 if place < new.len() => _ = new.remove(place),
                    2 if place < new.len() => new[place] = (id, variant),
                    3 => new.rotate_left(place),
                    // The session is the same, and something of it is not.
                    _ if place < new.len() => new[place].1 = variant,
                    _ => {}
                }
            }
            let old = Dataset::from_json(answer_of(&old, forms.0).as_bytes()).unwrap();
            let text = answer_of(&new, forms.1);
            let next = old.next_from_json(text.as_bytes()).unwrap();
            prop_assert!(next == Dataset::from_json(text.as_bytes()).unwrap(), "{}", text);
        }
    }
}
