//! `gatewatch completions` and `gatewatch man`: shell completions and manual pages.

use std::io::{self, Write as _};
use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::{Cli, CompletionsArgs, ExitStatus, ManArgs, fail};
use crate::atomic_file::{FileError, replace_file};

/// The name of the program in a shell.
const NAME: &str = "gatewatch";

/// The reason why a command failed.
#[derive(Debug, thiserror::Error)]
enum ShellError {
    #[error("Unknown command {name:?}. Commands: {}", .known.join(", "))]
    Unknown { name: String, known: Vec<String> },
    #[error(transparent)]
    File(#[from] FileError),
    #[error("Can't write to standard output")]
    Output(#[from] io::Error),
}

/// Writes the completions for a shell to standard output.
#[must_use]
pub fn completions(args: &CompletionsArgs) -> ExitStatus {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition(), NAME, &mut script);
    finish(write(&script))
}

/// Writes a manual page to standard output, or all of them into a folder.
#[must_use]
pub fn man(args: &ManArgs) -> ExitStatus {
    let result = match &args.folder {
        Some(folder) => write_pages(folder),
        None => page(&args.command).and_then(|page| write(&page)),
    };
    finish(result)
}

fn finish(result: Result<(), ShellError>) -> ExitStatus {
    match result {
        Ok(()) => ExitStatus::Done,
        // The reader has what it wanted.
        Err(ShellError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitStatus::Done,
        Err(error @ ShellError::Unknown { .. }) => fail(&error, ExitStatus::Usage),
        Err(error) => fail(&error, ExitStatus::Failed),
    }
}

fn write(text: &[u8]) -> Result<(), ShellError> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    Ok(out.flush()?)
}

/// Returns the command line with its subcommands. Without the commit of its version: pages and completions are those of a
/// release.
fn definition() -> clap::Command {
    let mut command = Cli::command().version(env!("CARGO_PKG_VERSION")).disable_help_subcommand(true);
    command.build();
    command
}

/// Returns the page of the program, or of the subcommand that is named.
fn page(path: &[String]) -> Result<Vec<u8>, ShellError> {
    let mut command = definition();
    for name in path {
        let found = command.get_subcommands().find(|command| command.get_name() == name).cloned();
        command = found.ok_or_else(|| {
            let known = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
            ShellError::Unknown { name: name.clone(), known }
        })?;
    }
    render(&command)
}

fn render(command: &clap::Command) -> Result<Vec<u8>, ShellError> {
    let source = concat!("Gatewatch ", env!("CARGO_PKG_VERSION"));
    let mut page = Vec::new();
    // An empty date would be left out, and what follows would take its place.
    Man::new(command.clone()).date(" ").source(source).manual("Gatewatch").render(&mut page)?;
    Ok(page)
}

/// Writes the pages of the program and all its subcommands, such as `gatewatch-history-info.1`.
fn write_pages(folder: &Path) -> Result<(), ShellError> {
    let mut commands = vec![definition()];
    while let Some(command) = commands.pop() {
        let name = command.get_display_name().unwrap_or(NAME);
        let (path, page) = (folder.join(format!("{name}.1")), render(&command)?);
        replace_file(&path, |out| out.write_all(&page))?;
        commands.extend(command.get_subcommands().cloned());
    }
    Ok(())
}
