//! Short keys of texts.

use crate::gateway::Fingerprint;

/// The length of a key, in characters.
const KEY_CHARS: usize = 16;

/// Returns a short key that is the same for equal texts only.
pub(super) fn short_key(text: &str) -> String {
    let mut key = Fingerprint::of(text.as_bytes()).to_string().replace(':', "").to_ascii_lowercase();
    key.truncate(KEY_CHARS);
    key
}
