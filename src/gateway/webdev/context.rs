//! The state that all levels of the parser share.

use super::WebDevError;

/// The form in which cells are parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CellForm {
    /// Values of their types.
    Value,
    /// Raw JSON first, which can hold any number.
    Raw,
}

/// The state that all levels of the parser share.
pub(super) struct Context {
    pub(super) form: CellForm,
    /// The number of replaced values so far.
    pub(super) replaced: usize,
    /// The error that stopped the parser, because serde's errors only hold text.
    pub(super) error: Option<WebDevError>,
}
