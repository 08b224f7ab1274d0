//! Patterns in menus and chips.

use crate::sanitize::{escape, shorten};

/// Number of characters of a pattern that are shown.
const MAX_CHARS: usize = 60;

/// Returns a pattern or a value of a length that fits into a menu, with escapes for characters that
/// can't be seen.
pub(super) fn shortened(text: &str) -> String {
    escape(&shorten(text, MAX_CHARS)).into_owned()
}
