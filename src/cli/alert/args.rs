//! The options of `gatewatch alert`.

use clap::{Args, Subcommand, ValueEnum};

/// The options of `gatewatch alert`.
#[derive(Args, Debug)]
#[command(after_help = "\
Alerts are [[alert]] tables in config.toml. They are evaluated by the window and by `gatewatch record`.

Exit codes:
  0  done
  1  an alert or another setting is invalid, or the settings or the history can't be read
  2  wrong usage, including an unknown alert and one that the history can't answer")]
pub struct AlertArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: AlertCommand,
}

/// A subcommand of `gatewatch alert`.
#[derive(Debug, Subcommand)]
pub enum AlertCommand {
    /// List the alerts, and what is wrong with those that are left out
    List,
    /// Write what an alert would have sent over the recorded history, without sending it
    Test(AlertTestArgs),
}

/// The options of `gatewatch alert test`.
#[derive(Args, Debug)]
#[command(after_help = "\
TIME: as for `gatewatch history`, such as -7d, yesterday, \"2026-11-24 14:05\" or 2026-11-24T14:05:00Z.

The history is looked at each minute, in ranges of more than a month less often, whenever a session begins or ends, and
when something has lasted for as long as the alert says.
It has no last communications and no certificates.

With --format json, each line is what the command of the alert would get. To try a command:
  gatewatch alert test NAME --from -1d --format json | tail -n 1 | COMMAND")]
pub struct AlertTestArgs {
    /// The name of the alert
    pub name: String,

    /// Begin at this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: String,

    /// End at this time [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,

    /// Read and show times without an offset as UTC
    #[arg(long)]
    pub utc: bool,

    /// Write in this format
    #[arg(long, value_enum, default_value_t = AlertTestFormat::Text)]
    pub format: AlertTestFormat,
}

/// The output formats of `gatewatch alert test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AlertTestFormat {
    /// One line per alert, with its time
    Text,
    /// One JSON object per line
    Json,
}
