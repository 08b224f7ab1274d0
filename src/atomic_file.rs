//! Writes files that are replaced only when complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Maximum number of links to follow; more count as a loop.
const MAX_LINKS: usize = 40;
const BUFFER_BYTES: usize = 1 << 16;

/// A file can't be written. Its previous content is unchanged.
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
/// If `path` is a link, its target is replaced, not the link. Pipes and devices can't be replaced and are written to
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
    write(path, fill).map_err(|source| FileError { path: path.to_owned(), source })
}

fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = resolve_links(path)?;
    let old = match fs::metadata(&target) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    match old {
        Some(old) if old.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Some(old) if !old.is_file() => {
            let mut out = BufWriter::with_capacity(BUFFER_BYTES, File::options().write(true).open(&target)?);
            fill(&mut out)?;
            out.flush()
        }
        Some(old) if old.permissions().readonly() => Err(io::ErrorKind::PermissionDenied.into()),
        old => replace(&target, old.map(|old| old.permissions()), fill),
    }
}

/// Follows links to a file, which may not exist yet.
fn resolve_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = parent_of(&path).join(next),
            // Not a link, or nothing there.
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("Links form a loop"))
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn replace(
    target: &Path,
    permissions: Option<fs::Permissions>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = parent_of(target);
    if !folder.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "Folder doesn't exist"));
    }
    let mut temporary = tempfile::Builder::new();
    temporary.prefix(".gatewatch-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The umask limits the permissions of a new file; a replaced file keeps its permissions.
        let new = fs::Permissions::from_mode(0o666);
        temporary.permissions(permissions.unwrap_or(new));
    }
    #[cfg(not(unix))]
    drop(permissions);
    // Keeps only the kind of error, because its text names the temporary file.
    let part = temporary.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, part);
    fill(&mut out)?;
    let part = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    part.as_file().sync_all()?;
    part.persist(target).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_old_file_if_writing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.csv");
        write_file(&path, |out| out.write_all(b"old")).unwrap();
        let error = write_file(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(error.unwrap_err().source.to_string(), "the disk is full");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        write_file(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "temporary file left behind");
    }

    #[test]
    fn error_names_target_not_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("no/such.csv")] {
            let error = write_file(&path, |_| Ok(())).unwrap_err();
            assert_eq!(error.to_string(), format!("Can't write {}", path.display()));
            assert!(!error.source.to_string().contains(".part"), "{error:?}");
        }
    }

    #[test]
    fn keeps_write_protected_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.csv");
        fs::write(&path, "old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(write_file(&path, |out| out.write_all(b"new")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    }

    #[cfg(unix)]
    #[test]
    fn follows_links_even_to_missing_files() {
        let folder = tempfile::tempdir().unwrap();
        let (link, file) = (folder.path().join("link"), folder.path().join("file"));
        std::os::unix::fs::symlink("file", &link).unwrap();
        for text in ["first", "second"] {
            write_file(&link, |out| out.write_all(text.as_bytes())).unwrap();
            assert!(link.is_symlink());
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
        assert!(write_file(&folder.path().join("loop"), |_| Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn writes_to_pipes_directly() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let mkfifo = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(mkfifo.success());
        let reader = std::thread::Builder::new()
            .name("pipe reader".to_owned())
            .spawn({
                let pipe = pipe.clone();
                move || fs::read_to_string(pipe).unwrap()
            })
            .unwrap();
        write_file(&pipe, |out| out.write_all(b"through")).unwrap();
        assert_eq!(reader.join().unwrap(), "through");
        assert!(!fs::metadata(&pipe).unwrap().is_file());
    }
}
