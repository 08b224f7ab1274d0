//! The command line: options, subcommands and error output.

mod args;
pub mod check;
pub mod demo;
mod exit_status;
pub mod history;
mod report;
mod rows;
pub mod sessions;
mod target;
mod trust_hint;

pub use args::{CheckArgs, CheckFormat, Cli, Command, DemoArgs, SessionsArgs};
pub use exit_status::ExitStatus;
pub use history::{HistoryArgs, HistoryCommand, InfoArgs, PurgeArgs, PurgeWhat};
pub use report::fail;
pub use rows::{FormatArg, KindArg, RowsArgs};
