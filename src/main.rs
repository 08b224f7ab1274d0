//! The program: parses the command line, starts logging and runs the window or a subcommand.

use std::process::ExitCode;

use gatewatch::cli::{self, Cli, Command, ExitStatus};
use gatewatch::{atomic_file, logging, ui};

fn main() -> ExitCode {
    let cli = Cli::from_process();
    let lines = logging::LogLines::default();
    // Only the window shows them.
    let memory = cli.command.is_none().then(|| lines.clone());
    let flush_on_drop = match logging::start(cli.log, cli.log_file.as_deref(), memory) {
        Ok(flush_on_drop) => flush_on_drop,
        Err(error) => return cli::fail(&error, ExitStatus::Failed).into(),
    };
    let closer = ui::Closer::default();
    let before_end = {
        let (flush_on_signal, closer) = (flush_on_drop.clone(), closer.clone());
        move || {
            closer.close();
            drop(flush_on_signal);
        }
    };
    // These stop by themselves at a signal.
    if !matches!(cli.command, Some(Command::Demo(_) | Command::Events(_) | Command::Record(_)))
        && let Err(error) = atomic_file::clean_up_on_signals(before_end)
    {
        tracing::warn!(%error, "a signal may leave a temporary file");
    }
    let status = match cli.command {
        None => match ui::run(cli.gateway.as_deref(), lines, &closer) {
            Ok(()) => ExitStatus::Done,
            Err(error) => {
                cli::fail(&error, if error.is_usage() { ExitStatus::Usage } else { ExitStatus::Failed })
            }
        },
        Some(Command::Sessions(args)) => cli::sessions::run(&args),
        Some(Command::History(args)) => cli::history::run(&args),
        Some(Command::Check(args)) => cli::check::run(&args),
        Some(Command::Events(args)) => cli::events::run(&args),
        Some(Command::Record(args)) => cli::record::run(&args),
        Some(Command::Alert(args)) => cli::alert::run(&args),
        Some(Command::Demo(args)) => cli::demo::run(args),
        Some(Command::Completions(args)) => cli::shell::completions(&args),
        Some(Command::Man(args)) => cli::shell::man(&args),
    };
    status.into()
}
