//! Temporary files that are renamed to their target, and removed if the process is ended before.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

/// The temporary files of this process. Files are created while this is locked.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A temporary file. Dropping it removes it.
pub(super) struct Temporary {
    file: NamedTempFile,
    /// The entry in the list of unfinished files, removed after the file.
    _entry: Entry,
}

struct Entry(PathBuf);

impl Drop for Entry {
    fn drop(&mut self) {
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        unfinished.retain(|path| *path != self.0);
    }
}

impl Temporary {
    /// Creates a file in this folder, with the mode and, where that is allowed, the owner of the file that it will replace.
    pub(super) fn create(folder: &Path, old: Option<&Metadata>) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".gatewatch-").suffix(".part");
        #[cfg(unix)]
        {
            use std::fs::Permissions;
            use std::os::unix::fs::PermissionsExt as _;
            // The umask limits the mode of a new file.
            let new = || Permissions::from_mode(0o666);
            builder.permissions(old.map_or_else(new, Metadata::permissions));
        }
        let temporary = {
            let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
            let file = builder.tempfile_in(folder).map_err(|error| cannot_create(&error))?;
            unfinished.push(file.path().to_owned());
            Self { _entry: Entry(file.path().to_owned()), file }
        };
        #[cfg(unix)]
        if let Some(old) = old {
            keep_owner_and_mode(temporary.file.as_file(), old)?;
        }
        #[cfg(not(unix))]
        let _unused: Option<(&File, &Metadata)> = old.map(|old| (temporary.file.as_file(), old));
        Ok(temporary)
    }

    /// Renames the file to its target.
    pub(super) fn persist(self, target: &Path) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(target).map(drop).map_err(|error| cannot_replace(error.error))
    }
}

impl Write for Temporary {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Returns the error without its text, which names the temporary file.
fn cannot_create(error: &io::Error) -> io::Error {
    match error.kind() {
        kind @ io::ErrorKind::PermissionDenied => {
            io::Error::new(kind, "No permission to create files in its folder")
        }
        kind => kind.into(),
    }
}

/// Names the cause where the text of the system doesn't.
pub(super) fn cannot_replace(error: io::Error) -> io::Error {
    match error.kind() {
        kind @ io::ErrorKind::ResourceBusy => {
            let text = "It is a mount point, such as a file mounted into a container, which can't be replaced. Mount its folder \
                        instead, or write to another file";
            io::Error::new(kind, text)
        }
        _ => error,
    }
}

/// Gives a file the mode of another one and, where that is allowed, its owner and group.
#[cfg(unix)]
fn keep_owner_and_mode(file: &File, old: &Metadata) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let new = file.metadata()?;
    let mut mode = old.mode() & 0o7777;
    let is_same = (new.uid(), new.gid()) == (old.uid(), old.gid());
    if !is_same && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        // The file must not run as another user, nor be open to another group than before.
        mode &= 0o777;
        if new.gid() != old.gid() && fchown(file, None, Some(old.gid())).is_err() {
            mode &= !0o070 | (mode & 0o007) << 3;
        }
    }
    // Some file systems have no modes. The file was created with at most the old one.
    if let Err(error) = file.set_permissions(Permissions::from_mode(mode)) {
        tracing::debug!(%error, "the mode of a file is not kept");
    }
    Ok(())
}

/// Removes the unfinished files of this process. No further ones can be created while the result lives.
#[cfg(unix)]
pub(super) fn remove_all() -> Option<std::sync::MutexGuard<'static, Vec<PathBuf>>> {
    use std::sync::TryLockError;
    use std::thread;
    use std::time::{Duration, Instant};

    /// Maximum time to wait for a file that is being created, on a disk that may hang.
    const REMOVE_TIMEOUT: Duration = Duration::from_secs(1);
    const REMOVE_RETRY_PAUSE: Duration = Duration::from_millis(5);

    let deadline = Instant::now() + REMOVE_TIMEOUT;
    loop {
        let unfinished = match UNFINISHED.try_lock() {
            Ok(unfinished) => unfinished,
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return None,
            Err(TryLockError::WouldBlock) => {
                thread::sleep(REMOVE_RETRY_PAUSE);
                continue;
            }
        };
        for path in &*unfinished {
            // It may be renamed by now.
            let _gone = std::fs::remove_file(path);
        }
        return Some(unfinished);
    }
}
