//! The user's actions on the table.

use crate::dataset::ColumnId;

/// The effect of a click or a key on the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectMode {
    /// Selects only this line.
    Only,
    /// Adds this line to the selection or removes it.
    Toggle,
    /// Selects the lines from the range's start to this one.
    Range,
    /// Adds the lines from the range's start to this one.
    AddRange,
    /// Moves the cursor and leaves the selection unchanged.
    Move,
    /// Leaves the selection unchanged if this line is part of it, otherwise selects only this line. For context menus.
    Keep,
}

/// A move of the cursor between lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Moves up by one line.
    Up,
    /// Moves down by one line.
    Down,
    /// Moves up by one page.
    PageUp,
    /// Moves down by one page.
    PageDown,
    /// Moves to the first line.
    Home,
    /// Moves to the last line.
    End,
}

/// A horizontal direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The direction to the left.
    Left,
    /// The direction to the right.
    Right,
}

impl Direction {
    /// Returns the other direction.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// A step through the selected sessions, or through those that have just signed in or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Steps to the session above.
    Previous,
    /// Steps to the session below.
    Next,
}

/// An action of the user on the table.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Selects a line, and moves the cursor to this column of it.
    Select(usize, Option<ColumnId>, SelectMode),
    /// Moves the cursor to another line.
    MoveCursor(Motion, SelectMode),
    /// Moves the cursor to the next of these columns. On a group header, collapses or expands the group.
    MoveColumn(Direction, Vec<ColumnId>),
    /// Selects the line of the cursor.
    SelectCursor(SelectMode),
    /// Collapses or expands the group with this index.
    ToggleGroup(usize),
    /// Collapses all groups, or expands them.
    SetAllCollapsed(bool),
    /// Moves the cursor to the next selected session, or to the previous one. Leaves the selection unchanged.
    StepSelected(Step),
    /// Moves to the next or previous session that has just signed in or left.
    GoToChange(Step),
    /// Selects all sessions that pass the filters.
    SelectAll,
    /// Clears the selection.
    ClearSelection,
    /// Scrolls down by this many physical pixels; up by a negative number.
    ScrollBy(f64),
    /// Scrolls to this fraction of the table, between 0 and 1.
    ScrollTo(f64),
}
