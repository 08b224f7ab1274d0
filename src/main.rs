//! Reads the command line and opens one of three doors: the window, `sessions`, `demo`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use gatewatch::cli::sessions::{self, Done};
use gatewatch::cli::{Cli, Command, DemoArgs};
use gatewatch::{demo, logging, ui};

/// A gateway could not be read, or a file not be written.
const FAILED: u8 = 1;
/// The command was used wrongly.
const USAGE: u8 = 2;
/// Some nodes answered, others did not.
const PARTLY: u8 = 3;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let _log = match logging::start(cli.log, cli.log_file.as_deref()) {
        Ok(lines) => lines,
        Err(error) => return fail(&error, FAILED),
    };
    match cli.command {
        None => match ui::run(cli.gateway.as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, if error.is_usage() { USAGE } else { FAILED }),
        },
        Some(Command::Sessions(args)) => match sessions::run(&args, &mut |line| say(line)) {
            Ok(Done::All) => ExitCode::SUCCESS,
            Ok(Done::Partly) => ExitCode::from(PARTLY),
            Err(error) => fail(&error, if error.is_usage() { USAGE } else { FAILED }),
        },
        Some(Command::Demo(args)) => match run_demo(args) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, FAILED),
        },
    }
}

fn run_demo(args: DemoArgs) -> Result<(), demo::DemoError> {
    let DemoArgs { listen, seed, still, sessions, require_basic, require_token } = args;
    let options = demo::Options { listen, seed, sessions, still, require_basic, require_token };
    // One line, so that a script can wait for it and read the port from it.
    demo::run(options, |url| {
        let mut out = io::stdout().lock();
        writeln!(out, "{url}")?;
        out.flush()
    })
}

fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    say(&error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        say(&format!("  caused by: {error}"));
        cause = error.source();
    }
    ExitCode::from(code)
}

/// A line on standard error, as every program of this kind writes it.
fn say(lines: &str) {
    for line in lines.lines() {
        // A gateway's own words may hold what a terminal would obey.
        let harmless = line.replace(char::is_control, "\u{fffd}");
        // Where nobody reads it, nobody misses it.
        let _unread = writeln!(io::stderr(), "gatewatch: {harmless}");
    }
}
