//! A file that is there whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that could not be written. What stood there before is still there.
#[derive(Debug, thiserror::Error)]
#[error("{}: can't write the file: {source}; choose another place, or make room", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Writes a file through `fill`, beside its target, and renames it into place once it is whole.
///
/// # Errors
/// When the folder can't be written to, `fill` fails, or the disk is full.
pub fn write_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), FileError> {
    write_beside(path, fill).map_err(|source| FileError { path: path.to_owned(), source })
}

fn write_beside(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // Through a link, the file that it points to is replaced, not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut temporary = tempfile::Builder::new();
    temporary.prefix(".gatewatch-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file, for all whom the umask lets; a replaced one keeps its own permissions.
        let kept = target.metadata().map_or(0o666, |old| old.permissions().mode());
        temporary.permissions(std::fs::Permissions::from_mode(kept));
    }
    let mut part = BufWriter::with_capacity(1 << 16, temporary.tempfile_in(folder)?);
    fill(&mut part)?;
    let part = part.into_inner().map_err(io::IntoInnerError::into_error)?;
    part.as_file().sync_all()?;
    part.persist(&target).map_err(|error| error.error)?;
    Ok(())
}
