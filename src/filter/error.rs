//! The errors of compiling a pattern and of matching a value.

use std::fmt::Display;

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
    /// Java rejects the pattern, too, but it may be the beginning of a valid one.
    Incomplete,
    /// The pattern exceeds a limit.
    TooLarge,
}

/// Fails because Java rejects the pattern.
pub(super) fn invalid<T>(column: usize, message: impl Display) -> Result<T, PatternError> {
    error(Kind::Invalid, column, format!("{message} at column {column}"))
}

/// Fails like [`invalid`], with a second sentence that says how to fix the pattern.
pub(super) fn invalid_with_hint<T>(column: usize, message: &str, hint: &str) -> Result<T, PatternError> {
    error(Kind::Invalid, column, format!("{message} at column {column}. {hint}"))
}

/// Fails because the pattern ends too early.
pub(super) fn incomplete<T>(column: usize, message: impl Display) -> Result<T, PatternError> {
    error(Kind::Incomplete, column, format!("{message} at column {column}"))
}

/// Fails because `next` isn't what must come next, or because nothing does.
pub(super) fn unexpected<T>(
    next: Option<char>,
    column: usize,
    message: impl Display,
) -> Result<T, PatternError> {
    if next.is_some() { invalid(column, message) } else { incomplete(column, message) }
}

pub(super) fn too_large<T>(column: usize, message: &str) -> Result<T, PatternError> {
    error(Kind::TooLarge, column, format!("{message} at column {column}"))
}

pub(super) fn too_long<T>(max_chars: &str, column: usize) -> Result<T, PatternError> {
    error(Kind::TooLarge, column, format!("Pattern longer than {max_chars} characters"))
}

fn error<T>(kind: Kind, column: usize, message: String) -> Result<T, PatternError> {
    Err(PatternError { message, column, kind })
}

impl PatternError {
    /// Returns the position of the error in characters, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns `true` if more input can make the pattern valid, as with a group that isn't closed yet.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.kind == Kind::Incomplete
    }

    /// Returns `true` if a gateway accepts the pattern and only this program doesn't.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.kind == Kind::TooLarge
    }
}

/// A value that can't be matched.
///
/// The message doesn't contain the value, which comes from a gateway and must be sanitized before it is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MatchError {
    message: &'static str,
    is_limit: bool,
    value: String,
}

impl MatchError {
    pub(crate) fn too_much_backtracking(value: &str) -> Self {
        let message = "Too much backtracking. Simplify the pattern";
        Self { message, is_limit: true, value: value.to_owned() }
    }

    /// Creates the error of a value for which Java throws an exception.
    pub(super) fn fails_in_java(value: &str) -> Self {
        let message = "A gateway fails on this pattern. Change it";
        Self { message, is_limit: false, value: value.to_owned() }
    }

    /// Returns `true` if a limit was exceeded, and `false` if a gateway fails, too.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.is_limit
    }

    /// Returns the value that could not be matched.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}
