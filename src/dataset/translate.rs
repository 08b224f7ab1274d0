//! Finds the texts of one column in another one.

use std::cmp::Ordering;

use super::text_builder::TextOrder;
use super::{ColumnId, TextColumn};

/// The code for a text that the other column lacks. It differs from the code of every text and from
/// that of a null.
pub(crate) const ABSENT: u32 = TextColumn::NULL - 1;

/// Returns the code in `to` of each text of `from`, [`ABSENT`] if there is none. Both have the order of column `id`.
pub(crate) fn translate(id: &ColumnId, from: &TextColumn, to: &TextColumn) -> Vec<u32> {
    if from.has_same_texts(to) {
        return (0..).take(from.distinct()).collect();
    }
    match id {
        ColumnId::Address => {
            merge(from.texts(), to.texts(), |a: &&str, b: &&str| TextOrder::Addresses.compare(a, b))
        }
        // The order of bytes is that of code points, and takes no look at where characters begin.
        _ => merge(from.text_bytes(), to.text_bytes(), Ord::cmp),
    }
}

/// Finds each text of one sorted dictionary in another one.
fn merge<T: Eq>(
    from: impl Iterator<Item = T>,
    to: impl Iterator<Item = T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Vec<u32> {
    let mut others = (0..).zip(to);
    let mut other = others.next();
    let find = |text: T| {
        while let Some((code, candidate)) = &other {
            // Most texts are in both, and comparing addresses takes much longer than finding them equal.
            let ordering = if *candidate == text { Ordering::Equal } else { order(candidate, &text) };
            match ordering {
                Ordering::Less => other = others.next(),
                Ordering::Equal => {
                    let code = *code;
                    other = others.next();
                    return code;
                }
                Ordering::Greater => break,
            }
        }
        ABSENT
    };
    from.map(find).collect()
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
