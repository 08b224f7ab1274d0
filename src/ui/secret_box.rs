//! Text boxes with a password or token.

use std::any::TypeId;
use std::ops::Range;

use egui::text::CharIndex;
use egui::text_edit::TextEditState;
use egui::{Id, TextBuffer, Ui};
use zeroize::Zeroizing;

use super::icons;
use super::text_field;
use super::tokens::palette;
use crate::secrets::Secret;

/// The room for a text in bytes, so that typing doesn't move it in memory.
const CAPACITY: usize = 256;

/// The text of a box for a password or token. It is overwritten when it is dropped or grows.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Returns the text.
    pub(super) fn secret(&self) -> Secret {
        Secret::from(self.0.as_str())
    }

    /// Returns `true` without any text.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Overwrites the text.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl TextBuffer for SecretText {
    fn is_mutable(&self) -> bool {
        true
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn insert_text(&mut self, text: &str, char_index: CharIndex) -> usize {
        let len = self.0.len() + text.len();
        if len > self.0.capacity() {
            // A text that grows leaves a copy behind.
            let mut larger = Zeroizing::new(String::with_capacity(CAPACITY.max(2 * len)));
            larger.push_str(&self.0);
            self.0 = larger;
        }
        TextBuffer::insert_text(&mut *self.0, text, char_index)
    }

    fn delete_char_range(&mut self, char_range: Range<CharIndex>) {
        TextBuffer::delete_char_range(&mut *self.0, char_range);
    }

    fn type_id(&self) -> TypeId {
        TypeId::of::<Self>()
    }
}

/// Clears the undo history, so that undo can't restore a secret.
pub(super) fn forget_undo(ui: &Ui, id: Id) {
    if let Some(mut state) = TextEditState::load(ui.ctx(), id) {
        state.clear_undoer();
        state.store(ui.ctx(), id);
    }
}

/// Warns that a secret is sent without encryption.
pub(super) fn unencrypted_warning(ui: &mut Ui) {
    let p = palette(ui.visuals());
    let text = "Not encrypted: an address uses http";
    text_field::line(ui, icons::LOCK_OPEN, p.warning, text, p.secondary);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_like_other_text() {
        let mut text = SecretText::default();
        assert_eq!(text.insert_text("sésame", CharIndex(0)), 6);
        let start = text.as_str().as_ptr();
        text.insert_text("open-", CharIndex(0));
        text.delete_char_range(CharIndex(6)..CharIndex(7));
        assert_eq!(text.as_str(), "open-ssame");
        assert_eq!(text.as_str().as_ptr(), start, "typing moved the text");
        text.insert_text(&"x".repeat(CAPACITY), CharIndex(10));
        assert_eq!(text.secret().expose().len(), 10 + CAPACITY);
        text.clear();
        assert!(text.is_empty());
    }
}
