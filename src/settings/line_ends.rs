//! Keeps the line ends of a text that is written again.

/// Returns `new` with the line ends that its lines have in `old`. A new line gets the end of the line that it replaces or
/// follows.
pub(super) fn keep(old: &str, new: &str) -> String {
    let (old, new) = (lines(old), lines(new));
    let sources = align(&old, &new);
    let mut end = old.iter().map(|line| line.end).find(|end| !end.is_empty()).unwrap_or("\n");
    let mut text = String::new();
    // The first line of `old` that has no counterpart yet.
    let mut next = 0;
    for (index, line) in new.iter().enumerate() {
        let source = sources[index].or_else(|| {
            let matched = sources[index..].iter().flatten().next().copied().unwrap_or(old.len());
            (next < matched).then_some(next)
        });
        next = source.map_or(next, |source| source + 1);
        let source = source.map(|source| &old[source]);
        end = source.map(|source| source.end).filter(|end| !end.is_empty()).unwrap_or(end);
        text.push_str(line.text);
        let is_last = index + 1 == new.len();
        let is_unterminated = source.map_or(line.end, |source| source.end).is_empty();
        if !(is_last && is_unterminated) {
            text.push_str(end);
        }
    }
    text
}

struct Line<'a> {
    text: &'a str,
    /// `"\n"`, `"\r\n"`, or nothing at the end of the text.
    end: &'a str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let line = |line: &'_ str| {
        let text = line.strip_suffix("\r\n").or_else(|| line.strip_suffix('\n')).unwrap_or(line);
        text.len()
    };
    text.split_inclusive('\n')
        .map(|full| full.split_at(line(full)))
        .map(|(text, end)| Line { text, end })
        .collect()
}

/// Returns for each new line the index of the old line that it is, by their longest common subsequence.
fn align(old: &[Line<'_>], new: &[Line<'_>]) -> Vec<Option<usize>> {
    let is_same = |(old, new): &(&Line<'_>, &Line<'_>)| old.text == new.text;
    // Mostly everything: a change concerns a few lines.
    let before = old.iter().zip(new).take_while(is_same).count();
    let after = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(is_same).count();
    let (old_end, new_end) = (old.len() - after, new.len() - after);
    let (old_part, new_part) = (&old[before..old_end], &new[before..new_end]);

    // The length of the common subsequence of the lines from each pair on.
    let mut common = vec![vec![0_u32; new_part.len() + 1]; old_part.len() + 1];
    for (i, old) in old_part.iter().enumerate().rev() {
        for (j, new) in new_part.iter().enumerate().rev() {
            common[i][j] = if old.text == new.text {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let mut sources: Vec<Option<usize>> = (0..before).map(Some).collect();
    let mut i = 0;
    for (j, new) in new_part.iter().enumerate() {
        while i < old_part.len() && old_part[i].text != new.text && common[i + 1][j] == common[i][j] {
            i += 1;
        }
        let is_match = i < old_part.len() && old_part[i].text == new.text;
        sources.push(is_match.then_some(before + i));
        i += usize::from(is_match);
    }
    sources.extend((old_end..old.len()).map(Some));
    sources
}

#[cfg(test)]
mod tests {
    use super::keep;

    #[test]
    fn unchanged_lines_keep_their_ends() {
        for old in ["", "a", "a\n", "a\r\n", "a\r\nb\nc\r\n", "a\nb\r\nc", "\r\n\n\r\n", "a\n\nb\r\n\r\na\n"]
        {
            assert_eq!(keep(old, &old.replace("\r\n", "\n")), old);
        }
    }

    #[test]
    fn new_lines_end_like_their_neighbors() {
        for (old, new, expected) in [
            ("a\r\nb\n", "a\nb\nc\n", "a\r\nb\nc\n"),
            ("a\nb\r\n", "a\nb\nc\n", "a\nb\r\nc\r\n"),
            ("a\nb\r\nc\n", "a\nx\nc\n", "a\nx\r\nc\n"),
            ("a\nb\r\nc\n", "a\nc\n", "a\nc\n"),
            ("a\r\nb\nc\r\nd\n", "a\nx\nc\ny\n", "a\r\nx\nc\r\ny\n"),
            ("a\nb\r\n", "x\na\nb\n", "x\na\nb\r\n"),
            ("a\r\nb", "a\nb\nc\n", "a\r\nb\r\nc\r\n"),
            ("a\r\nb", "a\nb\n", "a\r\nb"),
            ("", "a\nb\n", "a\nb\n"),
        ] {
            assert_eq!(keep(old, new), expected, "{old:?} to {new:?}");
        }
    }
}
