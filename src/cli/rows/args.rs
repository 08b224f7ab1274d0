//! The options that select, sort and write rows.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::export::Delimiter;
use crate::query::SortKey;

/// The options that select, sort and write rows.
#[derive(Args, Debug, Default, PartialEq, Eq)]
pub struct RowsArgs {
    /// Only usernames that fully match this java.util.regex pattern
    #[arg(long, value_name = "REGEX")]
    pub username: Option<String>,

    /// Only projects that fully match this java.util.regex pattern
    #[arg(long, value_name = "REGEX")]
    pub project: Option<String>,

    /// Only sessions of this kind; can be given several times
    #[arg(long, value_enum, value_name = "KIND[,…]", value_delimiter = ',')]
    pub kind: Vec<KindArg>,

    /// Sort by these columns, ascending unless followed by :desc; null comes last
    #[arg(long, value_name = "COLUMN[:desc][,…]", value_delimiter = ',')]
    pub sort: Vec<SortKey>,

    /// Write in this format
    #[arg(long, value_enum, default_value_t = FormatArg::Csv)]
    pub format: FormatArg,

    /// Write to this file instead of standard output, which is also `-`; a file is replaced only when complete
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Write only the number of sessions
    #[arg(long)]
    pub count: bool,

    /// Write CSV for spreadsheets: add a byte-order mark, and an apostrophe before text that would run as a formula
    #[arg(long)]
    pub excel: bool,

    /// Put this character between the fields of CSV: one such as ; or |, or `tab` [default: ,]
    #[arg(long, value_name = "CHARACTER")]
    pub delimiter: Option<Delimiter>,
}

/// The formats of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// Comma-separated values (RFC 4180)
    #[default]
    Csv,
    /// A JSON array with one object per line
    Json,
    /// Aligned text
    Table,
}

/// The kinds of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// Vision clients
    Client,
    /// Designers
    Designer,
    /// Perspective sessions, also those inside a Designer
    Perspective,
}

impl RowsArgs {
    /// Returns the pattern for usernames. An empty one is no filter, as in the window.
    pub(in crate::cli) fn username_pattern(&self) -> Option<&str> {
        self.username.as_deref().filter(|pattern| !pattern.is_empty())
    }

    /// Returns the pattern for projects. An empty one is no filter, as in the window.
    pub(in crate::cli) fn project_pattern(&self) -> Option<&str> {
        self.project.as_deref().filter(|pattern| !pattern.is_empty())
    }
}
