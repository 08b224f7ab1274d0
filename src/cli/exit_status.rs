//! The exit codes of the program.

use std::process::ExitCode;

/// The outcome of a command, as its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Success.
    Done = 0,
    /// A gateway can't be read, or a file can't be written.
    Failed = 1,
    /// The command line is wrong, for instance because of an invalid pattern.
    Usage = 2,
    /// Some nodes or lists answered and others didn't.
    Partial = 3,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}
