//! Opens a history to record in it, whatever happened to it before.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::Local;

use super::database::{Database, Row, first_integer};
use super::file_state::{size, with_ending};
use super::network_share::is_on_network_share;
use super::sqlite::{FILES, Sqlite};
use super::{HistoryError, Location, schema};
use crate::error_chain::ErrorChain;

/// An open history, and the results of opening it.
pub(super) struct Opened {
    pub(super) database: Box<dyn Database>,
    /// The new path of a damaged file; `None` if it was sound.
    pub(super) set_aside: Option<PathBuf>,
    /// `true` if the file is on a network share.
    pub(super) is_on_network_share: bool,
}

/// Opens a history to write it as `observer`, and migrates it. It is checked if it `is_suspect`. A damaged file is set aside,
/// and a new one is started.
pub(super) fn open(location: &Location, observer: &str, is_suspect: bool) -> Result<Opened, HistoryError> {
    match location {
        Location::File(path) => open_file(path, observer, is_suspect),
        Location::Postgres(_) => {
            let mut database = location.open(observer)?;
            schema::migrate(&mut *database)?;
            Ok(Opened { database, set_aside: None, is_on_network_share: false })
        }
    }
}

fn open_file(path: &Path, observer: &str, is_suspect: bool) -> Result<Opened, HistoryError> {
    let is_on_network_share = is_on_network_share(path);
    refuse_others(path)?;
    match open_checked(path, observer, is_suspect) {
        Ok(database) => Ok(Opened { database, set_aside: None, is_on_network_share }),
        Err(error @ HistoryError::Damaged(_)) => {
            tracing::error!(error = %ErrorChain(&error), "the history is damaged, starting a new one");
            let set_aside = set_aside(path)?;
            // Once: a new file that is damaged as well is an error.
            Ok(Opened {
                database: open_checked(path, observer, true)?,
                set_aside: Some(set_aside),
                is_on_network_share,
            })
        }
        Err(error) => Err(error),
    }
}

/// Opens a file, and checks it if it was found damaged, or if a recorder was killed while it was writing.
fn open_checked(path: &Path, observer: &str, is_suspect: bool) -> Result<Box<dyn Database>, HistoryError> {
    let mut database = Sqlite::open(path, observer)?;
    schema::migrate(&mut database)?;
    let open = database.query("SELECT COUNT(*) FROM coverage WHERE is_open = 1", Row::new())?;
    if is_suspect || first_integer(&open) != Some(0) {
        let problems = database.check_files()?;
        if !problems.is_empty() {
            return Err(HistoryError::Damaged(problems.join(", ").into()));
        }
    }
    Ok(Box::new(database))
}

/// Refuses files of a newer version, and those of other programs, before anything is written to them.
pub(super) fn refuse_others(path: &Path) -> Result<(), HistoryError> {
    if size(path) == 0 {
        return Ok(());
    }
    // What else is wrong is found when it is opened to be written.
    let Ok(mut database) = Sqlite::open_read_only(path) else { return Ok(()) };
    let Ok(version) = database.schema_version() else { return Ok(()) };
    schema::require_known(version)?;
    let tables = database.query("SELECT COUNT(*) FROM sqlite_schema", Row::new()).unwrap_or_default();
    if version == 0 && first_integer(&tables).is_some_and(|tables| tables > 0) {
        return Err(HistoryError::OtherProgram { path: path.to_owned() });
    }
    Ok(())
}

/// Renames the files of a database, with the date. Returns the new name of the first.
fn set_aside(path: &Path) -> Result<PathBuf, HistoryError> {
    let suffix = Local::now().format(".damaged-%Y-%m-%d-%H%M%S").to_string();
    for ending in FILES {
        let (from, to) = (with_ending(path, ending), with_ending(path, &format!("{suffix}{ending}")));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            result => result.map_err(|source| HistoryError::Folder { path: from, source })?,
        }
    }
    Ok(with_ending(path, &suffix))
}
