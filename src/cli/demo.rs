//! `gatewatch demo`: the demo gateway alone, in the foreground.

use std::io::{self, Write as _};

use super::{DemoArgs, ExitStatus, fail};
use crate::demo::{Options, run as serve};

/// Serves until Ctrl+C.
///
/// The first line on standard output is the address, so that a script can wait for it and read the port from it.
#[must_use]
pub fn run(args: DemoArgs) -> ExitStatus {
    let DemoArgs { listen, seed, still, sessions, require_basic, require_token } = args;
    let options = Options { listen, seed, sessions, still, require_basic, require_token };
    let print_url = |url: &str| {
        let mut out = io::stdout().lock();
        writeln!(out, "{url}")?;
        out.flush()
    };
    match serve(options, print_url) {
        Ok(()) => ExitStatus::Done,
        Err(error) => fail(&error, ExitStatus::Failed),
    }
}
