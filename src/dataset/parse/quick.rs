//! A quick reader of usual answers, in each of whose rows are cells of the columns' types.
//!
//! It decides nothing by itself. Whatever it does not know, be it a fault or only unusual, it leaves to the exact
//! reader, and what stands around the rows it has the exact reader read.

mod cells;
mod recogniser;
mod scanner;

use super::super::builder::assemble;
use super::super::{Dataset, Header};
use super::Answer;
use crate::dataset::parallel::{parallel_map, parallel_map_if};
use cells::Cells;
use recogniser::{Before, Recogniser};
use scanner::Scanner;

/// Below so many bytes, one thread is done before another has begun.
pub(super) const TWO_THREADS: usize = 1 << 18;

/// What JSON takes for blank.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// The dataset; `None` where the answer is anything but usual. `before` is that of the answer before.
pub(super) fn read(text: &str, before: Option<&Dataset>) -> Option<Dataset> {
    const KEY: &str = "\"rows\"";
    let key = text.find(KEY)?;
    let in_front = text[..key].trim_end_matches(BLANKS);
    let is_first = in_front.ends_with('{');
    let in_front = if is_first { in_front } else { in_front.strip_suffix(',')? };
    // If this is an object, then the key is one of the answer itself, and there was no other such key before.
    let beginning = format!("{in_front}}}");
    let answer = without_rows(&beginning)?;
    let (headers, are_behind) = match answer.headers {
        Some(headers) => (headers, false),
        None => (headers_behind(text)?, true),
    };

    let before = before.and_then(|before| Before::new(before, &headers));
    let (columns, decoded, end) = rows(text, key + KEY.len(), &headers, before.as_ref())?;
    let behind = &text[end..];
    let behind = if is_first { behind.trim_start_matches(BLANKS).strip_prefix(',')? } else { behind };
    // With a blank between, so that what stands on both sides does not become one word.
    let around = format!("{in_front} {behind}");
    let answer = without_rows(&around)?;
    // What was found behind the rows before they were read may have been something else.
    if are_behind && answer.headers.as_ref() != Some(&headers) {
        return None;
    }
    answer.check().ok()?;
    let columns = headers.into_iter().zip(columns).enumerate().collect();
    let finish = |(place, (header, cells)): (usize, (Header, Cells))| {
        let before = before.as_ref().and_then(|before| before.column(place));
        (header, cells.finish(text, &decoded, before))
    };
    let columns = parallel_map_if(text.len() >= TWO_THREADS, columns, finish);
    let lacks_perspective = answer.perspective == Some(false);
    Some(Dataset { lacks_perspective, ..assemble(columns, answer.now, answer.timezone) })
}

/// What stands around the rows.
fn without_rows(text: &str) -> Option<Answer<'_>> {
    let answer = Answer::read(text).ok()?;
    (answer.builder.is_none() && answer.early_rows.is_none()).then_some(answer)
}

/// The columns, where they stand behind the rows: a script that answers with a dictionary has no say in the order.
fn headers_behind(text: &str) -> Option<Vec<Header>> {
    let (_, behind) = text.rsplit_once("\"columns\"")?;
    without_rows(&format!("{{\"columns\"{behind}"))?.headers
}

/// Reads the list of rows behind this place: its columns, the texts in it that are written with escapes, and its end.
///
/// A large one is read from its beginning and from its middle at the same time. Where a row begins there is a guess,
/// because what looks so may be within a text. If the reader from the beginning comes to the very place, it was right.
fn rows(
    text: &str,
    place: usize,
    headers: &[Header],
    before: Option<&Before<'_>>,
) -> Option<(Vec<Cells>, String, usize)> {
    let recogniser = |is_at_beginning| before.map(|before| Recogniser::new(before, is_at_beginning));
    let mut first = Scanner::new(text, place, headers, recogniser(true))?;
    let done = |scanner: Scanner<'_>| Some((scanner.columns, scanner.decoded, scanner.place));
    if first.begin()? {
        return done(first);
    }
    let middle = first.place.midpoint(text.len());
    let middle = if text.len() < TWO_THREADS { None } else { row_behind(text, middle) };
    let Some(middle) = middle else {
        first.rows(usize::MAX)?;
        return done(first);
    };
    let halves = vec![(first, middle), (Scanner::new(text, middle, headers, recogniser(false))?, usize::MAX)];
    let mut halves = parallel_map(halves, |(mut scanner, until)| Some((scanner.rows(until)?, scanner)));
    let (second, (goes_on, mut first)) = (halves.pop()?, halves.pop()??);
    if !goes_on {
        return done(first);
    }
    if first.place != middle {
        first.rows(usize::MAX)?;
        return done(first);
    }
    let (_, second) = second?;
    let decoded = first.decoded.len();
    let columns = first.columns.into_iter().zip(second.columns).collect();
    let columns = parallel_map(columns, |(mut cells, next): (Cells, Cells)| {
        cells.append(next, text, decoded).map(|()| cells)
    });
    Some((columns.into_iter().collect::<Option<_>>()?, first.decoded + &second.decoded, second.place))
}

/// Where behind this place a row seems to begin.
fn row_behind(text: &str, place: usize) -> Option<usize> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    let behind = text.as_bytes().get(place..)?;
    let mut ends = behind.iter().enumerate().filter(|(_, byte)| **byte == b']');
    ends.find_map(|(end, _)| {
        let mut next = behind.iter().enumerate().skip(end + 1).filter(|(_, byte)| !is_space(byte));
        let comma = next.next().is_some_and(|(_, byte)| *byte == b',');
        next.next().filter(|(_, byte)| comma && **byte == b'[').map(|(start, _)| place + start)
    })
}
