//! Filters: `java.util.regex` patterns that are matched against whole values, as a gateway matches them.
//!
//! A filter must select exactly the rows that the gateway would select. The reference is Java 17.
//!
//! ```
//! use gatewatch::filter::{Filter, Mode};
//!
//! // Possessive quantifiers, look-behinds, names of characters and back-references have Java's meaning.
//! for (pattern, value, expected) in [
//!     (r"bi.*+", "billy", true),
//!     (r"a*+a", "aaa", false),
//!     (r"(?<=^bill\.?)smith|.*(?<=b+l?)y", "by", true),
//!     (r"(?iu)(\N{LATIN SMALL LETTER U WITH DIAERESIS})\1", "üÜ", true),
//!     (r"(?:(a)|b)*\1", "aba", true),
//!     (r"\X\X", "e\u{301}🇫🇷", true),
//! ] {
//!     assert_eq!(Filter::new(pattern, Mode::default())?.is_match(value)?, expected, "{pattern}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Constructs
//! Every construct of Java's `Pattern` is supported. *Linear* ones are matched by the crate `regex` in linear time. If a
//! pattern contains any other, all of it is matched by backtracking, up to a limit of steps.
//!
//! | construct | engine |
//! |---|---|
//! | characters, `\t \n \r \f \a \e \cX`, `\0n`, `\xhh`, `\x{h…h}`, `\uhhhh`, `\N{name}`, `\Q…\E` | linear |
//! | classes with unions, intersections, subtractions; `.`, `\d \h \s \v \w` and their negations | linear |
//! | `\p{…}`, `\P{…}`: POSIX, `java…`, scripts, blocks, categories, binary properties of Unicode 13 | linear |
//! | `X?`, `X*`, `X+`, `X{n}`, `X{n,}`, `X{n,m}`, greedy or lazy | linear |
//! | the same, possessive; `(?>X)` | linear where giving back could never help, else backtracking |
//! | alternatives, groups, named groups | linear |
//! | `^ $ \A \G \Z \z`, also under `(?m)` and `(?d)`; `\b \B` | linear at the ends of whole values and for ASCII lines, else backtracking |
//! | `\R` | linear, but backtracking if repeated |
//! | `\X`, `\b{g}` | backtracking |
//! | `(?=X) (?!X) (?<=X) (?<!X)` | backtracking |
//! | `\1`, `\k<name>`, also under `(?i)` and `(?iu)` | backtracking |
//! | `(?idmsuxU)`, `(?i-s:X)` | as the rest |
//! | `(?c)` with a class or property | backtracking |
//!
//! What Java rejects is rejected, with the column, among them conditionals `(?(1)…)`, `(?R)`, `(?P<n>…)`, `(?#…)`, `a**`,
//! look-behinds without an obvious maximum length. Where Java throws an exception while it matches, as with `[\wa&&]`,
//! [`Filter::is_match`] returns an error.
//!
//! # Limits
//! Patterns have up to a million characters and 5,000 levels of groups, or 200 if they are very long. A value takes up to a
//! million steps, some milliseconds, and more if it is long; then [`Filter::is_match`] returns an error. With
//! [`Mode::contains`], half of a surrogate pair is never found. Java's own limit, the stack of its thread, isn't imitated.
//!
//! # Parts
//! The [`parser`] reads a pattern as Java 17 does, into a syntax tree ([`ast`]) without flags and shorthands. If the tree is
//! regular after [`simplify`], it is printed with every class spelled out ([`print`]) for `regex`. Otherwise the
//! [`matcher`] runs it. [`engine`] selects.
//!
//! This module depends on no other module of the crate.

mod analysis;
mod ast;
mod case_folding;
mod code_points;
mod compose;
mod engine;
mod error;
mod explain;
mod generated;
mod graphemes;
mod large_stack;
mod matcher;
mod names;
mod parser;
mod prefix;
mod print;
mod properties;
mod simplify;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use compose::{any_of, escape, exclude, to_portable, values_of};
pub use error::{MatchError, PatternError};
pub use explain::{Explanation, MatchEngine};

use ast::Node;
use engine::Engine;
#[cfg(test)]
pub(crate) use engine::searches_on_this_thread;
use large_stack::with_stack_for;
use matcher::Program;
use parser::Flags;

/// The mode in which a filter applies its pattern. The default is that of a gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mode {
    /// Ignores the case of all letters: Java's `CASE_INSENSITIVE` and `UNICODE_CASE`.
    pub ignore_case: bool,
    /// Searches the pattern anywhere in a value, as Java's `Matcher.find` does, instead of matching the whole value.
    /// Half of a surrogate pair, which Java can find, is never found.
    pub contains: bool,
    /// Passes the values that the pattern doesn't match.
    pub invert: bool,
}

/// A compiled pattern and its mode. Clones are cheap and share the compiled pattern.
///
/// # Examples
/// ```
/// use gatewatch::filter::{Filter, Mode};
///
/// // The whole value must match, as in Java's `Pattern.matches`.
/// let filter = Filter::new("bi.*", Mode::default())?;
/// assert!(filter.is_match("billy")?);
/// assert!(!filter.is_match("abi")?);
///
/// let contains = Mode { ignore_case: true, contains: true, ..Mode::default() };
/// assert!(Filter::new("SMITH", contains)?.is_match("bill.smith")?);
///
/// let error = Filter::new("bi(lly", Mode::default()).unwrap_err();
/// assert_eq!(error.to_string(), r#"Missing ")" for "(" at column 3"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Filter {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pattern: String,
    mode: Mode,
    engine: Engine,
    /// Finds the groups of a match, for [`Filter::explain`].
    with_groups: OnceLock<Option<Program>>,
    /// Text that every match begins with; can be empty.
    prefix: String,
    is_literal: bool,
}

impl Filter {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// If Java rejects the pattern, if it can't be matched exactly as Java matches it, or if it exceeds a limit of length,
    /// nesting depth or compiled size.
    pub fn new(pattern: &str, mode: Mode) -> Result<Self, PatternError> {
        with_stack_for(pattern, || Self::compile(pattern, mode))
    }

    fn compile(pattern: &str, mode: Mode) -> Result<Self, PatternError> {
        let tree = parse(pattern, mode)?;
        // A value without the prefix can make Java fail.
        let has_prefix = !mode.contains && !tree.has_side_effects();
        let prefix = if has_prefix { prefix::literal_prefix(&tree) } else { String::new() };
        let engine = Engine::new(&tree, !mode.contains);
        Ok(Self {
            inner: Arc::new(Inner {
                pattern: pattern.to_owned(),
                mode,
                engine,
                with_groups: OnceLock::new(),
                prefix,
                is_literal: is_literal(pattern),
            }),
        })
    }

    /// Returns the pattern as passed to [`Filter::new`].
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.inner.pattern
    }

    /// Returns the mode.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    /// Returns `true` if a value passes the filter.
    ///
    /// # Errors
    /// If the value exceeds the backtracking limit. That never happens to a filter that [is linear](Self::is_linear).
    pub fn is_match(&self, value: &str) -> Result<bool, MatchError> {
        let Inner { engine, prefix, mode, .. } = &*self.inner;
        // Comparing with an empty prefix is slower than many searches.
        let may_match = prefix.is_empty() || value.starts_with(prefix.as_str());
        let matched = may_match && engine.is_match(value)?;
        Ok(matched != mode.invert)
    }

    /// Returns `true` if the time for any value is linear in its length. Other filters backtrack, which can take
    /// milliseconds per value before [`Filter::is_match`] fails.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.inner.engine.is_linear()
    }

    /// Returns `true` if [`Filter::find`] finds something in each value that passes: the filter has the mode `contains` and
    /// isn't inverted.
    #[must_use]
    pub fn has_matches(&self) -> bool {
        let Mode { contains, invert, .. } = self.inner.mode;
        contains && !invert
    }

    /// Returns the byte range of the first match in a value, for highlighting; `None` if there is no match, and for filters
    /// without [matches](Self::has_matches).
    ///
    /// # Errors
    /// As those of [`Filter::is_match`].
    pub fn find(&self, value: &str) -> Result<Option<Range<usize>>, MatchError> {
        if self.has_matches() { self.inner.engine.find(value) } else { Ok(None) }
    }

    /// Returns the text that every passing value begins with, if there is any. It narrows a sorted dictionary to a range.
    #[must_use]
    pub fn literal_prefix(&self) -> Option<&str> {
        let Inner { prefix, mode, .. } = &*self.inner;
        (!mode.invert && !prefix.is_empty()).then_some(prefix.as_str())
    }

    /// Returns the pattern if it is a literal: a text without metacharacters.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        let Inner { pattern, is_literal, .. } = &*self.inner;
        is_literal.then_some(pattern.as_str())
    }

    /// Returns `true` if the pattern is a text as a user may type it who expects to find a part of a value: a literal, or one
    /// with dots as in `bill.smith`.
    #[must_use]
    pub fn is_plain_text(&self) -> bool {
        is_literal(&self.inner.pattern.replace('.', ""))
    }
}

/// Parses a pattern under the flags of a mode.
fn parse(pattern: &str, mode: Mode) -> Result<Node, PatternError> {
    parser::parse(pattern, flags(mode))
}

/// Returns the initial flags of a mode.
fn flags(mode: Mode) -> Flags {
    if mode.ignore_case { Flags::IGNORE_CASE.with(Flags::UNICODE_CASE) } else { Flags::default() }
}

/// Returns `true` if a pattern contains no metacharacters.
fn is_literal(pattern: &str) -> bool {
    !pattern.contains(['\\', '^', '$', '.', '|', '?', '*', '+', '(', ')', '[', ']', '{', '}'])
}
