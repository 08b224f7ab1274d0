//! Patterns and modes in menus and chips.

use crate::filter::Mode;
use crate::sanitize::{escape, shorten};

/// Number of characters of a pattern that are shown.
const MAX_CHARS: usize = 60;

/// Returns a pattern or a value of a length that fits into a menu, with escapes for characters that
/// can't be seen.
pub(super) fn shortened(text: &str) -> String {
    escape(&shorten(text, MAX_CHARS)).into_owned()
}

/// Returns the labels of the toggles that are on.
pub(super) fn mode_labels(mode: Mode) -> Vec<&'static str> {
    let Mode { contains, ignore_case, invert } = mode;
    let labels = [(invert, "not"), (contains, "part"), (ignore_case, "A=a")];
    labels.into_iter().filter(|(is_on, _)| *is_on).map(|(_, label)| label).collect()
}
