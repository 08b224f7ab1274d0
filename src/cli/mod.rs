//! The command line: options, subcommands and error output.

mod args;
pub mod demo;
mod exit_status;
mod report;
pub mod sessions;

pub use args::{Cli, Command, DemoArgs, FormatArg, KindArg, SessionsArgs};
pub use exit_status::ExitStatus;
pub use report::fail;
