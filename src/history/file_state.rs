//! The file of a history as the system sees it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Identifies a file, so that it is noticed when another one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileIdentity(#[cfg(unix)] (u64, u64));

impl FileIdentity {
    /// Returns the identity of the file at a path; `None` if there is none.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;

        let file = fs::metadata(path).ok()?;
        Some(Self((file.dev(), file.ino())))
    }

    /// Returns the identity of the file at a path; `None` if there is none. Here an open file can't be replaced.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|_| Self())
    }
}

/// The size of a file and the time of its last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileVersion(Option<(u64, SystemTime)>);

impl FileVersion {
    /// Returns the version of the file at a path.
    pub(super) fn of(path: &Path) -> Self {
        let file = fs::metadata(path).ok();
        Self(file.and_then(|file| Some((file.len(), file.modified().ok()?))))
    }
}

/// Returns `true` if two paths lead to one file: by links, or because they are written in different ways.
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    // Two names of one file that are no symbolic links have logs of their own, so both must not be written.
    let is_linked = cfg!(unix) && FileIdentity::of(a).is_some_and(|a| FileIdentity::of(b) == Some(a));
    is_linked || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// Returns the size of a file; 0 if there is none.
pub(super) fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Returns a path with an ending added to the name of the file.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Returns `true` if it is known that there is less space for files next to this one.
#[cfg(target_os = "linux")]
pub(super) fn has_less_space(path: &Path, bytes: u64) -> bool {
    let known = path.ancestors().find_map(|path| rustix::fs::statvfs(path).ok());
    known.is_some_and(|system| system.f_bavail.saturating_mul(system.f_frsize) < bytes)
}

/// Returns `false`: it isn't known.
#[cfg(not(target_os = "linux"))]
pub(super) fn has_less_space(_path: &Path, _bytes: u64) -> bool {
    false
}
