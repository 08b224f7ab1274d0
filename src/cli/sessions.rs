//! `gatewatch sessions`: the table without a window.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use crate::atomic_file::{self, FileError};
use crate::cli::{FormatArg, SessionsArgs};
use crate::dataset::{Concat, Dataset};
use crate::demo::{DemoError, DemoGateway};
use crate::export::{self, Format, Progress};
use crate::filter::{Filter, Mode, PatternError};
use crate::gateway::{Client, Credentials, CredentialsError, Limits, NodeUrl, ReadOptions};
use crate::gateway::{NodeUrlError, Profile, node_names};
use crate::query::{Query, QueryError, Side};
use crate::settings::{self, Settings, SettingsError, State, Target, TargetError};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Everything that was asked for.
    All,
    /// Some nodes did not answer; the rows of the others are written.
    Partly,
}

/// Why nothing was done. The text is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionsError {
    /// A pattern can't be read.
    #[error("{option} {pattern:?}: {source}")]
    Pattern {
        /// The option that gave it.
        option: &'static str,
        /// The pattern, or its beginning.
        pattern: String,
        /// What is wrong with it.
        source: PatternError,
    },
    /// A pattern gave up on a value.
    #[error("{option}: {source}")]
    Match {
        /// The option that gave it.
        option: &'static str,
        /// Why it gave up.
        source: QueryError,
    },
    /// There is no such column to sort by.
    #[error("--sort {column}: there is no such column; there are {}", .known.join(", "))]
    NoColumn {
        /// The column asked for.
        column: String,
        /// The columns there are.
        known: Vec<String>,
    },
    /// `--excel` beside another format than CSV.
    #[error("--excel goes with --format csv only")]
    ExcelWithoutCsv,
    /// The gateway's address is none.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The environment's credentials can't be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The saved gateways can't be read, and one is needed.
    #[error("{0}; mend the file, or name the gateway by its address")]
    Settings(#[from] SettingsError),
    /// The demo gateway does not start.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The demo gateway's own address can't be read.
    #[error(transparent)]
    DemoAddress(NodeUrlError),
    /// The system gives no runtime for the network.
    #[error("the network can't be used: {0}")]
    Runtime(io::Error),
    /// No node could be read; the text holds a line for each.
    #[error("{}", .0.join("\n"))]
    Gateways(Vec<String>),
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Standard output could not be written.
    #[error("standard output: {0}")]
    Output(io::Error),
}

impl SessionsError {
    /// Whether the command was used wrongly, rather than something failed.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Pattern { .. }
                | Self::NoColumn { .. }
                | Self::ExcelWithoutCsv
                | Self::Target(_)
                | Self::Credentials(_)
        )
    }
}

/// Reads the gateway, filters, sorts and writes. `warn` is given each thing worth a line on standard error that is no
/// failure of the whole.
///
/// # Errors
/// When nothing could be written; see [`SessionsError`].
pub fn run(args: &SessionsArgs, warn: &mut dyn FnMut(&str)) -> Result<Done, SessionsError> {
    // What can be wrong with the command itself is told before anything is asked over the network.
    let format = format(args)?;
    // An empty pattern is none, as an empty box in the window is.
    let given = |pattern: &Option<String>| pattern.clone().filter(|pattern| !pattern.is_empty());
    let (username, project) = (given(&args.username), given(&args.project));
    let (mut query, filters) = if args.ask_gateway {
        (Query::default(), (username, project))
    } else {
        let username = filter("--username", username)?;
        let project = filter("--project", project)?;
        (Query { username, project, ..Query::default() }, (None, None))
    };
    query.sort.clone_from(&args.sort);
    let credentials = Credentials::from_env(|name| std::env::var_os(name))?;
    let (profile, _demo) = gateway(args.gateway.as_deref(), warn)?;
    let ask = ReadOptions { username_filter: filters.0, project_filter: filters.1, ..profile.ask() };

    let limits = Limits {
        connect: args.timeout.min(Limits::default().connect),
        whole: args.timeout,
        ..Limits::default()
    };
    let (dataset, done) =
        read(&profile, &Client::with_trust(limits, profile.trust.clone()), &credentials, &ask, warn)?;

    check_sort(&query, &dataset)?;
    if args.count {
        query.sort.clear();
    }
    let selection = query.run(&dataset).map_err(|source| {
        let option = match source.side {
            Side::Username => "--username",
            Side::Project => "--project",
        };
        SessionsError::Match { option, source }
    })?;

    let write = |out: &mut dyn Write| {
        if args.count {
            writeln!(out, "{}", selection.rows.len())
        } else {
            let columns = export::all_columns(&dataset);
            export::write(
                out,
                &dataset,
                &columns,
                &selection.rows,
                format,
                &Progress::new(selection.rows.len()),
            )
        }
    };
    match &args.output {
        Some(path) => atomic_file::write_file(path, write)?,
        None => to_stdout(write)?,
    }
    Ok(done)
}

fn format(args: &SessionsArgs) -> Result<Format, SessionsError> {
    match (args.format, args.excel) {
        (FormatArg::Csv, false) => Ok(Format::Csv),
        (FormatArg::Csv, true) => Ok(Format::SpreadsheetCsv),
        (FormatArg::Json, false) => Ok(Format::Json),
        (FormatArg::Table, false) => Ok(Format::Table),
        (_, true) => Err(SessionsError::ExcelWithoutCsv),
    }
}

fn filter(option: &'static str, pattern: Option<String>) -> Result<Option<Filter>, SessionsError> {
    let Some(pattern) = pattern else {
        return Ok(None);
    };
    match Filter::new(&pattern, Mode::default()) {
        Ok(filter) => Ok(Some(filter)),
        Err(source) => Err(SessionsError::Pattern { option, pattern: shortened(pattern), source }),
    }
}

/// A pattern may be long; a message may not.
fn shortened(mut pattern: String) -> String {
    const MOST: usize = 80;
    if let Some((end, _)) = pattern.char_indices().nth(MOST) {
        pattern.truncate(end);
        pattern.push('…');
    }
    pattern
}

/// The gateway to read, and the demo gateway where it is that one, which must live as long as it is read.
fn gateway(
    wanted: Option<&str>,
    warn: &mut dyn FnMut(&str),
) -> Result<(Profile, Option<DemoGateway>), SessionsError> {
    let folder = settings::folder();
    let settings = match folder.as_deref().map(Settings::load) {
        None => Settings::default(),
        Some(Ok(settings)) => settings,
        // An address needs no settings. Anything else might be a name in them.
        Some(Err(error)) if wanted.is_some_and(|wanted| wanted.contains("://")) => {
            warn(&error.to_string());
            Settings::default()
        }
        Some(Err(error)) => return Err(error.into()),
    };
    let last = folder.and_then(|folder| State::load(&folder).last);
    match settings.target(wanted, last.as_deref())? {
        Target::Gateway(profile) => Ok((profile, None)),
        Target::Demo => {
            let demo = DemoGateway::start(crate::demo::Options::in_process())?;
            let profile = Profile::from_address(demo.url()).map_err(SessionsError::DemoAddress)?;
            warn("no gateway is saved, so these are the sessions of the demo gateway");
            Ok((profile, Some(demo)))
        }
    }
}

/// All nodes side by side; their rows under each other.
fn read(
    profile: &Profile,
    client: &Client,
    credentials: &Credentials,
    ask: &ReadOptions,
    warn: &mut dyn FnMut(&str),
) -> Result<(Arc<Dataset>, Done), SessionsError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(SessionsError::Runtime)?;
    let answers = runtime.block_on(client.read_all(profile.nodes(), credentials, ask));
    // After the time limit a large answer may still be read, or a name still be looked up; nobody waits for it.
    runtime.shutdown_background();

    let infos = answers.iter().map(|answer| answer.as_ref().ok().and_then(|reading| reading.info.as_ref()));
    let names = node_names(&profile.nodes().iter().zip(infos).collect::<Vec<_>>());
    let mut parts = Vec::new();
    let mut failures = Vec::new();
    for ((node, name), answer) in profile.nodes().iter().zip(names).zip(answers) {
        match answer {
            Ok(reading) => {
                for kind in &reading.missing {
                    let missing = format!(
                        "the gateway has no list of {kind} sessions, so they are left out; does it have the module?"
                    );
                    warn(&of_node(profile, node, &missing));
                }
                parts.push((name, reading.dataset));
            }
            Err(error) => failures.push(of_node(profile, node, &error.to_string())),
        }
    }
    if parts.is_empty() {
        return Err(SessionsError::Gateways(failures));
    }
    for failure in &failures {
        warn(failure);
    }
    let done = if failures.is_empty() { Done::All } else { Done::Partly };
    let dataset = match &parts[..] {
        [(_, only)] if profile.nodes().len() == 1 => only.clone(),
        _ => Concat::default().next(parts),
    };
    Ok((dataset, done))
}

/// A line about a node.
fn of_node(profile: &Profile, node: &NodeUrl, what: &str) -> String {
    let name = &profile.name;
    let url = node.to_string();
    if *name == url { format!("{url}: {what}") } else { format!("{name}, {url}: {what}") }
}

fn check_sort(query: &Query, dataset: &Dataset) -> Result<(), SessionsError> {
    let unknown = query.sort.iter().find(|key| dataset.column(&key.column).is_none());
    match unknown {
        None => Ok(()),
        Some(key) => Err(SessionsError::NoColumn {
            column: key.column.to_string(),
            known: dataset.columns().map(|(id, _)| id.to_string()).collect(),
        }),
    }
}

fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), SessionsError> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        // Whoever reads has seen enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(SessionsError::Output),
    }
}
