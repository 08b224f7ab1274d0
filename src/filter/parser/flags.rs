//! The flags of a pattern, such as `(?i)`.

use super::super::ast::LineTerminators;

/// A set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::filter) struct Flags(u8);

impl Flags {
    pub(in crate::filter) const IGNORE_CASE: Self = Self(1);
    pub(in crate::filter) const MULTILINE: Self = Self(2);
    pub(in crate::filter) const DOT_ALL: Self = Self(4);
    pub(in crate::filter) const UNICODE_CASE: Self = Self(8);
    pub(in crate::filter) const COMMENTS: Self = Self(16);
    pub(in crate::filter) const UNIX_LINES: Self = Self(32);
    pub(in crate::filter) const UNICODE_CLASS: Self = Self(64);
    pub(in crate::filter) const CANONICAL: Self = Self(128);

    pub(in crate::filter) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(super) fn line_terminators(self) -> LineTerminators {
        if self.has(Self::UNIX_LINES) { LineTerminators::Unix } else { LineTerminators::Java }
    }

    pub(in crate::filter) fn with(self, flag: Self) -> Self {
        Self(self.0 | flag.0)
    }

    pub(in crate::filter) fn without(self, flag: Self) -> Self {
        Self(self.0 & !flag.0)
    }
}
