//! The grid's state without a screen: columns, lines, selection, scroll position.
//!
//! [`PowerTable`] takes query results and the user's [`Action`]s, and provides the content of each line. It doesn't depend
//! on painting or input devices, and measures in whole pixels.

mod action;
mod activity_tab;
mod arrivals;
mod auto_width;
mod collapsed_groups;
mod columns;
mod cursor;
mod day;
mod departures;
mod layout;
mod lines;
mod power_table;
mod scroll;
mod timeline_span;

pub use action::{Action, Direction, Motion, SelectMode, Step};
pub use activity_tab::ActivityTab;
pub use arrivals::OutdatedLists;
pub use auto_width::longest_values;
pub use columns::{ColumnLayout, Columns};
pub use cursor::Cursor;
pub use day::Day;
pub use departures::LeftSession;
pub use layout::{Density, Layout};
pub use lines::{Group, Line, Lines};
pub use power_table::{Details, MARK_TIME, OtherSessions, PowerTable, ResultContext};
pub use scroll::{Metrics, Scroll};
pub use timeline_span::TimelineSpan;
