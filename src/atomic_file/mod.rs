//! Writes files that are replaced only when complete, and reads small ones.

mod destination;
mod lock;
mod signals;
mod temporary;

pub(crate) use lock::with_lock;
pub use signals::clean_up_on_signals;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use self::destination::{Destination, OldFile};
use self::temporary::Temporary;

const BUFFER_BYTES: usize = 1 << 16;

/// A failure to write a file. If it is a regular file, its previous content is unchanged.
#[derive(Debug, thiserror::Error)]
#[error("Can't write {}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// The error of the operating system or of the function that writes the content.
    #[source]
    pub source: io::Error,
}

/// Writes a file with `fill` next to its target, and renames it into place when it is complete.
///
/// If `path` is a link, its target is replaced, not the link. A replaced file keeps its mode and, where that is allowed, its
/// owner. Pipes, devices and open files of this process, such as `/dev/stdout`, can't be replaced and are written to
/// directly.
///
/// # Errors
/// If the folder doesn't exist or can't be written to, the file is write-protected, `fill` fails, or the disk is full.
///
/// ```
/// use gatewatch::atomic_file::write_file;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("sessions.csv");
/// write_file(&path, |out| out.write_all(b"username\r\n"))?;
/// assert_eq!(std::fs::read(&path)?, b"username\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), FileError> {
    let write = || match destination::resolve(path)? {
        Destination::File { path, old } => replace(&path, old.as_ref(), fill),
        Destination::Stream(stream) => {
            let mut out = BufWriter::with_capacity(BUFFER_BYTES, stream);
            fill(&mut out)?;
            out.flush()
        }
    };
    write().map_err(|source| FileError { path: path.to_owned(), source })
}

/// Writes a file like [`write_file`], but only a regular one: a pipe in its place could block forever.
///
/// # Errors
/// As [`write_file`], and if `path` is neither a regular file nor free.
pub fn replace_file(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), FileError> {
    require_regular(path).map_err(|source| FileError { path: path.to_owned(), source })?;
    write_file(path, fill)
}

/// Reads a text file.
///
/// # Errors
/// If there is no such file, it isn't UTF-8, or it isn't a regular file: reading a pipe could block forever.
pub fn read_text(path: &Path) -> io::Result<String> {
    require_regular(path)?;
    fs::read_to_string(path)
}

/// Fails if something else than a regular file is there: opening a pipe could block forever.
pub(crate) fn require_regular(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "It is a folder")),
        Ok(found) if !found.is_file() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "It is a pipe or a device instead of a file"))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn replace(
    target: &Path,
    old: Option<&OldFile>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = destination::parent_of(target);
    if !folder.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "Folder doesn't exist"));
    }
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, Temporary::create(folder, old)?);
    fill(&mut out)?;
    let part = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    part.persist(target)
}

#[cfg(test)]
mod tests;
