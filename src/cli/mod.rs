//! The command line: options, subcommands and error output.

pub mod alert;
mod args;
pub mod check;
pub mod demo;
pub mod events;
mod exit_status;
pub mod history;
mod node_error;
pub mod record;
mod report;
mod rows;
mod saved_logins;
pub mod sessions;
pub mod shell;
mod stoppable;
mod target;
mod trust_hint;

pub use alert::{AlertArgs, AlertCommand, AlertTestArgs, AlertTestFormat};
pub use args::{
    CheckArgs, CheckFormat, Cli, Command, CompletionsArgs, DemoArgs, EventsArgs, EventsFormat, ManArgs,
    RecordArgs, SessionsArgs,
};
pub use exit_status::ExitStatus;
pub use history::{CopyArgs, HistoryArgs, HistoryCommand, InfoArgs, PurgeArgs, PurgeWhat};
pub use report::fail;
pub use rows::{FormatArg, KindArg, RowsArgs};
