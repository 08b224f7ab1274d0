//! One filter: a pattern read as a gateway reads it, with `java.util.regex`, and matched against
//! whole values.
//!
//! What is typed must select exactly the rows that the gateway would select. So the pattern is
//! parsed as Java 17 parses it, into a tree without flags and shorthands ([`tree`]), made plain
//! ([`simplify`]), printed with every class spelled out ([`print`]) and given to `regex` or, where
//! it is not regular, to `fancy-regex` ([`engine`]). What neither can answer exactly is refused.
//!
//! This module knows nobody else.

mod case;
mod case_table;
mod check;
mod class;
mod compose;
mod cursor;
mod engine;
mod error;
mod parse;
mod parse_class;
mod parse_escape;
mod parse_group;
mod prefix;
mod print;
mod simplify;
mod tree;
mod unicode;
mod unicode_blocks;
mod unicode_scripts;

use std::ops::Range;
use std::sync::Arc;

pub use compose::{any_of, escape, exclude, to_portable, values_of};
pub use error::{MatchError, PatternError};

use cursor::Flags;
use engine::Engine;

/// How a filter reads its pattern; the default is what the gateway does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mode {
    /// Upper and lower case are alike, for all letters: Java's `CASE_INSENSITIVE` and
    /// `UNICODE_CASE`.
    pub ignore_case: bool,
    /// The pattern may match any part of a value, as Java's `Matcher.find`; but never half of a
    /// surrogate pair, which Java may find.
    pub contains: bool,
    /// Only values that the pattern does not match.
    pub invert: bool,
}

/// A compiled pattern. Clones share it.
#[derive(Clone, Debug)]
pub struct Filter {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    pattern: String,
    mode: Mode,
    engine: Engine,
    /// What every value that matches begins with; may be empty.
    prefix: String,
    is_literal: bool,
}

impl Filter {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// Where Java refuses the pattern, where it can't be matched here as on a gateway, and where it
    /// would cost too much.
    pub fn new(pattern: &str, mode: Mode) -> Result<Self, PatternError> {
        let flags =
            if mode.ignore_case { Flags::IGNORE_CASE.with(Flags::UNICODE_CASE) } else { Flags::default() };
        let tree = check::check(&parse::parse(pattern, flags)?)?;
        let prefix = if mode.contains {
            check::check_extent(&tree)?;
            String::new()
        } else {
            prefix::literal_prefix(&tree)
        };
        let engine = Engine::new(tree, !mode.contains)?;
        Ok(Self {
            inner: Arc::new(Inner {
                pattern: pattern.to_owned(),
                mode,
                engine,
                prefix,
                is_literal: is_literal(pattern),
            }),
        })
    }

    /// The pattern as it was typed.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.inner.pattern
    }

    /// How the pattern is read.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    /// Whether a value passes the filter.
    ///
    /// # Errors
    /// Where the value needs too many attempts.
    pub fn is_match(&self, value: &str) -> Result<bool, MatchError> {
        let Inner { engine, prefix, mode, .. } = &*self.inner;
        // Comparing with an empty prefix is not free: it costs more than many a search.
        let may_match = prefix.is_empty() || value.starts_with(prefix.as_str());
        let matched = may_match && engine.is_match(value)?;
        Ok(matched != mode.invert)
    }

    /// The same filter for another thread. One that is shared lends its working memory to one thread, and to all others
    /// for a price at each value.
    #[must_use]
    pub fn for_another_thread(&self) -> Self {
        Self { inner: Arc::new(Inner::clone(&self.inner)) }
    }

    /// Whether every value is judged in a time that grows with its length only. Other patterns may take a while on
    /// each of many values before they give up.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.inner.engine.is_linear()
    }

    /// The part of a value that a `contains` filter found, in bytes; for highlighting, so never for
    /// an inverted one.
    #[must_use]
    pub fn find(&self, value: &str) -> Option<Range<usize>> {
        let Inner { engine, mode, .. } = &*self.inner;
        if mode.contains && !mode.invert { engine.find(value) } else { None }
    }

    /// What every passing value begins with, exactly so; narrows a sorted dictionary to a range.
    #[must_use]
    pub fn literal_prefix(&self) -> Option<&str> {
        let Inner { prefix, mode, .. } = &*self.inner;
        (!mode.invert && !prefix.is_empty()).then_some(prefix.as_str())
    }

    /// The pattern, where it is plain text: no character in it has a meaning of its own.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        let Inner { pattern, is_literal, .. } = &*self.inner;
        is_literal.then_some(pattern.as_str())
    }
}

/// Whether a pattern stands for itself and nothing else.
fn is_literal(pattern: &str) -> bool {
    !pattern.contains(['\\', '^', '$', '.', '|', '?', '*', '+', '(', ')', '[', ']', '{', '}'])
}
