//! What the user can do to the table.

use crate::dataset::ColumnId;

/// What a click or a key does to the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectMode {
    /// This alone.
    Only,
    /// This too, or no longer this.
    Toggle,
    /// Everything from the anchor to this.
    Range,
    /// Everything from the anchor to this, and what was selected before.
    AddRange,
    /// What is selected stays; the cursor alone moves.
    Move,
    /// What is selected stays if this belongs to it; this alone otherwise. As a menu of a cell needs it.
    Keep,
}

/// Where a key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// One view up.
    PageUp,
    /// One view down.
    PageDown,
    /// To the first line.
    Home,
    /// To the last line.
    End,
}

/// To the left or to the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// Something that the user does to the table.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Chooses a line, by a click into this column.
    SelectMode(usize, Option<ColumnId>, SelectMode),
    /// Goes to another line, by a key.
    Step(Step, SelectMode),
    /// Goes to the next column among those shown; on the head of a group, closes or opens it.
    MoveColumn(Side, Vec<ColumnId>),
    /// Chooses the line that the cursor is on.
    ChooseCursor(SelectMode),
    /// Opens or closes the group of this number.
    Fold(usize),
    /// Opens or closes all groups.
    FoldAll {
        /// Whether they are closed.
        closed: bool,
    },
    /// Selects every line.
    SelectAll,
    /// Selects nothing.
    SelectNothing,
    /// Scrolls down by so many physical pixels.
    ScrollBy(f64),
    /// Scrolls to this fraction of the way.
    ScrollTo(f64),
}
