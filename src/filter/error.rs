//! What can be wrong with a pattern, and with a match, in words for an operator.

/// Why a pattern is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    message: String,
    /// `None` where the fault is in no one place.
    column: Option<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Java refuses it as well.
    Wrong,
    /// Java refuses it as well, but it may be the beginning of something right.
    Incomplete,
    /// Java takes it; nobody here can match it exactly.
    Unsupported,
    /// It would cost too much.
    TooLarge,
}

impl PatternError {
    pub(super) fn wrong(column: usize, what: &str) -> Self {
        Self::at(Kind::Wrong, column, what)
    }

    pub(super) fn incomplete(column: usize, what: &str) -> Self {
        Self::at(Kind::Incomplete, column, what)
    }

    pub(super) fn unsupported(column: usize, what: &str) -> Self {
        let what = format!("{what} can't be matched here exactly as on a gateway");
        Self::at(Kind::Unsupported, column, &what)
    }

    pub(super) fn too_large(column: usize, what: &str) -> Self {
        Self::at(Kind::TooLarge, column, what)
    }

    /// Too large as a whole, without one place that makes it so.
    pub(super) fn grows_too_large() -> Self {
        let message = "the pattern grows too large: its repetitions multiply".to_owned();
        Self { message, column: None, kind: Kind::TooLarge }
    }

    /// `what` may hold `{at}`, the place for the column; else it is said at the end.
    fn at(kind: Kind, column: usize, what: &str) -> Self {
        let at = format!("at column {column}");
        let message =
            if what.contains("{at}") { what.replace("{at}", &at) } else { format!("{what} ({at})") };
        Self { message, column: Some(column), kind }
    }

    /// Where the fault is, in characters from 1; `None` where it is in no one place.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.column
    }

    /// Whether typing on can make the pattern valid.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.kind == Kind::Incomplete
    }

    /// Whether a gateway would take the pattern and only this program can't.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self.kind, Kind::Unsupported | Kind::TooLarge)
    }
}

/// Why a value could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// The search was given up; on a gateway it might take forever.
    #[error("too much backtracking on \u{201c}{value}\u{201d}; make the pattern simpler")]
    TooMuchBacktracking {
        /// The value, cut where it is long.
        value: String,
    },
}

impl MatchError {
    pub(crate) fn too_much_backtracking(value: &str) -> Self {
        const SHOWN: usize = 20;
        let mut shown: String = value.chars().take(SHOWN).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        Self::TooMuchBacktracking { value: shown }
    }
}
