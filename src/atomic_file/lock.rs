//! A lock against other processes that change the same files.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::require_regular;

/// Maximum time to wait for the lock. A change takes milliseconds, so a process that holds the lock longer hangs.
const TIMEOUT: Duration = Duration::from_secs(2);
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Runs `work` while a file is locked against other processes. Creates the file and its folder if they are missing. `held` is
/// the message of the error if another process holds the lock for long.
///
/// # Errors
/// If the file can't be created or locked.
pub(crate) fn with_lock<T>(path: &Path, held: &'static str, work: impl FnOnce() -> T) -> io::Result<T> {
    let lock = lock(path, held)?;
    let result = work();
    drop(lock);
    Ok(result)
}

/// Locks the file until the returned one is dropped.
fn lock(path: &Path, held: &'static str) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    require_regular(path)?;
    let file = File::create(path)?;
    let deadline = Instant::now() + TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, held));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(RETRY_PAUSE),
        }
    }
}
