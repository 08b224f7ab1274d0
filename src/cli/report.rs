//! Prints warnings and errors to standard error, with the chain of causes.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::iter;

use super::ExitStatus;
use crate::sanitize::sanitize;

/// Prints an error with its causes, and returns the exit status.
pub fn fail(error: &dyn Error, status: ExitStatus) -> ExitStatus {
    report(error, None);
    status
}

/// Prints an error with its causes, followed by a hint that only makes sense on a command line.
pub(super) fn report(error: &dyn Error, hint: Option<&str>) {
    // Nothing can be reported if standard error fails.
    let _unwritten = io::stderr().write_all(chain(error, hint).as_bytes());
}

/// Prints a line that is neither an error nor part of the output.
pub(super) fn note(text: &str) {
    // Nothing can be reported if standard error fails.
    let _unwritten = io::stderr().write_all(message(text).as_bytes());
}

fn message(text: &str) -> String {
    let mut lines = String::from("gatewatch: ");
    push_sanitized(&mut lines, text);
    lines
}

fn chain(error: &dyn Error, hint: Option<&str>) -> String {
    let mut lines = message(&error.to_string());
    for cause in iter::successors(error.source(), |cause| (*cause).source()) {
        lines.push_str("  caused by: ");
        push_sanitized(&mut lines, &cause.to_string());
    }
    if let Some(hint) = hint {
        lines.push_str("  hint: ");
        push_sanitized(&mut lines, hint);
    }
    lines
}

/// Adds a text that may have several lines, such as a parser's error with its excerpt.
fn push_sanitized(lines: &mut String, text: &str) {
    let mut parts = text.lines();
    let first = parts.next().unwrap_or_default();
    let _infallible = writeln!(lines, "{}", sanitize(first));
    for part in parts {
        let _infallible = writeln!(lines, "    {}", sanitize(part));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("Can't read \u{1b}[2Jthe file")]
    struct Outer(#[source] io::Error);

    #[test]
    fn prints_sanitized_chain_and_hint() {
        let error = Outer(io::Error::other("line 1\n  ^ here"));
        assert_eq!(
            chain(&error, Some("fix it")),
            "gatewatch: Can't read \u{fffd}[2Jthe file\n  caused by: line 1\n      ^ here\n  hint: fix it\n"
        );
        assert_eq!(message(""), "gatewatch: \n");
    }
}
