//! The power table without a screen: which columns, which lines, what is selected, what is in view.
//!
//! [`PowerTable`] takes what a query selected and what the user does, one [`Action`] at a time, and says what stands
//! where. It knows rows, columns and whole pixels; how any of it looks, and where keys and clicks come from, it does
//! not know.

mod action;
mod auto_width;
mod collapsed_groups;
mod columns;
mod layout;
mod lines;
mod power_table;
mod row_set;
mod scroll;
mod sessions;

pub use action::{Action, SelectMode, Side, Step};
pub use auto_width::longest;
pub use columns::{Columns, Setting};
pub use layout::Layout;
pub use lines::{Group, Line, Lines};
pub use power_table::PowerTable;
pub use row_set::RowSet;
pub use scroll::{Metrics, Scroll};
pub use sessions::{Cursor, Sessions};
