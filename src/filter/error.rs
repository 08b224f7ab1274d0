//! The errors of compiling a pattern and of matching a value.

use std::fmt::Display;

pub(super) type Result<T> = std::result::Result<T, PatternError>;

/// A pattern that can't be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    message: String,
    column: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Java rejects the pattern, too.
    Invalid,
    /// The pattern exceeds a limit.
    TooLarge,
}

/// Fails because Java rejects the pattern.
pub(super) fn invalid<T>(column: usize, message: impl Display) -> Result<T> {
    error(Kind::Invalid, column, message)
}

/// Fails like [`invalid`], with a second sentence that says how to fix the pattern.
pub(super) fn invalid_with_hint<T>(column: usize, message: &str, hint: &str) -> Result<T> {
    Err(PatternError {
        message: format!("{message} at column {column}. {hint}"),
        column,
        kind: Kind::Invalid,
    })
}

/// Fails because the pattern exceeds a limit.
pub(super) fn too_large<T>(column: usize, message: &str) -> Result<T> {
    error(Kind::TooLarge, column, message)
}

pub(super) fn too_long<T>(max_chars: &str, column: usize) -> Result<T> {
    let message = format!("Pattern longer than {max_chars} characters");
    Err(PatternError { message, column, kind: Kind::TooLarge })
}

fn error<T>(kind: Kind, column: usize, message: impl Display) -> Result<T> {
    Err(PatternError { message: format!("{message} at column {column}"), column, kind })
}

impl PatternError {
    /// Returns the position of the error in characters, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns `true` if a gateway accepts the pattern and only this program doesn't.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.kind == Kind::TooLarge
    }
}

/// A value that can't be matched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// Matching this value exceeds the limit of steps or time.
    #[error("Too much backtracking. Simplify the pattern")]
    Limit,
    /// Java throws an exception for this value.
    #[error("A gateway fails on this pattern. Change it")]
    Exception,
}
