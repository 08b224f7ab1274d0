//! The command line as a type.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::logging::LogLevel;
use crate::query::SortKey;

pub mod sessions;

/// A day; whoever waits longer waits for nothing.
const LONGEST_TIMEOUT: Duration = Duration::from_hours(24);
/// The most people that a demo plant employs: they all have to fit into memory.
const MOST_SESSIONS: usize = 5_000_000;

/// Who is logged in on your Ignition gateways, right now
#[derive(Debug, Parser)]
#[command(name = "gatewatch", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// Without one of these, the window opens.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// A saved gateway's name, or an address such as <http://host:8088> [default: the last one, at the very first start
    /// the demo gateway]
    pub gateway: Option<String>,

    /// Log to standard error: off, error, warn, info, debug or trace, or MODULE=LEVEL[,…]
    #[arg(long, global = true, value_name = "LEVEL", env = "GATEWATCH_LOG")]
    pub log: Option<LogLevel>,

    /// Append the log to this file instead of standard error
    #[arg(long, global = true, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

/// What to do instead of opening the window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the sessions to standard output, without a window
    Sessions(SessionsArgs),
    /// Run the demo gateway alone, in the foreground
    Demo(DemoArgs),
}

/// The options of `gatewatch sessions`.
#[derive(Args, Debug)]
#[command(
    after_help = "Credentials come from the environment: GATEWATCH_USER and GATEWATCH_PASSWORD, or GATEWATCH_TOKEN.\n\n\
    Exit codes: 0 done; 1 a gateway could not be read or a file not be written; 2 wrong usage or a wrong pattern;\n\
    3 some nodes answered and others did not."
)]
pub struct SessionsArgs {
    /// A saved gateway's name, or an address such as <http://host:8088> [default: the last one; the demo gateway if none
    /// is saved]
    pub gateway: Option<String>,

    /// Only usernames that this pattern matches as a whole (java.util.regex)
    #[arg(long, value_name = "REGEX")]
    pub username: Option<String>,

    /// Only projects that this pattern matches as a whole (java.util.regex)
    #[arg(long, value_name = "REGEX")]
    pub project: Option<String>,

    /// Sort by these columns, each ascending unless :desc follows; unknown values come last
    #[arg(long, value_name = "COLUMN[:desc][,…]", value_delimiter = ',')]
    pub sort: Vec<SortKey>,

    /// How to write the sessions
    #[arg(long, value_enum, default_value_t = FormatArg::Csv)]
    pub format: FormatArg,

    /// Write to this file instead of standard output; it appears whole or not at all
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Let the gateway apply the filters, instead of reading all sessions and filtering here
    #[arg(long)]
    pub ask_gateway: bool,

    /// Write only how many sessions there are
    #[arg(long)]
    pub count: bool,

    /// CSV for a spreadsheet: with a byte-order mark, and with an apostrophe before what would run as a formula
    #[arg(long)]
    pub excel: bool,

    /// How long the whole read of a gateway may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub timeout: Duration,
}

/// How `gatewatch sessions` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// Comma-separated values, RFC 4180
    Csv,
    /// A list of objects, one per line
    Json,
    /// Aligned text
    Table,
}

/// The options of `gatewatch demo`.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "HOST:PORT", value_parser = listen_address, default_value = crate::demo::DEFAULT_LISTEN)]
    pub listen: String,

    /// The same number gives the same plant
    #[arg(long, value_name = "N", default_value_t = crate::demo::DEFAULT_SEED)]
    pub seed: u64,

    /// Nobody comes or goes
    #[arg(long)]
    pub still: bool,

    /// How many Vision clients and designers are logged in; Perspective sessions come on top
    #[arg(long, value_name = "N", value_parser = session_count, default_value_t = crate::demo::DEFAULT_SESSIONS)]
    pub sessions: usize,

    /// Ask for this user and password before giving sessions
    #[arg(long, value_name = "USER:PASSWORD")]
    pub require_basic: Option<crate::demo::Basic>,

    /// Ask for this API token before answering under /data
    #[arg(long, value_name = "NAME:KEY")]
    pub require_token: Option<crate::demo::Token>,
}

/// HOST:PORT; an IPv6 address stands in brackets.
fn listen_address(text: &str) -> Result<String, String> {
    let whole = text.rsplit_once(':').is_some_and(|(host, port)| {
        let host_is_one = !host.is_empty() && (!host.contains(':') || host.starts_with('['));
        host_is_one && port.parse::<u16>().is_ok()
    });
    whole.then(|| text.to_owned()).ok_or_else(|| "HOST:PORT belongs here, such as 127.0.0.1:8088".to_owned())
}

fn session_count(text: &str) -> Result<usize, String> {
    let count: Option<usize> = text.parse().ok();
    count
        .filter(|count| *count <= MOST_SESSIONS)
        .ok_or_else(|| format!("a number from 0 to {MOST_SESSIONS} belongs here"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.filter(|duration| !duration.is_zero() && *duration <= LONGEST_TIMEOUT).ok_or_else(|| {
        format!("a number of seconds above 0 belongs here, up to {}", LONGEST_TIMEOUT.as_secs())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_gateway_alone_opens_the_window() {
        let cli = Cli::try_parse_from(["gatewatch", "http://host:8088"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.gateway.as_deref(), Some("http://host:8088"));
    }

    #[test]
    fn a_time_limit_is_a_number_above_zero() {
        assert_eq!(seconds("2.5"), Ok(Duration::from_millis(2500)));
        for wrong in ["0", "-1", "soon", "NaN", "1e300", "86401"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn where_to_listen_is_a_host_and_a_port() {
        for right in ["127.0.0.1:0", "localhost:8088", "[::1]:8088"] {
            assert_eq!(listen_address(right).as_deref(), Ok(right));
        }
        for wrong in ["foo", "127.0.0.1", "127.0.0.1:99999", ":8088", "::1:x", "::1"] {
            assert!(listen_address(wrong).is_err(), "{wrong}");
        }
    }
}
