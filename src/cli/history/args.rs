//! The options of `gatewatch history`.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::{FormatArg, RowsArgs};
use crate::export::Delimiter;

/// The options of `gatewatch history`.
#[derive(Args, Debug)]
#[command(after_help = "\
TIME: 14:05, \"yesterday 14:05\", \"2026-11-24 14:05\", 2026-11-24 or yesterday for the start of the day, -2h or -1h30m for
that long ago, now, or RFC 3339 such as 2026-11-24T14:05:00Z. Without an offset it is in local time, or in UTC with --utc.
When clocks go back, a time occurs twice: the first one is used, for --to the second one.

Columns: username, project, address, isDesigner, clientId, creationTime, gateway, kind, firstSeen, lastSeen, missedAt, state.
A session was on from firstSeen to lastSeen at least, and was missed at missedAt.

States with --at:
  seen          the gateway was watched at that time
  proved        the same session was there before and after a gap, or it had begun by its creation time and was listed later
  possible      the time lies between lastSeen and missedAt

States with --from:
  present       on at the end of what is known
  left          missed by the next read
  left-between  missed after a gap, so it left between lastSeen and missedAt
  unknown       not watched since lastSeen

What was not watched is reported on standard error.

Exit codes:
  0  done
  1  the history can't be read or changed, a file can't be written, or `check` found problems
  2  wrong usage, including an invalid time or pattern")]
pub struct HistoryArgs {
    /// The subcommand; without one, sessions are written.
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,

    /// The gateway to ask for.
    #[arg(
        help = "Only sessions of this gateway: its name, or the address of one of its nodes [default: all recorded ones]"
    )]
    pub gateway: Option<String>,

    /// Write who was on at this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["from", "to"])]
    pub at: Option<String>,

    /// Write who was on at any time since this one
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,

    /// Write who was on up to this time [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, requires = "from")]
    pub to: Option<String>,

    /// Read and show times without an offset as UTC
    #[arg(long)]
    pub utc: bool,

    /// The options that select, sort and write rows.
    #[command(flatten)]
    pub rows: RowsArgs,
}

/// A subcommand of `gatewatch history`.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Show where the history is stored, how large it is, and since when each gateway is recorded
    Info(InfoArgs),
    /// Write the largest number of sessions at once on each day, such as to compare it with a license
    Peaks(PeaksArgs),
    /// Check the history for damage
    Check,
    /// Remove sessions for good
    Purge(PurgeArgs),
    /// Copy everything into another history; what is there already stays, so it can be repeated
    Copy(CopyArgs),
    /// Store the password of the PostgreSQL database in the keyring; it is prompted for, or read from standard input
    Password(PasswordArgs),
}

/// The options of `gatewatch history info`.
#[derive(Args, Debug)]
pub struct InfoArgs {
    /// Show times in UTC
    #[arg(long)]
    pub utc: bool,
}

/// The options of `gatewatch history peaks`.
#[derive(Args, Debug)]
#[command(after_help = "\
Columns: day, gateway, kind, project, peak, isMinimum, peakTime, limit, overLimit, watched, unwatchedSeconds.
Days are those of local time, or of UTC with --utc. peakTime is the first time with this number of sessions.

Only sessions that were on for certain count. On a day that was not watched in full (watched is `partly` or `never`), there may
have been more: isMinimum is true, and unwatchedSeconds is how long a node or a kind of sessions was not watched.

Limits are client_limit, designer_limit and perspective_limit of a [[profile]] in config.toml. They are written with --by gateway,
and with --by kind for one gateway.

Exit codes:
  0  done
  1  the history can't be read, or a file can't be written
  2  wrong usage, including an invalid time")]
pub struct PeaksArgs {
    /// The gateway to ask for.
    #[arg(
        help = "Only sessions of this gateway: its name, or the address of one of its nodes [default: all recorded ones together]"
    )]
    pub gateway: Option<String>,

    /// Begin with the day of this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, default_value = "-29d")]
    pub from: String,

    /// End with the day of this time [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,

    /// Write a row for each kind, each project, or each kind on each gateway
    #[arg(long, value_enum, value_name = "WHAT")]
    pub by: Option<PeaksByArg>,

    /// Read times without an offset, and count days, in UTC
    #[arg(long)]
    pub utc: bool,

    /// Write in this format
    #[arg(long, value_enum, default_value_t = FormatArg::Csv)]
    pub format: FormatArg,

    /// Write to this file instead of standard output, which is also `-`; a file is replaced only when complete
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Write CSV for spreadsheets: add a byte-order mark, and an apostrophe before text that would run as a formula
    #[arg(long)]
    pub excel: bool,

    /// Put this character between the fields of CSV: one such as ; or |, or `tab` [default: ,]
    #[arg(long, value_name = "CHARACTER")]
    pub delimiter: Option<Delimiter>,
}

/// The grouping of the rows of `gatewatch history peaks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PeaksByArg {
    /// A kind: Vision, Designer, Perspective
    Kind,
    /// A project that had sessions
    Project,
    /// A kind on a gateway
    Gateway,
}

/// The options of `gatewatch history purge`.
#[derive(Args, Debug)]
pub struct PurgeArgs {
    /// The sessions to remove.
    #[command(flatten)]
    pub what: PurgeWhat,

    /// Read the time as UTC if it has no offset
    #[arg(long)]
    pub utc: bool,
}

/// The sessions that `gatewatch history purge` removes.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct PurgeWhat {
    /// Remove the sessions that ended before this time, such as 2026-11-24 or -90d
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub before: Option<String>,

    /// Remove all sessions of the user with exactly this name, which is no pattern
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
}

/// The options of `gatewatch history copy`.
#[derive(Args, Debug)]
pub struct CopyArgs {
    /// The target.
    #[arg(
        long,
        value_name = "URL",
        help = "Copy into this database, such as postgres://user@host/database, or into this file, which is created if it is missing"
    )]
    pub to: String,
}

/// The options of `gatewatch history password`.
#[derive(Args, Debug)]
pub struct PasswordArgs {
    /// Remove the password from the keyring instead
    #[arg(long)]
    pub remove: bool,
}

impl HistoryArgs {
    /// Returns what is wrong with the combination of options. clap's own check for options in front of a subcommand also
    /// rejects `--log` there.
    pub(in crate::cli) fn problem(&self) -> Option<(ErrorKind, &'static str)> {
        let Self { command, gateway, at, from, to, utc, rows } = self;
        let has_options = gateway.is_some() || at.is_some() || from.is_some() || to.is_some() || *utc;
        match command {
            Some(_) if has_options || *rows != RowsArgs::default() => Some((
                ErrorKind::ArgumentConflict,
                "a gateway and options cannot be used in front of info, peaks, check, purge, copy and password",
            )),
            None if at.is_none() && from.is_none() => Some((
                ErrorKind::MissingRequiredArgument,
                "--at TIME or --from TIME is missing, such as --at \"yesterday 14:05\" or --from -2h",
            )),
            _ => None,
        }
    }
}
