//! The processes that are writing a SQLite file.
//!
//! Each process keeps a file locked as long as it runs. The system releases the lock when the
//! process ends for any reason, so no other process waits for one that was killed.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::HistoryError;

/// The processes that write one file.
pub(super) struct Observers {
    folder: PathBuf,
    name: String,
    /// The locked file of this process, created when it first writes.
    lock: Option<File>,
}

impl Observers {
    /// Returns the processes that write the database at `path`. `own_name` is [unique](unique_name).
    pub(super) fn new(path: &Path, own_name: &str) -> Self {
        // SQLite follows symbolic links, too.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut folder = path.into_os_string();
        folder.push("-observers");
        Self { folder: folder.into(), name: own_name.to_owned(), lock: None }
    }

    /// Returns the name of this process.
    pub(super) fn own_name(&self) -> &str {
        &self.name
    }

    /// Locks the file of this process, unless that was done before.
    pub(super) fn register(&mut self) -> Result<(), HistoryError> {
        if self.lock.is_some() {
            return Ok(());
        }
        let failure = |source| HistoryError::Folder { path: self.folder.clone(), source };
        fs::create_dir_all(&self.folder).map_err(failure)?;
        let file = File::create(self.folder.join(&self.name)).map_err(failure)?;
        file.lock().map_err(failure)?;
        self.lock = Some(file);
        Ok(())
    }

    /// Returns `true` if the process with this name is this one or has ended.
    pub(super) fn is_own_or_gone(&self, name: &str) -> bool {
        if name == self.name {
            return true;
        }
        // The name comes from the database, which others can write.
        let path = self.folder.join(name);
        if path.parent() != Some(&self.folder) {
            return true;
        }
        // NFS locks only files that are open for writing. That of another user may be read-only.
        let opened = File::options().read(true).write(true).open(&path).or_else(|_| File::open(&path));
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return true,
            // It may be running. Two processes must not record one node.
            Err(error) => {
                tracing::warn!(%error, "can't find out whether another process records");
                return false;
            }
        };
        let is_gone = is_released(file.try_lock());
        if is_gone && let Err(error) = fs::remove_file(&path) {
            tracing::debug!(%error, "can't remove the lock of an ended process");
        }
        is_gone
    }
}

/// Returns `true` if a lock was taken, so that no other process has it.
fn is_released(locked: Result<(), TryLockError>) -> bool {
    match locked {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "can't find out whether another process records");
            // Without locks, no process can have one.
            error.kind() == io::ErrorKind::Unsupported
        }
    }
}

impl Drop for Observers {
    fn drop(&mut self) {
        if self.lock.take().is_some()
            && let Err(error) = fs::remove_file(self.folder.join(&self.name))
        {
            tracing::debug!(%error, "can't remove the lock");
        }
    }
}

/// Returns a name under which coverage is written. No other recorder has it, of this process or another one.
pub(super) fn unique_name() -> String {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // The number of a process is used again, and a process may record into one database twice.
    format!("{}-{}-{:08x}", host_name(), std::process::id(), fastrand::u32(..) ^ since_epoch.subsec_nanos())
}

/// Returns the name of this machine, as far as it is known.
fn host_name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| std::env::var("COMPUTERNAME").ok()).unwrap_or_default();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    if name.is_empty() { "host".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_that_cannot_be_tried_is_that_of_a_live_process() {
        let error = |kind: io::ErrorKind| Err(TryLockError::Error(kind.into()));
        assert!(is_released(Ok(())));
        assert!(!is_released(Err(TryLockError::WouldBlock)));
        assert!(!is_released(error(io::ErrorKind::PermissionDenied)));
        assert!(is_released(error(io::ErrorKind::Unsupported)), "no process can have a lock");
    }
}
