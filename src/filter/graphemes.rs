//! Grapheme clusters, what a user sees as one character, as `\X` and `\b{g}` of Java 17 find them.

use super::generated::graphemes::{GRAPHEMES, GraphemeClass};

impl GraphemeClass {
    /// Returns the class of a code point.
    fn of(code: u32) -> Self {
        let after = GRAPHEMES.partition_point(|range| range.0 <= code);
        let range = GRAPHEMES[..after].last().filter(|range| code <= range.1);
        range.map_or(Self::Other, |range| range.2)
    }

    /// Returns `true` if a character joins the one before it, whatever comes before both.
    fn joins(self, next: Self) -> bool {
        use GraphemeClass::{
            CarriageReturn, Control, Extend, HangulL, HangulLv, HangulLvt, HangulT, HangulV, Joiner,
            LineFeed, Prepend,
        };
        match (self, next) {
            (CarriageReturn, LineFeed) => true,
            (CarriageReturn | LineFeed | Control, _) | (_, CarriageReturn | LineFeed | Control) => false,
            (_, Extend | Joiner)
            | (Prepend, _)
            | (HangulL, HangulL | HangulV | HangulLv | HangulLvt)
            | (HangulV | HangulLv, HangulV | HangulT)
            | (HangulT | HangulLvt, HangulT) => true,
            _ => false,
        }
    }
}

/// A cluster that is read from left to right.
#[derive(Default)]
pub(super) struct Cluster {
    last: Option<GraphemeClass>,
    /// `true` if the cluster starts with a pictograph. Only then does Java join pictographs to it.
    starts_with_pictograph: bool,
    has_single_indicator: bool,
}

impl Cluster {
    /// Adds the next character and returns `true`, or returns `false` if it starts another cluster.
    pub(super) fn extend(&mut self, code: u32) -> bool {
        let class = GraphemeClass::of(code);
        let joins = match (self.last, class) {
            (None, _) => {
                self.starts_with_pictograph = class == GraphemeClass::Pictograph;
                true
            }
            (Some(GraphemeClass::Joiner), GraphemeClass::Pictograph) => self.starts_with_pictograph,
            (Some(GraphemeClass::RegionalIndicator), GraphemeClass::RegionalIndicator) => {
                self.has_single_indicator
            }
            (Some(last), _) => last.joins(class),
        };
        self.has_single_indicator = class == GraphemeClass::RegionalIndicator && !self.has_single_indicator;
        self.last = Some(class);
        joins
    }
}
