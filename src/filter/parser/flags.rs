//! The flags of a pattern, such as `(?i)`.

use super::super::ast::LineTerminators;

bitflags::bitflags! {
    /// A set of flags.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub(in crate::filter) struct Flags: u8 {
        const IGNORE_CASE = 1;
        const MULTILINE = 1 << 1;
        const DOT_ALL = 1 << 2;
        const UNICODE_CASE = 1 << 3;
        const COMMENTS = 1 << 4;
        const UNIX_LINES = 1 << 5;
        const UNICODE_CLASS = 1 << 6;
        const CANONICAL = 1 << 7;
    }
}

impl Flags {
    pub(super) fn line_terminators(self) -> LineTerminators {
        if self.contains(Self::UNIX_LINES) { LineTerminators::Unix } else { LineTerminators::Java }
    }
}
