//! The power table without a screen: which columns, which lines, what is selected, what is in view.
//!
//! [`PowerTable`] takes what a query selected and what the user does, one [`Action`] at a time, and says what stands
//! where. It knows rows, columns and whole pixels; how any of it looks, and where keys and clicks come from, it does
//! not know.

mod action;
mod arrangement;
mod columns;
mod fit;
mod folded;
mod lines;
mod power_table;
mod row_set;
mod scroll;
mod sessions;

pub use action::{Action, Choose, Side, Step};
pub use arrangement::Arrangement;
pub use columns::{Columns, Setting};
pub use fit::longest;
pub use lines::{Group, Line, Lines};
pub use power_table::PowerTable;
pub use row_set::RowSet;
pub use scroll::{Metrics, Scroll};
pub use sessions::{Cursor, Sessions};
