//! Finds the texts of one column in another one.

use std::cmp::Ordering;

use super::address::AddressKey;
use super::{ColumnId, TextColumn};

/// Stands for a text that the other column lacks. It differs from the code of every text and from that of a null.
pub(crate) const ABSENT: u32 = TextColumn::NULL - 1;

/// Returns the code in `to` of each text of `from`, [`ABSENT`] if there is none. Both have the order of column `id`.
pub(crate) fn translate(id: &ColumnId, from: &TextColumn, to: &TextColumn) -> Vec<u32> {
    if from.has_same_texts(to) {
        return (0..).take(from.distinct()).collect();
    }
    let order = |a: &str, b: &str| match id {
        ColumnId::Address => AddressKey::of(a).cmp(&AddressKey::of(b)).then_with(|| a.cmp(b)),
        _ => a.cmp(b),
    };
    let mut others = (0..).zip(to.texts()).peekable();
    let find = |text: &str| {
        while let Some((code, other)) = others.peek().copied() {
            // Most texts are in both, and comparing addresses takes much longer than finding them equal.
            let ordering = if other == text { Ordering::Equal } else { order(other, text) };
            match ordering {
                Ordering::Less => drop(others.next()),
                Ordering::Equal => {
                    others.next();
                    return code;
                }
                Ordering::Greater => break,
            }
        }
        ABSENT
    };
    from.texts().map(find).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text_builder::TextBuilder;
    use super::*;

    fn column(id: &ColumnId, texts: &[String]) -> TextColumn {
        let mut builder = TextBuilder::for_column(id, texts.len());
        for text in texts {
            builder.push(Some(text));
        }
        builder.finish()
    }

    proptest! {
        #[test]
        fn finds_every_common_text(
            [from, to] in proptest::array::uniform2(
                proptest::collection::vec("(10\\.|HMI-|hmi-)?[0-9aA]{0,2}(:80)?", 0..40),
            ),
        ) {
            for id in [ColumnId::Address, ColumnId::Username] {
                let (from, to) = (column(&id, &from), column(&id, &to));
                let texts: Vec<&str> = to.texts().collect();
                let expected = from.texts().map(|text| {
                    let code = texts.iter().position(|other| *other == text);
                    code.map_or(ABSENT, |code| u32::try_from(code).unwrap())
                });
                prop_assert_eq!(translate(&id, &from, &to), expected.collect::<Vec<_>>());
            }
        }
    }
}
