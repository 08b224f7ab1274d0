//! The options of the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::alert::AlertArgs;
use super::history::HistoryArgs;
use super::rows::RowsArgs;
use crate::demo;
use crate::logging::LogLevel;

/// The longest interval between two reads.
const MAX_INTERVAL: Duration = Duration::from_hours(24);
const MAX_TIMEOUT: Duration = Duration::from_hours(24);
/// Maximum number of sessions of the demo gateway, which keeps them in memory.
const MAX_DEMO_SESSIONS: usize = 5_000_000;

/// Show who is logged in on Ignition gateways
#[derive(Debug, Parser)]
#[command(name = "gatewatch", version = crate::version::VERSION)]
pub struct Cli {
    /// The subcommand; the window opens without one.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The gateway to open in the window.
    #[arg(
        help = "Open this gateway: a saved name, an address such as http://host:8088, or `-- demo` for the demo gateway [default: the last one; at the first start the demo gateway]"
    )]
    pub gateway: Option<String>,

    /// Log to standard error: off, error, warn, info, debug or trace, or MODULE=LEVEL[,…]
    #[arg(
        long,
        global = true,
        display_order = 900,
        value_name = "LEVEL",
        env = "GATEWATCH_LOG",
        hide_env_values = true
    )]
    pub log: Option<LogLevel>,

    /// Append the log to this file instead of standard error
    #[arg(long, global = true, display_order = 901, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

impl Cli {
    /// Parses the command line of the process. Exits with a message if it is wrong.
    #[must_use]
    pub fn from_process() -> Self {
        Self::parse().check().unwrap_or_else(|error| error.exit())
    }

    /// Rejects a gateway in front of a subcommand. clap's own check for that also rejects `--log` there.
    fn check(self) -> Result<Self, clap::Error> {
        match (&self.command, &self.gateway) {
            (Some(_), Some(gateway)) => {
                let message = format!("the gateway '{gateway}' cannot be used with a subcommand");
                Err(Self::command().error(ErrorKind::ArgumentConflict, message))
            }
            (Some(Command::History(args)), None) => match args.problem() {
                Some((kind, message)) => Err(Self::history_error(kind, message)),
                None => Ok(self),
            },
            _ => Ok(self),
        }
    }
}

impl Cli {
    /// Returns an error with the usage of `gatewatch history`.
    fn history_error(kind: ErrorKind, message: &str) -> clap::Error {
        let mut command = Self::command();
        command.build();
        match command.find_subcommand_mut("history") {
            Some(history) => history.error(kind, message),
            None => command.error(kind, message),
        }
    }
}

/// A subcommand.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the sessions of a gateway to standard output
    Sessions(SessionsArgs),
    /// Write who was on at a time, or show and maintain what was recorded
    History(HistoryArgs),
    /// Check step by step whether the sessions of a gateway can be read, and what to do if not
    Check(CheckArgs),
    /// Write a line for each session that arrives, leaves or changes, until stopped
    Events(EventsArgs),
    /// Record who is logged in, until stopped
    Record(RecordArgs),
    /// List the alerts, or test one over the recorded history
    Alert(AlertArgs),
    /// Run the demo gateway in the foreground
    Demo(DemoArgs),
    /// Write the completions for a shell to standard output
    Completions(CompletionsArgs),
    /// Write the manual page to standard output
    Man(ManArgs),
}

/// The options of `gatewatch sessions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Credentials are read from the environment: GATEWATCH_USER and GATEWATCH_PASSWORD, or GATEWATCH_TOKEN.
They are sent only to the GATEWAY named on the command line.

Exit codes:
  0  done
  1  a gateway can't be read, or a file can't be written
  2  wrong usage, including an invalid pattern
  3  some nodes or lists answered and others didn't")]
pub struct SessionsArgs {
    /// The gateway to read.
    #[arg(
        help = "Read this gateway: a saved name, an address such as http://host:8088, or `demo` [default: the saved one if there is only one]"
    )]
    pub gateway: Option<String>,

    /// The options that select, sort and write rows.
    #[command(flatten)]
    pub rows: RowsArgs,

    /// Pass the patterns to the gateway instead of filtering here
    #[arg(long)]
    pub ask_gateway: bool,

    /// Give up after this time
    #[arg(long, value_name = "SECONDS", value_parser = parse_timeout, default_value = "10")]
    pub timeout: Duration,
}

/// The options of `gatewatch check`.
#[derive(Args, Debug)]
#[command(after_help = "\
Credentials are read from the environment: GATEWATCH_USER and GATEWATCH_PASSWORD, or GATEWATCH_TOKEN.
They are sent only to the GATEWAY named on the command line, and only in the last two steps.

Steps: address, name, tcp, tls, health, commissioning, redundancy, web-dev, rest, sign-in, sessions.
Outcomes: ok, warning, failed, skipped.

JSON, in one object: version (1), gateway, readable, and nodes, each with url, readable, and steps, each with
step, outcome, message, and advice, which is null if there is nothing to do. Other keys may be added.

Exit codes:
  0  the sessions of all nodes can be read
  1  they can't be read
  2  wrong usage")]
pub struct CheckArgs {
    /// The gateway to check.
    #[arg(
        help = "Check this gateway: a saved name, an address such as http://host:8088, or `demo` [default: the saved one if there is only one]"
    )]
    pub gateway: Option<String>,

    /// Write in this format
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,

    /// Give up a request after this time
    #[arg(long, value_name = "SECONDS", value_parser = parse_timeout, default_value = "10")]
    pub timeout: Duration,
}

/// The output formats of `gatewatch check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// One line per step, written when the step is complete
    Text,
    /// One JSON object, written at the end
    Json,
}

/// The options of `gatewatch events`.
#[derive(Args, Debug)]
#[command(after_help = "\
Credentials are read from the environment: GATEWATCH_USER and GATEWATCH_PASSWORD, or GATEWATCH_TOKEN.
They are sent only to the gateways named on the command line. Without them, saved gateways are read with the
password or token in the keyring.

The sessions of the first read are no events. A gateway that can't be read is no departure: its sessions leave when
they are missing in the next read. Standard error says which gateways can't be read at the start, and which kinds of
sessions a gateway doesn't list.

JSON, one object per line; other keys may be added:
  v            1, the version of this format
  time         when it was noticed, by this machine's clock: RFC 3339 in UTC with milliseconds, as all times
  type         arrived, left, changed, unreachable, back, restarted
  gateway      the saved name or the address
  node         the address of the node
arrived, left, changed:
  username, project, address, isDesigner, clientId, creationTime, kind
               the session, null where unknown; creationTime is by the gateway's clock
left:
  lastSeen     when it was listed last
  durationMs   from its creation, or else its first read, to lastSeen
  gap          true if the node wasn't read all the time after lastSeen: it may have left long before
changed:
  changes      an object of the fields that differ, each with before and after
unreachable: the node can't be read, or needs another login
  error        the reason, once for each outage
back:
  durationMs   since the first read that failed
restarted:
  since        the first sign that the gateway was restarted

Exit codes:
  0  stopped by Ctrl+C, SIGTERM or, on Linux, SIGHUP, or by the reader of a pipe
  1  the settings can't be read, or the output not be written
  2  wrong usage")]
pub struct EventsArgs {
    /// The gateways to read.
    #[arg(
        value_name = "GATEWAY",
        help = "Read these gateways: saved names, addresses such as http://host:8088, or `demo` [default: all saved ones]"
    )]
    pub gateways: Vec<String>,

    /// Read each node at this interval
    #[arg(long, value_name = "SECONDS", value_parser = parse_interval, default_value = "5")]
    pub every: Duration,

    /// Write in this format
    #[arg(long, value_enum, default_value_t = EventsFormat::Text)]
    pub format: EventsFormat,
}

/// The output formats of `gatewatch events`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EventsFormat {
    /// Aligned text, in local time
    Text,
    /// One JSON object per line
    Json,
}

/// The options of `gatewatch record`.
#[derive(Args, Debug)]
#[command(after_help = "\
Credentials are read from the environment: GATEWATCH_USER and GATEWATCH_PASSWORD, or GATEWATCH_TOKEN.
They are sent only to a GATEWAY named on the command line. Others are read with the logins that the window saved in the keyring.

The alerts of [[alert]] in config.toml are evaluated meanwhile: see `gatewatch alert`.

The history is in the data folder, or where [history] in config.toml says. Problems are written to standard error, and
recording goes on.

Exit codes:
  0  stopped by Ctrl+C, SIGTERM or, on Linux, SIGHUP
  1  the settings can't be read, or recording is switched off
  2  wrong usage")]
pub struct RecordArgs {
    /// The gateways to record.
    #[arg(
        value_name = "GATEWAY",
        help = "Record these gateways: saved names, addresses such as http://host:8088, or `demo` [default: all saved ones]"
    )]
    pub gateways: Vec<String>,

    /// Read each node at this interval
    #[arg(long, value_name = "SECONDS", value_parser = parse_interval, default_value = "5")]
    pub every: Duration,
}

/// The options of `gatewatch demo`.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// Listen on this address; port 0 picks a free port
    #[arg(long, value_name = "HOST:PORT", value_parser = parse_listen_address, default_value = demo::DEFAULT_LISTEN)]
    pub listen: String,

    /// Generate the sessions from this number; the same number gives the same sessions
    #[arg(long, value_name = "N", default_value_t = demo::DEFAULT_SEED)]
    pub seed: u64,

    /// Keep the sessions as they are: no one logs in or out
    #[arg(long)]
    pub still: bool,

    /// Start with this number of Vision clients and Designers; Perspective sessions are added to it
    #[arg(long, value_name = "N", value_parser = parse_session_count, default_value_t = demo::DEFAULT_SESSIONS)]
    pub sessions: usize,

    /// Require this user and password for the Web Dev resource
    #[arg(long, value_name = "USER:PASSWORD")]
    pub require_basic: Option<demo::Basic>,

    /// Require this API token under /data
    #[arg(long, value_name = "NAME:KEY")]
    pub require_token: Option<demo::Token>,
}

/// The options of `gatewatch completions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Where shells look for them:
  bash        ~/.local/share/bash-completion/completions/gatewatch
  zsh         a file _gatewatch in a folder of $fpath
  fish        ~/.config/fish/completions/gatewatch.fish
  powershell  add to $PROFILE: gatewatch completions powershell | Out-String | Invoke-Expression")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// The options of `gatewatch man`.
#[derive(Args, Debug)]
#[command(after_help = "\
To read a page: gatewatch man sessions | man -l -")]
pub struct ManArgs {
    /// The page of this subcommand, such as `sessions` or `history info` [default: the page of the program]
    #[arg(conflicts_with = "folder")]
    pub command: Vec<String>,

    /// Write all pages into this folder instead, such as ~/.local/share/man/man1
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

/// Accepts HOST:PORT; an IPv6 address has to be in brackets.
fn parse_listen_address(text: &str) -> Result<String, String> {
    let is_valid = text.rsplit_once(':').is_some_and(|(host, port)| {
        let is_host = !host.is_empty() && (!host.contains(':') || host.starts_with('['));
        is_host && port.parse::<u16>().is_ok()
    });
    is_valid.then(|| text.to_owned()).ok_or_else(|| "expected HOST:PORT, such as 127.0.0.1:8088".to_owned())
}

fn parse_session_count(text: &str) -> Result<usize, String> {
    let count: Option<usize> = text.parse().ok();
    count
        .filter(|count| *count <= MAX_DEMO_SESSIONS)
        .ok_or_else(|| format!("expected a number from 0 to {MAX_DEMO_SESSIONS}"))
}

fn parse_interval(text: &str) -> Result<Duration, String> {
    let interval = text.parse().ok().map(Duration::from_secs);
    interval
        .filter(|interval| !interval.is_zero() && *interval <= MAX_INTERVAL)
        .ok_or_else(|| format!("expected whole seconds from 1 to {}", MAX_INTERVAL.as_secs()))
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    let timeout = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    timeout
        .filter(|timeout| !timeout.is_zero() && *timeout <= MAX_TIMEOUT)
        .ok_or_else(|| format!("expected seconds above 0, up to {}", MAX_TIMEOUT.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(["gatewatch"].iter().chain(args)).and_then(Cli::check)
    }

    #[test]
    fn accepts_global_options_before_and_after_subcommands() {
        for args in [
            ["--log", "debug", "sessions", "demo"],
            ["sessions", "--log", "debug", "demo"],
            ["sessions", "demo", "--log-file", "x.log"],
            ["--log-file", "x.log", "sessions", "demo"],
        ] {
            let cli = parse(&args).unwrap();
            assert!(cli.log.is_some() || cli.log_file.is_some(), "{args:?}");
            let Some(Command::Sessions(SessionsArgs { gateway, .. })) = cli.command else {
                panic!("no subcommand in {args:?}")
            };
            assert_eq!(gateway.as_deref(), Some("demo"), "{args:?}");
        }
    }

    #[test]
    fn rejects_a_gateway_before_a_subcommand() {
        let error = parse(&["http://host:8088", "sessions"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ArgumentConflict);
    }

    #[test]
    fn history_needs_a_time_or_a_subcommand() {
        let kind =
            |args: &[&str]| parse(&[&["history"], args].concat()).map(drop).map_err(|error| error.kind());
        for args in [
            &["--at", "-2h"][..],
            &["North", "--at", "yesterday 14:05", "--utc", "--username", "bi.*", "--format", "json"],
            &["--from", "-1d", "--to", "-1h30m", "North"],
            &["--from", "2026-11-24"],
            &["info", "--utc"],
            &["--log", "debug", "check"],
            &["purge", "--before", "-90d"],
            &["purge", "--username", "billy"],
        ] {
            assert_eq!(kind(args), Ok(()), "{args:?}");
        }
        for (args, expected) in [
            (&[][..], ErrorKind::MissingRequiredArgument),
            (&["North"], ErrorKind::MissingRequiredArgument),
            (&["--to", "-1h"], ErrorKind::MissingRequiredArgument),
            (&["--at", "-2h", "--from", "-3h"], ErrorKind::ArgumentConflict),
            (&["--at", "-2h", "--to", "-3h"], ErrorKind::ArgumentConflict),
            (&["--at", "-2h", "info"], ErrorKind::ArgumentConflict),
            (&["--count", "check"], ErrorKind::ArgumentConflict),
            (&["purge"], ErrorKind::MissingRequiredArgument),
            (&["purge", "--before", "-90d", "--username", "billy"], ErrorKind::ArgumentConflict),
        ] {
            assert_eq!(kind(args), Err(expected), "{args:?}");
        }
    }

    #[test]
    fn clap_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn gateway_without_subcommand_opens_window() {
        for (args, gateway) in [(&["http://host:8088"][..], "http://host:8088"), (&["--", "demo"], "demo")] {
            let cli = Cli::try_parse_from([&["gatewatch"], args].concat()).unwrap();
            assert!(cli.command.is_none(), "{args:?}");
            assert_eq!(cli.gateway.as_deref(), Some(gateway));
        }
    }

    #[test]
    fn parses_timeouts() {
        assert_eq!(parse_timeout("2.5"), Ok(Duration::from_millis(2500)));
        for invalid in ["0", "-1", "soon", "NaN", "1e300", "86401"] {
            assert!(parse_timeout(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn parses_intervals() {
        assert_eq!(parse_interval("1"), Ok(Duration::from_secs(1)));
        assert_eq!(parse_interval("86400"), Ok(Duration::from_hours(24)));
        for invalid in ["0", "-1", "0.5", "5s", "86401", ""] {
            assert!(parse_interval(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn parses_listen_addresses() {
        for valid in ["127.0.0.1:0", "localhost:8088", "[::1]:8088"] {
            assert_eq!(parse_listen_address(valid).as_deref(), Ok(valid));
        }
        for invalid in ["foo", "127.0.0.1", "127.0.0.1:99999", ":8088", "::1:x", "::1"] {
            assert!(parse_listen_address(invalid).is_err(), "{invalid}");
        }
    }
}
